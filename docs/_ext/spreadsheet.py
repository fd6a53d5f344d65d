"""Write the spreadsheet twin of the chapter on stacking where the site offers it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import convbook

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

NAME = "convbook.xlsx"
SOURCES = Path(convbook.__file__).parent


def write_spreadsheet(app: Sphinx) -> None:
    """Put the workbook where Sphinx collects static files, unless a current one is there."""
    folder = Path(app.outdir).parent / "spreadsheet"
    target = folder / NAME
    newest = max(path.stat().st_mtime for path in SOURCES.rglob("*.py"))
    if not target.exists() or target.stat().st_mtime < newest:
        from convbook.figures import spreadsheet  # noqa: PLC0415  (imports take seconds)

        folder.mkdir(parents=True, exist_ok=True)
        target.write_bytes(spreadsheet.xlsx(spreadsheet.recogniser()))
    app.config.html_static_path.append(str(folder))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Write the workbook before static files are collected."""
    app.connect("builder-inited", write_spreadsheet)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
