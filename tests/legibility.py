"""Text in a figure must be readable on a phone, where the whole figure shrinks to the column."""

from matplotlib.figure import Figure
from matplotlib.text import Text

COLUMN = 328  # CSS pixels that are left for a figure on a screen 360 wide
SMALLEST = 7.5  # CSS pixels of font size


def smallest_text(figure: Figure) -> tuple[float, str]:
    """Return the smallest font size on a phone, in CSS pixels, and the text that has it."""
    scale = min(1.0, COLUMN / (figure.get_figwidth() * 96))
    texts = [
        (text.get_fontsize() * 96 / 72 * scale, text.get_text())
        for text in figure.findobj(Text)
        if text.get_visible() and text.get_text().strip()
    ]
    return min(texts, default=(float("inf"), ""))


def assert_legible(figure: Figure) -> None:
    """Fail if any text of the figure is too small on a phone."""
    __tracebackhide__ = True
    size, text = smallest_text(figure)
    assert size >= SMALLEST, f"{text!r} is {size:.1f} px on a phone, less than {SMALLEST}"


def texts(figure: Figure) -> list[str]:
    """Every text of a figure, in the order of drawing."""
    return [text.get_text() for ax in figure.axes for text in ax.texts if text.get_text()]


def assert_inside(figure: Figure) -> None:
    """Fail if any text, title or label below an axis leaves the figure's frame."""
    __tracebackhide__ = True
    figure.draw_without_rendering()
    frame = figure.bbox.padded(1)
    for ax in figure.axes:
        for text in filter(lambda t: t.get_text(), [*ax.texts, ax.title, ax.xaxis.label]):
            extent = text.get_window_extent()
            assert frame.x0 <= extent.x0 <= extent.x1 <= frame.x1, text.get_text()
            assert frame.y0 <= extent.y0 <= extent.y1 <= frame.y1, text.get_text()
