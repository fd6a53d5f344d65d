"""A figure that can be touched where scripts run, and is the same drawing everywhere else."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from convbook._typing import Array
from convbook.figures._figure import Figure
from convbook.figures._palette import colours_of


class Explorable(Figure):
    """A figure inside a custom element that takes its place in a page with scripts.

    Parameters
    ----------
    name : str
        What to touch; ``docs/_static/explore/<name>.js`` defines the element ``<conv-name>``.
    settings : mapping
        What the element starts with: the state that the drawing shows.
    rooms : pair of float
        Height that the element needs in a wide and in a narrow column, in rem, so that nothing
        jumps when its script has come.
    """

    def __init__(
        self, name: str, settings: Mapping[str, Any], rooms: tuple[float, float]
    ) -> None:  # fmt: skip
        super().__init__()
        self.name, self.settings, self.rooms = name, settings, rooms

    def html(self) -> str:
        """Return the element around its drawing."""
        data = json.dumps(self.settings).replace("</", r"<\/")
        wide, narrow = self.rooms
        return (
            f'<div class="convbook-figure touch">'
            f'<conv-{self.name} style="--wide: {wide}rem; --narrow: {narrow}rem">'
            f'<script type="application/json">{data}</script>{self.svg()}'
            f"</conv-{self.name}></div>"
        )


def tones() -> list[int]:
    """Return the colours of signed numbers, the lowest first, as words of a canvas."""
    colours: Any = colours_of("signed")
    words: list[int] = colours(range(256), bytes=True).view("<u4").ravel().tolist()
    return words


def written(table: Array) -> str:
    """Write a table of numbers as a link does: commas within a row, slashes between rows."""
    return "/".join(",".join(f"{value:.12g}" for value in row) for row in np.atleast_2d(table))
