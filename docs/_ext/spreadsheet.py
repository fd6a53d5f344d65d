"""Write the spreadsheet twin of the chapter on stacking where the site offers it.

No library knows our workbook. It takes seconds to write, so it is written again only when the
library or the site's address has changed, which a digest in the folder's name tells.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import convbook

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

NAME = "convbook.xlsx"
SOURCES = Path(convbook.__file__).parent


def digest(address: str) -> str:
    """Return what tells two workbooks apart."""
    files = sorted(SOURCES.rglob("*.py"))
    return sha256(b"".join([path.read_bytes() for path in files] + [address.encode()])).hexdigest()


def write_spreadsheet(app: Sphinx, env: object, docnames: list[str]) -> None:
    """Put the workbook where Sphinx collects static files, for the page that tells of it."""
    if not Path(app.srcdir, "spreadsheet.md").exists():
        return
    address = app.config.html_baseurl.rstrip("/")
    folder = Path(app.outdir).parent / "spreadsheet" / digest(address)[:16]
    if not (folder / NAME).exists():
        from convbook.figures import spreadsheet  # noqa: PLC0415  (imports take seconds)

        folder.mkdir(parents=True, exist_ok=True)
        (folder / NAME).write_bytes(spreadsheet.xlsx(spreadsheet.recogniser(), address))
    app.config.html_static_path.append(str(folder))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Write the workbook while kernels run cells, and before static files are collected."""
    app.connect("env-before-read-docs", write_spreadsheet, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
