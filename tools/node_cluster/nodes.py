"""Nodes in one home folder: started, stopped, entered, and what is known of them in servers.json.

    {"nodes": [{"name", "address", "pid", "started", "init"}, ...]}

Beside it lie data/, which all nodes see as /data, and for each node a folder with its root/."""

import os
import subprocess

from loopback import processes
from loopback.home import Home
from loopback.problem import Problem

from flink_cluster import java

from . import layout, namespaces, network

_SSHD = ["/usr/sbin/sshd", "-f", "/run/temblor/sshd_config"]


class Nodes(Home):
    """One home. Calls on the same home, from whichever process, wait for each other."""

    tool = "tools/nodes"

    def up(self, count=3, slots=2, quick=False, extra=None, programs=()):
        """Starts node01 and so on, each with sshd; Flink is there, not started. `programs` are (folder outside, path
        inside), for all nodes."""
        refusal = namespaces.refusal()
        if refusal:
            raise Problem(refusal)
        os.makedirs(self.home, exist_ok=True)
        with self._locked():
            if os.path.exists(self._path("servers.json")):
                self._refuse_if_any_runs(self.state()["nodes"])
            names = [f"node{number:02}" for number in range(1, count + 1)]
            addresses = [network.address(number) for number in range(1, count + 1)]
            layout.lay_out(self.home, names, addresses, slots, quick, extra or {})
            state = {"nodes": []}
            try:
                for name, address in zip(names, addresses):
                    self.progress(f"starting {name}")
                    started = namespaces.start(name, self._path(name), self._path("data"), self._path("hosts"),
                                               [*_outside_usr(java.home()), *programs])
                    state["nodes"].append({"name": name, "address": address, **started})
                    self._save(state)
                network.connect(state["nodes"])
                for node in state["nodes"]:
                    self._start_sshd(node)
            except BaseException:
                self._end(state["nodes"], True, 0)
                self._save(state)
                raise

    def command(self, name, command):
        """The command line that runs a command in a node."""
        return namespaces.enter(self._running(name), command)

    def ssh(self, name, on):
        """Whether the node takes connections; those that are open stay."""
        node = self._running(name)
        if on:
            self._start_sshd(node)
            return
        done = subprocess.run(namespaces.enter(node, ["sh", "-c", "kill $(cat /run/sshd.pid)"]),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            raise Problem(f"sshd of {name} does not run: {done.stderr.strip()}")

    @staticmethod
    def _servers(state):
        return state["nodes"]

    def _end_all(self, state, servers, kill):
        self._end(servers, True, 0)  # their processes end with them; files stay

    def _running(self, name):
        node = self._named(self.state(), name)
        if not processes.running(node):
            raise Problem(f"{name} does not run ({self.tool} up --home {self.home})")
        return node

    def _start_sshd(self, node):
        folder = f"/proc/{node['init']}/root/run/temblor"
        os.makedirs(folder, mode=0o700, exist_ok=True)
        for source, target in ((self._path(node["name"], "sshd_config"), "sshd_config"),
                               (self._path("keys", node["name"]), "host_key")):
            with open(source) as file, open(os.open(os.path.join(folder, target), os.O_WRONLY | os.O_CREAT, 0o600),
                                            "w") as copy:
                copy.write(file.read())
        done = subprocess.run(namespaces.enter(node, _SSHD), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"})
        if done.returncode:
            raise Problem(f"sshd of {node['name']} does not start: {done.stderr.strip()}")


def _outside_usr(folder):
    """The mount that makes a folder visible in the nodes, which have the host's /usr and /etc only."""
    return [] if folder.startswith(("/usr/", "/etc/")) else [(folder, folder)]
