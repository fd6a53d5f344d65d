"""The image shifted along the kernel's rows, multiplied and added up: for few channels."""

from collections.abc import Sequence
from functools import partial
from itertools import product
from math import prod

from convbook._geometry import Geometry
from convbook._problem import Problem
from convbook._typing import Array
from convbook.algorithms._blocks import ROOM, Block, blocks, buffers, cut, spans
from convbook.algorithms.products import multiply
from convbook.algorithms.threads import spread


def shift(problem: Problem, output: Array) -> None:
    """Multiply one row of the kernels after the other by shifted images."""
    images, weight, _, sizes, groups, *_ = problem
    x = images.reshape(len(images), groups, -1, *images.shape[2:])
    w = weight.reshape(groups, len(weight) // groups, *weight.shape[1:])
    y = output.reshape(len(output), groups, -1, *output.shape[2:])
    jobs = _pieces(w, sizes, len(output), ROOM // output.itemsize)
    spread(partial(_add_rows, x, w, sizes, y), jobs)


def _pieces(w: Array, sizes: Geometry, images: int, room: int) -> list[tuple[slice, Block]]:
    """Cut the groups and the output into pieces that have room."""
    groups, most = len(w), room
    while True:
        some = spans(groups, max(1, most // prod(sizes.output_size)))
        parts = blocks(images, sizes.output_size, most // some[0].stop)
        shapes = _shapes(w[some[0]], sizes, parts[0])
        if sum(map(prod, shapes)) <= room or most < 2:
            return [*product(some, parts)]
        most //= 2


def _shapes(w: Array, sizes: Geometry, block: Block) -> list[tuple[int, ...]]:
    """Return the shapes of the shifted images, and of what one row of the kernels adds."""
    (groups, kernels, channels, k_h, k_w), (n, rows, columns) = w.shape, block.shape
    height = rows + sizes.dilation[0] * (k_h - 1)
    shifted: tuple[int, ...] = n, groups, channels, k_w, height, columns
    return [shifted, (n, groups, kernels, rows * columns)]


def _add_rows(
    x: Array, w: Array, sizes: Geometry, y: Array, jobs: Sequence[tuple[slice, Block]]
) -> None:
    """Write one piece of the output after the other."""
    (left, _, top, _), (d_h, d_w) = sizes.sides, sizes.dilation
    for some, block in jobs:
        kernels = w[some]
        shifted, term = buffers(x.dtype, *_shapes(kernels, sizes, block))
        n, groups, channels, k_w, height, width = shifted.shape
        length = term[0, 0, 0].size
        for j in range(k_w):
            corner = block.rows.start - top, block.columns.start - left + d_w * j
            cut(x[block.images, some], *corner, shifted[..., j, :, :])
        lines = shifted.reshape(n, groups, channels * k_w, height * width)
        total = y[block.images, some, :, block.rows, block.columns].reshape(term.shape)
        for i in range(w.shape[3]):
            row = kernels[..., i, :].reshape(groups, -1, channels * k_w)
            start = d_h * i * width  # the rows of a plane are one long line
            multiply(row, lines[..., start : start + length], term if i else total)
            if i:
                total += term
