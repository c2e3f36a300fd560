"""The golden test: one input in six files, read by 1, 2 and 5 threads: always the same bytes, and those that test/golden
says. A longer one, stopped in the middle and restored with another number of threads: the same bytes as at one go.

A change of the bytes that is meant is written down with TEMBLOR_WRITE_GOLDEN=1."""

import hashlib
import os
import random
import time
import unittest

from harness import ROOT, SOAK, Case, delimited, split_delimited
from oracle import Oracle, counts_of

GOLDEN = os.path.join(ROOT, "test/golden/main_job.sha256")
FILES = 6
RECORDS = 60_000
MANY = 1_500_000  # take long enough to be stopped on the way
STOPS = 40 if SOAK else 6


def digest(data):
    return hashlib.sha256(data).hexdigest()


def digest_of_files(files):
    """Of all names and bytes, in the order of the names."""
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(f"{name} {len(files[name])}\n".encode() + files[name])
    return whole.hexdigest()


class Golden(Case):
    def make_input(self, records):
        self.generate("whole.pb", "--records", str(records), "--sensors", "37", "--seed", "2718", "--start-time",
                      "2020-12-31T23:59:50Z")
        dice = random.Random(2718)
        # Each file gets a share of the readings, some of them out of order by up to some seconds.
        shares = [[] for _ in range(FILES)]
        for i, (_, message) in enumerate(split_delimited(self.read("whole.pb"))):
            behind = dice.randrange(40_000) if dice.random() < 0.02 else dice.randrange(200)
            shares[dice.randrange(FILES)].append((i + behind, message))
        for i, share in enumerate(shares):
            self.write(f"in{i}.pb", b"".join(delimited(message) for _, message in sorted(share, key=lambda x: x[0])))

    def arguments(self, name, threads, *more):
        sources = [argument for i in range(FILES) for argument in ("--from", f"file:in{i}.pb")]
        return ["process", *sources, "--sink", f"csv:{name}", "--sink", f"file:{name}.pb", "--threads", str(threads),
                "--summary", f"{name}.json", *more]

    def output(self, name):
        return {"csv": digest_of_files(self.csv_files(name)), "results": digest(self.read(f"{name}.pb"))}, counts_of(
            self.json(f"{name}.json"))

    def assert_as_the_oracle(self, name):
        oracle = Oracle()
        for i in range(FILES):
            oracle.add_split(f"file:in{i}.pb", self.read(f"in{i}.pb"))
        self.assert_same_files(self.csv_files(name), oracle.csv_files())
        self.assertEqual(self.output(name)[1], oracle.counts())

    def golden(self):
        with open(GOLDEN, encoding="utf-8") as file:
            return dict(reversed(line.split()) for line in file)

    def test_same_bytes_with_any_number_of_threads(self):
        self.make_input(RECORDS)
        self.succeed(*self.arguments("one", 1))
        expected, counts = self.output("one")
        self.assert_as_the_oracle("one")
        self.assertGreater(counts["late"], 0)

        found = {"input": digest(b"".join(self.read(f"in{i}.pb") for i in range(FILES))), **expected}
        if os.environ.get("TEMBLOR_WRITE_GOLDEN"):
            with open(GOLDEN, "w", encoding="utf-8") as file:
                file.writelines(f"{value}  {name}\n" for name, value in found.items())
        self.assertEqual(found, self.golden())

        for threads in (2, 5, 1):
            name = f"threads{threads}"
            self.succeed(*self.arguments(name, threads, "--checkpoint-dir", f"state{threads}",
                                         "--checkpoint-interval", "10ms"))
            self.assertEqual(self.output(name), (expected, counts), name)

    def test_stopped_and_restored_with_another_number_of_threads(self):
        self.make_input(MANY)
        self.succeed(*self.arguments("one", 1))
        self.assert_as_the_oracle("one")
        expected = self.output("one")
        stopped = 0
        pairs = [(1, 5), (5, 1), (2, 1), (1, 2), (2, 5), (5, 2)]
        for i in range(10 * STOPS):  # the signal comes too late now and then: a whole run takes a moment
            if stopped == STOPS:
                break
            first, second = pairs[i % 6]
            name = f"stopped{i}"
            state = ("--checkpoint-dir", f"state{i}", "--checkpoint-interval", "5ms")
            process = self.start(*self.arguments(name, first, *state))
            while not os.path.exists(self.path(f"state{i}", "LOCK")) and process.poll() is None:
                pass
            time.sleep(0.005 * (i % 4))
            status, stderr = self.stop(process)
            self.assertEqual(status, 0, stderr)
            first_run = self.json(f"{name}.json")
            stopped += not first_run["finished"] and counts_of(first_run)["records_read"] > 0
            self.succeed(*self.arguments(name, second, *state))
            self.assertTrue(self.json(f"{name}.json")["finished"])
            self.assertEqual(self.output(name), expected, f"{first} threads, then {second}")
        self.assertEqual(stopped, STOPS, "too few runs were stopped before their end")


if __name__ == "__main__":
    unittest.main()
