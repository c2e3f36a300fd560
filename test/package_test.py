"""Packs the program as a .deb, unpacks it elsewhere and runs it from there: `package_test.py BUILD_FOLDER`."""

import glob
import os
import subprocess
import sys
import tempfile
import unittest

BUILD = os.path.abspath(sys.argv.pop())


def run(*command, cwd=None):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{command} exits {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        run("cpack", "--config", os.path.join(BUILD, "CPackConfig.cmake"), "-B", cls.folder.name)
        (cls.deb,) = glob.glob(os.path.join(cls.folder.name, "*.deb"))
        cls.root = os.path.join(cls.folder.name, "root")
        run("dpkg-deb", "-x", cls.deb, cls.root)
        cls.temblor = os.path.join(cls.root, "usr/bin/temblor")

    def test_names_the_libraries_it_needs(self):
        depends = run("dpkg-deb", "--field", self.deb, "Depends")
        for library in ("libc6", "libmseed2", "libprotobuf32"):
            self.assertIn(library, depends)

    def test_brings_the_message_formats(self):
        self.assertTrue(os.path.exists(os.path.join(self.root, "usr/share/temblor/proto/seismic_data.proto")))

    def test_says_its_version(self):
        self.assertIn(run("dpkg-deb", "--field", self.deb, "Version").strip(), run(self.temblor, "--version"))

    def test_runs_the_main_job(self):
        records = os.path.join(self.folder.name, "records")
        run(self.temblor, "generate", "--records", "300", "--anomaly-rate", "0", "--seed", "1",
            "--start-time", "2024-01-01T00:00:00Z", "--to", "file:" + records)
        lines = run(self.temblor, "process", "--from", "file:" + records).splitlines()
        results = [line for line in lines if line.startswith("Window Result: S0")]
        self.assertGreater(len(results), 0)

    def test_shows_the_demo_without_anything_else(self):
        text = run(self.temblor, "demo", cwd=self.folder.name)
        self.assertIn("BW.UH4", text)
        self.assertIn("readings", text)


unittest.main()
