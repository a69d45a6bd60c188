"""`forward`: what was used up stays used, and the rest counts in the new terms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.unit.story import Story, contract
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.explanation import explain
from tocsin.domain.tickets.obligation import Obligation
from tocsin.domain.values.instants import format_instant

UNTIL_17 = {"timezone": "Europe/Berlin", "weekly": {"mon-fri": ["09:00-17:00"]}}
UNTIL_20 = {"timezone": "Europe/Berlin", "weekly": {"mon-fri": ["09:00-20:00"]}}
NEW_YORK = {"timezone": "America/New_York", "weekly": {"mon-fri": ["06:00-14:00"]}}
AUCKLAND = {"timezone": "Pacific/Auckland", "weekly": {"mon-fri": ["09:00-17:00"]}}
OVERNIGHT = {"timezone": "Europe/Berlin", "weekly": {"mon-fri": ["20:00-06:00"]}}


def story(targets: Mapping[str, str | None], *, hours: Mapping[str, Mapping[str, Any]] | None = None) -> Story:
    """Opened on Monday 30 March at 08:00 UTC, ten in Berlin, with the priority that comes first."""
    rows = {
        priority: {
            **({"resolution": target} if target else {"first_response": "99h"}),
            "calendar": f"of-{priority.lower()}" if hours else "always",
        }
        for priority, target in targets.items()
    }
    calendars = {f"of-{priority.lower()}": weekly for priority, weekly in (hours or {}).items()}
    terms = contract(targets=rows, calendars=calendars, retarget={"priority": "forward"})
    return Story(next(iter(targets)), terms=terms)


def minutes(instant: str) -> float:
    """After the opening; of 2026, in UTC."""
    return (utc(instant) - utc("03-30 08:00")) / timedelta(minutes=1)


def utc(instant: str) -> datetime:
    return datetime.fromisoformat(f"2026-{instant}").replace(tzinfo=UTC)


def changed(told: Story, *changes: tuple[str, str]) -> Obligation:
    """The resolution after changes to these priorities at these instants."""
    for at, priority in changes:
        told.says(ev.PriorityChanged, minutes(at), priority=priority)
    return told.obligation("resolution")


def used(obligation: Obligation, at: str) -> Any:
    assert obligation.countdown is not None
    return obligation.countdown.used_by(utc(at), obligation.pauses)


def test_business_days_with_none_left_are_due_at_the_change() -> None:
    hours = {"P1": UNTIL_17, "P2": UNTIL_17}
    # Tuesday and Wednesday are used up, of one that is promised now.
    obligation = changed(story({"P1": "3bd", "P2": "1bd"}, hours=hours), ("04-01 18:00", "P2"))
    assert obligation.due_at() == utc("04-01 18:00")
    assert used(obligation, "04-01 18:00") == 2


@pytest.mark.parametrize(
    ("before", "then", "change", "due_at"),
    [
        # Berlin closes at 15:00 or 18:00 UTC. Tuesday has counted when the hours become longer: it does not again.
        (UNTIL_17, UNTIL_20, "03-31 16:00", "04-01 18:00"),
        # Tuesday has not counted when the hours become shorter, in which it is over already: it never does.
        (UNTIL_20, UNTIL_17, "03-31 16:00", "04-02 15:00"),
        # It is not over yet in either: it counts once, as it does now.
        (UNTIL_17, UNTIL_20, "03-31 14:00", "04-01 18:00"),
        (UNTIL_20, UNTIL_17, "03-31 14:00", "04-01 15:00"),
        # New York closes at 18:00 UTC on the date on which Berlin did before.
        (UNTIL_17, NEW_YORK, "03-31 16:00", "04-01 18:00"),
        (NEW_YORK, UNTIL_17, "03-31 16:00", "04-02 15:00"),
        # Auckland closes its Tuesday at 04:00 UTC, and Berlin its own eleven hours later.
        (AUCKLAND, UNTIL_17, "03-31 05:00", "04-01 15:00"),
        # Berlin closes its Tuesday when Auckland is about to open on Wednesday; the opening is on Monday in both.
        (UNTIL_17, AUCKLAND, "03-31 16:00", "04-01 04:00"),
        # The night that began on Tuesday is over on Wednesday at 04:00 UTC: it is Tuesday that counted.
        (OVERNIGHT, UNTIL_17, "04-01 05:00", "04-01 15:00"),
    ],
)
def test_a_local_date_counts_once_by_the_hours_that_hold_when_it_closes(
    before: Mapping[str, Any], then: Mapping[str, Any], change: str, due_at: str
) -> None:
    told = story({"P1": "2bd", "P2": "2bd"}, hours={"P1": before, "P2": then})
    obligation = changed(told, (change, "P2"))
    assert obligation.due_at() == utc(due_at)
    assert used(obligation, due_at) == 2


def test_of_business_days_that_move_forward_shares_are_those_of_the_open_time_that_is_left() -> None:
    told = story({"P1": "2bd", "P2": "3bd"}, hours={"P1": UNTIL_17, "P2": UNTIL_17})
    # Tuesday has counted. Until Thursday's close there are sixteen hours, and 75 % of them are over four before it.
    obligation = changed(told, ("03-31 16:00", "P2"))
    assert (obligation.due_at(), obligation.warnings()) == (utc("04-02 15:00"), [("75%", utc("04-02 11:00"))])


def test_a_day_that_counted_is_remembered_over_several_changes() -> None:
    hours = {"P1": UNTIL_17, "P2": UNTIL_20, "P3": UNTIL_20}
    told = story({"P1": "2bd", "P2": "4bd", "P3": "2bd"}, hours=hours)
    # Tuesday counted at 15:00 UTC, and at 18:00 it does not again.
    obligation = changed(told, ("03-31 16:00", "P2"), ("03-31 17:00", "P3"))
    assert obligation.due_at() == utc("04-01 18:00")


def test_what_was_used_before_nothing_was_promised_for_a_while_stays_used() -> None:
    told = story({"P1": "4h", "P2": None})
    obligation = changed(told, ("03-30 09:40", "P2"), ("03-30 09:50", "P1"))
    assert obligation.due_at() == utc("03-30 12:10")
    assert used(obligation, "03-30 09:50") == timedelta(minutes=100)
    assert [(each.kind, each.cause, each.start, each.end) for each in explain(obligation, utc("03-30 10:00"))] == [
        ("counted", "opening hours", utc("03-30 08:00"), utc("03-30 09:40")),
        ("paused", "nothing promised", utc("03-30 09:40"), utc("03-30 09:50")),
        ("counted", "opening hours", utc("03-30 09:50"), utc("03-30 12:10")),
    ]


def test_business_days_that_close_while_nothing_is_promised_do_not_count() -> None:
    told = story({"P1": "3bd", "P2": None}, hours={"P1": UNTIL_17, "P2": UNTIL_17})
    # Tuesday counts, Wednesday does not, and then Thursday and Friday.
    obligation = changed(told, ("04-01 10:00", "P2"), ("04-02 08:00", "P1"))
    assert obligation.due_at() == utc("04-03 15:00")
    assert used(obligation, "04-02 08:00") == 1


def test_what_is_late_with_nothing_left_under_the_new_target_either_is_late_once() -> None:
    told = story({"P1": "4h", "P2": "3h"})
    told.assess_until(300)
    obligation = changed(told, ("03-30 13:00", "P2"))
    told.assess_until(400)
    assert obligation.due_at() == utc("03-30 12:00")
    assert [format_instant(event.due_at) for event in told.recorded(ev.Breached)] == ["2026-03-30T12:00:00Z"]
    assert not told.ticket().current["resolution"].superseded_deadlines()


def test_what_is_late_stays_so_where_nothing_was_promised_for_a_while() -> None:
    told = story({"P1": "4h", "P2": None})
    obligation = changed(told, ("03-30 13:00", "P2"), ("03-30 14:00", "P1"))
    told.assess_until(400)
    assert obligation.due_at() == utc("03-30 12:00")
    assert [format_instant(event.due_at) for event in told.recorded(ev.Breached)] == ["2026-03-30T12:00:00Z"]


def test_what_is_late_and_has_something_left_of_a_larger_target_may_be_late_again() -> None:
    told = story({"P1": "4h", "P2": "6h"})
    obligation = changed(told, ("03-30 13:00", "P2"))
    told.assess_until(400)
    assert obligation.due_at() == utc("03-30 14:00")
    assert [format_instant(event.due_at) for event in told.recorded(ev.Breached)] == [
        "2026-03-30T12:00:00Z",
        "2026-03-30T14:00:00Z",
    ]


def test_what_is_not_late_yet_and_has_nothing_left_is_due_at_the_change() -> None:
    assert changed(story({"P1": "4h", "P2": "1h"}), ("03-30 10:00", "P2")).due_at() == utc("03-30 10:00")
