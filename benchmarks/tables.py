"""What the command prints."""

from collections.abc import Iterable, Mapping
from statistics import geometric_mean

Rows = Mapping[str, Mapping[str, float]]


def speeds(layers: Mapping[str, Rows], title: str) -> str:
    """Tabulate how many times as fast as torch (without it: as sgemm) each competitor was."""
    names = list(dict.fromkeys(name for rows in layers.values() for name in rows))
    base, unit = ("torch", "torch") if "torch" in names else ("sgemm", "roof")
    names.remove(base)
    body = []
    for layer, rows in layers.items():
        error = rows.get("convbook", {}).get("error")
        body.append([
            layer,
            digits(rows[base]["ms"]),
            *(digits(rows.get(name, {}).get(unit)) for name in names),
            f"{error:.0e}" if error else "",
        ])  # fmt: skip
    means = [mean([rows.get(name, {}).get(unit) for rows in layers.values()]) for name in names]
    table = [[title, f"{base} ms", *names, "error"], *body, ["geometric mean", "", *means, ""]]
    return f"Speed, as a multiple of {base}'s\n{columns(table)}"


def without(layers: Mapping[str, Rows], names: Iterable[str]) -> dict[str, Rows]:
    """Leave some competitors out."""
    return {
        layer: {name: row for name, row in rows.items() if name not in names}
        for layer, rows in layers.items()
    }


def mean(values: list[float | None]) -> str:
    """Write the geometric mean, if every layer has a value."""
    known = [value for value in values if value]
    return digits(geometric_mean(known)) if len(known) == len(values) else ""


def digits(value: float | None) -> str:
    """Write a number with three digits."""
    if value is None:
        return ""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def columns(rows: list[list[str]]) -> str:
    """Align the cells of a table, under heads that may take two lines."""
    heads = [head.partition(" ") for head in rows[0][1:]]
    lines = [["", *(head[0] for head in heads)], [rows[0][0], *(head[2] for head in heads)]]
    table = [*lines, *rows[1:]]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip()
        for row in table
    )
