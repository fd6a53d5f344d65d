"""Figures of the chapter on algorithms, and of the page on engineering below it.

Half of them show the records of the benchmark (`records`), in which a speed is a multiple of
PyTorch's.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from convbook._typing import Array
from convbook.algorithms import Bilinear
from convbook.figures import _recorded as measured
from convbook.figures._figure import Figure, drawing
from convbook.figures._marks import Mark, listed
from convbook.figures._panel import Panel
from convbook.figures._plot import Plot
from convbook.figures._recorded import LADDER, Record, group_mean, records, short, speed, speeds

__all__ = ["LADDER", "best_algorithm", "errors", "factored", "ghost", "group_mean", "growth",
           "ladder", "layers", "memory", "pipeline", "points", "records", "speed", "speeds",
           "whole"]  # fmt: skip

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
LINES = {"torch": ("PyTorch", "quiet", "s"), "onnxruntime": ("ONNX Runtime", "gamma", "^"),
         "convbook": ("convbook", "alpha", "o")}  # fmt: skip
SERIES = {"side": ("side of the image", 2), "channels": ("channels", 1), "kernel": ("kernel", 4)}
LETTERS = {"im2col": "I", "shift": "S", "winograd": "W", "fft": "F", "dft": "D"}
RIVALS = {"torch": "PyTorch", "fastest": "the fastest"}
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
WIN, LOSS = "alpha", "delta"


# -- The records ---------------------------------------------------------------------------------


@drawing
def ladder(records: Mapping[str, Record]) -> Figure:
    """Draw the speed of each way to compute one layer, on each machine.

    Parameters
    ----------
    records : mapping of str to Record
        The machines' records; the first orders the ways.
    """
    rows = {machine: record["forward"]["1"][LADDER] for machine, record in records.items()}
    first = next(iter(rows.values()))
    ways = sorted((way for way in RUNGS if way in first), key=lambda way: first[way]["torch"])
    fig = Figure()
    plot = fig.plot(0.98, 560)
    _name_rows(plot, [RUNGS[way] for way in ways])
    plot.ax.set(xscale="log", xlim=(1e-5, 4), xlabel="speed, as a multiple of PyTorch's")
    plot.ax.minorticks_off()
    plot.level(1, name="PyTorch", across=False)
    for column, (machine, found) in enumerate(rows.items()):
        ratios = [speed(found, way) for way in ways]
        _rungs(plot, ways, ratios, column)
        label = plot.note(f"{'○' if column else '●'} {machine.split()[-1]}", (1.2 + 0.22 * column, -1),
                          name=machine, values=np.array(ratios), ha="right", size="small",
                          xycoords=plot.ax.get_yaxis_transform())  # fmt: skip
        label.derive(told=[f"{RUNGS[way]} {short(r)}" for way, r in zip(ways, ratios, strict=True)])
        fig.say("Speeds on {0:name}, as a multiple of PyTorch's: {0:told}.", label)
    return fig


def _rungs(plot: Plot, ways: Sequence[str], ratios: Sequence[float], column: int) -> None:
    """Draw a dot for each way, those of convbook in their own colour, and write its speed."""
    across = plot.ax.get_yaxis_transform()
    for row, (way, ratio) in enumerate(zip(ways, ratios, strict=True)):
        role = WIN if "convbook" in way else "gamma" if way == "sgemm" else "quiet"
        plot.dots([ratio], [row], role=role, size=8, hollow=bool(column))
        plot.note(short(ratio), (1.2 + 0.22 * column, row), role=role, ha="right", size="small",
                  xycoords=across)  # fmt: skip


def _name_rows(plot: Plot, names: Sequence[str]) -> None:
    """Give a plot a named row for each thing, from the top."""
    plot.ax.set(ylim=(len(names) - 0.4, -0.6))
    plot.ax.set_yticks(range(len(names)), names)
    plot.ax.tick_params(axis="y", length=0)
    plot.ax.grid(axis="x")


@drawing
def whole(records: Mapping[str, Record]) -> Figure:
    """Draw a table of the whole record: a row for each group of layers, a column for each mode.

    Parameters
    ----------
    records : mapping of str to Record
        The machines' records, side by side.
    """
    fig = Figure()
    for rival, title in RIVALS.items():
        panels = fig.row(*[(15.2, 18.2)] * len(records))
        for panel, (machine, record) in zip(panels, records.items(), strict=True):
            panel.note(f"{machine}, against {title}", (0, 0.6), ha="left", bold=True)
            _headings(panel, record)
            for column, mode in enumerate(measured.MODES):
                found = speeds(record, mode, rival)
                at = 5.6 + 1.6 * column, 3.0
                mark = _column(panel, record, found, f"{machine}, against {title}, {mode}", at)
                if found:
                    fig.say("{0:name}: slower on {0:slower} of {0:all} layers, mean over the "
                            "ResNet's {0:first}.", mark)  # fmt: skip
    return fig


def _headings(panel: Panel, record: Record) -> None:
    """Write what the columns and the rows of a table are."""
    for column, heading in enumerate(("1 thread", "2 threads", "gradients")):
        panel.note(heading, (7.2 + 3.2 * column, 1.75), size="small")
    for column, heading in enumerate(("prep.", "not", "prep.", "not", "1", "2")):
        panel.note(heading, (6.4 + 1.6 * column, 2.55), role="quiet", size="small")
    for row, (group, title) in enumerate(measured.GROUPS.items()):
        panel.note(title, (0, 3.55 + 1.1 * row), ha="left", size="small")
        count = str(len(record["groups"][group]))
        panel.note(count, (5.3, 3.55 + 1.1 * row), role="quiet", ha="right", size="small")
    panel.note("slower, of all", (0, 17.9), ha="left", size="small", va="bottom")


def _column(
    panel: Panel, record: Record, found: Mapping[str, float], name: str, at: tuple[float, float]
) -> Mark:
    """Draw the mean of each group, and below them how many layers are slower."""
    means = np.array([[group_mean(found, record["groups"][group])] for group in measured.GROUPS])
    mark = _judged(panel, means, name, at, (1.6, 1.1))
    slower = sum(ratio < 1 for ratio in found.values())
    if found:
        panel.note(f"{slower}\nof {len(found)}", (at[0] + 0.8, 18.1), size="small", va="bottom")
    return mark.derive(slower=slower, all=len(found))


def _judged(
    panel: Panel, ratios: Array, name: str, at: tuple[float, float], size: tuple[float, float],
    words: Array | None = None,
) -> Mark:  # fmt: skip
    """Draw a table of ratios, tinted by who wins and by how much; those not measured stay empty."""
    for (row, column), ratio in np.ndenumerate(ratios):
        if np.isfinite(ratio):
            strength = min(0.6, 0.1 + 0.22 * abs(np.log2(ratio)))
            corner = at[0] + size[0] * column, at[1] + size[1] * row
            panel.box(corner, size, role=_verdict(ratio), strength=strength, width=0)
    if words is None:
        words = np.array([[short(r) if np.isfinite(r) else "" for r in row] for row in ratios])
    return panel.cells(words, role="line", name=name, at=at, size=size, strength=0, text="small")


def _verdict(ratio: float) -> str:
    """Return the role of a ratio: a win or a loss."""
    return WIN if ratio >= 1 else LOSS


@drawing
def layers(record: Record) -> Figure:
    """Draw convbook's speed on every layer of a record, beside PyTorch's, in their order.

    Parameters
    ----------
    record : Record
        A run of the benchmark.
    """
    one, both = (speeds(record, f"{threads}, prepared") for threads in ("one thread", "two threads"))
    names = sorted(one, key=lambda name: one[name])
    fig = Figure()
    half = -(-len(names) // 2)
    for plot, some in zip(fig.plots(2, 2.5), (names[:half], names[half:]), strict=True):
        _name_rows(plot, [measured.pretty(name) for name in some])
        plot.ax.set(xscale="log", xlim=(1 / 8, 8), xlabel="times as fast as PyTorch")
        plot.ax.set_xticks([1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8], ["⅛", "¼", "½", "1", "2", "4", "8"])
        plot.ax.minorticks_off()
        plot.box((1 / 8, -0.6), (7 / 8, len(some) + 0.2), role=LOSS, strength=0.08, width=0)
        for row, name in enumerate(some):
            _clipped(plot, row, both.get(name), hollow=True)
            _clipped(plot, row, one[name], hollow=False)
    for label, found, shape in (("one thread", one, "●"), ("two threads", both, "◇")):
        mark = fig.rows[0][1].note(f"{shape} {label}", (0.04, 0.02 if found is one else 0.05),
                                   name=label, values=np.array([*found.values()]), ha="left",
                                   xycoords="axes fraction", size="small")  # fmt: skip
        mark.derive(slower=lambda ratios: int((ratios < 1).sum()))
        fig.say("With {0:name}, convbook is slower than PyTorch on {0:slower} of {0:count} layers; "
                "its speeds are from {0:min .2f} to {0:max .2f}.", mark)  # fmt: skip
    return fig


def _clipped(plot: Plot, row: int, ratio: float | None, *, hollow: bool) -> None:
    """Draw a dot; beyond the axis an arrow, and the number of the one that is filled."""
    if ratio is None:
        return
    beyond = ratio > 8
    shape = ">" if beyond else "D" if hollow else "o"
    plot.dots([min(ratio, 8)], [row], role=_verdict(ratio), size=6, hollow=hollow, shape=shape)
    if beyond and not hollow:
        plot.note(short(ratio), (6.8, row), role=WIN, ha="right", size="small")


@drawing
def best_algorithm(records: Mapping[str, Record]) -> Figure:
    """Map which algorithm is fastest for each size of kernel and number of channels.

    Parameters
    ----------
    records : mapping of str to Record
        The machines' records, side by side.
    """
    fig = Figure()
    panels = fig.row(*[(15.2, 15)] * len(records))
    for panel, (machine, record) in zip(panels, records.items(), strict=True):
        layers = {tuple(measured.numbers(name)[i] for i in (4, 1)): _fastest(record, name)
                  for name in record["groups"]["map"]}  # fmt: skip
        kernels, channels = (sorted({key[axis] for key in layers}) for axis in (0, 1))
        panel.note(machine, (1.9, 0.5), ha="left", bold=True)
        ratios = np.array([[layers[k, c][1] for c in channels] for k in kernels])
        words = np.array([[f"{LETTERS[layers[k, c][0]]} {short(layers[k, c][1])}"
                           for c in channels] for k in kernels])  # fmt: skip
        mark = _judged(panel, ratios, machine, (1.9, 1.2), (2.2, 1.6), words)
        for row, k in enumerate(kernels):
            panel.note(f"{k}×{k}", (1.8, 2 + 1.6 * row), ha="right", size="small")
        for column, c in enumerate(channels):
            panel.note(str(c), (3 + 2.2 * column, 12.9), size="small")
        panel.note("channels, in and out", (8.5, 14), size="small")
        mark.derive(wins=int((ratios >= 1).sum()), all=ratios.size)
        fig.say("{0:name}: the fastest algorithm beats PyTorch in {0:wins} of {0:all} cells, from "
                "{0:first} for the smallest kernel on one channel to {0:last} for the largest on "
                "most channels.", mark)  # fmt: skip
    return fig


def _fastest(record: Record, layer: str) -> tuple[str, float]:
    """Return convbook's fastest algorithm on a layer, and its speed."""
    rows = record["forward"]["1"][layer]
    own = {which: rows[f"convbook {which}"]["torch"]
           for which in LETTERS if f"convbook {which}" in rows}  # fmt: skip
    return max(own.items(), key=lambda item: item[1])


@drawing
def growth(records: Mapping[str, Record]) -> Figure:
    """Draw the speed over the side of the image, the number of channels and the kernel's side.

    Parameters
    ----------
    records : mapping of str to Record
        The machines' records, a row of panels each.
    """
    fig = Figure()
    for machine, record in records.items():
        plots = fig.plots(3, 0.95)
        plots[0].ax.set_ylabel(machine)
        for plot, (axis, (title, place)) in zip(plots, SERIES.items(), strict=True):
            names = record["groups"][f"growth of the {axis}"]
            x = [measured.numbers(name)[place] for name in names]
            rows = [record["forward"]["1"][name] for name in names]
            _scale(plot, title, x)
            for who, (label, role, marker) in LINES.items():
                ratios = [row[who]["roof"] for row in rows]
                mark = plot.line(x, ratios, role=role, name=f"{machine}, {title}, {label}",
                                 marker=marker, ms=4)  # fmt: skip
                fig.say("{0:name}: {0:first .2f} at first, {0:last .2f} at last.", mark)
    for row, (label, role, _) in enumerate(LINES.values()):
        fig.rows[0][0].note(label, (0.04, 0.93 - 0.11 * row), role=role, bold=True, ha="left",
                            xycoords="axes fraction", size="small")  # fmt: skip
    return fig


def _scale(plot: Plot, title: str, x: Sequence[int]) -> None:
    """Set up a panel of speeds: what lies below sgemm's is shaded."""
    plot.ax.set(xscale="linear" if title == "kernel" else "log", ylim=(0, 5), xlabel=title)
    plot.ax.set(xlim=(x[0] - 1, x[-1] + 1) if title == "kernel" else (x[0] / 1.4, x[-1] * 1.4))
    shown = [*x[::2], x[-1]] if len(x) > 4 else x
    plot.ax.set_xticks(shown, [str(value) for value in shown])
    plot.ax.minorticks_off()
    low, high = plot.ax.get_xlim()
    plot.box((low, 0), (high - low, 1), role="quiet", strength=0.14, width=0)


@drawing
def memory(record: Record) -> Figure:
    """Draw what a call holds beyond its output and its prepared weights, as a part of the output.

    Parameters
    ----------
    record : Record
        A run of the benchmark.
    """
    cases = record["memory"]
    ways = [way for way in HOLDERS if any(way in rows for rows in cases.values())]
    fig = Figure()
    plot = fig.plot(0.9, 560)
    _name_rows(plot, [HOLDERS[way] for way in ways])
    plot.ax.set(xscale="log", xlim=(1e-3, 100), xlabel="held beyond the output, in outputs")
    plot.ax.minorticks_off()
    plot.level(1, name="the output", across=False)
    for place, ((case, rows), shape) in enumerate(zip(cases.items(), "os^", strict=True)):
        parts = {way: max(1e-3, row["extra"] / row["output"]) for way, row in rows.items()}
        for way in (way for way in ways if way in parts):
            role = WIN if "convbook" in way else "quiet"
            plot.dots([parts[way]], [ways.index(way)], role=role, size=8, hollow=True, shape=shape)
        label = plot.note(f"{'○□△'[place]} {measured.pretty(case)}", (1.02, -1 - place), ha="right",
                          xycoords=plot.ax.get_yaxis_transform(), size="small",
                          name=measured.pretty(case), values=np.array([*parts.values()]))  # fmt: skip
        label.derive(told=[f"{HOLDERS[way]} {short(parts[way])}" for way in ways if way in parts])
        fig.say("{0:name}, held beyond the output as a part of it: {0:told}.", label)
    return fig


# -- The ideas -----------------------------------------------------------------------------------


@drawing
def factored(algorithm: Bilinear, weight: Array) -> Figure:
    """Draw the matrix of a row's convolution, and its factors: sums, a diagonal, sums.

    Parameters
    ----------
    algorithm : Bilinear
        The three matrices.
    weight : ndarray of shape (k,)
        The kernel.
    """
    A, G, B = algorithm
    diagonal = np.diag(G @ weight)
    matrix = A.T @ diagonal @ B
    (m, n), products = matrix.shape, len(G)
    fig = Figure()
    panel = fig.panel(2 * products + n + 1.6, m + max(products, n) + 2.3)
    whole = _sparse(panel, matrix, "kernel", "the matrix of the convolution", (2, 1))
    panel.note("=", (2.6 + n, 1 + m / 2), size="large")
    middle, left = m + 2.2 + products / 2, 0.05
    told = []
    for values, role, name in (
        (A.T, "output", "sums of products"),
        (diagonal, "kernel", "sums of weights"),
        (B, "input", "sums of pixels"),
    ):
        if told:
            panel.note("·", (left - 0.375, middle), size="large")
        at = left, middle - len(values) / 2
        told.append(_sparse(panel, values, role, name, at, m + 1.75))
        left += values.shape[1] + 0.75
    fig.say("The matrix ({0:rows}) equals ({1:rows}) times the diagonal matrix of {2:diagonal} times "
            "({3:rows}).", whole, *told)  # fmt: skip
    return fig


def _sparse(
    panel: Panel, matrix: Array, role: str, name: str, at: tuple[float, float],
    above: float = 0.5,
) -> Mark:  # fmt: skip
    """Draw a matrix whose zeros stand back, with its name above."""
    for (row, column), value in np.ndenumerate(matrix + 0.0):
        corner = at[0] + column, at[1] + row
        panel.box(corner, role=role if value else "line", strength=0.18 if value else 0)
        panel.note(listed(np.array(value)), (corner[0] + 0.5, corner[1] + 0.5),
                   role="ink" if value else "quiet")  # fmt: skip
    middle = at[0] + matrix.shape[1] / 2
    mark = panel.note(name, (middle, above), role=role, name=name, values=matrix)
    return mark.derive(rows="; ".join(map(listed, matrix + 0.0)), diagonal=np.diag(matrix) + 0.0)


@drawing
def pipeline(algorithm: Bilinear) -> Figure:
    """Draw a layer in tiles: evaluate images and kernels, multiply matrices, interpolate.

    Parameters
    ----------
    algorithm : Bilinear
        The three matrices.
    """
    m, n = algorithm.outputs, algorithm.pixels
    k = n - m + 1
    columns = (
        ("image", "input", (n, m + n), (n, m), "tiles × channels"),
        ("kernels", "kernel", (k, k), (k, k), "channels × kernels"),
        ("output", "output", (m, 2 * m), (m, m), "tiles × kernels"),
    )
    fig = Figure()
    panel = fig.panel(14.8, 9.3)
    for x, (name, role, size, (side, step), shape) in zip((2.5, 7.4, 12.3), columns, strict=True):
        mark = panel.note(name, (x, 0.5), role=role, name=name, values=np.array([side, side]))
        mark.derive(overlap=k - 1, count=algorithm.products**2)
        _grid(panel, (x, 2.5), size, role, range(0, size[1] - side + 1, step), side)
        ends = [(x, 4.05), (x, 5.25)]
        panel.arrow(*(ends[::-1] if role == "output" else ends))
        verb = "interpolate" if role == "output" else "evaluate"
        panel.note(verb, (x - 0.2, 4.65), ha="right", size="small")
        _sheets(panel, (x, 7), role, str(algorithm.products**2))
        panel.note(shape, (x, 8.7), role=role, size="small")
    for x, sign in ((4.95, "·"), (9.85, "=")):
        panel.note(sign, (x, 6.9), size="large")
    fig.say("Tiles of {image} pixels that overlap by {image:overlap}, and kernels of {kernels} "
            "weights, are each evaluated at {image:count} points. For each point, a matrix of tiles "
            "by channels times one of channels by kernels gives one of tiles by kernels. "
            "Interpolation makes output tiles of {output} of them.")  # fmt: skip
    return fig


def _grid(
    panel: Panel, middle: tuple[float, float], size: tuple[int, int], role: str,
    corners: Sequence[int], side: int,
) -> None:  # fmt: skip
    """Draw a grid of small boxes about a point, and frame its tiles."""
    cell = 0.37
    left, top = middle[0] - cell * size[1] / 2, middle[1] - cell * size[0] / 2
    for row, column in np.ndindex(size):
        corner = left + cell * column, top + cell * row
        panel.box(corner, (cell, cell), role=role, strength=0.13, width=0.6)
    for corner in corners:
        panel.frame((left + cell * corner, top), (cell * side, cell * side), role=role)


def _sheets(panel: Panel, middle: tuple[float, float], role: str, count: str) -> None:
    """Draw a stack of matrices about a point, and their number."""
    for sheet in range(3, -1, -1):
        corner = middle[0] - 1.3 + 0.18 * sheet, middle[1] - 0.9 - 0.18 * sheet
        panel.box(corner, (2.3, 1.6), role="paper", strength=1, width=0)
        panel.box(corner, (2.3, 1.6), role=role)
    panel.note(count, (middle[0] - 0.15, middle[1] - 0.1), size="large")


@drawing
def ghost(photo: Array, edges: Array, errors: Mapping[str, Array]) -> Figure:
    """Show a photograph, what a kernel finds in it, and the errors of two ways to compute that.

    Parameters
    ----------
    photo : ndarray of shape (H, W)
        Pixels from 0 to 1.
    edges : ndarray
        What the kernel finds, without rounding.
    errors : mapping of str to ndarray
        Magnitudes of the rounding errors.
    """
    fig = Figure()
    strength = abs(edges) / abs(edges).max()
    fig.pictures({"photograph": photo, "edges": strength}, columns=2, low=0, high=1)
    high = float(np.quantile(np.maximum(*errors.values()), 0.995))
    marks = fig.pictures(errors, columns=2, low=0, high=high)
    fig.say("A photograph; its edges; and pictures of errors, on one grey scale:")
    for mark in marks:
        fig.say("{0:name}, {0:mean .1e} on average;", mark)
    fig.say("the last shows the bright parts of the photograph again, woven from small tiles, also "
            "where there are no edges.")  # fmt: skip
    return fig


@drawing
def points(sets: Mapping[str, Sequence[complex]], powers: int) -> Figure:
    """Draw sets of points in the complex plane, with the spirals that their powers follow.

    Parameters
    ----------
    sets : mapping of str to sequence of complex
        The points.
    powers : int
        The highest power.
    """
    fig = Figure()
    t = np.linspace(0, powers, 60 * powers + 1)
    turn = np.exp(2j * np.pi * np.arange(121) / 120)
    for panel, (name, values) in zip(fig.row(*[(4.7, 5.2)] * len(sets)), sets.items(), strict=True):
        for end in ((2.3, 0), (0, 2.3)):
            panel.line([2.35 - end[0], 2.35 + end[0]], [2.9 - end[1], 2.9 + end[1]], role="line",
                       width=1)  # fmt: skip
        panel.line(2.35 + turn.real, 2.9 - turn.imag, role="quiet", width=1)
        for point in (complex(value) for value in values if value):
            path = np.exp(t * np.log(point))
            path[(abs(path.real) > 2.3) | (abs(path.imag) > 2.3)] = np.nan
            panel.line(2.35 + path.real, 2.9 - path.imag, role="alpha", width=1.2, alpha=0.6)
        panel.dots(2.35 + np.real(values), 2.9 - np.imag(values), role="output", size=8)
        mark = panel.note(name, (2.35, 0.3), name=name, values=np.abs(values))
        fig.say("{0:name}: {0:count} points of absolute value {0:values .3g}.", mark)
    fig.say("Beside them stands the circle of absolute value one; lines follow the powers.")
    return fig


@drawing
def errors(tiles: Sequence[int], errors: Mapping[str, Array], direct: float) -> Figure:
    """Draw the error of Winograd's algorithm over the size of its tile, for sets of points.

    Parameters
    ----------
    tiles : sequence of int
        Outputs along the side of a tile.
    errors : mapping of str to ndarray
        The largest error for each tile, as a part of the largest output, for each set of points.
    direct : float
        The same of the direct sum.
    """
    fig = Figure()
    plot = fig.plot(0.62, 560)
    plot.ax.set(yscale="log", xticks=tiles, xlabel="outputs along the side of a tile",
                ylabel="largest error ÷ largest output")  # fmt: skip
    plot.level(direct, name="direct sum")
    roles = zip(errors.items(), ("alpha", "beta", "gamma", "delta"), "osD^", strict=False)
    for row, ((name, values), role, marker) in enumerate(roles):
        mark = plot.line(tiles, values, role=role, name=name, marker=marker, ms=6)
        plot.note(name, (0.03, 0.94 - 0.09 * row), role=role, ha="left", bold=True,
                  xycoords="axes fraction")  # fmt: skip
        fig.say("Largest errors with {0:name}: {0:values .1e}.", mark)
    plot.note("direct sum", (tiles[-1], direct), role="quiet", ha="right", va="top", size="small")
    fig.say("The dashed line of the direct sum is at {direct sum:item .1e}.")
    return fig
