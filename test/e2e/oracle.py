"""What the main job must come to, computed a second time: by the generated message classes, exact fractions and the
text of the specification; slowly and plainly. Event time, whole streams of messages, timestamps up to the present."""

import collections
import contextlib
import datetime
import os
import struct
import warnings
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction

from google.protobuf.message import DecodeError

from harness import SeismicAggRecord, SeismicRecord, delimited, split_delimited

COLUMNS = ("sensor_id", "window_start_ts", "window_end_ts", "avg_amplitude", "max_amplitude", "min_amplitude",
           "p_phase_count", "s_phase_count", "n_phase_count")

Rejected = collections.namedtuple("Rejected", "split offset reason time payload")


@contextlib.contextmanager
def _quiet():
    """libprotobuf writes a line to standard error for each string that is no UTF-8."""
    kept = os.dup(2)
    with open(os.devnull, "wb") as nothing:
        os.dup2(nothing.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _parse(payload):
    """The record, or None. That a message ends before its bytes do is an error in C++ and only a warning in Python."""
    with warnings.catch_warnings(record=True) as odd:
        warnings.simplefilter("always")
        try:
            record = SeismicRecord.FromString(payload)
        except DecodeError:
            return None
    return None if odd else record


def nearest_float(value):
    """The float32 nearest to a Fraction, ties to even, rounded once; as a Python float, which holds it exactly."""
    if value == 0:
        return 0.0
    magnitude = abs(value)
    exponent = magnitude.numerator.bit_length() - magnitude.denominator.bit_length()
    if magnitude < Fraction(2) ** exponent:
        exponent -= 1
    unit = Fraction(2) ** (max(exponent, -126) - 23)
    steps = magnitude / unit
    whole = steps.numerator // steps.denominator
    rest = steps - whole
    if rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2 == 1):
        whole += 1
    result = float(whole * unit)
    return -result if value < 0 else result


def shortest_digits(value):
    """The shortest decimal that reads back as the same float32, of several the nearest: (digits, exponent of the
    first digit)."""
    exact = Decimal(value)
    for precision in range(1, 18):
        candidates = []
        for rounding in (ROUND_FLOOR, ROUND_CEILING):
            candidate = Context(prec=precision, rounding=rounding).plus(exact)
            if nearest_float(Fraction(candidate)) == value:
                candidates.append(candidate)
        if candidates:
            best = min(candidates, key=lambda candidate: abs(Fraction(candidate) - Fraction(exact)))
            return "".join(map(str, best.normalize().as_tuple().digits)), best.adjusted()
    raise AssertionError(value)


def float_text(value):
    """As C++'s to_chars writes it, plain or with an exponent, whichever is shorter; `.0` behind digits alone."""
    if value == 0:
        return "-0.0" if struct.pack("<f", value) == b"\0\0\0\x80" else "0.0"
    digits, exponent = shortest_digits(abs(value))
    scientific = digits[0] + ("." + digits[1:] if len(digits) > 1 else "") + f"e{exponent:+03d}"
    if exponent < 0:
        plain = "0." + "0" * (-exponent - 1) + digits
    elif len(digits) > exponent + 1:
        plain = digits[:exponent + 1] + "." + digits[exponent + 1:]
    else:
        plain = str(int(abs(value)))
    text = plain if len(plain) <= len(scientific) else scientific
    if not any(mark in text for mark in ".e"):
        text += ".0"
    return "-" + text if value < 0 else text


def broken_rule(record, amplitude_range):
    """The first rule of the specification that a reading breaks, or None."""
    low, high = amplitude_range
    if record.data_quality == 0:
        return "data_quality"
    if not low <= record.seismic_amplitude <= high:
        return "amplitude"
    if not -180 <= record.longitude <= 180:
        return "longitude"
    if not -90 <= record.latitude <= 90:
        return "latitude"
    if not record.sensor_id or not record.phase_type or record.collect_timestamp == 0:
        return "empty_field"
    if record.phase_type not in ("P", "S", "N"):
        return "phase_type"
    return None


class Oracle:
    """Reads splits and knows all that comes out."""

    def __init__(self, window_ms=1000, out_of_orderness_ms=1000, amplitude_range=(-10, 10)):
        self.window_ms = window_ms
        self.out_of_orderness_ms = out_of_orderness_ms
        self.amplitude_range = amplitude_range
        self.windows = collections.defaultdict(lambda: collections.defaultdict(list))  # start → sensor → readings
        self.read = 0
        self.accepted = 0
        self.dropped = collections.Counter()
        self.late_letters = []
        self.dead_letters = []

    def add_split(self, split, data):
        with _quiet():
            self._add_split(split, data)
        return self

    def _add_split(self, split, data):
        highest = None
        for offset, payload in split_delimited(data):
            self.read += 1
            record = _parse(payload)
            if record is None:
                self._drop(Rejected(split, offset, "parse", 0, payload))
                continue
            time = record.collect_timestamp
            reason = broken_rule(record, self.amplitude_range)
            if reason:
                self._drop(Rejected(split, offset, reason, time, payload))
                continue
            start = time // self.window_ms * self.window_ms
            if highest is not None and start + self.window_ms <= highest - self.out_of_orderness_ms:
                self.late_letters.append(Rejected(split, offset, "late", time, payload))
                continue
            highest = time if highest is None else max(highest, time)
            self.accepted += 1
            self.windows[start][record.sensor_id].append((record.seismic_amplitude, record.phase_type))

    def _drop(self, rejected):
        self.dropped[rejected.reason] += 1
        self.dead_letters.append(rejected)

    def rows(self):
        """(window, [values in the order of COLUMNS]) in the order in which results leave."""
        for start in sorted(self.windows):
            sensors = self.windows[start]
            rows = []
            for sensor in sorted(sensors, key=str.encode):
                amplitudes = [amplitude for amplitude, _ in sensors[sensor]]
                phases = collections.Counter(phase for _, phase in sensors[sensor])
                mean = nearest_float(sum(map(Fraction, amplitudes)) / len(amplitudes))
                rows.append([sensor, start, start + self.window_ms, mean, max(amplitudes), min(amplitudes),
                             phases["P"], phases["S"], phases["N"]])
            yield start, rows

    def csv_files(self):
        """{path below the folder: bytes}"""
        files = {}
        for start, rows in self.rows():
            moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=start)
            lines = [",".join(COLUMNS)]
            for row in rows:
                lines.append(",".join([_field(row[0])] + [float_text(cell) if isinstance(cell, float) else str(cell)
                                                          for cell in row[1:]]))
            path = f"{moment.year:04}-{moment.month:02}-{moment.day:02}/{moment.hour:02}/{start}.csv"
            files[path] = ("\n".join(lines) + "\n").encode()
        return files

    def agg_bytes(self):
        """What a file: sink holds: delimited SeismicAggRecords."""
        return b"".join(delimited(SeismicAggRecord(**dict(zip(COLUMNS, row)))) for _, rows in self.rows()
                        for row in rows)

    def console_text(self):
        lines = []
        for _, rows in self.rows():
            for sensor, _, _, mean, high, low, p, s, n in rows:
                lines.append(f"Window Result: {sensor} avg={float_text(mean)} max={float_text(high)} "
                             f"min={float_text(low)} P={p} S={s} N={n}\n")
        return "".join(lines).encode()

    def counts(self):
        """As in the summary, of the reasons those that occurred."""
        results = sum(len(sensors) for sensors in self.windows.values())
        return {"records_read": self.read, "records_accepted": self.accepted, "dropped": dict(self.dropped),
                "late": len(self.late_letters), "windows_emitted": len(self.windows), "results_emitted": results}


def _field(text):
    if any(mark in text for mark in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def counts_of(summary):
    """The same from a summary's JSON."""
    names = ("records_read", "records_accepted", "late", "windows_emitted", "results_emitted")
    return {**{name: summary[name] for name in names},
            "dropped": {reason: count for reason, count in summary["dropped"].items() if count}}
