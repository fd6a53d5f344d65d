"""The kernel bench: photographs through kernels, to be touched."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from convbook import _checks, avg_pool2d, conv2d, max_pool2d, stack
from convbook._typing import Array
from convbook.figures._explorable import Explorable, tones, written
from convbook.figures._figure import Figure, drawing
from convbook.figures._photographs import PHOTOGRAPHS
from convbook.figures._planes import looks, slide
from convbook.figures._worked import draw_worked

POOLINGS = {
    "none": (None, 1),
    "max 2×2": (max_pool2d, 2),
    "mean 2×2": (avg_pool2d, 2),
    "max 4×4": (max_pool2d, 4),
    "mean 4×4": (avg_pool2d, 4),
}

OWN = (
    'np.asarray(ImageOps.fit(ImageOps.exif_transpose(Image.open("yours.png")).convert("RGB"), '
    "(320, 320)))"
)
"""The expression that turns and cuts a reader's own picture as the page does."""


@drawing
def bench(
    photo: Array,
    kernels: Mapping[str, Array],
    shown: str,
    at: tuple[int, int],
    picture: str = "cameraman",
) -> Figure:
    """Show a photograph through one kernel, and one of its sums; all of it can be changed.

    Parameters
    ----------
    photo : ndarray of shape (H, W)
        Grey photograph with pixels from 0 to 255.
    kernels : mapping of str to ndarray of shape (3, 3)
        Kernels to choose from.
    shown : str
        The kernel to begin with.
    at : pair of int
        Row and column of the output whose sum is worked out.
    picture : str
        The same photograph in its full size, for the page: "cameraman", "cat", "coffee", "brick".
    """
    _checks.choice("shown", shown, kernels)
    _checks.choice("picture", picture, PHOTOGRAPHS)
    kernel = kernels[shown]
    result = slide(photo, kernel)
    scale = PHOTOGRAPHS[picture].side // len(photo)
    settings = _settings(kernels, [shown], [scale * k for k in at], picture, ["colour"])
    fig = Explorable("bench", settings, (56.25, 51))
    draw_worked(fig, photo, result, kernel, at)
    fig.marks["nine weights"].derive(kernel=shown)
    fig.say("A picture, the kernel {nine weights:kernel} with the weights {nine weights}, and its "
            "convolution, with results from {its convolution:min .0f} to {its convolution:max .0f}."
            " One of them is worked out: the pixels {nine pixels} times the weights add up to "
            "{one sum:item}. On the web page the picture, the weights and the place can be "
            "changed.")  # fmt: skip
    return fig


@drawing
def bench_stack(
    photo: Array, kernels: Mapping[str, Array], shown: Sequence[str], pooling: str = "max 4×4"
) -> Figure:
    """Show a photograph through a stack of kernels and a pooling; all of it can be changed.

    Parameters
    ----------
    photo : ndarray of shape (H, W)
        Grey photograph with pixels from 0 to 255.
    kernels : mapping of str to ndarray of shape (3, 3)
        Kernels to choose from.
    shown : sequence of str
        Four kernels to begin with.
    pooling : str
        What follows: "none", "max 2×2", "mean 2×2", "max 4×4" or "mean 4×4".
    """
    for name in shown:
        _checks.choice("shown", name, kernels)
    _checks.choice("pooling", pooling, POOLINGS)
    pool, size = POOLINGS[pooling]
    maps = conv2d(photo[None], stack(kernels[name] for name in shown))
    pooled = pool(maps, size) if pool else maps
    controls = ["colour", "stack", "stride", "pool"]
    settings = _settings(kernels, shown, [110, 150], "cameraman", controls, pooling)
    fig = Explorable("bench", settings, (61.5, 86.5))
    title = f"input {(1, *photo.shape)}"
    fig.pictures({title: photo}, columns=2, low=0, high=255)
    fig.say("A photograph of {0:size} pixels, and what kernels and a pooling, {0:pooling}, make of "
            "it: maps of coarse squares, with their smallest and largest results.",
            fig.marks[title].derive(pooling=pooling))  # fmt: skip
    panels = fig.row(*[(4, 4.6)] * len(shown))
    for panel, (o, name), result in zip(panels, enumerate(shown), pooled, strict=True):
        role, high = looks(result, kernels[name])
        mark = panel.titled_picture(result, f"{o} {name}", role, 0, high)
        fig.say("{0:name}, {0:size}: {0:min .0f} to {0:max .0f}.", mark)
    fig.panel(8, 0.7).note(f"output {pooled.shape}", (4, 0.35), role="output")
    fig.say("On the web page the picture, the kernels, stride and pooling can be changed.")
    return fig


def _settings(
    kernels: Mapping[str, Array],
    shown: Sequence[str],
    at: Sequence[int],
    picture: str,
    controls: Sequence[str],
    pooling: str = "none",
) -> dict[str, Any]:
    """Say what the page's bench begins with."""
    return {
        "label": "photographs through kernels",
        "w": written(np.array([kernels[name].ravel() for name in shown])),
        "which": "0",
        "at": ",".join(map(str, at)),
        "picture": picture,
        "colour": "false",
        "stride": "1",
        "pool": pooling,
        "kernels": {name: kernel.ravel().tolist() for name, kernel in kernels.items()},
        "pictures": {name: cut.code for name, cut in PHOTOGRAPHS.items()},
        "controls": list(controls),
        "own": OWN,
        "tones": tones(),
    }
