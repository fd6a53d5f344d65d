"""The workbook as a file whose bytes are repeatable and whose cells show their values at once."""

import re
from html import escape
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from convbook.figures.spreadsheet._network import Network
from convbook.figures.spreadsheet._workbook import Twin, twin

NO_DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest date that a zip file can hold."""

FORMULA = re.compile(r'<c r="([A-Z]+[0-9]+)"([^>]*?)><f>(.*?)</f><v ?(?:/>|></v>)</c>')
IGNORED = '<ignoredErrors><ignoredError sqref="A1:XFD200" formula="1" formulaRange="1"/>'


def xlsx(network: Network, address: str = "") -> bytes:
    """Return the twin of a network as an Excel file that names the site at an address.

    The file tells Excel to compute it anew when it is opened. Viewers that cannot compute show the
    numbers that convbook computed.
    """
    return packed(twin(network, address))


def packed(made: Twin) -> bytes:
    """Return a twin as a file, with its values."""
    raw, finished = BytesIO(), BytesIO()
    made.workbook.save(raw)
    with ZipFile(raw) as source, ZipFile(finished, "w") as target:
        for name in sorted(
            source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)
        ):
            text = _finish(name, source.read(name).decode(), made)
            info = ZipInfo(name, NO_DATE)
            info.compress_type, info.create_system = ZIP_DEFLATED, 0
            target.writestr(info, text)
    return finished.getvalue()


def _finish(name: str, xml: str, made: Twin) -> str:
    """Write values into a sheet, and take the clock out of the properties."""
    if name == "docProps/core.xml":
        return re.sub(r"\d{4}-\d\d-\d\dT[\d:]+Z", "1980-01-01T00:00:00Z", xml)
    if name == "docProps/app.xml":  # no version that changes the bytes
        return re.sub(r"<Application>.*?</AppVersion>", "<Application>convbook</Application>", xml)
    if match := re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", name):
        title = made.workbook.sheetnames[int(match[1]) - 1]
        xml = FORMULA.sub(lambda cell: _with_value(cell, made.values[title]), xml)
        # Excel need not mark formulas that leave out a neighbour: every window does
        xml = xml.replace("</worksheet>", f"{IGNORED}</ignoredErrors></worksheet>")
    return xml


def _with_value(cell: re.Match[str], values: dict[str, float | str]) -> str:
    """Return a formula's cell with the value that it has."""
    address, attributes, formula = cell.groups()
    value = values[address]
    kind = ' t="str"' if isinstance(value, str) else ""
    shown = escape(value) if isinstance(value, str) else repr(float(value))
    return f'<c r="{address}"{attributes}{kind}><f>{formula}</f><v>{shown}</v></c>'
