"""Tiles of filters and maps: colours, scales, mosaics, and blocks of nine below a name."""

from collections.abc import Sequence
from itertools import count
from typing import Any

import numpy as np

from convbook._typing import Array
from convbook.figures._marks import Mark
from convbook.figures._panel import Panel, Point

TILE = 1.38  # cells; three blocks stand side by side, and two on a phone
PITCH = 1.42
BLOCK = 2 * PITCH + TILE


def tinted(weight: Array, scale: float) -> Array:
    """Show the three slices of a kernel as red, green and blue; zero is mid-grey."""
    return np.asarray(np.clip(0.5 + np.moveaxis(weight, 0, -1) / (2 * scale), 0, 1))


def reach(weights: Array) -> float:
    """Return what the strongest colour stands for; the top two per cent share it."""
    return float(np.quantile(abs(weights), 0.98)) or 1.0


def mosaic(
    panel: Panel, tiles: Array, at: Point, size: float, pitch: Point, *, role: str,
    places: Sequence[tuple[int, int]], low: float | None = None, high: float | None = None,
) -> None:  # fmt: skip
    """Draw square tiles in rows and columns as one picture, which a page unpacks much faster.

    Parameters
    ----------
    panel : Panel
        Where they are drawn.
    tiles : ndarray of shape (N, K, K) or (N, K, K, 3)
        Pixels.
    at, size, pitch : pair of float, float, pair of float
        Top left corner, side of a tile, and way to the next one across and down, in cells.
    role, low, high : str, float, float
        As for `Panel.picture`.
    places : sequence of N pairs of int
        Row and column of each tile; between and beside them the picture is clear.
    """
    fine, gaps = _raster(tiles.shape[1], size, pitch)
    if tiles.ndim == 4:
        tiles = np.concatenate([tiles, np.ones_like(tiles[..., :1])], axis=3)
    tiles = tiles.astype(float).repeat(fine, axis=1).repeat(fine, axis=2)
    side = tiles.shape[1]
    steps = [side + gap for gap in gaps]
    rows, columns = (1 + max(axis) for axis in zip(*places, strict=True))
    shape = rows * steps[1] - gaps[1], columns * steps[0] - gaps[0], *tiles.shape[3:]
    pixels = np.full(shape, np.nan if tiles.ndim == 3 else 0.0)
    across, down = (way / step for way, step in zip(pitch, steps, strict=True))  # of a pixel
    for tile, (row, column) in zip(tiles, places, strict=True):
        top, left = row * steps[1], column * steps[0]
        pixels[top : top + side, left : left + side] = tile
        panel.box((at[0] + left * across, at[1] + top * down), (side * across, side * down),
                  role="line", strength=0)  # fmt: skip
    panel.picture(pixels, role=role, name="", at=at, low=low, high=high, outlined=False,
                  size=(shape[1] * across, shape[0] * down))  # fmt: skip


def _raster(side: int, size: float, pitch: Point) -> tuple[int, list[int]]:
    """Return how finely to repeat pixels so that whole ones fill the gaps, and how many do."""

    def gaps(fine: int) -> list[int]:
        return [max(1, round(fine * side * (way / size - 1))) for way in pitch]

    def error(fine: int) -> float:
        parts = (fine * side / (fine * side + gap) for gap in gaps(fine))
        return max(abs(way * part / size - 1) for way, part in zip(pitch, parts, strict=True))

    fine = next(fine for fine in count(1) if error(fine) < 0.025)
    return fine, gaps(fine)


def block(
    panel: Panel, tiles: Array, name: str, at: Point, *, role: str = "signed",
    low: float | None = None, high: float | None = None, said: str = "",
    values: float | None = None,
) -> Mark:  # fmt: skip
    """Draw nine tiles three by three below a name, with what is measured on them in a line.

    Returns the mark of the name; its values are the number that the line states.
    """
    mosaic(panel, tiles, at, TILE, (PITCH, PITCH), role=role, low=low, high=high,
           places=[divmod(place, 3) for place in range(9)])  # fmt: skip
    middle = at[0] + BLOCK / 2, at[1]
    return title(panel, name, middle, said, name=name, values=values)


def title(panel: Panel, text: str, at: Point, said: str = "", **named: Any) -> Mark:
    """Write a title above a place, and below it what was measured."""
    line = panel.line_height
    if said:
        panel.note(said, (at[0], at[1] - 0.5 * line), va="bottom", role="quiet", size="small")
    above = (1.5 if said else 0.3) * line
    return panel.note(text, (at[0], at[1] - above), va="bottom", **named)
