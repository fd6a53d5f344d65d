"""The process that measures times: a line of JSON in for each layer, one out."""

import json
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

import convbook
from benchmarks.competitors import BACKWARD, Task, choice, entries, names, new_task
from benchmarks.layers import SizedLayer
from benchmarks.timing import REST, Clock, in_turn, ratio, typical
from convbook._typing import Array

Row = dict[str, Any]


def measure(
    layer: SizedLayer,
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
    thread. "gflops" is what sgemm does in a nanosecond. "error" is the largest one, as a part of
    the largest output. "choice" is what "auto" has chosen.
    """
    task = new_task(layer, threads, backward=backward)
    wanted = {*against, "sgemm"} if against else names(task)
    able = entries(task, [name for name in names(task) if name in wanted])
    rows: dict[str, Row] = {}
    truth = exact(task)
    for name, entry in [*able.items()]:
        try:
            result = entry.call()
        except ValueError:  # an algorithm refuses layers that are not its own
            del able[name]
            continue
        rows[name] = {}
        if name != "sgemm" and entry.scale == 1:
            rows[name]["error"] = error(result, truth)
    samples = in_turn(able, rounds=rounds, seconds=seconds, rest=REST if threads > 1 else 0)
    clock: Clock = "cpu" if threads == 1 else "wall"
    for name, row in rows.items():
        row["ms"] = 1000 * typical(samples[name])
        if "torch" in able:
            row["torch"] = ratio(samples["torch"], samples[name])
        if "sgemm" in able:
            row["roof"] = ratio(samples["sgemm"], samples[name], clock)
        if name == "sgemm":
            row["gflops"] = task.flops / row["ms"] / 1e6
    if "convbook" in rows and not backward:
        rows["convbook"]["choice"] = choice(task)
    return rows


def exact(task: Task) -> Sequence[Array]:
    """Compute the task in float64."""
    double = task._replace(**{name: getattr(task, name).astype(float) for name in task._fields[3:]})
    if task.backward:
        return [np.asarray(gradient) for gradient in BACKWARD["torch"](double).call()]
    options: Any = {"algorithm": "im2col", **task.layer.options}
    return [convbook.conv2d(double.x, double.w, **options)]


def error(result: Any, truth: Sequence[Array]) -> float:
    """Return the largest error, as a part of the largest element of the result."""
    given = [result] if len(truth) == 1 else result
    pairs = zip(given, truth, strict=True)
    return max(float(abs(np.asarray(y) - t).max() / abs(t).max()) for y, t in pairs)


def main() -> None:
    """Measure what the parent process asks for."""
    for line in sys.stdin:
        request = json.loads(line)
        rows = measure(SizedLayer(*request.pop("layer")), **request)
        print(json.dumps(rows), flush=True)


if __name__ == "__main__":
    main()
