"""A block of 27 weights on a picture in colour: a figure of the channels chapter to touch."""

import base64

from matplotlib.axes import Axes

from convbook import _checks, conv2d
from convbook._typing import Array
from convbook.figures import _draw
from convbook.figures._draw import listed
from convbook.figures._explorable import Explorable, written
from convbook.figures._figure import Figure, drawing

COLOURS = {"red": "positive", "green": "gamma", "blue": "alpha"}
EXAMPLES = {
    "green against red and blue": "w="
    + ";".join("/".join([f"{n},{n},{n}"] * 3) for n in (-1, 2, -1)),
    "only red": "w=0,0,0/0,1,0/0,0,0;0,0,0/0,0,0/0,0,0;0,0,0/0,0,0/0,0,0",
    "one outline for all": "w=" + ";".join(["-1,-1,-1/-1,8,-1/-1,-1,-1"] * 3),
    "luma": "w=0,0,0/0,0.299,0/0,0,0;0,0,0/0,0.587,0/0,0,0;0,0,0/0,0.114,0/0,0,0",
}
"""Kernels to start from, as a link writes them."""

MINUS = "\N{MINUS SIGN}"


@drawing
def channel_block(
    picture: Array,
    weight: Array,
    at: tuple[int, int],
    source: str,
) -> Figure:
    """Show 27 weights on one window of a picture; in the page all of it can be changed.

    Parameters
    ----------
    picture : ndarray of uint8 and shape (3, H, W)
        Picture in colour, not larger than 96 by 96 pixels.
    weight : ndarray of int and shape (3, 3, 3)
        Kernel: channels, rows, columns.
    at : pair of int
        Position of the kernel.
    source : str
        Python that makes the picture, for readers who take the program along.
    """
    _checks.shape("weight", weight, (3, 3, 3))
    row, column = at
    patch = picture[:, row : row + 3, column : column + 3].astype(int)
    sums = (patch * weight).sum(axis=(1, 2))
    total = int(conv2d(picture.astype(int), weight[None])[0, row, column])
    settings = {
        "w": ";".join(written(plane) for plane in weight),
        "at": f"{row},{column}",
        "seen": "colour",
        "size": [*picture.shape[1:]],
        "pixels": base64.b64encode(picture.tobytes()).decode(),
        "source": source,
        "examples": EXAMPLES,
        "label": "a kernel of 27 weights on a picture in colour, to change",
    }
    fig = Explorable("channels", settings, 5.4, 6.5, rooms=(59, 80))
    found = conv2d(picture.astype(int), weight[None])[0]
    _pictures(fig, picture, found, at)
    _multiply(_draw.canvas(fig, 14.0, 11.2, (0, 0, 1, 11.2 / 14 * 5.4 / 6.5)), patch, weight, total)
    parts = "; ".join(
        f"{name} {listed(patch[c])} times {listed(weight[c])} makes {sums[c]}"
        for c, name in enumerate(COLOURS)
    )
    fig.alt = (
        f"A green frog on red, a window of 3 by 3 pixels at row {row}, column {column}, and what a "
        f"kernel of 27 weights makes of the picture. In the window: {parts}; together {total}. In "
        "the page on the web, the window and the weights can be moved and changed."
    )
    return fig


def _pictures(fig: Figure, picture: Array, found: Array, at: tuple[int, int]) -> None:
    """Show the picture with the window on it, and the map that results."""
    limit = float(abs(found).max())
    pairs = ((picture.transpose(1, 2, 0), 0.0, 255.0), (found, -limit, limit))
    for number, (plane, low, high) in enumerate(pairs):
        ax = fig.add_axes((0.09 + 0.46 * number, 0.7, 0.36, 0.299))
        _draw.draw_image(ax, plane, low=low, high=high)
        if not number:
            _draw.frame(ax, (at[1] - 0.5, at[0] - 0.5), 3, 3, "ink")


def _multiply(ax: Axes, patch: Array, weight: Array, total: int) -> None:
    """Write pixels, weights and sums, one row for each channel."""
    for x, text, role in (
        (3.7, "pixels", "input"),
        (8.0, "weights", "kernel"),
        (11.8, "sum", "ink"),
    ):
        _draw.label(ax, x, 0.2, text, role, fontsize=12)
    for c, (name, role) in enumerate(COLOURS.items()):
        y = 0.6 + 3.2 * c
        _draw.label(ax, 1.75, y + 1.5, name, fontsize=12, ha="right")
        _draw.draw_cells(ax, patch[c], role, (2.2, y), fontsize=11.5)
        _draw.label(ax, 5.85, y + 1.5, "·", fontsize=15)
        _draw.draw_weights(ax, weight[c], (6.5, y), scale=abs(weight).max() or 1, fontsize=11.5)
        _draw.label(ax, 10.1, y + 1.5, "=", fontsize=15)
        part = int((patch[c] * weight[c]).sum())
        _draw.box(ax, (10.7, y + 1), 2.2, 1, role, 0.2)
        _draw.label(ax, 11.8, y + 1.5, _signed(part), fontsize=12)
    _draw.label(ax, 10.4, 10.6, "together  =", fontsize=12, ha="right")
    _draw.box(ax, (10.7, 10.05), 2.2, 1.1, "output", 0.3)
    _draw.label(ax, 11.8, 10.6, _signed(total), fontsize=12.5, weight="bold")


def _signed(number: int) -> str:
    """Write a whole number with a real minus."""
    return f"{number}".replace("-", MINUS)
