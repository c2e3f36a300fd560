"""The network between the nodes: a bridge in the first one's namespace and a cable from each other to it. Nothing of it
is in the machine's own network, and nothing outside can be reached from it."""

import subprocess

from loopback.problem import Problem

from . import namespaces

_SUBNET = "10.77.0"


def address(number):
    """Of the node with this number, from 1 on."""
    return f"{_SUBNET}.{number}"


def connect(nodes):
    """Lays the cables; nodes in the order of their numbers."""
    first = nodes[0]
    _ip(first, "link", "add", "lan", "type", "bridge")
    _ip(first, "link", "set", "lan", "up")
    _ip(first, "address", "add", f"{address(1)}/24", "dev", "lan")
    for number, node in enumerate(nodes[1:], 2):
        _ip(first, "link", "add", f"to-{number}", "type", "veth", "peer", "name", "lan", "netns", str(node["init"]))
        _ip(first, "link", "set", f"to-{number}", "master", "lan")
        _ip(first, "link", "set", f"to-{number}", "up")
        _ip(node, "address", "add", f"{address(number)}/24", "dev", "lan")
        _ip(node, "link", "set", "lan", "up")


def _ip(node, *arguments):
    done = subprocess.run(namespaces.enter_network(node, ["ip", *arguments]), stdin=subprocess.DEVNULL,
                          capture_output=True, text=True)
    if done.returncode:
        raise Problem(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
