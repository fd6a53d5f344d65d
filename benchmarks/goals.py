"""What is wanted, and what of it a record shows."""

from collections.abc import Callable, Iterator
from statistics import geometric_mean
from typing import NamedTuple

from benchmarks.layers import LAYERS, RESNET, Layer
from benchmarks.record import Record
from convbook.algorithms import FAST

Rows = dict[str, dict[str, float]]


class Goal(NamedTuple):
    """A number that a record should reach, or not exceed."""

    name: str
    target: float
    of: Callable[[Record], float]
    at_most: bool = False

    def met(self, reached: float) -> bool:
        """Whether a number is good enough."""
        return reached <= self.target if self.at_most else reached >= self.target


def rows(record: Record, layer: Layer, way: str = "forward", threads: int = 1) -> Rows:
    """Return what was measured of a layer."""
    found: Rows = record[way][str(threads)][layer.name]
    return found


def faster(rows: Rows) -> float:
    """Return how fast the faster of the two rivals is, torch being 1."""
    return max(1.0, rows["onnxruntime"]["torch"])


def resnet(of: Callable[[Rows], float]) -> Callable[[Record], float]:
    """Average over the eight layers of ResNet-50."""
    return lambda record: geometric_mean(of(rows(record, layer)) for layer in RESNET)


def least(*layers: Layer) -> Callable[[Record], float]:
    """Return the worst ratio to torch."""
    return lambda record: min(rows(record, layer)["convbook"]["torch"] for layer in layers)


def mean(way: str, threads: int, *layers: Layer) -> Callable[[Record], float]:
    """Return the geometric mean of the ratios to torch."""
    return lambda record: geometric_mean(
        rows(record, layer, way, threads)["convbook"]["torch"] for layer in layers
    )


def forward(record: Record) -> Iterator[Rows]:
    """Yield what one thread did with each layer."""
    yield from record["forward"]["1"].values()


def error(*names: str) -> Callable[[Record], float]:
    """Return the largest error of some of our algorithms over all layers."""
    ours = [f"convbook {name}" for name in names]
    return lambda record: max(
        found[name]["error"] for found in forward(record) for name in ours if name in found
    )


def regret(record: Record) -> float:
    """Return how many times as long as the best algorithm "auto" takes, at the worst."""
    own = [f"convbook {name}" for name in FAST]
    layers = [layer for group in LAYERS.values() for layer in group]
    return max(
        max(found[name]["torch"] for name in own if name in found) / found["convbook"]["torch"]
        for found in (rows(record, layer) for layer in layers)
    )


def memory(record: Record) -> float:
    """Return the most megabytes that one of our algorithms needed beside its output."""
    layers: dict[str, Rows] = record["memory"]
    ours = [row for found in layers.values() for name, row in found.items() if "convbook" in name]
    return max(row["extra"] for row in ours)


def kernel(k: int) -> Layer:
    """Return the layer that is measured with several kernels."""
    return Layer(1, 64, 56, 64, k)


GOALS = [
    Goal("ResNet-50 3x3, times torch", 1.5, resnet(lambda rows: rows["convbook"]["torch"])),
    Goal(
        "ResNet-50 3x3, times the faster of torch and onnxruntime",
        1.4,
        resnet(lambda rows: rows["convbook"]["torch"] / faster(rows)),
    ),
    Goal("ResNet-50 3x3, times sgemm", 1.5, resnet(lambda rows: rows["convbook"]["roof"])),
    Goal(
        "ResNet-50 3x3, weights unprepared, times torch",
        1.2,
        resnet(lambda rows: rows["convbook unprepared"]["torch"]),
    ),
    Goal("5x5, times torch", 2.0, least(kernel(5))),
    Goal("7x7, times torch", 2.7, least(kernel(7))),
    Goal("11x11, times torch", 4.0, least(kernel(11))),
    Goal("31x31 on 1024 x 1024, times torch", 15.0, least(Layer(1, 1, 1024, 1, 31))),
    Goal(
        "stride 2 and the stem, times torch, the worse",
        0.85,
        least(*LAYERS["strided"], *LAYERS["stem"]),
    ),
    Goal("depthwise, times torch, the worse", 0.5, least(*LAYERS["depthwise"])),
    Goal(
        "both gradients, up to 128 channels, times torch",
        1.3,
        mean("backward", 1, *(layer for layer in RESNET if layer.c_in <= 128)),
    ),
    Goal(
        "ResNet-50 3x3, batch 8, two threads, times torch",
        1.25,
        mean("forward", 2, *(layer for layer in RESNET if layer.batch == 8)),
    ),
    Goal("extra memory, MB, the most", 2.0, memory, at_most=True),
    Goal("error of Winograd, the largest", 5e-6, error("winograd"), at_most=True),
    Goal("error of the others, the largest", 1e-6, error("im2col", "shift", "fft", "dft"), True),
    Goal("auto, times the best algorithm's time, the worst", 1.2, regret, at_most=True),
]


def reached(record: Record) -> dict[str, dict[str, float | bool]]:
    """Return target and result of each goal that the record can tell of.

    "processor" is the result if one thread's time is that in which the processor was at work for
    it. On a quiet machine it is the same; where it is not, others have disturbed the run.
    """
    found = {}
    for goal in GOALS:
        try:
            value, processor = goal.of(record), goal.of(by_processor(record))
        except (KeyError, ValueError):  # a run of some layers, or without a competitor
            continue
        found[goal.name] = {
            "target": goal.target,
            "reached": value,
            "processor": processor,
            "met": goal.met(value),
        }
    return found


def by_processor(record: Record) -> Record:
    """Replace one thread's ratios to torch by those of the processor's time."""
    ways = {way: dict(record[way]) for way in ("forward", "backward") if "1" in record.get(way, {})}
    for layers in ways.values():
        layers["1"] = {name: quotients(found) for name, found in layers["1"].items()}
    return {**record, **ways}


def quotients(found: Rows) -> Rows:
    """Divide the ratios to sgemm, which count the processor's time, by torch's."""
    torch = found.get("torch", {}).get("roof")
    return {
        name: {**row, "torch": row["roof"] / torch} if torch else row for name, row in found.items()
    }
