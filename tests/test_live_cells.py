"""Every cell of every chapter runs where the page runs it, in a browser, or says why not."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from need_runtime import EVERYTHING, python  # noqa: F401  (a fixture)
from website import ROOT

QUICK = ("colour", "conventions", "convolution", "traps", "undo")
KINDS = ("text", "html", "error")
WHY_NOT = "does not come with this page"
EXECUTED = sorted(
    path.stem
    for path in (ROOT / "docs").glob("*.md")
    if "kernelspec:" in path.read_text("utf-8") and "{code-cell}" in path.read_text("utf-8")
)
RUN = """async (page) => {
  const here = new URL("_static/live/", location.href);
  const read = async (address) => (await fetch(address)).text();
  const chapter = JSON.parse(await read(new URL(`chapters/${page}.json`, here)));
  const html = new DOMParser().parseFromString(await read(`${page}.html`), "text/html");
  const shown = [...html.querySelectorAll("article div.cell")];
  await window.python.anew();
  const made = [];
  for (const cell of chapter.cells) {
    const outputs = await window.python.run(cell.code, true, () => {});
    const book = cell.shown ? shown.shift() : document.createElement("div");
    const texts = [...book.querySelectorAll(".cell_output pre")].map((pre) => pre.textContent);
    const figure = book.querySelector(".convbook-figure [role=img]")?.getAttribute("aria-label");
    made.push({ ...cell, outputs, texts, figure });
  }
  return made;
}"""


def exact(text: str) -> bool:
    """Tell whether a text says the same on every machine: it holds no fraction and no time."""
    return not re.search(r"\d\.|\d *(ms|s|kB|MB)\b|e[-+]\d|0x", text)


def plain(text: str) -> str:
    """Return a text without its line breaks, which IPython sets by its own rules."""
    return "".join(text.split())


@pytest.mark.parametrize("chapter", EXECUTED if EVERYTHING else QUICK)
def test_every_cell_of_a_chapter_runs_in_the_page(python: Any, chapter: str) -> None:  # noqa: F811
    cells = python.evaluate(RUN, chapter)
    assert cells
    wrong = [fault for cell in cells for fault in faults(cell)]
    assert not wrong, "\n\n".join(wrong)


def faults(cell: dict[str, Any]) -> Iterator[str]:
    """Say how the outputs of a cell differ from what the book shows."""
    said = {kind: "".join(text for k, text in cell["outputs"] if k == kind) for kind in KINDS}
    if said["error"]:
        if not cell["raises"] and WHY_NOT not in said["error"]:
            yield f"{cell['code']}\n-> {said['error']}"
    elif cell["figure"]:
        if 'role="img" aria-label="' not in said["html"]:
            yield f"{cell['code']}\n-> no figure"
    elif (
        cell["texts"]
        and exact(book := "".join(cell["texts"]))
        and plain(book) != plain(said["text"])
    ):
        yield f"{cell['code']}\n-> {said['text']!r}, and the book shows {book!r}"
