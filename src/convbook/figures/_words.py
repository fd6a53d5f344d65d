"""Check the words of an alt text or a caption against the marks of its figure.

Words for colours, for sides, for statistics, for bands and for circles must agree with what was
drawn. An alt text may besides hold no number of its own.
"""

import re
from collections.abc import Iterable, Iterator

from convbook.figures import _palette
from convbook.figures._marks import PARTS, WORDS, Mark

COUNTS = re.compile(
    rf"\d|\b({'|'.join([*WORDS[2:], 'half', 'quarter', 'tenths', 'twice'])})\b", re.IGNORECASE
)
COLOURS = re.compile(rf"\b({'|'.join(_palette.COLOUR_WORDS)})\b", re.IGNORECASE)
BRACKETS = re.compile(
    rf"([\w ,-]+?)\s*\(({'|'.join(_palette.COLOUR_WORDS)})\b[^)]*\)", re.IGNORECASE
)
SIDES = re.compile(r"\b(left|right|top|bottom)\b", re.IGNORECASE)
MIDDLES = re.compile(r"\b(median|mean)s?\b(?! squares?\b)", re.IGNORECASE)
BANDS = re.compile(rf"\b({'|'.join(PARTS.values())}|\d+ %)", re.IGNORECASE)
SIGMAS = re.compile(r"\b(\w+) standard deviations?\b", re.IGNORECASE)


def check_numbers(literal: str) -> None:
    """Fail where an alt text states a number that does not come from a mark."""
    if found := COUNTS.search(literal):
        raise ValueError(
            f"a number in an alt text must come from a mark, got {found[0]!r} in {literal!r}"
        )


def check_words(text: str, marks: Iterable[Mark]) -> None:
    """Fail where a text contradicts the marks of its figure."""
    drawn = [*marks]
    text = " ".join(text.split())
    check_colours(text, drawn)
    for sentence in re.split(r"[.;](?!\d)", text):
        check_sides(sentence, drawn)
    for clause in re.split(r"[.;,](?!\d)", text):
        check_pairs(clause, drawn)
        check_statistics(clause, drawn)


def check_colours(text: str, marks: list[Mark]) -> None:
    """A word for a colour needs a mark of that colour, and the very one if a name stands by it."""
    hues = frozenset[str]().union(*(mark.hues for mark in marks))
    for word in COLOURS.findall(text):
        if not {"any", _palette.hue(word)} & hues:
            raise ValueError(f"{word!r} must be the colour of a mark, got {sorted(hues)}: {text!r}")
    for name, word in BRACKETS.findall(text):
        about = [mark for mark in named(name, marks) if name.lower().endswith(mark.name.lower())]
        if not about and "any" not in hues:
            raise ValueError(f"the words before ({word}) must end with a drawn name, got {name!r}")
        agree(about, word, name)


def check_pairs(clause: str, marks: list[Mark]) -> None:
    """In a clause with one colour and one name, the name has the colour."""
    colours, about = COLOURS.findall(clause), [*named(clause, marks)]
    if len(colours) == 1 and len({mark.name for mark in about}) == 1:
        agree(about, colours[0], clause)


def agree(marks: list[Mark], word: str, text: str) -> None:
    """Fail unless one of the marks has the colour."""
    if marks and not any({"any", _palette.hue(word)} & mark.hues for mark in marks):
        got = f"{marks[0].name!r} is {' or '.join(sorted(marks[0].hues))}"
        raise ValueError(f"colours in a text must be those of the figure, got {text!r}, but {got}")


def check_sides(text: str, marks: list[Mark]) -> None:
    """A name close to a word for a side, as in "left: the input", is on that side."""
    for mark in marks:  # a name such as "top edge" tells of no side
        if SIDES.search(mark.name):
            text = re.sub(rf"\b{re.escape(mark.name)}\b", "", text, flags=re.IGNORECASE)
    for side in {word.lower() for word in SIDES.findall(text)} if len(marks) > 1 else ():
        near = [mark for mark in named(text, marks) if close(side, mark.name, text)]
        if near and not any(stands(mark, side, marks) for mark in near):
            raise ValueError(f"sides in a text must be those of the figure, got {text!r}")


def close(side: str, name: str, text: str) -> bool:
    """Return whether at most a few words, and no stop, are between a side and a name."""
    first, last = rf"\b{side}\b,?:? (\w+ ){{0,2}}", r"( \w+){0,3} "
    name = re.escape(name)
    return bool(re.search(rf"{first}{name}\b|\b{name}\b{last}{side}\b", text, re.IGNORECASE))


def stands(mark: Mark, side: str, marks: list[Mark]) -> bool:
    """Return whether a mark is on one side of the middle of all."""
    axis = 0 if side in ("left", "right") else 1
    middle = min(m.place[axis] for m in marks) + max(m.place[axis + 2] for m in marks)
    before = mark.place[axis] + mark.place[axis + 2] < middle
    return before == (side in ("left", "top"))


def check_statistics(clause: str, marks: list[Mark]) -> None:
    """Words for a middle, a band or a circle must be how something was drawn."""
    drawn = {key: {mark.facts[key] for mark in marks if key in mark.facts}
             for key in ("middle", "band", "sigmas")}  # fmt: skip
    for word in MIDDLES.findall(clause):
        if drawn["middle"] and word.lower() not in drawn["middle"]:
            raise ValueError(f"{word!r} must be drawn, got {sorted(drawn['middle'])}: {clause!r}")
    if re.search(r"\bbands?\b", clause, re.IGNORECASE):
        for words in BANDS.findall(clause):
            if part(words) not in {round(band, 4) for band in drawn["band"]}:
                raise ValueError(f"a band must be drawn as said, got {words!r}: {clause!r}")
    for word in SIGMAS.findall(clause):
        said = {WORDS.index(word.lower())} if word.lower() in WORDS else set()
        if drawn["sigmas"] and said - drawn["sigmas"]:
            raise ValueError(f"a circle must be drawn as said, got {word!r}: {clause!r}")


def part(words: str) -> float:
    """Read "nine tenths" or "90 %"."""
    parts = {text: value for value, text in PARTS.items()}
    return round(parts[words.lower()] if words.lower() in parts else float(words[:-2]) / 100, 4)


def named(clause: str, marks: Iterable[Mark]) -> Iterator[Mark]:
    """Find the marks whose name stands in a clause."""
    for mark in marks:
        if mark.name and re.search(rf"\b{re.escape(mark.name)}\b", clause, re.IGNORECASE):
            yield mark
