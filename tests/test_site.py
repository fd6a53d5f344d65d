"""The built book, read as files: it is whole, it stands alone, it tells nothing of its builder."""

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
from PIL import Image

from requirements import need
from website import CHAPTERS, PAGES, ROOT, Page, Site, unmeasured


def complaints(site: Site, found: dict[str, list[str]]) -> str:
    """Return one line a finding, each with its page."""
    return "\n".join(f"{page}: {what}" for page, items in found.items() for what in items)


def foreign(address: str) -> bool:
    """Tell whether an address leads to another host."""
    parts = urlsplit(address)
    return bool(parts.netloc) or parts.scheme in ("http", "https")


def dead_links(site: Site, page: Page) -> list[str]:
    """Return the links of a page that lead nowhere within the book."""
    dead = []
    for link in page.links + page.assets:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = page.path
        if parts.path:
            top = site.folder if parts.path.startswith("/") else page.path.parent  # of 404.html
            target = (top / unquote(parts.path).lstrip("/")).resolve()
        other = site.by_path.get(target.resolve())
        fragment = unquote(parts.fragment)
        if not target.is_file() or (other and fragment and fragment not in other.anchors):
            dead.append(link)
    return dead


def test_every_page_is_built(site: Site) -> None:
    assert {f"{stem}.html" for stem in PAGES} | {"search.html"} <= set(site.pages)


def test_every_link_and_anchor_leads_somewhere(site: Site) -> None:
    found = {name: dead_links(site, page) for name, page in site.pages.items()}
    assert not any(found.values()), complaints(site, found)


def test_nothing_is_loaded_from_another_host(site: Site) -> None:
    found = {name: [*filter(foreign, page.assets)] for name, page in site.pages.items()}
    assert not any(found.values()), complaints(site, found)
    for sheet in site.folder.rglob("*.css"):
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
        assert not re.search(r"(url\(|@import)\s*[\"']?(https?:)?//", text), sheet


def test_every_page_forbids_other_hosts(site: Site) -> None:
    for name, page in site.pages.items():
        rules = [
            meta["content"]
            for meta in page.all("meta")
            if meta.get("http-equiv", "").lower() == "content-security-policy"
        ]
        assert len(rules) == 1, name
        assert "default-src 'self'" in rules[0], name
        assert not re.search(r"http|\*", rules[0]), f"{name}: {rules[0]}"


def test_every_image_has_an_alternative_text(site: Site) -> None:
    """A text, not a file name; an empty one only for what a screen reader should pass over."""
    found: dict[str, list[str]] = {}
    for name, page in site.pages.items():
        drawings = [svg for svg in page.all("svg") if svg.get("role") == "img"]
        texts = [(img.get("alt"), img.get("src")) for img in page.all("img")]
        texts += [(svg.get("aria-label"), svg.get("class")) for svg in drawings]
        found[name] = [
            f"{what}: {text!r}"
            for text, what in texts
            if not text or re.search(r"_images/|\.(svg|png|jpe?g|webp)$", text)
        ]
    assert not any(found.values()), complaints(site, found)


def test_figures_say_what_is_to_be_seen(site: Site) -> None:
    """A figure's description is more than a title."""
    for name, page in site.pages.items():
        for drawing in [*page.all("svg"), *page.all("div")]:
            if {"convbook", "drawing"} & {*drawing.get("class", "").split()}:
                said = drawing.get("aria-label", "")
                assert len(said) >= 40 or drawing.get("aria-hidden") == "true", f"{name}: {said}"


def test_every_figure_can_be_taken_along(site: Site) -> None:
    """As SVG and as PNG; each says in itself what it shows, and who may use it."""
    names = {
        one for page in site.pages.values() for one in page.ids if re.match(r"fig-(?!.*\.)", one)
    }
    files = {path.name: path.read_bytes() for path in (site.folder / "_figures").iterdir()}
    assert {f"{name}.{kind}" for name in names for kind in ("svg", "png")} == {*files}
    for file, content in files.items():
        assert b"CC BY 4.0" in content, file
        assert b"Description" in content or b"aria-label" in content, file


def settings(site: Site) -> list[dict[str, Any]]:
    """Return what each explorable begins with."""
    held = re.compile(r'type="?application/json"?>(.*?)</script>')
    pages = site.pages.values()
    return [json.loads(found) for page in pages for found in held.findall(page.source)]


def test_every_picture_of_a_bench_is_served(site: Site) -> None:
    """A script makes their addresses, so no link tells that one is missing."""
    names = {name for given in settings(site) for name in given.get("pictures", {})}
    served = {path.stem for path in (site.folder / "_static" / "photographs").glob("*.png")}
    assert names
    assert names == served


def test_scripts_compute_with_the_pixels_of_their_programs(site: Site) -> None:
    """A picture that is only looked at may lose a little on its way into a page; theirs may not."""
    compared = 0
    for given in settings(site):
        if "/" not in given.get("picture", ""):
            continue
        names: dict[str, Any] = {}
        exec("\n".join(given["code"]).replace("{shift}", given.get("shift", "")), names)
        with Image.open(site.folder / given["picture"]) as held:
            pixels = np.asarray(held.convert("L"))
        np.testing.assert_array_equal(pixels, names.get("photo", names.get("picture")))
        compared += 1
    assert compared >= 2, "the cover and the picture that moves"


def test_ids_are_unique(site: Site) -> None:
    found = {
        name: [one for one, count in Counter(page.ids).items() if count > 1]
        for name, page in site.pages.items()
    }
    assert not any(found.values()), complaints(site, found)


def test_no_page_tells_where_it_was_built(site: Site) -> None:
    """Neither a memory address nor a folder of this machine, also not in the notebooks."""
    folders = {str(ROOT), str(site.folder.parent), str(Path.home()), sys.prefix}
    secret = re.compile("|".join([r"\bat 0x[0-9a-f]{6,}", "ipykernel_", *map(re.escape, folders)]))
    files = [*site.folder.rglob("*.html"), *site.folder.rglob("*.ipynb")]
    found = {path.name: secret.findall(path.read_text("utf-8")) for path in files}
    assert not any(found.values()), complaints(site, found)


def test_every_page_has_a_title_a_language_and_a_description(site: Site) -> None:
    for stem in PAGES:
        page = site.pages[f"{stem}.html"]
        assert page.all("html")[0].get("lang") == "en", stem
        assert page.all("title"), stem
        article = page.source.split("<article")[1].split("</article>")[0]
        assert len(re.findall("<h1", article)) == 1, stem
        metas = {meta.get("name"): meta.get("content", "") for meta in page.all("meta")}
        assert len(metas.get("description", "")) >= 30, stem
        assert "viewport" in metas, stem


def test_maths_is_mathml(site: Site) -> None:
    for name, page in site.pages.items():
        assert not [asset for asset in page.assets if "mathjax" in asset.lower()], name
        if name.startswith("source/"):
            continue  # a file as it is
        assert not re.search(r"\\\(|\\\[|\$\$", page.text), f"{name}: raw TeX"
    assert all(site.pages[f"{stem}.html"].all("math") for stem in CHAPTERS)


@pytest.mark.parametrize("stem", CHAPTERS)
def test_a_chapter_can_be_downloaded_as_a_notebook(site: Site, stem: str) -> None:
    nbformat = need("nbformat")
    page = site.pages[f"{stem}.html"]
    link = next(link for link in page.links if link.endswith(f"{stem}.ipynb"))
    notebook = nbformat.read(page.path.parent / link, as_version=4)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert cells
    assert all(cell.execution_count for cell in cells)
    for cell in cells:
        if "raises-exception" not in cell.metadata.get("tags", []):
            assert "error" not in {output.output_type for output in cell.outputs}, cell.source


@pytest.mark.parametrize(
    ("word", "page"),
    [("convolut", "convolution"), ("matrix", "matmul"), ("reflect", "padding"), ("conv2d", "api")],
)
def test_the_search_index_knows(site: Site, word: str, page: str) -> None:
    text = (site.folder / "_static" / "search-index.js").read_text("utf-8")
    entries = json.loads(text[text.index("[") : text.rindex("]") + 1])
    pages = {entry[0].partition(".html")[0] for entry in entries if word in " ".join(entry).lower()}
    assert page in pages


def test_the_search_quotes_prose(site: Site) -> None:
    """No toolbar, no code, no title that stands over every prediction."""
    text = (site.folder / "_static" / "search-index.js").read_text("utf-8")
    entries = json.loads(text[text.index("[") : text.rindex("]") + 1])
    furniture = re.compile(r"SVG PNG|CC BY 4\.0 [A-Z]|Predict first|import numpy|Show the code")
    found = [(entry[0], furniture.findall(entry[4])) for entry in entries]
    assert [one for one in found if one[1] and "chang" not in one[0]] == []


def test_measured_elements_can_be_set_aside() -> None:
    """What two builds are compared by keeps every byte but the measured ones."""
    source = '<!DOCTYPE html><p class="a">&lt;1 <span class="x measured"><b>2</b><br></span>3</p>'
    assert unmeasured(source) == '<!DOCTYPE html><p class="a">&lt;1 3</p>'


def test_constants_have_the_words_of_the_source(site: Site) -> None:
    """Not those of their type: autodoc would describe a tuple."""
    texts = [page.text for name, page in site.pages.items() if name.startswith("api/")]
    assert texts
    assert not [text for text in texts if "immutable sequence" in text]
    for words in ("BT.601, in thousandths", "to be stacked", "colour blobs and opponent"):
        assert any(words in text for text in texts), words


def test_names_of_pytorch_lead_to_its_pages(site: Site) -> None:
    links = site.pages["api/convolution.html"].links
    assert "https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.conv2d.html" in links


def test_the_glossary_leads_to_places_and_numbers_chapters(site: Site) -> None:
    """Each word says where it is explained: a section, and the number of its chapter."""
    article = site.pages["glossary.html"].source.split("<article")[1].split("</article>")[0]
    words = re.findall(r"<dt id=.*?</dt>\s*<dd>(.*?)</dd>", article, re.DOTALL)
    assert len(words) > 120
    for word in words:
        links = re.findall(r'<a class="reference internal" href="([^"]*)"[^>]*>(.*?)</a>', word)
        assert links, word
        for link, text in links:
            assert "#" in link, word
            number = CHAPTERS.index(link.split(".")[0]) + 1 if link.split(".")[0] in CHAPTERS else 0
            assert f"chapter {number}, " in text or not number, word
