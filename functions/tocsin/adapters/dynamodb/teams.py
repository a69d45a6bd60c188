"""Teams of helpdesks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from tocsin.adapters.dynamodb.pages import DynamoPageLog
from tocsin.adapters.dynamodb.schedules import DynamoSchedules
from tocsin.adapters.dynamodb.table import Item, Table, encode, helpdesk_pk, sortable, to_json
from tocsin.domain.oncall.pages import counted
from tocsin.domain.oncall.people import team_of_member, team_of_schedule
from tocsin.domain.oncall.stored_schedule import StoredSchedule
from tocsin.domain.oncall.team import Team
from tocsin.domain.oncall.turns import RoundRobin
from tocsin.domain.values.reaching import Undelivered
from tocsin.domain.values.references import KnownNames
from tocsin.domain.values.target import Target, TargetKind

DUE_PARTITION = "TEAMS"

TEAM, MEMBER = "TEAM#", "MEMBER#"
"""Of the due-index; one is enough, since a team is looked at once an hour."""

AT_ONCE, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class DynamoTeams:
    """`Teams` on the one table."""

    def __init__(self, table: Table) -> None:
        self._table, self._schedules, self._pages = table, DynamoSchedules(table), DynamoPageLog(table)

    def get(self, helpdesk_id: str, team_id: str) -> Team | None:
        """See `Teams.get`."""
        item = self._item(helpdesk_id, _sk(team_id))
        if item is None:
            return None
        team = _team(item)
        people = {each: self._item(helpdesk_id, f"{MEMBER}{each}") for each in team.named}
        found = team.with_people({each: _team(found) for each, found in people.items() if found})
        return self._scheduled(helpdesk_id, team_id, found, {})

    def whom(self, helpdesk_id: str, target: Target) -> Team | None:
        """See `Teams.whom`; a team is one read, for others all teams are asked who these people are."""
        if target.kind is TargetKind.TEAM:
            return self.get(helpdesk_id, target.name)
        teams = self._all(helpdesk_id).values()
        if target.kind is TargetKind.MEMBER:
            return team_of_member(target.name, teams)
        stored = self._schedules.get(helpdesk_id, target.name)
        return team_of_schedule(target.name, stored.timetable, teams) if stored else None

    def known(self, helpdesk_id: str) -> KnownNames:
        """See `Teams.known`."""
        teams = self._all(helpdesk_id)
        return {
            "team": [team_id for team_id in teams if Target(team_id).kind is TargetKind.TEAM],
            "schedule": self._schedules.all(helpdesk_id).keys(),
            "member": {member_id for team in teams.values() for member_id in team.member_ids},
        }

    def all(self, helpdesk_id: str) -> Mapping[str, Team]:
        """See `Teams.all`."""
        known: dict[str, StoredSchedule | None] = {}
        return {name: self._scheduled(helpdesk_id, name, team, known) for name, team in self._all(helpdesk_id).items()}

    def _all(self, helpdesk_id: str) -> dict[str, Team]:
        """Teams with their people, and people, without anybody's schedule."""
        people = {item["sk"].removeprefix(MEMBER): _team(item) for item in self._items(helpdesk_id, MEMBER)}
        teams = {item["sk"].removeprefix(TEAM): _team(item) for item in self._items(helpdesk_id, TEAM)}
        return {
            **{team_id: team.with_people(people) if team.named else team for team_id, team in teams.items()},
            **{Target.of(TargetKind.MEMBER, member_id): team for member_id, team in people.items()},
        }

    def put(self, helpdesk_id: str, team_id: str, team: Team) -> bool:
        """See `Teams.put`; the whole item is replaced, and what was found of it with it."""
        before = self._item(helpdesk_id, _sk(team_id))
        document = team.model_dump_json(by_alias=True)
        key = {"pk": helpdesk_pk(helpdesk_id), "sk": _sk(team_id), "v": 1}
        self._table.put({**key, "document": document, "due_shard": DUE_PARTITION, "next_due_at": sortable(AT_ONCE)})
        return before is None

    def delete(self, helpdesk_id: str, team_id: str) -> None:
        """See `Teams.delete`. The item stays, and says so: no function may delete what is in the table."""
        self._table.put({"pk": helpdesk_pk(helpdesk_id), "sk": _sk(team_id), "v": 1, "deleted": True})

    def to_look_at(self, now: datetime) -> Iterator[tuple[str, str]]:
        """See `Teams.to_look_at`."""
        for pk, sk in self._table.due(DUE_PARTITION, "<=", now):
            yield pk.removeprefix("HELPDESK#"), _id(sk)

    def looked_at(self, helpdesk_id: str, team_id: str, undelivered: Undelivered, again_at: datetime) -> None:
        """See `Teams.looked_at`; what was found is kept beside the document that users put."""
        found = {"team": undelivered.team, "members": sorted(undelivered.members)}
        self._table.client.update_item(
            TableName=self._table.name,
            Key=encode({"pk": helpdesk_pk(helpdesk_id), "sk": _sk(team_id)}),
            UpdateExpression="SET next_due_at = :at, undelivered = :found",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeValues=encode({":at": sortable(again_at), ":found": to_json(found)}),
        )

    def _item(self, helpdesk_id: str, sk: str) -> Item | None:
        item = self._table.get(helpdesk_pk(helpdesk_id), sk)
        return item if item and "deleted" not in item else None

    def _items(self, helpdesk_id: str, prefix: str) -> Iterator[Item]:
        found = self._table.query(helpdesk_pk(helpdesk_id), prefix)
        return (item for item in found if "deleted" not in item)

    def took_ticket(self, helpdesk_id: str, team_id: str, member_id: str, at: datetime) -> None:
        """See `Teams.took_ticket`."""
        client = self._table.client
        names = {"#member": f"took#{member_id}"}
        try:
            client.update_item(
                TableName=self._table.name,
                Key=encode({"pk": helpdesk_pk(helpdesk_id), "sk": f"TURNS#{team_id}"}),
                UpdateExpression="SET #member = :at, v = :version",
                ConditionExpression="attribute_not_exists(#member) OR #member < :at",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=encode({":at": sortable(at), ":version": 1}),
            )
        except client.exceptions.ConditionalCheckFailedException:
            return  # They have taken a later one.

    def pages_since(self, helpdesk_id: str, start: datetime) -> Mapping[str, int]:
        """See `Teams.pages_since`."""
        return counted(self._pages.between(helpdesk_id, start, LATEST))

    def _took_last(self, helpdesk_id: str, team_id: str) -> Mapping[str, datetime]:
        item = self._table.get(helpdesk_pk(helpdesk_id), f"TURNS#{team_id}") or {}
        return {
            name.removeprefix("took#"): datetime.fromisoformat(at)
            for name, at in item.items()
            if name.startswith("took#")
        }

    def _scheduled(self, helpdesk_id: str, team_id: str, team: Team, known: dict[str, StoredSchedule | None]) -> Team:
        """The team with who is on call for it; `known` are the schedules that were read already."""
        if team.on_call is None:
            return team
        if isinstance(team.on_call, RoundRobin):
            return team.taking_turns(self._took_last(helpdesk_id, team_id))
        schedule_id = team.on_call.schedule
        if schedule_id not in known:
            known[schedule_id] = self._schedules.get(helpdesk_id, schedule_id)
        found = known[schedule_id]
        return team.scheduled_by(found.timetable if found else None)


def _sk(team_id: str) -> str:
    """The sort key of a team, or of a person."""
    target = Target(team_id)
    return f"{MEMBER if target.kind is TargetKind.MEMBER else TEAM}{target.name}"


def _id(sk: str) -> str:
    if sk.startswith(MEMBER):
        return Target.of(TargetKind.MEMBER, sk.removeprefix(MEMBER))
    return sk.removeprefix(TEAM)


def _team(item: Item) -> Team:
    team = Team.model_validate_json(item["document"])
    if "undelivered" not in item:
        return team
    found = json.loads(item["undelivered"])
    return team.looked_at(Undelivered(found["team"], frozenset(found["members"])))
