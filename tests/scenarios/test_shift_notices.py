"""A schedule that says so tells who comes and who goes, by the sweeper, when a shift begins or ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import pytest

from infra.local.engine import Engine
from tests.scenarios.desk import SCHEDULE, Desk
from tocsin.adapters.sns import SnsNotifier

START = datetime(2026, 3, 30, 19, 30, tzinfo=UTC)
"""Ana is on call, and at 22:00 in Berlin it is Ben's night."""

TELLING = {**SCHEDULE, "hand_over_notice": True}
MEMBERS = {
    each: {"name": each.title(), "channels": [{"type": "email", "address": f"{each}@example.com"}]}
    for each in ("ana", "ben", "dora")
}


@pytest.fixture
def engine(twice: bool, check: Callable[[Engine], None]) -> Iterator[Engine]:
    # During a long jump the sweeper is called once at most, as in an outage; a minute after it, it is back.
    with Engine(start=START, schedules=True, calls_per_jump=1, twice=twice) as running:
        yield running
        check(running)


@pytest.fixture
def desk(engine: Engine) -> Desk:
    desk = Desk(engine)
    for member_id, member in MEMBERS.items():
        desk.expect(201, "PUT", f"/v1/members/{member_id}", member)
    desk.expect(201, "PUT", "/v1/schedules/emea", TELLING)
    engine.advance(minutes=1)
    return desk


def told(desk: Desk) -> list[tuple[str, str | None, str]]:
    """Kind, recipient and when."""
    alerts = [each for each in desk.engine.alerts() if each.attributes["kind"].startswith("shift_")]
    return [(each.attributes["kind"], each.recipient, f"{each.at:%H:%M}") for each in alerts]


def at(desk: Desk, hour: int, minute: int = 0) -> None:
    """A sweep at that time, and another one a minute later."""
    desk.engine.advance_to(datetime(2026, 3, 30, hour, minute, tzinfo=UTC))
    for _ in range(2):
        desk.engine.advance(minutes=1)


@pytest.mark.once_and_twice
def test_who_comes_and_who_goes_is_told_once_by_their_own_channels(desk: Desk) -> None:
    assert told(desk) == []
    at(desk, 19, 58)
    assert told(desk) == [("shift_begins", "ben", "20:00"), ("shift_ends", "ana", "20:00")]
    at(desk, 21)
    assert len(told(desk)) == 2
    begins = next(each for each in desk.engine.alerts() if each.attributes["kind"] == "shift_begins")
    assert begins.topic.endswith("acme_member_ben")
    assert "until Tue 31 Mar 06:00 CEST" in begins.body


@pytest.mark.once_and_twice
def test_an_override_that_is_made_late_moves_it_and_one_that_is_taken_back_tells_again(desk: Desk) -> None:
    wanted = {"member_id": "dora", "starts_at": "2026-03-30T20:00:00Z", "ends_at": "2026-03-31T04:00:00Z"}
    made = desk.expect(201, "POST", "/v1/schedules/emea/overrides", {**wanted, "reason": "Ben is ill"})
    at(desk, 19, 58)
    assert told(desk) == [("shift_begins", "dora", "20:00"), ("shift_ends", "ana", "20:00")]
    desk.expect(200, "DELETE", f"/v1/schedules/emea/overrides/{made['override_id']}")
    at(desk, 21)
    assert sorted(each[:2] for each in told(desk)[2:]) == [("shift_begins", "ben"), ("shift_ends", "dora")]


@pytest.mark.parametrize("change", ["deleted", "put without"])
def test_a_schedule_that_is_gone_or_says_so_no_longer_tells_nothing(desk: Desk, change: str) -> None:
    if change == "deleted":
        desk.expect(200, "DELETE", "/v1/schedules/emea")
    else:
        desk.expect(200, "PUT", "/v1/schedules/emea", SCHEDULE)
    at(desk, 20, 30)
    assert told(desk) == []


def test_a_notice_that_cannot_be_sent_is_counted_and_tried_again_every_minute(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.engine.advance_to(datetime(2026, 3, 30, 19, 59, 30, tzinfo=UTC))
    capsys.readouterr()
    with mock.patch.object(SnsNotifier, "publish", side_effect=ConnectionError):
        desk.engine.advance(minutes=1)
    assert '"ReminderTrouble":[1.0]' in capsys.readouterr().out.replace(" ", "")
    for _ in range(3):
        desk.engine.advance(minutes=1)
    assert [each[:2] for each in told(desk)] == [("shift_begins", "ben"), ("shift_ends", "ana")]


def test_the_functions_call_only_what_they_are_granted_for_it(desk: Desk) -> None:
    at(desk, 20, 30)
    assert len(told(desk)) == 2
    for function in ("Sweeper", "Api"):
        granted = {action for grant in desk.engine.topology.function(function).grants for action in grant.actions}
        called = {action for name, action in desk.engine.api_calls if name == function}
        assert called <= granted


@pytest.mark.parametrize("wrong", ["yes", 1, None])
def test_anything_but_true_or_false_is_refused(desk: Desk, wrong: Any) -> None:
    refused = desk.expect(422, "PUT", "/v1/schedules/apac", {**SCHEDULE, "hand_over_notice": wrong})
    assert [each["path"] for each in refused["errors"]] == ["hand_over_notice"]
