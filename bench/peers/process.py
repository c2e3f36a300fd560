"""A peer as a process, and the same records for all of them."""

import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RELEASE = os.path.join(ROOT, "build", "release", "bench")


def give_up(why):
    sys.exit(f"{sys.argv[0]}: {why}")


class Records:
    """So many sensors, readings of each in a window, and whole windows of about so many records. Fewer records are the
    first ones of more."""

    def __init__(self, sensors, per_window, records):
        self.sensors, self.per_window = sensors, per_window
        self.windows = max(1, records // (sensors * per_window))

    def arguments(self):
        return [str(self.sensors), str(self.per_window), str(self.windows)]

    def write(self, folder):
        """The messages as files, one for each split: see bench/flink_bench.cc."""
        subprocess.run([os.path.join(RELEASE, "flink_bench"), "write", *self.arguments(), folder], check=True)


class Peer:
    """A command that answers each line, a parallelism, with a line of JSON. `with` ends it."""

    def __init__(self, name, command, environment=None):
        self.name, self._command, self._environment = name, command, environment

    def __enter__(self):
        self._said = tempfile.TemporaryFile(mode="w+")
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=self._said, text=True, env={**os.environ, **(self._environment or {})})
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
        self._said.close()

    def run(self, parallelism):
        self._process.stdin.write(f"{parallelism}\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        self._said.seek(0)
        return give_up(f"{self.name} ended: {' '.join(self._command)}\n{self._said.read()[-2000:]}")


def embedded(records):
    return Peer("embedded", [os.path.join(RELEASE, "flink_bench"), "run", *records.arguments()])


def check(name, got, expected, exact):
    """`exact`: averages to the last bit; otherwise as far as sums of doubles go. Ends the program where they differ."""
    same = all(got[key] == expected[key] for key in ("records", "rows", "hashes"))
    if exact:
        same = same and got["exact"] == expected["exact"]
    if not same or abs(got["averages"] - expected["averages"]) > 1e-6 * expected["rows"]:
        give_up(f"the results of {name} are wrong: {got}, not {expected}")
