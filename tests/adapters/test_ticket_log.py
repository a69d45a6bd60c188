"""The ticket log: all or nothing, in order, and for nobody else's eyes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.adapters.conftest import FORMS
from tests.unit.fakes import FakeTicketLog
from tests.unit.story import event as event_of_a_story
from tocsin.adapters.dynamodb.table import Table, ticket_key_of, ticket_pk
from tocsin.adapters.dynamodb.ticket_heads import DUE_SHARDS
from tocsin.adapters.dynamodb.ticket_log import DynamoTicketLog
from tocsin.domain.reports.outcome import Outcome
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import TOCSIN, Actor
from tocsin.domain.tickets.records import Head, ListedTicket, Parked, Request
from tocsin.domain.tickets.verdict import Verdict
from tocsin.domain.values.faults import RequestRepeated, SequenceConflict
from tocsin.domain.values.identifiers import TicketKey
from tocsin.ports.tickets import TicketLog

NOW = datetime(2026, 3, 30, 8, 0, 0, 123_456, tzinfo=UTC)
KEY = TicketKey("acme", "ZD-1042.a")
ANA = Actor("agent", "ana")


@pytest.fixture(params=FORMS)
def log(request: pytest.FixtureRequest) -> TicketLog:
    if request.param == "in memory":
        return FakeTicketLog()
    return DynamoTicketLog(request.getfixturevalue("table"))


def event(sequence: int, kind: type[Any] = ev.AgentNoted, actor: Actor = ANA, **details: Any) -> Any:
    at = NOW + timedelta(minutes=sequence)
    return event_of_a_story(sequence, kind, at, at + timedelta(seconds=1), actor, details)


def settled(sequence: int, resolved_at: datetime = NOW) -> Any:
    fields = {"obligations": (), "priority": "P1", "resolved_at": resolved_at, "withdrawn": False}
    return event(sequence, ev.Settled, TOCSIN, **fields)


def head(
    sequence: int,
    key: TicketKey = KEY,
    due_in: float | None = 15,
    status: str = "open",
    contract_id: str = "acme-gold",
) -> Head:
    next_due_at = None if due_in is None else NOW + timedelta(minutes=due_in)
    return Head(
        key=key,
        sequence=sequence,
        status=status,
        priority="P1",
        contract_id=contract_id,
        contract_version=1,
        subject="Sync stopped",
        opened_at=NOW,
        next_due_at=next_due_at,
        acts_at=next_due_at,
        generation=1,
        settled=False,
    )


def shown(head: Head) -> ListedTicket:
    """What lists show of it."""
    return ListedTicket(**{field.name: getattr(head, field.name) for field in fields(ListedTicket)})


def request(key: str = "k", sequence: int = 1) -> Request:
    return Request("acme", key, "fingerprint", KEY.ticket_id, sequence, NOW, ("frontline", "management"))


def sequences(log: TicketLog, key: TicketKey = KEY) -> list[int]:
    return [each.sequence for each in log.events(key)]


def all_listed(log: TicketLog, limit: int, status: str = "open", contract_id: str | None = None) -> list[str]:
    found: list[str] = []
    cursor = None
    for _ in range(100):
        heads, cursor = log.listed("acme", status, contract_id, limit, cursor)
        found += [each.key.ticket_id for each in heads]
        if cursor is None:
            return found
    raise AssertionError("the list has no end")


class TestAppendAndLoad:
    def test_what_is_appended_is_loaded_exactly_as_it_was(self, log: TicketLog) -> None:
        said = {"subject": "Ünïcode 🔥 \x00 \n", "tags": ["", "a"], "affected_users": 10**9, "description": "long"}
        events = [event(1, ev.Opened, Actor("customer"), **said), event(2, ev.EscalationExhausted, TOCSIN, attempts=3)]
        log.append(head(2), events)
        assert log.events(KEY) == events

    def test_events_come_in_the_order_of_their_sequence_past_ten_and_a_hundred(self, log: TicketLog) -> None:
        for number in range(0, 120, 20):
            log.append(head(number + 20), [event(number + each) for each in range(1, 21)])
        assert sequences(log) == list(range(1, 121))

    def test_a_ticket_that_does_not_exist_has_no_events_and_no_head(self, log: TicketLog) -> None:
        log.append(head(1), [event(1)])
        for other in (TicketKey("acme", "ZD-1042"), TicketKey("acme", "zd-1042.a"), TicketKey("other", KEY.ticket_id)):
            assert log.events(other) == []
            assert log.page_of_events(other, 0, 10) == ([], False)
            assert log.head(other) is None

    @pytest.mark.parametrize("first", [1, 2, 4, 5])
    def test_events_that_do_not_follow_the_last_one_are_refused_and_change_nothing(
        self, log: TicketLog, first: int
    ) -> None:
        log.append(head(2), [event(1), event(2)])
        before = log.events(KEY)
        with pytest.raises(SequenceConflict):
            log.append(head(first + 1, status="closed"), [event(first), event(first + 1)], request())
        assert log.events(KEY) == before
        assert log.head(KEY) == (head(2), None)
        assert log.request("acme", "k") is None
        assert log.listed("acme", "closed", None, 10, None) == ([], None)

    def test_a_log_begins_at_one(self, log: TicketLog) -> None:
        with pytest.raises(SequenceConflict):
            log.append(head(2), [event(2)])
        assert log.events(KEY) == []

    def test_of_two_who_append_the_same_number_one_is_told_of_the_conflict(self, log: TicketLog) -> None:
        log.append(head(1), [event(1)])
        log.append(head(2), [event(2, text="first")])
        with pytest.raises(SequenceConflict):
            log.append(head(2), [event(2, text="second")])
        assert log.events(KEY)[1] == event(2, text="first")

    def test_tickets_of_the_same_name_in_two_helpdesks_are_two(self, log: TicketLog) -> None:
        other = TicketKey("other", KEY.ticket_id)
        log.append(head(1), [event(1)])
        log.append(head(1, other), [event(1)])
        log.append(head(2), [event(2)])
        assert (sequences(log), sequences(log, other)) == ([1, 2], [1])


class TestHead:
    def test_the_head_is_read_as_it_was_put_last(self, log: TicketLog) -> None:
        log.append(head(1), [event(1)])
        moved = replace(head(2, due_in=None, status="resolved"), generation=3, settled=True)
        log.append(moved, [event(2)])
        assert log.head(KEY) == (moved, None)


class TestPages:
    @pytest.mark.parametrize(
        ("after", "limit", "expected", "more"),
        [
            (0, 2, [1, 2], True),
            (2, 2, [3, 4], True),
            (4, 2, [5], False),
            (0, 5, [1, 2, 3, 4, 5], False),
            (0, 4, [1, 2, 3, 4], True),
            (5, 2, [], False),
            (10**17, 200, [], False),
        ],
    )
    def test_a_page_is_what_follows_a_sequence_number(
        self, log: TicketLog, after: int, limit: int, expected: list[int], more: bool
    ) -> None:
        log.append(head(5), [event(number) for number in range(1, 6)])
        found, rest = log.page_of_events(KEY, after, limit)
        assert ([each.sequence for each in found], rest) == (expected, more)


class TestRequests:
    def test_a_request_is_found_again_with_all_that_it_says(self, log: TicketLog) -> None:
        log.append(head(1), [event(1)], request())
        assert log.request("acme", "k") == request()

    def test_a_key_that_was_used_stores_nothing_the_second_time(self, log: TicketLog) -> None:
        log.append(head(1), [event(1)], request())
        with pytest.raises(RequestRepeated):
            log.append(head(2), [event(2)], request(sequence=2))
        assert sequences(log) == [1]
        assert log.request("acme", "k") == request()

    def test_a_key_that_was_used_is_said_to_be_also_where_the_sequence_conflicts(self, log: TicketLog) -> None:
        log.append(head(1), [event(1)], request())
        with pytest.raises(RequestRepeated):
            log.append(head(1), [event(1)], request())

    @pytest.mark.parametrize("key", ["k ", "K", "x" * 200, "ключ", "🔥", "#", "k#"])
    def test_keys_are_told_apart_and_kept_from_other_helpdesks(self, log: TicketLog, key: str) -> None:
        log.append(head(1), [event(1)], request())
        assert log.request("acme", key) is None
        assert log.request("other", "k") is None
        log.append(head(2), [event(2)], request(key, sequence=2))
        assert log.request("acme", key) == request(key, sequence=2)


class TestLists:
    def tickets(self, log: TicketLog, dues: Sequence[float | None], **fields: Any) -> None:
        for number, due_in in enumerate(dues):
            log.append(head(1, TicketKey("acme", f"T-{number}"), due_in, **fields), [event(1)])

    @pytest.mark.parametrize("limit", [1, 2, 3, 50])
    def test_those_due_next_come_first_and_those_never_due_last_on_pages_without_a_gap(
        self, log: TicketLog, limit: int
    ) -> None:
        self.tickets(log, [30, 10, None, 20, 0.5])
        assert all_listed(log, limit) == ["T-4", "T-1", "T-3", "T-0", "T-2"]

    def test_a_page_has_the_heads_as_they_were_put(self, log: TicketLog) -> None:
        log.append(head(1), [event(1)])
        moved = replace(head(2, due_in=None, status="pending"), priority="P2", subject="ü", generation=3)
        log.append(moved, [event(2)])
        assert log.listed("acme", "pending", None, 10, None) == ([shown(moved)], None)
        assert log.listed("acme", "open", None, 10, None) == ([], None)

    def test_a_list_is_of_one_status_one_helpdesk_and_perhaps_one_contract(self, log: TicketLog) -> None:
        self.tickets(log, [1, 2, 3])
        log.append(head(1, TicketKey("acme", "S-1"), contract_id="acme-silver"), [event(1)])
        log.append(head(1, TicketKey("acme", "C-1"), status="closed"), [event(1)])
        log.append(head(1, TicketKey("other", "O-1")), [event(1)])
        for limit in (1, 2, 10):
            assert all_listed(log, limit) == ["T-0", "T-1", "T-2", "S-1"]
            assert all_listed(log, limit, contract_id="acme-silver") == ["S-1"]
            assert all_listed(log, limit, contract_id="none") == []

    def test_a_cursor_of_another_helpdesk_is_refused(self, log: TicketLog) -> None:
        self.tickets(log, [1, 2, 3])
        _, cursor = log.listed("acme", "open", None, 1, None)
        assert cursor is not None
        with pytest.raises(ValueError, match="cursor"):
            log.listed("acm", "open", None, 1, cursor)
        with pytest.raises(ValueError, match="cursor"):
            log.listed("other", "open", None, 1, cursor)


class TestOverdue:
    def test_what_is_due_before_an_instant_is_found_wherever_it_lies(self, log: TicketLog) -> None:
        keys = {TicketKey("acme", f"T-{number}") for number in range(40)}
        for key in keys:
            log.append(head(1, key, 10), [event(1)])
        log.append(head(1, TicketKey("other", "O-1"), 11), [event(1)])
        assert set(log.overdue(NOW + timedelta(minutes=10))) == set()
        assert set(log.overdue(NOW + timedelta(minutes=10, microseconds=1))) == keys
        assert set(log.overdue(NOW + timedelta(minutes=20))) == {*keys, TicketKey("other", "O-1")}

    def test_what_is_never_due_is_not_in_the_index(self, log: TicketLog) -> None:
        log.append(head(1), [event(1)])
        log.append(head(2, due_in=None), [event(2)])
        assert list(log.overdue(NOW + timedelta(days=10_000))) == []


MARCH, APRIL, MAY, JUNE = (datetime(2026, month, 1, tzinfo=UTC) for month in (3, 4, 5, 6))


def outcome(resolved_at: datetime, replaces: datetime | None = None, contract_id: str = "acme-gold") -> Outcome:
    verdicts = (Verdict(metric="resolution", obligation_id="resolution#1", state="met", met_by=2, used_seconds=90.25),)
    return Outcome(contract_id, 3, "P1", NOW, resolved_at, 2, False, verdicts, replaces)


class TestOutcomes:
    def settle(
        self, log: TicketLog, resolved_at: datetime, key: TicketKey = KEY, contract_id: str = "acme-gold"
    ) -> Outcome:
        """Settle a ticket, for the first time or again."""
        number, before = len(sequences(log, key)), [each for each in self.every(log) if each[0] == key]
        found = outcome(resolved_at, before[-1][1] if before else None, contract_id)
        moved = replace(head(number + 1, key, contract_id=contract_id), generation=number + 1)
        log.append(moved, [settled(number + 1, resolved_at)], outcome=found)
        return found

    def every(self, log: TicketLog) -> list[tuple[TicketKey, datetime]]:
        keys = (TicketKey("acme", ticket_id) for ticket_id in (KEY.ticket_id, "T", "T-1", "T.1"))
        logs = [(key, log.events(key)) for key in keys]
        return [(k, e.resolved_at) for k, events in logs for e in events if isinstance(e, ev.Settled)]

    def found(self, log: TicketLog, start: datetime, end: datetime) -> list[Outcome]:
        return sorted(log.outcomes("acme", "acme-gold", start, end), key=lambda each: each.resolved_at)

    def test_they_are_found_as_they_were_stored_from_the_start_to_before_the_end(self, log: TicketLog) -> None:
        ids = ("T", "T-1", "T.1")
        first, last, beyond = MARCH, APRIL - timedelta(microseconds=1), APRIL
        one, two, three = (
            self.settle(log, at, TicketKey("acme", ticket_id))
            for at, ticket_id in zip((first, last, beyond), ids, strict=True)
        )
        assert self.found(log, MARCH, APRIL) == [one, two]
        assert self.found(log, MARCH + timedelta(days=1), MAY) == [two, three]
        assert self.found(log, datetime(2025, 12, 1, tzinfo=UTC), MARCH) == []
        assert self.found(log, datetime(2025, 12, 1, tzinfo=UTC), JUNE) == [one, two, three]

    def test_a_period_in_which_nothing_lies_between_its_ends_has_none(self, log: TicketLog) -> None:
        self.settle(log, MARCH)
        assert self.found(log, MARCH, MARCH) == []

    def test_other_contracts_and_helpdesks_have_their_own(self, log: TicketLog) -> None:
        mine = self.settle(log, MARCH)
        self.settle(log, MARCH, TicketKey("acme", "T"), "acme")
        self.settle(log, MARCH, TicketKey("acme", "T-1"), "acme-gold-2")
        self.settle(log, MARCH, TicketKey("other", "T"))
        assert self.found(log, MARCH, APRIL) == [mine]

    @pytest.mark.parametrize("again", [MARCH + timedelta(days=1), APRIL])
    def test_a_ticket_that_is_reopened_counts_nowhere_until_it_settles_again(
        self, log: TicketLog, again: datetime
    ) -> None:
        self.settle(log, MARCH)
        for generation in (1, 2):
            moved = replace(head(len(sequences(log)) + 1), generation=generation)
            log.append(moved, [event(moved.sequence, ev.Reopened)], uncounted=MARCH)
        assert self.found(log, MARCH, MAY) == []
        settled = self.settle(log, again)
        assert self.found(log, MARCH, MAY) == [settled]

    def test_of_a_ticket_that_settles_again_only_the_last_counts(self, log: TicketLog) -> None:
        self.settle(log, MARCH)
        self.settle(log, MARCH, TicketKey("acme", "T"))
        last = self.settle(log, MARCH + timedelta(days=3))
        assert self.found(log, MARCH + timedelta(days=1), APRIL) == [last]
        assert len(self.found(log, MARCH, APRIL)) == 2

    @pytest.mark.parametrize("later", [APRIL, datetime(2026, 2, 28, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC)])
    def test_one_that_was_resolved_in_another_month_by_its_last_settlement_counts_there_alone(
        self, log: TicketLog, later: datetime
    ) -> None:
        self.settle(log, MARCH)
        last = self.settle(log, later)
        assert self.found(log, MARCH, APRIL) == []
        assert self.found(log, later, later + timedelta(days=1)) == [last]

    def test_one_that_comes_back_to_a_month_counts_there_again(self, log: TicketLog) -> None:
        for resolved_at in (MARCH, APRIL, MAY):
            self.settle(log, resolved_at)
        last = self.settle(log, MARCH + timedelta(days=1))
        assert self.found(log, MARCH, JUNE) == [last]


class TestOnDynamo:
    def test_tickets_are_spread_over_every_shard(self, table: Table) -> None:
        log = DynamoTicketLog(table)
        for number in range(100):
            log.append(head(1, TicketKey("acme", f"T-{number}")), [event(1)])
        items = table.client.scan(TableName="tocsin", IndexName="tickets_by_due")["Items"]
        assert {item["due_shard"]["S"] for item in items} == {f"DUE#{shard:02}" for shard in range(DUE_SHARDS)}

    def test_a_ticket_that_is_never_due_leaves_the_index(self, table: Table) -> None:
        log = DynamoTicketLog(table)
        log.append(head(1), [event(1)])
        log.append(head(2, due_in=None), [event(2)])
        item = table.get(ticket_pk(KEY), "HEAD")
        assert item is not None
        assert item.keys().isdisjoint({"due_shard", "next_due_at"})

    def test_where_the_execution_is_parked_is_read_with_the_head_and_survives_an_append(self, table: Table) -> None:
        log = DynamoTicketLog(table)
        log.append(head(1), [event(1)])
        parked = {"v": 1, "task_token": "token", "waiting_until": "2026-03-30T09:00:00Z"}
        table.put({"pk": ticket_pk(KEY), "sk": "HEAD#WAIT", **parked})
        log.append(head(2), [event(2)])
        assert log.head(KEY) == (head(2), Parked("token", datetime(2026, 3, 30, 9, tzinfo=UTC)))
        assert sequences(log) == [1, 2]

    def test_only_events_that_somebody_has_to_react_to_carry_the_mark_of_the_stream_s_filter(
        self, table: Table
    ) -> None:
        log = DynamoTicketLog(table)
        events = [event(1, ev.Opened, Actor("customer")), settled(2), event(3, ev.Rearmed, TOCSIN, generation=2)]
        log.append(head(3), events)
        marks = [item.get("wakes") for item in table.query(ticket_pk(KEY), "EVENT#")]
        assert marks == [True, None, True]

    def test_an_outcome_is_stored_with_the_settlement_and_not_without_it(self, table: Table) -> None:
        log = DynamoTicketLog(table)
        with pytest.raises(SequenceConflict):
            log.append(head(2), [settled(2)], outcome=outcome(NOW))
        assert list(table.query("HELPDESK#acme", "OUTCOME#")) == []
        log.append(head(1), [event(1)])
        log.append(head(2), [settled(2)], outcome=outcome(NOW))
        [stored] = table.query("HELPDESK#acme", "OUTCOME#")
        assert stored["sk"] == "OUTCOME#acme-gold#2026-03#ZD-1042.a#0001"

    def test_texts_are_kept_beside_the_events_and_read_apart(self, table: Table) -> None:
        log = DynamoTicketLog(table)
        log.append(head(2), [event(1), event(2, text="long")], texts={2: {"text": "long", "handoff": {"logs": "…"}}})
        assert [each.sequence for each in log.events(KEY)] == [1, 2]
        assert log.texts(KEY, [1, 2]) == {2: {"text": "long", "handoff": {"logs": "…"}}}
        assert all("long" not in item["details"] for item in table.query(ticket_pk(KEY), "EVENT#"))

    def test_a_kind_of_event_that_a_newer_version_wrote_is_read_and_a_field_of_it_ignored(self, table: Table) -> None:
        log = DynamoTicketLog(table)
        log.append(head(2), [event(1), event(2)])
        [first, second] = table.query(ticket_pk(KEY), "EVENT#")
        table.put({**first, "type": "teleported", "details": '{"to":"Mars"}'})
        table.put({**second, "details": '{"colour":"red"}'})
        [strange, known] = log.events(KEY)
        assert isinstance(strange, ev.Unrecognized)
        assert (strange.kind, strange.details) == ("teleported", {"to": "Mars"})
        assert known == event(2)

    def test_a_request_is_forgotten_ten_days_later(self, table: Table) -> None:
        DynamoTicketLog(table).append(head(1), [event(1)], request())
        [item] = table.query("HELPDESK#acme", "REQUEST#")
        assert item["expires_at"] == int((NOW + timedelta(days=10)).timestamp())

    @pytest.mark.parametrize(
        "cursor", ["", "x", "e30", "W10", "WyJhIl0", "bnVsbA", "WzEsMl0", "ä", "🔥", "%00", "=" * 9, "W" * 9000]
    )
    def test_what_is_no_cursor_is_refused(self, table: Table, cursor: str) -> None:
        with pytest.raises(ValueError):  # noqa: PT011 - of whatever kind
            DynamoTicketLog(table).listed("acme", "open", None, 10, cursor)

    def test_a_log_that_fills_several_pages_of_a_query_is_loaded_whole_and_paged_without_a_gap(
        self, table: Table
    ) -> None:
        log = DynamoTicketLog(table)
        for number in range(0, 60, 20):
            log.append(
                head(number + 20), [event(number + each, ev.Pended, reason="x" * 30_000) for each in range(1, 21)]
            )
        assert sequences(log) == list(range(1, 61))
        paged: list[int] = []
        more = True
        while more:
            found, more = log.page_of_events(KEY, len(paged), 50)
            assert found
            paged += [each.sequence for each in found]
        assert paged == list(range(1, 61))


@pytest.mark.parametrize("key", [TicketKey("a", "T"), TicketKey("a-b-c", "T.1_2-3"), TicketKey("a" * 48, "T" * 64)])
def test_a_partition_tells_its_ticket(key: TicketKey) -> None:
    assert ticket_key_of(ticket_pk(key)) == key
