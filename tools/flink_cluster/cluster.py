"""A JobManager and TaskManagers in one home folder: started, stopped, and what is known of them in servers.json.

    {"job_manager": {"name", "address", "ports", "pid", "started"},
     "task_managers": [{"name", "rpc_port", "pid", "started"}, ...]}

`address` is the REST API's. Beside it lie conf/, checkpoints/ and savepoints/ of all, and for each a folder with its
logs. With `watcher`, the process that kills them when their owner is gone."""

import os
import time

from loopback import ports, processes
from loopback.home import Home
from loopback.problem import Problem

from . import distribution, java, rest, settings

JOB_MANAGER = "jobmanager"

_START_LIMIT_S = 240  # a machine under load is slow, not wrong
_CLEAN_STOP_LIMIT_S = 60
_POLL_S = 0.1


class Cluster(Home):
    """One home. Calls on the same home, from whichever process, wait for each other."""

    tool = "tools/flink"

    def up(self, task_managers=1, slots=2, task_heap="256m", quick=False, extra=None):
        """Starts them; in a home that has a cluster, all stopped, that one, with the settings it had. Jobs do not come
        back by themselves: that would take a store for high availability."""
        java.home()
        self._bring_up(lambda: self._lay_out(task_managers, slots, task_heap, quick, extra or {}))

    def start(self, name):
        """Returns when it takes part: a TaskManager is registered, a JobManager has all that run registered."""
        with self._locked():
            state = self.state()
            server = self._named(state, name)
            if processes.running(server):
                raise Problem(f"{name} is running already")
            job_manager = state["job_manager"]
            if server is not job_manager and not processes.running(job_manager):
                raise Problem(f"{name} cannot register: the JobManager is stopped ({self.tool} start {JOB_MANAGER})")
            self._launch(server)
            self._save(state)
            running = [each for each in state["task_managers"] if processes.running(each)]
            self._await(state, [server] if server is not job_manager else running)

    # Steps.

    @staticmethod
    def _servers(state):
        return [state["job_manager"], *state["task_managers"]]

    def _lay_out(self, task_managers, slots, task_heap, quick, extra):
        taken = set()
        own = {name: ports.choose(ports.SINGLE, taken) for name in ("rest", "rpc", "blob")}
        stopped = {"pid": None, "started": None}
        settings.lay_out(self.home, distribution.folder(),
                         settings.flink_conf(self.home, own, slots, task_heap, quick, extra))
        return {"job_manager": {"name": JOB_MANAGER, "address": f"127.0.0.1:{own['rest']}", "ports": own, **stopped},
                "task_managers": [{"name": f"tm-{i}", "rpc_port": None, **stopped} for i in range(task_managers)]}

    def _start_all(self, state):
        self._save(state)
        try:
            for server in self._servers(state):
                self._launch(server)
            self._save(state)
            self._await(state, state["task_managers"])
        except BaseException:
            self._end_all(state, self._servers(state), kill=True)
            self._save(state)
            raise

    def _launch(self, server):
        name = server["name"]
        self.progress(f"starting {name}")
        flink, folder = distribution.folder(), self._path(name)
        os.makedirs(os.path.join(folder, "tmp"), exist_ok=True)
        if "rpc_port" in server:
            # A new one for each start: it tells those who ask the JobManager which of its lives is registered.
            server["rpc_port"] = ports.choose(ports.SINGLE, {server["rpc_port"]})
            command = settings.task_manager(flink, folder, name, server["rpc_port"])
        else:
            command = settings.job_manager(flink, folder)
        server.update(processes.start(command, folder, os.path.join(folder, "output.log"),
                                      settings.environment(self.home, name, java.home())))

    def _await(self, state, task_managers):
        """Returns when the REST API answers and lists the TaskManagers, as they are now."""
        self.progress("waiting for " + ", ".join([JOB_MANAGER, *(each["name"] for each in task_managers)]))
        limit = time.monotonic() + _START_LIMIT_S
        while not self._registered(state["job_manager"], task_managers):
            for server in [state["job_manager"], *task_managers]:
                if not processes.running(server):
                    raise self._why_ended(server["name"], server.get("rpc_port") or server["ports"])
            if time.monotonic() > limit:
                raise Problem(f"not up after {_START_LIMIT_S} s; see the logs in {self.home}")
            time.sleep(_POLL_S)

    @staticmethod
    def _registered(job_manager, task_managers):
        try:
            known = rest.task_managers(job_manager["address"])
        except OSError:
            return False
        return all(known.get(each["name"]) == each["rpc_port"] for each in task_managers)

    def _end_all(self, state, servers, kill):
        self.progress("stopping " + ", ".join(server["name"] for server in servers))
        # TaskManagers first: they take their leave of the JobManager.
        for group in (state["task_managers"], [state["job_manager"]]):
            self._end([server for server in servers if server in group], kill, _CLEAN_STOP_LIMIT_S)
