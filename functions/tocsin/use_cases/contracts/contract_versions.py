"""The versions of a contract: which one is in force when, and what each of them changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tocsin.domain.contracts.version import ContractVersion
from tocsin.domain.contracts.versions import changed_holidays, differences
from tocsin.domain.values.faults import Fault, NotFound, bad_cursor
from tocsin.domain.values.instants import format_instant
from tocsin.domain.values.page import Page
from tocsin.ports.contracts import Contracts


def version_in_force(
    helpdesk_id: str, contract_id: str, at: datetime, *, contracts: Contracts
) -> ContractVersion | None:
    """The newest version that is in force at an instant; None where none is yet, or the contract is unknown."""
    found = _newest_first(helpdesk_id, contract_id, contracts)
    return next((version for version in found if version.contract.is_in_force(at)), None)


def version_for_ticket(
    helpdesk_id: str, contract_id: str, opened_at: datetime, *, contracts: Contracts
) -> ContractVersion | Fault:
    """The version under which a ticket is that is opened at an instant; a fault where there is none."""
    version = version_in_force(helpdesk_id, contract_id, opened_at, contracts=contracts)
    if version is None:
        versions = list(_newest_first(helpdesk_id, contract_id, contracts))
        if not versions:
            return Fault("contract_id", f"there is no contract {contract_id!r}; put it first")
        starts = min(each.contract.in_force_from for each in versions if each.contract.in_force_from)
        day = versions[0].contract.day_of(opened_at)
        return Fault("opened_at", f"is {day} there; contract {contract_id!r} is in force from {starts}")
    dates = version.contract.dates
    if dates and version.contract.day_of(opened_at) > dates.measured_until:
        measured = (
            f", and its tickets were measured until {dates.measured_until}"
            if dates.ends_on < dates.measured_until
            else ""
        )
        why = f"contract {contract_id!r} ended on {dates.ends_on}{measured}"
        return Fault("contract_id", f"{why}; put a version with a longer term")
    return version


def list_versions(helpdesk_id: str, contract_id: str, limit: int, cursor: str | None, *, contracts: Contracts) -> Page:
    """The changelog, the newest version first. Raises NotFound for an unknown contract, Invalid for a bad cursor."""
    newest = contracts.get(helpdesk_id, contract_id)
    if newest is None:
        raise NotFound(f"There is no contract {contract_id!r}.")
    if cursor is not None and not re.fullmatch(r"\d{1,9}", cursor, re.ASCII):
        raise bad_cursor()
    # Versions are numbered without a gap, so the cursor is the number of the next one.
    last = min(int(cursor), newest.version) if cursor is not None else newest.version
    numbers = range(last, max(last - limit, 0), -1)
    found = [contracts.get(helpdesk_id, contract_id, number) for number in numbers]
    following = last - len(numbers)
    return Page([_entry(version) for version in found if version is not None], str(following) if following else None)


def changed_by(helpdesk_id: str, version: ContractVersion, *, contracts: Contracts) -> list[dict[str, Any]]:
    """What a version says otherwise than the one before it: `path`, and the value `before` and `after`.

    Null is what is not there. Empty for the first version. Of `public_holidays` in years that both versions know.
    """
    before = contracts.get(helpdesk_id, version.contract.contract_id, version.version - 1)
    if before is None:
        return []
    holidays = changed_holidays(before.public_holidays, version.public_holidays)
    return [each._asdict() for each in (*differences(before.document, version.document), *holidays)]


def _newest_first(helpdesk_id: str, contract_id: str, contracts: Contracts) -> Iterator[ContractVersion]:
    version = contracts.get(helpdesk_id, contract_id)
    while version is not None:
        yield version
        version = contracts.get(helpdesk_id, contract_id, version.version - 1) if version.version > 1 else None


def _entry(version: ContractVersion) -> dict[str, Any]:
    """The fields of a version in a history."""
    revision, starts = version.contract.revision, version.contract.in_force_from
    return {
        "version": version.version,
        "put_at": format_instant(version.put_at),
        "sha256": version.sha256,
        "author": revision.author,
        "approved_by": revision.approved_by,
        "approved_on": revision.approved_on.isoformat() if revision.approved_on else None,
        "in_force_from": starts.isoformat() if starts else None,
        "changes": revision.changes,
    }


def stored_version(helpdesk_id: str, contract_id: str, number: int | None, *, contracts: Contracts) -> ContractVersion:
    """A version of a contract, the newest where no number is given. Raises NotFound where there is none."""
    version = contracts.get(helpdesk_id, contract_id, number)
    if version is None:
        which = f"version {number} of contract" if number else "contract"
        raise NotFound(f"There is no {which} {contract_id!r}.")
    return version
