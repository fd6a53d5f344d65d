"""Matrices whose entries are the weights of a kernel, each weight in a colour of its own."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convbook import convolution_matrix, output_size
from convbook._typing import Array
from convbook.figures._marks import Mark
from convbook.figures._panel import Panel, Point

Letters = NDArray[Any]
"""An array of letters: pixels, weights or outputs by name."""

TAPS = ("alpha", "beta", "gamma", "delta")
"""The role of each weight of a kernel, in reading order."""


def count_taps(kernel_size: tuple[int, ...], input_size: Any, **options: Any) -> Array:
    """Return one matrix for each weight of a kernel: how often it stands in each entry."""
    count = int(np.prod(kernel_size))
    single = np.eye(count, dtype=int).reshape(count, 1, 1, *kernel_size)
    return np.stack([convolution_matrix(tap, input_size, **options) for tap in single])


def placed(image: Letters, kernel: Letters, output: Letters) -> Array:
    """Return where each weight stands in the matrix; refuse letters that do not go together."""
    if kernel.size > len(TAPS):
        raise ValueError(f"kernel must have at most {len(TAPS)} weights, got {kernel.size}")
    if image.size != len(set(image.flat)):
        raise ValueError(
            f"image must have a different letter in each pixel, got {' '.join(image.flat)}"
        )
    expected = output_size(image.shape, kernel.shape)
    if output.shape != expected:
        raise ValueError(f"output must have shape {expected}, got {output.shape}")
    return count_taps(kernel.shape, image.shape)


def write(
    taps: Array, kernel: Letters, factors: Letters | None = None, nothing: str = "0"
) -> Letters:
    """Write the entries of a matrix: sums of weights by name, or products if there are factors."""
    table = np.full(taps.shape[1:], nothing, object)
    for row, column in np.argwhere(taps.any(axis=0)):
        factor = "" if factors is None else factors.flat[column]
        there = np.flatnonzero(taps[:, row, column])
        table[row, column] = "+".join(f"{kernel.flat[tap]}{factor}" for tap in there)
    return table


def draw_matrix(
    ax: Panel, taps: Array, table: Letters, kernel: Letters, *, name: str, at: Point = (0, 0),
    role: str = "line",
) -> Mark:  # fmt: skip
    """Draw a table of entries in the colours of the weights that each of them adds up.

    Parameters
    ----------
    ax : Panel
        Where to.
    taps : ndarray of shape (weights, rows, columns)
        How often each weight stands in each entry.
    table : ndarray of shape (rows, columns)
        What is written into the boxes.
    kernel : ndarray
        Names of the weights.
    name, role : str
        What the figure calls the table, and the role of its lines.
    at : pair of float
        Top left corner.

    Returns
    -------
    Mark
        The table.
    """
    mark = ax.cells(table, role=role, name=name, at=at, strength=0, form=None)
    for (row, column), text in np.ndenumerate(table):
        draw_entry(ax, (at[0] + column, at[1] + row), taps[:, row, column], str(text), kernel)
    return mark


def draw_entry(ax: Panel, at: Point, taps: Array, text: str, kernel: Letters) -> None:
    """Draw one entry: a strip of colour for each weight that it adds up."""
    there = np.flatnonzero(taps)
    for n, tap in enumerate(there):
        ax.box((at[0] + n / len(there), at[1]), (1 / len(there), 1), role=TAPS[tap],
               name=f"{kernel.flat[tap]}", strength=0.3, width=float(len(there) == 1))  # fmt: skip
    if len(there) > 1:
        ax.box(at, role="ink", strength=0, zorder=2)
    ax.note(text, (at[0] + 0.5, at[1] + 0.5), role="ink" if len(there) else "quiet",
            size="text" if len(text) < 3 else "small")  # fmt: skip


def bound(error: float) -> str:
    """Tell the order of magnitude of an error, which rounding does not change."""
    return f"less than 1e{3 * int(np.ceil(np.log10(error + 1e-16) / 3)) + 3}"
