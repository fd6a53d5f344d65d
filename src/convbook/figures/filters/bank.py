"""Banks of colour filters, drawn large and on one scale."""

from collections.abc import Sequence

import numpy as np

from convbook._typing import Array
from convbook.figures._blocks import mosaic, reach, tinted
from convbook.figures._figure import Figure, drawing
from convbook.filters import FILTER_KINDS

COLUMNS = 10


@drawing
def nine_filters(filters: Array, kinds: Sequence[str]) -> Figure:
    """Show nine colour filters large, each with its kind.

    Parameters
    ----------
    filters : ndarray of shape (9, 3, K, K)
        Kernels that read red, green and blue; all are drawn on one scale.
    kinds : sequence of str
        What each is called.
    """
    fig = Figure()
    ax = fig.panel(11.4, 12.2)
    scale = reach(filters)
    fig.say("Colour tiles, each with its name.")
    places = [divmod(place, 3) for place in range(9)]
    tiles = np.stack([tinted(weight, scale) for weight in filters])
    mosaic(ax, tiles, (0.1, 0.1), 3.4, (3.9, 4.1), role="colour", places=places)
    for place, ((row, column), kind) in enumerate(zip(places, kinds, strict=True)):
        at = 1.8 + 3.9 * column, 3.82 + 4.1 * row
        named = ax.note(kind, at, name=f"tile {place}", values=kind)
        fig.say("{0:item}," if place < 8 else "{0:item}.", named)
    fig.say("Edges are bright beside dark, gratings are stripes, colour blobs are one plain "
            "colour, opponent edges are one colour beside another.")  # fmt: skip
    return fig


@drawing
def sorted_filters(filters: Array, kinds: Sequence[str]) -> Figure:
    """Show a bank of colour filters as one mosaic, sorted by kind.

    Parameters
    ----------
    filters : ndarray of shape (N, 3, K, K)
        Kernels that read red, green and blue; all are drawn on one scale.
    kinds : sequence of str
        What each is called, one of `convbook.FILTER_KINDS`.
    """
    groups = {kind: [w for w, k in zip(filters, kinds, strict=True) if k == kind]
              for kind in FILTER_KINDS}  # fmt: skip
    groups = {kind: group for kind, group in groups.items() if group}
    fig = Figure()
    ax = fig.panel(COLUMNS * 1.5, 1.5 * -(-(len(filters) + 2 * len(groups) + 1) // COLUMNS))
    scale, place, places = reach(filters), 0, list[tuple[int, int]]()
    fig.say("A mosaic of colour tiles, sorted by kind; a name stands before the first of each.")
    for kind, group in groups.items():
        place += place % COLUMNS == COLUMNS - 1  # a name takes two places of a line
        row, column = divmod(place, COLUMNS)
        words = f"{kind} {len(group)}".replace(" ", "\n", 1)
        named = ax.note(words, (1.5 * column + 1.43, 1.5 * row + 0.75), size="small", name=kind,
                        values=len(group))  # fmt: skip
        places += [divmod(place + 2 + number, COLUMNS) for number in range(len(group))]
        place += 2 + len(group)
        fig.say("{0:name}: {0:item}.", named)
    tiles = np.stack([tinted(weight, scale) for group in groups.values() for weight in group])
    mosaic(ax, tiles, (0.03, 0.03), 1.44, (1.5, 1.5), role="colour", places=places)
    return fig
