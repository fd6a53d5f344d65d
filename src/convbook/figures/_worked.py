"""A picture and its convolution, with one of its sums worked out below them."""

from typing import Any

from convbook._typing import Array
from convbook.figures._figure import Figure
from convbook.figures._panel import Panel, Point
from convbook.figures._planes import looks

SIDE = 7.3
"""Width of a picture, in cells."""


def draw_worked(
    fig: Figure, image: Array, result: Array, kernel: Array, at: tuple[int, int],
    relief: float | None = None,
) -> None:  # fmt: skip
    """Draw a picture, its convolution, and the nine products behind one of its numbers.

    Parameters
    ----------
    fig : Figure
        Where to.
    image : ndarray of shape (H, W)
        Picture with pixels from 0 to 255.
    result : ndarray of shape (H - 2, W - 2)
        Its convolution.
    kernel : ndarray of shape (3, 3)
        Kernel.
    at : pair of int
        Row and column of the output whose sum is worked out.
    relief : float, optional
        The result that is shown white, where zero is mid-grey. Grey takes fewer bytes than colour.
    """
    high = SIDE * image.shape[0] / image.shape[1]
    ax = fig.panel(15, high + 6.3)
    pixels, unit = (SIDE, high), SIDE / image.shape[1]
    ax.picture(image, role="image", name="a picture", at=(0.1, 0.9), size=pixels, low=0, high=255,
               label="top")  # fmt: skip
    role, most = ("image", relief) if relief else looks(result, kernel)
    ax.picture(result, role=role, name="its convolution", at=(7.6, 0.9), size=pixels,
               low=-relief if relief else 0, high=most, label="top")  # fmt: skip
    rows, columns = (slice(k, k + 3) for k in at)
    read = 0.1 + unit * at[1], 0.9 + unit * at[0]
    written = 7.6 + unit * (at[1] + 0.5), 0.9 + unit * (at[0] + 0.5)
    _draw_sum(ax, image[rows, columns], kernel, result[at], high + 2.2)
    _mark(ax, (read[0] + 1.5 * unit, read[1] + 1.5 * unit), (1.7, high + 2.15))
    _mark(ax, written, (13.5, high + 3), back=True)


def _mark(ax: Panel, place: Point, end: Point, back: bool = False) -> None:
    """Mark a place of a picture, and join it to its arithmetic."""
    ax.frame((place[0] - 0.15, place[1] - 0.15), (0.3, 0.3), role="kernel")
    start = place[0], place[1] + 0.17
    ax.arrow(*((end, start) if back else (start, end)), role="kernel")


def _draw_sum(ax: Panel, patch: Array, kernel: Array, value: Any, top: float) -> None:
    """Draw nine pixels, nine weights, nine products and one sum."""
    middle = top + 1.5
    ax.cells(patch, role="input", name="nine pixels", at=(0.2, top), text="small", label="bottom")
    ax.cells(kernel, role="signed", name="nine weights", at=(4.1, top), text="small",
             form=".3g", label="bottom")  # fmt: skip
    ax.cells(patch * kernel + 0.0, role="quiet", name="nine products", at=(8, top), size=(1.25, 1),
             form=".4g", text="small", strength=0.06, label="bottom")  # fmt: skip
    for x, sign in (3.65, "·"), (7.55, "="), (12.15, "\N{RIGHTWARDS ARROW}"):
        ax.note(sign, (x, middle), size="large")
    ax.cells([[value]], role="output", name="one sum", at=(12.55, middle - 0.75), size=(2.2, 1.5),
             text="large", label="bottom")  # fmt: skip
