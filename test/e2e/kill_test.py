"""The real binary, killed with SIGKILL at random moments and at every step it takes towards the disk, and with a disk
that fails: what comes out after the restarts is byte for byte what an undisturbed run writes."""

import collections
import os
import random
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from harness import SOAK, TEMBLOR, Case
from oracle import counts_of

RECORDS = 300_000
KILLS = 120 if SOAK else 12
KILLS_OF_ONE_JOB = 30
STEPS = 2000 if SOAK else 60
SEED = int(os.environ.get("TEMBLOR_SEED", "20260101"))

# The calls by which the program changes what is on the disk, in the order of a checkpoint: a killed process has done
# everything up to one of them and nothing from it on.
CALLS = ("openat", "write", "fsync", "rename", "ftruncate", "unlink", "mkdir", "pwrite64")
OUTPUTS = ("out", "results.pb", "dead.pb", "late.pb", "state", "summary.json")


class Kill(Case):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="temblor-e2e-")
        cls.addClassCleanup(folder.cleanup)
        cls.input = os.path.join(folder.name, "in.pb")
        # Two pieces, the second begins some seconds before the first one's end: its first readings are late.
        with open(cls.input, "wb") as file:
            for seed, start in (("1", "2024-01-01T00:00:00Z"), ("2", "2024-01-01T00:00:10Z")):
                subprocess.run([TEMBLOR, "generate", "--records", str(RECORDS // 2), "--sensors", "100", "--seed",
                                seed, "--start-time", start, "--to", "-"], stdout=file, check=True)

    def setUp(self):
        super().setUp()
        os.link(self.input, self.path("in.pb"))
        self.dice = random.Random(SEED)
        self.arguments = ["process", "--from", "file:in.pb", "--sink", "csv:out", "--sink", "file:results.pb",
                          "--dead-letter", "file:dead.pb", "--late-sink", "file:late.pb", "--summary", "summary.json",
                          "--checkpoint-dir", "state", "--checkpoint-interval", "20ms", "--threads", "2"]
        begun = time.monotonic()
        self.succeed(*self.arguments)
        self.seconds = time.monotonic() - begun
        self.expected = self.output()
        self.begin_anew()

    def output(self):
        return {"csv": self.csv_files("out"), "results": self.read("results.pb"), "dead": self.read("dead.pb"),
                "late": self.read("late.pb"), "counts": counts_of(self.json("summary.json"))}

    def begin_anew(self):
        for name in OUTPUTS:
            path = self.path(name)
            if os.path.isdir(path):
                shutil.rmtree(path)
            elif os.path.exists(path):
                os.unlink(path)

    def check(self, what):
        got = self.output()
        for part in ("results", "dead", "late"):
            self.assertTrue(got[part] == self.expected[part], f"{what}: the bytes of {part} differ")
        self.assertEqual(got["counts"], self.expected["counts"], what)
        self.assert_same_files(got["csv"], self.expected["csv"])

    def test_input_exercises_everything(self):
        counts = self.expected["counts"]
        self.assertEqual(counts["records_read"], RECORDS)
        self.assertGreater(counts["late"], 0)
        self.assertGreater(sum(counts["dropped"].values()), 0)
        self.assertGreater(counts["windows_emitted"], 20)

    def test_random_moments(self):
        kills = 0
        while kills < KILLS:
            of_this_job = 0
            while True:
                process = self.start(*self.arguments)
                if of_this_job < KILLS_OF_ONE_JOB:
                    try:
                        process.wait(self.dice.uniform(0, self.seconds))
                    except subprocess.TimeoutExpired:
                        process.kill()
                _, stderr = process.communicate()
                if process.returncode == 0:
                    break
                self.assertEqual(process.returncode, -signal.SIGKILL, stderr)
                of_this_job += 1
            kills += of_this_job
            self.check(f"after {of_this_job} kills")
            self.begin_anew()

    # strace stops the program at the calls themselves, so that no moment is left out.

    def strace(self, *options):
        return ("strace", "-f", *options)

    def require_strace(self):
        done = subprocess.run(["strace", "-f", "-o", os.devnull, "true"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, f"this test needs strace and leave to trace: {done.stderr}")

    def steps(self):
        """Every (call, its number) that an undisturbed run comes to; strace counts for each thread."""
        status, _, stderr = self.run_temblor(
            *self.arguments, before=self.strace("-o", "trace", "-e", "trace=" + ",".join(CALLS)))
        self.assertEqual(status, 0, stderr)
        numbers = collections.Counter()
        for line in self.read("trace").decode(errors="replace").splitlines():
            called = re.match(r"(\d+) +(\w+)\(", line)
            if called:
                numbers[called.groups()] += 1
        self.begin_anew()
        highest = {call: max((n for (_, c), n in numbers.items() if c == call), default=0) for call in CALLS}
        self.assertGreater(min(highest[call] for call in ("openat", "write", "fsync", "rename", "mkdir")), 1, highest)
        return [(call, n) for call in CALLS for n in range(1, highest[call] + 1)]

    def test_every_step(self):
        self.require_strace()
        steps = self.steps()
        if len(steps) > STEPS:
            # Spread over each call, and every rare one.
            rare = [step for step in steps if sum(call == step[0] for call, _ in steps) <= 4]
            stride = (len(steps) - len(rare)) / (STEPS - len(rare))
            common = [step for step in steps if step not in rare]
            steps = rare + [common[int(i * stride)] for i in range(STEPS - len(rare))]
        killed = 0
        for call, number in steps:
            inject = self.strace("-o", os.devnull, "-e", f"trace={call}", "-e",
                                 f"inject={call}:signal=SIGKILL:when={number}")
            status, _, stderr = self.run_temblor(*self.arguments, before=inject)
            self.assertIn(status, (0, -signal.SIGKILL), stderr)  # how many steps there are is a matter of time too
            if status != 0:
                killed += 1
                self.succeed(*self.arguments)
            self.check(f"killed at {call} {number}")
            self.begin_anew()
        self.assertGreater(killed, len(steps) // 2)

    def test_failing_disk(self):
        self.require_strace()
        failures = [("fsync", "EIO", "3+"), ("fsync", "EIO", "20+"), ("fsync", "EIO", "7"),
                    ("write", "EIO", "30"), ("rename", "EIO", "2+"),
                    ("rename", "ENOSPC", "9"), ("mkdir", "ENOSPC", "2+"), ("write", "EDQUOT", "12")]
        # On one file alone: the checkpoint, the sinks, the letters.
        failures += [("write", error, when, path) for path in ("state/checkpoint.tmp", "results.pb", "dead.pb")
                     for error, when in (("ENOSPC", "1+"), ("EIO", "2"))]
        if SOAK:
            # Every step in turn.
            failures += [(call, error, f"{number}{again}") for call in ("fsync", "write", "rename", "mkdir")
                         for error in ("EIO", "ENOSPC") for number in range(1, 60)
                         for again in (("", "+") if call != "write" else ("",))]
        self.assertGreaterEqual(self.fail_disk(failures), 7)

    def test_nothing_can_be_written(self):
        """Not even the program's last words."""
        self.require_strace()
        self.assertEqual(self.fail_disk([("write", "ENOSPC", "5+"), ("write", "ENOSPC", "40+")]), 2)

    def fail_disk(self, failures):
        """Lets a call fail, of a number or from it on, on one path or on all; how many of the runs ended by that."""
        failed = 0
        for call, error, when, *paths in failures:
            what = f"{call} {error} {when} {paths}"
            inject = self.strace("-o", os.devnull, *(option for path in paths for option in ("-P", self.path(path))), "-e",
                                 f"trace={call}", "-e", f"inject={call}:error={error}:when={when}")
            status, _, stderr = self.run_temblor(*self.arguments, before=inject)
            if status != 0:
                failed += 1
                self.assertEqual(status, 1, f"{what}\n{stderr}")
                if paths or call != "write" or not when.endswith("+"):  # there its last words cannot be written either
                    lines = [line for line in stderr.splitlines() if line.startswith("temblor: ")]
                    self.assertEqual(len(lines), 1, f"{what}\n{stderr}")
                    self.assertRegex(lines[0], r"^temblor: .+: .+ \(.+\)$", what)
                self.succeed(*self.arguments)
            self.check(what)
            self.begin_anew()
        return failed


if __name__ == "__main__":
    unittest.main()
