"""The Flink cluster that tests stand on: it starts, its processes can be killed one by one, and nothing is left."""

import os
import subprocess
import time
import unittest

from brought_up import run_tool
from flink import Flink
from harness import ROOT, Case


class Lives(Case):
    """Of one cluster for all tests."""

    @classmethod
    def setUpClass(cls):
        cls.flink = cls.enterClassContext(Flink(task_managers=2))

    def assert_whole(self):
        overview = self.flink.get("/overview")
        self.assertEqual(overview["flink-version"], "1.17.2")
        self.assertEqual((overview["taskmanagers"], overview["slots-total"]), (2, 4), overview)
        self.assertEqual(sorted(each["id"] for each in self.flink.get("/taskmanagers")["taskmanagers"]),
                         ["tm-0", "tm-1"])

    def test_killed_task_manager_registers_again(self):
        self.assert_whole()
        before = self.flink.status()
        self.flink.stop("tm-1", kill=True)
        self.assertEqual([each["running"] for each in self.flink.status()["task_managers"]], [True, False])
        self.flink.start("tm-1")
        after = self.flink.status()
        self.assertNotEqual(after["task_managers"][1]["pid"], before["task_managers"][1]["pid"])
        self.assertEqual(after["task_managers"][0], before["task_managers"][0])
        self.assert_whole()

    def test_killed_job_manager_finds_its_task_managers(self):
        before = self.flink.status()
        self.flink.stop("jobmanager", kill=True)
        self.flink.start("jobmanager")
        self.assertEqual(self.flink.status()["job_manager"]["address"], before["job_manager"]["address"])
        self.assert_whole()

    def test_client_reaches_it(self):
        self.assertIn("No running jobs", self.flink.tool("client", "list"))

    def test_second_cluster_in_a_home_is_refused(self):
        done = self.flink.try_tool("up")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^flink: servers of .* are running already \(tools/flink down --home .*\)\n$")
        self.assert_whole()


class Ends(Case):
    def processes_of(self, home):
        """The pids of all that have the folder in their command line or environment."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as command, open(f"/proc/{pid}/environ", "rb") as environment:
                    if home.encode() in command.read() + environment.read():
                        found.append(int(pid))
            except OSError:
                pass  # it is gone
        return found

    def wait_for(self, home, fewest, most):
        limit = time.monotonic() + 60
        while not fewest <= len(self.processes_of(home)) <= most:
            self.assertLess(time.monotonic(), limit, self.processes_of(home))
            time.sleep(0.05)

    def assert_none_is_left(self, flink):
        self.wait_for(flink.home, 0, 0)

    def test_nothing_is_left(self):
        with Flink() as flink:
            self.assertGreaterEqual(len(self.processes_of(flink.home)), 3)  # two JVMs, the watcher
            address = flink.status()["job_manager"]["address"]
            flink.tool("down")
            self.assertEqual(flink.pids(), [])
            self.assert_none_is_left(flink)

            owner = subprocess.Popen(["sleep", "600"])
            self.addCleanup(owner.wait)
            self.addCleanup(owner.kill)
            self.assertIn(f"REST http://{address}\n", flink.tool("up", "--owner", str(owner.pid)))
            owner.kill()
            owner.wait()
            self.assert_none_is_left(flink)

    def test_a_start_that_is_ended_leaves_nothing(self):
        home = self.path("ended")
        start = subprocess.Popen([os.path.join(ROOT, "tools", "flink"), "--home", home, "up", "--quick"])
        self.wait_for(home, 2, 3)  # it, and what it has started
        start.terminate()
        self.assertEqual(start.wait(), 130)
        self.wait_for(home, 0, 0)


class Errors(Case):
    """Each is one line with a remedy."""

    def test_one_that_ends_while_it_starts(self):
        """As all did on a machine that was so busy that Akka took 10 s."""
        hasty = "env.java.opts.taskmanager=-Dakka.remote.classic.startup-timeout=1ms"
        said = self.refuse("up", "--quick", "--set", hasty)
        self.assertIn("flink: tm-0 ended while it started: org.apache.flink.util.FlinkException: Failed to start", said)
        self.assertIn(" / Caused by: java.util.concurrent.TimeoutException: Futures timed out after [1 millis", said)

    def refuse(self, *arguments, **environment):
        done = run_tool("flink", self.path("none"), *arguments, **environment)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        return done.stderr

    def test_no_cluster(self):
        for command in (["down"], ["status"], ["stop", "tm-0"], ["start", "tm-0"], ["client", "list"]):
            self.assertIn("tools/flink up", self.refuse(*command))

    def test_settings(self):
        self.assertIn("KEY=VALUE", self.refuse("up", "--set", "nothing"))
        self.assertIn("--set cannot change rest.port", self.refuse("up", "--set", "rest.port=1"))

    def test_java(self):
        self.assertIn("there is no Java in JAVA_HOME", self.refuse("up", JAVA_HOME=self.path("nowhere")))
        self.assertIn("there is no Java (", self.refuse("up", JAVA_HOME="", PATH=self.folder))
        os.mkdir(self.path("bin"))
        for says, version in (("1.8.0_392", 8), ("21.0.1", 21)):
            self.write("bin/java", f"#!/bin/sh\necho 'openjdk version \"{says}\"' >&2\n".encode())
            os.chmod(self.path("bin/java"), 0o755)
            self.assertIn(f"is Java {version}, and Flink here needs 11 to 17", self.refuse("up", JAVA_HOME=self.folder))
        self.assertFalse(os.path.exists(self.path("none", "servers.json")))


if __name__ == "__main__":
    unittest.main()
