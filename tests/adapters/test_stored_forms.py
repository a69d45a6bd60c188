"""Every form in which something is stored, as it lies in the table: what was written once is read for ever.

An item here is what some earlier release wrote. When a form changes, its old item stays here and a new one joins it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.unit.fakes import LATEST
from tests.unit.story import DOCUMENT, TEAMS, team
from tocsin.adapters.dynamodb.contracts import DynamoContracts
from tocsin.adapters.dynamodb.credentials import DynamoCredentials
from tocsin.adapters.dynamodb.mailboxes import DynamoMailboxes
from tocsin.adapters.dynamodb.pages import DynamoPageLog, page_item
from tocsin.adapters.dynamodb.reminders import DynamoReminders
from tocsin.adapters.dynamodb.schedules import DynamoSchedules
from tocsin.adapters.dynamodb.shift_notices import DynamoShiftNotices
from tocsin.adapters.dynamodb.table import Table
from tocsin.adapters.dynamodb.teams import DynamoTeams
from tocsin.adapters.dynamodb.ticket_log import DynamoTicketLog
from tocsin.domain.access.credential import Credential
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.contracts.reminders import Reminder, SentReminder
from tocsin.domain.contracts.version import ContractVersion
from tocsin.domain.notices.notice import Receipt
from tocsin.domain.oncall.members import Person
from tocsin.domain.oncall.override import KeptOverride, TakenBack
from tocsin.domain.oncall.pages import Pages
from tocsin.domain.oncall.schedule import Schedule
from tocsin.domain.oncall.shift_notices import ToldOnCall
from tocsin.domain.oncall.stored_schedule import StoredSchedule
from tocsin.domain.oncall.timetable import Timetable
from tocsin.domain.reports.outcome import Outcome
from tocsin.domain.tickets.events import Actor, AgentNoted
from tocsin.domain.tickets.records import Head, ListedTicket, Parked, Request
from tocsin.domain.tickets.texts import digests_of
from tocsin.domain.tickets.verdict import Verdict
from tocsin.domain.values.identifiers import TicketKey
from tocsin.domain.values.reaching import Undelivered

KEY = TicketKey("acme", "ZD-1042")
TICKET = "TICKET#acme#ZD-1042"
HELPDESK = "HELPDESK#acme"
NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)
EVENING = datetime(2026, 3, 30, 18, 30, 0, 250_000, tzinfo=UTC)

HEAD = Head(
    key=KEY,
    sequence=7,
    status="open",
    priority="P1",
    contract_id="acme-gold",
    contract_version=3,
    subject="Sync stopped",
    opened_at=NOON,
    next_due_at=EVENING,
    acts_at=NOON,
    generation=2,
    settled=False,
)
HEAD_ITEM = {
    "pk": TICKET,
    "sk": "HEAD",
    "v": 1,
    "sequence": 7,
    "priority": "P1",
    "contract_id": "acme-gold",
    "contract_version": 3,
    "subject": "Sync stopped",
    "opened_at": "2026-03-30T12:00:00Z",
    "generation": 2,
    "settled": False,
    "status_key": "HELPDESK#acme#STATUS#open",
    "due_key": "2026-03-30T18:30:00.250000Z#ZD-1042",
    "due_shard": "DUE#11",
    "next_due_at": "2026-03-30T12:00:00.000000Z",
}
WAIT_ITEM = {
    "pk": TICKET,
    "sk": "HEAD#WAIT",
    "v": 1,
    "task_token": "AAAAKgAAAAIAAAAA",
    "waiting_until": "2026-03-30T18:30:01Z",
}

TEXTS = {"text": "Looking."}
EVENT = AgentNoted(
    sequence=7, occurred_at=NOON, recorded_at=EVENING, actor=Actor("agent", "ana"), texts=digests_of(TEXTS)
)
EVENT_ITEM = {
    "pk": TICKET,
    "sk": "EVENT#000007",
    "v": 1,
    "sequence": 7,
    "type": "agent_noted",
    "occurred_at": "2026-03-30T12:00:00Z",
    "recorded_at": "2026-03-30T18:30:00.250000Z",
    "actor_kind": "agent",
    "actor_id": "ana",
    "details": '{"texts":{"text":"cf69d0ec7da1054ce48ca6dbb02ac2bff6d5b847bcc68cd76e0cb6be434ee866"}}',
    "wakes": True,
}
TEXT_ITEM = {"pk": TICKET, "sk": "TEXT#000007", "v": 1, "texts": '{"text":"Looking."}'}

REQUEST = Request("acme", "k", "fingerprint", "ZD-1042", 7, EVENING, ("frontline",))
REQUEST_ITEM = {
    "pk": HELPDESK,
    "sk": "REQUEST#8254c329a92850f6d539dd376f4816ee2764517da5e0235514af433164480d7a",
    "v": 1,
    "fingerprint": "fingerprint",
    "ticket_id": "ZD-1042",
    "sequence": 7,
    "recorded_at": "2026-03-30T18:30:00.250000Z",
    "unreached": "frontline",
    "expires_at": 1775759400,
}

VERDICT = Verdict(metric="resolution", obligation_id="resolution#1", state="met", due_at=EVENING, used_seconds=1.5)
OUTCOME = Outcome("acme-gold", 3, "P1", NOON, EVENING, 2, False, (VERDICT,), NOON)
OUTCOME_ITEM = {
    "pk": HELPDESK,
    "sk": "OUTCOME#acme-gold#2026-03#ZD-1042#0002",
    "v": 1,
    "ticket_id": "ZD-1042",
    "outcome": '{"contract_id":"acme-gold","contract_version":3,"priority":"P1",'
    '"opened_at":"2026-03-30T12:00:00Z","resolved_at":"2026-03-30T18:30:00.250000Z","highest_tier":2,'
    '"withdrawn":false,"obligations":[{"metric":"resolution","obligation_id":"resolution#1","state":"met",'
    '"due_at":"2026-03-30T18:30:00.250000Z","used_seconds":1.5}],"replaces":"2026-03-30T12:00:00Z"}',
}

PAGES = Pages("ZD-1042", 7, EVENING, ("ana", "ben"), ("caro",))
PAGES_ITEM = {
    "pk": "PAGES#acme",
    "sk": "2026-03-30T18:30:00.250000Z#ZD-1042#000007",
    "v": 1,
    "at": "2026-03-30T18:30:00.250000Z",
    "ticket_id": "ZD-1042",
    "sequence": 7,
    "paged": ["ana", "ben"],
    "passed_over": ["caro"],
}
TURNS_ITEM = {"pk": HELPDESK, "sk": "TURNS#night", "v": 1, "took#ana": "2026-03-30T18:30:00.250000Z"}

CONTRACT = ContractVersion(
    Contract.model_validate({"contract_id": "acme-gold", **DOCUMENT}), 1, NOON, dict(DOCUMENT), "hash", {}
)
NEWEST_ITEM = {"pk": HELPDESK, "sk": "CONTRACT#acme-gold", "v": 1, "version": 1}
CONTRACT_ITEM = {
    "pk": HELPDESK,
    "sk": "CONTRACT#acme-gold#V#000001",
    "v": 1,
    "contract_id": "acme-gold",
    "version": 1,
    "put_at": "2026-03-30T12:00:00Z",
    "document": json.dumps(DOCUMENT, separators=(",", ":"), ensure_ascii=False),
    "sha256": "hash",
    "public_holidays": "{}",
}

TEAM_ITEM = {
    "pk": HELPDESK,
    "sk": "TEAM#frontline",
    "v": 1,
    "document": TEAMS["frontline"].model_dump_json(by_alias=True),
    "due_shard": "TEAMS",
    "next_due_at": "1970-01-01T00:00:00.000000Z",
}

TEAM_BEFORE_SCHEDULES_ITEM = {
    **TEAM_ITEM,
    "document": '{"name":"Team","members":[{"member_id":"ana","name":"Ana","channels":[{"type":"email",'
    '"address":"ana@example.com"}]}],"timezone":null,"channels":[],"rotation":null,"overrides":[]}',
}

PERSON = Person.model_validate({"name": "Eve", "timezone": "Europe/Paris"})
MEMBER_ITEM = {
    "pk": HELPDESK,
    "sk": "MEMBER#eve",
    "v": 1,
    "document": '{"name":"Eve","members":[{"member_id":"eve","name":"Eve","channels":[]}],"timezone":"Europe/Paris"}',
    "due_shard": "TEAMS",
    "next_due_at": "1970-01-01T00:00:00.000000Z",
}
UNDELIVERED = Undelivered(team=True, members=frozenset({"ana", "al"}))
LOOKED_AT_ITEM = {
    **TEAM_ITEM,
    "undelivered": '{"team":true,"members":["al","ana"]}',
    "next_due_at": "2026-03-30T12:00:00.000000Z",
}

SCHEDULE: Mapping[str, Any] = {
    "name": "EMEA",
    "timezone": "Europe/Berlin",
    "layers": [
        {
            "name": "nights",
            "participants": ["ana", "al"],
            "starts_on": "2026-01-05",
            "ends_on": "2026-12-31",
            "hand_over": {"every": 2, "unit": "weeks", "at": "22:00", "weekday": "mon"},
            "windows": {"mon-sun": ["22:00-06:00"]},
        }
    ],
}
SCHEDULE_BEFORE_NOTICES_ITEM = {
    "pk": HELPDESK,
    "sk": "SCHEDULE#emea",
    "v": 1,
    "revision": 3,
    "document": json.dumps(SCHEDULE, separators=(",", ":")),
}
SCHEDULE_ITEM = {
    **SCHEDULE_BEFORE_NOTICES_ITEM,
    "document": json.dumps({**SCHEDULE, "hand_over_notice": False}, separators=(",", ":")),
}
TOLD = ToldOnCall(frozenset({"ben", "ana"}), 4)
TOLD_ITEM = {
    **SCHEDULE_BEFORE_NOTICES_ITEM,
    "revision": 1,
    "document": json.dumps({**SCHEDULE, "hand_over_notice": True}, separators=(",", ":")),
    "told": '{"members":["ana","ben"],"sent":4}',
    "due_shard": "SHIFTS",
    "next_due_at": "2026-03-30T12:00:00.000000Z",
}
OVERRIDE = KeptOverride("o2", "ana", NOON, EVENING, "Al is ill", "dora", NOON, TakenBack(EVENING, None))
OVERRIDE_ITEM = {
    "pk": HELPDESK,
    "sk": "OVERRIDE#emea#o2",
    "v": 1,
    "override": '{"member_id":"ana","starts_at":"2026-03-30T12:00:00Z","ends_at":"2026-03-30T18:30:00.250000Z",'
    '"reason":"Al is ill","by":"dora","made_at":"2026-03-30T12:00:00Z",'
    '"taken_back":{"at":"2026-03-30T18:30:00.250000Z","by":null}}',
}
STORED_SCHEDULE = StoredSchedule("emea", 3, Timetable(Schedule.model_validate(SCHEDULE), (OVERRIDE,)))

CREDENTIAL = Credential("acme", frozenset({"read", "write"}), NOON, EVENING)
CREDENTIAL_VALUES = {
    "v": 1,
    "helpdesk_id": "acme",
    "scopes": "read,write",
    "created_at": "2026-03-30T12:00:00Z",
    "revoked_at": "2026-03-30T18:30:00.250000Z",
}
CREDENTIAL_ITEMS = [
    {"pk": "CREDENTIAL#sha", "sk": "CREDENTIAL", **CREDENTIAL_VALUES},
    {"pk": HELPDESK, "sk": "CREDENTIAL#sha", **CREDENTIAL_VALUES},
]

REMINDER = SentReminder(Reminder(date(2026, 10, 2), "contract_renewal", date(2026, 11, 1)), NOON, "message")
REMINDER_ITEM = {
    "pk": HELPDESK,
    "sk": "REMINDER#acme-gold#2026-10-02#contract_renewal#2026-11-01",
    "v": 1,
    "on": "2026-10-02",
    "kind": "contract_renewal",
    "about": "2026-11-01",
    "sent_at": "2026-03-30T12:00:00Z",
    "message_id": "message",
}

SENT_BEFORE_DIGESTS_WERE_COUNTED_ITEM = {
    "pk": "TOPIC#acme_member_ana",
    "sk": "SENT#n-1",
    "v": 1,
    "message_id": "message",
    "expires_at": 1775477400,
}
SENT_ITEM = {**SENT_BEFORE_DIGESTS_WERE_COUNTED_ITEM, "digest_of": 7}


def stored(table: Table, *items: dict[str, Any]) -> Table:
    """The table with items in it as an earlier release left them."""
    for item in items:
        table.put(item)
    return table


def written(table: Table) -> list[dict[str, Any]]:
    """Everything in the table, by its keys."""
    keys = [(item["pk"]["S"], item["sk"]["S"]) for item in table.client.scan(TableName=table.name)["Items"]]
    return [dict(table.get(*key) or {}) for key in sorted(keys)]


class TestRead:
    def test_head_and_wait(self, table: Table) -> None:
        log = DynamoTicketLog(stored(table, HEAD_ITEM, WAIT_ITEM))
        parked = Parked("AAAAKgAAAAIAAAAA", datetime(2026, 3, 30, 18, 30, 1, tzinfo=UTC))
        assert log.head(KEY) == (HEAD, parked)
        shown = ListedTicket(**{field.name: getattr(HEAD, field.name) for field in fields(ListedTicket)})
        assert log.listed("acme", "open", None, 10, None) == ([shown], None)
        assert list(log.overdue(datetime(2027, 1, 1, tzinfo=UTC))) == [KEY]

    def test_event(self, table: Table) -> None:
        assert DynamoTicketLog(stored(table, EVENT_ITEM)).events(KEY) == [EVENT]

    def test_request(self, table: Table) -> None:
        assert DynamoTicketLog(stored(table, REQUEST_ITEM)).request("acme", "k") == REQUEST

    def test_outcome(self, table: Table) -> None:
        log = DynamoTicketLog(stored(table, OUTCOME_ITEM))
        assert list(log.outcomes("acme", "acme-gold", NOON, datetime(2026, 4, 1, tzinfo=UTC))) == [OUTCOME]

    def test_contract_version(self, table: Table) -> None:
        assert DynamoContracts(stored(table, NEWEST_ITEM, CONTRACT_ITEM)).get("acme", "acme-gold") == CONTRACT

    def test_team_whose_subscriptions_were_looked_at(self, table: Table) -> None:
        found = DynamoTeams(stored(table, LOOKED_AT_ITEM)).get("acme", "frontline")
        assert found == TEAMS["frontline"].looked_at(UNDELIVERED)

    def test_member(self, table: Table) -> None:
        found = DynamoTeams(stored(table, MEMBER_ITEM)).get("acme", "member:eve")
        assert found is not None
        assert found.person == PERSON

    def test_team_from_before_there_were_schedules(self, table: Table) -> None:
        assert DynamoTeams(stored(table, TEAM_BEFORE_SCHEDULES_ITEM)).get("acme", "frontline") == TEAMS["frontline"]

    def test_team(self, table: Table) -> None:
        assert DynamoTeams(stored(table, TEAM_ITEM)).get("acme", "frontline") == TEAMS["frontline"]

    def test_schedule_and_override(self, table: Table) -> None:
        schedules = DynamoSchedules(stored(table, SCHEDULE_ITEM, OVERRIDE_ITEM))
        assert schedules.get("acme", "emea") == STORED_SCHEDULE
        assert schedules.all("acme") == {"emea": STORED_SCHEDULE}

    def test_schedule_from_before_there_were_notices_of_shifts(self, table: Table) -> None:
        schedules = DynamoSchedules(stored(table, SCHEDULE_BEFORE_NOTICES_ITEM, OVERRIDE_ITEM))
        assert schedules.get("acme", "emea") == STORED_SCHEDULE

    def test_who_was_told_of_a_shift(self, table: Table) -> None:
        notices = DynamoShiftNotices(stored(table, TOLD_ITEM))
        assert notices.told("acme", "emea") == TOLD
        assert list(notices.due(NOON)) == [("acme", "emea")]

    def test_pages_and_turns(self, table: Table) -> None:
        assert list(DynamoPageLog(stored(table, PAGES_ITEM)).between("acme", NOON, LATEST)) == [PAGES]
        teams = DynamoTeams(stored(table, TURNS_ITEM))
        teams.put("acme", "night", team("ana", "ben", on_call={"round_robin": ["ana", "ben"]}))
        assert teams.all("acme")["night"].on_call_at(NOON) == ["ben"]

    def test_credential(self, table: Table) -> None:
        credentials = DynamoCredentials(stored(table, *CREDENTIAL_ITEMS))
        assert credentials.get("sha") == CREDENTIAL
        assert credentials.of_helpdesk("acme") == {"sha": CREDENTIAL}

    def test_reminder(self, table: Table) -> None:
        assert DynamoReminders(stored(table, REMINDER_ITEM)).sent("acme", "acme-gold") == [REMINDER]

    def test_with_which_message_a_notice_went_out(self, table: Table) -> None:
        mailboxes = DynamoMailboxes(stored(table, SENT_BEFORE_DIGESTS_WERE_COUNTED_ITEM))
        assert mailboxes.receipt("acme_member_ana", "n-1") == Receipt("n-1", "message")
        stored(table, SENT_ITEM)
        assert mailboxes.receipt("acme_member_ana", "n-1") == Receipt("n-1", "message", 7)


class TestWritten:
    def test_with_which_message_a_notice_went_out(self, table: Table) -> None:
        in_digest, alone = Receipt("n-1", "message", 7), Receipt("n-1", "message")
        for receipt, item in ((in_digest, SENT_ITEM), (alone, SENT_BEFORE_DIGESTS_WERE_COUNTED_ITEM)):
            DynamoMailboxes(table).carried("acme_member_ana", [receipt], datetime(2026, 3, 30, 12, 10, tzinfo=UTC))
            assert written(table) == [item]

    def test_head_event_request_and_outcome(self, table: Table) -> None:
        log = DynamoTicketLog(stored(table, {**HEAD_ITEM, "sequence": 6}))
        log.append(HEAD, [EVENT], REQUEST, OUTCOME, texts={7: TEXTS})
        assert written(table) == [OUTCOME_ITEM, REQUEST_ITEM, EVENT_ITEM, HEAD_ITEM, TEXT_ITEM]

    def test_team_whose_subscriptions_were_looked_at(self, table: Table) -> None:
        DynamoTeams(table).put("acme", "frontline", TEAMS["frontline"])
        DynamoTeams(table).looked_at("acme", "frontline", UNDELIVERED, NOON)
        assert written(table) == [LOOKED_AT_ITEM]

    def test_contract_version(self, table: Table) -> None:
        DynamoContracts(table).put("acme", CONTRACT)
        assert written(table) == [NEWEST_ITEM, CONTRACT_ITEM]

    def test_schedule_and_override(self, table: Table) -> None:
        schedules = DynamoSchedules(table)
        schedule = STORED_SCHEDULE.timetable.schedule
        schedules.put("acme", "emea", schedule, 0)
        schedules.put("acme", "emea", schedule, 1)
        schedules.keep("acme", StoredSchedule("emea", 2, Timetable(schedule)), OVERRIDE)
        assert written(table) == [OVERRIDE_ITEM, SCHEDULE_ITEM]

    def test_who_was_told_of_a_shift(self, table: Table) -> None:
        DynamoSchedules(table).put("acme", "emea", Schedule.model_validate({**SCHEDULE, "hand_over_notice": True}), 0)
        DynamoShiftNotices(table).record("acme", "emea", TOLD)
        DynamoShiftNotices(table).look_again("acme", "emea", 1, NOON)
        assert written(table) == [TOLD_ITEM]

    def test_pages_and_turns(self, table: Table) -> None:
        table.put(page_item(KEY, PAGES))
        DynamoTeams(table).took_ticket("acme", "night", "ana", EVENING)
        assert written(table) == [TURNS_ITEM, PAGES_ITEM]

    def test_team_credential_and_reminder(self, table: Table) -> None:
        DynamoTeams(table).put("acme", "frontline", TEAMS["frontline"])
        DynamoCredentials(table).put("sha", CREDENTIAL)
        DynamoReminders(table).record("acme", "acme-gold", REMINDER)
        assert written(table) == [CREDENTIAL_ITEMS[0], CREDENTIAL_ITEMS[1], REMINDER_ITEM, TEAM_ITEM]


@pytest.mark.parametrize("name", [name for name in dir() if name.endswith("_ITEM")])
def test_every_form_has_a_version(name: str) -> None:
    assert globals()[name]["v"] == 1
