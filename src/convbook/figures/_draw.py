"""Parts that several figures share. Coordinates count cells: x to the right, y downwards."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle

from convbook._typing import Array
from convbook.figures._figure import Figure
from convbook.figures._palette import LIGHT


def canvas(fig: Figure, width: float, height: float, place: Any = (0, 0, 1, 1)) -> Axes:
    """Return empty axes that count cells from the top left corner."""
    ax = fig.add_axes(place)
    ax.set(xlim=(0, width), ylim=(height, 0), aspect="equal")
    ax.axis("off")
    return ax


def inches(fig: Figure, width: float, height: float) -> Axes:
    """Return empty axes over the whole figure whose unit is an inch, with y downwards."""
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, width), ylim=(height, 0))
    ax.axis("off")
    return ax


def draw_cells(
    ax: Axes,
    values: Array | Sequence[Sequence[Any]],
    role: str,
    at: tuple[float, float] = (0, 0),
    *,
    strength: float = 0.16,
    fontsize: float = 12,
    fmt: str = "{}",
) -> None:
    """Draw an array as a grid of boxes with its values inside; `at` is the top left corner."""
    table = np.asarray(values)
    for (row, column), value in np.ndenumerate(table):
        x, y = at[0] + column, at[1] + row
        box(ax, (x, y), 1, 1, role, strength)
        ax.text(x + 0.5, y + 0.5, fmt.format(value), ha="center", va="center", fontsize=fontsize)


def draw_weights(
    ax: Axes,
    weight: Array,
    at: tuple[float, float] = (0, 0),
    *,
    scale: float | None = None,
    fontsize: float = 12,
    fmt: str = "{:g}",
) -> None:
    """Draw a kernel: warm boxes for positive weights, cool ones for negative, none for zero."""
    largest = scale or abs(weight).max() or 1
    for (row, column), value in np.ndenumerate(weight):
        x, y = at[0] + column, at[1] + row
        role = "positive" if value > 0 else "negative"
        box(ax, (x, y), 1, 1, role, 0.55 * abs(value) / largest, edge="quiet")
        text = fmt.format(value).replace("-", "\N{MINUS SIGN}")
        ax.text(x + 0.5, y + 0.5, text, ha="center", va="center", fontsize=fontsize)


def draw_image(
    ax: Axes, image: Array, *, low: float | None = None, high: float | None = None
) -> None:
    """Show a plane of numbers in greys, or an (H, W, 3) array in colour, without ticks."""
    ax.imshow(image, cmap="gray", vmin=low, vmax=high)
    ax.set(xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set(visible=True, color=LIGHT["line"], linewidth=0.8)


def box(
    ax: Axes,
    at: tuple[float, float],
    width: float,
    height: float,
    role: str,
    strength: float = 0.16,
    *,
    edge: str | None = None,
    linewidth: float = 1.0,
    **options: Any,
) -> None:
    """Add a rectangle whose tint lets the page's own ground shine through."""
    ax.add_patch(
        Rectangle(
            at,
            width,
            height,
            facecolor=(LIGHT[role], strength),
            edgecolor=LIGHT[edge or role],
            linewidth=linewidth,
            **options,
        )
    )


def frame(ax: Axes, at: tuple[float, float], width: float, height: float, role: str) -> None:
    """Mark a region with a thick outline."""
    box(ax, at, width, height, role, 0, linewidth=2.6, zorder=3)


def arrow(
    ax: Axes, start: tuple[float, float], end: tuple[float, float], role: str = "quiet"
) -> None:
    """Draw an arrow from one point to another."""
    ax.add_patch(
        FancyArrowPatch(
            start, end, arrowstyle="-|>", mutation_scale=13, color=LIGHT[role], linewidth=1.4,
            shrinkA=0, shrinkB=0,
        )
    )  # fmt: skip


def label(ax: Axes, x: float, y: float, text: str, role: str = "ink", **options: Any) -> None:
    """Write beside a thing what it is."""
    options = {"ha": "center", "va": "center", "fontsize": 11, **options}
    ax.text(x, y, text, color=LIGHT[role], **options)


def listed(numbers: Array | Sequence[float]) -> str:
    """Write numbers one after the other, for a description."""
    return ", ".join(f"{number:g}" for number in np.ravel(numbers))
