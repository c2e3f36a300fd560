"""slist_to_miniseed: what it writes is read back, sample by sample, and what it cannot read is said in one line."""

import os
import subprocess
import unittest

from harness import TEMBLOR, Case

CONVERT = os.path.join(os.path.dirname(TEMBLOR), "tools/slist_to_miniseed")
HEADER = "sensor_id,window_start_ts,window_end_ts,avg_amplitude,max_amplitude,min_amplitude,p_phase_count," \
         "s_phase_count,n_phase_count"


def heading(count, kind="INTEGER", start="2010-05-27T16:24:03.250000", channel="SHZ"):
    return f"TIMESERIES BW_UH1__{channel}_D, {count} samples, 4 sps, {start}, SLIST, {kind}, Counts\n"


class SlistToMiniseed(Case):
    def convert(self, text, status=0):
        """The converter's standard error; OUT is wave.mseed."""
        done = subprocess.run([CONVERT, "-", "wave.mseed"], cwd=self.folder, input=text.encode(), capture_output=True)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(done.stdout, b"")
        return done.stderr.decode()

    def readings(self):
        """Each reading of wave.mseed, as (sensor, ms, amplitude): a window of 1 ms holds one."""
        self.succeed("process", "--from", "miniseed:wave.mseed", "--sink", "csv:out", "--window", "1ms")
        rows = []
        for data in self.csv_files("out").values():
            lines = data.decode().splitlines()
            self.assertEqual(lines[0], HEADER)
            for line in lines[1:]:
                fields = line.split(",")
                self.assertEqual(fields[3:6], [fields[3]] * 3)
                rows.append((fields[0], int(fields[1]), float(fields[3])))
        return sorted(rows, key=lambda row: (row[1], row[0]))

    def test_integers_in_any_number_of_columns(self):
        self.assertEqual(self.convert(heading(5) + "1 -2\n3\n\n-2147483647 2147483647\n"), "")
        begin = 1274977443250  # 2010-05-27T16:24:03.250Z
        self.assertEqual(self.readings(),
                         [("BW.UH1..SHZ", begin + 250 * i, float(amplitude))
                          for i, amplitude in enumerate((1, 2, 3, 2147483648, 2147483648))])  # as 32-bit floats

    def test_floats_and_several_traces(self):
        self.convert(heading(2, "FLOAT") + "0.5 -1.25e-3\n" + heading(1, channel="SHN") + "7\n")
        self.assertEqual(self.readings(), [("BW.UH1..SHN", 1274977443250, 7.0), ("BW.UH1..SHZ", 1274977443250, 0.5),
                                           ("BW.UH1..SHZ", 1274977443500, 0.00125)])

    def test_more_samples_than_a_record_holds(self):
        values = [(i * 7919) % 20011 - 10005 for i in range(5000)]
        self.convert(heading(len(values)) + "\n".join(map(str, values)) + "\n")
        self.assertGreater(os.path.getsize(self.path("wave.mseed")), 512)
        self.assertEqual([amplitude for _, _, amplitude in self.readings()], [float(abs(value)) for value in values])

    def test_bad_input_is_one_clear_line(self):
        for text, words in (
            ("", "holds no waveform"),
            ("1 2 3\n", "a heading TIMESERIES is missing"),
            ("TIMESERIES BW_UH1__SHZ_D, 5 samples\n", "too few fields"),
            (heading(3) + "1 2\n", "ends after 2 of 3 samples"),
            (heading(2) + "1 x\n", "'x' is no sample"),
            (heading(1) + "1.5\n", "'1.5' is no 32-bit integer"),
            (heading(1) + "nan\n", "'nan' is no sample"),
            (heading(0), "no number of samples"),
            (heading(1, start="yesterday"), "no start time"),
            (heading(1, "TEXT"), "neither INTEGER nor FLOAT"),
            (heading(1).replace("4 sps", "fast"), "no sample rate"),
            (heading(1).replace("BW_UH1", "BW.UH1"), "names no NET_STA_LOC_CHA_Q"),
            (heading(1).replace("BW_UH1", "BW_STATION") + "1\n", "the code 'STATION' is longer than 5"),
        ):
            with self.subTest(words=words):
                line = self.convert(text, status=1)
                self.assertEqual(line.count("\n"), 1)
                self.assertIn(words, line)

    def test_paths_that_do_not_work(self):
        for arguments, words in (((), "write slist_to_miniseed IN.slist OUT.mseed"),
                                 (("missing.slist", "out.mseed"), "missing.slist: cannot be read"),
                                 (("-", "no/out.mseed"), "no/out.mseed: cannot be written")):
            done = subprocess.run([CONVERT, *arguments], cwd=self.folder, input=b"", capture_output=True)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(done.stderr.count(b"\n"), 1)
            self.assertIn(words, done.stderr.decode())


if __name__ == "__main__":
    unittest.main()
