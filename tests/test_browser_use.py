"""The site in use: by keyboard, by search, on a phone, on paper."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

import convbook
from chromium import Quiet, serve
from requirements import need
from test_browser import ALL, address, open_page  # noqa: F401  (fixtures)
from website import CHAPTERS, Site

image = need("PIL.Image")
chops = need("PIL.ImageChops")

STOPS = 40
# The words of a chapter lead to it, not to the glossary.
OWN_WORDS = {
    "stride": "stride",
    "flip": "convolution",
    "reflect": "padding",
    "same padding": "padding",
    "transposed": "matmul",
    "im2col": "engineering",
}


def picture(page: Any, box: dict[str, float]) -> Any:
    """Return what the window shows around a box."""
    from io import BytesIO

    size = page.viewport_size
    left, top = max(0, box["x"] - 7), max(0, box["y"] - 7)
    clip = {
        "x": left,
        "y": top,
        "width": min(size["width"] - left, box["width"] + 14),
        "height": min(size["height"] - top, box["height"] + 14),
    }
    return image.open(BytesIO(page.screenshot(clip=clip))).convert("RGB")


BOX = """() => { const e = document.activeElement, b = e.getBoundingClientRect();
  return e === document.body ? null : {x: b.x, y: b.y, width: b.width, height: b.height}; }"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_keyboard_can_be_seen(open_page: Any, theme: str) -> None:  # noqa: F811
    """At each stop some pixels change: no outline was taken away."""
    page = open_page("glossary", theme=theme)
    page.add_style_tag(content="*, ::before, ::after { transition: none !important; }")
    unseen = []
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        page.wait_for_timeout(30)
        box = page.evaluate(BOX)
        if box is None or not box["width"]:
            continue
        focused = picture(page, box)
        page.evaluate("window.stop_ = document.activeElement; stop_.blur()")
        if chops.difference(focused, picture(page, box)).getbbox() is None:
            unseen.append(page.evaluate("stop_.outerHTML.slice(0, 120)"))
        page.evaluate("stop_.focus()")
    assert not unseen, "\n".join(unseen)


def test_the_colour_menu_keeps_the_keyboard(open_page: Any) -> None:  # noqa: F811
    page = open_page("glossary")
    button = page.locator(".theme-switch-button")
    assert button.get_attribute("aria-expanded") == "false"
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(100)
    assert button.get_attribute("aria-expanded") == "true"
    assert page.evaluate("document.activeElement.matches('.theme-switch-button')")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_timeout(100)
    assert page.evaluate("document.activeElement.matches('.theme-switch-button')")
    assert page.locator("html").get_attribute("data-theme") == "dark"


@pytest.mark.parametrize("word", OWN_WORDS)
def test_a_chapter_comes_first_for_its_own_words(open_page: Any, word: str) -> None:  # noqa: F811
    page = open_page("search")
    page.goto(f"{page.url}?q={word}")
    first = page.locator("#search-results li").first
    first.wait_for()
    link = first.locator("a").get_attribute("href")
    assert link.partition("#")[0] == f"{OWN_WORDS[word]}.html"
    assert first.locator("mark").count()
    status = page.locator("#search-status")
    assert word in status.inner_text()
    assert status.get_attribute("role") == "status"
    assert page.evaluate("document.activeElement.id") == "search-status"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#search-results') !== null")
    quoted = page.locator("#search-results p").all_inner_texts()
    assert not [text for text in quoted if "import numpy" in text or "System Settings" in text]


def test_a_search_without_results_says_so(open_page: Any) -> None:  # noqa: F811
    page = open_page("search")
    page.goto(f"{page.url}?q=xyzzyplugh")
    assert "Nothing found" in page.locator("#search-status").inner_text()


@pytest.mark.parametrize("name", CHAPTERS)
def test_what_scrolls_has_a_name_of_its_own(open_page: Any, name: str) -> None:  # noqa: F811
    page = open_page(name, width=360)
    page.wait_for_timeout(200)
    names = page.evaluate("""() => [...document.querySelectorAll("main [tabindex='0']")]
        .filter(e => e.getAttribute("role") === "region").map(e => e.getAttribute("aria-label"))""")
    assert all(names)
    assert len(set(names)) == len(names)
    buttons = page.evaluate("""() => [...document.querySelectorAll("button.copybtn")]
        .map(e => e.getAttribute("aria-label"))""")
    assert len(set(buttons)) == len(buttons)


def test_a_phone_gets_cards_folds_and_sized_headings(open_page: Any) -> None:  # noqa: F811
    page = open_page("conventions", width=360)
    page.wait_for_timeout(200)
    assert page.locator("table.cards").count()
    assert page.locator("table.cards td[data-column]").count()
    width = page.locator("table.cards caption").first.evaluate("e => e.clientWidth")
    assert width > 250  # no column of single words
    page.goto(page.url.replace("conventions", CHAPTERS[2]))
    size = "e => parseFloat(getComputedStyle(e).fontSize)"
    h1, h2 = (page.locator(f"article {tag}").first.evaluate(size) for tag in ("h1", "h2"))
    assert h1 > h2
    long = page.evaluate("""() => [...document.querySelectorAll("div.cell > .cell_input")]
        .filter(e => e.querySelector("pre").textContent.trim().split("\\n").length > 6).length""")
    assert long == 0


WATCH = """() => {
    window.moved = 0;
    new PerformanceObserver(list => {
        for (const entry of list.getEntries())
            if (!entry.hadRecentInput) window.moved += entry.value;
    }).observe({type: "layout-shift", buffered: true});
}"""


class Late(Quiet):
    """Hands over scripts only after the page was shown without them."""

    def do_GET(self) -> None:  # noqa: N802  (the name that the server calls)
        """Wait before such a file."""
        if self.path.partition("?")[0].endswith(".js"):
            time.sleep(0.3)
        super().do_GET()


@pytest.fixture(scope="module")
def late_address(site: Site) -> Iterator[str]:
    """Serve the site slowly."""
    with serve(site.folder, Late) as found:
        yield found


@pytest.mark.parametrize("name", ALL)
def test_nothing_moves_while_a_page_loads(browser: Any, late_address: str, name: str) -> None:
    """Even where scripts come late.

    A slow processor may show the first panel of a figure before it has read the second, which then
    moves the first out of the middle: up to 0.013.
    """
    pages = {width: browser.new_page(viewport={"width": width, "height": 800})
             for width in (360, 1280)}  # fmt: skip
    for page in pages.values():  # they wait together
        page.goto(f"{late_address}/{name}.html", wait_until="commit")
    for page in pages.values():
        page.wait_for_load_state("load")
        page.evaluate(WATCH)
    page.wait_for_timeout(200)
    moved = {width: page.evaluate("window.moved") for width, page in pages.items()}
    for page in pages.values():
        page.close()
    assert max(moved.values()) < 0.02, moved


@pytest.mark.parametrize("name", CHAPTERS)
def test_panels_stay_side_by_side_where_the_column_is_narrow(open_page: Any, name: str) -> None:  # noqa: F811
    """On a tablet and on paper they shrink, and do not break into lines."""
    page = open_page(name, width=673)
    for media in ("screen", "print"):
        page.emulate_media(media=media)
        broken = page.evaluate("""() => [...document.querySelectorAll(".convbook-figure .row")]
            .filter(row => row.getClientRects().length && new Set([...row.children]
                .map(panel => Math.round(panel.getBoundingClientRect().bottom))).size > 1)
            .map(row => row.closest("figure")?.id)""")
        assert not broken, media


def test_the_theme_does_not_measure_every_box_at_once(open_page: Any) -> None:  # noqa: F811
    """Its function, which lighten.py leaves out, would write -1 into what does not scroll."""
    assert not open_page(CHAPTERS[0]).locator("pre[tabindex='-1']").count()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_paper_is_black_on_white(open_page: Any, theme: str) -> None:  # noqa: F811
    """Whatever the screen showed: figures light, prompts gone, solutions open."""
    page = open_page(CHAPTERS[2], theme=theme)
    page.emulate_media(media="print")
    colours = page.evaluate("""() => {
        const style = e => getComputedStyle(e), root = style(document.documentElement);
        return {paper: style(document.body).backgroundColor,
                text: style(document.querySelector("article p")).color,
                ink: root.getPropertyValue("--cb-ink").trim()};
    }""")
    assert colours["paper"] in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")
    assert sum(map(int, colours["text"].strip("rgb()").split(","))) < 200
    assert int(colours["ink"][1:3], 16) < 80
    assert page.locator("article h1").is_visible()
    assert not page.locator("details.hide > summary").first.is_visible()
    fold = page.locator("article details.sd-dropdown").first
    assert fold.evaluate("e => e.getBoundingClientRect().height") > 80
    assert not page.locator("button.copybtn").first.is_visible()
    assert not page.locator("form.bet").first.is_visible()


def test_old_addresses_of_functions_lead_on(open_page: Any) -> None:  # noqa: F811
    """All functions once stood on one page; links to them are out in the world."""
    page = open_page("api")
    old = page.url
    places = page.locator("table.autosummary a").evaluate_all("all => all.map(a => a.hash)")
    assert {*places} == {f"#convbook.{name}" for name in convbook.__all__}
    for name in (convbook.__all__[0], "conv2d", convbook.__all__[-1]):
        page.goto("about:blank")
        page.goto(f"{old}#convbook.{name}")
        page.wait_for_url(f"**/api/*.html#convbook.{name}")
        assert page.locator(f"[id='convbook.{name}']").is_visible()
