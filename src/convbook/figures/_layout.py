"""Where the panels of a figure stand: in a row on a desk, in one or more lines on a phone.

All lengths are CSS pixels. The column of a page is `COLUMN` wide, that of a phone `PHONE`.
"""

from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

COLUMN = 712
PHONE = 308  # between the margins of a screen 360 wide
GAP = 16
CELL = 48  # the largest side of a cell
SMALLEST = 9.2  # font size on a phone
LEAST_SCALE = 0.64  # a phone shrinks a panel to this rather than give it a line of its own
MOST_SCALE = 1.25


class Sizes(NamedTuple):
    """The three font sizes, in points."""

    small: float
    text: float
    large: float


def sizes(scale: float) -> Sizes:
    """Return the font sizes of panels that a phone draws at a scale; at least `SMALLEST` there."""
    small = max(12.8, SMALLEST / scale)
    return Sizes(0.75 * small, 0.75 * 1.12 * small, 0.75 * 1.35 * small)


def phone_scale(widths: Sequence[float]) -> float:
    """Return how much a phone shrinks the panels of a row, which may break into lines there."""
    for lines in range(1, len(widths) + 1):
        scale = max(_scale(broken) for broken in _breaks(widths, lines))
        if scale >= LEAST_SCALE:
            break
    return min(scale, MOST_SCALE)


def _breaks(widths: Sequence[float], lines: int) -> list[list[Sequence[float]]]:
    """List the ways to break a row into a number of lines."""
    ends = [(0, *inner, len(widths)) for inner in combinations(range(1, len(widths)), lines - 1)]
    return [[widths[a:b] for a, b in pairwise(end)] for end in ends]


def _scale(lines: list[Sequence[float]]) -> float:
    return min((PHONE - GAP * (len(line) - 1)) / sum(line) for line in lines)


def cell_side(widths: Sequence[float]) -> float:
    """Return the side of a cell when panels of so many cells share the column."""
    return min(CELL, (COLUMN - GAP * (len(widths) - 1)) / sum(widths))


def title(widths: Sequence[float], names: Sequence[str]) -> float:
    """Return the height of the names above the pictures of a row."""
    lines = 1 + max(name.count("\n") for name in names)
    return 96 / 72 * sizes(phone_scale(widths)).text * (1.25 * lines + 0.65)
