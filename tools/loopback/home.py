"""The folder of some servers: servers.json, which says what is known of them, and a folder for each with its settings,
data and logs. The pid of a server is null once it is stopped."""

import contextlib
import json
import os

from . import locks, processes
from .problem import PortTaken, Problem


class Home:
    """One home. Calls on the same home, from whichever process, wait for each other."""

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

    def watched_by(self, command):
        """Starts the command as the watcher, in place of the one before."""
        with self._locked():
            state = self.state()
            self._dismiss_watcher(state)
            state["watcher"] = processes.start(command, self.home, os.devnull)
            self._save(state)

    # For those who inherit.

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
        """The Problem of a server that has ended while it started, from the first error in its output."""
        with open(self._path(name, "output.log"), errors="replace") as file:
            lines = [line.strip() for line in file if line.strip()]
        if any("BindException" in line or "Address already in use" in line for line in lines):
            return PortTaken(f"{name} finds another program on the port it had, {ports}: end that one, or bring up "
                             "servers in another home")
        errors = [line for line in lines if "rror" in line or "xception" in line] or lines or ["no output"]
        return Problem(f"{name} ended while it started: {errors[0]} (its logs: {self._path(name)})")

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
