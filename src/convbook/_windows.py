"""How a kernel looks at an image: all windows at once, and one part of it in a sea of zeros."""

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convbook._geometry import Geometry
from convbook._typing import Array, Sides


def windows(image: Array, sizes: Geometry, *, writeable: bool = False) -> Array:
    """Show an image as all its windows at once, without copying a pixel.

    Returns a view of shape (..., K_h, K_w, H_out, W_out). Its element
    ``[..., i, j, u, v]`` is the pixel under tap ``(i, j)`` when the kernel
    stands at output position ``(u, v)``.
    """
    (s_h, s_w), (d_h, d_w), (height, width) = sizes.stride, sizes.dilation, sizes.span
    *axes, rows, columns = image.shape
    *steps, down, right = image.strides  # from one element to the next, in bytes
    positions = (rows - height) // s_h + 1, (columns - width) // s_w + 1
    return as_strided(
        image,
        (*axes, *sizes.kernel_size, *positions),
        (*steps, d_h * down, d_w * right, s_h * down, s_w * right),
        writeable=writeable,
    )


def cut(images: Array, top: int, left: int, out: Array, step: tuple[int, int] = (1, 1)) -> None:
    """Copy every `step`-th pixel, from a corner on, into `out`; outside an image all is zero."""
    to_rows, rows = _overlap(top, out.shape[-2], images.shape[-2], step[0])
    to_columns, columns = _overlap(left, out.shape[-1], images.shape[-1], step[1])
    out[..., : to_rows.start, :] = out[..., to_rows.stop :, :] = 0
    out[..., to_rows, : to_columns.start] = out[..., to_rows, to_columns.stop :] = 0
    out[..., to_rows, to_columns] = images[..., rows, columns]


def _overlap(start: int, count: int, size: int, step: int) -> tuple[slice, slice]:
    """Return which of `count` places on a line lie on one of its `size` pixels, and on which.

    Place ``i`` is at ``start + i * step``, which may lie before the line or behind it.
    """
    first = min(count, max(0, -(start // step)))
    last = max(first, min(count, -((start - size) // step)))
    begin = start + first * step
    return slice(first, last), slice(begin, begin + (last - first) * step, step)


def add_zeros(images: Array, sides: Sides) -> Array:
    """Pad with zeros, or return the images themselves if there is nothing to add."""
    if not any(sides):
        return images
    left, right, top, bottom = sides
    *batch, height, width = images.shape
    padded = np.empty((*batch, height + top + bottom, width + left + right), images.dtype)
    cut(images, -top, -left, padded)
    return padded
