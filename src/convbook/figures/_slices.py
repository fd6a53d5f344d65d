"""A block of 27 weights on a picture in colour: a figure of the channels chapter to touch."""

import base64

from convbook import _checks, conv2d
from convbook._typing import Array
from convbook.figures._explorable import Explorable, tones, written
from convbook.figures._figure import Figure, drawing
from convbook.figures._panel import Panel

COLOURS = ("red", "green", "blue")
"""The channels, which are roles of the palette."""

EXAMPLES = {
    "green against red and blue": "w="
    + ";".join("/".join([f"{n},{n},{n}"] * 3) for n in (-1, 2, -1)),
    "only red": "w=0,0,0/0,1,0/0,0,0;0,0,0/0,0,0/0,0,0;0,0,0/0,0,0/0,0,0",
    "one outline for all": "w=" + ";".join(["-1,-1,-1/-1,8,-1/-1,-1,-1"] * 3),
    "luma": "w=0,0,0/0,0.299,0/0,0,0;0,0,0/0,0.587,0/0,0,0;0,0,0/0,0.114,0/0,0,0",
}
"""Kernels to start from, as a link writes them."""


@drawing
def channel_block(picture: Array, weight: Array, at: tuple[int, int], source: str) -> Figure:
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
    found = conv2d(picture.astype(int), weight[None])[0]
    settings = {
        "w": ";".join(written(plane) for plane in weight),
        "at": f"{row},{column}",
        "seen": "colour",
        "size": [*picture.shape[1:]],
        "pixels": base64.b64encode(picture.tobytes()).decode(),
        "source": source,
        "examples": EXAMPLES,
        "tones": tones(),
        "label": "a kernel of 27 weights on a picture in colour, to change",
    }
    fig = Explorable("channels", settings, (59, 80))
    left, right = fig.row((6, 6.2), (6, 6.2))
    image = left.picture(picture.transpose(1, 2, 0), role="colour", name="picture", at=(0.1, 0.1),
                         size=(5.8, 5.8))  # fmt: skip
    unit = 5.8 / picture.shape[2]
    left.frame((0.1 + unit * column, 0.1 + unit * row), (3 * unit, 3 * unit), role="ink")
    right.picture(found, role="signed", name="result", at=(0.1, 0.1), size=(5.8, 5.8))
    image.derive(row=row, column=column, weights=weight.size)
    fig.say("A green frog on red, a small frame at row {picture:row}, column {picture:column}, and "
            "what a kernel of {picture:weights} weights makes of the picture.")  # fmt: skip
    patch = picture[:, row : row + 3, column : column + 3].astype(int)
    _multiply(fig, fig.panel(14, 11.2), patch, weight)
    total = fig.rows[-1][0].cells([[found[at]]], role="ink", name="together", at=(10.7, 10.05),
                                  size=(2.2, 1.1), strength=0.1)  # fmt: skip
    fig.say("Together {0:item}. On the web page, the window and the weights can be moved "
            "and changed.", total)  # fmt: skip
    return fig


def _multiply(fig: Figure, ax: Panel, patch: Array, weight: Array) -> None:
    """Write pixels, weights and sums, one row for each channel."""
    for x, text in (3.7, "pixels"), (8.0, "weights"), (11.8, "sum"):
        ax.note(text, (x, 0.2))
    for c, name in enumerate(COLOURS):
        y = 0.6 + 3.2 * c
        ax.note(name, (1.9, y + 1.5), ha="right", role=name)
        pixels = ax.cells(patch[c], role=name, name=f"{name} pixels", at=(2.2, y), text="small")
        ax.note("·", (5.85, y + 1.5), size="large")
        weights = ax.cells(weight[c], role=name, name=f"{name} weights", at=(6.5, y), text="small",
                           strength=0.4 * abs(weight[c]) / (abs(weight).max() or 1))  # fmt: skip
        ax.note("=", (10.1, y + 1.5), size="large")
        part = ax.cells([[(patch[c] * weight[c]).sum()]], role=name, name=f"{name} sum",
                        at=(10.7, y + 1), size=(2.2, 1))  # fmt: skip
        fig.say("{0:name} {0} times {1} makes {2:item}.", pixels, weights, part)
    ax.note("together  =", (10.4, 10.6), ha="right")
