"""Where each array of the network stands in the sheet, and under which name."""

from typing import NamedTuple

from openpyxl.utils import get_column_letter

TITLE = "Network"
BANDS = 7, 38
"""First rows of the two bands: map 0 above, map 1 below."""


class Area(NamedTuple):
    """An area of the sheet: the rectangle of cells that holds one plane of an array."""

    top: int
    left: int
    height: int
    width: int

    def cell(self, row: int = 0, column: int = 0) -> str:
        """Return the address of one element, as in B7."""
        return f"{get_column_letter(self.left + column)}{self.top + row}"

    @property
    def range(self) -> str:
        """Return the address of the whole, as in B7:AC34."""
        return self.window(0, 0, self.height, self.width)

    def window(self, row: int, column: int, height: int, width: int) -> str:
        """Return the address of a part, as in B7:D9."""
        return f"{self.cell(row, column)}:{self.cell(row + height - 1, column + width - 1)}"

    @property
    def reference(self) -> str:
        """Return the address as a defined name holds it, as in Network!$B$7:$AC$34."""
        corners = [self.cell(), self.cell(self.height - 1, self.width - 1)]
        if corners[0] == corners[1]:
            del corners[1]
        return f"{TITLE}!{':'.join(map(_absolute, corners))}"


def _absolute(address: str) -> str:
    letters = address.rstrip("0123456789")
    return f"${letters}${address[len(letters) :]}"


def _areas() -> dict[str, Area]:
    """Lay out the sheet from left to right; a name ends with the indices of its plane."""
    areas = {"image": Area(BANDS[0], 2, 28, 28)}
    for o, top in enumerate(BANDS):
        areas[f"weight1_{o}_0"] = Area(top + 11, 31, 3, 3)
        areas[f"bias1_{o}"] = Area(top + 16, 32, 1, 1)
        areas[f"conv1_{o}"] = Area(top, 36, 26, 26)
        areas[f"weight2_{o}_0"] = Area(top + 7, 63, 3, 3)
        areas[f"weight2_{o}_1"] = Area(top + 13, 63, 3, 3)
        areas[f"bias2_{o}"] = Area(top + 18, 64, 1, 1)
        areas[f"conv2_{o}"] = Area(top, 68, 24, 24)
        areas[f"pooled_{o}"] = Area(top, 94, 12, 12)
    for digit in range(10):
        top, left = BANDS[digit // 5], 107 + 13 * (digit % 5)
        areas[f"dense_{digit}_0"] = Area(top, left, 12, 12)
        areas[f"dense_{digit}_1"] = Area(top + 13, left, 12, 12)
    for column, name in enumerate(("dense_bias", "scores", "powers", "probabilities"), 174):
        areas[name] = Area(BANDS[0], column, 10, 1)
    single = {"relu_on": 38, "relu_floor": 40, "prediction": 45, "certainty": 52, "verdict": 55}
    return areas | {name: Area(row, 14, 1, 1) for name, row in single.items()}


AREAS = _areas()
"""Every named rectangle of the sheet, by its name."""
