"""The seismic job under the scaler: its load rises and falls, it is stopped with savepoints and goes on at another
parallelism, and its files are those of a run that nothing has stopped."""

import os
import re
import unittest

from harness import ROOT, Case
from nodes import FLINK, PROGRAMS, Nodes

HOME = "/data/flink/elastic"
CONF = f"{HOME}/conf/elastic.conf"
ENTRY = "org.jzx.version1.SeismicDataFlinkConsumer"
TOPIC = "load"
# Records a second, and for how long.
LOAD = ((300, 15), (4000, 75), (200, 75))


class SeismicJob(Case):
    def test_rising_and_falling_load(self):
        options = ["--set", "execution.checkpointing.interval=500ms"]
        for inside, *outside in (("/opt/flink", "build", "flink"), ("/opt/tools", "tools"),
                                 ("/opt/jars", "build", "rocketmq", "jars")):
            options += ["--program", f"{os.path.join(ROOT, *outside)}={inside}"]
        with Nodes(count=1, options=options) as self.nodes:
            self.nodes.start_flink(task_managers=1)
            self.start_brokers()
            self.install()
            self.submit()
            self.nodes.start("node01", f"{HOME}/elastic_loop.sh")
            for number, (rate, seconds) in enumerate(LOAD):
                self.temblor(f"generate --records {rate * seconds} --rate {rate}/s --sensors 40 --seed {number} "
                             f"--to {self.topic}")
            self.nodes.until(lambda: self.state() == (1, 1))
            self.nodes.run("node01", "pkill -f elastic_loop.sh")
            grown, shrunk = self.rescales()
            self.assertGreaterEqual(len(grown), 2, "it grew twice at the least")
            self.assertGreaterEqual(len(shrunk), 2)
            self.assertGreater(max(to for _, to in grown), 2, "beyond the slots of the first TaskManager")
            self.assert_same_results()

    def start_brokers(self):
        tool = "TEMBLOR_ROCKETMQ_JARS=/opt/jars python3 /opt/tools/rocketmq --home /data/rocketmq"
        self.nodes.run("node01", f"{tool} up --quick")
        status = self.nodes.run("node01", f"{tool} status")
        address = re.search(r'"name_servers".*?"address": "([^"]+)"', status, re.DOTALL)[1]
        self.topic = f"rocketmq://{address}/{TOPIC}"
        self.temblor(f"topic create {self.topic} --queues 8")

    def install(self):
        self.temblor("elastic install")
        values = {"JOB_JAR": "/opt/flink/temblor-flink.jar", "JOB_MAIN_CLASS": ENTRY,
                  "JOB_ARGS": f'"--from {self.topic} --time event --sink csv:/data/out"',
                  "TASK_MANAGER_MIN_NUM": 1, "TASK_MANAGER_MAX_NUM": 2, "PARALLELISM_MIN": 1, "PARALLELISM_MAX": 4,
                  "THROUGHPUT_UPPER": 2000, "THROUGHPUT_LOWER": 800, "CPU_LOAD_UPPER": 0.99, "CPU_LOAD_LOWER": 0.98,
                  "TRIGGER_DURATION": 4, "LOOP_INTERVAL": 2, "COOLDOWN_OUT": 4, "COOLDOWN_IN": 4}
        for key, value in values.items():
            self.nodes.run("node01", f"sed -i '/^{key}=/d' {CONF} && echo '{key}={value}' >> {CONF}")

    def submit(self):
        said = self.nodes.run("node01", f"{FLINK}/bin/flink run -d -m node01:8081 -p 1 -c {ENTRY} "
                                        f"/opt/flink/temblor-flink.jar --from {self.topic} --time event "
                                        "--sink csv:/data/out")
        job = re.search(r"JobID ([0-9a-f]{32})", said)[1]
        self.nodes.run("node01", f"sed -i 's/^FLINK_JOB_ID=.*/FLINK_JOB_ID={job}/' {CONF}")

    def temblor(self, arguments):
        return self.nodes.run("node01", f"{PROGRAMS}/temblor {arguments}")

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
        self.assertTrue(found, log)
        return [each for each in found if each[0] < each[1]], [each for each in found if each[0] > each[1]]

    def assert_same_results(self):
        """The job is ended with its last windows, once it has read all."""
        records = sum(rate * seconds for rate, seconds in LOAD)
        (job,) = self.running()
        self.nodes.run("node01", f"{FLINK}/bin/flink stop -m node01:8081 --drain -p /data/flink/savepoints {job}")
        self.temblor(f"process --from '{self.topic}?bounded' --time event --sink csv:/data/embedded "
                     "--summary /data/summary.json")
        self.assertIn(f'"records_read": {records}', self.nodes.run("node01", "cat /data/summary.json"))
        self.nodes.run("node01", "diff -r /data/embedded /data/out")
        self.assertGreater(int(self.nodes.run("node01", "find /data/out -name '*.csv' | wc -l")), 100)


if __name__ == "__main__":
    unittest.main()
