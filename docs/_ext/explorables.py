"""Give each page the scripts of the explorables that it shows; let its sentences set them."""

from __future__ import annotations

import json
import re
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxRole

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata
    from sphinx.writers.html5 import HTML5Translator

FOLDER = Path(__file__).parents[1] / "_static" / "explore"
ELEMENT = re.compile(r"<conv-(\w+)")
SETTING = re.compile(r"(.+?)\s*<(fig-[\w-]+)\?([^<>]+)>", re.DOTALL)


class Setting(nodes.reference):
    """A link to a figure that also says what the figure shall show."""


class Try(SphinxRole):
    """A sentence that sets an explorable: ``{try}`flip it <fig-stepper?flip=true>```."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Make the link."""
        parts = SETTING.fullmatch(self.text)
        if parts is None:
            problem = self.inliner.reporter.error(
                f"try: not of the form text <fig-name?setting=value>: {self.text}", line=self.lineno
            )
            return [self.inliner.problematic(self.rawtext, self.rawtext, problem)], [problem]
        text, figure, settings = parts.groups()
        return [Setting("", text, refid=figure, settings=settings, classes=["try"])], []


def visit_setting(self: HTML5Translator, node: Setting) -> None:
    """Write a link that leads to the figure; where scripts run, it also sets it."""
    attributes = {"href": f"#{node['refid']}", "data-try": node["settings"]}
    self.body.append(self.starttag(node, "a", "", **attributes))


def depart_setting(self: HTML5Translator, node: Setting) -> None:
    """Close the link."""
    self.body.append("</a>")


@cache
def versions() -> dict[str, str]:
    """Tell for each module where its present version is, so that no cache mixes old and new."""
    return {
        f"./_static/explore/{path.name}": f"./_static/explore/{path.name}?v={checksum(path)}"
        for path in sorted(FOLDER.glob("*.js"))
    }


def checksum(path: Path) -> str:
    """Return a few digits that change with a file."""
    return sha256(path.read_bytes()).hexdigest()[:8]


def load(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Add the scripts that a page needs, and no others."""
    names = sorted(set(ELEMENT.findall(context.get("body", ""))))
    if not names:
        return
    app.add_css_file("explore/explore.css")
    app.add_js_file(None, priority=100, type="importmap", body=json.dumps({"imports": versions()}))
    for name in names:
        if not (FOLDER / f"{name}.js").exists():
            raise ExtensionError(f"{page}: <conv-{name}> needs docs/_static/explore/{name}.js")
        app.add_js_file(f"explore/{name}.js", type="module")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect the parts."""
    app.add_role("try", Try())
    app.add_node(Setting, html=(visit_setting, depart_setting))
    app.connect("html-page-context", load)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
