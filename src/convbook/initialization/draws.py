"""Draw the weights of a layer from the distributions that have names."""

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from convbook import _checks
from convbook._typing import Int
from convbook.initialization.scale import fans, kaiming_std, xavier_std

Floats = NDArray[np.float64]


def kaiming_uniform(
    shape: Sequence[Int],
    a: float = 0.0,
    mode: Literal["fan_in", "fan_out"] = "fan_in",
    nonlinearity: str = "leaky_relu",
    *,
    rng: np.random.Generator,
) -> Floats:
    r"""Draw weights from U(-b, b) so that the mean square survives a layer (He).

    .. math:: b = \sqrt 3 \, \frac{\text{gain}}{\sqrt{\text{fan}}}

    Parameters
    ----------
    shape : tuple of int
        Shape of the weight, as for :func:`~convbook.fans`.
    a : float
        Slope of the leaky ReLU below zero that follows; 0 is the ReLU.
    mode : {"fan_in", "fan_out"}
        Which fan to divide by: "fan_in" keeps the signal's size on the way forward, "fan_out" the
        gradient's on the way back.
    nonlinearity : str
        The activation that follows, a name that :func:`~convbook.calculate_gain` knows.
    rng : numpy.random.Generator
        Where the randomness comes from.

    Returns
    -------
    ndarray of float64
        The weight. Two calls with equal generators differ by a factor at most.

    Raises
    ------
    ValueError
        If `shape` is no shape of a weight, `a` no finite number, `mode` or `nonlinearity` an
        unknown name, or `rng` no generator.

    See Also
    --------
    kaiming_normal : the same scale, from a normal distribution.

    Notes
    -----
    The distribution is that of :func:`torch.nn.init.kaiming_uniform_`; the draws are not.

    References
    ----------
    He, Zhang, Ren and Sun, *Delving deep into rectifiers*, 2015, section 2.2.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import kaiming_uniform
    >>> weight = kaiming_uniform((64, 64, 3, 3), rng=np.random.default_rng(0))
    >>> bool(abs(weight).max() < (6 / 576) ** 0.5)
    True
    """
    return math.sqrt(3) * kaiming_std(shape, a, mode, nonlinearity) * _uniform(shape, rng)


def kaiming_normal(
    shape: Sequence[Int],
    a: float = 0.0,
    mode: Literal["fan_in", "fan_out"] = "fan_in",
    nonlinearity: str = "leaky_relu",
    *,
    rng: np.random.Generator,
) -> Floats:
    r"""Draw weights from a normal distribution so that the mean square survives a layer (He).

    .. math:: \text{std} = \frac{\text{gain}}{\sqrt{\text{fan}}}

    Parameters
    ----------
    shape, a, mode, nonlinearity, rng
        As for :func:`~convbook.kaiming_uniform`.

    Returns
    -------
    ndarray of float64
        The weight.

    Raises
    ------
    ValueError
        As for :func:`~convbook.kaiming_uniform`.

    See Also
    --------
    kaiming_uniform : the same scale, from a uniform distribution.

    Notes
    -----
    The distribution is that of :func:`torch.nn.init.kaiming_normal_`; the draws are not.

    References
    ----------
    He, Zhang, Ren and Sun, *Delving deep into rectifiers*, 2015, section 2.2.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import kaiming_normal
    >>> weight = kaiming_normal((64, 64, 3, 3), rng=np.random.default_rng(0))
    >>> float(round(weight.var() * 576, 1))
    2.0
    """
    return kaiming_std(shape, a, mode, nonlinearity) * _normal(shape, rng)


def xavier_uniform(shape: Sequence[Int], gain: float = 1.0, *, rng: np.random.Generator) -> Floats:
    r"""Draw weights from U(-b, b), a compromise between the way forward and back (Glorot).

    .. math:: b = \sqrt 3 \, \text{gain} \sqrt{\frac{2}{\text{fan in} + \text{fan out}}}

    Parameters
    ----------
    shape : tuple of int
        Shape of the weight, as for :func:`~convbook.fans`.
    gain : float
        Factor that makes up for the activation; see :func:`~convbook.calculate_gain`.
    rng : numpy.random.Generator
        Where the randomness comes from.

    Returns
    -------
    ndarray of float64
        The weight.

    Raises
    ------
    ValueError
        If `shape` is no shape of a weight, `gain` no finite number of at least 0, or `rng` no
        generator.

    See Also
    --------
    xavier_normal : the same scale, from a normal distribution.

    Notes
    -----
    The distribution is that of :func:`torch.nn.init.xavier_uniform_`; the draws are not.

    References
    ----------
    Glorot and Bengio, *Understanding the difficulty of training deep feedforward neural networks*,
    2010, equation 16.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import xavier_uniform
    >>> weight = xavier_uniform((100, 50), rng=np.random.default_rng(0))
    >>> bool(abs(weight).max() < (6 / 150) ** 0.5)
    True
    """
    return math.sqrt(3) * xavier_std(shape, gain) * _uniform(shape, rng)


def xavier_normal(shape: Sequence[Int], gain: float = 1.0, *, rng: np.random.Generator) -> Floats:
    r"""Draw weights from a normal distribution, with the variance of Glorot and Bengio.

    .. math:: \text{std} = \text{gain} \sqrt{\frac{2}{\text{fan in} + \text{fan out}}}

    Parameters
    ----------
    shape, gain, rng
        As for :func:`~convbook.xavier_uniform`.

    Returns
    -------
    ndarray of float64
        The weight.

    Raises
    ------
    ValueError
        As for :func:`~convbook.xavier_uniform`.

    See Also
    --------
    xavier_uniform : the same scale, from a uniform distribution.

    Notes
    -----
    The distribution is that of :func:`torch.nn.init.xavier_normal_`; the draws are not.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import xavier_normal
    >>> weight = xavier_normal((400, 600), rng=np.random.default_rng(0))
    >>> float(round(weight.var() * 500, 1))
    1.0
    """
    return xavier_std(shape, gain) * _normal(shape, rng)


def torch_default(shape: Sequence[Int], *, rng: np.random.Generator) -> tuple[Floats, Floats]:
    r"""Draw the weight and the bias that a PyTorch layer starts with by default.

    Both come from :math:`U(-1/\sqrt{\text{fan in}}, \; 1/\sqrt{\text{fan in}})`, so their variance
    is :math:`1 / (3 \, \text{fan in})`, a sixth of what a ReLU needs.

    Parameters
    ----------
    shape : tuple of int
        Shape of the weight, as for :func:`~convbook.fans`.
    rng : numpy.random.Generator
        Where the randomness comes from.

    Returns
    -------
    weight : ndarray of float64
        Of the given shape.
    bias : ndarray of float64, of shape (C_out,)
        One number for each output channel.

    Raises
    ------
    ValueError
        If `shape` is no shape of a weight, or `rng` no generator.

    See Also
    --------
    kaiming_uniform : what it is built on.

    Notes
    -----
    This is what ``reset_parameters`` of :class:`torch.nn.Conv2d` and :class:`torch.nn.Linear`
    does. It writes the weight's rule as ``kaiming_uniform_(weight, a=math.sqrt(5))``; no activation
    has that slope, it makes the gain :math:`\sqrt{1/3}` and so cancels the :math:`\sqrt 3` of the
    uniform distribution.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import torch_default
    >>> weight, bias = torch_default((32, 1, 5, 5), rng=np.random.default_rng(0))
    >>> bias.shape, bool(abs(weight).max() < 1 / 5)
    ((32,), True)
    """
    weight = kaiming_uniform(shape, a=math.sqrt(5), rng=rng)
    fan_in, _ = fans(shape)
    bias = _uniform(shape[:1], rng) / math.sqrt(fan_in)
    return weight, bias


def _uniform(shape: Any, rng: Any) -> Floats:
    """Draw from U(-1, 1), whose standard deviation is one over the root of 3."""
    _checks.memory("shape", shape, shape, np.dtype(float))
    return _checks.generator(rng).uniform(-1, 1, tuple(shape))


def _normal(shape: Any, rng: Any) -> Floats:
    """Draw from the normal distribution of standard deviation 1."""
    _checks.memory("shape", shape, shape, np.dtype(float))
    return _checks.generator(rng).standard_normal(tuple(shape))
