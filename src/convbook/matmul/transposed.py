"""The transposed matrix at work: transposed convolution and the two gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convbook import _checks
from convbook._geometry import Geometry, geometry
from convbook._problem import Problem, check_problem, finished, silently, sum_dtype
from convbook._typing import Array, Number, Size
from convbook.algorithms import convolve, weight_gradient
from convbook.algorithms.contrast import all_finite
from convbook.convolution import flip
from convbook.matmul.matrix import check_kernels
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
    r"""Multiply by the transpose of a convolution's matrix.

    Every element of the input stamps a copy of its kernel, scaled, onto the output; overlapping
    stamps add up. Along an axis the output has
    :math:`(n - 1) s - 2 p + d (k - 1) + p_{\text{out}} + 1` elements.

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
    Semantics are those of :func:`!torch.nn.functional.conv_transpose2d`. It is not an inverse, and
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
    return _transposed(images, kernels, bias, shape, sizes, groups)


def conv2d_input(
    input_size: tuple[int, int, int, int],
    weight: NDArray[Number],
    grad_output: NDArray[Number],
    stride: Size = 1,
    padding: Size = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> NDArray[Number]:
    """Gradient of a convolution with respect to its input: the transposed matrix at work.

    Parameters
    ----------
    input_size : tuple of int
        Shape (N, C_in, H, W) of the input: several sizes of the input give an output of the same
        size when `stride` is above 1.
    weight : ndarray of shape (C_out, C_in / groups, K_h, K_w)
        Kernels of the convolution.
    grad_output : ndarray of shape (N, C_out, H_out, W_out)
        Gradient with respect to the convolution's output.
    stride, padding, dilation : int or pair of int
        Those of the convolution. As in torch, padding is a number or a pair here, never a word.
    groups : int
        Number of groups of channels.

    Returns
    -------
    ndarray of shape (N, C_in, H, W)
        The gradient with respect to the input.

    Raises
    ------
    ValueError
        If shapes, dtypes or sizes do not go together.

    See Also
    --------
    conv2d_weight : The gradient with respect to the weight.
    conv_transpose2d : The same product.

    Notes
    -----
    Semantics are those of :func:`!torch.nn.grad.conv2d_input`.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import conv2d_input
    >>> kernel = np.arange(4).reshape(1, 1, 2, 2)
    >>> conv2d_input((1, 1, 3, 3), kernel, np.ones((1, 1, 2, 2), int))[0, 0]
    array([[0, 1, 1],
           [2, 6, 4],
           [2, 5, 3]])
    """
    shape = _four("input_size", input_size, (0, 1, 1, 1))
    padding = _checks.pair("padding", padding, 0)
    axes = "C_out, C_in / groups, K_h, K_w"
    kernels, groups, sizes = check_kernels(
        weight, axes, shape[2:], stride, padding, dilation, groups
    )
    _check_channels("input_size", shape, kernels.shape[1] * groups)
    _checks.memory("input_size", input_size, shape, kernels.dtype)
    gradient = _checks.numbers("grad_output", grad_output, "N, C_out, H_out, W_out")
    _checks.shape("grad_output", gradient, (shape[0], len(kernels), *sizes.output_size))
    _checks.equal_dtypes(weight=kernels, grad_output=gradient)
    return _transposed(gradient, kernels, None, shape, sizes, groups)


def conv2d_weight(
    input: NDArray[Number],
    weight_size: tuple[int, int, int, int],
    grad_output: NDArray[Number],
    stride: Size = 1,
    padding: Size = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> NDArray[Number]:
    """Gradient of a convolution with respect to its weight.

    A tap of the kernel meets one pixel for every output. Its gradient is the sum of these pixels,
    each times the gradient of its output.

    Parameters
    ----------
    input : ndarray of shape (N, C_in, H, W)
        Input of the convolution.
    weight_size : tuple of int
        Shape (C_out, C_in / groups, K_h, K_w) of the weight.
    grad_output : ndarray of shape (N, C_out, H_out, W_out)
        Gradient with respect to the convolution's output.
    stride, padding, dilation : int or pair of int
        Those of the convolution. As in torch, padding is a number or a pair here, never a word.
    groups : int
        Number of groups of channels.

    Returns
    -------
    ndarray of shape (C_out, C_in / groups, K_h, K_w)
        The gradient with respect to the weight.

    Raises
    ------
    ValueError
        If shapes, dtypes or sizes do not go together.

    See Also
    --------
    conv2d_input : The gradient with respect to the input.
    conv2d : The convolution.

    Notes
    -----
    Semantics are those of :func:`!torch.nn.grad.conv2d_weight`.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import conv2d_weight
    >>> image = np.arange(9).reshape(1, 1, 3, 3)
    >>> conv2d_weight(image, (1, 1, 2, 2), np.ones((1, 1, 2, 2), int))[0, 0]
    array([[ 8, 12],
           [20, 24]])
    """
    shape = _four("weight_size", weight_size, (1, 1, 1, 1))
    padding = _checks.pair("padding", padding, 0)
    images = _checks.numbers("input", input, "N, C_in, H, W")
    _checks.memory("weight_size", weight_size, shape, images.dtype)
    blank = np.broadcast_to(np.zeros((), images.dtype), shape)
    problem = check_problem(images, blank, None, stride, padding, dilation, groups, "weight_size")
    gradient = _checks.numbers("grad_output", grad_output, "N, C_out, H_out, W_out")
    _checks.shape("grad_output", gradient, (len(images), shape[0], *problem.sizes.output_size))
    _checks.equal_dtypes(input=images, grad_output=gradient)
    return weight_gradient(problem, gradient)


@silently()
def _transposed(
    input: Array,
    weight: Array,
    bias: Array | None,
    shape: tuple[int, ...],
    sizes: Geometry,
    groups: int,
) -> Array:
    """Stamp the kernels of `weight`, scaled by `input`, onto images of the given shape."""
    if sizes.stride == (1, 1) and (weight.dtype.kind in "iu" or all_finite(weight)):
        return convolve(_turned(input, weight, bias, (shape[-2], shape[-1]), sizes, groups))
    dtype = sum_dtype(input.dtype)
    *batch, _, height, width = input.shape
    kernels = weight.reshape(groups, -1, *weight.shape[1:]).astype(dtype, copy=False)
    pixels = _matrices(input.astype(dtype, copy=False), groups)

    def scaled(i: int, j: int) -> Array:
        stamps = kernels[..., i, j].swapaxes(-1, -2) @ pixels
        return stamps.reshape(*batch, shape[-3], height, width)

    return finished(stamp(scaled, shape, dtype, sizes), bias, input.dtype)


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
    kernels = weight.reshape(groups, -1, *weight.shape[1:]).swapaxes(1, 2)
    kernels = flip(kernels.reshape(-1, *kernels.shape[2:]))
    (left, _, top, _), (height, width) = sizes.sides, sizes.span
    across, down = size[1] + left - input.shape[-1], size[0] + top - input.shape[-2]
    sides = width - 1 - left, across, height - 1 - top, down  # negative: pixels are cut off
    sizes = sizes._replace(sides=sides, output_size=size)
    batched = input.ndim == 4
    return Problem(input if batched else input[None], kernels, bias, sizes, groups, batched)


def _matrices(images: Array, groups: int) -> Array:
    """Lay images out as matrices, (..., groups, channels of a group, pixels)."""
    *batch, channels, height, width = images.shape
    return images.reshape(*batch, groups, channels // groups, height * width)


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


def _four(name: str, size: Any, least: tuple[int, ...]) -> tuple[int, ...]:
    """Check a shape of four axes."""
    if not isinstance(size, tuple | list) or len(size) != 4:
        raise ValueError(f"{name} must be a shape of four axes, got {_checks.brief(size)}")
    return tuple(_checks.integer(name, n, minimum) for n, minimum in zip(size, least, strict=True))


def _check_channels(name: str, shape: tuple[int, ...], expected: int) -> None:
    """Refuse a shape that does not have as many channels as the kernels read."""
    if shape[1] != expected:
        raise ValueError(
            f"{name} must have {expected} channels, as weight asks, got {_checks.brief(shape)}"
        )
