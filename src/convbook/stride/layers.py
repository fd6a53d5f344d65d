"""One layer of a network, as far as sizes go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from convbook import _checks
from convbook._geometry import Geometry, geometry
from convbook._typing import Padding, Size


class Layer(NamedTuple):
    """One layer of a network, as far as sizes go.

    A layer without `channels` of its own pools: it keeps the channels and has no weights. A dense
    layer is a convolution whose kernel is as large as its image.

    Parameters
    ----------
    kernel_size : int or pair of int
        Height and width of the window.
    stride : int or pair of int
        Step from one window to the next.
    padding : int, pair of int, "same" or "valid"
        Elements added on each side, as for :func:`~convbook.conv2d`.
    dilation : int or pair of int
        Distance between neighbouring taps; 1 means that they touch.
    channels : int, optional
        Number of kernels, which is the number of channels that come out.
    groups : int
        Number of groups into which the channels are split. A layer that pools has none.
    bias : bool
        Whether each kernel has a bias. A layer that pools has none.

    See Also
    --------
    receptive_field, budget, output_size : What such sizes make of an image.

    Examples
    --------
    >>> from convbook import Layer
    >>> Layer(3, padding=1, channels=64)
    Layer(kernel_size=3, stride=1, padding=1, dilation=1, channels=64, groups=1, bias=True)
    """

    kernel_size: Size
    stride: Size = 1
    padding: Padding = 0
    dilation: Size = 1
    channels: int | None = None
    groups: int = 1
    bias: bool = True


def named_layers(layers: Any) -> list[tuple[str, Layer]]:
    """Refuse anything but a sequence of Layer, and name each for error messages."""
    if not isinstance(layers, Sequence) or not all(isinstance(layer, Layer) for layer in layers):
        raise ValueError(f"layers must be a sequence of Layer, got {_checks.brief(layers)}")
    return [(f"layers[{index}]", layer) for index, layer in enumerate(layers)]


ENDLESS = 1 << 10_000
"""The side of an image into which any kernel fits."""


def layer_sizes(name: str, layer: Layer, size: Any = ENDLESS) -> Geometry:
    """Check the sizes of a layer, by default for an image so large that any kernel fits."""
    try:
        return geometry(size, *layer[:4])
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
