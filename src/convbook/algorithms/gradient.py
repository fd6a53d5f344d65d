"""The gradient of a convolution's weight: the same patches and the same tiles, used backwards."""

from collections.abc import Sequence
from functools import lru_cache
from math import prod
from typing import NamedTuple

import numpy as np

from convbook._problem import Problem, Workload, silently
from convbook._typing import Array, Sides
from convbook.algorithms._blocks import Block, Turns, Workspace, blocks
from convbook.algorithms.choice import (
    FEW,
    SIZES_KEPT,
    WINOGRAD_TAPS,
    best_tiling,
    few_outputs,
    few_taps,
    multiplications,
)
from convbook.algorithms.contrast import all_finite, is_even
from convbook.algorithms.estimates import gradient_time
from convbook.algorithms.im2col import copy_patches, positions_at_once
from convbook.algorithms.tiles import (
    Tiling,
    by_group,
    channels_last,
    evaluate_columns,
    evaluate_rows,
    largest_step,
    tiles_of_gradient,
)
from convbook.algorithms.toom import cook_toom


@silently()
def weight_gradient(problem: Problem, grad_output: Array) -> Array:
    """Return the sum over all outputs of an output's gradient times its window of pixels."""
    dtype, problem = grad_output.dtype, problem.widened()
    errors = grad_output.astype(problem.input.dtype, copy=False)
    result = None
    if tiles_pay(problem.workload) and _alike(problem, errors):
        result = from_tiles(problem, errors, gradient_tiling(problem.workload))
    if result is None or not all_finite(result):
        result = from_patches(problem, errors)
    return result.astype(dtype, copy=False)


def tiles_pay(work: Workload) -> bool:
    """Tell whether tiles should be faster than patches.

    They multiply less, for each output, but evaluate every pixel and every kernel: that pays for
    many channels, unless there are as few outputs as channels.
    """
    if few_taps(work, WINOGRAD_TAPS) or work.sizes.stride != (1, 1):
        return False
    positions = work.images * prod(work.sizes.output_size)
    channels = min(work.channels, work.kernels)
    return multiplications(work) >= FEW and 16 <= channels <= positions // 2


def _alike(problem: Problem, errors: Array) -> bool:
    """Tell whether no pixel and no error would be seen in the gradient of a tap that it misses.

    Each tap meets all of an image but what is near its border.
    """
    border = problem.sizes.span[0] - 1, problem.sizes.span[1] - 1
    return is_even(problem.input, border) and is_even(errors, border)


@lru_cache(SIZES_KEPT)
def gradient_tiling(work: Workload) -> Tiling:
    """Choose tiles of 4 or 6 pixels an axis."""
    return best_tiling(work, cook_toom, few_outputs(work), gradient_time)


def from_patches(problem: Problem, errors: Array) -> Array:
    """Multiply the errors by the patches that im2col multiplies the kernels by.

    There is room for as many patches as there are kernels: they take no more than the result.
    """
    weight, groups = problem.weight, problem.groups
    shape = groups, len(weight) // groups, weight[0].size
    most = max(1, positions_at_once(problem), shape[1])
    total = np.zeros(shape, errors.dtype)
    with Workspace() as space:
        for number, block in enumerate(blocks(len(errors), problem.sizes.output_size, most)):
            patches = copy_patches(problem.input, problem.sizes, block, space)
            part = errors[block.images, :, block.rows, block.columns]
            part = part.swapaxes(0, 1).reshape(*shape[:2], -1)
            patches = patches.reshape(*shape[::2], -1).swapaxes(-1, -2)
            if number:
                total += part @ patches
            else:
                np.matmul(part, patches, out=total)
    return total.reshape(weight.shape)


def from_tiles(problem: Problem, errors: Array, tiling: Tiling) -> Array:
    """Multiply the values of the errors by those of the tiles, and interpolate the kernels.

    A bilinear algorithm computes ``A.T @ ((G @ w) * (B @ d))``. Its gradient with respect to ``w``
    has the same three matrices: ``G.T @ ((A @ e) * (B @ d))``.
    """
    weight, sizes, groups = problem.weight, problem.sizes, problem.groups
    rows, columns = tiling.rows, tiling.columns
    cast = tiling.cast(errors.dtype)
    most = tiles_of_gradient(tiling, problem.workload)
    tiles = blocks(len(errors), tiling.grid(sizes.output_size), most, compact=True)
    result = np.empty((groups, len(weight) // groups, *weight.shape[1:]), errors.dtype)
    parts = by_group(problem.input, groups), by_group(errors, groups), result
    for x, e, kernels in zip(*parts, strict=True):
        values = _sum_values(x, e, sizes.sides, cast, tiles)
        by_columns = cast.columns.G.T @ values.reshape(columns.products, -1)
        by_columns = by_columns.reshape(len(by_columns), rows.products, -1)
        taps = (cast.rows.G.T @ by_columns).reshape(len(by_columns), -1, *values.shape[2:])
        for j, i in np.ndindex(taps.shape[:2]):
            kernels[..., i, j] = taps[j, i].T
    return result.reshape(weight.shape)


class Planes(NamedTuple):
    """Planes to be evaluated tile by tile: images, or errors."""

    images: Array
    matrices: tuple[Array, Array]
    """What evaluates the rows, and the columns, of a tile."""
    step: tuple[int, int]
    """How far neighbouring tiles are apart."""


def _sum_values(x: Array, e: Array, sides: Sides, tiling: Tiling, tiles: Sequence[Block]) -> Array:
    """Add up what all tiles contribute: (values of columns, of rows, C_in, C_out)."""
    rows, columns = tiling.rows, tiling.columns
    pixels = Planes(x, (rows.B, columns.B), tiling.step)
    errors = Planes(e, (rows.A, columns.A), tiling.outputs)
    shape = columns.products, rows.products, x.shape[1], e.shape[1]
    total, term = np.empty(shape, x.dtype), np.empty(shape[1:], x.dtype)
    channels, largest = max(shape[2:]), tiles[0]
    values = prod(largest.shape) * tiling.products * channels
    size = max(values, largest_step(tiling, largest, channels))
    with Workspace() as space:
        first, second, third = space.arrays(x.dtype, (size,), (size,), (size,))
        for number, block in enumerate(tiles):
            seen, given = tiling.window(block, sides), tiling.outputs_of(block)
            buffers = Turns(first, second)
            of_pixels = _values(pixels, seen, block, buffers)
            buffers = Turns(buffers.spare, third)  # of_pixels lies in the one that is not spare
            of_errors = _values(errors, given, block, buffers)
            of_pixels = of_pixels.swapaxes(-1, -2)
            for column in range(len(total)):  # a small term at a time, which the cache holds
                out = term if number else total[column]
                np.matmul(of_pixels[column], of_errors[column], out=out)
                if number:
                    total[column] += term
    return total


def _values(
    planes: Planes, window: tuple[tuple[int, int], tuple[int, int]], block: Block, buffers: Turns
) -> Array:
    """Evaluate a block's tiles: (values of columns, of rows, tiles, channels)."""
    by_rows, by_columns = planes.matrices
    pixels = channels_last(planes.images[block.images], *window, buffers)
    values = evaluate_rows(by_rows, pixels, planes.step[0], block, buffers)
    return evaluate_columns(by_columns, values, planes.step[1], block, buffers)
