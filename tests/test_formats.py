"""The other formats: an EPUB whose pages are well-formed, and LaTeX with the site's chapters."""

import importlib
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from requirements import need
from test_build import FIGURE, HEAD, SOUND
from website import ROOT, Page, Site

INDEX = """\
---
myst: {html_meta: {description: A page that a test has planted.}}
---
# A book

The cover.

```{toctree}
:numbered: 1
page
```
"""
FOLD = "\n:::{dropdown} Solution\nIt is $\\alpha \\operatorname{f}(x)$.\n:::\n"
HTML = """
```{raw} html
<form data-a='b' hidden><input required><br><a href="page.html?a=1&b=2" download>R&D</a></form>
```
"""


def built(folder: Path, builder: str, *options: str) -> Path:
    """Build a book of one chapter in a format."""
    need("sphinx")
    docs = folder / "docs"
    docs.mkdir()
    text = HEAD + SOUND + FIGURE.format(alt="Nothing but an empty frame.") + FOLD + HTML
    (docs / "page.md").write_text(text, "utf-8")
    (docs / "index.md").write_text(INDEX, "utf-8")
    target = folder / "_build" / builder
    command = [sys.executable, "-m", "sphinx", "-b", builder, "-c", str(ROOT), "-nW", *options]
    command += ["-d", str(folder / "_build" / "doctrees")]
    done = subprocess.run(
        [*command, str(docs), str(target)],
        cwd=ROOT, env={**os.environ}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return target


def test_the_epub_is_well_formed(tmp_path: Path) -> None:
    """Each page parses as XML, and the table says which ones hold mathematics and drawings."""
    options = ("-D", "templates_path=", "-D", "html_css_files=palette.css,epub-book.css")
    target = built(tmp_path, "epub", *options)
    with zipfile.ZipFile(next(target.glob("*.epub"))) as book:
        assert book.namelist()[0] == "mimetype"
        for name in book.namelist():
            if name.endswith((".xhtml", ".opf", ".ncx")):
                ElementTree.fromstring(book.read(name))
        assert not [name for name in book.namelist() if re.search("_figures/|search|mystnb", name)]
        page = book.read("page.xhtml").decode()
        table = book.read("content.opf").decode()
        assert any(name.endswith("convbook-math.woff2") for name in book.namelist())
    assert re.search(r'href="page\.xhtml"[^>]*properties="[^"]*mathml', table)
    assert "<details open" in page


def test_the_latex_has_the_sites_chapters(tmp_path: Path) -> None:
    """A page is a chapter, the cover is none, and sections have no numbers."""
    text = (built(tmp_path, "latex") / "convbook.tex").read_text("utf-8")
    assert re.findall(r"\\chapter\{([^}]*)\}", text) == ["A planted page"]
    assert r"\setcounter{secnumdepth}{0}" in text
    assert "xelatex" in (ROOT / "conf.py").read_text("utf-8")


def test_the_pdf_shows_the_whole_drawing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page breaks a row of panels into several drawings; the PDF takes the file of all."""
    nodes, drawings = need("docutils.nodes"), need("drawings")
    monkeypatch.setattr(drawings, "converted", lambda svg, folder: svg.with_suffix(".pdf"))
    svg, png = (nodes.container("", nodes.image(uri=f"whole.{kind}")) for kind in ("svg", "png"))
    images = SimpleNamespace(add_file=lambda page, path: None)
    env = SimpleNamespace(srcdir=tmp_path, docname="page", images=images)
    place = SimpleNamespace(env=env, app=SimpleNamespace(outdir=tmp_path))
    drawings.Drawings.draw(place, svg, png)
    assert png[0]["uri"] == str(tmp_path / "whole.pdf")


@pytest.mark.parametrize(("rows", "breaks"), [(5, False), (20, True)])
def test_a_table_of_many_rows_breaks_over_pages(rows: int, breaks: bool) -> None:
    nodes, tables = need("docutils.nodes"), need("tables")
    document = need("docutils.utils").new_document("a page")
    table = nodes.table("", nodes.tbody("", *(nodes.row() for _ in range(rows))))
    document += nodes.section("", table)
    tables.LongTables(document).run()
    assert ("longtable" in table["classes"]) is breaks


def test_a_wide_table_becomes_cards_that_say_their_column() -> None:
    """A narrow one stays, and so does one that joins cells."""
    deal = need("tables").deal
    head = '<table class="table"><thead><tr><th>A &amp; B</th><th>C</th></tr></thead><tbody>'
    wide = f"{head}<tr><td><code>{'x' * 40}</code></td><td>1</td></tr></tbody></table>"
    dealt = deal(wide)
    assert '<table role="table" class="table cards">' in dealt
    assert re.findall(r'data-column="([^"]*)"', dealt) == ["A &amp; B", "C"]
    assert dealt.count('role="cell"') == 2
    narrow = wide.replace("x" * 40, "x")
    joined = wide.replace("<td>1", '<td colspan="2">1')
    assert (deal(narrow), deal(joined)) == (narrow, joined)


def test_a_formats_page_names_only_what_is_there(site: Site) -> None:
    page = site.pages["take-along.html"]
    there = [link for link in page.links if link.startswith(("downloads/", "_sources/"))]
    assert there
    assert all((site.folder / link).is_file() for link in there)
    assert "(size of" not in page.source
    sizes = re.findall(r"(?:worked|blank) \((\d+ kB|\d+\.\d MB)\)", page.text)
    assert len(sizes) == len([link for link in there if link.endswith(".ipynb")])


def test_the_lists_are_read_again_when_they_may_have_changed(tmp_path: Path) -> None:
    """When a page is, or when a format has come; otherwise a second build leaves them alone."""
    formats = need("formats")
    app = SimpleNamespace(outdir=tmp_path / "html")
    env = SimpleNamespace(metadata={"take-along": {"lists-files": "yes"}, "padding": {}})

    def outdated(changed: set[str]) -> list[str]:
        found: list[str] = formats.outdated(app, env, set(), changed, set())
        return found

    assert outdated(set()) == ["take-along"]
    assert outdated(set()) == []
    assert outdated({"padding"}) == ["take-along"]
    (tmp_path / "formats").mkdir()
    (tmp_path / "formats" / "convbook.epub").write_bytes(b"book")
    assert outdated(set()) == ["take-along"]
    assert outdated(set()) == []


def test_what_is_found_and_cited(site: Site) -> None:
    cover = site.pages["index.html"]
    title = re.search(r"<title>([^<]*)</title>", cover.source)
    assert title
    assert "convolution" in title[1]
    cite = site.pages["cite.html"].text
    assert "@misc{convbook," in cite
    version = need("importlib.metadata").version("convbook")
    assert version in cite
    lost = site.pages["404.html"]
    assert any(form.get("role") == "search" for form in lost.all("form"))
    assert all(link.startswith(("/", "#", "http")) for link in lost.links)
    assert (site.folder / "robots.txt").is_file()
    assert any(version in page.text for page in site.pages.values())


EXTENSIONS = sorted(path.stem for path in (ROOT / "docs" / "_ext").glob("*.py"))


@pytest.mark.parametrize("name", EXTENSIONS)
def test_an_extension_says_why_it_is_there_and_loads(name: str) -> None:
    """What it takes from inside other packages is where it was, or this fails at once."""
    module = importlib.import_module(name)
    assert len((module.__doc__ or "").strip()) > 60


# Addresses that others link to: a chapter may gain places, and keeps these.
PUBLIC = {
    "index": ["cover"],
    "convolution": ["convolution", "by-hand", "exercises", "read-the-source"],
    "matmul": ["matmul", "by-hand", "exercises", "read-the-source"],
    "padding": ["padding", "by-hand", "exercises", "read-the-source"],
    "channels": ["channels", "exercises", "read-the-source"],
    "stacking": ["stacking", "exercises", "read-the-source"],
    "stride": ["stride", "exercises", "read-the-source"],
    "initialization": ["initialization", "exercises", "read-the-source"],
    "filters": ["filters", "exercises", "read-the-source"],
    "algorithms": ["algorithms", "exercises", "read-the-source"],
    "glossary": ["glossary"],
    "conventions": ["conventions"],
    "api": ["api"],
}


@pytest.mark.parametrize("name", PUBLIC)
def test_public_places_stay(site: Site, name: str) -> None:
    page: Page = site.pages[f"{name}.html"]
    assert [place for place in PUBLIC[name] if place not in page.ids] == []
