"""Turn wide tables into cards on a phone: a row is a block, whose cells say their column.

A script could measure which tables are too wide, but only after the page was shown, and would move
what stands below. So the build estimates it from the longest piece of each column that cannot be
broken, and style alone does the rest. Cards keep the roles of a table's parts, which ``display``
takes away. It reads the page's HTML, and needs nothing of Sphinx but that. In the PDF, a table
of many rows may break over pages: Sphinx asks for a class, and else cuts off what is too long.
"""

from __future__ import annotations

import re
from html import escape, unescape
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

TABLE = re.compile(r'<table class="table".*?</table>', re.DOTALL)
ROW = re.compile(r"<tr.*?</tr>", re.DOTALL)
CELL = re.compile(r"<t[hd].*?</t[hd]>", re.DOTALL)
UNBROKEN = re.compile(r"<(code|math).*?</\1>", re.DOTALL)
PART = re.compile(r"<(table|thead|tbody|tr|th|td)(?=[ >])")
ROLES = {
    "table": "table",
    "thead": "rowgroup",
    "tbody": "rowgroup",
    "tr": "row",
    "th": "columnheader",
    "td": "cell",
}
ROWS = 8  # that certainly fit a page
PHONE, LETTER, GAP = 309, 7.9, 26  # pixels: a phone's column, a character, a cell's two paddings


class LongTables(SphinxPostTransform):
    """Let tables of many rows break over the pages of the PDF."""

    default_priority = 500
    builders = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Look through the tables of a document."""
        for table in self.document.findall(nodes.table):
            free = isinstance(table.parent, nodes.section)  # a frame cannot break around it
            if free and len(list(table.findall(nodes.row))) > ROWS:
                table["classes"].append("longtable")


def shown(html: str) -> str:
    """Return the text of a piece of HTML.

    >>> shown("<p>a &amp; <b>b</b></p>")
    'a & b'
    """
    return unescape(re.sub(r"<annotation.*?</annotation>|<[^>]+>", "", html, flags=re.DOTALL))


def longest(cell: str) -> int:
    """Return how many characters of a cell stay on one line, whatever its width.

    >>> longest("<td>two words</td>"), longest("<td>as <code>two words</code></td>")
    (5, 9)
    """

    def joined(found: re.Match[str]) -> str:
        return shown(found[0]).strip().replace(" ", "_")

    whole = UNBROKEN.sub(joined, cell) if cell.startswith("<td") else cell
    return max(map(len, re.split(r"[\s-]+", shown(whole))))


def is_wide(rows: list[list[str]]) -> bool:
    """Tell whether a table does not fit a phone."""
    columns = zip(*rows, strict=True)
    return sum(LETTER * max(map(longest, cells)) + GAP for cells in columns) > PHONE


def deal(table: str) -> str:
    """Return a table, marked as cards if it is wide, has headings and joins no cells."""
    head, _, body = table.partition("</thead>")
    titles = CELL.findall(head)
    rows = [CELL.findall(row) for row in ROW.findall(body)]
    if not titles or "span=" in table or not is_wide([titles, *rows]):
        return table
    columns = [escape(shown(title).strip()) for title in titles]
    for row in rows:
        for cell, column in zip(row, columns, strict=True):
            body = body.replace(cell, cell.replace("<td", f'<td data-column="{column}"', 1), 1)
    dealt = PART.sub(lambda part: f'{part[0]} role="{ROLES[part[1]]}"', f"{head}</thead>{body}")
    return dealt.replace('class="table"', 'class="table cards"', 1)


def deal_all(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Look through the tables of a page."""
    if app.builder.name == "html":
        body = context.get("body", "")
        context["body"] = TABLE.sub(lambda found: deal(found[0]), body)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Come once the body is written."""
    app.add_post_transform(LongTables)
    app.connect("html-page-context", deal_all)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
