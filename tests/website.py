"""The built book, as the tests see it: one cold build a run, shared by all that look at it."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

import pytest

from requirements import need

ROOT = Path(__file__).parents[1]
NUMBERED = r"(?m)^```\{toctree\}\n(?=(?::.*\n)*:numbered:)(?::.*\n)*\n((?:.+\n)*?)```$"
CHAPTERS = re.findall(NUMBERED, (ROOT / "docs" / "index.md").read_text("utf-8"))[0].split()
DOCS = ROOT / "docs"
PAGES = sorted(
    path.relative_to(DOCS).with_suffix("").as_posix()
    for path in DOCS.rglob("*.md")
    if not path.relative_to(DOCS).parts[0].startswith("_")
)
"""Every page that is written by hand, as in ``padding`` and ``api/padding``."""
VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"]
)
BUILT = os.environ.get("CONVBOOK_SITE", "")
"""A book that ``nox -s book`` has just built from nothing."""
GATES = ("-n", "-W", "--keep-going")

NOWHERE = {"GITHUB_REPOSITORY": "", "READTHEDOCS_CANONICAL_URL": ""}
"""The environment of a book without an address, as on a visitor's machine."""

Attributes = dict[str, str]


class Build(NamedTuple):
    """What came of a run of Sphinx."""

    folder: Path
    status: int
    output: str

    @property
    def executed(self) -> int:
        """How many pages had their cells run."""
        return self.output.count("Executed notebook")


def build(
    source: Path, target: Path, config: Path = ROOT, env: Mapping[str, str] | None = None
) -> Build:
    """Build a source folder as ``nox -s book`` does, into a folder of its own."""
    need("sphinx")
    doctrees = target.with_name(f"{target.name}-doctrees")
    folders = map(str, (source, target))
    command = [sys.executable, "-m", "sphinx", "-c", str(config), "-d", str(doctrees), *GATES]
    done = subprocess.run(
        [*command, *folders],
        cwd=config,
        env=env or os.environ | NOWHERE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Build(target, done.returncode, done.stdout)


class Page(HTMLParser):
    """What the tests need to know of a page, collected while it is parsed."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.source = path.read_text("utf-8")
        self.elements: list[tuple[str, Attributes]] = []
        self.words: list[str] = []
        self._silent = False
        self.feed(self.source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._silent = tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        """Hear again after a script."""
        self._silent = False

    def handle_data(self, data: str) -> None:
        """Note the text a reader sees."""
        if not self._silent:
            self.words.append(data)

    @property
    def text(self) -> str:
        """The text a reader sees."""
        return "".join(self.words)

    def all(self, *tags: str) -> list[Attributes]:
        """The attributes of every element of some kinds."""
        return [attributes for tag, attributes in self.elements if tag in tags]

    @cached_property
    def ids(self) -> list[str]:
        """Every id, as often as it is given."""
        return [attributes["id"] for _, attributes in self.elements if "id" in attributes]

    @cached_property
    def anchors(self) -> frozenset[str]:
        """Where a link can lead."""
        return frozenset(self.ids)

    @property
    def links(self) -> list[str]:
        """Where the page's links lead."""
        return [attributes["href"] for attributes in self.all("a") if attributes.get("href")]

    @property
    def assets(self) -> list[str]:
        """What the browser fetches to show the page."""
        kinds = {"stylesheet", "icon", "preload", "modulepreload", "prefetch", "preconnect"}
        linked = [a["href"] for a in self.all("link") if kinds & set(a.get("rel", "").split())]
        keys = ("src", "data", "poster")
        tags = ("script", "img", "source", "iframe", "embed", "object", "video", "audio")
        return linked + [a[key] for a in self.all(*tags) for key in keys if a.get(key)]


class Unmeasured(HTMLParser):
    """A page's source without the elements of class ``measured``."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=False)
        self.kept: list[str] = []
        self._inside: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Enter a measured element, or keep the tag."""
        measured = "measured" in (dict(attrs).get("class") or "").split()
        if (self._inside or measured) and tag not in VOID:
            self._inside.append(tag)
        elif not self._inside and not measured:
            self.kept.append(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a closed tag."""
        self._keep(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        """Leave a measured element, or keep the tag."""
        if self._inside:
            while self._inside.pop() != tag:
                pass
        else:
            self.kept.append(f"</{tag}>")

    def _keep(self, text: str) -> None:
        if not self._inside:
            self.kept.append(text)

    handle_data = _keep

    def handle_comment(self, data: str) -> None:
        """Keep a comment."""
        self._keep(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        """Keep the doctype."""
        self._keep(f"<!{decl}>")

    def handle_entityref(self, name: str) -> None:
        """Keep a named character."""
        self._keep(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """Keep a numbered character."""
        self._keep(f"&#{name};")


def unmeasured(source: str) -> str:
    """Return a page's source without its measured times."""
    return "".join(Unmeasured(source).kept)


class Site:
    """The built book: its folder and its pages by name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        files = (path for path in folder.rglob("*.html") if "_static" not in path.parts)
        self.pages = {path.relative_to(folder).as_posix(): Page(path) for path in sorted(files)}
        self.by_path = {page.path.resolve(): page for page in self.pages.values()}


@pytest.fixture(scope="session")
def site() -> Site:
    """Take the built book, or build what ``nox -s book`` would, once a run; it must not warn."""
    if BUILT:
        return Site(ROOT / BUILT)
    done = build(ROOT / "docs", ROOT / "_build" / "html")
    assert done.status == 0, f"the book does not build:\n{done.output[-6000:]}"
    return Site(done.folder)
