"""Figures of the page on traps: what looks like a convolution and is none."""

import numpy as np

from convbook._typing import Array
from convbook.figures._figure import Figure, drawing
from convbook.figures._planes import slide


@drawing
def wrapped(photo: Array) -> Figure:
    """Show a box sum of bytes that wrapped around beside the one that was meant.

    Parameters
    ----------
    photo : ndarray of uint8 and shape (H, W)
        Grey photograph.
    """
    if photo.dtype != np.uint8:
        raise ValueError(f"photo must have dtype uint8, got {photo.dtype}")
    ones = np.ones((3, 3))
    meant = slide(photo.astype(float), ones)
    got = slide(photo, ones.astype(np.uint8))
    fig = Figure()
    fig.pictures({"sum in float64": meant / 9, "sum in uint8": got.astype(float)}, columns=2, low=0,
                 high=255)  # fmt: skip
    fig.marks["sum in uint8"].derive(lost=float((got != meant).mean()))
    fig.say(
        "The sum over windows of one photograph in both dtypes. One is the photograph, "
        "softened. In the other {0:lost .0%} of the sums have wrapped around, and the picture "
        "is torn into bands and speckle.",
        fig.marks["sum in uint8"],
    )
    return fig
