"""Work in pieces: blocks of the output, and the room they need."""

from collections.abc import Sequence
from math import ceil, isqrt, prod
from threading import local
from typing import Any, NamedTuple

import numpy as np

from convbook._typing import Array

ROOM = 7 << 18
"""Bytes that one thread works in, next to its output: about what a core's cache holds."""


class Block(NamedTuple):
    """A part of a batch of planes."""

    images: slice
    rows: slice
    columns: slice

    @property
    def shape(self) -> tuple[int, int, int]:
        """How many images, rows and columns it has."""
        images, rows, columns = (part.stop - part.start for part in self)
        return images, rows, columns


class Blocks(Sequence[Block]):
    """Nearly equal blocks of a batch of planes, made when they are asked for.

    A block has at most `most` positions, but at least one. It has whole rows, or part of one row.
    If it should be `compact`, because what it sees of the image overlaps with what its neighbours
    see, it is about square.
    """

    def __init__(
        self, images: int, size: tuple[int, int], most: int, *, compact: bool = False
    ) -> None:
        height, width = size
        square = min(most, max(2 * isqrt(most), most // height))
        columns = spans(width, square if compact and 2 * width > most else most)
        rows = spans(height, most // columns[0].stop)
        whole = len(rows) == len(columns) == 1
        self._parts = spans(images, most // (height * width) if whole else 1), rows, columns

    def __len__(self) -> int:
        return prod(map(len, self._parts))

    def __getitem__(self, index: Any) -> Any:
        if not 0 <= index < len(self):
            raise IndexError(index)
        batches, rows, columns = self._parts
        above, column = divmod(index, len(columns))
        batch, row = divmod(above, len(rows))
        return Block(batches[batch], rows[row], columns[column])


def spans(length: int, most: int) -> list[slice]:
    """Cut a length into the fewest spans of at most `most`, all nearly equal."""
    count = ceil(length / max(1, most))
    step = ceil(length / max(1, count))
    return [slice(start, min(start + step, length)) for start in range(0, length, max(1, step))]


def cut(images: Array, top: int, left: int, out: Array) -> None:
    """Copy a window of images into `out`; what lies outside an image is zero."""
    rows, columns = (
        slice(max(0, -start), max(0, -start, min(length, size - start)))
        for start, length, size in zip((top, left), out.shape[-2:], images.shape[-2:], strict=True)
    )
    if rows != slice(0, out.shape[-2]):
        out[..., : rows.start, :] = out[..., rows.stop :, :] = 0
    if columns != slice(0, out.shape[-1]):
        out[..., rows, : columns.start] = out[..., rows, columns.stop :] = 0
    out[..., rows, columns] = images[
        ..., top + rows.start : top + rows.stop, left + columns.start : left + columns.stop
    ]


class Space:
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


LINE = 64
"""Bytes in a line of the cache."""

_kept = local()


def buffers(dtype: Any, *shapes: tuple[int, ...]) -> list[Array]:
    """Return arrays of these shapes to work in.

    A thread keeps the memory for its next convolution: fresh memory costs time.
    """
    lengths = [ceil(prod(shape) * np.dtype(dtype).itemsize / LINE) * LINE for shape in shapes]
    room: Array | None = getattr(_kept, "room", None)
    if room is None or len(room) < sum(lengths):
        room = np.empty(sum(lengths) + LINE, np.uint8)
        room = room[-room.ctypes.data % LINE :]
        if sum(lengths) <= 2 * ROOM:
            _kept.room = room
    arrays = []
    for shape, length in zip(shapes, lengths, strict=True):
        arrays.append(room[:length].view(dtype)[: prod(shape)].reshape(shape))
        room = room[length:]
    return arrays
