"""What words mean in the contract."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from tocsin.domain.contracts.clauses.clause import Clause, Contract, Words


class DefinitionsClause(Clause):
    """Terms and their meanings."""

    heading: ClassVar = "Definitions"

    definitions: Annotated[dict[str, str], Field(max_length=100)] = Field(default_factory=dict)

    @staticmethod
    def words(contract: Contract) -> Words:
        yield from (f"“{term}”: {meaning}" for term, meaning in contract.definitions.items())
