"""Hosts in namespaces for a test, each with sshd and Flink."""

import json
import os
import re
import shlex
import sys
import time
import unittest

from brought_up import BroughtUp
from harness import ROOT, TEMBLOR

sys.path.insert(0, os.path.join(ROOT, "tools"))
from node_cluster import layout, namespaces, nodes  # noqa: E402

FLINK = layout.FLINK
PROGRAMS = "/opt/temblor"  # where the nodes see the folder of the program under test


def require():
    """Skips the test where this machine allows no namespaces."""
    refusal = namespaces.refusal()
    if refusal:
        print(f"skipped: {refusal}", file=sys.stderr)  # which ctest looks for
        raise unittest.SkipTest(refusal)


class Nodes(BroughtUp):
    """Node01 and so on."""

    tool_name = "nodes"
    down = ("down",)

    def __init__(self, count=3, options=()):
        super().__init__("--quick", "--program", f"{os.path.dirname(TEMBLOR)}={PROGRAMS}", "--nodes", str(count), *options)

    def __enter__(self):
        require()
        return super().__enter__()

    def status(self):
        return nodes.Nodes(self.home).status()["nodes"]

    def run(self, node, line):
        """Runs a line of bash on a node, which must succeed; its output."""
        done = self.try_run(node, line)
        assert done.returncode == 0, f"{node}: {line}: {done.stdout}{done.stderr}"
        return done.stdout

    def try_run(self, node, line):
        return self.try_tool("exec", node, "/bin/bash", "-c", line)

    def start(self, node, line):
        """Starts a line of bash on a node, and leaves it there; it ends with the node."""
        self.run(node, f"setsid nohup /bin/bash -c {shlex.quote(line)} > /dev/null 2>&1 < /dev/null & echo $!")

    def get(self, path):
        """The answer of Flink's REST API on the first node, read as JSON."""
        return json.loads(self.run("node01", f"curl -sS http://node01:8081{path}"))

    def start_flink(self, task_managers=3):
        self.run("node01", f"{FLINK}/bin/start-cluster.sh")
        self.until(lambda: self.get("/overview")["taskmanagers"] == task_managers)

    def submit(self, parallelism, entry, arguments):
        """Starts a job of the class with `flink run`, the jar and what it is told; its id."""
        said = self.run("node01", f"{FLINK}/bin/flink run -d -m node01:8081 -p {parallelism} -c {entry} {arguments}")
        return re.search(r"JobID ([0-9a-f]{32})", said)[1]

    @staticmethod
    def until(is_so, limit_s=120):
        """Waits until it is so; a look that fails is one that says no."""
        deadline = time.monotonic() + limit_s
        while True:
            why = "it is not so"
            try:
                if is_so():
                    return
            except (AssertionError, ValueError, LookupError) as failure:
                why = str(failure)
            assert time.monotonic() < deadline, f"after {limit_s} s: {why}"
            time.sleep(0.3)
