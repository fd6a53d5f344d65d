"""Banks of colour filters, drawn large and on one scale."""

from collections.abc import Sequence

from convbook._typing import Array
from convbook.figures._blocks import reach, tinted
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
    for place, (weight, kind) in enumerate(zip(filters, kinds, strict=True)):
        row, column = divmod(place, 3)
        at = 0.1 + 3.9 * column, 0.1 + 4.1 * row
        ax.picture(tinted(weight, scale), role="colour", name="", at=at, size=(3.4, 3.4))
        named = ax.note(kind, (at[0] + 1.7, at[1] + 3.72), name=f"tile {place}", values=kind)
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
    places = len(filters) + 2 * len(groups) + 1
    fig = Figure()
    ax = fig.panel(COLUMNS * 1.5, 1.5 * -(-places // COLUMNS))
    scale, place = reach(filters), 0
    fig.say("A mosaic of colour tiles, sorted by kind; a name stands before the first of each.")
    for kind, group in groups.items():
        place += place % COLUMNS == COLUMNS - 1  # a name takes two places of a line
        x, y = _corner(place)
        words = f"{kind} {len(group)}".replace(" ", "\n", 1)
        named = ax.note(words, (x + 1.4, y + 0.72), size="small", name=kind, values=len(group))
        for number, weight in enumerate(group, place + 2):
            ax.picture(tinted(weight, scale), role="colour", name="", at=_corner(number),
                       size=(1.44, 1.44))  # fmt: skip
        place += 2 + len(group)
        fig.say("{0:name}: {0:item}.", named)
    return fig


def _corner(place: int) -> tuple[float, float]:
    row, column = divmod(place, COLUMNS)
    return 1.5 * column + 0.03, 1.5 * row + 0.03
