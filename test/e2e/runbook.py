"""The cluster of the scaler's runbook, real and on three hosts, with what people do there and what is so."""

import os
import re
import time

from harness import ROOT, Case
from nodes import FLINK, PROGRAMS, Nodes

HOME = "/data/flink/elastic"
CONF = f"{HOME}/conf/elastic.conf"
JAR = os.path.join(ROOT, "build", "flink")  # of the word count
LINES_PER_S = 20
NODES = ("node01", "node02", "node03")


class RunbookCluster(Case):
    """One cluster for all, brought back to three TaskManagers and parallelism 3 before each test."""

    @classmethod
    def setUpClass(cls):
        cls.nodes = cls.enterClassContext(Nodes(
            options=["--program", f"{JAR}=/opt/flink", "--set", "cluster.evenly-spread-out-slots=true"]))
        cls.nodes.start("node02", f'(while true; do echo "hello world flink test $(date +%N)"; sleep {1 / LINES_PER_S}; '
                                  "done) | nc -lk 9999")
        cls.nodes.start_flink()
        cls.run_on_node01(f"{PROGRAMS}/temblor elastic install")
        cls.submit()

    @classmethod
    def run_on_node01(cls, line):
        return cls.nodes.run("node01", line)

    @classmethod
    def submit(cls):
        cls.forget_printed()
        cls.job = cls.nodes.submit(3, "org.jzx.WordCount", "/opt/flink_jobs/wordcount.jar")
        cls.nodes.until(cls.runs)
        cls.run_on_node01(f"sed -i 's/^FLINK_JOB_ID=.*/FLINK_JOB_ID={cls.job}/' {CONF}")
        # A first count that is read from now on is one too many. It must not be kept: a TaskManager that is started takes
        # the name and the file of one that has ended.
        cls.nodes.until(lambda: cls.count()[0] > 0)
        cls.forget_printed()

    @classmethod
    def forget_printed(cls):
        for node in NODES:
            cls.nodes.run(node, f"for printed in {FLINK}/log/*taskexecutor*.out*; do : > $printed; done")

    def setUp(self):
        super().setUp()
        self.set(TASK_MANAGER_MIN_NUM=3, TASK_MANAGER_MAX_NUM=6, PARALLELISM_MIN=3, PARALLELISM_MAX=12,
                 THROUGHPUT_UPPER=100000, THROUGHPUT_LOWER=0, CPU_LOAD_UPPER=0.99, CPU_LOAD_LOWER=0,
                 TRIGGER_DURATION=2, LOOP_INTERVAL=1, COOLDOWN_OUT=1, COOLDOWN_IN=1, ALERT_REPEAT=300,
                 JOB_START_TIMEOUT=120, TASK_MANAGER_HOSTS="")
        self.run_on_node01(f"rm -f {HOME}/metrics/* {HOME}/log/*")
        if not self.jobs():  # a test that failed has left none
            self.submit()

    # What people do.

    def set(self, **values):
        for key, value in values.items():
            self.run_on_node01(f"grep -q ^{key}= {CONF} && sed -i 's|^{key}=.*|{key}={value}|' {CONF} "
                               f"|| echo {key}={value} >> {CONF}")

    def sample(self, count=4, pause_s=1.2):
        for _ in range(count):
            line = self.run_on_node01(f"{HOME}/collect_metrics.sh")
            time.sleep(pause_s)
        return line

    def decide(self):
        """What one decision logs, without the times."""
        before = len(self.log())
        self.nodes.try_run("node01", f"{HOME}/elastic_decision.sh")
        return self.log()[before:]

    def log(self, name="elastic_schedule.log"):
        text = self.nodes.try_run("node01", f"cat {HOME}/log/{name}").stdout
        for line in text.splitlines():
            self.assertRegex(line, r"^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] ")
        return [line[22:] for line in text.splitlines()]

    # What is so.

    @classmethod
    def jobs(cls):
        over = ("FINISHED", "CANCELED", "FAILED")
        return [job for job in cls.nodes.get("/jobs/overview")["jobs"] if job["state"] not in over]

    @classmethod
    def runs(cls):
        jobs = cls.jobs()
        return len(jobs) == 1 and jobs[0]["tasks"]["running"] == jobs[0]["tasks"]["total"]

    def parallelism(self):
        job = self.nodes.get("/jobs/" + self.jobs()[0]["jid"])
        return max(vertex["parallelism"] for vertex in job["vertices"])

    def task_managers(self):
        """How many there are on each node, by jps."""
        return [self.nodes.run(node, "jps").count("TaskManagerRunner") for node in NODES]

    def kill_one(self):
        """Kills a TaskManager that is alone on its node, and says which node that was."""
        node = NODES[self.task_managers().index(1)]
        self.nodes.run(node, "pkill -KILL -f TaskManagerRunner")
        return node

    @classmethod
    def count(cls, word="hello"):
        """How often the word was counted, as the job has printed it last, on whichever node; and all that was printed since
        the job's first lines, but by TaskManagers in whose place others have been started."""
        printed = [int(number) for node in NODES
                   for number in re.findall(rf"\({word},(\d+)\)",
                                            cls.nodes.run(node, f"cat {FLINK}/log/*taskexecutor*.out*"))]
        return max(printed, default=0), printed

    def assert_counts_went_on(self):
        """Nothing was counted from the beginning again. What comes between a savepoint and the cancellation in one with it
        is counted, and printed, and counted anew: a moment's lines, since this source cannot be asked for them again."""
        before, _ = self.count()
        self.nodes.until(lambda: self.count()[0] > before + LINES_PER_S)
        _, printed = self.count()
        self.assertNotIn(1, printed, "it was counted from the beginning again")
        self.assertLess(len(printed) - len(set(printed)), 3 * LINES_PER_S)

    def back_to_three(self):
        self.nodes.until(self.finished, limit_s=180)
        self.nodes.until(self.runs)
        self.set(THROUGHPUT_UPPER=100000, THROUGHPUT_LOWER=90000, CPU_LOAD_UPPER=0.99, CPU_LOAD_LOWER=0)
        for _ in range(12):
            if self.parallelism() == 3:
                break
            self.sample()
            self.decide()
            self.nodes.until(self.runs)
        self.set(THROUGHPUT_LOWER=0, CPU_LOAD_LOWER=0.98)
        for _ in range(6):
            if sum(self.task_managers()) == 3:
                break
            self.sample()
            self.decide()
        self.set(CPU_LOAD_LOWER=0)
