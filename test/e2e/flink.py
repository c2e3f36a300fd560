"""A real Flink cluster for a test."""

import json
import os
import sys
import time
import urllib.error
import urllib.request

from brought_up import BroughtUp
from harness import ROOT, TIMEOUT_S

sys.path.insert(0, os.path.join(ROOT, "tools"))
from flink_cluster import cluster  # noqa: E402


class Flink(BroughtUp):
    """A JobManager and TaskManagers."""

    tool_name = "flink"

    def __init__(self, task_managers=1, slots=2, options=(), environment=()):
        super().__init__("--quick", "--task-managers", str(task_managers), "--slots", str(slots), *options,
                         environment=environment)

    def status(self):
        return cluster.Cluster(self.home).status()

    def pids(self):
        state = self.status()
        return [server["pid"] for server in (state["job_manager"], *state["task_managers"]) if server["pid"]]

    def stop(self, name, kill=False):
        self.tool("stop", name, *(["--kill"] if kill else []))

    def start(self, name):
        self.tool("start", name)

    def get(self, path, method="GET", body=None, kind="application/json"):
        """The REST API's answer, read as JSON."""
        request = urllib.request.Request(f"http://{self.status()['job_manager']['address']}{path}", body,
                                         {"Content-Type": kind} if body else {}, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def upload(self, jar):
        """Hands a jar to the cluster, so that starting a job takes no JVM of its own; what it is called there."""
        mark = "a-mark-that-is-in-no-jar"
        with open(jar, "rb") as file:
            body = (f'--{mark}\r\nContent-Disposition: form-data; name="jarfile"; filename="{os.path.basename(jar)}"\r\n'
                    "Content-Type: application/java-archive\r\n\r\n").encode() + file.read() + f"\r\n--{mark}--".encode()
        answer = self.get("/jars/upload", "POST", body, f"multipart/form-data; boundary={mark}")
        return os.path.basename(answer["filename"])

    def run_jar(self, jar, entry, arguments, parallelism):
        """Starts a job out of what was uploaded; its id."""
        body = {"entryClass": entry, "programArgsList": arguments, "parallelism": parallelism}
        return self.get(f"/jars/{jar}/run", "POST", json.dumps(body).encode())["jobid"]

    def cancel_all(self):
        """Ends all jobs, and returns when they have ended."""
        over = ("FINISHED", "CANCELED", "FAILED")
        deadline = time.monotonic() + TIMEOUT_S
        while True:
            left = [job for job in self.get("/jobs")["jobs"] if job["status"] not in over]
            if not left:
                return
            assert time.monotonic() < deadline, left
            for job in left:
                try:
                    self.get(f"/jobs/{job['id']}?mode=cancel", method="PATCH")
                except urllib.error.HTTPError:
                    pass  # it has ended meanwhile
            time.sleep(0.2)
