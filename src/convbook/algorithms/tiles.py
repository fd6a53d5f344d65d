"""Convolution tile by tile: evaluate, multiply, interpolate.

Images are worked on with the channels last, so that each step is one product of a small matrix
and a wide one.
"""

from collections.abc import Iterable
from functools import partial
from math import ceil, gcd, prod
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convbook._problem import Problem, Task
from convbook._typing import Array, Sides
from convbook.algorithms._blocks import ROOM, Block, Blocks, Space, buffers, cut, spans
from convbook.algorithms.products import SMALL, WIDE
from convbook.algorithms.threads import spread
from convbook.algorithms.toom import Bilinear

MANY = 100
"""Values of a tile; where there are more, a few rows of them at a time are enough."""

GAP = 16
"""Numbers left free behind a row: rows a power of two apart would share few lines of the cache."""


class Tiling(NamedTuple):
    """How a plane is cut into tiles, and the matrices that act on their rows and columns."""

    rows: Bilinear
    columns: Bilinear
    stride: tuple[int, int] = (1, 1)

    @property
    def products(self) -> int:
        """How many numbers of a kernel and of a tile are multiplied."""
        return self.rows.products * self.columns.products

    @property
    def outputs(self) -> tuple[int, int]:
        """Height and width of the part of the output that a tile gives."""
        return self.rows.outputs, self.columns.outputs

    @property
    def step(self) -> tuple[int, int]:
        """How far the pixels of neighbouring tiles are apart."""
        return self.stride[0] * self.rows.outputs, self.stride[1] * self.columns.outputs

    def grid(self, size: tuple[int, int]) -> tuple[int, int]:
        """How many tiles cover an output of this size, below and beside each other."""
        (height, width), (m_h, m_w) = size, self.outputs
        return ceil(height / m_h), ceil(width / m_w)

    def window(self, block: Block, sides: Sides) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return the corner and the size of what the tiles of a block see of the image."""
        (left, _, top, _), (step_h, step_w) = sides, self.step
        _, rows, columns = block.shape
        corner = step_h * block.rows.start - top, step_w * block.columns.start - left
        height, width = step_h * (rows - 1) + self.rows.pixels, step_w * (columns - 1)
        return corner, (height, width + self.columns.pixels)

    def outputs_of(self, block: Block) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return the corner and the size of what the tiles of a block give."""
        (m_h, m_w), (_, rows, columns) = self.outputs, block.shape
        return (m_h * block.rows.start, m_w * block.columns.start), (m_h * rows, m_w * columns)

    def cast(self, dtype: Any) -> "Tiling":
        """Return the same tiling with matrices of this dtype."""
        rows, columns = (Bilinear(*(part.astype(dtype) for part in axis)) for axis in self[:2])
        return Tiling(rows, columns, self.stride)


def convolve_tiles(problem: Problem, tiling: Tiling, output: Array) -> None:
    """Write a convolution tile by tile, one group after the other."""
    images, weight, _, sizes, groups, *_ = problem
    key = groups, tiling.rows.G.tobytes(), tiling.columns.G.tobytes()
    kernels = problem.form(key, lambda: evaluate_kernels(weight, tiling, groups))
    tiling = tiling.cast(images.dtype)
    most = max(1, tiles_at_once(tiling, problem.task))
    jobs = Blocks(len(output), tiling.grid(sizes.output_size), most, compact=True)
    parts = np.split(images, groups, 1), kernels, np.split(output, groups, 1)
    for x, u, y in zip(*parts, strict=True):
        spread(partial(_convolve_blocks, x, u, sizes.sides, tiling, y, jobs[0]), jobs)


def tiles_at_once(tiling: Tiling, task: Task) -> int:
    """Return how many tiles beside each other there is room for, perhaps none."""
    rows, columns = tiling.rows, tiling.columns
    deep = max(task.channels, task.kernels)
    room = ROOM // (2 * deep * task.dtype.itemsize)
    least = ceil(prod(tiling.outputs) * (deep + GAP) / deep)
    if rows_at_once(tiling) == rows.products:
        return room // max(tiling.products, least)
    each = rows_at_once(tiling) * columns.products + max(least, rows.products * tiling.step[1])
    return max(0, room - rows.products * (columns.pixels - tiling.step[1])) // each


def rows_at_once(tiling: Tiling) -> int:
    """Return how many rows of values are multiplied at once."""
    return tiling.rows.products if tiling.products <= MANY else min(6, tiling.rows.products)


def _convolve_blocks(
    x: Array,
    u: Array,
    sides: Sides,
    tiling: Tiling,
    y: Array,
    largest: Block,
    jobs: Iterable[Block],
) -> None:
    """Write one block of tiles after the other."""
    rows, columns = tiling.rows, tiling.columns
    large, small = _spaces(tiling, largest, x.shape[1], y)
    for block in jobs:
        pixels = channels_last(x[block.images], *tiling.window(block, sides), large)
        halfway = evaluate_rows(rows.B, pixels, tiling.step[0], block, large)
        back = np.empty(0)
        for some in spans(rows.products, rows_at_once(tiling)):
            values = evaluate_columns(columns.B, halfway[:, :, some], tiling.step[1], block, small)
            products = small.next(*values.shape[:3], y.shape[1])
            multiply_values(values, u[:, some], products)
            if not back.size:
                back = large.next(columns.outputs, rows.products, products[0, 0].size)
            part = back[:, some].reshape(len(back), -1)
            np.matmul(columns.A.T, products.reshape(columns.products, -1), out=part)
        interpolate_rows(rows.A, back, block, y, large)


def _spaces(tiling: Tiling, block: Block, channels: int, y: Array) -> list[Space]:
    deep = max(channels, y.shape[1])
    large = largest_step(tiling, block, deep)
    values = max(tiling.columns.products, tiling.columns.pixels)
    small = prod(block.shape) * rows_at_once(tiling) * values * deep
    if rows_at_once(tiling) == tiling.rows.products:
        return [Space(*buffers(y.dtype, *2 * [(max(large, small),)]))] * 2
    first, second, *others = buffers(y.dtype, (large,), (large,), (small,), (small,))
    return [Space(first, second), Space(*others)]


def largest_step(tiling: Tiling, block: Block, deep: int) -> int:
    """Return how many numbers the largest of the large steps writes."""
    n, rows, columns = block.shape
    (m_h, m_w), (_, (height, width)) = tiling.outputs, tiling.window(block, (0, 0, 0, 0))
    return n * max(
        (height * width + GAP) * deep,
        rows * tiling.rows.products * width * deep,
        rows * columns * m_w * tiling.rows.products * deep,
        rows * m_h * columns * m_w * (deep + GAP),
    )


def channels_last(
    images: Array, corner: tuple[int, int], size: tuple[int, int], space: Space
) -> Array:
    """Copy a window of images, (n, height, width, channels); outside of them it is zero."""
    n, channels = images.shape[:2]
    if images.strides[1] % 1024 == 0:  # such planes share few lines of the cache
        planes = space.next(n, channels, prod(size) + GAP)[..., : prod(size)]
        planes = planes.reshape(n, channels, *size)
        cut(images, *corner, planes)
        images, corner = planes, (0, 0)
    pixels = space.next(n, *size, channels)
    cut(images, *corner, pixels.transpose(0, 3, 1, 2))
    return pixels


def evaluate_rows(matrix: Array, pixels: Array, step: int, block: Block, space: Space) -> Array:
    """Evaluate the rows of each tile: return (n, tiles below, values, width, channels)."""
    (n, rows, _), (values, height) = block.shape, matrix.shape
    of_image, of_row, *_ = pixels.strides
    bands = as_strided(  # the rows that one row of tiles sees
        pixels,
        (n, rows, height, pixels[0, 0].size),
        (of_image, step * of_row, of_row, pixels.itemsize),
    )
    out = space.next(n, rows, values, *pixels.shape[2:])
    np.matmul(matrix, bands, out=out.reshape(n, rows, values, -1))
    return out


def evaluate_columns(matrix: Array, halfway: Array, step: int, block: Block, space: Space) -> Array:
    """Evaluate the columns of each tile: return (values, values of rows, tiles, channels)."""
    (n, rows, columns), (values, width) = block.shape, matrix.shape
    height, channels = halfway.shape[2], halfway.shape[-1]
    of_image, of_tile, of_row, of_column, of_channel = halfway.strides
    seen = as_strided(  # the columns that one tile sees
        halfway,
        (width, height, n, rows, columns, channels),
        (of_column, of_row, of_image, of_tile, step * of_column, of_channel),
    )
    apart = space.next(*seen.shape)
    apart[...] = seen
    out = space.next(values, height, n * rows * columns, channels)
    np.matmul(matrix, apart.reshape(width, -1), out=out.reshape(values, -1))
    return out


def evaluate_kernels(weight: Array, tiling: Tiling, groups: int) -> Array:
    """Return kernels' values, (groups, of columns, of rows, parts, C_in, up to 64 outputs)."""
    rows, columns = (axis.G.astype(weight.dtype) for axis in tiling[:2])
    out, channels, k_h, k_w = weight.shape
    wide = gcd(out // groups, WIDE)
    if wide < WIDE // 4:  # better one wide part than many narrow ones
        wide = out // groups
    parts = weight.reshape(groups, -1, wide, channels, k_h, k_w)
    shape = groups, len(columns), len(rows), parts.shape[1], channels * wide
    values = np.empty(shape, weight.dtype)
    for g, part in np.ndindex(parts.shape[:2]):
        taps = np.ascontiguousarray(parts[g, part].transpose(3, 2, 1, 0))
        halfway = (columns @ taps.reshape(k_w, -1)).reshape(len(columns), k_h, -1)
        np.matmul(rows, halfway, out=values[g, :, :, part])
    return values.reshape(*shape[:-1], channels, wide)


def multiply_values(values: Array, kernels: Array, out: Array) -> None:
    """Multiply value by value and add up the channels: a matrix product each."""
    *_, parts, channels, wide = kernels.shape
    tiles = values.shape[2]
    out = out.reshape(*out.shape[:2], tiles, parts, wide).swapaxes(2, 3)
    for some in spans(tiles, max(16, SMALL // (channels * wide))):
        np.matmul(values[:, :, None, some], kernels, out=out[:, :, :, some])


def interpolate_rows(matrix: Array, back: Array, block: Block, y: Array, space: Space) -> None:
    """Interpolate the rows of each tile, and write the outputs where they belong."""
    (n, rows, columns), (m_h, m_w) = block.shape, (matrix.shape[1], len(back))
    channels = y.shape[1]
    tiles = space.next(m_w, m_h, n, rows, columns, channels)
    np.matmul(matrix.T, back, out=tiles.reshape(m_w, m_h, -1))
    pixels = space.next(n, rows, m_h, columns, m_w, channels + GAP)[..., :channels]
    pixels[...] = tiles.transpose(2, 3, 1, 4, 0, 5)
    pixels = pixels.reshape(n, rows * m_h, columns * m_w, channels)
    down, across = (
        slice(m * part.start, m * part.stop)
        for m, part in ((m_h, block.rows), (m_w, block.columns))
    )
    part = y[block.images, :, down, across]
    for some in spans(part.shape[2], 256 // part.shape[3]):
        part[:, :, some] = pixels[:, some, : part.shape[3]].transpose(0, 3, 1, 2)
