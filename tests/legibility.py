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
