"""Stand-ins for what the chapters import and a browser lacks: photographs, glue, a progress bar."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from cells import PHOTOGRAPHS

Floats = np.ndarray[Any, Any]

FOLDER = Path("/data")
"""Where the page puts the files that it has fetched, ``camera.npz`` say."""


class Bar:
    """A progress bar that shows nothing."""

    def __init__(self, steps: Any = (), *_: Any, **__: Any) -> None:
        self.steps = steps

    def __iter__(self) -> Any:
        return iter(self.steps)

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None: ...

    def update(self, *_: object) -> None:
        """Show nothing."""

    def set_postfix(self, *_: object, **__: object) -> None:
        """Show nothing."""


def stand_in(name: str, **content: Any) -> None:
    """Make a module that imports find, with its packages."""
    made = ModuleType(name)
    made.__dict__.update(content, __path__=[])
    sys.modules[name] = made
    parent, _, child = name.rpartition(".")
    if parent:
        if parent not in sys.modules:
            stand_in(parent)
        setattr(sys.modules[parent], child, made)


def photograph(name: str) -> Floats:
    """Return the pixels of a photograph."""
    with np.load(FOLDER / f"{name}.npz") as file:
        pixels: Floats = file["pixels"]
        return pixels


def load_digits() -> SimpleNamespace:
    """Return scikit-learn's digits."""
    with np.load(FOLDER / "digits.npz") as file:
        return SimpleNamespace(**file)


def rgb2gray(rgb: Floats) -> Floats:
    """Return the grey of a picture as scikit-image does, from 0 to 1."""
    scale = 255 if np.issubdtype(rgb.dtype, np.integer) else 1
    grey: Floats = rgb / scale @ np.array([0.2125, 0.7154, 0.0721])
    return grey


def resize(image: Floats, output_shape: tuple[int, int], order: int) -> Floats:
    """Return an image, its channels last, enlarged by cubic splines as scikit-image does it."""
    if order != 3 or any(new < old for new, old in zip(output_shape, image.shape, strict=False)):
        raise NotImplementedError("in this page, resize only enlarges, with order=3")
    rows, columns = (spline(*sizes) for sizes in zip(image.shape, output_shape, strict=False))
    made: Floats = np.einsum("iy,jx,yx...->ij...", rows, columns, image)
    return np.clip(made, image.min(), image.max())


def spline(old: int, new: int) -> Floats:
    """Return the matrix that takes old samples to new ones, mirrored at the border."""
    places = (np.arange(new) + 0.5) * old / new - 0.5
    return bumps(places, old) @ np.linalg.inv(bumps(np.arange(old), old))


def bumps(places: Floats, count: int) -> Floats:
    """Return the cubic B-splines at some places: a row for each, a column for each sample."""
    inside = np.zeros((len(places), count))
    for sample in range(1 - count, 2 * count - 1):
        far = np.abs(places - sample)
        bump = np.where(far < 1, (4 - 6 * far**2 + 3 * far**3) / 6, np.maximum(2 - far, 0) ** 3 / 6)
        inside[:, count - 1 - abs(count - 1 - abs(sample))] += bump
    return inside


def glue(name: str, value: object, display: bool = True) -> None:
    """Keep no number: the page's sentences have theirs."""


def arrange() -> None:
    """Put the stand-ins in place."""
    shots = {name: lambda name=name: photograph(name) for name in PHOTOGRAPHS}
    stand_in("skimage.data", **shots)
    stand_in(
        "sklearn.datasets",
        load_digits=load_digits,
        load_sample_image=lambda name: photograph(name.removesuffix(".jpg")),
    )
    stand_in("skimage.color", rgb2gray=rgb2gray)
    stand_in("skimage.transform", resize=resize)
    stand_in("myst_nb", glue=glue)
    stand_in("tqdm", tqdm=Bar)
    stand_in("threadpoolctl", threadpool_limits=nullcontext)
