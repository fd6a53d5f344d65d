"""The role ``{source}`` and the links ``[source]``: the code as pages inside the site.

`{source}`src/convbook/padding.py`` leads to a page with that file, a folder to a list of its
files, and each signature of the reference to its line. sphinx.ext.viewcode shows only modules
that it can import and that a signature names: no tests, no benchmarks, no figures; linkcode
needs a repository, and a zip has none. The page depends on the file, so it is never stale.
"""

from __future__ import annotations

import importlib
import inspect
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_for_filename
from sphinx import addnodes
from sphinx.roles import XRefRole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata

KINDS = ("*.py", "*.json", "*.toml")
LARGEST = 40_000  # bytes; a record of numbers is no page to read


class Source(XRefRole):
    """A reference to a file or folder of the project."""

    def process_link(
        self,
        env: BuildEnvironment,
        refnode: nodes.Element,
        has_title: bool,
        title: str,
        target: str,
    ) -> tuple[str, str]:
        """Read the page again when the file changes."""
        for path in readable(root(env) / target):
            env.note_dependency(str(path))
        return title, target


def root(env: BuildEnvironment) -> Path:
    """Return the folder of the project, which is that of conf.py."""
    return Path(env.app.confdir)


def readable(path: Path) -> list[Path]:
    """Return a file, or the files of a folder that are there to be read."""
    if not path.is_dir():
        return [path]
    found = [file for kind in KINDS for file in path.rglob(kind)]
    return sorted(file for file in found if file.stat().st_size < LARGEST)


def page_name(name: str) -> str:
    """Return the page of a file or folder.

    >>> page_name("src/convbook/padding.py")
    'source/src/convbook/padding.py'
    """
    return f"source/{name}"


class Library:
    """The files that the pages of this build lead to."""

    def __init__(self) -> None:
        self.wanted: set[Path] = set()

    def resolve(
        self, app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, content: nodes.Node
    ) -> nodes.Node | None:
        """Turn the role into a link; what is no file of the project stays unresolved."""
        path = root(env) / node["reftarget"]
        if node["reftype"] != "source" or not path.exists():
            return None
        return self.link(app, node["refdoc"], path, content)

    def link(
        self, app: Sphinx, page: str, path: Path, content: nodes.Node, line: int = 0
    ) -> nodes.Node:
        """Link to a file in the site; other formats lead to the repository, if there is one."""
        name = path.relative_to(app.confdir).as_posix()
        if app.builder.format == "html" and app.builder.name != "epub":
            self.wanted.update({path, *readable(path)})
            uri = app.builder.get_relative_uri(page, page_name(name))
            uri += f"#l-{line}" if line else ""
            return nodes.reference("", "", content, refuri=uri, internal=True)
        repository = app.config.sources_repository
        if not repository:
            return content
        return nodes.reference("", "", content, refuri=f"{repository}/tree/main/{name}")

    def mark_signatures(self, app: Sphinx, doctree: nodes.document, docname: str) -> None:
        """Give each signature of the library a link to its first line."""
        for signature in doctree.findall(addnodes.desc_signature):
            if place := defined(signature.get("module"), signature.get("fullname")):
                word = nodes.inline("", "[source]", classes=["viewcode-link"])
                app.env.note_dependency(str(place[0]), docname=docname)
                signature.append(self.link(app, docname, place[0], word, place[1]))

    def pages(self, app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
        """Write a page for each file and folder."""
        for path in sorted(self.wanted):
            name = path.relative_to(app.confdir).as_posix()
            body = listing(path) if path.is_dir() else code(path)
            description = f"{name}, a part of convbook's source, as the book was built from it."
            context = {
                "title": name,
                "body": f"<h1>{escape(name)}</h1>\n{body}",
                "metatags": f'<meta name="description" content="{escape(description)}" />',
            }
            yield page_name(name), context, "page.html"


def defined(module: str | None, name: str | None) -> tuple[Path, int] | None:
    """Return the file and line where the library defines a name, if it is a function or class."""
    if not module or not module.startswith("convbook"):
        return None
    found: Any = importlib.import_module(module)
    for part in (name or "").split("."):
        found = getattr(found, part, None)
    found = inspect.unwrap(found) if callable(found) else getattr(found, "fget", None)
    try:
        return Path(inspect.getsourcefile(found) or ""), inspect.getsourcelines(found)[1]
    except (OSError, TypeError):
        return None  # a value, or a method that NamedTuple wrote


def code(path: Path) -> str:
    """Return a file as highlighted HTML with a place to lead to in each line."""
    text = path.read_text("utf-8")
    if len(text) > LARGEST:
        return f"<pre>{escape(text)}</pre>"
    formatter = HtmlFormatter(lineanchors="l", cssclass="highlight")
    return highlight(text, get_lexer_for_filename(path.name), formatter)


def listing(folder: Path) -> str:
    """Return the files of a folder as a list of links."""
    items = []
    for path in readable(folder):
        name = path.relative_to(folder).as_posix()
        items.append(f'<li><a href="{folder.name}/{name}.html"><code>{name}</code></a></li>')
    return f"<ul>{''.join(items)}</ul>"


def setup(app: Sphinx) -> ExtensionMetadata:
    """Offer the role, resolve it, and write the pages."""
    library = Library()
    app.add_config_value("sources_repository", "", "env", str)
    app.add_role("source", Source(innernodeclass=nodes.literal))
    app.connect("missing-reference", library.resolve)
    app.connect("doctree-resolved", library.mark_signatures)
    app.connect("html-collect-pages", library.pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
