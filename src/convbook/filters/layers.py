"""Layers that remember what they have read, so that a gradient finds its way back."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from convbook import _checks
from convbook._typing import Array, Size
from convbook.convolution import conv2d
from convbook.filters.functional import linear, relu
from convbook.filters.pooling import max_pool2d_with_indices
from convbook.initialization import kaiming_normal
from convbook.matmul import conv2d_input, conv2d_weight


class Parameter:
    """An array that is learned, `data`, and the gradient of the loss by it, `grad`.

    Each backward pass replaces the gradient.

    Parameters
    ----------
    data : ndarray
        The values to start from.
    """

    def __init__(self, data: Array) -> None:
        self.data = data
        self.grad = np.zeros_like(data)


class Module:
    """A layer: `forward` remembers what it reads, `backward` uses it."""

    _read: Array | None = None

    @property
    def read(self) -> Array:
        """What the last forward pass has read."""
        if self._read is None:
            raise ValueError("backward must come after forward, got no input yet")
        return self._read

    @read.setter
    def read(self, input: Array) -> None:
        self._read = input

    def forward(self, input: Array) -> Array:
        """Return the layer's output."""
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Turn the gradient with respect to the output into that with respect to the input."""
        raise NotImplementedError

    def __call__(self, input: Array) -> Array:
        """Do the same as `forward`."""
        return self.forward(input)

    def parameters(self) -> list[Parameter]:
        """List what the layer learns."""
        return [value for value in vars(self).values() if isinstance(value, Parameter)]


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
    dtype : dtype
        Of the parameters, and so of the pictures.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import Conv2d
    >>> layer = Conv2d(1, 32, 5, rng=np.random.default_rng(0))
    >>> layer(np.zeros((100, 1, 28, 28), np.float32)).shape
    (100, 32, 24, 24)
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Size, stride: Size = 1,
        padding: Size = 0, *, rng: np.random.Generator, dtype: DTypeLike = np.float32,
    ) -> None:  # fmt: skip
        channels = (
            _checks.integer("out_channels", out_channels, 1),
            _checks.integer("in_channels", in_channels, 1),
        )
        shape = *channels, *_checks.pair("kernel_size", kernel_size, 1)
        self.stride = _checks.pair("stride", stride, 1)
        self.padding = _checks.pair("padding", padding, 0)
        self.weight = Parameter(kaiming_normal(shape, rng=rng).astype(dtype))
        self.bias = Parameter(np.zeros(out_channels, dtype))

    def forward(self, input: Array) -> Array:
        """Convolve."""
        self.read = input
        return conv2d(input, self.weight.data, self.bias.data, self.stride, self.padding)

    def backward(self, grad_output: Array) -> Array:
        """Pass the gradient on to the weight, the bias and the input."""
        step = self.stride, self.padding
        weight = self.weight.data
        self.weight.grad = conv2d_weight(self.read, weight.shape, grad_output, *step)
        self.bias.grad = grad_output.sum(axis=(0, 2, 3))
        return conv2d_input(self.read.shape, weight, grad_output, *step)


class Linear(Module):
    """A dense layer, which learns a matrix, `weight`, and a `bias`.

    Parameters
    ----------
    in_features, out_features : int
        How many numbers it reads and makes.
    rng : numpy.random.Generator
        Draws the weights with variance 1 / `in_features`, for a last layer. Biases start at zero.
    dtype : dtype
        Of the parameters, and so of the input.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import Linear
    >>> Linear(288, 10, rng=np.random.default_rng(0))(np.zeros((7, 288), np.float32)).shape
    (7, 10)
    """

    def __init__(
        self, in_features: int, out_features: int, *, rng: np.random.Generator,
        dtype: DTypeLike = np.float32,
    ) -> None:  # fmt: skip
        shape = (
            _checks.integer("out_features", out_features, 1),
            _checks.integer("in_features", in_features, 1),
        )
        weight = kaiming_normal(shape, nonlinearity="linear", rng=rng)
        self.weight = Parameter(weight.astype(dtype))
        self.bias = Parameter(np.zeros(out_features, dtype))

    def forward(self, input: Array) -> Array:
        """Multiply."""
        self.read = input
        return linear(input, self.weight.data, self.bias.data)

    def backward(self, grad_output: Array) -> Array:
        """Pass the gradient on to the weight, the bias and the input."""
        self.weight.grad = grad_output.T @ self.read
        self.bias.grad = grad_output.sum(axis=0)
        return grad_output @ self.weight.data


class ReLU(Module):
    """A gate that only positive numbers pass.

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
        self.read = input
        return relu(input)

    def backward(self, grad_output: Array) -> Array:
        """Let the gradient pass where the number has passed."""
        return grad_output * (self.read > 0)


class MaxPool2d(Module):
    """Max-pooling that records its switches in `indices`.

    Parameters
    ----------
    kernel_size, stride, padding
        As for :func:`~convbook.max_pool2d`.

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

    def __init__(self, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> None:
        self.kernel_size = _checks.pair("kernel_size", kernel_size, 1)
        self.stride = self.kernel_size if stride is None else _checks.pair("stride", stride, 1)
        self.padding = _checks.pair("padding", padding, 0)

    def forward(self, input: Array) -> Array:
        """Keep the largest of each window, and where it was."""
        self.read = input
        output, self.indices = max_pool2d_with_indices(
            input, self.kernel_size, self.stride, self.padding
        )
        return output

    def backward(self, grad_output: Array) -> Array:
        """Send each window's gradient to the pixel that had won there."""
        *batch, height, width = self.read.shape
        _checks.shape("grad_output", grad_output, self.indices.shape)
        first = height * width * np.arange(math.prod(batch)).reshape(*batch, 1, 1)
        winners = (first + self.indices).ravel()
        grad = np.bincount(winners, grad_output.ravel(), self.read.size)
        return grad.reshape(self.read.shape).astype(grad_output.dtype)


class Flatten(Module):
    """All numbers of one picture in one row: (N, C, H, W) becomes (N, C·H·W)."""

    def forward(self, input: Array) -> Array:
        """Lay the maps of each picture in a row."""
        self.read = input
        return input.reshape(len(input), -1)

    def backward(self, grad_output: Array) -> Array:
        """Give the gradient the shape of the maps."""
        return grad_output.reshape(self.read.shape)


class Sequential(Module):
    """Layers one behind the other.

    Parameters
    ----------
    *layers : Module
        Each reads what the one before has put out. ``net[0]`` is the first of them, and
        ``net[:2]`` a shorter network of the same layers.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import Flatten, Linear, Sequential
    >>> net = Sequential(Flatten(), Linear(12, 10, rng=np.random.default_rng(0)))
    >>> images = np.zeros((5, 1, 3, 4), np.float32)
    >>> scores = net(images)
    >>> scores.shape, net.backward(np.ones_like(scores)).shape
    ((5, 10), (5, 1, 3, 4))
    """

    def __init__(self, *layers: Module) -> None:
        self.layers = layers

    def forward(self, input: Array) -> Array:
        """Go through the layers."""
        maps = input
        for layer in self.layers:
            maps = layer(maps)
        return maps

    def backward(self, grad_output: Array) -> Array:
        """Go back through the layers, last layer first, to the gradient by the pictures."""
        grad = grad_output
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        return grad

    def parameters(self) -> list[Parameter]:
        """List what the layers learn."""
        return [parameter for layer in self.layers for parameter in layer.parameters()]

    def __getitem__(self, place: Any) -> Any:
        found = self.layers[place]
        return Sequential(*found) if isinstance(place, slice) else found

    def __iter__(self) -> Iterator[Module]:
        return iter(self.layers)

    def __len__(self) -> int:
        return len(self.layers)
