"""The transpose of the matrix, which carries gradients back, and what cannot be undone."""

from typing import Any

import numpy as np

from convbook import convolution_matrix
from convbook._typing import Array
from convbook.figures._entries import TAPS, Letters, bound, draw_matrix, placed, write
from convbook.figures._figure import Figure, drawing


@drawing
def transpose_view(image: Letters, kernel: Letters, output: Letters) -> Figure:
    """Draw the transposed matrix times the gradients of the outputs, folded into the image.

    Parameters
    ----------
    image, kernel, output : ndarray of str
        Names of the pixels, of at most four weights, and of the outputs.
    """
    taps = placed(image, kernel, output).swapaxes(1, 2)
    rows, columns = taps.shape[1:]
    fig = Figure()
    left, right = fig.row((columns + 4.2, rows + 1.4), (7.8, rows + 1.4))
    for row, letter in enumerate(image.flat):
        left.note(letter, (0.5, 1.7 + row), role="input")
    left.note("matrix, transposed", (1 + columns / 2, 0.6))
    draw_matrix(left, taps, write(taps, kernel), kernel, name="matrix", at=(1, 1.2))
    middle = 1.2 + rows / 2
    left.note("·", (columns + 1.5, middle), size="large")
    left.cells(output.reshape(-1, 1), role="output", name="column",
               at=(columns + 2, middle - columns / 2))  # fmt: skip
    left.note("=", (columns + 3.6, middle), size="large")
    fig.say("The transposed matrix, {matrix:size}, times the column {column}.")
    right.note("what each pixel gets", (3.75, middle - 4.2), role="input")
    products = write(taps, kernel, output, nothing="")
    for n, letter in enumerate(image.flat):
        at = 0.1 + 2.5 * (n % image.shape[1]), middle - 3.75 + 2.5 * (n // image.shape[1])
        mark = right.box(at, (2.5, 2.5), role="input", name=f"share of {letter}", strength=0.05)
        terms = products[n][products[n] != ""]
        for line, (term, tap) in enumerate(zip(terms, _taps_of(taps[:, n]), strict=True)):
            y = at[1] + 1.25 + 0.55 * (line - (len(terms) - 1) / 2)
            right.note("+ " * bool(line) + term, (at[0] + 1.25, y), role=TAPS[tap], bold=True)
        mark.derive(pixel=letter, sum=" + ".join(terms))
        fig.say("{0:pixel} gets {0:sum}.", mark)
    return fig


def _taps_of(entries: Array) -> list[int]:
    """Tell which weight stands in each entry of a row that is not zero."""
    return [int(np.argmax(entry)) for entry in entries.T if entry.any()]


@drawing
def blind_spot(image: Array, ghost: Array, kernel: Array) -> Figure:
    """Show two images that differ, and the blurs of both, which do not.

    Parameters
    ----------
    image : ndarray of shape (H, W)
        Grey photograph.
    ghost : ndarray of shape (H, W)
        What is added to it.
    kernel : ndarray of shape (K, K)
        Blur.
    """
    both = {"image": image, "image\n+ stripes": image + ghost}
    blurred = {f"{name},\nblurred": _blur(each, kernel) for name, each in both.items()}
    fig = Figure()
    marks = fig.pictures(both | blurred, low=0, high=1)
    same, other = (mark.values for mark in marks[2:])
    marks[3].derive(error=bound(abs(same - other).max()), ghost=abs(ghost).max())
    fig.say("Pictures of {0:size} pixels: a photograph; the same under black and white stripes, "
            "which change a pixel by {3:ghost}; and both blurred with periodic borders, which look "
            "the same. They differ by {3:error}.", *marks)  # fmt: skip
    return fig


@drawing
def undoing(image: Array, kernel: Array) -> Figure:
    """Show a blurred image, its transposed convolution, and its true deconvolution.

    Parameters
    ----------
    image : ndarray of shape (H, W)
        Grey photograph.
    kernel : ndarray of shape (K, K)
        Blur.
    """
    matrix = _circular(kernel, image.shape)
    blurred = _blur(image, kernel)
    stored = np.round(255 * blurred) / 255
    transposed = (matrix.T @ blurred.ravel()).reshape(image.shape)
    exact, rounded = (
        np.linalg.solve(matrix, picture.ravel()).reshape(image.shape)
        for picture in (blurred, stored)
    )
    fig = Figure()
    marks = fig.pictures(
        {"blurred": blurred, "transpose ·\nblurred": transposed, "inverse ·\nblurred": exact,
         "inverse · 8-bit\nblurred": rounded}, low=0, high=1,
    )  # fmt: skip
    marks[2].derive(error=bound(abs(exact - image).max()))
    marks[3].derive(error=abs(rounded - image).max())
    fig.say("Pictures of {0:size} pixels: the blurred photograph; the transposed matrix times it, "
            "which is blurred even more; the inverse matrix times it, which is the sharp "
            "photograph, with errors of {2:error}; and the inverse matrix times the blurred "
            "photograph rounded to bytes, in which the photograph is lost, with errors up to "
            "{3:error .1f}.", *marks)  # fmt: skip
    return fig


def _circular(kernel: Array, size: Any) -> Array:
    """Return the matrix of a convolution whose image continues periodically."""
    half = len(kernel) // 2
    return convolution_matrix(kernel[None, None], size, padding=half, padding_mode="circular")


def _blur(image: Array, kernel: Array) -> Array:
    return (_circular(kernel, image.shape) @ image.ravel()).reshape(image.shape)
