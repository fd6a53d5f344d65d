"""A rule that sorts first-layer filters into the kinds that everybody finds there."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convbook import _checks
from convbook._problem import silently
from convbook._typing import Array, Number
from convbook.convolution import conv2d
from convbook.stacking import KERNELS, stack

FILTER_KINDS = ("edge", "grating", "colour blob", "opponent edge", "other")
"""What :func:`~convbook.filter_kind` may answer. Edges and gratings are mostly
grey, colour blobs and opponent edges are not."""


class FilterTraits(NamedTuple):
    """What can be measured on a filter; none of it depends on its sign or scale.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import filter_traits
    >>> traits = filter_traits(np.ones((3, 8, 8)))
    >>> traits.plain, traits.colour, traits.oriented
    (1.0, 0.0, 0.0)
    """

    colour: float
    """The share of its energy that is lost if each pixel is replaced by its mean over channels."""
    plain: float
    """The share of its energy that is kept if each channel is replaced by its mean over pixels."""
    oriented: float
    """From 0, if it is plain or its slopes have all directions, to 1, if they have one."""
    cycles: float
    """How many periods of its strongest wave fit into it."""


_SOBEL = stack([KERNELS["side edge"], KERNELS["top edge"]])


def filter_traits(weight: NDArray[Number]) -> FilterTraits:
    """Measure how coloured, how plain, how oriented and how fine a filter is.

    Parameters
    ----------
    weight : ndarray of shape (C, K, K)
        One kernel of a first layer, with K of 3 or more.

    Returns
    -------
    FilterTraits
        Four numbers. A filter of zeros has zeros.

    Raises
    ------
    ValueError
        If `weight` does not have this shape, or is empty.

    See Also
    --------
    filter_kind : what follows from the four numbers.

    Examples
    --------
    Stripes that repeat after four pixels, twice.

    >>> import numpy as np
    >>> from convbook import filter_traits
    >>> stripes = np.tile([1.0, 1.0, -1.0, -1.0], (3, 8, 2))
    >>> [round(trait, 1) for trait in filter_traits(stripes)]
    [0.0, 0.0, 1.0, 1.8]
    """
    with silently():
        return _measure(_check_filter(weight))


def _measure(kernel: Array) -> FilterTraits:
    """Measure a filter of floats."""
    energy = (kernel**2).sum()
    grey = np.broadcast_to(kernel.mean(axis=0), kernel.shape)
    pattern = kernel - kernel.mean(axis=(1, 2), keepdims=True)
    varied = _share((pattern**2).sum(), energy)
    right, down = conv2d(kernel[:, None], _SOBEL).swapaxes(0, 1)
    slopes = (right + 1j * down) ** 2  # squared, opposite directions are one
    finite = math.isfinite(energy)
    return FilterTraits(
        colour=_share(((kernel - grey) ** 2).sum(), energy),
        plain=1 - varied if energy else 0.0,
        oriented=varied * _share(abs(slopes.sum()), abs(slopes).sum()),
        cycles=_strongest_wave(pattern) if finite else math.nan,
    )


def _check_filter(weight: Any) -> Array:
    """Return a kernel in double precision, no larger than 1: its scale does not count."""
    kernel = _checks.numbers("weight", weight, "C, K, K")
    _checks.real("weight", kernel)
    _checks.nonempty("weight", kernel, 3)
    side = _checks.integer("the last axis of weight", kernel.shape[-1], 3)
    _checks.shape("weight", kernel, (len(kernel), side, side))
    numbers = kernel.astype(float)
    with silently():
        return np.asarray(np.ldexp(numbers, -np.frexp(abs(numbers).max())[1]))  # exactly


def filter_kind(weight: NDArray[Number]) -> str:
    """Sort a filter: edge, grating, colour blob, opponent edge, or other.

    Parameters
    ----------
    weight : ndarray of shape (C, K, K)
        One kernel of a first layer. Below a K of 7, even noise may seem to have a direction.

    Returns
    -------
    str
        One of :data:`~convbook.FILTER_KINDS`.

    Raises
    ------
    ValueError
        As for :func:`~convbook.filter_traits`.

    See Also
    --------
    filter_traits : the four numbers behind the answer.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import filter_kind
    >>> step = np.repeat([1.0, -1.0], 4) * np.ones((3, 8, 1))
    >>> filter_kind(step)
    'edge'
    >>> blue_to_yellow = step * np.array([1, 1, -1]).reshape(3, 1, 1)
    >>> filter_kind(blue_to_yellow)
    'opponent edge'
    """
    colour, plain, oriented, cycles = filter_traits(weight)
    coloured = colour > 0.15  # from here on, eyes see it
    if coloured and plain > 0.5:
        return "colour blob"
    if not oriented >= 0.65:  # a NaN is not
        return "other"
    if coloured:
        return "opponent edge"
    return "edge" if cycles < 1.5 else "grating"


def _strongest_wave(pattern: Array, size: int = 65) -> float:
    """Return how many periods of the wave with the most power fit into a pattern."""
    power = (abs(np.fft.fft2(pattern, (size, size))) ** 2).sum(axis=0)
    waves = np.fft.fftfreq(size) * pattern.shape[-1]
    return float(np.hypot(waves, waves[:, None]).flat[power.argmax()])


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else 0.0
