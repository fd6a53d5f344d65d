"""What a layer's sizes make of an image: how large it gets, what it costs, how far it sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, overload

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


class Field(NamedTuple):
    """What one output of a network sees of the image, along an axis or as (height, width).

    Parameters
    ----------
    size : int or pair of int
        Length of the stretch of pixels that reach one output.
    jump : int or pair of int
        Pixels between the stretches of two neighbouring outputs.
    start : float or pair of float
        Centre of the first output's stretch; 0 is the centre of the first pixel.

    See Also
    --------
    receptive_field : The function that returns them.

    Examples
    --------
    >>> from convbook import Layer, receptive_field
    >>> receptive_field([Layer(3, padding=1)])[0].size
    3
    """

    size: Size
    jump: Size
    start: float | tuple[float, float]


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


@overload
def output_size(
    input_size: int, kernel_size: int, stride: int = 1, padding: int | str = 0, dilation: int = 1
) -> int: ...


@overload
def output_size(
    input_size: tuple[int, int],
    kernel_size: Size,
    stride: Size = 1,
    padding: Padding | str = 0,
    dilation: Size = 1,
) -> tuple[int, int]: ...


@overload
def output_size(
    input_size: Size,
    kernel_size: Size,
    stride: Size = 1,
    padding: Padding = 0,
    dilation: Size = 1,
) -> int | tuple[int, int]: ...


def output_size(
    input_size: Size,
    kernel_size: Size,
    stride: Size = 1,
    padding: Padding | str = 0,
    dilation: Size = 1,
) -> int | tuple[int, int]:
    r"""Number of positions at which a kernel fits.

    .. math:: \left\lfloor \frac{n + 2p - d(k - 1) - 1}{s} \right\rfloor + 1

    Parameters
    ----------
    input_size : int or pair of int
        Length :math:`n` of the input, or its height and width.
    kernel_size : int or pair of int
        Number of taps :math:`k`.
    stride : int or pair of int
        Step :math:`s` between two positions.
    padding : int, pair of int, "same" or "valid"
        Elements :math:`p` added on *each* side. "same" keeps :math:`n` and needs stride 1;
        "valid" adds none.
    dilation : int or pair of int
        Distance :math:`d` between two taps; 1 means that they touch.

    Returns
    -------
    int or tuple of int
        An int if every size is an int or a word; a height and a width if any size is a pair.

    Raises
    ------
    ValueError
        If a size is not a positive integer, or the kernel does not fit into the padded input.

    See Also
    --------
    receptive_field : What an output sees of the image.
    same_padding : The padding that keeps the size.

    Notes
    -----
    The formula is relationship 14 of [1]_. The floor means that the last rows and columns may go
    unread.

    References
    ----------
    .. [1] V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning", 2016.
       https://doi.org/10.48550/arXiv.1603.07285

    Examples
    --------
    >>> from convbook import output_size
    >>> output_size(28, 3)
    26
    >>> output_size(224, 7, stride=2, padding=3)
    112
    >>> output_size((28, 32), 3, padding="same")
    (28, 32)
    """
    sizes = (input_size, kernel_size, stride, padding, dilation)
    height, width = geometry(*sizes).output_size
    return (height, width) if any(isinstance(s, tuple | list) for s in sizes) else height


def receptive_field(layers: Sequence[Layer]) -> list[Field]:
    r"""Tell which pixels each layer's outputs depend on.

    Looking through a layer of :math:`k` taps with stride :math:`s`, dilation :math:`d` and padding
    :math:`p`, the size :math:`r`, jump :math:`j` and start :math:`c` become

    .. math:: r + d (k - 1) \, j, \qquad j s, \qquad c + \left(\tfrac{d (k - 1)}{2} - p\right) j

    from 1, 1 and 0 at the image itself. Output :math:`u` is centred on pixel :math:`c + u j`.

    Parameters
    ----------
    layers : sequence of Layer
        The network, from the image upwards. Channels do not matter.

    Returns
    -------
    list of Field
        One for each layer, looking from its output at the image. Its entries are numbers, or pairs
        (height, width) if any size in `layers` is a pair.

    Raises
    ------
    ValueError
        If `layers` is not a sequence of Layer, or a size is wrong. The message names the layer.

    See Also
    --------
    budget : What the layers cost.
    output_size : The size of one layer's output.

    Notes
    -----
    The formulas are those of [1]_. The size is an extent: with dilation or a stride above the
    kernel, pixels inside may be unseen.

    References
    ----------
    .. [1] A. Araujo, W. Norris and J. Sim, "Computing receptive fields of convolutional neural
       networks", Distill 2019. https://doi.org/10.23915/distill.00021

    Examples
    --------
    >>> from convbook import Layer, receptive_field
    >>> for field in receptive_field([Layer(3, stride=2, padding=1)] * 3):
    ...     print(field)
    Field(size=3, jump=2, start=0.0)
    Field(size=7, jump=4, start=0.0)
    Field(size=15, jump=8, start=0.0)
    """
    rows, columns = [Field(1, 1, 0.0)], [Field(1, 1, 0.0)]
    for name, layer in _named(layers):
        (k_h, k_w), (s_h, s_w), (left, _, top, _), (d_h, d_w), _ = _sizes(name, layer)
        rows.append(_look_through(rows[-1], k_h, s_h, top, d_h))
        columns.append(_look_through(columns[-1], k_w, s_w, left, d_w))
    if not any(isinstance(size, tuple | list) for layer in layers for size in layer[:4]):
        return rows[1:]
    both: Any = zip(rows[1:], columns[1:], strict=True)
    return [Field(*zip(*field, strict=True)) for field in both]


def _look_through(field: Any, kernel_size: int, stride: int, padding: int, dilation: int) -> Field:
    """See what one layer sees through those below it, along one axis."""
    reach = dilation * (kernel_size - 1)
    return Field(
        size=field.size + reach * field.jump,
        jump=field.jump * stride,
        start=field.start + (reach / 2 - padding) * field.jump,
    )


def budget(
    layers: Sequence[Layer], input_shape: tuple[int, int, int], itemsize: int = 4
) -> list[Cost]:
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
    for name, layer in _named(layers):
        costs.append(_cost(name, layer, shape, itemsize))
        shape = costs[-1].shape
    return costs


def _cost(name: str, layer: Layer, shape: tuple[int, int, int], itemsize: int) -> Cost:
    """Count one layer, for an image of a shape."""
    C_in, *size = shape
    H_out, W_out = _sizes(name, layer, size).output_size
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


def _named(layers: Any) -> list[tuple[str, Layer]]:
    """Refuse anything but a sequence of Layer, and name each for error messages."""
    if not isinstance(layers, Sequence) or not all(isinstance(layer, Layer) for layer in layers):
        raise ValueError(f"layers must be a sequence of Layer, got {_checks.brief(layers)}")
    return [(f"layers[{index}]", layer) for index, layer in enumerate(layers)]


ENDLESS = 1 << 10_000
"""The side of an image into which any kernel fits."""


def _sizes(name: str, layer: Layer, size: Any = ENDLESS) -> Geometry:
    """Check the sizes of a layer, by default for an image so large that any kernel fits."""
    try:
        return geometry(size, *layer[:4])
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _image_shape(shape: Any) -> tuple[int, int, int]:
    """Refuse anything but three positive integers."""
    if not isinstance(shape, tuple | list) or len(shape) != 3:
        raise ValueError(f"input_shape must be (C, H, W), got {_checks.brief(shape)}")
    C, H, W = (_checks.integer("input_shape", size, 1) for size in shape)
    return C, H, W
