"""Whom to turn to, and by which channels the parties report to each other."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from tocsin.domain.contracts.clauses.clause import Clause, Contract, Words
from tocsin.domain.values.document import Part
from tocsin.domain.values.identifiers import Email, Slug
from tocsin.domain.values.markdown import TextTable

ChannelAddress = Annotated[str, StringConstraints(min_length=1, max_length=300)]
"""Where a channel is: a mail address, a URL, a telephone number, a place."""


class Contact(Part):
    """A person to turn to, of one of the two parties."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    party: Literal["customer", "provider"]
    role: Annotated[str, Field(min_length=1, max_length=200)]
    email: Email | None = None
    phone: Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ()/.-]{2,30}$")] | None = None

    def __str__(self) -> str:
        """Name, role and how to reach them."""
        ways = (("mail", self.email), ("telephone", self.phone))
        reached = "; ".join(f"{way}: {where}" for way, where in ways if where is not None)
        return f"{self.name}, {self.role}{f' ({reached})' if reached else ''}"


class ContactsClause(Clause):
    """Contacts and channels."""

    heading: ClassVar = "Contacts and channels"

    contacts: Annotated[list[Contact], Field(max_length=50)] = Field(default_factory=list)
    channels: Annotated[dict[Slug, ChannelAddress], Field(max_length=20)] = Field(
        default_factory=dict,
        description="by which the parties report to each other, and where each is; the names of a ticket's `channel`",
        examples=[{"email": "support@provider.example", "phone": "+49 89 1234567"}],
    )

    @staticmethod
    def words(contract: Contract) -> Words:
        for contact in contract.contacts:
            yield f"For the {contact.party}: {contact}."
        if contract.channels:
            yield (
                "The parties have agreed to report to each other by these channels; "
                "a ticket that comes by another one is served all the same:"
            )
            yield TextTable(["Channel", "Where"], [*contract.channels.items()])
