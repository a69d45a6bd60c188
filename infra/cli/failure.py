"""What a command says when it cannot do what it was asked to: a sentence, and each fault with its path."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import typer
from typer.core import TyperGroup

from infra.cli.layout import plain
from tocsin.domain.values.faults import Fault, Refused


class Failure(Exception):
    """An expected failure: told to the person at the terminal without a trace, exit code 1."""

    def __init__(self, sentence: str, faults: Iterable[Fault] = ()) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.faults = tuple(faults)

    @classmethod
    def of(cls, refused: Refused, about: str = "") -> Failure:
        """What the project's own code refused; `about` says of what it speaks, a file for example."""
        return cls(f"{about}: {refused.detail}" if about else refused.detail, refused.faults)

    def lines(self) -> list[str]:
        """The sentence, then one line a fault."""
        return [plain(self.sentence), *(f"  {plain(fault.path)}: {plain(fault.message)}" for fault in self.faults)]


class GroupThatExplainsFailures(TyperGroup):
    """The root of the commands: a Failure anywhere below becomes words on stderr and exit code 1."""

    def invoke(self, ctx: Any) -> Any:
        """Runs the command that was asked for."""
        try:
            return super().invoke(ctx)
        except Failure as failure:
            for line in failure.lines():
                typer.echo(line, err=True)
            raise typer.Exit(1) from None
