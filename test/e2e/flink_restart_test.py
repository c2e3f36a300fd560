"""The job on Flink is started again and again on one cluster, which must not grow by it: each time it brings its own
classes and its own copy of the native core, and takes native memory, threads and clients of the brokers."""

import os
import subprocess
import time
import unittest

from flink import Flink
from harness import ROOT, SOAK, TIMEOUT_S, Case
from rocketmq import Servers

JAR = os.path.join(ROOT, "build", "flink", "temblor-flink.jar")
ENTRY = "org.jzx.version1.SeismicDataFlinkConsumer"
STARTS = 50 if SOAK else 15
# The first starts fill what is kept on purpose: code that was compiled, arenas of malloc. A combiner that is not freed is
# 4 MiB, the classes of a job that are kept are 7.
SETTLED = STARTS // 2
MOST_GROWN_KB_A_START = 1536 if SOAK else 5120


class Restarts(Case):
    """With less off-heap memory for tasks than the native core may take, which is said."""

    def resident_kb(self, pid):
        """What the process holds after all that can be given back was given back."""
        subprocess.run(["jcmd", str(pid), "GC.run"], check=True, stdout=subprocess.DEVNULL, timeout=TIMEOUT_S)
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))

    def wait_until_finished(self, flink, job):
        limit = time.monotonic() + TIMEOUT_S
        while True:
            state = flink.get(f"/jobs/{job}")["state"]
            if state == "FINISHED":
                return
            self.assertIn(state, ("CREATED", "INITIALIZING", "RUNNING"),
                          flink.get(f"/jobs/{job}/exceptions").get("root-exception"))
            self.assertLess(time.monotonic(), limit, state)
            time.sleep(0.05)

    def test_a_cluster_does_not_grow(self):
        # The heap is there from the start: what grows is something else.
        touched = [option for each in ("jobmanager", "taskmanager")
                   for option in ("--set", f"env.java.opts.{each}=-XX:+AlwaysPreTouch")]
        touched += ["--set", "taskmanager.memory.task.off-heap.size=100m"]
        with Servers() as servers, Flink(options=touched) as flink:
            topic = f"rocketmq://{servers.name_server}/restarts"
            servers.create_topic("restarts", queues=4)
            self.succeed("generate", "--records", "20000", "--sensors", "200", "--seed", "5", "--to", topic)
            servers.settle()
            self.succeed("process", "--from", topic + "?bounded", "--time", "event", "--sink", "csv:embedded")
            expected = self.csv_files("embedded")
            self.assertTrue(expected)
            jar = flink.upload(JAR)
            resident_kb = {pid: [] for pid in flink.pids()}
            self.assertEqual(len(resident_kb), 2)
            for start in range(STARTS):
                out = f"out{start}"
                job = flink.run_jar(jar, ENTRY, ["--from", topic + "?bounded", "--time", "event", "--sink",
                                                 "csv:" + self.path(out)], parallelism=2)
                self.wait_until_finished(flink, job)
                self.assert_same_files(self.csv_files(out), expected)
                for pid, sizes in resident_kb.items():
                    sizes.append(self.resident_kb(pid))
            with open(os.path.join(flink.home, "tm-0", "output.log"), encoding="utf-8") as log:
                self.assertIn("the native core may take 128.000mb", log.read())
            for sizes in resident_kb.values():
                self.assertLess(sizes[-1] - sizes[SETTLED], MOST_GROWN_KB_A_START * (STARTS - 1 - SETTLED), sizes)


if __name__ == "__main__":
    unittest.main()
