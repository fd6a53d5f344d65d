"""Figures of the chapter "Why did the deep net die before training began?"."""

from collections.abc import Mapping, Sequence

import numpy as np

from convbook._typing import Array
from convbook.figures._blocks import mosaic
from convbook.figures._depth import decay, depth_curve, hidden_collapse  # noqa: F401  (shown too)
from convbook.figures._figure import Figure, drawing
from convbook.figures._marks import number
from convbook.figures._panel import Panel, Point

STARTS = {"PyTorch's": "kernel", "Xavier": "gradient", "He": "output"}
"""The role of each way to draw weights."""
APART = {"PyTorch's": 0.14, "Xavier": -0.14}
"""What keeps the names of two lines that end at the same height from meeting."""


@drawing
def two_inputs(
    maps: Mapping[str, Mapping[str, Array]], apart: Mapping[str, Sequence[float]],
    names: Sequence[str],
) -> Figure:  # fmt: skip
    """Show what two photographs become in two nets, layer by layer, and what differs in them.

    Parameters
    ----------
    maps : mapping of str to mapping of str to ndarray of shape (2, H, W)
        For each net and layer, a channel's map of each photograph.
    apart : mapping of str to sequence of float
        For each net, how far its two maps are apart, layer by layer; 0 if they are equal.
    names : sequence of str
        What the two photographs show.
    """
    fig = Figure()
    for net, by_layer in maps.items():
        side = 13.6 / len(by_layer)
        panel = fig.panel(15, 3 * side + 3)
        panel.note(net, (0, 0.4), bold=True, size="large", ha="left")
        for row, what in enumerate((*names, "difference")):
            panel.note(what, (0.9, 2 + (row + 0.5) * side), rotation=90, size="small")
        for column, (layer, far) in enumerate(zip(by_layer, apart[net], strict=True)):
            x = 1.4 + column * side
            panel.note(layer, (x + side / 2, 1.4))
            _draw_pair(panel, by_layer[layer], (x, 2), side - 0.12)
            words = panel.note(_percent(far), (x + side / 2, 3 * side + 2.4), size="small",
                               name=f"{net}, {layer}")  # fmt: skip
            fig.say("{0:name}: {0:item} apart.", words)
        panel.note("apart", (0, 3 * side + 2.4), ha="left", size="small")
    fig.say("Pairs of photographs become maps, layer by layer. Below each pair stands its "
            "difference, on the grey scale of the pair: black where the maps are equal."
            )  # fmt: skip
    return fig


def _draw_pair(panel: Panel, pair: Array, at: Point, side: float) -> None:
    """Draw two maps, one below the other, and their difference, on one scale."""
    low, high = float(pair.min()), float(pair.max())
    planes = np.stack([*pair, low + abs(pair[0] - pair[1])])
    mosaic(panel, planes, at, side, (side + 0.12, side + 0.12), role="image", low=low, high=high,
           places=[(row, 0) for row in range(3)])  # fmt: skip


def _percent(part: float) -> str:
    """Write a part as a percentage of one or two digits."""
    if part < 0.00001:
        return "< 0.001 %"
    return number(part, ".0%") if part >= 0.01 else f"{100 * part:.1g} %"


@drawing
def sign_kernels(outputs: Array) -> Figure:
    """Stack the outputs of all sign kernels on one window as dots, before and after the ReLU.

    Parameters
    ----------
    outputs : ndarray of shape (kernels,)
        The outputs.
    """
    fig = Figure()
    fig.say("Rows of dots on a number line, a dot for each kernel.")
    for name, values in (("outputs", outputs), ("outputs after the ReLU", np.maximum(outputs, 0))):
        found, counts = np.unique(values, return_counts=True)
        plot = fig.plot(0.042 * counts.max() + 0.15)
        for value, count in zip(found, counts, strict=True):
            role = "output" if value > 0 else "negative" if value < 0 else "quiet"
            plot.dots(np.full(count, value), np.arange(count) + 0.5, role=role, size=11)
        mean, square = values.mean(), (values**2).mean()
        words = f"{name}: mean {mean:g}, mean square {square:g}"
        place = outputs.min() - 1, counts.max() + 0.9
        mark = plot.note(words, place, ha="left", name=name, values=values)
        mark.derive(square=square, negative=lambda each: (each < 0).sum())
        plot.ticks("x", np.unique(outputs))
        plot.ax.set(yticks=[], xlim=(outputs.min() - 1, outputs.max() + 1))
        plot.ax.set_ylim(-0.1, counts.max() + 1.4)
        plot.ax.spines["left"].set_visible(False)
        fig.say("The {0:name}, {0:range}, have mean {0:mean} and mean square {0:square}; "
                "{0:negative} of them are negative.", mark)  # fmt: skip
    return fig


@drawing
def relu_moments(before: Array) -> Figure:
    """Draw the histogram of a layer's sums, a bell curve, and what the ReLU leaves.

    Parameters
    ----------
    before : ndarray
        Sums of one layer, before its ReLU.
    """
    sigma = float(before.std())
    after = np.maximum(before, 0) / sigma
    edges = np.linspace(-3.5, 3.5, 81)
    density, _ = np.histogram(before.ravel() / sigma, edges, density=True)
    fig = Figure()
    plot = fig.plot(0.6)
    for side, role, name in ((edges[:-1] < 0, "quiet", "negative sums"),
                             (edges[:-1] >= 0, "output", "positive sums")):  # fmt: skip
        ends = np.append(edges[:-1][side], edges[1:][side][-1])
        plot.area(np.repeat(ends, 2)[1:-1], np.repeat(density[side], 2), role=role, name=name)
    middle = (edges[:-1] + edges[1:]) / 2
    plot.line(middle, np.exp(-(middle**2) / 2) / np.sqrt(2 * np.pi), role="ink", width=1.4)
    mark = plot.note("after the ReLU:", (1.6, 0.36), ha="left", name="moments", values=after)
    mark.derive(zeros=lambda z: (z == 0).mean(), std=np.std, square=lambda z: (z**2).mean())
    for row, line in enumerate((f"std {mark:std .3f} σ", "mean square", f"{mark:square .3f} σ²")):
        plot.note(line, (1.6, 0.322 - 0.038 * row), ha="left")
    plot.note(f"{mark:zeros .0%}\nbecome 0", (-2.2, 0.31))
    plot.line([after.mean()] * 2, [0, 0.44], role="kernel", name="mean")
    plot.note(f"mean {mark:mean .3f} σ", (after.mean() + 0.1, 0.44), role="kernel", ha="left")
    plot.ax.set(xlim=(-3.5, 3.5), ylim=(0, 0.46), yticks=[])
    plot.ax.set_xticks(range(-3, 4), [f"{number(x)} σ" if x else "0" for x in range(-3, 4)])
    plot.ax.spines["left"].set_visible(False)
    fig.say("Histogram of the {0:sums} sums of one layer, in units of their standard deviation σ, "
            "on top of a bell curve that fits it. The ReLU makes {0:zeros .0%} of them zero, those "
            "below zero. After it the mean is {0:mean .3f} σ, the standard deviation {0:std .3f} σ "
            "and the mean square {0:square .3f} σ squared.",
            mark.derive(sums=np.size))  # fmt: skip
    return fig


@drawing
def shares(measured: Mapping[str, Array], predicted: Sequence[float]) -> Figure:
    """Draw the part of the signal that depends on the input, layer by layer, beside theory.

    Parameters
    ----------
    measured : mapping of str to ndarray of shape (seeds, layers)
        The part, for each start.
    predicted : sequence of float
        What theory says of a wide net with He's start.
    """
    fig = Figure()
    plot = fig.plot(0.55)
    layers = np.arange(1, len(predicted) + 1)
    fig.say("Falling curves: the part of the signal that depends on the input, layer by layer.")
    for (name, each), at in zip(measured.items(), ((3.4, 0.15), (7.3, 0.45)), strict=True):
        mark = plot.curve(layers, each, role=STARTS[name], name=name, band=1.0, marker="o", ms=4)
        plot.note(name, at, role=STARTS[name], ha="right")
        fig.say("{0:name}: {0:first .2f} after the first layer, {0:last .1e} after the last.", mark)
    theory = plot.line(layers, predicted, role="ink", name="predicted", width=1.4,
                       linestyle=(0, (3, 2)))  # fmt: skip
    plot.note("dashed: predicted\nfor a wide net", (layers[-1], 0.7), ha="right")
    fig.say("Dashed: what theory predicts for a wide net with He's start, from {0:first .2f} to "
            "{0:last .2f}. Each line is the {1:middle}, the band holds {1:band} of the seeds.",
            theory, mark)  # fmt: skip
    plot.ax.set(xlim=(0.8, layers[-1] + 0.2), xticks=layers, xlabel="layer", ylim=(-0.03, 1.05))
    plot.ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])
    plot.ax.grid(axis="y")
    return fig


@drawing
def loss_curves(panels: Mapping[str, Mapping[str, Array]], chance: float) -> Figure:
    """Draw training losses from different starts.

    Parameters
    ----------
    panels : mapping of str to mapping of str to ndarray of shape (seeds, steps)
        Losses, for each net and each start: "PyTorch's", "Xavier" or "He".
    chance : float
        Loss of a guess.
    """
    fig = Figure()
    fig.say("Plots of training losses, a line for each seed.")
    for plot, (net, curves) in zip(fig.plots(len(panels), 0.85), panels.items(), strict=True):
        plot.level(chance, name="guessing")
        for start, losses in curves.items():
            smooth = _smooth(losses)
            steps = np.arange(smooth.shape[1])
            for line in smooth:
                plot.line(steps, line, role=STARTS[start], width=1.5)
            end = float(smooth[:, -1].mean()) + APART.get(start, 0)
            mark = plot.note(start, (steps[-1] * 1.03, end), role=STARTS[start], ha="left",
                             name=f"{net}, {start}", values=smooth[:, -1])  # fmt: skip
            fig.say("{0:name}: ends at {0:range .2f}.", mark)
        plot.note("guessing", (steps[-1], chance + 0.2), role="quiet", size="small", ha="right")
        plot.ax.set(ylim=(0, 3.25), xlim=(0, steps[-1]), xlabel="training step")
        plot.title(f"{net}: training loss")
    fig.say("A dashed line at {guessing:item .2f} is what guessing gives.")
    return fig


def _smooth(losses: Array) -> Array:
    """Average each step with those before it, so that one batch's luck does not show."""
    width = 8
    rows = [np.convolve(row, np.ones(width), "full")[: len(row)] for row in losses]
    return np.array(rows) / np.minimum(np.arange(1, losses.shape[1] + 1), width)


@drawing
def waking(steps: Mapping[str, Mapping[int, Array]]) -> Figure:
    """Draw the training step at which a net knows more than a guess, over its depth.

    Parameters
    ----------
    steps : mapping of str to mapping of int to ndarray of shape (seeds,)
        The step, by start and depth.
    """
    fig = Figure()
    plot = fig.plot(0.62)
    fig.say("Curves on a logarithmic scale: the step at which nets wake, over their depth.")
    for (name, by_depth), role in zip(steps.items(), ("kernel", "gamma", "output"), strict=True):
        each = np.array([*by_depth.values()]).T
        mark = plot.curve([*by_depth], each, role=role, name=name, band=1.0, marker="o", ms=5)
        mark.derive(depths=[*by_depth], seeds=len(each))
        plot.note(name, (max(by_depth) + 0.25, mark.values[-1]), role=role, ha="left")
        fig.say("{0:name}, layers {0:depths}: {0:values .0f} steps.", mark)
    fig.say("The line is the {0:middle} of {0:seeds} seeds, the band holds {0:band} of them.", mark)
    plot.ax.set(yscale="log", xlabel="layers", xticks=range(3, 13, 3))
    plot.ticks("y", [10, 30, 100, 300])
    plot.title("steps of training until the net wakes")
    plot.ax.grid(axis="y")
    return fig
