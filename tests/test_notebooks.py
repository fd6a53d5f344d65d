"""Both editions of each chapter's notebook: they read like the page and run with what they say."""

import re
import subprocess
import sys
from importlib.metadata import packages_distributions, requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from requirements import STRICT, need
from website import CHAPTERS, ROOT, Site

EDITIONS = ["", "-blank"]
# Run are the worked editions, and a blank one that has cells behind an answer.
RUN = [(CHAPTERS[0], "-blank"), *((stem, "") for stem in CHAPTERS)]
LEFTOVERS = re.compile(r"\{[a-z]+:?[a-z]*\}`|:pyobject:|```\{|:::|fold-(?:open|close)|\bglue\b")
FOLD = re.compile(r"^\*\*Solution", re.MULTILINE)
# Runs a notebook's cells where only some packages can be imported.
RUNNER = """
import sys
from importlib.metadata import packages_distributions
allowed, owners = set(sys.argv[2].split(",")), packages_distributions()
class Door:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top in owners and not allowed & {one.lower().replace("_", "-") for one in owners[top]}:
            raise ModuleNotFoundError(f"No module named {name!r} in this environment")
sys.meta_path.insert(0, Door())
import json, builtins
builtins.display = lambda *values: None
scope = {"__name__": "__main__"}
for cell in json.load(open(sys.argv[1]))["cells"]:
    if cell["cell_type"] != "code":
        continue
    try:
        exec(compile("".join(cell["source"]), "cell " + cell["id"], "exec"), scope)
    except Exception:
        if "raises-exception" not in cell["metadata"].get("tags", []):
            raise
"""


def notebook(site: Site, stem: str, edition: str) -> Any:
    """Read an edition."""
    nbformat = need("nbformat")
    found = nbformat.read(site.folder / "_sources" / f"{stem}{edition}.ipynb", as_version=4)
    nbformat.validate(found)
    return found


def closure(names: list[str]) -> set[str]:
    """Return packages with all that they need."""
    known: set[str] = set()
    todo = [re.sub(r"\[.*", "", name) for name in names]
    while todo:
        name = todo.pop().lower().replace("_", "-")
        if name in known:
            continue
        known.add(name)
        needed = map(Requirement, requires(name) or [])
        todo += [r.name for r in needed if not r.marker or r.marker.evaluate({"extra": ""})]
    return known


def said(first: str) -> list[str]:
    """Return the packages that the first cell says to install."""
    line = re.search(r"pip install (.+)", first)
    assert line, first
    names = [name.strip('"') for name in line[1].split()]
    extras = ["matplotlib"] if "[figures]" in line[1] else []
    return [
        "convbook",
        "numpy",
        *extras,
        *[name for name in names if "[" not in name and name not in (".", "jupyterlab")],
    ]


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("stem", CHAPTERS)
def test_an_edition_reads_like_the_page(site: Site, stem: str, edition: str) -> None:
    cells = notebook(site, stem, edition).cells
    assert cells[0].source.startswith("# ")
    assert "pip install" in cells[0].source
    left = [LEFTOVERS.search(cell.source) for cell in cells]
    assert not [found[0] for found in left if found]
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    printed = (ROOT / "docs" / f"{stem}.md").read_text("utf-8").count("{literalinclude}")
    if not edition:  # a solution may print some
        assert text.count("```python\n") >= printed
    assert re.search(r"\$[^$]+\$", text)
    assert "Predict first**" in text or "Exercise" in text


@pytest.mark.parametrize("stem", CHAPTERS)
def test_the_worked_edition_shows_every_result(site: Site, stem: str) -> None:
    """A figure is a picture, since an untrusted notebook draws nothing else."""
    outputs = [
        output
        for cell in notebook(site, stem, "").cells
        if cell.cell_type == "code"
        for output in cell.outputs
    ]
    assert [output for output in outputs if "image/png" in output.get("data", {})]
    pictured = [output for output in outputs if "<svg" in str(output.get("data", {}))]
    assert not pictured


@pytest.mark.parametrize("stem", CHAPTERS)
def test_the_blank_edition_leaves_the_answers_out(site: Site, stem: str) -> None:
    blank, worked = (notebook(site, stem, edition).cells for edition in ("-blank", ""))
    code = [cell for cell in blank if cell.cell_type == "code"]
    assert not [cell for cell in code if cell.outputs]
    answers = [cell for cell in code if cell.source.startswith("# Your answer")]
    assert answers
    assert [cell for cell in worked if FOLD.search(cell.source)]
    assert not [cell for cell in blank if FOLD.search(cell.source)]


def code(site: Site, stem: str, edition: str) -> list[str]:
    """Return the cells of an edition that compute something."""
    cells = [
        cell.source for cell in notebook(site, stem, edition).cells if cell.cell_type == "code"
    ]
    return [source for source in cells if not source.startswith("# Your answer")]


@pytest.mark.parametrize("stem", [stem for stem in CHAPTERS if (stem, "-blank") not in RUN])
def test_the_blank_edition_is_how_the_worked_one_begins(site: Site, stem: str) -> None:
    """So where the worked one runs, it runs: no cell comes after an answer that was left out."""
    blank = code(site, stem, "-blank")
    assert blank == code(site, stem, "")[: len(blank)]


@pytest.mark.parametrize(("stem", "edition"), RUN if STRICT else RUN[:2])
def test_an_edition_runs_with_what_it_says(
    site: Site, stem: str, edition: str, tmp_path: Path
) -> None:
    """Every other package is refused; a visitor's run tries one chapter, CI all of them."""
    allowed = closure(said(notebook(site, stem, edition).cells[0].source))
    path = site.folder / "_sources" / f"{stem}{edition}.ipynb"
    command = [sys.executable, "-c", RUNNER, str(path), ",".join(sorted(allowed))]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


def test_the_refusal_refuses(tmp_path: Path) -> None:
    """The test above can fail: a package that a notebook does not name is missing."""
    assert "sphinx" in packages_distributions()
    path = tmp_path / "n.ipynb"
    cell = '{"cell_type": "code", "id": "a", "metadata": {}, "source": ["import sphinx"]}'
    path.write_text(f'{{"cells": [{cell}]}}', "utf-8")
    command = [sys.executable, "-c", RUNNER, str(path), "numpy"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "No module named 'sphinx'" in done.stderr


BOOKKEEPING = [
    ("glue('a', 1)", ""),
    ("x = 1\nglue('a', x)\nx", "x = 1\nx"),
    ("for k in 'ab':\n    glue(k, 1)", ""),
    ("for k in 'ab':\n    glue(k, 1)\n    print(k)", "for k in 'ab':\n    print(k)"),
    ("def note(a, b):\n    '''Keep.'''\n    glue(a, b)\nnote('a', 1)\ny = 2", "y = 2"),
    ("from myst_nb import glue  # here\nimport math", "import math"),
]


@pytest.mark.parametrize(("cell", "left"), BOOKKEEPING)
def test_bookkeeping_is_cut_out_whole(cell: str, left: str) -> None:
    bookkeeping = need("bookkeeping")
    assert bookkeeping.without_bookkeeping([cell]) == [left]
