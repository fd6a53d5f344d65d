"""Figures of the chapter "How do we keep memory under control?"."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from convbook import conv2d, conv2d_input
from convbook._typing import Array
from convbook.figures._budget import budget_bench, network_budget  # noqa: F401  (shown too)
from convbook.figures._figure import Figure, drawing
from convbook.figures._marks import Mark, by
from convbook.figures._panel import Panel
from convbook.figures._planes import slide
from convbook.figures._shift import shift_curves, shift_errors, shift_slider  # noqa: F401  (shown too)
from convbook.figures._stepper import stepper  # noqa: F401  (shown too)
from convbook.stride import Layer, receptive_field

PLACES = ("alpha", "beta", "gamma", "delta")


@drawing
def jumps(image: Array, size: int, stride: int) -> Figure:
    """Show the places of a window that moves by more than one pixel, and the sums below it.

    Parameters
    ----------
    image : ndarray of shape (H, W)
        Image of integers on which two by two windows fit.
    size : int
        Side of the window, in pixels.
    stride : int
        Step from one place to the next, in pixels.
    """
    sums = conv2d(image[None], np.ones((1, 1, size, size), int), stride=stride)[0]
    height, width = image.shape
    fig = Figure()
    ax = fig.panel(width + 6.2, height + 1.2)
    ax.cells(image, role="input", name="input", at=(0.3, 1), strength=0.08, label="top")
    ax.arrow((width + 0.8, 1 + height / 2), (width + 2.0, 1 + height / 2))
    x, y = width + 2.6, 1 + (height - 2.8) / 2
    for role, (u, v) in zip(PLACES, np.ndindex(sums.shape), strict=True):
        shift = 0.07 * (u + v)
        at = 0.3 + stride * v + shift, 1 + stride * u + shift
        ax.frame(at, (size - 2 * shift, size - 2 * shift), role=role)
        ax.cells([[sums[u, v]]], role=role, name=f"sum {u}, {v}", at=(x + 1.4 * v, y + 1.4 * u),
                 size=(1.4, 1.4), strength=0.25, text="large")  # fmt: skip
    ax.note("stride", (width + 1.4, 0.55 + height / 2), role="quiet", size="small")
    step = ax.note(f"{stride}", (width + 1.4, 1.5 + height / 2), name="stride", values=stride)
    fig.say("An {input:size} input with the pixels {input:range}, row by row.")
    fig.say("A window stands in every place that is {0:item} pixels further, each framed in a "
            "colour of its own.", step)  # fmt: skip
    for (u, v), _ in np.ndenumerate(sums):
        fig.say("{0:name}: {0:item}.", fig.marks[f"sum {u}, {v}"])
    return fig


@drawing
def by_hand(image: Array, kernel: Array, stride: int) -> Figure:
    """Show which of a convolution's outputs a stride keeps, and which pixels it never reads.

    Parameters
    ----------
    image : ndarray of shape (H, W)
        Image.
    kernel : ndarray of shape (K_h, K_w)
        Kernel.
    stride : int
        Step of the window.
    """
    output = slide(image, kernel)
    kept = np.zeros(output.shape, bool)
    kept[::stride, ::stride] = True
    unread = _times_read(image.shape, Layer(kernel.shape, stride)) == 0
    (height, width), (rows, columns) = image.shape, output.shape
    fig = Figure()
    ax = fig.panel(width + kernel.shape[1] + columns + 4.8, height + 2.9)
    ax.cells(image, role="input", name="input", at=(0.3, 1), hatched=unread, label="top")
    ax.frame((0.3, 1), kernel.shape[::-1], role="kernel")
    ax.note("hatched:\nnever read", (0.3, height + 1.75), role="quiet", ha="left", va="top")
    ax.cells(kernel, role="kernel", name="kernel", at=(width + 1.8, 1), label="top")
    x = width + kernel.shape[1] + 2.2
    ax.arrow((x, 2), (x + 1.2, 2))
    ax.cells(output, role="output", name="output", at=(x + 1.7, 1), struck=~kept, label="top",
             strength=0.2 * kept)  # fmt: skip
    ax.note(f"struck out:\nskipped by\nstride {stride}", (x + 1.7, rows + 1.75), role="quiet",
            ha="left", va="top", name="stride", values=stride)  # fmt: skip
    fig.marks["output"].derive(kept=lambda values: values[kept])
    fig.marks["input"].derive(unread=lambda values: values[unread])
    fig.say("The {input:size} input {input:range} under a kernel of {kernel:size}.")
    fig.say("Of the outputs {output} a stride of {stride:item} keeps {output:kept}; the others "
            "are struck out.")  # fmt: skip
    if unread.any():
        fig.say("The pixels {input:unread} are hatched: no window that is kept covers them.")
    return fig


@drawing
def times_read_maps(maps: Mapping[str, Array]) -> Figure:
    """Show how often each pixel is read, a map for each layer; 0 is hatched.

    Parameters
    ----------
    maps : mapping of str to ndarray of shape (side, side)
        How many outputs read each pixel, by layer.
    """
    fig = Figure()
    fig.say("Maps of numbers that say how many outputs read each pixel.")
    for mark in _count_maps(fig, maps):
        mark.derive(pixels=np.size, unread=lambda values: int((values == 0).sum()), often=_times)
        fig.say(
            "{0:name}: {0:unread} of {0:pixels} pixels are never read, the others {0:often}.", mark
        )
    return fig


@drawing
def pictures(images: Mapping[str, Array]) -> Figure:
    """Show grey pictures two by two, on one scale and of one size.

    Parameters
    ----------
    images : mapping of str to ndarray of shape (H, W)
        Pictures by name.
    """
    fig = Figure()
    fig.say("Pictures of one roof.")
    for mark in fig.pictures(images, columns=2):
        fig.say("{0:name}, {0:size} pixels.", mark)
    fig.say("First the tiles are slanted stripes; with the stride they lean the other way; "
            "in the last picture the roof is smooth.")  # fmt: skip
    return fig


@drawing
def pyramids(stacks: Mapping[str, Sequence[Layer]]) -> Figure:
    """Show, along one row, which pixels and which outputs below feed one output on top.

    Parameters
    ----------
    stacks : mapping of str to sequence of Layer
        Layers from the image up, by name.
    """
    fig = Figure()
    fig.say("Rows of dots, the pixels at the bottom and one output at the top, joined by lines "
            "where a layer reads.")  # fmt: skip
    extents: list[Any] = [receptive_field(layers)[-1].size for layers in stacks.values()]
    width = max(extents) + 1
    panels = fig.row(*[(width, 1.6 * (len(layers) + 2)) for layers in stacks.values()])
    for panel, (name, layers), extent in zip(panels, stacks.items(), extents, strict=True):
        pixels = _draw_pyramid(panel, layers, width, name)
        pixels.derive(seen=len, extent=extent)
        panel.note(name, (width / 2, 0.5), bold=True)
        panel.note(f"sees {pixels:seen} of {extent} pixels", (width / 2, 1.6 * len(layers) + 2.6))
        fig.say("{0:name}: one output sees {0:seen} of the {0:extent} pixels of its receptive "
                "field.", pixels)  # fmt: skip
    return fig


@drawing
def effective_fields(shares: Mapping[int, Array], level: float) -> Figure:
    """Show which pixels carry the gradient of one output; the frame is the receptive field.

    Parameters
    ----------
    shares : mapping of int to ndarray of shape (n, n)
        Squared gradient, by depth.
    level : float
        Part of the whole that the alt text counts pixels for.
    """
    fig = Figure()
    panels = fig.row(*[(max(len(share), 25), len(share) + 14) for share in shares.values()])
    for panel, (depth, share) in zip(panels, shares.items(), strict=True):
        n, name = len(share), f"{depth} layers"
        left = (max(n, 25) - n) / 2
        field = panel.picture(np.sqrt(share), role="image", name=name, at=(left, 13.5))
        field.derive(
            level=level, pixels=n * n, cells=lambda root: _pixels_that_hold(root**2, level)
        )
        i = np.arange(n) - n // 2
        spread = [float((share.sum(axis) * i**2).sum() ** 0.5) for axis in (0, 1)]
        ring = panel.ring((left + n / 2, 13.5 + n / 2), (spread[0], spread[1]), role="kernel",
                          name=f"circle of {name}")  # fmt: skip
        panel.note(f"{name}\n{by(share.shape)}", (left + n / 2, 12), va="bottom")
        fig.say("{0:name}, a receptive field of {0:size}: {0:level .0%} of the squared gradient "
                "lies on {0:cells} of {0:pixels} pixels, inside a circle of {1:sigmas} standard "
                "deviations, each {1:values .1f} pixels.", field, ring)  # fmt: skip
    fig.say("All are bright in the middle and black towards the edge.")
    return fig


@drawing
def overlaps(maps: Mapping[str, Array]) -> Figure:
    """Show how many stamps of a transposed convolution fall on each element of its output.

    Parameters
    ----------
    maps : mapping of str to ndarray of shape (side, side)
        How many stamps fall on each element, by kernel.
    """
    fig = Figure()
    fig.say("Maps of how many stamps overlap on each element of an output.")
    for mark in _count_maps(fig, maps):
        mark.derive(inside=lambda counts: np.unique(counts[2:-2, 2:-2]).astype(int))
        fig.say("{0:name}: inside, {0:inside} stamps on an element.", mark)
    fig.say("The first is a checkerboard; the last has one number everywhere but at its border.")
    return fig


def _count_maps(fig: Figure, maps: Mapping[str, Array]) -> list[Mark]:
    """Draw maps of whole numbers side by side, darker where larger; a zero is hatched."""
    lines = 0.6 + 1.5 * max(name.count("\n") + 1 for name in maps)
    most = max(counts.max() for counts in maps.values())
    panels = fig.row(*[(counts.shape[1], counts.shape[0] + lines) for counts in maps.values()])
    return [
        panel.cells(counts, role="input", name=name, at=(0, lines - 0.05),
                    strength=0.55 * counts / most, hatched=counts == 0, text="small", label="top")
        for panel, (name, counts) in zip(panels, maps.items(), strict=True)
    ]  # fmt: skip


def _times_read(size: tuple[int, ...], layer: Layer) -> Array:
    """Count the outputs that read each pixel: the gradient of their sum, all weights being 1."""
    image: Any = (1, 1, *size)
    options: Any = layer[1:4]
    taps = np.ones((1, 1, *np.broadcast_to(np.asarray(layer.kernel_size), 2)), int)
    outputs = np.ones_like(conv2d(np.ones(image, int), taps, None, *options))
    reads: Array = conv2d_input(image, taps, outputs, *options)[0, 0]
    return reads


def _pixels_that_hold(share: Array, level: float) -> int:
    """Count the fewest pixels that together hold a part of the whole."""
    return int((np.sort(share.ravel())[::-1].cumsum() < level * share.sum()).sum()) + 1


def _draw_pyramid(panel: Panel, layers: Sequence[Layer], width: int, name: str) -> Mark:
    """Draw the dots of each level and the lines between them; return the pixels that are seen."""
    jumps: list[Any] = [1, *(field.jump for field in receptive_field(layers))]
    places = {0.0}
    for depth in range(len(layers), 0, -1):
        layer: Any = layers[depth - 1]
        taps = layer.dilation * (np.arange(layer.kernel_size) - (layer.kernel_size - 1) / 2)
        below = {x + tap * jumps[depth - 1] for x in places for tap in taps}
        for x in places:
            for tap in taps * jumps[depth - 1]:
                ends = [width / 2 + x, width / 2 + x + tap]
                heights = [_level(layers, depth), _level(layers, depth - 1)]
                panel.line(ends, heights, role="line", width=1)
        _draw_level(panel, places, _level(layers, depth), jumps[depth], width, "output")
        places = below
    return _draw_level(panel, places, _level(layers, 0), 1, width, "input", name)


def _level(layers: Sequence[Layer], depth: int) -> float:
    return 1.6 * (len(layers) - depth) + 1.6


def _draw_level(
    panel: Panel, used: set[float], y: float, jump: int, width: int, role: str, name: str = ""
) -> Mark:
    """Draw one level: its dots in the frame, filled where they feed the output on top."""
    first, half = min(used), width / 2
    edge = half - 0.4
    steps = range(-int((first + edge) // jump), int((edge - first) // jump) + 1)
    idle = [first + half + step * jump for step in steps if first + step * jump not in used]
    panel.dots(idle, [y] * len(idle), role="line", hollow=True, size=4.5)
    return panel.dots(
        [half + x for x in sorted(used)], [y] * len(used), role=role, name=name, size=6
    )


def _times(values: Array) -> str:
    """Write how often the pixels that are read are read."""
    read = values[values > 0]
    low, high = int(read.min()), int(read.max())
    times = {1: "once", 2: "twice"}
    return times.get(low, f"{low} times") if low == high else f"{low} to {high} times"
