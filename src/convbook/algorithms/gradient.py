"""The gradient of a convolution's weight: the same patches and the same tiles, used backwards."""

from collections.abc import Sequence
from math import prod

import numpy as np

from convbook._problem import Problem, Task, silently
from convbook._typing import Array, Sides
from convbook.algorithms._blocks import ROOM, Block, Blocks, Space, buffers
from convbook.algorithms.choice import FEW, all_finite, few_taps, gradient_tiling, points
from convbook.algorithms.estimates import gradient_time, im2col_time, products
from convbook.algorithms.im2col import copy_patches
from convbook.algorithms.tiles import (
    Tiling,
    channels_last,
    evaluate_columns,
    evaluate_rows,
    largest_step,
    tiles_at_once,
)


@silently()
def weight_gradient(problem: Problem, errors: Array) -> Array:
    """Return the sum over all outputs of an output's gradient times its window of pixels."""
    dtype, problem = errors.dtype, problem.widened()
    errors = errors.astype(problem.images.dtype, copy=False)
    if tiling := _fast_tiling(problem.task):
        result = from_tiles(problem, errors, tiling)
        if all_finite(result):
            return result.astype(dtype, copy=False)
    return from_patches(problem, errors).astype(dtype, copy=False)


def _fast_tiling(task: Task) -> Tiling | None:
    """Return the tiles that should be faster than patches, if there are any."""
    if products(task) < FEW or points(task) or few_taps(task):
        return None
    tiling = gradient_tiling(task._replace(prepared=True))
    return tiling if gradient_time(task, tiling) < 1.4 * im2col_time(task) else None


def from_patches(problem: Problem, errors: Array) -> Array:
    """Multiply the errors by the patches that im2col multiplies the kernels by."""
    images, weight, _, sizes, groups, *_ = problem
    shape = groups, len(weight) // groups, weight[0].size
    most = max(1, 2 * ROOM // (3 * groups * weight[0].size * images.itemsize))
    total = np.zeros(shape, images.dtype)
    for block in Blocks(len(errors), sizes.output_size, most):
        patches = copy_patches(images, sizes, block)
        patches = patches.reshape(len(patches), groups, weight[0].size, -1)
        part = errors[block.images, :, block.rows, block.columns]
        part = part.reshape(len(part), *shape[:2], -1)
        total += (part @ patches.swapaxes(-1, -2)).sum(axis=0, dtype=total.dtype)
    return total.reshape(weight.shape)


def from_tiles(problem: Problem, errors: Array, tiling: Tiling) -> Array:
    """Multiply the values of the errors by those of the tiles, and interpolate the kernels.

    A bilinear algorithm computes ``A.T @ ((G @ w) * (B @ d))``. Its gradient with respect to ``w``
    has the same three matrices: ``G.T @ ((A @ e) * (B @ d))``.
    """
    images, weight, _, sizes, groups, *_ = problem
    rows, columns = tiling.rows, tiling.columns
    cast = tiling.cast(images.dtype)
    most = max(1, 2 * tiles_at_once(tiling, problem.task) // 3)
    jobs = Blocks(len(errors), tiling.grid(sizes.output_size), most, compact=True)
    result = np.empty((groups, len(weight) // groups, *weight.shape[1:]), images.dtype)
    parts = np.split(images, groups, 1), np.split(errors, groups, 1), result
    for x, e, kernels in zip(*parts, strict=True):
        values = _sum_values(x, e, sizes.sides, cast, jobs)
        halfway = cast.columns.G.T @ values.reshape(columns.products, -1)
        halfway = halfway.reshape(len(halfway), rows.products, -1)
        taps = (cast.rows.G.T @ halfway).reshape(len(halfway), -1, *values.shape[2:])
        for j, i in np.ndindex(taps.shape[:2]):
            kernels[..., i, j] = taps[j, i].T
    return result.reshape(weight.shape)


def _sum_values(x: Array, e: Array, sides: Sides, tiling: Tiling, jobs: Sequence[Block]) -> Array:
    """Add up what all tiles contribute: (values of columns, of rows, C_in, C_out)."""
    rows, columns = tiling.rows, tiling.columns
    shape = columns.products, rows.products, x.shape[1], e.shape[1]
    total, term = np.empty(shape, x.dtype), np.empty(shape if len(jobs) > 1 else 0, x.dtype)
    deep = max(shape[2:])
    size = max(largest_step(tiling, jobs[0], deep), prod(jobs[0].shape) * tiling.products * deep)
    first, second, third = buffers(x.dtype, (size,), (size,), (size,))
    for number, block in enumerate(jobs):
        seen, given = tiling.window(block, sides), tiling.outputs_of(block)
        space = Space(first, second)
        pixels = _values(x[block.images], (rows.B, columns.B), tiling.step, seen, block, space)
        space, part = Space(space.spare, third), e[block.images]
        outputs = _values(part, (rows.A, columns.A), tiling.outputs, given, block, space)
        np.matmul(pixels.swapaxes(-1, -2), outputs, out=term if number else total)
        if number:
            total += term
    return total


def _values(
    images: Array,
    matrices: tuple[Array, Array],
    step: tuple[int, int],
    window: tuple[tuple[int, int], tuple[int, int]],
    block: Block,
    space: Space,
) -> Array:
    """Evaluate a block's tiles of images, or of errors: (of columns, of rows, tiles, channels)."""
    pixels = channels_last(images, *window, space)
    halfway = evaluate_rows(matrices[0], pixels, step[0], block, space)
    return evaluate_columns(matrices[1], halfway, step[1], block, space)
