"""Make the site easy to find and to share: a card, robots, icons, and a page for what is missing.

sphinx-notfound-page, sphinx-sitemap and sphinxext-opengraph do most of it. What they do not do is
here: robots.txt, and a card drawn from the first figure of the cover, without fetching anything.
"""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from jupyter_cache import get_cache
from PIL import Image

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

CARD, SIZE, MARGIN = "card.png", (1200, 630), 30
LOST = """\
<h1>This page does not exist</h1>
<p>It may have moved. Search for it, or start from the <a href="{top}index.html">cover</a>.</p>
<form class="search-form" action="{top}search.html" method="get" role="search">
<input type="search" name="q" aria-label="Search"><button type="submit">Search</button></form>
"""


def describe_lost_page(app: Sphinx, config: Any) -> None:
    """Say what to do where there is no page."""
    config.notfound_context = {
        "title": "This page does not exist",
        "body": LOST.format(top=config.notfound_urls_prefix),
        "metatags": '<meta name="description" content="A page of convbook that does not exist.">',
    }


def first_figure(app: Sphinx) -> bytes | None:
    """Return the first figure of the cover as a picture, if the cover has one."""
    executed = Path(app.env.mystnb_config.output_folder, f"{app.config.root_doc}.ipynb")
    if not executed.exists():
        return None
    notebook = nbformat.read(executed, as_version=4)
    try:
        cache = get_cache(app.env.mystnb_config.execution_cache_path)
        notebook = cache.merge_match_into_notebook(notebook)[1]
    except KeyError:
        return None
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    found = [
        output["data"]["image/png"] for output in outputs if "image/png" in output.get("data", {})
    ]
    return base64.b64decode(found[0]) if found else None


def draw_card(app: Sphinx) -> None:
    """Put the figure on white, in the shape that a link's preview has."""
    picture = first_figure(app)
    if picture is None:
        return
    card = Image.new("RGB", SIZE, "white")
    figure = Image.open(io.BytesIO(picture)).convert("RGBA")
    scale = min((side - 2 * MARGIN) / own for side, own in zip(SIZE, figure.size, strict=True))
    figure = figure.resize([round(own * scale) for own in figure.size], Image.Resampling.LANCZOS)
    place = [(side - own) // 2 for side, own in zip(SIZE, figure.size, strict=True)]
    card.paste(figure, tuple(place), figure)
    card.save(Path(app.outdir, "_static", CARD), optimize=True)


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Write the card and robots.txt beside the pages."""
    if exception is not None or app.builder.name != "html":
        return
    address = app.config.html_baseurl
    if address:  # a preview asks for it by its full address
        draw_card(app)
    sitemap = f"Sitemap: {address}sitemap.xml\n" if address else ""
    Path(app.outdir, "robots.txt").write_text(f"User-agent: *\nAllow: /\n{sitemap}", "utf-8")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Come after the pages, and before they are made light."""
    app.connect("config-inited", describe_lost_page)
    app.connect("build-finished", finish, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
