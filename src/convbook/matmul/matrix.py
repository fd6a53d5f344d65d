"""The matrix of a convolution, drawn out in full."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convbook import _checks
from convbook._geometry import Geometry, geometry
from convbook._problem import silently
from convbook._typing import Array, Number, Padding, PaddingMode, Size
from convbook._windows import windows
from convbook.padding import pad

PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


def convolution_matrix(
    weight: NDArray[Number],
    input_size: Size,
    stride: Size = 1,
    padding: Padding = 0,
    dilation: Size = 1,
    groups: int = 1,
    padding_mode: PaddingMode = "zeros",
) -> NDArray[Number]:
    """Write a convolution down as the matrix that it is.

    Row ``(o, u, v)`` holds what one output adds up; column ``(c, y, x)`` holds where one input
    goes. A tap that falls on a zero of the padding has no column and is left out. In the other
    modes its weight is added to the column of the pixel that is repeated there.

    Parameters
    ----------
    weight : ndarray of shape (C_out, C_in / groups, K_h, K_w)
        Kernels.
    input_size : int or pair of int
        Height and width of one image.
    stride : int or pair of int
        As for :func:`~convbook.conv2d`.
    padding : int, pair of int, "same" or "valid"
        As for :func:`~convbook.conv2d`.
    dilation : int or pair of int
        As for :func:`~convbook.conv2d`.
    groups : int
        Number of groups of channels.
    padding_mode : {"zeros", "reflect", "replicate", "circular"}
        What stands on the padding, as in :class:`torch.nn.Conv2d`.

    Returns
    -------
    ndarray of shape (C_out * H_out * W_out, C_in * H * W)
        A dense matrix ``M``: ``M @ image.ravel()`` is the convolution of one image, with the same
        stride, padding and dilation, as a vector. It grows with the square of the image's area:
        use it for small images.

    Raises
    ------
    ValueError
        If shapes or sizes do not go together.

    See Also
    --------
    conv2d : The product with this matrix, without writing it down.
    conv_transpose2d : The product with its transpose.
    unfold : The patches, which need less memory.

    Notes
    -----
    At stride 1 and with zeros, each pair of channels has a doubly block Toeplitz matrix. With
    "circular", stride 1 and padding that keeps the size, it is block circulant. With zeros the
    transpose is :func:`~convbook.conv_transpose2d`, and :func:`~convbook.conv2d_input` in general.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import convolution_matrix
    >>> convolution_matrix(np.array([[[[1, 2], [3, 4]]]]), 3)
    array([[1, 2, 0, 3, 4, 0, 0, 0, 0],
           [0, 1, 2, 0, 3, 4, 0, 0, 0],
           [0, 0, 0, 1, 2, 0, 3, 4, 0],
           [0, 0, 0, 0, 1, 2, 0, 3, 4]])
    """
    kernels, groups, sizes = check_kernels(
        weight, "C_out, C_in / groups, K_h, K_w", input_size, stride, padding, dilation, groups
    )
    _checks.choice("padding_mode", padding_mode, PADDING_MODES)
    height, width = _checks.pair("input_size", input_size, 1)
    _check_reach((height, width), sizes, padding_mode, padding)
    C_out, C_in = len(kernels), kernels.shape[1] * groups
    shape = C_out, *sizes.output_size, 1 + C_in * height * width
    _checks.memory("input_size", input_size, shape, kernels.dtype)
    numbers = _number_pixels((C_in, height, width), sizes, padding_mode)
    reads = np.split(windows(numbers, sizes), groups)
    u, v = np.ogrid[: sizes.output_size[0], : sizes.output_size[1]]
    matrix = np.zeros(shape, kernels.dtype)
    for o, kernel in enumerate(kernels):
        pixels = reads[o * groups // C_out]
        with silently():
            np.add.at(matrix[o], (u, v, pixels), kernel[..., None, None])
    return matrix.reshape(-1, shape[-1])[:, 1:].copy()


def _number_pixels(shape: tuple[int, ...], sizes: Geometry, mode: str) -> Array:
    """Number pixels from 1, and pad the numbers; 0 stands on the zeros."""
    numbers = np.arange(1, 1 + prod(shape), dtype=np.intp).reshape(shape)
    pad_mode: Any = "constant" if mode == "zeros" else mode
    return pad(numbers, sizes.sides, pad_mode)


def _check_reach(size: tuple[int, int], sizes: Geometry, mode: str, padding: Any) -> None:
    """Refuse padding that the mode has no pixels for."""
    left, right, top, bottom = sizes.sides
    height, width = (n - 1 if mode == "reflect" else n for n in size)
    if mode in ("reflect", "circular") and (max(top, bottom) > height or max(left, right) > width):
        raise ValueError(
            f"padding must be at most {(height, width)} with padding_mode {mode!r} for an image of "
            f"size {size}, got {_checks.brief(padding)}"
        )


def check_kernels(
    weight: Any, axes: str, input_size: Any, stride: Any, padding: Any, dilation: Any, groups: Any
) -> tuple[Array, int, Geometry]:
    """Check kernels that meet an image of which only the size is known."""
    kernels = _checks.numbers("weight", weight, axes)
    _checks.nonempty("weight", kernels, 4)
    groups = _checks.integer("groups", groups, 1)
    _checks.divisible("the first axis of weight", len(kernels), "groups", groups)
    sizes = geometry(input_size, kernels.shape[-2:], stride, padding, dilation, "weight")
    return kernels, groups, sizes
