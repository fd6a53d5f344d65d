"""Layers: the four indices of a weight, two layers by hand, and a whole network."""

from collections.abc import Mapping

import numpy as np

from convbook import _checks, conv2d
from convbook._typing import Array
from convbook.figures._figure import Figure, drawing
from convbook.figures._marks import Mark, number
from convbook.figures._panel import Panel
from convbook.figures._planes import slide


@drawing
def weight_tensor(weight: Array, at: tuple[int, int, int, int]) -> Figure:
    """Trace an output channel to its kernel, and one weight to its four indices.

    Parameters
    ----------
    weight : ndarray of shape (3, 2, 3, 3)
        Weights, as whole numbers.
    at : tuple of int
        Indices (o, c, i, j) of the weight to trace.
    """
    _checks.shape("weight", weight, (3, 2, 3, 3))
    o, c, i, j = at
    fig = Figure()
    ax = fig.panel(14.2, 16.6)
    left, top, pitch = 2.8, 2.9, 3.9
    ax.note("channels of the input", (left + 3.45, 0.4), role="input")
    for channel in range(2):
        x = left + pitch * channel
        ax.box((x + 0.6, 0.9), (1.8, 1.0), role="input")
        ax.note(f"c = {channel}", (x + 1.5, 1.4), role="input")
        ax.arrow((x + 1.5, 1.95), (x + 1.5, 2.75))
    for kernel in range(3):
        y, chosen = top + pitch * kernel, kernel == o
        for channel in range(2):
            strength = np.full((3, 3), 0.26 if chosen else 0.06)
            if (kernel, channel) == (o, c):
                strength[i, j] = 0.75
            ax.cells(weight[kernel, channel], role="kernel", name=f"weight {kernel}, {channel}",
                     at=(left + pitch * channel, y), strength=strength)  # fmt: skip
        ax.note(f"o = {kernel}", (left - 0.3, y + 1.5), role="kernel", ha="right")
        ax.arrow((left + 7.05, y + 1.5), (left + 8.1, y + 1.5))
        ax.box((left + 8.25, y + 0.75), (2.7, 1.5), role="output", strength=0.5 if chosen else 0.1)
        ax.note(f"map {kernel}", (left + 9.6, y + 1.5))
    ax.frame((left - 0.15, top + pitch * o - 0.15), (pitch + 3.3, 3.3), role="kernel")
    value = weight[o, c, i, j]
    ax.note(f"w[{o}, {c}, {i}, {j}] = {number(value)}", (7, 15.1), bold=True,
            name="traced", values=value)  # fmt: skip
    ax.note(f"kernel {o}, slice {c}, row {i}, column {j}", (7, 15.9), name="path",
            values=[o, c, i, j])  # fmt: skip
    fig.marks["path"].derive(o=o, c=c, i=i, j=j, shape=weight.shape)
    fig.say(
        "A weight of shape {path:shape}, laid out as a table of small tables. Its rows are the "
        "kernels, and lead to the maps of the output; its columns are the slices, and read the "
        "channels of the input. Kernel {path:o} and map {path:o} are marked, and in slice "
        "{path:c}, row {path:i}, column {path:j}, the weight {traced:item}."
    )
    return fig


@drawing
def two_layers(image: Array, first: Array, second: Array) -> Figure:
    """Follow an image through two kernels and then one kernel of two slices, in numbers.

    Parameters
    ----------
    image : ndarray of shape (3, 3)
        Image.
    first : ndarray of shape (2, 1, 2, 2)
        Weight of the first layer.
    second : ndarray of shape (1, 2, 2, 2)
        Weight of the second layer.
    """
    _checks.shape("image", image, (3, 3))
    _checks.shape("first", first, (2, 1, 2, 2))
    _checks.shape("second", second, (1, 2, 2, 2))
    fig = Figure()
    ax = fig.panel(18.2, 10.7)
    ax.cells(image, role="input", name="input", at=(0.15, 3.4), label="top")
    fig.say("An input that holds {input} goes through the kernels.")
    for h in range(2):
        _path(fig, ax, h, image, first[h, 0], second[0, h])
    total = conv2d(conv2d(image[None], first), second)[0]
    ax.cells(total, role="output", name="sum", at=(16.6, 4.4), label="top", strength=0.4)
    ax.note(f"first layer\n{first.shape}", (7.1, 9.9))
    ax.note(f"second layer\n{second.shape}", (13.8, 9.9))
    fig.say("The results are added: {sum}.")
    return fig


def _path(fig: Figure, ax: Panel, h: int, image: Array, kernel: Array, reader: Array) -> None:
    """Follow the image through one kernel and the slice that reads its map."""
    y = 1.6 + 4.6 * h
    seen = slide(image, kernel)
    result = slide(seen, reader)
    for x, values, role, name in (
        (4.4, kernel, "kernel", f"kernel {h}"), (7.85, seen, "output", f"map {h}"),
        (11.2, reader, "kernel", f"slice {h}"), (14.2, result, "output", f"part {h}"),
    ):  # fmt: skip
        label = None if values is result else "top"
        ax.cells(values, role=role, name=name, at=(x, y + 0.5 * (label is None)), label=label)
    ax.arrow((3.25, 4.9), (4.3, y + 1))
    ax.arrow((6.5, y + 1), (7.7, y + 1))
    ax.arrow((15.3, y + 1), (16.5, 4.75 if h == 0 else 5.05))
    ax.note("*", (10.5, y + 1), size="large")
    ax.note("=", (13.7, y + 1), size="large")
    names = ("kernel", "map", "slice", "part")
    fig.say("{0:name}, {0}, makes {1:name}, {1}, which {2:name}, {2}, turns into {3};",
            *[fig.marks[f"{name} {h}"] for name in names])  # fmt: skip


@drawing
def whole_network(stages: Mapping[str, Array], scores: Array) -> Figure:
    """Show what every layer of a small network makes of one picture, down to its verdict.

    Parameters
    ----------
    stages : mapping of str to ndarray of shape (C, H, W)
        The picture and the maps of each layer, by name, in their order; C is 1 or 2.
    scores : ndarray of shape (classes,)
        Probabilities of the classes, from the dense layer.
    """
    for name, maps in stages.items():
        if maps.ndim != 3 or len(maps) > 2:
            raise ValueError(f"stages[{name!r}] must be (1 or 2, H, W), got shape {maps.shape}")
    fig = Figure()
    largest = max(maps.shape[-1] for maps in stages.values())
    *panels, last = fig.row(*[(6.6, 13.2)] * len(stages), (6.4, 13.2))
    for n, (ax, (name, maps)) in enumerate(zip(panels, stages.items(), strict=True)):
        if n:
            ax.arrow((0, 7.6), (0.9, 7.6))
        ax.note(name, (3.75, 0.5), bold=True)
        ax.note(f"{maps.shape}".replace(" ", ""), (3.75, 1.5), role="quiet")
        side = 5.2 * maps.shape[-1] / largest
        for c, plane in enumerate(maps):
            y = 7.6 + (c - len(maps) / 2) * 5.5 + (5.5 - side) / 2
            mark = ax.picture(plane, role="image", name=name if len(maps) == 1 else f"{name} {c}",
                              at=(1.1 + (5.2 - side) / 2, y), size=(side, side), low=0,
                              high=float(maps.max()) or 1.0)  # fmt: skip
        mark.derive(stage=name, shape=maps.shape)
        fig.say("{0:stage}, {0:shape};", mark)
    fig.say("A picture, the maps of each layer, smaller after pooling, and at last a bar for each "
            "class. The longest, {0:item .1%}, is that of class {0:best}.",
            _verdict(last, scores))  # fmt: skip
    return fig


def _verdict(ax: Panel, scores: Array) -> Mark:
    """Draw a bar for each class, and write the chance of the best one."""
    best, pitch = int(scores.argmax()), 10.4 / len(scores)
    ax.arrow((0, 7.6), (0.9, 7.6))
    ax.note("dense", (3.6, 0.5), bold=True)
    ax.note(f"({len(scores)},)", (3.6, 1.5), role="quiet")
    for n in range(len(scores)):
        ax.note(f"{n}", (1.7, 2.9 + pitch * n), role="ink" if n == best else "quiet")
    ax.bars(scores, role="output", name="verdict", at=(2.3, 2.9), unit=1.2, pitch=pitch)
    mark = ax.note(number(scores[best], ".1%"), (2.45 + 1.2 * scores[best], 2.9 + pitch * best),
                   ha="left", bold=True, name="chance", values=scores[best])  # fmt: skip
    return mark.derive(best=best)
