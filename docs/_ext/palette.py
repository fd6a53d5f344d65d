"""Write the figures' colours, light and dark, as a style sheet of the site."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from convbook import figures

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


def write_palette(app: Sphinx) -> None:
    """Put the palette where the pages, and Sphinx's check sums, find it."""
    folder = Path(app.outdir).parent / "palette"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "palette.css").write_text(figures.palette_css(), encoding="utf-8")
    app.config.html_static_path.append(str(folder))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Write the palette before static files are collected."""
    app.connect("builder-inited", write_palette)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
