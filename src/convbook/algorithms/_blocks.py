"""Work in pieces: blocks of the output, and the memory to work in."""

from itertools import product
from math import ceil, isqrt, prod
from os import cpu_count
from typing import Any, NamedTuple

import numpy as np

from convbook._typing import Array

ROOM = 7 << 18
"""Bytes that one thread works in, next to its output: about what a core's cache holds."""

LINE = 64
"""Bytes in a line of the cache."""


class Block(NamedTuple):
    """A part of a batch of planes."""

    images: slice
    rows: slice
    columns: slice

    @property
    def shape(self) -> tuple[int, int, int]:
        """How many images, rows and columns it has."""
        images, rows, columns = self
        return images.stop - images.start, rows.stop - rows.start, columns.stop - columns.start


def blocks(images: int, size: tuple[int, int], most: int, *, compact: bool = False) -> list[Block]:
    """Cut a batch of planes into nearly equal blocks; the first is the largest.

    A block has at most `most` positions, but at least one: part of one row, or whole rows, or
    whole planes. If it should be `compact`, because what it sees of the image overlaps with what
    its neighbours see, it is about square.
    """
    height, width = size
    if 0 < images * height * width <= most:
        return [Block(slice(0, images), slice(0, height), slice(0, width))]
    longest = most
    if compact and 2 * width > most:  # two rows do not fit: two half rows see less than a long one
        longest = min(most, max(2 * isqrt(most), most // height))
    columns = spans(width, longest)
    rows = spans(height, most // columns[0].stop)
    whole_planes = len(rows) == len(columns) == 1
    batches = spans(images, most // (height * width) if whole_planes else 1)
    return [Block(*parts) for parts in product(batches, rows, columns)]


def spans(length: int, most: int) -> list[slice]:
    """Cut a length into the fewest spans of at most `most`, all nearly equal."""
    if 0 < length <= most:
        return [slice(0, length)]
    count = ceil(length / max(1, most))
    step = ceil(length / max(1, count))
    return [slice(start, min(start + step, length)) for start in range(0, length, max(1, step))]


class Turns:
    """Two buffers that take turns: a step reads the one while it writes the other."""

    def __init__(self, first: Array, second: Array) -> None:
        self._buffers = [first, second]

    def next(self, *shape: int) -> Array:
        """Return an array of this shape in the buffer that was not used last."""
        self._buffers.reverse()
        return self._buffers[0][: prod(shape)].reshape(shape)

    @property
    def spare(self) -> Array:
        """The buffer that was not used last."""
        return self._buffers[1]


MOST_IDLE = cpu_count() or 1
"""How many memories are kept for the next calls: as many as can be in use at once."""

_idle: list[Array] = []


class Workspace:
    """Memory to work in that belongs to one call: fresh memory costs time, so it is given back.

    Whoever comes in between, another thread or a signal handler, takes other memory.
    """

    def __enter__(self) -> "Workspace":
        """Take memory that is idle; two threads never get the same."""
        try:
            self._memory = _idle.pop()
        except IndexError:
            self._memory = np.empty(0, np.uint8)
        return self

    def __exit__(self, *_: object) -> None:
        """Give the memory back, unless there is much of it."""
        if len(self._memory) <= 2 * ROOM and len(_idle) < MOST_IDLE:
            _idle.append(self._memory)

    def arrays(self, dtype: Any, *shapes: tuple[int, ...]) -> list[Array]:
        """Return arrays of these shapes; the next call gives the same memory out again."""
        lengths = [ceil(prod(shape) * np.dtype(dtype).itemsize / LINE) * LINE for shape in shapes]
        if len(self._memory) < sum(lengths):
            memory = np.empty(sum(lengths) + LINE, np.uint8)
            self._memory = memory[-memory.__array_interface__["data"][0] % LINE :]
        arrays, start = [], 0
        for shape, length in zip(shapes, lengths, strict=True):
            part = self._memory[start : start + length].view(dtype)
            arrays.append(part[: prod(shape)].reshape(shape))
            start += length
        return arrays
