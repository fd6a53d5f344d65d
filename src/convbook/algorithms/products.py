"""Matrix products in pieces that stay in the cache."""

from math import gcd

import numpy as np

from convbook._typing import Array
from convbook.algorithms._blocks import spans

SMALL = 10**6
"""Multiplications in one piece. OpenBLAS works on matrices as they lie up to here; larger ones it
copies first, and a kernel's matrices are often too thin for that to pay."""

WIDE = 64
"""Columns of a piece: four of a modern core's registers, sixteen numbers each."""

DEEP = 384
"""Products that are added up one after the other, for each step of a long sum rounds it."""


def multiply(a: Array, b: Array, out: Array) -> None:
    """Write the matrix products ``a @ b`` into `out`, in small pieces where that is possible."""
    if a.dtype.kind not in "fc":
        np.matmul(a, b, out=out)
        return
    first, *others = spans(a.shape[-1], DEEP)
    _by_columns(a[..., first], b[..., first, :], out)
    term = np.empty_like(out) if others else out
    for some in others:
        _by_columns(a[..., some], b[..., some, :], term)
        out += term


def _by_columns(a: Array, b: Array, out: Array, wide: int = WIDE) -> None:
    """Multiply all pieces of `b` that are `wide`, then what is left."""
    whole = b.shape[-1] // wide * wide
    if whole:
        _in_pieces(a, b[..., :whole], out[..., :whole], wide)
    if left := b.shape[-1] - whole:
        narrower = min(WIDE // 2, left)
        _by_columns(a, b[..., whole:], out[..., whole:], narrower)


def _in_pieces(a: Array, b: Array, out: Array, wide: int) -> None:
    """Multiply pieces of `a`, some rows each, and of `b`, `wide` columns each."""
    rows, depth = a.shape[-2:]
    tall = gcd(rows, 1 << max(0, (SMALL // (wide * depth)).bit_length() - 1))
    if tall < 8:
        np.matmul(a, b, out=out)
        return
    rows_apart = a.reshape(*a.shape[:-2], -1, 1, tall, depth)
    columns_apart = np.moveaxis(b.reshape(*b.shape[:-1], -1, wide), -2, -3)
    pieces = out.reshape(*out.shape[:-2], rows // tall, tall, -1, wide).swapaxes(-2, -3)
    np.matmul(rows_apart, columns_apart[..., None, :, :, :], out=pieces)
