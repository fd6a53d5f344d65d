"""A Matplotlib figure of one or more panels, which remembers and describes what it drew."""

import base64
import functools
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from html import escape
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Any, ParamSpec, TypeVar

import matplotlib
import numpy as np
from matplotlib import figure
from matplotlib.transforms import Bbox

from convbook._typing import Array
from convbook.figures import _layout, _svg, _words
from convbook.figures._marks import Mark
from convbook.figures._palette import LIGHT
from convbook.figures._panel import Panel
from convbook.figures._plot import Plot

P = ParamSpec("P")
Kind = TypeVar("Kind", bound=Panel)
PIXEL = 1 / 96  # of an inch
LICENCE = "the convbook authors, CC BY 4.0"

STYLE: Any = {
    **dict.fromkeys(["figure.facecolor", "axes.facecolor", "savefig.facecolor"], "none"),
    "svg.fonttype": "none",
    "svg.hashsalt": "convbook",
    "image.composite_image": False,
    "font.family": "DejaVu Sans",
    **dict.fromkeys(["font.size", "axes.titlesize", "axes.labelsize"], 11),
    **dict.fromkeys(["xtick.labelsize", "ytick.labelsize"], 10),
    **dict.fromkeys(["text.color", "axes.labelcolor", "axes.titlecolor", "xtick.labelcolor",
                     "ytick.labelcolor", "patch.edgecolor"], LIGHT["ink"]),
    **dict.fromkeys(["axes.edgecolor", "xtick.color", "ytick.color"], LIGHT["quiet"]),
    "grid.color": LIGHT["line"],
    "hatch.color": LIGHT["padding"],
    **dict.fromkeys(["axes.spines.top", "axes.spines.right"], False),
    "lines.linewidth": 2.0,
    "image.interpolation": "none",
}  # fmt: skip


class Figure(figure.Figure):
    """A figure made of marks, shown as inline SVG in the page's colours.

    Ask it for panels (`panel`, `row`, `plot`, `plots`, `pictures`), draw marks on them, and let it
    `say` what is to be seen: its alt text is built from the marks and may speak of nothing else.

    Parameters
    ----------
    measured : bool
        Whether the figure shows measured times, which differ from build to build.
    """

    def __init__(self, *, measured: bool = False) -> None:
        super().__init__(figsize=(_layout.COLUMN * PIXEL, 0.01))  # it grows with its rows
        self.alt = ""
        self.measured = measured
        self.drawn: list[Mark] = []
        self.marks: dict[str, Mark] = {}
        self.rows: list[list[Panel]] = []

    # -- Panels ------------------------------------------------------------------------------

    def panel(self, width: float, height: float) -> Panel:
        """Add one panel whose axes count cells: x to the right, y downwards."""
        return self.row((width, height))[0]

    def row(self, *cells: tuple[float, float]) -> list[Panel]:
        """Add panels side by side; each counts so many cells across and down."""
        side = _layout.cell_side([width for width, _ in cells])
        panels = self._row(Panel, [(side * w, side * h) for w, h in cells])
        for panel, (width, height) in zip(panels, cells, strict=True):
            panel.ax.set(xlim=(0, width), ylim=(height, 0))
            panel.ax.axis("off")
        return panels

    def grid(self, count: int, cells: tuple[float, float], columns: int) -> list[Panel]:
        """Add panels of one size, so many in a row."""
        rows = [min(columns, count - first) for first in range(0, count, columns)]
        return [panel for across in rows for panel in self.row(*[cells] * across)]

    def plot(self, height: float = 0.5, width: float = 600) -> Plot:
        """Add one panel with scales, so high as a part of its width."""
        return self._row(Plot, [(width, height * width)])[0]

    def plots(self, count: int, height: float = 0.8) -> list[Plot]:
        """Add panels with scales side by side, each so high as a part of its width."""
        width = (_layout.COLUMN - _layout.GAP * (count - 1)) / count
        return self._row(Plot, [(width, height * width)] * count)

    def pictures(
        self, images: Mapping[str, Array], *, role: str = "image", columns: int = 4,
        low: float | None = None, high: float | None = None,
    ) -> list[Mark]:  # fmt: skip
        """Draw pictures on one scale, so many in a row, each below its name."""
        if low is None and high is None:
            low = min(float(image.min()) for image in images.values())
            high = max(float(image.max()) for image in images.values())
        names, marks = [*images], []
        width = (_layout.COLUMN - _layout.GAP * (columns - 1)) / columns
        for first in range(0, len(names), columns):
            line = names[first : first + columns]
            above = _layout.title(len(line) * [width], line)
            shapes = [images[name].shape for name in line]
            sizes = [(width, width * h / w + above) for h, w, *_ in shapes]
            for name, panel in zip(line, self._row(Panel, sizes), strict=True):
                marks.append(panel.titled_picture(images[name], name, role, low, high))
        return marks

    def _row(self, kind: type[Kind], pixels: list[tuple[float, float]]) -> list[Kind]:
        """Add panels of some sizes below the others, in the middle of the column."""
        scale = _layout.phone_scale([width for width, _ in pixels])
        left = (_layout.COLUMN - sum(w for w, _ in pixels) - _layout.GAP * (len(pixels) - 1)) / 2
        top = max((p.rect[3] for row in self.rows for p in row), default=-_layout.GAP) + _layout.GAP
        panels = []
        for width, height in pixels:
            rect = (left, top, left + width, top + height)
            panels.append(kind(self.add_axes((0, 0, 1, 1)), rect, scale, self._record))
            left += width + _layout.GAP
        self.rows.append([*panels])
        self._arrange()
        return panels

    def _arrange(self) -> None:
        """Give the figure the height of its rows, and each panel its place."""
        high = max(panel.rect[3] for row in self.rows for panel in row)
        self.set_size_inches(_layout.COLUMN * PIXEL, high * PIXEL)
        for panel in self._panels():
            left, top, right, bottom = panel.rect
            panel.ax.set_position((left / _layout.COLUMN, 1 - bottom / high,
                                   (right - left) / _layout.COLUMN,
                                   (bottom - top) / high))  # fmt: skip

    def _panels(self) -> Iterator[Panel]:
        for row in self.rows:
            yield from row

    def _record(self, mark: Mark) -> Mark:
        """Remember a mark; a name stands for one thing."""
        self.drawn.append(mark)
        if not mark.name:
            return mark
        before = self.marks.setdefault(mark.name, mark)
        if before.role != mark.role or not np.array_equal(before.values, mark.values):
            raise ValueError(f"name of a mark must be its own, got {mark.name!r} twice")
        if mark.name in LIGHT and mark.role in LIGHT and mark.name != mark.role:
            raise ValueError(f"role of {mark.name!r} must be its own, got {mark.role!r}")
        return before

    # -- Words -------------------------------------------------------------------------------

    def say(self, template: str, *marks: Mark) -> None:
        """Add sentences to the alt text, whose fields are marks that were drawn.

        Parameters
        ----------
        template : str
            Text with a field for each thing it speaks of: ``{name}`` with a name that was drawn,
            or ``{0}`` for the first of the marks. `Mark.__format__` lists what a field can say.
        *marks : Mark
            Marks of this figure.
        """
        fields = {f for _, f, _, _ in Formatter().parse(template) if f is not None}
        missing = {f for f in fields if not f.isdigit()} - {*self.marks}
        missing |= {mark.name for mark in marks if mark not in self.marks.values()}
        if missing:
            raise ValueError(f"alt text may only speak of what was drawn, got {sorted(missing)}")
        _words.check_numbers("".join(text for text, *_ in Formatter().parse(template)))
        names = re.sub(r"\{([^}:]*)[^}]*\}", lambda m: self._name(m[1], marks), template)
        _words.check_words(names, self.drawn)
        said = Formatter().vformat(template, marks, self.marks)
        self.alt = f"{self.alt} {said}".strip()

    def _name(self, field: str, marks: tuple[Mark, ...]) -> str:
        return marks[int(field)].name if field.isdigit() else field

    def check_caption(self, caption: str) -> None:
        """Fail where a caption contradicts what was drawn."""
        _words.check_words(caption, self.drawn)

    # -- Output ------------------------------------------------------------------------------

    def svg(self) -> str:
        """Return the drawing for a page: an SVG a panel, in rows that a phone breaks into lines."""
        rows = ["".join(map(self._panel_html, row)) for row in self.rows]
        drawn = "".join(f'<div class="row">{row}</div>' for row in rows)
        return f'<div class="drawing" role="img" aria-label="{self._described()}">{drawn}</div>'

    def html(self) -> str:
        """Return what a page shows."""
        css = "convbook-figure measured" if self.measured else "convbook-figure"
        return f'<div class="{css}">{self.svg()}</div>'

    def _panel_html(self, panel: Panel) -> str:
        left, top, right, bottom = panel.rect
        width, high = right - left, self.get_figheight()
        box = Bbox([[left * PIXEL, high - bottom * PIXEL], [right * PIXEL, high - top * PIXEL]])
        with self._only(panel):
            drawing = self._bytes("svg", metadata={"Date": None}, bbox_inches=box).decode()
        part, share = 100 * width / _layout.COLUMN, 100 * panel.scale * width / _layout.PHONE
        style = f"--part: {part - 0.01:.2f}; --phone: {share - 0.05:.1f}%"
        return _svg.element(
            drawing,
            f'aria-hidden="true" width="{width:.0f}" height="{bottom - top:.0f}" style="{style}"',
        )

    @contextmanager
    def _only(self, panel: Panel) -> Iterator[None]:
        """Hide the other panels."""
        for other in self._panels():
            other.ax.set_visible(other is panel)
        yield
        for other in self._panels():
            other.ax.set_visible(True)

    def _described(self) -> str:
        if not self.alt.strip():
            raise ValueError("alt must say what the figure shows, got an empty text")
        return escape(" ".join(self.alt.split()))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Show the figure in a page as SVG, elsewhere as PNG, in a terminal as its description.

        The site's extension ``downloads`` offers the two images beside the drawing.
        """
        return {
            "text/html": self.html(),
            "image/svg+xml": self._file("svg").decode(),
            "image/png": base64.b64encode(self._file("png")).decode(),
            "text/plain": self.alt,
        }

    def save(self, path: str | Path) -> None:
        """Write the figure, with its alt text and its licence, as an ``.svg`` or a ``.png`` file.

        Parameters
        ----------
        path : str or Path
            Where to; its ending says which.

        Examples
        --------
        >>> from convbook.figures import Figure
        >>> Figure().save("drawing.pdf")
        Traceback (most recent call last):
        ValueError: path must end with .svg or .png, got 'drawing.pdf'
        """
        path = Path(path)
        if path.suffix not in (".svg", ".png"):
            raise ValueError(f"path must end with .svg or .png, got {path.name!r}")
        path.write_bytes(self._file(path.suffix[1:]))

    def _file(self, kind: str) -> bytes:
        """Return the whole drawing as a file that says what it shows and who may use it."""
        about = {"Title": "convbook", "Description": self.alt}
        if kind == "svg":
            svg = self._bytes("svg", metadata={**about, "Date": None, "Rights": LICENCE})
            return _svg.standalone(svg.decode(), self.alt).encode()
        return self._bytes("png", dpi=144, facecolor=LIGHT["paper"],
                           metadata={**about, "Copyright": LICENCE})  # fmt: skip

    def _bytes(self, kind: str, **options: Any) -> bytes:
        buffer = BytesIO()
        with matplotlib.rc_context(STYLE):
            self.savefig(buffer, format=kind, **options)
        return buffer.getvalue()


def drawing(function: Callable[P, Figure]) -> Callable[P, Figure]:
    """Let a figure function draw in the book's style, whatever style its caller has set."""

    @functools.wraps(function)
    def styled(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with matplotlib.rc_context(STYLE):
            fig = function(*args, **kwargs)
            for panel in fig._panels():
                panel.finish()
            return fig

    return styled
