"""One drawing area of a figure, and the marks that it can draw.

Coordinates count cells: x to the right, y downwards. Every mark takes a role of the palette; one
with a name is remembered, so that the figure can speak of it.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Ellipse, FancyArrowPatch, Rectangle

from convbook._typing import Array
from convbook.figures import _cells, _layout, _palette
from convbook.figures._marks import Mark, number
from convbook.figures._palette import LIGHT

Point = tuple[float, float]
SIDES: dict[str, tuple[float, float, str, str]] = {
    "top": (0.5, 0, "center", "bottom"),
    "bottom": (0.5, 1, "center", "top"),
    "left": (0, 0.5, "right", "center"),
    "right": (1, 0.5, "left", "center"),
}
"""Where a label stands, as a part of its mark's size, and how it is aligned."""


class Panel:
    """A part of a figure with one pair of axes.

    Parameters
    ----------
    ax : Axes
        Matplotlib's axes, for what the marks cannot draw.
    rect : tuple of 4 floats
        Left, top, right and bottom in CSS pixels of the figure.
    scale : float
        How much a phone shrinks the panel.
    record : callable
        What remembers a mark.
    """

    def __init__(
        self, ax: Axes, rect: tuple[float, float, float, float], scale: float,
        record: Callable[[Mark], Mark],
    ) -> None:  # fmt: skip
        self.ax, self.rect, self.scale = ax, rect, scale
        self.sizes = _layout.sizes(scale)
        self._record = record

    @property
    def pixel(self) -> float:
        """How many cells a CSS pixel is."""
        return float(abs(self.ax.get_xlim()[1]) / (self.rect[2] - self.rect[0]))

    @property
    def line_height(self) -> float:
        """Height of a line of text, in cells."""
        return 1.25 * self.sizes.text * 96 / 72 * self.pixel

    def finish(self) -> None:
        """Do what has to wait until everything is drawn."""

    # -- Marks -------------------------------------------------------------------------------

    def cells(
        self, values: Array | Sequence[Any], *, role: str, name: str, at: Point = (0, 0),
        size: Point = (1, 1), strength: float | Array = 0.16, form: str | None = "g",
        text: str = "text", hatched: Array | None = None, struck: Array | None = None,
        label: str | None = None, largest: float | None = None,
    ) -> Mark:  # fmt: skip
        """Draw an array as boxes with its numbers inside.

        Parameters
        ----------
        values : array_like of shape (rows, columns)
            Numbers or words; a row alone may be flat.
        role : str
            Role of the palette. "signed" tints each box by its value: warm, cool, none at zero.
        name : str
            What the figure calls them.
        at : pair of float
            Top left corner.
        size : pair of float
            Width and height of a box.
        strength : float or ndarray
            Opacity of the tint, for all or for each.
        form : str or None
            Format of the numbers; None draws empty boxes.
        text : str
            Font size: "small", "text" or "large".
        hatched, struck : ndarray of bool, optional
            Which boxes are hatched instead of tinted, and which are struck out.
        label : str, optional
            Side on which the name is written: "top", "bottom", "left" or "right".
        largest : float, optional
            Value with the strongest tint, if signed; the largest magnitude unless given.

        Returns
        -------
        Mark
            What was drawn.
        """
        table = np.atleast_2d(np.asarray(values))
        tints = _cells.tints(table, role, strength, largest)
        for place, value in np.ndenumerate(table):
            corner = at[0] + size[0] * place[1], at[1] + size[1] * place[0]
            look = _cells.Look(
                *tints[place], _cells.chosen(hatched, place), _cells.chosen(struck, place)
            )
            words = None if form is None else number(value, form)
            _cells.draw(self, corner, size, look, words, text)
        return self._mark("cells", name, role, np.asarray(values), at, (
            size[0] * table.shape[1], size[1] * table.shape[0]), label=label)  # fmt: skip

    def picture(
        self, values: Array, *, role: str, name: str, at: Point = (0, 0),
        size: Point | None = None, low: float | None = None, high: float | None = None,
        label: str | None = None, outlined: bool = True,
    ) -> Mark:  # fmt: skip
        """Draw an array as a picture.

        Parameters
        ----------
        values : ndarray of shape (H, W), (H, W, 3) or (H, W, 4)
            Pixels; what is not a number, or has an alpha of 0, is clear.
        role : str
            "image" in greys, "colour", "amount" from dark to light, or "signed" about a zero.
        name : str
            What the figure calls it.
        at, size : pair of float
            Top left corner, width and height; one cell a pixel unless given.
        low, high : float, optional
            Values of the darkest and the lightest pixel; signed ones need `high` alone.
        label : str, optional
            Side on which the name is written.
        outlined : bool, default True
            Whether a thin line goes round it.
        """
        width, height = size or (values.shape[1], values.shape[0])
        if role == "signed":
            high = high or float(np.nanmax(abs(values))) or 1.0
            low = -high
        x, y = at
        limits = self.ax.get_xlim(), self.ax.get_ylim()
        self.ax.imshow(values, cmap=_palette.colours_of(role), vmin=low, vmax=high, aspect="auto",
                       extent=(x, x + width, y + height, y), clip_on=False)  # fmt: skip
        self.ax.set(xlim=limits[0], ylim=limits[1])
        if outlined:
            self.box(at, (width, height), role="line", strength=0)
        return self._mark("picture", name, role, values, at, (width, height), label=label)

    def titled_picture(
        self, values: Array, name: str, role: str, low: float | None, high: float | None
    ) -> Mark:
        """Fill the panel with a picture below its name."""
        left, top, right, bottom = self.rect
        width, height = right - left, bottom - top
        self.ax.set(xlim=(0, width), ylim=(height, 0))
        self.ax.axis("off")
        size = width - 2, (width - 2) * values.shape[0] / values.shape[1]
        return self.picture(values, role=role, name=name, at=(1, height - size[1] - 1), size=size,
                            low=low, high=high, label="top")  # fmt: skip

    def box(
        self, at: Point, size: Point = (1, 1), *, role: str, name: str = "",
        strength: float = 0.16, width: float = 1.0, **options: Any,
    ) -> Mark:  # fmt: skip
        """Draw a rectangle whose tint lets the page's own ground shine through."""
        ink = _palette.ink(role).light
        self.ax.add_patch(Rectangle(at, *size, facecolor=(ink, strength), edgecolor=ink,
                                    linewidth=width, clip_on=False, **options))  # fmt: skip
        return self._mark("box", name, role, np.empty(0), at, size)

    def frame(self, at: Point, size: Point = (1, 1), *, role: str, name: str = "") -> Mark:
        """Mark a region with a thick outline."""
        return self.box(at, size, role=role, name=name, strength=0, width=2.6, zorder=3)

    def ring(self, at: Point, spread: Point, *, role: str, name: str, sigmas: float = 2) -> Mark:
        """Draw the ellipse of so many standard deviations about a point."""
        width, height = 2 * sigmas * spread[0], 2 * sigmas * spread[1]
        self.ax.add_patch(Ellipse(at, width, height, fill=False, linewidth=2.2, clip_on=False,
                                  edgecolor=_palette.ink(role).light))  # fmt: skip
        corner = at[0] - width / 2, at[1] - height / 2
        return self._mark(
            "ring", name, role, np.array(spread), corner, (width, height), sigmas=sigmas
        )

    def arrow(self, start: Point, end: Point, *, role: str = "quiet") -> None:
        """Draw an arrow from one point to another."""
        self.ax.add_patch(FancyArrowPatch(
            start, end, arrowstyle="-|>", mutation_scale=self.sizes.text * 1.1, linewidth=1.4,
            color=_palette.ink(role).light, shrinkA=0, shrinkB=0, clip_on=False,
        ))  # fmt: skip

    def note(
        self, text: str, at: Point, *, role: str = "ink", size: str = "text", ha: str = "center",
        va: str = "center", bold: bool = False, name: str = "", values: Any = None,
        **options: Any,
    ) -> Mark:  # fmt: skip
        """Write words; with a name, and the numbers that they state, the figure can repeat them."""
        points = getattr(self.sizes, size)
        options = {"ha": ha, "va": "baseline" if va == "bottom" else va, "fontsize": points,
                   "color": _palette.ink(role).light, "annotation_clip": False,
                   "fontweight": "bold" if bold else "normal", **options}  # fmt: skip
        lines = text.split("\n")
        above = {"top": 0, "center": (len(lines) - 1) / 2}.get(va, len(lines) - 1)
        for number_, line in enumerate(lines):
            shift = 0, 1.25 * points * (above - number_)
            self.ax.annotate(line, at, shift, textcoords="offset points", **options)
        return self._mark(
            "note", name, role, np.asarray(text if values is None else values), at, (0, 0)
        )

    def line(
        self, x: Any, y: Any, *, role: str, name: str = "", width: float = 2.0,
        **options: Any,
    ) -> Mark:  # fmt: skip
        """Join points by a line; its values are those of y."""
        self.ax.plot(x, y, color=_palette.ink(role).light, linewidth=width, **options)
        return self._mark("line", name, role, np.asarray(y))

    def dots(
        self, x: Any, y: Any, *, role: str, name: str = "", size: float = 5.0,
        hollow: bool = False, shape: str = "o", **options: Any,
    ) -> Mark:  # fmt: skip
        """Draw points; their values are those of y."""
        ink = _palette.ink(role).light
        look: Any = {"markerfacecolor": "none" if hollow else ink, "mew": 1.2 if hollow else 0}
        if np.size(x):
            self.ax.plot(x, y, shape, color=ink, ms=size, clip_on=False, **look, **options)
        return self._mark("dots", name, role, np.asarray(y))

    def bars(
        self, values: Array | Sequence[float], *, role: str, name: str, at: Point = (0, 0),
        unit: float = 1.0, pitch: float = 1.0, width: float = 0.7, upright: bool = False,
    ) -> Mark:  # fmt: skip
        """Draw a bar for each value, all from one line.

        Parameters
        ----------
        values : array_like of shape (n,)
            Lengths; a zero draws nothing.
        role, name : str
            Role of the palette, and what the figure calls them.
        at : pair of float
            Where the first bar starts, in the middle of its width.
        unit : float
            Length of a value of one.
        pitch, width : float
            From one bar to the next, and across a bar.
        upright : bool
            Whether the bars stand; otherwise they lie, one below the other.

        Returns
        -------
        Mark
            What was drawn.
        """
        array = np.asarray(values)
        for place, value in enumerate(array.tolist()):
            shift = place * pitch - width / 2
            corner = (at[0] + shift, at[1]) if upright else (at[0], at[1] + shift)
            size = (width, value * unit) if upright else (value * unit, width)
            if value:
                self.box(corner, size, role=role, strength=0.55)
        return self._mark("bars", name, role, array)

    # -- Parts -------------------------------------------------------------------------------

    def _mark(
        self, kind: str, name: str, role: str, values: Array, at: Point = (0, 0),
        size: Point | None = None, *, label: str | None = None, **facts: Any,
    ) -> Mark:  # fmt: skip
        """Remember what was drawn, and write its name beside it where that is asked for."""
        if label is not None and size is not None:
            self._label(name, role, at, size, label)
        place = self.rect if size is None else self._pixels(at, size)
        return self._record(Mark(kind, name, role, values, place, facts))

    def _label(self, name: str, role: str, at: Point, size: Point, side: str) -> None:
        across, down, ha, va = SIDES[side]
        x, y = at[0] + across * size[0], at[1] + down * size[1]
        gap = 0.4 * self.line_height
        at = (x + gap * (2 * across - 1) * (ha != "center"),
              y + gap * (2 * down - 1) * (ha == "center"))  # fmt: skip
        self.note(name, at, role=role if role in LIGHT else "ink", ha=ha, va=va)

    def _pixels(self, at: Point, size: Point) -> tuple[float, float, float, float]:
        """Return the place of a region in CSS pixels of the figure."""
        (left, right), (bottom, top) = self.ax.get_xlim(), self.ax.get_ylim()
        across = (self.rect[2] - self.rect[0]) / (right - left)
        down = (self.rect[3] - self.rect[1]) / (bottom - top)
        x, y = self.rect[0] + across * (at[0] - left), self.rect[1] + down * (at[1] - top)
        low, high = sorted([y, y + down * size[1]])
        return x, low, x + across * size[0], high
