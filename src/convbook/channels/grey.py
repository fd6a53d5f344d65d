"""What grey is: one number for three, by weighing them, and the kernels that see no more."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convbook import _checks
from convbook._problem import silently, sum_dtype
from convbook._typing import Array, Number

REC_601 = (299, 587, 114)
"""Weights of red, green and blue in Recommendation ITU-R BT.601, in thousandths."""

REC_709 = (2126, 7152, 722)
"""Weights of red, green and blue in Recommendation ITU-R BT.709, in ten-thousandths."""


def luma(image: Array, weights: Sequence[float] | Array = REC_601) -> Array:
    r"""Weigh the channels of a colour image as they are: what most libraries call grey.

    .. math:: Y' = \frac{w_R R' + w_G G' + w_B B'}{w_R + w_G + w_B}

    The primes say that the channels are used as a file stores them, encoded for a screen, and not
    as amounts of light. For those see :func:`~convbook.luminance`.

    Parameters
    ----------
    image : ndarray of shape (N, 3, H, W) or (3, H, W)
        Red, green and blue, in any range.
    weights : triple of float
        Weights of the channels; only their ratios count. By default :data:`~convbook.REC_601`.

    Returns
    -------
    ndarray of shape (N, 1, H, W) or (1, H, W)
        Grey image of one channel, in the range of `image`. A float dtype is kept. Integers give
        float64 and are not rounded.

    Raises
    ------
    ValueError
        If `image` does not have three channels of real numbers, or `weights` are not three
        numbers of which none is negative and one is positive.

    See Also
    --------
    luminance : weighs the light instead.

    Notes
    -----
    With whole weights the sum over bytes is exact, so equal lumas are equal to the last bit.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import luma
    >>> pure = 255 * np.eye(3, dtype=np.uint8).reshape(3, 1, 3)  # a red, a green, a blue pixel
    >>> luma(pure)
    array([[[ 76.245, 149.685,  29.07 ]]])
    """
    array = _colour_image(image)
    w = _weights(weights)
    grey = _weigh(array.astype(np.result_type(array, float)), w)
    return grey.astype(array.dtype) if array.dtype.kind == "f" else grey


def luminance(image: Array) -> Array:
    r"""Weigh the light of a colour image: how bright it is, as a fraction of white.

    .. math:: Y = 0.2126 \, R + 0.7152 \, G + 0.0722 \, B

    Here :math:`R`, :math:`G` and :math:`B` are amounts of light, decoded from the image.

    Parameters
    ----------
    image : ndarray of shape (N, 3, H, W) or (3, H, W)
        Red, green and blue, encoded as sRGB: bytes, or floats from 0 to 1.

    Returns
    -------
    ndarray of shape (N, 1, H, W) or (1, H, W)
        Luminance from 0 to 1. To show it as a grey image, pass it to
        :func:`~convbook.encode_srgb`.

    Raises
    ------
    ValueError
        If `image` does not have three channels, or its range is not the one of its dtype.

    See Also
    --------
    luma : weighs the encoded numbers instead.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import encode_srgb, luminance
    >>> pure = 255 * np.eye(3, dtype=np.uint8).reshape(3, 1, 3)
    >>> luminance(pure)
    array([[[0.2126, 0.7152, 0.0722]]])
    >>> (255 * encode_srgb(luminance(pure))).round()
    array([[[127., 220.,  76.]]])
    """
    return luma(_light("image", _colour_image(image)), REC_709)


def decode_srgb(encoded: ArrayLike) -> Array:
    r"""Turn the numbers of an sRGB image into amounts of light.

    .. math::

       \begin{cases} v / 12.92 & v \le 0.04045 \\
       ((v + 0.055) / 1.055)^{2.4} & v > 0.04045 \end{cases}

    Parameters
    ----------
    encoded : ndarray, or what becomes one: a number, a list
        Bytes (uint8), which are divided by 255, or floats from 0 to 1.

    Returns
    -------
    ndarray
        Light from 0 to 1: float64 for bytes, else in the dtype of `encoded`.

    Raises
    ------
    ValueError
        If a float lies outside 0 to 1, or the dtype is another.

    See Also
    --------
    encode_srgb : the way back.

    Examples
    --------
    >>> from convbook import decode_srgb
    >>> round(float(decode_srgb(0.5)), 3)  # half the number is a fifth of the light
    0.214
    """
    return _light("encoded", encoded)


def encode_srgb(light: ArrayLike) -> Array:
    r"""Turn amounts of light into the numbers of an sRGB image.

    .. math::

       \begin{cases} 12.92 \, l & l \le 0.0031308 \\
       1.055 \, l^{1/2.4} - 0.055 & l > 0.0031308 \end{cases}

    Parameters
    ----------
    light : ndarray, or what becomes one: a number, a list
        Floats from 0 to 1.

    Returns
    -------
    ndarray
        Floats from 0 to 1, in the dtype of `light`. For bytes, multiply by 255 and round.

    Raises
    ------
    ValueError
        If a number lies outside 0 to 1 or is no float.

    See Also
    --------
    decode_srgb : the way back.

    Examples
    --------
    >>> from convbook import encode_srgb
    >>> round(255 * float(encode_srgb(0.5)))
    188
    """
    rule = "floats from 0 to 1"
    given = _checks.numbers("light", light)
    if given.dtype.kind in "iu":
        raise ValueError(f"light must hold {rule}, got dtype {given.dtype}")
    amount = _fractions("light", light, rule)
    return _encode(amount.astype(sum_dtype(amount.dtype))).astype(amount.dtype)


def share_across_channels(kernel: NDArray[Number], channels: int = 3) -> NDArray[Number]:
    """Use one slice for every channel: the weight of a convolution that sees only their sum.

    Parameters
    ----------
    kernel : ndarray of shape (K_h, K_w)
        The slice that all channels share.
    channels : int
        Number of channels of the images it will meet.

    Returns
    -------
    ndarray of shape (1, channels, K_h, K_w)
        A new weight for :func:`~convbook.conv2d`.

    Raises
    ------
    ValueError
        If `kernel` is not flat or `channels` is not a positive integer.

    See Also
    --------
    stack : puts kernels on top of each other.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import conv2d, share_across_channels
    >>> image, kernel = np.arange(27).reshape(3, 3, 3), np.arange(4).reshape(2, 2)
    >>> shared = conv2d(image, share_across_channels(kernel))
    >>> (shared == conv2d(image.sum(axis=0)[None], kernel[None, None])).all()
    np.True_
    """
    flat = _checks.numbers("kernel", kernel, "K_h, K_w")
    _checks.nonempty("kernel", flat, 2)
    count = _checks.integer("channels", channels, 1)
    _checks.memory("channels", channels, (1, count, *flat.shape), flat.dtype)
    return np.tile(flat, (1, count, 1, 1))


@silently()
def _weigh(image: Array, w: list[float]) -> Array:
    """Return the weighted mean of three channels, as one channel."""
    red, green, blue = np.split(image, 3, axis=-3)
    mean: Array = (w[0] * red + w[1] * green + w[2] * blue) / sum(w)
    return mean


@silently()
def _decode(v: Array) -> Array:
    """Return the light of encoded fractions."""
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


@silently()
def _encode(light: Array) -> Array:
    """Return the encoded fractions of light."""
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def _light(name: str, encoded: Any) -> Array:
    """Decode an argument."""
    v = _fractions(name, encoded, "bytes (uint8) or floats from 0 to 1")
    return _decode(v.astype(sum_dtype(v.dtype))).astype(v.dtype)


def _colour_image(image: Any) -> Array:
    """Check that an image has three channels of real numbers."""
    array = _checks.numbers("image", image, "N, 3, H, W", "3, H, W")
    if array.shape[-3] != 3:
        raise ValueError(f"image must have 3 channels, got shape {array.shape}")
    _checks.real("image", array)
    return array


def _weights(weights: Any) -> list[float]:
    """Check the weights of three channels, and keep whole ones whole."""
    w = _checks.numbers("weights", weights, "3")
    total = sum(w.tolist()) if w.dtype.kind != "c" else 0
    if w.shape != (3,) or not 0 < total < np.inf or not (w >= 0).all():
        raise ValueError(
            "weights must be three numbers, none negative and one positive, "
            f"got {_checks.brief(weights)}"
        )
    return [*w.tolist()]


def _fractions(name: str, values: Any, rule: str) -> Array:
    """Return numbers from 0 to 1, as floats."""
    array = _checks.numbers(name, values)
    if array.dtype == np.uint8:
        return array / 255
    if array.dtype.kind != "f":
        raise ValueError(f"{name} must hold {rule}, got dtype {array.dtype}")
    outside = array[(array < 0) | (array > 1)]  # a NaN is not refused: it stays one
    if outside.size:
        raise ValueError(f"{name} must hold {rule}, got {outside.flat[0]}")
    return array
