"""What each mode writes beside the border."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.patches import FancyArrowPatch

from convbook import output_size, pad
from convbook._typing import Array, PadMode
from convbook.figures import _palette
from convbook.figures._figure import Figure, drawing
from convbook.figures._marks import Mark
from convbook.figures._panel import Panel, Point
from convbook.figures._planes import slide


@drawing
def continuations(photograph: Array, corner: tuple[int, int], side: int, margin: int) -> Figure:
    """Show a crop of a photograph as it really goes on, and as each mode continues it.

    Parameters
    ----------
    photograph : ndarray of shape (H, W, 3)
        Colour photograph.
    corner : pair of int
        Row and column of the crop's top left pixel.
    side : int
        Side of the crop, in pixels.
    margin : int
        Pixels shown around it.
    """
    top, left = corner
    rows = slice(top - margin, top + side + margin)
    columns = slice(left - margin, left + side + margin)
    crop = np.moveaxis(photograph[top : top + side, left : left + side], -1, 0)
    pictures = {"what the camera saw": photograph[rows, columns]}
    for mode in ("constant", "circular", "reflect", "replicate", "symmetric"):
        name = "zeros" if mode == "constant" else mode
        pictures[name] = np.moveaxis(_continued(crop, margin, 2, mode), 0, -1)
    whole = side + 2 * margin
    fig = Figure()
    panels = fig.grid(6, (whole, 1.12 * whole), columns=3)
    for ax, (name, picture) in zip(panels, pictures.items(), strict=True):
        ax.picture(picture, role="colour", name=name, at=(0, 0.11 * whole), label="top")
        ax.frame((margin, 0.11 * whole + margin), (side, side), role="input")
    _magnify_edge(fig, pictures, margin, side)
    fig.marks["what the camera saw"].derive(side=side, margin=margin)
    fig.say(
        "Pictures with the same {0:side} by {0:side} pixels in a frame in the middle. They "
        "differ in the margin of {0:margin} pixels: what the camera saw; the opposite side of "
        "the crop with circular; a mirror image with reflect and, almost alike, with "
        "symmetric; streaks of the outermost pixels with replicate; black with zeros. Below, "
        "enlarged, a few pixels beside the frame: symmetric repeats the pixel at the edge, "
        "reflect does not.",
        fig.marks["what the camera saw"],
    )
    return fig


def _magnify_edge(fig: Figure, pictures: Mapping[str, Array], margin: int, side: int) -> None:
    """Enlarge a few pixels of one row on both sides of the crop's edge."""
    shown = slice(margin - 4, margin + 4)
    for name, ax in zip(("reflect", "symmetric"), fig.row((8, 2.9), (8, 2.9)), strict=True):
        strip = pictures[name][margin + side // 2 : margin + side // 2 + 1, shown]
        at = 0, 1.4
        ax.picture(strip, role="colour", name=f"{name}, enlarged", at=at, size=(8, 1), label="top")
        ax.frame((4, 1.4), (4, 1), role="input")


@drawing
def by_hand(image: Array, kernel: Array) -> Figure:
    """Show a small image padded on the right and at the bottom, with two modes, and both results.

    Parameters
    ----------
    image : ndarray of shape (H, W)
        Image.
    kernel : ndarray of shape (K_h, K_w)
        Kernel.
    """
    sides = (0, kernel.shape[1] - 1, 0, kernel.shape[0] - 1)
    inside = slide(image, kernel)
    modes: dict[str, PadMode] = {"zeros": "constant", "reflect": "reflect"}
    fig = Figure()
    for name, mode in modes.items():
        padded = pad(image[None], sides, mode=mode)[0]
        result = slide(padded, kernel)
        ax = fig.panel(12.6, 6.4)
        ax.note(name, (0.3, 0.5), ha="left", bold=True)
        _padded(ax, padded, image.shape, "input", f"input with {name}", (0.3, 2.0))
        ax.frame((2.3, 2.0), (2, 2), role="kernel")
        ax.cells(kernel, role="kernel", name="kernel", at=(5.2, 3.0), label="top")
        ax.arrow((7.5, 4), (8.5, 4))
        _padded(ax, result, inside.shape, "output", f"output with {name}", (8.9, 2.0))
        ax.frame((10.9, 2.0), role="kernel")
        fig.say("{0:name} is {0}, and {1:name} is {1}.", fig.marks[f"input with {name}"],
                fig.marks[f"output with {name}"])  # fmt: skip
    shared = fig.marks["output with zeros"].derive(same=inside.ravel())
    fig.say("The numbers {0:same} are the same in both.", shared)
    return fig


@drawing
def continued_row(row: Array, amount: int) -> Figure:
    """Show where each mode finds the numbers it writes beside a row.

    Parameters
    ----------
    row : ndarray of shape (n,)
        Numbers.
    amount : int
        How many are added on each side.
    """
    n, names = len(row), ("constant", "reflect", "replicate", "circular", "symmetric")
    fig = Figure()
    fig.say("A row continued on both sides in several ways; arrows lead from each number to its "
            "copies.")  # fmt: skip
    pitch = 2.0
    ax = fig.panel(n + 2 * amount + 4.2, pitch * len(names) + 0.2)
    outside = [*range(-amount, 0), *range(n, n + amount)]
    for place, name in enumerate(names):
        y = 1.0 + pitch * place
        values, sources = (_continued(each[None], amount, 1, name) for each in (row, np.arange(n)))
        ax.note("constant\n(zeros)" if name == "constant" else name, (0, y + 0.5), ha="left")
        _padded(ax, values, (1, n), "input", name, (4, y), before=amount)
        for i in outside if name != "constant" else []:
            _curve(ax, 4.5 + amount + sources[0, i + amount], 4.5 + amount + i, y)
        fig.say("{0:name}: {0};", fig.marks[name])
    return fig


@drawing
def rotated(black: Array, mirrored: Array) -> Figure:
    """Show a turned photograph with its empty corners filled in two ways.

    Parameters
    ----------
    black, mirrored : ndarray of shape (H, W, 3)
        The photograph with black corners, and with mirrored ones.
    """
    fig = Figure()
    marks = fig.pictures({"zeros": black, "reflect": mirrored}, role="colour", columns=2)
    marks[0].derive(empty=float((black == 0).all(axis=-1).mean()))
    fig.say("A photograph of a cat, turned. With zeros the empty corners, {0:empty .0%} of the "
            "area, are black. With reflect they hold mirror images of the fur and the "
            "background beside them.", marks[0])  # fmt: skip
    return fig


@drawing
def strided_windows(row: Array, width: int, layouts: Mapping[str, tuple[int, int]]) -> Figure:
    """Show where windows of stride 2 stand on a row that is padded before and after.

    Parameters
    ----------
    row : ndarray of shape (n,)
        Pixels.
    width : int
        Width of a window.
    layouts : mapping of str to pair of int
        Zeros before and after, by library.
    """
    n, before = len(row), max(left for left, _ in layouts.values())
    fig = Figure()
    fig.say("A row of pixels under windows that move by a stride of more than one.")
    panels = fig.row(*[(n + before + 1.4, 4.0)] * len(layouts))
    for ax, (name, (left, right)) in zip(panels, layouts.items(), strict=True):
        y, x = 1.3, 0.2 + before - left
        padded = pad(row[None], (left, right))[0]
        ax.note(name, (0.2, y - 0.55), ha="left", bold=True)
        mark = _padded(ax, padded[None], (1, n), "input", name, (x, y), before=left)
        count = int(output_size(len(padded), width, stride=2))
        for k in range(count):
            total = int(padded[2 * k : 2 * k + width].sum())
            _bracket(ax, (x + 2 * k, y + 1.3 + 0.5 * (k % 2)), width, f"{total}")
        centres = [2 * k - left + width // 2 + 1 for k in range(count)]
        mark.derive(before=left, after=right, centres=centres)
        fig.say("{0:name}: {0:before} before, {0:after} after, windows centred on pixels "
                "{0:centres}.", mark)  # fmt: skip
    return fig


def _bracket(ax: Panel, at: Point, width: int, text: str) -> None:
    """Draw a window from below, its middle, and what it holds in all."""
    start, stop, y = at[0] + 0.08, at[0] + width - 0.08, at[1]
    ax.line([start, start, stop, stop], [y - 0.16, y, y, y - 0.16], role="kernel")
    ax.dots([at[0] + width / 2], [y], role="kernel", size=6)
    ax.note(text, (at[0] + width / 2, y + 0.42), role="output", size="small")


def _continued(array: Array, amount: int, axes: int, mode: Any) -> Array:
    """Continue an array on both sides of its last axes; "symmetric" is NumPy's alone."""
    if mode != "symmetric":
        return pad(array, (amount, amount) * axes, mode=mode)
    return np.pad(array, [(0, 0)] * (array.ndim - axes) + [(amount, amount)] * axes, mode)


def _padded(
    ax: Panel, values: Array, inside: Sequence[int], role: str, name: str, at: Point, *,
    before: int = 0,
) -> Mark:  # fmt: skip
    """Draw an array whose first `inside` rows and columns after `before` are real."""
    rows, columns = np.indices(values.shape)
    added: Any = (rows >= inside[0]) | (columns < before) | (columns >= before + inside[1])
    return ax.cells(values, role=role, name=name, at=at, hatched=added)


def _curve(ax: Panel, start: float, end: float, y: float) -> None:
    """Draw an arrow above a row from one cell to its copy."""
    bend = 0.9 / abs(end - start) ** 0.6
    ax.ax.add_patch(
        FancyArrowPatch(
            (start, y - 0.06), (end, y - 0.06), arrowstyle="-|>", mutation_scale=9, linewidth=1.1,
            color=_palette.ink("quiet").light, shrinkA=0, shrinkB=0, clip_on=False,
            connectionstyle=f"arc3,rad={-bend if end > start else bend}",
        )
    )  # fmt: skip
