"""The job on Flink: a real cluster reads real brokers, and writes what the embedded run writes."""

import base64
import collections
import glob
import json
import os
import random
import re
import time
import unittest

from flink import Flink
from harness import ROOT, SOAK, TIMEOUT_S, Case, SeismicAggRecord, letters, reading, split_delimited
from rocketmq import Servers

JAR = os.path.join(ROOT, "build", "flink", "temblor-flink.jar")
ENTRY = "org.jzx.version1.SeismicDataFlinkConsumer"
SETTINGS = ("-Dexecution.checkpointing.interval=200ms", "-Drestart-strategy=fixed-delay",
            "-Drestart-strategy.fixed-delay.attempts=1000", "-Drestart-strategy.fixed-delay.delay=200ms",
            "-Dexecution.checkpointing.externalized-checkpoint-retention=RETAIN_ON_CANCELLATION")
RECORDS = 60_000
RATE = 2000
KILLS = 50 if SOAK else 10


class SameFiles(Case):
    """One topic, read by the embedded run, and by jobs on a cluster that is used for all of them."""

    @classmethod
    def setUpClass(cls):
        cls.servers = cls.enterClassContext(Servers())
        cls.flink = cls.enterClassContext(Flink(task_managers=2))

    def setUp(self):
        super().setUp()
        self.topic = f"rocketmq://{self.servers.name_server}/{self.id().rsplit('.', 1)[-1]}"
        self.servers.create_topic(self.topic.rsplit("/", 1)[-1], queues=4)
        self.out = self.topic.rsplit("/", 1)[-1] + "-out"
        self.servers.create_topic(self.out, queues=8)

    def fill(self, *settings):
        self.succeed("generate", "--records", str(RECORDS), "--sensors", "60", "--seed", "5", "--to",
                     self.topic, *settings)
        self.servers.settle()

    def fill_late(self):
        """Readings from before those of `fill`, of which the windows have been closed."""
        self.succeed("generate", "--records", "1000", "--sensors", "60", "--seed", "6", "--to", self.topic,
                     "--start-time", "2026-01-01T00:00:00Z")
        self.servers.settle()

    def embedded(self, *settings):
        self.succeed("process", "--from", self.topic + "?bounded", "--time", "event", "--sink", "csv:embedded",
                     "--sink", "file:embedded.pb", "--summary", "summary.json", *settings)
        summary = self.json("summary.json")
        self.assertGreaterEqual(summary["records_read"], RECORDS)
        self.assertGreater(sum(summary["dropped"].values()), RECORDS // 50)
        files = self.csv_files("embedded")
        self.assertGreater(len(files), 5)
        return files

    def check_topic(self):
        """It holds each result of the embedded run once, with its key."""
        expected = sorted(message for _, message in split_delimited(self.read("embedded.pb")))
        lines = self.servers.java_read(self.out)
        got = sorted(base64.b64decode(line["body"]) for line in lines)
        self.assertEqual(len(got), len(expected), collections.Counter(got).most_common(2))
        self.assertTrue(got == expected, "the results differ")
        queues = collections.defaultdict(set)
        for line in lines:
            result = SeismicAggRecord.FromString(base64.b64decode(line["body"]))
            self.assertEqual(line["keys"], [f"{result.sensor_id}|{result.window_start_ts}"])
            queues[result.sensor_id].add(line["queue"])
        self.assertTrue(all(len(each) == 1 for each in queues.values()), queues)

    def check_letters(self, topic, path):
        """The topic holds each of the embedded run's letters once, under keys that tell them apart; how many are cut."""
        expected = collections.Counter(
            (letter.split.decode(), letter.offset, letter.end_offset, letter.reason, letter.time, letter.count, letter.payload)
            for letter in letters(self.path(path)))
        lines = self.servers.java_read(topic)
        got = collections.Counter()
        cut = 0
        for line in lines:
            told = line["properties"]
            body = base64.b64decode(line["body"])
            if "payload_bytes" in told:
                cut += 1
                (whole,) = (letter[-1] for letter in expected if len(letter[-1]) == int(told["payload_bytes"]))
                self.assertTrue(whole.startswith(body))
                self.assertGreater(len(body), 4_180_000)
                body = whole
            numbers = [int(told.get(name, 0)) for name in ("offset", "end_offset", "time", "count")]
            got[told["split"], numbers[0], numbers[1], told["reason"], numbers[2], numbers[3],
                body] += 1
        self.assertGreater(len(expected), 100)
        self.assertEqual(got - expected, collections.Counter())
        self.assertEqual(expected - got, collections.Counter())
        self.assertEqual(len({tuple(line["keys"]) for line in lines}), len(lines))
        return cut

    def submit(self, folder, *options, source="?bounded", sinks=()):
        """Starts the job of this test's topic; its id."""
        return self.run_job(*options, arguments=("--from", self.topic + source, "--time", "event", "--sink",
                                                 "csv:" + self.path(folder), *sinks))

    def run_job(self, *options, arguments):
        """Starts a job; its id."""
        output = self.flink.tool("client", "run", "--detached", *SETTINGS, *options, "-c", ENTRY, JAR, *arguments)
        job = re.search(r"JobID ([0-9a-f]{32})", output)
        self.assertIsNotNone(job, output)
        return job[1]

    def wait_for_checkpoints(self, job, more):
        """Until so many have been completed from now on."""
        def completed():
            return self.flink.get(f"/jobs/{job}/checkpoints")["counts"]["completed"]

        limit = time.monotonic() + TIMEOUT_S
        before = completed()
        while completed() < before + more:
            self.assertIn(self.flink.get(f"/jobs/{job}")["state"], ("RUNNING", "RESTARTING", "CREATED"),
                          "it has ended before it was to be stopped")
            self.assertLess(time.monotonic(), limit, self.flink.get(f"/jobs/{job}/exceptions")["root-exception"])
            time.sleep(0.05)

    def wait_until_finished(self, job):
        limit = time.monotonic() + TIMEOUT_S
        while True:
            state = self.flink.get(f"/jobs/{job}")
            if state["state"] == "FINISHED":
                return
            self.assertIn(state["state"], ("RUNNING", "RESTARTING", "CREATED"),
                          self.flink.get(f"/jobs/{job}/exceptions")["root-exception"])
            self.assertLess(time.monotonic(), limit, json.dumps(state)[:2000])
            time.sleep(0.05)

    def test_at_any_parallelism(self):
        self.fill()
        expected = self.embedded()
        for parallelism in (1, 2, 4):
            with self.subTest(parallelism=parallelism):
                self.wait_until_finished(self.submit(f"out{parallelism}", "-p", str(parallelism)))
                self.assert_same_files(self.csv_files(f"out{parallelism}"), expected)

    def test_settings_mean_the_same(self):
        self.fill()
        self.fill_late()
        self.write("temblor.toml", b"""window = "700ms"\nout-of-orderness = "2ms"\namplitude-range = "-5:4.5"
max-ahead = "10m"\nidle-timeout = "1m"\nmax-drift = "9s"\ndelivery = "at-least-once"\n""")
        expected = self.embedded("--config", self.path("temblor.toml"))
        summary = self.json("summary.json")
        self.assertGreater(summary["late"], 0)
        self.assertGreater(summary["dropped"]["amplitude"], RECORDS // 10)
        job = self.submit("out", "-p", "2", sinks=("--config", self.path("temblor.toml"), *self.sink()))
        self.wait_until_finished(job)
        self.assert_same_files(self.csv_files("out"), expected)
        self.check_topic()

    def test_letters_are_the_same(self):
        """Each once, whether they wait for a checkpoint or not."""
        self.fill("--anomaly-rate", "0.1")
        # The last one would be longer as a letter than a broker takes.
        for bodies in ([b""] * 3, [b"\xff" * ((4 << 20) - 100)]):
            self.servers.send_raw(self.topic.rsplit("/", 1)[-1], bodies)
        self.servers.settle()
        self.fill_late()
        self.embedded("--late-sink", "file:late", "--dead-letter", "file:dead")
        server = f"rocketmq://{self.servers.name_server}/"
        for number, settings in enumerate(((), ("--delivery", "at-least-once"))):
            with self.subTest(settings=settings):
                sinks = {"late": f"{self.out}-late-{number}", "dead": f"{self.out}-dead-{number}"}
                for topic in sinks.values():
                    self.servers.create_topic(topic, queues=3)
                self.wait_until_finished(self.submit(
                    f"out{number}", "-p", "2", sinks=("--late-sink", server + sinks["late"], "--dead-letter",
                                                      server + sinks["dead"], *settings)))
                for name, topic in sinks.items():
                    self.assertEqual(self.check_letters(topic, name), 1 if name == "dead" else 0)
        topic = self.out + "-dead-embedded"
        self.servers.create_topic(topic, queues=3)
        self.succeed("process", "--from", self.topic + "?bounded", "--time", "event", "--sink", "null:", "--dead-letter",
                     server + topic)
        self.servers.settle()
        self.assertEqual(self.check_letters(topic, "dead"), 1)

    def test_tasks_without_queues_and_idle_ones(self):
        """Windows close though two tasks have nothing to read, and the last ones with the job, though nothing comes."""
        name = self.topic.rsplit("/", 1)[-1] + "-two"
        self.servers.create_topic(name, queues=2)
        self.topic = f"rocketmq://{self.servers.name_server}/{name}"
        self.fill()
        job = self.submit("out", "-p", "4", source="", sinks=("--idle-timeout", "1s"))
        limit = time.monotonic() + TIMEOUT_S
        while not self.csv_files("out"):
            self.assertLess(time.monotonic(), limit, "no window closes")
            time.sleep(0.1)
        self.wait_until_read()
        time.sleep(7)  # the broker says every 5 s that there is nothing
        self.stop_job(job, "--drain")
        self.assert_same_files(self.csv_files("out"), self.embedded())

    def test_ends_after_so_many_readings(self):
        """Of a topic that has no end, at any parallelism; packed or not, of one queue they are the same."""
        one = self.topic + "-one"
        self.servers.create_topic(one.rsplit("/", 1)[-1], queues=1)
        self.succeed("generate", "--records", "5000", "--sensors", "60", "--seed", "7", "--to", one + "?pack=30")
        self.succeed("generate", "--records", "5000", "--sensors", "60", "--seed", "8", "--to", one)
        self.servers.settle()
        for most in (4321, 6789):
            settings = ("--from", one, "--time", "event", "--max-records", str(most))
            self.succeed("process", *settings, "--sink", f"csv:embedded{most}", "--summary", "summary.json")
            self.assertEqual(self.json("summary.json")["records_read"], most)
            expected = self.csv_files(f"embedded{most}")
            self.assertGreater(len(expected), 0)
            job = self.run_job("-p", "2", arguments=(*settings, "--sink", "csv:" + self.path(f"out{most}")))
            self.wait_until_finished(job)
            self.assert_same_files(self.csv_files(f"out{most}"), expected)
        # The brokers are told what was read, and not what was only fetched.
        told = self.succeed("topic", "describe", one, "--group", "temblor").decode()
        read = -(-5000 // 30) + 6789 - 5000
        self.assertRegex(told, rf"\b{read}\b")

    def test_mistakes_and_questions_start_nothing(self):
        def ask(*arguments):
            return self.flink.try_tool("client", "run", "-c", ENTRY, JAR, *arguments)

        before = self.flink.get("/jobs")
        for arguments, line in (
                (("--from", "file:x.pb"), "--from: file:x.pb: a job on Flink reads topics only"),
                (("--from", self.topic, "--threads", "2"), "--threads: is no setting of a job on Flink"),
                (("--from", self.topic, "--widow", "2s"), "--widow: no such option (did you mean --window?)")):
            told = ask(*arguments)
            self.assertNotEqual(told.returncode, 0)
            self.assertIn("temblor: " + line, told.stderr)
            self.assertNotIn("\tat ", told.stderr)
        self.assertIn("--out-of-orderness D", ask("--help").stdout)
        self.assertIn('window = "2s"  # command line', ask("--print-config", "--window", "2s").stdout)
        self.assertEqual(self.flink.get("/jobs"), before)

    def lags(self):
        """How much of each queue checkpoints do not cover, as the job has told the broker."""
        told = self.succeed("topic", "describe", self.topic, "--group", "temblor").decode()
        return [line.split()[-1] for line in told.splitlines()[1:-1]]

    def wait_until_read(self):
        """Until checkpoints cover all that is in the topic."""
        self.wait(lambda: set(self.lags()) == {"0"}, self.lags)

    def wait(self, reached, state):
        limit = time.monotonic() + TIMEOUT_S
        while not reached():
            self.assertLess(time.monotonic(), limit, state())
            time.sleep(0.2)

    def printed(self):
        """What consoles have shown: (sensor, average, maximum, minimum, P, S, N) of each result."""
        found = []
        for name in ("tm-0", "tm-1"):
            with open(os.path.join(self.flink.home, name, "output.log"), encoding="utf-8") as log:
                found += re.findall(r"^(?:\d> )?Window Result: (\S+) avg=(\S+) max=(\S+) min=(\S+) P=(\d+) S=(\d+) N=(\d+)$",
                                    log.read(), re.MULTILINE)
        return sorted((sensor, *map(float, values)) for sensor, *values in found)

    def figure(self, job, name):
        """Of the source, the sum over its tasks; none where Flink does not know it yet."""
        (source,) = [each for each in self.flink.get(f"/jobs/{job}")["vertices"] if "Source: read" in each["name"]]
        metric = f"Source__read_{self.topic.rsplit('/', 1)[-1]}.{name}"
        found = self.flink.get(f"/jobs/{job}/vertices/{source['id']}/subtasks/metrics?get={metric}")
        return found[0]["sum"] if found else None

    def test_processing_time_on_the_console(self):
        """Each reading is in one result, and a TaskManager's output shows those that go to a topic."""
        self.succeed("generate", "--records", "5000", "--sensors", "7", "--seed", "5", "--anomaly-rate", "0", "--to",
                     self.topic)
        self.servers.send_raw(self.topic.rsplit("/", 1)[-1], [b"\xff", b"\xff\xff"])
        begun_ms = time.time() * 1000
        job = self.run_job("-p", "2", arguments=("--from", self.topic, "--time", "processing", "--sink", "console",
                                                 *self.sink()))
        self.wait(lambda: sum(sum(row[4:]) for row in self.printed()) >= 5000, self.printed)
        self.wait(lambda: self.figure(job, "numRecordsInErrors") == 2, lambda: self.figure(job, "numRecordsInErrors"))
        self.stop_job(job)
        self.servers.settle()
        results = [SeismicAggRecord.FromString(base64.b64decode(line["body"])) for line in self.servers.java_read(self.out)]
        for result in results:
            self.assertEqual(result.window_end_ts - result.window_start_ts, 1000)
            self.assertGreater(result.window_end_ts, begun_ms - 1000)
            self.assertLess(result.window_start_ts, time.time() * 1000)
        rows = sorted((each.sensor_id, each.avg_amplitude, each.max_amplitude, each.min_amplitude, each.p_phase_count,
                       each.s_phase_count, each.n_phase_count) for each in results)
        printed = self.printed()
        self.assertEqual([row[:1] + row[4:] for row in printed], [row[:1] + row[4:] for row in rows])
        for shown, row in zip(printed, rows):
            for one, other in zip(shown[1:4], row[1:4]):
                self.assertAlmostEqual(one, other, places=4)
        self.assertEqual(sum(sum(row[4:]) for row in rows), 5000)

    def test_a_queue_that_is_ahead_waits(self):
        """With --max-drift, until the other one is near; a reading --max-ahead of its time does not count as that."""
        count, start_ms = 20_000, 1_700_000_000_000
        name = self.topic.rsplit("/", 1)[-1] + "-two"
        self.servers.create_topic(name, queues=2)
        self.topic = f"rocketmq://{self.servers.name_server}/{name}"

        def send(queue, *times_ms):
            self.servers.send_raw(name, [reading(collect_timestamp=each, sensor_id=f"Q{queue}").SerializeToString()
                                         for each in times_ms], queue)

        for first in range(0, count, 5000):
            send(0, *(start_ms + 1000 * i for i in range(first, first + 5000)))
        send(1, start_ms, int(time.time() * 1000) + 7_200_000)
        self.servers.settle()
        settings = ("--time", "event", "--window", "1h", "--max-drift", "5s", "--idle-timeout", "0s")
        dead = f"rocketmq://{self.servers.name_server}/{self.out}"
        job = self.run_job("-p", "1", arguments=("--from", self.topic + "?pull=10", *settings, "--sink",
                                                 "csv:" + self.path("out"), "--dead-letter", dead))
        before = None
        while (lags := self.lags()) != before or lags[1] != "0":
            before = lags
            self.wait_for_checkpoints(job, 5)
        self.assertNotEqual(lags[0], "0")
        send(1, start_ms + 1000 * count)
        self.wait_until_read()
        self.stop_job(job, "--drain")
        self.servers.settle()
        self.assertEqual([line["properties"]["reason"] for line in self.servers.java_read(self.out)], ["timestamp"])
        self.succeed("process", "--from", self.topic + "?bounded", *settings, "--sink", "csv:embedded")
        self.assert_same_files(self.csv_files("out"), self.csv_files("embedded"))

    def sink(self):
        return "--sink", f"rocketmq://{self.servers.name_server}/{self.out}"

    def stop_job(self, job, *options):
        """Stops it with a savepoint; where that lies. What the savepoint covers is there when the job has ended."""
        output = self.flink.tool("client", "stop", *options, "--savepointPath",
                                 os.path.join(self.flink.home, "savepoints"), job)
        self.wait_until_finished(job)
        return re.search(r"Path: (file:\S+)", output)[1]

    def test_stopped_killed_and_gone_on_with_while_records_come(self):
        """Savepoints at other parallelisms, TaskManagers and the JobManager killed; at the end every window is there."""
        dice = random.Random(11)
        late, dead = self.out + "-late", self.out + "-dead"
        sinks = *self.sink(), "--idle-timeout", "0s"  # on a busy machine a broker may have nothing to give for 5 s
        for option, topic in (("--late-sink", late), ("--dead-letter", dead)):
            self.servers.create_topic(topic, queues=3)
            sinks += option, f"rocketmq://{self.servers.name_server}/{topic}"
        generator = self.start("generate", "--records", "unlimited", "--sensors", "60", "--seed", "5", "--rate",
                               f"{RATE}/s", "--to", self.topic)
        job = self.submit("out", "-p", "4", source="", sinks=sinks)
        for parallelism in (1, 2, 4):
            self.wait_for_checkpoints(job, 3)
            job = self.submit("out", "-p", str(parallelism), "-s", self.stop_job(job), source="", sinks=sinks)
        for kill in range(KILLS):
            self.wait_for_checkpoints(job, 1)
            time.sleep(dice.random() * 0.4)
            name = f"tm-{kill % 2}"
            self.flink.stop(name, kill=True)
            self.flink.start(name)
        self.wait_for_checkpoints(job, 1)
        self.flink.stop("jobmanager", kill=True)
        checkpoints = glob.glob(os.path.join(self.flink.home, "checkpoints", job, "chk-*", "_metadata"))
        newest = max((os.path.dirname(path) for path in checkpoints), key=lambda path: int(path.rsplit("-", 1)[1]))
        self.flink.start("jobmanager")
        job = self.submit("out", "-p", "2", "-s", newest, source="", sinks=sinks)
        self.wait_for_checkpoints(job, 3)
        status, stderr = self.stop(generator)
        self.assertEqual(status, 0, stderr)
        self.servers.settle()
        self.wait_until_read()
        self.stop_job(job, "--drain")
        expected = self.embedded("--dead-letter", "file:dead")
        self.assertGreater(len(expected), KILLS)
        self.assertEqual(self.servers.java_read(late), [])  # all queues are waited for
        self.assert_same_files(self.csv_files("out"), expected)
        self.check_topic()
        self.check_letters(dead, "dead")


if __name__ == "__main__":
    unittest.main()
