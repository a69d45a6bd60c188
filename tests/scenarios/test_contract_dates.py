"""A contract has dates: its team is reminded of them, and what is opened after its end is not measured any more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

import pytest

from infra.local.engine import Engine
from infra.local.moto.sns import Alert
from tests.scenarios.desk import CONTRACT, Desk
from tocsin.adapters.sns import SnsNotifier

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
DATED: dict[str, Any] = {
    **CONTRACT,
    "effective_from": "2026-01-01",
    "term": "12 months",
    "notice_days": 60,
    "transition_days": 30,
    "reminders": {"team": "management", "renewal": ["30 days"], "review_every": "6 months"},
}
"""Ends on 31 December; notice by 1 November; 30 days before that is 2 October; reviewed on 1 July."""

DATES = [date(2026, 7, 1), date(2026, 10, 2), date(2026, 11, 1), date(2026, 12, 31)]

WHAT_IS_DUE = [("contract_review", "2026-07-01T07:00:00Z"), ("contract_renewal", "2026-10-02T07:00:00Z")]


@pytest.fixture
def engine(twice: bool, check: Callable[[Engine], None]) -> Iterator[Engine]:
    # During a long jump the sweeper is called once at most, as in an outage; a minute after it, it is back.
    with Engine(start=START, schedules=True, calls_per_jump=1, twice=twice) as running:
        yield running
        check(running)


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine).prepare(DATED)


def reminders(desk: Desk) -> list[Alert]:
    return [alert for alert in desk.engine.alerts() if alert.attributes["kind"].startswith("contract_")]


def told(desk: Desk) -> list[tuple[str, str]]:
    return [(each.attributes["kind"], f"{each.at:%Y-%m-%dT%H:%M:%SZ}") for each in reminders(desk)]


def days_to_look_at(first: date, end: date) -> list[date]:
    """The first of each month, and two days to either side of every date of the contract.

    The unit tests of reminding look at every day of the year.
    """
    every = [first + timedelta(days=number) for number in range((end - first).days)]
    return [day for day in every if day.day == 1 or any(abs((day - date_).days) <= 2 for date_ in DATES)]


def pass_days(desk: Desk, until: date) -> int:
    """Day after day, with a sweep a minute before nine in Berlin and one at nine; the number of days."""
    days = days_to_look_at(desk.engine.clock.now().astimezone(BERLIN).date() + timedelta(days=1), until)
    for day in days:
        nine = datetime(day.year, day.month, day.day, 9, tzinfo=BERLIN).astimezone(UTC)
        desk.engine.advance_to(nine - timedelta(minutes=2))
        for _ in range(2):
            desk.engine.advance(minutes=1)
    return len(days)


def test_in_a_year_the_team_is_reminded_of_each_date_at_nine_and_never_again(desk: Desk) -> None:
    shown = desk.expect(200, "GET", "/v1/contracts/acme-gold")["reminders"]
    assert [(each["kind"], each["on"], each["about_date"], each["sent_at"]) for each in shown] == [
        ("contract_review", "2026-07-01", "2026-07-01", None),
        ("contract_renewal", "2026-10-02", "2026-11-01", None),
    ]
    days = pass_days(desk, date(2027, 1, 3))
    assert told(desk) == WHAT_IS_DUE
    assert {alert.recipient for alert in reminders(desk)} == {"management"}
    assert all(alert.topic.endswith("acme_team_management") for alert in reminders(desk))
    assert [alert.subject for alert in reminders(desk)] == [
        "acme-gold: the contract is to be reviewed on 2026-07-01",
        "acme-gold: last day for notice is 2026-11-01",
    ]
    sent = desk.expect(200, "GET", "/v1/contracts/acme-gold")["reminders"]
    assert [(each["kind"], each["sent_at"]) for each in sent] == WHAT_IS_DUE
    assert [each["message_id"] for each in sent] == [alert.message_id for alert in reminders(desk)]
    assert desk.engine.lambda_calls["Sweeper"] > 2 * days


def test_a_ticket_of_the_transition_is_measured_and_one_after_it_refused(desk: Desk) -> None:
    desk.engine.advance_to(datetime(2027, 1, 30, 22, 59, tzinfo=UTC))
    desk.open("T-1")
    assert desk.obligation("first_response")["due_at"] == "2027-01-30T23:14:00Z"
    desk.engine.advance(minutes=1)
    late = {"ticket_id": "T-2", "contract_id": "acme-gold", "priority": "P1"}
    [fault] = desk.expect(422, "POST", "/v1/tickets", late)["errors"]
    assert fault == {
        "path": "contract_id",
        "message": "contract 'acme-gold' ended on 2026-12-31, and its tickets were measured until 2027-01-30; "
        "put a version with a longer term",
    }
    assert desk.expect(422, "POST", "/v1/contracts/acme-gold/preview", {"priority": "P1"})["errors"] == [fault]
    desk.engine.advance(hours=1)
    assert "breached" in desk.types("T-1"), "what was opened in time is measured to its end"
    desk.expect(201, "PUT", "/v1/contracts/acme-gold", {**DATED, "term": "24 months"})
    desk.expect(201, "POST", "/v1/tickets", late)


@pytest.mark.once_and_twice
def test_a_longer_term_takes_back_the_reminder_and_the_old_dates_bring_back_only_what_was_not_sent(desk: Desk) -> None:
    pass_days(desk, date(2026, 7, 3))
    desk.expect(201, "PUT", "/v1/contracts/acme-gold", {**DATED, "term": "24 months"})
    pass_days(desk, date(2026, 10, 5))
    assert told(desk) == WHAT_IS_DUE[:1]
    desk.expect(201, "PUT", "/v1/contracts/acme-gold", DATED)
    desk.engine.advance(minutes=2)
    assert [kind for kind, _ in told(desk)] == ["contract_review", "contract_renewal"], "late, since it is due by now"


@pytest.mark.once_and_twice
def test_after_an_outage_of_months_the_newest_of_each_kind_is_sent_once(desk: Desk) -> None:
    desk.engine.advance_to(datetime(2026, 11, 20, tzinfo=UTC))
    assert told(desk) == []
    desk.engine.advance(minutes=1)
    assert sorted(kind for kind, _ in told(desk)) == ["contract_renewal", "contract_review"]
    desk.engine.advance(hours=1)
    assert len(told(desk)) == 2


def test_a_reminder_that_cannot_be_sent_is_counted_and_tried_again_every_minute(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.engine.advance_to(datetime(2026, 7, 1, 6, 59, 30, tzinfo=UTC))
    capsys.readouterr()
    with mock.patch.object(SnsNotifier, "publish", side_effect=ConnectionError):
        desk.engine.advance(minutes=1)
    assert '"ReminderTrouble":[1.0]' in capsys.readouterr().out.replace(" ", "")
    desk.engine.advance(minutes=1)
    assert told(desk) == [("contract_review", "2026-07-01T07:01:30Z")]


def test_a_reminder_to_a_topic_that_is_gone_is_sent_all_the_same(desk: Desk) -> None:
    sns = desk.engine.client("sns")
    sns.delete_topic(TopicArn=f"{desk.engine.attributes['TopicArnPrefix']}acme_team_management")
    desk.engine.advance_to(datetime(2026, 7, 1, 7, 0, tzinfo=UTC))
    desk.engine.advance(minutes=1)
    assert [kind for kind, _ in told(desk)] == ["contract_review"]


def test_the_sweeper_calls_only_what_it_is_granted_when_it_reminds(desk: Desk) -> None:
    desk.engine.advance_to(datetime(2026, 7, 2, tzinfo=UTC))
    desk.engine.advance(minutes=1)
    assert len(told(desk)) == 1
    granted = {action for grant in desk.engine.topology.function("Sweeper").grants for action in grant.actions}
    called = {action for name, action in desk.engine.api_calls if name == "Sweeper"}
    assert called <= granted
    assert {"sns:Publish", "dynamodb:PutItem", "dynamodb:UpdateItem"} <= called
