"""Checks the rooms of the house: which folder below src/ may know which, what only one of them may touch, and the size
and names of files. ARCHITECTURE.md says why."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"

# Room -> the rooms it may include from, beside itself. Dependencies point one way.
MAY_INCLUDE = {
    "base": set(),
    "schema": {"base"},
    "generator": {"base", "schema"},
    "operators": {"base", "schema"},
    "checkpoint": {"base", "schema", "operators"},
    "connectors": {"base", "schema", "generator"},
    "pipeline": {"base", "schema", "operators", "checkpoint", "connectors"},
    "flink": {"base", "schema", "operators", "connectors", "pipeline", "settings"},
    "settings": {"base", "schema", "connectors", "pipeline"},
    "flink_rest": {"base"},
    "elastic": {"base", "flink_rest"},
    "cli": {"base", "schema", "generator", "operators", "checkpoint", "connectors", "pipeline", "settings", "flink",
            "flink_rest", "elastic"},
}
# Doubles for tests: may know every room, and only tests may know them.
TESTING = "testing"

# Files are touched through base/file_system.h, so that tests can hand in a faulty disk.
SYSTEM_HEADERS = {"fcntl.h", "unistd.h", "dirent.h", "glob.h", "sys/stat.h", "sys/file.h", "fstream", "filesystem"}
MAY_TOUCH_FILES = re.compile(r"base/posix_\w+\.(cc|h)|base/environment\.(cc|h)|cli/(main|terminal|stop_signal)\.cc")

# The network, and whatever brings it in.
SOCKET_HEADERS = re.compile(r"sys/(socket|un|epoll)\.h|netinet/.*|arpa/.*|netdb\.h|(boost/)?asio(/.*|\.hpp)|httplib\.h")
MAY_TOUCH_SOCKETS = re.compile(r"(connectors|flink_rest)/.*|testing/answer_server\.h")

# The time, which tests hand in as well.
CLOCKS = re.compile(r"\b(system_clock|steady_clock|high_resolution_clock|clock_gettime|gettimeofday)\b")
MAY_READ_THE_TIME = re.compile(r"base/clock\.(cc|h)")

MOST_LINES = 500
LONGER = {}  # path below the root -> why it is longer

SHAPELESS = re.compile(r"utils?|helpers?|common|misc", re.IGNORECASE)


def sources(*folders):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".cc", ".h", ".py", ".proto"):
                yield path


def includes(path):
    return re.findall(r'^\s*#\s*include\s+(["<])([^">]+)[">]', path.read_text(encoding="utf-8"), re.MULTILINE)


def is_test(path):
    return path.stem.endswith("_test") or path.stem.startswith("test_")


class Rooms(unittest.TestCase):
    def assert_none(self, faults, rule):
        self.assertFalse(faults, rule + "\n  " + "\n  ".join(faults))

    def test_every_folder_is_a_known_room(self):
        rooms = {path.name for path in SOURCE.iterdir() if path.is_dir()}
        self.assert_none(sorted(rooms - MAY_INCLUDE.keys() - {TESTING}), "rooms that test/rooms_test.py does not know")

    def test_dependencies_point_one_way(self):
        faults = []
        for path in sources("src"):
            name = path.relative_to(SOURCE)
            room = name.parts[0]
            for kind, included in includes(path):
                to = included.split("/")[0]
                if kind == "<" or to == room or to == "proto":
                    continue
                if to == TESTING:
                    allowed = is_test(path)
                else:
                    allowed = room == TESTING or is_test(path) or to in MAY_INCLUDE.get(room, set())
                if not allowed:
                    faults.append(f"src/{name} includes {included}")
        self.assert_none(faults, "a room includes what it may not know")

    def test_includes_are_relative_to_src(self):
        faults = [
            f"{path.relative_to(ROOT)} includes {included}"
            for path in sources("src")
            for kind, included in includes(path)
            if kind == '"' and not included.startswith("proto/") and not (SOURCE / included).is_file()
        ]
        self.assert_none(faults, "an include is not written from src/ on")

    def test_only_the_file_system_touches_files(self):
        faults = []
        for path in sources("src"):
            name = path.relative_to(SOURCE).as_posix()
            if is_test(path) or MAY_TOUCH_FILES.fullmatch(name):
                continue
            faults += [f"src/{name} includes <{header}>" for _, header in includes(path) if header in SYSTEM_HEADERS]
        self.assert_none(faults, "files are touched through base/file_system.h alone")

    def test_only_connectors_and_clients_touch_sockets(self):
        self.assertTrue(SOCKET_HEADERS.fullmatch("boost/asio.hpp"))
        faults = [
            f"{path.relative_to(ROOT)} includes <{header}>"
            for path in sources("src")
            if not MAY_TOUCH_SOCKETS.fullmatch(path.relative_to(SOURCE).as_posix())
            for _, header in includes(path)
            if SOCKET_HEADERS.fullmatch(header)
        ]
        self.assert_none(faults, "the network is the connectors' and flink_rest's alone")

    def test_only_the_clock_knows_the_time(self):
        faults = [
            path.relative_to(ROOT).as_posix()
            for path in sources("src")
            if not MAY_READ_THE_TIME.fullmatch(path.relative_to(SOURCE).as_posix())
            and not is_test(path)
            and CLOCKS.search(path.read_text(encoding="utf-8"))
        ]
        self.assert_none(faults, "these read the time themselves; they take a Clock (base/clock.h)")

    def test_files_stay_small(self):
        faults = []
        for path in sources("src", "bench", "fuzz", "tools", "test", "proto"):
            lines = path.read_text(encoding="utf-8").count("\n")
            name = path.relative_to(ROOT).as_posix()
            if lines > MOST_LINES and name not in LONGER:
                faults.append(f"{name} has {lines} lines")
        self.assert_none(faults, f"files above {MOST_LINES} lines need a reason in test/rooms_test.py")

    def test_names_say_what_is_inside(self):
        faults = [
            path.relative_to(ROOT).as_posix()
            for path in sources("src", "bench", "fuzz", "tools", "test", "proto")
            if any(SHAPELESS.fullmatch(word) for word in path.stem.split("_"))
        ]
        self.assert_none(faults, "these names would take in anything")

    def test_headers_are_read_once(self):
        faults = [
            path.relative_to(ROOT).as_posix()
            for path in sources("src", "bench", "fuzz")
            if path.suffix == ".h" and "#pragma once" not in path.read_text(encoding="utf-8")
        ]
        self.assert_none(faults, "headers without #pragma once")


if __name__ == "__main__":
    unittest.main()
