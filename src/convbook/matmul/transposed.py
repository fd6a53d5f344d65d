"""The transposed matrix at work: transposed convolution."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convbook import _checks
from convbook._geometry import Geometry, geometry
from convbook._problem import Problem, finished, silently, sum_dtype
from convbook._typing import Array, Number, Size
from convbook.algorithms import convolve
from convbook.algorithms.contrast import all_finite
from convbook.matmul.unfolding import stamp


def conv_transpose2d(
    input: NDArray[Number],
    weight: NDArray[Number],
    bias: NDArray[Number] | None = None,
    stride: Size = 1,
    padding: Size = 0,
    output_padding: Size = 0,
    groups: int = 1,
    dilation: Size = 1,
) -> NDArray[Number]:
    """Multiply by the transpose of a convolution's matrix.

    Every element of the input stamps a copy of its kernel, scaled, onto the output; overlapping
    stamps add up. Along an axis the output has
    ``(n - 1) * stride - 2 * padding + dilation * (k - 1) + output_padding + 1`` elements.

    Parameters
    ----------
    input : ndarray of shape (N, C_in, H, W) or (C_in, H, W)
        Images.
    weight : ndarray of shape (C_in, C_out / groups, K_h, K_w)
        Kernels: the weight of the convolution that goes the other way.
    bias : ndarray of shape (C_out,), optional
        Added to every element of its output channel.
    stride : int or pair of int
        Distance between two stamps.
    padding : int or pair of int
        Rows and columns cut off on each side of the output.
    output_padding : int or pair of int
        Rows and columns added at the bottom and on the right, smaller than `stride` or `dilation`.
        It tells apart the sizes that a strided convolution maps to one.
    groups : int
        Number of groups of channels.
    dilation : int or pair of int
        Distance between neighbouring taps of the kernel.

    Returns
    -------
    ndarray of shape (N, C_out, H_out, W_out) or (C_out, H_out, W_out)
        The transposed convolution, in the dtype of `input`.

    Raises
    ------
    ValueError
        If shapes, dtypes or sizes do not go together.

    See Also
    --------
    conv2d : The convolution that goes the other way.
    conv2d_input : The same product, with the size of the result given.
    convolution_matrix : The matrix.

    Notes
    -----
    Semantics are those of :func:`torch.nn.functional.conv_transpose2d`. It is not an inverse, and
    not the deconvolution of signal processing.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import conv_transpose2d
    >>> image = np.array([[[1, 0], [0, 10]]])
    >>> conv_transpose2d(image, np.arange(4).reshape(1, 1, 2, 2))
    array([[[ 0,  1,  0],
            [ 2,  3, 10],
            [ 0, 20, 30]]])

    With a stride of 2 the stamps stand side by side:

    >>> conv_transpose2d(image, np.arange(4).reshape(1, 1, 2, 2), stride=2)
    array([[[ 0,  1,  0,  0],
            [ 2,  3,  0,  0],
            [ 0,  0,  0, 10],
            [ 0,  0, 20, 30]]])
    """
    images = _checks.numbers("input", input, "N, C_in, H, W", "C_in, H, W")
    kernels = _checks.numbers("weight", weight, "C_in, C_out / groups, K_h, K_w")
    _checks.nonempty("input", images, 3)
    _checks.nonempty("weight", kernels, 4)
    groups = _checks.integer("groups", groups, 1)
    _checks.divisible("the first axis of weight", len(kernels), "groups", groups)
    _checks.channels("input", images, len(kernels))
    size = _transposed_size(
        images.shape[-2:], kernels.shape[-2:], stride, padding, output_padding, dilation
    )
    sizes = geometry(size, kernels.shape[-2:], stride, padding, dilation, "weight")
    C_out = kernels.shape[1] * groups
    if bias is not None:
        bias = _checks.numbers("bias", bias, "C_out")
        _checks.shape("bias", bias, (C_out,))
    _checks.equal_dtypes(input=images, weight=kernels, bias=bias)
    shape = *images.shape[:-3], C_out, *size
    _checks.memory("stride", stride, shape, images.dtype)
    return transposed(images, kernels, bias, shape, sizes, groups)


@silently()
def transposed(
    input: Array,
    weight: Array,
    bias: Array | None,
    shape: tuple[int, ...],
    sizes: Geometry,
    groups: int,
) -> Array:
    """Stamp the kernels of `weight`, scaled by `input`, onto images of the given shape.

    At stride 1 this is a convolution with turned kernels. To turn many takes longer than to stamp
    them at a few pixels.
    """
    few = input[..., 0, :, :].size * groups < 2 * len(weight)
    if sizes.stride == (1, 1) and not few and (weight.dtype.kind in "iu" or all_finite(weight)):
        return convolve(_turned(input, weight, bias, (shape[-2], shape[-1]), sizes, groups))
    dtype = sum_dtype(input.dtype)
    kernels = weight.reshape(groups, -1, *weight.shape[1:]).astype(dtype, copy=False)
    scaled = _scaled_at_once if few else _scaled_by_tap
    tap = scaled(kernels, input.astype(dtype, copy=False))
    return finished(stamp(tap, shape, dtype, sizes), bias, input.dtype)


def _scaled_by_tap(kernels: Array, input: Array) -> Callable[[int, int], Array]:
    """Return the function that scales one tap of all kernels by the input."""
    groups, channels, c_out, *_ = kernels.shape
    *batch, _, height, width = input.shape
    pixels = input.reshape(*batch, groups, channels, height * width)

    def tap(i: int, j: int) -> Array:
        stamps = kernels[..., i, j].swapaxes(-1, -2) @ pixels
        return stamps.reshape(*batch, groups * c_out, height, width)

    return tap


def _scaled_at_once(kernels: Array, input: Array) -> Callable[[int, int], Array]:
    """Return the same function, which looks up what a single product has computed."""
    groups, channels, c_out, k_h, k_w = kernels.shape
    *batch, _, height, width = input.shape
    pixels = input.reshape(prod(batch), groups, channels, height * width).transpose(1, 2, 0, 3)
    columns = kernels.reshape(groups, channels, -1).swapaxes(1, 2)
    stamps = columns @ pixels.reshape(groups, channels, prod(batch) * height * width)
    stamps = stamps.reshape(groups * c_out, k_h, k_w, prod(batch), height, width)
    shape = *batch, groups * c_out, height, width
    return lambda i, j: stamps[:, i, j].swapaxes(0, 1).reshape(shape)


def _turned(
    input: Array,
    weight: Array,
    bias: Array | None,
    size: tuple[int, int],
    sizes: Geometry,
    groups: int,
) -> Problem:
    """Return the convolution that stamps at every pixel: its kernels are turned by half a turn.

    Around the input are zeros, which the transposed convolution does not have: with an infinite
    weight they would not be harmless.
    """
    kernels = np.flip(weight, (2, 3)).reshape(groups, -1, *weight.shape[1:]).swapaxes(1, 2)
    kernels = kernels.reshape(-1, *kernels.shape[2:])
    (left, _, top, _), (height, width) = sizes.sides, sizes.span
    across, down = size[1] + left - input.shape[-1], size[0] + top - input.shape[-2]
    sides = width - 1 - left, across, height - 1 - top, down  # negative: pixels are cut off
    sizes = sizes._replace(sides=sides, output_size=size)
    batched = input.ndim == 4
    return Problem(input if batched else input[None], kernels, bias, sizes, groups, batched)


def _transposed_size(
    size: Any, kernel_size: Any, stride: Any, padding: Any, output_padding: Any, dilation: Any
) -> tuple[int, int]:
    """Height and width of a transposed convolution."""
    strides = _checks.pair("stride", stride, 1)
    paddings = _checks.pair("padding", padding, 0)
    extras = _checks.pair("output_padding", output_padding, 0)
    dilations = _checks.pair("dilation", dilation, 1)
    brief, result = _checks.brief, []
    for n, k, s, p, extra, d in zip(
        size, kernel_size, strides, paddings, extras, dilations, strict=True
    ):
        if extra >= max(s, d):
            raise ValueError(
                "output_padding must be smaller than stride or dilation, "
                f"got {brief(output_padding)} with stride {brief(stride)} "
                f"and dilation {brief(dilation)}"
            )
        result.append((n - 1) * s - 2 * p + d * (k - 1) + extra + 1)
    if min(result) < 1:
        raise ValueError(
            f"padding must leave at least one row and column of the output, got {brief(padding)}, "
            f"which leaves {brief(tuple(result))}"
        )
    return result[0], result[1]
