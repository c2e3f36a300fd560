"""The servers and Java peers that the RocketMQ tests stand on: they start, keep what they must, and leave nothing."""

import base64
import math
import subprocess
import time
import unittest

from brought_up import run_tool
from faulty_proxy import FaultyProxy
from harness import Case, SeismicAggRecord, reading
from rocketmq import Servers, processes

TOPIC = "seismic-data-topic"
COMPRESSION = {"zlib": 3, "lz4": 1, "zstd": 2}  # as the system flag of a message says, in bits 8 to 10


def records(count, sensors=20):
    return [reading(sensor_id=f"S{i % sensors:03}", collect_timestamp=1_700_000_000_000 + i).SerializeToString()
            for i in range(count)]


def bodies(lines):
    return sorted(base64.b64decode(line["body"]) for line in lines)


class Messages(Case):
    """What Java sends, Java reads; on one set of servers for all tests."""

    version = "5.3.3"

    @classmethod
    def setUpClass(cls):
        cls.servers = cls.enterClassContext(Servers(version=cls.version))

    def exchange(self, topic, sent, *arguments):
        self.servers.create_topic(topic, queues=4)
        self.assertEqual(self.servers.java_send(topic, sent, *arguments), len(sent))
        lines = self.servers.java_read(topic, "--as", "record")
        self.assertEqual(bodies(lines), sorted(sent))
        return lines

    def test_single(self):
        lines = self.exchange("single", records(50))
        queues = {}
        for line in lines:
            self.assertEqual(line["keys"], [line["fields"]["sensor_id"]])
            queues.setdefault(line["fields"]["sensor_id"], set()).add(line["queue"])
        self.assertTrue(all(len(each) == 1 for each in queues.values()), queues)

    def test_batch(self):
        self.exchange("batch", records(3000), "--batch", "500")

    def test_compressed(self):
        sent = records(20)
        topic = "compressed"
        self.servers.create_topic(topic, queues=1)
        for kind in COMPRESSION:
            self.servers.java_send(topic, sent, "--compress", kind)
        lines = self.servers.java_read(topic)
        self.assertEqual(bodies(lines), sorted(sent * len(COMPRESSION)))
        # The Java client takes the flag itself away when it decompresses; the kind stays.
        self.assertEqual([line["sys_flag"] >> 8 & 7 for line in lines],
                         [bits for bits in COMPRESSION.values() for _ in sent])

    def test_results(self):
        fields = dict(sensor_id="NET.STA..HHZ", window_start_ts=1_700_000_000_000, window_end_ts=1_700_000_001_000,
                      max_amplitude=3.4028234663852886e38, min_amplitude=math.nan, p_phase_count=7)
        self.servers.create_topic("results", queues=1)
        self.servers.java_send("results", [SeismicAggRecord(avg_amplitude=0.1, **fields)])
        (line,) = self.servers.java_read("results", "--as", "agg")
        self.assertEqual(line["fields"], {**fields, "avg_amplitude": 0.1, "max_amplitude": 3.4028235e38,
                                          "min_amplitude": "NaN", "s_phase_count": 0, "n_phase_count": 0})

    def test_proxy(self):
        sent = records(2000)
        topic = "through-the-proxy"
        self.servers.create_topic(topic, queues=4)
        with FaultyProxy(self.servers.name_server, seed=1, delay=0.1, twice=0.2, delay_s=0.05) as proxy:
            self.servers.java_send(topic, sent, "--batch", "20", name_server=proxy.name_server)
            lines = self.servers.java_read(topic, name_server=proxy.name_server)
            self.assertEqual(bodies(lines), sorted(sent))
            self.assertGreater(proxy.counts["frames"], 100)  # to the broker too: that many sends there were
            self.assertGreater(proxy.counts["twice"], 10)
            self.assertGreater(proxy.counts["delay"], 5)
            proxy.rates = {"cut": 1}
            self.assertNotEqual(
                self.servers.try_java("read", topic, name_server=proxy.name_server).returncode, 0)

    def test_bytes_that_do_not_parse(self):
        (line,) = self.exchange("garbage", [b"\xff\xff\xff"])
        self.assertIsNone(line["fields"])
        self.assertEqual(line["keys"], [])


class OlderBroker(Messages):
    """The same with the broker of the original system."""

    version = "5.3.0"


class Lives(Case):
    def test_messages_outlive_a_kill_and_a_stop(self):
        sent = records(1000)
        with Servers() as servers:
            servers.create_topic(TOPIC)
            servers.java_send(TOPIC, sent, "--batch", "100")
            before = servers.status()
            servers.stop("broker-0", kill=True)
            self.assertFalse(servers.status()["brokers"][0]["running"])
            servers.start("broker-0")
            after = servers.status()
            self.assertEqual(after["brokers"][0]["address"], before["brokers"][0]["address"])
            self.assertEqual(after["name_servers"], before["name_servers"])
            self.assertEqual(bodies(servers.java_read(TOPIC)), sorted(sent))

            servers.tool("down")
            self.assertEqual(servers.pids(), [])
            for server in (*after["name_servers"], *after["brokers"]):
                self.assertFalse(processes.running(server), server)
            servers.tool("up")
            self.assertEqual(bodies(servers.java_read(TOPIC)), sorted(sent))

    def test_several_brokers_beside_another_home(self):
        with Servers(brokers=2) as servers, Servers() as others:
            servers.create_topic(TOPIC, queues=2)
            sent = records(40)
            servers.java_send(TOPIC, sent)
            lines = servers.java_read(TOPIC)
            self.assertEqual(bodies(lines), sorted(sent))
            self.assertEqual({line["broker"] for line in lines}, {"broker-0", "broker-1"})
            others.create_topic(TOPIC)
            self.assertEqual(others.java_read(TOPIC), [])

    def test_several_name_servers(self):
        sent = records(40)
        with Servers(name_servers=2) as servers:
            first, second = servers.name_servers
            self.assertEqual([server["name"] for server in servers.status()["name_servers"]], ["namesrv", "namesrv-1"])
            servers.create_topic(TOPIC, queues=2)
            servers.java_send(TOPIC, sent, name_server=second)
            self.assertEqual(bodies(servers.java_read(TOPIC, name_server=first)), sorted(sent))
            both = f"rocketmq://{first},{second}/{TOPIC}"
            for stopped, other, more in (("namesrv", "namesrv-1", 10), ("namesrv-1", "namesrv", 20)):
                servers.stop(stopped)
                running = {server["name"]: server["running"] for server in servers.status()["name_servers"]}
                self.assertEqual(running, {stopped: False, other: True})
                self.succeed("generate", "--records", "10", "--sensors", "5", "--anomaly-rate", "0", "--to", both)
                servers.settle()
                table = self.succeed("topic", "describe", both).decode().splitlines()
                self.assertEqual(table[-1], f"total: 2 queues, {len(sent) + more} messages")
                servers.start(stopped)
            # A broker registers with the one that runs alone, and servers go on where they were.
            servers.stop("namesrv", kill=True)
            servers.stop("broker-0", kill=True)
            servers.start("broker-0")
            self.succeed("process", "--from", both + "?bounded", "--sink", "null:", "--summary", "summary.json")
            self.assertEqual(self.json("summary.json")["records_read"], len(sent) + 20)
            servers.tool("down")
            self.assertEqual(servers.pids(), [])
            servers.tool("up")
            self.assertEqual(servers.name_servers, [first, second])
            self.assertEqual(len(servers.pids()), 3)

    def test_owner_that_is_killed_takes_its_servers_along(self):
        owner = subprocess.Popen(["sleep", "600"])
        self.addCleanup(owner.wait)
        self.addCleanup(owner.kill)
        with Servers(options=["--owner", str(owner.pid)]) as servers:  # the last --owner counts
            owner.kill()
            owner.wait()
            limit = time.monotonic() + 60
            while servers.pids():
                self.assertLess(time.monotonic(), limit, "the servers outlive their owner")
                time.sleep(0.05)

    def refuse(self, *arguments):
        done = run_tool("rocketmq", self.path("none"), *arguments)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        return done.stderr

    def test_errors_are_one_line_with_a_remedy(self):
        for command in (["down"], ["status"], ["stop", "broker-0"], ["start", "broker-0"], ["topic", "create", "t"]):
            self.assertIn("tools/rocketmq up", self.refuse(*command))
        self.assertIn("KEY=VALUE", self.refuse("up", "--set", "nothing"))
        self.assertIn("1 or more", self.refuse("up", "--name-servers", "0"))


if __name__ == "__main__":
    unittest.main()
