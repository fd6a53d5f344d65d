"""How one box of a table looks: its tint, its number, hatched or struck out."""

from typing import Any, NamedTuple

import numpy as np

from convbook._typing import Array

Point = tuple[float, float]
HATCH: Any = {"hatch": "////", "linestyle": (0, (3, 2))}


class Look(NamedTuple):
    """The tint of a box, and whether it is hatched instead, or struck out."""

    role: str
    strength: float
    hatched: bool = False
    struck: bool = False


def tints(
    table: Array, role: str, strength: float | Array, largest: float | None
) -> dict[Any, tuple[str, float]]:
    """Return the role and the opacity of each box; signed numbers give both."""
    if role != "signed":
        opacity = np.broadcast_to(strength, table.shape)
        return {place: (role, float(opacity[place])) for place in np.ndindex(table.shape)}
    most = largest or abs(table).max() or 1
    return {
        place: ("positive" if value > 0 else "negative", 0.55 * min(abs(value) / most, 1.0))
        for place, value in np.ndenumerate(table)
    }


def chosen(which: Array | None, place: tuple[int, ...]) -> bool:
    """Return whether a box is one of those."""
    return which is not None and bool(np.atleast_2d(which)[place])


def draw(panel: Any, at: Point, size: Point, look: Look, words: str | None, text: str) -> None:
    """Draw one box with its words."""
    if look.hatched:
        # A tint would make the hatching as pale as itself: SVG gives both one opacity.
        panel.box(at, size, role="padding", strength=0, **HATCH)
        inner = at[0] + 0.2 * size[0], at[1] + 0.2 * size[1]
        panel.box(inner, (0.6 * size[0], 0.6 * size[1]), role="paper", strength=0.88, width=0)
    else:
        panel.box(at, size, role=look.role, strength=look.strength)
    if words is not None:
        middle = at[0] + size[0] / 2, at[1] + size[1] / 2
        panel.note(words, middle, role="quiet" if look.struck else "ink", size=text)
    if look.struck:
        x, y = at[0] + 0.15 * size[0], at[1] + 0.8 * size[1]
        panel.line([x, x + 0.7 * size[0]], [y, y - 0.6 * size[1]], role="quiet", width=1.2)
