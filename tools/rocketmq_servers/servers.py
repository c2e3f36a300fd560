"""Name servers and brokers in one home folder: started, stopped, and what is known of them in servers.json.

    {"name_servers": [{"name", "address", "version", "pid", "started", ...}, ...],
     "brokers": [{"name", "address", "version", "pid", "started", ...}, ...]}

Beside it lies a folder for each server with its settings, data and logs. `pid` and `started` are null once stopped.
With `watcher`, the process that kills them when their owner is gone."""

import os
import time

from loopback import ports, processes
from loopback.home import Home
from loopback.problem import Problem

from . import jars, remoting, settings, topics

NAME_SERVER = "namesrv"  # the first one; those after it are namesrv-1 and so on

_START_LIMIT_S = 120
_CLEAN_STOP_LIMIT_S = 60  # under load a broker takes half of it
_POLL_S = 0.1
_REGISTERS_AFTER_S = 1
_PROBE = "temblor-is-it-up"


class Servers(Home):
    """One home. Calls on the same home, from whichever process, wait for each other."""

    tool = "tools/rocketmq"

    # What is there.

    def name_servers(self):
        """The addresses of those that run, one at least."""
        state = self.state()
        running = _running(state["name_servers"])
        if not running:
            raise Problem(f"no name server of {self.home} runs (tools/rocketmq start {NAME_SERVER} --home {self.home})")
        return [server["address"] for server in running]

    # What changes it.

    def up(self, brokers=1, name_servers=1, broker_version=jars.NEWEST, flush="sync", raised=True, auto_create_topics=False,
           heap="512m", quick=False, extra=None):
        """Starts them; in a home that has servers, all stopped, those, with the settings and data that they had."""
        if brokers < 0 or name_servers < 1:
            raise Problem("--name-servers wants 1 or more, --brokers 0 or more")
        self._bring_up(lambda: self._lay_out(brokers, name_servers, broker_version, flush, raised, auto_create_topics,
                                             heap, quick, extra or {}))

    def start(self, name):
        with self._locked():
            state = self.state()
            server = self._named(state, name)
            if processes.running(server):
                raise Problem(f"{name} is running already")
            if server in state["brokers"] and not _running(state["name_servers"]):
                raise Problem(f"{name} cannot register: no name server runs (tools/rocketmq start {NAME_SERVER})")
            self._launch(state, server)
            self._save(state)
            # A name server that comes back knows no broker.
            knowing = _running(state["brokers"]) if server in state["name_servers"] else []
            self._await(state, [server, *knowing])

    # Steps.

    @staticmethod
    def _servers(state):
        return [*state["name_servers"], *state["brokers"]]

    def _lay_out(self, brokers, name_servers, broker_version, flush, raised, auto_create_topics, heap, quick, extra):
        """The folders and their settings, nothing running yet."""
        taken = set()
        state = {"name_servers": [], "brokers": []}
        for number in range(name_servers):
            name = NAME_SERVER + (f"-{number}" if number else "")
            port = ports.choose(ports.SINGLE, taken)
            os.makedirs(self._path(name, "tmp"), exist_ok=True)
            self._write((name, "namesrv.conf"), settings.name_server(port, self._path(name)))
            state["name_servers"].append({"name": name, "address": f"127.0.0.1:{port}", "heap": "256m", "quick": True,
                                          "version": jars.NAME_SERVER_VERSION, "pid": None, "started": None})
        addresses = [server["address"] for server in state["name_servers"]]
        for number in range(brokers):
            name = f"broker-{number}"
            port = ports.choose(ports.BROKER, taken)
            os.makedirs(self._path(name, "tmp"), exist_ok=True)
            self._write((name, "broker.conf"),
                        settings.broker(name, port, addresses, self._path(name, "store"), flush, raised,
                                        auto_create_topics, extra))
            state["brokers"].append({"name": name, "address": f"127.0.0.1:{port}", "heap": heap,
                                     "quick": quick, "version": broker_version, "pid": None, "started": None})
        return state

    def _start_all(self, state):
        self._save(state)
        try:
            for server in self._servers(state):
                self._launch(state, server)
            self._save(state)
            self._await(state, self._servers(state))
        except BaseException:
            self._end_all(state, self._servers(state), kill=True)
            self._save(state)
            raise

    def _launch(self, state, server):
        if server in state["name_servers"]:
            main, conf = "org.apache.rocketmq.namesrv.NamesrvStartup", "namesrv.conf"
        else:
            main, conf = "org.apache.rocketmq.broker.BrokerStartup", "broker.conf"
        folder = self._path(server["name"])
        self.progress(f"starting {server['name']} {server['version']}")
        command = settings.java(main, jars.class_path(server["version"]), folder, server["heap"],
                                server["quick"], ["-c", os.path.join(folder, conf)])
        server.update(processes.start(command, folder, os.path.join(folder, "output.log")))

    def _await(self, state, started):
        """Returns when clients can use the servers: name servers that run know the brokers, and a topic can be made."""
        self.progress("waiting for " + ", ".join(server["name"] for server in started))
        brokers = [server for server in started if server in state["brokers"]]
        name_servers = _running(state["name_servers"])
        addresses = [server["address"] for server in name_servers]
        limit = time.monotonic() + _START_LIMIT_S
        answering_since = {}
        while not all(self._registered(address, brokers) for address in addresses):
            for server in [*name_servers, *started]:
                if not processes.running(server):
                    raise self._why_ended(server["name"], _port(server))
            for broker in brokers:
                since = answering_since.get(broker["pid"])
                if since is None and self._answers(broker):
                    answering_since[broker["pid"]] = time.monotonic()
                elif since is not None and time.monotonic() - since > _REGISTERS_AFTER_S:
                    self._make_register(broker)
                    answering_since[broker["pid"]] = time.monotonic()
            if time.monotonic() > limit:
                raise Problem(f"not up after {_START_LIMIT_S} s; see the logs in {self.home}")
            time.sleep(_POLL_S)
        if brokers:
            topics.create(addresses, [broker["address"] for broker in brokers], _PROBE, 1)
            topics.delete(addresses, [broker["address"] for broker in brokers], _PROBE)

    @staticmethod
    def _registered(name_server, brokers):
        try:
            status, _, body = remoting.request(name_server, remoting.GET_CLUSTER)
        except OSError:
            return False
        known = remoting.loads(body).get("brokerAddrTable", {}).values() if status == remoting.SUCCESS else ()
        addresses = {address for broker in known for address in broker["brokerAddrs"].values()}
        return status == remoting.SUCCESS and all(broker["address"] in addresses for broker in brokers)

    @staticmethod
    def _answers(broker):
        try:
            return remoting.request(broker["address"], remoting.GET_BROKER_RUNTIME_INFO)[0] == remoting.SUCCESS
        except OSError:
            return False

    def _make_register(self, broker):
        """A broker that finds no connection to the name server at its start, because it is not there yet or the
        connection is still being made, registers 10 s later. It does at once when its permission is set."""
        conf = self._path(broker["name"], "broker.conf")
        with open(conf) as file:
            before = file.read()
        lines = [line for line in before.splitlines() if line.startswith("brokerPermission=")]
        try:
            remoting.request(broker["address"], remoting.UPDATE_BROKER_CONFIG,
                             body=(lines[-1] if lines else "brokerPermission=6").encode())
        except OSError:
            return  # seen by the next look
        with open(conf, "w") as file:
            file.write(before)  # the broker has written all its settings there, defaults too

    def _end_all(self, state, servers, kill):
        self.progress("stopping " + ", ".join(server["name"] for server in servers))
        # Brokers first: they take their leave of the name servers.
        for group in (state["brokers"], state["name_servers"]):
            self._end([server for server in servers if server in group], kill, _CLEAN_STOP_LIMIT_S)


def _running(servers):
    return [server for server in servers if processes.running(server)]


def _port(server):
    return int(server["address"].rsplit(":", 1)[1])
