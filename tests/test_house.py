"""The rules of the house: one concept, one stem; imports run one way; nothing goes bare."""

import ast
import inspect
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median

import pytest

import convbook
from requirements import need
from website import CHAPTERS, ROOT

SRC = ROOT / "src" / "convbook"
FIGURES = SRC / "figures"
PUBLIC = sorted(convbook.__all__)


def sources(folder: Path) -> list[Path]:
    """Return the Python files below a folder."""
    return sorted(folder.rglob("*.py"))


def parsed(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text("utf-8"), str(path))


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the full name of each module that a file imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def functions(paths: Iterable[Path]) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Yield each function of some files, with its place."""
    for path in paths:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef):
                yield f"{path.relative_to(ROOT)}:{node.lineno}: {node.name}", node


def body_lines(function: ast.FunctionDef) -> int:
    """Count the lines of a function below its signature and docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0  # type: ignore[operator]


# -- One concept, one stem ---------------------------------------------------


@pytest.mark.parametrize("stem", CHAPTERS)
def test_a_chapter_has_its_module_figures_and_tests(stem: str) -> None:
    assert (SRC / f"{stem}.py").exists() or (SRC / stem / "__init__.py").exists()
    assert figure_files(stem)
    assert (ROOT / "tests" / f"test_{stem}.py").exists()


@pytest.mark.parametrize(
    "module", [module.name for module in pkgutil.iter_modules([str(SRC)]) if module.name[0] != "_"]
)
def test_a_public_module_is_a_stem_and_has_tests(module: str) -> None:
    assert module in {*CHAPTERS, "figures"}
    assert [*(ROOT / "tests").glob(f"test_{module}*.py")]


def test_a_module_stays_short() -> None:
    """One that outgrows 300 lines becomes a package of the same name."""
    lengths = {str(path): len(path.read_text("utf-8").splitlines()) for path in sources(SRC)}
    assert not {path: n for path, n in lengths.items() if n > (300 if "figures" in path else 330)}


# -- Imports run one way -----------------------------------------------------


def test_the_library_imports_numpy_and_the_standard_library_alone() -> None:
    allowed = {"convbook", "numpy", *sys.stdlib_module_names}
    foreign = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sources(SRC)
        if FIGURES not in path.parents
        for name in imported(parsed(path))
        if name.partition(".")[0] not in allowed or name.startswith("convbook.figures")
    ]
    assert not foreign


def test_figures_import_no_pyplot() -> None:
    for path in sources(SRC):
        assert not [name for name in imported(parsed(path)) if "pyplot" in name], path


def loaded_after(statement: str) -> set[str]:
    """Return the modules that a fresh interpreter has loaded after a statement."""
    code = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_convbook_is_light() -> None:
    assert "matplotlib" not in loaded_after("import convbook")


def test_the_light_import_test_can_fail() -> None:
    need("matplotlib")
    assert "matplotlib" in loaded_after("import convbook.figures")


# -- Every public name -------------------------------------------------------


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_is_in_the_reference(name: str) -> None:
    """In the table of all names, and in full on the page of the stem that holds it."""
    table = (ROOT / "docs" / "api.md").read_text("utf-8")
    pages = [path.read_text("utf-8") for path in sorted((ROOT / "docs" / "api").glob("*.md"))]
    assert re.search(rf"^   {name}$", table, re.MULTILINE)
    assert (
        sum(bool(re.search(rf"^\.\. auto\w+:: {name}$", page, re.MULTILINE)) for page in pages) == 1
    )


@pytest.mark.parametrize(
    "name", [name for name in PUBLIC if inspect.isfunction(getattr(convbook, name))]
)
def test_a_public_function_is_documented(name: str) -> None:
    value = getattr(convbook, name)
    _, *parts = re.split(r"^(\w+)\n-{3,}$", inspect.getdoc(value) or "", flags=re.MULTILINE)
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    parameters = list(inspect.signature(value).parameters)
    about_them = {"Parameters", "Raises"} if parameters else set()
    assert {"Returns", "Examples"} | about_them <= set(sections)
    entries = re.findall(r"^(\w[\w, ]*)", sections.get("Parameters", ""), re.MULTILINE)
    documented = [name.strip() for names in entries for name in names.split(",")]
    assert documented == parameters


# -- Style -------------------------------------------------------------------


def test_the_median_function_is_short() -> None:
    figures = {place: body_lines(node) for place, node in functions(sources(FIGURES))}
    every = {place: body_lines(node) for place, node in functions(sources(SRC))}
    library = {place: n for place, n in every.items() if place not in figures}
    assert median(library.values()) < 6
    assert median(figures.values()) < 10
    assert not {place: n for place, n in library.items() if n > 25}
    assert not {place: n for place, n in figures.items() if n > 50}


def early_returns(test: ast.FunctionDef) -> Iterator[ast.Return]:
    """Yield the returns of a function, not those of functions inside it."""
    inner: list[ast.AST] = [*test.body]
    while inner:
        node = inner.pop()
        if isinstance(node, ast.Return):
            yield node
        elif not isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            inner += ast.iter_child_nodes(node)


def test_no_test_returns_early() -> None:
    """It would count as passed; a case that cannot be tested is not drawn, or skipped aloud."""
    tests = [*functions(sources(ROOT / "tests"))]
    assert not [
        place for place, test in tests if test.name.startswith("test_") and any(early_returns(test))
    ]


def test_an_early_return_is_found() -> None:
    code = "def test():\n    def inner():\n        return 1\n    if inner():\n        return"
    (test,) = ast.parse(code).body
    assert isinstance(test, ast.FunctionDef)
    assert [node.lineno for node in early_returns(test)] == [5]


def test_every_colour_comes_from_the_palette() -> None:
    hexadecimal = re.compile(r"#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b")
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sources(SRC)
        if path.name != "_palette.py"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if hexadecimal.search(line)
    ]
    assert not found, "\n".join(found)


# -- Figures -----------------------------------------------------------------


def figure_files(stem: str) -> list[Path]:
    """Return the file of a stem's figures, or those of its package."""
    return [*FIGURES.glob(f"{stem}.py"), *FIGURES.glob(f"{stem}/*.py")]


def figure_functions(stem: str) -> list[str]:
    """Return the public functions of a stem's figures."""
    return [
        node.name
        for path in figure_files(stem)
        for node in parsed(path).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith(("_", "draw_"))
    ]


@pytest.mark.parametrize("stem", [*CHAPTERS, "colour", "switching", "traps"])
def test_every_figure_is_shown_in_its_chapter(stem: str) -> None:
    """So that the chapter's own test draws it, and it cannot be shown without alt text."""
    texts = [page.read_text("utf-8") for page in (ROOT / "docs").glob("*.md")]
    shows = re.compile(rf"^from convbook.figures import {stem} as figures$", re.MULTILINE)
    text = "".join(text for text in texts if shows.search(text))
    unused = [name for name in figure_functions(stem) if f"figures.{name}(" not in text]
    assert not unused


@pytest.mark.parametrize("stem", CHAPTERS)
def test_a_figure_function_returns_a_figure(stem: str) -> None:
    figures = need(f"convbook.figures.{stem}")
    for name in figure_functions(stem):
        assert inspect.signature(getattr(figures, name)).return_annotation.__name__ == "Figure"


# -- Papers ------------------------------------------------------------------


def test_the_version_is_told_once() -> None:
    """The package, CITATION.cff and the change log name the same release."""
    version = convbook.__version__
    assert f"version: {version}\n" in (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_contributing_is_short() -> None:
    assert len((ROOT / "CONTRIBUTING.md").read_text("utf-8").splitlines()) < 100


def test_the_readme_tells_the_commands_that_ci_runs() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert 'pip install -q "nox[uv]"' in readme
    assert 'pip install -q "nox[uv]"' in script
    for session in ("book", "tests"):
        assert f"nox -s {session}" in readme
        assert re.search(rf"nox\b.* {session}\b", script)
