"""Matrix products in pieces that stay in the cache."""

import numpy as np

from convbook._typing import Array
from convbook.algorithms._blocks import spans

SMALL = 10**6
"""Multiplications in one piece. OpenBLAS works on matrices as they lie up to here; larger ones it
copies first, and a kernel's matrices are often too thin for that to pay."""

WIDE = 64
"""Columns of a piece: four of a modern core's registers, sixteen numbers each."""

LONG = 384
"""Products that are added up one after the other, for each step of a long sum rounds it."""


def multiply(a: Array, b: Array, out: Array) -> None:
    """Write the matrix products ``a @ b`` into `out`, in small pieces where that is possible."""
    if a.dtype.kind not in "fc" or a.shape[-2] < 8:
        np.matmul(a, b, out=out)
        return
    first, *others = spans(a.shape[-1], LONG)
    _by_columns(a[..., first], b[..., first, :], out)
    term = np.empty_like(out) if others else out
    for part in others:
        _by_columns(a[..., part], b[..., part, :], term)
        out += term


def _by_columns(a: Array, b: Array, out: Array, width: int = WIDE) -> None:
    """Multiply all pieces of `b` that are `width` columns wide, then what is left."""
    whole = b.shape[-1] // width * width
    if whole:
        _in_pieces(a, b[..., :whole], out[..., :whole], width)
    if left := b.shape[-1] - whole:
        narrower = min(WIDE // 2, left)
        _by_columns(a, b[..., whole:], out[..., whole:], narrower)


def _in_pieces(a: Array, b: Array, out: Array, width: int) -> None:
    """Multiply pieces of `a`, some rows each, and of `b`, `width` columns each."""
    rows, depth = a.shape[-2:]
    height = _rows_of_a_piece(rows, width * depth)
    if height < 8:
        np.matmul(a, b, out=out)
        return
    row_pieces = a.reshape(*a.shape[:-2], -1, 1, height, depth)
    column_pieces = np.moveaxis(b.reshape(*b.shape[:-1], -1, width), -2, -3)
    pieces = out.reshape(*out.shape[:-2], rows // height, height, -1, width).swapaxes(-2, -3)
    np.matmul(row_pieces, column_pieces[..., None, :, :, :], out=pieces)


def _rows_of_a_piece(rows: int, row: int) -> int:
    """Return the largest power of two that divides `rows` and keeps a piece small."""
    height = 1
    while rows % (2 * height) == 0 and 2 * height * row <= SMALL:
        height *= 2
    return height
