"""Figures of the chapter "Convolution: what is it?"."""

from collections.abc import Mapping, Sequence

import numpy as np

from convbook import _checks, conv2d, flip
from convbook._typing import Array
from convbook.figures._bench import bench  # noqa: F401  (shown too)
from convbook.figures._figure import Figure, drawing
from convbook.figures._marks import TIMES, number
from convbook.figures._panel import Panel, Point
from convbook.figures._planes import brightest, draw_map, slide, whole
from convbook.figures._stepper import sliding_window, stepper  # noqa: F401  (shown too)
from convbook.figures._strips import strips

POWERS = ("alpha", "beta", "gamma", "delta")
SUPERSCRIPTS = ("", "t", "t\N{SUPERSCRIPT TWO}", "t\N{SUPERSCRIPT THREE}")


@drawing
def first_look(photo: Array, kernel: Array) -> Figure:
    """Show a photograph, nine weights, and what they make of it.

    Parameters
    ----------
    photo : ndarray of shape (H, W)
        Grey photograph with pixels from 0 to 255.
    kernel : ndarray of shape (3, 3)
        Kernel whose weights add up to zero.
    """
    _checks.shape("kernel", kernel, (3, 3))
    result = slide(photo, kernel)
    high = 5 * photo.shape[0] / photo.shape[1]
    fig = Figure()
    left, middle, right = fig.row((5, high + 1), (3.2, high + 1), (5, high + 1))
    left.picture(photo, role="image", name="photograph", at=(0, 1), size=(5, high), low=0,
                 high=255, label="top")  # fmt: skip
    middle.cells(kernel, role="signed", name="kernel", at=(0.1, high / 2 - 0.5), label="top")
    right.picture(result, role="signed", name="output", at=(0, 1), size=(5, high),
                  high=brightest(result), label="top")  # fmt: skip
    fig.say("A photograph of a cat, {photograph:size} pixels, and the kernel {kernel}.")
    fig.say("The output, the sums of products at all places, reaches from {output:min .0f} to "
            "{output:max .0f}: edges that get brighter to the right are positive, those that get "
            "darker negative, and even areas near zero.")  # fmt: skip
    return fig


@drawing
def impulse(kernel: Array) -> Figure:
    """Show what one bright pixel becomes: the kernel, turned or upright.

    Parameters
    ----------
    kernel : ndarray of shape (3, 3)
        Kernel of non-negative weights.
    """
    _checks.shape("kernel", kernel, (3, 3))
    dot = np.zeros((5, 5), kernel.dtype)
    dot[2, 2] = 1
    results = {"as it is": slide(dot, kernel), "flipped first": slide(dot, flip(kernel))}
    fig = Figure()
    first, *others = fig.row((5.3, 6.2), (4.05, 6.2), (4.05, 6.2))  # narrow enough for a fold
    first.cells(dot, role="input", name="one bright pixel", at=(0.2, 1), strength=0.5 * dot,
                label="top")  # fmt: skip
    fig.say("One bright pixel in a dark picture of {one bright pixel:size}.")
    for ax, (way, result) in zip(others, results.items(), strict=True):
        used = kernel if way == "as it is" else flip(kernel)
        for values, role, y in ((used, "kernel", 1), (result, "output", 3.9)):
            ax.cells(values, role=role, name=f"{role}, {way}", at=(0.97, y), size=(0.7, 0.7),
                     strength=0.5 * values / kernel.max(), text="small",
                     label="top" if y == 1 else None)  # fmt: skip
        ax.arrow((2.02, 3.2), (2.02, 3.8))
        fig.say("The kernel {0} slides over it and leaves {1}.", fig.marks[f"kernel, {way}"],
                fig.marks[f"output, {way}"])  # fmt: skip
    return fig


@drawing
def polynomials(first: Array, second: Array) -> Figure:
    """Multiply two polynomials in a table whose diagonals are the convolution.

    Parameters
    ----------
    first, second : ndarray of shape (n,)
        Coefficients, lowest power first; at most four powers in the product.
    """
    degree = len(first) + len(second) - 1
    if degree > len(POWERS):
        raise ValueError(f"first and second must give at most 4 powers, got {degree}")
    grown = np.pad(first, len(second) - 1)
    total = conv2d(grown[None, None], flip(second[None, None, None]))[0, 0]
    fig = Figure()
    ax = fig.panel(9.6, 7.4)
    left, top = 3.2, 1.2
    for (i, a), (j, b) in _pairs(first, second):
        _power(ax, _term(a * b, i + j), i + j, (left + 1.6 * j, top + i), 1.6)
    for i, a in enumerate(first):
        ax.note(_term(a, i), (left - 0.25, top + i + 0.5), ha="right")
    for j, b in enumerate(second):
        ax.note(_term(b, j), (left + 1.6 * j + 0.8, top - 0.45))
    ax.note(TIMES, (left - 2.0, top + 1.5), role="quiet", size="large")
    base = top + len(first) + 1.35
    ax.note("add what has the same power of t", (4.8, base - 0.55), role="quiet")
    start = 4.8 - 0.95 * degree
    for power, value in enumerate(total):
        _power(ax, _term(value, power), power, (start + 1.9 * power, base), 1.9)
        parts = [f"{a * b:g}" for (i, a), (j, b) in _pairs(first, second) if i + j == power]
        ax.note(" + ".join(parts), (start + 1.9 * power + 0.95, base + 1.4), role="quiet",
                size="small")  # fmt: skip
    for name, factor in {"first": first, "second": second, "product": total}.items():
        words = " + ".join(_term(value, power) for power, value in enumerate(factor))
        ax.note("", (0, 0), name=name, values=words)
    fig.say(
        "The multiplication table of {first} and {second}. Cells on one falling diagonal hold "
        "the same power of t and the same tint. Their sums make the product, {product}."
    )
    return fig


def _pairs(first: Array, second: Array) -> list[tuple[tuple[int, float], tuple[int, float]]]:
    return [(a, b) for a in enumerate(first) for b in enumerate(second)]


def _power(ax: Panel, text: str, power: int, at: Point, width: float) -> None:
    ax.box(at, (width, 1), role=POWERS[power], strength=0.22)
    ax.note(text, (at[0] + width / 2, at[1] + 0.5))


def _term(coefficient: float, power: int) -> str:
    return f"{number(coefficient)}\N{NARROW NO-BREAK SPACE}{SUPERSCRIPTS[power]}".strip()


@drawing
def kernel_bank(photo: Array, kernels: Mapping[str, Array]) -> Figure:
    """Show a photograph through each kernel of a bank.

    Parameters
    ----------
    photo : ndarray of shape (H, W)
        Grey photograph with pixels from 0 to 255.
    kernels : mapping of str to ndarray of shape (3, 3)
        Kernels by name.
    """
    fig = Figure()
    fig.say("Kernels with their weights, and a photograph of a man behind a camera seen through "
            "each. Where weights add up to zero, edges stand on an even background.")  # fmt: skip
    size = 5, 5 * photo.shape[0] / photo.shape[1]
    panels = fig.grid(len(kernels), (5.2, 8.8), columns=4)
    for ax, (name, kernel) in zip(panels, kernels.items(), strict=True):
        _checks.shape(f"kernels[{name!r}]", kernel, (3, 3))
        mark = draw_map(ax, slide(photo, kernel), kernel, name=name, at=(0.1, 3.6), size=size)
        _weights(ax, kernel, name)
        fig.say("{0:name}: {0:min .0f} to {0:max .0f}.", mark)
    return fig


def _weights(ax: Panel, kernel: Array, name: str) -> None:
    """Draw a kernel in small cells below its name, with its common denominator."""
    numbers, scale = whole(kernel)
    ax.note(name, (0.1, 0.45), ha="left", bold=True)
    ax.cells(numbers, role="signed", name=f"{name}, weights", at=(0.1, 0.95),
             size=(0.8, 0.8), text="small")  # fmt: skip
    if scale > 1:
        ax.note(f"\N{DIVISION SIGN} {scale}", (2.8, 2.15), ha="left", size="small")


@drawing
def equivariance(wide: Array, kernel: Array, shift: int) -> Figure:
    """Show that to shift and convolve is to convolve and shift.

    Parameters
    ----------
    wide : ndarray of shape (H, H + shift)
        Photograph; its left and its right part are the shifted and the unshifted picture.
    kernel : ndarray of shape (K_h, K_w)
        Kernel whose weights add up to zero.
    shift : int
        Pixels by which the first picture's content moves to the right.
    """
    height = wide.shape[0]
    _checks.shape("wide", wide, (height, height + shift))
    planes = {"a photograph": wide[:, shift:], "moved": wide[:, :height]}
    limit = brightest(slide(wide, kernel))
    fig = Figure()
    for name, ax in zip(planes, fig.row((5.4, 13.4), (5.4, 13.4)), strict=True):
        edges = "its edges" if name == "a photograph" else "the same, both ways"
        ax.picture(planes[name], role="image", name=name, at=(0.2, 1), size=(5, 5), low=0, high=255,
                   label="top")  # fmt: skip
        ax.arrow((2.7, 6.1), (2.7, 7.4))
        ax.note("convolve", (2.9, 6.7), ha="left")
        ax.picture(slide(planes[name], kernel), role="signed", name=edges, at=(0.2, 7.5),
                   size=(5, 5), high=limit, label="bottom")  # fmt: skip
    gap = abs(fig.marks["the same, both ways"].values[:, shift:]
              - fig.marks["its edges"].values[:, :-shift]).max()  # fmt: skip
    fig.marks["moved"].derive(shift=shift, gap=gap)
    fig.say(
        "A photograph, the same scene moved by {moved:shift} pixels, and below each its "
        "convolution, in which edges are positive or negative. To shift and then convolve gives "
        "the same as to convolve and then shift: the largest difference is {moved:gap}."
    )
    return fig


@drawing
def rectified(photo: Array, kernel: Array, fitted: Array, constant: float) -> Figure:
    """Show what a ReLU makes of an edge kernel, and the best that one kernel can do instead.

    Parameters
    ----------
    photo : ndarray of shape (H, W)
        Grey photograph with pixels from 0 to 255.
    kernel : ndarray of shape (3, 3)
        Kernel of the first layer, which holds it with both signs.
    fitted : ndarray of shape (5, 5)
        Single kernel that comes closest to the two layers.
    constant : float
        Bias that goes with it.
    """
    _checks.shape("kernel", kernel, (3, 3))
    _checks.shape("fitted", fitted, (5, 5))
    signed = slide(photo, kernel)
    net = abs(signed)
    best = slide(photo, fitted) + constant
    limit, inner = brightest(signed), net[1:-1, 1:-1]
    fig = Figure()
    fig.pictures({"one kernel": signed}, role="signed", columns=3, low=-limit, high=limit)
    single = f"best single kernel, {fitted.shape[0]}{TIMES}{fitted.shape[1]}"
    fig.pictures({"both signs, with a ReLU": net, single: best,
                  "the rest": abs(inner - best)}, columns=3, low=0, high=limit)  # fmt: skip
    mark = fig.marks[single]
    mark.derive(left=((inner - best) ** 2).sum() / ((inner - inner.mean()) ** 2).sum())
    fig.say(
        "A photograph's response to one kernel, positive or negative according to the edge's "
        "direction; to both signs, with a ReLU, in which edges of either direction are "
        "bright; and to the best single kernel, which leaves {0:left .0%} of the variance. "
        "The rest looks like the edges themselves.",
        mark,
    )
    return fig


@drawing
def flip_difference(groups: Mapping[str, Sequence[float]]) -> Figure:
    """Show how much the flip changes a photograph's convolution, for several sorts of kernels.

    Parameters
    ----------
    groups : mapping of str to sequence of float
        Relative differences, one for each kernel, by sort of kernel.
    """
    return strips(groups, 2.0, "change of the output when the kernel is flipped")
