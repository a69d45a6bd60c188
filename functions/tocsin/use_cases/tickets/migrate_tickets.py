"""Migrate tickets to another version of their contract: each by a recorded event, a page of them at a time."""

from __future__ import annotations

from typing import Any

from tocsin.domain.tickets.commands import ContractChanged, MigrateTickets
from tocsin.domain.tickets.records import ListedTicket
from tocsin.domain.values.faults import Conflict, Fault, Invalid, NotFound, bad_cursor
from tocsin.ports.clock import Clock
from tocsin.ports.contracts import Contracts
from tocsin.ports.oncall import Teams
from tocsin.ports.tickets import TicketLog
from tocsin.use_cases.contracts.contract_versions import version_in_force
from tocsin.use_cases.tickets.record_event import record_event

RUNNING = ("open", "pending", "resolved")
"""Statuses in which something of a ticket may still run; of a resolved one its review."""


def migrate_tickets(
    helpdesk_id: str,
    contract_id: str,
    command: MigrateTickets,
    limit: int,
    cursor: str | None,
    *,
    log: TicketLog,
    contracts: Contracts,
    teams: Teams,
    clock: Clock,
) -> dict[str, Any]:
    """Move a page of the contract's tickets that are not over for good, those that wait for somebody included.

    Answers the version, which tickets have moved, which could not and why, which it does not affect and why (nothing of
    them runs any more, or they are there already), and the cursor to the rest. Tickets that
    move change their place in the lists, so a whole pass that moves none is what tells that all have. Raises NotFound
    for an unknown contract, Invalid for an unknown version or a bad cursor.
    """
    if command.contract_version is None:
        version = version_in_force(helpdesk_id, contract_id, clock.now(), contracts=contracts)
        missing = "is required: no version is in force yet"
    else:
        version = contracts.get(helpdesk_id, contract_id, command.contract_version)
        missing = f"contract {contract_id!r} has no version {command.contract_version}"
    if version is None and contracts.get(helpdesk_id, contract_id) is not None:
        raise Invalid([Fault("contract_version", missing)])
    if version is None:
        raise NotFound(f"There is no contract {contract_id!r}.")
    status, _, rest = (f"{RUNNING[0]}:" if cursor is None else cursor).partition(":")
    if status not in RUNNING:
        raise bad_cursor()
    try:
        heads, following = log.listed(helpdesk_id, status, contract_id, limit, rest or None)
    except ValueError:
        raise bad_cursor() from None
    migrated, refused, unaffected = [], [], []
    for head in heads:
        if why := _unaffected(head, version.version):
            unaffected.append({"ticket_id": head.key.ticket_id, "why": why})
            continue
        change = ContractChanged(
            type="contract_changed",
            contract_version=version.version,
            mode=command.mode,
            reason=command.reason,
            actor=command.actor,
        )
        try:
            record_event(head.key, change, log=log, contracts=contracts, teams=teams, clock=clock)
        except (Conflict, Invalid) as error:
            refused.append({"ticket_id": head.key.ticket_id, "why": _why(error)})
        else:
            migrated.append(head.key.ticket_id)
    return {
        "contract_id": contract_id,
        "contract_version": version.version,
        "migrated": migrated,
        "refused": refused,
        "unaffected": unaffected,
        "next_cursor": _next(status, following),
    }


def _unaffected(head: ListedTicket, version: int) -> str | None:
    """Why a ticket need not move. One that waits has no timer, but it will go on."""
    if head.contract_version == version:
        return "is under that version already"
    if head.status == "resolved" and head.next_due_at is None:
        return "is resolved, and nothing of it is left to run"
    return None


def _why(error: Conflict | Invalid) -> str:
    return "; ".join(fault.message for fault in error.faults) or error.detail


def _next(status: str, following: str | None) -> str | None:
    """Which list the next page is of, and the cursor within it."""
    if following is not None:
        return f"{status}:{following}"
    rest = RUNNING[RUNNING.index(status) + 1 :]
    return f"{rest[0]}:" if rest else None
