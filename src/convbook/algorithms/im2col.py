"""Patches as the columns of a matrix, block by block: every stride, dilation and grouping."""

from collections.abc import Sequence
from functools import partial
from itertools import product
from math import ceil, gcd, prod

from convbook._geometry import Geometry
from convbook._problem import Problem
from convbook._typing import Array
from convbook._windows import cut, windows
from convbook.algorithms._blocks import ROOM, Block, Workspace, blocks, spans
from convbook.algorithms.matrices import multiply
from convbook.algorithms.threads import spread

FEW = 16
"""Positions of the kernel that are done at once, however large their patches are."""

FEW_TAPS = 4
"""Taps that are cut from the image one by one unless each of its pixels is read by two of them."""


def im2col(problem: Problem, output: Array) -> None:
    """Multiply the kernels by patches, a block of them at a time."""
    if is_pointwise(problem.sizes):
        _multiply_pixels(problem, output)
        return
    most = max(FEW, positions_at_once(problem))
    pieces = blocks(len(output), problem.sizes.output_size, most)
    spread(partial(_multiply_patches, problem, output), pieces)


def positions_at_once(problem: Problem) -> int:
    """Return for how many positions of the kernel there is room.

    Two thirds of it are for the patches, and the rest for the pixels that they are copied from.
    """
    patch: int = problem.input.shape[1] * prod(problem.sizes.kernel_size) * problem.input.itemsize
    return 2 * ROOM // (3 * patch)


def _multiply_patches(problem: Problem, output: Array, share: Sequence[Block]) -> None:
    """Write the convolution of one block of the output after the other."""
    weight, groups = problem.weight, problem.groups
    kernels = weight.reshape(groups, len(weight) // groups, -1)  # one row each
    with Workspace() as space:
        for block in share:
            patches = copy_patches(problem.input, problem.sizes, block, space)
            columns = patches.reshape(groups, kernels.shape[-1], block.shape[0], -1)
            y = output[block.images, :, block.rows, block.columns]
            y = y.reshape(len(y), *kernels.shape[:2], -1)
            multiply(kernels, columns.transpose(2, 0, 1, 3), y)


def copy_patches(input: Array, sizes: Geometry, block: Block, space: Workspace) -> Array:
    """Return the patches of a block's outputs, (C, K_h, K_w, n, rows, columns).

    They are copied from the block's pixels, in which the columns that a stride takes lie together:
    every `s_w`-th is one phase. Where a copy of the pixels does not pay, what each tap sees is cut
    from the image itself.
    """
    (s_h, s_w), (d_h, d_w), (left, _, top, _) = sizes.stride, sizes.dilation, sizes.sides
    (n, rows, columns), channels = block.shape, input.shape[1]
    images = input[block.images].swapaxes(0, 1)
    top, left = s_h * block.rows.start - top, s_w * block.columns.start - left
    height, width = s_h * (rows - 1) + sizes.span[0], s_w * (columns - 1) + sizes.span[1]
    shape = channels, *sizes.kernel_size, n, rows, columns
    if not _pays(n * height * width, shape, input.itemsize):
        (patches,) = space.arrays(input.dtype, shape)
        for i, j in product(*map(range, sizes.kernel_size)):
            cut(images, top + d_h * i, left + d_w * j, patches[:, i, j], sizes.stride)
        return patches
    seen = channels, s_w, n, height, ceil(width / s_w)
    phases, patches = space.arrays(input.dtype, seen, shape)
    for phase in range(s_w):
        cut(images, top, left + phase, phases[:, phase], (1, s_w))
    step = s_w // gcd(s_w, d_w)  # taps so far apart meet pixels of one phase
    for j in range(min(step, sizes.kernel_size[1])):
        first, phase = divmod(d_w * j, s_w)
        taps = patches[:, :, j::step]
        of_phase = sizes._replace(
            kernel_size=taps.shape[1:3], stride=(s_h, 1), dilation=(d_h, d_w * step // s_w)
        )
        found = windows(phases[:, phase, :, :, first:], of_phase).transpose(0, 2, 3, 1, 4, 5)
        taps[...] = found[..., :rows, :columns]
    return patches


def _pays(pixels: int, shape: tuple[int, ...], itemsize: int) -> bool:
    """Tell whether to copy a block's pixels first: if they find room and are not too many."""
    channels, *kernel_size, n, rows, columns = shape
    taps, positions = prod(kernel_size), n * rows * columns
    most = taps * positions * (2 if taps > FEW_TAPS else 1 / 2)
    return pixels <= most and channels * (pixels + taps * positions) * itemsize <= ROOM


def is_pointwise(sizes: Geometry) -> bool:
    """Tell whether the image itself is the matrix of its patches."""
    return sizes.kernel_size == (1, 1) == sizes.stride and not any(sizes.sides)


def _multiply_pixels(problem: Problem, output: Array) -> None:
    """Multiply kernels of one pixel by the image."""
    x, weight, groups = problem.input, problem.weight, problem.groups
    kernels = weight.reshape(groups, len(weight) // groups, -1)
    pixels = x.reshape(len(x), groups, kernels.shape[-1], -1)
    y = output.reshape(len(output), *kernels.shape[:2], -1)
    for part in spans(pixels.shape[-1], max(FEW, ROOM // (2 * y[..., 0].nbytes))):
        multiply(kernels, pixels[..., part], y[..., part])
