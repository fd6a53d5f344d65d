"""How far the layers of a network see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from convbook.stride.layers import Layer, layer_sizes, named_layers


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

    size: int | tuple[int, int]
    jump: int | tuple[int, int]
    start: float | tuple[float, float]


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
    for name, layer in named_layers(layers):
        (k_h, k_w), (s_h, s_w), (left, _, top, _), (d_h, d_w), _ = layer_sizes(name, layer)
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
