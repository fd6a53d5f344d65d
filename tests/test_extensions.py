"""What the extensions in docs/_ext make of a page, seen in the built book."""

import re
from types import SimpleNamespace

import pytest

from requirements import need
from website import ROOT, Page, Site

SOURCES = {path.stem: path.read_text("utf-8") for path in sorted((ROOT / "docs").glob("*.md"))}
BEHIND_A_FORMULA = re.compile(r"(?<!\$)\$[^$\n]+\$([.,;:!?)]? [a-z][a-z ]{3,})")


def plain(page: Page) -> str:
    """Return a page's text with single spaces."""
    return " ".join(page.text.split())


# -- mathml ------------------------------------------------------------------


@pytest.mark.parametrize("text", [", then", ".", ") and", " then", "s", ": 1.5"])
def test_no_character_behind_a_formula_is_lost(text: str) -> None:
    """A stop moves into the formula; all else stays where it was."""
    nodes = need("docutils.nodes")
    document = need("docutils.utils").new_document("a page")
    document += nodes.paragraph("", "", nodes.math("", "x"), nodes.Text(text))
    need("mathml").keep_stops(SimpleNamespace(builder=SimpleNamespace(format="html")), document, "")
    formula, rest = document[0]
    assert formula.get("stop", "") + rest.astext() == text
    assert formula.get("stop", "") == (text[0] if text[0] in ".,;:!?)" else "")


@pytest.mark.parametrize("stem", SOURCES)
def test_sentences_go_on_behind_their_formulas(site: Site, stem: str) -> None:
    words = BEHIND_A_FORMULA.findall(SOURCES[stem])
    text = plain(site.pages[f"{stem}.html"])
    assert not [found for found in words if found.rstrip() not in text]


# -- notebooks ---------------------------------------------------------------


def test_the_colophon_tells_seconds(site: Site) -> None:
    """Of each executed page, in the order of their names; each ran once, for a while."""
    source = site.pages["colophon.html"].source
    table = source[source.index('id="how-long-the-chapters-take"') :]
    rows = [re.findall(r"<t[hd].*?<p>(.*?)</p>", row) for row in table.split("</tr>")]
    heads, *body = [[re.sub("<.*?>", "", cell) for cell in row] for row in rows if row]
    assert heads == ["Document", "Run Time (s)"]
    assert len(body) == sum("{code-cell}" in text for text in SOURCES.values())
    assert all(re.fullmatch(r"\d+(\.\d+)?", time) and 0 < float(time) < 600 for _, time in body)


@pytest.mark.parametrize("stem", SOURCES)
def test_a_failing_cell_shows_the_error_that_it_names(site: Site, stem: str) -> None:
    named = re.findall(r"raises-exception, raises-(\w+)", SOURCES[stem])
    for error in set(named):
        assert site.pages[f"{stem}.html"].text.count(f"{error}: ") >= named.count(error)


# -- folds -------------------------------------------------------------------


def test_every_fold_is_closed(site: Site) -> None:
    """A solution that stands open answers before the reader has."""
    folds = {name: page.all("details") for name, page in site.pages.items()}
    assert sum(map(len, folds.values())) > 100
    answers = {
        name: [fold for fold in details if "sd-dropdown" in fold.get("class", "")]
        for name, details in folds.items()
    }
    assert not {name for name, details in answers.items() if any("open" in one for one in details)}


def test_every_solution_is_in_a_fold(site: Site) -> None:
    written = {stem: len(re.findall(r"\{dropdown\} Solution", t)) for stem, t in SOURCES.items()}
    for stem, number in written.items():
        source = site.pages[f"{stem}.html"].source
        summaries = re.findall(r"<summary[^>]*>(?:(?!</summary>).)*Solution", source, re.DOTALL)
        assert len(summaries) == number, stem


def test_what_a_cell_prints_in_pieces_is_one_text() -> None:
    """Else an empty line between two pieces would be there in some builds alone."""
    kernels, node = need("kernels"), need("nbformat.v4").new_output
    pieces = [node("stream", name="stdout", text=text) for text in ("a\n", "\nb\n")]
    shown = node("display_data")
    found = kernels.joined([*pieces, shown, node("stream", name="stderr", text="c")])
    assert [output.get("text") for output in found] == ["a\n\nb\n", None, "c"]


# -- searching ---------------------------------------------------------------


def test_what_was_measured_is_not_searched() -> None:
    """It differs from build to build."""
    html = (
        '<article><h1>Speed</h1><p>It takes <span class="pre measured">5 <span>ms</span></span>'
        ' here.</p><div class="measured"><div>6</div><img>7</div>Then <b>go</b>.</article>'
    )
    [(_, title, _, _, prose)] = need("searching").sections("speed", html, "page")
    assert (title, prose) == ("Speed", "It takes here. Then go.")
