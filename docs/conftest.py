"""Every code cell and every ``>>>`` example of a chapter is a test.

The cells and examples of one chapter share one namespace and run in order, as in a notebook.
Pytest so finds a wrong number in seconds, and names the chapter's file and line.
"""

import ast
import builtins
import doctest
import importlib
import os
import re
from collections.abc import Iterator
from contextlib import nullcontext, redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import matplotlib
import myst_nb
import nbformat
import numpy as np
import pytest
import yaml
from IPython.lib.pretty import pretty
from jupyter_cache import get_cache
from sybil import Document, Example, Region, Sybil
from sybil.evaluators.doctest import DocTestEvaluator
from sybil.parsers.abstract import DocTestStringParser
from sybil.parsers.myst import CodeBlockParser, DocTestDirectiveParser, SkipParser

from convbook.figures import Figure
from legibility import assert_legible

matplotlib.use("Agg")
DOCS = Path(__file__).parent
BUILT = os.environ.get("CONVBOOK_SITE", "")
"""Where a book was built before the tests."""
MEASURED = re.compile(r"`([\w-]+):[^`]*`[^\]`]*\]\{\.measured\}")
# Not NUMBER: it would let a last digit be wrong by one.
DOCTEST_FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def run_cell(example: Example) -> None:
    """Run a cell as a notebook does, and show the value of its last line."""
    __tracebackhide__ = True
    tree = ast.parse("\n" * lines_above(example) + example.parsed, example.path)
    expected = expected_error(str(example.region.lexemes["options"]))
    shown = None
    with (
        redirect_stdout(StringIO()) as printed,
        pytest.raises(expected) if expected else nullcontext(),
    ):
        shown = run(tree, example, caption_of(example))
    again = {**glued, "": shown, "stdout": printed.getvalue()}
    again = {name: text for name, text in again.items() if text}
    glued.clear()
    measured = MEASURED.findall(example.document.text)
    if told := built(example.path):
        before = told[example.parsed.strip()]
        assert again.keys() == before.keys()
        for name in again.keys() - {*measured}:
            same = unmeasured(again[name]) == unmeasured(before[name])
            assert same, f"the book shows something else ({name or 'as result'})"


def unmeasured(shown: str) -> str:
    """Return what was shown without its measured times."""
    return importlib.import_module("website").unmeasured(shown)


@cache
def built(path: str) -> dict[str, dict[str, str]]:
    """Return what each cell of a page showed when the book was built, if one was built first.

    So every cell gives the same twice, in two processes, and a second build need not run it.
    """
    if not BUILT:
        return {}
    folder = (DOCS.parent / BUILT).parent
    executed = folder / "jupyter_execute" / Path(path).relative_to(DOCS)
    page = nbformat.read(executed.with_suffix(".ipynb"), 4)
    cache = get_cache(folder / ".jupyter_cache")
    cells = cache.merge_match_into_notebook(page)[1].cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    return {cell.source.strip(): results(cell.outputs) for cell in code}


def results(outputs: list[Any]) -> dict[str, str]:
    """Return what a notebook's cell printed, glued under a name, and gave as its result."""
    found = {}
    for output in outputs:
        data = output.get("data", {})
        if output.output_type == "stream":
            found[output.name] = output.text
        elif "scrapbook" in output.get("metadata", {}):
            found[output.metadata.scrapbook.name] = next(iter(data.values()))
        elif data:
            found[""] = data.get("text/html", data["text/plain"])
    return found


glued: dict[str, str] = {}
"""What the cell that runs has glued."""


def caption_of(example: Example) -> str:
    """Return the caption in a cell's head, without the numbers that are pasted into it."""
    source = example.document.text[example.region.start : example.region.end]
    head = re.match(r"```.*\n---\n(.*?)\n---\n", source, re.DOTALL)
    options = yaml.safe_load(head[1]) if head else {}
    caption = options.get("mystnb", {}).get("figure", {}).get("caption", "")
    return re.sub(r"\{[\w:]+\}`[^`]*`", "", caption)


def expected_error(options: str) -> type[Exception] | None:
    """Return the exception that a cell's tags name, ``raises-ValueError`` say, if it is to fail."""
    if "raises-exception" not in options:
        return None
    named = re.search(r"\braises-([A-Z]\w+)", options)
    assert named, "a cell tagged raises-exception names it by a second tag, as raises-ValueError"
    error: type[Exception] = getattr(builtins, named[1])
    return error


def lines_above(example: Example) -> int:
    """Count the chapter's lines before a cell's code; the cell's options are above it too."""
    return example.document.text.count("\n", 0, example.region.end) - example.parsed.count("\n")


def run(tree: ast.Module, example: Example, caption: str = "") -> str | None:
    """Execute the statements of a cell; a last line that is an expression is displayed."""
    __tracebackhide__ = True
    namespace = example.namespace
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, example.path, "exec"), namespace)
    if last:
        value = eval(compile(ast.Expression(last.value), example.path, "eval"), namespace)
        return None if value is None else display(value, caption)
    return None


def display(value: Any, caption: str) -> str:
    """Show a value as the page would, so that one which cannot be shown fails here too.

    The files of a figure are drawn by the build alone: they differ from the page in their heads.
    """
    __tracebackhide__ = True
    if isinstance(value, Figure):
        assert_legible(value)
        value.check_caption(caption)
        return value.html()
    return pretty(value)


def glue(name: str, value: Any, display: bool = True) -> None:
    """Stand in for ``myst_nb.glue``, and refuse what it would write as ``np.float64(...)``."""
    __tracebackhide__ = True
    assert not isinstance(value, np.generic), f"glue {name!r} as a float or an int, not {value!r}"
    glued[name] = pretty(value)


class FencedExamples:
    """Parse the ``>>>`` examples in fences of one language; other code there is not run."""

    def __init__(self, language: str) -> None:
        self.fences = CodeBlockParser(language, lambda example: None)
        self.examples = DocTestStringParser(DocTestEvaluator(DOCTEST_FLAGS))

    def __call__(self, document: Document) -> Iterator[Region]:
        """Yield the examples of a chapter."""
        for fence in self.fences(document):
            for region in self.examples(fence.parsed, document.path):
                region.adjust(fence, fence.parsed)
                yield region


myst_nb.glue = glue
pytest_collect_file = Sybil(
    parsers=[
        CodeBlockParser("python3", run_cell),
        FencedExamples("python"),
        FencedExamples("pycon"),
        DocTestDirectiveParser(DOCTEST_FLAGS),
        SkipParser(),
    ],
    patterns=["*.md"],
    teardown=dict.clear,
).pytest()
