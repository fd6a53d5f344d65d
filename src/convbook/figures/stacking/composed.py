"""Two layers without a ReLU are one kernel: composed by stamps, and taken apart again."""

from collections.abc import Mapping, Sequence

import numpy as np

from convbook import _checks, compose
from convbook._typing import Array
from convbook.figures._figure import Figure, drawing
from convbook.figures._marks import TIMES, number
from convbook.figures._panel import Panel, Point
from convbook.figures._strips import strips


@drawing
def stamped(first: Array, second: Array) -> Figure:
    """Compose two layers by hand: each tap of the second stamps a kernel of the first.

    Parameters
    ----------
    first : ndarray of shape (2, 1, 2, 2)
        Weight of the first layer.
    second : ndarray of shape (1, 2, 2, 2)
        Weight of the second layer.
    """
    _checks.shape("first", first, (2, 1, 2, 2))
    _checks.shape("second", second, (1, 2, 2, 2))
    fig = Figure()
    fig.say("A kernel of the first layer, the slice that reads its map, and a stamp for each tap "
            "of the slice: the kernel, times the tap, shifted to the tap's place.")  # fmt: skip
    for h in range(2):
        _stamps(fig, h, first[h, 0], second[0, h])
    parts = [compose(first[h : h + 1], second[:, h : h + 1])[0, 0] for h in range(2)]
    ax = fig.panel(13.4, 4.5)
    for h, part in enumerate(parts):
        ax.cells(part, role="output", name=f"stamps of slice {h}", at=(0.2 + 4.6 * h, 1.3))
        ax.note(f"slice {h}, added", (1.7 + 4.6 * h, 0.7), role="output")
    ax.note("+", (4.0, 2.8), size="large")
    ax.note("=", (8.9, 2.8), size="large")
    ax.cells(sum(parts), role="output", name="one kernel", at=(10.1, 1.3), label="top",
             strength=0.4)  # fmt: skip
    fig.say("Added, the stamps are {stamps of slice 0} and {stamps of slice 1}; together they are "
            "one kernel, {one kernel:size}: {one kernel}.")  # fmt: skip
    return fig


def _stamps(fig: Figure, h: int, kernel: Array, reader: Array) -> None:
    """Draw a kernel, its slice, and the stamp of each tap in the frame of the result."""
    ax, *others = fig.row((5.6, 4.6), *[(3.3, 4.6)] * reader.size)
    for x, values, name in ((0.1, kernel, f"kernel {h}"), (3.3, reader, f"slice {h}")):
        ax.cells(values, role="kernel", name=name, at=(x, 1.8), label="top")
    ax.note("*", (2.7, 2.8), size="large")
    for ax, ((i, j), tap) in zip(others, np.ndenumerate(reader), strict=True):
        ax.note(f"tap {tap:g}", (1.65, 0.7), role="kernel" if tap else "quiet")
        for place in np.ndindex(3, 3):
            ax.box((0.15 + place[1], 1.2 + place[0]), role="line", strength=0)
        if tap:
            ax.cells(tap * kernel, role="output", name=f"stamp {h}, {i}, {j}",
                     at=(0.15 + j, 1.2 + i))  # fmt: skip
    stamps = [mark for name, mark in fig.marks.items() if name.startswith(f"stamp {h}")]
    fig.marks[f"slice {h}"].derive(stamps=len(stamps))
    fig.say("{0:name}, {0}, and {1:name}, {1}: {1:stamps} stamps.",
            fig.marks[f"kernel {h}"], fig.marks[f"slice {h}"])  # fmt: skip


@drawing
def separated(kernel: Array) -> Figure:
    """Take a kernel apart into columns times rows, the largest first.

    Parameters
    ----------
    kernel : ndarray of shape (3, 3)
        Kernel.
    """
    _checks.shape("kernel", kernel, (3, 3))
    columns, sizes, rows = np.linalg.svd(kernel)
    fig = Figure()
    fig.say("A kernel taken apart into products of a column and a row, the largest first, and what "
            "they add up to.")  # fmt: skip
    largest = float(abs(kernel).max())
    for n in range(int(np.linalg.matrix_rank(kernel))):
        left, right = fig.row((6.1, 4.2), (6.6, 4.2))
        root = np.sqrt(sizes[n])
        so_far = columns[:, : n + 1] * sizes[: n + 1] @ rows[: n + 1]
        error = float(((kernel - so_far) ** 2).sum() / (kernel**2).sum())
        left.note(f"{'+ ' * (n > 0)}column {TIMES} row", (2.9, 0.5))
        _decimals(left, root * columns[:, n : n + 1], f"column {n}", (0.3, 1.1), largest)
        left.note(TIMES, (1.85, 2.6), size="large")
        _decimals(left, root * rows[n : n + 1], f"row {n}", (2.5, 2.1), largest)
        right.note("added up so far", (2.1, 0.5))
        _decimals(right, so_far, f"sum {n}", (0.6, 1.1), largest)
        right.note("missing", (5.2, 2.2))
        mark = right.note(number(error, ".0%"), (5.2, 3), bold=True,
                          name=f"missing {n}", values=error)  # fmt: skip
        mark.derive(terms=n + 1)
        fig.say("After {0:terms}, {0:item .0%} of the sum of its squares is missing.", mark)
    return fig


def _decimals(ax: Panel, values: Array, name: str, at: Point, largest: float) -> None:
    """Draw signed numbers with two decimals, none of them a negative zero."""
    ax.cells(values.round(2) + 0.0, role="signed", name=name, at=at, form=".2f", text="small",
             largest=largest)  # fmt: skip


@drawing
def missing_shares(groups: Mapping[str, Sequence[float]]) -> Figure:
    """Show how much of random large kernels two layers of small ones cannot make.

    Parameters
    ----------
    groups : mapping of str to sequence of float
        Missing fractions, one for each kernel, by sort of pair of layers.
    """
    largest = max(max(values) for values in groups.values())
    return strips(groups, np.ceil(5 * largest) / 5, "what the two layers miss")
