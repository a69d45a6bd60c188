"""Headed text and tables as Markdown, in which whatever people have written stays text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_SPECIAL = re.compile(r"[\\`*\[\]<>|~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)")
_BLOCK = re.compile(r"^(?P<number>\d*)(?P<mark>[-+=#.)])")
"""What would begin a heading, a list or a rule."""
_JOINERS = "\u200c\u200d"
"""They belong to words of some scripts, although they are not printed."""


EMPTY_CELL = "–"


@dataclass(frozen=True, slots=True)
class TextTable:
    """Rows of plain text, each as long as `columns`."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Section:
    """Plain sentences, and tables in between."""

    heading: str
    parts: Sequence[str | TextTable]


def markdown(title: str, preamble: Iterable[str], sections: Iterable[Section]) -> str:
    """A document: title, paragraphs, numbered sections with a list item for each sentence."""
    blocks = [f"# {escaped(title)}", *map(escaped, preamble)]
    for number, section in enumerate(sections, start=1):
        blocks.append(f"## {number}. {escaped(section.heading)}")
        blocks += _blocks(section.parts)
    return "\n\n".join(blocks) + "\n"


def _blocks(parts: Sequence[str | TextTable]) -> Iterator[str]:
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
