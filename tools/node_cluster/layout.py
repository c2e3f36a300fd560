"""The files of the nodes: Flink below /opt/app with settings of its own for each, keys for ssh, the names of all."""

import os
import shutil
import subprocess

from flink_cluster import distribution, java, settings

FLINK = f"/opt/app/flink-{distribution.VERSION}"


def lay_out(home, names, addresses, slots, quick, extra):
    """Everything that must be there before a node starts. What is there already is kept: settings that a person has
    changed, keys, data."""
    os.makedirs(os.path.join(home, "data"), exist_ok=True)
    _write(os.path.join(home, "hosts"), "127.0.0.1 localhost\n" + "".join(
        f"{address} {name}\n" for name, address in zip(names, addresses)))
    keys = _keys(home, names)
    for name in names:
        root = os.path.join(home, name, "root")
        os.makedirs(os.path.join(root, "root", ".ssh"), mode=0o700, exist_ok=True)
        for file, text in keys.items():
            _write(os.path.join(root, "root", ".ssh", file), text, 0o600)
        _write(os.path.join(home, name, "sshd_config"), _sshd_config(name), 0o600)
        _flink(root + FLINK, name, names, slots, quick, extra)


def _keys(home, names):
    """One key of root's that every node lets in, and the nodes' own, known to all."""
    folder = os.path.join(home, "keys")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    for key in ("id_ed25519", *names):
        if not os.path.exists(os.path.join(folder, key)):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", key, "-f", os.path.join(folder, key)],
                           check=True, stdin=subprocess.DEVNULL)

    def text(name):
        with open(os.path.join(folder, name)) as file:
            return file.read()

    return {"id_ed25519": text("id_ed25519"), "authorized_keys": text("id_ed25519.pub"),
            "known_hosts": "".join(f"{name} {text(name + '.pub')}" for name in names)}


def _sshd_config(name):
    return "".join(f"{line}\n" for line in (
        "HostKey /run/temblor/host_key", "PermitRootLogin prohibit-password", "PasswordAuthentication no",
        "KbdInteractiveAuthentication no", "UsePAM no", "StrictModes no", "PidFile /run/sshd.pid", "UseDNS no",
        "PrintMotd no", f"# of {name}"))


def _flink(folder, name, names, slots, quick, extra):
    """Flink, its large files shared with the place it was fetched to, its conf/ the node's own."""
    if not os.path.isdir(folder):
        shutil.copytree(distribution.folder(), folder + ".new", copy_function=_link,
                        ignore=lambda path, _: {"conf", "log"} if path == distribution.folder() else set())
        shutil.copytree(os.path.join(distribution.folder(), "conf"), os.path.join(folder + ".new", "conf"))
        os.makedirs(os.path.join(folder + ".new", "log"))
        os.rename(folder + ".new", folder)
    conf = {
        "jobmanager.rpc.address": names[0],
        "jobmanager.bind-host": "0.0.0.0",
        "rest.address": names[0],
        "rest.bind-address": "0.0.0.0",
        "taskmanager.host": name,
        "taskmanager.bind-host": "0.0.0.0",
        "taskmanager.numberOfTaskSlots": slots,
        "taskmanager.memory.task.heap.size": "128m",
        "env.java.home": java.home(),
        **settings.small(quick, slots),
        **extra,
    }
    _write(os.path.join(folder, "conf", "flink-conf.yaml"), "".join(f"{key}: {value}\n" for key, value in conf.items()))
    _write(os.path.join(folder, "conf", "masters"), f"{names[0]}:8081\n")
    _write(os.path.join(folder, "conf", "workers"), "".join(f"{each}\n" for each in names))


def _link(source, target):
    """Hard links, for Flink is 400 MB; copies where another file system begins."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _write(path, text, mode=0o644):
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
        file.write(text)
