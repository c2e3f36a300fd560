"""The demo: it ends by itself, and a person can read stations, windows and the three events in it."""

import datetime
import os
import re
import subprocess
import unittest

from harness import ROOT, TEMBLOR, Case

WAVEFORMS = os.path.join(ROOT, "build/waveforms")
STATIONS = ("BW.UH1", "BW.UH2", "BW.UH3", "BW.UH4")
EVENTS = ("16:24:33", "16:27:02", "16:27:30")
READINGS = 80_618  # the samples of the six files


def seconds(clock):
    hours, minutes, rest = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(rest)


class Demo(Case):
    @classmethod
    def setUpClass(cls):
        convert = os.path.join(os.path.dirname(TEMBLOR), "tools/slist_to_miniseed")
        fetched = subprocess.run([os.path.join(ROOT, "tools/fetch_waveforms"), WAVEFORMS], capture_output=True,
                                 text=True, env={"SLIST_TO_MINISEED": convert, **os.environ})
        assert fetched.returncode == 0, fetched.stderr

    def test_shows_stations_windows_and_three_events(self):
        text = self.succeed("demo", "--waveforms", WAVEFORMS).decode()
        for station in STATIONS:
            self.assertIn(station, text)
        self.assertIn(f"{READINGS:,} readings", text)
        self.assertRegex(text, r"\d+ windows and [\d,]+ results written")
        events = re.findall(r"(?m)^ +\d+  (\d\d:\d\d:\d\d)  (.*)$", text)
        self.assertEqual(len(events), len(EVENTS), text)
        for (clock, stations), expected in zip(events, EVENTS):
            self.assertLessEqual(abs(seconds(clock) - seconds(expected)), 2, text)
            self.assertGreaterEqual(len(re.findall(r"BW\.UH\d", stations)), 2)
        self.assertNotIn("\x1b", text, "no terminal, no colours")

    def test_events_are_peaks_of_the_windows(self):
        self.succeed("demo", "--waveforms", WAVEFORMS)
        highest = {}  # the second of the day → the sum of the channels' averages over their median
        channels = {}
        for data in self.csv_files("output/seismic_agg_result").values():
            for line in data.decode().splitlines()[1:]:
                sensor, start, _, average = line.split(",")[:4]
                moment = datetime.datetime.fromtimestamp(int(start) / 1000, datetime.timezone.utc)
                self.assertEqual(str(moment.date()), "2010-05-27")
                channels.setdefault(sensor, {})[moment.hour * 3600 + moment.minute * 60 + moment.second] = float(average)
        self.assertEqual({sensor.rsplit(".", 2)[0].rstrip(".") for sensor in channels}, set(STATIONS))
        for windows in channels.values():
            median = sorted(windows.values())[len(windows) // 2]
            for second, average in windows.items():
                highest[second] = highest.get(second, 0) + average / median
        for event in EVENTS:
            near = max(highest.get(seconds(event) + i, 0) for i in range(-2, 6))
            before = max(highest.get(seconds(event) + i, 0) for i in range(-18, -2))
            self.assertGreater(near, 1.3 * before, event)

    def test_by_hand_the_same_bytes(self):
        text = self.succeed("demo", "--waveforms", WAVEFORMS).decode()
        self.assertIn("temblor process --from", text)
        for threads in ("1", "5"):
            self.succeed("process", "--from", f"miniseed:{WAVEFORMS}/*.mseed", "--sink", f"csv:hand{threads}",
                         "--threads", threads, "--summary", "summary.json", "--checkpoint-dir", f"state{threads}",
                         "--checkpoint-interval", "5ms")
            self.assert_same_files(self.csv_files(f"hand{threads}"), self.csv_files("output/seismic_agg_result"))
            self.assertEqual(self.json("summary.json")["records_accepted"], READINGS)

    def test_twice_the_same(self):
        self.succeed("demo", "--waveforms", WAVEFORMS)
        first = self.csv_files("output")
        self.succeed("demo", "--waveforms", WAVEFORMS)
        self.assert_same_files(self.csv_files("output"), first)

    def test_no_waveforms(self):
        os.mkdir(self.path("empty"))
        for folder in ("empty", "missing"):
            self.assertIn(folder, self.refuse("demo", "--waveforms", folder))
        self.assertEqual(os.listdir(self.folder), ["empty"])


if __name__ == "__main__":
    unittest.main()
