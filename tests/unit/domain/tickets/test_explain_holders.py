"""Whose time it was: every second of an obligation is put down to somebody, and so is every second that was late."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.story import ANA, CUSTOMER, OFFICE, Story, after, contract
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Actor
from tocsin.domain.tickets.explanation import Stretch, explain, seconds_by_holder
from tocsin.domain.values.instants import format_instant

TIERS = {
    "tiers": [
        {"team": "frontline", "acknowledge_within": "15m", "calendar": "always"},
        {"team": "engineering", "acknowledge_within": "30m", "calendar": "always"},
        {"team": "management", "acknowledge_within": "1h", "calendar": "always"},
    ]
}
P1_AND_P2: Mapping[str, Any] = {"P1": {"resolution": "4h", "calendar": "always"}, "P2": {"resolution": "4h"}}


def terms(**parts: Any) -> Contract:
    return contract(**{"calendar": OFFICE, "warn_at": [], "targets": P1_AND_P2, "escalation": TIERS, **parts})


def stretches(story: Story, at: float, metric: str = "resolution") -> list[Stretch]:
    ticket = story.look(at).ticket
    return explain(ticket.current[metric], after(at), ticket.holders)


def minutes(story: Story, at: float, metric: str = "resolution", *, late: bool = False) -> dict[str, float]:
    """Minutes by holder; of those that were late only."""
    found = [each for each in stretches(story, at, metric) if each.late or not late]
    return {holder: seconds / 60 for holder, seconds in seconds_by_holder(found).items()}


def causes(story: Story, at: float) -> list[tuple[str, str, float]]:
    found = stretches(story, at)
    return [(each.kind, each.cause, each.length.total_seconds() / 60) for each in found]


class TestHolders:
    def test_each_tier_the_customer_and_a_vendor_have_their_time(self) -> None:
        story = Story("P1", terms=terms())
        story.assess_until(50)  # Tier 2 is alerted at 15 and tier 3 at 45.
        story.says(ev.Acknowledged, 55, actor=Actor("agent", "dora"))
        story.says(ev.Pended, 60)
        story.says(ev.Pended, 90, waiting_for="vendor")
        story.says(ev.Resumed, 100)
        story.says(ev.Resolved, 130)
        assert minutes(story, 200) == {"tier 1": 15, "tier 2": 30, "tier 3": 45, "customer": 30, "vendor": 10}

    def test_who_acknowledges_for_an_earlier_tier_has_it_for_that_tier(self) -> None:
        story = Story("P1", terms=terms())
        story.assess_until(20)
        story.says(ev.Acknowledged, 25, tier=1)
        assert minutes(story, 30) == {"tier 1": 15 + 215, "tier 2": 10}

    def test_before_anybody_is_alerted_nobody_has_it(self) -> None:
        from_eleven = {"late": {"timezone": "Europe/Berlin", "weekly": {"mon-fri": ["11:00-17:00"]}}}
        tier = {"team": "frontline", "acknowledge_within": "15m", "calendar": "late"}
        story = Story("P1", terms=terms(calendars=from_eleven, escalation={"tiers": [tier]}))
        story.assess_until(60)
        story.says(ev.Resolved, 90)
        assert minutes(story, 90) == {"nobody": 60, "tier 1": 30}

    def test_what_nobody_worked_on_between_resolving_and_reopening_is_nobody_s(self) -> None:
        story = Story("P1", terms=terms())
        story.assess(0)
        story.says(ev.Acknowledged, 5)
        story.says(ev.Resolved, 60)
        story.says(ev.Reopened, 100)
        story.says(ev.Resolved, 150)
        assert minutes(story, 150) == {"tier 1": 110, "nobody": 40}

    def test_where_the_calendar_is_closed_it_is_the_closed_hours_whoever_had_it(self) -> None:
        story = Story("P2", terms=terms())
        story.assess(0)
        story.says(ev.Acknowledged, 5)
        story.says(ev.Pended, 60)
        story.says(ev.Resumed, 210)
        story.says(ev.Resolved, 240)
        # Ten to eleven; the customer from eleven to half past one, of which an hour was lunch; half an hour more.
        assert minutes(story, 240) == {"tier 1": 90, "customer": 90, "closed hours": 60}

    def test_an_escalation_to_another_tier_hands_it_over_when_that_is_alerted(self) -> None:
        story = Story("P1", terms=terms())
        story.assess(0)
        story.says(ev.Acknowledged, 5)
        story.says(ev.Escalated, 30, tier=3)
        story.assess(30)
        story.says(ev.Resolved, 40)
        assert minutes(story, 40) == {"tier 1": 30, "tier 3": 10}

    def test_an_alert_while_the_ticket_waits_leaves_it_with_whom_it_waits_for(self) -> None:
        story = Story("P1", terms=terms())
        story.assess(0)
        story.says(ev.Pended, 10)
        story.says(ev.Escalated, 45, tier=3)
        story.assess_until(50)
        story.says(ev.Resumed, 60)
        story.says(ev.Resolved, 70)
        assert minutes(story, 70) == {"tier 1": 10, "customer": 50, "tier 3": 10}


class TestLateTime:
    def test_what_lies_after_the_deadline_is_late_whoever_had_it_then(self) -> None:
        story = Story("P1", terms=terms())
        story.assess(0)
        story.says(ev.Acknowledged, 5)
        story.says(ev.Pended, 250)
        story.says(ev.Resumed, 300)
        story.says(ev.Resolved, 310)
        # Due at 240: ten minutes and ten more of the first tier, fifty of the customer.
        assert minutes(story, 400, late=True) == {"tier 1": 20, "customer": 50}
        assert minutes(story, 400) == {"tier 1": 260, "customer": 50}

    def test_the_night_after_the_deadline_is_late_and_nobody_s_fault(self) -> None:
        story = Story("P2", terms=terms())
        story.assess(0)
        story.says(ev.Acknowledged, 5)
        # Due on Monday at three; resolved on Tuesday at ten.
        story.says(ev.Resolved, 24 * 60)
        assert minutes(story, 2_000, late=True) == {"tier 1": 120 + 60, "closed hours": 16 * 60}

    def test_met_exactly_then_nothing_is_late(self) -> None:
        story = Story("P1", terms=terms())
        story.says(ev.Resolved, 240)
        assert minutes(story, 400, late=True) == {}

    def test_what_still_runs_is_explained_up_to_its_deadline_and_then_up_to_now(self) -> None:
        story = Story("P1", terms=terms())
        assert stretches(story, 10)[-1].end == after(240)
        story.assess_until(250)
        assert minutes(story, 250, late=True) == {"tier 3": 10}


class TestCauses:
    def test_a_holiday_and_a_special_day_are_named(self) -> None:
        calendar = {
            **OFFICE,
            "holidays": {"dates": {"2026-03-31": "Inventory"}},
            "special_days": {"2026-04-01": {"name": "Works outing", "open": ["09:00-10:00"]}},
        }
        story = Story("P2", terms=terms(calendar=calendar, targets={"P2": {"resolution": "8h"}}))
        assert causes(story, 0) == [
            ("counted", "opening hours", 120),
            ("closed", "outside opening hours", 60),
            ("counted", "opening hours", 240),
            ("closed", "outside opening hours", 7 * 60),
            ("closed", "Inventory", 24 * 60),
            ("closed", "Works outing", 9 * 60),
            ("counted", "opening hours", 60),
            ("closed", "Works outing", 14 * 60),
            ("closed", "outside opening hours", 9 * 60),
            ("counted", "opening hours", 60),
        ]

    def test_a_special_day_that_is_also_a_holiday_is_the_special_day(self) -> None:
        calendar = {
            **OFFICE,
            "holidays": "shared",
            "special_days": {"03-31": {"name": "Skeleton crew", "open": []}},
        }
        shared = {"shared": {"dates": {"2026-03-31": "Inventory"}}}
        story = Story("P2", terms=terms(calendar=calendar, holidays=shared, targets={"P2": {"resolution": "7h"}}))
        assert ("closed", "Skeleton crew", 24 * 60) in causes(story, 0)
        assert "Inventory" not in [cause for _, cause, _ in causes(story, 0)]

    def test_a_pause_names_the_event_that_began_it(self) -> None:
        story = Story("P1", terms=terms())
        story.says(ev.Pended, 10)
        story.says(ev.Resumed, 20)
        story.says(ev.Pended, 30)
        assert [each[:2] for each in causes(story, 40)] == [
            ("counted", "opening hours"),
            ("paused", "event 2"),
            ("counted", "opening hours"),
            ("paused", "event 4"),
        ]


class TestRetargeted:
    """From P1, round the clock, to P2 in office hours and with what is used up kept, while the office is closed."""

    def story(self) -> Story:
        targets = {"P1": {"resolution": "8h", "calendar": "always"}, "P2": {"resolution": "8h"}}
        story = Story("P1", terms=terms(targets=targets, retarget={"priority": "forward"}))
        story.assess(0)
        story.says(ev.Acknowledged, 5)
        story.says(ev.PriorityChanged, 150, priority="P2")
        return story

    def test_the_lunch_before_the_change_counted_and_the_rest_of_it_does_not(self) -> None:
        # Two and a half hours until half past twelve, then half an hour of lunch; four hours until five; on Tuesday
        # from nine to half past ten.
        assert causes(self.story(), 160) == [
            ("counted", "opening hours", 150),
            ("closed", "outside opening hours", 30),
            ("counted", "opening hours", 240),
            ("closed", "outside opening hours", 16 * 60),
            ("counted", "opening hours", 90),
        ]

    def test_what_counted_adds_up_to_the_target_and_all_of_it_to_the_whole(self) -> None:
        story = self.story()
        assert sum(length for kind, _, length in causes(story, 160) if kind == "counted") == 480
        assert minutes(story, 160) == {"tier 1": 480, "closed hours": 30 + 16 * 60}

    def test_back_again_it_goes_on_in_the_first_hours(self) -> None:
        story = self.story()
        story.says(ev.PriorityChanged, 450, priority="P1")
        # Half past five: six and a half hours are used up; the rest counts through the evening.
        assert causes(story, 460) == [
            ("counted", "opening hours", 150),
            ("closed", "outside opening hours", 30),
            ("counted", "opening hours", 240),
            ("closed", "outside opening hours", 30),
            ("counted", "opening hours", 90),
        ]


class TestDueByHand:
    def story(self, due: float) -> Story:
        story = Story("P1", terms=terms())
        story.assess(0)
        story.says(ev.Acknowledged, 5)
        due_at = format_instant(after(due))
        story.says(ev.DueDateSet, 10, metric="resolution", due_at=due_at, reason="By phone")
        return story

    def test_what_is_late_is_late_by_that_date(self) -> None:
        story = self.story(100)
        story.says(ev.Resolved, 130)
        assert minutes(story, 200, late=True) == {"tier 1": 30}
        later = self.story(600)
        later.says(ev.Resolved, 500)
        assert minutes(later, 700, late=True) == {}

    def test_up_to_it_every_second_is_told(self) -> None:
        found = stretches(self.story(600), 20)
        assert (found[0].start, found[-1].end) == (after(0), after(600))


class TestEnded:
    def test_a_cancelled_one_is_explained_up_to_its_end(self) -> None:
        story = Story("P1", terms=terms())
        story.assess(0)
        story.says(ev.Merged, 60, into="T-2")
        assert stretches(story, 500)[-1].end == after(60)
        assert minutes(story, 500, late=True) == {}

    def test_one_that_was_late_when_it_was_cancelled_keeps_what_was_late(self) -> None:
        story = Story("P1", terms=terms())
        story.assess(0)
        story.says(ev.Acknowledged, 5)
        story.says(ev.Deleted, 300)
        assert minutes(story, 500, late=True) == {"tier 1": 60}


FACTS = st.sampled_from(
    [
        (ev.Pended, {}),
        (ev.Pended, {"waiting_for": "vendor"}),
        (ev.Resumed, {}),
        (ev.CustomerReplied, {}),
        (ev.Acknowledged, {}),
        (ev.Escalated, {"tier": 2}),
        (ev.PriorityChanged, {"priority": "P1"}),
        (ev.PriorityChanged, {"priority": "P2"}),
        (ev.Resolved, {}),
        (ev.Reopened, {}),
        (ev.Merged, {"into": "T-2"}),
    ]
)
HISTORIES = st.lists(st.tuples(st.integers(1, 3_000), FACTS), max_size=8)


@given(HISTORIES, st.sampled_from(["retroactive", "forward", "best_for_customer"]), st.integers(0, 4_000))
def test_whatever_happens_the_stretches_follow_each_other_and_the_holders_add_up(
    history: list[tuple[int, tuple[type[Any], dict[str, Any]]]], mode: str, at: int
) -> None:
    story = Story("P1", terms=terms(retarget={"priority": mode}))
    story.assess(0)
    for minute, (event_type, details) in sorted(history, key=lambda each: each[0]):
        story.assess_until(minute)
        story.says(event_type, minute, actor=CUSTOMER if event_type == ev.CustomerReplied else ANA, **details)
    known = max([at, *(minute for minute, _ in history)])
    ticket = story.look(known).ticket
    for obligation in ticket.obligations():
        found = explain(obligation, after(known), ticket.holders)
        due_at, end = obligation.due_at(), obligation.ended_at
        ends = end or max(after(known), due_at or after(known))
        if not obligation.countdown or ends == obligation.started_at:
            continue
        assert [each.start for each in found] == [obligation.started_at, *(each.end for each in found[:-1])]
        assert found[-1].end == ends
        whole = (ends - obligation.started_at).total_seconds()
        assert sum(seconds_by_holder(found).values()) == whole
        late = sum(seconds_by_holder(each for each in found if each.late).values())
        assert late == max(timedelta(), ends - due_at if due_at else timedelta()).total_seconds()
