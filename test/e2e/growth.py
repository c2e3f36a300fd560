"""Whether JVMs grow by what is done in them again and again: what each holds after it has given back what it can."""

import itertools
import os
import re
import statistics
import subprocess
import tempfile

from harness import TIMEOUT_S

# For the JVMs: one arena of malloc, in which no block lies that could be given back. By default each of a dozen arenas
# keeps some of what its threads have freed, megabytes more with each of the first starts of a job.
ENVIRONMENT = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": str(128 << 10), "MALLOC_TRIM_THRESHOLD_": str(128 << 10)}

_TRIES = 3  # Flink itself needs a moment to forget a job
# The memory of a job's netty is freed when its arenas are finalized, and the classes of a job only after that.
_COMMANDS = "GC.run\nGC.run_finalization\nGC.run\nSystem.trim_native_heap\nVM.classloader_stats\n"


class Growth:
    """Of some processes. `look` after each round, and in the end `check`."""

    def __init__(self, case, pids):
        self._case = case
        self._seen = {pid: [] for pid in pids}

    def look(self, jobs=0):
        """While a process holds the classes of so many jobs that run. Of those that have ended it may hold the last one's,
        and those of one on its way out."""
        for pid, seen in self._seen.items():
            for _ in range(_TRIES):
                now = _look(pid)
                if now["jobs"] <= jobs:
                    break
            seen.append(now)
            self._case.assertLessEqual(now["jobs"], jobs + 2, seen)

    def check(self, settled, most_kb_a_round, most_threads_a_round=1):
        """None has grown by more since so many rounds were over."""
        for seen in self._seen.values():
            rest = seen[settled:]
            self._case.assertLess(_slope([each["kb"] for each in rest]), most_kb_a_round, seen)
            self._case.assertLess(_slope([each["threads"] for each in rest]), most_threads_a_round, seen)


def _look(pid):
    with tempfile.NamedTemporaryFile("w", suffix=".jcmd") as commands:
        commands.write(_COMMANDS)
        commands.flush()
        said = subprocess.run(["jcmd", str(pid), "-f", commands.name], check=True, stdout=subprocess.PIPE, text=True,
                              timeout=TIMEOUT_S).stdout
    with open(os.path.join("/proc", str(pid), "status"), encoding="ascii") as status:
        lines = dict(line.split(":", 1) for line in status)
    return {"kb": int(lines["VmRSS"].split()[0]), "threads": int(lines["Threads"]),
            "jobs": len(re.findall(r"\sorg\.apache\.flink\.util\.ChildFirstClassLoader$", said, re.MULTILINE))}


def _slope(values):
    """The median of what all pairs say: a few values that are off, as by a buffer that is there or not, do not count."""
    return statistics.median((after - before) / (j - i)
                             for (i, before), (j, after) in itertools.combinations(enumerate(values), 2))
