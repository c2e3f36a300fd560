"""`temblor flink submit` on a real cluster: it brings the job there, watches it, and says in one line what is wrong."""

import os
import re
import signal
import time
import unittest

from flink import Flink
from harness import ROOT, TIMEOUT_S, Case
from rocketmq import Servers

JAR = os.path.join(ROOT, "build", "flink", "temblor-flink.jar")
RECORDS = 20_000


class Submit(Case):
    """One topic with records, and one cluster with two slots."""

    @classmethod
    def setUpClass(cls):
        cls.servers = cls.enterClassContext(Servers())
        cls.flink = cls.enterClassContext(Flink(options=["--set", "slot.request.timeout=2000"]))
        cls.topic = f"rocketmq://{cls.servers.name_server}/readings"
        cls.servers.create_topic("readings", queues=2)

    def setUp(self):
        super().setUp()
        self.addCleanup(self.flink.cancel_all)
        if not self.flink.get("/jobs")["jobs"]:
            self.succeed("generate", "--records", str(RECORDS), "--sensors", "50", "--to", self.topic)
            self.servers.settle()

    def arguments(self, *arguments, parallelism=2):
        return ("flink", "submit", "--jobmanager", self.flink.status()["job_manager"]["address"], "--jar", JAR,
                "--parallelism", str(parallelism), "--time", "event", *arguments)

    def embedded(self, *arguments):
        self.succeed("process", "--from", self.topic + "?bounded", "--time", "event", "--sink", "csv:embedded",
                     *arguments)
        return self.csv_files("embedded")

    def check_id(self, stdout):
        """The one line on standard output is the id of the only job that has been asked for by this test."""
        job = stdout.decode().strip()
        self.assertRegex(job, "^[0-9a-f]{32}$")
        return job

    def wait_for(self, job, state):
        limit = time.monotonic() + TIMEOUT_S
        while self.flink.get(f"/jobs/{job}")["state"] != state:
            self.assertLess(time.monotonic(), limit)
            time.sleep(0.1)

    def test_watches_a_job_to_its_end(self):
        """With settings from a file, which the cluster never sees."""
        self.write("temblor.toml", b'window = "2s"\namplitude-range = "-5:5"\n')
        config = "--config", self.path("temblor.toml")
        expected = self.embedded(*config)
        self.assertGreater(len(expected), 1)
        status, stdout, stderr = self.run_temblor(*self.arguments(
            *config, "--from", self.topic + "?bounded", "--sink", "csv:" + self.path("out"), "--set",
            "execution.checkpointing.interval=200ms"))
        self.assertEqual(status, 0, stderr)
        job = self.check_id(stdout)
        self.assertIn(f"job {job} is FINISHED", stderr)
        self.assert_same_files(self.csv_files("out"), expected)
        self.assertGreater(self.flink.get(f"/jobs/{job}/checkpoints")["counts"]["completed"], 0)
        self.assertEqual(self.flink.get("/jars")["files"], [])  # nothing is left there

    def test_returns_when_the_job_runs_or_nobody_watches_any_more(self):
        arguments = self.arguments("--from", self.topic, "--sink", "null:", parallelism=1)
        status, stdout, stderr = self.run_temblor(*arguments, "--detach")
        self.assertEqual(status, 0, stderr)
        detached = self.check_id(stdout)
        self.assertRegex(stderr, f"job {detached} is RUNNING")
        process = self.start(*arguments)
        watched = self.check_id(process.stdout.readline())
        self.assertNotEqual(watched, detached)
        self.wait_for(watched, "RUNNING")
        status, stderr = self.stop(process, signal.SIGINT)
        self.assertEqual(status, 0, stderr)
        self.assertIn(f"no longer watching; job {watched} goes on", stderr)
        for job in (detached, watched):
            self.assertEqual(self.flink.get(f"/jobs/{job}")["state"], "RUNNING")

    def test_goes_on_from_a_savepoint(self):
        arguments = self.arguments("--from", self.topic, "--sink", "csv:" + self.path("out"), "--detach", "--set",
                                   "execution.checkpointing.interval=200ms")
        job = self.check_id(self.succeed(*arguments))
        stopped = self.flink.tool("client", "stop", "--savepointPath", self.path("savepoints"), job)
        savepoint = re.search(r"Path: (file:\S+)", stopped)[1]
        self.wait_for(job, "FINISHED")
        again = self.check_id(self.succeed(*arguments, "--savepoint", savepoint))
        self.assertEqual(self.flink.get(f"/jobs/{again}/checkpoints")["latest"]["restored"]["external_path"], savepoint)
        line = self.refuse(*arguments, "--savepoint", self.path("nothing"), status=1)
        self.assertIn("nothing", line)

    def test_mistakes_reach_no_cluster(self):
        before = self.flink.get("/jobs"), self.flink.get("/jars")["files"]
        self.assertIn("--from: file:x: a job on Flink reads topics only", self.refuse(*self.arguments("--from", "file:x")))
        self.assertIn("--threads: is no setting of a job on Flink",
                      self.refuse(*self.arguments("--from", self.topic, "--threads", "2")))
        self.assertEqual((self.flink.get("/jobs"), self.flink.get("/jars")["files"]), before)

    def test_the_worlds_faults_are_one_line(self):
        address = self.servers.name_server  # listens, and is no JobManager
        self.assertIn(f"http://{address}: ", self.refuse(
            "flink", "submit", "--jobmanager", address, "--jar", JAR, "--from", self.topic, status=1))
        line = self.refuse(*self.arguments("--from", self.topic, parallelism=3), status=1)
        self.assertIn("failed: the cluster has too few slots for it (start more TaskManagers, or lower --parallelism; ",
                      line)
        missing = f"rocketmq://{self.servers.name_server}/nowhere"
        line = self.refuse(*self.arguments("--from", missing, "--set", "restart-strategy=none"), status=1)
        self.assertRegex(line, "temblor: job [0-9a-f]{32}: failed: .*nowhere")
        self.write("other.jar", b"no jar")
        line = self.refuse("flink", "submit", "--jobmanager", self.flink.status()["job_manager"]["address"], "--jar",
                           self.path("other.jar"), "--from", self.topic, status=1)
        self.assertNotIn("\tat", line)
        self.assertEqual(self.flink.get("/jars")["files"], [])


if __name__ == "__main__":
    unittest.main()
