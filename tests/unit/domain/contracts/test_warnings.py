"""When people are warned: not at night where the contract says so, and of business days by the open time they have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest

from tests.unit.story import OFFICE, OPENED_AT, Story, after, berlin, contract
from tocsin.domain.assessment.views import obligation_view
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.tickets import events as ev
from tocsin.domain.values.instants import format_instant

DAYTIME: Mapping[str, Any] = {"timezone": "Europe/Berlin", "weekly": {"daily": ["08:00-20:00"]}}


class TestQuietHours:
    """Targets count round the clock; whoever has the ticket is warned between eight and eight."""

    def story(self, target: str, warn_at: list[str], **parts: Any) -> Story:
        terms = contract(
            **{
                "calendar": None,
                "calendars": {"daytime": DAYTIME},
                "warnings_in": "daytime",
                "targets": {"P1": {"resolution": target}},
                "warn_at": warn_at,
                **parts,
            }
        )
        story = Story(terms=terms)
        story.assess(0)
        story.says(ev.Acknowledged, 1)
        return story

    def warned(self, story: Story, until: float) -> list[tuple[str, datetime]]:
        story.assess_until(until)
        return [(e.threshold, e.occurred_at) for e in story.recorded(ev.Warned)]

    def test_a_warning_of_the_night_waits_for_the_morning(self) -> None:
        # Of the 32 hours until Tuesday at six in the evening, half are used up at two in the night.
        story = self.story("32h", ["50%", "75%"])
        assert self.warned(story, 2_000) == [("50%", berlin(31, 8)), ("75%", berlin(31, 10))]
        assert story.told("warning") == ["frontline", "ana"] * 2

    def test_where_it_would_come_at_or_after_the_deadline_there_is_none(self) -> None:
        # Due at six in the morning, and exactly at eight.
        for target in ("20h", "22h"):
            story = self.story(target, ["75%"])
            assert self.warned(story, 3_000) == []
            assert len(story.recorded(ev.Breached)) == 1

    def test_breaches_and_alerts_do_not_wait(self) -> None:
        story = self.story("16h", [])
        story.says(ev.Escalated, 13 * 60, tier=2)
        story.assess_until(16 * 60)
        assert [e.occurred_at for e in story.recorded(ev.Breached)] == [berlin(31, 2)]
        assert [e.occurred_at for e in story.recorded(ev.TierAlerted)][1] == berlin(30, 23)
        assert story.told("breach") != []

    def test_by_day_nothing_waits(self) -> None:
        assert self.warned(self.story("4h", ["75%"]), 240) == [("75%", after(180))]

    def test_of_several_that_wait_all_come_with_the_morning_once_each(self) -> None:
        story = self.story("32h", ["12h left", "50%", "17h left"])
        story.assess_until(berlin_minutes(31, 8))
        # At one o'clock, at two and at six.
        assert {e.threshold for e in story.recorded(ev.Warned)} == {"12h left", "17h left", "50%"}
        assert {e.occurred_at for e in story.recorded(ev.Warned)} == {berlin(31, 8)}
        story.assess_until(berlin_minutes(31, 9))
        assert len(story.recorded(ev.Warned)) == 3

    @pytest.mark.parametrize("warn_at", [["75%", "1h left"], ["1h left", "75%"]])
    def test_a_threshold_in_two_spellings_warns_once_by_the_first(self, warn_at: list[str]) -> None:
        story = self.story("4h", warn_at)
        story.assess_until(200)
        story.assess_until(239)
        assert [(e.threshold, e.occurred_at) for e in story.recorded(ev.Warned)] == [(warn_at[0], after(180))]
        assert story.told("warning") == ["frontline", "ana"]

    def test_met_before_the_morning_nobody_is_warned(self) -> None:
        story = self.story("32h", ["50%"])
        story.says(ev.Resolved, 20 * 60)
        assert self.warned(story, 2_000) == []

    def test_the_timer_is_the_morning_s(self) -> None:
        story = self.story("32h", ["50%"])
        timer = story.assess(60).timer
        assert timer is not None
        assert (timer.wait, timer.at) == ("resolution_warning", berlin(31, 8))

    def test_the_cadence_of_updates_is_reminded_of_by_day_too(self) -> None:
        story = self.story("48h", [], targets={"P1": {"periodic_update": "26h", "warn_at": ["12h left"]}})
        assert self.warned(story, 25 * 60) == [("12h left", berlin(31, 8))]
        assert story.told("customer_update_due") == ["frontline", "ana"]


def berlin_minutes(day: int, hour: int) -> float:
    return (berlin(day, hour) - OPENED_AT).total_seconds() / 60


def days(target: str = "3bd", **parts: Any) -> Contract:
    return contract(**{"calendar": OFFICE, "warn_at": [], "targets": {"P1": {"resolution": target}}, **parts})


class TestBusinessDays:
    def test_it_is_due_when_the_last_of_them_closes(self) -> None:
        assert Story(terms=days()).due_at("resolution") == berlin(33, 17)

    @pytest.mark.parametrize(
        ("pauses", "due"),
        [
            # Over Tuesday's closing: that day is not counted.
            ([((31, 16), (32, 9))], berlin(34, 17)),
            # Within a day, or until just before it closes: it is.
            ([((31, 9), (31, 16))], berlin(33, 17)),
            # Up to the very closing: it is not.
            ([((31, 9), (31, 17))], berlin(34, 17)),
            # From the closing on: it is.
            ([((31, 17), (32, 9))], berlin(33, 17)),
            # On the day of the opening, which is never counted.
            ([((30, 11), (31, 9))], berlin(33, 17)),
            # Tuesday's and Wednesday's: Thursday, Friday and, after the weekend and without Easter, Monday.
            ([((31, 9), (32, 18))], datetime(2026, 4, 6, 15, tzinfo=UTC)),
            ([((31, 16), (31, 18)), ((32, 16), (32, 18))], datetime(2026, 4, 6, 15, tzinfo=UTC)),
        ],
    )
    def test_a_day_counts_unless_the_ticket_waited_when_it_closed(
        self, pauses: list[tuple[tuple[int, int], tuple[int, int]]], due: datetime
    ) -> None:
        story = Story(terms=days())
        for begins, ends in pauses:
            story.says(ev.Pended, berlin_minutes(*begins))
            story.says(ev.Resumed, berlin_minutes(*ends))
        assert story.due_at("resolution") == due

    def test_while_it_waits_nothing_is_due(self) -> None:
        story = Story(terms=days(warn_at=["50%"]))
        story.says(ev.Pended, 60)
        assert story.due_at("resolution") is None
        assert story.obligation("resolution").warnings() == []

    def test_a_pause_that_begins_when_the_last_day_closes_saves_nothing(self) -> None:
        story = Story(terms=days("1bd"))
        story.says(ev.Pended, berlin_minutes(31, 17))
        assert story.due_at("resolution") == berlin(31, 17)
        assert story.state("resolution", berlin_minutes(31, 17)) == "breached"

    def test_a_reopened_one_does_not_count_the_days_on_which_it_was_resolved(self) -> None:
        story = Story(terms=days())
        story.says(ev.Resolved, berlin_minutes(31, 10))
        story.says(ev.Reopened, berlin_minutes(32, 18))
        assert story.due_at("resolution") == datetime(2026, 4, 6, 15, tzinfo=UTC)

    def test_a_share_of_them_is_of_the_open_time_until_then(self) -> None:
        story = Story(terms=days(warn_at=["50%", "1h30m left"]))
        # Six hours on Monday and seven a day until Thursday are 27; half of them are thirteen and a half.
        assert story.obligation("resolution").warnings() == [
            ("50%", berlin(32, 9, 30)),
            ("1h30m left", berlin(33, 15, 30)),
        ]

    def test_a_share_after_a_pause_is_of_the_open_time_that_is_left_without_it(self) -> None:
        story = Story(terms=days(warn_at=["50%"]))
        story.says(ev.Pended, berlin_minutes(31, 9))
        story.says(ev.Resumed, berlin_minutes(32, 9))
        # Due on Friday: six hours on Monday, seven on Wednesday, Thursday and Friday; thirteen and a half are
        # used up on Thursday half an hour after nine.
        assert story.due_at("resolution") == berlin(34, 17)
        assert story.obligation("resolution").warnings() == [("50%", berlin(33, 9, 30))]

    def test_warned_and_breached_at_these_instants(self) -> None:
        story = Story(terms=days("1bd", warn_at=["75%"]))
        story.assess(0)
        story.says(ev.Acknowledged, 1)
        story.assess_until(berlin_minutes(32, 9))
        # Six hours on Monday and seven on Tuesday: three quarters are nine and three quarters, at 13:45.
        assert [e.occurred_at for e in story.recorded(ev.Warned)] == [berlin(31, 13, 45)]
        assert [e.occurred_at for e in story.recorded(ev.Breached)] == [berlin(31, 17)]

    def test_what_is_used_up_and_left_is_told_in_days(self) -> None:
        story = Story(terms=days())
        views = [
            obligation_view(story.obligation("resolution"), at, "Europe/Berlin")
            for at in (berlin(30, 18), berlin(31, 17), berlin(34, 9))
        ]
        assert [(v["used_business_days"], v["left_business_days"]) for v in views] == [(0, 3), (1, 2), (3, 0)]

    def test_first_responses_may_be_due_in_business_days_too(self) -> None:
        story = Story(terms=days(targets={"P1": {"first_response": "1bd", "next_response": "1bd"}}))
        story.says(ev.AgentReplied, berlin_minutes(31, 17))
        assert story.state("first_response", berlin_minutes(32, 9)) == "met"

    def test_days_of_a_night_shift_close_in_the_morning(self) -> None:
        night = {"timezone": "Europe/Berlin", "weekly": {"mon-fri": ["22:00-06:00"]}}
        assert Story(terms=days("1bd", calendar=night)).due_at("resolution") == berlin(32, 6)


def midnight(day: int) -> datetime:
    """With which that day of March begins in Berlin; 32 is the first of April."""
    return berlin(day, 2) - timedelta(hours=2)


class TestCalendarDays:
    """Opened on Monday 30 March at ten in Berlin; the Friday after is Good Friday."""

    HOLIDAYS: ClassVar[dict[str, Any]] = {**OFFICE, "holidays": {"country": "DE"}}

    def story(self, target: str, **parts: Any) -> Story:
        return Story(terms=days(target, calendar=self.HOLIDAYS, **parts))

    def test_every_day_counts_and_the_last_ends_at_midnight_of_the_hours_zone(self) -> None:
        assert self.story("3cd").due_at("resolution") == midnight(34)
        assert self.story("5 calendar days").due_at("resolution") == midnight(36), "Good Friday and Saturday count"
        assert self.story("5bd").due_at("resolution") == berlin(39, 17), "they and Easter Monday are no business days"

    def test_a_day_that_ends_during_a_pause_is_not_counted(self) -> None:
        story = self.story("3cd")
        story.says(ev.Pended, berlin_minutes(31, 16))
        story.says(ev.Resumed, berlin_minutes(32, 9))
        assert story.due_at("resolution") == midnight(35)

    def test_a_share_is_of_the_time_on_the_wall_until_then(self) -> None:
        story = self.story("1cd", warn_at=["50%"])
        # From Monday 10:00 to Tuesday's midnight there are 38 hours.
        assert story.obligation("resolution").warnings() == [("50%", berlin(31, 5))]

    def test_what_is_used_up_and_left_is_told_in_days(self) -> None:
        view = obligation_view(self.story("3cd").obligation("resolution"), berlin(32, 12), "Europe/Berlin")
        assert (view["target"], view["used_calendar_days"], view["left_calendar_days"]) == ("3cd", 1, 2)
        assert view["text"] == "2 of 3 calendar days left, due Fri 2026-04-03 00:00 (Europe/Berlin)"

    def test_business_days_that_become_calendar_days_are_another_target_and_not_just_other_hours(self) -> None:
        story = self.story("3bd", retarget={"contract": "retroactive", "calendar": "forward"})
        story.versions[2] = days("3cd", calendar=self.HOLIDAYS, retarget={"contract": "retroactive"})
        story.says(ev.ContractChanged, berlin_minutes(32, 9), contract_version=2)
        assert story.due_at("resolution") == midnight(34)


class TestADateSetByHandAndPauses:
    """The date stands, so its warning comes before it, once, and none comes early."""

    def story(self, *, pended: bool, earlier: float = 0) -> Story:
        story = Story(terms=contract(targets={"P1": {"resolution": "8h", "calendar": "always"}}, warn_at=["75%"]))
        story.says(ev.Acknowledged, 1)
        story.assess_until(earlier)
        if pended:
            story.says(ev.Pended, earlier)
        due_at = format_instant(after(earlier + 300))
        story.says(ev.DueDateSet, earlier, metric="resolution", due_at=due_at, reason="By phone")
        return story

    def told(self, story: Story) -> list[tuple[type, datetime, bool]]:
        found = [event for event in story.log if isinstance(event, ev.Warned | ev.Breached)]
        return [(type(event), event.occurred_at, event.on_arrival) for event in found]

    def test_a_pause_after_it_was_set_changes_nothing(self) -> None:
        story = self.story(pended=False)
        story.assess(0)
        story.says(ev.Pended, 1)
        story.assess(1)
        story.says(ev.Resumed, 11)
        story.assess_until(1_000)
        assert self.told(story) == [(ev.Warned, after(225), False), (ev.Breached, after(300), False)]

    def test_nor_does_one_that_was_open_when_it_was_set(self) -> None:
        story = self.story(pended=True)
        story.assess_until(1_000)
        assert self.told(story) == [(ev.Warned, after(225), False), (ev.Breached, after(300), False)]

    def test_the_share_is_one_of_the_time_that_there_was_when_it_was_set(self) -> None:
        story = self.story(pended=True, earlier=300)
        story.assess_until(1_000)
        assert self.told(story) == [(ev.Warned, after(525), False), (ev.Breached, after(600), False)]
