"""What each view of a convolution costs in memory and time."""

from collections.abc import Mapping, Sequence

import numpy as np

from convbook import convolution_matrix, unfold
from convbook._typing import Array
from convbook.figures._figure import Figure, drawing

PLACES = {"kernel": (0.13, "kernel"), "image": (0.42, "input"), "patches": (0.78, "output")}
"""How far across the rectangle each small square stands, and its role."""


@drawing
def sizes_to_scale(kernel: Array, image: Array) -> Figure:
    """Draw how many numbers the matrix, the patches, the image and the kernel hold, as areas.

    Parameters
    ----------
    kernel : ndarray of shape (K_h, K_w)
        Kernel.
    image : ndarray of shape (H, W)
        Image.
    """
    patches = unfold(image[None], kernel.shape)
    matrix = convolution_matrix(kernel[None, None], image.shape)
    width, height = 14, 5.4
    fig = Figure()
    ax = fig.panel(width + 0.2, height + 0.2)
    unit, floor = np.sqrt(width * height / matrix.size), 2.9
    ax.box((0.1, 0.1), (width, height), role="quiet", strength=0.08)
    ax.note(f"the matrix\n{_spaced(matrix.size)} numbers", (width / 2, 1.1), name="matrix",
            values=matrix.size)  # fmt: skip
    for (name, (x, role)), array in zip(PLACES.items(), (kernel, image, patches), strict=True):
        edge, middle = unit * np.sqrt(array.size), width * x
        ax.box((middle - edge / 2, floor - edge), (edge, edge), role=role, strength=0.5)
        words = f"{name}\n{_spaced(array.size)}"
        words += f"\n{array.size / image.size:.2f} × image" * (name == "patches")
        ax.note(words, (middle, floor + 0.5), role=role, name=name, values=array.size, va="top")
    fig.marks["patches"].derive(images=patches.size / image.size)
    fig.say("Areas drawn to scale. A huge rectangle, the matrix, {matrix:item ,d} numbers. "
            "Inside it small squares: the unfolded patches, {patches:item ,d} numbers, "
            "{patches:images .2f} times the image; the image, {image:item}; and "
            "the kernel, {kernel:item}, hardly more than a dot.")  # fmt: skip
    return fig


def _spaced(count: int) -> str:
    """Write a count with a space before each three digits."""
    return f"{count:,}".replace(",", " ")


@drawing
def times(sides: Sequence[int], measured: Mapping[str, Sequence[float]], call: float) -> Figure:
    """Draw measured times against the side of the image.

    Parameters
    ----------
    sides : sequence of int
        Sides of the square images, in pixels.
    measured : mapping of str to sequence of float
        Microseconds of each method, one for each side.
    call : float
        Microseconds of a call that computes next to nothing.
    """
    fig = Figure(measured=True)
    plot = fig.plot(0.56)
    fig.say("Lines on logarithmic axes: microseconds of each method, measured in this build, on "
            "square images of different sides.")  # fmt: skip
    ends = _apart([np.log10(values[-1]) for values in measured.values()], 0.3)
    marks = zip(("quiet", "kernel", "output", "gradient", "input"), "osD^v", strict=True)
    for (name, values), end, (role, marker) in zip(measured.items(), ends, marks, strict=False):
        line = plot.line(sides, values, role=role, name=name, marker=marker, markersize=6)
        plot.note(name, (sides[-1] * 1.1, 10**end), role=role, ha="left")
        fig.say("{0:name}: {0:values .2g}.", line)
    plot.level(call, name="call", role="output")
    fig.say("A dashed line: a call that computes one number, {call:item .2g}.")
    plot.ax.set(xscale="log", yscale="log", xlabel="side of the image, pixels")
    plot.title("time, microseconds")
    plot.ticks("x", sides)
    plot.ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    (left, right), (low, high) = plot.ax.get_xlim(), plot.ax.get_ylim()
    plot.ax.set(xlim=(left, right), ylim=(low, high))
    plot.box((left, low), (right - left, call - low), role="output", strength=0.08, width=0)
    plot.note("the call alone", (0.98, 0.04), role="output", ha="right", va="bottom", size="small",
              xycoords="axes fraction")  # fmt: skip
    return fig


def _apart(heights: Sequence[float], gap: float) -> list[float]:
    """Move labels up until none is nearer to the next than `gap`."""
    placed: list[float] = []
    for height in sorted(heights):
        placed.append(max(height, placed[-1] + gap) if placed else height)
    return [placed[rank] for rank in np.argsort(np.argsort(heights))]
