"""The sheet ``One number``: the products behind any number of either layer."""

from typing import NamedTuple

import numpy as np
from openpyxl.worksheet.datavalidation import DataValidation

from convbook import conv2d
from convbook.figures.spreadsheet._layout import AREAS, BANDS, TITLE, Area
from convbook.figures.spreadsheet._network import Floats, Network
from convbook.figures.spreadsheet._page import TENTHS, Page, elements, tint

Planes = dict[str, Floats]


class Pick(NamedTuple):
    """A number of a map, chosen by the reader: its layer, map, row and column."""

    layer: int
    o: int
    row: int
    column: int

    @property
    def first(self) -> int:
        """The row of the sheet in which the pick's part begins."""
        return 5 if self.layer == 1 else 14

    @property
    def sources(self) -> list[str]:
        """The planes that this layer reads."""
        return ["image"] if self.layer == 1 else ["conv1_0", "conv1_1"]

    def cell(self, what: str) -> str:
        """Return the cell in which the reader chooses."""
        return f"B{self.first + 1 + ('map', 'row', 'column').index(what)}"

    def either(self, first: str, second: str) -> str:
        """Return a formula that takes the first for map 0 and the second for map 1."""
        return f"IF(pick{self.layer}_map=0,{first},{second})"


def picks(network: Network) -> tuple[Pick, Pick]:
    """Choose where both parts begin: where both slices of a kernel have most to say."""
    conv1, conv2, *_ = network.run()
    against = conv2d(conv1[1:], network.weight2[:1, 1:])[0]
    row, column = _place(np.where(conv2[0] > 0, against, 0).argmin(), conv2[0])
    down, right = _place(conv1[0, row : row + 3, column : column + 3].argmax(), np.empty((3, 3)))
    return Pick(1, 0, row + down, column + right), Pick(2, 0, row, column)


def _place(number: np.intp, plane: Floats) -> tuple[int, int]:
    """Return the row and the column of a plane's element of some number."""
    row, column = np.unravel_index(number, plane.shape)
    return int(row), int(column)


def fill_one_number(page: Page, network: Network) -> None:
    """Write both parts."""
    planes = network.planes()
    page.widths(1, [12, 8, 3, *[7] * 3, 4, *[7] * 3, 4, *[7] * 3, 4, 24, 12])
    page.sheet.freeze_panes = "A4"
    page.sheet.sheet_view.showGridLines = False
    page.sheet.sheet_properties.tabColor = tint("kernel")
    page.printed((1, 1))
    page.heights(range(1, 2), 26)
    page.write("A1", "One number, product by product", 16, bold=True)
    page.write(
        "A2", "Choose a map, a row and a column in the tinted cells on the left. All count from 0."
    )
    for pick in picks(network):
        _write_pick(page, pick)
        parts = [_write_products(page, pick, c, planes) for c in range(len(pick.sources))]
        _write_sum(page, pick, planes, parts)


def _write_pick(page: Page, pick: Pick) -> None:
    """Write the heading and the cells in which the reader chooses."""
    kernel = "3 × 3" if pick.layer == 1 else "3 × 3 × 2"
    products = "nine" if pick.layer == 1 else "eighteen"
    heading = f"Layer {pick.layer}: a kernel of {kernel} makes {products} products"
    page.write(f"A{pick.first - 1}", heading, 13, bold=True, ink="kernel")
    size = AREAS[f"conv{pick.layer}_0"].height
    for what, value, last in (
        ("map", pick.o, 1), ("row", pick.row, size - 1), ("column", pick.column, size - 1),
    ):  # fmt: skip
        address = pick.cell(what)
        page.write(f"A{address[1:]}", what, bold=True)
        page.given(address, value, bold=True, fill=("kernel", 0.15))
        rule = DataValidation(type="whole", operator="between", formula1="0", formula2=str(last))
        rule.error, rule.errorTitle, rule.showErrorMessage = f"0 to {last}", what, True
        rule.add(address)
        page.sheet.add_data_validation(rule)


def _write_products(page: Page, pick: Pick, c: int, planes: Planes) -> Area:
    """Write a window, the slice of the kernel that weighs it, and their products."""
    top, source = pick.first + 1 + 5 * c, pick.sources[c]
    names = [f"weight{pick.layer}_{o}_{c}" for o in range(2)]
    window, kernel, products = (Area(top, left, 3, 3) for left in (4, 8, 12))
    seen = planes[source][pick.row : pick.row + 3, pick.column : pick.column + 3]
    weight = planes[names[pick.o]]
    for at, value in elements(seen):
        place = f"pick{pick.layer}_row+{at[0] + 1},pick{pick.layer}_column+{at[1] + 1}"
        page.formula(window.cell(*at), f"=INDEX({source},{place})", value, fmt=TENTHS)
    for at, value in elements(weight):
        cells = [f"{TITLE}!{AREAS[name].cell(*at)}" for name in names]
        page.formula(kernel.cell(*at), f"={pick.either(*cells)}", value, fmt=TENTHS)
    for at, value in elements(seen * weight):
        formula = f"={window.cell(*at)}*{kernel.cell(*at)}"
        page.formula(products.cell(*at), formula, value, fmt=TENTHS)
    titles = {window: source, kernel: f"weight{pick.layer}[map, {c}]", products: "products"}
    for area, title in titles.items():
        role = "kernel" if area is kernel else "output" if area is products else "input"
        page.write(area.cell(-1), title, bold=True, ink=role)
        page.frame(area, role)
        page.colour(area, 4)
    for sign, left in (("×", 7), ("=", 11)):
        page.write(Area(top, left, 3, 1).cell(1), sign, 14, align="center")
    return products


def _write_sum(page: Page, pick: Pick, planes: Planes, parts: list[Area]) -> None:
    """Write how the products become the number, and compare it with the other sheet."""
    layer, name = pick.layer, f"conv{pick.layer}_{pick.o}"
    bias = float(planes[f"bias{layer}_{pick.o}"][0, 0])
    sums = [_products(pick, c, planes) for c in range(len(parts))]
    value = float(planes[name][pick.row, pick.column])
    biases = [f"bias{layer}_{o}" for o in range(2)]
    inside = [f"INDEX(conv{layer}_{o},pick{layer}_row+1,pick{layer}_column+1)" for o in range(2)]
    home = AREAS[name]
    address = (
        f'="the cell "&ADDRESS({pick.either(str(BANDS[0]), str(BANDS[1]))}+pick{layer}_row,'
        f'{home.left}+pick{layer}_column,4)&" of Network"'
    )
    rows: list[tuple[str, str, float | str]] = [
        (f"sum on {source}", f"=SUM({part.range})", total)
        for source, part, total in zip(pick.sources, parts, sums, strict=True)
    ]
    first = pick.first + 1
    added = "+".join(f"Q{first + n}" for n in range(len(rows) + 1))
    below = first + len(rows)
    rows += [
        ("bias", f"={pick.either(*biases)}", bias),
        ("all added", f"={added}", sum(sums) + bias),
        ("not below relu_floor", f"=MAX(relu_floor,Q{below + 1})", max(0.0, sum(sums) + bias)),
    ]
    for row, (text, formula, result) in enumerate(rows, first):
        page.write(f"P{row}", text, bold=True)
        page.formula(f"Q{row}", formula, result, fmt=TENTHS, bold=row == below + 2)
    place = f"the cell {home.cell(pick.row, pick.column)} of Network"
    page.formula(f"P{below + 3}", address, place, align="left", bold=True)
    page.formula(f"Q{below + 3}", f"={pick.either(*inside)}", value, fmt=TENTHS)
    page.write(f"P{below + 4}", "are they equal?", bold=True)
    equal = f'=IF(ABS(Q{below + 2}-Q{below + 3})<1E-9,"OK","NOT OK")'
    page.formula(f"Q{below + 4}", equal, "OK", bold=True)


def _products(pick: Pick, c: int, planes: Planes) -> float:
    """Add the products of one slice."""
    seen = planes[pick.sources[c]][pick.row : pick.row + 3, pick.column : pick.column + 3]
    return float((seen * planes[f"weight{pick.layer}_{pick.o}_{c}"]).sum())
