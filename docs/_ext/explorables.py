"""Tell each page where the scripts of its explorables are; let its sentences set them.

``use.js`` brings them when the page has come, so that they delay nothing that is to be read.
"""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import minify
from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxRole

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata
    from sphinx.writers.html5 import HTML5Translator

SOURCES = Path(__file__).parents[1] / "_static" / "explore"
ELEMENT = re.compile(r"<conv-(\w+)")
STYLE = re.compile(r"(\b(?:style|STYLE|LOOK) = `)(.*?)`", re.DOTALL)
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


def modules(app: Sphinx) -> Path:
    """Return the folder of the modules as the site serves them."""
    return Path(app.outdir).parent / "modules" / "explore"


def shrink(app: Sphinx) -> None:
    """Write the modules in as few bytes as they need, where Sphinx collects static files."""
    modules(app).mkdir(parents=True, exist_ok=True)
    for path in SOURCES.glob("*.js"):
        source = STYLE.sub(tighten, path.read_text("utf-8"))
        small = minify.string("application/javascript", source)
        (modules(app) / path.name).write_text(small, encoding="utf-8")
    app.config.html_static_path.append(str(modules(app).parent))


def tighten(style: re.Match[str]) -> str:
    """Write a style sheet inside a module without the spaces that only people need."""
    sheet = re.sub(r"\s+", " ", style[2]).replace(": ", ":")
    return style[1] + re.sub(r"\s*([{};,])\s*", r"\1", sheet).replace(";}", "}") + "`"


def versions(app: Sphinx) -> dict[str, str]:
    """Tell where the present version of each module is, so that no cache mixes old and new."""
    places = {path: f"./_static/explore/{path.name}" for path in sorted(modules(app).glob("*.js"))}
    return {place: f"{place}?v={checksum(path)}" for path, place in places.items()}


def checksum(path: Path) -> str:
    """Return a few digits that change with a file."""
    return sha256(path.read_bytes()).hexdigest()[:8]


def load(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Tell a page that shows explorables which version of each script is the present one."""
    names = set(ELEMENT.findall(context.get("body", "")))
    for name in sorted(names):
        if not (SOURCES / f"{name}.js").exists():
            raise ExtensionError(f"{page}: <conv-{name}> needs docs/_static/explore/{name}.js")
    if names:
        imports = json.dumps({"imports": versions(app)})
        app.add_js_file(None, priority=100, type="importmap", body=imports)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect the parts."""
    app.add_role("try", Try())
    app.add_node(Setting, html=(visit_setting, depart_setting))
    app.connect("builder-inited", shrink)
    app.connect("html-page-context", load)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
