"""Convolution tile by tile: evaluate, multiply, interpolate.

Images are worked on with the channels last, so that each step is one product of a small matrix
and a wide one.
"""

from collections.abc import Sequence
from functools import partial
from math import ceil, gcd, prod
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convbook._problem import Problem, Workload
from convbook._typing import Array, Sides
from convbook._windows import cut
from convbook.algorithms._blocks import ROOM, Block, Turns, Workspace, blocks, spans
from convbook.algorithms.matrices import SMALL
from convbook.algorithms.threads import spread
from convbook.algorithms.toom import Bilinear

MANY = 100
"""Values of a tile up to which all are computed at once; of more, only `ROWS_AT_ONCE` rows are."""

ROWS_AT_ONCE = 6

GAP = 16
"""Numbers left free behind a row: rows a power of two apart would share few lines of the cache."""

WIDE = 64
"""Kernels whose values lie together: four of a modern core's registers, sixteen numbers each."""

PIXELS_AT_ONCE = 256
"""Pixels of all channels that are turned back at once: they fit into the nearest cache."""


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

    @property
    def rows_at_once(self) -> int:
        """How many rows of values are multiplied at once."""
        all_rows = self.rows.products
        return all_rows if self.products <= MANY else min(ROWS_AT_ONCE, all_rows)

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


class Group(NamedTuple):
    """A group of channels, and how its planes are cut into tiles."""

    input: Array
    """Its channels of the images, (N, C_in, H, W)."""
    kernels: Array
    """Values of its kernels: see :func:`evaluate_kernels`."""
    output: Array
    """Its channels of the output, (N, C_out, H_out, W_out)."""
    sides: Sides
    tiling: Tiling

    @property
    def channels(self) -> int:
        """The larger of the two numbers of channels."""
        return int(max(self.input.shape[1], self.output.shape[1]))


def convolve_tiles(problem: Problem, tiling: Tiling, output: Array) -> None:
    """Write a convolution tile by tile, one group after the other."""
    weight, sizes, groups = problem.weight, problem.sizes, problem.groups
    key = groups, tiling.rows.G.tobytes(), tiling.columns.G.tobytes()
    kernels = problem.form(key, lambda: evaluate_kernels(weight, tiling, groups))
    most = max(1, tiles_at_once(tiling, problem.workload))
    tiles = blocks(len(output), tiling.grid(sizes.output_size), most, compact=True)
    tiling = tiling.cast(output.dtype)
    grouped = by_group(problem.input, groups), kernels, by_group(output, groups)
    for x, values, y in zip(*grouped, strict=True):
        group = Group(x, values, y, sizes.sides, tiling)
        spread(partial(_convolve_blocks, group, tiles[0]), tiles)


def by_group(planes: Array, groups: int) -> Array:
    """Show planes, (N, C, H, W), with an axis of groups in front."""
    return planes.reshape(len(planes), groups, -1, *planes.shape[2:]).swapaxes(0, 1)


def tiles_at_once(tiling: Tiling, workload: Workload) -> int:
    """Return for how many tiles beside each other there is room, perhaps none.

    Room is for two buffers. What a tile needs in each is the larger of its outputs, on their way
    back, and its values. Where a few rows of values are worked on at a time, there are two more
    buffers for these; and the larger ones hold all rows of values for the tile's own columns,
    besides those of the columns that the last tile sees beyond its own.
    """
    rows, columns = tiling.rows, tiling.columns
    channels = max(workload.channels, workload.kernels)
    numbers = ROOM // (2 * channels * workload.dtype.itemsize)  # of all channels, in one buffer
    outputs = ceil(prod(tiling.outputs) * (channels + GAP) / channels)
    if tiling.rows_at_once == rows.products:
        return numbers // max(tiling.products, outputs)
    own_columns = max(outputs, rows.products * tiling.step[1])
    numbers_of_a_tile = tiling.rows_at_once * columns.products + own_columns
    beyond = rows.products * (columns.pixels - tiling.step[1])
    return max(0, numbers - beyond) // numbers_of_a_tile


def tiles_of_gradient(tiling: Tiling, workload: Workload) -> int:
    """Return for how many tiles there is room in the weight's gradient.

    It has three buffers. They may be as large as the sum that the tiles contribute to, for to add
    to it takes long.
    """
    least = min(workload.channels, workload.kernels) // 3
    return max(1, 2 * tiles_at_once(tiling, workload) // 3, least)


def _convolve_blocks(group: Group, largest: Block, share: Sequence[Block]) -> None:
    """Write one block of tiles after the other: evaluate, multiply, interpolate."""
    x, kernels, y, sides, tiling = group
    rows, columns = tiling.rows, tiling.columns
    with Workspace() as space:
        large, small = _buffers(group, largest, space)
        for block in share:
            pixels = channels_last(x[block.images], *tiling.window(block, sides), large)
            by_rows = evaluate_rows(rows.B, pixels, tiling.step[0], block, large)
            for part in spans(rows.products, tiling.rows_at_once):
                values = evaluate_columns(
                    columns.B, by_rows[:, :, part], tiling.step[1], block, small
                )
                products = small.next(*values.shape[:3], y.shape[1])
                multiply_values(values, kernels[:, part], products)
                if part.start == 0:  # not before: see _buffers
                    sums = large.next(columns.outputs, rows.products, products[0, 0].size)
                interpolate_columns(columns.A, products, sums[:, part])
            interpolate_rows(rows.A, sums, block, y, large)


def _buffers(group: Group, block: Block, space: Workspace) -> tuple[Turns, Turns]:
    """Return buffers for the steps on whole tiles, and for those on a few rows of values.

    If all rows are worked on at once, they are the same two buffers: then all steps from the
    pixels to the output take turns, in the order in which they call `next`.
    """
    tiling, dtype = group.tiling, group.output.dtype
    large = largest_step(tiling, block, group.channels)
    width = max(tiling.columns.products, tiling.columns.pixels)
    small = prod(block.shape) * tiling.rows_at_once * width * group.channels
    if tiling.rows_at_once == tiling.rows.products:
        both = Turns(*space.arrays(dtype, *2 * [(max(large, small),)]))
        return both, both
    first, second, *others = space.arrays(dtype, (large,), (large,), (small,), (small,))
    return Turns(first, second), Turns(*others)


def largest_step(tiling: Tiling, block: Block, channels: int) -> int:
    """Return how many numbers the largest of the steps on whole tiles writes."""
    n, rows, columns = block.shape
    (m_h, m_w), (_, (height, width)) = tiling.outputs, tiling.window(block, (0, 0, 0, 0))
    return n * max(
        (height * width + GAP) * channels,  # pixels
        rows * tiling.rows.products * width * channels,  # evaluated by rows
        rows * columns * m_w * tiling.rows.products * channels,  # interpolated by columns
        rows * m_h * columns * m_w * (channels + GAP),  # outputs
    )


def channels_last(
    images: Array, corner: tuple[int, int], size: tuple[int, int], buffers: Turns
) -> Array:
    """Copy a window of images, (n, height, width, channels); outside of them it is zero."""
    n, channels = images.shape[:2]
    if images.strides[1] % 1024 == 0:  # such planes share few lines of the cache
        planes = buffers.next(n, channels, prod(size) + GAP)[..., : prod(size)]
        planes = planes.reshape(n, channels, *size)
        cut(images, *corner, planes)
        images, corner = planes, (0, 0)
    pixels = buffers.next(n, *size, channels)
    cut(images, *corner, pixels.transpose(0, 3, 1, 2))
    return pixels


def evaluate_rows(matrix: Array, pixels: Array, step: int, block: Block, buffers: Turns) -> Array:
    """Evaluate the rows of each tile: return (n, tiles below, values, width, channels)."""
    (n, rows, _), (values, height) = block.shape, matrix.shape
    of_image, of_row, *_ = pixels.strides
    bands = as_strided(  # the rows that one row of tiles sees
        pixels,
        (n, rows, height, pixels[0, 0].size),
        (of_image, step * of_row, of_row, pixels.itemsize),
    )
    out = buffers.next(n, rows, values, *pixels.shape[2:])
    np.matmul(matrix, bands, out=out.reshape(n, rows, values, -1))
    return out


def evaluate_columns(
    matrix: Array, by_rows: Array, step: int, block: Block, buffers: Turns
) -> Array:
    """Evaluate the columns of each tile: return (values, values of rows, tiles, channels)."""
    (n, rows, columns), (values, width) = block.shape, matrix.shape
    height, channels = by_rows.shape[2], by_rows.shape[-1]
    of_image, of_tile, of_row, of_column, of_channel = by_rows.strides
    seen = as_strided(  # the columns that one tile sees
        by_rows,
        (width, height, n, rows, columns, channels),
        (of_column, of_row, of_image, of_tile, step * of_column, of_channel),
    )
    copied = buffers.next(*seen.shape)
    copied[...] = seen
    out = buffers.next(values, height, n * rows * columns, channels)
    np.matmul(matrix, copied.reshape(width, -1), out=out.reshape(values, -1))
    return out


def evaluate_kernels(weight: Array, tiling: Tiling, groups: int) -> Array:
    """Return kernels' values, (groups, of columns, of rows, parts, C_in, up to 64 outputs)."""
    rows, columns = (axis.G.astype(weight.dtype) for axis in tiling[:2])
    out, channels, k_h, k_w = weight.shape
    width = gcd(out // groups, WIDE)
    if width < WIDE // 4:  # better one wide part than many narrow ones
        width = out // groups
    parts = weight.reshape(groups, -1, width, channels, k_h, k_w)
    shape = groups, len(columns), len(rows), parts.shape[1], channels * width
    values = np.empty(shape, weight.dtype)
    for g, part in np.ndindex(parts.shape[:2]):
        taps = np.ascontiguousarray(parts[g, part].transpose(3, 2, 1, 0))
        by_columns = (columns @ taps.reshape(k_w, -1)).reshape(len(columns), k_h, -1)
        np.matmul(rows, by_columns, out=values[g, :, :, part])
    return values.reshape(*shape[:-1], channels, width)


def multiply_values(values: Array, kernels: Array, out: Array) -> None:
    """Multiply value by value and add up the channels: a matrix product each."""
    *_, parts, channels, width = kernels.shape
    tiles = values.shape[2]
    out = out.reshape(*out.shape[:2], tiles, parts, width).swapaxes(2, 3)
    for part in spans(tiles, max(16, SMALL // (channels * width))):
        np.matmul(values[:, :, None, part], kernels, out=out[:, :, :, part])


def interpolate_columns(matrix: Array, products: Array, out: Array) -> None:
    """Interpolate the columns of each tile: write (columns of outputs, values of rows, rest)."""
    np.matmul(matrix.T, products.reshape(len(matrix), -1), out=out.reshape(len(out), -1))


def interpolate_rows(matrix: Array, sums: Array, block: Block, y: Array, buffers: Turns) -> None:
    """Interpolate the rows of each tile, and write the outputs where they belong."""
    (n, rows, columns), (m_h, m_w) = block.shape, (matrix.shape[1], len(sums))
    channels = y.shape[1]
    tiles = buffers.next(m_w, m_h, n, rows, columns, channels)
    np.matmul(matrix.T, sums, out=tiles.reshape(m_w, m_h, -1))
    pixels = buffers.next(n, rows, m_h, columns, m_w, channels + GAP)[..., :channels]
    pixels[...] = tiles.transpose(2, 3, 1, 4, 0, 5)  # to the order of the line above
    pixels = pixels.reshape(n, rows * m_h, columns * m_w, channels)
    down = slice(m_h * block.rows.start, m_h * block.rows.stop)
    across = slice(m_w * block.columns.start, m_w * block.columns.stop)
    outputs = y[block.images, :, down, across]  # the last tiles reach beyond the output
    height, width = outputs.shape[2:]
    for part in spans(height, PIXELS_AT_ONCE // width):
        outputs[:, :, part] = pixels[:, part, :width].transpose(0, 3, 1, 2)
