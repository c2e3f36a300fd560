"""The folder of some servers: servers.json, which says what is known of them, and a folder for each with its settings,
data and logs. The pid of a server is null once it is stopped."""

import contextlib
import json
import os

from . import locks, processes
from .problem import PortTaken, Problem


_START_TRIES = 3


class Home:
    """One home. Calls on the same home, from whichever process, wait for each other. Those who inherit say what there is
    (_servers), and how it is started and ended (_start_all, _end_all)."""

    tool = None  # its command line, for the remedies

    def __init__(self, home, progress=lambda text: None):
        self.home = os.path.abspath(home)
        self.progress = progress

    def state(self):
        try:
            with open(self._path("servers.json")) as file:
                return json.load(file)
        except FileNotFoundError:
            raise Problem(f"no servers in {self.home} ({self.tool} up --home {self.home})") from None

    def status(self):
        """The state, and for each server whether it runs."""
        state = self.state()
        for server in self._servers(state):
            server["running"] = processes.running(server)
        return state

    def down(self, kill=False):
        with self._locked():
            state = self.state()
            self._end_all(state, self._servers(state), kill)
            self._dismiss_watcher(state)
            self._save(state)

    def stop(self, name, kill=False):
        with self._locked():
            state = self.state()
            self._end_all(state, [self._named(state, name)], kill)
            self._save(state)

    def watched_by(self, command):
        """Starts the command as the watcher, in place of the one before."""
        with self._locked():
            state = self.state()
            self._dismiss_watcher(state)
            state["watcher"] = processes.start(command, self.home, os.devnull)
            self._save(state)

    # For those who inherit.

    def _bring_up(self, lay_out):
        """Starts what is there, all stopped, with the settings and data that it had; where there is nothing, what
        `lay_out` makes."""
        os.makedirs(self.home, exist_ok=True)
        with self._locked():
            if os.path.exists(self._path("servers.json")):
                state = self.state()
                self._refuse_if_any_runs(self._servers(state))
                self._start_all(state)
                return
            for _ in range(_START_TRIES):  # a port can be taken between the look and the start
                state = lay_out()
                try:
                    return self._start_all(state)
                except BaseException as failure:
                    os.unlink(self._path("servers.json"))  # nothing that a later up should go on with
                    if not isinstance(failure, PortTaken):
                        raise
            raise Problem(f"the ports were taken {_START_TRIES} times; try again")

    def _named(self, state, name):
        for server in self._servers(state):
            if server["name"] == name:
                return server
        names = ", ".join(server["name"] for server in self._servers(state))
        raise Problem(f"no {name} in {self.home} (there are {names})")

    def _refuse_if_any_runs(self, servers):
        if any(processes.running(server) for server in servers):
            raise Problem(f"servers of {self.home} are running already ({self.tool} down --home {self.home})")

    def _dismiss_watcher(self, state):
        watcher = state.pop("watcher", None)
        if watcher and watcher["pid"] != os.getpid():
            processes.end([watcher], True, 0)

    def _end(self, servers, kill, limit_s):
        """Ends them all at once."""
        servers = [server for server in servers if server["pid"]]
        processes.end(servers, kill, limit_s)
        for server in servers:
            server["pid"] = server["started"] = None

    def _why_ended(self, name, ports):
        """The Problem of a server that has ended while it started, from the first error in its output and its cause."""
        with open(self._path(name, "output.log"), errors="replace") as file:
            lines = [line.strip() for line in file if line.strip()]
        if any("BindException" in line or "Address already in use" in line for line in lines):
            return PortTaken(f"{name} finds another program on the port it had, {ports}: end that one, or bring up "
                             "servers in another home")
        # Not what tells of its settings: their names have errors in them too.
        errors = [line for line in lines if ("rror" in line or "xception" in line) and "INFO" not in line]
        causes = [line for line in lines if line.startswith("Caused by: ")][-1:]
        said = " / ".join([*(errors or lines or ["no output"])[:1], *causes])
        return Problem(f"{name} ended while it started: {said} (its logs: {self._path(name)})")

    # Files.

    def _path(self, *names):
        return os.path.join(self.home, *names)

    def _write(self, names, text):
        with open(self._path(*names), "w") as file:
            file.write(text)

    def _save(self, state):
        self._write(("servers.json.new",), json.dumps(state, indent=2) + "\n")
        os.rename(self._path("servers.json.new"), self._path("servers.json"))

    @contextlib.contextmanager
    def _locked(self):
        if not os.path.isdir(self.home):
            self.state()  # says that there is nothing
        with locks.locked(self._path(".lock")):
            yield
