"""Make the finished site light: one style sheet, one script, small fonts and pictures.

A bundler would do this and needs Node; Sphinx has no such step. After the pages are written, what
every page loads is put into one file of each kind, fonts are cut to the characters in use by
fontTools and put into the style sheets (mathematics has one of its own), pictures inside drawings
become WebP and the large ones files of their own, and what nothing refers to any more is dropped.
Of Sphinx it needs only ``outdir``; of the theme nothing: it reads the pages, and a page without a
style sheet or script stays as it is.
"""

from __future__ import annotations

import base64
import io
import logging
import re
import shutil
from collections import Counter
from functools import cache
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from unicodedata import normalize

import minify
from fontTools import subset
from PIL import Image

import stylesheet
from stylesheet import gather, purge

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

logging.getLogger("fontTools.subset").setLevel(logging.WARNING)

STYLE, MATHS_STYLE, SCRIPT = "book.css", "maths.css", "book.js"
SHEET = re.compile(r'<link (?=[^>]*rel="stylesheet")[^>]*href="[^":]*?_static/([^"?]+)[^>]*>\n?')
CODE = re.compile(r'<script (?![^>]*type=)[^>]*src="[^":]*?_static/([^"?]+)[^>]*></script>\n?')
FACE = re.compile(r"@font-face ?\{[^}]*\}")
FONT = re.compile(r"""url\(["']?([^)"'\s]+\.woff2)""")
ICON = re.compile(r'(?:--fa|content): ?"([^"]+)"')
MATHS = re.compile(r"<math.*?</math>", re.DOTALL)
LETTER = re.compile("<mi>([A-Za-z\u0370-\u03ff\u2202])</mi>")
UNSHOWN = re.compile(r"<annotation.*?</annotation>|<[^>]+>", re.DOTALL)
PICTURE = re.compile(r'"data:image/png;base64,([^"]+)"')
SETTINGS = re.compile(r'type="?application/json"?>(.*?)</script>', re.DOTALL)
Small = dict[str, tuple[str, bytes]]
SCROLLERS = re.compile(
    r',"complete"===document\.readyState\?(\w+)\(\):window\.addEventListener\("load",\1\)'
)
"""Where the theme's script measures all that may scroll, which ``use.js`` does in slices."""
APART = re.compile(r"_images/[0-9a-f]{16}\.\w+")
ITALIC = (range(0x1D434, 0x1D468), range(0x1D6E2, 0x1D71C))  # Latin and Greek letters
LARGE, FILES = 3_000, 8  # bytes a picture needs for a file of its own, and files a page may have
QUALITY = 90  # of a large grey picture: a third of its size, and off by a hundredth of white
NAMED = re.compile(r"""(?:_static/|url\(["']?)([^"'?#)\s]+)""")
KINDS = (".js", ".css", ".woff2", ".svg", ".png")
ACTS_ON = {"design-tabs.js": "sd-tab-set"}
"""Scripts that do nothing where no page has a class."""
UNSTYLED = {"runtime", "search-index.js"}
"""Scripts, and folders of them, that name no class."""
UNREAD = ("*.map", "*.LICENSE.txt")


class Site(NamedTuple):
    """The built pages and the folder of static files."""

    folder: Path
    pages: dict[Path, str]
    top: str = "/"

    @property
    def static(self) -> Path:
        """Where style sheets, scripts and fonts lie."""
        return self.folder / "_static"

    def up(self, page: Path) -> str:
        """Return the way from a page to the top of the site; a missing page can be anywhere."""
        if page.name == "404.html":
            return self.top
        return "../" * (len(page.relative_to(self.folder).parts) - 1)

    def common(self, pattern: re.Pattern[str], own: str) -> list[str]:
        """Return what every page loads, in its order.

        Once some pages load the joined file, its first line tells what went into it: the pages
        that were just written are too few to tell what all have in common.
        """
        lists = [pattern.findall(text) for text in self.pages.values()]
        joined = self.static / own
        if joined.is_file() and any(own in found for found in lists):
            return joined.read_text("utf-8").partition("\n")[0].strip("/* ").split()
        counts = Counter(name for found in lists for name in set(found))
        bare = sum(not found for found in lists)  # a page that loads nothing, such as a redirect
        return [name for name in max(lists, key=len) if counts[name] == len(lists) - bare]


def lighten(app: Sphinx, exception: Exception | None) -> None:
    """Do all of it."""
    if exception is not None or app.builder.name != "html":
        return
    folder = Path(app.outdir)
    paths = [path for path in sorted(folder.rglob("*.html")) if "_static" not in path.parts]
    before = {path: path.read_text("utf-8") for path in paths}
    site = Site(folder, dict(before), app.config.notfound_urls_prefix)
    unpack_pictures(site)
    one_script(site)
    sheets(site)
    for path, text in site.pages.items():
        if text != before[path]:
            path.write_text(text, "utf-8")
    drop_dead_files(site)


def digest(data: bytes) -> str:
    """Return a name for what a file holds."""
    return sha256(data).hexdigest()[:16]


def replace(site: Site, pattern: re.Pattern[str], names: list[str], tag: str) -> None:
    """Put one tag in the place of the first of several, in each page; renew an older one."""
    name = tag.partition("_static/")[2].partition("?")[0]
    for page, text in site.pages.items():
        own = tag.replace("_static/", f"{site.up(page)}_static/")
        tags, parts, end = iter([own]), [], 0
        for found in pattern.finditer(text):
            if found[1] in (*names, name):  # goes with its indentation
                parts += [text[end : found.start()].rstrip(" \t"), next(tags, "")]
                end = found.end()
        site.pages[page] = "".join([*parts, text[end:]])


def one_script(site: Site) -> None:
    """Join the scripts that every page loads, in their order, and run them after the page."""
    names = site.common(CODE, SCRIPT)
    pages = site.pages.values()
    needed = [name for name in names if any(ACTS_ON.get(name, "") in page for page in pages)]
    texts = [(site.static / name).read_text("utf-8") for name in needed]
    text = "\n;".join(re.sub(r"\n//# sourceMappingURL.*", "", text) for text in texts)
    text = minify.string("application/javascript", SCROLLERS.sub("", text))
    text = f"/* {' '.join(names)} */\n{text}"
    (site.static / SCRIPT).write_text(text, "utf-8")
    tag = f'<script defer src="_static/{SCRIPT}?v={digest(text.encode())}"></script>\n'
    replace(site, CODE, names, tag)


def sheets(site: Site) -> None:
    """Join the style sheets that every page loads, and make that of mathematics."""
    words, shown = vocabulary(site), mathematics(site)
    for names, own in ((site.common(SHEET, STYLE), STYLE), (["mathematics.css"], MATHS_STYLE)):
        text = one_sheet(site, names, own, words, shown)
        tag = f'<link rel="stylesheet" href="_static/{own}?v={digest(text.encode())}">\n'
        replace(site, SHEET, names, tag)


def one_sheet(site: Site, names: list[str], own: str, words: set[str], shown: set[str]) -> str:
    """Join style sheets, cut to what the pages use.

    The last line tells what it was made of: where that has not changed, it stays.
    """
    css = gather(site.static, names)
    words = words | set(re.findall(r"var\(\s*(--[\w-]+)", css))
    words &= {*re.findall(r"[\w-]+", css)}  # no others matter, and a measured drawing has its own
    fonts = (site.static / name for name in FONT.findall(css))
    files = Path(__file__), Path(stylesheet.__file__), *filter(Path.is_file, fonts)
    made_of = (
        names,
        css,
        sorted(words),
        sorted(shown),
        [digest(path.read_bytes()) for path in files],
    )
    last, path = f"\n/* {digest(repr(made_of).encode())} */", site.static / own
    text = path.read_text("utf-8") if path.exists() else ""
    if not text.endswith(last):
        css = purge(css, words)
        css = FACE.sub(lambda face: small_face(site, face[0], css, shown), css)
        text = f"/* {' '.join(names)} */\n{minify.string('text/css', css)}{last}"
        path.write_text(text, "utf-8")
    return text


def vocabulary(site: Site) -> set[str]:
    """Return every word that a page or a script could use as a class, an id or a variable."""
    texts = [" ".join(re.findall(r'(?:class|id)="([^"]*)"', page)) for page in site.pages.values()]
    texts += [found for page in site.pages.values() for found in re.findall(r"--[\w-]+", page)]
    for path in site.static.rglob("*.js"):
        if not UNSTYLED & {*path.relative_to(site.static).parts}:
            texts.append(path.read_text("utf-8"))
    return {word for text in texts for word in re.findall(r"[\w-]+", text)}


def small_face(site: Site, face: str, css: str, shown: set[str]) -> str:
    """Cut the font of a rule to the icons that the style names, or what mathematics shows.

    It comes with the style sheet: a font that comes after it breaks the lines anew.
    """
    found = FONT.search(face)
    if not found or not (site.static / found[1]).is_file():
        return ""
    icons = {char for text in ICON.findall(css) for char in text}
    characters = icons if "Awesome" in face else shown
    font = cut((site.static / found[1]).read_bytes(), "".join(sorted(characters)))
    if font is None:
        return ""
    source = f'src:url("data:font/woff2;base64,{base64.b64encode(font).decode()}") format("woff2")'
    return re.sub(r"src:[^;}]*", source, face.replace("font-display:block", "font-display:swap"))


def mathematics(site: Site) -> set[str]:
    """Return the characters that formulas show: a letter alone is shown in its italic form."""
    texts = [found for page in site.pages.values() for found in MATHS.findall(page)]
    alone = {normalize("NFKC", char) for text in texts for char in LETTER.findall(text)}
    shown = {char for text in texts for char in unescape(UNSHOWN.sub("", LETTER.sub("", text)))}
    shown |= {"\u221a"} if any(re.search("<m(sqrt|root)", text) for text in texts) else set()
    italic = {chr(code) for part in ITALIC for code in part} | {"\u210e"}
    return shown | {char for char in italic if normalize("NFKC", char) in alone}


@cache
def cut(font: bytes, characters: str) -> bytes | None:
    """Return a font with these characters alone, or nothing if it has none of them."""
    options = subset.Options(flavor="woff2", desubroutinize=True, recalc_timestamp=False)
    options.drop_tables += ["FFTM"]
    options.name_IDs = [0, 1]  # whose it is, and its name
    whole = subset.load_font(io.BytesIO(font), options)
    if not set(map(ord, characters)) & set(whole.getBestCmap()):
        return None
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=characters)
    subsetter.subset(whole)
    written = io.BytesIO()
    subset.save_font(whole, written, options)
    return written.getvalue()


def unpack_pictures(site: Site) -> None:
    """Shrink the pictures in drawings, and give a page's largest files of their own."""
    (site.folder / "_images").mkdir(exist_ok=True)
    for page, text in site.pages.items():
        exact = {code for held in SETTINGS.findall(text) for code in PICTURE.findall(held)}
        small = {code: shrunk(code, code in exact) for code in dict.fromkeys(PICTURE.findall(text))}
        spare = FILES - len(set(APART.findall(text)))  # a rebuild finds some apart already
        largest = sorted(small, key=lambda code: -len(small[code][1]))[: max(spare, 0)]
        apart = {code for code in largest if len(small[code][1]) > LARGE}

        def put(
            found: re.Match[str], page: Path = page, small: Small = small, apart: set[str] = apart
        ) -> str:
            kind, data = small[found[1]]
            if found[1] not in apart:
                return f'"data:image/{kind};base64,{base64.b64encode(data).decode()}"'
            name = f"_images/{digest(data)}.{kind}"
            (site.folder / name).write_bytes(data)
            return f'"{site.up(page)}{name}"'

        site.pages[page] = PICTURE.sub(put, text)


@cache
def shrunk(code: str, exact: bool = False) -> tuple[str, bytes]:
    """Return a picture as WebP, or as it is where that is smaller.

    Only large grey ones lose, and none whose pixels a script computes with.
    """
    data = base64.b64decode(code)
    picture = Image.open(io.BytesIO(data))
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema() == (255, 255):
        picture = picture.convert("RGB")
    kinds = ("png", data), ("webp", encoded(picture, lossless=True, quality=80))
    kind, best = min(kinds, key=lambda kind: len(kind[1]))
    if picture.mode == "L" and len(best) > LARGE and not exact:
        return "webp", encoded(picture, quality=QUALITY)
    return kind, best


def encoded(picture: Image.Image, **options: Any) -> bytes:
    """Return a picture as WebP."""
    written = io.BytesIO()
    picture.save(written, "WEBP", method=4, **options)
    return written.getvalue()


def drop_dead_files(site: Site) -> None:
    """Delete the static files that no page, script or style sheet names any more."""
    for pattern in UNREAD:
        for path in site.static.rglob(pattern):
            path.unlink()
    shutil.rmtree(site.static / "locales", ignore_errors=True)
    texts = [*site.pages.values(), (site.static / STYLE).read_text("utf-8")]
    named = {Path(word).name for text in texts for word in NAMED.findall(text)}
    for path in sorted(site.static.rglob("*")):
        theirs = path.suffix in KINDS
        ours = OURS & {*path.relative_to(site.static).parts}  # the site may lie in any folder
        if theirs and path.name not in named and not ours:
            path.unlink()


OURS = {"explore", "live", "photographs"}
"""Folders of files that a script loads by a name of its own making."""


def setup(app: Sphinx) -> ExtensionMetadata:
    """Come last."""
    app.connect("build-finished", lighten, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
