"""Who promises whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from tocsin.domain.calendars.notation import Zone
from tocsin.domain.contracts.clauses.clause import Check, Clause, Contract, PutContext, Words
from tocsin.domain.values.channels import CHANNEL_WORDS, Channels
from tocsin.domain.values.document import Part
from tocsin.domain.values.faults import Fault
from tocsin.domain.values.identifiers import Slug
from tocsin.domain.values.wording import enumerated

ContractKind = Literal["customer_sla", "ola", "underpinning"]

KINDS: Mapping[ContractKind, str] = {
    "customer_sla": "a service level agreement: what the provider promises the customer",
    "ola": "an operational level agreement: what one team promises another, here called the customer",
    "underpinning": "an underpinning contract: what a vendor promises the provider, here called the customer",
}


class Party(Part):
    """A party to the contract."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    jurisdiction: str | None = None
    registration_number: str | None = None
    segment: str | None = None
    timezone: Zone | None = Field(None, description="for calendars whose zone is that `of: customer`")

    def __str__(self) -> str:
        """The name, and in brackets whatever else is known."""
        more = {
            "jurisdiction": self.jurisdiction,
            "registration number": self.registration_number,
            "segment": self.segment,
            "time zone": self.timezone,
        }
        known = "; ".join(f"{name}: {value}" for name, value in more.items() if value is not None)
        return f"{self.name} ({known})" if known else self.name


class Customer(Party):
    """The party that is promised something."""

    channels: Channels = Field([], description="by which it is told of its tickets")


def _other_id(contract: Contract, put: PutContext) -> Iterator[Fault]:
    if contract.contract_id != put.contract_id:
        yield Fault("contract_id", f"is {contract.contract_id!r}, but the address says {put.contract_id!r}")


class PartiesClause(Clause):
    """What kind of contract it is, and between whom."""

    heading: ClassVar = "Parties"
    checks: ClassVar[Sequence[Check]] = (Check("contract_id", _other_id),)

    contract_id: Slug
    kind: ContractKind = "customer_sla"
    customer: Customer
    provider: Party | None = None

    @staticmethod
    def words(contract: Contract) -> Words:
        yield f"This is {KINDS[contract.kind]}."
        yield f"The customer is {contract.customer}."
        if contract.customer.channels:
            told = [f"{CHANNEL_WORDS[channel.type]} {channel.address}" for channel in contract.customer.channels]
            yield f"The customer is told by {enumerated(told)}."
        if contract.provider:
            yield f"The provider is {contract.provider}."
