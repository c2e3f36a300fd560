"""`temblor topic` against real servers: what it makes, what it counts, what it shows as it arrives."""

import re
import signal
import time
import unittest

from harness import TIMEOUT_S, Case, SeismicAggRecord, reading
from rocketmq import Servers


class Topic(Case):
    @classmethod
    def setUpClass(cls):
        cls.servers = cls.enterClassContext(Servers(brokers=2))

    def uri(self, topic, settings=""):
        return f"rocketmq://{self.servers.name_server}/{topic}{settings}"

    def topic_lines(self, form, topic, *options):
        return self.succeed("topic", form, self.uri(topic), *options).decode().splitlines()

    def make(self, topic, queues=4):
        return self.topic_lines("create", topic, "--queues", str(queues))

    def fill(self, topic, settings="", count=1000):
        self.succeed("generate", "--records", str(count), "--sensors", "20", "--anomaly-rate", "0", "--start-time",
                     "2024-01-01T00:00:00Z", "--to", self.uri(topic, settings))
        self.servers.settle()

    def test_create(self):
        self.assertEqual(self.make("made", 3), ["topic made made, with 3 queues on each of: broker-0, broker-1"])
        self.assertEqual(self.make("made", 3),
                         ["topic made is there already, with 3 queues on each of: broker-0, broker-1"])
        line = self.refuse("topic", "create", self.uri("made"), "--queues", "5")
        self.assertIn("is there already, with 3 queues on broker-0, not 5", line)
        self.servers.create_topic("half", queues=8, broker="broker-1")
        self.assertEqual(self.topic_lines("create", "half"), ["topic half made, with 8 queues on each of: broker-0"])
        table = self.topic_lines("describe", "half")
        self.assertEqual(table[-1], "total: 16 queues, 0 messages")

    def test_describe(self):
        self.make("described")
        self.fill("described", count=900)
        table = self.topic_lines("describe", "described", "--group", "watched")
        self.assertEqual(table[0].split(), "broker queue min offset max offset messages committed lag".split())
        rows = [line.split() for line in table[1:-1]]
        self.assertEqual([(row[0], row[1]) for row in rows],
                         [(f"broker-{broker}", str(queue)) for broker in range(2) for queue in range(4)])
        self.assertEqual(sum(int(row[4]) for row in rows), 900)
        self.assertTrue(all(row[2] == "0" and row[3] == row[4] and row[5:] == ["-", "-"] for row in rows), rows)
        self.assertEqual(table[-1], "total: 8 queues, 900 messages, nothing committed by the group")

        job = self.start("process", "--from", self.uri("described", "?group=watched"), "--sink", "null:",
                         "--checkpoint-dir", "state", "--checkpoint-interval", "100ms")
        deadline = time.monotonic() + TIMEOUT_S
        while not self.topic_lines("describe", "described", "--group", "watched")[-1].endswith(" messages, lag 0"):
            self.assertLess(time.monotonic(), deadline)
        self.assertEqual(self.stop(job)[0], 0)
        self.fill("described", count=100)
        table = self.topic_lines("describe", "described", "--group", "watched")
        for row in (line.split() for line in table[1:-1]):
            self.assertEqual(int(row[6]), int(row[3]) - int(row[5]))
        self.assertEqual(table[-1], "total: 8 queues, 1,000 messages, lag 100")
        # RocketMQ's own tool, of the group alone.
        said = self.servers.tool("admin", "consumerProgress", "-g", "watched")
        self.assertRegex(said, r"(?m)^Consume Diff Total: 100$")
        self.assertEqual(len(self.topic_lines("describe", "described")[1].split()), 5)

    def test_tail_from_the_start(self):
        self.make("tailed")
        self.fill("tailed", count=50)
        lines = self.topic_lines("tail", "tailed", "--from-start", "--limit", "50")
        self.assertEqual(len(lines), 51)
        self.assertTrue(lines[0].startswith("broker/queue/offset"))
        form = re.compile(r"^(broker-[01]/[0-3])/(\d+) +20\d\d-\S+Z  - +record S\d+ 2024-01-01T00:00:\S+Z "
                          r"amplitude=\S+ phase=[PSN] quality=1 at \S+,\S+$")
        next_offsets = {}
        for line in lines[1:]:
            found = form.match(line)
            self.assertTrue(found, line)
            queue, offset = found.groups()
            self.assertEqual(int(offset), next_offsets.get(queue, 0), "each queue in order, whole")
            next_offsets[queue] = int(offset) + 1
        self.assertEqual(len(self.topic_lines("tail", "tailed", "--from-start", "--limit", "7")), 8)

    def test_tail_of_all_kinds(self):
        self.make("packed", 1)
        self.fill("packed", "?pack=10", count=20)
        lines = self.topic_lines("tail", "packed", "--from-start", "--limit", "2")[1:]
        self.assertGreaterEqual(len(lines), 2)
        self.assertRegex(lines[0], r"^broker-[01]/0/0\.0 .* record S\d+ ")
        self.assertTrue(all(re.match(r"^broker-[01]/0/\d\.\d .* record ", line) for line in lines), lines)

        self.make("results")
        self.make("letters")
        self.succeed("generate", "--records", "500", "--sensors", "4", "--anomaly-rate", "0.1", "--start-time",
                     "2024-01-01T00:00:00Z", "--to", self.uri("packed"))
        self.servers.settle()
        self.succeed("process", "--from", self.uri("packed", "?bounded"), "--time", "event", "--sink",
                     self.uri("results"), "--dead-letter", self.uri("letters"))
        self.servers.settle()
        for line in self.topic_lines("tail", "results", "--from-start", "--limit", "4")[1:]:
            self.assertRegex(line, r"  (S\d+)\|\d+ +result \1 2024-01-01T\S+ to 2024-01-01T\S+ avg=\S+ max=\S+ min=\S+ "
                             r"P=\d+ S=\d+ N=\d+$")
        for line in self.topic_lines("tail", "letters", "--from-start", "--limit", "4")[1:]:
            self.assertRegex(line, r" letter \w+ from rocketmq:packed/broker-[01]/0 at \d+: (record \S+ 20|\d+ byte)")

    def test_what_others_have_sent(self):
        self.make("others", 1)
        evil = reading(sensor_id="S\x1b[2J\u202e")
        result = SeismicAggRecord(sensor_id="J", window_start_ts=1000, window_end_ts=2000, avg_amplitude=1.5)
        self.servers.java_send("others", [evil, result, b"\xff\x01\x02"], "--compress", "zlib")
        self.servers.settle()
        text = self.succeed("topic", "tail", self.uri("others"), "--from-start", "--limit", "3").decode()
        self.assertIn(r"record S\x1b[2J\u202e 2023-11-14T22:13:20.000Z amplitude=1.0 phase=P quality=1 at 100,30", text)
        self.assertIn("result J 1970-01-01T00:00:01.000Z to 1970-01-01T00:00:02.000Z avg=1.5", text)
        self.assertIn("3 bytes: ff 01 02", text)
        self.assertNotIn("\x1b", text)

    def test_tail_as_it_arrives(self):
        self.make("live")
        self.fill("live", count=10)
        for how in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(how):
                process = self.start("topic", "tail", self.uri("live"))
                self.assertTrue(process.stdout.readline().startswith(b"broker/queue/offset"))
                self.fill("live", count=5)
                lines = [process.stdout.readline() for _ in range(5)]
                self.assertTrue(all(b" record S" in line for line in lines), lines)
                process.send_signal(how)
                stdout, stderr = process.communicate(timeout=30)
                self.assertEqual((process.returncode, stdout, stderr), (0, b"", b""))

    def test_tail_goes_on_after_a_broker_was_away(self):
        self.make("away", 1)
        process = self.start("topic", "tail", self.uri("away"), "--limit", "20")
        self.assertTrue(process.stdout.readline())
        self.servers.stop("broker-0", kill=True)
        self.assertRegex(process.stderr.readline().decode(), r"^temblor: .*; trying again$")
        self.servers.start("broker-0")
        self.fill("away", count=20)
        stdout, _ = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 0)
        self.assertEqual(stdout.count(b" record S"), 20)

    def test_mistakes(self):
        for form in ("describe", "tail"):
            self.assertIn("create the topic", self.refuse("topic", form, self.uri("missing")))
        self.assertIn("cannot be the name of a group",
                      self.refuse("topic", "describe", self.uri("missing"), "--group", "a b"))
        self.assertIn("cannot be reached", self.refuse("topic", "create", "rocketmq://127.0.0.1:1/t", status=1))


if __name__ == "__main__":
    unittest.main()
