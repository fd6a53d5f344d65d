"""Patches as the columns of a matrix, tile by tile: every stride, dilation and number of groups."""

from collections.abc import Iterable
from functools import partial
from math import gcd, lcm

from numpy.lib.stride_tricks import as_strided

from convbook._geometry import Geometry
from convbook._problem import Problem
from convbook._typing import Array
from convbook.algorithms._blocks import ROOM, Block, Blocks, buffers, cut, spans
from convbook.algorithms.products import WIDE, multiply
from convbook.algorithms.threads import spread


def im2col(problem: Problem, output: Array) -> None:
    """Multiply the kernels by patches, a tile of them at a time."""
    if is_pointwise(problem.sizes):
        _multiply_pixels(problem, output)
        return
    taps = problem.weight[0].size * problem.groups
    most = max(WIDE // 4, 2 * ROOM // (3 * taps * output.itemsize))
    jobs = Blocks(len(output), output.shape[2:], _without_rest(most, output.shape[3]))
    spread(partial(_multiply_patches, problem, output), jobs)


def _without_rest(most: int, width: int) -> int:
    """Return the largest number up to `most` that is whole rows and whole pieces of a product."""
    both = lcm(WIDE, width)
    return most - most % both if most > both else most


def _multiply_patches(problem: Problem, output: Array, jobs: Iterable[Block]) -> None:
    """Write the convolution of one block after the other."""
    images, weight, _, sizes, groups, *_ = problem
    kernels = weight.reshape(groups, len(weight) // groups, -1)  # one row each
    for block in jobs:
        patches = copy_patches(images, sizes, block)  # one column each
        patches = patches.reshape(len(patches), groups, kernels.shape[-1], -1)
        y = output[block.images, :, block.rows, block.columns]
        multiply(kernels, patches, y.reshape(len(y), *kernels.shape[:2], -1))


def copy_patches(images: Array, sizes: Geometry, block: Block) -> Array:
    """Return the patches of a block's outputs, (n, C, K_h, K_w, rows, columns)."""
    (k_h, k_w), (s_h, s_w), (left, _, top, _), (d_h, d_w), _ = sizes
    n, rows, columns = block.shape
    channels = images.shape[1]
    height, width = s_h * (rows - 1) + d_h * (k_h - 1) + 1, columns + d_w * (k_w - 1) // s_w
    band, patches = buffers(
        images.dtype, (n, channels, height, width), (n, channels, k_h, k_w, rows, columns)
    )
    y, x = s_h * block.rows.start - top, s_w * block.columns.start - left
    taps = s_w // gcd(s_w, d_w)  # so many taps on, a kernel meets the same columns again
    for tap in range(min(taps, k_w)):
        at = x + d_w * tap
        cut(images[block.images, ..., at % s_w :: s_w], y, at // s_w, band)
        n_, c_, h_, w_ = band.strides
        seen = as_strided(
            band,
            (n, channels, k_h, -(-(k_w - tap) // taps), rows, columns),
            (n_, c_, d_h * h_, d_w * taps // s_w * w_, s_h * h_, w_),
        )
        patches[:, :, :, tap::taps] = seen
    return patches


def is_pointwise(sizes: Geometry) -> bool:
    """Tell whether the image itself is the matrix of its patches."""
    return sizes.kernel_size == (1, 1) == sizes.stride and not any(sizes.sides)


def _multiply_pixels(problem: Problem, output: Array) -> None:
    """Multiply kernels of one pixel by the image."""
    images, weight, _, _, groups, *_ = problem
    kernels = weight.reshape(groups, len(weight) // groups, -1)
    pixels = images.reshape(len(images), groups, kernels.shape[-1], -1)
    y = output.reshape(len(output), *kernels.shape[:2], -1)
    for some in spans(pixels.shape[-1], max(WIDE, ROOM // (2 * y[..., 0].nbytes))):
        multiply(kernels, pixels[..., some], y[..., some])
