"""One style sheet for all pages: what no page uses is left out, and paper is always light.

PurgeCSS does the first and needs Node; no well-kept Python package was found. tinycss2 reads and
writes the rules, so this knows nothing of the grammar: a rule goes if each of its selectors names
a class or an id that occurs in no page and no script, a variable if nothing reads it. The second
is ours: themes of Sphinx print the dark colours on white paper. Every rule for the dark theme is
confined to screens, and every rule for the light one also holds on paper.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

import tinycss2
from tinycss2.ast import AtRule, HashToken, IdentToken, LiteralToken, QualifiedRule

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator
    from pathlib import Path

    from tinycss2.ast import Node

URL = re.compile(r"""url\((["']?)(?!data:|#|%23)([^)"']+)\1\)""")
IMPORT = re.compile(r"""@import (?:url\()?["']([^"')]+)["']\)?;""")
LIGHT = re.compile(r"""\[data-theme=(["']?)light\1\]""")
DARK = re.compile(r"""\[data-theme=(["']?)dark\1\]""")
UNREAD = re.compile(r"""(--[\w-]+)\s*:(?:"[^"]*"|'[^']*'|[^;{}"'])*;?\s*""")
NESTED = frozenset(["media", "supports", "layer", "container"])


def gather(static: Path, names: Iterable[str]) -> str:
    """Return several style sheets as one that stands in the folder of static files."""
    texts = []
    for name in names:
        folder = posixpath.dirname(name)
        text = (static / name).read_text("utf-8").removeprefix("\ufeff")
        imported = [joined(folder, found) for found in IMPORT.findall(text)]
        texts += [gather(static, imported), moved(IMPORT.sub("", text), folder)]
    return "\n".join(texts)


def joined(folder: str, address: str) -> str:
    """Return an address that started in a folder, without what a browser's cache is told.

    >>> joined("styles", "../fonts/a.woff2?v=1"), joined("", "fonts/a.woff2")
    ('fonts/a.woff2', 'fonts/a.woff2')
    """
    return posixpath.normpath(posixpath.join(folder, address.partition("?")[0]))


def moved(css: str, folder: str) -> str:
    """Return a style sheet of a folder whose addresses start one folder up."""
    return URL.sub(lambda url: f"url({joined(folder, url[2])})", css)


def purge(css: str, words: Container[str]) -> str:
    """Return what can apply to a page that has these words, with paper made light.

    >>> purge(".a, .b { x: y } .b { x: z }", {"a"})
    '.a{ x: y }'
    >>> purge("[data-theme=dark] .a { x: y }", {"a"})
    '@media screen{[data-theme=dark] .a{ x: y }}'
    """
    made = "\n".join(written(tinycss2.parse_stylesheet(css, skip_comments=True), words))
    return UNREAD.sub(lambda found: found[0] if found[1] in words else "", made)


def written(rules: Iterable[Node], words: Container[str]) -> Iterator[str]:
    """Write the rules that can apply."""
    for rule in rules:
        if isinstance(rule, QualifiedRule):
            yield from written_rule(rule, words)
        elif isinstance(rule, AtRule) and rule.lower_at_keyword in NESTED and rule.content:
            inside = "".join(written(tinycss2.parse_rule_list(rule.content, True, True), words))
            if inside:
                yield f"@{rule.at_keyword}{short(rule.prelude)}{{{inside}}}"
        elif isinstance(rule, AtRule):
            yield short([rule])


def written_rule(rule: QualifiedRule, words: Container[str]) -> Iterator[str]:
    """Write a rule for the selectors that can match, confined or extended as its theme asks."""
    kept = [one for one in selectors(rule.prelude) if can_match(one, words)]
    themed = [short(one).strip() for one in kept]
    body = f"{{{short(rule.content)}}}"
    everywhere = [one for one in themed if not DARK.search(one)]
    on_screens = [one for one in themed if DARK.search(one)]
    on_paper = [LIGHT.sub("[data-theme]", one) for one in themed if LIGHT.search(one)]
    if everywhere:
        yield ",".join(everywhere) + body
    if on_screens:
        yield f"@media screen{{{','.join(on_screens)}{body}}}"
    if on_paper:
        yield f"@media print{{{','.join(on_paper)}{body}}}"


def selectors(prelude: list[Node]) -> list[list[Node]]:
    """Split the head of a rule at its commas."""
    found: list[list[Node]] = [[]]
    for token in prelude:
        if isinstance(token, LiteralToken) and token.value == ",":
            found.append([])
        else:
            found[-1].append(token)
    return found


def can_match(selector: list[Node], words: Container[str]) -> bool:
    """Tell whether every class and id of a selector occurs somewhere."""
    for before, token in zip([None, *selector], selector, strict=False):
        is_class = isinstance(before, LiteralToken) and before.value == "."
        is_name = isinstance(token, HashToken) or (isinstance(token, IdentToken) and is_class)
        if is_name and token.value not in words:
            return False
    return True


def short(tokens: Iterable[Node]) -> str:
    """Write tokens without comments and with single spaces."""
    text = re.sub(r"/\*.*?\*/", "", tinycss2.serialize(tokens), flags=re.DOTALL)
    return re.sub(r"\s+", " ", text)
