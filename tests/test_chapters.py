"""The form of every chapter, read from its source."""

import ast
import re
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import pytest

from requirements import need
from website import CHAPTERS, ROOT

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
CHAPTER_PAGES = [path for path in PAGES if path.stem in CHAPTERS]
EXERCISE = re.compile(r"^(:{3,})\{admonition\} *(Exercise \d+.*)$", re.MULTILINE)
SOLUTION = re.compile(r"^(:{3,})\{dropdown\} *Solution.*?^\1 *$", re.MULTILINE | re.DOTALL)
CELL = re.compile(r"^(`{3,})\{code-cell\} python3\n(.*?)^\1 *$", re.MULTILINE | re.DOTALL)

every_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
every_chapter = pytest.mark.parametrize("path", CHAPTER_PAGES, ids=lambda path: path.stem)


class Cell(NamedTuple):
    """A code cell: where it begins, what its options say, and what it runs."""

    place: str
    metadata: dict[str, Any]
    source: str

    @property
    def lines(self) -> int:
        """The lines a reader sees, blank ones not counted."""
        return sum(bool(line.strip()) for line in self.source.splitlines())


def notebook_cells(path: Path) -> list[Cell]:
    """Return the code cells as MyST-NB reads them; none if the page is not a notebook."""
    read = need("myst_nb.core.read")
    text = need("folds").open_up(path.read_text("utf-8"))
    if not read.is_myst_markdown_notebook(text):
        return []
    cells = read.read_myst_markdown_notebook(text, add_source_map=True)
    lines = cells.metadata["source_map"]
    return [
        Cell(f"docs/{path.name}:{line + 1}", cell.metadata, cell.source.strip())
        for line, cell in zip(lines, cells.cells, strict=True)
        if cell.cell_type == "code"
    ]


def makes_figure(cell: Cell) -> bool:
    """Tell whether the last line of a cell calls a function of ``figures``."""
    last = ast.parse(cell.source).body[-1] if cell.source else None
    return isinstance(last, ast.Expr) and ast.unparse(last).startswith("figures.")


@every_page
def test_no_cell_is_overlooked(path: Path) -> None:
    """The cells that pytest runs are those that the book runs."""
    sybil = need("sybil")
    parser = need("sybil.parsers.myst").CodeBlockParser("python3", lambda example: None)
    document = sybil.Document(path.read_text("utf-8"), str(path))
    collected = [str(region.parsed).strip() for region in parser(document)]
    assert collected == [cell.source for cell in notebook_cells(path)]


@every_page
def test_cells_are_plain_python(path: Path) -> None:
    """No magic, no shell, no pyplot: a cell runs anywhere Python runs."""
    for cell in notebook_cells(path):
        ast.parse(cell.source, cell.place)
        assert "pyplot" not in cell.source, cell.place


@every_page
def test_a_cell_that_fails_names_its_error(path: Path) -> None:
    """By a tag beside ``raises-exception``; ``docs/conftest.py`` waits for that one alone."""
    for cell in notebook_cells(path):
        tags = set(cell.metadata.get("tags", []))
        errors = {tag for tag in tags if re.fullmatch(r"raises-[A-Z]\w+", tag)}
        assert len(errors) == ("raises-exception" in tags), f"{cell.place}: {tags}"


@every_page
def test_every_figure_has_a_name_and_a_caption(path: Path) -> None:
    for cell in filter(makes_figure, notebook_cells(path)):
        figure = cell.metadata.get("mystnb", {}).get("figure", {})
        assert figure.get("name", "").startswith("fig-"), f"{cell.place}: no name fig-..."
        assert figure.get("caption", "").strip(), f"{cell.place}: no caption"


@every_page
def test_every_page_has_a_description(path: Path) -> None:
    yaml = need("yaml")
    text = path.read_text("utf-8")
    assert text.startswith("---\n"), f"docs/{path.name} has no front matter"
    matter = yaml.safe_load(text.split("---\n")[1])
    description = matter.get("myst", {}).get("html_meta", {}).get("description", "")
    assert 30 <= len(description) <= 200, f"docs/{path.name}: {len(description)} characters"


@every_page
def test_one_sentence_a_line(path: Path) -> None:
    """A full stop inside a line of prose is followed by a capital letter only by mistake."""
    found = [
        f"docs/{path.name}:{number}: {line}"
        for number, line in prose(path.read_text("utf-8"))
        if re.search(r"[a-z`)$]{2}[.?!]\)? +[A-Z][a-z]", line)
    ]
    assert not found, "\n".join(found)


def prose(text: str) -> list[tuple[int, str]]:
    """Return the numbered lines of plain paragraphs: no code, table, list, option or caption."""
    lines, fence = [], ""
    front = text.split("---\n", 2)[1].count("\n") + 2 if text.startswith("---\n") else 0
    for number, line in enumerate(text.splitlines(), 1):
        if match := re.match(r"\s*(`{3,})", line):
            fence = "" if fence and match[1] >= fence else fence or match[1]
        elif not fence and number > front and re.match(r"[A-Za-z*_`$\"{]", line):
            lines.append((number, line))
    return lines


@every_chapter
def test_cells_are_short(path: Path) -> None:
    cells = notebook_cells(path)
    folded = {"hide-input", "remove-cell"}
    shown = [cell for cell in cells if not folded & set(cell.metadata.get("tags", []))]
    assert 5 <= len(shown) <= 45, f"{len(shown)} cells whose code is shown"
    assert median(cell.lines for cell in shown) < 7
    seen = [cell for cell in cells if "remove-cell" not in cell.metadata.get("tags", [])]
    long = [f"{cell.place}: {cell.lines} lines" for cell in seen if cell.lines > 15]
    assert not long, "\n".join(long)


@every_chapter
def test_the_closing_sections(path: Path) -> None:
    headings = re.findall(r"^## +(.+?) *$", path.read_text("utf-8"), re.MULTILINE)
    closing = ["In practice", "Exercises", "Read the source"]
    assert [heading for heading in headings if heading in closing] == closing
    assert set(headings[headings.index("In practice") :]) <= {*closing, "References"}


@every_chapter
def test_every_exercise_has_an_executed_solution(path: Path) -> None:
    """Between one exercise and the next stands a fold with a cell that asserts."""
    text = path.read_text("utf-8")
    starts = [*EXERCISE.finditer(text)]
    assert len(starts) >= 3, f"{len(starts)} exercises"
    for start, end in zip(starts, [*(s.start() for s in starts[1:]), len(text)], strict=True):
        solutions = [*SOLUTION.finditer(text, start.end(), end)]
        cells = [cell[2] for solution in solutions for cell in CELL.finditer(solution[0])]
        assert any("assert" in cell for cell in cells), f"docs/{path.name}: {start[2]}"


@every_chapter
def test_the_source_is_printed(path: Path) -> None:
    """A chapter shows functions of its own module from the file, not typed again."""
    text = path.read_text("utf-8")
    assert f"literalinclude}} ../src/convbook/{path.stem}" in text
    printed = re.findall(r"literalinclude\} \.\./(\S+)\n:pyobject: (\w+)", text)
    for file, name in printed:
        assert (DOCS.parent / file).exists(), file
        source = (DOCS.parent / file).read_text("utf-8")
        assert re.search(rf"^(def|class) {name}\b", source, re.MULTILINE), f"{name} in {file}"
