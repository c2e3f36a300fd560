"""The nodes that tests of the scaler stand on: hosts of their own as far as a program there can see."""

import os
import unittest

from harness import Case
from nodes import FLINK, Nodes, require


class AsHosts(Case):
    """Of the same two nodes for all tests."""

    @classmethod
    def setUpClass(cls):
        cls.nodes = cls.enterClassContext(Nodes(count=2))

    def test_names_and_addresses_are_their_own(self):
        self.assertEqual(self.nodes.run("node01", "hostname").strip(), "node01")
        self.assertEqual(self.nodes.run("node01", "getent hosts node02").split()[0], "10.77.0.2")
        self.assertIn("10.77.0.2", self.nodes.run("node02", "ip -brief address show lan"))

    def test_ssh_asks_nothing(self):
        for host in ("node01", "node02"):
            self.assertEqual(self.nodes.run("node01", f"ssh -n {host} hostname").strip(), host)
            self.assertEqual(self.nodes.run("node02", f"ssh -n {host} hostname").strip(), host)

    def test_ssh_can_be_refused(self):
        self.nodes.tool("ssh", "node02", "off")
        refused = self.nodes.try_run("node01", "ssh -n node02 true")
        self.assertEqual(refused.returncode, 255)
        self.assertIn("Connection refused", refused.stderr)
        self.nodes.tool("ssh", "node02", "on")
        self.nodes.run("node01", "ssh -n node02 true")

    def test_processes_and_files_are_their_own(self):
        self.nodes.start("node01", "exec -a temblor-on-node01 sleep 1000")
        self.nodes.until(lambda: "temblor-on-node01" in self.nodes.run("node01", "ps ax"))
        self.assertNotIn("temblor-on-node01", self.nodes.run("node02", "ps ax"))
        self.nodes.run("node01", "touch /tmp/mine /data/ours")
        self.assertNotEqual(self.nodes.try_run("node02", "ls /tmp/mine").returncode, 0)
        self.nodes.run("node02", "ls /data/ours")

    def test_orphans_leave_no_traces(self):
        pid = self.nodes.run("node01", "sh -c 'sleep 0.2 & echo $!'").strip()
        self.nodes.until(lambda: self.nodes.try_run("node01", f"ls /proc/{pid}").returncode != 0, limit_s=20)

    def test_nothing_outside_can_be_reached(self):
        self.assertNotEqual(self.nodes.try_run("node02", "ip route get 192.0.2.1").returncode, 0)

    def test_settings_of_flink_are_their_own(self):
        self.nodes.run("node01", f"echo '# mine' >> {FLINK}/conf/flink-conf.yaml")
        self.assertNotIn("# mine", self.nodes.run("node02", f"cat {FLINK}/conf/flink-conf.yaml"))
        self.assertIn("taskmanager.host: node02", self.nodes.run("node02", f"cat {FLINK}/conf/flink-conf.yaml"))

    def test_second_start_is_refused(self):
        done = self.nodes.try_tool("up")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^nodes: servers of .* are running already \(tools/nodes down --home .*\)\n$")


class Ends(Case):
    def test_down_leaves_nothing(self):
        require()
        with Nodes(count=1) as nodes:
            nodes.start("node01", "exec -a temblor-left-over sleep 1000")
            inits = [node["init"] for node in nodes.status()]
            nodes.tool("down")
            for init in inits:
                self.assertFalse(os.path.exists(f"/proc/{init}/root/run"))


if __name__ == "__main__":
    unittest.main()
