"""The RocketMQ source of the job on Flink: a real cluster reads real brokers, and its processes are killed meanwhile."""

import base64
import collections
import json
import os
import re
import time
import unittest
import zlib

from flink import Flink
from harness import ROOT, TIMEOUT_S, Case, reading
from rocketmq import Servers

JAR = os.path.join(ROOT, "build", "flink", "temblor-flink.jar")
JOBS = os.path.join(ROOT, "build", "flink", "temblor-flink-tests.jar")
QUEUES = 4
SENSORS = 50


class Counted(Case):
    """With a cluster and brokers for the whole class. Jobs count the messages of a topic in their state."""

    @classmethod
    def setUpClass(cls):
        cls.servers = cls.enterClassContext(Servers())
        cls.flink = cls.enterClassContext(Flink(task_managers=2))
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

        def cancel():
            if self.flink.get(f"/jobs/{job[1]}")["state"] not in ("FINISHED", "CANCELED", "FAILED"):
                self.flink.tool("client", "cancel", job[1])

        self.addCleanup(cancel)
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
        return self.flink.get(f"/jobs/{job}/checkpoints")["counts"]


class Kills(Counted):
    def test_each_message_counts_once_though_task_managers_are_killed(self):
        topic = self.topic()
        self.send(topic, 20_000)
        expected = self.expected(topic)
        job = self.submit(topic, "?bounded&pull=25", "--slow", "60", options=("-p", "4"))
        for name in ("tm-0", "tm-1"):
            before = self.checkpoints(job)["completed"], self.messages()
            self.wait(lambda: self.checkpoints(job)["completed"] > before[0] + 1 and self.messages() > before[1],
                      lambda: f"no checkpoint: {self.exceptions(job)}"[:2000])
            self.flink.stop(name, kill=True)
            self.flink.start(name)
        self.assertEqual(self.flink.get(f"/jobs/{job}")["state"], "RUNNING", "it has ended before the last kill")
        self.wait_until_finished(job)
        self.assertEqual(self.counted(), expected)
        self.assertGreaterEqual(self.checkpoints(job)["restored"], 2)
        self.assertEqual(sum(count[0] for count in expected.values()), 20_000)


if __name__ == "__main__":
    unittest.main()
