"""Tickets and when they are due: `tocsin.domain.assessment.contract_examples` checks them against the rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from tocsin.domain.calendars.wall_time import instant_in, wall_time
from tocsin.domain.contracts.clauses.clause import Clause, Contract, Words
from tocsin.domain.contracts.selectors import ATTRIBUTES
from tocsin.domain.values.wording import enumerated


class ExamplesClause(Clause):
    """Examples."""

    heading: ClassVar = "Examples"

    examples: Annotated[list[dict[str, str]], Field(max_length=50)] = Field(
        default_factory=list,
        description="tickets and when they are due, checked when the contract is put",
        examples=[[{"priority": "P1", "opened": "Fri 2026-03-27 16:50", "resolution": "Mon 2026-03-30 12:50"}]],
    )

    @staticmethod
    def words(contract: Contract) -> Words:
        if contract.examples:
            yield f"Times are those of {contract.timezone}. Each example has been checked against the rules."
        yield from (_example(contract, example) for example in contract.examples)


def _example(contract: Contract, example: Mapping[str, str]) -> str:
    labels = {metric.name: metric.label for metric in contract.rulebook.metrics}
    opened, *due = (
        (name, wall_time(instant_in(contract.timezone, text), contract.timezone))
        for name, text in sorted(example.items(), key=lambda item: item[0] != "opened")
        if name == "opened" or name in labels
    )
    known = [f"{name.replace('_', ' ')} {example[name]}" for name in ATTRIBUTES if name in example]
    ticket = f"A {example['priority']}" if "priority" in example else "A ticket"
    described = f"{ticket} with {enumerated(known)}" if known else ticket
    owed = enumerated(f"its {labels[name]} by {at}" for name, at in due)
    return f"{described} opened on {opened[1]} must have {owed}."
