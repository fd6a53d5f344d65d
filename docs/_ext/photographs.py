"""Write the photographs of the kernel bench as files of the site."""

from __future__ import annotations

from inspect import getfile
from pathlib import Path
from typing import TYPE_CHECKING

from convbook.figures import write_photographs

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


def write(app: Sphinx) -> None:
    """Put them where Sphinx collects static files."""
    folder = Path(app.outdir).parent / "photographs"
    written = [path.stat().st_mtime for path in folder.rglob("*.png")]
    if not written or min(written) < Path(getfile(write_photographs)).stat().st_mtime:
        write_photographs(folder / "photographs")
    app.config.html_static_path.append(str(folder))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Write them before static files are collected."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
