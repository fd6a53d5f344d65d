"""Max-pooling: what it keeps of a map, and what stays when the map moves by a pixel."""

from collections.abc import Mapping

import numpy as np

from convbook import max_pool2d
from convbook._typing import Array
from convbook.figures._figure import Figure, drawing
from convbook.figures._marks import number
from convbook.figures._panel import Panel


@drawing
def max_pooling(before: Array, size: int) -> Figure:
    """Show the largest numbers of a map's squares, and which stay when the map moves by a pixel.

    Parameters
    ----------
    before : ndarray of shape (H, W + 1)
        A part of a map with no negative numbers; H and W are multiples of `size`. Its last W
        columns are the map, its first W the same map moved by a pixel.
    size : int
        Side of a square.
    """
    height, width = before.shape
    if height % size or (width - 1) % size:
        raise ValueError(f"before must hold whole squares and one more column, got {before.shape}")
    seen = [before[:, 1:], before[:, :-1]]
    kept = [max_pool2d(plane[None], size)[0] for plane in seen]
    stayed = (kept[0] == kept[1]) & (kept[0] > 0)
    fig = Figure()
    cells = (width - 0.8, height + 1.2), (kept[0].shape[1] + 1.6, height + 1.2)
    names = ("map", "maxima"), ("moved map", "its maxima")
    for (plane, maxima), (above, beside) in zip(zip(seen, kept, strict=True), names, strict=True):
        left, right = fig.row(*cells)
        _squares(left, plane, above, size, float(before.max()))
        _maxima(right, maxima, beside, stayed, float(before.max()))
    mark = fig.marks["its maxima"]
    mark.derive(stayed=int(stayed.sum()), all=stayed.size)
    fig.say(
        "A part of an edge map, cut into squares, and the largest number of each: {maxima}. "
        "Below them the same map, moved by a pixel, and its maxima: {its maxima}. "
        "{its maxima:stayed} of {its maxima:all} are framed: they stayed exactly the same."
    )
    return fig


def _squares(ax: Panel, plane: Array, name: str, size: int, largest: float) -> None:
    """Draw a map's numbers, and the squares into which it is cut."""
    ax.note(name, (0.1 + plane.shape[1] / 2, 0.5))
    ax.cells(plane, role="output", name=name, at=(0.1, 1), form=".0f", text="small",
             strength=0.6 * plane / largest)  # fmt: skip
    for row, column in np.ndindex(plane.shape[0] // size, plane.shape[1] // size):
        ax.box((0.1 + size * column, 1 + size * row), (size, size), role="ink", strength=0, width=2)


def _maxima(ax: Panel, kept: Array, name: str, stayed: Array, largest: float) -> None:
    """Draw the largest numbers, and frame those that stayed."""
    x, y = 1.4, 1 + (ax.ax.get_ylim()[0] - 1.2 - kept.shape[0]) / 2
    ax.arrow((0.2, y + kept.shape[0] / 2), (1.2, y + kept.shape[0] / 2))
    ax.note(name, (x + kept.shape[1] / 2, y - 0.6))
    ax.cells(kept, role="output", name=name, at=(x, y), form=".0f", text="small",
             strength=0.6 * kept / largest)  # fmt: skip
    for row, column in np.argwhere(stayed):
        ax.frame((x + column + 0.07, y + row + 0.07), (0.86, 0.86), role="kernel")


@drawing
def pooling(results: Mapping[str, tuple[float, float]]) -> Figure:
    """Show how much a map changes, and how many of its numbers stay, under a small shift.

    Parameters
    ----------
    results : mapping of str to pair of float
        For each way of pooling: the relative change, and the share of numbers that stay.
    """
    fig = Figure()
    fig.say("Bars for the same edge maps before and after pooling, when the picture moves by one "
            "pixel.")  # fmt: skip
    ax = fig.panel(14.4, 1.1 * len(results) + 1.2)
    for name, row in zip(results, range(len(results)), strict=True):
        ax.note(name, (3.7, 1.7 + 1.1 * row), ha="right")
    heads = {"change": ("kernel", 4.0), "exactly the same": ("output", 9.4)}
    for (head, (role, x)), shares in zip(heads.items(), np.transpose([*results.values()]),
                                         strict=True):  # fmt: skip
        ax.note(head, (x, 0.5), role=role, ha="left", bold=True)
        mark = ax.bars(shares, role=role, name=head, at=(x, 1.7), unit=3.4, pitch=1.1)
        for row, share in enumerate(shares):
            text = number(share, ".0%")
            ax.note(text, (x + 3.4 * share + 0.15, 1.7 + 1.1 * row), ha="left")
    for row, name in enumerate(results):
        mark.derive(**{f"name{row}": name})
        fig.say(f"{{0:name{row}}}: change {{1:at {row} .0%}}, the same {{0:at {row} .0%}};",
                mark, fig.marks["change"])  # fmt: skip
    return fig
