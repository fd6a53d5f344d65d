"""Offer every figure as SVG and as PNG, below its drawing.

A figure gives the notebook both images beside its HTML; MyST-NB writes them to files and then
takes the HTML alone. Here they are copied to the site, named like the figure.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

FOLDER = "_figures"
KINDS = {"image/svg+xml": "SVG", "image/png": "PNG"}
LICENCE = "https://creativecommons.org/licenses/by/4.0/"


class Downloads(SphinxPostTransform):
    """Add a row of links to the HTML of each figure that has a name."""

    default_priority = 3  # before MyST-NB drops what HTML does not show
    builders = ("html",)  # an EPUB cannot offer files

    def run(self, **kwargs: object) -> None:
        """Copy the images, and link them."""
        for figure in self.document.findall(nodes.figure):
            for bundle in figure.findall(nodes.container):
                if bundle.get("nb_element") == "mime_bundle" and figure["names"]:
                    self.offer(figure["names"][0], bundle)

    def offer(self, name: str, bundle: nodes.container) -> None:
        """Link the images of one output below its HTML."""
        outputs = {output["mime_type"]: output[0] for output in bundle if output.children}
        links = [
            self.link(name, kind, Path(self.env.srcdir, outputs[mime]["uri"]))
            for mime, kind in KINDS.items()
            if mime in outputs
        ]
        if len(links) == len(KINDS) and "text/html" in outputs:
            licence = f'<a href="{LICENCE}" rel="license">CC BY 4.0</a>'
            row = f'<p class="take">{" ".join(links)} {licence}</p>'
            html = outputs["text/html"]
            html.replace_self([html, nodes.raw("", row, format="html")])

    def link(self, name: str, kind: str, image: Path) -> str:
        """Copy one image to the site and return a link to it."""
        file = f"{name}.{kind.lower()}"
        target = Path(self.app.outdir, FOLDER, file)
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(image, target)
        up = "../" * self.env.docname.count("/")
        about = f"{name} as {kind}"
        return f'<a href="{up}{FOLDER}/{file}" download aria-label="{about}">{kind}</a>'


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the links after the cells were run."""
    app.add_post_transform(Downloads)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
