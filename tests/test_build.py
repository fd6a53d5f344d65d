"""The build's own honesty: each planted fault fails it, and nothing else does."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from requirements import need
from website import NOWHERE, ROOT, Build, Page, Site, build, unmeasured

HEAD = """\
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
myst: {html_meta: {description: A page that a test has planted.}}
---
# A planted page

"""
SOUND = """\
```{code-cell} python3
from convbook import flip
from myst_nb import glue
import numpy as np
glue("corner", int(flip(np.eye(2))[0, 0]), display=False)
```

The corner is {glue:text}`corner`, and $a^2 \\ge 0$.
"""
FIGURE = """\
```{{code-cell}} python3
from convbook.figures import Figure
fig = Figure()
fig.panel(2, 1)
fig.alt = "{alt}"
fig
```
"""
SAME = (".html", ".js", ".css", ".svg", ".inv")
MEASURED_FILE = re.compile(r'"convbook-figure measured".*?"(_figures/[^"]*\.svg)"', re.DOTALL)
# What is planted, and what the build must say about it: the file and, where it can, the line
# (of a notebook's text it may be one off, in MyST-NB itself).
FAULTS = {
    "a wrong number": (
        "```{code-cell} python3\nx = 2\nassert x + 2 == 5\n```\n",
        r"{page}(?s:.*)assert x \+ 2 == 5(?s:.*)AssertionError",
    ),
    "a broken cell": (
        "```{code-cell} python3\n1 / 0\n```\n",
        r"{page}(?s:.*)ZeroDivisionError",
    ),
    "a cell that writes to stderr": (
        "```{code-cell} python3\nimport sys\nsys.stderr.write('oops')\n```\n",
        r"{page}:\d+: ERROR: stderr",
    ),
    "a figure without alt": (FIGURE.format(alt=""), r"{page}(?s:.*)alt must say"),
    "an unknown TeX command": ("Look: $\\nosuchcommand{x}$.\n", r"{page}:\d+: .*nosuchcommand"),
    "an unknown glued number": (
        SOUND + "And {glue:text}`nosuchnumber`.\n",
        r"{page}:\d+: .*nosuchnumber",
    ),
    "a broken reference": ("See {ref}`nosuchlabel`.\n", r"{page}:\d+: .*nosuchlabel"),
    "a broken link": ("See [this](nosuchpage.md).\n", r"{page}:\d+: .*nosuchpage"),
    "an unknown citation": ("See {cite:p}`Nosuchauthor1900`.\n", r"{page}:\d+: .*Nosuchauthor"),
    "an unknown function": ("See {func}`convbook.nosuch`.\n", r"{page}:\d+: .*nosuch"),
}

Plant = Callable[[str, dict[str, str]], Build]


def slug(fault: str) -> str:
    """Return the name of the page that has a fault."""
    return fault.replace(" ", "-").lower()


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Plant:
    """Return a function that builds a book of planted pages with the project's own conf.py."""
    garden = tmp_path_factory.mktemp("garden")

    def grow(name: str, pages: dict[str, str]) -> Build:
        docs = garden / name
        docs.mkdir()
        for page, text in pages.items():
            (docs / f"{page}.md").write_text(HEAD + text, "utf-8")
        index = HEAD.replace("file_format: mystnb\n", "").replace("kernelspec", "x-kernelspec")
        toctree = "\n".join(["```{toctree}", *pages, "```\n"])
        (docs / "index.md").write_text(index + toctree, "utf-8")
        return build(docs, garden / "_build" / name)

    return grow


@pytest.fixture(scope="module")
def faulty(plant: Plant) -> Build:
    """One book with a page for each fault, and a sound one among them."""
    pages = {slug(fault): text for fault, (text, _) in FAULTS.items()}
    return plant("faulty", {**pages, "sound": SOUND})


def accused(done: Build) -> set[str]:
    """Return the pages that have what fails a build under ``-W``: a warning or an error."""
    return set(re.findall(r"([\w-]+)\.md(?::\d+)?: (?:WARNING|ERROR)", done.output))


def test_a_sound_page_builds(plant: Plant) -> None:
    done = plant("sound", {"page": SOUND + FIGURE.format(alt="Nothing but an empty frame.")})
    assert done.status == 0, done.output
    assert not accused(done)
    page = Page(done.folder / "page.html")
    assert "The corner is 1" in page.text
    assert page.all("math")


def test_planted_faults_fail_the_build(faulty: Build) -> None:
    """Each page with a fault fails it, and nothing else does."""
    assert faulty.status != 0, faulty.output
    assert accused(faulty) == {*map(slug, FAULTS)}, faulty.output


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_named(faulty: Build, fault: str) -> None:
    complaint = FAULTS[fault][1].replace("{page}", rf"{slug(fault)}\.md")
    assert re.search(complaint, faulty.output), faulty.output


def test_a_wrong_number_is_found_without_a_build(tmp_path: Path) -> None:
    """Pytest alone finds it, in a cell and in an example, and names the chapter's line."""
    for folder in ("docs", "tests"):
        (tmp_path / folder).mkdir()
    shutil.copy(ROOT / "docs" / "conftest.py", tmp_path / "docs")
    shutil.copy(ROOT / "tests" / "legibility.py", tmp_path / "tests")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    cell = "```{code-cell} python3\n---\ntags: [hide-input]\n---\nx = 2\n\nassert x + 2 == 5\n```\n"
    example = "```python\n>>> x + 2\n5\n>>> x * 2\n4\n```\n"
    (tmp_path / "docs" / "page.md").write_text(f"{HEAD}{cell}{example}", "utf-8")
    command = [sys.executable, "-m", "pytest", "docs", "-p", "no:cacheprovider"]
    env = {**os.environ, "CONVBOOK_SITE": ""}
    done = subprocess.run(
        command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert re.search(r"page\.md:14: AssertionError", done.stdout), done.stdout
    assert re.search(r"page\.md:17: SybilFailure", done.stdout), done.stdout
    assert "2 failed, 1 passed" in done.stdout


# -- Nothing stale, nothing needless -----------------------------------------


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the project whose library may be changed, with two chapters of its own."""
    folder = tmp_path_factory.mktemp("workshop")
    copy_project(folder)
    for path in (folder / "docs").rglob("*.md"):
        path.unlink()
    pages = {
        "flipping": "from convbook import flip\nflip([[1, 2], [3, 4]])",
        "pooling": "from convbook import max_pool2d\nimport numpy as np\n"
        "max_pool2d(np.arange(16.0).reshape(1, 4, 4), 2)",
    }
    pages = {name: f"{HEAD}```{{code-cell}} python3\n{code}\n```\n" for name, code in pages.items()}
    pages["flipping"] = pages["flipping"].replace("[[1, 2], [3, 4]]", "np.eye(2)[::-1]")
    pages["flipping"] = pages["flipping"].replace("import flip", "import flip\nimport numpy as np")
    pages["index"] = "# Two chapters\n\n```{toctree}\nflipping\npooling\n```\n"
    for name, text in pages.items():
        (folder / "docs" / f"{name}.md").write_text(text, "utf-8")
    return folder


def copy_project(folder: Path) -> None:
    """Copy what the build reads."""
    ignore = shutil.ignore_patterns("__pycache__", ".*", "_build")
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy(path, folder)
    for name in ("benchmarks", "docs", "src", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    if (ROOT / "_runtime").is_dir():  # of the live cells
        (folder / "_runtime").symlink_to(ROOT / "_runtime")


def build_copy(folder: Path) -> Build:
    """Build a copy of the project with the copy's own library."""
    env = {**os.environ, **NOWHERE, "PYTHONPATH": str(folder / "src")}
    return build(folder / "docs", folder / "_build" / "html", folder, env)


def article(folder: Path, name: str) -> str:
    """Return the part of a built page that its author wrote."""
    source = (folder / "_build" / "html" / f"{name}.html").read_text("utf-8")
    return source[source.index("<article") : source.index("</article>")]


def files(folder: Path) -> dict[str, bytes]:
    """Return what a browser can ask for."""
    paths = [path for path in folder.rglob("*.*") if path.suffix in SAME]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def shown(folder: Path, name: str) -> list[Any]:
    """Return what the cells of a downloaded notebook show."""
    text = (folder / "_build" / "html" / "_sources" / f"{name}.ipynb").read_text("utf-8")
    return [cell["outputs"] for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]


def test_a_change_in_the_library_reaches_exactly_its_pages(workshop: Path) -> None:
    first = build_copy(workshop)
    assert first.status == 0, first.output
    assert first.executed == 2
    before = {name: shown(workshop, name) for name in ("flipping", "pooling")}
    assert all(map(all, before.values()))
    written = files(first.folder)

    again = build_copy(workshop)
    assert (again.status, again.executed) == (0, 0), again.output
    assert files(again.folder) == written

    module = workshop / "src" / "convbook" / "stacking" / "pooling.py"
    wrapped = "\n\n_pool = max_pool2d\n\n\ndef max_pool2d(*sizes): return 100 * _pool(*sizes)\n"
    module.write_text(module.read_text("utf-8") + wrapped, "utf-8")
    with (workshop / "docs" / "flipping.md").open("a", encoding="utf-8") as chapter:
        chapter.write("A sentence more.\n")
    changed = build_copy(workshop)
    assert (changed.status, changed.executed) == (0, 1), changed.output
    assert "A sentence more." in article(workshop, "flipping")
    assert shown(workshop, "flipping") == before["flipping"]
    assert shown(workshop, "pooling") != before["pooling"]
    assert "1500" in article(workshop, "pooling")


def test_recorded_numbers_belong_to_the_module_of_their_name(tmp_path: Path) -> None:
    """A chapter that imports `race` depends on race.json and on those that it names, alone."""
    need("myst_nb")
    from freshness import Library

    package = tmp_path / "book"
    package.mkdir()
    for name in ("__init__.py", "race.py", "race.json", "race-b.json", "walk.py", "walk.json"):
        (package / name).write_text("{}" if name.endswith("json") else "", "utf-8")
    library = Library(package)
    names = {path.name for path in library.reach("from book import race")}
    assert names == {"__init__.py", "race.py", "race.json"}
    (package / "walk.py").write_text('OTHER = "race-b"', "utf-8")
    names = {path.name for path in library.reach("from book import walk")}
    assert names == {"__init__.py", "walk.py", "walk.json", "race-b.json"}
    everything = library.reach("import importlib")
    assert {path.name for path in everything} == {path.name for path in package.iterdir()}


def test_two_builds_are_the_same_byte_for_byte(site: Site, tmp_path: Path) -> None:
    """The book built again, elsewhere, differs in nothing but what is marked as measured.

    Its cells are not run again: their own tests compare what they show with this book.
    """
    copy_project(tmp_path)
    outputs = ".jupyter_cache"
    shutil.copytree(site.folder.parent / outputs, tmp_path / "_build" / outputs)
    done = build_copy(tmp_path)
    assert done.status == 0, done.output
    folders = (site.folder, done.folder)
    names, others = ({p.relative_to(f).as_posix() for p in f.rglob("*.*")} for f in folders)
    assert names == others
    measured: set[str] = set()
    different = []
    for name in sorted(name for name in names if name.endswith(SAME)):
        one, two = ((folder / name).read_bytes() for folder in folders)
        if name.endswith(".html"):
            measured.update(MEASURED_FILE.findall(one.decode()))
            one, two = (unmeasured(page.decode()).encode() for page in (one, two))
        if one != two:
            different.append(name)
    assert {*different} <= measured, (done.folder, sorted({*different} - measured)[:9])
