"""What a figure drew: each mark knows its role, its name, its values and its place.

A mark writes itself into a sentence, so that an alt text cannot say what was not drawn:
``"{kernel}"`` lists its values, ``"{kernel:size}"`` says "2 by 2", ``"{errors:median .0%}"`` says
"70 %". `Mark.__format__` has the list.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from convbook._typing import Array
from convbook.figures import _palette

MINUS, TIMES = "\N{MINUS SIGN}", "\N{MULTIPLICATION SIGN}"
DOT = "\N{MIDDLE DOT}"
WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
         "eleven", "twelve"]  # fmt: skip
PARTS = {0.25: "a quarter", 0.5: "half", 2 / 3: "two thirds", 0.75: "three quarters",
         0.9: "nine tenths", 1.0: "all"}  # fmt: skip
LONGEST = 36  # values that one listens to in a row
NUMBER_FORMAT = re.compile(r"[-+]?,?(\.\d+)?[defg%]")
MIDDLES: dict[str, Callable[..., Any]] = {"median": np.median, "mean": np.mean}
NUMBERS: dict[str, Callable[[Array], Any]] = {
    "min": np.min,
    "max": np.max,
    "sum": np.sum,
    "first": lambda values: values.flat[0],
    "last": lambda values: values.flat[-1],
    "item": lambda values: values.item(),
    **MIDDLES,
}

Place = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Mark:
    """One thing that was drawn.

    Parameters
    ----------
    kind : str
        What it looks like, such as "cells" or "line".
    name : str
        What the figure calls it.
    role : str
        Role of the palette that gave its colour.
    values : ndarray
        Numbers, or words, that it shows.
    place : tuple of 4 floats
        Left, top, right and bottom in CSS pixels of the figure.
    facts : mapping
        How it was drawn: ``band``, ``middle``, ``sigmas``, and what `derive` added.
    """

    kind: str
    name: str
    role: str
    values: Array
    place: Place
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def hues(self) -> frozenset[str]:
        """The words for its colour."""
        return _palette.hues(self.role)

    def derive(self, **numbers: Any) -> "Mark":
        """Add numbers that the alt text may say: each is computed from the values drawn, or given.

        ``mark.derive(zeros=lambda values: (values == 0).sum())`` lets it say ``{name:zeros}``.
        """
        for name, value in numbers.items():
            self.facts[name] = value(self.values) if callable(value) else value
        return self

    def __format__(self, spec: str) -> str:
        """Write the mark into a sentence.

        The spec is one of ``values`` (the default), ``name``, ``size``, ``count``, ``range``,
        ``min``, ``max``, ``sum``, ``median``, ``mean``, ``first``, ``last``, ``item``, ``at N``,
        ``colour``, ``band``, ``middle``, or a name that `derive` gave; a number format such as
        ``.1f`` or ``.0%`` may follow.
        """
        *what, last = spec.split() or ["values"]
        if not NUMBER_FORMAT.fullmatch(last):
            return self._write([*what, last], "g")
        return self._write(what or ["values"], last)

    def _write(self, what: list[str], form: str) -> str:
        word = what[0]
        if word in self.facts:
            return fact(word, self.facts[word], form)
        if word in MIDDLES and self.facts.get("middle", word) != word:
            raise ValueError(f"{self.name!r} was drawn with its {self.facts['middle']}, not {word}")
        if word in NUMBERS:
            return number(NUMBERS[word](self.values), form)
        if word == "at":
            return number(self.values.flat[int(what[1])], form)
        if word in (texts := self._texts(form)):
            return texts[word]()
        raise ValueError(f"{word!r} is nothing that the mark {self.name!r} can say")

    def _texts(self, form: str) -> Mapping[str, Callable[[], str]]:
        values = self.values
        return {
            "values": lambda: listed(values, form),
            "name": lambda: " ".join(self.name.split()),
            "size": lambda: " by ".join(map(str, values.shape)),
            "count": lambda: counted(values.size),
            "range": lambda: f"{number(values.min(), form)} to {number(values.max(), form)}",
            "colour": lambda: " and ".join(sorted(self.hues)),
        }


def number(value: Any, form: str = "g") -> str:
    """Write a number as the book does: a true minus, and a space before the percent sign."""
    if isinstance(value, str):
        return value
    return f"{value:{form}}".replace("-", MINUS).replace("%", " %")


def by(sizes: Iterable[Any]) -> str:
    """Write a shape as "3 × 3"."""
    return f" {TIMES} ".join(map(str, sizes))


def counted(count: int) -> str:
    """Write a small number as a word."""
    return WORDS[count] if 0 < count < len(WORDS) else f"{count}"


def listed(values: Array, form: str = "g") -> str:
    """Write numbers one after the other."""
    if values.size > LONGEST:
        raise ValueError(f"values to list must be {LONGEST} or fewer, got {values.size}")
    return ", ".join(number(value, form) for value in values.flat)


def fact(name: str, value: Any, form: str) -> str:
    """Write how a mark was drawn: a band by its part, the rest as a number, a list or a word."""
    if name == "band":
        return PARTS.get(value, f"{100 * value:g} %")
    if name == "sigmas":
        return counted(value) if value == int(value) else number(value)
    return listed(np.asarray(value), form) if np.ndim(value) else number(value, form)
