"""A reopened ticket goes on where it stopped, and what was in time stays so."""

from __future__ import annotations

from tests.unit.story import Story, after, contract
from tocsin.domain.tickets import events as ev
from tocsin.domain.values.instants import format_instant


def reopened(at: float, *, resolved: float) -> Story:
    """A P1 that has four hours of every day, resolved and reopened so many minutes after its opening."""
    story = Story(terms=contract(targets={"P1": {"resolution": "4h", "calendar": "always"}}))
    story.says(ev.Resolved, resolved)
    story.assess(resolved)
    story.assess(at)
    story.says(ev.Reopened, at)
    return story


def missed(story: Story) -> list[str]:
    return [format_instant(event.due_at) for event in story.recorded(ev.Breached)]


def test_what_was_met_at_its_deadline_is_late_when_it_is_reopened_and_not_before() -> None:
    story = reopened(360, resolved=240)
    assert story.due_at("resolution") == after(360)
    assert story.state("resolution", 360) == "breached"
    story.assess(360)
    story.assess_until(900)
    [breach] = [event for event in story.recorded(ev.Breached) if event.metric == "resolution"]
    assert (format_instant(breach.due_at), breach.on_arrival) == ("2026-03-30T14:00:00Z", True)


def test_resolved_again_the_moment_that_it_is_reopened_it_is_still_in_time() -> None:
    story = reopened(360, resolved=240)
    story.says(ev.Resolved, 360)
    story.assess(360)
    assert story.state("resolution", 900) == "met"
    assert not missed(story)


def test_what_was_late_before_it_was_resolved_stays_due_when_it_was() -> None:
    story = reopened(360, resolved=241)
    story.assess(360)
    assert story.due_at("resolution") == after(240)
    assert missed(story) == ["2026-03-30T12:00:00Z"]


def test_a_date_set_by_hand_that_was_kept_is_late_only_from_the_reopening_on() -> None:
    story = Story()
    story.says(ev.DueDateSet, 10, metric="resolution", due_at="2026-03-30T12:00:00Z", reason="agreed")
    story.says(ev.Resolved, 200)
    story.assess(200)
    story.says(ev.Reopened, 360)
    assert story.due_at("resolution") == after(360)


def test_reopened_with_a_larger_target_what_was_met_at_its_deadline_has_missed_nothing() -> None:
    rows = {"P1": {"resolution": "4h", "calendar": "always"}, "P2": {"resolution": "6h", "calendar": "always"}}
    story = Story(terms=contract(targets=rows))
    story.says(ev.Resolved, 240)
    story.says(ev.PriorityChanged, 300, priority="P2")
    story.says(ev.Reopened, 360)
    story.assess_until(900)
    assert missed(story) == ["2026-03-30T16:00:00Z"]


def test_a_first_response_that_nobody_gave_is_owed_again() -> None:
    terms = contract(calendar=None, counts_as_response=["public_reply"], targets={"P1": {"first_response": "1h"}})
    story = Story(terms=terms)
    story.assess(0)
    story.says(ev.Resolved, 10)
    story.assess(10)
    story.says(ev.Reopened, 20)
    assert story.state("first_response", 21) == "running"
    assert story.due_at("first_response") == after(70)
