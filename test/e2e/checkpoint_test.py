"""Checkpoints that are damaged, of another job, or in use."""

import os
import random
import time
import unittest

from harness import SOAK, Case, delimited, reading, split_delimited
from oracle import Oracle, counts_of


class Checkpoints(Case):
    """A job that was stopped with two or more checkpoints, and its input grown since: a restart has work to do."""

    def setUp(self):
        super().setUp()
        self.generate("whole.pb", "--records", "40000", "--sensors", "20", "--seed", "11", "--start-time",
                      "2024-05-05T00:00:00Z")
        self.whole = self.read("whole.pb")
        offsets = [offset for offset, _ in split_delimited(self.whole)]
        self.pieces = [self.whole[:offsets[10_000]], self.whole[offsets[10_000]:offsets[25_000]],
                       self.whole[offsets[25_000]:]]
        self.oracle = Oracle().add_split("file:in.pb?follow", self.whole)
        self.write("in.pb", b"")
        for piece, records in zip(self.pieces, (10_000, 25_000)):
            self.grow(piece)
            self.follow_until(records)
        self.grow(self.pieces[2])
        self.assertGreaterEqual(len(self.checkpoints("state")), 2)

    def grow(self, piece):
        with open(self.path("in.pb"), "ab") as file:
            file.write(piece)

    def arguments(self, *more, state="state", source="file:in.pb?follow"):
        return ["process", "--from", source, "--sink", "csv:out", "--sink", "file:results.pb", "--dead-letter",
                "file:dead.pb", "--summary", "summary.json", "--checkpoint-dir", state, "--checkpoint-interval",
                "20ms", "--idle-timeout", "0s", *more]

    def follow_until(self, records, *more):
        """Runs until so many records are in a checkpoint of its own."""
        before = self.newest()
        process = self.start(*self.arguments(*more))
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            own = self.newest() != before
            status, text, _ = self.run_temblor("inspect", "checkpoint", "state")
            if own and status == 0 and f" {records:,} read".encode() in text:
                break
            time.sleep(0.02)
        status, stderr = self.stop(process)
        self.assertEqual(status, 0, stderr)
        return stderr

    def newest(self):
        """The newest checkpoint and when it was written: the one after a damaged one has its name."""
        return [(path, os.stat(path).st_mtime_ns) for path in self.checkpoints("state")[-1:]]

    def finish(self):
        """What is left, to the last window."""
        stderr = self.follow_until(40_000)
        # The last windows stay open, as more may come; all that have closed are there.
        expected = self.oracle.csv_files()
        got = self.csv_files("out")
        missing = set(expected) - set(got)
        self.assertLessEqual(len(missing), 3)
        self.assert_same_files(got, {name: data for name, data in expected.items() if name in got})
        results = self.oracle.agg_bytes()
        self.assertTrue(results.startswith(self.read("results.pb")))
        self.assertEqual(len(self.read("dead.pb")) > 0, True)
        counts, summary = self.oracle.counts(), counts_of(self.json("summary.json"))
        for name in ("records_read", "records_accepted", "dropped", "late"):
            self.assertEqual(summary[name], counts[name], name)
        return stderr

    def damage(self, path, how, dice=random.Random(5)):
        with open(path, "rb") as file:
            data = bytearray(file.read())
        if how == "flip":
            data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        elif how == "truncate":
            del data[dice.randrange(len(data)):]
        else:
            data = bytearray()
        with open(path, "wb") as file:
            file.write(data)

    def test_undamaged_goes_on(self):
        self.assertNotIn("error", self.finish())

    def test_newest_damaged_falls_back(self):
        for round_ in range(10 if SOAK else 1):
            for how in ("flip", "truncate", "empty"):
                with self.subTest(how=how):
                    self.setUp()
                    newest = self.checkpoints("state")[-1]
                    self.damage(newest, how)
                    self.assertIn(os.path.basename(newest), self.finish())

    def test_all_damaged_is_said(self):
        before = self.csv_files("out")
        for path in self.checkpoints("state"):
            self.damage(path, "truncate")
        line = self.refuse(*self.arguments(), status=1)
        self.assertIn("state", line)
        self.assertRegex(line, r"\(.+\)$")
        self.assertEqual(self.csv_files("out"), before)

    def test_other_settings_are_refused(self):
        before = self.csv_files("out"), self.read("results.pb")
        for name, value in (("--window", "2s"), ("--out-of-orderness", "3s"), ("--amplitude-range", "-1:1")):
            line = self.refuse(*self.arguments(name, value))
            self.assertIn(name.lstrip("-"), line)
        self.write("other.pb", b"")
        self.assertIn("from", self.refuse(*self.arguments(source="file:other.pb?follow")))
        self.assertEqual((self.csv_files("out"), self.read("results.pb")), before)
        self.finish()

    def test_what_changes_no_result_may_change(self):
        self.follow_until(40_000, "--threads", "3", "--max-drift", "20s", "--log-level", "warn")
        self.finish()

    def test_one_process_owns_a_folder(self):
        newest = self.checkpoints("state")[-1]
        process = self.start(*self.arguments())
        deadline = time.monotonic() + 60
        while self.checkpoints("state")[-1:] == [newest] and time.monotonic() < deadline:
            time.sleep(0.01)
        line = self.refuse(*self.arguments(), status=1)
        self.assertIn("state", line)
        status, stderr = self.stop(process)
        self.assertEqual(status, 0, stderr)
        self.finish()

    def test_standard_input_is_refused(self):
        self.refuse_pipe("-", "standard input")

    def test_pipes_are_refused_whatever_their_name(self):
        self.refuse_pipe("file:/dev/stdin", "file:/dev/stdin")
        os.mkfifo(self.path("pipe"))
        both = os.open(self.path("pipe"), os.O_RDWR)  # a pipe is not opened before it has both ends
        self.addCleanup(os.close, both)
        self.refuse_pipe("file:pipe", "file:pipe")
        self.refuse_pipe("file:pip*", "file:pip*")

    def refuse_pipe(self, source, words):
        line = self.refuse("process", "--from", source, "--sink", "csv:new", "--checkpoint-dir", "newstate",
                           stdin=delimited(reading()))
        self.assertIn(f"{words} cannot be read again after a restart", line)
        self.assertFalse(os.path.exists(self.path("new")))
        self.assertFalse(os.path.exists(self.path("newstate")))

    def test_what_cannot_be_read_makes_no_folder(self):
        self.write("bad.mseed", b"no seismogram")
        for sources, words in ((["miniseed:bad.mseed"], "no miniSEED record"),
                               (["file:whole.pb", "file:whole*.pb"], "is read by another source too")):
            line = self.refuse("process", *(word for source in sources for word in ("--from", source)), "--sink",
                               "csv:new", "--checkpoint-dir", "newstate")
            self.assertIn(words, line)
            self.assertFalse(os.path.exists(self.path("newstate")))

    def test_input_that_was_cut(self):
        self.write("in.pb", self.whole[:1000])
        self.assertIn("in.pb", self.refuse(*self.arguments(), status=1))

    def test_inspect(self):
        text = self.succeed("inspect", "checkpoint", "state").decode()
        newest = os.path.join("state", os.path.basename(self.checkpoints("state")[-1]))
        self.assertEqual(text, self.succeed("inspect", "checkpoint", newest).decode())
        for words in ("25,000 read", "file:in.pb?follow", "csv:out file:results.pb"):
            self.assertIn(words, text)
        self.damage(self.path(newest), "flip")
        self.assertIn(newest, self.refuse("inspect", "checkpoint", newest, status=1))


if __name__ == "__main__":
    unittest.main()
