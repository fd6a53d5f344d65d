"""Every colour of the book, by the role it plays.

A role has a word for its hue, a value on light pages and one on dark pages. No two roles share a
value: they differ to normal and to colour-blind eyes. A role that is meant to look like another
one is its alias. A figure is drawn in the light values; in a page each becomes a CSS variable.
"""

from typing import NamedTuple

from matplotlib.colors import Colormap, LinearSegmentedColormap


class Ink(NamedTuple):
    """A role's colour: a word that fits it in both themes, and its values on light and dark pages.

    Without such a word no text may name the colour.
    """

    hue: str
    light: str
    dark: str


PALETTE = {
    "ink": Ink("", "#1c2023", "#e8eaec"),
    "paper": Ink("", "#fffffe", "#121416"),
    "panel": Ink("", "#f6f7f8", "#1b1e21"),
    "quiet": Ink("grey", "#6a7178", "#a4abb2"),
    "line": Ink("grey", "#c3c9ce", "#4b5258"),
    "input": Ink("blue", "#003cb4", "#66abff"),
    "kernel": Ink("orange", "#b05800", "#ff9c27"),
    "output": Ink("green", "#04754f", "#159d6b"),
    "gradient": Ink("magenta", "#780869", "#c16a9d"),
    "alpha": Ink("teal", "#234f4b", "#41e2ff"),
    "beta": Ink("", "#464101", "#ffec8c"),
    "gamma": Ink("violet", "#902cfc", "#9378d0"),
    "delta": Ink("red", "#a51830", "#f93d4f"),
}

ALIASES = {"padding": "quiet", "positive": "kernel", "negative": "input",
           "red": "delta", "green": "output", "blue": "input"}  # fmt: skip
"""Roles that look like another one on purpose: padding is hatched, signs are told by numbers, and
where the channels of a picture have their colours, input and output have none."""

MAPS: dict[str, tuple[str, frozenset[str]]] = {
    "image": ("gray", frozenset({"grey", "white", "black"})),
    "colour": ("gray", frozenset({"any"})),
    "amount": ("cividis", frozenset({"blue", "yellow"})),
    "signed": ("convbook-signed", frozenset({"orange", "blue", "grey", "white"})),
}
"""Roles of pictures: how numbers become colours, and the words for these."""

ZERO = "#e3e6e9"
COLOUR_WORDS = {
    word: word
    for word in (
        "blue", "orange", "green", "magenta", "teal", "violet", "red", "grey", "black", "white",
        "yellow", "olive", "purple", "pink", "brown", "cyan", "crimson",
    )
} | {"gray": "grey", "mid-grey": "grey"}  # fmt: skip
"""Words that name a colour, and the hue they mean."""


def ink(role: str) -> Ink:
    """Return the colour of a role, or of the role that it stands for."""
    try:
        return PALETTE[ALIASES.get(role, role)]
    except KeyError:
        known = ", ".join([*PALETTE, *ALIASES])
        raise ValueError(f"role must be one of {known}, got {role!r}") from None


LIGHT = {role: ink(role).light for role in (*PALETTE, *ALIASES)}
DARK = {role: ink(role).dark for role in (*PALETTE, *ALIASES)}


def hues(role: str) -> frozenset[str]:
    """Return the words for what a role looks like; "any" for a picture in colour."""
    return MAPS[role][1] if role in MAPS else frozenset({ink(role).hue} - {""})


def hue(word: str) -> str:
    """Return the hue that a word means."""
    return COLOUR_WORDS[word.lower()]


def colours_of(role: str) -> Colormap | str:
    """Return the map of a picture's role; that of signed numbers has a visible zero."""
    if role not in MAPS:
        raise ValueError(f"role of a picture must be one of {', '.join(MAPS)}, got {role!r}")
    if role != "signed":
        return MAPS[role][0]
    ends = "#08466d", LIGHT["negative"], ZERO, LIGHT["positive"], "#6e2f00"
    return LinearSegmentedColormap.from_list(
        "convbook-signed", [*zip((0, 0.2, 0.5, 0.8, 1), ends, strict=True)]
    )


def palette_css() -> str:
    """Return the style sheet that gives each role its light and its dark value.

    Paper is printed in the light values, whatever the screen shows.
    """
    light = "".join(f"  --cb-{role}: {value};\n" for role, value in LIGHT.items())
    dark = "".join(f"  --cb-{role}: {value};\n" for role, value in DARK.items())
    screen = f"@media screen {{\nhtml[data-theme='dark'] {{\n{dark}}}\n}}\n"
    return f":root {{\n{light}}}\n\n{screen}"


def themed(svg: str) -> str:
    """Replace each palette colour of a drawing by its CSS variable."""
    for role, (_, light, _) in PALETTE.items():
        svg = svg.replace(light, f"var(--cb-{role}, {light})")
    return svg
