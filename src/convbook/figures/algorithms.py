"""Figures of the chapter "If nobody multiplies that matrix, what do they do?".

Most show a record of the benchmark (`recorded`), in which a speed is a multiple of torch's.
"""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from math import ceil, floor, log10
from statistics import geometric_mean
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from convbook._typing import Array
from convbook.algorithms import Bilinear
from convbook.figures import _draw as draw
from convbook.figures._figure import Figure, drawing
from convbook.figures._palette import LIGHT
from convbook.figures._recorded import load

recorded = partial(load, "algorithms")
"""Returns the last recorded run of the benchmark."""

Record = Mapping[str, Any]
Rows = Mapping[str, Mapping[str, float]]

LADDER = "1x64x56 to 64, 3x3"
RUNGS = {
    "loops": "seven loops",
    "einsum": "einsum",
    "whole fft": "whole-image FFT",
    "fancy im2col": "im2col of courses",
    "tensordot": "tensordot",
    "einsum optimized": "einsum, optimized",
    "full im2col": "im2col at once",
    "convbook im2col": "im2col in tiles",
    "convbook shift": "shift",
    "torch": "PyTorch",
    "onnxruntime": "ONNX Runtime",
    "convbook dft": "DFT of tiles",
    "convbook unprepared": "auto, unprepared",
    "convbook winograd": "Winograd",
}
GROUPS = {
    "resnet": "ResNet-50, 3×3",
    "vgg": "VGG, first layers",
    "pointwise": "1×1",
    "strided": "stride 2",
    "stem": "stem, stride 2",
    "kernels": "larger kernels",
    "depthwise": "depthwise",
    "images": "one kernel",
    "toy": "toys",
}
ROLES = {
    "im2col": "input",
    "shift": "quiet",
    "winograd": "kernel",
    "fft": "gradient",
    "dft": "output",
}
LINES = {"torch": ("quiet", "s"), "onnxruntime": ("kernel", "^"), "convbook": ("output", "o")}
MEMORY = {
    "torch": "PyTorch",
    "onnxruntime": "ONNX Runtime",
    "tensordot": "tensordot",
    "fancy im2col": "im2col of courses",
    "full im2col": "im2col at once",
    "whole fft": "whole-image FFT",
    "scipy fftconvolve": "SciPy, fftconvolve",
    "scipy oaconvolve": "SciPy, oaconvolve",
    "convbook im2col": "convbook, im2col",
    "convbook shift": "convbook, shift",
    "convbook winograd": "convbook, Winograd",
    "convbook fft": "convbook, FFT",
    "convbook": "convbook, auto",
}


@drawing
def ladder(record: Record) -> Figure:
    """Draw the speed of each way to compute one layer, from the slowest to the fastest."""
    rows = record["forward"]["1"][LADDER]
    speeds = {label: rows[name]["torch"] for name, label in RUNGS.items() if name in rows}
    speeds = dict(sorted(speeds.items(), key=lambda item: item[1]))
    slow = {name: speed for name, speed in speeds.items() if speed < 0.3}
    fast = {name: speed for name, speed in speeds.items() if name not in slow}
    roof = rows["sgemm"]["torch"]
    fig = Figure(5.2, 0.34 * len(speeds) + 2.1)
    tall = 0.34 * len(fast) + 0.62
    ax = _rows(fig, list(slow), 1.6, 0.4, tall + 0.85, 0.2)
    ax.set(xscale="log", xlim=(min(speeds.values()) / 4, 1))
    _rungs(ax, slow)
    _powers(ax, "")
    _heading(ax, "the slow ones, on a logarithmic scale", 1.6)
    ax = _rows(fig, list(fast), 1.6, fig.get_figheight() - tall, 0.62, 0.2)
    ax.set(xlim=(0, 1.2 * max(fast.values())))
    _rungs(ax, fast)
    ax.axvline(roof, color=LIGHT["kernel"], lw=1.4, ls=(0, (3, 2)))
    at: Any = {"transform": ax.get_xaxis_transform(), "fontsize": 11.5, "va": "bottom"}
    ax.text(roof + 0.03, 0.985, "sgemm", color=LIGHT["kernel"], **at)
    _heading(ax, "the fast ones", 1.6)
    ax.set_xlabel("speed, as a multiple of PyTorch's", fontsize=11.6)
    ax.tick_params(labelsize=11.5)
    fig.alt = (
        f"Bars: how fast {len(speeds)} ways compute one layer, 64 channels "
        "of 56 by 56 pixels with 64 kernels of 3 by 3, as a multiple of PyTorch's speed, on one "
        f"thread. {_told(speeds)}. A dashed line marks a plain matrix product with as many "
        f"multiplications: {_times(roof)}."
    )
    return fig


def _rungs(ax: Axes, speeds: Mapping[str, float]) -> None:
    """Draw a bar for each speed from the left end of the axis, and write the speed on it."""
    ours = {RUNGS[name] for name in RUNGS if "convbook" in name}
    left = ax.get_xlim()[0]
    for row, (name, speed) in enumerate(speeds.items()):
        role = "output" if name in ours else "quiet"
        ax.barh(row, speed - left, 0.62, left, color=(LIGHT[role], 0.55), edgecolor=LIGHT[role])
        at = left if left == 0 else speed
        ax.annotate(_times(speed), (at, row), (5, 0), textcoords="offset points",
                    va="center", fontsize=11.5)  # fmt: skip


def _heading(ax: Axes, text: str, margin: float) -> None:
    """Write above axes what they show, from the left end of the figure."""
    width = ax.get_position().width * ax.get_figure().get_figwidth()  # type: ignore[union-attr]
    ax.set_title(text, loc="left", fontsize=12, x=-margin / width, fontweight="bold")


@drawing
def layers(record: Record) -> Figure:
    """Draw convbook's speed on each layer, beside torch and the faster of torch and onnxruntime."""
    measured = record["forward"]["1"]
    lines: list[tuple[str, float, float]] = []
    for group, title in GROUPS.items():
        lines.append((title, 0, 0))
        for name in record["groups"][group]:
            ours, ort = (measured[name][who]["torch"] for who in ("convbook", "onnxruntime"))
            lines.append((name, ours, ours / max(1, ort)))
    fig = Figure(5.4, 0.27 * len(lines) + 1.1)
    height = fig.get_figheight()
    ax = fig.add_axes((1.95 / 5.4, 0.55 / height, 2.1 / 5.4, 0.27 * len(lines) / height))
    ax.set(xscale="log", ylim=(len(lines) - 0.5, -0.5), yticks=[])
    ax.spines["left"].set_visible(False)
    ax.axvline(1, color=LIGHT["ink"], lw=1.2)
    for row, (name, torch, faster) in enumerate(lines):
        text: Any = {"transform": ax.get_yaxis_transform(), "va": "center", "fontsize": 11.6}
        if not torch:
            ax.text(-0.92, row, name, fontweight="bold", **text)
            continue
        ax.text(-0.92, row, _pretty(name), **text)
        ax.plot([torch, faster], [row, row], color=LIGHT["output"], lw=1.2)
        ax.plot(torch, row, "o", color=LIGHT["output"], ms=7)
        ax.plot(faster, row, "D", mfc=LIGHT["paper"], color=LIGHT["kernel"], ms=6)
        ax.text(1.27, row, _short(torch), ha="right", color=LIGHT["output"], **text)
        ax.text(1.6, row, _short(faster), ha="right", color=LIGHT["kernel"], **text)
    ax.margins(x=0.08)
    _powers(ax, "times as fast")
    above: Any = {**text, "va": "bottom", "ha": "right"}
    ax.text(1.27, -0.6, "● of\nPyTorch", color=LIGHT["output"], **above)
    ax.text(1.6, -0.6, "◇ of the\nfaster", color=LIGHT["kernel"], **above)
    fig.alt = _layers_alt(lines)
    return fig


def _layers_alt(lines: Sequence[tuple[str, float, float]]) -> str:
    """Tell the geometric mean of each group, and the extremes."""
    told: list[str] = []
    title, group = "", []
    for name, torch, faster in [*lines, ("", 0, 0)]:
        if torch:
            group.append((torch, faster))
            continue
        if group:
            means = (geometric_mean(side) for side in zip(*group, strict=True))
            told.append(f"{title}: {' and '.join(map(_times, means))}")
        title, group = name, []
    return (
        f"Two dots for each of {sum(bool(line[1]) for line in lines)} layers, on a logarithmic "
        "scale: how many times as fast as PyTorch convbook is, and as the faster of PyTorch and "
        f"ONNX Runtime, on one thread with prepared weights. Geometric means: {'; '.join(told)}."
    )


@drawing
def best_algorithm(record: Record) -> Figure:
    """Map which algorithm is fastest for each size of kernel and number of channels."""
    cells: dict[tuple[int, int], tuple[str, float]] = {}
    for name in record["groups"]["map"]:
        rows = record["forward"]["1"][name]
        own = {which: rows[f"convbook {which}"] for which in ROLES if f"convbook {which}" in rows}
        winner = max(own, key=lambda which: own[which]["torch"])
        cells[_numbers(name)[4], _numbers(name)[1]] = winner, own[winner]["torch"]
    kernels, channels = (sorted({key[axis] for key in cells}) for axis in (0, 1))
    fig = Figure(5.4, 0.56 * len(kernels) + 0.75)
    ax = draw.inches(fig, 5.4, fig.get_figheight())
    left, width = 0.58, 4.8 / len(channels)
    for (k, c), (winner, speed) in cells.items():
        x, y = left + width * channels.index(c), 0.08 + 0.56 * kernels.index(k)
        draw.box(ax, (x, y), width, 0.56, ROLES[winner], 0.2)
        draw.label(ax, x + width / 2, y + 0.17, winner, ROLES[winner], fontsize=11.6)
        draw.label(ax, x + width / 2, y + 0.39, _times(speed), fontsize=11.6)
    for row, k in enumerate(kernels):
        draw.label(ax, left - 0.06, 0.36 + 0.56 * row, f"{k}×{k}", ha="right", fontsize=11.6)
    bottom = 0.25 + 0.56 * len(kernels)
    for column, c in enumerate(channels):
        draw.label(ax, left + width * (column + 0.5), bottom, str(c), fontsize=11.6)
    draw.label(ax, left + 2.4, bottom + 0.25, "channels, in and out", fontsize=11.6)
    told = (
        f"{k} by {k}: "
        + ", ".join(f"{c} {cells[k, c][0]} {_times(cells[k, c][1])}" for c in channels)
        for k in kernels
    )
    fig.alt = (
        "A table with a row for each kernel size and a column for each number of channels, on an "
        "image of 56 by 56: the fastest of convbook's algorithms, and its speed as a multiple of "
        f"PyTorch's. {'; '.join(told)}."
    )
    return fig


@drawing
def growth(record: Record) -> Figure:
    """Draw the speed over the side of the image, the number of channels and the kernel's size."""
    panels = {"side": 2, "channels": 1, "kernel": 4}
    titles = {"side": "side of the image", "channels": "channels, in and out",
              "kernel": "side of the kernel"}  # fmt: skip
    measured = record["forward"]["1"]
    fig = Figure(5.0, 7.8)
    told: list[str] = []
    shown: list[float] = []
    ends: list[tuple[int, dict[str, float]]] = []
    for row, (axis, place) in enumerate(panels.items()):
        names = record["groups"][f"growth of the {axis}"]
        x = [_numbers(name)[place] for name in names]
        ax = fig.add_axes((0.13, 0.725 - 0.325 * row, 0.6, 0.235))
        ends.append((x[-1], {}))
        for who, (role, marker) in LINES.items():
            y = [measured[name][who]["roof"] for name in names]
            shown += y
            ax.plot(x, y, color=LIGHT[role], marker=marker, ms=6)
            ends[-1][1][who] = y[-1]
            told.append(f"{titles[axis]} {draw.listed(x)}, {who}: {', '.join(map(_short, y))}")
        ax.axhline(1, color=LIGHT["ink"], lw=1, ls=(0, (2, 2)))
        ax.set(xscale="linear" if axis == "kernel" else "log", yscale="log")
        ax.set_xticks(x, [str(value) for value in x])
        ax.minorticks_off()
    for ax, title, end in zip(fig.axes, titles.values(), ends, strict=True):
        ax.set_ylim(min(shown) / 1.2, max(shown) * 1.2)
        _powers(ax, title, vertical=True)
        _names(ax, *end)
    fig.text(0.02, 0.99, "speed, as a multiple of sgemm's", fontsize=12, va="top")
    fig.alt = (
        "Three panels of lines on logarithmic axes: effective speed of PyTorch, ONNX Runtime and "
        "convbook on one thread, in floating-point operations of the definition, as a multiple of "
        f"that of a plain matrix product. {'; '.join(told)}."
    )
    return fig


def _names(ax: Axes, x: float, ends: Mapping[str, float]) -> None:
    """Write the names behind the ends of the lines, none nearer to another than its height."""
    for who, height in zip(ends, _apart(list(ends.values()), ax.get_ylim()), strict=True):
        ax.annotate(
            {"torch": "PyTorch", "onnxruntime": "ONNX Runtime"}.get(who, who),
            (x, height), (9, 0), textcoords="offset points", va="center", fontsize=11.5,
            color=LIGHT[LINES[who][0]],
        )  # fmt: skip


def _apart(heights: Sequence[float], limits: tuple[float, float], height: float = 0.12) -> Array:
    """Move labels up a logarithmic axis until none is nearer to the next than a label's height."""
    gap, last = height * np.log(limits[1] / limits[0]), -np.inf
    placed = np.log(heights)
    for which in np.argsort(placed):
        placed[which] = last = max(placed[which], last + gap)
    return np.exp(placed)


@drawing
def memory(record: Record) -> Figure:
    """Draw what a call holds beyond its output and its prepared weights, case by case."""
    cases: dict[str, Rows] = record["memory"]
    titles = sorted(cases, key=lambda name: np.prod(_numbers(name)[:3]) * _numbers(name)[2])
    count = sum(len(cases[title]) for title in titles)
    fig = Figure(5.2, 0.3 * count + 0.6 * len(titles) + 0.5)
    height = fig.get_figheight()
    top, told = 0.0, []
    for title in titles:
        found = {MEMORY[who]: cases[title][who] for who in MEMORY if who in cases[title]}
        extras = {who: max(row["extra"], 0.1) for who, row in found.items()}
        extras = dict(sorted(extras.items(), key=lambda item: -item[1]))
        top += 0.4 + 0.3 * len(extras)
        size = 3.3 / 5.2, 0.3 * len(extras) / height
        ax = fig.add_axes((1.8 / 5.2, 1 - top / height, *size))
        top += 0.2
        ax.set(xscale="log", ylim=(len(extras) - 0.5, -0.5), xlim=(0.1, 9000))
        ax.set_yticks(range(len(extras)), list(extras), fontsize=11.5)
        ax.tick_params(axis="y", length=0)
        for row, (who, extra) in enumerate(extras.items()):
            role = "output" if "convbook" in who else "quiet"
            ax.barh(row, extra, 0.62, color=(LIGHT[role], 0.55), edgecolor=LIGHT[role])
            ax.annotate(_short(extra), (extra, row), (5, 0), textcoords="offset points",
                        va="center", fontsize=11.5)  # fmt: skip
        output = next(iter(found.values()))["output"]
        ax.axvline(output, color=LIGHT["ink"], lw=1.2, ls=(0, (3, 2)))
        ax.set_title(f"{_pretty(title)}: the output (dashed) {_short(output)} MB", loc="left",
                     fontsize=12, x=-1.76 / 3.3, fontweight="bold")  # fmt: skip
        _powers(ax, "")
        if title != titles[-1]:
            ax.set_xticklabels([])
        told.append(f"{_pretty(title)}, output {_short(output)}: {_told(extras, _short)}")
    _powers(ax, "megabytes beyond the output")
    fig.alt = (
        "Bars on a logarithmic scale, a panel for each layer: the most megabytes that a call "
        f"holds beyond its output and prepared weights. {'; '.join(told)}."
    )
    return fig


@drawing
def factored(algorithm: Bilinear, weight: Array) -> Figure:
    """Draw the matrix of a row's convolution, and its factors: sums, a diagonal, sums."""
    A, G, B = algorithm
    diagonal = np.diag(G @ weight)
    matrix = A.T @ diagonal @ B
    (m, n), products = matrix.shape, len(G)
    wide, tall = 2 * products + n + 1.6, m + max(products, n) + 2.3
    fig = Figure(5.6, 5.6 * tall / wide)
    ax = draw.canvas(fig, wide, tall)
    _sparse(ax, matrix, "kernel", (2, 1))
    draw.label(ax, 2 + n / 2, 0.5, "the matrix of the convolution", fontsize=12)
    draw.label(ax, 2.6 + n, 1 + m / 2, "=", fontsize=18)
    top, left = m + 2.2, 0.05
    middle = top + products / 2
    for values, role, name in (
        (A.T, "output", "sums of products"),
        (diagonal, "kernel", "sums of weights"),
        (B, "input", "sums of pixels"),
    ):
        rows, columns = values.shape
        _sparse(ax, values, role, (left, middle - rows / 2))
        draw.label(ax, left + columns / 2, top - 0.45, name, role, fontsize=12)
        left += columns + 0.75
        if role != "input":
            draw.label(ax, left - 0.375, middle, "·", fontsize=20)
    fig.alt = (
        f"The matrix {_written(matrix)} equals {_written(A.T)} times the diagonal matrix of "
        f"{draw.listed(G @ weight)} times {_written(B)}."
    )
    return fig


def _sparse(ax: Axes, matrix: Array, role: str, at: tuple[float, float]) -> None:
    """Draw a matrix whose zeros stand back."""
    for (row, column), value in np.ndenumerate(matrix):
        x, y = at[0] + column, at[1] + row
        draw.box(ax, (x, y), 1, 1, role, 0.18 if value else 0, edge=role if value else "line")
        text = f"{value:g}".replace("-", "\N{MINUS SIGN}")
        draw.label(ax, x + 0.5, y + 0.5, text, "ink" if value else "quiet", fontsize=12)


def _written(matrix: Array) -> str:
    """Write a matrix for a description, row by row."""
    return f"({'; '.join(map(draw.listed, matrix + 0.0))})"


@drawing
def pipeline(algorithm: Bilinear) -> Figure:
    """Draw a layer in tiles: evaluate images and kernels, multiply matrices, interpolate."""
    m, n = algorithm.outputs, algorithm.pixels
    k, count = n - m + 1, algorithm.products**2
    fig = Figure(5.6, 3.45)
    ax = draw.inches(fig, 5.6, 3.45)
    columns = (
        ("image", "input", (n, m + n), (n, m), "evaluate", "tiles × channels"),
        ("kernels", "kernel", (k, k), (k, k), "evaluate", "channels × kernels"),
        ("output", "output", (m, 2 * m), (m, m), "interpolate", "tiles × kernels"),
    )
    for x, (name, role, (tall, wide), (side, step), verb, shape) in zip(
        (0.98, 2.8, 4.62), columns, strict=True
    ):
        draw.label(ax, x, 0.16, name, role, fontsize=12)
        left, top = x - 0.075 * wide, 0.85 - 0.075 * tall
        for row, column in np.ndindex(tall, wide):
            place = left + 0.15 * column, top + 0.15 * row
            draw.box(ax, place, 0.15, 0.15, role, 0.13, edge="line", linewidth=0.6)
        for corner in range(0, wide - side + 1, step):
            draw.frame(ax, (left + 0.15 * corner, top), 0.15 * side, 0.15 * side, role)
        down = (x, 1.4), (x, 1.98)
        draw.arrow(ax, *(down if verb == "evaluate" else down[::-1]))
        draw.label(ax, x - 0.08, 1.69, verb, ha="right", fontsize=12)
        for sheet in range(3, -1, -1):
            place = x - 0.5 + 0.07 * sheet, 2.3 - 0.07 * sheet
            draw.box(ax, place, 0.9, 0.6, "paper", 1, edge=role)
            draw.box(ax, place, 0.9, 0.6, role, 0.16)
        draw.label(ax, x - 0.05, 2.6, str(count), fontsize=14)
        draw.label(ax, x, 3.17, shape, role, fontsize=12)
    for x, sign in ((1.89, "·"), (3.71, "=")):
        draw.label(ax, x, 2.55, sign, fontsize=18)
    fig.alt = (
        f"Tiles of {n} by {n} pixels that overlap by {k - 1}, and kernels of {k} by {k}, are each "
        f"evaluated at {count} points. For each point, a matrix of tiles by channels times one of "
        "channels by kernels gives one of tiles by kernels. Interpolation makes output tiles of "
        f"{m} by {m} of them."
    )
    return fig


@drawing
def ghost(photo: Array, edges: Array, errors: Mapping[str, Array]) -> Figure:
    """Show a photograph, what a kernel finds in it, and the errors of two ways to compute that."""
    fig = Figure(5.6, 6.2)
    high = float(np.quantile(np.maximum(*errors.values()), 0.995))
    pictures = {"photograph": photo, "edges": abs(edges), **errors}
    for place, (name, picture) in enumerate(pictures.items()):
        row, column = divmod(place, 2)
        ax = fig.add_axes((0.01 + 0.5 * column, 0.505 - 0.5 * row, 0.48, 0.48 * 5.6 / 6.2))
        draw.draw_image(ax, picture, low=0, high=high if name in errors else None)
        ax.set_title(name, fontsize=12)
    means = {name: float(error.mean()) for name, error in errors.items()}
    fig.alt = (
        "A photograph; its edges; and two pictures of errors, on one grey scale: "
        f"{_told(means, '{:.1e} on average'.format)}. The second shows the bright parts of the "
        "photograph again, woven from small tiles, also where there are no edges."
    )
    return fig


@drawing
def points(sets: Mapping[str, Sequence[complex]]) -> Figure:
    """Draw sets of points in the complex plane, beside the circle of absolute value 1."""
    fig = Figure(6.0, 1.9)
    width = 1 / len(sets)
    told = []
    for place, (name, values) in enumerate(sets.items()):
        ax = fig.add_axes((width * (place + 0.04), 0.0, width * 0.92, 0.84))
        ax.set(xlim=(-2.3, 2.3), ylim=(-1.9, 1.9), aspect="equal")
        ax.axis("off")
        ax.axhline(0, color=LIGHT["line"], lw=1)
        ax.axvline(0, color=LIGHT["line"], lw=1)
        circle = np.exp(2j * np.pi * np.arange(121) / 120)
        ax.plot(circle.real, circle.imag, color=LIGHT["quiet"], lw=1)
        ax.plot(np.real(values), np.imag(values), "o", color=LIGHT["output"], ms=8)
        ax.text(0, 2.0, name, ha="center", va="bottom", fontsize=12.7, clip_on=False)
        told.append(f"{name}: {len(values)} points of absolute value {draw.listed(np.abs(values))}")
    fig.alt = f"The unit circle in {len(sets)} complex planes, with points. {'; '.join(told)}."
    return fig


@drawing
def errors(tiles: Sequence[int], errors: Mapping[str, Array], direct: float) -> Figure:
    """Draw the error of Winograd's algorithm over the size of its tile, for sets of points."""
    fig = Figure(5.0, 3.7)
    ax = fig.add_axes((0.15, 0.16, 0.56, 0.76))
    told = []
    roles = ("output", "kernel", "gradient", "input")
    for (name, values), role, marker in zip(errors.items(), roles, "osD^", strict=False):
        ax.plot(tiles, values, color=LIGHT[role], marker=marker, ms=6)
        told.append(f"{name}: {', '.join(f'{v:.1e}' for v in values)}")
    ax.axhline(direct, color=LIGHT["ink"], lw=1, ls=(0, (2, 2)))
    lowest = min(direct, *(float(min(values)) for values in errors.values()))
    highest = max(float(max(values)) for values in errors.values())
    ax.set(yscale="log", xticks=tiles)
    ax.set_ylim(10.0 ** floor(log10(lowest)), 10.0 ** ceil(log10(1.2 * highest)))
    ends = {name: float(values[-1]) for name, values in errors.items()} | {"direct": direct}
    heights = _apart(list(ends.values()), ax.get_ylim(), 0.07)
    for name, height, role in zip(ends, heights, (*roles[: len(errors)], "ink"), strict=True):
        ax.annotate(name, (tiles[-1], height), (9, 0), textcoords="offset points", va="center",
                    fontsize=11.5, color=LIGHT[role])  # fmt: skip
    _powers(ax, "outputs of a tile, along a side", vertical=True)
    ax.set_title("largest error, of the largest output", fontsize=12, loc="left", x=-0.24)
    fig.alt = (
        "Lines on a logarithmic scale: the largest error of Winograd's algorithm, as a part of the "
        f"largest output, for tiles of {draw.listed(tiles)} outputs along a side. "
        f"{'; '.join(told)}. The direct sum's, a dashed line: {direct:.1e}."
    )
    return fig


def _rows(
    fig: Figure, names: Sequence[str], left: float, above: float, below: float, right: float
) -> Axes:
    """Return axes with a named row for each bar; margins in inches."""
    width, height = fig.get_size_inches()
    place = left / width, below / height, 1 - (left + right) / width, 1 - (above + below) / height
    ax = fig.add_axes(place)
    ax.set(ylim=(len(names) - 0.5, -0.5))
    ax.set_yticks(range(len(names)), names, fontsize=11.5)
    ax.tick_params(axis="y", length=0)
    return ax


def _powers(ax: Axes, what: str, *, vertical: bool = False) -> None:
    """Label the powers of ten that an axis shows, and say what the horizontal one is."""
    axis = ax.yaxis if vertical else ax.xaxis
    low, high = (log10(end) for end in axis.get_view_interval())
    steps: tuple[float, ...] = (1, 2, 5) if high - low < 2 and low > -2 else (1,)
    ticks = [
        step * 10.0**power for power in range(floor(low), ceil(high) + 1) for step in steps
        if low <= log10(step) + power <= high
    ]  # fmt: skip
    axis.set_ticks(ticks, [_power(tick) for tick in ticks])
    axis.set_ticks([], minor=True)
    ax.set_xlabel(what, fontsize=11.6)
    ax.tick_params(labelsize=11.5)
    ax.grid(axis="y" if vertical else "x")
    ax.set_axisbelow(True)


def _power(value: float) -> str:
    """Write a small or a large number as a power of ten with raised digits."""
    if 0.01 <= value < 10_000:
        return f"{value:g}"
    raised = str(round(log10(value))).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"10{raised}"


def _numbers(name: str) -> list[int]:
    """Return batch, channels, side, kernels and kernel size of a layer's name."""
    return [int(number) for number in re.findall(r"\d+", name)]


def _pretty(name: str) -> str:
    """Write a layer's name without what the group's title says already."""
    return ", ".join(name.split(", ")[:2]).replace("x", "×")


def _times(value: float) -> str:
    """Write a ratio: 1.5×, or 1/26 000 where it is small."""
    if value < 0.05:
        return f"1/{float(f'{1 / value:.2g}'):,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    return f"{_short(value)}×"


def _short(value: float) -> str:
    """Write two digits, or all those before the point."""
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}" if value >= 1 else f"{value:.2g}"


def _told(values: Mapping[str, float], write: Any = _times) -> str:
    """Write named numbers one after the other, for a description."""
    return ", ".join(f"{name} {write(value)}" for name, value in values.items())
