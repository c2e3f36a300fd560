"""Input that comes while it is read. A file that grows: pieces torn anywhere, stops in between, and nothing lost or
counted twice; a pipe: its readings are of now."""

import os
import random
import subprocess
import time
import unittest

from harness import SOAK, TIMEOUT_S, Case, delimited, reading, split_delimited
from oracle import Oracle, counts_of

PIECES = 300 if SOAK else 40


class Follow(Case):
    def setUp(self):
        super().setUp()
        self.dice = random.Random(4)
        self.generate("whole.pb", "--records", "20000", "--sensors", "15", "--seed", "21", "--start-time",
                      "2024-03-03T00:00:00Z")
        # One reading far behind the others closes their windows: the input of the oracle as well.
        self.whole = self.read("whole.pb") + delimited(reading(collect_timestamp=1_709_510_400_000))
        self.arguments = ["process", "--from", "file:in*.pb?follow", "--sink", "csv:out", "--sink", "file:results.pb",
                          "--dead-letter", "file:dead.pb", "--late-sink", "file:late.pb", "--summary", "summary.json",
                          "--checkpoint-dir", "state", "--checkpoint-interval", "20ms"]

    def append(self, name, data):
        with open(self.path(name), "ab") as file:
            file.write(data)

    def wait_for(self, condition, process):
        deadline = time.monotonic() + 120
        while not condition():
            self.assertIsNone(process.poll(), "it ended by itself")
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)

    def read_up_to(self, records):
        """Whether so many readings are in a checkpoint."""
        status, text, _ = self.run_temblor("inspect", "checkpoint", "state")
        return status == 0 and f" {records:,} read".encode() in text

    def check(self, oracle):
        # The last window stays open, as more may come.
        csv = oracle.csv_files()
        del csv[max(csv)]
        self.assert_same_files(self.csv_files("out"), csv)
        self.assertTrue(oracle.agg_bytes().startswith(self.read("results.pb")))
        counts, expected = counts_of(self.json("summary.json")), oracle.counts()
        for name in ("records_read", "records_accepted", "dropped", "late"):
            self.assertEqual(counts[name], expected[name], name)
        self.assertEqual(counts["windows_emitted"], expected["windows_emitted"] - 1)

    def test_torn_pieces_and_stops(self):
        cuts = sorted(self.dice.sample(range(1, len(self.whole)), PIECES - 1))
        pieces = [self.whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(self.whole)])]
        self.append("in.pb", b"")
        process = self.start(*self.arguments)
        # It hears signals from its first checkpoint on.
        self.wait_for(lambda: self.checkpoints("state"), process)
        for i, piece in enumerate(pieces):
            self.append("in.pb", piece)
            time.sleep(0.002)
            if i % (PIECES // 4) == PIECES // 8:
                status, stderr = self.stop(process)
                self.assertEqual(status, 0, stderr)
                newest = self.checkpoints("state")[-1]
                process = self.start(*self.arguments)
                self.wait_for(lambda: self.checkpoints("state")[-1] > newest, process)
        records = sum(1 for _ in split_delimited(self.whole))
        self.wait_for(lambda: self.read_up_to(records), process)
        status, stderr = self.stop(process)
        self.assertEqual(status, 0, stderr)
        self.assertEqual(self.json("summary.json")["restarts"], 4)
        self.check(Oracle().add_split("file:in.pb", self.whole))

    def test_torn_tail_is_waited_for(self):
        messages = [delimited(reading(collect_timestamp=1_700_000_000_000 + i * 1000)) for i in range(10)]
        self.append("in.pb", b"".join(messages[:5]) + messages[5][:7])
        process = self.start(*self.arguments)
        self.wait_for(lambda: self.read_up_to(5), process)
        status, stderr = self.stop(process)
        self.assertEqual(status, 0, stderr)
        self.append("in.pb", messages[5][7:] + b"".join(messages[6:]))
        process = self.start(*self.arguments)
        self.wait_for(lambda: self.read_up_to(10), process)
        self.stop(process)
        self.assertEqual(self.json("summary.json")["records_accepted"], 10)

    def test_file_that_is_removed_has_been_read(self):
        """Who cleans up behind the job neither ends it nor keeps it from going on."""
        records = [delimited(reading(collect_timestamp=1_700_000_000_000 + i * 1000)) for i in range(20)]
        self.append("in1.pb", b"".join(records[:5]))
        self.append("in2.pb", b"".join(records[5:10]))
        process = self.start(*self.arguments)
        self.wait_for(lambda: self.read_up_to(10), process)
        os.remove(self.path("in1.pb"))
        time.sleep(0.1)
        self.append("in2.pb", b"".join(records[10:15]))
        self.wait_for(lambda: self.read_up_to(15), process)
        status, stderr = self.stop(process)
        self.assertEqual(status, 0, stderr)
        process = self.start(*self.arguments)
        self.append("in2.pb", b"".join(records[15:]))
        self.wait_for(lambda: self.read_up_to(20), process)
        status, stderr = self.stop(process)
        self.assertEqual(status, 0, stderr)

    def test_file_that_was_cut_is_said(self):
        self.append("in.pb", b"".join(delimited(reading()) for _ in range(100)))
        process = self.start(*self.arguments)
        self.wait_for(lambda: self.read_up_to(100), process)
        os.truncate(self.path("in.pb"), 50)
        _, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1)
        self.assertRegex(stderr.decode(), r"(?m)^temblor: .*in\.pb.*cut.* \(.+\)$")


class Pipe(Case):
    def test_readings_of_now_are_none_of_the_future(self):
        for source in ("-", "file:/dev/stdin"):
            with self.subTest(source=source):
                process = self.start("process", "--from", source, "--sink", "null:", "--summary", "summary.json",
                                     "--max-ahead", "100ms", stdin=subprocess.PIPE)
                for _ in range(3):
                    time.sleep(0.3)
                    now = int(time.time() * 1000)
                    process.stdin.write(delimited(reading(collect_timestamp=now)))
                    process.stdin.flush()
                _, stderr = process.communicate(timeout=TIMEOUT_S)
                self.assertEqual(process.returncode, 0, stderr)
                counts = counts_of(self.json("summary.json"))
                self.assertEqual((counts["records_accepted"], counts["dropped"]), (3, {}))

    def fifo(self, *more):
        os.mkfifo(self.path("pipe"))
        return ("process", "--from", "file:pipe", "--sink", "null:", "--summary", "summary.json", *more)

    def test_who_writes_to_a_named_pipe_sees_it_opened_once(self):
        arguments = self.fifo()
        # It waits for its reader, and a second opening would break its pipe.
        writer = subprocess.Popen(["/bin/sh", "-c", "exec > pipe; : > opened; cat first; sleep 0.5; cat second"],
                                  cwd=self.folder)
        self.addCleanup(writer.wait)
        self.addCleanup(writer.kill)
        for name in ("first", "second"):
            self.write(name, delimited(reading()) * 10)
        self.succeed(*arguments, "--print-config")
        time.sleep(0.3)
        self.assertFalse(os.path.exists(self.path("opened")), "looking at the settings opens no pipe")
        self.succeed(*arguments)
        self.assertEqual(writer.wait(TIMEOUT_S), 0)
        self.assertEqual(self.json("summary.json")["records_accepted"], 20)

    def test_named_pipe_that_nobody_writes_to_holds_nothing_up(self):
        self.write("in.pb", delimited(reading()))
        process = self.start(*self.fifo("--from", "file:in.pb", "--log-level", "debug"))
        while b"Received record" not in (line := process.stderr.readline()):
            self.assertNotEqual(line, b"", "it ended by itself")
        status, stderr = self.stop(process)
        self.assertEqual(status, 0, stderr)
        self.assertEqual(self.json("summary.json")["records_accepted"], 1)


if __name__ == "__main__":
    unittest.main()
