"""Brokers that give little at a time: one that refuses what it has no time for, and one with the limits of a pull that
a broker has by default. Whatever they refuse comes later, everything once, and in order."""

import base64
import collections
import unittest

import stored
from faulty_proxy import FaultyProxy
from harness import SeismicRecord, split_delimited
from rocketmq import remoting
from rocketmq_job_test import Job, bodies

PULL, SYSTEM_BUSY = 11, 2


def by_sensor(messages):
    """The messages of each sensor, in their order."""
    sensors = collections.defaultdict(list)
    for message in messages:
        sensors[SeismicRecord.FromString(message).sensor_id].append(message)
    return dict(sorted(sensors.items()))


class Busy(Job):
    """A broker that works at one request at a time and refuses those that have waited for a millisecond."""

    options = ("--set", "sendMessageThreadPoolNums=1", "--set", "waitTimeMillsInSendQueue=1",
               "--set", "pullMessageThreadPoolNums=1")

    ARGUMENTS = ("--records", "40000", "--sensors", "50", "--anomaly-rate", "0", "--start-time", "2024-01-01T00:00:00Z")

    def test_refused_with_system_busy(self):
        """What is refused is a matter of the moment: on until sends and pulls, or results, have been."""
        self.generate("in.pb", *self.ARGUMENTS)
        sends = others = 0
        for number in range(10):
            source = self.topic()
            sends += self.send(source)
            others += self.process(source, number)
            if sends and others:
                return
        self.fail(f"refused were {sends} sends, and {others} pulls and results")

    def pulls_wait(self, milliseconds):
        """Java's reader gives up where it is refused, so that it must not be."""
        remoting.ask(self.servers.brokers["broker-0"], remoting.UPDATE_BROKER_CONFIG,
                     body=f"waitTimeMillsInPullQueue={milliseconds}".encode())

    def send(self, source):
        """How often the broker was too busy."""
        with FaultyProxy(self.servers.name_server) as proxy:
            self.succeed("generate", *self.ARGUMENTS, "--to", self.uri(source, "", proxy.name_server))
        self.servers.settle()
        lines = sorted(self.servers.java_read(source), key=lambda line: (line["queue"], line["offset"]))
        got = by_sensor(base64.b64decode(line["body"]) for line in lines)
        expected = by_sensor(message for _, message in split_delimited(self.read("in.pb")))
        self.assertEqual({sensor: len(each) for sensor, each in got.items()},
                         {sensor: len(each) for sensor, each in expected.items()})
        self.assertTrue(got == expected, "the order of a sensor's records is another")
        return proxy.codes[SYSTEM_BUSY]

    def process(self, source, number):
        """How often the broker was too busy."""
        results = self.topic()
        self.pulls_wait(1)
        with FaultyProxy(self.servers.name_server) as proxy:
            self.succeed("process", "--from", self.uri(source, "?bounded&pull=100", proxy.name_server), "--time",
                         "event", "--sink", f"csv:out-{number}", "--sink", self.uri(results, "", proxy.name_server),
                         "--checkpoint-dir", f"state-{number}", "--checkpoint-interval", "100ms")
        self.pulls_wait(5000)
        oracle = self.oracle()
        self.assert_same_files(self.csv_files(f"out-{number}"), oracle.csv_files())
        self.servers.settle()
        self.check_topic_of_results(results, oracle)
        return proxy.codes[SYSTEM_BUSY]


class Defaults(Job):
    """A broker as it comes: 32 messages a pull, whatever is asked for, or 8 where it takes them to be out of memory."""

    options = ("--broker-defaults",)

    def pulled(self, topic):
        """How many messages one pull of 1,024 brings."""
        fields = {"consumerGroup": "temblor", "topic": topic, "queueId": 0, "queueOffset": 0, "maxMsgNums": 1024,
                  "sysFlag": 4, "commitOffset": 0, "suspendTimeoutMillis": 0, "subscription": "*", "subVersion": 0}
        _, body = remoting.ask(self.servers.brokers["broker-0"], PULL, fields)
        return len(stored.bodies(body))

    def test_everything_is_read(self):
        sent = self.records()
        source = self.topic()
        self.fill(source)
        for limit in (32, 8):
            with self.subTest(limit):
                self.assertEqual(self.pulled(source), limit)
                self.succeed("process", "--from", self.uri(source, "?bounded&pull=1024"), "--time", "event", "--sink",
                             f"csv:out-{limit}", "--summary", "summary.json")
                self.assertEqual(self.json("summary.json")["records_read"], len(sent))
                self.assert_same_files(self.csv_files(f"out-{limit}"), self.oracle().csv_files())
            remoting.ask(self.servers.brokers["broker-0"], remoting.UPDATE_BROKER_CONFIG,
                         body=b"accessMessageInMemoryMaxRatio=0")
        self.assertEqual(bodies(self.servers.java_read(source)), sorted(sent))


if __name__ == "__main__":
    unittest.main()
