"""Numbers that were measured once, on machines that are named, and are not measured again.

A record holds the rows of each layer, by way ("forward", "backward") and threads; a row's "torch"
and "roof" are its speed as a multiple of PyTorch's and of a plain matrix product's.
"""

import json
import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from math import isnan, nan
from statistics import geometric_mean
from typing import Any, NamedTuple

Record = Mapping[str, Any]
Rows = Mapping[str, Mapping[str, float]]

MACHINES = {"AMD EPYC": "algorithms", "Intel Xeon": "algorithms-xeon"}
"""The files that hold the records of the machines that are drawn."""

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
    "growth of the side": "other sides",
    "growth of the channels": "other channels",
    "growth of the kernel": "other kernels",
    "map": "rest of the map",
}
"""What tables call the groups of layers; the later ones are series, which share layers."""


RUNGS = {
    "loops": "loops",
    "einsum": "einsum",
    "whole fft": "whole-image FFT",
    "fancy im2col": "im2col by indices",
    "tensordot": "tensordot",
    "einsum optimized": "einsum, optimized",
    "full im2col": "im2col at once",
    "convbook im2col": "im2col in tiles",
    "convbook shift": "shift",
    "sgemm": "sgemm",
    "torch": "PyTorch",
    "onnxruntime": "ONNX Runtime",
    "convbook dft": "DFT of tiles",
    "convbook unprepared": "auto, unprepared",
    "convbook winograd": "Winograd",
}
"""What the ladder calls the ways to compute its layer."""

HOLDERS = {
    "torch": "PyTorch",
    "onnxruntime": "ONNX Runtime",
    "tensordot": "tensordot",
    "fancy im2col": "im2col by indices",
    "full im2col": "im2col at once",
    "whole fft": "whole-image FFT",
    "scipy fftconvolve": "fftconvolve",
    "scipy oaconvolve": "oaconvolve",
    "convbook im2col": "convbook, im2col",
    "convbook shift": "convbook, shift",
    "convbook winograd": "convbook, Winograd",
    "convbook fft": "convbook, FFT",
    "convbook": "convbook, auto",
}
"""What the figure of memory calls them."""


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


def narrow() -> Record:
    """Return the record of a machine without AVX-512: its registers are half as wide."""
    return load("algorithms-avx2")


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


def fastest(record: Record, layer: str, algorithms: Iterable[str]) -> tuple[str, float]:
    """Return which algorithm of convbook is fastest on a layer, and its speed."""
    rows = record["forward"]["1"][layer]
    own = {name: rows[f"convbook {name}"]["torch"] for name in algorithms
           if f"convbook {name}" in rows}  # fmt: skip
    return max(own.items(), key=lambda item: item[1])


def once(record: Record) -> dict[str, list[str]]:
    """Return the groups with each layer in the first of those that hold it."""
    seen: set[str] = set()
    groups: dict[str, list[str]] = {}
    for group in GROUPS:
        groups[group] = [name for name in record["groups"][group] if name not in seen]
        seen.update(groups[group])
    return groups


def group_mean(found: Mapping[str, float], layers: Iterable[str]) -> float:
    """Return the geometric mean over those layers that were measured; NaN if none was."""
    ratios = [found[layer] for layer in layers if layer in found]
    return geometric_mean(ratios) if ratios else nan


def numbers(name: str) -> list[int]:
    """Return batch, channels, side, kernels and kernel size of a layer's name."""
    return [int(number) for number in re.findall(r"\d+", name)]


def pretty(name: str) -> str:
    """Write a layer's name for an axis: channels × side to kernels, behind a batch and a dot."""
    name = re.sub(r", (64|512) groups", " dw", name.replace(", stride ", " /"))
    batch, _, layer = name.partition("x")
    return ("" if batch == "1" else f"{batch}·") + layer.replace("x", "×")


def short(value: float) -> str:
    """Write two digits, all those before the point, or 1/26 000 where it is small."""
    if value < 0.05:
        return f"1/{float(f'{1 / value:.2g}'):,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}" if value >= 1 else f"{value:.2g}"


def digits(ratio: float) -> str:
    """Write a ratio with as many digits as a narrow column holds; nothing if it is missing."""
    return "" if isnan(ratio) else f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"
