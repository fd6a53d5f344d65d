"""Figures of the benchmark's records, in which a speed is a multiple of PyTorch's.

They stand in the chapter on algorithms and on the page on engineering below it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from convbook._typing import Array
from convbook.figures import _recorded as measured
from convbook.figures._figure import Figure, drawing
from convbook.figures._marks import Mark
from convbook.figures._panel import Panel, Point
from convbook.figures._plot import Plot
from convbook.figures._recorded import LADDER, Record, group_mean, narrow, records, speed, speeds

__all__ = ["LADDER", "best_algorithm", "group_mean", "growth", "ladder", "layers", "memory",
           "narrow", "records", "speed", "speeds", "whole"]  # fmt: skip

LINES = {"torch": ("PyTorch", "quiet", "s"), "onnxruntime": ("ONNX Runtime", "gamma", "^"),
         "convbook": ("convbook", "alpha", "o")}  # fmt: skip
SERIES = {"side": ("side of the image", 2), "channels": ("channels", 1), "kernel": ("kernel", 4)}
LETTERS = {"im2col": "I", "shift": "S", "winograd": "W", "fft": "F", "dft": "D"}
RIVALS = {"torch": "PyTorch", "fastest": "the fastest"}
WIN, LOSS = "alpha", "delta"


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
    ways = sorted({*measured.RUNGS} & {*first}, key=lambda way: first[way]["torch"])
    fig = Figure()
    plot = fig.plot(0.84, 560)
    _scale_rows(plot, [measured.RUNGS[way] for way in ways], (1e-5, 4),
                "speed, as a multiple of PyTorch's")  # fmt: skip
    plot.level(1, name="PyTorch", across=False)
    for column, (machine, found) in enumerate(rows.items()):
        ratios = {way: speed(found, way) for way in ways}
        _rungs(plot, ratios, column)
        legend = f"{'○' if column else '●'} {machine.split()[-1]}"
        label = _beside(plot, legend, (1.22 + 0.34 * column, -1), name=machine,
                        values=np.array([*ratios.values()]))  # fmt: skip
        label.derive(words=_told(measured.RUNGS, ratios))
        fig.say("Speeds on {0:name}, as a multiple of PyTorch's: {0:words}.", label)
    return fig


def _rungs(plot: Plot, ratios: Mapping[str, float], column: int) -> None:
    """Draw a dot for each way, those of convbook in their own colour, and write its speed."""
    for row, (way, ratio) in enumerate(ratios.items()):
        role = WIN if "convbook" in way else "gamma" if way == "sgemm" else "quiet"
        plot.dots([ratio], [row], role=role, size=8, hollow=bool(column))
        _beside(plot, measured.short(ratio), (1.22 + 0.34 * column, row), role=role)


def _scale_rows(plot: Plot, names: Sequence[str], limits: Point, label: str) -> None:
    """Name the rows of a plot, and give it a logarithmic scale."""
    plot.rows(names)
    plot.ax.set(xscale="log", xlim=limits, xlabel=label)
    plot.ax.minorticks_off()


def _told(names: Mapping[str, str], found: Mapping[str, float]) -> list[str]:
    """Write what each way is called, and its number."""
    return [f"{names[way]} {measured.short(value)}" for way, value in found.items()]


def _beside(plot: Plot, text: str, at: Point, **options: Any) -> Mark:
    """Write words so many widths of the plot from its left, at a row."""
    return plot.note(text, at, ha="right", size="small",
                     xycoords=plot.ax.get_yaxis_transform(), **options)  # fmt: skip


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
        panels = fig.row(*[(15.4, 19.3)] * len(records))
        for panel, (machine, record) in zip(panels, records.items(), strict=True):
            panel.note(f"{machine}, against {title}", (0, 0.6), ha="left", bold=True)
            _headings(panel, record)
            for column, mode in enumerate(measured.MODES):
                found = speeds(record, mode, rival)
                at = 5.8 + 1.6 * column, 3.0
                mark = _column(panel, record, found, f"{machine}, against {title}, {mode}", at)
                if found:
                    fig.say("{0:name}: slower on {0:slower} of {0:all} layers, mean over the "
                            "ResNet's {0:first}.", mark)  # fmt: skip
    return fig


def _headings(panel: Panel, record: Record) -> None:
    """Write what the columns and the rows of a table are."""
    for column, heading in enumerate(("1 thread", "2 threads", "gradients")):
        panel.note(heading, (7.4 + 3.2 * column, 1.75), size="small")
    for column, heading in enumerate(("prep.", "not", "prep.", "not", "1", "2")):
        panel.note(heading, (6.6 + 1.6 * column, 2.55), role="quiet", size="small")
    for row, (group, layers) in enumerate(measured.once(record).items()):
        panel.note(measured.GROUPS[group], (0, 3.55 + 1.1 * row), ha="left", size="small")
        panel.note(f"{len(layers)}", (5.5, 3.55 + 1.1 * row), role="quiet", ha="right",
                   size="small")  # fmt: skip
    panel.note("slower, of all", (0, 18.3), ha="left", size="small")


def _column(
    panel: Panel, record: Record, found: Mapping[str, float], name: str, at: Point
) -> Mark:  # fmt: skip
    """Draw the mean of each group, and below them how many layers are slower."""
    means = np.array([[group_mean(found, layers)] for layers in measured.once(record).values()])
    words = np.array([[measured.digits(mean)] for (mean,) in means])
    mark = _judged(panel, means, name, at, (1.6, 1.1), words)
    slower = sum(ratio < 1 for ratio in found.values())
    if found:
        panel.note(f"{slower}\nof {len(found)}", (at[0] + 0.8, 18.3), size="small")
    return mark.derive(slower=slower, all=len(found))


def _judged(
    panel: Panel, ratios: Array, name: str, at: Point, size: Point, words: Array
) -> Mark:  # fmt: skip
    """Draw a table of ratios in words, tinted by who wins and by how much."""
    for (row, column), ratio in np.ndenumerate(ratios):
        if np.isfinite(ratio):
            strength = min(0.6, 0.1 + 0.22 * abs(np.log2(ratio)))
            corner = at[0] + size[0] * column, at[1] + size[1] * row
            panel.box(corner, size, role=_verdict(ratio), strength=strength, width=0)
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
    one, both = (speeds(record, f"{count}, prepared") for count in ("one thread", "two threads"))
    names = sorted(one, key=lambda name: one[name])
    fig = Figure()
    half = -(-len(names) // 2)
    for plot, shown in zip(fig.plots(2, 2.5), (names[:half], names[half:]), strict=True):
        _scale_rows(plot, [measured.pretty(name) for name in shown], (1 / 8, 8),
                    "times as fast as PyTorch")  # fmt: skip
        plot.ax.set_xticks([1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8], ["⅛", "¼", "½", "1", "2", "4", "8"])
        plot.box((1 / 8, -0.6), (7 / 8, len(shown) + 0.2), role=LOSS, strength=0.08, width=0)
        for row, name in enumerate(shown):
            _clipped(plot, row, both.get(name), hollow=True)
            _clipped(plot, row, one[name], hollow=False)
    for label, found, shape in (("one thread", one, "●"), ("two threads", both, "◇")):
        mark = fig.rows[0][1].note(f"{shape} {label}", (0.04, 0.02 if found is one else 0.05),
                                   name=label, values=np.array([*found.values()]), ha="left",
                                   xycoords="axes fraction", size="small")  # fmt: skip
        mark.derive(slower=lambda ratios: int((ratios < 1).sum()))
        fig.say("With {0:name}, convbook is slower than PyTorch on {0:slower} of {0:count} layers; "
                "its speeds are from {0:min .2f} to {0:max .0f}.", mark)  # fmt: skip
    return fig


def _clipped(plot: Plot, row: int, ratio: float | None, *, hollow: bool) -> None:
    """Draw a dot; beyond the axis an arrow, and the number of the one that is filled."""
    if ratio is None:
        return
    beyond = ratio > 8
    shape = ">" if beyond else "D" if hollow else "o"
    plot.dots([min(ratio, 8)], [row], role=_verdict(ratio), size=6, hollow=hollow, shape=shape)
    if beyond and not hollow:
        plot.note(measured.short(ratio), (6.8, row), role=WIN, ha="right", size="small")


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
        layers = {}
        for name in record["groups"]["map"]:
            _, c, _, _, k, *_ = measured.numbers(name)
            layers[k, c] = measured.fastest(record, name, LETTERS)
        kernels, channels = (sorted({key[axis] for key in layers}) for axis in (0, 1))
        panel.note(machine, (1.9, 0.5), ha="left", bold=True)
        ratios = np.array([[layers[k, c][1] for c in channels] for k in kernels])
        words = np.array([[f"{LETTERS[layers[k, c][0]]} {measured.digits(layers[k, c][1])}"
                           for c in channels] for k in kernels])  # fmt: skip
        mark = _judged(panel, ratios, machine, (1.9, 1.2), (2.2, 1.6), words)
        for row, k in enumerate(kernels):
            panel.note(f"{k}×{k}", (1.8, 2 + 1.6 * row), ha="right", size="small")
        for column, c in enumerate(channels):
            panel.note(str(c), (3 + 2.2 * column, 12.9), size="small")
        panel.note("channels, in and out", (8.5, 14), size="small")
        mark.derive(wins=int((ratios >= 1).sum()), all=ratios.size, low=ratios.min(),
                    high=ratios.max())  # fmt: skip
        fig.say("{0:name}: the fastest algorithm beats PyTorch in {0:wins} of {0:all} cells; its "
                "speeds are from {0:low .2f} to {0:high .2f}.", mark)  # fmt: skip
    return fig


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
    plot.ax.set(xscale="linear" if title == "kernel" else "log", ylim=(0, 6), xlabel=title)
    plot.ax.set(xlim=(x[0] - 1, x[-1] + 1) if title == "kernel" else (x[0] / 1.4, x[-1] * 1.4))
    plot.ticks("x", x[::2])
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
    ways = [way for way in measured.HOLDERS if any(way in rows for rows in cases.values())]
    fig = Figure()
    plot = fig.plot(0.9, 560)
    _scale_rows(plot, [measured.HOLDERS[way] for way in ways], (1e-3, 100),
                "held beyond the output, in outputs")  # fmt: skip
    plot.level(1, name="the output", across=False)
    for place, ((case, rows), shape) in enumerate(zip(cases.items(), "os^", strict=False)):
        parts = {way: max(1e-3, rows[way]["extra"] / rows[way]["output"])
                 for way in ways if way in rows}  # fmt: skip
        for way, part in parts.items():
            role = WIN if "convbook" in way else "quiet"
            plot.dots([part], [ways.index(way)], role=role, size=8, hollow=True, shape=shape)
        name = measured.pretty(case)
        label = _beside(plot, f"{'○□△'[place]} {name}", (1.02, -1 - place), name=name,
                        values=np.array([*parts.values()]))  # fmt: skip
        label.derive(words=_told(measured.HOLDERS, parts))
        fig.say("{0:name}, held beyond the output as a part of it: {0:words}.", label)
    return fig
