"""How long tiles should take, in nanoseconds on one core of about 100 GFLOP/s.

The estimates choose among tilings of one algorithm, so only their order matters, and it is much the
same on other machines. The constants were fitted to the layers of the benchmark.
"""

from math import ceil, prod

from convbook._problem import Workload
from convbook.algorithms.tiles import Tiling, tiles_at_once, tiles_of_gradient

MULTIPLY = 0.0195
"""A product and a sum, in a product of large matrices."""

TRANSFORM = 0.032
"""A product and a sum, where one of the matrices is small."""

COPY, ADD, TURN = 0.12, 0.11, 0.5
"""A number copied in a long row, added to another, moved to another order of the axes."""

CALL = 2_000.0
"""A call of NumPy, and what belongs to it."""


def tiles_time(work: Workload, tiling: Tiling) -> float:
    """Estimate a convolution tile by tile: into values, the products, and back."""
    rows, columns = tiling.rows, tiling.columns
    tiles = work.images * prod(tiling.grid(work.sizes.output_size))
    at_once = min(tiles, max(1, tiles_at_once(tiling, work)))
    rounds = ceil(tiles / at_once)

    into = TURN * prod(tiling.step) + COPY * rows.products * columns.pixels
    into += TRANSFORM * rows.products * rows.pixels * tiling.step[1]
    into += TRANSFORM * rows.products * columns.pixels * columns.products
    back = TURN * prod(tiling.outputs)
    back += TRANSFORM * columns.outputs * rows.products * (columns.products + rows.outputs)
    values = tiling.products * work.channels * work.kernels
    multiply = values * MULTIPLY * (1 + 2 / at_once) * (1 + 4 / work.channels)

    short = 1 + 12 / min(work.channels, work.kernels)  # what is copied lies in rows of channels
    each = (work.channels * into + work.kernels * back) * short + multiply
    fetch = values * work.dtype.itemsize * (rounds / 60 + 1 / 20)  # first from far
    prepare = 0 if work.prepared else values * _fresh(values)
    calls = rounds * (8 + 6 * rows.products / tiling.rows_at_once)
    return work.groups * (tiles * each * work.dtype.itemsize / 4 + fetch + prepare + calls * CALL)


def gradient_time(work: Workload, tiling: Tiling) -> float:
    """Estimate the weight's gradient from tiles, whose values are added up block by block."""
    tiles = work.images * prod(tiling.grid(work.sizes.output_size))
    rounds = ceil(tiles / tiles_of_gradient(tiling, work))
    values = tiling.products * work.channels * work.kernels * work.groups
    return tiles_time(work, tiling) + values * (3 * rounds * ADD + 2 * _fresh(values))


def _fresh(values: int) -> float:
    """Return the time to compute one value of a kernel: the first use of memory costs more."""
    return 0.3 if values < 1 << 18 else 0.6 if values < 1 << 22 else 1.3
