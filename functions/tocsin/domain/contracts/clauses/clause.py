"""What a clause is: some fields of the contract, how they read, and what has to hold between them and others."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar

from tocsin.domain.values.document import Part
from tocsin.domain.values.faults import Fault
from tocsin.domain.values.markdown import TextTable

if TYPE_CHECKING:
    from tocsin.domain.contracts.contract import Contract
else:
    Contract = Any  # It is made of the clauses, so it is there after them; they name it in annotations only.

__all__ = ["Check", "Clause", "Contract", "PutContext", "Words"]

Entry = TypeVar("Entry")

Words = Iterator[str | TextTable]
"""Sentences, and tables in between."""


@dataclass(frozen=True, slots=True)
class PutContext:
    """What is known beside the document when a contract is put."""

    contract_id: str
    """As the address says it."""
    contracts: Collection[str] = ()
    """The contracts that the helpdesk has."""
    previous: Contract | None = None
    """The version before this one."""
    in_force: Contract | None = None
    """The version that tickets get now, which may be an earlier one."""
    kept: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """Of lists that had malformed entries, by name: which entries are left."""

    def numbered(self, name: str, entries: Sequence[Entry]) -> Iterator[tuple[int, Entry]]:
        """The entries of a list of the contract, each with its number in the document."""
        return zip(self.kept.get(name, range(len(entries))), entries, strict=True)


class Check(NamedTuple):
    """Finds faults between fields of a contract; asked only where all fields that it `needs` are well-formed.

    `needs` are names with blanks between them. Of other dicts and lists that have a default, a check
    sees the entries that are well-formed.
    """

    needs: str
    faults: Callable[[Contract, PutContext], Iterator[Fault]]


class Clause(Part):
    """The base of all clauses, of which `Contract` is made."""

    heading: ClassVar[str]
    checks: ClassVar[Sequence[Check]] = ()

    @staticmethod
    def words(contract: Contract) -> Words:
        """What the clause says in plain language; nothing where the contract says nothing of it."""
        raise NotImplementedError
