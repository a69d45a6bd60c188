"""Who was told that they are on call, kept with the schedule, and when to look at it again, in the due-index."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from tocsin.adapters.dynamodb.table import Table, encode, helpdesk_pk, sortable, to_json
from tocsin.domain.oncall.shift_notices import ToldOnCall

DUE_PARTITION = "SHIFTS"
"""Of the due-index; one is enough, since a schedule is looked at when a shift begins or ends."""

AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)


def due_keys(at: datetime) -> dict[str, str]:
    """The attributes that put the item of a schedule into the due-index."""
    return {"due_shard": DUE_PARTITION, "next_due_at": sortable(at)}


class DynamoShiftNotices:
    """`ShiftNotices` on the one table. Putting a schedule writes the same item, and leaves what is kept here."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def due(self, now: datetime) -> Iterator[tuple[str, str]]:
        """See `ShiftNotices.due`."""
        for pk, sk in self._table.due(DUE_PARTITION, "<=", now):
            yield pk.removeprefix("HELPDESK#"), sk.removeprefix("SCHEDULE#")

    def told(self, helpdesk_id: str, schedule_id: str) -> ToldOnCall | None:
        """See `ShiftNotices.told`."""
        item = self._table.get(helpdesk_pk(helpdesk_id), f"SCHEDULE#{schedule_id}")
        if item is None or "told" not in item:
            return None
        told = json.loads(item["told"])
        return ToldOnCall(frozenset(told["members"]), told["sent"])

    def record(self, helpdesk_id: str, schedule_id: str, told: ToldOnCall) -> None:
        """See `ShiftNotices.record`."""
        text = to_json({"members": sorted(told.members), "sent": told.sent})
        values = {":told": text, ":shard": DUE_PARTITION}
        self._update(helpdesk_id, schedule_id, "SET told = :told", "due_shard = :shard", values)

    def look_again(self, helpdesk_id: str, schedule_id: str, revision: int, at: datetime) -> None:
        """See `ShiftNotices.look_again`."""
        values = {":at": sortable(at), ":revision": revision, ":shard": DUE_PARTITION}
        unchanged = "revision = :revision AND due_shard = :shard"
        self._update(helpdesk_id, schedule_id, "SET next_due_at = :at", unchanged, values)

    def _update(self, helpdesk_id: str, schedule_id: str, update: str, condition: str, values: dict[str, Any]) -> None:
        """Nothing happens where the condition does not hold: whoever changed the schedule has it looked at anew."""
        client = self._table.client
        try:
            client.update_item(
                TableName=self._table.name,
                Key=encode({"pk": helpdesk_pk(helpdesk_id), "sk": f"SCHEDULE#{schedule_id}"}),
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeValues=encode(values),
            )
        except client.exceptions.ConditionalCheckFailedException:
            return
