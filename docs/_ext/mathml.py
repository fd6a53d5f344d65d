"""Mathematics as MathML, written while the book is built.

Browsers draw MathML themselves, so a page needs no script for its equations
and a screen reader finds them. ``math-core`` does the translation and refuses
every command it does not know, which makes the build fail at that line. Sphinx
itself offers MathJax and pictures, and no maintained extension was found that
writes MathML. It uses Sphinx's public interface, and ``sphinx.util.math`` for
the numbers of equations.
"""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from typing import TYPE_CHECKING

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata
    from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)

CONVERTER = LatexToMathML(annotation=True, fancy_error=False)
ENVIRONMENT = re.compile(r"\\begin\{(\w+\*?)\}.*\\end\{\1\}", re.DOTALL)
NUMBERED = re.compile(r"\\(begin|end)\{(align|equation|gather|multline)\}")
NAMED = re.compile(r"&(?!amp;|lt;|gt;|quot;|apos;)[A-Za-z]+;")
STOPS = tuple(".,;:!?)")
BARE = re.compile(r"^(\\(?:begin|end)\{(?:align|equation|gather|multline))\}", re.MULTILINE)


@cache
def to_mathml(tex: str, *, display: bool) -> str:
    """Translate one formula; raise ``LatexError`` at what is not understood."""
    mathml = CONVERTER.convert_with_local_state(tex, displaystyle=display)
    return NAMED.sub(lambda name: unescape(name[0]), mathml)  # XML knows five names, HTML many


def normalise(tex: str) -> str:
    """Return display mathematics whose lines are aligned and whose rows have no number.

    Sphinx numbers the whole display, so a numbered environment loses its own
    numbers, and lines that stand outside any environment get one.
    """
    tex = NUMBERED.sub(r"\\\1{\2*}", tex.strip()).replace("{split}", "{aligned}")
    if r"\\" in ENVIRONMENT.sub("", tex):
        tex = rf"\begin{{aligned}}{tex}\end{{aligned}}"
    return tex


def translate(node: nodes.math | nodes.math_block, tex: str, *, display: bool) -> str:
    """Translate a node's formula, reporting TeX that is not understood where it stands."""
    try:
        return to_mathml(tex, display=display)
    except LatexError as error:
        place: nodes.Node | None = node
        while place is not None and place.line is None:
            place = place.parent
        logger.error("mathematics: %s\n%s", str(error).strip(), tex, location=place or node)
        return f"<code>{nodes.literal(tex, tex).astext()}</code>"


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula in a sentence."""
    mathml = translate(node, node.astext(), display=False) + node.get("stop", "")
    self.body.append(f'<span class="math notranslate nohighlight">{mathml}</span>')
    raise nodes.SkipNode


def visit_display(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula of its own, with its number if it has a label."""
    self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight"))
    mathml = translate(node, normalise(node.astext()), display=True)
    self.body.append(f'<div class="math-scroll">{mathml}</div>')
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, _("Link to this equation"))
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def keep_stops(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Move a stop that follows a formula into it, or a line may begin with the stop."""
    if app.builder.format != "html":
        return
    for node in list(doctree.findall(nodes.math)):
        following = node.next_node(descend=False, siblings=True)
        if isinstance(following, nodes.Text) and following[:1] in STOPS:
            node["stop"] = following[:1]
            place = next(i for i, child in enumerate(node.parent) if child is following)
            node.parent[place] = nodes.Text(following[1:])  # not replace(): equal text is no place


def unnumber(app: Sphinx, docname: str, content: list[str]) -> None:
    """Take the number from an environment outside dollars, to which nothing could refer.

    MyST would give it a random id, and two builds of one commit would differ.
    """
    content[0] = BARE.sub(r"\1*}", content[0])


def setup(app: Sphinx) -> ExtensionMetadata:
    """Offer the renderer to ``html_math_renderer``."""
    app.add_html_math_renderer(
        "mathml", inline_renderers=(visit_inline, None), block_renderers=(visit_display, None)
    )
    app.connect("source-read", unnumber)
    app.connect("doctree-resolved", keep_stops)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
