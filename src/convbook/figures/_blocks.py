"""Tiles of filters and maps: colours, scales, and blocks of nine below a name."""

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


def block(
    panel: Panel, tiles: Array, name: str, at: Point, *, role: str = "signed",
    low: float | None = None, high: float | None = None, said: str = "",
    values: float | None = None,
) -> Mark:  # fmt: skip
    """Draw nine tiles three by three below a name, with what is measured on them in a line.

    Returns the mark of the name; its values are the number that the line states.
    """
    for place, tile in enumerate(tiles):
        row, column = divmod(place, 3)
        corner = at[0] + PITCH * column, at[1] + PITCH * row
        panel.picture(tile, role=role, name="", at=corner, size=(TILE, TILE), low=low, high=high)
    middle = at[0] + BLOCK / 2, at[1]
    return title(panel, name, middle, said, name=name, values=values)


def title(panel: Panel, text: str, at: Point, said: str = "", **named: Any) -> Mark:
    """Write a title above a place, and below it what was measured."""
    line = panel.line_height
    if said:
        panel.note(said, (at[0], at[1] - 0.5 * line), va="bottom", role="quiet", size="small")
    above = (1.5 if said else 0.3) * line
    return panel.note(text, (at[0], at[1] - above), va="bottom", **named)
