"""Numbers that were measured once, on machines that are named, and are not measured again.

A record holds the rows of each layer, by way ("forward", "backward") and threads; a row's "torch"
and "roof" are its speed as a multiple of PyTorch's and of a plain matrix product's.
"""

import json
import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from math import nan
from statistics import geometric_mean
from typing import Any, NamedTuple

Record = Mapping[str, Any]
Rows = Mapping[str, Mapping[str, float]]

MACHINES = {"AMD EPYC": "algorithms", "Intel Xeon": "algorithms-xeon"}
"""The file that holds each machine's record."""

LADDER = "1x64x56 to 64, 3x3"
"""The layer of which every way to compute it is recorded."""

GROUPS = {
    "resnet": "ResNet-50",
    "vgg": "VGG",
    "kernels": "large kernels",
    "images": "one kernel",
    "pointwise": "1×1",
    "strided": "stride 2",
    "stem": "stem",
    "depthwise": "depthwise",
    "toy": "toys",
    "growth of the side": "sides",
    "growth of the channels": "channels",
    "growth of the kernel": "kernels",
    "map": "map",
}
"""What tables call the groups of layers; those from "growth" on are series, which share layers."""


class Mode(NamedTuple):
    """A column of the record: the way, the threads, and which convbook."""

    way: str
    threads: str
    who: str = "convbook"


MODES = {
    "one thread, prepared": Mode("forward", "1"),
    "one thread, unprepared": Mode("forward", "1", "convbook unprepared"),
    "two threads, prepared": Mode("forward", "2"),
    "two threads, unprepared": Mode("forward", "2", "convbook unprepared"),
    "gradients, one thread": Mode("backward", "1"),
    "gradients, two threads": Mode("backward", "2"),
}


def load(stem: str) -> dict[str, Any]:
    """Return the record that lies beside a stem's figures."""
    path = files("convbook.figures") / f"{stem}.json"
    record: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return record


def records() -> dict[str, Record]:
    """Return the recorded run of the benchmark on each machine."""
    return {machine: load(stem) for machine, stem in MACHINES.items()}


def speed(rows: Rows, who: str = "convbook", rival: str = "torch") -> float:
    """Return how many times as fast as a rival one is: "torch", "roof" or the "fastest" other."""
    if rival != "fastest":
        return rows[who][rival]
    others = [row["torch"] for name, row in rows.items()
              if "convbook" not in name and name != "sgemm"]  # fmt: skip
    return rows[who]["torch"] / max(others)


def speeds(record: Record, mode: str, rival: str = "torch") -> dict[str, float]:
    """Return convbook's speed on every layer that a mode has measured."""
    way, threads, who = MODES[mode]
    measured: dict[str, Rows] = record[way].get(threads, {})
    return {name: speed(rows, who, rival) for name, rows in measured.items() if who in rows}


def group_mean(found: Mapping[str, float], layers: Iterable[str]) -> float:
    """Return the geometric mean over those layers that were measured; NaN if none was."""
    ratios = [found[layer] for layer in layers if layer in found]
    return geometric_mean(ratios) if ratios else nan


def numbers(name: str) -> list[int]:
    """Return batch, channels, side, kernels and kernel size of a layer's name."""
    return [int(number) for number in re.findall(r"\d+", name)]


def pretty(name: str) -> str:
    """Write a layer's name for an axis."""
    name = name.replace("x", "×").replace(" to ", "→")
    return name.replace(", stride 2", ", /2").replace(", 64 groups", ", dw").replace(
        ", 512 groups", ", dw")  # fmt: skip


def short(value: float) -> str:
    """Write two digits, all those before the point, or 1/26 000 where it is small."""
    if value < 0.05:
        return f"1/{float(f'{1 / value:.2g}'):,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}" if value >= 1 else f"{value:.2g}"
