"""Figures of the chapter "Why did the deep net die before training began?"."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter

from convbook._typing import Array
from convbook.figures import _draw as draw
from convbook.figures._depth import depth_curve  # noqa: F401  (the chapter shows it)
from convbook.figures._figure import Figure, drawing
from convbook.figures._palette import LIGHT
from convbook.figures._strips import strips

MINUS = "\N{MINUS SIGN}"


@drawing
def two_inputs(maps: Mapping[str, Mapping[str, Array]], apart: Mapping[str, Array]) -> Figure:
    """Show what two photographs become in two nets; arrays of `maps` are (picture, H, W).

    `apart` tells for each net how far its two pictures are apart, row by row.
    """
    rows = list(next(iter(maps.values())))
    fig = Figure(5.0, 1.45 * len(rows) + 0.55)
    height = fig.get_figheight()
    for side, (net, by_layer) in enumerate(maps.items()):
        x = 0.01 + 0.507 * side
        fig.text(x, 1 - 0.24 / height, net, fontsize=13, fontweight="bold", va="center")
        for row, (name, pair) in enumerate(by_layer.items()):
            y = 1 - (0.68 + 1.45 * row) / height
            fig.text(x, y, name, fontsize=11.5, va="center")
            fig.text(x + 0.475, y, f"{_percent(apart[net][row])} apart", fontsize=11.5,
                     va="center", ha="right")  # fmt: skip
            for number, picture in enumerate(pair):
                ax = fig.add_axes((x + 0.24 * number, y - 1.3 / height, 0.235, 1.17 / height))
                draw.draw_image(ax, picture, low=pair.min(), high=pair.max())
    told = []
    for net, far in apart.items():
        each = (f"{_percent(part)} at {name}" for name, part in zip(rows, far, strict=True))
        told.append(f"{net}: {', '.join(each)}")
    fig.alt = (
        f"Two columns of picture pairs, {' and '.join(maps)}, {len(rows)} rows each. In the first "
        "row both columns have the same two photographs. Downwards follow one channel's maps in "
        "deeper layers. On the left the two maps become alike: at the end both show the same frame "
        "and nothing of the photographs. On the right they stay two different pictures. How far "
        f"they are apart: {'; '.join(told)}."
    )
    return fig


@drawing
def sign_kernels(outputs: Array) -> Figure:
    """Stack the outputs of all sign kernels on one window as dots, before and after the ReLU."""
    fig = Figure(5.0, 5.0)
    told = []
    for row, (name, values) in enumerate(
        {"outputs": outputs, "after the ReLU": np.maximum(outputs, 0)}.items()
    ):
        most = np.unique(values, return_counts=True)[1].max()
        bottom, height = ((0.72, 0.17), (0.09, 0.43))[row]
        ax = fig.add_axes((0.03, bottom, 0.94, height))
        for value, count in zip(*np.unique(values, return_counts=True), strict=True):
            role = "output" if value > 0 else "quiet" if value == 0 else "negative"
            spots = np.arange(count) + 0.5
            ax.plot(np.full(count, value), spots, "o", color=LIGHT[role], ms=9)
        mean, square = float(values.mean()), float((values**2).mean())
        told.append(f"{name} have mean {mean:g} and mean square {square:g}")
        text = f"{name}: mean {mean:g}, mean square {square:g}"
        ax.set_title(text, loc="left", fontsize=12, x=0.01, pad=10)
        _number_line(ax, outputs)
        ax.set_ylim(-0.1, most + 0.1)
    fig.alt = (
        f"Two rows of dots on a number line from {outputs.min():g} to {outputs.max():g}, one dot "
        f"for each of {outputs.size} kernels. The upper row is symmetric about 0; in the lower row "
        f"all dots below 0 are stacked on 0. The {told[0]}; {told[1]}."
    )
    return fig


@drawing
def relu_moments(before: Array, bins: int = 80) -> Figure:
    """Draw the histogram of a layer's sums, a bell curve, and what the ReLU leaves."""
    sigma = float(before.std())
    after = np.maximum(before, 0)
    edges = np.linspace(-3.5, 3.5, bins + 1)
    fig = Figure(5.0, 3.7)
    ax = fig.add_axes((0.03, 0.15, 0.94, 0.8))
    density, _ = np.histogram(before.ravel() / sigma, edges, density=True)
    middle = (edges[:-1] + edges[1:]) / 2
    for side, role in ((middle < 0, "quiet"), (middle > 0, "output")):
        ax.bar(middle[side], density[side], edges[1] - edges[0], color=(LIGHT[role], 0.3))
    ax.plot(middle, np.exp(-(middle**2) / 2) / np.sqrt(2 * np.pi), color=LIGHT["ink"], lw=1.4)
    mean, std = float(after.mean() / sigma), float(after.std() / sigma)
    square = float((after**2).mean() / sigma**2)
    zeros = float((after == 0).mean())
    ax.text(-2.2, 0.31, f"{_percent(zeros)} become 0", ha="center", fontsize=11.5)
    ax.plot([mean, mean], [0, 0.43], color=LIGHT["kernel"], lw=2)
    ax.text(mean + 0.1, 0.425, f"mean {mean:.3f} σ", color=LIGHT["kernel"], fontsize=11.5,
            va="center")  # fmt: skip
    lines = ("after the ReLU:", f"std {std:.3f} σ", "mean square", f"{square:.3f} σ²")
    for number, line in enumerate(lines):  # one by one: a raised digit would part the lines
        ax.text(1.55, 0.335 - 0.034 * number, line, fontsize=11.5, va="baseline")
    ax.set(xlim=(-3.5, 3.5), ylim=(0, 0.46), yticks=[], xticks=range(-3, 4))
    ax.set_xticklabels([f"{x} σ".replace("-", MINUS) if x else "0" for x in range(-3, 4)])
    ax.tick_params(labelsize=11)
    ax.spines["left"].set_visible(False)
    fig.alt = (
        f"Histogram of the {before.size} sums of one layer, in units of their standard deviation "
        f"σ, on top of a bell curve that fits it. The half left of 0, {_percent(zeros)}, is grey: "
        f"the ReLU makes it 0. After the ReLU the mean is {mean:.3f} σ, the standard deviation "
        f"{std:.3f} σ and the mean square {square:.3f} σ squared."
    )
    return fig


@drawing
def decay(levels: Mapping[str, Array], factors: Mapping[str, float]) -> Figure:
    """Draw the mean square after each layer; arrays are (seed, layer), the factors theory's."""
    fig = Figure(5.0, 4.9)
    ax = fig.add_axes((0.16, 0.13, 0.47, 0.82))
    roles = ("output", "gradient", "negative", "kernel")
    told = []
    for (name, level), role in zip(levels.items(), roles, strict=True):
        layers = np.arange(level.shape[1])
        _band(ax, level, role)
        ax.plot(layers, factors[name] ** layers, color=LIGHT["ink"], lw=1, ls=(0, (2, 2)))
        end = factors[name] ** layers[-1]
        ax.text(layers[-1] + 0.4, end, name, color=LIGHT[role], va="center", fontsize=11.5)
        told.append(f"{name.replace(chr(10), ' ')} {np.exp(np.log(level[:, -1]).mean()):.1e}")
    _log_axis(ax, -10, 0, layers[-1], "mean square")
    seeds = len(level)
    fig.alt = (
        f"Four lines on a logarithmic scale, the mean square after each of {layers[-1]} layers, "
        f"each with a band over {seeds} seeds and a dashed straight line of theory inside it. "
        f"All start at 1. They end at: {'; '.join(told)}."
    )
    return fig


@drawing
def hidden_collapse(
    levels: Mapping[str, Array], differences: Mapping[str, Array], floor: float
) -> Figure:
    """Draw the signal's mean square and that of the difference of two inputs, layer by layer."""
    fig = Figure(5.0, 8.1)
    told = []
    for row, (name, level) in enumerate(levels.items()):
        ax = fig.add_axes((0.16, 0.57 - 0.5 * row, 0.56, 0.37))
        difference = differences[name]
        last = level.shape[1] - 1
        for values, role, what in (
            (level, "output", "the signal"),
            (difference, "kernel", "what differs\nbetween the\ntwo inputs"),
        ):
            _band(ax, values, role)
            end = float(np.exp(np.log(values[:, -1]).mean()))
            up = {"the signal": 3.2}.get(what, 1 / 3.2) if row else 1
            ax.text(last + 0.4, end * up, what, color=LIGHT[role], va="center", fontsize=11.5)
        ax.set_title(name, loc="left", fontsize=12.5, fontweight="bold", x=-0.25)
        _log_axis(ax, -10, 0, last, "mean square")
        if row == 0:
            ax.axhline(floor, color=LIGHT["ink"], lw=1, ls=(0, (2, 2)))
            ax.text(last + 0.4, floor / 6, "the floor", va="center", fontsize=11.5)
        told.append(
            f"{name}: the signal ends at {np.exp(np.log(level[:, -1]).mean()):.1e}, the difference "
            f"at {np.exp(np.log(difference[:, -1]).mean()):.1e}"
        )
    fig.alt = (
        "Two panels on the same logarithmic scale, each with two lines over "
        f"{last} layers: the signal, and the difference that two inputs make. {'; '.join(told)}. "
        f"In the first panel the signal levels off at a dashed line, the floor {floor:.1e}, while "
        "the difference falls in a straight line; in the second both stay high."
    )
    return fig


@drawing
def gradients(levels: Mapping[str, Array], factors: Mapping[str, float]) -> Figure:
    """Draw the gradient's mean square at each layer, from the last layer back to the first."""
    fig = Figure(5.0, 3.9)
    ax = fig.add_axes((0.16, 0.16, 0.59, 0.8))
    told = []
    for (name, level), role in zip(levels.items(), ("kernel", "output"), strict=True):
        last = level.shape[1] - 1
        _band(ax, level, role)
        steps = np.arange(last + 1)
        ax.plot(steps, factors[name] ** steps, color=LIGHT["ink"], lw=1, ls=(0, (2, 2)))
        end = float(np.exp(np.log(level[:, -1]).mean()))
        ax.text(last + 0.4, end, name, color=LIGHT[role], va="center", fontsize=11.5)
        told.append(f"{name.replace(chr(10), ' ')} {end:.1e}")
    _log_axis(ax, -10, 0, last, "mean square of the gradient")
    ax.set_xticks(range(0, last + 1, 2), [str(last - step) for step in range(0, last + 1, 2)])
    ax.set_xlabel("behind layer …, on the way back", fontsize=11.5)
    fig.alt = (
        f"Two lines on a logarithmic scale: the mean square of the gradient from layer {last} back "
        f"to the input, which it reaches at: {'; '.join(told)}. Dashed lines of theory lie inside "
        "the bands."
    )
    return fig


@drawing
def loss_curves(panels: Mapping[str, Mapping[str, Array]], chance: float) -> Figure:
    """Draw training losses; arrays are (seed, step)."""
    fig = Figure(5.0, 3.0 * len(panels))
    share = 1 / len(panels)
    roles = {"PyTorch's": "kernel", "Xavier": "gradient", "He": "output"}
    told = []
    for row, (name, curves) in enumerate(panels.items()):
        ax = fig.add_axes((0.14, 1 - share * (row + 0.82), 0.65, 0.68 * share))
        for start, losses in curves.items():
            smooth = _smooth(losses)
            steps = np.arange(smooth.shape[1])
            ax.plot(steps, smooth.T, color=LIGHT[roles[start]], lw=1.5)
            end = float(smooth[:, -1].mean())
            ax.text(steps[-1] * 1.02, _apart(end, start), start, color=LIGHT[roles[start]],
                    va="center", fontsize=12)  # fmt: skip
            told.append(f"{name}, {start}, ends at {smooth[:, -1].min():.2f} to "
                        f"{smooth[:, -1].max():.2f}")  # fmt: skip
        ax.axhline(chance, color=LIGHT["ink"], lw=1, ls=(0, (2, 2)))
        ax.text(0.55 * steps[-1], chance + 0.09, "guessing", fontsize=11.5)
        ax.set(ylim=(0, 3.25), xlim=(0, steps[-1]))
        ax.set_ylabel("training loss", fontsize=11.5)
        ax.set_title(name, loc="left", fontsize=12.5, fontweight="bold", x=-0.19)
        ax.tick_params(labelsize=11)
    ax.set_xlabel("training step", fontsize=11.5)
    fig.alt = (
        f"{len(panels)} panels of training losses, a line for each of {len(losses)} seeds; a "
        f"dashed line at {chance:.2f} is what guessing gives. {'; '.join(told)}."
    )
    return fig


def _percent(part: float) -> str:
    """Write a part as a percentage of one or two digits."""
    if part < 0.00001:
        return "< 0.001 %"
    return f"{100 * part:.0f} %" if part >= 0.01 else f"{100 * part:.1g} %"


def _number_line(ax: Axes, values: Array) -> None:
    """Keep nothing of the axes but a line with the values that occur."""
    occurring = np.unique(values)
    ax.set_xticks(occurring, [f"{v:g}".replace("-", MINUS) for v in occurring], fontsize=12)
    ax.set(yticks=[], xlim=(values.min() - 1, values.max() + 1))
    ax.spines["left"].set_visible(False)


def _band(ax: Axes, levels: Array, role: str) -> None:
    """Draw the geometric mean over the seeds, and the spread from the lowest to the highest."""
    layers = np.arange(levels.shape[1])
    low, high = levels.min(axis=0), levels.max(axis=0)
    ax.fill_between(layers, low, high, color=(LIGHT[role], 0.22), lw=0)
    ax.plot(layers, np.exp(np.log(levels).mean(axis=0)), color=LIGHT[role])


def _log_axis(ax: Axes, lowest: int, highest: int, layers: int, what: str) -> None:
    """Label the powers of ten and the layers."""
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(FixedLocator([10.0**p for p in range(lowest, highest + 1, 2)]))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _power(value)))
    ax.yaxis.set_minor_locator(FixedLocator([]))
    ax.set(xlim=(0, layers), ylim=(10.0 ** (lowest - 0.3), 10.0 ** (highest + 0.9)))
    ax.set_xticks(range(0, layers + 1, 2))
    ax.set_xlabel("layer", fontsize=11.5)
    ax.set_ylabel(what, fontsize=11.5)
    ax.tick_params(labelsize=11)
    ax.grid(axis="y")
    ax.set_axisbelow(True)


def _power(value: float) -> str:
    """Write a power of ten with raised digits, which need no second font size."""
    exponent = round(np.log10(value))
    raised = str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"10{raised}" if exponent else "1"


def _smooth(losses: Array, width: int = 8) -> Array:
    """Average each step with those before it, so that one batch's luck does not show."""
    rows = [np.convolve(row, np.ones(width), "full")[: len(row)] for row in losses]
    return np.array(rows) / np.minimum(np.arange(1, losses.shape[1] + 1), width)


def _apart(end: float, start: str) -> float:
    """Keep the names of two lines that end at the same height from colliding."""
    return end + {"PyTorch's": 0.12, "Xavier": -0.12}.get(start, 0.0)


@drawing
def linear_residual(groups: Mapping[str, Sequence[float]]) -> Figure:
    """Show how much of a ReLU network's answer no single kernel can give.

    Parameters
    ----------
    groups : mapping of str to sequence of float
        Unexplained fractions of the variance, one for each network, by sort of network.
    """
    return strips(groups, 1.0, "variance that the best single kernel leaves")
