"""The sheet ``Picture``: the whole network at a glance, each number a coloured cell."""

from convbook.figures.spreadsheet._layout import AREAS, TITLE, Area
from convbook.figures.spreadsheet._network import Floats, Network
from convbook.figures.spreadsheet._page import PERCENT, Page, elements, tint

TOP, BELOW = 7, 38
"""First rows of map 0 and of map 1."""
PLACES = {
    "image": (TOP, 2),
    "conv1_0": (TOP, 33), "conv1_1": (BELOW, 33),
    "conv2_0": (TOP, 62), "conv2_1": (BELOW, 62),
    "pooled_0": (TOP, 89), "pooled_1": (BELOW, 89),
}  # fmt: skip
TITLES = {
    "image": "input", "conv1_0": "upper sides", "conv1_1": "left sides",
    "conv2_0": "flat strokes", "conv2_1": "upright strokes",
    "pooled_0": "pooled", "pooled_1": "pooled",
}  # fmt: skip
DIGIT, FULL = 105, 20
"""The column of the ten digits, and how many blocks make a bar of 100 %."""


def fill_picture(page: Page, network: Network) -> None:
    """Draw every layer, and write the answer below the input."""
    planes, largest = network.planes(), network.largest()
    page.widths(1, [0.9] * 140)
    page.heights(range(TOP, 64), 8.5)
    page.heights(range(BELOW - 2, BELOW - 1), 16)
    page.heights(range(1, 2), 28)
    page.sheet.freeze_panes = "A4"
    page.sheet.sheet_view.showGridLines = False
    page.sheet.sheet_properties.tabColor = tint("positive")
    page.printed((1, 1))
    page.write("B1", "A convolutional network reads a digit", 18, bold=True)
    page.write("B2", "Each cell is a number of the network. The sheet Network has them in digits.")
    page.link("B3", f"{TITLE}!B7", "Draw: change pixels in Network, and look here again.")
    page.link("BJ3", "'Read me'!A1", "What is what: Read me.")
    for name, place in PLACES.items():
        _draw(page, name, place, planes[name], largest[name])
    _write_answer(page, planes)


def _draw(page: Page, name: str, place: tuple[int, int], plane: Floats, largest: float) -> None:
    """Colour an area whose cells show no numbers."""
    area, home = Area(*place, *plane.shape), AREAS[name]
    role = "input" if name == "image" else "output"
    for at, value in elements(plane):
        page.formula(area.cell(*at), f"={TITLE}!{home.cell(*at)}", value, fmt=";;;")
    page.frame(area, role, lines=False)
    page.colour(area, largest, grey=name == "image", strength=1)
    page.write(area.cell(-2), TITLES[name], 11, bold=True, ink=role)


def _write_answer(page: Page, planes: dict[str, Floats]) -> None:
    """Write the digit large, and a bar for the probability of each."""
    chances = planes["probabilities"][:, 0]
    page.write(f"B{BELOW - 2}", "it reads", 11, bold=True, ink="output")
    digit, sure = Area(BELOW, 2, 20, 14), Area(BELOW, 16, 20, 14)
    best, chance = float(chances.argmax()), float(chances.max())
    page.formula(digit.cell(), "=prediction", best, size=96, bold=True, ink="output")
    page.formula(sure.cell(), "=certainty", chance, size=18, bold=True, fmt=PERCENT)
    page.write(Area(TOP, DIGIT, 1, 1).cell(-2), "softmax", 11, bold=True, ink="output")
    page.merge([digit.range, sure.range])
    for number, chance in enumerate(map(float, chances)):
        _write_chance(page, number, chance)


def _write_chance(page: Page, number: int, chance: float) -> None:
    """Write a digit, its probability, and a bar as long."""
    row, home = TOP + 5 * number, f"{TITLE}!{AREAS['probabilities'].cell(number)}"
    digit, percent, bar = (
        Area(row, left, 4, width) for left, width in ((DIGIT, 3), (DIGIT + 3, 8), (DIGIT + 11, 22))
    )
    page.write(digit.cell(), number, 13, bold=True)
    page.formula(percent.cell(), f"={home}", chance, size=9, fmt=PERCENT)
    drawn = "|" + "█" * int(FULL * chance + 0.5)
    formula = f'="|"&REPT("█",INT({FULL}*{home}+0.5))'
    page.formula(bar.cell(), formula, drawn, size=9, ink="output", align="left")
    page.merge([digit.range, percent.range, bar.range])
