"""Matrix products in pieces that stay in the cache."""

from math import gcd

import numpy as np

from convbook._typing import Array

SMALL = 10**6
"""Multiplications in one piece. OpenBLAS works on matrices as they lie up to here; larger ones it
copies first, and a kernel's matrices are often too thin for that to pay."""

WIDE = 64
"""Columns of a piece: four of a modern core's registers, sixteen numbers each."""


def multiply(a: Array, b: Array, out: Array) -> None:
    """Write the matrix products ``a @ b`` into `out`, in small pieces where that is possible."""
    whole = b.shape[-1] // WIDE * WIDE
    for part, wide in ((slice(whole), WIDE), (slice(whole, None), b.shape[-1] - whole)):
        if b[..., part].size:
            _in_pieces(a, b[..., part], out[..., part], wide)


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
