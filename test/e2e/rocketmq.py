"""Real RocketMQ servers for a test, and the Java peers run against them."""

import json
import os
import subprocess
import sys
import tempfile
import time

import stored
from brought_up import BroughtUp
from harness import ROOT, TIMEOUT_S, delimited

sys.path.insert(0, os.path.join(ROOT, "tools"))
from loopback import problem, processes  # noqa: E402, F401
from rocketmq_servers import remoting, servers, topics  # noqa: E402, F401

SEND_BATCH = 320
PEERS = os.path.join(ROOT, "build", "java", "temblor-peers.jar")


class Servers(BroughtUp):
    """Name servers and brokers."""

    tool_name = "rocketmq"

    def __init__(self, brokers=1, version="5.3.3", options=(), name_servers=1, quick=True):
        """`quick`: they start sooner, and never get to full speed."""
        super().__init__("--brokers", str(brokers), "--name-servers", str(name_servers), "--broker-version", version,
                         *(["--quick"] if quick else []), *options)

    # Servers.

    def status(self):
        return servers.Servers(self.home).status()

    @property
    def name_server(self):
        """The first one's address."""
        return self.name_servers[0]

    @property
    def name_servers(self):
        return [server["address"] for server in self.status()["name_servers"]]

    @property
    def brokers(self):
        """The brokers' addresses by name."""
        return {broker["name"]: broker["address"] for broker in self.status()["brokers"]}

    def pids(self):
        state = self.status()
        return [server["pid"] for server in (*state["name_servers"], *state["brokers"]) if server["pid"]]

    def stop(self, name, kill=False):
        self.tool("stop", name, *(["--kill"] if kill else []))

    def start(self, name):
        self.tool("start", name)

    def create_topic(self, topic, queues=8, broker=None):
        self.tool("topic", "create", topic, "--queues", str(queues), *(["--broker", broker] if broker else []))

    def delete_topic(self, topic):
        self.tool("topic", "delete", topic)

    def dispatch_behind_bytes(self):
        """What the brokers hold and no offset shows yet."""
        tables = [remoting.loads(remoting.ask(address, remoting.GET_BROKER_RUNTIME_INFO)[1])
                  for address in self.brokers.values()]
        return sum(int(table["table"]["dispatchBehindBytes"]) for table in tables)

    def settle(self):
        """Waits until the brokers show all that they have. One that is away or has just started is waited for too: it
        knows nothing of itself in its first second."""
        deadline = time.monotonic() + TIMEOUT_S
        while True:
            try:
                if self.dispatch_behind_bytes() == 0:
                    return
            except (OSError, problem.Problem):
                if time.monotonic() > deadline:
                    raise
            assert time.monotonic() <= deadline, "the brokers do not settle"
            time.sleep(0.02)

    # Java.

    def java(self, command, topic, *arguments, name_server=None):
        """A Java peer, which must succeed; its JSON lines."""
        done = self.try_java(command, topic, *arguments, name_server=name_server)
        assert done.returncode == 0, f"{command} {topic} {arguments}: {done.stderr}"
        return [json.loads(line) for line in done.stdout.splitlines()]

    def try_java(self, command, topic, *arguments, name_server=None):
        subprocess.run([os.path.join(ROOT, "tools", "build_java")], check=True)
        return subprocess.run(
            ["java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData",
             f"-Djava.io.tmpdir={self._folder.name}", "-jar", PEERS, command,
             "--name-server", name_server or self.name_server, "--topic", topic, *arguments],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT_S)

    def java_send(self, topic, messages, *arguments, name_server=None):
        """Sends bytes or protobuf messages, one a RocketMQ message."""
        with tempfile.NamedTemporaryFile(dir=self._folder.name) as file:
            for message in messages:
                file.write(delimited(message))
            file.flush()
            return self.java("send", topic, "--file", file.name, *arguments, name_server=name_server)[0]["messages"]

    def send_raw(self, topic, bodies, queue=0):
        """These to one queue of each broker, in a batch: a broker takes what no client sends, without a body, or one so
        long that the batch has 4 MiB."""
        for address in self.brokers.values():
            remoting.ask(address, SEND_BATCH, {"a": "others", "b": topic, "c": "TBW102", "d": 4, "e": queue, "f": 0,
                                               "g": 1_700_000_000_000, "h": 0, "i": "", "j": 0, "k": "false",
                                               "m": "true"}, stored.batch(bodies))

    def java_read(self, topic, *arguments, name_server=None):
        return self.java("read", topic, *arguments, name_server=name_server)
