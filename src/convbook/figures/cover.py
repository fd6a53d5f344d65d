"""The pictures on the cover: one convolution to touch, and one picture for each chapter."""

from typing import NamedTuple

import numpy as np

from convbook import KERNELS, conv2d, convolution_matrix, kaiming_uniform, luma, pad, relu, unfold
from convbook._typing import Array
from convbook.figures._explorable import Explorable, written
from convbook.figures._figure import Figure, drawing
from convbook.figures._photographs import address
from convbook.figures._planes import brightest, slide
from convbook.figures._worked import draw_worked

CODE = [
    "import numpy as np",
    "import skimage.data",
    "from convbook import conv2d, luma",
    "grey = luma(skimage.data.chelsea()[8:248, 60:420].transpose(2, 0, 1))[0]",
    "picture = grey.reshape(120, 2, 180, 2).mean(axis=(1, 3)).round()",
]
"""The page's own picture, as a program."""


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
        "w": written(kernel.reshape(1, -1)),
        "kernels": {
            name: KERNELS[name].ravel().tolist()
            for name in ("top edge", "side edge", "outline", "sharpen", "box blur")
        },
        "code": CODE,
    }
    fig = Explorable("cover", settings, (41.5, 36.75))
    result = slide(image, kernel)
    limit = 0.6 * abs(result).max()
    draw_worked(fig, image, result, kernel, at, relief=limit)
    fig.marks["its convolution"].derive(terms=np.size)
    fig.say("On the left a picture, a grey photograph of {a picture:size} pixels; on the right its "
            "convolution, in which the edges of the picture stand out in relief. Below, one of its "
            "{its convolution:terms} numbers worked out: {nine pixels:count} pixels, {nine pixels},"
            " times {nine weights:count} weights, {nine weights}, add up to {one sum:item}."
            )  # fmt: skip
    return fig


class Topic(NamedTuple):
    """A chapter's picture: what it shows, in words, and how it is drawn."""

    said: str
    values: Array
    role: str = "image"
    high: float | None = None


@drawing
def contents(photo: Array) -> Figure:
    """Show a picture for each chapter, all made from one photograph.

    Parameters
    ----------
    photo : ndarray of shape (H, W, 3)
        Photograph in colour, from 0 to 1.
    """
    fig = Figure()
    fig.say("One picture for each chapter, all made from a photograph of a cat:")
    topics = _topics(photo, luma(photo.transpose(2, 0, 1))[0])
    panels = fig.grid(len(topics), (4, 3.2), 3)
    for panel, (name, topic) in zip(panels, topics.items(), strict=True):
        mark = panel.picture(topic.values, role=topic.role, name=name, at=(0, 0.5), size=(4, 2.7),
                             low=0, high=topic.high, label="top")  # fmt: skip
        fig.say(f"{{0:name}}, {topic.said};", mark)
    return fig


def _topics(photo: Array, grey: Array) -> dict[str, Topic]:
    """Return the chapters' pictures in their order."""
    edges = slide(grey, KERNELS["side edge"])
    matrix = convolution_matrix(KERNELS["side edge"][None, None], (8, 12))
    rows, columns = grey.shape[0] // 6, grey.shape[1] // 6
    eye = photo[2 * rows : 4 * rows, columns : 3 * columns].transpose(2, 0, 1)
    streaks = pad(eye, (columns, columns, rows, rows), mode="replicate").transpose(1, 2, 0)
    return {
        "Convolution": Topic("the edges", edges, "signed", brightest(edges)),
        "Matrix product": Topic("a matrix with bands of weights", matrix, "signed"),
        "Padding": Topic("an eye, continued by streaks", streaks, "colour"),
        "Channels": Topic("a third in each of red, green and blue", _channels(photo), "colour"),
        "Stacking": Topic("the maps of several kernels", _maps(grey), high=1),
        "Stride": Topic("every third pixel", grey[::3, ::3], high=1),
        "Initialization": Topic("the photograph, dying layer by layer", _dying(grey), high=1),
        "Filters": Topic("the waves of which its patches consist", _waves(grey), "signed", 0.3),
        "Fast algorithms": Topic("its spectrum", _spectrum(grey)),
    }


def _channels(photo: Array) -> Array:
    """Keep one channel in each third of a photograph."""
    third = np.arange(photo.shape[1]) * 3 // photo.shape[1]
    return np.asarray(photo * (third[:, None] == np.arange(3)))


def _maps(grey: Array) -> Array:
    """Return four maps of edges, side by side."""
    kernels = np.stack([KERNELS["side edge"], KERNELS["top edge"]])
    rising, level, falling, lower = relu(conv2d(grey[None], np.r_[kernels, -kernels][:, None]))
    return np.block([[rising, level], [lower, falling]])[::2, ::2]


def _dying(grey: Array, layers: int = 5) -> Array:
    """Return a photograph and the mean map of each layer of an ordinary random network."""
    rng = np.random.default_rng(0)
    x, maps = grey[None, ::2, ::2], [grey[::2, ::2]]
    for _ in range(layers):
        weight = kaiming_uniform((8, len(x), 3, 3), a=np.sqrt(5), rng=rng)
        x = relu(conv2d(x, weight, padding=1))
        maps.append(x.mean(axis=0))
    return np.block([maps[:3], maps[3:]])


def _waves(grey: Array, side: int = 9) -> Array:
    """Return the principal axes of a photograph's patches, as tiles."""
    patches = unfold(grey[None], side)
    axes = np.linalg.eigh(np.cov(patches - patches.mean(axis=0)))[1].T[:-7:-1]
    tiles = [np.pad(axis.reshape(side, side) * np.sign(axis[0]), 1) for axis in axes]
    return np.block([tiles[:3], tiles[3:]])


def _spectrum(grey: Array) -> Array:
    """Return how much of each wave a photograph holds, slow ones in the middle."""
    size = np.log1p(abs(np.fft.fftshift(np.fft.fft2(grey))))
    return np.asarray(np.maximum(0, size - np.median(size)))
