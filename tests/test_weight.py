"""What a page weighs: budgets for each kind of page, and the steps that keep them."""

import base64
import gzip
import io
import re
from pathlib import Path
from string import ascii_lowercase, ascii_uppercase
from urllib.parse import urlsplit

import numpy as np
import pytest

from requirements import need
from website import CHAPTERS, Page, Site

# Kilobytes that a page may send, compressed, and files that it may ask for.
CHAPTER, COVER, REFERENCE, HTML, REQUESTS = 450, 150, 100, 200, 18
BELOW = ("traps", "undo", "colour", "composition", "switching", "looking", "engineering")
"""Pages below a chapter, with figures like its own."""
FONT = r"url\(data:font/woff2;base64,([\w+/=]+)\)"
COMPRESSED = (".webp", ".png", ".jpg")


def sent(path: Path) -> int:
    """Return the bytes that a host sends for a file."""
    data = path.read_bytes()
    return len(data) if path.suffix in COMPRESSED else len(gzip.compress(data, 6))


def files(site: Site, page: Page) -> set[Path]:
    """Return what a browser fetches for a page: what it names."""
    names = [urlsplit(name).path for name in page.assets if not name.startswith("data:")]
    names += re.findall(r'(?:xlink:)?href="((?:\.\./)*_images/[^"]+)"', page.source)
    paths = [
        site.folder / name[1:] if name[0] == "/" else page.path.parent / name for name in names
    ]
    touched = site.folder / "_static" / "explore"  # budgets hold before what can be touched
    found = {page.path, *(path.resolve() for path in paths)}
    return {path for path in found if touched.resolve() not in path.parents}


def budget(name: str) -> int:
    """Return the kilobytes that a page may weigh."""
    stem = name.removesuffix(".html")
    if stem in CHAPTERS or stem in BELOW:
        return CHAPTER
    return COVER if stem == "index" else REFERENCE


def test_every_page_keeps_its_budget(site: Site) -> None:
    found = []
    for name, page in site.pages.items():
        if name == "search.html" or name.startswith("source/"):
            continue  # the index is the search
        needed = files(site, page)
        weight = sum(map(sent, needed)) / 1000
        if weight > budget(name) or sent(page.path) / 1000 > HTML or len(needed) > REQUESTS:
            found.append(f"{name}: {weight:.0f} kB, {sent(page.path) / 1000:.0f} kB of it HTML, "
                         f"{len(needed)} requests")  # fmt: skip
    assert not found, "\n".join(found)


def test_every_file_that_a_page_fetches_is_there(site: Site) -> None:
    for name, page in site.pages.items():
        missing = [path for path in files(site, page) if not path.is_file()]
        assert not missing, f"{name}: {missing}"


def test_one_style_one_script_and_nothing_unread(site: Site) -> None:
    for name, page in site.pages.items():
        linked = [link for link in page.all("link") if link.get("rel") == "stylesheet"]
        assert len(linked) == 1 + bool(page.all("math")), name
        blocking = [
            script
            for script in page.all("script")
            if script.get("src") and "defer" not in script and script.get("type") != "module"
        ]
        assert not blocking, name
    static = site.folder / "_static"
    assert not [*static.rglob("*.map"), *static.rglob("fontawesome.js")]


def test_pictures_say_how_large_they_are(site: Site) -> None:
    """A picture that does not would move what stands below it."""
    for name, page in site.pages.items():
        unsized = [img["src"] for img in page.all("img") if not {"width", "height"} <= {*img}]
        assert not unsized, f"{name}: {unsized}"


def test_the_cut_fonts_hold_every_character_in_use(site: Site) -> None:
    fonts = need("fontTools.ttLib")
    sheets = [site.folder / "_static" / name for name in ("book.css", "maths.css")]
    text = "".join(sheet.read_text("utf-8") for sheet in sheets)
    packed = [base64.b64decode(code) for code in re.findall(FONT, text)]
    assert len(packed) == text.count("@font-face")  # a font that comes later moves the lines
    *_, maths = packed
    held = set(fonts.TTFont(io.BytesIO(maths)).getBestCmap())
    italic = dict(zip(ascii_uppercase + ascii_lowercase, range(0x1D434, 0x1D468), strict=True))
    italic["h"] = 0x210E
    italic |= {chr(0x3B1 + k): 0x1D6FC + k for k in range(25)}  # alpha to omega
    shown: set[int] = set()
    for page in site.pages.values():
        for formula in re.findall(r"<math.*?</math>", page.source, re.DOTALL):
            for element, attributes, text in re.findall(r"<(m[ino])([^>]*)>(\w+)</m", formula):
                alone = (element, attributes) == ("mi", "") and text in italic
                shown |= {italic[text]} if alone else {*map(ord, text)}
    assert len(shown) > 50
    assert shown <= held
    assert sum(map(len, packed)) < 25_000


def test_a_rule_stays_exactly_if_a_page_can_need_it() -> None:
    purge = need("stylesheet").purge
    words = {"used", "open"}
    assert purge(".gone { x: y }", words) == ""
    assert purge(":root { --gone: 'a;b'; --seen: 1 }", {"--seen"}) == ":root{ --seen: 1 }"
    assert purge(".used .gone, a { x: y }", words) == "a{ x: y }"
    assert purge("@media print { .gone { x: y } .used { x: y } }", words).count("{") == 2
    assert purge("#gone { x: y } a[href] { x: y }", words) == "a[href] { x: y }".replace(" {", "{")


def test_paper_is_light() -> None:
    """Dark rules hold on screens only; what holds in the light also holds on paper."""
    purge = need("stylesheet").purge
    made = purge('html[data-theme="dark"] { --i: 1 } html[data-theme="light"] { --i: 0 }', {"--i"})
    assert '@media screen{html[data-theme="dark"]{ --i: 1 }}' in made
    assert "@media print{html[data-theme]{ --i: 0 }}" in made


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_a_picture_made_smaller_is_the_same_picture(mode: str) -> None:
    image = need("PIL.Image")
    lighten = need("lighten")
    picture = image.radial_gradient("L").resize((48, 48)).convert(mode)
    written = io.BytesIO()
    picture.save(written, "PNG")
    kind, data = lighten.shrunk(base64.b64encode(written.getvalue()).decode())
    again = image.open(io.BytesIO(data)).convert("RGBA")
    assert again.tobytes() == picture.convert("RGBA").tobytes()
    assert len(data) <= len(written.getvalue())
    assert kind in ("webp", "png")


def test_a_large_photograph_loses_nothing_that_is_seen() -> None:
    image, data = need("PIL.Image"), need("skimage.data")
    lighten = need("lighten")
    pixels = data.camera()[100:260, 150:310]
    written = io.BytesIO()
    image.fromarray(pixels).save(written, "PNG")
    kind, small = lighten.shrunk(base64.b64encode(written.getvalue()).decode())
    again = np.asarray(image.open(io.BytesIO(small)).convert("L"))
    assert kind == "webp"
    assert len(small) < len(written.getvalue()) / 2
    assert abs(again.astype(int) - pixels).max() < 16  # of 255


def test_a_rebuild_puts_no_more_pictures_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that is not written again is made light again: it must be left as it is."""
    lighten = need("lighten")
    monkeypatch.setattr(lighten, "shrunk", lambda code, exact: ("png", base64.b64decode(code)))
    codes = [base64.b64encode(bytes([n]) * 2 * lighten.LARGE).decode() for n in range(20)]
    page = tmp_path / "page.html"
    site = lighten.Site(
        tmp_path, {page: " ".join(f'"data:image/png;base64,{code}"' for code in codes)}
    )
    lighten.unpack_pictures(site)
    once = site.pages[page]
    assert once.count("_images/") == lighten.FILES
    lighten.unpack_pictures(site)
    assert site.pages[page] == once
