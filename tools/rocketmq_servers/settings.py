"""What the brokers of tests are told; docs/rocketmq.md says which of this a user's broker wants as well."""

from loopback.problem import Problem

# So that a pull of 1,024 messages brings as many; a broker's own limits are 32 and 256 KiB, or 8 and 64 KiB where it
# takes a message to be no longer in memory.
RAISED = {
    "maxTransferCountOnMessageInMemory": 4096,
    "maxTransferBytesOnMessageInMemory": 8 << 20,
    "maxTransferCountOnMessageInDisk": 4096,
    "maxTransferBytesOnMessageInDisk": 8 << 20,
}

# Small files instead of some for the largest servers, and the timer wheel seldom written: it is for delayed messages,
# and every second takes a third of a core whether there are any or not. (Without it 5.3.3 cannot delete a topic.)
_SMALL = {
    "timerFlushIntervalMs": 60_000,
    "mappedFileSizeCommitLog": 64 << 20,
    "maxHashSlotNum": 500_000,
    "maxIndexNum": 2_000_000,
}

# A disk that others have filled must not make the broker delete what a test still reads.
_CAREFUL = {
    "cleanFileForciblyEnable": "false",
    "diskMaxUsedSpaceRatio": 95,
}


# What --set must leave alone: the rest of tools/rocketmq relies on it.
_OWN = {"brokerName", "namesrvAddr", "brokerIP1", "bindAddress", "listenPort", "storePathRootDir"}


def broker(name, port, name_servers, store, flush, raised, auto_create_topics, extra):
    """broker.conf as a text."""
    if _OWN & set(extra):
        raise Problem(f"--set cannot change {', '.join(sorted(_OWN & set(extra)))}")
    values = {
        "brokerClusterName": "temblor",
        "brokerName": name,
        "brokerId": 0,
        "brokerRole": "ASYNC_MASTER",
        "namesrvAddr": ";".join(name_servers),
        "brokerIP1": "127.0.0.1",  # what clients are told
        "brokerIP2": "127.0.0.1",
        "bindAddress": "127.0.0.1",
        "listenPort": port,
        "storePathRootDir": store,
        "flushDiskType": {"sync": "SYNC_FLUSH", "async": "ASYNC_FLUSH"}[flush],
        "autoCreateTopicEnable": str(auto_create_topics).lower(),
        **_SMALL,
        **_CAREFUL,
        **(RAISED if raised else {}),
        **extra,
    }
    return "".join(f"{key}={value}\n" for key, value in values.items())


def name_server(port, folder):
    return f"listenPort={port}\nbindAddress=127.0.0.1\nkvConfigPath={folder}/kvConfig.json\n"


def java(main, class_path, folder, heap, quick, arguments):
    """The command of a server; logs and whatever else it writes below its home land in `folder`. `quick` compiles
    less: a third of the CPU time of a start is saved, and it never gets to full speed."""
    return ["java", "-Xms64m", f"-Xmx{heap}", "-XX:MaxDirectMemorySize=512m", "-XX:+UseSerialGC", "-XX:-UsePerfData",
            "-XX:+ExitOnOutOfMemoryError", *(["-XX:TieredStopAtLevel=1"] if quick else []),
            "-Dtls.server.mode=disabled",  # a certificate of its own costs each start 8 s
            "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED", "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED", f"-Duser.home={folder}", f"-Drocketmq.home.dir={folder}",
            f"-Djava.io.tmpdir={folder}/tmp", "-cp", class_path, main, *arguments]
