"""What happens to real servers while the main job runs from topic to topic: queues are added, brokers go away, a topic
is deleted, others write what is no record. Nothing is lost, nothing comes twice, and the job goes on."""

import base64
import collections
import concurrent.futures
import random
import subprocess
import time
import unittest

from faulty_proxy import FaultyProxy
from harness import TIMEOUT_S, SeismicAggRecord, delimited, letters, split_delimited
from oracle import Oracle, counts_of
from rocketmq import remoting
from rocketmq_job_test import Job, bodies

DOWN_S = 20
MARK = "2024-06-01T00:00:00Z"  # the records of end() are from then: they close the windows of all those before
MARK_MS = 1_717_200_000_000


class Faults(Job):
    """With two brokers for the whole class."""

    options = ("--brokers", "2")

    def setUp(self):
        super().setUp()
        self.parts = []  # what was sent to the source, for the oracle

    def create(self, queues=4, broker=None):
        type(self).topics += 1
        name = f"topic-{self.topics}"
        self.servers.create_topic(name, queues=queues, broker=broker)
        return name

    def send(self, topic, start="2024-01-01T00:00:00Z", count=10_000, seed=1):
        """Records of some sensors in time order, a part of them bad."""
        arguments = ("--records", str(count), "--sensors", "40", "--anomaly-rate", "0.05", "--seed", str(seed),
                     "--start-time", start)
        self.generate("part.pb", *arguments)
        self.succeed("generate", "--to", self.uri(topic), *arguments)
        self.parts.append(self.read("part.pb"))

    def job(self, source, results, *more):
        """The job, which never takes a queue for idle: what it holds is waited for."""
        arguments = ("process", "--from", self.uri(source), "--sink", self.uri(results), "--time", "event",
                     "--idle-timeout", "0s", "--checkpoint-dir", "state", "--checkpoint-interval", "100ms", "--summary",
                     "summary.json", *more)
        with open(self.path("stderr"), "ab") as errors:
            return self.start(*arguments, stderr=errors, stdout=subprocess.DEVNULL)

    def said(self):
        return self.read("stderr").decode()

    def wait(self, process, condition):
        """Until the condition holds; the process must not end before."""
        deadline = time.monotonic() + TIMEOUT_S
        while not condition():
            self.assertIsNone(process.poll(), self.said())
            self.assertLess(time.monotonic(), deadline, self.said())
            time.sleep(0.1)

    def wait_for_words(self, process, pattern, times=1):
        self.wait(process, lambda: self.said().count(pattern) >= times)

    def wait_until_read(self, process, topic):
        """Until a checkpoint covers all that the topic holds."""
        self.servers.settle()
        self.wait(process, lambda: all(end == committed for end, committed in self.offsets(topic)))

    def offsets(self, topic):
        """(end, committed) of each queue; a committed one can lie behind the end of a topic that was made anew."""
        table = self.succeed("topic", "describe", self.uri(topic), "--group", "temblor").decode().splitlines()
        return [(row[3], row[5]) for row in map(str.split, table[1:-1])]

    def end(self, process, source, results, **oracle):
        """Closes the windows, ends the job, and compares what it has written with what the oracle says."""
        self.send(source, start=MARK, count=2000, seed=2)
        self.wait_until_read(process, source)
        self.assertEqual(process.poll(), None)
        process.terminate()
        self.assertEqual(process.wait(TIMEOUT_S), 0, self.said())
        self.servers.settle()
        expected = Oracle(**oracle)
        expected.add_split("all", b"".join(self.parts))
        self.assert_results(results, expected)
        counts = counts_of(self.json("summary.json"))
        for name in ("records_read", "records_accepted", "dropped", "late"):
            self.assertEqual(counts[name], expected.counts()[name], name)

    def assert_results(self, topic, oracle):
        def of_before(messages):
            return sorted(each for each in messages if SeismicAggRecord.FromString(each).window_start_ts < MARK_MS)

        got = of_before(bodies(self.servers.java_read(topic)))
        expected = of_before(message for _, message in split_delimited(oracle.agg_bytes()))
        twice = [each for each, count in collections.Counter(got).items() if count > 1]
        self.assertEqual(twice, [])
        self.assertGreater(len(expected), 0)
        self.assertTrue(got == expected, f"{len(got)} results, not {len(expected)}, or others")


    def test_queue_added_in_the_middle(self):
        source, results = self.create(queues=2), self.create()
        # Nothing is late before the end: the new queues may be found when the others are far ahead.
        process = self.job(source, results, "--out-of-orderness", "1h")
        self.send(source)
        self.wait_until_read(process, source)
        self.servers.create_topic(source, queues=3)
        self.send(source, start="2024-01-01T00:01:40Z")
        self.wait_until_read(process, source)
        self.assertEqual(self.said().count("info new split rocketmq:" + source), 2, self.said())
        self.end(process, source, results, out_of_orderness_ms=3_600_000)
        ends = [remoting.ask(address, remoting.GET_MAX_OFFSET, {"topic": source, "queueId": 2})[0]["offset"]
                for address in self.servers.brokers.values()]
        self.assertTrue(all(int(each) > 100 for each in ends), ends)

    def test_broker_away_for_a_while(self):
        source, results = self.create(broker="broker-0"), self.create(broker="broker-0")
        process = self.job(source, results)
        self.send(source)
        self.wait_until_read(process, source)
        # Read, and written, or not.
        self.send(source, start="2024-01-01T00:01:40Z", count=30_000)
        self.servers.stop("broker-0", kill=True)
        away = time.monotonic()
        self.wait(process, lambda: time.monotonic() - away >= DOWN_S)
        self.servers.start("broker-0")
        # Sent before the job is waited for: a broker that is killed forgets the newest offsets that it was told, and
        # hears of them again once there are newer ones.
        self.send(source, start="2024-01-01T00:06:40Z")
        self.wait_until_read(process, source)
        self.assertRegex(self.said(), r"warning rocketmq:topic-\d+/broker-0/0: .*; trying again")
        self.end(process, source, results)

    def test_one_of_two_stopped_and_started(self):
        source, results = self.create(), self.create()
        process = self.job(source, results)
        self.send(source)
        self.wait_until_read(process, source)
        self.send(source, start="2024-01-01T00:01:40Z", count=30_000)
        self.servers.stop("broker-1")
        self.wait_for_words(process, f"{source}/broker-1/0: ")
        self.servers.start("broker-1")
        self.send(source, start="2024-01-01T00:06:40Z")
        self.wait_until_read(process, source)
        self.end(process, source, results)
        used = {line["broker"] for topic in (source, results) for line in self.servers.java_read(topic)}
        self.assertEqual(used, {"broker-0", "broker-1"})

    def test_brokers_down_at_the_start(self):
        source, results = self.create(), self.create()
        process = self.job(source, results)
        self.send(source)
        self.wait_until_read(process, source)
        process.terminate()
        self.assertEqual(process.wait(TIMEOUT_S), 0, self.said())
        for broker in self.servers.brokers:
            self.servers.stop(broker, kill=True)
        # A new job cannot know the queues, so it says what is missing; one that was begun does, and waits.
        commands = (("process", "--from", self.uri(source), "--sink", "csv:out", "--checkpoint-dir", "new"),
                    ("generate", "--to", self.uri(source)), ("topic", "describe", self.uri(source)))
        with concurrent.futures.ThreadPoolExecutor(len(commands)) as pool:
            for line in pool.map(lambda command: self.refuse(*command, status=1), commands):
                self.assertIn("the name server knows of no broker (start the brokers)", line)
        process = self.job(source, results)
        self.wait_for_words(process, f"rocketmq:{source}/broker-1/0: is away, and is waited for")
        self.wait_for_words(process, f"rocketmq:{source}/broker-1/0: ", 2)
        for broker in self.servers.brokers:
            self.servers.start(broker)
        self.send(source, start="2024-01-01T00:01:40Z")
        self.wait_until_read(process, source)
        self.end(process, source, results)

    def test_topic_deleted_while_it_is_read(self):
        source, results = self.create(), self.create()
        process = self.job(source, results)
        self.send(source)
        self.wait_until_read(process, source)
        self.servers.delete_topic(source)
        splits = [f"rocketmq:{source}/{broker}/{queue}" for broker in self.servers.brokers for queue in range(4)]
        for split in splits:
            self.wait_for_words(process, f"error {split}: ")
        self.assertRegex(self.said(), rf"error {splits[0]}: .*create the topic.*; goes on when that has changed")
        self.servers.create_topic(source, queues=4)
        for split in splits:
            self.wait_for_words(process, f"{split}: holds messages")
        self.send(source, start="2024-01-01T00:01:40Z")
        self.end(process, source, results)

    def test_names(self):
        address = self.servers.name_server
        good = self.uri("topic")
        for bad, words in (("a/b", "'a/b' cannot be the name of a topic"), ("a%2Fb", "'a/b' cannot be the name"),
                           ("a%", "write %25 for a percent sign"), ("a%zz", "write %25 for a percent sign"),
                           ("a%00", "cannot stand in a name"), ("a" * 128, "at most 127"),
                           ("a?group=b/c", "'b/c' cannot be the name of a group"),
                           ("a?group=%", "write %25 for a percent sign"), ("a?group=", "'' cannot be the name")):
            bad = f"rocketmq://{address}/{bad}"
            of_records = ("--checkpoint-dir", "state", "--summary", "summary.json")
            for command in (("process", "--from", bad, "--sink", "csv:out", *of_records),
                            ("process", "--from", good, "--sink", bad, "--sink", "csv:out", *of_records),
                            ("process", "--from", good, "--sink", "csv:out", "--dead-letter", bad, *of_records),
                            ("generate", "--to", bad), ("topic", "create", bad)):
                if "group" in bad and command[0] == "topic":
                    continue
                with self.subTest(command):
                    self.assertIn(words, self.refuse(*command))
        self.assertEqual(self.csv_files("."), {})
        # What RocketMQ takes is taken.
        for name in ("a%25b", "a%7Cb-_9"):
            uri, out = self.uri(name), self.uri(name + "-out")
            for each in (uri, out):
                self.succeed("topic", "create", each, "--queues", "1")
            self.succeed("generate", "--records", "10", "--anomaly-rate", "0", "--to", uri)
            self.servers.settle()
            self.succeed("process", "--from", uri + "?bounded&group=g%25%7C", "--sink", out, "--time", "event",
                         "--checkpoint-dir", name, "--summary", "summary.json")
            results = self.json("summary.json")["results_emitted"]
            self.servers.settle()
            for each, messages in ((uri, 10), (out, results)):
                table = self.succeed("topic", "describe", each, "--group", "g%|").decode().splitlines()
                rows = [row.split() for row in table[1:-1]]
                self.assertEqual(sum(int(row[4]) for row in rows), messages, table)
                committed = [row[5] for row in rows]
                self.assertTrue(all(each != "-" for each in committed) if each == uri else set(committed) == {"-"}, table)

    def others(self):
        """What may lie in a topic that others write to as well, without records."""
        dice = random.Random(7)
        agg = SeismicAggRecord(sensor_id="S001", window_start_ts=1, window_end_ts=2, avg_amplitude=1)
        texts = [b'{"sensor_id":"S001","seismic_amplitude":1.5}', b"[]", b"hello", b"<a/>", b"\0", b"\n",
                 b"\xff" * 3000, b"\x0a\x03\xed\xa0\x80"]
        randoms = [dice.randbytes(dice.randrange(1, 400)) for _ in range(500)]
        return [agg.SerializeToString(), *texts, *randoms, dice.randbytes(1 << 20)]

    def send_empty(self, topic, count):
        self.servers.send_raw(topic, [b""] * count)
        self.parts.append(delimited(b"") * (count * len(self.servers.brokers)))

    def test_messages_of_others(self):
        source, results, dead = self.create(), self.create(), self.create(queues=1)
        process = self.job(source, results, "--dead-letter", self.uri(dead))
        self.send(source)
        others = self.others()
        self.servers.java_send(source, others)
        self.parts.append(b"".join(delimited(each) for each in others))
        self.send_empty(source, 3)
        self.wait_until_read(process, source)
        self.send(source, start="2024-01-01T00:01:40Z")
        self.wait_until_read(process, source)
        self.end(process, source, results)
        oracle = Oracle().add_split("all", b"".join(self.parts))
        kept = self.servers.java_read(dead)
        self.assertEqual(bodies(kept), sorted(rejected.payload for rejected in oracle.dead_letters))
        self.assertEqual(collections.Counter(line["properties"]["reason"] for line in kept), oracle.dropped)
        self.assertGreater(oracle.dropped["parse"], 400)

    def test_bits_that_flip_on_the_way(self):
        """Bodies that are not what their checksum says are letters; all others count."""
        source = self.create()
        self.send(source)
        self.servers.settle()
        with FaultyProxy(self.servers.name_server, seed=1, flip=0.3) as proxy:
            self.succeed("process", "--from", self.uri(source, "?bounded&pull=100", proxy.name_server), "--time",
                         "event", "--sink", "csv:out", "--dead-letter", "file:dead")
            self.assertGreater(proxy.counts["flip"], 10)
        damaged = {(letter.split.decode(), letter.offset): letter.payload for letter in letters(self.path("dead"))
                   if letter.reason == "damaged"}
        self.assertGreater(len(damaged), 10)
        good = bytearray()
        for line in self.servers.java_read(source):
            body = base64.b64decode(line["body"])
            payload = damaged.pop((f"rocketmq:{source}/{line['broker']}/{line['queue']}", line["offset"]), None)
            if payload is None:
                good += delimited(body)
                continue
            self.assertEqual(len(payload), len(body))
            self.assertEqual(sum((a ^ b).bit_count() for a, b in zip(payload, body)), 1)
        self.assertEqual(damaged, {})
        oracle = Oracle(out_of_orderness_ms=3_600_000).add_split("all", bytes(good))  # the queues one behind the other
        self.assert_same_files(self.csv_files("out"), oracle.csv_files())


if __name__ == "__main__":
    unittest.main()
