"""Runs peers in turns, and checks what came out."""

import contextlib
import statistics
import time

from .process import check

EXACT = ("native", "embedded")  # their averages are right to the last bit; others' sums are of doubles


def measure(peers, reference, parallelism, rounds, warm_up_s):
    """For each peer by its name the figures of the rounds behind its warm-up; peers and reference are running. A JVM gets
    to its speed within a time, not within a number of rounds: all have the same."""
    def run(name, peer, expected):
        got = expected if peer is reference else peer.run(parallelism)
        check(name, got, expected, name in EXACT)
        return got

    expected = reference.run(parallelism)
    for name, peer in peers.items():
        until = time.monotonic() + warm_up_s
        while peer is not reference and time.monotonic() < until:
            run(name, peer, expected)
    figures = {name: [] for name in peers}
    for _ in range(rounds):
        expected = reference.run(parallelism)
        for name, peer in peers.items():
            figures[name].append(run(name, peer, expected))
    return figures


def started(stack: contextlib.ExitStack, peers):
    """The peers, by name, running until the stack ends."""
    return {peer.name: stack.enter_context(peer) for peer in peers}


def cost(figures):
    """Seconds of the processor for a million of the records that were measured, of each round."""
    return [each["cpu_seconds"] / each["measured"] * 1e6 for each in figures]


def ratio(slow, fast):
    """How many times as many records for each second of the processor: the median of the rounds, which were in turns."""
    return statistics.median(a / b for a, b in zip(cost(slow), cost(fast)))
