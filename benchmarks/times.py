"""The process that measures: one line of JSON in, one line out for each task."""

import json
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

import convbook
from benchmarks.competitors import BACKWARD, Entry, Task, entries, names, new_task
from benchmarks.layers import Layer
from benchmarks.timing import REST, Clock, in_turn, ratio, typical
from convbook._typing import Array

Row = dict[str, float]


def measure(
    layer: Layer,
    *,
    threads: int = 1,
    backward: bool = False,
    against: Sequence[str] = (),
    rounds: int = 40,
    seconds: float = 5.0,
) -> dict[str, Row]:
    """Let the competitors take turns with one layer, and return a row of numbers for each.

    "ms" is the typical time; "torch" and "roof" are speeds as a multiple of torch's and sgemm's, in
    the layer's FLOPs by the definition. The latter counts the processor's time if there is one
    thread. "error" is the largest one, as a part of the largest output.
    """
    task = new_task(layer, threads, backward=backward)
    wanted = [name for name in names(task) if name in against or not against]
    able = {name: entry for name, entry in entries(task, wanted).items() if can(entry)}
    errors = {name: error(entry, task) for name, entry in able.items() if whole(name, entry)}
    rest = REST if threads > 1 else 0.0
    samples = in_turn(able, rounds=rounds, seconds=seconds, rest=rest)
    clock: Clock = "cpu" if threads == 1 else "wall"
    rows: dict[str, Row] = {name: {"ms": 1000 * typical(samples[name])} for name in able}
    for name, row in rows.items():
        if "torch" in able:
            row["torch"] = ratio(samples["torch"], samples[name])
        if "sgemm" in able:
            row["roof"] = ratio(samples["sgemm"], samples[name], clock)
        if name in errors:
            row["error"] = errors[name]
    return rows


def can(entry: Entry) -> bool:
    """Whether the call works: an algorithm refuses layers that are not its own."""
    try:
        entry.call()
    except ValueError:
        return False
    return True


def whole(name: str, entry: Entry) -> bool:
    """Whether the call computes the layer, rather than a piece of it or something else."""
    return name != "sgemm" and entry.scale == 1


def error(entry: Entry, task: Task) -> float:
    """Return the largest error, as a part of the largest element of the result."""
    result = entry.call()
    given = result if task.backward else [result]
    pairs = zip(given, exact(task), strict=True)
    return max(float(abs(np.asarray(y) - t).max() / abs(t).max()) for y, t in pairs)


def exact(task: Task) -> Sequence[Array]:
    """Compute the task in float64."""
    double = task._replace(**{name: getattr(task, name).astype(float) for name in task._fields[3:]})
    if task.backward:
        return [np.asarray(gradient) for gradient in BACKWARD["torch"](double).call()]
    options: Any = {"algorithm": "im2col", **task.layer.options}
    return [convbook.conv2d(double.x, double.w, **options)]


def main() -> None:
    """Measure what the parent process asks for."""
    for line in sys.stdin:
        request = json.loads(line)
        rows = measure(Layer(*request.pop("layer")), **request)
        print(json.dumps(rows), flush=True)


if __name__ == "__main__":
    main()
