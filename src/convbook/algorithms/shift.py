"""The image shifted along the kernel's rows, multiplied and added up: for few channels."""

from collections.abc import Sequence
from functools import partial
from math import prod
from typing import NamedTuple

import numpy as np

from convbook._geometry import Geometry
from convbook._problem import Problem
from convbook._typing import Array
from convbook._windows import cut
from convbook.algorithms._blocks import ROOM, Block, Workspace, blocks, spans
from convbook.algorithms.matrices import multiply
from convbook.algorithms.threads import spread


class Grouped(NamedTuple):
    """A problem whose arrays have an axis of groups."""

    x: Array
    """Images, (N, groups, C_in, H, W)."""
    w: Array
    """Rows of kernels, (K_h, groups, C_out, C_in * K_w)."""
    y: Array
    """Outputs, (N, groups, C_out, H_out, W_out)."""
    sizes: Geometry


def shift(problem: Problem, output: Array) -> None:
    """Multiply one row of the kernels after the other by shifted images."""
    x, weight, groups = problem.input, problem.weight, problem.groups
    rows = problem.form("rows", lambda: np.moveaxis(weight, 2, 0).copy())
    grouped = Grouped(
        x.reshape(len(x), groups, -1, *x.shape[2:]),
        rows.reshape(len(rows), groups, len(weight) // groups, -1),
        output.reshape(len(output), groups, -1, *output.shape[2:]),
        problem.sizes,
    )
    parts, pieces = _pieces(grouped, ROOM // output.itemsize)
    spread(partial(_add_rows, grouped, parts), pieces)


def _pieces(grouped: Grouped, room: int) -> tuple[list[slice], Sequence[Block]]:
    """Cut the groups, and the output, into pieces that have room."""
    _, w, y, sizes = grouped
    most = room
    while True:
        parts = spans(w.shape[1], max(1, most // prod(sizes.output_size)))
        pieces = blocks(len(y), sizes.output_size, most // parts[0].stop)
        shifted, term = map(prod, _shapes(w[:, parts[0]], sizes, pieces[0]))
        if shifted + 2 * term <= room or most < 2:  # a long product has a term of its own
            return parts, pieces
        most //= 2


def _shapes(w: Array, sizes: Geometry, block: Block) -> list[tuple[int, ...]]:
    """Return the shapes of the shifted images, and of what one row of the kernels adds."""
    (k_h, groups, kernels, taps), (n, rows, columns) = w.shape, block.shape
    k_w = sizes.kernel_size[1]
    height = rows + sizes.dilation[0] * (k_h - 1)
    shifted: tuple[int, ...] = n, groups, taps // k_w, k_w, height, columns
    return [shifted, (n, groups, kernels, rows * columns)]


def _add_rows(grouped: Grouped, parts: list[slice], share: Sequence[Block]) -> None:
    """Write one piece of the output after the other."""
    x, w, y, sizes = grouped
    with Workspace() as space:
        for block in share:
            for groups in parts:
                total = y[block.images, groups, :, block.rows, block.columns]
                _sum_rows(x[block.images, groups], w[:, groups], sizes, block, total, space)


def _sum_rows(
    x: Array, w: Array, sizes: Geometry, block: Block, y: Array, space: Workspace
) -> None:
    """Add up what the rows of the kernels contribute to a block."""
    (left, _, top, _), (d_h, d_w) = sizes.sides, sizes.dilation
    shifted, term = space.arrays(x.dtype, *_shapes(w, sizes, block))
    n, groups, channels, k_w, height, width = shifted.shape
    for j in range(k_w):
        cut(x, block.rows.start - top, block.columns.start - left + d_w * j, shifted[..., j, :, :])
    lines = shifted.reshape(n, groups, channels * k_w, height * width)
    total = y.reshape(term.shape)
    for i, row in enumerate(w):
        start = d_h * i * width  # the rows of a plane are one long line
        multiply(row, lines[..., start : start + total[0, 0, 0].size], term if i else total)
        if i:
            total += term
