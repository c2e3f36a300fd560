"""A server that answers with garbage, as name server or as broker: a clear line, no hang, no crash, bounded memory."""

import concurrent.futures
import os
import subprocess
import time
import unittest

import stored
from garbage_server import (GARBAGE, GarbageServer, messages, of_broker, of_greeting, of_name_server, of_nothing,
                            of_pull, of_send)
from harness import TEMBLOR, TIMEOUT_S, Case, delimited, letters, reading, split_delimited
from oracle import Oracle

# A few frames of the greatest length, and the program itself; what the test holds when it starts that counts as well.
MOST_MEMORY_KIB = 500 << 10
LONGEST_S = 120  # four times what a program gives a server: all of them run at once


class Ended(Case):
    """What cannot be done without the server."""

    commands = {
        "process": lambda uri: ("process", "--from", uri, "--sink", "null:"),
        "generate": lambda uri: ("generate", "--records", "100", "--to", uri),
        "describe": lambda uri: ("topic", "describe", uri),
        # A folder for each server; what is tried again is in the log.
        "sink": lambda uri: ("process", "--from", "generator:?records=100", "--sink", uri, "--log-level", "error",
                             "--checkpoint-dir", uri.split("/")[2]),
    }

    def run_one(self, command, kind, to):
        with GarbageServer(GARBAGE[kind], to, keeps=False) as server:
            arguments = self.commands[command](f"rocketmq://{server.address}/t")
            begun = time.monotonic()
            process = subprocess.Popen([TEMBLOR, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            self.addCleanup(process.kill)
            with process.stderr:
                stderr = process.stderr.read().decode(errors="replace")
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, stderr, usage.ru_maxrss, time.monotonic() - begun

    def check(self, cases):
        """Runs all (command, kind of garbage, to what) at once."""
        with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
            runs = [(case, pool.submit(self.run_one, *case)) for case in cases]
        for (command, kind, to), run in runs:
            with self.subTest(command=command, kind=kind, to=to.__name__):
                status, stderr, memory_kib, seconds = run.result()
                if (command, kind, to) == ("describe", "route to nowhere", of_name_server):
                    self.assertEqual((status, stderr), (0, ""))  # a topic without queues
                    continue
                self.assertIn(status, (1, 2), stderr)
                self.assertEqual(stderr.count("\n"), 1, stderr)
                self.assertRegex(stderr, r"^temblor: .* (refuses with code 1: no|\(.* .*\)$)")
                self.assertTrue(stderr[:-1].isprintable(), stderr)
                self.assertLess(len(stderr), 500)
                self.assertLess(memory_kib, MOST_MEMORY_KIB, stderr)
                self.assertLess(seconds, LONGEST_S, stderr)

    def test_garbage(self):
        cases = [(command, kind, to) for command in self.commands for kind in GARBAGE
                 for to in (of_name_server, of_broker)]
        cases += [("sink", kind, of_send) for kind in GARBAGE]
        cases += [("generate", kind, of_greeting) for kind in ("http", "frame that never comes", "silence", "close")]
        self.check(cases)


class Running(Case):
    """A job that goes on once the server is sane again."""

    def begin(self, folder, *arguments):
        os.mkdir(self.path(folder))
        with open(self.path(folder, "stderr"), "wb") as errors:
            process = subprocess.Popen([TEMBLOR, *arguments], cwd=self.path(folder), stdin=subprocess.DEVNULL,
                                       stdout=subprocess.DEVNULL, stderr=errors)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def end(self, process):
        """(exit status, memory)"""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        return process.returncode, usage.ru_maxrss

    def wait(self, process, condition):
        deadline = time.monotonic() + TIMEOUT_S
        while not condition():
            self.assertIsNone(process.poll())
            self.assertLess(time.monotonic(), deadline, condition)
            time.sleep(0.05)

    def stderr(self, folder):
        return self.read(os.path.join(folder, "stderr")).decode()

    def check(self, status, memory_kib, stderr):
        self.assertEqual(status, 0, stderr)
        self.assertLess(memory_kib, MOST_MEMORY_KIB)
        self.assertTrue(stderr.replace("\n", "").isprintable(), stderr)
        self.assertLess(len(stderr), 10_000)


class Writes(Running):
    """Each result arrives once, whether the server has kept what it answered with garbage or not."""

    def survive(self, kind, keeps):
        with GarbageServer(GARBAGE[kind], of_send, keeps=keeps) as server:
            process = self.begin(f"{kind} {keeps}", "process", "--from", "file:../in.pb", "--sink",
                                 f"rocketmq://{server.address}/t", "--checkpoint-dir", "state")
            self.wait(process, lambda: server.answered_badly > 0)
            server.to = of_nothing
            return (*self.end(process), server.sent)

    def test_goes_on(self):
        self.generate("in.pb", "--records", "3000", "--sensors", "20", "--start-time", "2024-01-01T00:00:00Z")
        oracle = Oracle().add_split("file:in.pb", self.read("in.pb"))
        expected = sorted(message for _, message in split_delimited(oracle.agg_bytes()))
        cases = [(kind, keeps) for kind in GARBAGE for keeps in (False, True)]
        with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
            runs = {case: pool.submit(self.survive, *case) for case in cases}
        for (kind, keeps), run in runs.items():
            with self.subTest(kind=kind, keeps=keeps):
                status, memory_kib, sent = run.result()
                stderr = self.stderr(f"{kind} {keeps}")
                self.check(status, memory_kib, stderr)
                self.assertRegex(stderr, r"warning checkpoint \d+: .*; trying again\n")
                self.assertEqual(len(sent), len(expected))
                self.assertEqual(sorted(sent), expected)


class Goes(Running):
    """A job that reads has lost nothing."""

    sent = [reading(sensor_id=f"S{i % 5}", collect_timestamp=1_700_000_000_000 + 10 * i).SerializeToString()
            for i in range(300)]

    def job(self, server, *arguments, settings=""):
        return ("process", "--from", f"rocketmq://{server.address}/t{settings}", "--time", "event", "--sink",
                "file:results", "--summary", "summary.json", *arguments)

    def survive(self, kind):
        with GarbageServer(GARBAGE[kind], of_pull, messages("t", self.sent)) as server:
            process = self.begin(kind, *self.job(server, "--checkpoint-dir", "state"))
            self.wait(process, lambda: "trying again" in self.stderr(kind))
            server.to = of_nothing
            self.wait(process, lambda: server.next_pull >= len(self.sent))
            process.terminate()
            return self.end(process)

    def test_goes_on(self):
        with concurrent.futures.ThreadPoolExecutor(len(GARBAGE)) as pool:
            runs = {kind: pool.submit(self.survive, kind) for kind in GARBAGE}
        for kind, run in runs.items():
            with self.subTest(kind):
                status, memory_kib = run.result()
                stderr = self.stderr(kind)
                self.check(status, memory_kib, stderr)
                self.assertRegex(stderr, r"rocketmq:t/a/0: .*; trying again\n")
                self.assertIn("rocketmq:t/a/0: can be read again", stderr)
                summary = self.json(os.path.join(kind, "summary.json"))
                self.assertEqual(summary["records_accepted"], len(self.sent))
                self.assertEqual(summary["records_read"], len(self.sent))

    def test_messages_that_are_gone(self):
        """A broker leaves out of its replies what it does not have any more."""
        gone = {*range(100, 110), *range(290, 300)}
        stream = [b"" if i in gone else stored.message("t", i, body) for i, body in enumerate(self.sent)]
        with GarbageServer(None, of_nothing, stream) as server:
            status, _, stderr = self.run_temblor(*self.job(server, settings="?bounded"))
            self.assertEqual(status, 0, stderr)
            for lost in ("10 messages, 100 to 109,", "10 messages, 290 to 299,"):
                self.assertIn(f"error rocketmq:t/a/0: {lost} were deleted by the broker before they were read", stderr)
            self.assertEqual(self.json("summary.json")["records_read"], 280)
            self.assertIn("100 to 109", self.refuse(*self.job(server, settings="?bounded&loss=stop"), status=1))

    def test_messages_that_lie(self):
        damaged = {3: {"crc": 0}, 40: {"crc": 0xFFFFFFFF}, 250: {"body_length": 1 << 31}}
        stream = [stored.message("t", i, body, **damaged.get(i, {})) for i, body in enumerate(self.sent)]
        oracle = Oracle()
        oracle.add_split("t", b"".join(delimited(body) for i, body in enumerate(self.sent[:250]) if i not in damaged))
        with GarbageServer(None, of_nothing, stream) as server:
            self.succeed(*self.job(server, "--dead-letter", "file:dead", settings="?bounded"))
        summary = self.json("summary.json")
        # Where the next message begins is not known once a length lies: the rest of the reply is one letter.
        self.assertEqual({reason: count for reason, count in summary["dropped"].items() if count},
                         {"damaged": 2, "frame": 1})
        self.assertEqual(self.read("results"), oracle.agg_bytes())
        letters_ = letters(self.path("dead"))
        self.assertEqual([(letter.offset, letter.end_offset, letter.reason) for letter in letters_],
                         [(3, 4, "damaged"), (40, 41, "damaged"), (250, 300, "frame")])
        self.assertEqual([letter.payload for letter in letters_],
                         [self.sent[3], self.sent[40], b"".join(stream[250:])])


if __name__ == "__main__":
    unittest.main()
