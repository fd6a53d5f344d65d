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
    spread(partial(_shifted_sums, x, w, sizes, y), jobs)


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
    """Return the shapes of the image's band, of the shifted ones, of the sum and a term of it."""
    (groups, kernels, channels, k_h, k_w), (n, rows, columns) = w.shape, block.shape
    (d_h, d_w), lead = sizes.dilation, (n, groups, channels)
    height, width = rows + d_h * (k_h - 1), columns + d_w * (k_w - 1)
    outputs = n, groups, kernels, rows * width
    return [(*lead, height + 1, width), (*lead, k_w, height * width), outputs, outputs]


def _shifted_sums(
    x: Array, w: Array, sizes: Geometry, y: Array, jobs: Sequence[tuple[slice, Block]]
) -> None:
    """Write one piece of the output after the other."""
    for some, block in jobs:
        part = y[block.images, some, :, block.rows, block.columns]
        part[...] = _shifted_sum(x[block.images, some], w[some], sizes, block)


def _shifted_sum(x: Array, w: Array, sizes: Geometry, block: Block) -> Array:
    """Convolve with planes that are one long row each: a shift is an offset in it."""
    (k_h, k_w), _, (left, _, top, _), (d_h, d_w), _ = sizes
    band, shifted, total, term = buffers(x.dtype, *_shapes(w, sizes, block))
    *lead, height, width = band.shape
    long, length = shifted.shape[-1], total.shape[-1]
    cut(x, block.rows.start - top, block.columns.start - left, band[..., : height - 1, :])
    flat = band.reshape(*lead, -1)
    for j in range(k_w):
        shifted[..., j, :] = flat[..., d_w * j : d_w * j + long]
    shifted = shifted.reshape(*lead[:2], -1, long)
    for i in range(k_h):
        kernels = w[..., i, :].reshape(*w.shape[:2], -1)
        seen = shifted[..., d_h * i * width : d_h * i * width + length]
        multiply(kernels, seen, term if i else total)
        if i:
            total += term
    return total.reshape(*total.shape[:3], -1, width)[..., : block.shape[2]]
