"""The RocketMQ source of the job on Flink: a real cluster reads real brokers, and its processes are killed meanwhile."""

import base64
import collections
import glob
import json
import os
import re
import time
import unittest
import zlib

from flink import Flink
from harness import ROOT, TIMEOUT_S, Case, reading
from rocketmq import Servers, topics

JAR = os.path.join(ROOT, "build", "flink", "temblor-flink.jar")
JOBS = os.path.join(ROOT, "build", "flink", "temblor-flink-tests.jar")
QUEUES = 4
SENSORS = 50


class Counted(Case):
    """With a cluster and brokers for the whole class. Jobs count the messages of a topic in their state."""

    @classmethod
    def setUpClass(cls):
        cls.servers = cls.enterClassContext(Servers())
        cls.flink = cls.enterClassContext(Flink(
            task_managers=2, options=["--set", "metrics.fetcher.update-interval=500"]))
        cls.topics = 0

    def topic(self, queues=QUEUES):
        type(self).topics += 1
        name = f"topic-{self.topics}"
        self.servers.create_topic(name, queues=queues)
        return name

    def send(self, topic, count, first=0):
        records = [reading(sensor_id=f"S{i % SENSORS:03}", collect_timestamp=1_700_000_000_000 + i)
                   for i in range(first, first + count)]
        self.servers.java_send(topic, records, "--batch", "500")
        self.servers.settle()

    def expected(self, topic):
        """What the job is to count: by split [messages, sum of their CRC-32, faults]."""
        counts = collections.defaultdict(lambda: [0, 0, 0])
        for line in self.servers.java_read(topic):
            count = counts[f"rocketmq_{topic}_{line['broker']}_{line['queue']}"]
            count[0] += 1
            count[1] += zlib.crc32(base64.b64decode(line["body"]))
        return dict(counts)

    def submit(self, topic, settings, *arguments, options=()):
        """Starts the job; its id. What it counts appears in the folder `out`."""
        os.makedirs(self.path("out"), exist_ok=True)
        output = self.flink.tool("client", "run", "--detached", *options, "-C", f"file://{JAR}", "-c",
                                 "org.temblor.flink.jobs.CountJob", JOBS, "--from",
                                 f"rocketmq://{self.servers.name_server}/{topic}{settings}", "--out", self.path("out"),
                                 *arguments)
        job = re.search(r"JobID ([0-9a-f]{32})", output)
        self.assertIsNotNone(job, output)
        self.addCleanup(self.flink.cancel_all)
        return job[1]

    def counted(self):
        found = {}
        for name in os.listdir(self.path("out")):
            if not name.startswith("."):
                found[name] = [int(number) for number in self.read(os.path.join("out", name)).split()]
        return found

    def messages(self):
        return sum(count[0] for count in self.counted().values())

    def wait(self, reached, what):
        limit = time.monotonic() + TIMEOUT_S
        while not reached():
            if time.monotonic() > limit:
                self.fail(what())
            time.sleep(0.05)

    def wait_until_finished(self, job):
        def over():
            state = self.flink.get(f"/jobs/{job}")["state"]
            self.assertIn(state, ("RUNNING", "RESTARTING", "CREATED", "FINISHED"), self.exceptions(job))
            return state == "FINISHED"

        self.wait(over, lambda: json.dumps(self.flink.get(f"/jobs/{job}"))[:2000])

    def exceptions(self, job):
        return self.flink.get(f"/jobs/{job}/exceptions")["root-exception"]

    def checkpoints(self, job):
        return self.flink.get(f"/jobs/{job}/checkpoints")

    def newest_checkpoint(self, job):
        """Where the job's last whole checkpoint lies, as its folder shows."""
        found = glob.glob(os.path.join(self.flink.home, "checkpoints", job, "chk-*", "_metadata"))
        return max((os.path.dirname(path) for path in found), key=lambda path: int(path.rsplit("-", 1)[1]))

    def wait_for_checkpoints(self, job, more):
        """Until so many have been completed from now on, and messages were counted meanwhile."""
        completed, messages = self.checkpoints(job)["counts"]["completed"], self.messages()
        self.wait(lambda: self.checkpoints(job)["counts"]["completed"] >= completed + more and self.messages() > messages,
                  lambda: f"no checkpoint: {self.exceptions(job)}"[:2000])


class Kills(Counted):
    def test_each_message_counts_once_though_task_managers_are_killed(self):
        topic = self.topic()
        self.send(topic, 20_000)
        expected = self.expected(topic)
        self.assertEqual(sum(count[0] for count in expected.values()), 20_000)
        job = self.submit(topic, "?bounded&pull=25", "--slow", "60", options=("-p", "4"))
        for name in ("tm-0", "tm-1"):
            self.wait_for_checkpoints(job, 2)
            self.flink.stop(name, kill=True)
            self.flink.start(name)
        self.assertIn(self.flink.get(f"/jobs/{job}")["state"], ("RUNNING", "RESTARTING"), "it ended before the kills did")
        self.wait_until_finished(job)
        self.assertEqual(self.counted(), expected)
        self.assertGreaterEqual(self.checkpoints(job)["counts"]["restored"], 2)

    def test_job_goes_on_after_its_job_manager_was_killed(self):
        topic = self.topic()
        self.send(topic, 10_000)
        expected = self.expected(topic)
        job = self.submit(topic, "?bounded&pull=25", "--slow", "100", options=("-p", "4"))
        self.wait_for_checkpoints(job, 2)
        self.flink.stop("jobmanager", kill=True)
        path = self.newest_checkpoint(job)
        before = self.counted()
        self.assertLess(self.messages(), 10_000)
        self.flink.start("jobmanager")
        job = self.submit(topic, "?bounded&pull=1000", options=("-p", "2", "-s", path))
        self.wait_until_finished(job)
        self.assertEqual(self.counted(), expected)
        self.assertNotEqual(before, expected)

    def test_job_lives_on_while_a_broker_is_killed(self):
        topic = self.topic()
        self.send(topic, 5000)
        job = self.submit(topic, "?pull=25", "--slow", "20", options=("-p", "2"))
        for count in (1000, 2000):
            self.wait(lambda: self.messages() > count, lambda: self.exceptions(job))
            self.servers.stop("broker-0", kill=True)
            self.servers.start("broker-0")
        self.send(topic, 2000, first=5000)
        expected = self.expected(topic)
        self.wait(lambda: self.counted() == expected, lambda: f"{self.counted()}, not {expected}")
        self.assertEqual(self.checkpoints(job)["counts"]["restored"], 0)
        self.assertEqual(self.flink.get(f"/jobs/{job}")["state"], "RUNNING")


class Running(Counted):
    def metric(self, job, name):
        """The sum over the source's subtasks; none where Flink does not know it yet."""
        (source,) = [each for each in self.flink.get(f"/jobs/{job}")["vertices"] if "Source: topic" in each["name"]]
        found = self.flink.get(f"/jobs/{job}/vertices/{source['id']}/subtasks/metrics?get=Source__topic.{name}")
        return found[0]["sum"] if found else None

    def test_savepoint_goes_on_at_another_parallelism_and_new_queues_are_found(self):
        topic, group = self.topic(), "watched"
        self.send(topic, 8000)
        job = self.submit(topic, f"?group={group}&pull=25", "--slow", "400", options=("-p", "4"))
        self.wait_for_checkpoints(job, 1)
        output = self.flink.tool("client", "stop", "--savepointPath", os.path.join(self.flink.home, "savepoints"), job)
        path = re.search(r"Path: (file:\S+)", output)[1]
        self.assertLess(self.messages(), 8000)
        self.send(topic, 1000, first=8000)
        job = self.submit(topic, f"?group={group}&pull=25", "--slow", "1", options=("-p", "1", "-s", path))
        self.wait(lambda: self.messages() == 9000, lambda: f"{self.counted()} {self.exceptions(job)}")

        queues = QUEUES + 2
        self.servers.create_topic(topic, queues=queues)
        self.send(topic, 3000, first=9000)
        expected = self.expected(topic)
        self.assertEqual(len(expected), queues)
        self.wait(lambda: self.counted() == expected, lambda: f"{self.counted()}, not {expected}")

        # What the broker is told, and what Flink's own figures are.
        ends = [expected[f"rocketmq_{topic}_broker-0_{queue}"][0] for queue in range(queues)]
        (broker,) = self.servers.brokers.values()
        self.wait(lambda: topics.consumed(broker, topic, group, queues) == ends,
                  lambda: f"{topics.consumed(broker, topic, group, queues)}, not {ends}")
        self.wait(lambda: self.metric(job, "pendingRecords") == 0, lambda: self.metric(job, "pendingRecords"))
        restored = self.metric(job, "numRecordsIn")
        self.assertGreater(restored, 4000)  # messages, not batches, since the savepoint
        self.assertLess(restored, 12_000)
        size = len(reading(sensor_id="S000").SerializeToString())
        self.assertEqual(self.metric(job, "numBytesIn"), restored * size)
        self.assertEqual(self.metric(job, "numRecordsInErrors"), 0)

    def test_lag_is_seen(self):
        topic = self.topic()
        self.send(topic, 5000)
        job = self.submit(topic, "?pull=10", "--slow", "500", options=("-p", "2"))
        self.wait(lambda: (self.metric(job, "pendingRecords") or 0) > 4000, lambda: self.metric(job, "pendingRecords"))

    def test_missing_topic_is_said(self):
        job = self.submit("missing", "")
        self.wait(lambda: "the topic missing cannot be read at 127.0.0.1" in (self.exceptions(job) or ""),
                  lambda: self.exceptions(job))


if __name__ == "__main__":
    unittest.main()
