"""The jobs of bench/java, each in a JVM of its own with a Flink in it."""

import glob
import os
import subprocess
import sys

from .process import ROOT, Peer, give_up

sys.path.insert(0, os.path.join(ROOT, "tools"))
from flink_cluster import distribution, java, settings  # noqa: E402

SOURCES = os.path.join(ROOT, "bench", "java")
CLASSES = os.path.join(ROOT, "build", "bench", "java")
LIBRARIES = [os.path.join(ROOT, "build", *path) for path in (
    ("flink", "temblor-flink.jar"), ("java", "temblor-peers.jar"), ("java", "lib", "protobuf-java-3.21.7.jar"))]
HEAP = "5g"
JOBS = ("native", "java", "preaggregated")


def class_path():
    for library in LIBRARIES:
        if not os.path.exists(library):
            give_up(f"{library} is missing (run make bench)")
    return ":".join([CLASSES, *LIBRARIES, os.path.join(distribution.folder(), "lib", "*")])


def build():
    """Compiles them, against what they run on."""
    sources = glob.glob(os.path.join(SOURCES, "**", "*.java"), recursive=True)
    os.makedirs(CLASSES, exist_ok=True)
    # Java's serialisation reaches the jobs' functions only within one run; -classfile and -path are about Flink's jars.
    subprocess.run([os.path.join(java.home(), "bin", "javac"), "-Xlint:all,-processing,-serial,-try,-classfile,-path",
                    "-Werror", "-d", CLASSES, "-cp", class_path(), *sources], check=True)


def peer(job, folder, options=()):
    """`job` as in temblor.bench.Main, over the records of the folder. G1, as in a TaskManager; but half of this heap are
    records that nobody has in one, and G1 would mark them again and again, at the cost of the job that allocates most."""
    command = [os.path.join(java.home(), "bin", "java"), f"-Xms{HEAP}", f"-Xmx{HEAP}", "-XX:+UseG1GC",
               "-XX:-G1UseAdaptiveIHOP", "-XX:InitiatingHeapOccupancyPercent=80", "-XX:-UsePerfData", "-Djava.io.tmpdir=" + folder, *settings.JAVA_17, *options, "-cp", class_path(),
               "temblor.bench.Main", job, folder]
    return Peer(job, command)
