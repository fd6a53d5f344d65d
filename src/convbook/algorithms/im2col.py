"""Patches as the columns of a matrix, block by block: every stride, dilation and grouping."""

from collections.abc import Sequence
from functools import partial
from itertools import product
from math import lcm, prod

import numpy as np

from convbook._geometry import Geometry
from convbook._problem import Problem
from convbook._typing import Array
from convbook._windows import cut, windows
from convbook.algorithms._blocks import ROOM, Block, Workspace, blocks, spans
from convbook.algorithms.matrices import WIDE, multiply
from convbook.algorithms.threads import spread


def im2col(problem: Problem, output: Array) -> None:
    """Multiply the kernels by patches, a block of them at a time."""
    if is_pointwise(problem.sizes):
        _multiply_pixels(problem, output)
        return
    if problem.workload.channels == 1 < problem.groups and problem.sizes.stride == (1, 1):
        _multiply_planes(problem, output)
        return
    height, width = problem.sizes.output_size
    most = max(WIDE // 4, positions_at_once(problem))
    most = _without_rest(most, width)
    spread(partial(_multiply_patches, problem, output), blocks(len(output), (height, width), most))


def _multiply_planes(problem: Problem, output: Array) -> None:
    """Multiply kernels of one channel by patches of its plane, an image at a time."""
    groups, size = problem.groups, problem.sizes.output_size
    kernels = problem.weight.reshape(groups, len(problem.weight) // groups, -1)
    most = max(1, groups * positions_at_once(problem))
    planes = blocks(groups, size, most)
    for image, result in zip(problem.input, output, strict=True):
        y = result.reshape(*kernels.shape[:2], *size)
        spread(partial(_multiply_lines, image, kernels, problem.sizes, y), planes)


def _multiply_lines(
    image: Array, kernels: Array, sizes: Geometry, y: Array, share: Sequence[Block]
) -> None:
    """Write one block of planes after the other.

    The rows of a plane are one long line. What a tap sees of it is a shorter line, and copied at
    once; what it holds between two rows of outputs, where a window reaches round the edge, is
    multiplied with the rest, and left behind.
    """
    (k_h, k_w), (d_h, d_w), (left, _, top, _) = sizes.kernel_size, sizes.dilation, sizes.sides
    beyond = sizes.span[0] - 1, sizes.span[1] - 1
    with Workspace() as space:
        for block in share:
            n, rows, columns = block.shape
            height, width = rows + beyond[0], columns + beyond[1]
            length = rows * width - beyond[1]
            shapes = (n, height, width), (n, k_h * k_w, length), (n, y.shape[1], rows, width)
            pixels, patches, sums = space.arrays(y.dtype, *shapes)
            cut(image[block.images], block.rows.start - top, block.columns.start - left, pixels)
            line = pixels.reshape(n, -1)
            for tap, (i, j) in enumerate(product(range(k_h), range(k_w))):
                start = d_h * i * width + d_w * j
                patches[:, tap] = line[:, start : start + length]
            reached = sums.reshape(n, y.shape[1], -1)[..., :length]
            np.matmul(kernels[block.images], patches, out=reached)
            y[block.images, :, block.rows, block.columns] = sums[..., :columns]


def positions_at_once(problem: Problem) -> int:
    """Return for how many positions of the kernel there is room.

    Two thirds of it are for the patches. The pixels that they are copied from take no more than
    half of what the patches take, or :func:`copy_patches` does without a copy of them.
    """
    patch: int = problem.input.shape[1] * prod(problem.sizes.kernel_size) * problem.input.itemsize
    return 2 * ROOM // (3 * patch)


def _without_rest(most: int, width: int) -> int:
    """Return the largest number up to `most` that is whole rows and whole pieces of a product."""
    both = lcm(WIDE, width)
    return most - most % both if most > both else most


def _multiply_patches(problem: Problem, output: Array, share: Sequence[Block]) -> None:
    """Write the convolution of one block of the output after the other."""
    weight, groups = problem.weight, problem.groups
    kernels = weight.reshape(groups, len(weight) // groups, -1)  # one row each
    with Workspace() as space:
        for block in share:
            patches = copy_patches(problem.input, problem.sizes, block, space)
            columns = patches.reshape(len(patches), groups, kernels.shape[-1], -1)
            y = output[block.images, :, block.rows, block.columns]
            multiply(kernels, columns, y.reshape(len(y), *kernels.shape[:2], -1))


def copy_patches(input: Array, sizes: Geometry, block: Block, space: Workspace) -> Array:
    """Return the patches of a block's outputs, (n, C, K_h, K_w, rows, columns).

    They are copied from the block's windows. Where most pixels of a window are between its taps,
    or between two windows, what each tap sees is cut from the image itself.
    """
    (s_h, s_w), (d_h, d_w), (left, _, top, _) = sizes.stride, sizes.dilation, sizes.sides
    n, rows, columns = block.shape
    images, channels = input[block.images], input.shape[1]
    top, left = s_h * block.rows.start - top, s_w * block.columns.start - left
    height, width = s_h * (rows - 1) + sizes.span[0], s_w * (columns - 1) + sizes.span[1]
    shape = n, channels, *sizes.kernel_size, rows, columns
    if 2 * height * width > prod(shape[2:]):
        (patches,) = space.arrays(input.dtype, shape)
        for i, j in product(*map(range, sizes.kernel_size)):
            cut(images, top + d_h * i, left + d_w * j, patches[:, :, i, j], sizes.stride)
        return patches
    pixels, patches = space.arrays(input.dtype, (n, channels, height, width), shape)
    cut(images, top, left, pixels)
    patches[...] = windows(pixels, sizes)
    return patches


def is_pointwise(sizes: Geometry) -> bool:
    """Tell whether the image itself is the matrix of its patches."""
    return sizes.kernel_size == (1, 1) == sizes.stride and not any(sizes.sides)


def _multiply_pixels(problem: Problem, output: Array) -> None:
    """Multiply kernels of one pixel by the image."""
    x, weight, groups = problem.input, problem.weight, problem.groups
    kernels = weight.reshape(groups, len(weight) // groups, -1)
    pixels = x.reshape(len(x), groups, kernels.shape[-1], -1)
    y = output.reshape(len(output), *kernels.shape[:2], -1)
    for part in spans(pixels.shape[-1], max(WIDE, ROOM // (2 * y[..., 0].nbytes))):
        multiply(kernels, pixels[..., part], y[..., part])
