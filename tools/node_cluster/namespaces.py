"""A node's namespaces: its own processes, host name, mounts and network, held by an init that reaps orphans, as a real
host's does. What runs there is entered by the pid of that init."""

import os
import shutil
import subprocess
import time

from loopback import processes
from loopback.problem import Problem

_UNSHARE = ["unshare", "--net", "--pid", "--fork", "--kill-child", "--mount", "--uts", "--ipc"]
_READY_LIMIT_S = 10

# Runs as the first process of the namespaces. The host's programs and settings are the node's too; what a host has for
# itself is its own: /opt, /root, /tmp, /var, /run. /data is everybody's, as a network file system would be. `wait` reaps
# whatever is left behind, so that a process that has ended is gone.
_INIT = r"""
set -e
node=$1 root=$2 shared=$3 hosts=$4
hostname "$node"
mkdir -p "$root"
mount --bind "$root" "$root"
cd "$root"
mkdir -p proc run opt root tmp var/empty data usr etc dev sys
chmod 1777 tmp
chmod 700 root
for each in usr etc dev sys; do mount --rbind "/$each" "$each"; done
for each in bin sbin lib lib32 lib64 libx32; do
  if [ -L "/$each" ]; then ln -sfn "$(readlink "/$each")" "$each"; elif [ -d "/$each" ]; then
    mkdir -p "$each"; mount --rbind "/$each" "$each"; fi
done
shift 4
for each in "$@"; do mkdir -p "./${each#*=}"; mount --bind "${each%%=*}" "./${each#*=}"; done
mount -t proc proc proc
mount -t tmpfs tmpfs run
mkdir run/sshd
mount --bind "$shared" data
mount --bind "$hosts" etc/hosts
ip link set lo up
exec chroot . /bin/bash -c 'cd /; touch /run/ready; while :; do sleep 3600 & wait $!; done'
"""


def refusal():
    """Why this machine cannot have nodes, or nothing."""
    for program in ("unshare", "nsenter", "ip", "sshd"):
        if not shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin"):
            return f"{program} is missing (run tools/install_dependencies test)"
    tried = subprocess.run([*_UNSHARE, "sh", "-c", "mount -t tmpfs tmpfs /run && ip link set lo up"],
                           stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return None if tried.returncode == 0 else f"namespaces are not allowed here: {tried.stderr.strip()}"


def start(name, folder, shared, hosts, mounts):
    """Starts the node; `mounts` are (folder outside, path inside)."""
    arguments = [f"{outside}={inside}" for outside, inside in mounts]
    node = processes.start([*_UNSHARE, "bash", "-c", _INIT, "init", name, os.path.join(folder, "root"), shared, hosts,
                            *arguments], folder, os.path.join(folder, "init.log"), {**os.environ, "LC_ALL": "C.UTF-8"})
    limit = time.monotonic() + _READY_LIMIT_S
    while _init_of(node) is None or not os.path.exists(f"/proc/{_init_of(node)}/root/run/ready"):
        if not processes.running(node) or time.monotonic() > limit:
            with open(os.path.join(folder, "init.log"), errors="replace") as log:
                said = log.read().strip().splitlines()
            processes.end([node], True, 0)
            raise Problem(f"{name} does not come up: {said[-1] if said else 'no output'}")
        time.sleep(0.02)
    return {**node, "init": _init_of(node)}


def enter(node, command):
    """The command line that runs a command in the node, as root, in /root."""
    return ["nsenter", f"--target={node['init']}", "--mount", "--uts", "--ipc", "--net", "--pid", "--root", "--wdns=/root",
            *command]


def enter_network(node, command):
    """The same with nothing but the node's network: for setting it up."""
    return ["nsenter", f"--target={node['init']}", "--net", *command]


def _init_of(node):
    """The pid, seen from outside, of the first process in the namespaces."""
    try:
        with open(f"/proc/{node['pid']}/task/{node['pid']}/children") as file:
            children = file.read().split()
    except OSError:
        return None
    return int(children[0]) if children else None
