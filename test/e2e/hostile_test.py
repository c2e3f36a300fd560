"""Bytes of any kind: the program ends well, counts every reading once, in bounded memory, and the dead letters say
where each of them was."""

import os
import random
import struct
import sys
import unittest

from harness import SOAK, Case, delimited, letters, reading, varint
from oracle import Oracle, counts_of

START = 1_700_000_000_000
YEAR_2600_MS = 19_880_899_200_000
MEMORY_KIB = 200 << 10
# Runs a program and writes down how much memory that has taken, in KiB. A child begins with what its parent had: this one
# is small, whatever the tests have taken.
MEASURE = """
import resource, subprocess, sys
status = subprocess.call(sys.argv[2:])
with open(sys.argv[1], "w") as file:
    file.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(status)
"""


class Hostile(Case):
    def process(self, data, *arguments):
        """Runs over the bytes; (counts, dead letters). What must hold for any bytes is checked here."""
        for name in ("dead.pb", "late.pb"):
            if os.path.exists(self.path(name)):
                os.unlink(self.path(name))
        self.write("in.pb", data)
        process = self.start("process", "--from", "file:in.pb", "--sink", "csv:out", "--dead-letter", "file:dead.pb",
                             "--late-sink", "file:late.pb", "--summary", "summary.json", *arguments,
                             before=(sys.executable, "-c", MEASURE, "memory"))
        _, stderr = process.communicate()
        self.assertEqual(process.returncode, 0, stderr.decode(errors="replace"))
        self.assertLess(int(self.read("memory")), MEMORY_KIB)
        counts = counts_of(self.json("summary.json"))
        self.assertEqual(counts["records_read"],
                         counts["records_accepted"] + sum(counts["dropped"].values()) + counts["late"])
        dead = letters(self.path("dead.pb"))
        found = {}
        for letter in dead:
            self.assertEqual(letter.split, b"file:in.pb")
            found[letter.reason] = found.get(letter.reason, 0) + letter.count
            if letter.reason == "frame":
                self.assertEqual(letter.payload, data[letter.offset:letter.end_offset][:len(letter.payload)])
            elif letter.reason != "sensor_limit":
                prefix = varint(len(letter.payload))
                self.assertEqual(letter.payload, data[letter.offset:][len(prefix):][:len(letter.payload)])
        self.assertEqual(found, counts["dropped"])
        self.assertEqual(len(letters(self.path("late.pb"))), counts["late"])
        return counts, dead

    def good(self, count, **fields):
        return [delimited(reading(collect_timestamp=START + i * 10, **fields)) for i in range(count)]

    def test_random_bytes(self):
        dice = random.Random(1)
        for size in [0, 1, 2, 127, 128, 5000, 100_000] + [dice.randrange(300_000) for _ in range(40 if SOAK else 3)]:
            with self.subTest(size=size):
                self.process(dice.randbytes(size))

    def test_damaged_streams(self):
        dice = random.Random(2)
        for _ in range(100 if SOAK else 12):
            data = bytearray(b"".join(self.good(400)))
            for _ in range(dice.randrange(1, 8)):
                at = dice.randrange(len(data))
                kind = dice.randrange(4)
                if kind == 0:
                    data[at] ^= 1 << dice.randrange(8)
                elif kind == 1:
                    del data[at:at + dice.randrange(60)]
                elif kind == 2:
                    data[at:at] = dice.randbytes(dice.randrange(60))
                else:
                    data[at:at + 20] = b"\xff" * 20
            counts, _ = self.process(bytes(data))
            self.assertGreater(counts["records_read"], 0)

    def test_truncations_of_the_last_reading(self):
        whole = self.good(3)
        head = b"".join(whole[:2])
        for cut in range(0, len(whole[2]), 1 if SOAK else 7):
            counts, dead = self.process(head + whole[2][:cut])
            self.assertEqual(counts["records_accepted"], 2)
            if cut:
                self.assertEqual([(letter.reason, letter.offset) for letter in dead], [("frame", len(head))])

    def test_what_protobuf_refuses_or_skips(self):
        plain = reading().SerializeToString()
        messages = [
            plain + b"\x08" + b"\xff" * 10 + b"\x01",             # a varint of eleven bytes
            plain + b"\x28" + b"\x80" * 9 + b"\x01",              # ten, the most there are
            plain + b"\x28" + b"\xff" * 9 + b"\x7f",              # bits beyond the 64th
            plain + b"\x80" * 4 + b"\x01\x01",                    # a tag of five bytes
            plain + b"\x80" * 5 + b"\x01\x01",                    # of six
            plain + b"\x02\x01a",                                # field 0
            plain + b"\x0e", plain + b"\x0f",                     # wire types that do not exist
            plain + b"\x08\x05", plain + b"\x12\x01a",            # known fields of another wire type: unknown fields
            plain + b"\x0a\x7fabc", plain + b"\x0a\xff\xff\xff\xff\x0f",
            plain + b"\x6b\x08\x01\x6c", plain + b"\x6b\x08\x01", plain + b"\x6b" * 99 + b"\x6c" * 99,
            plain + b"\x6b" * 101 + b"\x6c" * 101, plain + b"\x6b\x74",
            plain + b"\x0a\x03\xed\xa0\x80", plain + b"\x42\x01\xff", plain + b"\x0a\x02\xc0\x80",
            plain + b"\x0a\x04\xf4\x90\x80\x80", plain + b"\x0a\x04\xf4\x8f\xbf\xbf", plain + b"\x0a\x00",
            plain + b"\x0a\x01\x00", b"", plain + b"\x48\x80\x80\x80\x80\x10",  # quality 2^32: its low bits
            plain + b"\x35" + struct.pack("<I", 0x7FC00001), plain + b"\x35" + struct.pack("<f", float("inf")),
            plain + b"\x19" + struct.pack("<d", float("-inf")), plain + b"\x35" + struct.pack("<f", -0.0),
        ]
        data = b"".join(delimited(message) for message in messages)
        oracle = Oracle().add_split("file:in.pb", data)
        counts, dead = self.process(data)
        self.assertEqual([(letter.reason, letter.offset, letter.payload) for letter in dead],
                         [(letter.reason, letter.offset, letter.payload) for letter in oracle.dead_letters])
        self.assertEqual(counts, oracle.counts())

    def test_tags_that_end_nothing(self):
        """Parse errors in C++ and Java; Python's class takes them for the message's end."""
        plain = reading().SerializeToString()
        counts, _ = self.process(b"".join(map(delimited, (plain + b"\x00\x01", plain + b"\x6c", b"\x00"))))
        self.assertEqual(counts["dropped"], {"parse": 3})

    def test_timestamp_from_the_far_future_in_the_middle(self):
        messages = self.good(1000)
        for at, time in ((500, YEAR_2600_MS), (501, 2**63 - 1), (502, -2**63), (503, 253_402_300_800_000),
                         (504, -62_135_596_800_001)):
            messages.insert(at, delimited(reading(collect_timestamp=time)))
        counts, dead = self.process(b"".join(messages))
        self.assertEqual((counts["records_accepted"], counts["late"], counts["dropped"]), (1000, 0, {"timestamp": 5}))
        self.assertEqual([letter.time for letter in dead],
                         [YEAR_2600_MS, 2**63 - 1, -2**63, 253_402_300_800_000, -62_135_596_800_001])

    def test_ids_of_a_megabyte(self):
        messages = self.good(100)
        for length, at in ((256, 10), (1 << 20, 50), ((2 << 20) - 200, 80)):
            messages.insert(at, delimited(reading(sensor_id="x" * length)))
        messages.append(delimited(reading(sensor_id="y" * 255, collect_timestamp=START + 990)))
        counts, dead = self.process(b"".join(messages))
        self.assertEqual((counts["records_accepted"], counts["dropped"]), (101, {"sensor_id_length": 3}))
        self.assertEqual(sorted(len(letter.payload) > 1 << 20 for letter in dead), [False, True, True])

    def test_message_beyond_the_limit_loses_no_other(self):
        messages = self.good(200)
        messages.insert(100, delimited(reading(sensor_id="x" * (5 << 20))))
        counts, _ = self.process(b"".join(messages))
        self.assertEqual(counts["records_accepted"], 200)
        self.assertEqual(set(counts["dropped"]), {"frame"})

    def test_a_million_sensors(self):
        count = 1_000_000 if SOAK else 200_000
        template = delimited(reading(sensor_id="0000000"))
        at = template.index(b"0000000")
        data = b"".join(template[:at] + b"%07d" % i + template[at + 7:] for i in range(count))
        counts, _ = self.process(data, "--max-sensors", "1000", "--threads", "1")
        self.assertEqual(counts["records_accepted"], 1000)
        self.assertEqual(counts["dropped"], {"sensor_limit": count - 1000})
        self.assertEqual(counts["results_emitted"], 1000)

    def test_sensors_beyond_the_memory_are_an_error(self):
        for threads in ("1", "4"):
            status, _, stderr = self.run_temblor(
                "process", "--from", "generator:?sensors=5000000&records=20000000", "--sink", "null:", "--threads",
                threads, "--max-sensors", "5000000", before=("prlimit", f"--as={300 << 20}"))
            self.assertEqual((status, stderr),
                             (1, "temblor: memory: is used up (give it more, or lower --max-sensors)\n"))

    def test_hostile_names_stay_in_their_field(self):
        names = ["=1+1", '"', ",,,", "\r\n", "../../x", "\x1b[31m", "\u009b31m", "a\tb", "\u202e"]
        data = b"".join(delimited(reading(sensor_id=name)) for name in names)
        self.process(data)
        self.assert_same_files(self.csv_files("out"), Oracle().add_split("file:in.pb", data).csv_files())
        console = self.succeed("process", "--from", "file:in.pb")
        self.assertEqual(console.count(b"\n"), len(names))
        self.assertNotIn(b"\x1b", console)


if __name__ == "__main__":
    unittest.main()
