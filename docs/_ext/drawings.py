"""Put the figures into the PDF as drawings, not as pictures of them.

A figure comes as HTML for the site, of several drawings where a phone breaks it into lines, and as
one SVG and one PNG; LaTeX takes neither HTML nor SVG, so MyST-NB would choose the PNG.
sphinxcontrib-svg2pdfconverter converts image files and does not see results of cells.
``rsvg-convert`` writes each SVG as PDF; where it is missing, the PNG stays. Of MyST-NB it needs the
node of a result with several kinds, which is chosen from at priority 4.
"""

from __future__ import annotations

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
                self.draw(kinds.get("image/svg+xml"), kinds.get("image/png"))

    def draw(self, svg: nodes.Element | None, png: nodes.Element | None) -> None:
        """Convert a drawing, and name it where its picture is named."""
        drawing, image = (
            next(kind.findall(nodes.image), None) if kind else None for kind in (svg, png)
        )
        if drawing is not None and image is not None:
            source = Path(self.env.srcdir, drawing["uri"])
            path = converted(source, Path(self.app.outdir).parent / "drawings")
            image["uri"] = str(path)
            image["candidates"] = {"*": str(path)}
            self.env.images.add_file(self.env.docname, str(path))


def converted(svg: Path, folder: Path) -> Path:
    """Return the file that shows a drawing, made unless it is there."""
    data = svg.read_bytes()
    path = folder / f"{sha256(data).hexdigest()[:20]}.pdf"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = [CONVERTER, "-f", "pdf", "-o", str(path)]
        subprocess.run(command, input=data, check=True, timeout=120)
    return path


def setup(app: Sphinx) -> ExtensionMetadata:
    """Come before MyST-NB chooses a kind."""
    app.add_post_transform(Drawings)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
