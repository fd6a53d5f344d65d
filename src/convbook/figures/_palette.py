"""Every colour of the book, by the role it plays.

The hues are those of Okabe and Ito, which colour-blind readers can tell apart; on dark pages they
are lighter. A figure is drawn in the light values; in the page each becomes a CSS variable.
"""

LIGHT = {
    "ink": "#1c2023",
    "paper": "#fffffe",
    "quiet": "#6a7178",
    "line": "#c3c9ce",
    "input": "#0072b2",
    "kernel": "#c25700",
    "output": "#00805e",
    "padding": "#7d858c",
    "gradient": "#a8488a",
    "positive": "#c24a00",
    "negative": "#0a6fae",
    "alpha": "#0b6eb0",
    "beta": "#b85c00",
    "gamma": "#0a7d5a",
    "delta": "#a2458a",
}

DARK = {
    "ink": "#e8eaec",
    "paper": "#121416",
    "quiet": "#a4abb2",
    "line": "#4b5258",
    "input": "#6cb8ef",
    "kernel": "#f5a04c",
    "output": "#4fd0a5",
    "padding": "#98a0a7",
    "gradient": "#e49aca",
    "positive": "#f3955c",
    "negative": "#64b0ec",
    "alpha": "#6bb6ed",
    "beta": "#f2a855",
    "gamma": "#50cfa2",
    "delta": "#e398cb",
}


def palette_css() -> str:
    """Return the style sheet that gives each role its light and its dark value."""
    light = "".join(f"  --cb-{role}: {value};\n" for role, value in LIGHT.items())
    dark = "".join(f"  --cb-{role}: {value};\n" for role, value in DARK.items())
    return f":root {{\n{light}}}\n\nhtml[data-theme='dark'] {{\n{dark}}}\n"


def themed(svg: str) -> str:
    """Replace each palette colour of a drawing by its CSS variable."""
    for role, value in LIGHT.items():
        svg = svg.replace(value, f"var(--cb-{role}, {value})")
    return svg
