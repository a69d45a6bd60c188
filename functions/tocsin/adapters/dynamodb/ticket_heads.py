"""The head of a ticket as an item: what lists and the due-index hold of it, and where its execution is parked."""

from __future__ import annotations

import zlib
from datetime import datetime

from tocsin.adapters.dynamodb.table import Item, helpdesk_pk, sortable, ticket_key_of, ticket_pk
from tocsin.domain.tickets.records import Head, ListedTicket, Parked
from tocsin.domain.values.identifiers import TicketKey
from tocsin.domain.values.instants import format_instant, parse_instant

HEAD = "HEAD"
WAIT = "HEAD#WAIT"
"""Written by `AwaitChange` of the state machine. It begins as the head does, so that one query reads both."""

DUE_SHARDS = 16
"""Partitions of the due-index: one takes 1,000 writes a second
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html, 2026-11)."""

NEVER_DUE = "9999"


def status_key(helpdesk_id: str, status: str) -> str:
    """The partition of a list."""
    return f"{helpdesk_pk(helpdesk_id)}#STATUS#{status}"


def due_shards() -> list[str]:
    """The partitions of the due-index."""
    return [f"DUE#{shard:02}" for shard in range(DUE_SHARDS)]


def head_item(head: Head) -> Item:
    """A ticket of which nothing is due next is last in the list; one with nothing to do is not in the due-index.

    The list is ordered by what is due by contract, and moves when that does; the due-index also by what is to be sent.
    """
    due = sortable(head.next_due_at) if head.next_due_at else NEVER_DUE
    acts_at = sortable(head.acts_at) if head.acts_at else None
    shard = zlib.crc32(head.key.ticket_id.encode()) % DUE_SHARDS
    return {
        "pk": ticket_pk(head.key),
        "sk": HEAD,
        "v": 1,
        "sequence": head.sequence,
        "priority": head.priority,
        "contract_id": head.contract_id,
        "contract_version": head.contract_version,
        "subject": head.subject,
        "opened_at": format_instant(head.opened_at),
        "generation": head.generation,
        "settled": head.settled,
        "status_key": status_key(head.key.helpdesk_id, head.status),
        "due_key": f"{due}#{head.key.ticket_id}",
        "due_shard": due_shards()[shard] if acts_at else None,
        "next_due_at": acts_at,
    }


def head_of_item(item: Item) -> Head:
    """The head again."""
    listed = listed_ticket(item)
    return Head(
        key=listed.key,
        sequence=listed.sequence,
        status=listed.status,
        priority=listed.priority,
        contract_id=listed.contract_id,
        contract_version=listed.contract_version,
        subject=listed.subject,
        opened_at=listed.opened_at,
        next_due_at=listed.next_due_at,
        acts_at=_instant(item.get("next_due_at")),
        generation=item["generation"],
        settled=item["settled"],
    )


def listed_ticket(item: Item) -> ListedTicket:
    """What the index of lists holds of a head."""
    due = item["due_key"].partition("#")[0]
    return ListedTicket(
        key=ticket_key_of(item["pk"]),
        sequence=item["sequence"],
        status=item["status_key"].rpartition("#")[2],
        priority=item["priority"],
        contract_id=item["contract_id"],
        contract_version=item["contract_version"],
        subject=item["subject"],
        opened_at=parse_instant(item["opened_at"]),
        next_due_at=_instant(due if due != NEVER_DUE else None),
    )


def list_start(key: TicketKey, status: str, due_key: str) -> Item:
    """Where a page of a list goes on: the key of the last entry of the page before."""
    return {
        "pk": ticket_pk(key),
        "sk": HEAD,
        "status_key": status_key(key.helpdesk_id, status),
        "due_key": due_key,
    }


def parked_in(item: Item) -> Parked:
    """Where the execution is parked."""
    return Parked(item["task_token"], parse_instant(item["waiting_until"]))


def _instant(text: str | None) -> datetime | None:
    return parse_instant(text) if text else None
