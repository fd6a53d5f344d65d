"""How long each algorithm should take, in nanoseconds on one core of about 100 GFLOP/s.

The constants were fitted once to the layers of the benchmark. Only the order of the estimates
matters, and it is much the same on other machines.
"""

from math import ceil, log2, prod, sqrt

from convbook._problem import Task
from convbook.algorithms.fft import window_sizes
from convbook.algorithms.im2col import is_pointwise
from convbook.algorithms.tiles import Tiling, rows_at_once, tiles_at_once

MULTIPLY = 0.0195
"""A product and a sum, in a product of large matrices."""

TRANSFORM = 0.032
"""A product and a sum, where one of the matrices is small."""

VECTOR = 0.1
"""A product and a sum, where one of the matrices is a row."""

COPY, ADD, TURN = 0.12, 0.11, 0.5
"""A number copied in a long row, added to another, moved to another order of the axes."""

RUN = 6.0
"""The start of a row to copy."""

CALL = 2_000.0
"""A call of NumPy, and what belongs to it."""


def outputs(task: Task) -> int:
    """Return how many outputs all images together have in one channel."""
    return task.images * prod(task.sizes.output_size)


def products(task: Task) -> int:
    """Return how many products the definition asks for."""
    kernel = task.channels * prod(task.sizes.kernel_size)
    return outputs(task) * task.groups * task.kernels * kernel


def width(task: Task) -> float:
    """Return how much longer than a float32 a number takes; BLAS does not multiply integers."""
    return task.dtype.itemsize / 4 if task.dtype.kind in "fc" else 20


def im2col_time(task: Task) -> float:
    """Estimate the copies of the patches and one large product."""
    taps = task.groups * task.channels * prod(task.sizes.kernel_size)
    copies = taps * (COPY * task.sizes.stride[1] + RUN / task.sizes.output_size[1])
    copies += TURN * task.groups * task.channels * prod(task.sizes.stride)  # the image
    if is_pointwise(task.sizes):
        copies = 0
    multiply = taps * max(MULTIPLY * task.kernels, 0.6 * VECTOR)
    multiply *= 1 + 16 / prod(task.sizes.output_size)  # few columns
    return outputs(task) * (copies + multiply) * width(task) + 10 * CALL


def shift_time(task: Task) -> float:
    """Estimate a copy for each column of the kernel, a product and a sum for each row."""
    k_h, k_w = task.sizes.kernel_size
    copies = task.channels * (k_w + 1) * (COPY + RUN / task.sizes.output_size[1])
    sums = task.kernels * k_h * (ADD + COPY)
    each = max(1.3 * MULTIPLY, VECTOR / sqrt(task.kernels))
    multiply = task.kernels * task.channels * k_h * k_w * each
    positions = outputs(task) * task.groups
    weights = task.groups * task.kernels * task.channels * k_h * k_w
    prepare = 0 if task.prepared else weights * 3 * TURN
    each = (copies + sums + multiply) * width(task)
    return positions * each + prepare + (10 + 3 * k_h) * CALL


def tiles_time(task: Task, tiling: Tiling) -> float:
    """Estimate a convolution tile by tile: into values, the products, and back."""
    rows, columns = tiling.rows, tiling.columns
    tiles = task.images * prod(tiling.grid(task.sizes.output_size))
    at_once = min(tiles, max(1, tiles_at_once(tiling, task)))
    rounds = ceil(tiles / at_once)

    into = TURN * prod(tiling.step) + COPY * rows.products * columns.pixels
    into += TRANSFORM * rows.products * rows.pixels * tiling.step[1]
    into += TRANSFORM * rows.products * columns.pixels * columns.products
    back = TURN * prod(tiling.outputs)
    back += TRANSFORM * columns.outputs * rows.products * (columns.products + rows.outputs)
    values = tiling.products * task.channels * task.kernels
    multiply = values * MULTIPLY * (1 + 2 / at_once) * (1 + 4 / task.channels)

    short = 1 + 12 / min(task.channels, task.kernels)  # what is copied lies in rows of channels
    each = (task.channels * into + task.kernels * back) * short + multiply
    fetch = values * task.dtype.itemsize * (rounds / 60 + 1 / 20)  # first from far
    prepare = 0 if task.prepared else values * _fresh(values)
    calls = rounds * (8 + 6 * rows.products / rows_at_once(tiling))
    return task.groups * (tiles * each * width(task) + fetch + prepare + calls * CALL)


def gradient_time(task: Task, tiling: Tiling) -> float:
    """Estimate the weight's gradient from tiles, whose values are added up block by block."""
    tiles = task.images * prod(tiling.grid(task.sizes.output_size))
    rounds = ceil(tiles / max(1, 2 * tiles_at_once(tiling, task) // 3))
    values = tiling.products * task.channels * task.kernels * task.groups
    return tiles_time(task, tiling) + values * (3 * rounds * ADD + 2 * _fresh(values))


def _fresh(values: int) -> float:
    """Return the time to compute one value of a kernel, which is longer if memory is fresh."""
    return 0.3 if values < 1 << 18 else 0.6 if values < 1 << 22 else 1.3


def fft_time(task: Task) -> float:
    """Estimate the transforms of all windows, and the products of their spectra."""
    size = window_sizes(task)
    steps = (n - k + 1 for n, k in zip(size, task.sizes.kernel_size, strict=True))
    windows = [ceil(n / step) for n, step in zip(task.sizes.output_size, steps, strict=True)]
    transform = 0.22 * prod(size) * log2(prod(size)) + 5 * CALL
    pairs = task.channels * task.kernels
    each = transform * (task.channels + task.kernels) + prod(size) * pairs
    prepare = 0 if task.prepared else transform * pairs
    return task.groups * (task.images * prod(windows) * each * width(task) + prepare)
