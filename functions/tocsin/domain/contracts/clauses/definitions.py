"""What words mean in the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from tocsin.domain.contracts.clauses.clause import Clause, Words

if TYPE_CHECKING:
    from tocsin.domain.contracts.contract import Contract


class DefinitionsClause(Clause):
    """Terms and their meanings."""

    heading: ClassVar = "Definitions"

    definitions: Annotated[dict[str, str], Field(max_length=100)] = Field(default_factory=dict)

    @staticmethod
    def words(contract: Contract) -> Words:
        """See `Clause.words`."""
        yield from (f"“{term}”: {meaning}" for term, meaning in contract.definitions.items())
