"""Put the figures into the PDF as drawings, not as pictures of them.

A figure comes as SVG for the site and as PNG for notebooks; LaTeX takes neither SVG nor HTML, so
MyST-NB would choose the PNG. sphinxcontrib-svg2pdfconverter converts image files and does not see
results of cells. ``rsvg-convert`` writes each SVG as PDF; where it is missing, the PNG stays. Of
MyST-NB it needs the node of a result with several kinds, which is chosen from at priority 4.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

CONVERTER = "rsvg-convert"
DRAWING = re.compile(r'<svg class="convbook".*?</svg>', re.DOTALL)
INK = re.compile(r"var\(--[\w-]+, *([^()]+)\)")


class Drawings(SphinxPostTransform):
    """Let each picture of a figure show the drawing beside it."""

    default_priority = 3
    builders = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Look through the results of cells."""
        if shutil.which(CONVERTER) is None:
            return
        for bundle in self.document.findall(nodes.container):
            if bundle.get("nb_element") == "mime_bundle":
                kinds = {child["mime_type"]: child for child in bundle.children}
                self.draw(kinds.get("text/html"), kinds.get("image/png"))

    def draw(self, html: nodes.Element | None, png: nodes.Element | None) -> None:
        """Convert a drawing, and name it where its picture is named."""
        found = DRAWING.search(html.astext()) if html and png else None
        image = next(iter(png.findall(nodes.image)), None) if png else None
        if found and image is not None:
            path = converted(INK.sub(r"\1", found[0]), Path(self.app.outdir).parent / "drawings")
            image["uri"] = str(path)
            image["candidates"] = {"*": str(path)}
            self.env.images.add_file(self.env.docname, str(path))


def converted(svg: str, folder: Path) -> Path:
    """Return the file that shows a drawing, made unless it is there."""
    path = folder / f"{sha256(svg.encode()).hexdigest()[:20]}.pdf"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = [CONVERTER, "-f", "pdf", "-o", str(path)]
        subprocess.run(command, input=svg.encode(), check=True, timeout=120)
    return path


def setup(app: Sphinx) -> ExtensionMetadata:
    """Come before MyST-NB chooses a kind."""
    app.add_post_transform(Drawings)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
