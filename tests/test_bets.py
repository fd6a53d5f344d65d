"""A reader bets on an answer: it is checked, remarked on, kept, and never needed."""

import re
from typing import Any

import pytest

from test_browser import address, open_page  # noqa: F401  (fixtures)
from website import ROOT, Site

DOCS = ROOT / "docs"
BOX = re.compile(
    r"^(:{3,})\{admonition\} Predict first\n(.*?)^\1\n\s*^(:{3,})\{dropdown\} Answer",
    re.MULTILINE | re.DOTALL,
)
PAGES = [path for path in sorted(DOCS.glob("*.md")) if "{bet}" in path.read_text("utf-8")]
EXAMPLE = "convolution"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_prediction_asks_before_it_answers(path: Any) -> None:
    """A box holds a bet, and what answers it is folded right behind the box."""
    text = path.read_text("utf-8")
    boxes = [match[2] for match in BOX.finditer(text)]
    assert len(boxes) == text.count("Predict first") > 0
    assert all("{bet}" in box for box in boxes)


def test_the_right_answer_is_not_among_the_mistakes(site: Site) -> None:
    """A bet offers at least two answers, each once; a choice offers the right one."""
    for path in PAGES:
        page = site.pages[f"{path.stem}.html"]
        remarks = [a["data-said"] for a in page.all("span") if "data-said" in a]
        assert len(remarks) >= 2 * len([f for f in page.all("form") if f.get("class") == "bet"])


def first_bet(page: Any) -> Any:
    return page.locator("form.bet").first


def test_a_wrong_answer_gets_its_remark_and_stays_folded(open_page: Any) -> None:  # noqa: F811
    page = open_page(EXAMPLE)
    form = first_bet(page)
    form.locator("input").fill("20")
    form.locator("input").press("Enter")
    assert form.locator(".bet-reply").inner_text().startswith("Not quite. You added four fives")
    assert not page.locator("details.sd-dropdown").first.evaluate("fold => fold.open")


def test_the_right_answer_opens_the_fold_and_is_kept(open_page: Any) -> None:  # noqa: F811
    page = open_page(EXAMPLE)
    form = first_bet(page)
    form.locator("input").fill("60/2")
    form.get_by_role("button", name="Check").click()
    assert form.locator(".bet-reply").inner_text().startswith("Right.")
    assert page.locator("details.sd-dropdown").first.evaluate("fold => fold.open")
    page.reload()
    assert first_bet(page).locator("input").input_value() == "60/2"
    assert first_bet(page).get_attribute("data-state") == "right"
    assert not page.complaints


def test_what_is_not_a_number_is_not_graded(open_page: Any) -> None:  # noqa: F811
    form = first_bet(open_page(EXAMPLE))
    for text in ("many", "60/", "1,2,3"):
        form.locator("input").fill(text)
        form.locator("input").press("Enter")
        assert form.locator(".bet-reply").inner_text().startswith("That is not a number.")
        assert form.get_attribute("data-state") is None


def test_a_number_is_written_as_people_write_it(open_page: Any) -> None:  # noqa: F811
    """A comma is a decimal one, unless it groups thousands."""
    form = first_bet(open_page(EXAMPLE))
    states = {"30,0": "right", "3,0": "wrong", "30.0": "right", "30,000": "wrong", "+30": "right"}
    for text, state in states.items():
        form.locator("input").fill(text)
        form.locator("input").press("Enter")
        assert form.get_attribute("data-state") == state, text


def test_a_choice_is_made_by_keyboard(open_page: Any) -> None:  # noqa: F811
    page = open_page(EXAMPLE)
    form = page.locator("form.bet[data-kind=choice]").first
    form.locator("input[type=radio]").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert form.locator(".bet-reply").inner_text().startswith("Right.")


def test_without_scripts_there_is_no_form_and_the_answer_is_folded(open_page: Any) -> None:  # noqa: F811
    page = open_page(EXAMPLE, java_script_enabled=False)
    assert page.locator("form.bet").count() > 0
    assert page.locator("form.bet:visible").count() == 0
    assert page.locator("details.sd-dropdown summary").first.is_visible()
