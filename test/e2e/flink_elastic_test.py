"""The seismic job under the scaler: its load rises and falls, it is stopped with savepoints and goes on at another
parallelism, and its files are those of a run that nothing has stopped."""

import contextlib
import json
import os
import re
import time
import unittest

from harness import ROOT, Case
from nodes import FLINK, PROGRAMS, Nodes

HOME = "/data/flink/elastic"
CONF = f"{HOME}/conf/elastic.conf"
ENTRY = "org.jzx.version1.SeismicDataFlinkConsumer"
CHUNK_S = 15  # so long a load lasts before it is looked at what has come of it
MOST_CHUNKS = 16
SETTLED_S = 300  # for the way back to one subtask: three rescales, of up to half a minute each beside other tests
SENSORS = 40
READINGS_PER_S = 100  # of each sensor, by their timestamps


class SeismicJob(Case):
    """One cluster for all; a topic, a job and a scaler with no past for each."""

    @classmethod
    def setUpClass(cls):
        options = ["--set", "execution.checkpointing.interval=500ms"]
        for inside, *outside in (("/opt/flink", "build", "flink"), ("/opt/tools", "tools"),
                                 ("/opt/jars", "build", "rocketmq", "jars")):
            options += ["--program", f"{os.path.join(ROOT, *outside)}={inside}"]
        cls.nodes = cls.enterClassContext(Nodes(count=1, options=options))
        cls.nodes.start_flink(task_managers=1)
        tool = "TEMBLOR_ROCKETMQ_JARS=/opt/jars python3 /opt/tools/rocketmq --home /data/rocketmq"
        cls.nodes.run("node01", f"{tool} up --quick")
        status = cls.nodes.run("node01", f"{tool} status")
        cls.name_server = re.search(r'"name_servers".*?"address": "([^"]+)"', status, re.DOTALL)[1]
        cls.temblor("elastic install")

    @classmethod
    def temblor(cls, arguments):
        return cls.nodes.run("node01", f"{PROGRAMS}/temblor {arguments}")

    def setUp(self):
        super().setUp()
        name = self.id().rsplit(".", 1)[1]
        self.topic, self.out = f"rocketmq://{self.name_server}/{name}", f"/data/{name}"
        self.temblor(f"topic create {self.topic} --queues 8")
        self.nodes.run("node01", f"rm -f {HOME}/metrics/* {HOME}/log/*")
        self.addCleanup(self.end_jobs)  # that a test that failed has left

    def end_jobs(self):
        for job in self.running():
            self.nodes.run("node01", f"{FLINK}/bin/flink cancel -m node01:8081 {job}")

    def test_rising_and_falling_load(self):
        self.begin(self.topic, THROUGHPUT_UPPER=2000, THROUGHPUT_LOWER=800, CPU_LOAD_LOWER=0.98)
        with self.loop():
            records = self.feed(300, lambda: True)
            records += self.feed(4000, lambda: len(self.rescales()[0]) >= 2)
            records += self.feed(200, lambda: len(self.rescales()[1]) >= 2)
            self.nodes.until(lambda: self.state() == (1, 1), SETTLED_S)
        grown, shrunk = self.rescales()
        self.assertGreater(max(to for _, to in grown), 2, "beyond the slots of the first TaskManager")
        self.assertEqual(min(to for _, to in shrunk), 1)
        self.assert_same_results(records)

    def test_the_model_goes_by_what_waits(self):
        """Of a source that waits for its broker: it is not busy, so that its lag alone tells how much there is to do."""
        self.begin(f"{self.topic}?pull=1", POLICY="model", BACKLOG_TOLERANCE=1, CATCH_UP_TIME=1, SCALE_IN_WINDOW=4)
        with self.loop():
            records = self.feed_until(lambda: len(self.grown()) >= 2)
            self.nodes.until(lambda: self.state() == (4, 2))
            self.nodes.until(lambda: self.state() == (1, 1), SETTLED_S)
        first = self.decisions()[0]
        self.assertEqual(first["policy"], "model")
        self.assertGreater(first["inputs"]["pending"], first["inputs"]["throughput"])
        self.assertIn("backlog_high", [finding["note"] for finding in first["findings"]])
        self.assertEqual({action["because"] for action in first["actions"]}, {"backlog_high"})
        growth = [("task_managers", 1, 2), ("parallelism", 1, 4)]
        self.assertEqual([(action["target"], action["from"], action["to"]) for action in first["actions"]], growth,
                         "to the right size in one step")
        self.assertEqual(self.grown(), growth, "it has grown once")
        self.assert_same_results(records)

    def begin(self, source, **conf):
        """Starts the job with one subtask, in an empty conf but for this."""
        # No queue is called idle: what is late must not hang on which of them the generator comes to first.
        arguments = f"--from {source} --time event --idle-timeout 0s --sink csv:{self.out}"
        values = {"JOB_JAR": "/opt/flink/temblor-flink.jar", "JOB_MAIN_CLASS": ENTRY, "JOB_ARGS": f'"{arguments}"',
                  "TASK_MANAGER_MIN_NUM": 1, "TASK_MANAGER_MAX_NUM": 2, "PARALLELISM_MIN": 1, "PARALLELISM_MAX": 4,
                  "CPU_LOAD_UPPER": 0.99, "TRIGGER_DURATION": 4, "LOOP_INTERVAL": 2, "COOLDOWN_OUT": 4,
                  "COOLDOWN_IN": 4, "SSH_TIMEOUT": 120, "TM_START_TIMEOUT": 120, **conf}
        values["FLINK_JOB_ID"] = self.nodes.submit(1, ENTRY, f"/opt/flink/temblor-flink.jar {arguments}")
        lines = "\n".join(f"{key}={value}" for key, value in values.items())
        self.nodes.run("node01", f"cat > {CONF} << 'EOF'\n{lines}\nEOF")

    @contextlib.contextmanager
    def loop(self):
        self.nodes.start("node01", f"{HOME}/elastic_loop.sh")
        try:
            yield
        finally:
            self.nodes.run("node01", "pkill -f elastic_loop.sh")
            self.nodes.until(lambda: "elastic_loop" not in self.nodes.run("node01", "ps ax"))

    def feed(self, rate, is_so):
        """So many a second until it is so; how many records that took."""
        for chunk in range(1, MOST_CHUNKS + 1):
            self.temblor(f"generate --records {rate * CHUNK_S} --rate {rate}/s --sensors {SENSORS} --seed {rate + chunk} "
                         f"--to {self.topic}")
            if is_so():
                return chunk * rate * CHUNK_S
        return self.fail(self.nodes.run("node01", f"cat {HOME}/log/elastic_schedule.log"))

    def feed_until(self, is_so):
        """Keeps more before the job than it reads in seconds, however fast it is; how many records that took."""
        chunk = 50_000
        span_ms = chunk * 1000 // (SENSORS * READINGS_PER_S)
        begin_ms = int(time.time() * 1000) - 900_000
        chunks = 0
        for chunks in range(1, 61):
            self.temblor(f"generate --records {chunk} --sensors {SENSORS} --seed {chunks} --to {self.topic} "
                         f"--start-time {begin_ms + chunks * span_ms}")
            while chunks * chunk - self.read() > 2 * chunk and not is_so():
                time.sleep(0.5)
            if is_so():
                break
        self.assertTrue(is_so(), self.nodes.run("node01", f"tail -n 3 {HOME}/metrics/details.jsonl"))
        return chunks * chunk

    def read(self):
        """How many records the job has read, by the newest sample."""
        samples = self.lines("details.jsonl")
        return samples[-1]["records"] if samples else 0

    def decisions(self):
        """Those that something was to be done by."""
        return [decision for decision in self.lines("decisions.jsonl") if decision["actions"]]

    def grown(self):
        """All growth that came through: on a machine that is busy some may not, and is tried again."""
        return [(action["target"], action["from"], action["to"])
                for decision in self.decisions()
                for action, outcome in zip(decision["actions"], decision["outcomes"])
                if outcome["done"] and action["from"] < action["to"]]

    def lines(self, name):
        return [json.loads(line) for line in
                self.nodes.try_run("node01", f"cat {HOME}/metrics/{name}").stdout.splitlines()]

    def running(self):
        return [job["jid"] for job in self.nodes.get("/jobs/overview")["jobs"] if job["state"] == "RUNNING"]

    def state(self):
        """The job's parallelism, and how many TaskManagers there are."""
        (job,) = self.running()
        vertices = self.nodes.get(f"/jobs/{job}")["vertices"]
        return (max(each["parallelism"] for each in vertices), self.nodes.get("/overview")["taskmanagers"])

    def rescales(self):
        """What the log says of them: from what to what, those that grew and those that shrank."""
        log = self.nodes.run("node01", f"cat {HOME}/log/elastic_schedule.log")
        found = [(int(a), int(b)) for a, b in re.findall(r"并行度调整完成: (\d+) -> (\d+)", log)]
        return [each for each in found if each[0] < each[1]], [each for each in found if each[0] > each[1]]

    def assert_same_results(self, records):
        """The job is ended with its last windows, once checkpoints cover all that is in the topic."""
        self.nodes.until(lambda: self.temblor(f"topic describe {self.topic} --group temblor").rstrip().endswith(" lag 0"))
        (job,) = self.running()
        self.nodes.run("node01", f"{FLINK}/bin/flink stop -m node01:8081 --drain -p /data/flink/savepoints {job}")
        self.temblor(f"process --from '{self.topic}?bounded' --time event --sink csv:{self.out}.embedded "
                     f"--summary {self.out}.json")
        self.assertIn(f'"records_read": {records}', self.nodes.run("node01", f"cat {self.out}.json"))
        self.nodes.run("node01", f"diff -r {self.out}.embedded {self.out}")
        self.assertGreater(int(self.nodes.run("node01", f"find {self.out} -name '*.csv' | wc -l")), 30)


if __name__ == "__main__":
    unittest.main()
