"""The image shifted along the kernel's rows, multiplied and added up: for few channels."""

from collections.abc import Iterable, Sequence
from functools import partial
from math import prod

import numpy as np

from convbook._geometry import Geometry
from convbook._problem import Problem
from convbook._typing import Array
from convbook.algorithms._blocks import ROOM, Block, Blocks, buffers, cut, spans
from convbook.algorithms.products import multiply
from convbook.algorithms.threads import spread


def shift(problem: Problem, output: Array) -> None:
    """Multiply one row of the kernels after the other by shifted images."""
    images, weight, _, sizes, groups, *_ = problem
    x = images.reshape(len(images), groups, -1, *images.shape[2:])
    y = output.reshape(len(output), groups, -1, *output.shape[2:])
    w = problem.form("rows", lambda: np.moveaxis(weight, 2, 0).copy())
    w = w.reshape(len(w), groups, len(weight) // groups, -1)
    some, jobs = _pieces(w, sizes, len(output), ROOM // output.itemsize)
    spread(partial(_add_rows, x, w, sizes, y, some), jobs)


def _pieces(
    w: Array, sizes: Geometry, images: int, room: int
) -> tuple[list[slice], Sequence[Block]]:
    """Cut the groups, and the output, into pieces that have room."""
    most = room
    while True:
        some = spans(w.shape[1], max(1, most // prod(sizes.output_size)))
        jobs = Blocks(images, sizes.output_size, most // some[0].stop)
        shifted, term = map(prod, _shapes(w[:, some[0]], sizes, jobs[0]))
        if shifted + 2 * term <= room or most < 2:  # a long product has a term of its own
            return some, jobs
        most //= 2


def _shapes(w: Array, sizes: Geometry, block: Block) -> list[tuple[int, ...]]:
    """Return the shapes of the shifted images, and of what one row of the kernels adds."""
    (k_h, groups, kernels, taps), (n, rows, columns) = w.shape, block.shape
    k_w = sizes.kernel_size[1]
    height = rows + sizes.dilation[0] * (k_h - 1)
    shifted: tuple[int, ...] = n, groups, taps // k_w, k_w, height, columns
    return [shifted, (n, groups, kernels, rows * columns)]


def _add_rows(
    x: Array, w: Array, sizes: Geometry, y: Array, groups: list[slice], jobs: Iterable[Block]
) -> None:
    """Write one piece of the output after the other."""
    for block in jobs:
        for some in groups:
            total = y[block.images, some, :, block.rows, block.columns]
            _sum_rows(x[block.images, some], w[:, some], sizes, block, total)


def _sum_rows(x: Array, w: Array, sizes: Geometry, block: Block, y: Array) -> None:
    """Add up what the rows of the kernels contribute to a block."""
    (left, _, top, _), (d_h, d_w) = sizes.sides, sizes.dilation
    shifted, term = buffers(x.dtype, *_shapes(w, sizes, block))
    n, groups, channels, k_w, height, width = shifted.shape
    for j in range(k_w):
        corner = block.rows.start - top, block.columns.start - left + d_w * j
        cut(x, *corner, shifted[..., j, :, :])
    lines = shifted.reshape(n, groups, channels * k_w, height * width)
    total = y.reshape(term.shape)
    for i, row in enumerate(w):
        start = d_h * i * width  # the rows of a plane are one long line
        multiply(row, lines[..., start : start + total[0, 0, 0].size], term if i else total)
        if i:
            total += term
