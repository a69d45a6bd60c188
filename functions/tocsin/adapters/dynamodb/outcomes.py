"""Outcomes of tickets as items, kept by contract and the month in which the ticket was resolved."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from tocsin.adapters.dynamodb.table import Item, helpdesk_pk, to_json
from tocsin.domain.reports.outcome import Outcome
from tocsin.domain.tickets.codec import read_as, written
from tocsin.domain.tickets.records import Head


def outcome_items(head: Head, outcome: Outcome) -> Iterator[Item]:
    """The outcome, and the mark in another month where the one that it replaces is kept."""
    month, before = _month(outcome.resolved_at), _month(outcome.replaces) if outcome.replaces else None
    yield _mark(head, month) | {"outcome": to_json(written(outcome))}
    if before not in (None, month):
        yield _mark(head, before)


def uncounted_item(head: Head, resolved_at: datetime) -> Item:
    """A mark after the outcome that counts no longer."""
    return _mark(head, _month(resolved_at))


def prefixes(contract_id: str, start: datetime, end: datetime) -> list[str]:
    """What the sort keys of the outcomes of a contract begin with, by month from `start` to before `end`."""
    first, last = start.astimezone(UTC), (end - timedelta(microseconds=1)).astimezone(UTC)
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [f"OUTCOME#{contract_id}#{number // 12:04}-{number % 12 + 1:02}#" for number in numbers]


def last_outcomes(items: Iterable[Item]) -> Iterator[Outcome]:
    """Of the items of a month, the last outcome of each ticket; none where a mark is last."""
    # In the order of their generations, so the last of each ticket stays.
    last = {item["ticket_id"]: item.get("outcome") for item in items}
    return (_outcome(text) for text in last.values() if text is not None)


def _mark(head: Head, month: str | None) -> Item:
    return {
        "pk": helpdesk_pk(head.key.helpdesk_id),
        "sk": f"OUTCOME#{head.contract_id}#{month}#{head.key.ticket_id}#{head.generation:04}",
        "v": 1,
        "ticket_id": head.key.ticket_id,
    }


def _month(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m")


def _outcome(text: str) -> Outcome:
    found: Outcome = read_as(Outcome)(json.loads(text))
    return found
