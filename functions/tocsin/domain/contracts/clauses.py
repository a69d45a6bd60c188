"""Clauses: headed text and tables, and the Markdown of them, in which whatever people have written stays text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_SPECIAL = re.compile(r"[\\`*\[\]<>|~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)")
_BLOCK = re.compile(r"^(?P<number>\d*)(?P<mark>[-+=#.)])")
"""What would begin a heading, a list or a rule."""
_JOINERS = "\u200c\u200d"
"""They belong to words of some scripts, although they are not printed."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of plain text, each as long as `columns`."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Clause:
    """Plain sentences, and tables in between."""

    heading: str
    parts: Sequence[str | Table]


def markdown(title: str, preamble: Iterable[str], clauses: Iterable[Clause]) -> str:
    """A document: title, paragraphs, numbered clauses with a list item for each sentence."""
    blocks = [f"# {escaped(title)}", *map(escaped, preamble)]
    for number, clause in enumerate(clauses, start=1):
        blocks.append(f"## {number}. {escaped(clause.heading)}")
        blocks += _blocks(clause.parts)
    return "\n\n".join(blocks) + "\n"


def _blocks(parts: Sequence[str | Table]) -> Iterator[str]:
    sentences: list[str] = []
    for part in parts:
        if isinstance(part, str):
            sentences.append(f"- {escaped(part)}")
            continue
        if sentences:
            yield "\n".join(sentences)
        sentences = []
        yield "\n".join([_row(part.columns), "|---" * len(part.columns) + "|", *map(_row, part.rows)])
    if sentences:
        yield "\n".join(sentences)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(escaped, cells))} |"


def escaped(text: str) -> str:
    """One line of Markdown that reads as the text does: no markup, no HTML, no invisible characters."""
    line = " ".join("".join(c if c.isprintable() or c.isspace() or c in _JOINERS else "�" for c in text).split())
    return _BLOCK.sub(r"\g<number>\\\g<mark>", _SPECIAL.sub(r"\\\g<0>", line))
