"""Code cells without the book's bookkeeping: what a reader runs keeps no numbers for the prose.

``glue`` hands a number from a cell to a sentence. In a notebook the sentence has its number
already, so the calls, the import, and helpers that do nothing but call it are taken out of the
cells. No library knows this. Lines are cut, not rewritten, so comments and layout stay.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

KEEPER = "glue"


def without_bookkeeping(cells: Iterable[str]) -> list[str]:
    r"""Return the cells of a notebook without ``glue``; a cell may become empty.

    >>> without_bookkeeping(["from myst_nb import glue\nx = 2", "glue('x', x)\nx + 1"])
    ['x = 2', 'x + 1']
    """
    keepers, cleaned = {KEEPER}, []
    for cell in cells:
        tree = ast.parse(cell)
        keepers |= {node.name for node in tree.body if is_helper(node, keepers)}
        cleaned.append(cut(cell, list(idle(tree.body, keepers))))
    return cleaned


def is_helper(node: ast.stmt, keepers: set[str]) -> bool:
    """Tell whether a function does nothing but keep numbers."""
    if not isinstance(node, ast.FunctionDef):
        return False
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return bool(body) and list(idle(body, keepers)) == body


def idle(body: list[ast.stmt], keepers: set[str]) -> Iterator[ast.stmt]:
    """Find the statements that only keep numbers."""
    for node in body:
        inner = [
            statement
            for name in ("body", "orelse", "finalbody")
            for statement in getattr(node, name, [])
        ]
        found = list(idle(inner, keepers))
        if keeps(node, keepers) or (inner and is_loop(node) and found == inner):
            yield node
        else:
            yield from found


def is_loop(node: ast.stmt) -> bool:
    """Tell whether a statement is nothing without its body."""
    return isinstance(node, ast.For | ast.If | ast.With)


def keeps(node: ast.stmt, keepers: set[str]) -> bool:
    """Tell whether a statement is a call that keeps a number, or the import of one."""
    if isinstance(node, ast.ImportFrom):
        return node.module == "myst_nb"
    if isinstance(node, ast.FunctionDef):
        return node.name in keepers
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return False
    return isinstance(node.value.func, ast.Name) and node.value.func.id in keepers


def cut(cell: str, statements: list[ast.stmt]) -> str:
    """Return a cell without the lines of some statements."""
    gone = {
        line
        for node in statements
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    kept = [line for number, line in enumerate(cell.split("\n"), 1) if number not in gone]
    return "\n".join(kept).strip("\n")
