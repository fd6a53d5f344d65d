"""The sheet ``Read me``: how to trace one number, and what to try."""

from convbook.figures.spreadsheet._layout import AREAS, TITLE
from convbook.figures.spreadsheet._network import Network, accuracy
from convbook.figures.spreadsheet._one_number_page import picks
from convbook.figures.spreadsheet._page import Page, tint

Lines = list[tuple[str, str, str]]

SHEETS: Lines = [
    ("Picture", "Picture!A1", "the whole network at a glance, with its answer"),
    (TITLE, "Network!A1", "the network: its input on the left, its answer on the right"),
    ("One number", "'One number'!A1", "the products behind any number, side by side"),
    (
        "Check",
        "Check!A1",
        "is all as it must be, and as convbook, the book's library, computed it?",
    ),
    ("convbook_on", "convbook_on!A1", "what convbook computed with ReLU on"),
    ("convbook_off", "convbook_off!A1", "and with ReLU off"),
]


def fill_read_me(page: Page, network: Network, address: str) -> None:
    """Write the page."""
    page.widths(1, [20, 104])
    page.sheet.sheet_view.showGridLines = False
    page.sheet.sheet_properties.tabColor = tint("ink")
    page.sheet.freeze_panes = "A3"
    page.printed((1, 1), landscape=False)
    page.heights(range(1, 2), 30)
    page.write("A1", "A convolutional network in a spreadsheet", 18, bold=True)
    text = (
        "It reads a digit of 28 × 28 pixels. Every number between the pixels and the answer is a "
        "formula. Blue numbers are yours to change, black numbers are formulas."
    )
    page.write("A2", text)
    row = 4
    for title, lines in (
        ("What is where", SHEETS),
        ("Trace one number", _tracing(network)),
        ("Three things to try", _experiments(network)),
        ("Names", _names()),
        ("Where it comes from", _origins(address)),
    ):
        page.write(f"A{row}", title, 13, bold=True, ink="input")
        row = _write_lines(page, row + 1, lines) + 1


def _write_lines(page: Page, row: int, lines: Lines) -> int:
    """Write a part, with a link where a line names a cell, and return the row below it."""
    for line, (label, target, text) in enumerate(lines, row):
        if target:
            page.link(f"A{line}", target, label, bold=True, down="top")
        else:
            page.write(f"A{line}", label, bold=True, down="top")
        page.write(f"B{line}", text, wrap=True, down="top")
        page.heights(range(line, line + 1), 14.5 * (1 + len(text) // 112))
    return row + len(lines)


def _tracing(network: Network) -> Lines:
    """Explain how to trace the largest number of layer 2."""
    pick = picks(network)[1]
    area = AREAS[f"conv2_{pick.o}"]
    cell = area.cell(pick.row, pick.column)
    value = network.run().conv2[pick.o, pick.row, pick.column]
    windows = [AREAS[f"conv1_{c}"].window(pick.row, pick.column, 3, 3) for c in range(2)]
    return [
        (f"1. Go to {cell}", f"{TITLE}!{cell}",
         f"in the sheet {TITLE}. It shows {value:.1f}: row {pick.row}, column {pick.column} of the "
         "first map of layer 2."),
        ("2. Read its formula", "",
         f"It multiplies the nine cells {windows[0]} with the kernel weight2_0_0, the nine cells "
         f"{windows[1]} with weight2_0_1, and adds both sums and a bias. MAX(relu_floor, …) is the "
         "ReLU: nothing below zero passes."),
        ("3. See the arrows", "",
         "Excel: Formulas > Trace Precedents. LibreOffice: Tools > Detective > Trace Precedents. "
         "Ask again, and the arrows reach the 5 × 5 pixels that this number depends on."),
        ("4. Do it by hand", "'One number'!A14",
         "The sheet One number shows the eighteen products, their sum and the bias."),
        ("5. Go on", f"{TITLE}!{AREAS['pooled_0'].cell(pick.row // 2, pick.column // 2)}",
         "The cell that pools it takes the largest of four numbers. A score multiplies all 288 "
         "pooled numbers with the weights of one digit, and softmax turns scores into "
         "probabilities."),
    ]  # fmt: skip


def _experiments(network: Network) -> Lines:
    """Suggest what to change."""
    switch, corner = AREAS["relu_on"].cell(), AREAS["image"].window(6, 8, 6, 3)
    weight, image = AREAS["weight2_0_0"].range, AREAS["image"]
    kept, lost = accuracy(network), accuracy(network, relu=False)
    return [
        ("Switch ReLU off", f"{TITLE}!{switch}",
         f"Type 0 into {switch}. Blue, negative numbers appear wherever the ReLU had cut them off. "
         "This three is still read as a three. But of the digits that it has never seen, the "
         f"network reads {kept:.1%} with the ReLU and {lost:.1%} without."),
        ("Silence a slice", f"{TITLE}!{weight}",
         f"Type 0 into all of {weight}. The map conv2_0 does not look at conv1_0 any more. What is "
         "left of it, and what is the answer now?"),
        ("Redraw the digit", f"{TITLE}!{corner}",
         f"Type 1 into all of {corner}, which closes the upper bow of the three. What does the "
         f"network say? Undo it, then copy {image.window(0, 0, 28, 24)} and paste it at "
         f"{image.cell(0, 4)}, which moves the digit by four pixels. Is it still a three?"),
    ]  # fmt: skip


def _names() -> Lines:
    """Explain the defined names."""
    return [
        ("weight2_1_0", f"{TITLE}!{AREAS['weight2_1_0'].range}",
         "A name ends with indices that count from 0. This is weight2[1, 0] in NumPy: of the "
         "second layer's weights the kernel of map 1, and its slice for map 0."),
        ("others", "",
         "image, bias1_0, conv1_0, conv2_0, pooled_0, dense_7_0, dense_bias, scores, powers, "
         "probabilities, prediction, relu_on, relu_floor."),
    ]  # fmt: skip


def _origins(address: str) -> Lines:
    """Say who made what, and where its chapter is."""
    place = f": {address}/spreadsheet.html" if address else ""
    return [
        ("the sheet", "",
         f"was written by the program of convbook, the executable book on convolution{place}. "
         "Text CC BY 4.0, formulas BSD-3-Clause."),
        ("digit and kernels", "", "are drawn and chosen by the book's authors."),
        ("dense weights", "",
         "were fitted to every second one of scikit-learn's 1797 handwritten digits (E. Alpaydin "
         "and C. Kaynak, UCI Machine Learning Repository, CC BY 4.0), enlarged to 28 × 28, and "
         "rounded to four places; those below 0.005 are zero."),
    ]  # fmt: skip
