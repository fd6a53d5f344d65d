"""What padding, or none, leaves of an image and of its signal after many layers."""

from collections.abc import Mapping

import numpy as np

from convbook import output_size
from convbook._typing import Array
from convbook.figures._figure import Figure, drawing
from convbook.figures._marks import by


@drawing
def lost_rings(size: int, kernel_size: int, layers: int) -> Figure:
    """Show which ring of an image each layer without padding eats.

    Parameters
    ----------
    size : int
        Side of the image.
    kernel_size : int
        Side of the kernels.
    layers : int
        Number of layers.
    """
    sizes = [size]
    for _ in range(layers):
        sizes.append(int(output_size(sizes[-1], kernel_size)))
    fig = Figure()
    ax = fig.panel(size + 14, size + 0.4)
    for layer, length in enumerate(sizes):
        start = (size - length) / 2 + 0.2
        if layer == layers:  # no grey of the rings shines through the colour
            ax.box((start, start), (length, length), role="paper", strength=1, width=0)
        role, strength = ("output", 0.35) if layer == layers else ("padding", 0.07)
        ax.box((start, start), (length, length), role=role, strength=strength, width=0.7)
    ax.note(f"{by(sizes[-1:] * 2)}\nleft", (size / 2 + 0.2, size / 2 + 0.2), role="ink",
            name="sizes", values=sizes)  # fmt: skip
    for layer in sorted({0, layers // 5, layers // 2, layers}):
        y = (size - sizes[layer]) / 2 + 0.8
        what = f"layer {layer}" if layer else "input"
        ax.line([size - y + 0.9, size + 0.8], [y, y], role="quiet", width=0.8)
        ax.note(f"{what}: {by([sizes[layer]] * 2)}", (size + 1.2, y), ha="left")
    fig.marks["sizes"].derive(layers=layers, positions=size**2, kept=sizes[-1] ** 2)
    fig.say("A square with {sizes:layers} nested rings. Each layer of kernels without padding eats "
            "one ring, so the sizes are {sizes}; the square that is kept holds {sizes:kept} of "
            "{sizes:positions} positions.")  # fmt: skip
    return fig


@drawing
def signal_by_layer(levels: Mapping[str, Array], predicted: Array) -> Figure:
    """Draw the RMS of the activations after each layer, as a part of circular padding's.

    Parameters
    ----------
    levels : mapping of str to ndarray of shape (networks, layers)
        Parts by mode.
    predicted : ndarray of shape (layers,)
        What zeros should leave.
    """
    layers = np.arange(len(predicted))
    fig = Figure()
    plot = fig.plot(0.6)
    fig.say("Lines of the RMS of the activations, layer by layer, as a part of what circular "
            "padding leaves.")  # fmt: skip
    end = len(predicted) - 1 + 0.2
    for mode, level in levels.items():
        role = "kernel" if mode == "zeros" else "input"
        mark = plot.curve(layers, level, role=role, name=mode, band=1)
        fig.say("the median of {0:name} ends at {0:last .2f};", mark)
    others = [mode for mode in levels if mode != "zeros"]
    last = {mode: float(fig.marks[mode].values[-1]) for mode in levels}
    plot.note("\n".join(others), (end, last[others[-1]]), role="input", ha="left")
    plot.note("zeros", (end, last["zeros"] - 0.035), role="kernel", ha="left", bold=True)
    plot.line(layers, predicted, role="ink", name="predicted", width=1.4, linestyle=(0, (4, 2)))
    plot.note("predicted", (end, predicted[-1] + 0.045), ha="left")
    fig.say(
        "a dashed line, predicted, ends at {predicted:last .2f}. The modes that copy pixels "
        "lie on top of each other; zeros fall below them from the first layer on."
    )
    plot.ax.set(ylim=(0, 1.08), xlim=(0, len(predicted) - 1), xticks=range(0, len(predicted), 2))
    plot.ax.set(xlabel="layer", ylabel="RMS, circular = 1")
    return fig


@drawing
def where_the_signal_dies(measured: Array, predicted: Array) -> Figure:
    """Show two maps of what is left of a signal at each position, as parts of the input.

    Parameters
    ----------
    measured, predicted : ndarray of shape (H, W)
        Parts of the signal at each position.
    """
    height, width = measured.shape
    fig = Figure()
    fig.say("Maps of numbers, the stronger the tint the more of the signal is kept.")
    panels = fig.row((width, height + 1.1), (width, height + 1.1))
    for ax, (name, values) in zip(
        panels, {"measured": measured, "predicted": predicted}.items(), strict=True
    ):
        percent = np.rint(100 * values)
        mark = ax.cells(percent, role="output", name=f"{name}, %", at=(0, 1), strength=0.5 * values,
                        text="small", label="top")  # fmt: skip
        mark.derive(corner=percent[0, 0], edge=percent[0, width // 2],
                    centre=percent[height // 2, width // 2])  # fmt: skip
        fig.say("{0:name}: {0:corner} in a corner, {0:edge} in the middle of an edge, {0:centre} "
                "in the centre.", mark)  # fmt: skip
    return fig


@drawing
def leak(departures: Mapping[str, Array]) -> Figure:
    """Show how far each position has departed from the centre, layer by layer.

    Parameters
    ----------
    departures : mapping of str to ndarray of shape (layers, H, W)
        Departures from the centre as parts of the largest, by mode.
    """
    fig = Figure()
    for mode, maps in departures.items():
        named = {f"{mode},\nlayer {layer}": m for layer, m in enumerate(maps, 1)}
        marks = fig.pictures(named, role="amount", columns=len(maps), low=0, high=1)
        for layer, mark in enumerate(marks, 1):
            mark.derive(differ=int((mark.values > 0).sum()), all=mark.values.size, mode=mode,
                        layer=layer)  # fmt: skip
        fig.say("{0:mode}: after layer {0:layer}, {0:differ} of {0:all} positions differ from the "
                "centre, after layer {1:layer} {1:differ}.", marks[0], marks[-1])  # fmt: skip
    return fig
