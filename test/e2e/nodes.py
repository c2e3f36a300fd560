"""Hosts in namespaces for a test, each with sshd and Flink."""

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
import unittest

from harness import ROOT, TEMBLOR, TIMEOUT_S

sys.path.insert(0, os.path.join(ROOT, "tools"))
from node_cluster import layout, namespaces, nodes  # noqa: E402

TOOL = os.path.join(ROOT, "tools", "nodes")
FLINK = layout.FLINK
PROGRAMS = "/opt/temblor"  # where the nodes see the folder of the program under test


def require():
    """Skips the test where this machine allows no namespaces."""
    refusal = namespaces.refusal()
    if refusal:
        print(f"skipped: {refusal}", file=sys.stderr)  # which ctest looks for
        raise unittest.SkipTest(refusal)


class Nodes:
    """node01 and so on, in a folder of their own. `with Nodes() as cluster:`; whatever becomes of the test, none of them is
    left: they are ended at the end of the block, or by their watcher once this process is gone."""

    def __init__(self, count=3, options=()):
        self._options = ["--nodes", str(count), *options]

    def __enter__(self):
        require()
        self._folder = tempfile.TemporaryDirectory(prefix="temblor-nodes-")
        self.home = os.path.join(self._folder.name, "nodes")
        try:
            self.tool("up", "--quick", "--owner", str(os.getpid()), "--program",
                      f"{os.path.dirname(TEMBLOR)}={PROGRAMS}", *self._options)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        try:
            if os.path.exists(os.path.join(self.home, "servers.json")):
                self.tool("down")
        finally:
            self._folder.cleanup()

    def tool(self, *arguments):
        """Runs tools/nodes for these, which must succeed; its stdout."""
        done = self.try_tool(*arguments)
        assert done.returncode == 0, f"tools/nodes {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    def try_tool(self, *arguments):
        return subprocess.run([sys.executable, TOOL, "--home", self.home, *arguments], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=TIMEOUT_S)

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
