"""The jars of RocketMQ's servers, fetched once from Maven Central by pom.xml into a folder for each version."""

import os
import shutil
import subprocess
import tempfile

from loopback.locks import locked, maven_locked
from loopback.problem import Problem

NEWEST = "5.3.3"
BROKER_VERSIONS = (NEWEST, "5.3.0")
NAME_SERVER_VERSION = NEWEST

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_POM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pom.xml")
_FETCH_LIMIT_S = 1200


def folder():
    return os.path.abspath(os.environ.get("TEMBLOR_ROCKETMQ_JARS") or os.path.join(_ROOT, "build", "rocketmq", "jars"))


def class_path(version):
    """The class path of a version's servers; fetches them if need be."""
    jars = os.path.join(folder(), version)
    if not _complete(jars):
        os.makedirs(folder(), exist_ok=True)
        with locked(os.path.join(folder(), ".lock")):
            if not _complete(jars):
                _fetch(version, jars)
    return os.path.join(jars, "*")


def _complete(jars):
    """The folder appears by a rename once it is whole; the pom beside the jars tells those of an older pom."""
    try:
        with open(os.path.join(jars, "pom.xml")) as fetched, open(_POM) as wanted:
            return fetched.read() == wanted.read()
    except FileNotFoundError:
        return False


def _fetch(version, jars):
    if not shutil.which("mvn"):
        raise Problem("mvn is missing (run tools/install_dependencies test)")
    work = tempfile.mkdtemp(prefix=".fetch-", dir=folder())
    try:
        profile = ["-Pname-server"] if version == NAME_SERVER_VERSION else []
        command = ["mvn", "-q", "-B", "-f", _POM, *profile, f"-Drocketmq.version={version}",
                   f"-DoutputDirectory={work}", "dependency:copy-dependencies"]
        with maven_locked():
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=_FETCH_LIMIT_S)
        if done.returncode != 0:
            errors = [line for line in done.stdout.splitlines() if "[ERROR]" in line] or [done.stderr.strip()]
            raise Problem(f"RocketMQ {version} cannot be fetched from Maven Central (is there a network?): {errors[0]}")
        shutil.copyfile(_POM, os.path.join(work, "pom.xml"))
        os.chmod(work, 0o755)
        shutil.rmtree(jars, ignore_errors=True)
        os.rename(work, jars)
    finally:
        shutil.rmtree(work, ignore_errors=True)
