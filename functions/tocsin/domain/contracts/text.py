"""The contract in plain language, from the document by which tickets are measured: the two cannot drift apart."""

from __future__ import annotations

from datetime import datetime

from tocsin.domain.contracts.contract import CLAUSES, Contract
from tocsin.domain.values.instants import format_instant
from tocsin.domain.values.markdown import Section, markdown


def as_markdown(contract: Contract, version: int, put_at: datetime, sha256: str) -> str:
    """The whole text of a version; `sha256` is that of its document."""
    which = f"Contract {contract.contract_id}, version {version}, put at {format_instant(put_at)}."
    origin = "This text is made from the document by which tickets are measured, and leaves nothing of it out."
    title = f"Service level contract with {contract.customer.name}"
    return markdown(title, [f"{which} SHA-256 of its document: {sha256}.", origin], sections(contract))


def sections(contract: Contract) -> list[Section]:
    """Everything that the contract says, clause by clause; a clause of which it says nothing has no section."""
    found = ((clause.heading, tuple(clause.words(contract))) for clause in CLAUSES)
    return [Section(heading, parts) for heading, parts in found if parts]
