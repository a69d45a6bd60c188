"""Mailboxes of topics: when the next message may go out, what waits for it, and what has gone out.

An item `WINDOW` per topic decides by conditional writes who sends. An item per notice waits, and is replaced by one
that says with which message it went out. `free_at` is when a message may go out at once; while something waits it is
never, so that nothing overtakes what waits.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from tocsin.adapters.dynamodb.table import Item, Table, decode, encode, sortable, to_json
from tocsin.domain.notices.mailbox import MOST_ABOUT_ONE_TICKET, WINDOW, Entry, Waiting
from tocsin.domain.notices.notice import Audience, NoticeKind, Receipt
from tocsin.domain.values.instants import parse_instant

NEVER = "9999"

KEPT_AFTER_SENDING = timedelta(days=7)
"""Long enough for an execution in trouble to learn that its notice has gone out."""

MOST_WRITES = 25
"""Of one batch (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html, 2026-11)."""


class DynamoMailboxes:
    """`Mailboxes` on the one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def admits(self, topic: str, about: str, now: datetime) -> bool:
        """See `Mailboxes.admits`; one write where nothing was said for a minute."""
        opened = self._change(
            topic,
            "SET closes_at = :end, free_at = :end, about = :about, messages = :one",
            "attribute_not_exists(free_at) OR free_at <= :now",
            {":end": sortable(now + WINDOW), ":now": sortable(now), ":about": about, ":one": 1},
        )
        return opened or self._change(
            topic,
            "SET messages = messages + :one",
            "about = :about AND messages < :most AND free_at > :now AND free_at < :never",
            {":about": about, ":one": 1, ":most": MOST_ABOUT_ONE_TICKET, ":now": sortable(now), ":never": NEVER},
        )

    def not_sent(self, topic: str) -> None:
        """See `Mailboxes.not_sent`."""
        self._change(topic, "SET messages = messages - :one", "attribute_exists(pk)", {":one": 1})

    def leave(self, topic: str, entry: Entry) -> Waiting:
        """See `Mailboxes.leave`. The entry first: whoever empties the mailbox between the two writes sends it."""
        self._table.put(_entry_item(topic, entry))
        window = self._shut(topic)
        # There is a window, since it was in the way.
        return Waiting(parse_instant(window["closes_at"]), first=window["free_at"] != NEVER)

    def claim(self, topic: str, now: datetime) -> datetime | None:
        """See `Mailboxes.claim`. The message that is about to be sent opens the next window."""
        claimed = self._change(
            topic,
            "SET closes_at = :end, free_at = :end, messages = :most",
            "attribute_not_exists(closes_at) OR closes_at <= :now",
            {":end": sortable(now + WINDOW), ":now": sortable(now), ":most": MOST_ABOUT_ONE_TICKET},
        )
        window = None if claimed else self._table.get(_pk(topic), "WINDOW")
        return parse_instant(window["closes_at"]) if window else None

    def not_emptied(self, topic: str, now: datetime) -> None:
        """See `Mailboxes.not_emptied`."""
        values = {":now": sortable(now), ":never": NEVER}
        self._change(topic, "SET closes_at = :now, free_at = :never", "attribute_exists(pk)", values)

    def waiting(self, topic: str) -> list[Entry]:
        """See `Mailboxes.waiting`."""
        return [_entry(item) for item in self._table.query(_pk(topic), "WAITING#")]

    def carried(self, topic: str, receipts: Iterable[Receipt], now: datetime) -> None:
        """See `Mailboxes.carried`."""
        expires_at = int((now + KEPT_AFTER_SENDING).timestamp())
        writes: list[Any] = []
        for receipt in receipts:
            writes.append({"PutRequest": {"Item": encode(_sent_item(topic, receipt, expires_at))}})
            writes.append({"DeleteRequest": {"Key": encode({"pk": _pk(topic), "sk": f"WAITING#{receipt.notice_id}"})}})
        while writes:
            some, writes = writes[:MOST_WRITES], writes[MOST_WRITES:]
            answer = self._table.client.batch_write_item(RequestItems={self._table.name: some})
            writes += answer.get("UnprocessedItems", {}).get(self._table.name, [])

    def shut(self, topic: str) -> None:
        """See `Mailboxes.shut`."""
        self._shut(topic)

    def receipt(self, topic: str, notice_id: str) -> Receipt | None:
        """See `Mailboxes.receipt`."""
        item = self._table.get(_pk(topic), f"SENT#{notice_id}")
        return Receipt(notice_id, item["message_id"], item.get("digest_of")) if item else None

    def _shut(self, topic: str) -> Item:
        """The window as it was before."""
        answer = self._table.client.update_item(
            TableName=self._table.name,
            Key=_window_key(topic),
            UpdateExpression="SET free_at = :never",
            ExpressionAttributeValues=encode({":never": NEVER}),
            ReturnValues="ALL_OLD",
        )
        return decode(answer.get("Attributes", {}))

    def _change(self, topic: str, change: str, condition: str, values: Mapping[str, Any]) -> bool:
        """Whether the window was changed, which it is if the condition holds."""
        try:
            self._table.client.update_item(
                TableName=self._table.name,
                Key=_window_key(topic),
                UpdateExpression=change,
                ConditionExpression=condition,
                ExpressionAttributeValues=encode(values),
            )
        except self._table.client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def _pk(topic: str) -> str:
    return f"TOPIC#{topic}"


def _window_key(topic: str) -> dict[str, Any]:
    return encode({"pk": _pk(topic), "sk": "WINDOW"})


def _sent_item(topic: str, receipt: Receipt, expires_at: int) -> Item:
    return {
        "pk": _pk(topic),
        "sk": f"SENT#{receipt.notice_id}",
        "v": 1,
        "message_id": receipt.message_id,
        "digest_of": receipt.digest_of,
        "expires_at": expires_at,
    }


def _entry_item(topic: str, entry: Entry) -> Item:
    return {
        "pk": _pk(topic),
        "sk": f"WAITING#{entry.notice_id}",
        "v": 1,
        "ticket_id": entry.ticket_id,
        "kind": entry.kind.value,
        "audience": entry.audience.value,
        "posted_at": sortable(entry.posted_at),
        "subject": entry.subject,
        "email": entry.email,
        "link": entry.link,
        "data": to_json(entry.data),
    }


def _entry(item: Item) -> Entry:
    return Entry(
        notice_id=item["sk"].removeprefix("WAITING#"),
        ticket_id=item["ticket_id"],
        kind=NoticeKind.of(item["kind"]),
        audience=Audience(item["audience"]),
        posted_at=parse_instant(item["posted_at"]),
        subject=item["subject"],
        email=item["email"],
        link=item.get("link"),
        data=json.loads(item["data"]),
    )
