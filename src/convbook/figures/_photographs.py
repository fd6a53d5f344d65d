"""The photographs of the kernel bench: files of the site, and the code that cuts them."""

import base64
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from convbook._typing import Array


class Cut(NamedTuple):
    """A square of a photograph that scikit-image ships."""

    name: str
    top: int
    left: int
    side: int

    @property
    def code(self) -> str:
        """The expression that gives its pixels, of shape (side, side, 3)."""
        rows = f"{self.top}:{self.top + self.side}"
        pixels = f"skimage.data.{self.name}()[{rows}, {self.left}:{self.left + self.side}]"
        return f"np.dstack(3 * [{pixels}])" if self.name in GREY else pixels


GREY = ("brick", "camera")
PHOTOGRAPHS = {
    "cameraman": Cut("camera", 30, 50, 320),
    "cat": Cut("chelsea", 0, 75, 300),
    "coffee": Cut("coffee", 40, 140, 320),
    "brick": Cut("brick", 0, 0, 320),
}


def pixels(cut: Cut) -> Array:
    """Return the pixels of a cut, of shape (side, side) or (side, side, 3)."""
    import skimage.data  # noqa: PLC0415 (only the site needs it)

    photo: Array = getattr(skimage.data, cut.name)()
    return photo[cut.top : cut.top + cut.side, cut.left : cut.left + cut.side]


def write_photographs(folder: Path) -> None:
    """Write each photograph without loss, so that the page computes with the same numbers."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, cut in PHOTOGRAPHS.items():
        (folder / f"{name}.png").write_bytes(png(pixels(cut)))


def png(picture: Array) -> bytes:
    """Return a picture of bytes as a PNG file."""
    from PIL import Image  # noqa: PLC0415 (Matplotlib brings it)

    buffer = BytesIO()
    Image.fromarray(picture).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def address(picture: Any) -> str:
    """Return a picture of whole numbers from 0 to 255 as an address that holds it."""
    exact = np.asarray(picture).astype(np.uint8)
    if not np.array_equal(exact, picture):
        raise ValueError("picture must hold whole numbers from 0 to 255, got others")
    return f"data:image/png;base64,{base64.b64encode(png(exact)).decode()}"
