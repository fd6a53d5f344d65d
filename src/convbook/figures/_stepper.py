"""The positions of a kernel, product by product; three chapters let you touch one of them."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from convbook import _checks, conv2d, pad
from convbook._typing import Array, PaddingMode
from convbook.figures._explorable import Explorable, written
from convbook.figures._figure import Figure, drawing
from convbook.figures._marks import DOT, MINUS, TIMES, number
from convbook.figures._panel import Panel, Point
from convbook.figures._planes import slide

CONTROLS = ("padding", "mode", "stride", "dilation", "flip", "predict", "goal")

EXAMPLES = {
    "the running example": "x=0,1,2/3,4,5/6,7,8&w=0,1/2,3",
    "one bright pixel": "x=0,0,0,0,0/0,0,0,0,0/0,0,1,0,0/0,0,0,0,0/0,0,0,0,0&w=1,2,3/4,5,6/7,8,9",
    "an edge": "x=2,2,2,7,7,7/2,2,2,7,7,7/2,2,2,7,7,7/2,2,2,7,7,7&w=-1,0,1/-2,0,2/-1,0,1",
    "an even grey": "x=5,5,5,5/5,5,5,5/5,5,5,5/5,5,5,5&w=0,1/2,3",
}
"""Settings to start from, as a link writes them; without padding, stride and dilation."""


@drawing
def stepper(
    image: Array,
    kernel: Array,
    at: tuple[int, int] = (0, 0),
    *,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    mode: PaddingMode = "zeros",
    controls: Sequence[str] = ("flip", "predict", "goal"),
) -> Figure:
    """Show one position of a kernel; in the page every number and every option can be changed.

    Parameters
    ----------
    image : ndarray of shape (H, W)
        Image of at most 8 by 8 pixels.
    kernel : ndarray of shape (K_h, K_w)
        Kernel of at most 5 by 5 weights.
    at : pair of int
        Position of the kernel.
    stride, padding, dilation : int
        As for :func:`~convbook.conv2d`.
    mode : str
        As the ``padding_mode`` of :class:`!torch.nn.Conv2d`.
    controls : sequence of str
        What else a reader may change: "padding", "mode", "stride", "dilation", "flip", "predict",
        "goal". Show what the chapter has introduced.
    """
    examples = EXAMPLES if "flip" in controls else {}
    for control in controls:
        _checks.choice("controls", control, CONTROLS)
    beyond = _continued(image, padding, mode)
    output = conv2d(beyond[None], kernel[None, None], stride=stride, dilation=dilation)[0]
    settings = {
        "x": written(image),
        "w": written(kernel),
        "padding": padding,
        "mode": mode,
        "stride": stride,
        "dilation": dilation,
        "flip": "false",
        "predict": "false",
        "goal": "none",
        "on": "output",
        "at": written(np.array(at)),
        "controls": [*controls],
        "examples": examples,
        "label": "a convolution to change",
    }
    places = [stride * k for k in at]
    taps = [(dilation * i, dilation * j) for i, j in np.ndindex(kernel.shape)]
    window = [(places[0] + i, places[1] + j) for i, j in taps]
    products = _products([beyond[tap] for tap in window], kernel)
    grids = {"input": beyond, "kernel": kernel, "output": output}
    corners, (width, height) = _layout(grids)
    total = _lines(products, output[at])
    rooms = _rooms(sum(len(name) + 5 for name in examples))
    fig = Explorable("stepper", settings, rooms)
    ax = fig.panel(width, height + 0.9 * len(total))
    inside = np.pad(np.ones(image.shape, bool), padding)
    weights = dict(zip(window, kernel.flat, strict=True))
    _draw_input(ax, beyond, inside, corners["input"], weights)
    for name, grid in (("kernel", kernel), ("output", output)):
        ax.cells(grid, role=name, name=name, at=corners[name], strength=0.1, label="top")
    span = [dilation * (k - 1) + 1 for k in kernel.shape]
    (x, y), (left, top) = corners["input"], corners["output"]
    ax.frame((x + places[1], y + places[0]), (span[1], span[0]), role="kernel")
    ax.frame((left + at[1], top + at[0]), role="output")
    for row, line in enumerate(total):
        ax.note(line, (width / 2, height + 0.4 + 0.9 * row))
    fig.marks["kernel"].derive(row=at[0], column=at[1], sum=" ".join(total),
                               options=_said(padding, mode, stride, dilation))  # fmt: skip
    fig.marks["input"].derive(image=", ".join(map(number, image.flat)))
    fig.say("A kernel with the weights {kernel} at row {kernel:row}, column {kernel:column} of its "
            "positions on an input that holds {input:image}{kernel:options}: {kernel:sum}. The "
            "output holds {output}. On the web page, every number can be changed."
            )  # fmt: skip
    return fig


def _continued(image: Array, padding: int, mode: PaddingMode) -> Array:
    """Continue an image beyond its border on all sides."""
    if not padding:
        return image
    named: Any = "constant" if mode == "zeros" else mode
    beyond: Array = pad(image[None], (padding,) * 4, mode=named)[0]
    return beyond


def _said(padding: int, mode: str, stride: int, dilation: int) -> str:
    """Name the options that are not the usual ones."""
    names = {f"padded by {padding} ({mode})": padding, f"stride {stride}": stride - 1}
    names[f"dilation {dilation}"] = dilation - 1
    return "".join(f", {name}" for name, used in names.items() if used)


def _rooms(letters: int) -> tuple[float, float]:
    """Return the height that the element needs in a wide and in a narrow column, in rem."""
    return 35.7 + 2.5 * math.ceil(letters / 80), 56.1 + 2.4 * math.ceil(letters / 36)


def _layout(
    grids: Mapping[str, Array],
) -> tuple[dict[str, tuple[float, float]], tuple[float, float]]:
    """Return each grid's left top corner, and the size of all: in a row, or kernel over output."""
    (h_in, w_in), (h_k, w_k), (h_out, w_out) = (grid.shape for grid in grids.values())
    if w_in + w_k + w_out < 9:
        tallest = max(h_in, h_k, h_out)
        lefts = 0.5, w_in + 2, w_in + w_k + 3.5
        tops = [1 + (tallest - height) / 2 for height in (h_in, h_k, h_out)]
        size = lefts[2] + w_out + 0.5, tallest + 1.3
    else:
        lefts, tops = (0.5, w_in + 1.5, w_in + 1.5), [1, 1, h_k + 2.4]
        size = lefts[2] + max(w_k, w_out) + 0.5, max(h_in + 1, tops[2] + h_out) + 0.4
    return dict(zip(grids, zip(lefts, tops, strict=True), strict=True)), size


def _lines(products: Sequence[str], result: Any) -> list[str]:
    """Write the sum, four products a line."""
    rows = [" + ".join(products[k : k + 4]) for k in range(0, len(products), 4)]
    return [*(f"{row} +" for row in rows[:-1]), f"{rows[-1]} = {result}"]


def _draw_input(
    ax: Panel, beyond: Array, inside: Array, corner: Point, weights: Mapping[tuple[int, int], Any]
) -> None:  # fmt: skip
    """Draw the input, and the weights on the pixels that they meet."""
    meets = np.zeros(beyond.shape, bool)
    meets[tuple(zip(*weights, strict=True))] = True
    ax.cells(beyond, role="input", name="input", at=corner, form=None, hatched=~inside,
             strength=np.where(meets, 0.22, 0.1), label="top")  # fmt: skip
    for place, value in np.ndenumerate(beyond):
        x, y = corner[0] + place[1] + 0.5, corner[1] + place[0] + 0.5
        if place in weights:
            ax.note(f"{TIMES}{number(weights[place])}", (x + 0.2, y + 0.26), role="kernel",
                    size="small")  # fmt: skip
            x, y = x - 0.2, y - 0.22
        ax.note(number(value), (x, y), size="small" if place in weights else "text")


@drawing
def sliding_window(image: Array, kernel: Array) -> Figure:
    """Show every position of a small kernel on a small image, product by product.

    Parameters
    ----------
    image : ndarray of shape (3, 3)
        Image.
    kernel : ndarray of shape (2, 2)
        Kernel.
    """
    _checks.shape("image", image, (3, 3))
    _checks.shape("kernel", kernel, (2, 2))
    output = slide(image, kernel)
    fig = Figure()
    top = fig.panel(6, 3.1)
    top.cells(kernel, role="kernel", name="kernel", at=(2, 1), label="top")
    fig.say("The {kernel:size} kernel {kernel} at each position of the {0:size} input {0}.",
            top.cells(image, role="input", name="input", form=None, size=(0, 0)))  # fmt: skip
    for u in range(2):
        for v, ax in enumerate(fig.row((6.5, 5.2), (6.5, 5.2))):
            _window(ax, image, kernel, (u, v))
            ax.arrow((3.55, 2.5), (4.05, 2.5))
            _so_far(ax, output, 2 * u + v)
            seen = image[u : u + 2, v : v + 2]
            (sum_,) = _lines(_products(seen.flat, kernel), output[u, v])
            ax.note(sum_, (3.2, 4.75), name=f"position {u}, {v}")
            fig.say("{0:name}: {0}.", fig.marks[f"position {u}, {v}"])
    fig.say("The sums are the output, {0}.",
            top.cells(output, role="output", name="output", form=None, size=(0, 0)))  # fmt: skip
    return fig


def _window(ax: Panel, image: Array, kernel: Array, at: tuple[int, int]) -> None:
    """Draw the input with the kernel's weights on the pixels that they meet."""
    (u, v), (x, y) = at, (0.2, 1)
    ax.note("input", (x + 1.5, 0.6), role="input")
    for (row, column), pixel in np.ndenumerate(image):
        i, j = row - u, column - v
        inside = 0 <= i < kernel.shape[0] and 0 <= j < kernel.shape[1]
        ax.box((x + column, y + row), role="input", strength=0.22 if inside else 0.1)
        shift = 0.17 if inside else 0
        ax.note(f"{pixel}", (x + column + 0.5 - shift, y + row + 0.5 - shift))
        if inside:
            ax.note(f"{TIMES}{kernel[i, j]}", (x + column + 0.67, y + row + 0.74), role="kernel",
                    size="small")  # fmt: skip
    ax.frame((x + v, y + u), kernel.shape[::-1], role="kernel")


def _so_far(ax: Panel, output: Array, step: int) -> None:
    """Draw the output as it is after some steps, the newest number strongest."""
    ax.note("output", (5.2, 0.6), role="output")
    for count, ((row, column), value) in enumerate(np.ndenumerate(output)):
        at = 4.2 + column, 1.5 + row
        strength = 0.35 if count == step else 0.1 if count < step else 0
        ax.box(at, role="output", strength=strength)
        if count <= step:
            ax.note(f"{value}", (at[0] + 0.5, at[1] + 0.5), bold=count == step)


def _products(seen: Iterable[Any], kernel: Array) -> list[str]:
    """Write the products at one position."""
    pairs = zip(seen, kernel.flat, strict=True)
    return [f"{pixel}{DOT}{weight}".replace("-", MINUS) for pixel, weight in pairs]
