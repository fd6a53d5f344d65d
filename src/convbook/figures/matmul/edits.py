"""Padding, stride, dilation, channels and groups as edits of a matrix."""

from typing import Any

import numpy as np

from convbook import convolution_matrix, pad
from convbook._typing import Array
from convbook.figures._entries import Letters, count_taps, draw_matrix, write
from convbook.figures._figure import Figure, drawing
from convbook.figures._marks import Mark
from convbook.figures._panel import Panel

MODES = ("zeros", "circular", "reflect", "replicate")


@drawing
def padding_edits(signal: Letters, kernel: Letters) -> Figure:
    """Draw the matrix of one row of pixels under four kinds of padding.

    Parameters
    ----------
    signal : ndarray of str and shape (n,)
        Names of the pixels.
    kernel : ndarray of str and shape (k,)
        Names of the weights, at most four.
    """
    half, n = kernel.size // 2, signal.size
    fig = Figure()
    fig.say("Square matrices, one for each mode. Those of the other modes differ from that of "
            "zeros in the framed entries, in the first row and in the last.")  # fmt: skip
    drawn: dict[str, Array] = {}
    for ax, mode in zip(fig.row(*[(n + 0.8, n + 2.6)] * 4), MODES, strict=True):
        options = {"padding": (0, half), "padding_mode": mode}
        taps = drawn[mode] = count_taps((1, kernel.size), (1, n), **options)
        ax.note(mode, (0.7 + n / 2, 0.55), bold=True)
        ax.note(
            reads := _beyond(signal, half, mode), (0.7 + n / 2, 1.6), role="input", size="small"
        )
        table = draw_matrix(ax, taps, write(taps, kernel), kernel, name=mode, at=(0.7, 2.4))
        changed = np.argwhere((taps != drawn["zeros"]).any(axis=0))
        for row, column in changed:
            ax.frame((0.7 + column, 2.4 + row), role="padding")
        for row in (0, n - 1) if mode == "zeros" else ():
            ax.note("new", (0.3, 2.9 + row), role="padding", rotation=90, size="small")
        cells = [f"{table.values[r, c]} under {signal[c]}" for r, c in changed]
        table.derive(reads=reads, cells=", ".join(cells) or "a plain band of diagonals")
        fig.say("{0:name}, which reads {0:reads}: {0:cells}.", table)
    return fig


def _beyond(signal: Letters, amount: int, mode: str) -> str:
    """Write a row of pixels, with what padding puts before and behind it."""
    numbers = np.arange(1, 1 + signal.size)[None, None]
    named: Any = "constant" if mode == "zeros" else mode
    letters = np.array(["0", *signal])[pad(numbers, (amount, amount), mode=named)[0, 0]]
    parts = letters[:amount], signal, letters[-amount:]
    return " | ".join(" ".join(part) for part in parts)


@drawing
def border_blocks(kernel_size: int, size: int) -> Figure:
    """Draw how many weights share each entry, for a square image under four kinds of padding.

    Parameters
    ----------
    kernel_size : int
        Side of the kernel; odd.
    size : int
        Side of the image.
    """
    fig = Figure()
    fig.say("Matrices in blocks, one for each pair of an output row and an image row. With zeros "
            "the blocks near the diagonal are filled, each with a band.")  # fmt: skip
    for modes in (MODES[:2], MODES[2:]):
        panels = fig.row(*[(size**2 + 0.4, size**2 + 1.9)] * 2)
        for panel, mode in zip(panels, modes, strict=True):
            options = {"padding": kernel_size // 2, "padding_mode": mode}
            counts = count_taps((kernel_size,) * 2, (size, size), **options).sum(axis=0)
            mark = _draw_counts(panel, counts, size, mode)
            mark.derive(filled=np.count_nonzero, shared=_shared)
            fig.say("{0:name}, {0:size}: {0:filled} entries are not zero, {0:shared}.", mark)
    return fig


def _draw_counts(ax: Panel, counts: Array, size: int, mode: str) -> Mark:
    """Tint the entries that are not zero, darker where several weights meet."""
    points = 0.75 / ax.pixel
    for many in range(1, counts.max() + 1):
        rows, columns = np.nonzero(counts == many)
        ax.dots(columns + 0.7, rows + 2.2, role="kernel", shape="s", size=0.94 * points,
                alpha=0.04 + 0.18 * many)  # fmt: skip
        for row, column in zip(rows, columns, strict=True) if many > 1 else ():
            ax.note(f"{many}", (column + 0.7, row + 2.2), size="small")
    for row, column in np.ndindex(size, size):
        ax.box((0.2 + size * column, 1.7 + size * row), (size, size), role="quiet", strength=0)
    middle = 0.2 + size**2 / 2
    return ax.note(mode, (middle, 0.8), bold=True, name=mode, values=counts)


def _shared(counts: Array) -> str:
    """Write how many entries hold how many weights."""
    several = [
        f"{(counts == many).sum()} hold {many} weights"
        for many in range(2, counts.max() + 1) if (counts == many).any()
    ]  # fmt: skip
    return ", ".join(["of which " + several[0], *several[1:]]) if several else "one weight each"


@drawing
def other_edits(kernel: Letters) -> Figure:
    """Draw stride, dilation, channels and groups as edits of a matrix.

    Parameters
    ----------
    kernel : ndarray of str and shape (k,)
        Names of the weights, at most four.
    """
    size, n = (1, kernel.size), 7
    plain, spread = (count_taps(size, (1, n), dilation=d) for d in (1, 2))
    kept = {row.tobytes() for row in count_taps(size, (1, n), stride=(1, 2)).swapaxes(0, 1)}
    struck = [row.tobytes() not in kept for row in plain.swapaxes(0, 1)]
    fig = Figure()
    left, right = fig.row((9.1, 6.4), (9.1, 6.4))
    left.note("stride 2 deletes rows", (4.4, 0.6), bold=True)
    table = draw_matrix(left, plain, write(plain, kernel), kernel, name="stride", at=(0.9, 1.2))
    for row in np.flatnonzero(struck):
        left.box((0.8, 1.2 + row), (n + 0.2, 1), role="paper", strength=0.78, width=0, zorder=3)
        left.line([0.6, n + 1.2], [1.7 + row] * 2, role="ink", width=1.6, zorder=4)
    table.derive(rows=len, gone=sum(struck), stay=len(struck) - sum(struck))
    right.note("dilation 2 spreads", (4.4, 0.6), bold=True)
    draw_matrix(right, spread, write(spread, kernel), kernel, name="dilation", at=(0.9, 1.2))
    fig.say("Edited matrices. Stride: of {stride:rows} rows {stride:gone} are struck out and "
            "{stride:stay} stay. Dilation, {dilation:size}: in each row a column of zeros stands "
            "between neighbouring weights.")  # fmt: skip
    left, right = fig.row((9.1, 8.2), (9.1, 8.2))
    tiles = _draw_tiles(left, "channels tile", 1), _draw_tiles(right, "groups keep the diagonal", 2)
    fig.say("Channels: {0:filled} tiles, each a band of its own weights, for every pair of an "
            "output and an input. Groups: only the {1:filled} tiles on the diagonal are left.",
            *tiles)  # fmt: skip
    return fig


def _draw_tiles(ax: Panel, title: str, groups: int) -> Mark:
    """Draw the matrix of two inputs and two outputs, a tile and a colour for each pair."""
    x, y, letters = 0.9, 2, np.array([*"αβγδ"])
    weights = np.arange(1, 1 + 8 // groups).reshape(2, 2 // groups, 1, 2)
    matrix = convolution_matrix(weights, (1, 4), groups=groups)
    pair = (matrix - 1) // 2 * (3 if groups == 2 else 1)
    taps = np.stack([(matrix > 0) & (pair == tap) for tap in range(4)])
    table = np.where(
        matrix > 0, np.strings.add(letters[pair], np.array(["₁", "₀"])[matrix % 2]), "0"
    )
    mark = draw_matrix(ax, taps, table, letters, name=title, at=(x, y))
    ax.note(title, (x + 4, 0.6), bold=True)
    for edge in (0, 1, 2):
        ax.line([x, x + 8], [y + 3 * edge] * 2, role="ink", width=1.8, zorder=4)
        ax.line([x + 4 * edge] * 2, [y, y + 6], role="ink", width=1.8, zorder=4)
    for channel in (0, 1):
        ax.note(f"input {channel}", (x + 2 + 4 * channel, y - 0.5), role="input")
        ax.note(f"output {channel}", (x - 0.45, y + 1.5 + 3 * channel), role="output", rotation=90)
    return mark.derive(filled=(matrix.reshape(2, 3, 2, 4) > 0).any(axis=(1, 3)).sum())
