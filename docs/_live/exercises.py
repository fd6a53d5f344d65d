"""Turn a solution into a question: the names that an answer gives, and what must hold of them.

A chapter's solution computes something and asserts it. What its assertions speak of is what the
reader is asked for; the rest of the solution that they need runs behind the scenes. The option
``asks`` of a solution's cell names the answers where that guess is a poor one.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Iterator
from typing import Any

Names = dict[str, Any]
LOOK_UP = ast.Name | ast.Attribute | ast.Subscript


def statements(cells: Iterable[str]) -> list[ast.stmt]:
    """Return the statements of a solution's cells."""
    return [node for cell in cells for node in ast.parse(cell).body]


def stored(node: ast.AST) -> list[str]:
    """Return the names that a statement binds, in their order: not those of a comprehension."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [alias.asname or alias.name.split(".")[0] for alias in node.names]
    loops = (part.target for part in ast.walk(node) if isinstance(part, ast.comprehension))
    own = {name for target in loops for name in ast.walk(target)}
    inner = (part for part in ast.walk(node) if isinstance(part, ast.Name) and part not in own)
    return [part.id for part in inner if isinstance(part.ctx, ast.Store)]


def loaded(node: ast.AST) -> set[str]:
    """Return the names that a statement reads."""
    inner = (part for part in ast.walk(node) if isinstance(part, ast.Name))
    return {part.id for part in inner if isinstance(part.ctx, ast.Load)}


def is_check(node: ast.stmt) -> bool:
    """Tell whether a statement asserts something."""
    return any(isinstance(part, ast.Assert) for part in ast.walk(node))


def is_given(node: ast.stmt) -> bool:
    """Tell whether a statement only fetches something, or draws it at random."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    return isinstance(node, ast.Assign) and (
        isinstance(node.value, LOOK_UP) or "rng" in loaded(node.value)
    )


def asked(cells: Iterable[str]) -> list[str]:
    """Return the names that a solution binds and its assertions read.

    >>> asked(["die = [1] * 6", "ways = sum(die)", "assert ways == 6"])
    ['ways']
    """
    nodes = statements(cells)
    read = {name for node in nodes if is_check(node) for name in loaded(node)}
    made = [node for node in nodes if not is_check(node) and not is_given(node)]
    names = dict.fromkeys(name for node in made for name in stored(node))
    return [name for name in names if name in read]


def behind(nodes: list[ast.stmt], asks: list[str]) -> list[ast.stmt]:
    """Return the checks that the answers decide, and what else these checks need."""
    decided, needed = set(asks), set[str]()
    for node in nodes:
        if loaded(node) & decided:
            decided |= set(stored(node))
    kept: list[ast.stmt] = []
    for node in reversed(nodes):
        names, read = set(stored(node)), loaded(node)
        if (is_check(node) and read & decided) or (names & needed and not names & set(asks)):
            needed |= read
            kept.append(node)
    return kept[::-1]


def template(cells: list[str], asks: list[str]) -> str:
    """Return the cell that the reader fills in.

    >>> print(template(["die = faces(6)", "ways = sum(die)", "assert ways == 6"], ["ways"]))
    ways = ...
    """
    functions = {
        node.name: f"def {node.name}({ast.unparse(node.args)}):\n    ..."
        for node in statements(cells)
        if isinstance(node, ast.FunctionDef)
    }
    return "\n".join(functions.get(name, f"{name} = ...") for name in asks)


def check(names: Names, cells: list[str], asks: list[str]) -> list[str]:
    """Say of each assertion of a solution whether it holds of the reader's answer."""
    if empty := [name for name in asks if names.get(name, ...) is ...]:
        return [f"Not answered yet: {', '.join(empty)}."]
    place = copies(names)
    nodes = behind(statements(cells), asks)
    count = sum(map(is_check, nodes))
    said = list(verdicts(nodes, place, asks))
    if all(line is None for line in said):
        return [f"All {count} checks hold." if count > 1 else "The check holds."]
    lines = [
        f"Check {number} of {count}: {line or 'holds.'}" for number, line in enumerate(said, 1)
    ]
    return lines + kinds(names, cells, asks)


def copies(names: Names) -> Names:
    """Return names whose random generators are copies, so that a check changes no later number."""
    return {
        name: copy.deepcopy(value) if type(value).__name__ == "Generator" else value
        for name, value in names.items()
    }


def verdicts(nodes: list[ast.stmt], place: Names, asks: list[str]) -> Iterator[str | None]:
    """Run what stands behind an exercise; say for each assertion what is wrong, or nothing."""
    for node in nodes:
        wrong = fault(node, place)
        about = ", ".join(name for name in asks if name in loaded(node))
        if is_check(node):
            yield wrong and f"{wrong}{f' It is about {about}.' if about else ''}"
        elif wrong:
            place.update(dict.fromkeys(stored(node)))


def fault(node: ast.stmt, place: Names) -> str | None:
    """Execute a statement; say what is wrong with it, without its text."""
    try:
        exec(compile(ast.Module([node], []), "<check>", "exec"), place)
    except AssertionError:
        return "does not hold."
    except Exception as error:
        return f"stops with {type(error).__name__}: {error}."
    return None


def kinds(names: Names, cells: list[str], asks: list[str]) -> list[str]:
    """Say where an answer is of another kind or shape than the solution's."""
    place = copies(names)
    for node in statements(cells):
        if not is_check(node):
            fault(node, place)
    pairs = ((name, kind(names[name]), kind(place.get(name))) for name in asks)
    wrong = (pair for pair in pairs if pair[1] != pair[2])
    return [f"{name} should be {right}, and yours is {got}." for name, got, right in wrong]


def kind(value: Any) -> str:
    """Say what a value is: an array of a shape, or a type."""
    if hasattr(value, "shape"):
        shape = tuple(value.shape)
        return f"an array of shape {shape}" if shape else "a number"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "a number"
    if callable(value):
        return "a function"
    length = f" of {len(value)}" if hasattr(value, "__len__") else ""
    return f"a {type(value).__name__}{length}"
