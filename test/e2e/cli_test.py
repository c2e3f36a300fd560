"""The command line: exit codes, one line for each error, nothing touched before it."""

import contextlib
import os
import pty
import signal
import stat
import subprocess
import time
import unittest

from harness import TIMEOUT_S, Case


class CommandLine(Case):
    def setUp(self):
        super().setUp()
        self.generate("in.pb", "--records", "3000", "--seed", "1", "--start-time", "2024-01-01T00:00:00Z")

    def names(self):
        return sorted(os.listdir(self.folder))

    def test_errors_of_the_command_line(self):
        self.write("bad_key.toml", b'from = "file:in.pb"\n\nwindoww = "1s"\n')
        self.write("bad_value.toml", b'window = "soon"\n')
        self.write("bad_type.toml", b"window = 3\n")
        self.write("no_toml.toml", b'from = "file:in.pb\n')
        os.mkdir(self.path("folder"))
        before = self.names()
        source = ("process", "--from", "file:in.pb", "--sink", "csv:out", "--checkpoint-dir", "state")
        for arguments, words in (
            (("frobnicate",), "frobnicate"),
            (("proces",), "process"),
            (("--frobnicate",), "--frobnicate"),
            (("process",), "--from"),
            (("process", "--sink", "csv:out"), "--from"),
            ((*source, "--windo", "2s"), "--windo"),
            (("process", "stray", *source[1:]), '"stray" is not expected'),
            ((*source, "--window", "1s", "stray"), '"stray" is not expected'),
            (("generate", "--to", "file:made.pb", "stray"), '"stray" is not expected'),
            (("inspect", "records", "in.pb", "stray"), '"stray" is not expected'),
            ((*source, "--window"), "--window"),
            ((*source, "--window", "1s", "--window", "2s"), "--window"),
            ((*source, "--sink", "nosuch:x"), "nosuch"),
            ((*source, "--sink", "csv:out2?colour=red"), "colour"),
            ((*source, "--sink", "csv:out"), "csv:out"),
            ((*source, "--sink", "file:in.pb"), "in.pb"),
            ((*source, "--from", "nosuch:x"), "nosuch"),
            ((*source, "--from", "file:missing.pb"), "missing.pb"),
            ((*source, "--from", "file:missing-*.pb"), "missing-*.pb"),
            ((*source, "--from", "file:folder"), "folder"),
            ((*source, "--from", "generator:?records=many"), "records"),
            ((*source, "--from", "miniseed:missing.mseed"), "missing.mseed"),
            ((*source, "--late-sink", "console:x"), "console"),
            ((*source, "--dead-letter", "csv:x"), "csv"),
            ((*source, "--window", "0s"), "--window"),
            ((*source, "--window", "3 parsecs"), "--window"),
            ((*source, "--window", "-1s"), "--window"),
            ((*source, "--window", "99999999999999999999s"), "--window"),
            ((*source, "--window", "2d"), "--window"),
            ((*source, "--time", "wall"), "--time"),
            ((*source, "--amplitude-range", "5:-5"), "--amplitude-range"),
            ((*source, "--amplitude-range", "nan:5"), "--amplitude-range"),
            ((*source, "--max-records", "-1"), "--max-records"),
            ((*source, "--threads", "0"), "--threads"),
            ((*source, "--threads", "1.5"), "--threads"),
            ((*source, "--delivery", "twice"), "--delivery"),
            ((*source, "--log-level", "loud"), "--log-level"),
            ((*source, "--summary", "nosuch/summary.json"), "mkdir -p 'nosuch'"),
            ((*source, "--sink", "file:nosuch/results.pb"), "mkdir -p 'nosuch'"),
            ((*source, "--late-sink", "file:nosuch/late.pb"), "mkdir -p 'nosuch'"),
            ((*source, "--dead-letter", "file:nosuch/dead.pb"), "mkdir -p 'nosuch'"),
            ((*source, "--summary", "folder"), "folder"),
            ((*source, "--config", "missing.toml"), "missing.toml"),
            ((*source, "--config", "bad_key.toml"), "bad_key.toml:3"),
            ((*source, "--config", "bad_value.toml"), "bad_value.toml:1"),
            ((*source, "--config", "bad_type.toml"), "bad_type.toml:1"),
            ((*source, "--config", "no_toml.toml"), "no_toml.toml:1"),
            (("generate", "--to", "file:made.pb", "--records", "x"), "--records"),
            (("generate", "--to", "file:made.pb", "--anomaly-rate", "2"), "--anomaly-rate"),
            (("generate", "--to", "file:made.pb", "--rate", "0/s"), "--rate"),
            (("generate", "--to", "file:made.pb", "--start-time", "yesterday"), "--start-time"),
            (("generate", "--to", "csv:made"), "csv"),
            (("generate", "--to", "file:made.pb", "--summary", "nosuch/made.json"), "mkdir -p 'nosuch'"),
            (("generate", "--to", "file:nosuch/made.pb"), "mkdir -p 'nosuch'"),
            (("inspect",), "inspect"),
            (("inspect", "records", "missing.pb"), "missing.pb"),
            (("inspect", "poems", "in.pb"), "poems"),
        ):
            with self.subTest(arguments=arguments):
                line = self.refuse(*arguments)
                self.assertIn(words, line)
                self.assertRegex(line, r"\(.+\)$", "says what to do")
                self.assertEqual(self.names(), before)

    def test_places_that_cannot_be_written(self):
        os.mkdir(self.path("locked"), 0o555)
        before = self.names()
        # Root may write everywhere, but for this.
        unprivileged = ("setpriv", "--bounding-set", "-dac_override") if os.geteuid() == 0 else ()
        source = ("process", "--from", "file:in.pb", "--sink", "csv:out", "--checkpoint-dir", "state")
        for arguments in ((*source, "--summary", "locked/summary.json"), (*source, "--sink", "file:locked/results.pb"),
                          (*source, "--dead-letter", "file:locked/dead.pb"), ("generate", "--to", "file:locked/made.pb"),
                          ("generate", "--to", "file:made.pb", "--summary", "locked/made.json")):
            with self.subTest(arguments=arguments):
                status, _, stderr = self.run_temblor(*arguments, before=unprivileged)
                self.assertEqual(status, 2, stderr)
                self.assertRegex(stderr, r"^temblor: .*locked cannot be written \(check its permissions\)\n$")
                self.assertEqual(self.names(), before)

    def test_help(self):
        for arguments in ((), ("--help",), ("help",)):
            text = self.succeed(*arguments).decode()
            for command in ("process", "generate", "inspect", "temblor process --from generator:"):
                self.assertIn(command, text)
        for command in ("process", "generate"):
            text = self.succeed(command, "--help").decode()
            self.assertEqual(text, self.succeed("help", command).decode())
            self.assertIn("Examples:", text)
        self.assertRegex(self.succeed("--version").decode(), r"^temblor \d+\.\d+\.\d+\n$")

    def test_no_waveform_is_one_line(self):
        self.write("bad.mseed", b"no seismogram")
        status, _, stderr = self.run_temblor("process", "--from", "miniseed:bad.mseed")
        self.assertEqual(status, 2)
        self.assertRegex(stderr, r"^temblor: miniseed:bad.mseed: no miniSEED record in 1 file\(s\) \(.+\)\n$")

    def test_print_config_is_a_config(self):
        given = ("--from", "file:in.pb", "--window", "500ms", "--amplitude-range", "-5:5.5", "--sink", "csv:a b\"c",
                 "--sink", "file:results.pb", "--threads", "3", "--max-records", "1234", "--summary", "summary.json")
        text = self.succeed("process", *given, "--print-config").decode()
        self.assertEqual(self.names(), ["in.pb"], "it only shows")
        self.assertIn('window = "500ms"  # command line', text)
        self.assertIn("# default", text)
        self.write("job.toml", text.encode())
        again = self.succeed("process", "--config", "job.toml", "--print-config").decode()

        def settings(shown):
            return [line.split("  # ")[0] for line in shown.splitlines() if not line.startswith("#")]

        self.assertEqual(settings(again), settings(text))
        self.assertIn("job.toml", again)
        self.succeed("process", "--config", "job.toml")
        self.assertEqual(self.json("summary.json")["records_read"], 1234)
        overridden = self.succeed("process", "--config", "job.toml", "--window", "2s", "--print-config").decode()
        self.assertIn('window = "2s"  # command line', overridden)

    def test_default_is_console_and_quiet(self):
        status, stdout, stderr = self.run_temblor("process", "--from", "file:in.pb")
        self.assertEqual((status, stderr), (0, ""))
        self.assertTrue(stdout.startswith(b"Window Result: S001 avg="))

    def test_progress_on_a_terminal(self):
        """Records a second, what is done and what is left; and nothing of it stays, or goes where no terminal is."""
        for arguments in (["generate", "--records", "40000000", "--to", "file:/dev/null"],
                          ["process", "--from", "generator:?records=60000000", "--sink", "null:"]):
            terminal, end = pty.openpty()
            process = self.start(*arguments, stderr=end)
            os.close(end)
            drawn = b""
            with contextlib.suppress(OSError):  # which is how a terminal ends
                while piece := os.read(terminal, 4096):
                    drawn += piece
            os.close(terminal)
            self.assertEqual(process.wait(), 0)
            self.assertRegex(drawn.decode(), r"\d records/s", arguments)
            self.assertRegex(drawn.decode(), r"\d+ ?%", arguments)
        _, _, stderr = self.run_temblor("process", "--from", "generator:?records=1000000", "--sink", "null:")
        self.assertEqual(stderr, "")

    def test_log_line_of_each_record(self):
        _, _, stderr = self.run_temblor("process", "--from", "file:in.pb", "--sink", "null:", "--log-level", "debug")
        self.assertRegex(stderr, r"(?m)Received record from sensor S001 amplitude=-?[\d.]+ phase=[PSN]$")

    def test_bare_csv(self):
        self.succeed("process", "--from", "file:in.pb", "--sink", "csv:")
        self.assertTrue(self.csv_files("output/seismic_agg_result"))

    def test_signals_end_with_a_last_checkpoint(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=how.name):
                state = f"state-{how.name}"
                arguments = ("process", "--from", "file:in.pb?follow", "--sink", "null:", "--checkpoint-dir", state,
                             "--checkpoint-interval", "1h", "--summary", "summary.json", "--log-level", "debug")
                log = self.path("log")
                with open(log, "wb") as file:
                    process = self.start(*arguments, stderr=file)
                deadline = time.monotonic() + 60
                while self.read("log").count(b"Received record") < 2000 and time.monotonic() < deadline:
                    time.sleep(0.01)
                status, _ = self.stop_quietly(process, how)
                self.assertEqual(status, 0)
                self.assertFalse(self.json("summary.json")["finished"])
                shown = self.succeed("inspect", "checkpoint", state).decode()
                self.assertIn(f"{self.json('summary.json')['records_read']:,} read", shown)

    def stop_quietly(self, process, how):
        process.send_signal(how)
        return process.wait(timeout=TIMEOUT_S), None

    def test_signal_without_state(self):
        process = self.start("process", "--from", "generator:?records=unlimited&rate=1000/s", stdin=subprocess.DEVNULL)
        self.assertTrue(process.stdout.readline().startswith(b"Window Result:"))
        status, _ = self.stop(process)
        self.assertEqual(status, 0)

    def test_output_that_fails(self):
        with open("/dev/full", "wb") as full:
            process = self.start("process", "--from", "file:in.pb", stdout=full)
            _, stderr = process.communicate(timeout=TIMEOUT_S)
        self.assertEqual(process.returncode, 1)
        self.assertRegex(stderr.decode(), r"^temblor: standard output: .*No space.* \(.+\)\n$")

    def test_errors_that_cannot_be_written(self):
        with open("/dev/full", "wb") as full:
            process = self.start("process", "--frobnicate", stderr=full)
            process.communicate(timeout=TIMEOUT_S)
        self.assertEqual(process.returncode, 2)

    def test_reader_of_the_output_goes_away(self):
        process = self.start("process", "--from", "generator:?records=unlimited&rate=20000/s")
        process.stdout.readline()
        process.stdout.close()
        self.assertIn(process.wait(timeout=TIMEOUT_S), (0, 1, -signal.SIGPIPE))

    def test_summary_replaces_files_alone(self):
        os.mkfifo(self.path("pipe"))
        self.run_temblor("process", "--from", "file:in.pb", "--sink", "null:", "--summary", "pipe",
                         before=("timeout", "10"))
        self.assertTrue(stat.S_ISFIFO(os.stat(self.path("pipe")).st_mode), "the pipe is still there")


if __name__ == "__main__":
    unittest.main()
