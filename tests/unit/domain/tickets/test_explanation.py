"""Every second has one explanation, and those that counted are the target."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.story import OPENED_AT, contract, event
from tocsin.domain.contracts.metrics import RESOLUTION
from tocsin.domain.contracts.promise import Promise
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Actor
from tocsin.domain.tickets.explanation import explain
from tocsin.domain.tickets.obligation import Obligation

HOLIDAYS = {"2026-03-31": "Inventory", "2026-04-01": "Inventory", "2026-04-06": "Easter Monday"}
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo")
hours = st.sampled_from([["09:00-12:00", "13:00-17:00"], ["22:00-06:00"], ["00:00-24:00"], ["08:00-08:30"]])
starts = st.integers(0, 60 * 24 * 200).map(lambda minutes: OPENED_AT - timedelta(days=100) + timedelta(minutes=minutes))
gaps = st.lists(st.integers(1, 4_000), max_size=8)


def obligation_of(zone: str, weekly: list[str], start: datetime, target: timedelta, waits: list[int]) -> Obligation:
    terms = contract(calendar={"timezone": zone, "weekly": {"mon-sat": weekly}, "holidays": {"dates": HOLIDAYS}})
    opened = event(1, ev.Opened, start, start, Actor("customer"), {"priority": "P2"})
    obligation = Obligation(RESOLUTION, Promise(RESOLUTION, target, terms.calendar_named(None), ()), opened)
    at = start
    for number, minutes in enumerate(waits):
        at += timedelta(minutes=minutes)
        obligation.resume(at) if obligation.paused else obligation.pause(at, number)
    return obligation


@given(st.sampled_from(ZONES), hours, starts, st.integers(1, 3_000), gaps, st.integers(0, 40_000))
def test_the_stretches_follow_each_other_without_gap_and_what_counted_is_what_elapsed(
    zone: str, weekly: list[str], start: datetime, target: int, waits: list[int], later: int
) -> None:
    obligation = obligation_of(zone, weekly, start, timedelta(minutes=target), waits)
    now, due_at = start + timedelta(minutes=later), obligation.due_at()
    stretches = explain(obligation, now)
    end = max(now, due_at or now)
    edges = [start, *(stretch.end for stretch in stretches)]
    assert [stretch.start for stretch in stretches] == edges[:-1]
    assert edges[-1] == end
    assert all(stretch.start < stretch.end for stretch in stretches)
    counted = sum((stretch.length for stretch in stretches if stretch.kind == "counted"), timedelta())
    assert obligation.promise is not None
    assert counted == obligation.promise.calendar.elapsed(start, end, obligation.pauses)
    if due_at is not None:
        until = [stretch for stretch in stretches if stretch.start < due_at and stretch.kind == "counted"]
        used = sum((min(stretch.end, due_at) - stretch.start for stretch in until), timedelta())
        assert used == timedelta(minutes=target)


def test_a_holiday_is_named_and_days_of_one_name_are_one_stretch() -> None:
    start = datetime.fromisoformat("2026-03-30T15:00:00+00:00")
    obligation = obligation_of("Europe/Berlin", ["09:00-12:00", "13:00-17:00"], start, timedelta(hours=1), [])
    causes = [(stretch.cause, stretch.length) for stretch in explain(obligation, start)]
    assert causes == [
        ("outside opening hours", timedelta(hours=7)),
        ("Inventory", timedelta(hours=48)),
        ("outside opening hours", timedelta(hours=9)),
        ("opening hours", timedelta(hours=1)),
    ]


def test_where_nothing_is_promised_nothing_is_explained() -> None:
    opened = event(1, ev.Opened, OPENED_AT, OPENED_AT, Actor("customer"), {"priority": "P2"})
    assert explain(Obligation(RESOLUTION, None, opened), OPENED_AT) == []
