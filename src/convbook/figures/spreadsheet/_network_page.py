"""The sheet ``Network``: from the pixels on the left to the answer on the right."""

import re

import numpy as np
from openpyxl.formatting.rule import DataBarRule
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from convbook.figures.spreadsheet._layout import AREAS, BANDS
from convbook.figures.spreadsheet._network import Floats, Network
from convbook.figures.spreadsheet._page import (
    FOUR,
    NO_ZEROS,
    PERCENT,
    TWO,
    Page,
    elements,
    tint,
)

SMALL = 8

STAGES = {
    "image": ("Input", "1 × 28 × 28", "ink in tenths; type over it", "input"),
    "weight1_0_0": ("Kernels 1", "2 × 1 × 3 × 3", "", "kernel"),
    "conv1_0": (
        "Convolution 1 and ReLU",
        "2 × 26 × 26",
        "MAX(relu_floor, SUMPRODUCT(3 × 3 pixels, kernel) + bias)",
        "output",
    ),
    "weight2_0_0": ("Kernels 2", "2 × 2 × 3 × 3", "", "kernel"),
    "conv2_0": (
        "Convolution 2 and ReLU",
        "2 × 24 × 24",
        "the same with two sums, one from each map of layer 1",
        "output",
    ),
    "pooled_0": ("Max-pooling", "2 × 12 × 12", "MAX(2 × 2 cells)", "output"),
    "dense_0_0": (
        "Dense weights",
        "10 × 2 × 12 × 12",
        "for each digit two planes, as large as the two pooled maps that they are multiplied with",
        "kernel",
    ),
    "dense_bias": ("Scores and softmax", "10", "score = two SUMPRODUCTs + bias", "output"),
}
MEANINGS = {
    "image": "a three, drawn in code",
    "conv1_0": "answers to the upper sides of strokes",
    "conv1_1": "answers to the left sides of strokes",
    "conv2_0": "answers to horizontal strokes",
    "conv2_1": "answers to strokes that stand upright",
    "pooled_0": "",
    "pooled_1": "",
}


def fill_network(page: Page, network: Network) -> None:
    """Write the whole network."""
    planes = network.planes()
    _set_up(page)
    _write_headings(page)
    _write_given(page, planes)
    _write_maps(page, planes)
    _write_table(page, planes)
    _write_panel(page, planes)
    _paint(page, network)


def convolution(layer: int, o: int, row: int, column: int) -> str:
    """Return the formula of one number of a convolution's map `o`."""
    sources = ["image"] if layer == 1 else ["conv1_0", "conv1_1"]
    sums = [
        f"SUMPRODUCT({AREAS[source].window(row, column, 3, 3)},weight{layer}_{o}_{c})"
        for c, source in enumerate(sources)
    ]
    return f"=MAX(relu_floor,{'+'.join(sums)}+bias{layer}_{o})"


def pooling(o: int, row: int, column: int) -> str:
    """Return the formula of one number of a pooled map."""
    return f"=MAX({AREAS[f'conv2_{o}'].window(2 * row, 2 * column, 2, 2)})"


def _set_up(page: Page) -> None:
    """Make the cells small and nearly square, and keep the headings in sight."""
    page.widths(1, [3.7] * 172 + [6, 9, 9, 11, 14])
    page.widths(1, dict.fromkeys((1, 35, 67, 93), 3.7) | dict.fromkeys((30, 34, 62, 66, 92), 2.2))
    page.heights(range(5, 66), 21)
    page.heights(range(1, 2), 26)
    page.sheet.freeze_panes = "A4"
    page.sheet.sheet_view.zoomScale = 70
    page.sheet.sheet_view.showGridLines = False
    page.sheet.sheet_properties.tabColor = tint("output")
    page.printed(pages=(1, 1))


def _write_headings(page: Page) -> None:
    """Write what each stage is, its shape and its rule, and number rows and columns."""
    for name, (title, shape, rule, role) in STAGES.items():
        letter = get_column_letter(AREAS[name].left - (name == "dense_bias"))
        page.write(f"{letter}1", title, 16, bold=True, ink=role)
        page.write(f"{letter}2", shape, 11, bold=True)
        page.write(f"{letter}3", rule, 10, ink="quiet")
    for name, meaning in MEANINGS.items():
        area = AREAS[name]
        page.write(area.cell(-2), f"{name}   {meaning}".strip(), 10, bold=True)
        for column in range(area.width):
            page.write(area.cell(-1, column), column, 7, ink="quiet")
        for row in range(area.height):
            page.write(area.cell(row, -1), row, 7, ink="quiet", align="right")


def _write_given(page: Page, planes: dict[str, Floats]) -> None:
    """Write the pixels, the kernels, the biases and the dense weights."""
    for name, plane in planes.items():
        if name.startswith(("image", "weight", "bias", "dense")):
            role = "input" if name == "image" else "kernel"
            fmt, size = NO_ZEROS if name == "image" else "General", SMALL
            if name.startswith("dense"):
                fmt, size = (FOUR, 10) if name == "dense_bias" else (TWO, 7)
            for at, value in elements(plane):
                page.given(AREAS[name].cell(*at), value, size=size, fmt=fmt)
            page.frame(AREAS[name], role, lines=name.startswith(("weight", "bias")))
    for o, c in np.ndindex(2, 2):
        _label_kernel(page, f"weight2_{o}_{c}", f"on conv1_{c}")
    for o in range(2):
        _label_kernel(page, f"weight1_{o}_0", "on image")
        page.write(AREAS[f"weight2_{o}_0"].cell(3, 1), "+", 12, bold=True, align="center")
        for layer in (1, 2):
            label = AREAS[f"bias{layer}_{o}"].cell(-1)
            page.write(label, f"bias{layer}_{o}", SMALL, bold=True, align="center")
    for digit in range(10):
        first = AREAS[f"dense_{digit}_0"]
        page.write(first.cell(-2), f"digit {digit}", 12, bold=True)
        for c in range(2):
            label = f"dense_{digit}_{c}   on pooled_{c}"
            page.write(AREAS[f"dense_{digit}_{c}"].cell(-1), label, SMALL, ink="quiet")


def _label_kernel(page: Page, name: str, source: str) -> None:
    """Write a slice's name, and what it reads, above it."""
    page.write(AREAS[name].cell(-2, 1), name, SMALL, bold=True, align="center")
    page.write(AREAS[name].cell(-1, 1), source, SMALL, ink="quiet", align="center")


def _write_maps(page: Page, planes: dict[str, Floats]) -> None:
    """Write both convolutions and the pooling, a formula a cell."""
    for o in range(2):
        for layer in (1, 2):
            name = f"conv{layer}_{o}"
            for at, value in elements(planes[name]):
                formula = convolution(layer, o, *at)
                page.formula(AREAS[name].cell(*at), formula, value, size=SMALL, fmt=NO_ZEROS)
        name = f"pooled_{o}"
        for at, value in elements(planes[name]):
            page.formula(AREAS[name].cell(*at), pooling(o, *at), value, size=SMALL, fmt=NO_ZEROS)
        for kind in ("conv1", "conv2", "pooled"):
            page.frame(AREAS[f"{kind}_{o}"], "output", lines=False)


def _write_table(page: Page, planes: dict[str, Floats]) -> None:
    """Write score, power and probability of each digit."""
    bias, score = AREAS["dense_bias"], AREAS["scores"]
    power, chance = AREAS["powers"], AREAS["probabilities"]
    titles = ["digit", "dense_bias", "scores", "powers", "probabilities"]
    for column, title in enumerate(titles, -1):
        page.write(bias.cell(-1, column), title, SMALL, bold=True, align="center")
    for digit in range(10):
        page.write(bias.cell(digit, -1), digit, 12, bold=True)
        sums = [f"SUMPRODUCT(pooled_{c},dense_{digit}_{c})" for c in range(2)]
        formulas = {
            score: f"={'+'.join(sums)}+{bias.cell(digit)}",
            power: f"=EXP({score.cell(digit)}-MAX(scores))",
            chance: f"={power.cell(digit)}/SUM(powers)",
        }
        for name, fmt in ("scores", FOUR), ("powers", FOUR), ("probabilities", PERCENT):
            area, value = AREAS[name], float(planes[name][digit, 0])
            page.formula(area.cell(digit), formulas[area], value, fmt=fmt)
    for name in ("scores", "powers", "probabilities"):
        page.frame(AREAS[name], "output")
    notes = {
        11: "A score adds 288 products and a bias.",
        12: "A power is EXP(score - largest score), so that no number overflows.",
        13: "A probability is a power divided by the sum of the powers.",
    }
    for row, note in notes.items():
        page.write(bias.cell(row, -1), note, SMALL, ink="quiet")


def _write_panel(page: Page, planes: dict[str, Floats]) -> None:
    """Write the switch and the answer below the input."""
    scores = planes["scores"][:, 0]
    largest = int(scores.argmax())
    page.write("B36", "The switch", 16, bold=True, ink="kernel")
    page.write("B43", "The answer", 16, bold=True, ink="output")
    for name, text in _PANEL.items():
        page.write(f"B{AREAS[name].top}", text, 10, bold=True)
    style = {"size": 11, "bold": True}
    page.given(AREAS["relu_on"].cell(), 1, fill=("kernel", 0.15), **style)
    fmt = '[<-999999]"none";0'
    page.formula(AREAS["relu_floor"].cell(), "=IF(relu_on=1,0,-1E+99)", 0.0, fmt=fmt, **style)
    page.formula(
        AREAS["prediction"].cell(), "=MATCH(MAX(scores),scores,0)-1", largest,
        size=60, bold=True, ink="output",
    )  # fmt: skip
    page.formula(
        AREAS["certainty"].cell(), "=MAX(probabilities)", float(planes["probabilities"].max()),
        fmt=PERCENT, align="left", **style,
    )  # fmt: skip
    page.formula(AREAS["verdict"].cell(), "=check_all", "all OK", align="left", **style)
    for name in ("relu_on", "relu_floor"):
        page.frame(AREAS[name], "kernel" if name == "relu_on" else "output")
    page.merge(["N40:P40", "N45:S50", "N52:Q52", "N55:AC55"])
    _repeat_answer(page, largest, float(planes["probabilities"].max()))
    for row, (ink, text) in enumerate(_LEGEND, 59):
        page.write(f"B{row}", text, 10, ink=ink, bold=True)
    choice = DataValidation(type="list", formula1='"1,0"', allow_blank=False)
    choice.error, choice.errorTitle = "Type 1 for on or 0 for off.", "ReLU"
    choice.prompt, choice.promptTitle = "1: on, 0: off", "ReLU"
    choice.showErrorMessage = choice.showInputMessage = True
    choice.add(AREAS["relu_on"].cell())
    page.sheet.add_data_validation(choice)


def _repeat_answer(page: Page, answer: float, chance: float) -> None:
    """Write the answer beside the input's title too, which stays in sight."""
    page.write("N1", "it reads", 11, bold=True, ink="output")
    page.formula("R1", "=prediction", answer, size=28, bold=True, ink="output")
    page.formula("U1", "=certainty", chance, size=11, bold=True, fmt=PERCENT)
    page.merge(["R1:T2", "U1:X2"])


_PANEL = {
    "relu_on": "relu_on: 1 = on, 0 = off",
    "relu_floor": "relu_floor: nothing lower passes",
    "prediction": "prediction",
    "certainty": "certainty: its probability",
    "verdict": "the sheet Check says",
}
_LEGEND = [
    ("input", "Blue numbers are yours to change."),
    ("ink", "Black numbers are formulas: click on one."),
    ("positive", "Orange cells are positive,"),
    ("negative", "blue cells negative, white cells zero."),
]


def _paint(page: Page, network: Network) -> None:
    """Give every area its colours; areas that are compared share one scale."""
    page.colour(AREAS["image"], 1, grey=True)
    for name, largest in network.largest().items():
        if re.match(r"(weight|conv|pooled|dense)\w*_\d", name):
            page.colour(AREAS[name], largest)
    rule = DataBarRule("num", 0, "num", 1, color=tint("output", 0.5), showValue=True)
    page.sheet.conditional_formatting.add(AREAS["probabilities"].range, rule)
    for band in BANDS:  # room for the tall headings of a band
        page.sheet.row_dimensions[band - 2].height = 22
