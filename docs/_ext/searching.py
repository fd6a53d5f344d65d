"""The book's own search index: its prose, by section.

Sphinx indexes whole pages, hidden code included, and quotes toolbars; Pagefind quotes sections,
but needs a binary and a server, and the book is also read from disk. So the written pages are
read once more: each section, term and function becomes an entry with its prose. It depends on
HTML, and on the switch ``search`` of Sphinx's builders. The index is a script, since a page on
disk may not fetch; search.js ranks it.
"""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

SKIPPED = re.compile(
    r"<(svg|pre|script|style|button|summary|annotation|nav|footer)\b.*?</\1>"
    r'|<p class="(?:take|admonition-title)">.*?</p>',
    re.DOTALL,
)
ARTICLE = re.compile(r"<article.*?</article>", re.DOTALL)
HEADINGS = {"h1", "h2", "h3", "h4"}
BREAKS = {"p", "li", "td", "th", "dd", "dt", "figcaption", "div", "section", *HEADINGS}
REFERENCE = {"glossary": "glossary", "api": "library"}


class Entry(NamedTuple):
    """A section, a term or a function."""

    anchor: str
    title: list[str]
    text: list[str]


class Sections(HTMLParser):
    """The sections of an article, with their titles and prose."""

    def __init__(self, article: str) -> None:
        super().__init__()
        self.entries: list[Entry] = [Entry("", [], [])]
        self._anchors: list[str] = []
        self._title = ""
        self._hidden = False
        self._measured: list[str] = []  # what was measured differs in every build
        self.feed(SKIPPED.sub(" ", article))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an entry at a heading, a term or a signature."""
        given = dict(attrs)
        if tag in BREAKS:
            self.handle_data(" ")
        if "measured" in (given.get("class") or "").split() or self._measured[:1] == [tag]:
            self._measured.append(tag)
        if self._measured:
            return
        self._hidden = given.get("class") in ("headerlink", "caption-number")
        if tag == "section":
            self._anchors.append(given.get("id") or "")
        elif tag in HEADINGS or (tag == "dt" and given.get("id")):
            anchor = given.get("id") or (self._anchors or [""])[-1]
            self.entries.append(Entry(anchor, [], []))
            self._title = tag

    def handle_endtag(self, tag: str) -> None:
        """End a title."""
        if self._measured:
            if tag == self._measured[0]:
                self._measured.pop()
            return
        self._hidden = False
        if tag == self._title:
            self._title = ""
        if tag == "section":
            self._anchors.pop()

    def handle_data(self, data: str) -> None:
        """Collect a title's words or prose."""
        if not self._hidden and not self._measured:
            entry = self.entries[-1]
            (entry.title if self._title else entry.text).append(data)


def words(parts: list[str]) -> str:
    """Join parts of text.

    >>> words(["a  b", " , c"])
    'a b, c'
    """
    return re.sub(r" ([.,;:)])", r"\1", " ".join("".join(parts).split()))


def sections(page: str, html: str, kind: str) -> list[tuple[str, str, str, str, str]]:
    """Return the entries of a page: address, title, title of the page, kind, prose."""
    found = ARTICLE.search(html)
    if not found:
        return []
    entries = [entry for entry in Sections(found[0]).entries if entry.title]
    name = words(entries[0].title) if entries else ""
    made = []
    for number, entry in enumerate(entries):
        address = f"{page}.html" + (f"#{entry.anchor}" if number and entry.anchor else "")
        title = re.sub(r"^convbook\.|\(.*|\s*\[source\]", "", words(entry.title))
        made.append((address, title if kind == "library" else words(entry.title), name, kind,
                     words(entry.text)))  # fmt: skip
    return made


def write_index(app: Sphinx, exception: Exception | None) -> None:
    """Write the index of all pages beside the search, if one of them is newer."""
    if exception is not None or app.builder.name != "html":
        return
    pages = {page: Path(app.outdir, f"{page}.html") for page in sorted(app.env.found_docs)}
    target = Path(app.outdir, "_static", "search-index.js")
    newest = max(path.stat().st_mtime for path in (Path(__file__), *pages.values()))
    if target.exists() and target.stat().st_mtime > newest:
        return
    entries = []
    chapters = app.env.toc_secnumbers  # pages that have numbers
    for page, path in pages.items():
        kind = "chapter" if chapters.get(page) else REFERENCE.get(page.split("/")[0], "page")
        entries += sections(page, path.read_text("utf-8"), kind)
    text = json.dumps(entries, ensure_ascii=False, separators=(",", ":"))
    target.write_text(f"const sections={text};", "utf-8")


def replace_sphinx(app: Sphinx) -> None:
    """Leave Sphinx's own index out; the page of results is one of ours."""
    app.builder.search = False


def setup(app: Sphinx) -> ExtensionMetadata:
    """Read the pages when they are written."""
    app.connect("builder-inited", replace_sphinx)
    app.connect("build-finished", write_index, priority=950)  # no step after it writes a page
    return {"parallel_read_safe": True, "parallel_write_safe": True}
