"""Reminding of the dates of contracts: once each, whatever fails, and by the newest version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.unit.fakes import FakeReminderMessages, FakeReminders
from tests.unit.story import DOCUMENT
from tests.unit.use_cases.world import World
from tocsin.domain.contracts.version import ContractVersion
from tocsin.domain.values.faults import Invalid
from tocsin.use_cases.contracts.put_contract import put_contract
from tocsin.use_cases.contracts.read_reminders import read_reminders
from tocsin.use_cases.contracts.remind import Reminded, remind

BERLIN = ZoneInfo("Europe/Berlin")

TERMS: Mapping[str, Any] = {
    **DOCUMENT,
    "effective_from": "2026-01-01",
    "term": "12 months",
    "notice_days": 60,
    "transition_days": 30,
    "reminders": {"team": "management", "renewal": ["60 days", "30 days"], "review_every": "5 months"},
}
"""Put on 30 March. Due at nine in Berlin: reviews on 1 June and 1 November, renewals on 2 September and 2 October."""


class Office:
    """The world with reminders."""

    def __init__(self, world: World) -> None:
        self.world, self.reminders = world, FakeReminders(world.contracts)

    def put(self, contract_id: str = "acme-gold", **parts: Any) -> ContractVersion:
        document = {name: part for name, part in {**TERMS, **parts}.items() if part is not None}
        ports = {"teams": self.world.teams, "notifier": self.world.notifier, "clock": self.world.clock}
        return put_contract("acme", contract_id, document, contracts=self.world.contracts, **ports)[0]  # type: ignore[arg-type]

    def at(self, instant: str) -> Reminded:
        self.world.clock.at = datetime.fromisoformat(instant).astimezone(UTC)
        return remind(
            reminders=self.reminders,
            contracts=self.world.contracts,
            messages=FakeReminderMessages(),
            notifier=self.world.notifier,
            mailboxes=self.world.mailboxes,
            clock=self.world.clock,
        )

    def sent_at(self, instant: str) -> list[str]:
        before = len(self.world.notifier.published)
        found = self.at(instant)
        assert found.failed == []
        told = [message.subject.removeprefix("contract_") for message in self.world.notifier.published[before:]]
        assert told == [f"{reminder.kind} {reminder.on}".removeprefix("contract_") for _, reminder in found.sent]
        return told

    def next_look(self) -> str | None:
        at = self.world.contracts.look_at.get(("acme", "acme-gold"))
        return at.isoformat() if at else None

    def shown(self) -> list[dict[str, Any]]:
        newest = self.world.contracts.get("acme", "acme-gold")
        assert newest is not None
        ports = {"contracts": self.world.contracts, "clock": self.world.clock}
        return read_reminders("acme", newest, reminders=self.reminders, **ports)  # type: ignore[arg-type]


@pytest.fixture
def office(world: World) -> Office:
    office = Office(world)
    office.put()
    return office


def test_each_reminder_is_sent_when_it_is_due_and_once(office: Office) -> None:
    assert office.sent_at("2026-03-30T08:00:00Z") == []
    assert office.next_look() == "2026-06-01T07:00:00+00:00"
    assert office.sent_at("2026-06-01T06:59:59Z") == []
    assert office.sent_at("2026-06-01T07:00:00Z") == ["review 2026-06-01"]
    assert office.sent_at("2026-06-01T07:01:00Z") == []
    assert office.sent_at("2026-09-02T07:00:00Z") == ["renewal 2026-09-02"]
    assert office.sent_at("2026-10-02T07:00:00Z") == ["renewal 2026-10-02"]
    assert office.sent_at("2026-11-01T08:00:00Z") == ["review 2026-11-01"]
    assert office.next_look() is None


def test_on_every_day_of_the_year_nothing_is_sent_before_nine_and_at_nine_only_what_is_of_that_day(
    office: Office,
) -> None:
    due = {"2026-06-01": "review", "2026-09-02": "renewal", "2026-10-02": "renewal", "2026-11-01": "review"}
    for number in range(1, 300):
        day = datetime(2026, 3, 30, tzinfo=BERLIN) + timedelta(days=number)
        assert office.sent_at(day.replace(hour=8, minute=59).isoformat()) == []
        kind = due.get(f"{day:%Y-%m-%d}")
        assert office.sent_at(day.replace(hour=9).isoformat()) == ([f"{kind} {day:%Y-%m-%d}"] if kind else [])


def test_after_a_long_outage_the_newest_of_each_kind_is_sent_late_and_once(office: Office) -> None:
    assert sorted(office.sent_at("2026-12-24T00:00:00Z")) == ["renewal 2026-10-02", "review 2026-11-01"]
    assert office.sent_at("2026-12-24T00:01:00Z") == []


def test_a_version_with_other_dates_reschedules_and_nothing_is_sent_twice(office: Office) -> None:
    office.sent_at("2026-09-02T07:00:00Z")
    office.put(term="24 months")
    assert office.sent_at("2026-09-02T07:01:00Z") == [], "the review of June was sent, the notice is a year away"
    assert office.next_look() == "2026-11-01T08:00:00+00:00"
    office.put(warn_at=["50%"])
    assert office.sent_at("2026-09-02T07:02:00Z") == [], "the first dates again, and of these all were sent"
    assert office.sent_at("2026-10-02T07:00:00Z") == ["renewal 2026-10-02"]


def test_a_version_without_reminders_ends_them(office: Office) -> None:
    office.put(reminders=None)
    assert office.next_look() is None
    assert office.sent_at("2026-12-01T00:00:00Z") == []


def test_a_contract_that_is_put_late_is_not_reminded_of_what_is_past(office: Office) -> None:
    office.world.clock.at = datetime(2026, 10, 3, tzinfo=UTC)
    office.put("acme-late")
    assert [key.contract_id for key, _ in office.at("2026-10-03T00:01:00Z").sent] == ["acme-gold", "acme-gold"]


def test_reminders_that_sns_refuses_are_tried_again_with_the_same_id_and_hold_up_no_other_contract(
    office: Office,
) -> None:
    other = dict(TERMS["reminders"], team="engineering")
    office.put("acme-other", reminders=other)
    published, office.world.notifier.refuses = office.world.notifier.published, {"management", "engineering"}
    assert len(office.at("2026-06-01T07:00:00Z").failed) == 2
    office.world.notifier.refuses = set()
    assert [key.contract_id for key, _ in office.at("2026-06-01T07:01:00Z").sent] == ["acme-gold", "acme-other"]
    assert len({message.attributes["notice_id"] for message in published}) == 2


def test_a_team_is_reminded_of_one_contract_per_minute(office: Office) -> None:
    for number in range(3):
        office.put(f"acme-{number}")
    sent = [office.at(f"2026-06-01T07:0{minute}:00Z").sent for minute in range(5)]
    assert [len(each) for each in sent] == [1, 1, 1, 1, 0]
    assert len({key for each in sent for key, _ in each}) == 4


def test_what_was_sent_but_not_recorded_is_sent_again_with_the_same_id(office: Office) -> None:
    office.at("2026-06-01T07:00:00Z")
    office.reminders.kept.clear()
    office.world.contracts.look_at["acme", "acme-gold"] = office.world.clock.at
    office.at("2026-06-01T07:01:00Z")
    first, second = office.world.notifier.published
    assert first.attributes == second.attributes


def test_a_version_that_is_put_meanwhile_is_looked_at_anew(office: Office) -> None:
    publish = office.world.notifier.publish

    def and_put(message: Any) -> str:
        office.put(term="24 months")
        return publish(message)

    office.world.notifier.publish = and_put  # type: ignore[method-assign]
    office.at("2026-06-01T07:00:00Z")
    assert office.next_look() == "2026-06-01T07:00:00+00:00"
    assert office.sent_at("2026-06-01T07:01:00Z") == []
    assert office.next_look() == "2026-11-01T08:00:00+00:00"


def test_what_was_sent_is_shown_with_its_receipt_and_what_is_to_come_without(office: Office) -> None:
    office.at("2026-06-01T07:00:30Z")
    shown = office.shown()
    assert shown[0] == {
        "kind": "contract_review",
        "on": "2026-06-01",
        "about_date": "2026-06-01",
        "sent_at": "2026-06-01T07:00:30Z",
        "message_id": "message-1",
    }
    assert [(each["kind"], each["on"], each["about_date"], each["sent_at"]) for each in shown[1:]] == [
        ("contract_renewal", "2026-09-02", "2026-11-01", None),
        ("contract_renewal", "2026-10-02", "2026-11-01", None),
        ("contract_review", "2026-11-01", "2026-11-01", None),
    ]
    office.world.clock.at = datetime(2026, 9, 2, 7, 0, tzinfo=UTC)
    assert office.shown()[1]["on"] == "2026-09-02", "due, and not sent yet"
    office.put(term=None, notice_days=None, reminders={"team": "management", "review_every": "1 month"})
    assert len(office.shown()) == 12, "one was sent, one is due, and ten to come are enough"


def test_a_ticket_is_measured_until_the_transition_is_over_and_refused_after_that(office: Office) -> None:
    office.world.clock.at = datetime(2027, 3, 1, tzinfo=UTC)
    assert office.world.open("T-1", opened_at="2027-01-30T22:59:59Z")["contract"]["version"] == 2
    with pytest.raises(Invalid) as caught:
        office.world.open("T-2", opened_at="2027-01-30T23:00:00Z")
    assert {fault.path: fault.message for fault in caught.value.faults} == {
        "contract_id": "contract 'acme-gold' ended on 2026-12-31, and its tickets were measured until 2027-01-30; "
        "put a version with a longer term"
    }
    office.put(term="24 months")
    assert office.world.open("T-2", opened_at="2027-01-30T23:00:00Z")["contract"]["version"] == 3
