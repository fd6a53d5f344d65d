"""A green frog on red, painted in colours that grey cannot tell apart."""

from collections.abc import Iterator

import numpy as np

from convbook import _checks
from convbook._typing import Array
from convbook.channels.grey import REC_601

LUMA = 108.25  # the quarter lets every library, whether it rounds or cuts, come to 108

RED, ROSE, PLUM = (235, 55, 50), (254, 36, 98), (187, 61, 145)
LEAF, JADE, TEAL, GRASS = (18, 170, 27), (11, 159, 102), (15, 149, 143), (74, 144, 14)
GOLD, BLUSH, SAND = (175, 91, 22), (160, 100, 15), (130, 118, 1)
INK, SKY = (83, 93, 253), (8, 138, 218)

Colour = tuple[int, int, int]
Ellipse = tuple[float, float, float, float, Colour]
"""Centre x and y, half width and half height, colour; the picture reaches from -1 to 1."""


def frog(size: int = 128) -> Array:
    """Paint a green frog that vanishes in grey.

    Every pixel, frog or not, has the same Rec. 601 luma, 108.25, exactly. There are 114 colours
    of bytes with this luma, and the picture uses no other.

    Parameters
    ----------
    size : int
        Height and width in pixels.

    Returns
    -------
    ndarray of uint8 and shape (3, size, size)
        Red, green and blue from 0 to 255.

    Raises
    ------
    ValueError
        If `size` is not a positive integer.

    See Also
    --------
    luma : cannot tell its colours apart.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import frog, luma
    >>> picture = frog()
    >>> picture.shape
    (3, 128, 128)
    >>> np.unique(luma(picture))
    array([108.25])
    """
    size = _checks.integer("size", size, 1)
    _checks.memory("size", size, (4 * size, 4 * size, 3), np.dtype(float))
    fine = 4 * size  # painted larger and averaged, for smooth edges
    y, x = ((axis + 0.5) * 2 / fine - 1 for axis in np.ogrid[:fine, :fine])
    canvas = np.full((fine, fine, 3), RED, float)
    for left, top, width, height, colour in _ellipses():
        canvas[((x - left) / width) ** 2 + ((y - top) / height) ** 2 <= 1] = colour
    smooth = canvas.reshape(size, 4, size, 4, 3).mean(axis=(1, 3))
    return _nearest(smooth, colours_of_luma(LUMA)).transpose(2, 0, 1).copy()


def colours_of_luma(value: float) -> Array:
    """List the colours of bytes, (R, G, B) row by row, whose luma is exactly `value`."""
    red, blue = np.mgrid[:256, :256]
    weighted = round(value * 1000) - REC_601[0] * red - REC_601[2] * blue
    green, rest = np.divmod(weighted, REC_601[1])
    fits = (rest == 0) & (green >= 0) & (green < 256)
    colours: Array = np.stack([red, green, blue], axis=-1)[fits]
    return colours.astype(np.uint8)


def _nearest(image: Array, palette: Array) -> Array:
    """Replace each pixel of an (H, W, 3) image by the nearest colour of a palette."""
    seen, place = np.unique(image.reshape(-1, 3), axis=0, return_inverse=True)
    distance = ((seen[:, None] - palette.astype(float)) ** 2).sum(axis=-1)
    nearest: Array = palette[distance.argmin(axis=1)][place.ravel()]
    return nearest.reshape(image.shape)


def _ellipses() -> Iterator[Ellipse]:
    """Yield what the frog is made of, from back to front."""
    yield (0, 0.82, 0.94, 0.13, ROSE)  # where it sits
    yield from _two(0.52, 0.78, 0.34, 0.085, TEAL)  # hind feet and legs
    yield from _two(0.53, 0.765, 0.315, 0.065, JADE)
    yield from _two(0.53, 0.44, 0.31, 0.32, JADE, GRASS, LEAF)
    yield (0, 0.36, 0.46, 0.47, JADE)  # trunk
    yield (0, 0.31, 0.44, 0.44, LEAF)
    yield (0, 0.47, 0.27, 0.35, SAND)
    yield from _two(0.27, 0.50, 0.105, 0.29, JADE, GRASS, LEAF)  # arms and toes
    for x, y in ((0.40, 0.79), (0.16, 0.79), (0.28, 0.81)):
        yield from _two(x, y + 0.01, 0.105, 0.055, JADE)
        yield from _two(x, y, 0.095, 0.045, LEAF)
    yield from _two(0.35, -0.53, 0.23, 0.24, JADE, GRASS, LEAF)  # head
    yield (0, -0.16, 0.67, 0.43, TEAL)
    yield from _round(0, -0.18, 0.66, 0.41, JADE, GRASS, LEAF)
    yield from _two(0.35, -0.55, 0.165, 0.165, LEAF, GOLD)  # eyes
    yield from _two(0.35, -0.55, 0.125, 0.10, INK)
    yield from ((x, -0.585, 0.04, 0.035, SKY) for x in (0.39, -0.31))
    yield from _two(0.06, -0.22, 0.024, 0.016, TEAL)  # nostrils, smile and cheeks
    yield from ((x, 0.06 - 0.75 * x**2, 0.018, 0.018, PLUM) for x in np.linspace(-0.43, 0.43, 61))
    yield from _two(0.50, -0.10, 0.08, 0.05, BLUSH)


def _two(x: float, y: float, width: float, height: float, *colours: Colour) -> Iterator[Ellipse]:
    """Yield a part and its mirror image."""
    yield from _round(x, y, width, height, *colours)
    yield from _round(-x, y, width, height, *colours)


def _round(x: float, y: float, width: float, height: float, *colours: Colour) -> Iterator[Ellipse]:
    """Yield an ellipse; more colours add light above and leave the first as shade below."""
    inset = 0.09 * min(width, height)
    for layer, colour in enumerate(colours):
        less = inset * (layer > 0)
        lift = (0, inset, inset / 3)[layer]
        yield (x, y - lift, width - less, height - less * (1 + 0.4 * (layer > 1)), colour)
