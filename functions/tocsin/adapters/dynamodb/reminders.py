"""When a contract's dates are to be looked at next, in the due-index, and which reminders have been sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from tocsin.adapters.dynamodb.table import Item, Table, encode, helpdesk_pk, sortable
from tocsin.domain.contracts.reminders import Reminder, SentReminder
from tocsin.domain.values.instants import format_instant, parse_instant

DUE_PARTITION = "REMINDERS"
"""Of the due-index; one is enough, since a contract is looked at a few times a year."""


def due_keys(at: datetime) -> dict[str, str]:
    """The attributes that put the item of a contract's newest version into the due-index."""
    return {"due_shard": DUE_PARTITION, "next_due_at": sortable(at)}


class DynamoReminders:
    """`Reminders` on the one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def due(self, now: datetime) -> Iterator[tuple[str, str]]:
        """See `Reminders.due`."""
        for pk, sk in self._table.due(DUE_PARTITION, "<=", now):
            yield pk.removeprefix("HELPDESK#"), sk.removeprefix("CONTRACT#")

    def sent(self, helpdesk_id: str, contract_id: str) -> list[SentReminder]:
        """See `Reminders.sent`."""
        return [_sent(item) for item in self._table.query(helpdesk_pk(helpdesk_id), f"REMINDER#{contract_id}#")]

    def record(self, helpdesk_id: str, contract_id: str, sent: SentReminder) -> None:
        """See `Reminders.record`."""
        on, kind, about = sent.reminder
        self._table.put(
            {
                "pk": helpdesk_pk(helpdesk_id),
                "sk": f"REMINDER#{contract_id}#{on}#{kind}#{about}",
                "v": 1,
                "on": on.isoformat(),
                "kind": kind,
                "about": about.isoformat(),
                "sent_at": format_instant(sent.sent_at),
                "message_id": sent.message_id,
            }
        )

    def look_again(self, helpdesk_id: str, contract_id: str, version: int, at: datetime | None) -> None:
        """See `Reminders.look_again`."""
        keys = due_keys(at) if at else {}
        in_the_index = "SET due_shard = :due_shard, next_due_at = :next_due_at"
        values = {":version": version, **{f":{name}": value for name, value in keys.items()}}
        client = self._table.client
        try:
            client.update_item(
                TableName=self._table.name,
                Key=encode({"pk": helpdesk_pk(helpdesk_id), "sk": f"CONTRACT#{contract_id}"}),
                UpdateExpression=in_the_index if at else "REMOVE due_shard, next_due_at",
                ConditionExpression="version = :version",
                ExpressionAttributeValues=encode(values),
            )
        except client.exceptions.ConditionalCheckFailedException:
            return  # A newer version has been put, which is looked at anew.


def _sent(item: Item) -> SentReminder:
    reminder = Reminder(date.fromisoformat(item["on"]), item["kind"], date.fromisoformat(item["about"]))
    return SentReminder(reminder, parse_instant(item["sent_at"]), item["message_id"])
