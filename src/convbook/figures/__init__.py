"""The book's figures: one function, one figure; one module for each chapter.

Every figure is computed with convbook, says in words what is to be seen (`Figure.alt`), and shows
itself as one picture that suits light and dark pages.
"""

try:
    import matplotlib  # noqa: F401
except ModuleNotFoundError as missing:
    raise ImportError(
        'convbook.figures draws with matplotlib; to get it: pip install "convbook[figures]"'
    ) from missing

from convbook.figures._figure import Figure
from convbook.figures._palette import palette_css
from convbook.figures._photographs import write_photographs

__all__ = ["Figure", "palette_css", "write_photographs"]
