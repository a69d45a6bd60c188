"""The contracts behind this one: in which a vendor or a team promises its time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from tocsin.domain.contracts.clauses.clause import Check, Clause, Contract, PutContext, Words
from tocsin.domain.values.faults import Fault
from tocsin.domain.values.identifiers import SLUG, Slug

_HOLDER = re.compile(r"vendor|tier (?P<number>[1-9])", re.ASCII)


def backing_contracts(backed_by: object) -> set[str]:
    """Of `backed_by` as it was sent, the contracts that back the time of somebody who could have a ticket."""
    named = backed_by.items() if isinstance(backed_by, Mapping) else ()
    backing = [each for holder, each in named if _HOLDER.fullmatch(str(holder))]
    return {each for each in backing if isinstance(each, str) and re.fullmatch(SLUG, each)}


def _impossible_backing(contract: Contract, put: PutContext) -> Iterator[Fault]:
    tiers, missing = len(contract.escalation.tiers), backing_contracts(contract.backed_by) - {*put.contracts}
    for holder, backing in contract.backed_by.items():
        path, tier = f"backed_by.{holder}", _HOLDER.fullmatch(holder)
        if tier is None:
            yield Fault(path, f"is nobody who could have a ticket; write vendor, or a tier from tier 1 to tier {tiers}")
        elif tier["number"] and int(tier["number"]) > tiers:
            yield Fault(path, f"does not exist; the escalation has {tiers} tiers")
        if backing == put.contract_id:
            yield Fault(path, "is this very contract")
        elif backing in missing:
            yield Fault(path, f"there is no contract {backing!r}; put it first")


class BackingClause(Clause):
    """Operational level agreements and underpinning contracts."""

    heading: ClassVar = "Contracts behind this one"
    checks: ClassVar[Sequence[Check]] = (Check("escalation", _impossible_backing),)

    backed_by: Annotated[dict[str, Slug], Field(max_length=10)] = Field(
        default_factory=dict,
        description="`vendor`, or a tier such as `tier 2`, to the contract in which they promise us their time",
        examples=[{"vendor": "acme-cloud", "tier 2": "engineering-ola"}],
    )

    @staticmethod
    def words(contract: Contract) -> Words:
        for holder, backing in contract.backed_by.items():
            who = "a vendor" if holder == "vendor" else holder
            yield f"While {who} has a ticket, the contract {backing} says what they promise in turn."
