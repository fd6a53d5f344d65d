"""The picture on the cover."""

import numpy as np

from convbook._typing import Array
from convbook.figures._explorable import Explorable
from convbook.figures._figure import Figure, drawing
from convbook.figures._photographs import address
from convbook.figures._planes import slide
from convbook.figures._worked import draw_worked

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
    settings = {
        "label": "a convolution, to be touched",
        "at": f"{at[0]},{at[1]}",
        "picture": address(image),
        "w": kernel.ravel().tolist(),
        "code": CODE,
    }
    fig = Explorable("cover", settings, (40, 34))
    result = slide(image, kernel)
    limit = 0.6 * abs(result).max()
    draw_worked(fig, image, result, kernel, at, (-limit, limit))
    fig.marks["its convolution"].derive(terms=np.size)
    fig.say("On the left a picture, a grey photograph of {a picture:size} pixels; on the right its "
            "convolution, in which the edges of the picture stand out in relief. Below, one of its "
            "{its convolution:terms} numbers worked out: {nine pixels:count} pixels, {nine pixels},"
            " times {nine weights:count} weights, {nine weights}, add up to {one sum:item}."
            )  # fmt: skip
    return fig
