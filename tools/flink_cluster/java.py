"""The Java that Flink is to run on."""

import os
import re
import shutil
import subprocess

from loopback.problem import Problem

OLDEST, NEWEST = 11, 17  # our job wants 11, and Flink 1.17 says that it runs on 17 at most
_REMEDY = "run tools/install_dependencies test, or set JAVA_HOME"


def home():
    """JAVA_HOME, or the one whose `java` is in the PATH; refuses what Flink does not run on."""
    folder = os.environ.get("JAVA_HOME")
    java = os.path.join(folder, "bin", "java") if folder else shutil.which("java")
    if not java or not os.access(java, os.X_OK):
        raise Problem(f"there is no Java{f' in JAVA_HOME, {folder}' if folder else ''} ({_REMEDY})")
    version = _major_version(java)
    if not OLDEST <= version <= NEWEST:
        raise Problem(f"{java} is Java {version}, and Flink here needs {OLDEST} to {NEWEST} ({_REMEDY})")
    return os.path.dirname(os.path.dirname(os.path.realpath(java)))


def _major_version(java):
    said = subprocess.run([java, "-version"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    found = re.search(r'version "(?:1\.)?(\d+)', said.stderr)
    if not found:
        raise Problem(f"{java} does not say its version: {(said.stderr.strip().splitlines() or ['no output'])[0]}")
    return int(found[1])
