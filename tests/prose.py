"""A page's sentences, section by section, and where each of their numbers comes from.

A number typed into a sentence has a source if it also stands in an assertion or a doctest's output
of the same section, and a caption's number if it stands in its own cell. Otherwise it carries
a reason, in a comment above its paragraph: ``% 255: the brightest pixel of a byte``.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import takewhile

UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
WORDS = {word: n for n, word in enumerate(UNITS)}
WORDS |= {word: 10 * n for n, word in enumerate(TENS, 2)} | {"hundred": 100, "thousand": 1000}
FREE_WORDS = {"zero", "one", "two"}  # most of them are articles and pronouns, or stand for both
FREE = {0.0, 1.0}
"""Digits of a sentence that need no source; those of a caption do."""
SMALL = 12
"""Up to here a number is in so much code that only an assertion is a source."""

NUMBER = r"(?:\d{1,3}(?:[, ]\d{3})+(?!\d)|\d+)(?:\.\d+)?"
TYPED = re.compile(
    rf"(?<![\w.#])(?<![A-Za-z]-){NUMBER}(?!\w|-bit)|\b(?:{'|'.join(WORDS)})\b", re.IGNORECASE
)
SIZE = re.compile(rf"{NUMBER}(?: ?[×x] ?{NUMBER})+|(?:{NUMBER}|[a-z]+) by (?:{NUMBER}|[a-z]+)")
NAMES = (
    r"Exercise|NumPy|ONNX|PyTorch|Python|SciPy|TensorFlow|Rec\.|BSD|chapter|exercise|lesson|version"
)
ELSEWHERE = re.compile(
    r"\{[\w:-]+\}`[^`]*`"  # a role: glue, a reference, a citation
    r"|(`+).+?\1"  # code
    r"|\](?:\([^)]*\))|<?https?://\S+"  # a link's target
    r"|\b(?:1[6-9]|20)\d\d\b"  # a year
    rf"|\b(?:{NAMES}) {NUMBER}|CC BY {NUMBER}"  # part of a name
    r"|^#+ \d+\.|\[\d+(?=\]\()"  # a heading's number
)
FORMULA = re.compile(r"\$\$?[^$]+\$\$?")
REASON = re.compile(rf"\s*[%#] ((?:{NUMBER})(?:, {NUMBER})*): \S")
LITERAL = re.compile(rf"(?<![\w.]){NUMBER}")


def value(text: str) -> float:
    """Return the value of a number in digits or as a word."""
    return float(WORDS.get(text.lower(), 0) or re.sub(r"[, ]", "", text) or 0)


@dataclass
class Reason:
    """A comment that says where numbers of the paragraph below it come from."""

    place: int
    numbers: set[float]
    needed: set[float] = field(default_factory=set)


@dataclass
class Line:
    """A line that a reader reads."""

    place: int
    text: str
    reasons: list[Reason]
    cell: str | None = None  # of a caption: the code below it

    def explains(self, number: float) -> bool:
        """Tell whether a reason names the number, and note that it was needed."""
        for reason in self.reasons:
            if number in reason.numbers:
                reason.needed.add(number)
                return True
        return False


@dataclass
class Section:
    """What stands below a heading, or an exercise with its solution."""

    lines: list[Line] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)


@cache
def literals(code: str, asserted: bool = False) -> set[float]:
    """Return the numbers in some code, or those in its assertions."""
    tree = ast.parse(code)
    parts = [n for n in ast.walk(tree) if isinstance(n, ast.Assert)] if asserted else [tree]
    return {
        float(node.value)
        for part in parts
        for node in ast.walk(part)
        if isinstance(node, ast.Constant) and type(node.value) in (int, float)
    }


def numbers(text: str) -> set[float]:
    """Return the numbers in a text."""
    return {value(number) for number in LITERAL.findall(text)}


def sections(text: str) -> list[Section]:
    """Divide a page."""
    found: list[Section] = [Section()]
    reasons: list[Reason] = []
    lines = enumerate(text.splitlines(), 1)
    if text.startswith("---\n"):
        next(lines)
        next(place for place, line in lines if line == "---")
    line = ""
    for place, after in lines:
        before, line = line, after
        if fence := re.match(r"\s*(`{3,})(.*)", line):
            body = [
                *takewhile(lambda inner: inner.strip() != fence[1], (text for _, text in lines))
            ]
            read_fence(found[-1], fence[2].strip(), place + 1, body)
        elif line.startswith("$$"):
            while line.count("$$") < 2 and "$$" not in (line := next(lines)[1]):
                pass
        elif match := REASON.match(line):
            reasons.append(Reason(place, numbers(match[1])))
        elif not line:
            reasons = reasons if re.match(r":[\w-]+:", before) else []  # a table's options end so
        elif not re.match(r":[\w-]+:|\([\w-]+\)=|:{3,}$|%", line):
            if re.match(r"#+ |:{3,}\{admonition\} *Exercise", line):
                found.append(Section())
            words = re.sub(r"^(:{3,}\{[\w-]+\}| *\d+\.(?= ))", "", line)
            found[-1].lines.append(Line(place, words, reasons))
    return found


def read_fence(section: Section, kind: str, start: int, body: list[str]) -> None:
    """Note what a fence holds: code, examples with their outputs, or a caption."""
    if kind.startswith("{code-cell}"):
        options = body.index("---", 1) + 1 if body and body[0] == "---" else 0
        while re.match(r":[\w-]+:", body[options] if options < len(body) else ""):
            options += 1
        code = "\n".join(body[options:])
        section.code.append(code)
        section.lines += captions(body[:options], start, code)
    elif kind in ("python", "pycon", "{doctest}"):
        section.outputs += [line for line in body if line and line[:3] not in (">>>", "...")]


def captions(options: list[str], start: int, code: str) -> Iterator[Line]:
    """Yield the lines of a figure's caption."""
    indent, reasons = 0, []
    for place, line in enumerate(options, start):
        depth = len(line) - len(line.lstrip())
        if match := REASON.match(line):
            reasons.append(Reason(place, numbers(match[1])))
        elif key := re.match(r" *caption: *\|?(.*)", line):
            indent = depth
            yield Line(place, key[1], reasons, code)
        elif indent and depth > indent:
            yield Line(place, line.strip(), reasons, code)
        else:
            indent = 0


def typed(line: Line) -> Iterator[tuple[str, float, str]]:
    """Yield each number typed into a line: as it stands, its value, and what it is part of."""
    text = ELSEWHERE.sub(" ", line.text)
    for formula in FORMULA.findall(text):
        for number in LITERAL.findall(formula):
            if value(number) > SMALL:
                yield number, value(number), "formula"
    text = FORMULA.sub(" ", text)
    sizes = [match.span() for match in SIZE.finditer(text)]
    for match in TYPED.finditer(text):
        of_size = any(start <= match.start() < end for start, end in sizes)
        if match[0].lower() not in FREE_WORDS or (of_size and line.cell is not None):
            yield match[0], value(match[0]), "size" if of_size else ""


def faults(text: str) -> list[str]:
    """Return the numbers of a page that come from nowhere and the reasons that none needs."""
    found: list[str] = []
    reasons: dict[int, Reason] = {}
    for section in sections(text):
        outputs = {n for line in section.outputs for n in numbers(line)}
        everywhere = outputs.union(*map(literals, section.code))
        for line in section.lines:
            codes = section.code if line.cell is None else [line.cell]
            asserted = outputs.union(*(literals(code, asserted=True) for code in codes))
            in_code = set().union(*map(literals, codes))
            reasons |= {reason.place: reason for reason in line.reasons}
            for word, number, part in typed(line):
                known = number in asserted
                known |= number > SMALL and number in in_code
                known |= part == "size" and number in everywhere
                known |= line.cell is None and number in FREE
                if not known and not line.explains(number):
                    found.append(f"{line.place}: {word} comes from nowhere: {line.text.strip()}")
    return found + [
        f"{reason.place}: no number needs the reason for {number:g}"
        for reason in reasons.values()
        for number in sorted(reason.numbers - reason.needed)
    ]
