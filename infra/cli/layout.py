"""How things look on a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from tocsin.domain.values.instants import parse_instant

NOTHING = "-"

AsJson = Annotated[bool, typer.Option("--json", help="Print the API's own JSON instead.")]


def plain(text: object, width: int = 0) -> str:
    """One line that cannot steer the terminal; at most `width` characters if that is given.

    What customers write ends up here, escape sequences included.
    """
    line = " ".join("".join(each if each.isprintable() or each.isspace() else "�" for each in str(text)).split())
    return f"{line[: width - 1]}…" if 0 < width < len(line) else line


def print_text(text: str) -> None:
    """Lines as they are, but for what could steer the terminal."""
    for line in text.splitlines():
        print("".join(each if each.isprintable() else "�" for each in line))


def utc(instant: str | datetime | None) -> str:
    """`2026-03-27 15:50:00Z`, to the second; `-` for none."""
    if instant is None:
        return NOTHING
    return f"{parse_instant(instant).astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"


def print_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Columns as wide as their longest cell, the last one as it comes."""
    cells = [list(headings), *([NOTHING if cell is None else plain(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def print_fields(fields: Iterable[tuple[str, object]]) -> None:
    """A name and a value a line; what has no value is left out."""
    for name, value in fields:
        if value not in {None, "", NOTHING}:
            print(f"{name:<12} {plain(value)}")


def print_json(document: Any) -> None:
    """Indented, and escaped wherever it is not ASCII."""
    print(json.dumps(document, indent=2))


def words(name: object) -> str:
    """`first_response` as `first response`."""
    return str(name).replace("_", " ")
