"""The scaler on a real cluster of three hosts, by its runbook: what people type, what they read, and what becomes of the
words' counts when things break on the way."""

import json
import os
import re
import signal
import time
import unittest

from harness import ROOT, SOAK, Case
from nodes import FLINK, PROGRAMS, Nodes

HOME = "/data/flink/elastic"
CONF = f"{HOME}/conf/elastic.conf"
JAR = os.path.join(ROOT, "build", "flink")  # of the word count
LINES_PER_S = 20


class Runbook(Case):
    """One cluster for all, brought back to three TaskManagers and parallelism 3 before each test."""

    @classmethod
    def setUpClass(cls):
        cls.nodes = cls.enterClassContext(Nodes(options=["--program", f"{JAR}=/opt/flink"]))
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
        said = cls.run_on_node01(f"{FLINK}/bin/flink run -d -m node01:8081 -p 3 -c org.jzx.WordCount "
                                 "/opt/flink_jobs/wordcount.jar")
        cls.job = re.search(r"Job has been submitted with JobID ([0-9a-f]{32})", said)[1]
        cls.nodes.until(cls.runs)
        cls.run_on_node01(f"sed -i 's/^FLINK_JOB_ID=.*/FLINK_JOB_ID={cls.job}/' {CONF}")

    def setUp(self):
        super().setUp()
        self.set(TASK_MANAGER_MIN_NUM=3, TASK_MANAGER_MAX_NUM=6, PARALLELISM_MIN=3, PARALLELISM_MAX=12,
                 THROUGHPUT_UPPER=100000, THROUGHPUT_LOWER=0, CPU_LOAD_UPPER=0.99, CPU_LOAD_LOWER=0,
                 TRIGGER_DURATION=2, LOOP_INTERVAL=1, COOLDOWN_OUT=1, COOLDOWN_IN=1, ALERT_REPEAT=300)
        self.run_on_node01(f"rm -f {HOME}/metrics/* {HOME}/log/*")

    # What people do.

    def set(self, **values):
        for key, value in values.items():
            self.run_on_node01(f"grep -q ^{key}= {CONF} && sed -i 's/^{key}=.*/{key}={value}/' {CONF} "
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
        return [self.nodes.run(node, "jps").count("TaskManagerRunner") for node in ("node01", "node02", "node03")]

    def count(self, word="hello"):
        """How often the word was counted, as the job has printed it last, on whichever node."""
        printed = [int(number) for node in ("node01", "node02", "node03")
                   for number in re.findall(rf"\({word},(\d+)\)",
                                            self.nodes.run(node, f"cat {FLINK}/log/*taskexecutor*.out"))]
        return max(printed, default=0), printed

    def assert_counts_went_on(self):
        """Nothing was counted from the beginning again. What comes between a savepoint and the cancellation in one with it
        is counted, and printed, and counted anew: a moment's lines, since this source cannot be asked for them again."""
        before, _ = self.count()
        self.nodes.until(lambda: self.count()[0] > before + LINES_PER_S)
        _, printed = self.count()
        self.assertEqual(printed.count(1), 1, "it was counted from the beginning again")
        self.assertLess(len(printed) - len(set(printed)), 3 * LINES_PER_S)

    def back_to_three(self):
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

    # The rows of the checklist.

    def test_1_to_3_start_submission_metrics(self):
        overview = self.nodes.get("/overview")
        self.assertEqual((overview["taskmanagers"], overview["slots-total"]), (3, 6))
        self.assertTrue(self.runs())
        self.assertRegex(self.sample(), r"^throughput=\d+/s \| cpu=\d\.\d{4} \| tm=3 \| records=\d+\n$")
        history = self.run_on_node01(f"cat {HOME}/metrics/history_metrics.log").splitlines()
        self.assertEqual(len(history), 4)
        for line in history:
            self.assertRegex(line, r"^\d{10},throughput:\d+,cpu:\d\.\d{4}$")

    def test_4_debounce_waits_for_three_samples(self):
        self.set(CPU_LOAD_LOWER=0.001, CPU_LOAD_UPPER=0.002)
        self.sample(2)
        lines = self.decide()
        self.assertEqual(lines[:2], ["========== 开始决策 ==========", "当前状态: 并行度=3, TM数量=3"])
        self.assertEqual(sum(self.task_managers()), 3)
        self.assertNotIn("触发", "".join(lines))

    def test_5_to_8_task_managers_within_their_bounds(self):
        self.set(CPU_LOAD_UPPER=0.00001, CPU_LOAD_LOWER=0.000001, TASK_MANAGER_MAX_NUM=5)
        self.sample(12)  # Flink's figures are of the last ten seconds
        self.assertEqual(self.decide(), [
            "========== 开始决策 ==========", "当前状态: 并行度=3, TM数量=3", "CPU 负载超过上限，触发 TM 扩容",
            "在 node02 启动新 TM...", "node02 新增 TM，当前集群总数: 4"])
        self.assertEqual(self.task_managers(), [1, 2, 1])
        self.sample()
        self.decide()
        self.assertEqual(self.task_managers(), [1, 2, 2])
        self.sample()
        self.assertIn("TM 数量已达上限 (5/5)", self.decide())
        self.assertEqual(sum(self.task_managers()), 5)

        self.set(CPU_LOAD_UPPER=0.99, CPU_LOAD_LOWER=0.98)
        for left in (4, 3):
            self.sample()
            self.assertIn("CPU 负载低于下限，触发 TM 缩容", self.decide())
            self.assertEqual(sum(self.task_managers()), left)
            self.assertTrue(self.runs(), "the job stays as it is")
        self.sample()
        self.assertIn("TM 数量已达下限 (3/3)", self.decide())
        self.assertEqual(sum(self.task_managers()), 3)
        self.assertEqual(self.jobs()[0]["jid"], self.current_job())
        self.assert_counts_went_on()

    def current_job(self):
        return self.run_on_node01(f"sed -n 's/^FLINK_JOB_ID=//p' {CONF}").strip()

    # And beyond.

    def test_throughput_changes_the_parallelism_with_the_state_kept(self):
        self.addCleanup(self.back_to_three)
        self.set(THROUGHPUT_UPPER=1)
        self.sample(12)
        lines = self.decide()
        self.assertIn("吞吐量超过上限，触发并行度扩容", lines)
        self.nodes.until(self.runs)
        self.assertEqual(self.parallelism(), 5)
        self.assertEqual(self.jobs()[0]["jid"], self.current_job())
        self.assert_counts_went_on()
        # Seven do not fit into the six slots: one more TaskManager comes first.
        self.sample(12)
        self.decide()
        self.nodes.until(self.runs)
        self.assertEqual((self.parallelism(), sum(self.task_managers())), (7, 4))
        self.set(THROUGHPUT_UPPER=100000, THROUGHPUT_LOWER=90000)
        self.sample()
        self.decide()
        self.nodes.until(self.runs)
        self.assertEqual(self.parallelism(), 6)
        self.assert_counts_went_on()

    def test_loop_is_a_service_that_its_name_ends(self):
        self.nodes.start("node01", f"nohup {HOME}/elastic_loop.sh > /dev/null 2>&1")
        self.nodes.until(lambda: self.log().count("========== 开始决策 ==========") >= 3)
        self.assertIn("elastic_loop.sh", self.run_on_node01("ps aux | grep '[e]lastic_loop'"))
        # A sample and a decision beside it, and a second loop that does not get in.
        self.run_on_node01(f"{HOME}/collect_metrics.sh")
        self.run_on_node01("pkill -f elastic_loop.sh")
        self.nodes.until(lambda: "elastic_loop" not in self.run_on_node01("ps ax"), limit_s=20)

    def test_loop_outlives_a_jobmanager_that_is_gone(self):
        self.set(FLINK_REST_URL="http://node01:8999", REST_TIMEOUT=2)
        self.nodes.start("node01", f"nohup {HOME}/elastic_loop.sh > /dev/null 2>&1")
        self.nodes.until(lambda: any("8999" in line for line in self.log("alert.log")))
        time.sleep(4)
        self.assertEqual(sum("8999" in line for line in self.log("alert.log")), 1, "told once")
        self.set(FLINK_REST_URL="http://node01:8081")
        self.nodes.until(lambda: "========== 开始决策 ==========" in self.log())
        self.nodes.until(lambda: len(self.log("alert.log")) >= 2)
        self.run_on_node01("pkill -f elastic_loop.sh")
        self.nodes.until(lambda: "elastic_loop" not in self.run_on_node01("ps ax"), limit_s=20)

    def test_refused_ssh_is_an_alert_and_nothing_is_broken(self):
        self.set(CPU_LOAD_UPPER=0.00001, CPU_LOAD_LOWER=0.000001)
        self.nodes.tool("ssh", "node02", "off")
        try:
            self.sample(12)
            lines = self.decide()
            self.assertTrue(any("node02: cannot be reached over ssh" in line for line in lines), lines)
            self.assertTrue(any("node02" in line for line in self.log("alert.log")))
        finally:
            self.nodes.tool("ssh", "node02", "on")
        self.assertEqual(self.task_managers(), [1, 1, 1])
        self.assertTrue(self.runs())

    def test_killed_while_it_rescales(self):
        """SIGKILL after a while, each time a little later, until a rescale gets through; then one job runs, and its counts
        went on."""
        self.addCleanup(self.back_to_three)
        delays = [0.3, 0.8, 1.5, 2.5, 4.0] if not SOAK else [i * 0.25 for i in range(1, 25)]
        for number, delay in enumerate(delays):
            up = number % 2 == 0
            self.set(THROUGHPUT_UPPER=1 if up else 100000, THROUGHPUT_LOWER=0 if up else 90000)
            self.sample(12 if up else 4)
            before = self.parallelism()
            self.nodes.start("node01", f"exec {HOME}/elastic_decision.sh")
            self.nodes.until(lambda: "savepoint" in self.nodes.try_run("node01", f"cat {HOME}/metrics/rescale.json").stdout
                             or self.parallelism() != before, limit_s=60)
            time.sleep(delay)
            self.nodes.try_run("node01", "pkill -KILL -f 'temblor elastic decide'")
            # Who comes next finishes it.
            self.nodes.until(lambda: self.finished(), limit_s=180)
            self.nodes.until(self.runs)
            self.assertEqual(self.jobs()[0]["jid"], self.current_job())
            self.assertNotEqual(self.parallelism(), before)
            self.assert_counts_went_on()

    def finished(self):
        self.set(THROUGHPUT_UPPER=100000, THROUGHPUT_LOWER=0)
        self.nodes.try_run("node01", f"{HOME}/elastic_decision.sh")
        return self.nodes.try_run("node01", f"ls {HOME}/metrics/rescale.json").returncode != 0

    def test_conf_is_never_executed(self):
        self.run_on_node01(f"cp {CONF} /tmp/conf")
        try:
            self.run_on_node01(f"echo 'JOB_ARGS=$(touch /tmp/executed)' >> {CONF}")
            done = self.nodes.try_run("node01", f"{HOME}/collect_metrics.sh")
            self.assertEqual(done.returncode, 2)
            self.assertRegex(done.stderr, r"^temblor: .*elastic\.conf:\d+: JOB_ARGS: ")
            self.assertNotEqual(self.nodes.try_run("node01", "ls /tmp/executed").returncode, 0)
        finally:
            self.run_on_node01(f"cp /tmp/conf {CONF}")

    def test_explains_itself(self):
        self.sample(4)
        self.decide()
        self.assertIn("POLICY=threshold", self.run_on_node01(f"{PROGRAMS}/temblor elastic explain --conf {CONF}"))
        decisions = self.run_on_node01(f"cat {HOME}/metrics/decisions.jsonl").splitlines()
        self.assertEqual(json.loads(decisions[-1])["policy"], "threshold")

    def test_check_tries_what_scaling_needs(self):
        check = f"{PROGRAMS}/temblor elastic check --conf {CONF}"
        said = self.run_on_node01(check)
        self.assertNotIn("FAILED", said)
        for what in ("REST http://node01:8081: Flink 1.17.2", "ssh node02", f"{HOME}/savepoints on node03"):
            self.assertIn(what, said)
        self.nodes.run("node03", "mount -t tmpfs tmpfs /data")  # no longer the folder of the others
        self.nodes.tool("ssh", "node02", "off")
        try:
            done = self.nodes.try_run("node01", check)
        finally:
            self.nodes.run("node03", "umount /data")
            self.nodes.tool("ssh", "node02", "on")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"FAILED  ssh node02: node02: cannot be reached over ssh")
        self.assertRegex(done.stdout, r"FAILED  \S+/savepoints on node03: .*the same folder")

    def test_alert_script(self):
        self.run_on_node01(f"{HOME}/alert.sh WARN 'disk is filling'")
        self.assertEqual(self.log("alert.log"), ["[WARN] disk is filling"])


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    unittest.main()
