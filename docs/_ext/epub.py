"""Make the EPUB well-formed: what HTML forgives, XHTML does not.

Sphinx writes the pages of an EPUB with its HTML writer. MathML and SVG then lack their namespace,
attributes lack their value, and the table of files does not say what its pages hold. The pages
are repaired when they are written, the table when all is there. Of Sphinx it needs what packs
the folder: ``build_epub`` and its list ``files``.
"""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

MATHML, SVG = "http://www.w3.org/1998/Math/MathML", "http://www.w3.org/2000/svg"
PAGE = re.compile(r'(<item [^>]*href="([^"]+\.xhtml)"[^>]*?)\s*/>')
FONT = "_static/fonts/convbook-math.woff2"
ITEM = f'<item id="math-font" href="{FONT}" media-type="font/woff2"/>'
TAG = re.compile(r"""<([A-Za-z][\w:-]*)((?:\s+[^\s"'<>/=]+(?:="[^"]*"|='[^']*')?)*\s*)(/?)>""")
BARE = re.compile(r"""(\s[^\s"'<>/=]+)(="[^"]*"|='[^']*')?""")
VOID = frozenset(["br", "col", "hr", "img", "input", "wbr"])
REPAIRS = (
    (re.compile(r"<math(?![^>]*xmlns)"), f'<math xmlns="{MATHML}"'),
    (re.compile(r"<svg(?![^>]*xmlns=)"), f'<svg xmlns="{SVG}"'),
    (re.compile(r"<path(?![^>]*\bd=)"), '<path d=""'),
    (re.compile(r'(<mfrac[^>]*) displaystyle="[^"]*"'), r"\1"),
    (re.compile(r'(<mtable[^>]*) scriptlevel="[^"]*"'), r"\1"),
    (re.compile(r'<a [^>]*href="[^"]*\.xlsx"[^>]*>(.*?)</a>', re.DOTALL), r"\1"),
    (re.compile(r"<details(?![^>]*\bopen)"), '<details open=""'),
)
"""A pattern and what stands in its place."""


def well_formed(html: str) -> str:
    """Return HTML as XHTML.

    >>> well_formed("<math>&alpha;&amp;</math>")
    '<math xmlns="http://www.w3.org/1998/Math/MathML">α&amp;</math>'
    """
    html = re.sub(
        r"&(?!amp;|lt;|gt;|quot;|apos;)[A-Za-z]\w*;", lambda name: unescape(name[0]), html
    )
    html = re.sub(r"&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-fA-F]+);)", "&amp;", html)
    for pattern, right in REPAIRS:
        html = pattern.sub(right, html)
    return TAG.sub(well_formed_tag, html)


def well_formed_tag(tag: re.Match[str]) -> str:
    """Return a tag whose attributes all have a value, closed if nothing closes it.

    >>> well_formed('<form class="a" hidden><input name="b" required><br>R&D')
    '<form class="a" hidden=""><input name="b" required="" /><br />R&amp;D'
    """
    valued = BARE.sub(lambda one: one[1] + (one[2] or '=""'), tag[2])
    closed = tag[3] or (" /" if tag[1] in VOID else "")
    return f"<{tag[1]}{valued}{closed}>"


def leave_out_pages(app: Sphinx) -> None:
    """Leave out the pages that are none of the book: its search needs scripts and a site."""
    if app.builder.name == "epub":
        app.config.html_additional_pages = {}


def repair(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Repair a page of the EPUB."""
    if app.builder.name == "epub" and "body" in context:
        context["body"] = well_formed(context["body"])
        sheets = context.get("css_files", ())  # MyST-NB's is for screens, and nests its rules
        context["css_files"] = [sheet for sheet in sheets if "mystnb" not in str(sheet.filename)]


def describe(app: Sphinx, exception: Exception | None) -> None:
    """Say which pages hold mathematics and drawings, add the font, and pack again."""
    if exception is not None or app.builder.name != "epub":
        return
    table = Path(app.outdir, "content.opf")
    text = table.read_text("utf-8")

    def described(item: re.Match[str]) -> str:
        page = Path(app.outdir, item[2]).read_text("utf-8")
        held = [kind for kind, mark in (("mathml", "<math "), ("svg", "<svg ")) if mark in page]
        given = f' properties="{" ".join(held)}"' if held and "properties=" not in item[1] else ""
        return f"{item[1]}{given}/>"

    text = without_unlinked_styles(app, text)
    text = PAGE.sub(described, text).replace("</manifest>", f"{ITEM}</manifest>")
    table.write_text(text, "utf-8")
    app.builder.files.append(FONT)
    app.builder.build_epub()


def without_unlinked_styles(app: Sphinx, table: str) -> str:
    """Take the style sheets of the site, which no page of the EPUB links to, out of the table."""
    linked = "".join(path.read_text("utf-8") for path in Path(app.outdir).glob("*.xhtml"))
    for name in [name for name in app.builder.files if name.endswith(".css")]:
        if name not in linked:
            app.builder.files.remove(name)
            table = re.sub(rf'\s*<item [^>]*href="{re.escape(name)}"[^>]*/>', "", table)
    return table


def setup(app: Sphinx) -> ExtensionMetadata:
    """Repair each page last."""
    app.connect("builder-inited", leave_out_pages)
    app.connect("html-page-context", repair, priority=950)
    app.connect("build-finished", describe)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
