"""The live cells in a browser: what a reader does with them, by mouse, by keyboard and by touch."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from chromium import serve, tell_keyboard, violations
from need_runtime import need_runtime
from requirements import need
from website import Site

PAGE = "convolution.html"
LONG = 240_000  # milliseconds for Python to start on a busy machine
NUMBERS, OUTPUT, FIGURE = 2, 3, 0  # cells of the chapter: one prints, one shows, one draws

KEPT = """async () => {
  const [name] = await caches.keys();
  const kept = await (await caches.open(name)).keys();
  return kept.some((request) => request.url.includes("/matplotlib-"));
}"""


@pytest.fixture(scope="module")
def address(site: Site) -> Iterator[str]:
    """The site, served."""
    need_runtime(site)
    with serve(site.folder) as where:
        yield where


@contextmanager
def opened(browser: Any, address: str, page: str = PAGE, **options: Any) -> Iterator[Any]:
    """A page in a context of its own, which notes what is fetched and what the console says."""
    context = browser.new_context(**options)
    made = context.new_page()
    made.set_default_timeout(30_000)
    made.fetched, made.complaints = [], []
    context.on("request", lambda request: made.fetched.append(request.url))
    made.on("console", lambda m: m.type == "error" and made.complaints.append(m.text))
    made.on("pageerror", lambda error: made.complaints.append(str(error)))
    made.goto(f"{address}/{page}", wait_until="load")
    yield made
    context.close()


@pytest.fixture(scope="module")
def page(browser: Any, address: str) -> Iterator[Any]:
    """A page whose Python has started: the tests that use it follow each other."""
    with opened(browser, address) as made:
        run(made, NUMBERS, None)
        yield made
        assert not made.complaints
        assert all(url.startswith((address, "blob:", "data:")) for url in made.fetched)


def cell(page: Any, number: int) -> Any:
    """A cell with its code unfolded and open to be edited."""
    found = page.locator("article div.cell").nth(number)
    fold = found.locator("details.hide:not([open]) > summary")
    if fold.count():
        fold.click()
    if found.locator(".live-open").count():
        found.locator(".live-open").click()
        found.locator("textarea").wait_for()
    return found


def run(page: Any, number: int, code: str | None) -> list[str]:
    """Type a cell's code, press Shift and Enter, and return its outputs."""
    found = cell(page, number)
    if code is not None:
        found.locator("textarea").fill(code)
    found.locator("textarea").press("Shift+Enter")
    finished(found)
    return [text.strip() for text in found.locator(".live-output").all_inner_texts()]


def finished(found: Any) -> str:
    """Wait until a cell has run, and return what its status says."""
    found.locator(".live-bar button:enabled").first.wait_for(timeout=LONG)
    found.locator(".live-bar button:visible", has_text="Stop").wait_for(
        state="hidden", timeout=LONG
    )
    said: str = found.locator(".live-bar [role=status]").inner_text()
    return said


def test_nothing_is_fetched_before_a_click(browser: Any, address: str) -> None:
    with opened(browser, address) as page:
        page.mouse.move(600, 400)
        page.wait_for_timeout(500)
        assert not [url for url in page.fetched if "/live/" in url]
        assert page.locator(".live-open").count() > 40
        first = page.locator(".live-open").first
        assert re.search(r"\(Python, \d+ MB, fetched once\)", first.text_content())
        shifts = page.evaluate("performance.getEntriesByType('layout-shift').length")
        assert shifts == 0


def test_a_changed_line_gives_another_number(page: Any) -> None:
    book = page.locator("article div.cell").nth(NUMBERS).locator("textarea").input_value()
    [out] = run(page, NUMBERS, book.replace("np.arange(9)", "np.arange(9)[::-1]"))
    assert out.splitlines()[0] == "(0, 0):  [8 7 5 4] · [0 1 2 3] = 29"
    before = len(page.fetched)
    [again] = run(page, NUMBERS, None)
    assert again == out
    assert len([url for url in page.fetched[before:] if "/runtime/" not in url]) == 0


def test_the_earlier_cells_run_first_and_a_figure_follows(page: Any) -> None:
    found = cell(page, FIGURE)
    run(page, FIGURE, "figures.sliding_window(image, kernel)")
    figure = found.locator("figure .live-output [role=img]")
    assert figure.get_attribute("aria-label").startswith("The 2 by 2 kernel")
    assert "29" in figure.inner_text(), "the reader's own image is drawn"
    assert found.locator("figcaption").count() == 1
    assert found.locator("svg [style*='var(--cb-']").count() > 5


def test_a_figure_that_can_be_touched_is_alive(page: Any) -> None:
    run(page, OUTPUT, "figures.stepper(np.ones((3, 3), int), kernel)")
    found = cell(page, OUTPUT).locator(".live-output conv-stepper:defined")
    found.locator("button").first.wait_for()


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("x = 1\n1 / 0", "line 2: 1 / 0\nZeroDivisionError: division by zero"),
        ("x = (", "line 1:\nx = (\n    ^\nSyntaxError: '(' was never closed"),
        ("conv2d(image, kernel)", "line 1: conv2d(image, kernel)\nValueError: input must have "),
        ("name = input('Who? ')", "RuntimeError: input() cannot ask you here"),
        ("import scipy.signal\nscipy.signal", "SciPy does not come with this page"),
        ("exit()", "SystemExit"),
    ],
)
def test_wrong_code_gets_a_short_answer(page: Any, code: str, says: str) -> None:
    outputs = run(page, NUMBERS, code)
    assert says in outputs[-1]
    assert len(outputs[-1].splitlines()) < 6
    assert cell(page, NUMBERS).locator(".live-error").count() == 1


def test_twelve_megapixels(page: Any) -> None:
    code = "ones = np.ones((1, 3000, 4000), np.float32)\nconv2d(ones, ones[None, :, :3, :3])"
    [out] = run(page, NUMBERS, code)
    assert out.startswith("array([[[9., 9., 9.")
    assert out.endswith("dtype=float32)")


def test_keys_stay_in_the_code(page: Any) -> None:
    area = cell(page, NUMBERS).locator("textarea")
    area.fill("for k in range(3):")
    area.press("End")
    area.press("Enter")
    page.keyboard.type("k / 2")
    assert area.input_value() == "for k in range(3):\n    k / 2"
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    area.press("Enter")
    area.press("Tab")
    assert area.input_value().endswith("\n        "), "Tab indents at a line's beginning"
    area.fill("x = 1")
    area.press("End")
    area.press("Tab")
    assert area.input_value() == "x = 1"
    assert page.evaluate("document.activeElement.tagName") == "BUTTON", "and leaves elsewhere"
    area.focus()
    area.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == "Run"


def test_back_to_the_books_version(page: Any) -> None:
    found = cell(page, NUMBERS)
    run(page, NUMBERS, "1 + 1")
    assert found.locator(".output:visible").all_inner_texts() == ["2"]
    found.get_by_role("button", name="Back to the book").click()
    assert found.locator("textarea").input_value().startswith("import numpy as np")
    [text] = found.locator(".output:visible").all_inner_texts()
    assert text.startswith("(0, 0):  [0 1 3 4] · [0 1 2 3] = 19")
    assert "1 + 1" not in page.evaluate("localStorage.getItem('convbook:live:convolution') ?? ''")


def test_start_anew_forgets_names(page: Any) -> None:
    run(page, NUMBERS, "mine = 5")
    cell(page, NUMBERS).get_by_role("button", name="Start anew").click()
    assert "NameError: name 'mine' is not defined" in run(page, NUMBERS, "mine")[-1]


def test_an_exercise_is_solved_in_the_page(page: Any) -> None:
    page.get_by_role("button", name="Solve it here, exercise 1").click()
    answer = page.locator(".live-answer").first
    area, check = answer.locator("textarea"), answer.get_by_role("button", name="Check")
    assert area.input_value() == "numbers = ..."
    check.click()
    assert finished(answer) == "Not answered yet: numbers."
    area.fill("numbers = 4")
    check.click()
    said = finished(answer)
    assert said.startswith("Check 1 of 1: does not hold. It is about numbers.")
    assert "-4" not in said, "the solution is not shown"
    area.fill("numbers = slide(image, np.array([[1, 0], [0, -1]]))")
    check.click()
    assert finished(answer) == "The check holds."


def test_the_network_may_go_once_python_is_there(page: Any) -> None:
    page.wait_for_function(KEPT, timeout=LONG)
    page.context.set_offline(True)
    assert run(page, NUMBERS, "6 * 7") == ["42"]
    run(page, FIGURE, "figures.sliding_window(image, kernel)")
    assert page.locator("figure .live-output svg").count() >= 1
    found = cell(page, NUMBERS)
    found.locator("textarea").fill("while True: pass")
    found.locator("textarea").press("Shift+Enter")
    found.get_by_role("button", name="Stop").click()
    assert finished(found).startswith("Stopped.")
    assert run(page, NUMBERS, "6 * 8") == ["48"], "a new Python starts without the network"
    page.context.set_offline(False)


def test_an_endless_loop_that_prints_is_stopped(page: Any) -> None:
    found = cell(page, NUMBERS)
    found.locator("textarea").fill("while True: print('x')")
    found.locator("textarea").press("Shift+Enter")
    page.wait_for_timeout(1000)
    found.get_by_role("button", name="Stop").click()
    assert finished(found).startswith("Stopped.")
    assert run(page, NUMBERS, "6 * 9") == ["54"]


def test_an_edit_survives_a_reload(browser: Any, address: str) -> None:
    with opened(browser, address) as page:
        cell(page, NUMBERS).locator("textarea").fill("print('mine')")
        page.reload()
        area = page.locator("article div.cell").nth(NUMBERS).locator("textarea")
        area.wait_for()
        assert area.input_value() == "print('mine')"
        assert not [url for url in page.fetched if "/runtime/" in url]


def test_a_page_opened_from_disk_offers_nothing(site: Site, browser: Any) -> None:
    need_runtime(site)
    page = browser.new_page()
    page.goto((site.folder / PAGE).as_uri())
    assert page.locator("article").count() == 1
    assert page.locator(".live-open").count() == 0
    page.close()


def test_without_a_network_the_page_says_so(browser: Any, address: str) -> None:
    with opened(browser, address) as page:
        found = cell(page, NUMBERS)
        page.route("**/runtime/**", lambda route: route.abort())
        found.locator("textarea").press("Shift+Enter")
        assert "cannot be fetched" in finished(found)
        page.unroute("**/runtime/**")
        assert run(page, NUMBERS, "1 + 1") == ["2"]


@pytest.mark.parametrize(("theme", "width"), [("dark", 360), ("light", 1280)])
def test_an_open_cell_is_sound_to_axe(browser: Any, address: str, theme: str, width: int) -> None:
    touch = {"has_touch": True, "is_mobile": True} if width < 600 else {}
    size = {"width": width, "height": 800}
    with opened(browser, address, viewport=size, color_scheme=theme, **touch) as page:
        found = cell(page, NUMBERS)
        found.locator("textarea").fill("if x / 2:  # a comment\n    print(f'text {1.5}', None)")
        page.get_by_role("button", name="Solve it here, exercise 1").click()
        page.locator(".live-answer textarea").wait_for()
        tell_keyboard(page)
        assert not violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        areas, codes = found.locator("textarea"), found.locator("pre").first
        assert abs(areas.bounding_box()["height"] - codes.bounding_box()["height"]) < 1
        if touch:
            shown = page.locator(".live-open").nth(3)
            assert shown.evaluate("(button) => getComputedStyle(button).opacity") == "1"


def test_every_exercise_asks_for_what_its_checks_speak_of(site: Site) -> None:
    need_runtime(site)
    exercises = need("exercises")
    count = 0
    for path in (site.folder / "_static" / "live" / "chapters").glob("*.json"):
        page = json.loads(path.read_text("utf-8"))
        for number, exercise in enumerate(page["exercises"], 1):
            nodes = exercises.statements(page["cells"][n]["code"] for n in exercise["solution"])
            kept = exercises.behind(nodes, exercise["asks"])
            read = {name for node in kept for name in exercises.loaded(node)}
            assert exercise["asks"], f"{path.stem}: exercise {number}"
            assert read >= {*exercise["asks"]}, f"{path.stem}: exercise {number}"
            count += 1
    assert count > 50


def test_every_package_shows_its_licence(site: Site) -> None:
    need_runtime(site)
    text = (site.folder / "_static" / "live" / "LICENCES.txt").read_text("utf-8")
    for path in (site.folder / "_static" / "live" / "runtime").glob("*.whl"):
        assert f"{path.name}: " in text
    assert "openpyxl" in text
    assert 'href="_static/live/LICENCES.txt"' in site.pages["colophon.html"].source


def test_the_parts_are_small(site: Site) -> None:
    """All of it, but for Python: what a reader fetches who opens a cell."""
    import gzip

    need_runtime(site)
    scripts = (site.folder / "_static" / "live").glob("*.js")
    sizes = {path.name: len(gzip.compress(path.read_bytes())) for path in scripts}
    assert sizes["live.js"] < 1_600, sizes
    assert sum(sizes.values()) < 10_000, sizes


def test_the_site_holds_the_listed_files(site: Site) -> None:
    need_runtime(site)
    runtime = need("runtime")
    assert runtime.missing(Path(site.folder, "_static", "live", "runtime")) == []
