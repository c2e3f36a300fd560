"""Runs peers in turns, and checks what came out."""

import contextlib
import statistics

from .process import check

EXACT = ("native", "embedded")  # their averages are right to the last bit; others' sums are of doubles


def measure(peers, reference, parallelism, rounds, warm_up):
    """For each peer by its name the figures of the rounds behind the warm-up; peers and reference are running."""
    figures = {name: [] for name in peers}
    for round_ in range(warm_up + rounds):
        expected = reference.run(parallelism)
        for name, peer in peers.items():
            got = expected if peer is reference else peer.run(parallelism)
            check(name, got, expected, name in EXACT)
            if round_ >= warm_up:
                figures[name].append(got)
    return figures


def started(stack: contextlib.ExitStack, peers):
    """The peers, by name, running until the stack ends."""
    return {peer.name: stack.enter_context(peer) for peer in peers}


def cost(figures):
    """Seconds of the processor for a million records, of each round."""
    return [each["cpu_seconds"] / each["records"] * 1e6 for each in figures]


def ratio(slow, fast):
    """How many times as many records for each second of the processor: the median of the rounds, which were in turns."""
    return statistics.median(a / b for a, b in zip(cost(slow), cost(fast)))
