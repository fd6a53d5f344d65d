"""What the command prints."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import geometric_mean

from benchmarks.competitors import TEXTBOOK
from benchmarks.record import Record

Rows = Mapping[str, Mapping[str, float]]


def report(record: Record) -> str:
    """Write all tables that a record has something for."""
    return "\n\n".join(sections(record))


def sections(record: Record) -> Iterator[str]:
    """Yield one table after the other."""
    for way in ("forward", "backward"):
        for threads, layers in record.get(way, {}).items():
            title = f"{way}, {threads} thread{'s' if threads != '1' else ''}"
            yield speeds(layers, title, [n for n in competitors(layers) if n not in TEXTBOOK])
            climbers = {
                name: rows for name, rows in layers.items() if TEXTBOOK.keys() & rows.keys()
            }
            if climbers:
                yield speeds(climbers, title, ["torch", "sgemm", "convbook", *TEXTBOOK])
    if "memory" in record:
        yield memory(record["memory"])


def competitors(layers: Mapping[str, Rows]) -> list[str]:
    """Return everybody who took part, in order."""
    return list(dict.fromkeys(name for rows in layers.values() for name in rows))


def speeds(layers: Mapping[str, Rows], title: str, names: Sequence[str]) -> str:
    """Tabulate how many times as fast as torch (without it: as sgemm) each competitor was."""
    base, unit = ("torch", "torch") if "torch" in names else ("sgemm", "roof")
    others = [name for name in names if name != base]
    body = [
        [
            layer,
            digits(rows[base]["ms"]),
            *(digits(rows.get(name, {}).get(unit)) for name in others),
            error(rows.get("convbook", {}).get("error")),
        ]
        for layer, rows in layers.items()
    ]
    means = [mean([rows.get(name, {}).get(unit) for rows in layers.values()]) for name in others]
    table = [[title, f"{base} ms", *others, "error"], *body, ["geometric mean", "", *means, ""]]
    return f"Speed, as a multiple of {base}'s\n{columns(table)}"


def memory(layers: Mapping[str, Rows]) -> str:
    """Tabulate what a call holds beside its output."""
    names = competitors(layers)
    body = [
        [layer, *(digits(rows.get(name, {}).get("extra")) for name in names)]
        for layer, rows in layers.items()
    ]
    title = "Memory beyond output and prepared weights, in megabytes"
    return f"{title}\n{columns([['', *names], *body])}"


def mean(values: Sequence[float | None]) -> str:
    """Write the geometric mean, if every layer has a value."""
    known = [value for value in values if value]
    return digits(geometric_mean(known)) if len(known) == len(values) else ""


def digits(value: float | None) -> str:
    """Write a number with three digits."""
    if value is None:
        return ""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def error(value: float | None) -> str:
    """Write an error with one digit."""
    return f"{value:.0e}" if value else ""


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Align the cells of a table, under heads that may take two lines."""
    heads = [head.rpartition(" ") for head in rows[0][1:]]
    lines = [["", *(head[0] for head in heads)], [rows[0][0], *(head[2] for head in heads)]]
    table = [*lines, *rows[1:]]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip()
        for row in table
    )
