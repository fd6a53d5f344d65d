"""Layers that remember what they have read, so that a gradient finds its way back."""

import math
from operator import ge

import numpy as np
from numpy.typing import DTypeLike

from convbook import _checks
from convbook._problem import sum_dtype
from convbook._typing import Array, Size
from convbook.convolution import conv2d
from convbook.filters.functional import add_up, linear, relu
from convbook.filters.module import Module, Parameter
from convbook.filters.pooling import max_pool2d_with_indices
from convbook.initialization import kaiming_normal
from convbook.matmul import conv2d_input, conv2d_weight


class Conv2d(Module):
    """A convolution that learns its `weight` and its `bias`.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of the pictures it reads and makes.
    kernel_size, stride, padding : int or pair of int
        As for :func:`~convbook.conv2d`.
    rng : numpy.random.Generator
        Draws the weights by He's rule, :func:`~convbook.kaiming_normal`. The biases start at zero.
    dtype : dtype of floats
        Of the parameters, and so of the pictures.

    Raises
    ------
    ValueError
        If a size is no positive integer (`padding` may be 0), if `rng` is no generator, or `dtype`
        no dtype of floats.

    See Also
    --------
    conv2d : the function.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import Conv2d
    >>> layer = Conv2d(1, 32, 5, rng=np.random.default_rng(0))
    >>> layer(np.zeros((100, 1, 28, 28), np.float32)).shape
    (100, 32, 24, 24)
    >>> layer.backward(np.ones((100, 32, 24, 24), np.float32)).shape
    (100, 1, 28, 28)
    >>> layer.bias.grad[0]
    np.float32(57600.0)
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Size, stride: Size = 1,
        padding: Size = 0, *, rng: np.random.Generator, dtype: DTypeLike = np.float32,
    ) -> None:  # fmt: skip
        C_in = _checks.integer("in_channels", in_channels, 1)
        C_out = _checks.integer("out_channels", out_channels, 1)
        shape = C_out, C_in, *_checks.pair("kernel_size", kernel_size, 1)
        _checks.memory("in_channels, out_channels and kernel_size", shape, shape, np.dtype(float))
        self.stride = _checks.pair("stride", stride, 1)
        self.padding = _checks.pair("padding", padding, 0)
        floats = _checks.float_dtype("dtype", dtype)
        self.weight = Parameter(kaiming_normal(shape, rng=rng).astype(floats))
        self.bias = Parameter(np.zeros(C_out, floats))

    def forward(self, input: Array) -> Array:
        """Convolve."""
        _checks.equal_dtypes(weight=self.weight.data, input=input)
        self.read, self.kernels = input, self.weight.data.copy()
        return conv2d(input, self.kernels, self.bias.data, self.stride, self.padding)

    def backward(self, grad_output: Array) -> Array:
        """Pass the gradient on to the weight, the bias and the input."""
        read, grad = (maps.reshape(-1, *maps.shape[-3:]) for maps in (self.read, grad_output))
        step = self.stride, self.padding
        self.weight.grad = conv2d_weight(read, self.kernels.shape, grad, *step)
        self.bias.grad = add_up(grad, (0, 2, 3))
        return conv2d_input(read.shape, self.kernels, grad, *step).reshape(self.read.shape)


class Linear(Module):
    """A dense layer, which learns a matrix, `weight`, and a `bias`.

    Parameters
    ----------
    in_features, out_features : int
        How many numbers it reads and makes.
    rng : numpy.random.Generator
        Draws the weights with variance 1 / `in_features`, for a last layer. Biases start at zero.
    dtype : dtype of floats
        Of the parameters, and so of the input.

    Raises
    ------
    ValueError
        If a size is no positive integer, if `rng` is no generator, or `dtype` no dtype of floats.

    See Also
    --------
    linear : the function.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import Linear
    >>> layer = Linear(288, 10, rng=np.random.default_rng(0))
    >>> layer(np.zeros((7, 288), np.float32)).shape
    (7, 10)
    >>> layer.backward(np.ones((7, 10), np.float32)).shape
    (7, 288)
    """

    def __init__(
        self, in_features: int, out_features: int, *, rng: np.random.Generator,
        dtype: DTypeLike = np.float32,
    ) -> None:  # fmt: skip
        n_in = _checks.integer("in_features", in_features, 1)
        n_out = _checks.integer("out_features", out_features, 1)
        shape = n_out, n_in
        _checks.memory("in_features and out_features", shape, shape, np.dtype(float))
        floats = _checks.float_dtype("dtype", dtype)
        weight = kaiming_normal(shape, nonlinearity="linear", rng=rng)
        self.weight = Parameter(weight.astype(floats))
        self.bias = Parameter(np.zeros(n_out, floats))

    def forward(self, input: Array) -> Array:
        """Multiply."""
        _checks.equal_dtypes(weight=self.weight.data, input=input)
        self.read, self.matrix = input, self.weight.data.copy()
        return linear(input, self.matrix, self.bias.data)

    def backward(self, grad_output: Array) -> Array:
        """Pass the gradient on to the weight, the bias and the input."""
        read, grad = (rows.reshape(-1, rows.shape[-1]) for rows in (self.read, grad_output))
        self.weight.grad = linear(grad.T, read.T)
        self.bias.grad = add_up(grad, 0)
        return linear(grad_output, self.matrix.T)


class ReLU(Module):
    """A gate that only positive numbers pass.

    See Also
    --------
    relu : the function.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import ReLU
    >>> gate = ReLU()
    >>> gate(np.array([-2, 0, 3]))
    array([0, 0, 3])
    >>> gate.backward(np.array([10, 10, -10]))
    array([  0,   0, -10])
    """

    def forward(self, input: Array) -> Array:
        """Replace negative numbers by zero."""
        self.stopped = input <= 0
        return relu(input)

    def backward(self, grad_output: Array) -> Array:
        """Let the gradient pass where the number has passed."""
        return np.where(self.stopped, grad_output.dtype.type(0), grad_output)


class MaxPool2d(Module):
    """Max-pooling that records its switches in `indices`.

    Parameters
    ----------
    kernel_size, stride, padding, ceil_mode
        As for :func:`~convbook.max_pool2d`.

    Raises
    ------
    ValueError
        If a size is no positive integer (`padding` may be 0), or `ceil_mode` is no bool.

    See Also
    --------
    max_pool2d_with_indices : the function.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import MaxPool2d
    >>> pool = MaxPool2d(2)
    >>> pool(np.array([[[[5, 0, 1, 2], [0, 0, 9, 0]]]]))
    array([[[[5, 9]]]])
    >>> pool.backward(np.array([[[[1, -1]]]]))
    array([[[[ 1,  0,  0,  0],
             [ 0,  0, -1,  0]]]])
    """

    def __init__(
        self, kernel_size: Size, stride: Size | None = None, padding: Size = 0,
        *, ceil_mode: bool = False,
    ) -> None:  # fmt: skip
        self.kernel_size = _checks.pair("kernel_size", kernel_size, 1)
        self.stride = self.kernel_size if stride is None else _checks.pair("stride", stride, 1)
        self.padding = _checks.pair("padding", padding, 0)
        self.ceil_mode = _checks.truth("ceil_mode", ceil_mode)

    def forward(self, input: Array) -> Array:
        """Keep the largest of each window, and where it was."""
        self.input_shape = input.shape
        output, self.indices = max_pool2d_with_indices(
            input, self.kernel_size, self.stride, self.padding, ceil_mode=self.ceil_mode
        )
        return output

    def backward(self, grad_output: Array) -> Array:
        """Send each window's gradient to the pixel that had won there."""
        *batch, height, width = self.input_shape
        first = height * width * np.arange(math.prod(batch)).reshape(*batch, 1, 1)
        winners = first + self.indices.astype(np.intp)
        grad = np.zeros(math.prod(self.input_shape), sum_dtype(grad_output.dtype))
        if all(map(ge, self.stride, self.kernel_size)):  # nobody wins twice
            grad[winners.ravel()] = grad_output.ravel()
        else:
            np.add.at(grad, winners.ravel(), grad_output.ravel())
        return grad.reshape(self.input_shape).astype(grad_output.dtype)


class Flatten(Module):
    """All numbers of one picture in one row: (N, C, H, W) becomes (N, C·H·W).

    See Also
    --------
    Sequential : where it stands between maps and rows.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import Flatten
    >>> layer = Flatten()
    >>> layer(np.arange(8).reshape(2, 1, 2, 2))
    array([[0, 1, 2, 3],
           [4, 5, 6, 7]])
    >>> layer.backward(np.zeros((2, 4), int)).shape
    (2, 1, 2, 2)
    """

    def forward(self, input: Array) -> Array:
        """Lay the maps of each picture in a row."""
        self.input_shape = input.shape
        if input.ndim < 2:
            raise ValueError(f"input must have the axes (N, C, H, W), got shape {input.shape}")
        return input.reshape(len(input), math.prod(input.shape[1:]))

    def backward(self, grad_output: Array) -> Array:
        """Give the gradient the shape of the maps."""
        return grad_output.reshape(self.input_shape).copy()
