"""What the end-to-end tests share: a folder of their own, the program under test, the message classes."""

import glob
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TEMBLOR = os.path.abspath(os.environ.get("TEMBLOR", os.path.join(ROOT, "build/release/temblor")))
SOAK = os.environ.get("TEMBLOR_SOAK", "") not in ("", "0")
TIMEOUT_S = 300  # of one run; a machine under load is slow, not wrong


def _load_messages():
    with tempfile.TemporaryDirectory(prefix="temblor-e2e-") as folder:
        subprocess.run(
            ["protoc", "-I", os.path.join(ROOT, "proto"), "--python_out", folder, "seismic_data.proto", "letter.proto"],
            check=True)
        sys.dont_write_bytecode = True
        sys.path.insert(0, folder)
        try:
            return importlib.import_module("seismic_data_pb2"), importlib.import_module("letter_pb2")
        finally:
            sys.path.remove(folder)


_seismic, _letter = _load_messages()
SeismicRecord = _seismic.SeismicRecord
SeismicAggRecord = _seismic.SeismicAggRecord
Letter = _letter.Letter


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def delimited(message):
    """The bytes of `message` (bytes or a protobuf message) behind their length."""
    data = message if isinstance(message, bytes) else message.SerializeToString()
    return varint(len(data)) + data


def split_delimited(data):
    """Every message of a stream as (offset of its length, its bytes). The stream must be whole."""
    at = 0
    while at < len(data):
        start, length, shift = at, 0, 0
        while True:
            byte = data[at]
            length |= (byte & 0x7F) << shift
            at += 1
            shift += 7
            if byte < 0x80:
                break
        assert at + length <= len(data), f"the message at {start} reaches beyond the end"
        yield start, data[at:at + length]
        at += length


def letters(path):
    with open(path, "rb") as file:
        return [Letter.FromString(bytes_) for _, bytes_ in split_delimited(file.read())]


def reading(**fields):
    """A good reading, but for what `fields` say."""
    values = dict(sensor_id="S001", collect_timestamp=1_700_000_000_000, longitude=100.0, latitude=30.0, depth=10,
                  seismic_amplitude=1.0, frequency=100, phase_type="P", data_quality=1, network_status=1)
    values.update(fields)
    return SeismicRecord(**values)


class Case(unittest.TestCase):
    """One test, in an empty folder of its own that goes away with it."""

    maxDiff = 2000

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="temblor-e2e-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def start(self, *arguments, before=(), **keywords):
        """The program, running; killed at the latest when the test ends. `before` stands in front of it."""
        keywords = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **keywords}
        process = subprocess.Popen([*before, TEMBLOR, *arguments], cwd=self.folder, **keywords)

        def end():
            if process.poll() is None:
                process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout, process.stderr):
                if pipe and not pipe.closed:
                    pipe.close()

        self.addCleanup(end)
        return process

    def run_temblor(self, *arguments, before=(), stdin=b""):
        """Runs to the end; (exit status, stdout, stderr)."""
        done = subprocess.run([*before, TEMBLOR, *arguments], cwd=self.folder, input=stdin, capture_output=True,
                              timeout=TIMEOUT_S)
        return done.returncode, done.stdout, done.stderr.decode(errors="replace")

    def succeed(self, *arguments, stdin=b""):
        """Runs to the end, which must be a good one; its stdout."""
        status, stdout, stderr = self.run_temblor(*arguments, stdin=stdin)
        self.assertEqual(status, 0, f"{arguments}\n{stderr}")
        return stdout

    def refuse(self, *arguments, status=2, stdin=b""):
        """Runs into an error that must be one line; the line."""
        got, _, stderr = self.run_temblor(*arguments, stdin=stdin)
        self.assertEqual(got, status, f"{arguments}\n{stderr}")
        lines = [line for line in stderr.splitlines() if line.startswith("temblor: ")]
        self.assertEqual(len(lines), 1, f"{arguments}\n{stderr}")
        return lines[0]

    def generate(self, name, *arguments):
        self.succeed("generate", "--to", f"file:{name}", *arguments)

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def json(self, name):
        return json.loads(self.read(name))

    def csv_files(self, name):
        """Every file below the folder, hidden ones too, as {path below it: bytes}."""
        top = self.path(name)
        found = {}
        for folder, _, names in os.walk(top):
            for file in names:
                path = os.path.join(folder, file)
                with open(path, "rb") as opened:
                    found[os.path.relpath(path, top)] = opened.read()
        return found

    def checkpoints(self, name):
        """The checkpoint files of a state folder, the newest last."""
        return sorted(glob.glob(self.path(name, "checkpoint-*.ckpt")))

    def assert_same_files(self, got, expected):
        self.assertEqual(sorted(got), sorted(expected))
        for name, data in expected.items():
            self.assertEqual(got[name], data, name)

    def stop(self, process, how=signal.SIGTERM):
        """Asks the process to end; (exit status, stderr)."""
        process.send_signal(how)
        _, stderr = process.communicate(timeout=TIMEOUT_S)
        return process.returncode, stderr.decode(errors="replace")
