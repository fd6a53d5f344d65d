"""The two gradients of a convolution: the transposed matrix at work, and sums of patches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convbook import _checks
from convbook._problem import check_problem
from convbook._typing import Int, Number, Size
from convbook.algorithms import weight_gradient
from convbook.matmul.matrix import check_kernels
from convbook.matmul.transposed import transposed


def conv2d_input(
    input_size: Sequence[Int],
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
    return transposed(gradient, kernels, None, shape, sizes, groups)


def conv2d_weight(
    input: NDArray[Number],
    weight_size: Sequence[Int],
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
