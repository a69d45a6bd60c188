"""Who signs the contract."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from tocsin.domain.calendars.notation import Day
from tocsin.domain.contracts.clauses.clause import Clause, Contract, Words
from tocsin.domain.values.document import Part


class Signatory(Part):
    """Who signs, for which party."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    party: str
    signed_on: Day | None = None


class SignaturesClause(Clause):
    """Signatures."""

    heading: ClassVar = "Signatures"

    signatories: Annotated[list[Signatory], Field(max_length=20)] = Field(default_factory=list)

    @staticmethod
    def words(contract: Contract) -> Words:
        for signatory in contract.signatories:
            signed = f", on {signatory.signed_on}" if signatory.signed_on else ""
            yield f"{signatory.name}, for {signatory.party}{signed}."
