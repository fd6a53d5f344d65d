"""Run the cells of a chapter in the page: what Jupyter does, in the reader's browser.

A chapter imports its figures long before it draws one. So an import of what has to be fetched
waits until a cell uses the name that it binds.
"""

from __future__ import annotations

import ast
import base64
import builtins
import io
import linecache
import pprint
import re
import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout
from typing import Any, NoReturn

from exercises import stored

ABSENT = {
    "scipy": "SciPy",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "torch": "PyTorch",
}
"""Modules that do not come with the page, by what people call them."""

LATER = {
    "convbook.figures": "matplotlib",
    "convbook.figures.spreadsheet": "openpyxl digits",
    "matplotlib": "matplotlib",
    "mpl_toolkits": "matplotlib",
    "PIL": "pillow",
    "openpyxl": "openpyxl",
    **dict.fromkeys(ABSENT, ""),
}
"""What a module needs before it can be used: what has to be fetched, or nothing that can be had."""

ELSEWHERE = "The page's notebook runs it on your machine: see the download button at the top."

PHOTOGRAPHS = (
    *("astronaut", "camera", "chelsea", "coffee", "rocket", "coins", "brick", "grass", "gravel"),
    *("moon", "page", "china", "flower", "hubble_deep_field", "immunohistochemistry", "retina"),
)
DATA = (*PHOTOGRAPHS, "digits")
"""Photographs and digits, each fetched before the first cell that names it."""

LIMIT = 20_000
"""Characters of text that a cell may show."""

KEPT = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef
"""Statements whose names are whole or not there, wherever a cell stopped."""

Output = tuple[str, str]
"""A kind, "text", "html" or "error", and the content."""


class Printed(io.TextIOBase):
    """What a cell prints: the beginning of it, however much it is."""

    def __init__(self) -> None:
        self.text, self.length = "", 0

    def write(self, text: str) -> int:
        """Keep what there is room for."""
        self.text += text[: max(LIMIT - self.length, 0)]
        self.length += len(text)
        return len(text)

    def outputs(self) -> list[Output]:
        """Return it as an output, if there is any."""
        return [("text", shortened(self.text, self.length))] if self.length else []


class Notebook:
    """The names that a chapter's cells share, and the imports that wait."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.waiting: dict[str, list[ast.Import | ast.ImportFrom]] = {}
        self.lacking: dict[str, str] = {}
        self.count = 0

    def needs(self, code: str, shown: bool = True) -> list[str]:
        """Name what must be fetched before a cell can run."""
        try:
            body, waiting = self.prepared(code, shown)
        except SyntaxError:
            return []
        imports = [node for name in used(body) for node in waiting.get(name, ())]
        imports += [node for node in walk(body) if isinstance(node, ast.Import | ast.ImportFrom)]
        packages = {package for node in imports for package in packages_of(node)}
        return sorted((packages - {""}) | {word for word in words(body) if word in DATA})

    def run(self, code: str, shown: bool = True) -> list[Output]:
        """Run a cell; return its outputs."""
        printed = Printed()
        with redirect_stdout(printed), redirect_stderr(printed):
            try:
                value = self.execute(code, shown)
                results = results_of(value) if shown else []
            except BaseException as error:
                results = [("error", self.told(error, code))]
        return [*printed.outputs(), *results]

    def execute(self, code: str, shown: bool) -> Any:
        """Execute a cell's statements; return the value of the last one."""
        self.count += 1
        place = f"<cell {self.count}>"
        linecache.cache[place] = len(code), None, code.splitlines(keepends=True), place
        body, self.waiting = self.prepared(code, shown, place)
        for name in used(body):
            self.arrive(name)
        last = body[-1] if body else None
        if not isinstance(last, ast.Expr):
            exec(compile(ast.Module(body, []), place, "exec"), self.names)
            return None
        exec(compile(ast.Module(body[:-1], []), place, "exec"), self.names)
        value = eval(compile(ast.Expression(last.value), place, "eval"), self.names)
        return None if code.rstrip().endswith(";") else value

    def prepared(
        self, code: str, shown: bool, place: str = "<cell>"
    ) -> tuple[list[ast.stmt], dict[str, list[ast.Import | ast.ImportFrom]]]:
        """Return a cell's statements without the imports that wait, and all that wait then.

        A cell that runs only for those behind it need not draw its figure.
        """
        body, waiting = [], dict(self.waiting)
        for node in ast.parse(code, place).body:
            if isinstance(node, ast.Import | ast.ImportFrom) and packages_of(node):
                for name, single in split(node):
                    waiting[name] = [*waiting.get(name, ()), single]
            else:
                body.append(node)
        if not shown and body and draws(body[-1], waiting, self.names):
            body.pop()
        return body, waiting

    def arrive(self, name: str) -> None:
        """Execute the imports that waited for a name to be used."""
        for node in self.waiting.get(name, ()):
            exec(compile(ast.Module([node], []), "<import>", "exec"), self.names)
        self.waiting.pop(name, None)

    @property
    def lost(self) -> set[str]:
        """The names that are not there because an earlier cell lacks a package."""
        return self.lacking.keys() - self.names.keys()

    def told(self, error: BaseException, code: str) -> str:
        """Return what went wrong, also where the reason lies in an earlier cell."""
        if isinstance(error, SyntaxError):
            return syntax(error)
        if isinstance(error, ModuleNotFoundError) or root(error) in ABSENT:
            why = absence(error)
        elif lost := [name for name in used(ast.parse(code).body) if name in self.lost]:
            why = (
                f"{self.lacking[lost[0]]}, and the cell that makes {lost[0]} needs it. {ELSEWHERE}"
            )
        else:
            return short(error)
        for node in ast.parse(code).body:
            for name in changed(node):
                self.lacking[name] = why.partition(",")[0]
                if not isinstance(node, KEPT):  # it may be half made, or of before this cell
                    self.names.pop(name, None)
        return why


def root(error: BaseException) -> str:
    """Return the package that an import failed in, or nothing."""
    return (
        (getattr(error, "name", None) or "").split(".")[0] if isinstance(error, ImportError) else ""
    )


def changed(node: ast.stmt) -> list[str]:
    """Return the names that a statement binds, or whose items it sets."""
    items = (part.value for part in ast.walk(node) if isinstance(part, ast.Subscript)
             and isinstance(part.ctx, ast.Store))  # fmt: skip
    return stored(node) + [item.id for item in items if isinstance(item, ast.Name)]


def split(
    node: ast.Import | ast.ImportFrom,
) -> list[tuple[str, ast.Import | ast.ImportFrom]]:
    """Return each name that an import binds, with the import that binds it alone."""
    made: list[tuple[str, ast.Import | ast.ImportFrom]] = []
    for alias in node.names:
        single: ast.Import | ast.ImportFrom = (
            ast.Import([alias])
            if isinstance(node, ast.Import)
            else ast.ImportFrom(node.module, [alias], node.level)
        )
        made.append((alias.asname or alias.name.split(".")[0], ast.copy_location(single, node)))
    return made


def modules(node: ast.Import | ast.ImportFrom) -> list[str]:
    """Return the modules that an import may name."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [f"{node.module}.{alias.name}" for alias in node.names]


def packages_of(node: ast.Import | ast.ImportFrom) -> list[str]:
    """Return the packages that must be there before an import."""
    return [
        package
        for name in modules(node)
        for start, packages in LATER.items()
        if f"{name}.".startswith(f"{start}.")
        for package in packages.split(" ")
    ]


def walk(body: list[ast.stmt]) -> list[ast.AST]:
    """Return every node of some statements."""
    return [node for statement in body for node in ast.walk(statement)]


def used(body: list[ast.stmt]) -> list[str]:
    """Return the names that statements use, once each."""
    return list(dict.fromkeys(node.id for node in walk(body) if isinstance(node, ast.Name)))


def words(body: list[ast.stmt]) -> set[str]:
    """Return the words that could name a photograph: attributes, text, ``load_digits``."""
    found: set[str] = set()
    for node in walk(body):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= set(re.findall(r"\w+", node.value))
        elif isinstance(node, ast.Name) and node.id.startswith("load_"):
            found.add(node.id.removeprefix("load_"))
    return found


def draws(node: ast.stmt, waiting: dict[str, Any], names: dict[str, Any]) -> bool:
    """Tell whether a statement only draws: a call of a module of figures."""
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return False
    root = node.value.func
    while isinstance(root, ast.Attribute):
        root = root.value
    name = root.id if isinstance(root, ast.Name) else ""
    imports = [module for one in waiting.get(name, ()) for module in modules(one)]
    home = getattr(names.get(name), "__module__", None) or getattr(names.get(name), "__name__", "")
    return any(where.startswith("convbook.figures") for where in (*imports, str(home)))


def results_of(value: Any) -> list[Output]:
    """Show a value as a notebook would, and what pyplot has drawn."""
    shown = [] if value is None else [represent(value)]
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        drawn = [pyplot.figure(number) for number in pyplot.get_fignums()]
        shown += [represent(figure) for figure in drawn if figure is not value]
        pyplot.close("all")
    return shown


def represent(value: Any) -> Output:
    """Return a value as HTML, as a picture or as text, whichever it has first."""
    bundle = value._repr_mimebundle_() if hasattr(value, "_repr_mimebundle_") else {}
    if "text/html" in bundle:
        return "html", bundle["text/html"]
    if hasattr(value, "_repr_html_") and (html := value._repr_html_()):
        return "html", html
    if hasattr(value, "_repr_png_"):
        return "html", picture(value._repr_png_())
    if hasattr(value, "savefig"):
        value.savefig(buffer := io.BytesIO(), format="png")
        return "html", picture(buffer.getvalue())
    text = repr(value)
    if isinstance(value, dict | list | tuple | set):
        text = pprint.pformat(value, width=79, compact=True, sort_dicts=False)
    return "text", shortened(text, len(text))


def picture(png: bytes) -> str:
    """Return an image element that holds a picture."""
    code = base64.b64encode(png).decode()
    return f'<img src="data:image/png;base64,{code}" alt="drawn by this cell">'


def shortened(text: str, length: int) -> str:
    """Return a text, or its beginning and how much more there is."""
    if length <= LIMIT:
        return text
    return f"{text[:LIMIT]}\n… and {length - LIMIT:,} characters more"


def short(error: BaseException) -> str:
    """Return a short traceback: the lines of cells, and what went wrong."""
    lines = []
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if frame.filename.startswith("<cell")]
    for frame in inside[-4:]:
        other = frame.filename != inside[0].filename
        place = f"line {frame.lineno}" + (" of an earlier cell" if other else "")
        lines.append(f"{place}: {frame.line}")
    lines += [line.rstrip() for line in traceback.format_exception_only(error)]
    return shortened("\n".join(lines), len("\n".join(lines)))


def syntax(error: SyntaxError) -> str:
    """Return where a cell is no Python."""
    text = (error.text or "").rstrip()
    mark = " " * max((error.offset or 1) - 1, 0) + "^"
    shown = f"line {error.lineno}:\n{text}\n{mark}\n" if text else ""
    return f"{shown}{type(error).__name__}: {error.msg}"


def absence(error: BaseException) -> str:
    """Say that a package does not come with the page, and what to do instead."""
    package = ABSENT.get(root(error), f"The module {root(error)}")
    return f"{package} does not come with this page, so this cell cannot run here. {ELSEWHERE}"


def anew() -> Notebook:
    """Return a notebook without names, and forget what cells did to the library."""
    for name in [name for name in sys.modules if name.split(".")[0] == "convbook"]:
        del sys.modules[name]
    return Notebook()


def refuse(*_: object) -> NoReturn:
    """Stand in for ``input``, which would have to stop the page."""
    raise RuntimeError("input() cannot ask you here; write the answer into the code instead")


builtins.input = refuse
