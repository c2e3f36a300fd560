"""Locks between processes."""

import contextlib
import fcntl
import os


@contextlib.contextmanager
def locked(path):
    """Holds the lock that the file stands for; makes the file, and waits for whoever holds it."""
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def maven_locked():
    """Holds Maven's folder, which all checkouts share and Maven itself does not guard; tools/build_java does too."""
    repository = os.path.expanduser("~/.m2")
    os.makedirs(repository, exist_ok=True)
    with locked(os.path.join(repository, "temblor.lock")):
        yield
