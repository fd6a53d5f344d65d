"""Image, kernel, output and their matrix, linked: a figure of the matmul chapter to touch."""

import numpy as np

from convbook import _checks, convolution_matrix
from convbook._typing import Array
from convbook.figures._entries import count_taps, draw_matrix
from convbook.figures._explorable import Explorable, written
from convbook.figures._figure import Figure, drawing
from convbook.figures._planes import slide

NAMES = np.array([f"weight {n}" for n in range(4)])


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
    fig = Explorable("matrix", settings, rooms=(53.9, 65.3))
    output = slide(image, kernel)
    _draw_problem(fig, image, kernel, output)
    _draw_product(fig, image, kernel, output)
    fig.say("On the web page, touch a number and its partners light up.")
    return fig


def _draw_problem(fig: Figure, image: Array, kernel: Array, output: Array) -> None:
    """Draw image, kernel and output as the grids that they are."""
    ax = fig.panel(10.6, 4.2)
    ax.cells(image, role="input", name="image", at=(0.5, 1), label="top")
    ax.note("⋆", (4.2, 2.5), size="large")
    draw_matrix(ax, np.eye(4).reshape(4, 2, 2), kernel, NAMES, name="kernel", role="kernel",
                at=(5, 1.5))  # fmt: skip
    ax.note("kernel", (6, 1.1), role="kernel")
    ax.note("=", (7.6, 2.5), size="large")
    ax.cells(output, role="output", name="output", at=(8.2, 1.5), label="top")
    fig.say("Above, the image {image}, the kernel {kernel} and the output {output}.")


def _draw_product(fig: Figure, image: Array, kernel: Array, output: Array) -> None:
    """Draw the matrix below its pixels and beside its outputs."""
    taps = count_taps(kernel.shape, image.shape)
    table = convolution_matrix(kernel[None, None], image.shape)
    ax = fig.panel(12, 6.9)
    ax.cells(image.reshape(1, -1), role="input", name="one column for each pixel", at=(0.4, 0.9),
             label="top")  # fmt: skip
    matrix = draw_matrix(ax, taps, table, NAMES, name="matrix", at=(0.4, 2.2))
    ax.note("=", (10, 4.2), size="large")
    ax.cells(output.reshape(-1, 1), role="output", name="column", at=(10.6, 2.2))
    ax.note("one row for each output", (4.9, 6.6), role="output")
    matrix.derive(
        rows=len,
        columns=table.shape[1],
        entries=np.size,
        used=int(taps.sum()),
        read=". ".join(f"Row {n}: {', '.join(map(str, r))}" for n, r in enumerate(table)),
    )
    fig.say("Below, the matrix of this convolution: {matrix:rows} rows, one for each output, and "
            "{matrix:columns} columns, one for each pixel. {matrix:read}. Of {matrix:entries} "
            "entries {matrix:used} hold one of the {kernel:count} weights; the others are "
            "zero.")  # fmt: skip
