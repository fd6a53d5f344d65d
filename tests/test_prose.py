"""Every number in a sentence or a caption comes from somewhere; prose.py says from where it may."""

from pathlib import Path

import pytest

from prose import faults
from website import ROOT

PAGES = sorted((ROOT / "docs").glob("*.md"))

PAGE = """---
myst: {}
---
# A page

```{code-cell} python3
---
mystnb:
  figure:
    name: fig-sums
    caption: |
      Framed: the patch and its sum, 25.
      It stands in four places.
---
assert (image.sum(), len(places)) == (25, 4)
figures.sums(image)
```

The sums 19 and 43 became 23 and 47, since a 2 × 2 kernel was added in 1998.
There are {glue:text}`many` more; see `pytorch/pytorch#77` and {numref}`fig-sums`.

% 96, 3: from the paper
In the paper, 96 kernels look at
three channels.

```{code-cell} python3
assert sums == [19, 43] and after == [23, 47]
kernel = np.ones((2, 2))
```
"""


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_number_has_a_source(path: Path) -> None:
    found = [f"docs/{path.name}:{fault}" for fault in faults(path.read_text("utf-8"))]
    assert not found, "\n".join(found)


def test_a_sound_page_has_no_faults() -> None:
    assert faults(PAGE) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("its sum, 25", "its sum, 37", "12: 37"),
        ("its sum, 25", "its sum, 43", "12: 43"),  # known below, but not to the figure's cell
        ("four places", "three places", "13: three"),
        ("and 47,", "and 48,", "19: 48"),
        ("19 and 43", "nineteen and 44", "19: 44"),
        ("2 × 2 kernel", "3 × 3 kernel", "19: 3"),
        ("{glue:text}`many`", "12", "20: 12"),
        ("96 kernels", "97 kernels", "23: 97"),
        ("three channels", "five channels", "24: five"),
        ("% 96, 3: from the paper\n", "", "22: 96"),
        ("% 96, 3: from the paper", "% 96, 3:", "23: 96"),
        ("96 kernels", "many kernels", "22: no number needs the reason for 96"),
        ("[23, 47]", "[23, 46]", "19: 47"),
        ("# A page", "# A page of 31 sums", "4: 31"),
        ("There are", "- There are 31 and", "20: 31"),
        ("There are", "| There are | 31 |", "20: 31"),
        ("There are", "There are $31$ and", "20: 31"),
        ("There are", ":::{admonition} 31 times\nThere are", "20: 31"),
    ],
)
def test_a_planted_number_is_found(old: str, new: str, says: str) -> None:
    assert PAGE.count(old) == 1
    assert any(fault.startswith(says) for fault in faults(PAGE.replace(old, new)))
