"""Put the sheets together and give cells their names."""

from typing import NamedTuple

from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName

from convbook.figures.spreadsheet._check_page import OFF, ON, fill_check, fill_reference
from convbook.figures.spreadsheet._layout import AREAS, TITLE
from convbook.figures.spreadsheet._network import Network
from convbook.figures.spreadsheet._network_page import fill_network
from convbook.figures.spreadsheet._one_number_page import Pick, fill_one_number, picks
from convbook.figures.spreadsheet._page import Page, Values
from convbook.figures.spreadsheet._picture_page import fill_picture
from convbook.figures.spreadsheet._read_me_page import fill_read_me


class Twin(NamedTuple):
    """A workbook, and for each sheet the values that its formulas have."""

    workbook: Workbook
    values: dict[str, Values]


def twin(network: Network, address: str = "") -> Twin:
    """Write a network into a new workbook that names the site at an address, if there is one.

    Examples
    --------
    >>> from convbook.figures import spreadsheet
    >>> made = spreadsheet.twin(spreadsheet.recogniser())
    >>> made.workbook["Network"]["AJ7"].value
    '=MAX(relu_floor,SUMPRODUCT(B7:D9,weight1_0_0)+bias1_0)'
    """
    workbook = Workbook()
    workbook.remove(workbook.active)
    titles = ("Picture", "Read me", TITLE, "One number", "Check", ON, OFF)
    pages = {title: Page(workbook.create_sheet(title)) for title in titles}
    fill_picture(pages["Picture"], network)
    fill_read_me(pages["Read me"], network, address)
    fill_network(pages[TITLE], network)
    fill_one_number(pages["One number"], network)
    fill_check(pages["Check"], network)
    fill_reference(pages[ON], network, relu=True)
    fill_reference(pages[OFF], network, relu=False)
    _define_names(workbook, picks(network))
    workbook.active = 0
    about = workbook.properties
    about.title, about.creator = "A convolutional network in a spreadsheet", "The convbook authors"
    return Twin(workbook, {title: page.values for title, page in pages.items()})


def _define_names(workbook: Workbook, chosen: tuple[Pick, Pick]) -> None:
    """Name the areas of the network, the cells of the reader's choice, and the verdict."""
    names = {name: area.reference for name, area in AREAS.items()}
    for pick in chosen:
        for what in ("map", "row", "column"):
            row = pick.cell(what)[1:]
            names[f"pick{pick.layer}_{what}"] = f"'One number'!$B${row}"
    names["check_all"] = "Check!$G$1"
    for name, reference in names.items():
        workbook.defined_names[name] = DefinedName(name, attr_text=reference)
