"""Label the works of the bibliography as the chapters cite them: by their authors and the year.

sphinxcontrib-bibtex can cite by author and year, but its own labels for the list are short signs
such as [ZF14] or numbers; its manual says to write a style of one's own, which this is.
"""

from __future__ import annotations

from string import ascii_lowercase
from typing import TYPE_CHECKING, Any

from pybtex.plugin import register_plugin
from pybtex.style.formatting.unsrt import Style as Unsorted
from pybtex.style.labels import BaseLabelStyle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


def join_names(names: list[str]) -> str:
    """Join the last names of a work's authors.

    >>> join_names(["Zeiler", "Fergus"])
    'Zeiler and Fergus'
    >>> join_names(["He", "Zhang", "Ren", "Sun"])
    'He et al.'
    """
    return f"{names[0]} et al." if len(names) > 2 else " and ".join(names)


def with_letters(labels: list[str]) -> list[str]:
    """Add a letter to labels that several works have.

    >>> with_letters(["LeCun, 1998", "Lin, 2014", "LeCun, 1998"])
    ['LeCun, 1998a', 'Lin, 2014', 'LeCun, 1998b']
    """
    letters = {label: iter(ascii_lowercase) for label in labels if labels.count(label) > 1}
    return [label + next(letters[label]) if label in letters else label for label in labels]


class AuthorYear(BaseLabelStyle):  # type: ignore[misc]  # pybtex has no types
    """Labels such as "Zeiler and Fergus, 2014"."""

    def format_labels(self, sorted_entries: Iterable[Any]) -> list[str]:
        """Return the label of each work."""
        labels = []
        for entry in sorted_entries:
            people = entry.persons.get("author") or entry.persons["editor"]
            names = [[*map(str, one.rich_prelast_names + one.rich_last_names)] for one in people]
            labels.append(f"{join_names([*map(' '.join, names)])}, {entry.fields['year']}")
        return with_letters(labels)


class Style(Unsorted):  # type: ignore[misc]
    """Works in the order of their authors, labelled as they are cited."""

    default_sorting_style = "author_year_title"
    default_label_style = AuthorYear


def setup(app: Sphinx) -> ExtensionMetadata:
    """Offer the style to pybtex."""
    register_plugin("pybtex.style.formatting", "author_year", Style)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
