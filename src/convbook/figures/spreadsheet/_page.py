"""One sheet of the workbook: write a number, or a formula together with its value."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.worksheet import Worksheet

from convbook.figures._palette import LIGHT
from convbook.figures.spreadsheet._layout import Area

FONT = "Arial"
TENTHS, TWO, FOUR, PERCENT = "0.0;-0.0;0", "0.00;-0.00;0", "0.0000", "0.0%"
NO_ZEROS = "0.0;-0.0;"
"""Tenths of a picture, where a zero is an empty cell."""

GIVEN = "given"
"""The ink of numbers that the reader may change: a blue that is dark enough for tinted cells."""

Values = dict[str, float | str]


@cache
def _font(size: float, ink: str, bold: bool) -> Font:
    """Return a font; openpyxl compares and stores each new one."""
    colour = tint("input", 1.35) if ink == GIVEN else tint(ink)
    return Font(name=FONT, size=size, color=colour, bold=bold)


def tint(role: str, strength: float = 1.0) -> str:
    """Mix a colour of the palette with white, and write it as Excel does; beyond 1 it is darker."""
    colour = np.array([int(LIGHT[role][at : at + 2], 16) for at in (1, 3, 5)])
    mixed = colour / strength if strength > 1 else strength * colour + (1 - strength) * 255
    return "".join(f"{part:02X}" for part in np.rint(mixed).astype(int))


class Page:
    """A sheet, and the values that its formulas have."""

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet
        self.values: Values = {}

    def write(self, address: str, value: Any, size: float = 10, **style: Any) -> None:
        """Write a text or a number into a cell."""
        cell = self.sheet[address]
        cell.value = value
        cell.font = _font(size, style.get("ink", "ink"), style.get("bold", False))
        across = style.get("align", "left" if isinstance(value, str) else "center")
        cell.alignment = Alignment(across, style.get("down", "center"), wrap_text=style.get("wrap"))
        cell.number_format = style.get("fmt", "General")
        if fill := style.get("fill"):
            cell.fill = PatternFill("solid", fgColor=tint(*fill))

    def given(self, address: str, value: float, **style: Any) -> None:
        """Write a number that the reader may change."""
        self.write(address, value, **{"ink": GIVEN, **style})

    def formula(self, address: str, formula: str, result: float | str, **style: Any) -> None:
        """Write a formula, and remember its value."""
        self.values[address] = result
        self.write(address, formula, **{"align": "center", **style})

    def link(self, address: str, target: str, text: str, **style: Any) -> None:
        """Write a text that leads to a cell."""
        self.write(address, text, **{"ink": "input", **style})
        self.sheet[address].hyperlink = Hyperlink(address, location=target)

    def merge(self, ranges: Sequence[str]) -> None:
        """Join cells for contents that are wider than one of them."""
        for cells in ranges:
            self.sheet.merge_cells(cells)

    def frame(self, area: Area, role: str, *, lines: bool = True) -> None:
        """Draw a line round an area, and hairlines between its cells if there shall be some."""
        thick = Side("medium", tint(role))
        thin = Side("hair", tint("line")) if lines else Side()
        last = area.height - 1, area.width - 1
        for row, column in np.ndindex(area.height, area.width):
            self.sheet[area.cell(row, column)].border = Border(
                left=thin if column else thick,
                right=thin if column < last[1] else thick,
                top=thin if row else thick,
                bottom=thin if row < last[0] else thick,
            )

    def colour(
        self, area: Area, largest: float, *, grey: bool = False, strength: float = 0.45
    ) -> None:
        """Colour an area: blue below zero, white at zero, orange above; or white to grey."""
        low, high = ("paper", "ink") if grey else ("negative", "positive")
        self.sheet.conditional_formatting.add(
            area.range,
            ColorScaleRule(
                start_type="num", start_value=-largest, start_color=tint(low, strength),
                mid_type="num", mid_value=0, mid_color=tint("paper"),
                end_type="num", end_value=largest, end_color=tint(high, strength),
            ),
        )  # fmt: skip

    def widths(self, first: int, widths: dict[int, float] | list[float]) -> None:
        """Set the widths of columns, in characters."""
        pairs = widths.items() if isinstance(widths, dict) else enumerate(widths, first)
        for column, width in pairs:
            self.sheet.column_dimensions[get_column_letter(column)].width = width

    def heights(self, rows: range, height: float) -> None:
        """Set the height of rows, in points."""
        for row in rows:
            self.sheet.row_dimensions[row].height = height

    def printed(self, pages: tuple[int, int], *, landscape: bool = True) -> None:
        """Fit a print to so many pages of width and height; 0 stands for as many as needed."""
        setup = self.sheet.page_setup
        setup.orientation = "landscape" if landscape else "portrait"
        setup.paperSize = self.sheet.PAPERSIZE_A3 if landscape else self.sheet.PAPERSIZE_A4
        self.sheet.page_margins = PageMargins(0.4, 0.4, 0.4, 0.4)
        setup.fitToWidth, setup.fitToHeight = pages
        self.sheet.sheet_properties.pageSetUpPr.fitToPage = True


def elements(plane: Any) -> Iterator[tuple[tuple[int, int], float]]:
    """Yield the indices of a plane and its numbers as Python's own."""
    for (row, column), value in np.ndenumerate(plane):
        yield (row, column), float(value)
