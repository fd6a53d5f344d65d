"""Let a reader run the cells of a page, where the site holds Python for the browser.

JupyterLite and Thebe bring a notebook application, or need a server; here the page stays the page.
Where ``nox -s runtime`` has put Pyodide into ``_runtime``, a chapter gets one line more, the script
that offers its cells; elsewhere nothing of this is in the site. What is fetched lies in
``_static/live``: the scripts, the runtime, the library, the data, and each chapter's cells.
Of MyST-NB it needs the folder of executed notebooks and the class ``cell``.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import sys
from functools import cache
from hashlib import sha256
from importlib.metadata import distribution
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import minify
import nbformat
import numpy as np
from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx_design.dropdown import dropdown_main

import runtime
from editions import is_chapter
from explorables import STYLE, tighten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

SOURCES = runtime.LIST.parent
sys.path.insert(0, str(SOURCES))

from cells import DATA  # noqa: E402 (it lies with what the page loads)
from exercises import asked, template  # noqa: E402

PACKED = ("convbook", "openpyxl", "et_xmlfile")
"""Packages that the site brings itself, from where the build runs."""
PREFACE = """\
What runs the cells of a page, and under which licence.

Pyodide, unchanged: Mozilla Public License 2.0, whose text is below, with matplotlib_pyodide.
Its source: https://github.com/pyodide/pyodide

Python, as Pyodide brings it: PSF License Agreement, https://docs.python.org/3.12/license.html

convbook: BSD 3-Clause License, in the book's colophon.

The others follow, each with the licence that its package brings."""
VERSION = re.compile(r"(?<=&quot;v&quot;: &quot;)\w+(?=&quot;, &quot;first&quot;)")
LICENCE = re.compile(r"dist-info/(?:.*/)?LICEN[CS]E[^/]*$", re.IGNORECASE)
CORE = ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip", "numpy")


def prepare(app: Sphinx) -> None:
    """Collect what the pages fetch, if the runtime is there."""
    if app.builder.name != "html" or not runtime.FOLDER.is_dir():
        return
    if wrong := runtime.missing():
        raise ExtensionError(f"_runtime lacks {', '.join(wrong)}: run nox -s runtime, or remove it")
    app.tags.add("live")
    folder = collected(app)
    for path in SOURCES.iterdir():
        write_source(path, folder)
    for package in PACKED:
        (folder / f"{package}.zip").write_bytes(packed(package))
    for name in DATA:
        write_data(folder / "data" / f"{name}.npz")
    shutil.copytree(runtime.FOLDER, folder / "runtime", dirs_exist_ok=True)
    (folder / "LICENCES.txt").write_text(licences(), "utf-8")
    app.config.html_static_path.append(str(folder.parent))


def collected(app: Sphinx) -> Path:
    """Return the folder of what the pages fetch, made if need be."""
    folder = Path(app.outdir).parent / "live" / "live"
    (folder / "data").mkdir(parents=True, exist_ok=True)
    return folder


def write_source(path: Path, folder: Path) -> None:
    """Copy a script, in as few bytes as it needs, or a module."""
    if path.suffix == ".js":
        source = STYLE.sub(tighten, path.read_text("utf-8"))
        small = minify.string("application/javascript", source)
        (folder / path.name).write_text(small, "utf-8")
    elif path.suffix == ".py":
        shutil.copyfile(path, folder / path.name)


def packed(package: str) -> bytes:
    """Return a package's files as a zip, the same from the same files."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ExtensionError(f"{package} is not installed, and the live cells need it")
    top = Path(spec.origin).parent
    with ZipFile(buffer := BytesIO(), "w", ZIP_DEFLATED) as file:
        for path in sorted(top.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                name = path.relative_to(top.parent).as_posix()
                file.writestr(ZipInfo(name), path.read_bytes(), ZIP_DEFLATED)
    return buffer.getvalue()


def write_data(path: Path) -> None:
    """Write a photograph or the digits, unless it is done."""
    if path.exists():
        return
    from skimage import data  # noqa: PLC0415 (only a site with live cells needs them)
    from sklearn.datasets import load_digits, load_sample_image  # noqa: PLC0415

    if path.stem == "digits":
        digits = load_digits()
        np.savez_compressed(path, images=digits.images, data=digits.data, target=digits.target)
    elif path.stem in ("china", "flower"):
        np.savez_compressed(path, pixels=load_sample_image(f"{path.stem}.jpg"))
    else:
        np.savez_compressed(path, pixels=getattr(data, path.stem)())


def licences() -> str:
    """Return the licences of all that runs a cell, each as its package brings it."""
    texts = [PREFACE]
    for path in sorted(runtime.FOLDER.glob("*.whl")):
        with ZipFile(path) as wheel:
            names = [name for name in wheel.namelist() if LICENCE.search(name)]
            texts += [f"{path.name}: {name}\n\n{wheel.read(name).decode()}" for name in names]
    for package in PACKED[1:]:
        files = [file for file in distribution(package).files or () if LICENCE.search(str(file))]
        texts += [f"{file}\n\n{Path(str(file.locate())).read_text('utf-8')}" for file in files]
    return f"\n\n{'=' * 80}\n\n".join(texts)


@cache
def facts(folder: Path) -> dict[str, str]:
    """Return what the pages say and ask for: a version of the scripts, and what is fetched."""
    own = [path for path in sorted(folder.glob("*")) if path.is_file()]
    version = sha256(b"".join(path.read_bytes() for path in own)).hexdigest()[:8]
    files = sorted((folder / "runtime").iterdir())
    first = [path for path in files if path.name.startswith(CORE)] + [folder / "convbook.zip"]
    rest = [path for path in files if path.suffix == ".whl" and path not in first]
    return {"v": version, "first": megabytes(first), "figures": megabytes(rest)}


def megabytes(paths: list[Path]) -> str:
    """Say how much some files are on their way."""
    sent = sum(len(gzip.compress(path.read_bytes(), 6)) for path in paths)
    return f"{max(round(sent / 1e6), 1)} MB"


def offer(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Give a chapter the script that offers its cells, and write these down."""
    if not app.tags.has("live") or not is_chapter(app, page) or not cells_in(doctree):
        return
    told = json.dumps({"page": page, **facts(collected(app))})
    script = (collected(app) / "live.js").read_text("utf-8")  # in the page: no request for it
    app.add_js_file(None, body=script, type="module", **{"data-live": told})
    path = Path(app.outdir, "_static", "live", "chapters", f"{page}.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(chapter(app, page, doctree)), "utf-8")


def renew(app: Sphinx, exception: Exception | None) -> None:
    """Let a page that was not written again ask for the library as it is now, too."""
    if exception is not None or app.builder.name != "html" or not app.tags.has("live"):
        return
    version = facts(collected(app))["v"]
    for path in (app.outdir / f"{page}.html" for page in app.env.found_docs):
        text = path.read_text("utf-8")
        now = VERSION.sub(version, text, count=1)
        if now != text:
            path.write_text(now, "utf-8")


def chapter(app: Sphinx, page: str, doctree: nodes.document) -> dict[str, Any]:
    """Return a chapter's cells, shown or not, and its exercises."""
    made = nbformat.read(Path(app.env.mystnb_config.output_folder, f"{page}.ipynb"), as_version=4)
    places = [place for place, cell in enumerate(made.cells) if cell.cell_type == "code"]
    shown = {node["cell_index"] for node in cells_in(doctree)}
    cells = [
        {
            "code": made.cells[place].source,
            "shown": place in shown,
            "raises": "raises-exception" in made.cells[place].metadata.get("tags", ()),
        }
        for place in places
    ]
    number = {place: count for count, place in enumerate(places)}
    found = [exercise(made.cells, part, number) for part in exercises_in(doctree)]
    return {"cells": cells, "exercises": found}


def cells_in(node: nodes.Node) -> list[nodes.Element]:
    """Return the nodes of the cells that stand in a page or a part of it."""
    containers = node.findall(nodes.container)
    return [one for one in containers if one.get("nb_element") == "cell_code"]


def exercises_in(doctree: nodes.document) -> Iterator[list[nodes.Element]]:
    """Find the exercises: the cells of each one's solution, or of what comes after it."""
    for task in doctree.findall(nodes.admonition):
        if "exercise" in task["classes"]:
            behind = task.parent.children[task.parent.index(task) + 1 :]
            fold = next((one for one in behind if is_solution(one)), None)
            yield cells_in(fold) if fold else []


def is_solution(node: nodes.Node) -> bool:
    """Tell whether a node is the fold that holds a solution."""
    return isinstance(node, dropdown_main) and node[0].astext().startswith("Solution")


def exercise(cells: list[Any], solution: list[nodes.Element], number: dict[int, int]) -> Any:
    """Return which cells solve an exercise, what they ask for, and the cell to be filled in."""
    places = [node["cell_index"] for node in solution]
    code = [cells[place].source for place in places]
    chosen = " ".join(str(cells[place].metadata.get("asks", "")) for place in places).split()
    asks = chosen or asked(code)
    return {
        "solution": [number[place] for place in places],
        "asks": asks,
        "template": template(code, asks),
    }


def setup(app: Sphinx) -> ExtensionMetadata:
    """Collect before static files are copied."""
    app.connect("builder-inited", prepare)
    app.connect("html-page-context", offer)
    app.connect("build-finished", renew, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
