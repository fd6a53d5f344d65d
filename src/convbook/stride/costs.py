"""What the layers of a network cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from convbook import _checks
from convbook._typing import Int
from convbook.stride.layers import Layer, layer_sizes, named_layers


class Cost(NamedTuple):
    """What one layer costs for one image.

    Parameters
    ----------
    shape : tuple of int
        Channels, height and width of what comes out.
    activations : int
        Numbers that come out.
    bytes : int
        Memory of the activations.
    multiply_adds : int
        Products that are formed and added up; those with a zero of the padding count.
    parameters : int
        Weights and biases.

    See Also
    --------
    budget : The function that returns them.

    Examples
    --------
    >>> from convbook import Layer, budget
    >>> budget([Layer(2)], (1, 3, 3))[0].shape
    (1, 2, 2)
    """

    shape: tuple[int, int, int]
    activations: int
    bytes: int
    multiply_adds: int
    parameters: int


def budget(layers: Sequence[Layer], input_shape: Sequence[Int], itemsize: int = 4) -> list[Cost]:
    """Count what each layer of a network costs for one image.

    Parameters
    ----------
    layers : sequence of Layer
        The network, from the image upwards.
    input_shape : tuple of int
        Channels, height and width (C, H, W) of the image.
    itemsize : int
        Bytes of one number: 4 for float32.

    Returns
    -------
    list of Cost
        Output shape, activations, their bytes, multiply-adds and parameters of each layer.

    Raises
    ------
    ValueError
        If `layers` is not a sequence of Layer, a kernel does not fit its image, or a size is
        wrong. The message names the layer.

    See Also
    --------
    receptive_field : What the layers' outputs see.
    output_size : The size of one layer's output.

    Notes
    -----
    To train a network, keep the activations of all layers; to use it, those of two neighbours.

    Examples
    --------
    >>> from convbook import Layer, budget
    >>> layers = [Layer(3, padding=1, channels=16), Layer(3, stride=2, padding=1, channels=32)]
    >>> for cost in budget(layers, (3, 224, 224)):
    ...     print(cost.shape, cost.activations, cost.multiply_adds, cost.parameters)
    (16, 224, 224) 802816 21676032 448
    (32, 112, 112) 401408 57802752 4640
    """
    itemsize = _checks.integer("itemsize", itemsize, 1)
    shape = _image_shape(input_shape)
    costs = []
    for name, layer in named_layers(layers):
        costs.append(_cost(name, layer, shape, itemsize))
        shape = costs[-1].shape
    return costs


def _cost(name: str, layer: Layer, shape: tuple[int, int, int], itemsize: int) -> Cost:
    """Count one layer, for an image of a shape."""
    C_in, *size = shape
    H_out, W_out = layer_sizes(name, layer, size).output_size
    C_out, taps = _kernels(name, layer, C_in)
    activations = C_out * H_out * W_out
    return Cost(
        shape=(C_out, H_out, W_out),
        activations=activations,
        bytes=activations * itemsize,
        multiply_adds=activations * taps,
        parameters=C_out * (taps + bool(layer.bias)) if taps else 0,
    )


def _kernels(name: str, layer: Layer, arriving: int) -> tuple[int, int]:
    """Return how many kernels a layer has and how many weights each; pooling has no weights."""
    if layer.channels is None:
        return arriving, 0
    C_out = _checks.integer(f"{name}.channels", layer.channels, 1)
    groups = _checks.integer(f"{name}.groups", layer.groups, 1)
    if not isinstance(layer.bias, bool):
        raise ValueError(f"{name}.bias must be True or False, got {_checks.brief(layer.bias)}")
    _checks.divisible(f"{name}.channels", C_out, f"{name}.groups", groups)
    _checks.divisible(f"the channels that reach {name}", arriving, f"{name}.groups", groups)
    k_h, k_w = _checks.pair("kernel_size", layer.kernel_size, 1)
    return C_out, arriving // groups * k_h * k_w


def _image_shape(shape: Any) -> tuple[int, int, int]:
    """Refuse anything but three positive integers."""
    if not isinstance(shape, tuple | list) or len(shape) != 3:
        raise ValueError(f"input_shape must be (C, H, W), got {_checks.brief(shape)}")
    C, H, W = (_checks.integer("input_shape", size, 1) for size in shape)
    return C, H, W
