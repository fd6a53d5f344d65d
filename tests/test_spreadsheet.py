"""The spreadsheet twin: its structure by hand, and its numbers recalculated by LibreOffice."""

import os
import re
import subprocess
import sys
import warnings
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest

from convbook import conv2d, max_pool2d, pad
from requirements import need, need_soffice

openpyxl = need("openpyxl")
need("sklearn")
spreadsheet = need("convbook.figures.spreadsheet")

NETWORK = spreadsheet.recogniser()
SHEETS = ["Picture", "Read me", "Network", "One number", "Check", "convbook_on", "convbook_off"]

# Where each array stands, by hand.
WEIGHT1 = [["AE18:AG20"], ["AE49:AG51"]]
WEIGHT2 = [["BK14:BM16", "BK20:BM22"], ["BK45:BM47", "BK51:BM53"]]
DENSE = [
    [f"{left}{top}:{right}{top + 11}" for top in (7 + band, 20 + band)]
    for band in (0, 31)
    for left, right in (("DC", "DN"), ("DP", "EA"), ("EC", "EN"), ("EP", "FA"), ("FC", "FN"))
]
COMPUTED = {
    "conv1": ["AJ7:BI32", "AJ38:BI63"],
    "conv2": ["BP7:CM30", "BP38:CM61"],
    "pooled": ["CP7:DA18", "CP38:DA49"],
    "scores": ["FS7:FS16"],
    "powers": ["FT7:FT16"],
    "probabilities": ["FU7:FU16"],
}

Workbook = Any
Edit = Callable[[Workbook], None]


@pytest.fixture(scope="module")
def shipped() -> bytes:
    """The file that readers download."""
    content: bytes = spreadsheet.xlsx(NETWORK)
    return content


@pytest.fixture(scope="module")
def twin() -> Any:
    """The workbook before it is a file, and the values of its formulas."""
    return spreadsheet.twin(NETWORK)


def opened(content: bytes, *, values: bool = False) -> Workbook:
    """Read a file: its formulas, or the values stored with them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # LibreOffice writes extensions that openpyxl skips
        return openpyxl.load_workbook(BytesIO(content), data_only=values)


def read(sheet: Any, cells: str) -> np.ndarray:
    """Return the numbers in a range."""
    return np.array([[cell.value for cell in row] for row in sheet[cells]], float)


# -- Structure ---------------------------------------------------------------


def test_the_sheets(twin: Any) -> None:
    assert twin.workbook.sheetnames == SHEETS
    assert all(sheet.freeze_panes for sheet in twin.workbook)


def test_every_block_has_its_name(twin: Any) -> None:
    expected = {"image": "B7:AC34", "relu_on": "N38", "relu_floor": "N40", "prediction": "N45"}
    expected |= {"bias1_0": "AF23", "bias1_1": "AF54", "bias2_0": "BL25", "bias2_1": "BL56"}
    expected |= {"dense_bias": "FR7:FR16", "certainty": "N52", "verdict": "N55"}
    for name, plane in COMPUTED.items():
        several = len(plane) > 1
        expected |= {f"{name}_{o}" if several else name: cells for o, cells in enumerate(plane)}
    for name, planes in ("weight1", WEIGHT1), ("weight2", WEIGHT2), ("dense", DENSE):
        for o, row in enumerate(planes):
            expected |= {f"{name}_{o}_{c}": cells for c, cells in enumerate(row)}
    assert {name: area.range.split(":") for name, area in spreadsheet.AREAS.items()} == {
        name: (cells if ":" in cells else f"{cells}:{cells}").split(":")
        for name, cells in expected.items()
    }
    defined = twin.workbook.defined_names
    for name, cells in expected.items():
        assert defined[name].attr_text.replace("$", "") == f"Network!{cells}"
    assert set(defined) - set(expected) == {
        "check_all",
        *(f"pick{layer}_{what}" for layer in (1, 2) for what in ("map", "row", "column")),
    }
    for name in defined:  # Excel takes it neither for a cell nor for R1C1
        assert not re.fullmatch(r"[A-Za-z]{1,3}\d+|[RrCc]\d*", name)


@pytest.mark.parametrize(
    ("cell", "windows"),
    [
        ("AJ7", "B7:D9"), ("BI7", "AA7:AC9"), ("AJ32", "B32:D34"), ("BI32", "AA32:AC34"),
        ("AJ38", "B7:D9"), ("BI38", "AA7:AC9"), ("AJ63", "B32:D34"), ("BI63", "AA32:AC34"),
        ("BP7", "AJ7:AL9 AJ38:AL40"), ("CM7", "BG7:BI9 BG38:BI40"),
        ("BP30", "AJ30:AL32 AJ61:AL63"), ("CM30", "BG30:BI32 BG61:BI63"),
        ("BP38", "AJ7:AL9 AJ38:AL40"), ("CM38", "BG7:BI9 BG38:BI40"),
        ("BP61", "AJ30:AL32 AJ61:AL63"), ("CM61", "BG30:BI32 BG61:BI63"),
    ],
)  # fmt: skip
def test_the_corners_of_the_maps(twin: Any, cell: str, windows: str) -> None:
    layer = 1 if cell.startswith(("AJ", "BI")) else 2
    o = int(int(cell[2:]) >= 38)
    sums = [f"SUMPRODUCT({w},weight{layer}_{o}_{c})" for c, w in enumerate(windows.split())]
    formula = f"=MAX(relu_floor,{'+'.join(sums)}+bias{layer}_{o})"
    assert twin.workbook["Network"][cell].value == formula


@pytest.mark.parametrize(
    ("cell", "formula"),
    [
        ("CP7", "=MAX(BP7:BQ8)"), ("DA7", "=MAX(CL7:CM8)"), ("CP18", "=MAX(BP29:BQ30)"),
        ("DA18", "=MAX(CL29:CM30)"), ("CP38", "=MAX(BP38:BQ39)"), ("DA38", "=MAX(CL38:CM39)"),
        ("CP49", "=MAX(BP60:BQ61)"), ("DA49", "=MAX(CL60:CM61)"),
        ("FS7", "=SUMPRODUCT(pooled_0,dense_0_0)+SUMPRODUCT(pooled_1,dense_0_1)+FR7"),
        ("FS16", "=SUMPRODUCT(pooled_0,dense_9_0)+SUMPRODUCT(pooled_1,dense_9_1)+FR16"),
        ("FT16", "=EXP(FS16-MAX(scores))"), ("FU16", "=FT16/SUM(powers)"),
        ("N40", "=IF(relu_on=1,0,-1E+99)"), ("N45", "=MATCH(MAX(scores),scores,0)-1"),
    ],
)  # fmt: skip
def test_the_other_formulas(twin: Any, cell: str, formula: str) -> None:
    assert twin.workbook["Network"][cell].value == formula


def test_there_is_a_formula_for_each_number_and_no_25th_column(twin: Any) -> None:
    sheet = twin.workbook["Network"]
    formulas = {c.coordinate for row in sheet for c in row if c.data_type == "f"}
    blocks = [cells for planes in COMPUTED.values() for cells in planes]
    inside = {c.coordinate for cells in blocks for row in sheet[cells] for c in row}
    assert formulas == inside | {"N40", "N45", "N52", "N55", "R1", "U1"}
    assert len(inside) == 2 * 26**2 + 2 * 24**2 + 2 * 12**2 + 3 * 10
    for column in ("BJ", "CN", "DB"):  # right of layer 1, of layer 2 and of the pooled maps
        assert all(sheet[f"{column}{row}"].value is None for row in range(1, 66))


def test_the_parameters_are_counted(twin: Any) -> None:
    sheet = twin.workbook["Network"]
    sizes = [
        sum(read(sheet, cells).size for row in planes for cells in row)
        for planes in (WEIGHT1, WEIGHT2, DENSE)
    ]
    assert sizes == [18, 36, 2880]
    rules = {cell.value: number.value for cell, number in zip(
        twin.workbook["Check"]["A"], twin.workbook["Check"]["E"], strict=True)}  # fmt: skip
    assert rules["Layer 1 has 2 × 1 × 3 × 3 weights"] == "=2*1*3*3"
    assert rules["Layer 2 has 2 × 2 × 3 × 3 weights"] == "=2*2*3*3"


def test_the_switch_is_a_list(twin: Any) -> None:
    (rule,) = twin.workbook["Network"].data_validations.dataValidation
    assert (rule.type, rule.formula1, str(rule.sqref)) == ("list", '"1,0"', "N38")


def test_what_an_experiment_shows_fits(twin: Any) -> None:
    """``relu_floor`` says "none" with the ReLU off, and a verdict names a block: no ###."""
    sheet = twin.workbook["Network"]
    for name in ("relu_floor", "verdict"):
        area = spreadsheet.AREAS[name]
        joined = next(r for r in sheet.merged_cells.ranges if area.cell() in r)
        assert joined.size["columns"] >= 3


def test_no_weight_shows_as_minus_zero(twin: Any) -> None:
    sheet = twin.workbook["Network"]
    for cells in (cells for row in DENSE for cells in row):
        weights = read(sheet, cells)
        assert not ((weights != 0) & (abs(weights) < 0.005)).any()


def test_it_opens_as_a_picture_with_the_answer_below_the_input(twin: Any) -> None:
    assert twin.workbook.active.title == "Picture"
    sheet, values = twin.workbook["Picture"], twin.values["Picture"]
    assert sheet["B7"].value == "=Network!B7"
    assert sheet["B38"].value == "=prediction"
    assert values["B38"] == NETWORK.run().probabilities.argmax()
    shown = np.array([[values[cell.coordinate] for cell in row] for row in sheet["B7:AC34"]])
    assert (shown == NETWORK.image[0]).all()


def test_every_block_is_coloured(twin: Any) -> None:
    coloured = {str(c.sqref) for c in twin.workbook["Network"].conditional_formatting}
    arrays = [cells for planes in (WEIGHT1, WEIGHT2, DENSE) for row in planes for cells in row]
    maps = [cells for name in ("conv1", "conv2", "pooled") for cells in COMPUTED[name]]
    assert {"B7:AC34", *arrays, *maps} <= coloured


def test_links_lead_to_cells(twin: Any) -> None:
    links = [c.hyperlink for row in twin.workbook["Read me"] for c in row if c.hyperlink]
    assert len(links) >= 10
    for link in links:
        sheet, cell = link.location.replace("'", "").split("!")
        assert twin.workbook[sheet][cell]


# -- The file ----------------------------------------------------------------


def test_the_file_is_repeatable(shipped: bytes) -> None:
    """In another process, with another hash seed, the same bytes come out."""
    code = (
        "import sys; from convbook.figures import spreadsheet as s;"
        "sys.stdout.buffer.write(s.xlsx(s.recogniser()))"
    )
    env = os.environ | {"PYTHONHASHSEED": "1"}
    again = subprocess.run([sys.executable, "-c", code], capture_output=True, env=env, check=True)
    assert sha256(again.stdout).digest() == sha256(shipped).digest()
    with ZipFile(BytesIO(shipped)) as file:
        assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert set(re.findall(rb"\d{4}-\d\d-\d\dT", file.read("docProps/core.xml"))) == {
            b"1980-01-01T"
        }
        assert b'fullCalcOnLoad="1"' in file.read("xl/workbook.xml")


def test_every_formula_is_shipped_with_its_value(shipped: bytes, twin: Any) -> None:
    formulas, values = opened(shipped), opened(shipped, values=True)
    count = 0
    for sheet in formulas:
        for cell in (cell for row in sheet for cell in row if cell.data_type == "f"):
            shown = values[sheet.title][cell.coordinate].value
            assert shown == twin.values[sheet.title][cell.coordinate], cell
            count += 1
    assert count == sum(map(len, twin.values.values()))


# -- The network -------------------------------------------------------------


def test_the_digit_is_drawn_in_tenths_with_a_margin() -> None:
    digit = spreadsheet.draw_three()
    assert digit.shape == (1, 28, 28)
    assert (digit == digit.round(1)).all()
    assert (digit.min(), digit.max()) == (0, 1)
    assert not digit[..., 24:].any()


def test_the_network_reads_digits_that_it_has_not_seen() -> None:
    images, labels = spreadsheet.digits()
    *_, pooled = spreadsheet.features(images[1::2], *NETWORK[1:5])
    scores = np.einsum("ncij,dcij->nd", pooled, NETWORK.dense_weight) + NETWORK.dense_bias
    assert (scores.argmax(axis=1) == labels[1::2]).mean() > 0.9
    probabilities = NETWORK.run().probabilities
    assert probabilities.argmax() == 3
    assert probabilities[3] > 0.99


def test_nobody_changes_the_network_that_others_get() -> None:
    assert not any(array.flags.writeable for array in NETWORK)


def test_the_figure_frames_what_a_pooled_number_depends_on() -> None:
    figures = need("convbook.figures.spreadsheet")
    figure = figures.sheet_traced(NETWORK, 9, 6)
    marks = figure.marks
    frames = {name: mark.place for name, mark in marks.items() if name.startswith("frame in")}
    for name, (left, _, right, _) in frames.items():
        plane = marks[name.removeprefix("frame in ")]
        unit = (plane.place[2] - plane.place[0]) / plane.values.shape[1]
        frames[name] = round((right - left) / unit, 6)
    assert [*frames.values()] == [6, 4, 4, 2, 1]
    shown = [mark.values for mark in marks.values() if mark.kind == "picture"]
    layers = NETWORK.run()
    expected = [*NETWORK.image, *layers.conv1, *layers.conv2, *layers.pooled]
    assert all((a == b).all() for a, b in zip(shown, expected, strict=True))
    assert f"pooled number {layers.pooled[0, 9, 6]:.1f} at row 9, column 6" in figure.alt


# -- LibreOffice -------------------------------------------------------------


@pytest.fixture(scope="module")
def recalculated(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Workbook], Workbook]:
    """A function that lets LibreOffice compute a workbook anew and returns the values."""
    office = need_soffice()
    profile = tmp_path_factory.mktemp("office")

    def recalculate(content: bytes) -> Workbook:
        folder = tmp_path_factory.mktemp("sheet")
        (folder / "in.xlsx").write_bytes(content)
        convert = ["--headless", "--convert-to", "xlsx", "--outdir", str(folder / "out")]
        command = [office, f"-env:UserInstallation={profile.as_uri()}", *convert]
        subprocess.run([*command, str(folder / "in.xlsx")], check=True, capture_output=True)
        return opened(Path(folder, "out", "in.xlsx").read_bytes(), values=True)

    return recalculate


def edited(content: bytes, edit: Edit) -> bytes:
    """Change a file as a reader would; openpyxl drops every stored value."""
    workbook = opened(content)
    edit(workbook)
    buffer = BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def library(sheet: Any) -> dict[str, np.ndarray]:
    """Compute with convbook from the numbers that stand in the sheet."""
    floor = 0.0 if sheet["N38"].value == 1 else -np.inf
    image = read(sheet, "B7:AC34")[None]
    weight1, weight2, dense = (
        np.array([[read(sheet, cells) for cells in row] for row in planes])
        for planes in (WEIGHT1, WEIGHT2, DENSE)
    )
    bias1 = np.array([sheet["AF23"].value, sheet["AF54"].value], float)
    bias2 = np.array([sheet["BL25"].value, sheet["BL56"].value], float)
    conv1 = np.maximum(floor, conv2d(image, weight1, bias1))
    conv2 = np.maximum(floor, conv2d(conv1, weight2, bias2))
    pooled = max_pool2d(conv2, 2)
    scores = (dense * pooled).sum(axis=(1, 2, 3)) + read(sheet, "FR7:FR16")[:, 0]
    powers = np.exp(scores - scores.max())
    results = {"conv1": conv1, "conv2": conv2, "pooled": pooled, "scores": scores[None, :, None]}
    results |= {"powers": powers[None, :, None]}
    return results | {"probabilities": (powers / powers.sum())[None, :, None]}


def as_shipped(workbook: Workbook) -> None:
    """Change nothing."""


def relu_off(workbook: Workbook) -> None:
    """Turn the switch."""
    workbook["Network"]["N38"] = 0


def another_weight(workbook: Workbook) -> None:
    """Change one weight of layer 2."""
    workbook["Network"]["BL21"] = 0.3125


def another_weight_relu_off(workbook: Workbook) -> None:
    """Change one weight of layer 1, and turn the switch."""
    workbook["Network"]["AF19"] = -1.75
    workbook["Network"]["N38"] = 0


def closed_bow(workbook: Workbook) -> None:
    """Draw the left side of the upper bow."""
    for row in workbook["Network"]["J13:L18"]:
        for cell in row:
            cell.value = 1


@pytest.mark.parametrize(
    ("edit", "answer", "wrong"),
    [
        (as_shipped, 3, set()),
        (relu_off, 3, set()),
        (another_weight, 3, {"weight2_0_1"}),
        (another_weight_relu_off, None, {"weight1_0_0"}),
        (closed_bow, 9, {"image"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_every_cell_equals_the_library(
    shipped: bytes,
    recalculated: Callable[[bytes], Workbook],
    edit: Edit,
    answer: int | None,
    wrong: set[str],
) -> None:
    workbook = recalculated(edited(shipped, edit))
    sheet = workbook["Network"]
    results = library(sheet)
    for name, planes in COMPUTED.items():
        for o, cells in enumerate(planes):
            np.testing.assert_allclose(read(sheet, cells), results[name][o], rtol=0, atol=1e-9)
    assert read(sheet, "FU7:FU16").sum() == pytest.approx(1, abs=1e-12)
    assert sheet["N45"].value == results["scores"].argmax()
    assert answer in (None, sheet["N45"].value)
    verdicts = {row[0].value: row[6].value for row in workbook["Check"].iter_rows(min_row=4)}
    given = {name for name in verdicts if name and name.startswith(("image", "weight", "dense_"))}
    assert {name for name in given if verdicts[name] == "changed"} == wrong
    assert "NOT OK" not in verdicts.values()  # to play is no mistake
    assert all(
        verdicts[name] == "OK" for name in verdicts if name and " " in name and "." not in name
    )
    says = f"you changed: {' '.join(wrong)}" if wrong else "all OK"
    assert sheet["N55"].value == says


def test_what_convbook_stored_is_what_libreoffice_computes(
    shipped: bytes, recalculated: Callable[[bytes], Workbook], twin: Any
) -> None:
    """Every formula of every sheet, its texts included."""
    workbook = recalculated(edited(shipped, as_shipped))
    for title, values in twin.values.items():
        found = {address: workbook[title][address].value for address in values}
        texts = {address for address, value in values.items() if isinstance(value, str)}
        assert {a: found[a] for a in texts} == {a: values[a] for a in texts}
        numbers = [address for address in values if address not in texts]
        expected = [values[address] for address in numbers]
        np.testing.assert_allclose([found[a] for a in numbers], expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("place", [(1, 23, 23), (0, 19, 4)])
def test_one_number_shows_the_products_of_any_number(
    shipped: bytes, recalculated: Callable[[bytes], Workbook], place: tuple[int, int, int]
) -> None:
    def choose(workbook: Workbook) -> None:
        for first in (6, 15):
            for row, value in enumerate(place, first):
                workbook["One number"][f"B{row}"] = value

    workbook = recalculated(edited(shipped, choose))
    sheet, results = workbook["One number"], library(workbook["Network"])
    assert sheet["Q9"].value == pytest.approx(results["conv1"][place], abs=1e-9)
    assert sheet["Q19"].value == pytest.approx(results["conv2"][place], abs=1e-9)
    assert sheet["Q11"].value == sheet["Q21"].value == "OK"
    products = read(sheet, "L15:N17").sum() + read(sheet, "L20:N22").sum()
    bias = NETWORK.bias2[place[0]]
    assert max(0, products + bias) == pytest.approx(results["conv2"][place], abs=1e-9)


# -- The original's column too many ------------------------------------------


def original(image: np.ndarray, blank: int) -> tuple[np.ndarray, float]:
    """Compute the original's layout: positive filters, no bias, `blank` columns too many."""
    rng = np.random.default_rng(1)
    first, second = rng.random((2, 1, 3, 3)), rng.random((2, 2, 3, 3))
    dense = rng.random((2, 12, 13))
    conv1 = conv2d(image, first)
    conv2 = conv2d(pad(conv1, (0, blank, 0, 0)), second)  # a blank cell counts as zero ...
    pooled = max_pool2d(pad(conv2, (0, blank, 0, 0), value=-np.inf), 2)  # ... but not for MAX
    return conv2, float((pooled * dense[..., : pooled.shape[-1]]).sum())


def test_the_original_has_a_column_too_many() -> None:
    conv2, _ = original(NETWORK.image, 1)
    assert conv2.shape == (2, 24, 25)
    assert max_pool2d(pad(conv2, (0, 1, 0, 0), value=-np.inf), 2).size == 312
    assert original(NETWORK.image, 0)[0].shape == (2, 24, 24)


@pytest.mark.parametrize("shift", range(9))
def test_it_is_harmless_only_beside_a_blank_margin(shift: int) -> None:
    image = np.roll(NETWORK.image, shift, axis=2)
    margin = 27 - np.flatnonzero(image[0].any(axis=0)).max()
    conv2, total = original(image, 1)
    assert (not conv2[..., 24].any()) == (margin >= 4)
    assert (total == pytest.approx(original(image, 0)[1], rel=1e-12)) == (margin >= 4)
