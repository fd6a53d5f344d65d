"""One address: another one leaves no trace of the first, none leaves no link that leads nowhere."""

import os
import re
from importlib.metadata import metadata
from pathlib import Path
from zipfile import ZipFile

import pytest

from requirements import need
from website import NOWHERE, ROOT, Build, Page, build

PAGE = """\
---
myst: {html_meta: {description: A page that a test has planted.}}
---
# A planted page

Read {source}`src/convbook/padding.py`, {source}`the figures <src/convbook/figures/stride.py>`,
{source}`tests/test_padding.py` and {source}`src/convbook/matmul`.

```{eval-rst}
.. currentmodule:: convbook
.. autofunction:: flip
.. py:function:: conv2d()
```

```{toctree}
cite
spreadsheet
```
"""
SHEET = "---\nmyst: {html_meta: {description: A page of a workbook.}}\n---\n# The workbook\n"
ELSEWHERE = {"GITHUB_REPOSITORY": "Ann/her-book"}


def small_book(folder: Path, environment: dict[str, str]) -> Build:
    """Build one page with the project's own conf.py."""
    docs = folder / "docs"
    docs.mkdir()
    (docs / "index.md").write_text(PAGE, "utf-8")
    cite = (ROOT / "docs" / "cite.md").read_text("utf-8")
    (docs / "cite.md").write_text(cite.partition("Say which")[0], "utf-8")
    (docs / "spreadsheet.md").write_text(SHEET, "utf-8")
    env = {name: value for name, value in os.environ.items() if name not in NOWHERE}
    done = build(docs, folder / "_build" / "html", env=env | environment)
    assert done.status == 0, done.output
    return done


@pytest.fixture(scope="module")
def nowhere(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Build a book without an address."""
    return small_book(tmp_path_factory.mktemp("nowhere"), NOWHERE)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Build a book with an address of its own."""
    return small_book(tmp_path_factory.mktemp("elsewhere"), ELSEWHERE)


def outside(done: Build) -> set[str]:
    """Return every address of another host in a built book's own files."""
    pages = [path for path in done.folder.rglob("*.html") if "_static" not in path.parts]
    texts = [path.read_text("utf-8") for path in [*pages, *done.folder.glob("*.xml")]]
    found = {url for text in texts for url in re.findall(r"https?://[^\s\"'<>]+", text)}
    with ZipFile(done.folder / "_static" / "convbook.xlsx") as workbook:
        sheets = "".join(workbook.read(name).decode() for name in workbook.namelist())
    found |= set(re.findall(r"https?://[^\s<]+spreadsheet\.html", sheets))
    names = r"www\.w3\.org|www\.sitemaps\.org|schema\.org|creativecommons\.org"
    names += r"|doi\.org|inria\.hal\.science"  # papers that a docstring cites
    return {url for url in found if not re.match(rf"https?://({names})", url)}


def test_without_an_address_nothing_leads_outside(nowhere: Build) -> None:
    assert not outside(nowhere)
    page = Page(nowhere.folder / "index.html")
    assert not [link for link in page.all("link") if link.get("rel") == "canonical"]
    assert "Suggest edit" not in page.text
    assert "Open issue" not in page.text


def test_another_address_leaves_no_trace_of_the_first(elsewhere: Build) -> None:
    own = ("https://ann.github.io/her-book/", "https://github.com/Ann/her-book")
    found = outside(elsewhere)
    assert {url for url in found if not url.startswith(own)} == set()
    assert "https://ann.github.io/her-book/spreadsheet.html" in found
    canonical = [
        link["href"]
        for link in Page(elsewhere.folder / "index.html").all("link")
        if link.get("rel") == "canonical"
    ]
    assert canonical == ["https://ann.github.io/her-book/index.html"]
    assert any("/issues/new" in url for url in found)
    assert any("/edit/main/docs/index.md" in url for url in found)


def test_the_sources_are_pages_of_the_site(nowhere: Build) -> None:
    """Files, folders and signatures lead to code inside the site, which is there."""
    page = Page(nowhere.folder / "index.html")
    links = [link for link in page.links if link.startswith("source/")]
    assert {"source/src/convbook/padding.py.html", "source/src/convbook/matmul.html"} <= {*links}
    for link in links:
        name, _, line = link.partition("#")
        target = Page(nowhere.folder / name)
        assert not line or line in target.ids
    text = Page(nowhere.folder / "source/src/convbook/padding.py.html").text
    code = (ROOT / "src" / "convbook" / "padding.py").read_text("utf-8")
    assert "".join(code.split()) in "".join(text.split())
    flip = next(link for link in links if "#l-" in link)
    line = int(flip.rpartition("-")[2])
    module = (ROOT / "src" / "convbook" / "convolution.py").read_text("utf-8")
    assert module.splitlines()[line - 1].startswith("def flip")


def test_a_folder_lists_files_that_are_there(nowhere: Build) -> None:
    folder = Page(nowhere.folder / "source/src/convbook/matmul.html")
    files = [link for link in folder.links if link.startswith("matmul/")]
    assert len(files) > 2
    assert all((folder.path.parent / link).is_file() for link in files)


def test_a_missing_source_is_an_error(tmp_path: Path) -> None:
    text = PAGE.replace("src/convbook/matmul", "src/convbook/nosuchfile.py")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text(text.partition("```{toctree}")[0], "utf-8")
    done = build(tmp_path / "docs", tmp_path / "_build" / "html")
    assert done.status != 0
    assert re.search(r"index\.md:\d+: .*nosuchfile", done.output), done.output


def test_the_citation_file_has_the_same_address() -> None:
    yaml = need("yaml")
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    entries = metadata("convbook").get_all("Project-URL") or []
    urls = dict(entry.split(", ", 1) for entry in entries)
    assert citation.get("repository-code") == urls.get("Repository")
    assert citation.get("url") == urls.get("Documentation")


def test_no_page_and_no_module_types_the_address_by_hand() -> None:
    """A role, a setting or nothing: a typed address is dead on every other host."""
    typed = re.compile(r"(github\.com|gitlab\.com)/convbook|convbook\.(github|readthedocs)\.io")
    files = [ROOT / "conf.py", *(ROOT / "docs").rglob("*.md")]
    files += [*(ROOT / "docs" / "_ext").glob("*.py"), *(ROOT / "src").rglob("*.py")]
    assert [path.name for path in files if typed.search(path.read_text("utf-8"))] == []
