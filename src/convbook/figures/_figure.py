"""A Matplotlib figure that describes itself and follows the page's theme."""

import base64
import functools
import hashlib
import re
from collections.abc import Callable
from html import escape
from io import BytesIO
from typing import Any, ParamSpec

import matplotlib
from matplotlib import figure

from convbook.figures._palette import LIGHT, themed

P = ParamSpec("P")

STYLE: Any = {
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "svg.fonttype": "path",
    "svg.hashsalt": "convbook",
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "axes.titlesize": 11,
    "axes.labelsize": 11,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "text.color": LIGHT["ink"],
    "axes.labelcolor": LIGHT["ink"],
    "axes.titlecolor": LIGHT["ink"],
    "axes.edgecolor": LIGHT["quiet"],
    "xtick.color": LIGHT["quiet"],
    "ytick.color": LIGHT["quiet"],
    "xtick.labelcolor": LIGHT["ink"],
    "ytick.labelcolor": LIGHT["ink"],
    "grid.color": LIGHT["line"],
    "patch.edgecolor": LIGHT["ink"],
    "hatch.color": LIGHT["padding"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "lines.linewidth": 2.0,
    "image.interpolation": "none",
    "legend.frameon": False,
}


class Figure(figure.Figure):
    """A figure with a description, shown as inline SVG in the page's colours.

    Parameters
    ----------
    width, height : float
        Size in inches; a column of the book is about 6.5 wide.
    alt : str
        What is to be seen, with the computed values. A figure without it cannot be shown.
    measured : bool
        Whether the figure shows measured times, which differ from build to build.
    """

    def __init__(
        self, width: float, height: float, *, alt: str = "", measured: bool = False, **options: Any
    ) -> None:
        super().__init__(figsize=(width, height), **options)
        self.alt = alt
        self.measured = measured

    def svg(self) -> str:
        """Return the drawing as one SVG element for use inside a page."""
        if not self.alt.strip():
            raise ValueError("alt must say what the figure shows, got an empty text")
        drawing = self._print("svg", metadata={"Date": None}).decode()
        extras = r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->"
        body = re.sub(extras, "", drawing, flags=re.DOTALL)
        viewbox = re.search(r'viewBox="([^"]*)"', body)
        inner = body[body.index(">", body.index("<svg")) + 1 :]
        width = round(self.get_figwidth() * 96)
        return (
            f'<svg class="convbook" role="img" aria-label="{escape(" ".join(self.alt.split()))}" '
            f'viewBox="{viewbox[1] if viewbox else ""}" style="max-width: {width}px" '
            'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
            + themed(_own_ids(re.sub(r">\s+<", "><", inner).strip()))
        )

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Show the figure in a page as SVG, elsewhere as PNG, in a terminal as its description."""
        css = "convbook-figure measured" if self.measured else "convbook-figure"
        return {
            "text/html": f'<div class="{css}">{self.svg()}</div>',
            "image/png": base64.b64encode(
                self._print("png", dpi=144, facecolor=LIGHT["paper"])
            ).decode(),
            "text/plain": self.alt,
        }

    def _print(self, kind: str, **options: Any) -> bytes:
        buffer = BytesIO()
        with matplotlib.rc_context(STYLE):
            self.savefig(buffer, format=kind, **options)
        return buffer.getvalue()


def drawing(function: Callable[P, Figure]) -> Callable[P, Figure]:
    """Let a figure function draw in the book's style, whatever style its caller has set."""

    @functools.wraps(function)
    def styled(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with matplotlib.rc_context(STYLE):
            return function(*args, **kwargs)

    return styled


def _own_ids(svg: str) -> str:
    """Keep only the ids that the drawing refers to, and make them unique in a page."""
    prefix = "cb" + hashlib.sha256(svg.encode()).hexdigest()[:8]
    used = set(re.findall(r'(?:url\(|href=")#([^)"]+)', svg))

    def own(match: re.Match[str]) -> str:
        return f' id="{prefix}-{match[1]}"' if match[1] in used else ""

    svg = re.sub(r' id="([^"]*)"', own, svg)
    return re.sub(r'(url\(|href=")#', rf"\1#{prefix}-", svg)
