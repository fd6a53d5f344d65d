"""Let exercises and folded solutions hold code cells.

MyST-NB finds code cells only at the top level of a page, not inside colon
fences. sphinx-gated-directives and sphinx-exercise get round it with a directive
that opens and one that closes; a fence around its content reads better in plain
text, which is where a chapter is written. So before a page is read, each
admonition and dropdown that holds a code cell is opened up: its first line
becomes a paragraph that holds the title, its last line a comment, and no line
moves. After the page is read, what stands between the two is put back into the
admonition or dropdown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx_design.shared import create_component

if TYPE_CHECKING:
    from typing import Any

    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

logger = logging.getLogger(__name__)

CODE_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)$")
COLON_FENCE = re.compile(r"(:{3,})\{([\w-]+)\}[ \t]*(.*?)[ \t]*$")
COLON_END = re.compile(r"(:{3,})[ \t]*$")
OPTION = re.compile(r":([\w-]+):[ \t]*(.*?)[ \t]*$")
KINDS = ("admonition", "dropdown")
OPEN, CLOSE = "fold-open", "fold-close"


@dataclass
class Fence:
    """A colon fence of a page."""

    colons: str
    kind: str
    title: str
    first: int
    last: int = -1
    has_cells: bool = False
    options: dict[str, str] = field(default_factory=dict)


def fences(lines: list[str]) -> list[Fence]:
    """Find the colon fences of a page, and whether they hold code cells."""
    found: list[Fence] = []
    open_fences: list[Fence] = []
    code = ""
    for number, line in enumerate(lines):
        if mark := CODE_FENCE.match(line):
            if code:
                ends = mark[1].startswith(code) and not mark[2].strip()
                code = "" if ends else code
                continue
            code = mark[1]
            if mark[2].startswith("{code-cell}"):
                for fence in open_fences:
                    fence.has_cells = True
        elif code:
            continue
        elif start := COLON_FENCE.match(line):
            open_fences.append(Fence(start[1], start[2], start[3], number))
            found.append(open_fences[-1])
        elif (end := COLON_END.match(line)) and open_fences:
            if end[1].startswith(open_fences[-1].colons):
                open_fences.pop().last = number
        elif (option := OPTION.match(line)) and open_fences:
            fence = open_fences[-1]
            if number == fence.first + 1 + len(fence.options):
                fence.options[option[1]] = option[2]
    return found


def open_up(text: str) -> str:
    r"""Open up the admonitions and dropdowns that hold code cells; keep every line's number.

    >>> print(open_up(":::{dropdown} Answer\n\n```{code-cell} python3\n1\n```\n:::"))
    [Answer]{.fold-open .fold-dropdown}
    <BLANKLINE>
    ```{code-cell} python3
    1
    ```
    % fold-close
    """
    lines = text.split("\n")
    for fence in fences(lines):
        if not fence.has_cells or fence.kind not in KINDS or fence.last < 0:
            continue
        if set(fence.options) - {"class", "open"}:
            continue  # MyST-NB warns about the cell
        classes = [OPEN, f"fold-{fence.kind}", *fence.options.get("class", "").split()]
        classes += ["fold-opened"] if "open" in fence.options else []
        lines[fence.first] = f"[{fence.title}]{{{' '.join('.' + name for name in classes)}}}"
        body = fence.first + 1 + len(fence.options)
        lines[fence.first + 1 : body] = [""] * len(fence.options)
        lines[fence.last] = f"% {CLOSE}"
    return "\n".join(lines)


def is_title(node: nodes.Node) -> bool:
    """Tell whether a node is the title that stands for the opening of a fold."""
    return isinstance(node, nodes.inline) and OPEN in node["classes"]


def isolate(title: nodes.Node) -> None:
    """Give a title its paragraph, if there is no blank line around its opening."""
    paragraph = title.parent
    place = paragraph.index(title)
    parts = (paragraph[:place], [title], paragraph[place + 1 :])
    alone = [nodes.paragraph("", "", *part) for part in parts if part]
    for part in alone:
        part.source, part.line = paragraph.source, paragraph.line
    paragraph.replace_self(alone)


def build(title: nodes.inline, content: list[nodes.Node]) -> nodes.Element:
    """The admonition or dropdown that a title and a content make."""
    classes = [name for name in title["classes"] if not name.startswith("fold-")]
    if "fold-admonition" in title["classes"]:
        heading = nodes.title(title.astext(), "", *title.children)
        return nodes.admonition("", heading, *content, classes=classes or ["admonition-fold"])
    dropdown = create_component(
        "dropdown",
        opened="fold-opened" in title["classes"],
        type="dropdown",
        has_title=True,
        icon=None,
        chevron=None,
        container_classes=["sd-mb-3", *classes],
        title_classes=[],
        body_classes=[],
    )
    dropdown += [nodes.rubric(title.astext(), "", *title.children), *content]
    return dropdown


class Folds(SphinxTransform):
    """Put what stands between an opening and its end into an admonition or dropdown."""

    default_priority = 10  # before anything asks what a node's parent is

    def apply(self, **kwargs: Any) -> None:
        """Close the innermost fold first, until none is left."""
        for title in list(self.document.findall(is_title)):
            isolate(title)
        for end in list(self.document.findall(nodes.comment)):
            # docutils has one comment for several lines, so for several ends
            ends = [line.strip() for line in end.astext().splitlines()].count(CLOSE)
            for _ in range(ends):
                self.close(end)
            if ends:
                end.parent.remove(end)

    def close(self, end: nodes.comment) -> None:
        """Gather what stands between the nearest opening and an end."""
        parent, last = end.parent, end.parent.index(end)
        for first in range(last - 1, -1, -1):
            opening = parent[first]
            if isinstance(opening, nodes.paragraph) and is_title(opening[0]):
                fold = build(opening[0], parent.children[first + 1 : last])
                fold.source, fold.line = opening.source, opening.line
                parent[first:last] = [fold]
                return
        logger.error("no admonition or dropdown starts in this section or list", location=end)


def prepare(app: Sphinx, docname: str, content: list[str]) -> None:
    """Open up a page before it is read."""
    content[0] = open_up(content[0])


def setup(app: Sphinx) -> ExtensionMetadata:
    """Open up before every other reader of the source, put back after."""
    app.connect("source-read", prepare, priority=100)
    app.add_transform(Folds)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
