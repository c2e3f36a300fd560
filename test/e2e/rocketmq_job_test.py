"""The main job from topic to topic, over real servers, with Java programs on the other side of both."""

import base64
import collections
import datetime
import glob
import os
import random
import signal
import subprocess
import threading
import time
import unittest

from faulty_proxy import FaultyProxy
from harness import SOAK, TEMBLOR, TIMEOUT_S, Case, SeismicAggRecord, split_delimited
from oracle import Oracle
from rocketmq import Servers

SEED = int(os.environ.get("TEMBLOR_SEED", "20260101"))
KILLS = 100 if SOAK else 10
RESTARTS = 6 if SOAK else 3


def bodies(lines):
    return sorted(base64.b64decode(line["body"]) for line in lines)


class Job(Case):
    """With the folder of a Case and servers for the whole class."""

    options = ()

    @classmethod
    def setUpClass(cls):
        cls.servers = cls.enterClassContext(Servers(options=cls.options))
        cls.topics = 0

    def topic(self, queues=8):
        type(self).topics += 1
        name = f"topic-{self.topics}"
        self.servers.create_topic(name, queues=queues)
        return name

    def uri(self, topic, settings="", name_server=None):
        return f"rocketmq://{name_server or self.servers.name_server}/{topic}{settings}"

    def records(self, count=20_000, sensors=50):
        self.generate("in.pb", "--records", str(count), "--sensors", str(sensors), "--anomaly-rate", "0.05", "--seed",
                      "1", "--start-time", "2024-01-01T00:00:00Z")
        return [message for _, message in split_delimited(self.read("in.pb"))]

    def fill(self, topic, settings="", count=20_000, sensors=50):
        self.succeed("generate", "--records", str(count), "--sensors", str(sensors), "--anomaly-rate", "0.05", "--seed",
                     "1", "--start-time", "2024-01-01T00:00:00Z", "--to", self.uri(topic, settings))
        self.servers.settle()

    def oracle(self):
        oracle = Oracle()
        oracle.add_split("file:in.pb", self.read("in.pb"))
        return oracle

    def check_topic_of_results(self, topic, oracle):
        lines = self.servers.java_read(topic, "--as", "agg")
        got = bodies(lines)
        expected = sorted(message for _, message in split_delimited(oracle.agg_bytes()))
        self.assertEqual(len(got), len(expected), collections.Counter(got).most_common(2))
        self.assertTrue(got == expected, "the results differ")
        for line in lines:
            result = SeismicAggRecord.FromString(base64.b64decode(line["body"]))
            self.assertEqual(line["keys"], [f"{result.sensor_id}|{result.window_start_ts}"])
        return lines


class Way(Job):
    def process(self, source, *more):
        self.succeed("process", "--from", source, "--time", "event", "--sink", "csv:out", "--summary", "summary.json",
                     *more)
        return self.json("summary.json")

    def test_records_become_results(self):
        sent = self.records()
        source, results, dead = self.topic(), self.topic(), self.topic(queues=2)
        self.fill(source)
        self.assertEqual(bodies(self.servers.java_read(source)), sorted(sent))
        oracle = self.oracle()
        summary = self.process(self.uri(source, "?bounded&group=watched"), "--sink", self.uri(results), "--dead-letter",
                               self.uri(dead), "--checkpoint-dir", "state", "--checkpoint-interval", "100ms")
        self.assertEqual(summary["records_read"], len(sent))
        self.assert_same_files(self.csv_files("out"), oracle.csv_files())
        queues = collections.defaultdict(set)
        for line in self.check_topic_of_results(results, oracle):
            queues[line["keys"][0].split("|")[0]].add(line["queue"])
        self.assertTrue(all(len(each) == 1 for each in queues.values()), queues)
        letters = self.servers.java_read(dead)
        self.assertEqual(bodies(letters), sorted(rejected.payload for rejected in oracle.dead_letters))
        reasons = collections.Counter(line["properties"]["reason"] for line in letters)
        self.assertEqual(reasons, collections.Counter(rejected.reason for rejected in oracle.dead_letters))
        for line in letters:
            self.assertRegex(line["properties"]["split"], rf"^rocketmq:{source}/broker-0/[0-7]$")
            self.assertRegex(line["properties"]["offset"], r"^\d+$")

    def test_packed_records_are_the_same(self):
        self.records()
        packed, both = self.topic(), self.topic()
        self.fill(packed, "?pack=100")
        oracle = self.oracle()
        summary = self.process(self.uri(packed, "?bounded"), "--max-records", "20000")
        self.assertEqual(summary["records_read"], 20_000)
        self.assert_same_files(self.csv_files("out"), oracle.csv_files())
        self.assertLess(len(self.servers.java_read(packed)), 20_000 // 100 + 9)
        # Some one by one, then more of them packed: both are read from one topic.
        self.fill(both, count=100)
        self.fill(both, "?pack=7", count=1000)
        summary = self.process(self.uri(both, "?bounded"), "--out-of-orderness", "1m", "--sink", "csv:from-topic")
        self.assertEqual((summary["records_read"], summary["late"]), (1100, 0))
        ways = []
        for count in (100, 1000):
            self.generate(f"{count}.pb", "--records", str(count), "--sensors", "50", "--anomaly-rate", "0.05", "--seed",
                          "1", "--start-time", "2024-01-01T00:00:00Z")
            ways += ["--from", f"file:{count}.pb"]
        self.succeed("process", *ways, "--out-of-orderness", "1m", "--sink", "csv:from-files")
        self.assert_same_files(self.csv_files("from-topic"), self.csv_files("from-files"))

    def test_late_records_to_a_topic(self):
        source, late = self.topic(queues=1), self.topic(queues=2)
        bodies_of = {}
        for name, start in (("then", "2024-01-01T01:00:00Z"), ("before", "2024-01-01T00:00:00Z")):
            arguments = ("--records", "300", "--sensors", "20", "--anomaly-rate", "0", "--start-time", start)
            self.generate(f"{name}.pb", *arguments)
            bodies_of[name] = sorted(message for _, message in split_delimited(self.read(f"{name}.pb")))
            self.succeed("generate", *arguments, "--to", self.uri(source))
        summary = self.process(self.uri(source, "?bounded"), "--late-sink", self.uri(late), "--checkpoint-dir", "state")
        self.assertEqual((summary["records_accepted"], summary["late"]), (300, 300))
        self.servers.settle()
        letters = self.servers.java_read(late)
        self.assertEqual(bodies(letters), bodies_of["before"])
        self.assertEqual({letter["properties"]["reason"] for letter in letters}, {"late"})

    def test_records_that_java_has_sent(self):
        sent = self.records(2000)
        oracle = self.oracle()
        for arguments in ((), ("--batch", "500"), ("--compress", "zlib")):
            with self.subTest(arguments):
                source = self.topic()
                self.servers.java_send(source, sent, *arguments)
                self.servers.settle()
                self.process(self.uri(source, "?bounded"))
                self.assert_same_files(self.csv_files("out"), oracle.csv_files())
        source = self.topic()
        self.servers.java_send(source, sent[:30], "--compress", "lz4")
        self.servers.settle()
        self.assertEqual(self.process(self.uri(source, "?bounded"))["dropped"]["compression"], 30)

    def test_where_to_start(self):
        source = self.topic()
        self.fill(source, count=1000)
        self.assertEqual(self.process(self.uri(source, "?bounded&start=latest"))["records_read"], 0)
        self.assertEqual(self.process(self.uri(source, "?bounded&start=2001-01-01"))["records_read"], 1000)
        self.assertEqual(self.process(self.uri(source, "?bounded&start=group"))["records_read"], 1000)
        self.process(self.uri(source, "?bounded&start=group"), "--checkpoint-dir", "state")
        time.sleep(1.1)
        between = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        # What was acknowledged is read, without waiting for the brokers to show it.
        self.succeed("generate", "--records", "200", "--to", self.uri(source))
        self.assertEqual(self.process(self.uri(source, "?bounded&start=group"))["records_read"], 200)
        self.assertEqual(self.process(self.uri(source, f"?bounded&start={between}"))["records_read"], 200)
        self.assertEqual(self.process(self.uri(source, "?bounded"))["records_read"], 1200)

    def test_mistakes(self):
        address = self.servers.name_server
        for uri, word in ((f"rocketmq://{address}/missing", "create the topic"), ("rocketmq:topic", "name server"),
                          (f"rocketmq://{address}/a b", "name of a topic"), ("rocketmq://here/t", "name server"),
                          (f"rocketmq://{address}/t?start=soon", "earliest"),
                          (f"rocketmq://{address}/t?pull=0", "1 to"), (f"rocketmq://{address}/t?bounded=1", "?bounded")):
            with self.subTest(uri):
                self.assertIn(word, self.refuse("process", "--from", uri))


class Client(unittest.TestCase):
    """The unit tests of the client that want real servers, with the broker of today and that of the original system."""

    def test_live(self):
        program = os.path.join(os.path.dirname(TEMBLOR), "connectors_test")
        for version in ("5.3.3", "5.3.0"):
            with self.subTest(version), Servers(version=version) as servers:
                done = subprocess.run([program, "--gtest_filter=Live.*", "--gtest_brief=1"], capture_output=True, text=True,
                                      env={**os.environ, "TEMBLOR_ROCKETMQ": servers.name_server}, timeout=TIMEOUT_S)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertIn("4 tests", done.stdout)
                self.assertNotIn("SKIPPED", done.stdout)


class Killed(Job):
    """Ended at random moments, the brokers restarted, the connections broken; nothing is lost, nothing comes twice."""

    options = ("--flush", "sync")

    def restart_brokers(self, done):
        dice = random.Random(SEED + 1)
        for number in range(RESTARTS):
            if done.wait(dice.uniform(2, 6)):
                return
            with self.restarting:
                self.servers.stop("broker-0", kill=number % 3 != 0)
                done.wait(dice.uniform(0, 1))
                self.servers.start("broker-0")
            self.restarts += 1

    def test_random_moments(self):
        dice = random.Random(SEED)
        source = self.topic()
        self.records(200_000, 500)
        self.fill(source, count=200_000, sensors=500)
        oracle = self.oracle()
        kills = self.restarts = 0
        self.restarting = threading.Lock()
        done = threading.Event()
        restarter = threading.Thread(target=self.restart_brokers, args=(done,))
        rates = {"cut": 0.004, "half": 0.004, "drop": 0.001, "delay": 0.05, "twice": 0.02, "lose": 0.004}
        with FaultyProxy(self.servers.name_server, seed=SEED, **rates) as proxy:
            restarter.start()
            try:
                job = 0
                while kills < KILLS or restarter.is_alive():
                    kills += self.run_job(job, source, oracle, proxy, dice)
                    job += 1
            finally:
                done.set()
                restarter.join()
        print(f"{kills} kills in {job} jobs, {dict(proxy.counts)}")
        self.assertEqual(self.restarts, RESTARTS)
        for fault, rate in rates.items():
            if rate * proxy.counts["frames"] > 20:  # else it may well not have come
                self.assertGreater(proxy.counts[fault], 0, fault)

    def run_job(self, job, source, oracle, proxy, dice):
        results = f"results-{job}"
        while True:  # a broker may be away
            try:
                self.servers.create_topic(results)
                break
            except AssertionError:
                continue
        arguments = ("process", "--from", self.uri(source, "?bounded&pull=200", proxy.name_server), "--time", "event",
                     "--sink", self.uri(results, "", proxy.name_server), "--sink", f"csv:out-{job}",
                     "--checkpoint-dir", f"state-{job}", "--checkpoint-interval", "200ms", "--threads", "2")
        kills = failures = 0
        while True:
            process = self.start(*arguments)
            if kills < 2 * KILLS // 3:
                try:
                    process.wait(dice.uniform(0, 5))
                except subprocess.TimeoutExpired:
                    process.kill()
            _, stderr = process.communicate()
            stderr = stderr.decode(errors="replace")
            if process.returncode == 0:
                break
            if process.returncode == 1:  # the brokers were away for longer than a job that is new waits for them
                self.assertEqual(glob.glob(self.path(f"state-{job}/*.ckpt")), [], stderr)
                failures += 1
                self.assertLess(failures, 30, stderr)
                continue
            self.assertEqual(process.returncode, -signal.SIGKILL, stderr)
            kills += 1
        self.assert_same_files(self.csv_files(f"out-{job}"), oracle.csv_files())
        with self.restarting:  # Java reads only what is there
            self.servers.settle()
            self.check_topic_of_results(results, oracle)
        return kills


if __name__ == "__main__":
    unittest.main()
