"""Where the time goes: ``python -m benchmarks.steps`` tells what each step of a layer takes.

A word or two choose the layers, as for the benchmark. Each time is the shortest of many calls, on
one thread, and a step's own: that of the steps within it is taken off. What belongs to no step is
the cost of the calls. PyTorch and a plain matrix product of the same work stand beside them.
"""

import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from time import perf_counter
from typing import Any
from unittest.mock import patch

from benchmarks.layers import LAYERS, SizedLayer, selected
from benchmarks.processes import ONE_THREAD

STEPS = {
    "checks": ["convolution.check_problem"],
    "choice": ["algorithms.choice.fastest"],
    "contrast": [f"algorithms.contrast.{name}" for name in ("blocks_with_empty_windows", "is_even",
                                                             "all_finite")],
    "kernels": ["algorithms.tiles.evaluate_kernels"],
    "copies": [f"algorithms.{name}" for name in ("im2col.copy_patches", "shift.cut", "fft.cut",
                                                 "tiles.channels_last")],
    "into values": ["algorithms.tiles.evaluate_rows", "algorithms.tiles.evaluate_columns"],
    "products": [f"algorithms.{name}" for name in ("tiles.multiply_values", "im2col.multiply",
                                                   "shift.multiply")],
    "back": ["algorithms.tiles.interpolate_columns", "algorithms.tiles.interpolate_rows"],
}  # fmt: skip
"""The functions of each step, where they are called."""


class Clock:
    """The time that each step has taken in one call."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._open = ["calls"]
        self._since = perf_counter()

    def turn(self) -> None:
        """Give the time since the last turn to the step that is open."""
        now = perf_counter()
        self.seconds[self._open[-1]] += now - self._since
        self._since = perf_counter()

    def around(self, step: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that opens its step, and closes it."""

        def timed(*args: Any, **kwargs: Any) -> Any:
            self.turn()
            self._open.append(step)
            try:
                return function(*args, **kwargs)
            finally:
                self.turn()
                self._open.pop()

        return timed


@contextmanager
def watched() -> Iterator[Clock]:
    """Let a clock stand at every step."""
    clock = Clock()
    with ExitStack() as stack:
        for step, places in STEPS.items():
            for place in places:
                mock = patch(f"convbook.{place}")
                function = mock.get_original()[0]
                stack.enter_context(patch(f"convbook.{place}", clock.around(step, function)))
        yield clock


def steps_of(call: Callable[[], Any], rounds: int) -> dict[str, float]:
    """Return the shortest time of each step, in seconds."""
    found: dict[str, list[float]] = defaultdict(list)
    with watched() as clock:
        for _ in range(rounds):
            clock.seconds.clear()
            clock.turn()
            call()
            clock.turn()
            for step, seconds in clock.seconds.items():
                found[step].append(seconds)
    return {step: min(times) for step, times in found.items()}


def shortest(call: Callable[[], Any], rounds: int) -> float:
    """Return the shortest time of a call, in seconds."""
    times = []
    for _ in range(rounds):
        start = perf_counter()
        call()
        times.append(perf_counter() - start)
    return min(times)


def measure(layer: SizedLayer, seconds: float = 0.5) -> dict[str, float]:
    """Return the milliseconds of PyTorch, sgemm, a call with kept weights, and its steps."""
    from benchmarks.competitors import entries, new_task

    able = entries(new_task(layer), ["torch", "sgemm", "convbook unprepared", "convbook"])
    row: dict[str, float] = {}
    for name, entry in able.items():
        rounds = max(5, int(seconds / max(shortest(entry.call, 3), 1e-6) / 2))
        row[name] = entry.scale * shortest(entry.call, rounds)
    row |= steps_of(able["convbook"].call, rounds)
    return {name: 1e3 * value for name, value in row.items()}


def main() -> None:
    """Measure the benchmark set, or the layers that the arguments name."""
    words = sys.argv[1:] or [*LAYERS]
    rows = {layer.name: measure(layer) for layer in selected(words)}
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    heads = [name.removeprefix("convbook ")[:11] for name in names]
    print("milliseconds".ljust(34), *(head.rjust(11) for head in heads))
    for layer, row in rows.items():
        cells = (f"{row[name]:.4f}" if name in row else "" for name in names)
        print(layer.ljust(34), *(cell.rjust(11) for cell in cells), flush=True)


if __name__ == "__main__":
    if not ONE_THREAD.items() <= os.environ.items():  # read when NumPy is imported
        os.execve(sys.executable, [sys.executable, "-m", "benchmarks.steps", *sys.argv[1:]],
                  os.environ | ONE_THREAD)  # fmt: skip
    main()
