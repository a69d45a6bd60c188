"""The logs of tickets: append-only events and the head that every append moves, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from tocsin.adapters.dynamodb.cursor import decode_cursor, encode_cursor
from tocsin.adapters.dynamodb.outcomes import last_outcomes, outcome_items, prefixes, uncounted_item
from tocsin.adapters.dynamodb.pages import page_item
from tocsin.adapters.dynamodb.requests import request_item, request_of_item, request_sk
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
from tocsin.adapters.dynamodb.ticket_heads import (
    HEAD,
    WAIT,
    due_shards,
    head_item,
    head_of_item,
    list_start,
    listed_ticket,
    parked_in,
    status_key,
)
from tocsin.domain.reports.outcome import Outcome
from tocsin.domain.tickets import codec
from tocsin.domain.tickets.events import Actor, AnyEvent, Opened
from tocsin.domain.tickets.paging import pages_of
from tocsin.domain.tickets.records import Head, ListedTicket, Parked, Request
from tocsin.domain.tickets.texts import Texts
from tocsin.domain.values.faults import RequestRepeated, SequenceConflict
from tocsin.domain.values.identifiers import TicketKey
from tocsin.domain.values.instants import format_instant

MOST_OCCURRENCES = 100
"""Of the same problem: no contract counts more."""


class DynamoTicketLog:
    """`TicketLog` on the one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def events(self, key: TicketKey) -> list[AnyEvent]:
        """See `TicketLog.events`."""
        return [_event(item) for item in self._table.query(ticket_pk(key), "EVENT#")]

    def page_of_events(self, key: TicketKey, after: int, limit: int) -> tuple[list[AnyEvent], bool]:
        """See `TicketLog.page_of_events`: one page of one query, whatever the length of the log."""
        page = self._table.client.query(
            TableName=self._table.name,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues=encode(
                {":pk": ticket_pk(key), ":first": event_sk(after + 1), ":last": event_sk(after + limit + 1)}
            ),
            ConsistentRead=True,
        )
        found = [_event(decode(item)) for item in page["Items"]]
        return found[:limit], len(found) > limit or "LastEvaluatedKey" in page

    def texts(self, key: TicketKey, sequences: Collection[int]) -> Mapping[int, Texts]:
        """See `TicketLog.texts`."""
        found = {sequence: self._table.get(ticket_pk(key), text_sk(sequence)) for sequence in sequences}
        return {sequence: json.loads(item["texts"]) for sequence, item in found.items() if item is not None}

    def head(self, key: TicketKey) -> tuple[Head, Parked | None] | None:
        """See `TicketLog.head`."""
        items = {item["sk"]: item for item in self._table.query(ticket_pk(key), HEAD)}
        if HEAD not in items:
            return None
        return head_of_item(items[HEAD]), parked_in(items[WAIT]) if WAIT in items else None

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
            actions.append(self._table.put_action(request_item(request), **NEW))
        actions += [self._table.put_action(_event_item(head.key, event), **NEW) for event in events]
        actions += [self._table.put_action(_occurrence_item(head.key, each)) for each in events if _recurs(each)]
        actions += [self._table.put_action(page_item(head.key, each)) for each in pages_of(head.key, events)]
        actions += [self._table.put_action(_text_item(head.key, number, each)) for number, each in texts.items()]
        if outcome is not None:
            actions += map(self._table.put_action, outcome_items(head, outcome))
        if uncounted is not None:
            actions.append(self._table.put_action(uncounted_item(head, uncounted)))
        try:
            self._table.client.transact_write_items(TransactItems=actions)
        except self._table.client.exceptions.TransactionCanceledException as error:
            reasons = [reason.get("Code") for reason in error.response["CancellationReasons"]]
            if request is not None and reasons[1] == "ConditionalCheckFailed":
                raise RequestRepeated(request.idempotency_key) from None
            if {"ConditionalCheckFailed", "TransactionConflict"} & set(reasons):
                raise SequenceConflict(head.key.ticket_id) from None
            raise

    def request(self, helpdesk_id: str, idempotency_key: str) -> Request | None:
        """See `TicketLog.request`."""
        item = self._table.get(helpdesk_pk(helpdesk_id), request_sk(idempotency_key))
        return request_of_item(item, helpdesk_id, idempotency_key) if item else None

    def listed(
        self, helpdesk_id: str, status: str, contract_id: str | None, limit: int, cursor: str | None
    ) -> tuple[list[ListedTicket], str | None]:
        """See `TicketLog.listed`."""
        arguments: dict[str, Any] = {
            "TableName": self._table.name,
            "IndexName": "tickets_by_status",
            "KeyConditionExpression": "status_key = :status",
            "ExpressionAttributeValues": encode({":status": status_key(helpdesk_id, status)}),
            "Limit": limit,
        }
        if contract_id is not None:
            arguments["FilterExpression"] = "contract_id = :contract"
            arguments["ExpressionAttributeValues"][":contract"] = {"S": contract_id}
        if cursor is not None:
            pk, due_key = decode_cursor(cursor, 2)
            if not pk.startswith(f"TICKET#{helpdesk_id}#"):
                raise ValueError("a cursor of another list")
            arguments["ExclusiveStartKey"] = encode(list_start(ticket_key_of(pk), status, due_key))
        page = self._table.client.query(**arguments)
        last = page.get("LastEvaluatedKey")
        following = encode_cursor(last["pk"]["S"], last["due_key"]["S"]) if last else None
        return [listed_ticket(decode(item)) for item in page["Items"]], following

    def occurrences(self, helpdesk_id: str, root: str) -> list[datetime]:
        """See `TicketLog.occurrences`."""
        page = self._table.client.query(
            TableName=self._table.name,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=encode({":pk": f"RECURRENCE#{helpdesk_id}#{root}"}),
            ScanIndexForward=False,
            Limit=MOST_OCCURRENCES,
        )
        return sorted(datetime.fromisoformat(decode(item)["opened_at"]) for item in page["Items"])

    def outcomes(self, helpdesk_id: str, contract_id: str, start: datetime, end: datetime) -> Iterator[Outcome]:
        """See `TicketLog.outcomes`; a query per month."""
        for prefix in prefixes(contract_id, start, end):
            for outcome in last_outcomes(self._table.query(helpdesk_pk(helpdesk_id), prefix)):
                if start <= outcome.resolved_at < end:
                    yield outcome

    def overdue(self, before: datetime) -> Iterator[TicketKey]:
        """See `TicketLog.overdue`; asks every shard."""
        for shard in due_shards():
            yield from (ticket_key_of(pk) for pk, _ in self._table.due(shard, "<", before))

    def _move_head(self, head: Head, expected: int) -> dict[str, Any]:
        """The action of a transaction that puts the head, if the log ends where it is expected to."""
        if not expected:
            return self._table.put_action(head_item(head), **NEW)
        return self._table.put_action(
            head_item(head),
            ConditionExpression="#sequence = :expected",
            ExpressionAttributeNames={"#sequence": "sequence"},
            ExpressionAttributeValues=encode({":expected": expected}),
        )


def event_sk(sequence: int) -> str:
    """The sort key of an event."""
    return f"EVENT#{sequence:06}"


def text_sk(sequence: int) -> str:
    """The sort key of the texts of an event."""
    return f"TEXT#{sequence:06}"


def _event_item(key: TicketKey, event: AnyEvent) -> Item:
    return {
        "pk": ticket_pk(key),
        "sk": event_sk(event.sequence),
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


def _recurs(event: AnyEvent) -> bool:
    return isinstance(event, Opened) and event.recurrence is not None


def _occurrence_item(key: TicketKey, event: AnyEvent) -> Item:
    """That a ticket is about the same as others, found by the one with which it began."""
    root = event.recurrence.root if isinstance(event, Opened) and event.recurrence else ""
    return {
        "pk": f"RECURRENCE#{key.helpdesk_id}#{root}",
        "sk": f"{sortable(event.occurred_at)}#{key.ticket_id}",
        "v": 1,
        "opened_at": format_instant(event.occurred_at),
    }


def _text_item(key: TicketKey, sequence: int, texts: Texts) -> Item:
    """Apart from the event, so that it can be erased."""
    return {"pk": ticket_pk(key), "sk": text_sk(sequence), "v": 1, "texts": to_json(texts)}
