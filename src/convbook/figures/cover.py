"""The picture on the cover."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import ConnectionPatch

from convbook import conv2d
from convbook._typing import Array
from convbook.figures import _draw
from convbook.figures._draw import listed
from convbook.figures._explorable import Explorable
from convbook.figures._figure import Figure, drawing
from convbook.figures._palette import LIGHT
from convbook.figures._photographs import address

CODE = [
    "import skimage.data",
    "from convbook import KERNELS, conv2d, luma",
    "grey = luma(skimage.data.chelsea()[8:248, 60:420].transpose(2, 0, 1))[0]",
    "picture = grey.reshape(120, 2, 180, 2).mean(axis=(1, 3)).round()",
    'kernel = KERNELS["top edge"]',
]
"""The page's own picture and kernel, as a program."""


@drawing
def cover(image: Array, kernel: Array, at: tuple[int, int]) -> Figure:
    """Show one convolution whole: picture, nine products, one sum, picture.

    Parameters
    ----------
    image : ndarray of shape (H, W)
        Grey photograph.
    kernel : ndarray of shape (3, 3)
        Kernel.
    at : pair of int
        Row and column of the output whose arithmetic is shown.
    """
    row, column = at
    result = conv2d(image[None], kernel[None, None])[0]
    patch, value = image[row : row + 3, column : column + 3], result[at]
    settings = {
        "label": "a convolution, to be touched",
        "at": f"{row},{column}",
        "picture": address(image),
        "w": kernel.ravel().tolist(),
        "code": CODE,
    }
    fig = Explorable("cover", settings, 6.5, 5.1, (40, 34))
    aspect = image.shape[0] / image.shape[1]
    width = 0.475
    height = width * aspect * 6.5 / 5.1
    left = fig.add_axes((0.005, 0.99 - height - 0.06, width, height))
    right = fig.add_axes((0.52, 0.99 - height - 0.06, width, height))
    _draw.draw_image(left, image, low=0, high=255)
    limit = 0.6 * abs(result).max()
    _draw.draw_image(right, result, low=-limit, high=limit)
    left.set_title("a picture", fontsize=14)
    right.set_title("its convolution", fontsize=14)
    sums = _draw.canvas(fig, 13.2, 5.2, (0.0, 0.0, 1.0, 5.2 / 13.2 * 6.5 / 5.1))
    _patch(sums, patch, (0.5, 1.1))
    _draw.draw_weights(sums, kernel, (5.1, 1.1), fontsize=15)
    _draw.label(sums, 4.3, 2.6, "\N{MULTIPLICATION SIGN}", fontsize=20)
    _draw.label(sums, 8.95, 2.6, "=", fontsize=20)
    _draw.box(sums, (9.8, 1.85), 2.6, 1.5, "output", 0.18)
    _draw.label(sums, 11.1, 2.6, f"{value:g}".replace("-", "\N{MINUS SIGN}"), fontsize=20)
    _draw.label(sums, 2.0, 4.6, "nine pixels", fontsize=14)
    _draw.label(sums, 6.6, 4.6, "nine weights", fontsize=14)
    _draw.label(sums, 11.1, 4.6, "one sum", fontsize=14)
    _connect(left, (column + 1, row + 1), sums, (2.0, 1.05), "-|>")
    _connect(right, (column, row), sums, (11.1, 1.8), "<|-")
    terms = int(np.prod(result.shape))
    fig.alt = (
        f"Left, a grey photograph of {image.shape[0]} by {image.shape[1]} pixels; right, its "
        "convolution, in which the edges of the picture stand out in relief. Below, one of its "
        f"{terms} numbers worked out: nine pixels, {listed(patch)}, times nine weights, "
        f"{listed(kernel)}, add up to {value:g}."
    )
    return fig


def _patch(ax: Axes, patch: Array, at: tuple[float, float]) -> None:
    """Draw pixels as boxes in their own grey, with their values."""
    for (row, column), value in np.ndenumerate(patch):
        _draw.box(ax, (at[0] + column, at[1] + row), 1, 1, "input", 0.16)
        _draw.label(ax, at[0] + column + 0.5, at[1] + row + 0.5, f"{value:g}", fontsize=14)


def _connect(
    ax: Axes, pixel: tuple[float, float], below: Axes, end: tuple[float, float], arrow: str
) -> None:
    """Join a marked pixel of a picture to its arithmetic."""
    ax.plot(*pixel, marker="s", markersize=7, color=LIGHT["kernel"], fillstyle="none", mew=2.2)
    ax.figure.add_artist(
        ConnectionPatch(
            pixel, end, ax.transData, below.transData, color=LIGHT["kernel"], linewidth=1.6,
            arrowstyle=arrow, mutation_scale=14, shrinkA=5, shrinkB=2,
        )
    )  # fmt: skip
