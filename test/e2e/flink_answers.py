"""A server on loopback that answers as a JobManager does, as far as the scaler asks when it only looks.

    with FlinkAnswers() as flink:
        flink.jobs[JOB] = "RUNNING"
        ... a scaler of flink.url ...
        flink.stop(); flink.start()    # its process has ended, and another listens at its port"""

import contextlib
import http.server
import json
import threading
import urllib.parse

NAME = "org.jzx.WordCount"
_VERTEX = "bc764cd8ddf7a0cff126f51c16239658"


class FlinkAnswers:
    """`jobs` are states by id, of jobs with one source; each look at it finds a hundred records more. A test changes them
    at any time."""

    def __init__(self):
        self.jobs = {}
        self.task_managers = ["node01", "node02", "node03"]  # hosts, with one each
        self.spoil = None  # answers in its place: a function of the connection, to write to
        self._records = 0
        self._port = 0
        self._server = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        if self._server:
            self.stop()

    def start(self):
        """Listens, at the port it had before."""
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", self._port), self._handler())
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        """Nobody listens at the port any more."""
        self._server.shutdown()
        self._server.server_close()
        self._server = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self._port}"

    def _handler(self):
        answers = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                if answers.spoil:
                    with contextlib.suppress(ConnectionError):
                        answers.spoil(self.wfile)
                    return
                answer = answers._answer(urllib.parse.unquote(self.path))
                body = json.dumps(answer if answer is not None else {"errors": ["Not found."]}).encode()
                self.send_response(200 if answer is not None else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler

    def _answer(self, target):
        path, _, query = target.partition("?")
        parts = path.strip("/").split("/")
        if path == "/jobs/overview":
            return {"jobs": [{"jid": job, "name": NAME, "state": state} for job, state in self.jobs.items()]}
        if path == "/taskmanagers":
            return {"taskmanagers": [{"id": f"tm-{host}", "path": f"akka.tcp://flink@{host}:40000/user/rpc/taskmanager_0",
                                      "slotsNumber": 2, "freeSlots": 1, "hardware": {"cpuCores": 2}}
                                     for host in self.task_managers]}
        if parts[0] == "taskmanagers":
            return [{"id": "Status.JVM.CPU.Load", "value": "0.01"}]
        if parts[0] == "jobs" and len(parts) == 2 and parts[1] in self.jobs:
            return self._job(parts[1])
        if path.endswith("/subtasks/metrics"):
            if not query:
                return [{"id": "numRecordsOut"}]
            self._records += 100
            return [{"id": "numRecordsOut", "sum": self._records, "max": self._records}]
        return None

    def _job(self, job):
        runs = 3 if self.jobs[job] == "RUNNING" else 0
        vertex = {"id": _VERTEX, "name": "Source: lines -> Flat Map", "parallelism": 3, "maxParallelism": 128,
                  "tasks": {"RUNNING": runs}}
        return {"jid": job, "state": self.jobs[job], "vertices": [vertex]}
