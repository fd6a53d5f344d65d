"""Finish the pages: nothing from other hosts, and repairs for those who do not see or point.

A policy for a page's sources and the repairs belong to this book's choice of theme, MyST-NB and
docutils; they go when those packages have them. It uses two names of MyST-NB: the node of folded
code, and the function that writes its style sheet.
"""

from __future__ import annotations

import re
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from myst_nb.sphinx_ext import add_global_html_resources

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata
    from sphinx.writers.html5 import HTML5Translator

POLICY = (
    "default-src 'self'; "
    "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; "
    "font-src 'self' data:; "
    "worker-src 'self' blob:; "
    "connect-src 'self'; "
    "object-src 'none'; "
    "base-uri 'none'; "
    "form-action 'self'"
)
"""What a page may load: its own site's files and nothing else."""

REPAIRS = {
    # docutils gives the bibliography roles that contradict each other
    'role="list" class="citation-list"': 'class="citation-list"',
    ' role="doc-biblioentry"': "",
}

PARAMETERS = re.compile(r'(?<=<span class="sig-paren">\(</span>)\s*<dl>(.*?)</dl>', re.DOTALL)


def list_parameters(body: str) -> str:
    r"""Write the lines of a signature as spans: Sphinx nests a list of descriptions in a term.

    >>> list_parameters('<span class="sig-paren">(</span>\n<dl><dd>a,</dd><dd>b</dd></dl>)')
    '<span class="sig-paren">(</span><span class="line">a,</span><span class="line">b</span>)'
    """
    return PARAMETERS.sub(
        lambda found: found[1].replace("<dd>", '<span class="line">').replace("</dd>", "</span>"),
        body,
    )


def place_style(app: Sphinx) -> None:
    """Write myst-nb's style sheet before the first page links to it.

    Left to the end, it would have no checksum in a first build and one in the next: a rebuild
    would then change every page.
    """
    (Path(app.outdir) / "_static").mkdir(parents=True, exist_ok=True)
    add_global_html_resources(app, None)


def finish(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Hand the policy to the layout, and repair roles in the body."""
    context["content_security_policy"] = POLICY
    # what only the theme's own search and version switch ask for, before the scripts are there
    context["script_files"] = [one for one in context.get("script_files", ()) if is_kept(one)]
    body = context.get("body", "")
    for wrong, right in REPAIRS.items():
        body = body.replace(wrong, right)
    context["body"] = list_parameters(body)


def lift_lists(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put a list that napoleon left inside a paragraph behind it, as HTML demands."""
    for paragraph in list(doctree.findall(nodes.paragraph)):
        inside = [child for child in paragraph.children if isinstance(child, nodes.bullet_list)]
        place = paragraph.parent.index(paragraph)
        for number, child in enumerate(inside, 1):
            paragraph.remove(child)
            paragraph.parent.insert(place + number, child)


def number_references(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Write a docstring's numbered references as a list, and what cites them as plain text.

    As footnotes they would clash, for one page holds many docstrings, and MyST loses them.
    """
    for number, line in enumerate(lines):
        cited = re.sub(r"\[(\d+)\]_", r"[\1]", line)
        lines[number] = re.sub(r"^(\s*)\.\. \[(\d+)\] ", r"\1\2. ", cited)


def is_kept(script: Any) -> bool:
    """Tell whether a script is a file, or one of ours in the page, which has a type."""
    return bool(getattr(script, "filename", script)) or "type" in script.attributes


def visit_hidden_code(self: HTML5Translator, node: HideCodeCellNode) -> None:
    """Write folded code whose summary says what it does, instead of myst-nb's fixed label."""
    self.body.append(f'<details class="hide {" ".join(node["classes"])}"><summary>')
    for state, prompt in (("collapsed", "prompt_show"), ("expanded", "prompt_hide")):
        self.body.append(f'<span class="{state}">{escape(node[prompt])}</span>')
    self.body.append("</summary>\n")


def depart_hidden_code(self: HTML5Translator, node: HideCodeCellNode) -> None:
    """Close the fold."""
    self.body.append("</details>\n")


def share(app: Sphinx) -> None:
    """Let templates keep what they made for other pages of this build."""
    if app.builder.format == "html":
        app.builder.templates.environment.globals["once"] = partial(once, {})


def once(made: dict[str, str], key: str, make: Callable[[], str]) -> str:
    """Return what was made under a key, for a template that serves several pages."""
    if key not in made:
        made[key] = make()
    return made[key]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Replace the writer of folded cells and finish each page."""
    app.connect("builder-inited", place_style)
    app.add_node(HideCodeCellNode, override=True, html=(visit_hidden_code, depart_hidden_code))
    app.connect("autodoc-process-docstring", number_references, priority=600)  # after napoleon
    app.connect("doctree-resolved", lift_lists)
    app.connect("html-page-context", finish)
    app.connect("builder-inited", share)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
