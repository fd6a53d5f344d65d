"""Every cell of every chapter runs where the page runs it, in a browser, or says why not."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chromium import serve
from website import ROOT, Site
from need_runtime import need_runtime

WHY_NOT = "does not come with this page"
EXECUTED = sorted(
    path.stem
    for path in (ROOT / "docs").glob("*.md")
    if "kernelspec:" in path.read_text("utf-8") and "{code-cell}" in path.read_text("utf-8")
)
RUN = """async (page) => {
  const here = new URL("_static/live/", location.href);
  const chapter = await (await fetch(new URL(`chapters/${page}.json`, here))).json();
  const html = new DOMParser().parseFromString(await (await fetch(`${page}.html`)).text(), "text/html");
  const shown = [...html.querySelectorAll("article div.cell")];
  await window.python.anew();
  const made = [];
  for (const cell of chapter.cells) {
    const began = performance.now();
    const outputs = await window.python.run(cell.code, true, () => {});
    const element = cell.shown ? shown.shift() : undefined;
    const texts = [...(element?.querySelectorAll(".cell_output pre") ?? [])].map((pre) => pre.textContent);
    const figure = element?.querySelector(".convbook-figure [role=img]")?.getAttribute("aria-label") ?? "";
    made.push({ code: cell.code, raises: cell.raises, outputs, texts, figure, seconds: (performance.now() - began) / 1000 });
  }
  return made;
}"""


@pytest.fixture(scope="module")
def python(site: Site, browser: Any) -> Iterator[Any]:
    """A page with Python in it."""
    need_runtime(site)
    with serve(site.folder) as address:
        page = browser.new_page()
        page.goto(f"{address}/404.html")
        page.evaluate("""async () => {
          const { Python } = await import("/_static/live/python.js");
          window.python = new Python({ v: "test" }, () => {});
        }""")
        page.set_default_timeout(600_000)
        yield page
        page.close()


def exact(text: str) -> bool:
    """Tell whether a text says the same on every machine: it holds no fraction and no time."""
    return not re.search(r"\d\.|\d *(ms|s|kB|MB)\b|e[-+]\d|0x", text)


def plain(text: str) -> str:
    """Return a text without its line breaks, which IPython sets by its own rules."""
    return "".join(text.split())


@pytest.mark.parametrize("chapter", EXECUTED)
def test_every_cell_of_a_chapter_runs_in_the_page(python: Any, chapter: str) -> None:
    cells = python.evaluate(RUN, chapter)
    assert cells
    wrong = [fault for cell in cells for fault in faults(cell)]
    if Path("/tmp/live-log").is_dir():
        Path(f"/tmp/live-log/{chapter}.json").write_text(json.dumps(cells))
    assert not wrong, "\n\n".join(wrong)


def faults(cell: dict[str, Any]) -> Iterator[str]:
    """Say how the outputs of a cell differ from what the book shows."""
    errors = [text for kind, text in cell["outputs"] if kind == "error"]
    if cell["raises"] and errors:
        return
    if any(WHY_NOT in error for error in errors):
        return
    for error in errors:
        yield f"{cell['code']}\n-> {error}"
        return
    html = "".join(text for kind, text in cell["outputs"] if kind == "html")
    texts = "".join(text for kind, text in cell["outputs"] if kind == "text")
    book = "".join(cell["texts"])
    if exact(book) and plain(book) != plain(texts) and not cell["figure"]:
        yield f"{cell['code']}\n-> {texts!r}, and the book shows {book!r}"
    if cell["figure"]:
        label = re.search(r'role="img" aria-label="([^"]*)"', html)
        if label is None:
            yield f"{cell['code']}\n-> no figure"
