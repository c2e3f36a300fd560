"""The job on Flink is started again and again on one cluster, which must not grow by it: each time it brings its own
classes and its own copy of the native core, and takes native memory, threads and clients of the brokers."""

import os
import time
import unittest

import growth
from flink import Flink
from harness import ROOT, SOAK, TIMEOUT_S, Case
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


if __name__ == "__main__":
    unittest.main()
