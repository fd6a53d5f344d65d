"""Let a reader commit to an answer before the page gives it.

A *bet* is a small form: a number, a shape, a word or a choice. What counts as right comes from
``glue``, so it is computed when the page is built. Each item of the list below it names a usual
answer and says what is behind it::

    ```{bet} number
    :answer: {glue:text}`left:.0f`
    :within: 2
    :unit: per cent
    - 100: Each layer without padding loses a ring.
    ```

The form stands in the page hidden, and ``bets.js`` brings it to life: without scripts, on paper
and in a notebook the folded answer that follows it is all there is. No maintained extension has a
question whose answer a cell computes.
"""

from __future__ import annotations

import base64
from html import escape
from typing import TYPE_CHECKING, Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata
    from sphinx.writers.html5 import HTML5Translator

KINDS = ("number", "shape", "word", "choice")
SIZES = {"number": 8, "shape": 12, "word": 16}


class bet(nodes.General, nodes.Element):  # noqa: N801  (docutils names nodes so)
    """A question's form: its answer, then what is said to usual answers."""


class Bet(SphinxDirective):
    """Read a bet."""

    required_arguments = 1
    has_content = True
    option_spec = {  # noqa: RUF012  (docutils wants a dict)
        "answer": directives.unchanged_required,
        "within": directives.nonnegative_int,
        "unit": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        """Return the form with its answer, still a reference, and its remarks."""
        kind = self.arguments[0]
        if kind not in KINDS:
            raise self.error(f"a bet is one of {', '.join(KINDS)}, got {kind!r}")
        if "{glue" not in self.options.get("answer", ""):
            raise self.error("answer must come from glue, as in {glue:text}`name`")
        inline, messages = self.parse_inline(self.options["answer"])
        form = bet(kind=kind, number=self.env.new_serialno("bet"), ids=[])
        form["within"], form["unit"] = self.options.get("within", 0), self.options.get("unit", "")
        form += nodes.inline("", "", *inline)
        for line in self.content:
            form += self.remark(line)
        return [form, *messages]

    def remark(self, line: str) -> nodes.inline:
        """Return what is said to one answer, from ``- answer: sentence``."""
        said, colon, sentence = line.removeprefix("-").partition(":")
        if not line.startswith("-") or not colon:
            raise self.error(f"a remark is a line '- answer: sentence', got {line!r}")
        inline, _ = self.parse_inline(sentence.strip())
        return nodes.inline("", "", *inline, said=said.strip())


def visit_bet(self: HTML5Translator, node: bet) -> None:
    """Write the form, hidden until a script brings it to life."""
    answer, *remarks = node.children
    right = base64.b64encode(answer.astext().strip().strip("'\"").encode()).decode()
    name = f"bet-{node['number']}"
    self.body.append(
        f'<form class="bet" id="{name}" hidden data-kind="{node["kind"]}" '
        f'data-within="{node["within"]}" data-answer="{right}">'
    )
    if node["kind"] == "choice":
        self.body.append('<fieldset><legend class="visually-hidden">Your answer</legend>')
        for remark in remarks:
            said = escape(remark["said"], quote=True)
            self.body.append(
                f'<label><input type="radio" name="{name}" value="{said}"> {said}</label>'
            )
        self.body.append("</fieldset>")
    else:
        mode = ' inputmode="decimal"' if node["kind"] == "number" else ""
        self.body.append(
            f'<label>Your answer <input name="{name}" size="{SIZES[node["kind"]]}"{mode} '
            f'autocomplete="off" spellcheck="false"></label> {escape(node["unit"])} '
        )
    self.body.append(
        '<button type="submit">Check</button> <button type="button">Show the answer</button>'
        '<p class="bet-reply" role="status"></p>'
    )
    for remark in remarks:
        self.body.append(f'<span hidden data-said="{escape(remark["said"], quote=True)}">')
        for child in remark.children:
            child.walkabout(self)
        self.body.append("</span>")
    self.body.append("</form>\n")
    raise nodes.SkipNode


def skip(self: nodes.NodeVisitor, node: bet) -> None:
    """Leave the form out where nothing can be typed."""
    raise nodes.SkipNode


def load(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Load the script in pages that hold a bet."""
    if doctree is not None and any(doctree.findall(bet)):
        app.add_js_file("bets.js", loading_method="defer")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the directive and the script."""
    silent = (skip, None)
    app.add_node(bet, html=(visit_bet, None), latex=silent, text=silent, man=silent)
    app.add_directive("bet", Bet)
    app.connect("html-page-context", load)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
