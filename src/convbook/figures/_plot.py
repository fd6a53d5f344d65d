"""A panel with scales: curves, strips of dots, bars and reference lines."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from convbook._typing import Array
from convbook.figures import _palette
from convbook.figures._marks import MIDDLES, Mark, number
from convbook.figures._panel import Panel

MARGIN = 3  # pixels


class Plot(Panel):
    """A panel whose axes have scales, with y upwards; its margins fit what is written there.

    Set limits, ticks and names of the scales on `ax`, as in Matplotlib.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.ax.tick_params(labelsize=self.sizes.small)
        for axis in (self.ax.xaxis, self.ax.yaxis):
            axis.label.set_fontsize(self.sizes.text)
        self.ax.set_axisbelow(True)

    def curve(
        self, x: Any, samples: Array, *, role: str, name: str, middle: str = "median",
        band: float = 0.5, **options: Any,
    ) -> Mark:  # fmt: skip
        """Draw the middle of samples over x, and the band that holds a part of them.

        Parameters
        ----------
        x : array_like of shape (n,)
            Places.
        samples : ndarray of shape (samples, n)
            Curves.
        role, name : str
            Role of the palette, and what the figure calls the curve.
        middle : str
            "median" or "mean".
        band : float
            Part of the samples that the band holds; 1 holds all.
        **options : object
            Options of the line.

        Returns
        -------
        Mark
            What was drawn; its values are those of the line.
        """
        low, high = np.quantile(samples, [0.5 - band / 2, 0.5 + band / 2], axis=0)
        ink, line = _palette.ink(role).light, np.asarray(MIDDLES[middle](samples, axis=0))
        self.ax.fill_between(x, low, high, color=ink, alpha=0.16, linewidth=0)
        self.ax.plot(x, line, color=ink, **options)
        return self._mark("curve", name, role, line, middle=middle, band=band)

    def area(self, x: Any, y: Any, *, role: str, name: str = "") -> Mark:
        """Fill the space between a line and zero; its values are those of y."""
        ink = _palette.ink(role).light
        self.ax.fill_between(x, y, 0, color=ink, alpha=0.3, linewidth=0)
        return self._mark("area", name, role, np.asarray(y))

    def strip(
        self, y: float, samples: Array, *, role: str, name: str, band: float = 1.0,
        spread: Array | None = None,
    ) -> Mark:  # fmt: skip
        """Draw a row of dots, a bar that holds a part of them, and their median.

        Parameters
        ----------
        y : float
            Height of the row.
        samples : ndarray of shape (n,)
            Places of the dots.
        role, name : str
            Role of the palette, and what the figure calls the row.
        band : float
            Part of the samples that the bar holds; 1 holds all.
        spread : ndarray, optional
            Samples that the bar holds a part of, if others than the dots.

        Returns
        -------
        Mark
            What was drawn.
        """
        each = np.asarray(samples).ravel()
        ends = np.quantile(each if spread is None else spread, [0.5 - band / 2, 0.5 + band / 2])
        self.line(ends, [y, y], role="line", width=7, solid_capstyle="butt", zorder=1)
        self.dots(each, np.full(each.shape, y), role=role, alpha=0.75)
        self.line([np.median(each)] * 2, [y - 0.34, y + 0.34], role="ink", width=2.6)
        return self._mark("strip", name, role, each, middle="median", band=band)

    def level(
        self, value: float, *, name: str, role: str = "quiet", across: bool = True, **options: Any
    ) -> Mark:
        """Draw a dashed line at one value: across the panel, or upright."""
        draw = self.ax.axhline if across else self.ax.axvline
        draw(value, color=_palette.ink(role).light, linewidth=1.2, linestyle=(0, (4, 2)), **options)
        return self._mark("level", name, role, np.asarray(value))

    def rows(self, names: Sequence[str], *, above: float = 0.6, below: float = 0.6) -> None:
        """Name the rows of things, from the top, with some space above and below them."""
        self.ax.set(ylim=(len(names) - 1 + below, -above))
        self.ax.set_yticks(range(len(names)), names)
        self.ax.tick_params(axis="y", length=0)
        self.ax.grid(axis="x")

    def ticks(self, axis: Literal["x", "y"], values: Any, form: str = "g") -> None:
        """Write some values at an axis, and no others."""
        getattr(self.ax, f"set_{axis}ticks")(values, [number(value, form) for value in values])
        self.ax.minorticks_off()

    def title(self, text: str, *, bold: bool = False) -> None:
        """Write a title above the left end of the panel."""
        weight = "bold" if bold else "normal"
        self.ax.set_title(text, loc="left", fontsize=self.sizes.text, fontweight=weight)

    def finish(self) -> None:
        """Shrink the axes until what is written around them fits into the panel."""
        figure: Any = self.ax.figure
        size, pixel = np.array([*figure.bbox.size] * 2), figure.dpi / 96
        left, top, right, bottom = self.rect
        inner = left + MARGIN, -bottom + MARGIN, right - MARGIN, -top - MARGIN
        wanted = pixel * np.array(inner) + np.array([0, size[1]] * 2)
        for _ in range(3):
            taken: Any = self.ax.get_tightbbox()
            edges = (self.ax.get_window_extent().extents + wanted - taken.extents) / size
            self.ax.set_position((*edges[:2], *(edges[2:] - edges[:2])))
