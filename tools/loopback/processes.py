"""Processes that outlive the command that started them, known by pid and start time: a pid alone may be another's."""

import os
import select
import signal
import subprocess
import time


def start(command, folder, log, environment=None):
    """Starts it in a session of its own, its output in the file `log`; {"pid", "started"}."""
    with open(log, "wb") as output:
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                   start_new_session=True, env=environment)
    process.returncode = 0  # it stays; nobody here waits for it
    return {"pid": process.pid, "started": _started(process.pid)}


def running(process):
    return bool(process) and _started(process["pid"]) == process["started"] is not None


def end(processes, kill, limit_s):
    """SIGTERM to all at once and SIGKILL to those still there after the limit, or SIGKILL at once; then none is left."""
    waiting = []
    for process in processes:
        try:
            descriptor = os.pidfd_open(process["pid"])
        except ProcessLookupError:
            continue
        if running(process):  # asked with the descriptor in hand: from here on it is no other process
            signal.pidfd_send_signal(descriptor, signal.SIGKILL if kill else signal.SIGTERM)
            waiting.append(descriptor)
        else:
            os.close(descriptor)
    limit = time.monotonic() + limit_s
    for descriptor in waiting:
        if not _gone(descriptor, max(0, limit - time.monotonic())):
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
            _gone(descriptor, None)
        os.close(descriptor)


def wait(pid):
    """Returns when the process is gone; at once if it is none."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    _gone(descriptor, None)
    os.close(descriptor)


def _gone(descriptor, seconds):
    return bool(select.select([descriptor], [], [], seconds)[0])


def _started(pid):
    """Clock ticks since boot at its start; none if it is gone, or dead and not yet waited for."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else int(fields[19])
