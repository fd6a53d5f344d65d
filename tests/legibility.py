"""What can be read and seen of a figure: its text, inside its panel, and its tiles."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.text import Text

SMALLEST = 9.0  # CSS pixels of font size


def written(artist: Any) -> list[Text]:
    """Every text below an artist that can be seen."""
    return [t for t in artist.findobj(Text) if t.get_visible() and t.get_text().strip()]


def sizes_on_a_phone(figure: Any) -> Iterator[tuple[float, str]]:
    """Yield each text with its font size on a phone, in CSS pixels."""
    for panel in (panel for row in figure.rows for panel in row):
        for text in written(panel.ax):
            yield text.get_fontsize() * 96 / 72 * panel.scale, text.get_text()


def smallest_text(figure: Any) -> tuple[float, str]:
    """Return the smallest font size on a phone, in CSS pixels, and the text that has it."""
    return min(sizes_on_a_phone(figure), default=(float("inf"), ""))


def assert_legible(figure: Any) -> None:
    """Fail if any text of the figure is too small on a phone, or leaves its panel."""
    __tracebackhide__ = True
    size, text = smallest_text(figure)
    assert size >= SMALLEST, f"{text!r} is {size:.1f} px on a phone, less than {SMALLEST}"
    assert_inside(figure)


def texts(figure: Any) -> list[str]:
    """Every text of a figure, in the order of drawing."""
    return [text.get_text() for ax in figure.axes for text in ax.texts if text.get_text()]


def frames(figure: Any) -> Iterator[tuple[Any, tuple[float, float, float, float]]]:
    """Yield all axes with the left, bottom, right and top of what a page shows of them."""
    pixel, high = figure.dpi / 96, figure.bbox.height
    for panel in (panel for row in figure.rows for panel in row):
        left, top, right, bottom = (pixel * edge for edge in panel.rect)
        yield panel.ax, (left, high - bottom, right, high - top)


def assert_inside(figure: Any) -> None:
    """Fail if a text or a mark leaves its panel, where it would be cut off."""
    __tracebackhide__ = True
    figure.draw_without_rendering()
    for ax, (x0, y0, x1, y1) in frames(figure):
        texts = [
            (text.get_text(), text.get_window_extent()) for text in ax.texts if text.get_text()
        ]
        for name, box in [*texts, ("the drawing", ax.get_tightbbox())]:
            inside = x0 - 2 <= box.x0 <= box.x1 <= x1 + 2 and y0 - 2 <= box.y0 <= box.y1 <= y1 + 2
            assert inside, f"{name!r} leaves its panel"


def tiles(image: Any, side: int) -> list[np.ndarray]:
    """Cut a picture of square tiles where it is clear, and return them with `side` pixels."""
    values = np.ma.filled(np.ma.asarray(image.get_array(), float), np.nan)
    clear = values[..., 3] == 0 if values.ndim == 3 and values.shape[2] == 4 else np.isnan(values)
    if clear.ndim == 3:
        clear = clear.any(axis=2)
    runs = []
    for axis in (1, 0):
        (lines,) = np.nonzero(~clear.all(axis=axis))
        runs.append(np.split(lines, 1 + np.nonzero(np.diff(lines) > 1)[0]))
    found = [values[np.ix_(rows, columns)] for rows in runs[0] for columns in runs[1]
             if not clear[np.ix_(rows, columns)].any()]  # fmt: skip
    fine = [len(tile) // side for tile in found]
    cut = [tile[::step, ::step] for tile, step in zip(found, fine, strict=True)]
    for tile, whole, step in zip(cut, found, fine, strict=True):
        np.testing.assert_array_equal(tile.repeat(step, 0).repeat(step, 1), whole)
    return [tile[..., :3] if tile.ndim == 3 else tile for tile in cut]
