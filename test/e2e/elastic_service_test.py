"""What the scaler tells people, and what they ask it, by the whole program: a command and a webhook that are real, and a
JobManager that comes and goes."""

import contextlib
import http.server
import json
import os
import signal
import stat
import threading
import time
import unittest

from flink_answers import FlinkAnswers
from harness import TIMEOUT_S, Case

JOB = "0b5da5e0b92307946d891584f93dcefe"
OTHER_JOB = "11111111111111111111111111111111"
# As an argument of a command it must arrive as it is; read by a shell it would make files, or end.
STRANGE = "it's $(touch made) `touch made`; touch made & cat <in | tee >made \"quoted\" \\ %s -x * ~ ! # 磁盘已满"

COMMAND = """#!/usr/bin/python3
import json, os, sys
with open({told!r}, "a") as file:
    file.write(json.dumps([os.fsencode(word).decode("latin-1") for word in sys.argv[1:]]) + "\\n")
sys.exit({status})
"""


class Webhook:
    """Takes what is posted to it, started and stopped by `with`. It answers with `status`, or with None not at all."""

    def __init__(self):
        self.status = 200
        self.posted = []  # (path, type, body)
        webhook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                webhook.posted.append((self.path, self.headers["Content-Type"], body))
                if webhook.status is None:
                    webhook._over.wait()
                    return
                self.send_response(webhook.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._over = threading.Event()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = "http://127.0.0.1:%d/hook?team=a" % self._server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def alerts(self):
        """(status, summary) of each."""
        bodies = [json.loads(body)["alerts"][0] for _, _, body in self.posted]
        return [(alert["status"], alert["annotations"]["summary"]) for alert in bodies]


class Told(Case):
    def setUp(self):
        super().setUp()
        self.flink = self.enterContext(FlinkAnswers())
        self.flink.jobs[JOB] = "RUNNING"
        self.webhook = self.enterContext(Webhook())
        self.command = self.make_command("command", 0)
        self.set()

    def make_command(self, name, status):
        path = self.path(name)
        with open(path, "w") as file:
            file.write(COMMAND.format(told=self.path("told"), status=status))
        os.chmod(path, stat.S_IRWXU)
        return path

    def set(self, **values):
        """Writes the conf; it is as it was but for what `values` say."""
        values = {"FLINK_REST_URL": self.flink.url, "FLINK_JOB_ID": JOB, "METRICS_DIR": self.path("metrics"),
                  "LOG_DIR": self.path("log"), "SAVEPOINT_DIR": self.path("savepoints"), "ELASTIC_LANG": "en",
                  "TASK_MANAGER_HOSTS": "localhost", "THROUGHPUT_UPPER": 1e9, "THROUGHPUT_LOWER": 0, "CPU_LOAD_UPPER": 1,
                  "CPU_LOAD_LOWER": 0, "LOOP_INTERVAL": 0.2, "REST_TIMEOUT": 0.5, "ALERT_COMMAND": self.command,
                  "ALERT_WEBHOOK": self.webhook.url, **values}
        self.write("new.conf", "".join(f"{key}={value}\n" for key, value in values.items()).encode())
        os.rename(self.path("new.conf"), self.path("elastic.conf"))  # a loop never reads half of it

    def elastic(self, form, *arguments):
        return self.succeed("elastic", form, "--conf", "elastic.conf", *arguments).decode()

    @contextlib.contextmanager
    def loop(self):
        loop = self.start("elastic", "loop", "--conf", "elastic.conf")
        yield loop
        self.assertEqual(self.stop(loop), (0, ""))

    def until(self, is_so):
        deadline = time.monotonic() + TIMEOUT_S
        while not is_so():
            self.assertLess(time.monotonic(), deadline, (self.log(), self.webhook.alerts()))
            time.sleep(0.05)

    def lines(self, *names):
        with contextlib.suppress(FileNotFoundError):
            return self.read(os.path.join(*names)).decode(errors="replace").splitlines()
        return []

    def told(self):
        """The arguments of the command, each time."""
        return [[word.encode("latin-1").decode(errors="replace") for word in json.loads(line)]
                for line in self.lines("told")]

    def log(self, name="alert.log"):
        return [line[22:] for line in self.lines("log", name)]

    def samples(self):
        return len(self.lines("metrics", "history_metrics.log"))

    def until_samples_go_on(self):
        before = self.samples()
        self.until(lambda: self.samples() >= before + 3)


class Alert(Told):
    def test_goes_to_the_log_the_command_and_the_webhook(self):
        self.elastic("alert", "WARN", STRANGE)
        self.assertEqual(self.log(), ["[WARN] " + STRANGE])
        self.assertEqual(self.told(), [["WARN", STRANGE]])
        ((path, kind, body),) = self.webhook.posted
        self.assertEqual((path, kind), ("/hook?team=a", "application/json"))
        message = json.loads(body)
        # What a receiver of Alertmanager's version 4 reads.
        self.assertLessEqual({"version", "groupKey", "truncatedAlerts", "status", "receiver", "groupLabels",
                              "commonLabels", "commonAnnotations", "alerts"}, set(message))
        self.assertEqual((message["version"], message["status"]), ("4", "firing"))
        (alert,) = message["alerts"]
        self.assertEqual((alert["status"], alert["labels"]["alertname"], alert["labels"]["severity"],
                          alert["annotations"]["summary"]), ("firing", "temblor_elastic", "warning", STRANGE))
        self.assertRegex(alert["startsAt"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
        self.assertFalse(os.path.exists(self.path("made")))

    def test_levels_are_those_of_alertmanager(self):
        for level in ("INFO", "warning", "ERROR", "unheard-of"):
            self.elastic("alert", level, "x")
        self.assertEqual([level for level, _ in self.told()], ["INFO", "WARN", "ERROR", "ERROR"])
        self.assertEqual([json.loads(body)["commonLabels"]["severity"] for _, _, body in self.webhook.posted],
                         ["info", "warning", "critical", "critical"])

    def test_words_are_one_line(self):
        self.elastic("alert", "INFO", "first\nsecond\tthird\x1b[31m\x7f", "and", "more")
        line = "first second third [31m  and more"
        self.assertEqual((self.log(), self.told()), (["[INFO] " + line], [["INFO", line]]))
        self.assertEqual(self.webhook.alerts(), [("firing", line)])

    def test_what_is_no_utf_8_is_told_all_the_same(self):
        self.elastic("alert", "INFO", b"disk \xb4\xc5\xc5\xcc full")
        (said,) = self.webhook.alerts()
        self.assertRegex(said[1], "^disk \ufffd+ full$")
        self.assertEqual(len(self.told()), 1)

    def test_what_begins_with_a_dash_is_a_message_too(self):
        self.elastic("alert", "INFO", "--", "-5 degrees")
        self.assertEqual(self.told(), [["INFO", "-5 degrees"]])

    def test_a_channel_that_fails_keeps_no_other_from_it(self):
        nobody = "http://127.0.0.1:1/hook"
        for webhook, status, why in ((self.webhook.url, 500, "answers with status 500"),
                                     (self.webhook.url, None, "gives no answer within 500ms"),
                                     (nobody, 200, "cannot be reached"), ("ftp://localhost/hook", 200, "is no address")):
            self.webhook.status = status
            self.set(ALERT_WEBHOOK=webhook)
            before = len(self.told())
            self.elastic("alert", "ERROR", "gone")
            self.assertEqual(len(self.told()), before + 1)
            message, failure = self.log()[-2:]
            self.assertEqual(message, "[ERROR] gone")
            self.assertTrue(failure.startswith("[WARN] ALERT_WEBHOOK: ") and why in failure, failure)
        self.webhook.status = 200
        for command, why in ((self.make_command("failing", 3), "ended with exit code 3"),
                             (self.path("missing"), "cannot be started"), (self.path("elastic.conf"), "cannot be started")):
            self.set(ALERT_COMMAND=command)
            before = len(self.webhook.posted)
            self.elastic("alert", "ERROR", "gone")
            self.assertEqual(len(self.webhook.posted), before + 1)
            failure = self.log()[-1]
            self.assertTrue(failure.startswith("[WARN] ALERT_COMMAND: ") and why in failure, failure)


class Loop(Told):
    def test_tells_a_trouble_once_and_its_end(self):
        self.flink.stop()
        with self.loop():
            self.until(lambda: self.webhook.posted)
            time.sleep(1.5)
            ((status, said),) = self.webhook.alerts()
            self.assertEqual(status, "firing")
            self.assertIn(f"{self.flink.url}: cannot be reached", said)
            self.assertEqual(self.told(), [["ERROR", said]])
            # After a time it is told again, with how often it was.
            self.set(ALERT_REPEAT=1)
            self.until(lambda: len(self.webhook.posted) == 2)
            self.assertRegex(self.webhook.alerts()[1][1], r" \[\+\d+\]$")
            self.set()
            self.flink.start()
            self.until(lambda: self.webhook.alerts()[-1][0] == "resolved")
            self.until_samples_go_on()
        self.assertEqual([level for level, _ in self.told()][-1], "RESOLVED")
        messages = [json.loads(body) for _, _, body in self.webhook.posted]
        self.assertEqual([message["status"] for message in messages].count("resolved"), 1)
        first, last = messages[0]["alerts"][0], messages[-1]["alerts"][0]
        # By these a receiver knows what is over.
        self.assertEqual((first["fingerprint"], first["startsAt"]), (last["fingerprint"], last["startsAt"]))
        self.assertGreater(last["endsAt"], last["startsAt"])
        self.assertEqual(len(self.told()), len(messages))

    def test_goes_on_whatever_the_channels_do(self):
        for status in (500, None):
            self.webhook.status = status
            before = len(self.webhook.posted)
            with self.loop():
                self.until_samples_go_on()
                self.flink.jobs = {}
                self.until(lambda: len(self.webhook.posted) > before)
                self.flink.jobs = {JOB: "RUNNING"}
                self.until(lambda: self.webhook.alerts()[-1][0] == "resolved")
                self.until_samples_go_on()
            self.assertIn("[WARN] ALERT_WEBHOOK: ", "\n".join(self.log()))

    def test_survives_a_job_manager_that_is_started_anew(self):
        """Without high availability its job is gone, and one that is submitted has another id."""
        with self.loop():
            self.until_samples_go_on()
            self.flink.stop()
            self.until(lambda: any(self.flink.url in line for line in self.log()))
            self.flink.jobs = {}
            self.flink.start()
            lost = (f"[ERROR] FLINK_JOB_ID: {JOB} does not run, and no jobs of the name org.jzx.WordCount run (submit the "
                    "job, or set JOB_MAIN_CLASS to its name)")
            self.until(lambda: lost in self.log())
            time.sleep(1)
            self.assertEqual(len(self.log()), 2, "each trouble once")
            self.flink.jobs = {OTHER_JOB: "RUNNING"}
            self.until(lambda: len(self.log()) == 4)
            self.until_samples_go_on()
        self.assertEqual(self.log()[2:], ["[INFO] trouble over: temblor elastic"] * 2)
        self.assertIn(f"FLINK_JOB_ID is not set or has ended, the running job is used: {OTHER_JOB}",
                      self.log("elastic_schedule.log"))

    def test_survives_a_job_manager_that_recovers_its_job(self):
        with self.loop():
            self.until_samples_go_on()
            self.flink.stop()
            self.until(lambda: any(self.flink.url in line for line in self.log()))
            self.flink.jobs = {JOB: "CREATED"}  # its tasks wait for TaskManagers
            self.flink.task_managers = []
            self.flink.start()
            self.until(lambda: self.log()[-1:] == ["[INFO] trouble over: temblor elastic"])
            self.flink.task_managers = ["node01", "node02", "node03"]
            self.flink.jobs = {JOB: "RUNNING"}
            self.until_samples_go_on()
        self.assertEqual(len(self.log()), 2)
        self.assertNotIn("the running job is used", "".join(self.log("elastic_schedule.log")))


    def test_a_new_one_waits_for_one_that_is_ending(self):
        begun = "the scaler has started, every 0.2 s"
        with self.loop() as old:
            self.until(lambda: begun in self.log("elastic_schedule.log"))
            new = self.start("elastic", "loop", "--conf", "elastic.conf")
            self.until_samples_go_on()
            self.assertEqual(self.log("elastic_schedule.log").count(begun), 1)
            self.assertIsNone(new.poll())
            old.send_signal(signal.SIGTERM)
            self.until(lambda: self.log("elastic_schedule.log").count(begun) == 2)
            self.until_samples_go_on()
        self.assertEqual(self.stop(new), (0, ""))


def whole(body, status="200 OK"):
    return b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status.encode(), len(body), body)


def a_byte_at_a_time(connection):
    connection.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(100):
        connection.write(b"[")
        connection.flush()
        time.sleep(0.1)


GARBAGE = {
    "nothing": lambda connection: None,
    "no body": lambda connection: connection.write(whole(b"")),
    "no HTTP": lambda connection: connection.write(bytes(range(256)) * 20),
    "no JSON": lambda connection: connection.write(whole(b"<html><body>It works!</body></html>")),
    "half of it": lambda connection: connection.write(whole(b'{"jobs":[{"jid":"0b5da5')),
    "less than it says": lambda connection: connection.write(whole(b'{"jobs":[]}')[:-3]),
    "of another form": lambda connection: connection.write(whole(b'{"jobs":[{"jid":7,"name":[],"state":null}]}')),
    "brackets": lambda connection: connection.write(whole(b"[" * (1 << 20))),
    "huge": lambda connection: connection.write(whole(b" " * (17 << 20))),
    "slow": a_byte_at_a_time,
    "a stack trace": lambda connection: connection.write(whole(json.dumps(
        {"errors": ["Internal server error.", "java.lang.Exception: no\n" + "\tat a.B.c(B.java:1)\n" * 3000]}).encode(),
        "500 Internal Server Error")),
}


class Garbage(Told):
    def test_is_a_clear_line_and_no_sample(self):
        for name, garbage in GARBAGE.items():
            with self.subTest(name):
                self.flink.spoil = garbage
                for form in ("collect", "status"):
                    said = self.refuse("elastic", form, "--conf", "elastic.conf", status=1)
                    self.assertTrue(said.startswith(f"temblor: {self.flink.url}: "), said)
                    self.assertLess(len(said), 500)
        self.assertEqual(self.samples(), 0)

    def test_the_loop_goes_on_after_it(self):
        with self.loop():
            self.until_samples_go_on()
            for name, garbage in GARBAGE.items():
                before = self.log().count("[INFO] trouble over: temblor elastic")
                self.flink.spoil = garbage
                self.until(lambda: sum(line.startswith("[ERROR]") for line in self.log()) > before)
                self.flink.spoil = None
                self.until(lambda: self.log().count("[INFO] trouble over: temblor elastic") > before)
            self.until_samples_go_on()


class Job(Told):
    def test_is_looked_for_by_its_name_where_the_conf_names_none(self):
        """The runbook's own sed, with a variable that is not set, leaves nothing behind FLINK_JOB_ID=."""
        for named in ("", "<你的Job ID>", OTHER_JOB):
            self.set(FLINK_JOB_ID=named)
            status, said, told = self.run_temblor("elastic", "collect", "--conf", "elastic.conf")
            self.assertEqual(status, 0)
            self.assertRegex(said.decode(), r"^throughput=\d+/s \| cpu=\d\.\d{4} \| tm=3 \| records=\d+\n$")
            self.assertIn(f"the running job is used: {JOB}\n", told)
        self.set()
        self.assertEqual(self.run_temblor("elastic", "collect", "--conf", "elastic.conf")[2], "")

    def test_of_several_none_is_guessed(self):
        self.set(FLINK_JOB_ID="")
        self.flink.jobs[OTHER_JOB] = "RUNNING"
        said = self.refuse("elastic", "collect", "--conf", "elastic.conf", status=1)
        self.assertIn(f"FLINK_JOB_ID: is not set, and 2 of the name org.jzx.WordCount run: {JOB}, {OTHER_JOB}", said)


class Status(Told):
    def test_shows_the_cluster_and_the_last_decision(self):
        said = self.elastic("status")
        self.assertEqual(said.splitlines(), [
            "state: parallelism=3, TaskManagers=3", f"job {JOB} running",
            *(f"node0{n}           1/2 slots free  tm-node0{n}" for n in (1, 2, 3))])
        for _ in range(3):
            self.elastic("collect")
        self.elastic("decide")
        said = self.elastic("status")
        self.assertIn("\n\n", said, "the last decision stands apart")
        self.assertIn("nothing was done, because:\n", said)
        self.elastic("pause", "--reason", "new disks")
        self.assertIn("the scaler is paused\n", self.elastic("status"))

    def test_tells_why_no_job_is_meant(self):
        self.flink.jobs = {JOB: "FAILED"}
        said = self.elastic("status").splitlines()
        self.assertRegex(said[0], f"^FLINK_JOB_ID: {JOB} does not run, and no jobs of the name .* run")
        self.assertEqual(said[1], "state: parallelism=0, TaskManagers=3")
        self.flink.jobs = {OTHER_JOB: "RUNNING"}
        self.assertIn(f"job {OTHER_JOB} running\n", self.elastic("status"))
        self.flink.jobs[JOB] = "RESTARTING"
        self.assertIn(f"job {JOB} restarting\n", self.elastic("status"))

    def test_says_in_one_line_that_nobody_answers(self):
        self.flink.stop()
        said = self.refuse("elastic", "status", "--conf", "elastic.conf", status=1)
        self.assertTrue(said.startswith(f"temblor: {self.flink.url}: cannot be reached"), said)
        self.assertEqual(self.told(), [], "who asks is told, and nobody else")

    def test_is_chinese_by_default(self):
        self.set(ELASTIC_LANG="zh")
        self.assertEqual(self.elastic("status").splitlines()[0], "当前状态: 并行度=3, TM数量=3")


if __name__ == "__main__":
    unittest.main()
