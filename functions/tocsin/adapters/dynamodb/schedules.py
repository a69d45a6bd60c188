"""Schedules of helpdesks, and their overrides as items of their own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from tocsin.adapters.dynamodb.cursor import decode_cursor, encode_cursor
from tocsin.adapters.dynamodb.shift_notices import AT_ONCE, due_keys
from tocsin.adapters.dynamodb.table import Item, Table, encode, helpdesk_pk, to_json
from tocsin.domain.oncall.override import KeptOverride, TakenBack
from tocsin.domain.oncall.schedule import Schedule
from tocsin.domain.oncall.stored_schedule import StoredSchedule
from tocsin.domain.oncall.timetable import Timetable
from tocsin.domain.values.faults import SequenceConflict
from tocsin.domain.values.instants import format_instant, parse_instant


class DynamoSchedules:
    """`Schedules` on the one table. Whatever changes one of them also writes its revision, under a condition."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, helpdesk_id: str, schedule_id: str) -> StoredSchedule | None:
        """See `Schedules.get`."""
        pk = helpdesk_pk(helpdesk_id)
        item = self._table.get(pk, f"SCHEDULE#{schedule_id}")
        if item is None or "deleted" in item:
            return None
        return _stored(item, self._table.query(pk, f"OVERRIDE#{schedule_id}#"))

    def all(self, helpdesk_id: str) -> Mapping[str, StoredSchedule]:
        """See `Schedules.all`."""
        pk, overrides = helpdesk_pk(helpdesk_id), dict[str, list[Item]]()
        for item in self._table.query(pk, "OVERRIDE#"):
            overrides.setdefault(item["sk"].split("#")[1], []).append(item)
        there = (item for item in self._table.query(pk, "SCHEDULE#") if "deleted" not in item)
        found = {item["sk"].removeprefix("SCHEDULE#"): item for item in there}
        return {schedule_id: _stored(item, overrides.get(schedule_id, ())) for schedule_id, item in found.items()}

    def listed(self, helpdesk_id: str, limit: int, cursor: str | None) -> tuple[list[StoredSchedule], str | None]:
        """See `Schedules.listed`."""
        after = decode_cursor(cursor, 1)[0] if cursor else ""
        rest = [each for schedule_id, each in sorted(self.all(helpdesk_id).items()) if schedule_id > after]
        return rest[:limit], encode_cursor(rest[limit - 1].schedule_id) if len(rest) > limit else None

    def put(self, helpdesk_id: str, schedule_id: str, schedule: Schedule, before: int) -> None:
        """See `Schedules.put`."""
        self._write(schedule_id, self._schedule_action(helpdesk_id, schedule_id, schedule, before))

    def delete(self, helpdesk_id: str, stored: StoredSchedule) -> None:
        """See `Schedules.delete`. The item stays, and says so: no function may delete what is in the table."""
        item = {"pk": helpdesk_pk(helpdesk_id), "sk": f"SCHEDULE#{stored.schedule_id}", "v": 1, "deleted": True}
        condition = {"ConditionExpression": "revision = :before"}
        values = encode({":before": stored.revision})
        action = self._table.put_action(
            {**item, "revision": stored.revision}, **condition, ExpressionAttributeValues=values
        )
        self._write(stored.schedule_id, action)

    def keep(self, helpdesk_id: str, stored: StoredSchedule, override: KeptOverride) -> None:
        """See `Schedules.keep`."""
        schedule_id, schedule = stored.schedule_id, stored.timetable.schedule
        item = {
            "pk": helpdesk_pk(helpdesk_id),
            "sk": f"OVERRIDE#{schedule_id}#{override.override_id}",
            "v": 1,
            "override": to_json(_override_document(override)),
        }
        self._write(
            schedule_id,
            self._schedule_action(helpdesk_id, schedule_id, schedule, stored.revision),
            self._table.put_action(item),
        )

    def _schedule_action(self, helpdesk_id: str, schedule_id: str, schedule: Schedule, before: int) -> dict[str, Any]:
        """What was told of shifts stays, as long as notices are asked for; they are looked at anew then."""
        document = {"v": 1, "revision": before + 1, "document": schedule.model_dump_json(exclude_none=True)}
        looked_at = due_keys(AT_ONCE)
        is_told = schedule.hand_over_notice
        return self._table.update_action(
            {"pk": helpdesk_pk(helpdesk_id), "sk": f"SCHEDULE#{schedule_id}"},
            {**document, **looked_at} if is_told else document,
            ["deleted"] if is_told else ["deleted", "told", *looked_at],
            "revision = :before" if before else "attribute_not_exists(pk) OR attribute_exists(deleted)",
            **({"before": before} if before else {}),
        )

    def _write(self, schedule_id: str, *actions: Any) -> None:
        try:
            self._table.client.transact_write_items(TransactItems=actions)
        except self._table.client.exceptions.TransactionCanceledException as error:
            codes = {reason.get("Code") for reason in error.response["CancellationReasons"]}
            if {"ConditionalCheckFailed", "TransactionConflict"} & codes:
                raise SequenceConflict(schedule_id) from None
            raise


def _stored(item: Item, overrides: Iterable[Item]) -> StoredSchedule:
    schedule = Schedule.model_validate_json(item["document"])
    kept = [_kept(each["sk"].split("#")[2], json.loads(each["override"])) for each in overrides]
    in_order = tuple(sorted(kept, key=lambda each: (each.starts_at, each.made_at)))
    return StoredSchedule(item["sk"].removeprefix("SCHEDULE#"), item["revision"], Timetable(schedule, in_order))


def _override_document(override: KeptOverride) -> dict[str, Any]:
    taken_back = override.taken_back
    return {
        "member_id": override.member_id,
        "starts_at": format_instant(override.starts_at),
        "ends_at": format_instant(override.ends_at),
        "reason": override.reason,
        "by": override.by,
        "made_at": format_instant(override.made_at),
        "taken_back": {"at": format_instant(taken_back.at), "by": taken_back.by} if taken_back else None,
    }


def _kept(override_id: str, document: Mapping[str, Any]) -> KeptOverride:
    taken_back = document["taken_back"]
    return KeptOverride(
        override_id,
        document["member_id"],
        parse_instant(document["starts_at"]),
        parse_instant(document["ends_at"]),
        document["reason"],
        document["by"],
        parse_instant(document["made_at"]),
        TakenBack(parse_instant(taken_back["at"]), taken_back["by"]) if taken_back else None,
    )
