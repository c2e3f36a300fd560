"""Flink 1.17.2, whole, put together once from the two source packages that its Python API has on PyPI: one holds the
jars, the other the scripts and settings."""

import glob
import os
import shutil
import subprocess
import tarfile
import tempfile

from loopback.locks import locked
from loopback.problem import Problem

VERSION = "1.17.2"

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_PACKAGES = ("apache-flink-libraries", "apache-flink")
_FETCH_LIMIT_S = 1200
_ATTEMPTS = 3
# No wheels: of the first there are none. The packages are unpacked, never installed, but pip runs their setup.py to
# learn their names, with the setuptools and wheel that Debian's pip brings.
_PYTHON = "/usr/bin/python3"
_PIP = ("-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps", "--no-binary=:all:",
        "--no-build-isolation")


def cache():
    return os.path.abspath(os.environ.get("TEMBLOR_FLINK_DIST") or os.path.join(_ROOT, "build", "flink", "dist"))


def folder():
    """Where Flink lies, what its own documents call FLINK_HOME; fetches it if need be."""
    flink = os.path.join(cache(), f"flink-{VERSION}")
    if not os.path.isdir(flink):
        os.makedirs(cache(), exist_ok=True)
        with locked(os.path.join(cache(), ".lock")):
            if not os.path.isdir(flink):  # it appears by a rename, once it is whole
                _fetch(flink)
    return flink


def _fetch(flink):
    work = tempfile.mkdtemp(prefix=".fetch-", dir=cache())
    try:
        for package in _PACKAGES:
            _merge(_download(package, work), os.path.join(work, "flink"))
        os.chmod(os.path.join(work, "flink"), 0o755)
        os.rename(os.path.join(work, "flink"), flink)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _download(package, work):
    """The package, unpacked; its folder."""
    command = [os.environ.get("PYTHON", _PYTHON), *_PIP, f"--dest={work}", f"{package}=={VERSION}"]
    for _ in range(_ATTEMPTS):
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_FETCH_LIMIT_S)
        if done.returncode == 0:
            break
    else:
        why = [line for line in done.stderr.splitlines() if line.strip()][:20]
        raise Problem(f"{package} {VERSION} cannot be downloaded from PyPI (is there a network, and python3-pip?): "
                      + " / ".join(why))
    (archive,) = glob.glob(os.path.join(work, f"{package}-{VERSION}.tar.gz"))
    with tarfile.open(archive) as opened:
        opened.extractall(work)
    os.unlink(archive)
    return os.path.join(work, f"{package}-{VERSION}")


def _merge(package, flink):
    """What stands below deps/ of the package is a part of Flink."""
    for part in sorted(os.listdir(os.path.join(package, "deps"))):
        shutil.copytree(os.path.join(package, "deps", part), os.path.join(flink, part), dirs_exist_ok=True,
                        copy_function=shutil.move)
    shutil.copy(os.path.join(package, "LICENSE"), flink)
    if os.path.exists(os.path.join(package, "NOTICE")):
        shutil.copy(os.path.join(package, "NOTICE"), flink)
    shutil.rmtree(package)
