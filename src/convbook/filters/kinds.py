"""A rule that sorts first-layer filters into the kinds that everybody finds there."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from convbook import _checks
from convbook._typing import Array, Number
from convbook.convolution import conv2d
from convbook.stacking import KERNELS, stack

FILTER_KINDS = ("edge", "grating", "colour blob", "opponent edge", "other")
"""What :func:`~convbook.filter_kind` may answer. Edges and gratings are grey, the two in the middle
have colour."""


class FilterTraits(NamedTuple):
    """What can be measured on a filter; none of it depends on its sign or scale."""

    colour: float
    """The share of its energy that is lost if each pixel is replaced by its mean over channels."""
    oriented: float
    """From 0, if it is flat or all directions are alike, to 1, if it varies along one only."""
    cycles: float
    """How many periods of its pattern fit into it, on average over its spectrum."""


_SOBEL = stack([KERNELS["side edge"], KERNELS["top edge"]])


def filter_traits(weight: NDArray[Number]) -> FilterTraits:
    """Measure the colour, the direction and the fineness of a filter.

    Parameters
    ----------
    weight : ndarray of shape (C, K, K)
        One kernel of a first layer, with K of 3 or more.

    Returns
    -------
    FilterTraits
        Three numbers. A filter of zeros has zeros.

    Raises
    ------
    ValueError
        If `weight` does not have this shape, or is empty.

    Examples
    --------
    Stripes that repeat after four pixels, twice.

    >>> import numpy as np
    >>> from convbook import filter_traits
    >>> stripes = np.tile([1.0, 1.0, -1.0, -1.0], (3, 8, 2))
    >>> traits = filter_traits(stripes)
    >>> round(traits.colour, 2), round(traits.oriented, 2), round(traits.cycles, 1)
    (0.0, 1.0, 1.9)
    """
    kernel = _checks.numbers("weight", weight, "C, K, K").astype(float)
    side = _checks.integer("the last axis of weight", kernel.shape[-1], 3)
    _checks.shape("weight", kernel, (len(kernel), side, side))
    _checks.nonempty("weight", kernel, 3)
    energy = (kernel**2).sum()
    coloured = kernel - kernel.mean(axis=0)
    uneven = kernel - kernel.mean(axis=(1, 2), keepdims=True)
    right, down = conv2d(kernel[:, None], _SOBEL).swapaxes(0, 1)
    slopes = (right + 1j * down) ** 2  # squared, opposite directions are one
    power, cycles = _spectrum(kernel)
    return FilterTraits(
        colour=_share((coloured**2).sum(), energy),
        oriented=_share((uneven**2).sum(), energy) * _share(abs(slopes.sum()), abs(slopes).sum()),
        cycles=_share((power * cycles).sum(), power.sum()),
    )


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
    colour, oriented, cycles = filter_traits(weight)
    if colour > 0.3 and oriented > 0.65:
        return "opponent edge"
    if colour > 0.3 and cycles < weight.shape[-1] / 4:  # noise has finer spots than this
        return "colour blob"
    if colour < 0.3 and oriented > 0.65:
        return "edge" if cycles < 1.7 else "grating"
    return "other"


def _spectrum(kernel: Array, size: int = 33) -> tuple[Array, Array]:
    """Return the power of each wave in a kernel, and how many periods of it fit in."""
    waves = np.fft.fftfreq(size) * kernel.shape[-1]
    power = abs(np.fft.fft2(kernel, (size, size))) ** 2
    return power.sum(axis=0), np.hypot(waves, waves[:, None])


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else 0.0
