"""The jobs on stream processors that come from PyPI."""

import os
import subprocess

from .process import ROOT, Peer, give_up

PYTHON = "/usr/bin/python3"
PACKAGES = {"bytewax": "0.21.1", "pathway": "0.33.0"}
FOLDER = os.path.join(ROOT, "build", "bench", "python")


def install():
    """Once, to a folder of their own."""
    if os.path.isdir(FOLDER):
        return
    done = subprocess.run(
        [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", FOLDER + ".new",
         "protobuf", *(f"{name}=={version}" for name, version in PACKAGES.items())],
        stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        give_up(f"{' and '.join(PACKAGES)} cannot be installed from PyPI: {done.stderr.strip()[-500:]}")
    os.rename(FOLDER + ".new", FOLDER)


def peer(name, folder):
    """Over the records of the folder."""
    command = [PYTHON, "-B", os.path.join(os.path.dirname(os.path.abspath(__file__)), f"{name}_job.py"), folder]
    return Peer(name, command, {"PYTHONPATH": FOLDER})
