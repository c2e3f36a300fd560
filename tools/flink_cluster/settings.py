"""What the clusters of tests are told: conf/ of a home, and what each process gets beside it."""

import os
import shutil

from loopback.problem import Problem

# What Flink and its libraries reach into and Java 17 keeps closed otherwise: the list of Flink 1.18, which supports it.
JAVA_17 = [
    *(f"--add-exports={each}=ALL-UNNAMED"
      for each in ("java.base/sun.net.util", "java.rmi/sun.rmi.registry", "java.security.jgss/sun.security.krb5")),
    *(f"--add-opens=java.base/{each}=ALL-UNNAMED"
      for each in ("java.lang", "java.net", "java.io", "java.nio", "sun.nio.ch", "java.lang.reflect", "java.text",
                   "java.time", "java.util", "java.util.concurrent", "java.util.concurrent.atomic",
                   "java.util.concurrent.locks")),
]

# A cluster that a test can afford, beside another. `--task-heap` and `--set` change what there is for tasks.
_MEMORY = {
    "jobmanager.memory.heap.size": "256m",
    "jobmanager.memory.off-heap.size": "64m",
    "jobmanager.memory.jvm-metaspace.size": "160m",
    "jobmanager.memory.jvm-overhead.min": "64m",
    "jobmanager.memory.jvm-overhead.max": "64m",
    "taskmanager.memory.framework.heap.size": "64m",
    "taskmanager.memory.framework.off-heap.size": "64m",
    "taskmanager.memory.managed.size": "64m",
    "taskmanager.memory.network.min": "32m",
    "taskmanager.memory.network.max": "32m",
    "taskmanager.memory.jvm-metaspace.size": "160m",
    "taskmanager.memory.jvm-overhead.min": "64m",
    "taskmanager.memory.jvm-overhead.max": "64m",
}

# A TaskManager that was killed is missed within seconds, and one that finds no JobManager looks again within one: by
# default both take ten and more. That the JobManager is another shows a TaskManager only by the timeout, which stays
# long, since a machine under load is slow, not dead.
_LIVELY = {
    "heartbeat.interval": 1000,
    "heartbeat.timeout": 20000,
    "heartbeat.rpc-failure-threshold": 3,
    "cluster.registration.initial-timeout": 500,
    "cluster.registration.max-timeout": 2000,
    "cluster.registration.error-delay": 500,
    "cluster.registration.refused-registration-delay": 500,
    "taskmanager.registration.timeout": "10 min",
}

# On a machine under load Akka takes 8 s and more to begin listening, and a process ends where it took 10. Flink's own
# akka.startup-timeout does not reach it: it sets what Akka 2.6 calls akka.remote.classic.startup-timeout by its old name.
_PATIENT = "-Dakka.remote.classic.startup-timeout=300s"

_LOOPBACK = "127.0.0.1"

NATIVE_MIB_A_SLOT = 64  # kFlinkTaskBytes of src/base/limits.h

# What --set must leave alone: the rest of tools/flink relies on it.
_OWN = {"rest.port", "rest.bind-port", "rest.address", "rest.bind-address", "jobmanager.rpc.address",
        "jobmanager.rpc.port", "taskmanager.host", "taskmanager.rpc.port", "taskmanager.resource-id"}


def small(quick, slots, *java_options):
    """What lets Flink run on Java 17, in the memory that a test can afford."""
    options = [*JAVA_17, _PATIENT, "-XX:+UseSerialGC", *java_options, *(["-XX:TieredStopAtLevel=1"] if quick else [])]
    return {"env.java.opts.all": " ".join(options), **_MEMORY,
            "taskmanager.memory.task.off-heap.size": f"{NATIVE_MIB_A_SLOT * slots}m"}


def flink_conf(home, ports, slots, task_heap, quick, extra):
    """flink-conf.yaml of a home as a text; `ports` are the JobManager's: rest, rpc, blob."""
    if _OWN & set(extra):
        raise Problem(f"--set cannot change {', '.join(sorted(_OWN & set(extra)))}")
    values = {
        "rest.address": _LOOPBACK,
        "rest.bind-address": _LOOPBACK,
        "rest.port": ports["rest"],
        "jobmanager.rpc.address": _LOOPBACK,
        "jobmanager.bind-host": _LOOPBACK,
        "jobmanager.rpc.port": ports["rpc"],
        "blob.server.port": ports["blob"],
        "taskmanager.host": _LOOPBACK,
        "taskmanager.bind-host": _LOOPBACK,
        "taskmanager.numberOfTaskSlots": slots,
        "taskmanager.memory.task.heap.size": task_heap,
        "state.backend.type": "hashmap",
        "state.checkpoint-storage": "filesystem",
        "state.checkpoints.dir": f"file://{home}/checkpoints",
        "state.savepoints.dir": f"file://{home}/savepoints",
        "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
        "web.upload.dir": f"{home}/jobmanager/tmp",
        **small(quick, slots, "-XX:-UsePerfData"),
        **_LIVELY,
        **extra,
    }
    return "".join(f"{key}: {value}\n" for key, value in values.items())


def lay_out(home, flink, conf):
    """conf/ of a home: Flink's own but for flink-conf.yaml."""
    shutil.copytree(os.path.join(flink, "conf"), os.path.join(home, "conf"), dirs_exist_ok=True)
    with open(os.path.join(home, "conf", "flink-conf.yaml"), "w") as file:
        file.write(conf)
    for name in ("checkpoints", "savepoints"):
        os.makedirs(os.path.join(home, name), exist_ok=True)


def environment(home, name, java_home):
    """What a process of the home finds in its environment; nothing that is the user's own Flink's."""
    folder = os.path.join(home, name)
    kept = {key: value for key, value in os.environ.items() if not key.startswith("FLINK_")}
    return {**kept, "JAVA_HOME": java_home, "FLINK_CONF_DIR": os.path.join(home, "conf"), "FLINK_LOG_DIR": folder,
            "FLINK_PID_DIR": folder, "FLINK_IDENT_STRING": name, "JVM_ARGS": f"-Djava.io.tmpdir={folder}/tmp"}


def job_manager(flink, folder):
    """The command of the JobManager. The scripts become the JVM, so that its pid is known from the start."""
    return [os.path.join(flink, "bin", "jobmanager.sh"), "start-foreground", "-D", f"io.tmp.dirs={folder}/tmp"]


def task_manager(flink, folder, name, port):
    """The command of a TaskManager that is listed by its name and listens for RPC at the port."""
    return [os.path.join(flink, "bin", "taskmanager.sh"), "start-foreground", "-D", f"taskmanager.resource-id={name}",
            "-D", f"taskmanager.rpc.port={port}", "-D", f"io.tmp.dirs={folder}/tmp"]
