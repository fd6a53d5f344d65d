"""One position of a kernel, product by product: a figure that three chapters let you touch."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from convbook import _checks, conv2d, pad
from convbook._typing import Array, PaddingMode
from convbook.figures import _draw
from convbook.figures._draw import listed
from convbook.figures._explorable import Explorable, written
from convbook.figures._figure import Figure, drawing

TIMES, DOT = "\N{MULTIPLICATION SIGN}", "\N{MIDDLE DOT}"
CONTROLS = ("padding", "mode", "stride", "dilation", "flip", "predict", "goal")


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
    examples: Mapping[str, str] | None = None,
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
    stride, padding, dilation, mode
        As for :func:`~convbook.conv2d`; the mode is that of :class:`!torch.nn.Conv2d`.
    controls : sequence of str
        What else a reader may change: "padding", "mode", "stride", "dilation", "flip", "predict",
        "goal". Show what the chapter has introduced.
    examples : mapping of str to str
        Settings to start from, as a link writes them.
    """
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
        "goal": "none",
        "on": "output",
        "at": written(np.array(at)),
        "controls": [*controls],
        "examples": dict(examples or {}),
        "label": "a convolution to change",
    }
    places = [stride * k for k in at]
    taps = [(dilation * i, dilation * j) for i, j in np.ndindex(kernel.shape)]
    window = [(places[0] + i, places[1] + j) for i, j in taps]
    products = [f"{beyond[tap]}{DOT}{w}" for tap, w in zip(window, kernel.flat, strict=True)]
    total = f"{' + '.join(products)} = {output[at]}"
    rooms = _rooms(sum(len(name) + 5 for name in examples or ()), controls)
    fig = Explorable("stepper", settings, *_size(beyond, kernel, output), rooms)
    _draw_all(fig, beyond, kernel, output, padding, dict(zip(window, kernel.flat, strict=True)))
    ax = fig.axes[0]
    _mark(ax, places, at, [dilation * (k - 1) + 1 for k in kernel.shape], beyond, kernel, output)
    _draw.label(ax, ax.get_xlim()[1] / 2, ax.get_ylim()[0] - 0.6, total, fontsize=_fitting(total))
    options = _said(padding, mode, stride, dilation)
    fig.alt = (
        f"A kernel with the weights {listed(kernel)} at row {at[0]}, column {at[1]} of its "
        f"positions on an input that holds {listed(image)}{options}: {total}. The output holds "
        f"{listed(output)}. In the page on the web, every number can be changed."
    )
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


def _rooms(letters: int, controls: Sequence[str]) -> tuple[float, float]:
    """Return the height that the element needs in a wide and in a narrow column, in rem."""
    wide = 33.7 + 2.5 * math.ceil(letters / 80)
    narrow = 53.4 + 2.4 * math.ceil(letters / 36) + 2.4 * (len(controls) > 2)
    return wide, narrow


def _size(*grids: Array) -> tuple[float, float]:
    """Return the figure's width and height in inches for three grids side by side."""
    width = sum(grid.shape[1] for grid in grids) + 4.0
    height = max(len(grid) for grid in grids) + 2.6
    scale = min(0.42, 6.4 / width)
    return scale * width, scale * height


def _fitting(text: str) -> float:
    """Return the font size at which a formula fits below its grids."""
    return min(13, 480 / len(text))


def _draw_all(
    fig: Figure, beyond: Array, kernel: Array, output: Array, padding: int, weights: dict[Any, Any]
) -> None:
    """Draw input, kernel and output side by side, with the weights on the pixels they meet."""
    grids = {"input": beyond, "kernel": kernel, "output": output}
    width = sum(grid.shape[1] for grid in grids.values()) + 4.0
    tallest = max(map(len, grids.values()))
    ax = _draw.canvas(fig, width, tallest + 2.6)
    left = 0.5
    for name, grid in grids.items():
        top = _top(grid, tallest)
        _draw.label(ax, left + grid.shape[1] / 2, top - 0.45, name, name, fontsize=13)
        for (row, column), value in np.ndenumerate(grid):
            place = left + column, top + row
            inside = name != "input" or _inside(row, column, grid.shape, padding)
            meets = name == "input" and (row, column) in weights
            _draw.box(ax, place, 1, 1, name if inside else "padding", 0.22 if meets else 0.1)
            shift = 0.15 if meets else 0
            _draw.label(ax, place[0] + 0.5 - shift, place[1] + 0.5 - shift, f"{value}", fontsize=13)
            if meets:
                text = f"{TIMES}{weights[row, column]}"
                _draw.label(ax, place[0] + 0.69, place[1] + 0.75, text, "kernel", fontsize=10)
        left += grid.shape[1] + 1.5
    x = 0.5 + beyond.shape[1] + 0.75
    _draw.label(ax, x, 1 + tallest / 2, "∗", fontsize=17)
    _draw.label(ax, x + kernel.shape[1] + 1.5, 1 + tallest / 2, "=", fontsize=17)


def _inside(row: int, column: int, shape: tuple[int, ...], padding: int) -> bool:
    """Tell whether a place of the padded image belongs to the image."""
    return all(padding <= k < n - padding for k, n in zip((row, column), shape, strict=True))


def _top(grid: Array, tallest: int) -> float:
    """Return where a grid begins so that all stand at the same middle."""
    return 1 + (tallest - len(grid)) / 2


def _mark(
    ax: Axes,
    places: Sequence[int],
    at: tuple[int, int],
    span: Sequence[int],
    beyond: Array,
    kernel: Array,
    output: Array,
) -> None:
    """Frame the window and the output that it makes."""
    tallest = max(len(beyond), len(kernel), len(output))
    top = _top(beyond, tallest) + places[0]
    _draw.frame(ax, (0.5 + places[1], top), span[1], span[0], "kernel")
    left = 3.5 + beyond.shape[1] + kernel.shape[1]
    _draw.frame(ax, (left + at[1], _top(output, tallest) + at[0]), 1, 1, "output")
