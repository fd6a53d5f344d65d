"""The spreadsheet twin: a small network that recognises a digit, in NumPy and in a workbook.

Every cell that holds a formula also carries the number that convbook computed for it.
"""

from convbook.figures.spreadsheet._file import packed, xlsx
from convbook.figures.spreadsheet._layout import AREAS, Area
from convbook.figures.spreadsheet._network import (
    Floats,
    Layers,
    Network,
    accuracy,
    digits,
    draw_three,
    features,
    recogniser,
)
from convbook.figures.spreadsheet._traced import sheet_traced
from convbook.figures.spreadsheet._workbook import Twin, twin

__all__ = [
    "AREAS",
    "Area",
    "Floats",
    "Layers",
    "Network",
    "Twin",
    "accuracy",
    "digits",
    "draw_three",
    "features",
    "packed",
    "recogniser",
    "sheet_traced",
    "twin",
    "xlsx",
]
