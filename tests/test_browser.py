"""Every page in a real browser: wide and narrow, light and dark, with and without JavaScript."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chromium import serve, tell_keyboard, violations
from requirements import need
from website import CHAPTERS, PAGES, Site

ALL = [*PAGES, "search", "genindex"]
WIDE, NARROW = 1280, 360


@pytest.fixture(scope="module")
def address(site: Site) -> Iterator[str]:
    """Serve the site on a free port."""
    with serve(site.folder) as found:
        yield found


@pytest.fixture
def open_page(browser: Any, address: str) -> Iterator[Any]:
    """Return a function that opens a page in a new window, which the test's end closes."""
    contexts = []

    def opened(name: str, width: int = WIDE, theme: str = "light", **options: Any) -> Any:
        size = {"width": width, "height": 800}
        context = browser.new_context(viewport=size, color_scheme=theme, **options)
        contexts.append(context)
        page = context.new_page()
        page.complaints = listen(page, address)
        page.goto(f"{address}/{name}.html", wait_until="load")
        return page

    yield opened
    for context in contexts:
        context.close()


def listen(page: Any, address: str) -> list[str]:
    """Collect what a page complains of, and each request that leaves the site."""
    heard: list[str] = []

    def request(sent: Any) -> None:
        if not sent.url.startswith((address, "data:", "blob:")):
            heard.append(f"request to {sent.url}")

    def response(received: Any) -> None:
        if received.status >= 400:
            heard.append(f"{received.status} {received.url}")

    def console(message: Any) -> None:
        if message.type in ("error", "warning"):
            heard.append(f"{message.type}: {message.text}")

    page.on("request", request)
    page.on("response", response)
    page.on("console", console)
    page.on("pageerror", lambda error: heard.append(f"exception: {error}"))
    return heard


# Elements that stick out of the window, unless something around them scrolls or hides them.
OVERFLOW = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  const clipped = e => {
    for (let p = e.parentElement; p; p = p.parentElement)
      if (getComputedStyle(p).overflowX !== "visible" && p !== document.body
          && p !== document.documentElement) return true;
    return false;
  };
  return [...document.querySelectorAll("body *")]
    .filter(e => e.getBoundingClientRect().right > wide + 1 && !clipped(e))
    .map(e => e.outerHTML.slice(0, 120));
}"""

# A drawing is one image to axe-core, but its thousands of strokes would cost it half a minute;
# and of thousands of tokens of code and formulas, those that look alike need one judgement.
THINNED = """() => {
  for (const drawing of document.querySelectorAll("svg.convbook")) drawing.replaceChildren();
  const looks = new Set();
  for (const token of document.querySelectorAll("pre span:not(:has(*))")) {
    const places = [token, token.closest("div.highlight")?.parentElement,
                    token.closest(".cell_input, .cell_output, article, nav")];
    const look = [token.parentElement.className, ...places.map(e => e?.className)].join("|");
    if (looks.has(look)) token.replaceWith(token.textContent);
    looks.add(look);
  }
  for (const formula of [...document.querySelectorAll("math")].slice(9)) formula.replaceChildren();
}"""


# Of texts with the same colour on the same ground and in the same size one is judged for all.
LOOKS = """() => {
  const looks = new Set();
  const look = (e, ground) => {
    const style = getComputedStyle(e), seen = style.backgroundColor + style.backgroundImage;
    if (seen !== "rgba(0, 0, 0, 0)none") ground = seen.startsWith("rgba") ? ground + seen : seen;
    if (style.opacity !== "1") ground += ` ${style.opacity}`;
    const text = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    const own = [ground, style.color, style.fontSize, style.fontWeight].join("|");
    if (e.matches("input, select") || e.shadowRoot) e.dataset.look = "apart";
    else if (text && e.checkVisibility() && !looks.has(own)) e.dataset.look = looks.add(own).size;
    for (const child of e.children) look(child, ground);
  };
  for (const old of document.querySelectorAll("[data-look]")) delete old.dataset.look;
  look(document.body, "");
}"""


def widen(page: Any, width: int) -> None:
    """Give a page another width, and the time to follow."""
    heard = "addEventListener('resize', () => requestAnimationFrame(done), { once: true })"
    page.evaluate(f"() => {{ window.followed = new Promise(done => {heard}); }}")
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate("followed")


def overflowing(page: Any) -> list[str]:
    """Return what sticks out of a page."""
    return [f"sticks out: {element}" for element in page.evaluate(OVERFLOW)]


def judged(page: Any, *rules: str) -> list[str]:
    """Return what axe-core finds against a page, of which less is left, by all rules or some."""
    tell_keyboard(page)
    page.evaluate(THINNED)
    page.evaluate(LOOKS)
    others = {"runOnly": [*rules]} if rules else {"rules": {CONTRAST: {"enabled": False}}}
    return violations(page, **others) + violations(page, "[data-look]", runOnly=[CONTRAST])


# A theme changes colours and pictures; the rules on names, roles and order hear the same in both.
CONTRAST = "color-contrast"
COLOURED = ("link-in-text-block", "image-alt", "role-img-alt", "svg-img-alt")
RULES = {"light": (), "dark": COLOURED}


FADED = """() => document.getAnimations()
  .filter(fade => fade instanceof CSSTransition).forEach(fade => fade.finish())"""


def shut_out(page: Any) -> list[str]:
    """Return the violations in both themes, once the colours have faded into one another."""
    found = []
    for theme, rules in RULES.items():
        page.emulate_media(color_scheme=theme)
        page.locator(f"html[data-theme={theme}]").wait_for(state="attached")
        page.evaluate(FADED)
        found += [f"{theme}: {fault}" for fault in judged(page, *rules)]
    return found


# Variables that an explorable or a drawing uses where they have no value: the style sheet of the
# pages keeps what it sees used, and does not see a name that a script puts together.
UNKNOWN = """async () => {
  const unknown = new Set(), seen = new Set();
  const look = (element, style) => {
    for (const [, name] of style.matchAll(/var\\(\\s*(--[\\w-]+)\\s*\\)/g))
      if (!getComputedStyle(element).getPropertyValue(name)) unknown.add(name);
  };
  const styled = root => [...root.querySelectorAll("[style]")].forEach(element => {
    const style = element.getAttribute("style");
    if (!seen.has(style)) look(element, style);
    seen.add(style);
  });
  const rules = list =>
    [...list].flatMap(rule => rule.cssRules?.length ? rules(rule.cssRules) : rule);
  styled(document);
  const touched = [...document.querySelectorAll("main *")].filter(e => e.localName.includes("-"));
  for (const explorable of touched) {
    await customElements.whenDefined(explorable.localName);
    explorable.wake();
    const root = explorable.shadowRoot, panel = root.querySelector(".panel");
    while (!panel.checkVisibility()) await new Promise(requestAnimationFrame); // a picture comes
    styled(root);
    for (const sheet of root.adoptedStyleSheets)
      for (const { selectorText = "none", cssText } of rules(sheet.cssRules))
        for (const element of root.querySelectorAll(selectorText)) look(element, cssText);
  }
  return [...unknown].map(name => `no value: ${name}`);
}"""


@pytest.mark.parametrize("name", ALL)
def test_a_page_is_sound(open_page: Any, name: str) -> None:
    """No error, no request elsewhere, nothing cut off, nothing that shuts anyone out."""
    page = open_page(name)
    found = page.evaluate(UNKNOWN)
    for faults, widths in ((overflowing, (NARROW, WIDE)), (shut_out, (WIDE, NARROW))):
        for width in widths:
            if page.viewport_size["width"] != width:
                widen(page, width)
            found += [f"{width}: {fault}" for fault in faults(page)]
    found += page.complaints
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_reads_without_javascript(open_page: Any, name: str, site: Site) -> None:
    page = open_page(name, java_script_enabled=False)
    assert page.locator("main article h1").is_visible()
    figures = page.locator("main svg.convbook")
    assert figures.count() == sum("convbook" in s.get("class", "") for s in drawings(site, name))
    assert figures.first.is_visible()
    assert page.locator("main math:visible").count()
    fold = page.locator("main details", has_text="Solution").first
    fold.locator("summary").click()
    assert fold.locator("pre").first.is_visible()


def drawings(site: Site, name: str) -> list[dict[str, str]]:
    """Return the attributes of the drawings on a page."""
    return site.pages[f"{name}.html"].all("svg")


@pytest.mark.parametrize("name", CHAPTERS)
def test_figures_follow_the_theme(open_page: Any, name: str) -> None:
    """The ink is dark on light pages and light on dark ones; the paper is the other way round."""
    brightness = {}
    for theme in ("light", "dark"):
        page = open_page(name, theme=theme)
        brightness[theme] = page.evaluate(
            """() => {
              const style = getComputedStyle(document.querySelector("main svg.convbook"));
              const of = role => {
                const hex = style.getPropertyValue("--cb-" + role).trim().slice(1);
                return [0, 2, 4].reduce((sum, i) => sum + parseInt(hex.slice(i, i + 2), 16), 0);
              };
              return [of("ink"), of("paper")];
            }"""
        )
    ink, paper = zip(brightness["light"], brightness["dark"], strict=True)
    assert max(ink[0], paper[1]) < 200
    assert min(ink[1], paper[0]) > 560


def test_search_finds_a_word(open_page: Any) -> None:
    page = open_page("search")
    page.goto(f"{page.url}?q=circular")
    results = page.locator("#search-results li a")
    results.first.wait_for()
    assert any("padding.html" in (a.get_attribute("href") or "") for a in results.all())
    assert not page.complaints


def focused(page: Any) -> str:
    """Return the tag, class and text of the element that has the keyboard."""
    text: str = page.evaluate(
        "(e => `${e.tagName} ${e.className} ${e.innerText.slice(0, 40)}`)(document.activeElement)"
    )
    return text


def test_the_keyboard_skips_to_the_text(open_page: Any) -> None:
    page = open_page(CHAPTERS[0])
    page.keyboard.press("Tab")
    assert "skip" in focused(page).lower()
    page.keyboard.press("Enter")

    def tab_reaches_the_text() -> bool:
        page.keyboard.press("Tab")
        return bool(page.evaluate("!!document.activeElement.closest('main')"))

    assert any(tab_reaches_the_text() for _ in range(5)), f"the keyboard is at {focused(page)}"


def test_the_keyboard_opens_a_solution(open_page: Any) -> None:
    page = open_page(CHAPTERS[0])
    fold = page.locator("main details", has_text="Solution").first
    assert not fold.locator("pre").first.is_visible()
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    assert fold.locator("pre").first.is_visible()


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_notebook_downloads(open_page: Any, name: str, tmp_path: Path) -> None:
    nbformat = need("nbformat")
    page = open_page(name)
    link = page.locator(f"a[href$='{name}.ipynb']").first
    with page.expect_download() as download:
        link.evaluate("a => { a.download = ''; a.click(); }")
    download.value.save_as(tmp_path / "chapter.ipynb")
    nbformat.validate(nbformat.read(tmp_path / "chapter.ipynb", as_version=4))


def test_the_recorder_hears(open_page: Any) -> None:
    """The tests above can fail: what a page must not do is noticed."""
    page = open_page("search")
    page.evaluate("fetch('https://example.org/').catch(() => console.error('refused'))")
    page.evaluate("fetch('nosuchfile')")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"data:,\">')")
    page.wait_for_timeout(200)
    heard = "\n".join(page.complaints)
    assert "refused" in heard
    assert "404" in heard
    assert any("image-alt" in one for one in judged(page))
    page.evaluate("document.querySelector('h1').style.color = '#ccc'")
    assert any("color-contrast" in one for one in judged(page))
