"""The job on Flink: a real cluster reads real brokers, and writes the files that the embedded run writes."""

import json
import os
import re
import time
import unittest

from flink import Flink
from harness import ROOT, TIMEOUT_S, Case
from rocketmq import Servers

JAR = os.path.join(ROOT, "build", "flink", "temblor-flink.jar")
ENTRY = "org.jzx.version1.SeismicDataFlinkConsumer"
CHECKPOINTS = "-Dexecution.checkpointing.interval=200ms"
RECORDS = 60_000


class SameFiles(Case):
    """One topic, read by the embedded run, and by jobs on a cluster that is used for all of them."""

    @classmethod
    def setUpClass(cls):
        cls.servers = cls.enterClassContext(Servers())
        cls.flink = cls.enterClassContext(Flink(task_managers=2))

    def setUp(self):
        super().setUp()
        self.topic = f"rocketmq://{self.servers.name_server}/{self.id().rsplit('.', 1)[-1]}"
        self.servers.create_topic(self.topic.rsplit("/", 1)[-1], queues=4)

    def fill(self, *settings):
        self.succeed("generate", "--records", str(RECORDS), "--sensors", "60", "--seed", "5", "--to",
                     self.topic, *settings)
        self.servers.settle()

    def embedded(self):
        self.succeed("process", "--from", self.topic + "?bounded", "--time", "event", "--sink", "csv:embedded",
                     "--summary", "summary.json")
        summary = self.json("summary.json")
        self.assertEqual(summary["records_read"], RECORDS)
        self.assertGreater(sum(summary["dropped"].values()), RECORDS // 50)
        files = self.csv_files("embedded")
        self.assertGreater(len(files), 5)
        return files

    def submit(self, folder, *options, source="?bounded"):
        """Starts the job; its id."""
        output = self.flink.tool("client", "run", "--detached", CHECKPOINTS, *options, "-c", ENTRY, JAR, "--from",
                                 self.topic + source, "--time", "event", "--sink", "csv:" + self.path(folder))
        job = re.search(r"JobID ([0-9a-f]{32})", output)
        self.assertIsNotNone(job, output)
        return job[1]

    def wait_until_finished(self, job):
        limit = time.monotonic() + TIMEOUT_S
        while True:
            state = self.flink.get(f"/jobs/{job}")
            if state["state"] == "FINISHED":
                return
            self.assertIn(state["state"], ("RUNNING", "RESTARTING", "CREATED"),
                          self.flink.get(f"/jobs/{job}/exceptions")["root-exception"])
            self.assertLess(time.monotonic(), limit, json.dumps(state)[:2000])
            time.sleep(0.05)

    def test_at_any_parallelism(self):
        self.fill()
        expected = self.embedded()
        for parallelism in (1, 2, 4):
            with self.subTest(parallelism=parallelism):
                self.wait_until_finished(self.submit(f"out{parallelism}", "-p", str(parallelism)))
                self.assert_same_files(self.csv_files(f"out{parallelism}"), expected)


if __name__ == "__main__":
    unittest.main()
