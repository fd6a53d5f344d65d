"""List what a reader can take along, with its size: only what is there.

``nox -s formats`` puts the book's other formats into ``_build/formats``; a build without them
says so. No library knows which files a page offers and how large they are. The pages that list
something are read again when any other page is, or when a format has come or gone.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import yaml
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata

FORMATS = {
    "convbook.pdf": "PDF, to print or to read in a viewer",
    "convbook.epub": "EPUB, for a reader or a telephone",
    "convbook-site.zip": "The site, to read without a network",
}
BIBTEX = """\
@misc{{convbook,
  author       = {{{{{author}}}}},
  title        = {{{title}}},
  note         = {{Version {version}}},{address}
}}"""


def folder(app: Sphinx) -> Path:
    """Return where ``nox -s formats`` puts its files."""
    return Path(app.outdir).parent / "formats"


def size(path: Path) -> str:
    """Return a file's size as a reader says it.

    >>> size(Path(__file__)).endswith(" kB")
    True
    """
    number = path.stat().st_size
    return f"{number / 1e6:.1f} MB" if number >= 1e6 else f"{max(1, round(number / 1e3))} kB"


class Listing(SphinxDirective):
    """A list that follows what is there."""

    def run(self) -> list[nodes.Node]:
        """Remember the page, and write the list."""
        self.env.metadata[self.env.docname]["lists-files"] = "yes"
        return list(self.content_nodes())

    def content_nodes(self) -> Iterator[nodes.Node]:
        """Write the list."""
        raise NotImplementedError


class Formats(Listing):
    """The formats of the whole book."""

    def content_nodes(self) -> Iterator[nodes.Node]:
        """List the files, or say how they are made."""
        found = {name: folder(self.env.app) / name for name in FORMATS}
        found = {name: path for name, path in found.items() if path.exists()}
        if not found:
            how = nodes.literal("", "nox -s formats")
            text = "This copy of the site was built without them; ", " builds them."
            yield nodes.paragraph("", text[0], how, nodes.Text(text[1]))
            return
        items = [
            item(FORMATS[name], [(f"downloads/{name}", f"{name}, {size(path)}")])
            for name, path in found.items()
        ]
        yield nodes.bullet_list("", *items)


class Notebooks(Listing):
    """Both editions of each chapter, whose sizes ``editions.py`` fills in."""

    endings: ClassVar = {"": "worked", "-blank": "blank"}

    def content_nodes(self) -> Iterator[nodes.Node]:
        """List the chapters in their order."""
        yield nodes.bullet_list("", nodes.list_item(), classes=["notebooks"])


class Citation(Listing):
    """The citation of CITATION.cff, as text and in BibTeX."""

    def content_nodes(self) -> Iterator[nodes.Node]:
        """Write both."""
        app, source = self.env.app, Path(self.env.app.confdir, "CITATION.cff")
        self.env.note_dependency(str(source))
        data = yaml.safe_load(source.read_text("utf-8"))
        author = ", ".join(one.get("name", "") for one in data["authors"])
        version, address = app.config.release, app.config.html_baseurl
        parts = [f"{author}: ", nodes.emphasis("", data["title"]), f". Version {version}."]
        yield nodes.paragraph("", "", *[nodes.Text(p) if isinstance(p, str) else p for p in parts])
        where = f"\n  howpublished = {{\\url{{{address}}}}}," if address else ""
        text = BIBTEX.format(author=author, title=data["title"], version=version, address=where)
        yield nodes.literal_block(text, text, language="bibtex")


def item(title: str, links: list[tuple[str, str]]) -> nodes.list_item:
    """Return a line of a list with links to files."""
    paragraph = nodes.paragraph("", f"{title}: ")
    for number, (address, text) in enumerate(links):
        paragraph += nodes.Text(", " if number else "")
        paragraph += nodes.reference("", text, refuri=address, internal=True)
    return nodes.list_item("", paragraph)


def outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Read the pages with a list again if what they list may have changed."""
    paths = [folder(app) / name for name in FORMATS]
    found = {path.name: size(path) for path in paths if path.exists()}
    same = getattr(env, "formats_found", None) == found
    env.formats_found = found  # type: ignore[attr-defined]  # kept with the other pages' facts
    if same and not added | changed | removed:
        return []
    return [page for page, data in env.metadata.items() if "lists-files" in data]


def chapters(env: BuildEnvironment) -> list[tuple[str, str]]:
    """Return the pages that have a number and cells, each with its number and title."""
    numbers = {page: found.get("", ()) for page, found in env.toc_secnumbers.items()}
    pages = [page for page in numbers if env.metadata[page].get("kernelspec")]
    pages.sort(key=lambda page: numbers[page])
    return [
        (page, f"{'.'.join(map(str, numbers[page]))}. {env.titles[page].astext()}")
        for page in pages
    ]


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Write the list of notebooks once the chapters' titles and numbers are known."""
    for place in doctree.findall(nodes.bullet_list):
        if "notebooks" in place["classes"]:
            place.children = []
            for page, title in chapters(app.env):
                links = [
                    (f"_sources/{page}{ending}.ipynb", f"{name} (size of {page}{ending}.ipynb)")
                    for ending, name in Notebooks.endings.items()
                ]
                place.append(item(title, links))
    if "lists-files" in app.env.metadata[docname] and app.builder.name != "html":
        for link in list(doctree.findall(nodes.reference)):
            if link.get("internal"):  # to a file that only the site has
                link.replace_self(nodes.Text(link.astext()))


def copy(app: Sphinx, exception: Exception | None) -> None:
    """Put the formats beside the pages."""
    if exception is None and app.builder.name == "html":
        for name in FORMATS:
            if (source := folder(app) / name).exists():
                target = Path(app.outdir, "downloads", name)
                target.parent.mkdir(exist_ok=True)
                shutil.copyfile(source, target)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Offer the lists."""
    app.add_directive("formats", Formats)
    app.add_directive("notebooks", Notebooks)
    app.add_directive("citation", Citation)
    app.connect("env-get-outdated", outdated)
    app.connect("doctree-resolved", fill)
    app.connect("build-finished", copy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
