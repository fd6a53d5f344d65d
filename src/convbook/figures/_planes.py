"""One plane and one kernel: what their convolution is, and how both are shown."""

import numpy as np

from convbook import conv2d
from convbook._typing import Array
from convbook.figures._marks import Mark
from convbook.figures._panel import Panel, Point


def slide(plane: Array, kernel: Array) -> Array:
    """Convolve one plane with one kernel."""
    output: Array = conv2d(plane[None], kernel[None, None])[0]
    return output


def blind(kernel: Array) -> bool:
    """Return whether a kernel answers nothing where the picture is even."""
    return bool(abs(kernel.sum()) < 1e-9)


def brightest(result: Array) -> float:
    """Return the magnitude that is shown brightest: a few outliers may not darken the rest."""
    return float(np.percentile(abs(result), 98))


def whole(kernel: Array) -> tuple[Array, int]:
    """Return the weights as whole numbers, and the least denominator that they share."""
    scale = next(n for n in range(1, 1000) if np.allclose(n * kernel, np.round(n * kernel)))
    return np.round(scale * kernel).astype(int), scale


def looks(result: Array, kernel: Array) -> tuple[str, float]:
    """Return how a kernel's result is shown, and its brightest number.

    Signed, about its zero, if the kernel is blind to even areas; else as a picture.
    """
    return ("signed", brightest(result)) if blind(kernel) else ("image", 255.0)


def draw_map(
    ax: Panel, result: Array, kernel: Array, *, name: str, at: Point, size: Point
) -> Mark:  # fmt: skip
    """Show what a kernel found."""
    role, high = looks(result, kernel)
    return ax.picture(result, role=role, name=name, at=at, size=size, low=0, high=high)
