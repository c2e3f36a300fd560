"""The scaler on a real cluster of three hosts, by its runbook: what people type, what they read, and what becomes of the
words' counts when things break on the way."""

import contextlib
import json
import shlex
import signal
import time
import unittest

from harness import SOAK
from nodes import FLINK, PROGRAMS
from runbook import CONF, HOME, RunbookCluster

# Takes a decision, and kills it with SIGKILL as soon as its journal says that a step has begun; says whether it did.
KILL_AT = f"""
import subprocess, sys
decision = subprocess.Popen(["{HOME}/elastic_decision.sh"], stdout=subprocess.DEVNULL)
while decision.poll() is None:
    try:
        with open("{HOME}/metrics/rescale.json") as journal:
            begun = sys.argv[1] in journal.read()
    except FileNotFoundError:
        continue
    if begun:
        decision.kill()
        break
print(decision.wait() == -9)
"""


class Runbook(RunbookCluster):
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

    @unittest.skipUnless(SOAK, "it takes eleven minutes")
    def test_5_to_8_with_the_values_of_the_runbook(self):
        self.set(THROUGHPUT_UPPER=1000, THROUGHPUT_LOWER=200, TRIGGER_DURATION=30, COOLDOWN_OUT="", COOLDOWN_IN="",
                 LOOP_INTERVAL=10)

        def decide():
            self.run_on_node01(f"rm -f {HOME}/metrics/history_metrics.log")
            self.sample(8, pause_s=10)
            return self.decide()

        self.set(CPU_LOAD_UPPER=0.005, CPU_LOAD_LOWER=0.001)
        for count in (4, 5, 6):
            self.assertIn("CPU 负载超过上限，触发 TM 扩容", decide())
            self.assertEqual(sum(self.task_managers()), count)
        self.assertIn("TM 数量已达上限 (6/6)", decide())
        self.set(CPU_LOAD_UPPER="0.80", CPU_LOAD_LOWER="0.50")
        for count in (5, 4, 3):
            self.assertIn("CPU 负载低于下限，触发 TM 缩容", decide())
            self.assertEqual(sum(self.task_managers()), count)
        self.assertIn("TM 数量已达下限 (3/3)", decide())
        self.assertEqual(sum(self.task_managers()), 3)
        self.assertEqual(self.jobs()[0]["jid"], self.current_job())
        self.assert_counts_went_on()

    def current_job(self):
        return self.run_on_node01(f"sed -n 's/^FLINK_JOB_ID=//p' {CONF}").strip()

    # And beyond.

    def test_throughput_changes_the_parallelism_with_the_state_kept(self):
        self.addCleanup(self.back_to_three)
        self.to_rescale(up=True)
        lines = self.decide()
        self.assertIn("吞吐量超过上限，触发并行度扩容", lines)
        self.nodes.until(self.runs)
        self.assertEqual(self.parallelism(), 5)
        self.assertEqual(self.jobs()[0]["jid"], self.current_job())
        self.assert_counts_went_on()
        # Seven do not fit into the six slots: one more TaskManager comes first.
        self.to_rescale(up=True)
        self.decide()
        self.nodes.until(self.runs)
        self.assertEqual((self.parallelism(), sum(self.task_managers())), (7, 4))
        self.to_rescale(up=False)
        self.decide()
        self.nodes.until(self.runs)
        self.assertEqual(self.parallelism(), 6)
        self.assert_counts_went_on()
        # Six fit on three TaskManagers, but each of the four is in use: the job is moved, and one ends meanwhile.
        self.set(THROUGHPUT_LOWER=0, CPU_LOAD_LOWER=0.98)
        self.sample_until_due()
        self.assertEqual(self.free_task_managers(), 0)
        before = self.task_managers()
        self.assertIn("CPU 负载低于下限，触发 TM 缩容", self.decide())
        self.nodes.until(self.runs)
        self.assertEqual((self.parallelism(), sum(self.task_managers())), (6, 3))
        ended = [then - now for now, then in zip(self.task_managers(), before)].index(1)
        self.assertEqual(before[ended], max(before), "the host with the most")
        self.assertEqual(self.jobs()[0]["jid"], self.current_job())
        self.assert_counts_went_on()

    def test_task_managers_that_another_job_uses_are_left_to_it(self):
        """Each is in use, some of them by another job alone: the job is moved off one that it has to itself."""
        self.addCleanup(self.back_to_three)
        self.run_on_node01(f"{FLINK}/bin/taskmanager.sh start")
        self.nodes.until(lambda: self.nodes.get("/overview")["taskmanagers"] == 4)
        other = self.start_other_job(parallelism=self.free_task_managers())  # two, where the job lies on two after others
        self.nodes.until(lambda: self.free_task_managers() == 0)
        used = [each for each, jobs in self.jobs_on_task_managers().items() if other in jobs]
        self.set(CPU_LOAD_LOWER=0.98)
        self.sample_until_due()
        self.assertIn("CPU 负载低于下限，触发 TM 缩容", self.decide())
        self.assertIn("停止", "".join(self.log()))
        self.nodes.until(lambda: {job["jid"] for job in self.jobs()} == {other, self.current_job()} and
                         all(job["tasks"]["running"] == job["tasks"]["total"] for job in self.jobs()))
        left = self.jobs_on_task_managers()
        self.assertEqual(len(left), 3)
        for each in used:
            self.assertIn(other, left[each])
        self.assert_counts_went_on()

    def start_other_job(self, parallelism):
        """Another word count until the end of the test; its id."""
        self.nodes.start("node03", "(while true; do echo other; sleep 1; done) | nc -lk 9998")
        other = self.nodes.submit(parallelism, "org.jzx.WordCount", "/opt/flink_jobs/wordcount.jar node03 9998")

        def end():
            self.run_on_node01(f"curl -sS -X PATCH 'http://node01:8081/jobs/{other}?mode=cancel'")
            self.nodes.until(lambda: other not in {job["jid"] for job in self.jobs()})

        self.addCleanup(end)
        return other

    def jobs_on_task_managers(self):
        """Whose tasks there are, by TaskManager."""
        ids = [each["id"] for each in self.nodes.get("/taskmanagers")["taskmanagers"]]
        jobs = {each: [] for each in ids}
        for job in self.jobs():
            for vertex in self.nodes.get(f"/jobs/{job['jid']}")["vertices"]:
                path = f"/jobs/{job['jid']}/vertices/{vertex['id']}/taskmanagers"
                for each in self.nodes.get(path)["taskmanagers"]:
                    jobs[each["taskmanager-id"]].append(job["jid"])
        return jobs

    def test_parallelism_within_its_bounds(self):
        self.set(PARALLELISM_MAX=3, THROUGHPUT_UPPER=1)
        self.sample_until(lambda: "并行度已达上限 (3/3)" in self.decide())
        self.set(THROUGHPUT_UPPER=100000, THROUGHPUT_LOWER=90000)
        self.sample_until(lambda: "并行度已达下限 (3/3)" in self.decide())
        self.assertEqual((self.parallelism(), self.jobs()[0]["jid"]), (3, self.current_job()))

    def free_task_managers(self):
        return sum(each["freeSlots"] == each["slotsNumber"] for each in self.nodes.get("/taskmanagers")["taskmanagers"])

    def test_loop_is_a_service_that_its_name_ends(self):
        self.nodes.start("node01", f"nohup {HOME}/elastic_loop.sh > /dev/null 2>&1")
        self.nodes.until(lambda: self.log().count("========== 开始决策 ==========") >= 3)
        self.assertIn("elastic_loop.sh", self.run_on_node01("ps aux | grep '[e]lastic_loop'"))
        # A sample and a decision beside it, and a second loop that does not get in.
        self.run_on_node01(f"{HOME}/collect_metrics.sh")
        second = self.nodes.try_run("node01", f"{HOME}/elastic_loop.sh")
        self.assertEqual((second.returncode, second.stdout), (1, ""))
        self.assertRegex(second.stderr, r"^temblor: \S+/metrics/loop\.lock: is held by process \d+ \(.+\)\n$")
        self.run_on_node01("pkill -f elastic_loop.sh")
        self.nodes.until(lambda: "elastic_loop" not in self.run_on_node01("ps ax"), limit_s=20)

    @contextlib.contextmanager
    def loop(self):
        self.nodes.start("node01", f"nohup {HOME}/elastic_loop.sh > /dev/null 2>&1")
        try:
            yield
        finally:
            self.run_on_node01("pkill -f elastic_loop.sh")
            self.nodes.until(lambda: "elastic_loop" not in self.run_on_node01("ps ax"), limit_s=20)

    def test_loop_outlives_a_jobmanager_that_is_gone(self):
        self.set(FLINK_REST_URL="http://node01:8999", REST_TIMEOUT=2)
        with self.loop():
            self.nodes.until(lambda: any("8999" in line for line in self.log("alert.log")))
            time.sleep(60 if SOAK else 4)
            self.assertEqual(sum("8999" in line for line in self.log("alert.log")), 1, "told once")
            self.set(FLINK_REST_URL="http://node01:8081")
            self.nodes.until(lambda: "========== 开始决策 ==========" in self.log())
            self.nodes.until(lambda: len(self.log("alert.log")) >= 2)

    def test_loop_outlives_a_jobmanager_that_does_not_answer(self):
        """Its process is stopped, and goes on before its TaskManagers give it up."""
        self.set(REST_TIMEOUT=2)
        with self.loop():
            self.nodes.until(lambda: "========== 开始决策 ==========" in self.log())
            self.run_on_node01("pkill -STOP -f StandaloneSessionClusterEntrypoint")
            try:
                self.nodes.until(lambda: any("8081" in line for line in self.log("alert.log")))
                time.sleep(30 if SOAK else 8)
                self.assertEqual(len(self.log("alert.log")), 1, "told once")
            finally:
                self.run_on_node01("pkill -CONT -f StandaloneSessionClusterEntrypoint")
            self.nodes.until(lambda: any("已恢复" in line for line in self.log("alert.log")))
        self.assertTrue(self.runs())
        self.assertEqual(self.jobs()[0]["jid"], self.current_job())
        self.assert_counts_went_on()

    def test_loop_outlives_a_jobmanager_that_is_started_anew(self):
        """Without high availability its job is gone, and one that is submitted has another id."""
        self.set(REST_TIMEOUT=2)
        with self.loop():
            self.nodes.until(lambda: "各项指标正常，无需调整" in self.log())
            lost = self.current_job()
            self.run_on_node01("pkill -KILL -f StandaloneSessionClusterEntrypoint")
            self.nodes.until(lambda: any("8081" in line for line in self.log("alert.log")))
            self.run_on_node01(f"{FLINK}/bin/jobmanager.sh start")
            self.nodes.until(lambda: any(f"FLINK_JOB_ID: {lost} does not run" in line for line in self.log("alert.log")))
            self.nodes.until(lambda: self.nodes.get("/overview")["taskmanagers"] == 3)
            self.submit()
            self.set(FLINK_JOB_ID=lost)
            self.nodes.until(lambda: f"FLINK_JOB_ID 未设置或已失效，使用运行中的作业: {self.job}" in self.log())
            self.nodes.until(lambda: sum("已恢复" in line for line in self.log("alert.log")) == 2)
            self.assertEqual(len(self.log("alert.log")), 4, "each trouble and its end once")
            self.set(FLINK_JOB_ID=self.job)

    def test_refused_ssh_is_an_alert_and_nothing_is_broken(self):
        self.set(CPU_LOAD_UPPER=0.00001, CPU_LOAD_LOWER=0.000001, TASK_MANAGER_HOSTS="node02")
        before = self.task_managers()
        self.nodes.tool("ssh", "node02", "off")
        try:
            self.sample_until_due()
            lines = self.decide()
            self.assertTrue(any("node02: cannot be reached over ssh" in line for line in lines), lines)
            self.assertTrue(any("node02" in line for line in self.log("alert.log")))
        finally:
            self.nodes.tool("ssh", "node02", "on")
        self.assertEqual(self.task_managers(), before)
        self.assertTrue(self.runs())

    def test_killed_at_every_step_of_a_rescale(self):
        """Who comes next goes on: one job runs then, the one that the conf names, and its counts went on."""
        self.addCleanup(self.back_to_three)
        for step in ("stopping", "starting", "naming"):
            if step == "naming":  # a fourth, by hand, so that the job lies on more of them than it needs
                self.run_on_node01(f"{FLINK}/bin/taskmanager.sh start")
                self.nodes.until(lambda: self.nodes.get("/overview")["taskmanagers"] == 4)
            before = self.to_rescale(up=step != "starting")
            while not self.kill_at(step):  # the last step takes a moment only; what was missed has gone through
                before = self.to_rescale(up=self.parallelism() <= 4)
            self.assert_finished_by_the_next(before)
        parallelism = self.parallelism()
        self.assertEqual(self.free_task_managers(), 0)
        self.set(CPU_LOAD_LOWER=0.98, THROUGHPUT_LOWER=0)
        self.sample_until_due()
        self.assertTrue(self.kill_at("ending tm"), self.log())
        self.set(CPU_LOAD_LOWER=0)
        self.nodes.until(self.finished, limit_s=180)
        self.nodes.until(self.runs)
        self.assertEqual((self.parallelism(), sum(self.task_managers())), (parallelism, 3))
        self.assert_counts_went_on()

    def test_killed_at_any_moment_of_a_rescale(self):
        self.addCleanup(self.back_to_three)
        for number in range(24 if SOAK else 2):
            before = self.to_rescale(up=number % 2 == 0)
            self.nodes.start("node01", f"exec {HOME}/elastic_decision.sh")
            self.nodes.until(lambda: "savepoint" in self.nodes.try_run("node01", f"cat {HOME}/metrics/rescale.json").stdout
                             or self.parallelism() != before, limit_s=60)
            time.sleep(0.25 * (number + 1))
            self.nodes.try_run("node01", "pkill -KILL -f 'temblor elastic decide'")
            self.assert_finished_by_the_next(before)

    def test_new_parallelism_that_does_not_run_is_taken_back(self):
        """A TaskManager dies while the job is being started anew: it fits at the old parallelism only. The scaler is killed
        on its way back, too. Then the lost TaskManager is replaced."""
        self.addCleanup(self.back_to_three)
        self.to_rescale(up=True)
        self.set(JOB_START_TIMEOUT=40)
        self.assertTrue(self.kill_at("starting"), self.log())
        self.kill_one()
        self.assertTrue(self.kill_at("going back"), self.log())
        self.nodes.until(self.finished, limit_s=240)
        self.nodes.until(self.runs)
        self.assertEqual(self.parallelism(), 3)
        self.assertEqual(self.jobs()[0]["jid"], self.current_job())
        self.assertIn("新并行度提交失败，作业已回滚到并行度 3", self.log())
        self.assert_counts_went_on()
        self.assertEqual(sum(self.task_managers()), 2)
        self.nodes.until(lambda: self.nodes.get("/overview")["taskmanagers"] == 2)
        before = self.task_managers()
        self.sample_until_due()
        self.decide()
        added = [now - then for now, then in zip(self.task_managers(), before)]
        self.assertEqual((sum(added), before[added.index(1)]), (1, min(before)), f"added {added} to {before}")

    def to_rescale(self, up):
        """Makes the next decision change the parallelism, up or down; what it is now."""
        self.set(THROUGHPUT_UPPER=1 if up else 100000, THROUGHPUT_LOWER=0 if up else 90000)
        self.sample_until_due()
        return self.parallelism()

    def sample_until_due(self):
        """Until a decision would act."""
        self.sample_until(lambda: "演练" in self.run_on_node01(f"{HOME}/elastic_decision.sh --dry-run"))

    def sample_until(self, is_so):
        for _ in range(60):  # of a new job Flink has no figures for some ten seconds, and those it has are as old as that
            self.sample(1)
            if is_so():
                return
        self.fail(self.log())

    def kill_at(self, step):
        # Before all others: a step may last for milliseconds, and other tests run beside this one.
        said = self.run_on_node01(f"nice -n -20 python3 -c {shlex.quote(KILL_AT)} '\"step\": \"{step}\"'")
        return said == "True\n"

    def assert_finished_by_the_next(self, before):
        self.nodes.until(self.finished, limit_s=180)
        self.nodes.until(self.runs)
        self.assertEqual(self.jobs()[0]["jid"], self.current_job())
        self.assertNotEqual(self.parallelism(), before)
        self.assert_counts_went_on()

    def finished(self):
        self.set(THROUGHPUT_UPPER=100000, THROUGHPUT_LOWER=0)
        self.nodes.try_run("node01", f"{HOME}/elastic_decision.sh")
        return self.nodes.try_run("node01", f"ls {HOME}/metrics/rescale.json").returncode != 0

    def test_loop_outlives_a_full_disk(self):
        self.run_on_node01(f"mount -t tmpfs -o size=64k tmpfs {HOME}/metrics")
        try:
            with self.loop():
                self.nodes.until(lambda: "========== 开始决策 ==========" in self.log())
                self.run_on_node01(f"head -c 1M /dev/zero > {HOME}/metrics/filling || true")
                self.nodes.until(lambda: any("No space left on device" in line for line in self.log("alert.log")))
                self.run_on_node01(f"rm {HOME}/metrics/filling")
                self.nodes.until(lambda: any("已恢复" in line for line in self.log("alert.log")))
        finally:
            self.run_on_node01(f"umount {HOME}/metrics")

    def test_savepoint_that_fails_is_an_alert_and_the_job_runs_on(self):
        self.to_rescale(up=True)
        self.set(SAVEPOINT_DIR="/proc/savepoints")
        try:
            self.decide()
        finally:
            self.set(SAVEPOINT_DIR=f"{HOME}/savepoints")
        self.assertTrue(any("no savepoint was taken" in line for line in self.log("alert.log")), self.log("alert.log"))
        self.assertEqual((self.parallelism(), self.jobs()[0]["jid"]), (3, self.current_job()))
        self.assert_counts_went_on()

    def test_job_that_failed_is_an_alert_until_one_runs(self):
        with self.loop():
            self.nodes.until(lambda: "各项指标正常，无需调整" in self.log())
            self.run_on_node01(f"sed -i 's/^FLINK_JOB_ID=.*/FLINK_JOB_ID=/' {CONF}")
            node = self.kill_one()
            self.nodes.until(lambda: not self.jobs())
            self.nodes.until(lambda: any("org.jzx.WordCount" in line for line in self.log("alert.log")))
            self.nodes.run(node, f"{FLINK}/bin/taskmanager.sh start")
            self.nodes.until(lambda: self.nodes.get("/overview")["taskmanagers"] == 3)
            self.submit()
            self.nodes.until(lambda: any("已恢复" in line for line in self.log("alert.log")))

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
