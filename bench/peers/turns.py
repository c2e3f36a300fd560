"""Runs peers in turns, and checks what came out."""

import contextlib
import statistics
import time

from .process import check

EXACT = ("native", "embedded")  # their averages are right to the last bit; others' sums are of doubles
TURN_S = 3  # so long a turn takes at least: one run of the quick ones says little on a machine that others use too


def measure(peers, reference, parallelism, rounds, warm_up_s):
    """For each peer by its name the figures of its turns behind its warm-up; peers and reference are running. A JVM gets
    to its speed within a time, not within a number of runs: all have the same."""
    expected = reference.run(parallelism)

    def turn(name, peer, least_s):
        runs, until = [], time.monotonic() + least_s
        while not runs or time.monotonic() < until:
            runs.append(peer.run(parallelism))
            check(name, runs[-1], expected, name in EXACT)
        return {**runs[-1], **{key: sum(run[key] for run in runs) for key in ("measured", "seconds", "cpu_seconds")}}

    for name, peer in peers.items():
        turn(name, peer, 0 if peer is reference else warm_up_s)
    figures = {name: [] for name in peers}
    for _ in range(rounds):
        for name, peer in peers.items():
            figures[name].append(turn(name, peer, TURN_S))
    return figures


def started(stack: contextlib.ExitStack, peers):
    """The peers, by name, running until the stack ends."""
    return {peer.name: stack.enter_context(peer) for peer in peers}


def cost(figures):
    """Seconds of the processor for a million of the records that were measured, of each turn."""
    return [each["cpu_seconds"] / each["measured"] * 1e6 for each in figures]


def ratio(slow, fast):
    """How many times as many records for each second of the processor: the median of the rounds."""
    return statistics.median(a / b for a, b in zip(cost(slow), cost(fast)))
