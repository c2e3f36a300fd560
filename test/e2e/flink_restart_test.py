"""The job on Flink is started again and again on one cluster, and one job fails again and again, by which the cluster must
not grow: each job brings its own classes and its own copy of the native core, and each life of a job takes native memory,
threads and clients of the brokers."""

import base64
import json
import os
import time
import unittest

import growth
from flink import Flink
from harness import ROOT, SOAK, TIMEOUT_S, Case, letters, split_delimited
from rocketmq import Servers

JAR = os.path.join(ROOT, "build", "flink", "temblor-flink.jar")
ENTRY = "org.jzx.version1.SeismicDataFlinkConsumer"
LIVES = 50 if SOAK else 15
SETTLED = LIVES // 3  # the first ones fill what is kept on purpose, as code that was compiled
# The heap is there from the start: what grows is something else.
TOUCHED = [option for each in ("jobmanager", "taskmanager")
           for option in ("--set", f"env.java.opts.{each}=-XX:+AlwaysPreTouch")]


class Restarts(Case):
    def wait(self, flink, job, reached):
        """Until the job is in a state, or something is true of it."""
        limit = time.monotonic() + TIMEOUT_S
        while True:
            state = flink.get(f"/jobs/{job}")["state"]
            if reached == state if isinstance(reached, str) else reached():
                return
            self.assertIn(state, ("CREATED", "INITIALIZING", "RUNNING", "RESTARTING", "FAILING"),
                          flink.get(f"/jobs/{job}/exceptions").get("root-exception"))
            self.assertLess(time.monotonic(), limit, flink.get(f"/jobs/{job}/exceptions").get("root-exception"))
            time.sleep(0.05)

    def test_a_cluster_does_not_grow(self):
        """With combiners that are full: 3 MiB each, if it is not freed. The classes of a job are 7. And with less off-heap
        memory for tasks than the native core may take, which is said."""
        options = [*TOUCHED, "--set", "taskmanager.memory.task.off-heap.size=100m"]
        with Servers() as servers, Flink(options=options, environment=growth.ENVIRONMENT) as flink:
            topic = f"rocketmq://{servers.name_server}/restarts"
            servers.create_topic("restarts", queues=4)
            self.succeed("generate", "--records", "80000", "--sensors", "40000", "--seed", "5", "--to", topic + "?pack=100")
            servers.settle()
            self.succeed("process", "--from", topic + "?bounded", "--time", "event", "--sink", "csv:embedded")
            expected = self.csv_files("embedded")
            self.assertTrue(expected)
            jar = flink.upload(JAR)
            grown = growth.Growth(self, flink.pids())
            for start in range(LIVES):
                out = f"out{start}"
                job = flink.run_jar(jar, ENTRY, ["--from", topic + "?bounded", "--time", "event", "--sink",
                                                 "csv:" + self.path(out)], parallelism=2)
                self.wait(flink, job, "FINISHED")
                self.assert_same_files(self.csv_files(out), expected)
                grown.look()
            with open(os.path.join(flink.home, "tm-0", "output.log"), encoding="utf-8") as log:
                self.assertIn("the native core may take 128.000mb", log.read())
            grown.check(SETTLED, 1024 if SOAK else 2048)

    def lead_to(self, folder):
        """Lets the job's files go there from now on."""
        os.symlink(self.path(folder), self.path("out.new"))
        os.replace(self.path("out.new"), self.path("out"))

    def test_a_job_that_fails_does_not_grow(self):
        """A folder of files that is none for a moment: each time Flink begins the job again, in the same process, from the
        last checkpoint. With what it missed meanwhile each of its two combiners takes half a MiB and more."""
        options = [*TOUCHED]
        for setting in ("execution.checkpointing.interval=200ms", "restart-strategy=fixed-delay",
                        "restart-strategy.fixed-delay.attempts=100000", "restart-strategy.fixed-delay.delay=1s",
                        "web.refresh-interval=50"):
            options += ["--set", setting]
        os.mkdir(self.path("files"))
        self.write("no-folder", b"")
        self.lead_to("files")
        with Servers() as servers, Flink(options=options, environment=growth.ENVIRONMENT) as flink:
            for topic, queues in (("in", 4), ("results", 4), ("letters", 2)):
                servers.create_topic(topic, queues=queues)
            server = f"rocketmq://{servers.name_server}/"
            generator = self.start("generate", "--records", "unlimited", "--sensors", "800", "--seed", "5", "--rate",
                                   "4000/s", "--to", server + "in?pack=10")
            job = flink.run_jar(
                flink.upload(JAR), ENTRY,
                ["--from", server + "in", "--time", "event", "--idle-timeout", "0s", "--sink", "csv:" + self.path("out"),
                 "--sink", server + "results", "--dead-letter", server + "letters"], parallelism=2)

            def completed():
                return flink.get(f"/jobs/{job}/checkpoints")["counts"]["completed"]

            self.wait(flink, job, lambda: completed() > 0)
            grown = growth.Growth(self, flink.pids())
            for _ in range(LIVES):
                self.lead_to("no-folder")
                self.wait(flink, job, "RESTARTING")
                self.lead_to("files")
                before = completed()
                self.wait(flink, job, lambda: completed() > before)
                grown.look(jobs=2)  # the JobManager has them twice
            status, stderr = self.stop(generator)
            self.assertEqual(status, 0, stderr)
            servers.settle()
            self.wait(flink, job, lambda: self.lags(server + "in") == {"0"})
            body = {"drain": True, "targetDirectory": os.path.join(flink.home, "savepoints")}
            flink.get(f"/jobs/{job}/stop", "POST", json.dumps(body).encode())
            self.wait(flink, job, "FINISHED")
            servers.settle()
            self.succeed("process", "--from", server + "in?bounded", "--time", "event", "--sink", "csv:embedded", "--sink",
                         "file:embedded.pb", "--dead-letter", "file:dead")
            self.assert_same_files(self.csv_files("files"), self.csv_files("embedded"))
            results = sorted(base64.b64decode(line["body"]) for line in servers.java_read("results"))
            self.assertTrue(results == sorted(message for _, message in split_delimited(self.read("embedded.pb"))))
            self.assertEqual(len(servers.java_read("letters")), len(letters(self.path("dead"))))
            grown.check(SETTLED, 384)

    def lags(self, topic):
        """How much of its queues checkpoints do not cover, as the job has told the broker."""
        told = self.succeed("topic", "describe", topic, "--group", "temblor").decode()
        return {line.split()[-1] for line in told.splitlines()[1:-1]}


if __name__ == "__main__":
    unittest.main()
