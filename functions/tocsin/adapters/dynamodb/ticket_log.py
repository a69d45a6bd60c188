"""The logs of tickets: append-only events and the head that every append moves, in one transaction."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from tocsin.adapters.dynamodb.cursor import decode_cursor, encode_cursor
from tocsin.adapters.dynamodb.table import (
    NEW,
    Item,
    Table,
    decode,
    encode,
    helpdesk_pk,
    sortable,
    ticket_key_of,
    ticket_pk,
    to_json,
)
from tocsin.domain.reports.outcome import Outcome
from tocsin.domain.tickets import codec
from tocsin.domain.tickets.events import Actor, AnyEvent
from tocsin.domain.tickets.records import Head, Request, TicketRecord
from tocsin.domain.tickets.texts import Texts
from tocsin.domain.values.faults import RequestRepeated, SequenceConflict
from tocsin.domain.values.identifiers import TicketKey
from tocsin.domain.values.instants import format_instant, parse_instant

DUE_SHARDS = 16
"""Partitions of the due-index: one takes 1,000 writes a second
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html, 2026-11)."""

TEXT_VERSION = 1
NEVER_DUE = "9999"
REQUESTS_KEPT = timedelta(days=10)
"""Helpdesks redeliver webhooks for up to eight days."""


class DynamoTicketLog:
    """`TicketLog` on the one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load(self, key: TicketKey) -> TicketRecord | None:
        """See `TicketLog.load`: one query, since head and events share a partition."""
        items = list(self._table.query(ticket_pk(key), up_to="HEAD"))
        if not items:
            return None
        head = next(item for item in items if item["sk"] == "HEAD")
        events = [_event(item) for item in items if item["sk"] != "HEAD"]
        waiting_until = head.get("waiting_until")
        return TicketRecord(events, head.get("task_token"), parse_instant(waiting_until) if waiting_until else None)

    def append(
        self,
        head: Head,
        events: Sequence[AnyEvent],
        request: Request | None = None,
        outcome: Outcome | None = None,
        uncounted: datetime | None = None,
        texts: Mapping[int, Texts] = MappingProxyType({}),
    ) -> None:
        """See `TicketLog.append`."""
        actions: list[Any] = [self._move_head(head, events[0].sequence - 1)]
        if request is not None:
            actions.append(self._table.put_action(_request_item(request), **NEW))
        actions += [self._table.put_action(_event_item(head.key, event), **NEW) for event in events]
        actions += [self._table.put_action(_text_item(head.key, number, each)) for number, each in texts.items()]
        if outcome is not None:
            actions += map(self._table.put_action, _outcome_items(head, outcome))
        if uncounted is not None:
            actions.append(self._table.put_action(_outcome_key(head, _month(uncounted))))
        try:
            self._table.client.transact_write_items(TransactItems=actions)
        except self._table.client.exceptions.TransactionCanceledException as error:
            reasons = [reason.get("Code") for reason in error.response["CancellationReasons"]]
            if request is not None and reasons[1] == "ConditionalCheckFailed":
                raise RequestRepeated(request.idempotency_key) from None
            if {"ConditionalCheckFailed", "TransactionConflict"} & set(reasons):
                raise SequenceConflict(head.key.ticket_id) from None
            raise

    def texts(self, key: TicketKey, sequences: Collection[int]) -> Mapping[int, Texts]:
        """See `TicketLog.texts`."""
        found = {sequence: self._table.get(ticket_pk(key), _text_sk(sequence)) for sequence in sequences}
        return {sequence: json.loads(item["texts"]) for sequence, item in found.items() if item is not None}

    def request(self, helpdesk_id: str, idempotency_key: str) -> Request | None:
        """See `TicketLog.request`."""
        item = self._table.get(helpdesk_pk(helpdesk_id), _request_sk(idempotency_key))
        if item is None:
            return None
        answer, recorded_at = json.loads(item["answer"]), parse_instant(item["recorded_at"])
        return Request(helpdesk_id, idempotency_key, item["fingerprint"], answer, recorded_at)

    def listed(
        self, helpdesk_id: str, status: str, contract_id: str | None, limit: int, cursor: str | None
    ) -> tuple[list[Head], str | None]:
        """See `TicketLog.listed`."""
        status_key = _status_key(helpdesk_id, status)
        arguments: dict[str, Any] = {
            "TableName": self._table.name,
            "IndexName": "tickets_by_status",
            "KeyConditionExpression": "status_key = :status",
            "ExpressionAttributeValues": {":status": {"S": status_key}},
            "Limit": limit,
        }
        if contract_id is not None:
            arguments["FilterExpression"] = "contract_id = :contract"
            arguments["ExpressionAttributeValues"][":contract"] = {"S": contract_id}
        if cursor is not None:
            pk, due_key = decode_cursor(cursor, 2)
            if not pk.startswith(f"TICKET#{helpdesk_id}#"):
                raise ValueError("a cursor of another list")
            start = {"pk": pk, "sk": "HEAD", "status_key": status_key, "due_key": due_key}
            arguments["ExclusiveStartKey"] = encode(start)
        page = self._table.client.query(**arguments)
        last = page.get("LastEvaluatedKey")
        following = encode_cursor(last["pk"]["S"], last["due_key"]["S"]) if last else None
        return [_head(decode(item)) for item in page["Items"]], following

    def outcomes(self, helpdesk_id: str, contract_id: str, start: datetime, end: datetime) -> Iterator[Outcome]:
        """See `TicketLog.outcomes`; a query a month."""
        for month in _months(start, end):
            items = self._table.query(helpdesk_pk(helpdesk_id), f"OUTCOME#{contract_id}#{month}#")
            # In the order of their generations, so the last of each ticket stays.
            last = {item["ticket_id"]: item.get("outcome") for item in items}
            found = (_outcome(json.loads(text)) for text in last.values() if text is not None)
            yield from (outcome for outcome in found if start <= outcome.resolved_at < end)

    def overdue(self, before: datetime) -> Iterator[TicketKey]:
        """See `TicketLog.overdue`; asks every shard."""
        for shard in range(DUE_SHARDS):
            yield from (ticket_key_of(pk) for pk, _ in self._table.due(f"DUE#{shard:02}", "<", before))

    def _move_head(self, head: Head, expected: int) -> dict[str, Any]:
        values = _head_values(head)
        names = {f"#{name}": name for name in values}
        update = "SET " + ", ".join(f"#{name} = :{name}" for name in values)
        if head.next_due_at is None:
            # Out of the due-index, which only holds what something will happen to.
            update += " REMOVE due_shard, next_due_at"
        if expected:
            condition, check = "#sequence = :expected", {":expected": expected}
        else:
            condition, check = "attribute_not_exists(pk)", {}
        return {
            "Update": {
                "TableName": self._table.name,
                "Key": encode({"pk": ticket_pk(head.key), "sk": "HEAD"}),
                "UpdateExpression": update,
                "ConditionExpression": condition,
                "ExpressionAttributeNames": names,
                "ExpressionAttributeValues": encode({**{f":{name}": v for name, v in values.items()}, **check}),
            }
        }


def _status_key(helpdesk_id: str, status: str) -> str:
    return f"{helpdesk_pk(helpdesk_id)}#STATUS#{status}"


def _head_values(head: Head) -> Item:
    due = sortable(head.next_due_at) if head.next_due_at else None
    values = {
        "sequence": head.sequence,
        "status": head.status,
        "priority": head.priority,
        "contract_id": head.contract_id,
        "contract_version": head.contract_version,
        "subject": head.subject,
        "opened_at": format_instant(head.opened_at),
        "generation": head.generation,
        "status_key": _status_key(head.key.helpdesk_id, head.status),
        "due_key": f"{due or NEVER_DUE}#{head.key.ticket_id}",
    }
    if due is not None:
        shard = zlib.crc32(head.key.ticket_id.encode()) % DUE_SHARDS
        values |= {"due_shard": f"DUE#{shard:02}", "next_due_at": due}
    return values


def _head(item: Item) -> Head:
    due = item.get("next_due_at")
    return Head(
        key=ticket_key_of(item["pk"]),
        sequence=item["sequence"],
        status=item["status"],
        priority=item["priority"],
        contract_id=item["contract_id"],
        contract_version=item["contract_version"],
        subject=item["subject"],
        opened_at=parse_instant(item["opened_at"]),
        generation=item["generation"],
        next_due_at=parse_instant(due) if due else None,
    )


def _event_item(key: TicketKey, event: AnyEvent) -> Item:
    return {
        "pk": ticket_pk(key),
        "sk": f"EVENT#{event.sequence:06}",
        "v": codec.VERSION,
        "sequence": event.sequence,
        "type": codec.type_of(event),
        "occurred_at": format_instant(event.occurred_at),
        "recorded_at": format_instant(event.recorded_at),
        "actor_kind": event.actor.kind,
        "actor_id": event.actor.id,
        "details": to_json(codec.details_of(event)),
        # The stream's filter looks for it: what only the execution itself needs to know wakes nobody.
        "wakes": True if event.wakes else None,
    }


def _event(item: Item) -> AnyEvent:
    return codec.event_of(
        codec.StoredEvent(
            type=item["type"],
            sequence=item["sequence"],
            occurred_at=datetime.fromisoformat(item["occurred_at"]),
            recorded_at=datetime.fromisoformat(item["recorded_at"]),
            actor=Actor(item["actor_kind"], item["actor_id"]),
            details=json.loads(item["details"]),
        )
    )


def _text_sk(sequence: int) -> str:
    return f"TEXT#{sequence:06}"


def _text_item(key: TicketKey, sequence: int, texts: Texts) -> Item:
    """Apart from the event, so that it can be erased."""
    return {"pk": ticket_pk(key), "sk": _text_sk(sequence), "v": TEXT_VERSION, "texts": to_json(texts)}


def _request_sk(idempotency_key: str) -> str:
    return f"REQUEST#{hashlib.sha256(idempotency_key.encode()).hexdigest()}"


def _request_item(request: Request) -> Item:
    return {
        "pk": helpdesk_pk(request.helpdesk_id),
        "sk": _request_sk(request.idempotency_key),
        "fingerprint": request.fingerprint,
        "answer": to_json(request.answer),
        "recorded_at": format_instant(request.recorded_at),
        "expires_at": int((request.recorded_at + REQUESTS_KEPT).timestamp()),
    }


def _outcome_items(head: Head, outcome: Outcome) -> Iterator[Item]:
    month, before = _month(outcome.resolved_at), _month(outcome.replaces) if outcome.replaces else None
    yield _outcome_key(head, month) | {"outcome": to_json(codec.written(outcome))}
    if before not in (None, month):
        # The ticket counts there no longer: a mark instead of an outcome, after the one that it replaces.
        yield _outcome_key(head, before)


def _outcome_key(head: Head, month: str | None) -> Item:
    return {
        "pk": helpdesk_pk(head.key.helpdesk_id),
        "sk": f"OUTCOME#{head.contract_id}#{month}#{head.key.ticket_id}#{head.generation:04}",
        "ticket_id": head.key.ticket_id,
    }


def _month(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m")


def _months(start: datetime, end: datetime) -> list[str]:
    first, last = start.astimezone(UTC), (end - timedelta(microseconds=1)).astimezone(UTC)
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in numbers]


_outcome: Callable[[Mapping[str, Any]], Outcome] = codec.read_as(Outcome)
