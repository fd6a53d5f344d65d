"""The kernel bench: photographs through kernels, to be touched."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from convbook import _checks, avg_pool2d, conv2d, max_pool2d, stack
from convbook._typing import Array
from convbook.figures import _draw
from convbook.figures._draw import listed
from convbook.figures._explorable import Explorable, written
from convbook.figures._figure import Figure, drawing
from convbook.figures._photographs import PHOTOGRAPHS

POOLINGS = {
    "none": (None, 1),
    "max 2×2": (max_pool2d, 2),
    "mean 2×2": (avg_pool2d, 2),
    "max 4×4": (max_pool2d, 4),
    "mean 4×4": (avg_pool2d, 4),
}

CODE = [
    "import numpy as np",
    "import skimage.data",
    "from convbook import _checks, avg_pool2d, conv2d, luma, max_pool2d",
    "photo = {photo}.transpose(2, 0, 1).astype(float)",
    "w = {w}.astype(float).reshape(-1, 1, 3, 3)",
    "{result}",
]
OWN = 'np.asarray(PIL.Image.open("yours.png").convert("RGB"))'


@drawing
def bench(
    photo: Array,
    kernels: Mapping[str, Array],
    shown: str,
    at: tuple[int, int],
    picture: str = "camera",
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
        The same photograph in its full size, for the page: "camera", "cat", "coffee", "brick".
    """
    _checks.choice("shown", shown, kernels)
    _checks.choice("picture", picture, PHOTOGRAPHS)
    kernel = kernels[shown]
    result = conv2d(photo[None], kernel[None, None])[0]
    patch = photo[at[0] : at[0] + 3, at[1] : at[1] + 3]
    scale = PHOTOGRAPHS[picture].side // len(photo)
    settings = _settings(kernels, [shown], [scale * k for k in at], picture, ["colour"])
    fig = Explorable("bench", settings, 5.4, 4.75, (55, 48))
    _picture(fig, (0.05, 1.8), 2.6, photo, (0, 255))
    _picture(fig, (2.75, 1.8), 2.6, result, _limits(result, kernel))
    ax = _draw.inches(fig, 5.4, 4.75)
    _draw.label(ax, 1.35, 0.18, "a picture", fontsize=12)
    _draw.label(ax, 4.05, 0.18, f"its convolution: {shown}", fontsize=12)
    for left, center in (0.05, at[1] + 1), (2.75, at[1]):
        x, y = left + 2.6 * center / len(photo), 0.35 + 2.6 * (at[0] + 1) / len(photo)
        _draw.box(ax, (x - 0.07, y - 0.07), 0.14, 0.14, "kernel", 0, linewidth=2.2)
    _sum(fig, patch, kernel, result[at])
    fig.alt = (
        f"A photograph, the kernel {shown} with the weights {listed(kernel)}, and its convolution, "
        f"with results from {result.min():.0f} to {result.max():.0f}. One of them is worked out: "
        f"the pixels {listed(patch)} times the weights add up to {result[at]:g}. In the page on "
        "the web the picture, the weights and the place can be changed."
    )
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
    settings = _settings(
        kernels, shown, [110, 150], "camera", ["colour", "stack", "stride", "pool"], pooling
    )
    fig = Explorable("bench", settings, 5.4, 3.9, (61, 82.5))
    ax = _draw.inches(fig, 5.4, 3.9)
    _picture(fig, (0.05, 1.6), 1.7, photo, (0, 255))
    _draw.label(ax, 0.9, 0.4, f"input {(1, *photo.shape)}", "input", fontsize=12)
    seen = []
    for o, (name, result) in enumerate(zip(shown, pooled, strict=True)):
        left, top = 2.0 + 1.72 * (o % 2), 0.35 + 1.9 * (o // 2)
        _picture(fig, (left, 3.9 - top - 1.55), 1.55, result, _limits(result, kernels[name]))
        _draw.label(ax, left, top - 0.14, f"{o}  {name}", fontsize=11.5, ha="left")
        seen.append(f"{name}, {result.min():.0f} to {result.max():.0f}")
    _draw.label(ax, 0.9, 2.75, f"output\n{pooled.shape}", "output", fontsize=12)
    fig.alt = (
        f"A photograph of {len(photo)} by {len(photo)} pixels and what {len(shown)} kernels and a "
        f"pooling, {pooling}, make of it: maps of {' by '.join(map(str, pooled.shape[1:]))} "
        f"coarse squares. Smallest and largest results: {'; '.join(seen)}. In the page on the web "
        "the picture, the kernels, stride and pooling can be changed."
    )
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
        "code": CODE,
        "own": OWN,
    }


def _limits(result: Array, kernel: Array) -> tuple[float, float]:
    """Return what is black and what is white; zero is mid-grey if the weights add up to zero."""
    limit = float(np.percentile(abs(result), 98))
    return (-limit, limit) if abs(kernel.sum()) < 1e-9 else (0, 255)


def _picture(
    fig: Figure,
    corner: tuple[float, float],
    side: float,
    plane: Array,
    limits: tuple[float, float],
) -> None:
    """Put a plane at a place given in inches, from the lower left corner."""
    width, height = fig.get_size_inches()
    ax = fig.add_axes((corner[0] / width, corner[1] / height, side / width, side / height))
    _draw.draw_image(ax, plane, low=limits[0], high=limits[1])


def _sum(fig: Figure, patch: Array, kernel: Array, value: float) -> None:
    """Draw nine pixels, nine weights and one sum."""
    ax = _draw.canvas(fig, 13.2, 4.1, (0, 0, 1, 4.1 / 13.2 * 5.4 / 4.75))
    _draw.draw_cells(ax, patch, "input", (0.5, 0.2), fontsize=13, fmt="{:g}")
    _draw.draw_weights(ax, kernel, (5.1, 0.2), fontsize=13)
    for x, sign in (4.3, "\N{MULTIPLICATION SIGN}"), (8.95, "="):
        _draw.label(ax, x, 1.7, sign, fontsize=18)
    _draw.box(ax, (9.8, 0.95), 2.6, 1.5, "output", 0.18)
    _draw.label(ax, 11.1, 1.7, f"{value:g}".replace("-", "\N{MINUS SIGN}"), fontsize=18)
    for x, name in (2, "nine pixels"), (6.6, "nine weights"), (11.1, "one sum"):
        _draw.label(ax, x, 3.65, name, fontsize=12)
