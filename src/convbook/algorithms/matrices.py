"""Matrix products of a few kernels and many patches."""

import numpy as np

from convbook._typing import Array
from convbook.algorithms._blocks import spans

SMALL = 10**6
"""Multiplications up to which OpenBLAS works on matrices as they lie, where registers hold sixteen
numbers; larger ones it copies first, which does not pay if the kernels are few."""

NARROW = 192
"""Columns that a part has at least: with fewer, a call does too little."""

LONG = 384
"""Products that are added up one after the other, for each step of a long sum rounds it."""


def multiply(a: Array, b: Array, out: Array) -> None:
    """Write the matrix products ``a @ b`` into `out`, in parts of the columns if they are small."""
    rows, depth = a.shape[-2:]
    columns = b.shape[-1]
    width = max(NARROW, SMALL // (rows * depth))
    if rows > 1 and rows * depth * min(width, columns) > SMALL:  # a large one is well done at once
        np.matmul(a, b, out=out)
        return
    for part in spans(columns, width):
        add_up(a, b[..., part], out[..., part])


def add_up(a: Array, b: Array, out: Array) -> None:
    """Write the matrix products, a part of each long sum after the other."""
    first, *others = spans(a.shape[-1], LONG)
    np.matmul(a[..., first], b[..., first, :], out=out)
    for part in others:
        out += a[..., part] @ b[..., part, :]
