"""The job in Bytewax: `bytewax_job.py FOLDER`."""

import sys
from datetime import datetime, timedelta, timezone

import bytewax.operators as op
import bytewax.operators.windowing as windowing
from bytewax.dataflow import Dataflow
from bytewax.inputs import FixedPartitionedSource, StatefulSourcePartition
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from bytewax.testing import run_main
from google.protobuf.message import DecodeError

from good import SeismicRecord, good
from sums import answer, messages

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)
BATCH = 1024


class Split(StatefulSourcePartition):
    def __init__(self, bodies):
        self._bodies, self._next = bodies, 0

    def next_batch(self):
        if self._next >= len(self._bodies):
            raise StopIteration
        batch = self._bodies[self._next:self._next + BATCH]
        self._next += BATCH
        return batch

    def snapshot(self):
        return self._next


class Splits(FixedPartitionedSource):
    def __init__(self, splits):
        self._splits = splits

    def list_parts(self):
        return [str(number) for number in range(len(self._splits))]

    def build_part(self, step_id, for_part, resume_state):
        return Split(self._splits[int(for_part)])


def parse(bodies):
    readings = []
    for body in bodies:
        try:
            record = SeismicRecord.FromString(body)
        except DecodeError:
            continue
        if good(record):
            readings.append((record.sensor_id, (record.collect_timestamp, record.seismic_amplitude, record.phase_type)))
    return readings


def empty():
    return [0.0, float("-inf"), float("inf"), 0, 0, 0]


def add(sums, reading):
    _, amplitude, phase = reading
    sums[0] += amplitude
    if amplitude > sums[1]:
        sums[1] = amplitude
    if amplitude < sums[2]:
        sums[2] = amplitude
    sums["PSN".index(phase) + 3] += 1
    return sums


def merge(a, b):
    return [a[0] + b[0], max(a[1], b[1]), min(a[2], b[2]), a[3] + b[3], a[4] + b[4], a[5] + b[5]]


class Out(StatelessSinkPartition):
    def __init__(self, sums):
        self._sums = sums

    def write_batch(self, items):
        for sensor, (window, (total, most, least, p, s, n)) in items:
            self._sums.add(sensor, window * 1000, total / (p + s + n), most, least, p, s, n)


class Sink(DynamicSink):
    def __init__(self, sums):
        self._sums = sums

    def build(self, step_id, worker_index, worker_count):
        return Out(self._sums)


def job(splits, sums):
    flow = Dataflow("seismic")
    readings = op.flat_map_batch("parse", op.input("in", flow, Splits(splits)), parse)
    # The clock goes on with the system's between readings; this wait is more than what a run takes.
    clock = windowing.EventClock(lambda reading: EPOCH + timedelta(milliseconds=reading[0]),
                                 wait_for_system_duration=timedelta(hours=1))
    folded = windowing.fold_window("window", readings, clock, windowing.TumblingWindower(length=SECOND, align_to=EPOCH),
                                   empty, add, merge)
    op.output("out", folded.down, Sink(sums))
    run_main(flow)


if __name__ == "__main__":
    splits_ = messages(sys.argv[1])
    answer(sum(map(len, splits_)), lambda sums: job(splits_, sums))
