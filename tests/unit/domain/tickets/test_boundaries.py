"""What happens at the very instant, or in the very order, at which one rule gives way to another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.unit.story import OFFICE, Story, after, contract
from tocsin.domain.contracts.reminders import outstanding, reminders_of, upcoming
from tocsin.domain.tickets import events as ev

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_tier_that_was_alerted_before_we_learned_that_somebody_had_asked_for_it_is_not_alerted_twice() -> None:
    story = Story()
    story.assess_until(15)
    story.says(ev.Escalated, 10, known_at=16, tier=2)
    story.assess(16)
    assert [event.tier for event in story.recorded(ev.TierAlerted)] == [1, 2]


def test_the_time_between_a_resolution_and_its_reopening_is_put_down_to_the_resolution() -> None:
    story = Story()
    resolved = story.says(ev.Resolved, 10)
    story.says(ev.Reopened, 30)
    assert story.obligation("resolution").pause_causes == [resolved.sequence]


def test_what_occurred_the_very_instant_a_breach_was_recorded_may_be_the_cause_of_its_correction() -> None:
    story = Story(terms=contract(targets={"P1": {"first_response": "15m", "calendar": "always"}}, warn_at=[]))
    story.says(ev.Acknowledged, 0)
    story.assess_until(15)
    answer = story.says(ev.AgentReplied, 15, known_at=20)
    story.assess(20)
    [correction] = story.recorded(ev.Corrected)
    assert correction.because == (answer.sequence,)


def test_a_reminder_that_was_due_when_the_contract_was_put_is_over_and_one_due_now_is_due() -> None:
    reminders = {"team": "management", "review_every": "6 months"}
    terms = contract(effective_from="2026-01-01", reminders=reminders)
    first = next(reminders_of(terms))
    due_at = first.due_at(terms.timezone)
    assert outstanding(terms, [], LONG_AGO, due_at) == [first]
    assert outstanding(terms, [], due_at, due_at) == []
    assert first != next(upcoming(terms, due_at))
    assert next(upcoming(terms, due_at - timedelta(microseconds=1))) == first


def test_a_warning_that_has_to_wait_until_the_deadline_is_not_given() -> None:
    targets = {"P1": {"resolution": "23h", "calendar": "always"}, "P2": {"resolution": "24h", "calendar": "always"}}
    terms = contract(targets=targets, calendar=None, calendars={"office": OFFICE}, warnings_in="office")
    waits, is_given = Story("P1", terms=terms), Story("P2", terms=terms)
    assert waits.due_at("resolution") == after(23 * 60), "nine o'clock, when the office opens"
    assert waits.obligation("resolution").warnings() == []
    assert is_given.obligation("resolution").warnings() == [("75%", after(23 * 60))]


def test_of_what_fell_due_when_we_learned_of_it_one_notice_is_enough_and_later_not() -> None:
    terms = contract(targets={"P1": {"resolution": "4h", "calendar": "always"}}, warn_at=[])
    for known_after, on_arrival in ((240.0, True), (240 - 1 / 60_000_000, False)):
        story = Story(terms=terms, known_after=known_after)
        story.assess(240)
        assert [event.on_arrival for event in story.recorded(ev.Breached)] == [on_arrival]


def test_what_falls_due_in_hundreds_at_once_is_recorded_in_portions_and_told_when_all_is_known() -> None:
    targets = {"P1": {"periodic_update": "1h", "resolution": "4h", "calendar": "always"}}
    story = Story(terms=contract(targets=targets, warn_at=[]), known_after=100_000)
    for number in range(1, 121):
        story.says(ev.AgentReplied, 61 * number, known_at=100_000)
    portions = [story.assess(100_000)]
    while not portions[-1].complete:
        portions.append(story.assess(100_000))
    assert len(story.recorded(ev.Breached)) > 120
    assert len(portions) == 3
    assert [each.acts_at(after(100_000), appended=True) for each in portions[:-1]] == [after(100_000)] * (
        len(portions) - 1
    )
    assert len([event for event in story.recorded(ev.NoticesRecorded) if event.notices]) == 1
    assert not story.look(100_000).events
