"""Patches as columns, and columns back to where they came from."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convbook import _checks
from convbook._geometry import Geometry, geometry
from convbook._problem import finished, silently, sum_dtype
from convbook._typing import Array, Number, Size
from convbook._windows import add_zeros, windows


def unfold(
    input: NDArray[Number],
    kernel_size: Size,
    dilation: Size = 1,
    padding: Size = 0,
    stride: Size = 1,
) -> NDArray[Number]:
    """Copy every patch that a kernel meets into a column (im2col).

    Parameters
    ----------
    input : ndarray of shape (N, C, H, W) or (C, H, W)
        Images.
    kernel_size, dilation, padding, stride : int or pair of int
        As for :func:`~convbook.conv2d`, in torch's order. Padding is a number here, never a word.

    Returns
    -------
    ndarray of shape (N, C * K_h * K_w, L) or (C * K_h * K_w, L)
        One column for each of the ``L = H_out * W_out`` positions of the kernel.

    Raises
    ------
    ValueError
        If shapes or sizes do not go together.

    See Also
    --------
    fold : Its transpose.
    conv2d : The convolution; its algorithm "im2col" unfolds a block at a time.

    Notes
    -----
    ``weight.reshape(C_out, -1) @ unfold(input, K)`` is the convolution. At stride 1 every pixel is
    copied about ``K_h * K_w`` times. The method was published for convolutional networks in [1]_.

    References
    ----------
    .. [1] K. Chellapilla, S. Puri and P. Simard, "High performance convolutional neural networks
       for document processing", 2006. https://inria.hal.science/inria-00112631

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import unfold
    >>> unfold(np.arange(9).reshape(1, 3, 3), 2)
    array([[0, 1, 3, 4],
           [1, 2, 4, 5],
           [3, 4, 6, 7],
           [4, 5, 7, 8]])
    """
    images = _checks.numbers("input", input, "N, C, H, W", "C, H, W")
    _checks.nonempty("input", images, 3)
    padding = _checks.pair("padding", padding, 0)
    sizes = geometry(images.shape[-2:], kernel_size, stride, padding, dilation)
    rows = images.shape[-3] * sizes.kernel_size[0] * sizes.kernel_size[1]
    shape = *images.shape[:-3], rows, prod(sizes.output_size)
    _checks.memory("padding", padding, shape, images.dtype)
    patches = windows(add_zeros(images, sizes.sides), sizes)
    return patches.copy().reshape(shape)


def fold(
    input: NDArray[Number],
    output_size: Size,
    kernel_size: Size,
    dilation: Size = 1,
    padding: Size = 0,
    stride: Size = 1,
) -> NDArray[Number]:
    """Add columns back to where :func:`~convbook.unfold` would have read them (col2im).

    Parameters
    ----------
    input : ndarray of shape (N, C * K_h * K_w, L) or (C * K_h * K_w, L)
        Columns, one for each position of the kernel.
    output_size : int or pair of int
        Height and width of the images to make.
    kernel_size, dilation, padding, stride : int or pair of int
        As for :func:`~convbook.unfold`.

    Returns
    -------
    ndarray of shape (N, C, H, W) or (C, H, W)
        Sums: a pixel that several columns hold receives all of them.

    Raises
    ------
    ValueError
        If shapes or sizes do not go together.

    See Also
    --------
    unfold : The function that it is the transpose of.
    conv_transpose2d : Fold columns that a product with the kernels has made.

    Notes
    -----
    `fold` is the transpose of `unfold`, not its inverse.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import fold, unfold
    >>> fold(unfold(np.ones((1, 3, 3), int), 2), 3, 2)
    array([[[1, 2, 1],
            [2, 4, 2],
            [1, 2, 1]]])
    """
    columns = _checks.numbers("input", input, "N, C * K_h * K_w, L", "C * K_h * K_w, L")
    output_size = _checks.pair("output_size", output_size, 1)
    padding = _checks.pair("padding", padding, 0)
    sizes = geometry(output_size, kernel_size, stride, padding, dilation)
    taps = sizes.kernel_size[0] * sizes.kernel_size[1]
    *batch, rows, count = columns.shape
    if rows == 0 or rows % taps:
        raise ValueError(
            f"input must have a multiple of {taps} rows, as kernel_size asks, got {rows}"
        )
    if count != prod(sizes.output_size):
        columns_wanted = _checks.brief(prod(sizes.output_size))
        raise ValueError(
            f"input must have {columns_wanted} columns, one for each of the "
            f"{_checks.brief(sizes.output_size)} positions, got {count}"
        )
    stacks = columns.reshape(*batch, rows // taps, *sizes.kernel_size, *sizes.output_size)
    shape = (*batch, rows // taps, *output_size)
    _checks.memory("output_size", output_size, shape, columns.dtype)
    sums = stamp(lambda i, j: stacks[..., i, j, :, :], shape, columns.dtype, sizes)
    return finished(sums, None, columns.dtype)


@silently()
def stamp(
    tap: Callable[[int, int], Array], shape: tuple[int, ...], dtype: Any, sizes: Geometry
) -> Array:
    """Add ``tap(i, j)`` to the pixels under tap ``(i, j)``: write where a convolution reads.

    Half precision is summed in single.
    """
    left, right, top, bottom = sizes.sides
    *batch, height, width = shape
    canvas = np.zeros((*batch, height + top + bottom, width + left + right), sum_dtype(dtype))
    seen = windows(canvas, sizes, writeable=True)
    for i, j in np.ndindex(sizes.kernel_size):
        stamps = tap(i, j)
        seen[..., i, j, : stamps.shape[-2], : stamps.shape[-1]] += stamps
    return canvas[..., top : top + height, left : left + width].copy()
