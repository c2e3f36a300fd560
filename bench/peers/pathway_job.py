"""The job in Pathway: `pathway_job.py FOLDER`."""

import sys

import pathway as pw
from google.protobuf.message import DecodeError

from good import SeismicRecord, good
from sums import answer, messages

BATCH_MS = 100


class Reading(pw.Schema):
    sensor: str
    time_ms: int
    amplitude: float
    p: int
    s: int
    n: int


class Topic(pw.io.python.ConnectorSubject):
    """All splits, of one length, in turns, so that they advance together."""

    def __init__(self, splits):
        super().__init__()
        self._splits = splits

    def run(self):
        for bodies in zip(*self._splits):
            for body in bodies:
                try:
                    record = SeismicRecord.FromString(body)
                except DecodeError:
                    continue
                if good(record):
                    phase = record.phase_type
                    self.next(sensor=record.sensor_id, time_ms=record.collect_timestamp,
                              amplitude=record.seismic_amplitude, p=int(phase == "P"), s=int(phase == "S"),
                              n=int(phase == "N"))


def job(splits, sums):
    pw.internals.parse_graph.G.clear()
    readings = pw.io.python.read(Topic(splits), schema=Reading, autocommit_duration_ms=BATCH_MS)
    windows = readings.windowby(
        pw.this.time_ms, window=pw.temporal.tumbling(duration=1000), instance=pw.this.sensor,
        behavior=pw.temporal.exactly_once_behavior(shift=1000),
    ).reduce(
        sensor=pw.this._pw_instance, start=pw.this._pw_window_start, average=pw.reducers.avg(pw.this.amplitude),
        most=pw.reducers.max(pw.this.amplitude), least=pw.reducers.min(pw.this.amplitude),
        p=pw.reducers.sum(pw.this.p), s=pw.reducers.sum(pw.this.s), n=pw.reducers.sum(pw.this.n))

    def take(key, row, time, is_addition):
        assert is_addition, "a window came twice"
        sums.add(row["sensor"], row["start"], row["average"], row["most"], row["least"], row["p"], row["s"], row["n"])

    pw.io.subscribe(windows, on_change=take)
    pw.run(monitoring_level=pw.MonitoringLevel.NONE)


if __name__ == "__main__":
    splits_ = messages(sys.argv[1])
    answer(sum(map(len, splits_)), lambda sums: job(splits_, sums))
