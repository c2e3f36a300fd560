"""generate, then process: every byte that comes out is what the oracle says."""

import random
import unittest

from harness import SOAK, Case, delimited, letters, reading
from oracle import Oracle, Rejected, counts_of

LINE = rb"^Window Result: S\d{3} avg=-?\d+\.\d+ max=-?\d+\.\d+ min=-?\d+\.\d+ P=\d+ S=\d+ N=\d+$"


def as_rejected(path):
    return [Rejected(letter.split.decode(), letter.offset, letter.reason, letter.time, letter.payload)
            for letter in letters(path)]


class GenerateProcess(Case):
    def check(self, names, *arguments, **settings):
        """Processes the files and compares everything with the oracle."""
        oracle = Oracle(**settings)
        sources = []
        for name in names:
            oracle.add_split(f"file:{name}", self.read(name))
            sources += ["--from", f"file:{name}"]
        self.succeed("process", *sources, "--sink", "csv:out", "--sink", "file:results.pb", "--late-sink",
                     "file:late.pb", "--dead-letter", "file:dead.pb", "--summary", "summary.json", *arguments)
        self.assert_same_files(self.csv_files("out"), oracle.csv_files())
        self.assertEqual(self.read("results.pb"), oracle.agg_bytes())
        self.assertEqual(counts_of(self.json("summary.json")), oracle.counts())
        self.assertEqual(sorted(as_rejected(self.path("late.pb"))), sorted(oracle.late_letters))
        self.assertEqual(sorted(as_rejected(self.path("dead.pb"))), sorted(oracle.dead_letters))
        return oracle

    def test_generated_readings(self):
        for seed, records, sensors, anomaly_rate in ((1, 3000, 10, 0.05), (2, 5000, 3, 0.3), (3, 4000, 500, 1.0),
                                                     (4, 20000, 100, 0.0), (2**64 - 1, 1, 1, 0.0)):
            with self.subTest(seed=seed):
                self.setUp()
                self.generate("in.pb", "--seed", str(seed), "--records", str(records), "--sensors", str(sensors),
                              "--anomaly-rate", str(anomaly_rate), "--summary", "made.json")
                oracle = self.check(["in.pb"])
                made = self.json("made.json")
                self.assertEqual(made["records"], records)
                self.assertEqual(made["valid"], oracle.accepted)
                self.assertEqual({reason: count for reason, count in made["anomalies"].items() if count},
                                 dict(oracle.dropped))

    def test_default_covers_every_rule(self):
        self.generate("in.pb", "--summary", "made.json")
        made = self.json("made.json")
        self.assertEqual(made["records"], 3000)
        self.assertTrue(all(made["anomalies"].values()), made["anomalies"])
        self.assertAlmostEqual(sum(made["anomalies"].values()) / 3000, 0.05, delta=0.02)

    def test_same_seed_same_bytes(self):
        for name in ("a", "b"):
            self.generate(name, "--seed", "7", "--start-time", "2024-02-29T23:59:50Z")
        self.generate("c", "--seed", "8", "--start-time", "2024-02-29T23:59:50Z")
        self.assertEqual(self.read("a"), self.read("b"))
        self.assertNotEqual(self.read("a"), self.read("c"))
        self.check(["a", "c"])

    def test_rate_paces_and_stamps(self):
        self.generate("in.pb", "--records", "300", "--rate", "1000/s", "--sensors", "7", "--summary", "made.json")
        self.assertGreaterEqual(self.json("made.json")["seconds"], 0.29)
        self.check(["in.pb"])

    def test_pipes(self):
        data = self.succeed("generate", "--to", "-", "--seed", "5")
        oracle = Oracle().add_split("-", data)
        console = self.succeed("process", "--from", "-", stdin=data)
        self.assertEqual(console, oracle.console_text())
        for line in console.splitlines():
            self.assertRegex(line, LINE)
        self.assertEqual(self.succeed("process", "--from", "-", "--sink", "-", stdin=data), oracle.agg_bytes())

    def test_generator_as_a_source(self):
        self.succeed("process", "--from", "generator:?records=3000&seed=9", "--time", "event", "--sink", "null:",
                     "--summary", "summary.json")
        self.generate("in.pb", "--seed", "9", "--summary", "made.json")
        summary, made = self.json("summary.json"), self.json("made.json")
        self.assertEqual(summary["records_accepted"], made["valid"])
        self.assertEqual({reason: summary["dropped"][reason] for reason in made["anomalies"]}, made["anomalies"])

    def shuffled(self, seed, records):
        """Readings out of order by some seconds, on sensors with awkward names, some of them anomalous."""
        dice = random.Random(seed)
        sensors = ["S001", "BW.UH1..EHZ", 'a,"b"', "line\nbreak", "地震", "é", "Z", "a", "~" * 255, "\u007f"]
        anomalies = [dict(data_quality=0), dict(seismic_amplitude=10.000001), dict(seismic_amplitude=float("nan")),
                     dict(seismic_amplitude=float("-inf")), dict(longitude=180.0000001), dict(longitude=float("nan")),
                     dict(latitude=-90.5), dict(sensor_id=""), dict(phase_type=""), dict(collect_timestamp=0),
                     dict(phase_type="p"), dict(phase_type="PS"),
                     dict(data_quality=0, seismic_amplitude=99.0, sensor_id="")]
        out = []
        for i in range(records):
            time = 1_700_000_000_000 + i * 7 - int(dice.expovariate(1 / 900))
            fields = dict(sensor_id=dice.choice(sensors), collect_timestamp=time,
                          seismic_amplitude=dice.choice((dice.uniform(-10, 10), 10, -10, 1e-5, 1e-38, 3.0, 1e-45)),
                          phase_type=dice.choice("PSN"), longitude=dice.choice((-180, 180, 0, 12.5)),
                          latitude=dice.choice((-90, 90, 0.1)), data_quality=dice.choice((1, 1, -1, 2**31 - 1)))
            if dice.random() < 0.1:
                fields.update(dice.choice(anomalies))
            message = reading(**fields).SerializeToString()
            if dice.random() < 0.02:
                message = dice.choice((message[:-1], message + b"\x0f", b"\x0a\x02\xff\xff", b"\x08"))
            elif dice.random() < 0.05:
                message = dice.choice((message + b"\x9a\x06\x03abc", b"\x0a\x01X" + message, message + b"\xa0\x06\x01"))
            out.append(delimited(message))
        return b"".join(out)

    def test_out_of_order(self):
        for seed in range(20 if SOAK else 2):
            with self.subTest(seed=seed):
                self.setUp()
                names = [f"in{i}.pb" for i in range(3)]
                for i, name in enumerate(names):
                    self.write(name, self.shuffled(seed * 10 + i, 6000))
                oracle = self.check(names, "--threads", str(1 + seed % 3))
                self.assertGreater(len(oracle.late_letters), 100)
                self.assertGreater(len(oracle.dead_letters), 100)

    def test_other_settings(self):
        self.write("in.pb", self.shuffled(99, 6000))
        self.check(["in.pb"], "--window", "250ms", "--out-of-orderness", "0s", "--amplitude-range", "-5:5",
                   window_ms=250, out_of_orderness_ms=0, amplitude_range=(-5, 5))
        self.setUp()
        self.write("in.pb", self.shuffled(99, 6000))
        self.check(["in.pb"], "--window", "7s", "--out-of-orderness", "3500ms", window_ms=7000,
                   out_of_orderness_ms=3500)

    def test_before_1970_and_far_years(self):
        self.write("in.pb", b"".join(delimited(reading(collect_timestamp=time, seismic_amplitude=value))
                                     for time, value in ((-86_400_001, 1), (-1500, 2), (-1, 3), (1, 4), (999, 4.5))))
        self.check(["in.pb"])


if __name__ == "__main__":
    unittest.main()
