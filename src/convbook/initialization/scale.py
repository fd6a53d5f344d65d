"""How large weights should start, as a standard deviation."""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from convbook import _checks
from convbook._typing import Int

GAINS: Mapping[str, float] = MappingProxyType(
    {
        "linear": 1.0,
        **dict.fromkeys(("conv1d", "conv2d", "conv3d"), 1.0),
        **dict.fromkeys(("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"), 1.0),
        "sigmoid": 1.0,
        "tanh": 5 / 3,
        "relu": math.sqrt(2),
        "leaky_relu": math.nan,  # depends on its slope
        "selu": 3 / 4,
    }
)


def fans(shape: Sequence[Int]) -> tuple[int, int]:
    """Count how many numbers a unit reads, and how many units read a number.

    Parameters
    ----------
    shape : tuple of int
        Shape of a weight: (C_out, C_in / groups, K_h, K_w) of a convolution, (out, in) of a matrix.

    Returns
    -------
    fan_in : int
        Number of products in one output: ``C_in / groups * K_h * K_w``.
    fan_out : int
        ``C_out * K_h * K_w``: at stride 1 and without groups, the number of outputs that one input
        far from the border takes part in.

    Raises
    ------
    ValueError
        If `shape` has fewer than two axes or an axis is not a positive integer.

    See Also
    --------
    calculate_gain : the other factor of the scale.

    Notes
    -----
    Counts as torch does. `fan_out` does not know of stride and groups.

    Examples
    --------
    >>> from convbook import fans
    >>> fans((32, 1, 5, 5))
    (25, 800)
    >>> fans((10, 288))
    (288, 10)
    """
    C_out, C_in, *kernel = _check_shape(shape)
    taps = math.prod(kernel)
    return C_in * taps, C_out * taps


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    r"""Return the factor that makes up in the weights for what an activation takes away.

    For a leaky ReLU of slope :math:`a` below zero it is :math:`\sqrt{2 / (1 + a^2)}`, which keeps
    the mean square exactly. ReLU has slope 0 and gain :math:`\sqrt 2`.

    Parameters
    ----------
    nonlinearity : str
        The activation: "sigmoid", "tanh", "relu", "leaky_relu" or "selu". The name of a layer means
        that there is none: "linear", "conv1d" to "conv3d", "conv_transpose1d" to
        "conv_transpose3d".
    param : float, optional
        Slope of the leaky ReLU below zero, 0.01 if it is not told. Other activations ignore it.

    Returns
    -------
    float
        The gain.

    Raises
    ------
    ValueError
        If the name is unknown or the slope is no finite number.

    See Also
    --------
    kaiming_normal : uses it.

    Notes
    -----
    The values are those of :func:`torch.nn.init.calculate_gain`. That of tanh, 5/3, and that of
    selu, 3/4, are rules of thumb; that of sigmoid, 1, does not make up for what a sigmoid takes.

    Examples
    --------
    >>> from convbook import calculate_gain
    >>> round(calculate_gain("relu"), 4)
    1.4142
    >>> calculate_gain("leaky_relu", 1)
    1.0
    """
    _checks.choice("nonlinearity", nonlinearity, GAINS)
    slope = 0.01 if param is None else _checks.number("param", param)
    if nonlinearity != "leaky_relu":
        return GAINS[nonlinearity]
    return math.sqrt(2 / (1 + slope * slope))


def kaiming_std(shape: Any, a: Any, mode: Any, nonlinearity: Any) -> float:
    """Return the standard deviation that undoes the activation and the sum over the fan."""
    fan_in, fan_out = fans(shape)
    _checks.choice("mode", mode, ("fan_in", "fan_out"))
    gain = calculate_gain(nonlinearity, _checks.number("a", a))
    return gain / math.sqrt(fan_in if mode == "fan_in" else fan_out)


def xavier_std(shape: Any, gain: Any) -> float:
    """Return the standard deviation whose variance is one over the mean of the two fans."""
    fan_in, fan_out = fans(shape)
    return _checks.number("gain", gain, 0) * math.sqrt(2 / (fan_in + fan_out))


def _check_shape(shape: Any) -> tuple[int, ...]:
    """Return the axes of a weight, of which there must be two: its outputs and its inputs."""
    if not isinstance(shape, tuple | list) or len(shape) < 2:
        raise ValueError(
            f"shape must be a tuple of at least two positive integers, got {_checks.brief(shape)}"
        )
    return tuple(_checks.integer("shape", n, 1) for n in shape)
