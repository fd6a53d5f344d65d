"""The sheet ``Check``: what must be so, and what convbook computed, compared live."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill

from convbook.figures.spreadsheet._layout import AREAS, TITLE
from convbook.figures.spreadsheet._network import Floats, Network
from convbook.figures.spreadsheet._page import FOUR, Page, tint

ON, OFF = "convbook_on", "convbook_off"
"""The sheets with the numbers that convbook computed, with ReLU and without."""

COMPUTED = ("conv1_0", "conv1_1", "conv2_0", "conv2_1", "pooled_0", "pooled_1")
RESULTS = (*COMPUTED, "scores", "powers", "probabilities")
TOLERANCE = "1E-9"


class Check(NamedTuple):
    """A sentence, the number it speaks of, and what that must be."""

    sentence: str
    formula: str
    found: float
    wanted: str
    value: float


def fill_check(page: Page, network: Network) -> None:
    """Write the three parts and the verdict."""
    planes = network.planes()
    page.widths(1, [58, 14, 14, 18, 18, 20, 12])
    page.sheet.freeze_panes = "A4"
    page.sheet.sheet_view.showGridLines = False
    page.sheet.sheet_properties.tabColor = tint("input")
    page.printed((1, 1), landscape=False)
    page.write("A1", "Check", 16, bold=True)
    page.heights(range(1, 2), 26)
    note = (
        "Part 1 holds whatever you change. Part 3 says which numbers you have changed; "
        "part 2 then differs, since convbook computed with the numbers as shipped."
    )
    page.write("A2", note, ink="quiet")
    page.write("A3", "A distance is the root of the sum of all squared differences.", ink="quiet")
    row = _write_rules(page, 4, planes)
    given = [name for name in planes if name not in RESULTS]
    first = row + 2 + len(RESULTS) + 3
    changes = f"G{first}:G{first + len(given) - 1}"
    otherwise = f'IF(COUNTIF({changes},"changed")>0,"differs","NOT OK")'
    title = "2. Computed numbers equal convbook's"
    row = _write_comparisons(page, row + 2, title, RESULTS, planes, otherwise)
    title = "3. What you may change is as shipped"
    row = _write_comparisons(page, row + 2, title, given, planes, '"changed"')
    _write_verdict(page, row, first)


def _write_verdict(page: Page, last: int, first: int) -> None:
    """Say in one cell whether all is well, or what the reader has changed."""
    bad = f'COUNTIF(G5:G{last},"NOT OK")'
    names = "&".join(f'IF(G{row}="changed"," "&A{row},"")' for row in range(first, last + 1))
    changed = f'COUNTIF(G{first}:G{last},"changed")'
    formula = f'=IF({bad}>0,{bad}&" NOT OK",IF({changed}=0,"all OK","you changed:"&{names}))'
    page.formula("G1", formula, "all OK", bold=True)
    for text, role in _COLOURS.items():
        page.sheet.conditional_formatting.add(f"G4:G{last}", _verdict(text, role))
    page.sheet.conditional_formatting.add("G1", _verdict("all OK", "output"))


_COLOURS = {"OK": "output", "NOT OK": "positive", "changed": "input", "differs": "input"}


def _verdict(text: str, role: str) -> CellIsRule:
    """Colour the cells that hold a verdict."""
    fill, font = PatternFill(bgColor=tint(role, 0.25)), Font(bold=True, color=tint("ink"))
    return CellIsRule(operator="equal", formula=[f'"{text}"'], fill=fill, font=font)


def rules(planes: dict[str, Floats]) -> Iterator[Check]:
    """Yield what must be so, whatever the reader changes."""
    for layer, kernels in (1, 1), (2, 2):
        names = [f"weight{layer}_{o}_{c}" for o in range(2) for c in range(kernels)]
        count, size = f"=COUNT({','.join(names)})", f"2 × {kernels} × 3 × 3"
        total = 18.0 * kernels
        yield Check(f"Layer {layer} has {size} weights", count, total, f"=2*{kernels}*3*3", total)
        count = f"=COUNT(bias{layer}_0,bias{layer}_1)"
        yield Check(f"Layer {layer} has a bias for each map", count, 2.0, "=2", 2.0)
    names = [f"dense_{digit}_{c}" for digit in range(10) for c in range(2)]
    count = f"=COUNT({','.join(names)})"
    wanted = "=10*COUNT(pooled_0,pooled_1)"
    yield Check(
        "The dense layer has 10 weights for each pooled number", count, 2880.0, wanted, 2880
    )
    for o in range(2):
        area, last = AREAS[f"conv2_{o}"], AREAS[f"conv2_{o}"].width
        empty = f"=COUNT({TITLE}!{area.window(0, last, area.height, 1)})"
        yield Check(f"conv2_{o} has no 25th column", empty, 0.0, "=0", 0.0)
        top = float(planes[f"conv2_{o}"].max())
        sentence = f"Pooling keeps the largest number of conv2_{o}"
        yield Check(sentence, f"=MAX(pooled_{o})", top, f"=MAX(conv2_{o})", top)
    maps = ",".join(COMPUTED[:4])
    low = float(min(planes[name].min() for name in COMPUTED[:4]))
    sentence = "No number of a map lies below relu_floor"
    yield Check(sentence, f"=MIN({maps})", low, f"=MAX(relu_floor,MIN({maps}))", low)
    yield Check("The probabilities add up to 1", "=SUM(probabilities)", 1.0, "=1", 1.0)
    best = float(planes["scores"].argmax())
    likely = "=MATCH(MAX(probabilities),probabilities,0)-1"
    yield Check("The most probable digit has the largest score", likely, best, "=prediction", best)


def _write_rules(page: Page, row: int, planes: dict[str, Floats]) -> int:
    """Write part 1 and return its last row."""
    titles = ("", "", "found", "must be", "difference", "verdict")
    _write_titles(page, row, "1. What holds whatever you change", titles)
    checks = list(rules(planes))
    for line, check in enumerate(checks, row + 1):
        page.write(f"A{line}", check.sentence)
        page.formula(f"D{line}", check.formula, check.found)
        page.formula(f"E{line}", check.wanted, check.value)
        page.formula(f"F{line}", f"=ABS(D{line}-E{line})", abs(check.found - check.value))
        page.formula(f"G{line}", f'=IF(F{line}<{TOLERANCE},"OK","NOT OK")', "OK")
    return row + len(checks)


def _write_comparisons(
    page: Page,
    row: int,
    title: str,
    names: Sequence[str],
    planes: dict[str, Floats],
    otherwise: str,
) -> int:
    """Write a comparison for each area, what to say if it fails, and return the last row."""
    titles = ("numbers", "must be", "sum here", "sum in convbook", "distance", "verdict")
    _write_titles(page, row, title, titles)
    for line, name in enumerate(names, row + 1):
        size, total = planes[name].size, float(planes[name].sum())
        theirs = [f"{sheet}!{AREAS[name].range}" for sheet in (ON, OFF)]
        sums = ",".join(f"SUM({them})" for them in theirs)
        distances = ",".join(f"SQRT(SUMXMY2({name},{them}))" for them in theirs)
        page.write(f"A{line}", name)
        page.formula(f"B{line}", f"=COUNT({name})", size)
        page.write(f"C{line}", size)
        page.formula(f"D{line}", f"=SUM({name})", total, fmt=FOUR)
        page.formula(f"E{line}", f"=IF(relu_on=1,{sums})", total, fmt=FOUR)
        page.formula(f"F{line}", f"=IF(relu_on=1,{distances})", 0)
        verdict = f'=IF(AND(B{line}=C{line},F{line}<{TOLERANCE}),"OK",{otherwise})'
        page.formula(f"G{line}", verdict, "OK")
    return row + len(names)


def _write_titles(page: Page, row: int, title: str, columns: tuple[str, ...]) -> None:
    """Write the heading of a part."""
    page.write(f"A{row}", title, 12, bold=True, ink="input")
    for letter, text in zip("BCDEFG", columns, strict=True):
        page.write(f"{letter}{row}", text, bold=True, align="center")


def fill_reference(page: Page, network: Network, *, relu: bool) -> None:
    """Write what convbook computed, each number at the address it has in the network's sheet."""
    planes = network.planes(relu=relu)
    page.widths(1, [8.0] * 177)
    page.printed((1, 1))
    page.sheet.freeze_panes = "A4"
    page.sheet.sheet_view.zoomScale = 70
    page.sheet.sheet_properties.tabColor = tint("line")
    page.write("A1", f"What convbook computed with ReLU {'on' if relu else 'off'}", 16, bold=True)
    page.write("A2", f"Each number stands where it stands in {TITLE}. Nothing here is a formula.")
    for name, plane in planes.items():
        area = AREAS[name]
        page.write(area.cell(-1), name, 8, bold=True)
        for at in np.ndindex(area.height, area.width):
            page.write(area.cell(*at), float(plane[at]), 8)
