"""Offer each chapter as two notebooks that read like the page: worked, and blank.

Jupytext and nbconvert write a notebook from the source, where numbers are roles and the library
is a directive; only the finished page has everything in place. So a notebook is written from the
page: markdownify turns its prose into Markdown, and the executed notebook gives the cells and
their results. Figures are pictures, because an untrusted notebook shows nothing else. Of MyST-NB
it needs the folder of executed notebooks, their cache, and the class ``cell``.
"""

from __future__ import annotations

import ast
import os
import re
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import nbformat
from bs4 import BeautifulSoup, Tag
from jupyter_cache import get_cache
from markdownify import MarkdownConverter
from nbformat.v4 import new_code_cell, new_markdown_cell
from sphinx.util.parallel import ParallelTasks, SerialTasks, parallel_available

from bookkeeping import without_bookkeeping
from formats import size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

NEEDS = {"matplotlib": "matplotlib", "scipy": "scipy", "skimage": "scikit-image",
         "sklearn": "scikit-learn", "PIL": "pillow", "openpyxl": "openpyxl", "tqdm": "tqdm",
         "threadpoolctl": "threadpoolctl",
         "convbook.figures.spreadsheet": "openpyxl scikit-learn"}  # fmt: skip
"""The packages that a module of a chapter's cells comes from."""

EDITIONS = {"": "Notebook, worked", "-blank": "Notebook, blank"}
ARTICLE = re.compile(r"<article.*?</article>", re.DOTALL)
DRAWING = re.compile(r"<svg.*?</svg>", re.DOTALL)
CODE, TAG = re.compile(r"(?<=<pre>).*?(?=</pre>)", re.DOTALL), re.compile(r"<[^>]*>")
FORMULA = re.compile(
    r"(<math[^>]*>)(?:(?!</math>).)*?(<annotation.*?</annotation>).*?</math>", re.DOTALL
)
FURNITURE = "script, style, .headerlink, .copybtn, .page-tools, .viewcode-link, summary"
TASK = "# Your answer\n"
SIZE = re.compile(r"\(size of ([\w/-]+\.ipynb)\)")
"""What a page that was just written has in the place of a notebook's size."""


class Prose(MarkdownConverter):
    """Markdown as JupyterLab reads it, with addresses that lead to the site, if it has one."""

    class Options(MarkdownConverter.DefaultOptions):
        """How marks are written."""

        heading_style = "atx"
        bullets = "-"
        escape_underscores = False
        escape_asterisks = False

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address

    def convert_math(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Write a formula as its TeX."""
        tex = el.find("annotation")
        display = el.get("display") == "block"
        source = tex.get_text().strip() if tex else text
        return f"\n\n$$\n{source}\n$$\n\n" if display else f"${source}$"

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Write a link that leads somewhere, or its text."""
        target = str(el.get("href", ""))
        if not re.match(r"https?:", target):
            target = urljoin(self.address, target) if self.address else ""
        return f"[{text}]({target})" if target and text.strip() else text

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Write code as a fence."""
        return f"\n\n```python\n{el.get_text().rstrip()}\n```\n\n"

    def convert_div(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Write an admonition as a quotation."""
        if "admonition" not in (el.get("class") or []):
            return text
        return "\n\n" + re.sub(r"^", "> ", text.strip(), flags=re.MULTILINE) + "\n\n"

    def convert_p(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Write the title of an admonition in bold."""
        if "admonition-title" in (el.get("class") or []):
            return f"\n\n**{text.strip()}**\n\n"
        written: str = super().convert_p(el, text, parent_tags)
        return written

    def markdown(self, element: Tag) -> str:
        """Return an element as Markdown, without what serves the page alone."""
        for old in element.select(FURNITURE):
            old.decompose()
        return re.sub(r"\n{3,}", "\n\n", self.convert_soup(element)).strip()


class Page:
    """A written page, read again as the cells of a notebook."""

    def __init__(self, html: str, executed: Any, address: str) -> None:
        found = ARTICLE.search(html)
        text = DRAWING.sub("", found[0] if found else "")  # thousands of strokes to parse in vain,
        text = CODE.sub(lambda code: TAG.sub("", code[0]), text)  # and of coloured words
        text = FORMULA.sub(r"\1\2</math>", text)
        self.article = BeautifulSoup(text, "html.parser")
        for old in self.article.select("div.cell :is(.cell_input, details.hide)"):
            old.decompose()
        self.prose = Prose(address)
        self.code = [cell for cell in executed.cells if cell.cell_type == "code"]
        sources = without_bookkeeping(cell.source for cell in self.code)
        for cell, source in zip(self.code, sources, strict=True):
            cell.source = source
        self.next = iter(self.code)

    def cells(self, blank: bool) -> list[Any]:
        """Return the notebook's cells."""
        self.next = iter(self.code)
        made: list[Any] = []
        for part in self.parts(deepcopy(self.article), blank):
            if not isinstance(part, str):
                made.append(part)
            elif made and made[-1].cell_type == "markdown":
                made[-1].source += f"\n\n{part}"
            elif part:
                made.append(new_markdown_cell(part))
        return [self.finished(cell, blank) for cell in made if cell.source.strip()]

    def parts(self, element: Tag, blank: bool) -> Iterator[Any]:
        """Walk through an element: Markdown, and the cells where they stand."""
        classes = element.get("class") or []
        if "cell" in classes:
            yield from self.cell(element)
        elif element.name == "details" and blank and is_solution(element):
            for _ in element.select("div.cell"):
                yield from self.advance()[:-1]
            yield new_code_cell(TASK)
        elif element.name == "details":
            yield f"**{element.summary.get_text(strip=True) if element.summary else 'Solution'}**"
            yield from self.inside(element, blank)
        elif element.select_one("div.cell, details"):
            yield from self.inside(element, blank)
        else:
            yield self.prose.markdown(element)

    def inside(self, element: Tag, blank: bool) -> Iterator[Any]:
        """Walk through what an element holds."""
        for child in list(element.children):
            if isinstance(child, Tag) and child.name != "summary":
                yield from self.parts(child, blank)

    def advance(self) -> list[Any]:
        """Return the next cell of the page, behind those that run but are not shown."""
        found = []
        for cell in self.next:
            found.append(cell)
            if "remove-cell" not in cell.metadata.get("tags", ()):
                break
        return found

    def cell(self, element: Tag) -> Iterator[Any]:
        """Return a code cell, and the caption of its figure."""
        yield from self.advance()
        if caption := element.find("figcaption"):
            yield self.prose.markdown(caption)

    def finished(self, cell: Any, blank: bool) -> Any:
        """Return a cell with what its edition shows."""
        if cell.cell_type == "markdown":
            return cell
        made = new_code_cell(cell.source)
        if not blank:
            made.execution_count = cell.execution_count
            made.outputs = [portable(output) for output in cell.outputs]
        if "raises-exception" in cell.metadata.get("tags", ()):
            made.metadata["tags"] = ["raises-exception"]
        return made


def is_solution(element: Tag) -> bool:
    """Tell whether a fold solves an exercise; other folds answer, and what follows needs them."""
    return bool(element.summary) and "Solution" in element.summary.get_text()


def portable(output: Any) -> Any:
    """Return a result that any reader shows: a picture rather than HTML, and no path."""
    made = deepcopy(output)
    if made.output_type == "error":
        made["traceback"] = [f"{made['ename']}: {made['evalue']}"]
    data = made.get("data", {})
    if "image/png" in data:
        made["data"] = {kind: data[kind] for kind in data if kind in ("image/png", "text/plain")}
        made["metadata"] = {}
    for kind in [kind for kind in made.get("data", {}) if kind.startswith("application/papermill")]:
        del made["data"][kind]
    return made


def requirements(cells: list[Any]) -> list[str]:
    """Return the packages that a notebook's cells import, besides convbook and NumPy."""
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    names = " ".join(imported(code))
    found = [NEEDS[module] for module in NEEDS if re.search(rf"(?<![\w.]){module}\b", names)]
    return sorted({package for packages in found for package in packages.split()})


def imported(code: str) -> Iterator[str]:
    """Yield the modules that some code imports, and what it takes from them."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            top = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            yield from (top + alias.name for alias in node.names)


def needs(cells: list[Any], repository: str) -> str:
    """Say what to install, with pip's line."""
    extra = "[figures]" if any("convbook.figures" in cell.source for cell in cells) else ""
    where = f"convbook{extra} @ git+{repository}" if repository else f".{extra}"
    place = "" if repository else " in a copy of the book's source"
    packages = " ".join([f'"{where}"', *requirements(cells)])
    return (
        f"This notebook needs Python 3.11 or newer, and what one line installs{place}:\n\n"
        f"```sh\npython -m pip install jupyterlab {packages}\n```"
    )


def notebook(page: Page, blank: bool, repository: str) -> Any:
    """Return an edition of a page."""
    cells = page.cells(blank)
    title, _, rest = cells[0].source.partition("\n\n")
    cells[0].source = rest
    cells.insert(0, new_markdown_cell(f"{title}\n\n{needs(cells, repository)}"))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def is_chapter(app: Sphinx, docname: str) -> bool:
    """Tell whether a page has been executed and numbered."""
    return bool(app.env.metadata.get(docname, {}).get("kernelspec"))


def offer(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Put both editions into the theme's menu of downloads, with a place for their sizes."""
    context["header_buttons"] = buttons = list(context.get("header_buttons", ()))
    menu = next((button for button in buttons if button.get("label") == "download-buttons"), None)
    if menu is None:
        return
    rest = [button for button in menu["buttons"] if button["label"] == "download-pdf-button"]
    for button in rest:
        button["text"], button["tooltip"] = "Print, or save as PDF", "Print this page"
    entries = [entry(page, ending, name) for ending, name in EDITIONS.items()]
    menu["buttons"] = [*(entries if is_chapter(app, page) else ()), *rest]


def entry(page: str, ending: str, name: str) -> dict[str, str]:
    """Return a button of the menu."""
    file = f"{page.rpartition('/')[2]}{ending}.ipynb"
    up = "../" * page.count("/")
    return {
        "type": "link",
        "url": f"{up}_sources/{page}{ending}.ipynb",
        "text": f"{name} (size of {page}{ending}.ipynb)",
        "tooltip": f"Download {file}",
        "icon": "fas fa-code",
        "label": f"download-notebook{ending}",
    }


def executed(app: Sphinx, docname: str) -> Any:
    """Return the executed notebook of a page.

    MyST-NB writes it without its results if they come from the cache, so they are asked for there.
    """
    config = app.env.mystnb_config
    found = nbformat.read(Path(config.output_folder, f"{docname}.ipynb"), as_version=4)
    with suppress(KeyError):  # a page whose cells failed is not in the cache
        found = get_cache(config.execution_cache_path).merge_match_into_notebook(found)[1]
    return found


def publish(app: Sphinx, exception: Exception | None) -> None:
    """Write both editions of each page that is new, and their sizes where they are offered."""
    if exception is not None or app.builder.name != "html":
        return
    lists = [name for name, data in app.env.metadata.items() if "lists-files" in data]
    chapters = [name for name in sorted(app.env.found_docs) if is_chapter(app, name)]
    paths = {name: Path(app.outdir, f"{name}.html") for name in (*chapters, *lists)}
    pages = {name: path.read_text("utf-8") for name, path in paths.items()}
    new = {name: html for name, html in pages.items() if SIZE.search(html)}
    cores = ParallelTasks(os.cpu_count() or 1) if parallel_available else SerialTasks()
    for docname in new.keys() & {*chapters}:
        cores.add_task(write, (app, docname, new[docname]))
    cores.join()
    for docname, html in new.items():
        paths[docname].write_text(with_sizes(app, html), "utf-8")


def write(work: tuple[Sphinx, str, str]) -> None:
    """Write both editions of a chapter."""
    app, docname, html = work
    address = urljoin(app.config.html_baseurl, f"{docname}.html") if app.config.html_baseurl else ""
    page = Page(html, executed(app, docname), address)
    for ending in EDITIONS:
        target = Path(app.outdir, "_sources", f"{docname}{ending}.ipynb")
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook(page, bool(ending), app.config.sources_repository), target)


def with_sizes(app: Sphinx, html: str) -> str:
    """Fill in the sizes of notebooks, and let a click on one save it."""

    def told(found: re.Match[str]) -> str:
        return f"({size(Path(app.outdir, '_sources', found[1]))})"

    html = SIZE.sub(told, html)
    return re.sub(
        r'<a (?:class="[^"]*" )?(href="[^"]*\.ipynb")(?: target="_blank")?', r"<a \1 download", html
    )


def setup(app: Sphinx) -> ExtensionMetadata:
    """Write the editions before the pages are made light."""
    app.connect("html-page-context", offer, priority=900)
    app.connect("build-finished", publish, priority=700)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
