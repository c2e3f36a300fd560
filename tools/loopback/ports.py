"""Free ports on loopback for servers that keep them over a restart."""

import random
import socket

from .problem import Problem

# Below the ports that the kernel gives to outgoing connections, so that none of those takes a stopped server's port.
_LOWEST, _HIGHEST = 12000, 32000
_TRIES = 200

# A broker listens on its port, two below (the "fast" port) and one above (replication).
BROKER = (-2, 0, 1)
SINGLE = (0,)


def choose(offsets, taken):
    """A port that is free together with those at `offsets` from it, and touches none in `taken`, which it joins."""
    for _ in range(_TRIES):
        port = random.randrange(_LOWEST, _HIGHEST)
        needed = {port + offset for offset in offsets}
        if not needed & taken and all(_free(each) for each in needed):
            taken |= needed
            return port
    raise Problem(f"no free port between {_LOWEST} and {_HIGHEST} after {_TRIES} tries")


def _free(port):
    # The replication port is bound on all addresses, whatever bindAddress says.
    with socket.socket(socket.AF_INET6) as probe:
        probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("::", port))
            probe.listen(1)
            return True
        except OSError:
            return False
