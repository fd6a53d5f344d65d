"""A cached chapter is executed again when, and only when, what it runs has changed.

jupyter-cache recognises a chapter by its code cells and its ``kernelspec``; it
does not see the library behind them. So each chapter's kernelspec gets a digest
of all the files of the library that the chapter can reach through its imports,
recorded numbers included, and of the versions of Python and the packages. The
files are also noted as the page's dependencies, which makes Sphinx read exactly
those pages again.
"""

from __future__ import annotations

import ast
import hashlib
import platform
import re
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nbformat import NotebookNode
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.util.typing import ExtensionMetadata

KEY = "inputs"
"""Where the digest stands in a chapter's kernelspec."""

DYNAMIC = {"importlib", "runpy", "subprocess"}
"""Modules that can import what no reader of the source can foresee."""

GLUED = re.compile(r"\{glue:?\w*\}`([^`]+?)\.md::")


class Unresolvable(Exception):
    """An import that could reach any file of the library."""


@dataclass(frozen=True)
class Library:
    """The import graph of a package, read from its source."""

    root: Path

    @property
    def name(self) -> str:
        """The package's name."""
        return self.root.name

    def everything(self) -> frozenset[Path]:
        """Every file of the package."""
        return frozenset(path for ext in ("py", "json") for path in self.root.rglob(f"*.{ext}"))

    def file(self, module: str) -> Path | None:
        """The file of a dotted module name, if it is one of the package's."""
        path = self.root.parent.joinpath(*module.split("."))
        candidates = (path / "__init__.py", path.with_suffix(".py"))
        return next((file for file in candidates if file.is_file()), None)

    def definers(self, module: str, name: str) -> Iterator[str]:
        """The modules that ``from module import name`` takes the name from.

        An ``__init__`` that passes the name on stands for the module behind it.
        """
        if name == "*":
            raise Unresolvable
        if self.file(f"{module}.{name}"):
            yield f"{module}.{name}"
            return
        file = self.file(module)
        if file is None:
            raise Unresolvable
        if file.name == "__init__.py":
            for source, original, alias in imports(file, module):
                if alias == name and original is not None:
                    yield from self.definers(source, original)
                    return
        yield module

    def needs(self, found: Iterable[tuple[str, str | None, str]]) -> set[str]:
        """The package's modules that a list of imports needs."""
        modules: set[str] = set()
        for module, name, _alias in found:
            top = module.partition(".")[0]
            if top in DYNAMIC or (module, name) == (self.name, None):
                raise Unresolvable
            if top != self.name:
                continue
            modules |= {module} if name is None else set(self.definers(module, name))
        return modules

    def reach(self, source: str) -> frozenset[Path]:
        """The files of the package that Python source can reach; all, if that is unclear."""
        try:
            pending = self.needs(scan(source, ""))
            seen: set[str] = set()
            files: set[Path] = set()
            while pending:
                module = pending.pop()
                seen.add(module)
                file = self.file(module)
                if file is None:
                    raise Unresolvable
                files |= {file, *self.packages(module), *data(file)}
                pending |= self.needs(imports(file, module)) - seen
        except (SyntaxError, Unresolvable):
            return self.everything()
        return frozenset(files)

    def packages(self, module: str) -> Iterator[Path]:
        """The ``__init__`` files that Python runs on its way to a module."""
        parts = module.split(".")
        for depth in range(1, len(parts)):
            file = self.file(".".join(parts[:depth]))
            if file is not None:
                yield file


def data(file: Path) -> Iterator[Path]:
    """The JSON files beside a module that have its name, or that it names: it reads them."""
    source = file.read_text("utf-8")
    for path in sorted(file.parent.glob("*.json")):
        if path.stem == file.stem or f'"{path.stem}"' in source:
            yield path


@cache
def scan(source: str, package: str) -> list[tuple[str, str | None, str]]:
    """List the imports in Python source as (module, name or None, name here)."""
    found: list[tuple[str, str | None, str]] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [(alias.name, None, alias.asname or alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                module = ".".join([*parents, *([module] if module else [])])
            found += [(module, alias.name, alias.asname or alias.name) for alias in node.names]
    return found


def imports(file: Path, module: str) -> list[tuple[str, str | None, str]]:
    """List the imports of one of the package's files."""
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    return scan(file.read_text(encoding="utf-8"), package)


@cache
def versions(packages: tuple[str, ...]) -> str:
    """One line that changes with the Python and the packages that run the cells."""
    found = [f"python {platform.python_version()}"]
    for package in packages:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            found.append(f"{package} none")
    return ", ".join(found)


def note_versions(app: Sphinx, config: Config) -> None:
    """Make the versions part of the configuration, so that a change re-reads every page."""
    config.freshness_versions = versions(tuple(config.freshness_packages))


@cache
def notebook(text: str, path: Path) -> NotebookNode:
    """The cells of a chapter; whoever changes them takes a copy."""
    return read_myst_markdown_notebook(text, path=path)


def cells(text: str, path: Path) -> str:
    """The Python source of a chapter's code cells."""
    found = notebook(text, path).cells
    return "\n".join(cell.source for cell in found if cell.cell_type == "code")


def digest(app: Sphinx, files: Iterable[Path]) -> str:
    """Digest what, besides its cells, decides a chapter's output."""
    config = app.config
    settings = (config.freshness_versions, sorted(config.notebooks_environment.items()))
    state = hashlib.sha256(repr(settings).encode())
    for file in sorted(files):
        state.update(file.relative_to(app.confdir).as_posix().encode() + b"\0")
        state.update(hashlib.sha256(file.read_bytes()).digest())
    return state.hexdigest()


def stamp(text: str, state: str) -> str:
    """Write a digest into a chapter's kernelspec without moving any of its lines."""
    opening, matter, rest = text.split("---\n", 2)
    front = yaml.safe_load(matter)
    front.setdefault("kernelspec", {})[KEY] = state
    written = yaml.safe_dump(front, default_flow_style=True, width=float("inf"))
    padding = "#\n" * (matter.count("\n") - 1)
    return f"{opening}---\n{written.strip()}\n{padding}---\n{rest}"


def source(app: Sphinx) -> Library:
    """The library that the chapters run."""
    return Library(Path(app.confdir, app.config.freshness_source))


@cache
def inputs(app: Sphinx, path: Path, text: str) -> tuple[str, frozenset[Path]]:
    """Return a chapter's digest, and the files that it was taken of."""
    files = source(app).reach(cells(text, path))
    return digest(app, files), files


def stamped(app: Sphinx, path: Path, text: str) -> NotebookNode:
    """Return a copy of a chapter's cells as they are cached, with its digest."""
    found = deepcopy(notebook(text, path))
    found.metadata.setdefault("kernelspec", {})[KEY], _ = inputs(app, path, text)
    return found


def refresh(app: Sphinx, docname: str, content: list[str]) -> None:
    """Stamp a chapter and note what it depends on, before it is read."""
    library = source(app)
    text = content[0]
    for other in {*GLUED.findall(text)}:  # a number from another chapter
        neighbour = Path(app.srcdir, docname).parent / f"{other}.md"
        for file in (neighbour, *library.reach(cells(neighbour.read_text("utf-8"), neighbour))):
            app.env.note_dependency(str(file))
    if is_myst_markdown_notebook(text):
        written, files = inputs(app, app.env.doc2path(docname), text)
        content[0] = stamp(text, written)
        for file in files:
            app.env.note_dependency(str(file))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the settings and stamp every chapter that is read."""
    app.add_config_value("freshness_source", "src", "env", str)
    app.add_config_value("freshness_packages", [], "env", list)
    app.add_config_value("freshness_versions", "", "env", str)
    app.connect("config-inited", note_versions)
    app.connect("source-read", refresh)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
