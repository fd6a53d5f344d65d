"""Image, kernel, output and their matrix, linked: a figure of the matmul chapter to touch."""

import numpy as np
from matplotlib.axes import Axes

from convbook import _checks, conv2d, convolution_matrix
from convbook._typing import Array
from convbook.figures import _draw
from convbook.figures._draw import listed
from convbook.figures._explorable import Explorable, written
from convbook.figures._figure import Figure, drawing

TAPS = ("alpha", "beta", "gamma", "delta")


@drawing
def linked_matrix(image: Array, kernel: Array) -> Figure:
    """Show a convolution and the matrix that it is; in the page their numbers can be changed.

    Parameters
    ----------
    image : ndarray of shape (3, 3)
        Image.
    kernel : ndarray of shape (2, 2)
        Kernel.
    """
    _checks.shape("image", image, (3, 3))
    _checks.shape("kernel", kernel, (2, 2))
    output = conv2d(image[None], kernel[None, None])[0]
    matrix = convolution_matrix(kernel[None, None], image.shape)
    places = convolution_matrix(np.arange(1, 5).reshape(1, 1, 2, 2), image.shape)
    settings = {
        **dict.fromkeys(("stride", "dilation", "channels", "kernels", "groups"), "1"),
        "x": written(image),
        "w": written(kernel),
        "padding": "0",
        "mode": "zeros",
        "view": "matrix",
        "on": "output",
        "at": "0,0,0",
        "label": "a convolution and its matrix, to change",
    }
    fig = Explorable("matrix", settings, 5.4, 5.0, rooms=(53, 67))
    ax = _draw.canvas(fig, 12.6, 11.7)
    _draw_problem(ax, image, kernel, output)
    _draw_product(ax, image, matrix, places, output)
    used = np.count_nonzero(places)
    fig.alt = (
        f"Above, the image {listed(image)}, the kernel {listed(kernel)} and the output "
        f"{listed(output)}. Below, the matrix of this convolution: {len(matrix)} rows, one for "
        f"each output, and {matrix.shape[1]} columns, one for each pixel. "
        + " ".join(f"Row {n}: {listed(row)}." for n, row in enumerate(matrix))
        + f" Of {matrix.size} entries {used} hold one of the {kernel.size} weights; the others "
        "are 0. In the page on the web, touch a number and its partners light up."
    )
    return fig


def _draw_problem(ax: Axes, image: Array, kernel: Array, output: Array) -> None:
    """Draw image, kernel and output as the grids that they are."""
    _draw.label(ax, 2.9, 0.6, "image", "input", fontsize=13)
    _draw.draw_cells(ax, image, "input", (1.4, 1.0), fontsize=14)
    _draw.label(ax, 5.2, 2.5, "∗", fontsize=17)
    _draw.label(ax, 7.0, 1.1, "kernel", "kernel", fontsize=13)
    for tap, ((i, j), weight) in enumerate(np.ndenumerate(kernel)):
        _entry(ax, (6.0 + j, 1.5 + i), TAPS[tap], f"{weight}")
    _draw.label(ax, 8.8, 2.5, "=", fontsize=17)
    _draw.label(ax, 10.6, 1.1, "output", "output", fontsize=13)
    _draw.draw_cells(ax, output, "output", (9.6, 1.5), fontsize=14)


def _draw_product(ax: Axes, image: Array, matrix: Array, places: Array, output: Array) -> None:
    """Draw the matrix below its pixels and beside its outputs."""
    _draw.label(ax, 4.9, 5.0, "one column for each pixel", "input", fontsize=12)
    _draw.draw_cells(ax, image.reshape(1, -1), "input", (0.4, 5.4), fontsize=14)
    for (row, column), weight in np.ndenumerate(matrix):
        tap = places[row, column]
        role = TAPS[tap - 1] if tap else "line"
        _entry(ax, (0.4 + column, 6.7 + row), role, f"{weight}", 0.3 if tap else 0)
    _draw.label(ax, 9.95, 8.7, "=", fontsize=17)
    _draw.draw_cells(ax, output.reshape(-1, 1), "output", (10.5, 6.7), fontsize=14)
    _draw.label(ax, 4.9, 11.2, "one row for each output", "output", fontsize=12)


def _entry(ax: Axes, at: tuple[float, float], role: str, text: str, strength: float = 0.3) -> None:
    """Draw a weight in the colour of its tap, or a zero in none."""
    _draw.box(ax, at, 1, 1, role, strength, edge=role if strength else "line")
    ink = "ink" if strength else "quiet"
    _draw.label(ax, at[0] + 0.5, at[1] + 0.5, text, ink, fontsize=14)
