"""Time competitors in turn, so that a slow moment of the machine slows all of them."""

import random
import time
from collections.abc import Mapping
from math import ceil
from statistics import median
from typing import Literal, NamedTuple

from benchmarks.competitors import Entry

try:
    from resource import RUSAGE_SELF, getrusage
except ModuleNotFoundError:  # Windows

    def interruptions() -> int:
        """Nobody counts them here, so every sample passes for undisturbed."""
        return 0
else:

    def interruptions() -> int:
        """How often the system took a processor away from this process."""
        return getrusage(RUSAGE_SELF).ru_nivcsw


SHORTEST = 3e-3
"""Seconds that a sample takes at least."""

REST = 0.04
"""Seconds after which the threads of the last competitor have stopped to spin."""


Clock = Literal["wall", "cpu"]
"""Time that passed, or time that the process was at work: the latter is not disturbed by others."""


class Sample(NamedTuple):
    """Seconds for one call, averaged over the calls of a sample."""

    wall: float
    cpu: float
    undisturbed: bool

    def time(self, clock: Clock) -> float:
        """Read one of the two clocks."""
        return self.wall if clock == "wall" else self.cpu


Samples = list[Sample | None]
"""One for each round; None where the competitor sat out."""


def sample(entry: Entry, calls: int) -> Sample:
    """Time some calls as one, in the layer's work."""
    before = interruptions()
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(calls):
        entry.call()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    each = entry.scale / calls
    return Sample(wall * each, cpu * each, interruptions() == before)


def in_turn(
    entries: Mapping[str, Entry], *, rounds: int, seconds: float, rest: float = 0.0
) -> dict[str, Samples]:
    """Sample every entry once a round, in random order, each after an untimed call.

    Rounds end when `seconds` are over, but not before the third. Who needs a tenth of that for
    one call does without the untimed one, and sits out after the third round.
    """
    calls, slow = {}, set()
    for name, entry in entries.items():
        once = sample(entry, 1).wall / entry.scale
        calls[name] = ceil(SHORTEST / max(once, 1e-9))
        slow |= {name} if once > seconds / 10 else set()
    samples: dict[str, Samples] = {name: [] for name in entries}
    end = time.perf_counter() + seconds
    order = list(entries)
    shuffle = random.Random(0).shuffle
    for number in range(rounds):
        if number >= 3 and time.perf_counter() > end:
            break
        shuffle(order)
        for name in order:
            if number >= 3 and name in slow:
                samples[name].append(None)
                continue
            time.sleep(rest)
            if name not in slow:
                entries[name].call()
            samples[name].append(sample(entries[name], calls[name]))
    return samples


def ratio(theirs: Samples, ours: Samples, clock: Clock = "wall") -> float:
    """How many times as long they take: the median over the rounds in which nobody was disturbed.

    If there is none, the ratio of the shortest times.
    """
    pairs = [(t, o) for t, o in zip(theirs, ours, strict=True) if t and o]
    fair = [(t, o) for t, o in pairs if t.undisturbed and o.undisturbed]
    if fair:
        return median(t.time(clock) / o.time(clock) for t, o in fair)
    return min(t.time(clock) for t, _ in pairs) / min(o.time(clock) for _, o in pairs)


def typical(samples: Samples) -> float:
    """Seconds of a call: the median of the undisturbed samples, else the shortest."""
    taken = [s for s in samples if s]
    fair = [s.wall for s in taken if s.undisturbed]
    return median(fair) if fair else min(s.wall for s in taken)
