"""The shift slider: a photograph that moves by a pixel, and what stride 2 makes of it."""

import numpy as np

from convbook import conv2d, pad
from convbook._typing import Array
from convbook.figures._explorable import Explorable
from convbook.figures._figure import Figure, drawing
from convbook.figures._photographs import address

CODE = [
    "import numpy as np",
    "from sklearn.datasets import load_sample_image",
    "from convbook import conv2d, pad",
    'grey = (load_sample_image("china.jpg") @ [0.299, 0.587, 0.114]).round()',
    "photo = grey[60:156, 170:298]",
    'ring = np.pad(photo, [(0, n) for n in photo.shape], mode="symmetric")',
    "moved = np.roll(ring, {shift}, axis=1)",
    "blur = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]) / 256",
    'closed = pad(moved[None], (2, 2, 2, 2), mode="circular")',
    "moved[::2, ::2], conv2d(closed, blur[None, None], stride=2)[0]",
]
BINOMIAL = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]) / 256


def halve(picture: Array, blur: bool) -> Array:
    """Keep every second pixel of a picture on a ring, after a blur if that is asked for."""
    ring = pad(picture[None], (2, 2, 2, 2), mode="circular")
    return conv2d(ring, BINOMIAL[None, None])[0, ::2, ::2] if blur else picture[::2, ::2]


def unexplained(picture: Array, shift: int, blur: bool) -> float:
    """Tell how much of the map's contrast changes, beyond its motion, when the picture shifts."""
    before, after = halve(picture, blur), halve(np.roll(picture, shift, axis=1), blur)
    turn = np.exp(-1j * np.pi * shift * np.fft.fftfreq(before.shape[1]))
    moved = (
        np.fft.ifft(np.fft.fft(before) * turn).real if shift % 2 else np.roll(before, shift // 2, 1)
    )
    return float((after - moved).std() / before.std())


@drawing
def shift_slider(photo: Array) -> Figure:
    """Show a photograph and the same one pixel further, halved with and without a blur.

    Parameters
    ----------
    photo : ndarray of shape (H, W)
        Grey photograph of whole numbers from 0 to 255, with even sides. Its mirror image
        continues it, so that it closes to a ring and can be shifted.
    """
    ring = np.pad(photo, [(0, n) for n in photo.shape], mode="symmetric").astype(float)
    moved = np.roll(ring, 1, axis=1)
    settings = {
        "label": "a picture that moves",
        "shift": "1",
        "picture": address(photo),
        "code": CODE,
    }
    fig = Explorable("shift", settings, (33, 31.5))
    height, width = (side // 2 for side in photo.shape)
    shown = {
        f"{name},\n{when}": halve(picture, blur)[:height, :width]
        for name, blur in (("stride 2", False), ("blurred", True))
        for when, picture in (("at 0", ring), ("at 1 pixel", moved))
    }
    marks = fig.pictures(shown, low=0, high=255)
    for mark, blur in ((marks[1], False), (marks[3], True)):
        mark.derive(changed=unexplained(ring, 1, blur))
    fig.say("A roof with every second pixel kept, before and after it moves by one pixel: with "
            "stride alone {1:changed .0%} of the contrast changes in a way that no motion explains,"
            " after a blur {3:changed .0%}. In the page on the web a slider moves the picture.",
            *marks)  # fmt: skip
    return fig
