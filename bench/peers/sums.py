"""Sums up results as temblor.bench.Checked does, and answers lines as all peers do."""

import json
import os
import struct
import sys
import time

_MASK = (1 << 64) - 1
_FACTOR = 0x9E3779B97F4A7C15


def messages(folder):
    """The splits' messages, each a list of bytes."""
    splits = []
    while os.path.exists(f"{folder}/{len(splits)}"):
        with open(f"{folder}/{len(splits)}", "rb") as file:
            data = file.read()
        split, at = [], 0
        while at < len(data):
            (size,) = struct.unpack_from("<I", data, at)
            split.append(data[at + 4:at + 4 + size])
            at += 4 + size
        splits.append(split)
    return splits


def _mixed(value, with_):
    product = (value ^ with_ & _MASK) * _FACTOR & _MASK
    return product ^ product >> 32


def _float_bits(value):
    return struct.unpack("<i", struct.pack("<f", value))[0]


def _hash_code(text):
    code = 0
    for character in text:
        code = (31 * code + ord(character)) & 0xFFFFFFFF
    return code - (1 << 32) if code >> 31 else code


class Sums:
    def __init__(self):
        self.rows, self._hashes, self._exact, self._averages = 0, 0, 0, 0.0

    def add(self, sensor, start_ms, average, most, least, p, s, n):
        value = _hash_code(sensor) & _MASK
        for each in (start_ms, _float_bits(most), _float_bits(least), p, s, n):
            value = _mixed(value, each)
        self.rows += 1
        self._hashes = self._hashes + value & _MASK
        self._exact = self._exact + _mixed(value, _float_bits(average)) & _MASK
        self._averages += average

    def members(self):
        return {"rows": self.rows, "hashes": f"{self._hashes:016x}", "exact": f"{self._exact:016x}",
                "averages": self._averages}


def answer(records, job):
    """For each line of the standard input one run of `job`, which is given Sums to fill."""
    for _ in sys.stdin:
        sums = Sums()
        began, cpu_began = time.monotonic(), time.process_time()
        job(sums)
        print(json.dumps({"records": records, "measured": records, "seconds": time.monotonic() - began,
                          "cpu_seconds": time.process_time() - cpu_began, **sums.members()}), flush=True)
