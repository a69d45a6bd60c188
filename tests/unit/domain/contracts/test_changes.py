"""What a change does to what runs: retroactive, forward or best for the customer; and what a reopened ticket owes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from tests.unit.story import OFFICE, Story, after, berlin, contract
from tocsin.domain.assessment.views import obligation_view
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.codec import details_of
from tocsin.domain.values.instants import format_instant

P1_AND_P2 = {"P1": {"resolution": "4h"}, "P2": {"resolution": "8h"}}


def terms(**parts: Any) -> Contract:
    return contract(**{"calendar": None, "warn_at": [], "targets": P1_AND_P2, **parts})


def moving(mode: str, **parts: Any) -> Contract:
    """A contract with one mode for every kind of change."""
    kinds = dict.fromkeys(["priority", "attributes", "contract", "calendar"], mode)
    return terms(retarget=kinds, **parts)


class TestPriority:
    """From eight hours to four, an hour and a half after the opening, half an hour of which was waited."""

    def story(self, mode: str, before: str, then: str) -> Story:
        story = Story(before, terms=moving(mode))
        story.says(ev.Pended, 30)
        story.says(ev.Resumed, 60)
        story.says(ev.PriorityChanged, 90, priority=then)
        return story

    @pytest.mark.parametrize(
        ("mode", "raised", "lowered"),
        [
            # Retroactive: four or eight hours from the opening, and the half hour.
            ("retroactive", 270, 510),
            # Forward: one hour is used up of whatever is promised, so the sum is the same while hours stay hours.
            ("forward", 270, 510),
            ("best_for_customer", 270, 270),
        ],
    )
    def test_each_mode_keeps_the_pauses(self, mode: str, raised: int, lowered: int) -> None:
        assert self.story(mode, "P2", "P1").due_at("resolution") == after(raised)
        assert self.story(mode, "P1", "P2").due_at("resolution") == after(lowered)

    @pytest.mark.parametrize(("mode", "due"), [("retroactive", 240), ("forward", 300), ("best_for_customer", 240)])
    def test_already_used_up_it_is_late_from_the_original_deadline_or_from_the_change_on(
        self, mode: str, due: int
    ) -> None:
        story = Story("P2", terms=moving(mode))
        story.assess(0)
        story.says(ev.Acknowledged, 1)
        story.says(ev.PriorityChanged, 300, priority="P1")
        story.assess(300)
        [breach] = story.recorded(ev.Breached)
        assert (breach.occurred_at, breach.recorded_at) == (after(due), after(300))
        assert story.told("late_on_arrival") == ["frontline", "ana"]
        assert story.told("breach") == story.told("customer_breach") == []

    @pytest.mark.parametrize("mode", ["retroactive", "forward", "best_for_customer"])
    def test_there_and_back_again_is_where_it_was_or_better(self, mode: str) -> None:
        story = Story("P2", terms=moving(mode))
        story.says(ev.PriorityChanged, 60, priority="P1")
        story.says(ev.PriorityChanged, 120, priority="P2")
        assert story.due_at("resolution") == after(240 if mode == "best_for_customer" else 480)

    def test_best_for_customer_holds_while_it_waits_and_after(self) -> None:
        story = Story("P1", terms=moving("best_for_customer"))
        story.says(ev.Pended, 60)
        story.says(ev.PriorityChanged, 90, priority="P2")
        assert story.due_at("resolution") is None
        story.says(ev.Resumed, 120)
        assert story.due_at("resolution") == after(300)

    def test_one_change_that_makes_everything_late_is_told_once_a_recipient(self) -> None:
        targets = {
            "P1": {"first_response": "15m", "resolution": "1h", "periodic_update": "30m", "agent_work": "1h"},
            "P2": {"resolution": "8h"},
        }
        story = Story("P2", terms=terms(targets=targets, warn_at=["50%", "75%"]))
        story.assess(0)
        story.says(ev.Acknowledged, 1)
        story.says(ev.PriorityChanged, 200, priority="P1")
        story.assess(200)
        assert len(story.recorded(ev.Breached)) == 4
        late = [n for n in story.notices() if n.because > story.recorded(ev.PriorityChanged)[0].sequence]
        assert [(n.kind, n.recipient) for n in late] == [
            ("late_on_arrival", "frontline"),
            ("late_on_arrival", "ana"),
        ]

    @pytest.mark.parametrize("mode", ["retroactive", "forward", "best_for_customer"])
    def test_what_has_ended_and_what_is_settled_stays(self, mode: str) -> None:
        story = Story("P2", terms=moving(mode))
        story.says(ev.Resolved, 300)
        story.says(ev.PriorityChanged, 310, priority="P1")
        assert story.state("resolution", 311) == "met"
        assert story.due_at("resolution") == after(480)


class TestHoursOfAnotherCalendar:
    """P1 counts round the clock, P2 in office hours; the ticket is opened on Monday at ten in Berlin."""

    TARGETS: ClassVar = {"P1": {"resolution": "8h", "calendar": "always"}, "P2": {"resolution": "8h"}}

    @pytest.mark.parametrize(
        ("mode", "due"),
        [
            # From the opening: ten to noon, one to five, and on Tuesday nine to eleven.
            ("retroactive", berlin(31, 11)),
            # Four hours are used up until two; then three on Monday and one on Tuesday.
            ("forward", berlin(31, 10)),
            # What was due on Monday at six stays so.
            ("best_for_customer", berlin(30, 18)),
        ],
    )
    def test_lowered(self, mode: str, due: datetime) -> None:
        story = Story("P1", terms=moving(mode, calendar=OFFICE, targets=self.TARGETS))
        story.says(ev.PriorityChanged, 240, priority="P2")
        assert story.due_at("resolution") == due

    @pytest.mark.parametrize(
        ("mode", "due"),
        [
            ("retroactive", berlin(30, 18)),
            # Ten to noon and one to two are used up: three hours. Five more from two o'clock.
            ("forward", berlin(30, 19)),
            ("best_for_customer", berlin(30, 18)),
        ],
    )
    def test_raised(self, mode: str, due: datetime) -> None:
        story = Story("P2", terms=moving(mode, calendar=OFFICE, targets=self.TARGETS))
        story.says(ev.PriorityChanged, 240, priority="P1")
        assert story.due_at("resolution") == due

    def test_forward_a_pause_counts_in_the_hours_in_which_it_lay(self) -> None:
        story = Story("P2", terms=moving("forward", calendar=OFFICE, targets=self.TARGETS))
        story.says(ev.Pended, 60)
        story.says(ev.Resumed, 180)
        story.says(ev.PriorityChanged, 240, priority="P1")
        # Ten to eleven and one to two count: of eleven to one only an hour was open, and that was waited.
        assert story.due_at("resolution") == berlin(30, 20)

    def test_forward_a_pause_across_the_change_counts_on_both_sides(self) -> None:
        story = Story("P1", terms=moving("forward", calendar=OFFICE, targets=self.TARGETS))
        story.says(ev.Pended, 60)
        story.says(ev.PriorityChanged, 120, priority="P2")
        assert story.due_at("resolution") is None
        story.says(ev.Resumed, 240)
        # One hour until eleven is used up; seven are left from two: three on Monday, four on Tuesday until two.
        assert story.due_at("resolution") == berlin(31, 14)

    def test_forward_twice_what_was_used_up_adds_up(self) -> None:
        story = Story("P1", terms=moving("forward", calendar=OFFICE, targets=self.TARGETS))
        story.says(ev.PriorityChanged, 120, priority="P2")
        story.says(ev.PriorityChanged, 240, priority="P1")
        # Two hours round the clock, one in the office from one to two, then five round the clock.
        assert story.due_at("resolution") == berlin(30, 19)
        view = obligation_view(story.obligation("resolution"), after(300), "Europe/Berlin")
        assert (view["used_seconds"], view["left_seconds"]) == (4 * 3600, 4 * 3600)


class TestUnits:
    """Three business days instead of hours, or hours instead of them."""

    TARGETS: ClassVar = {"P1": {"resolution": "8h"}, "P2": {"resolution": "3bd"}, "P3": {"resolution": "2bd"}}

    def story(self, mode: str, before: str, then: str, at: float = 240) -> Story:
        story = Story(before, terms=moving(mode, calendar=OFFICE, targets=self.TARGETS))
        story.says(ev.PriorityChanged, at, priority=then)
        return story

    @pytest.mark.parametrize("mode", ["retroactive", "forward"])
    def test_what_was_used_up_in_one_unit_cannot_be_taken_from_another_so_it_counts_from_the_start(
        self, mode: str
    ) -> None:
        assert self.story(mode, "P1", "P2").due_at("resolution") == berlin(33, 17)
        assert self.story(mode, "P2", "P1").due_at("resolution") == berlin(31, 11)

    def test_the_earlier_of_hours_and_days_is_best_for_the_customer(self) -> None:
        assert self.story("best_for_customer", "P1", "P2").due_at("resolution") == berlin(31, 11)
        assert self.story("best_for_customer", "P2", "P1").due_at("resolution") == berlin(31, 11)

    def test_days_against_days_from_the_start(self) -> None:
        assert self.story("retroactive", "P2", "P3").due_at("resolution") == berlin(32, 17)
        assert self.story("best_for_customer", "P3", "P2").due_at("resolution") == berlin(32, 17)

    def test_days_against_days_from_the_change_on_after_the_office_has_closed(self) -> None:
        # On Tuesday at eight in the evening one business day is used up; one of two is left.
        assert self.story("forward", "P2", "P3", at=34 * 60).due_at("resolution") == berlin(32, 17)

    def test_what_is_used_and_left_is_told_in_days(self) -> None:
        story = self.story("retroactive", "P1", "P2")
        view = obligation_view(story.obligation("resolution"), berlin(31, 20), "Europe/Berlin")
        assert (view["target"], view["used_business_days"], view["left_business_days"]) == ("3bd", 1, 2)
        assert "used_seconds" not in view


class TestVersions:
    """The ticket moves to another version of its contract."""

    def story(self, new: Contract, at: float, *, old: Contract | None = None, **details: Any) -> Story:
        story = Story("P1", terms=old or terms(calendar=OFFICE))
        story.versions[2] = new
        story.says(ev.ContractChanged, at, contract_version=2, reason="amended", **details)
        return story

    @pytest.mark.parametrize(
        ("mode", "due"), [("retroactive", 60 * 2), ("forward", 150), ("best_for_customer", 60 * 2)]
    )
    def test_the_mode_is_that_of_the_new_version_or_of_whoever_moves_it(self, mode: str, due: int) -> None:
        shorter = {"P1": {"resolution": "2h"}}
        story = self.story(terms(targets=shorter, retarget={"contract": mode}), 150, old=terms())
        assert story.due_at("resolution") == after(due)
        story = self.story(terms(targets=shorter), 150, old=terms(), mode=mode)
        assert story.due_at("resolution") == after(due)

    def test_a_longer_target_forward_leaves_what_is_used_up_used(self) -> None:
        story = self.story(terms(targets={"P1": {"resolution": "8h"}}), 60, old=terms())
        assert story.due_at("resolution") == after(480)

    def test_an_edited_calendar_re_times_only_the_rest(self) -> None:
        evening = {"timezone": "Europe/Berlin", "weekly": {"mon-fri": ["12:00-20:00"]}}
        story = self.story(terms(calendar=evening), 60)
        # Ten to eleven is used up in the old hours; three hours are left from noon.
        assert story.due_at("resolution") == berlin(30, 15)

    def test_an_edited_calendar_from_the_start_only_where_somebody_wants_that(self) -> None:
        evening = {"timezone": "Europe/Berlin", "weekly": {"mon-fri": ["12:00-20:00"]}}
        story = self.story(terms(calendar=evening), 60, mode="retroactive")
        assert story.due_at("resolution") == berlin(30, 16)
        story = self.story(terms(calendar=evening, retarget={"calendar": "retroactive"}), 60)
        assert story.due_at("resolution") == berlin(30, 16)

    def test_a_holiday_that_is_added_moves_what_runs_and_the_pauses_are_kept(self) -> None:
        story = Story("P1", terms=terms(calendar=OFFICE))
        story.versions[2] = terms(calendar={**OFFICE, "holidays": {"dates": {"2026-03-31": "Move"}}})
        story.says(ev.Pended, 60)
        story.says(ev.Resumed, 300)
        story.says(ev.ContractChanged, 310, contract_version=2, reason="moving")
        # Ten to eleven, then three to five: three hours on Monday. Tuesday is closed, one hour on Wednesday.
        assert story.due_at("resolution") == berlin(32, 10)

    def test_what_has_ended_is_never_re_timed(self) -> None:
        story = Story("P1", terms=terms(targets={"P1": {"first_response": "1h", "resolution": "4h"}}))
        story.versions[2] = terms(targets={"P1": {"first_response": "1m", "resolution": "1m"}})
        story.says(ev.AgentReplied, 30)
        story.says(ev.Resolved, 40)
        story.assess(40)
        settled = details_of(story.recorded(ev.Settled)[0])
        story.says(ev.ContractChanged, 50, contract_version=2, reason="amended")
        story.assess(50)
        assert (story.due_at("first_response"), story.state("first_response", 60)) == (after(60), "met")
        assert (story.due_at("resolution"), story.state("resolution", 60)) == (after(240), "met")
        assert [details_of(e) for e in story.recorded(ev.Settled)] == [settled]
        assert story.recorded(ev.Breached) == []

    def test_a_promise_that_only_the_new_version_makes_finds_the_whole_history(self) -> None:
        new = terms(targets={"P1": {"resolution": "4h", "first_response": "1h"}})
        story = Story("P1", terms=terms())
        story.versions[2] = new
        story.says(ev.AgentReplied, 30)
        story.says(ev.ContractChanged, 100, contract_version=2, reason="amended", mode="retroactive")
        assert story.state("first_response", 101) == "met"
        silent = self.story(new, 100, old=terms(), mode="retroactive")
        assert silent.due_at("first_response") == after(60)
        assert silent.state("first_response", 101) == "breached"

    def test_a_promise_that_the_new_version_does_not_make_is_owed_no_longer_but_its_breach_stays(self) -> None:
        old = terms(targets={"P1": {"resolution": "4h", "first_response": "1h"}})
        story = Story("P1", terms=old)
        story.versions[2] = terms()
        story.assess_until(70)
        story.says(ev.ContractChanged, 80, contract_version=2, reason="amended")
        story.assess(80)
        assert [o.metric.name for o in story.ticket().promised()] == ["resolution"]
        assert story.recorded(ev.Corrected) == []
        story.says(ev.Resolved, 90)
        story.assess(90)
        [settled] = story.recorded(ev.Settled)
        states = [(v.metric, v.state) for v in settled.obligations]
        assert [each for each in states if each[0] != "tier_acknowledgement"] == [
            ("first_response", "breached"),
            ("resolution", "met"),
        ]

    def test_a_version_that_changes_nothing_for_this_ticket_changes_not_even_a_name(self) -> None:
        story = self.story(terms(calendar=OFFICE, targets={**P1_AND_P2, "P2": {"resolution": "1h"}}), 60)
        assert story.obligation("resolution").obligation_id == "resolution#1"

    def test_other_conditions_of_a_metric_hold_from_the_change_on(self) -> None:
        new = terms(metrics={"resolution": {"pause": ["pended"]}})
        story = Story("P1", terms=terms())
        story.versions[2] = new
        story.says(ev.Pended, 30, waiting_for="vendor")
        story.says(ev.Resumed, 60)
        story.says(ev.ContractChanged, 70, contract_version=2, reason="amended")
        story.says(ev.Pended, 80, waiting_for="vendor")
        story.says(ev.Resumed, 100)
        assert story.due_at("resolution") == after(260)

    def test_who_has_fewer_tiers_than_were_alerted_is_still_told(self) -> None:
        one = terms(escalation={"tiers": [{"team": "management", "acknowledge_within": "15m"}]})
        story = Story("P1", terms=terms())
        story.versions[2] = one
        story.assess_until(50)
        story.says(ev.ContractChanged, 50, contract_version=2, reason="amended")
        story.assess_until(240)
        assert {n.recipient for n in story.notices("breach")} == {"management", "dora"}


class TestZones:
    """Calendars in the zone of the ticket's site: a change of the site is a change of the hours only."""

    def story(self, mode: str = "forward") -> Story:
        calendar = {"timezone": {"of": "site", "otherwise": "Europe/Berlin"}, "weekly": {"mon-fri": ["09:00-17:00"]}}
        sites = {"berlin": "Europe/Berlin", "boston": "America/New_York"}
        story = Story("P2", terms=terms(calendar=calendar, sites=sites, retarget={"calendar": mode}), site="berlin")
        story.says(ev.AttributesChanged, 120, site="boston")
        return story

    def test_what_was_used_up_in_the_old_zone_stays_used(self) -> None:
        # Two hours in Berlin until noon, which is six in Boston; six hours from nine to three there.
        assert self.story().due_at("resolution") == datetime(2026, 3, 30, 19, tzinfo=UTC)

    def test_or_it_counts_from_the_start_in_the_new_one(self) -> None:
        assert self.story("retroactive").due_at("resolution") == datetime(2026, 3, 30, 21, tzinfo=UTC)

    def test_a_site_that_nobody_listed_has_the_zone_of_all_others(self) -> None:
        story = self.story()
        story.says(ev.AttributesChanged, 130, site="atlantis")
        # Two hours are used up, none in Boston's night; three until five in Berlin, and three on Tuesday.
        # Berlin's noon and ten minutes: four hours and fifty minutes on Monday, seventy minutes on Tuesday.
        assert story.due_at("resolution") == berlin(31, 10, 10)


class TestReopen:
    @pytest.mark.parametrize(
        ("reopen", "at", "due"),
        [
            # An hour was used up when it was resolved.
            ("resume", 300, 300 + 180),
            ("new_cycle", 300, 300 + 240),
            ({"mode": "grace", "within": "4h"}, 300, 300 + 180),
            ({"mode": "grace", "within": "4h"}, 300.1, 300.1 + 240),
        ],
    )
    def test_what_a_reopened_ticket_owes(self, reopen: object, at: float, due: float) -> None:
        story = Story("P1", terms=terms(reopen=reopen))
        story.says(ev.Resolved, 60)
        story.says(ev.Reopened, at)
        assert story.due_at("resolution") == after(due)

    def test_grace_is_reckoned_by_the_clock_on_the_wall(self) -> None:
        story = Story("P1", terms=terms(calendar=OFFICE, reopen={"mode": "grace", "within": "16h"}))
        story.says(ev.Resolved, 6 * 60)
        story.says(ev.Reopened, 23 * 60)
        assert [o.obligation_id for o in story.ticket().obligations()][:2] == ["resolution#1", "resolution#3"]

    def test_a_new_cycle_leaves_the_verdict_of_the_old_one(self) -> None:
        story = Story("P1", terms=terms(reopen="new_cycle"))
        story.says(ev.Resolved, 300)
        story.says(ev.Reopened, 400)
        story.says(ev.Resolved, 500)
        story.assess(500)
        assert [(o.obligation_id, o.state(after(500))) for o in story.ticket().obligations()][:2] == [
            ("resolution#1", "met_late"),
            ("resolution#3", "met"),
        ]
        [settled] = story.recorded(ev.Settled)
        assert [v.state for v in settled.obligations][:2] == ["met_late", "met"]

    def test_a_new_cycle_has_the_target_of_the_priority_that_the_ticket_has_then(self) -> None:
        story = Story("P1", terms=terms(reopen="new_cycle"))
        story.says(ev.Resolved, 60)
        story.says(ev.PriorityChanged, 90, priority="P2")
        story.says(ev.Reopened, 100)
        assert story.due_at("resolution") == after(100 + 480)

    def test_a_late_one_that_is_resumed_stays_late(self) -> None:
        story = Story("P1", terms=terms())
        story.says(ev.Resolved, 300)
        story.says(ev.Reopened, 400)
        assert (story.due_at("resolution"), story.state("resolution", 401)) == (after(240), "breached")

    def test_reopened_within_the_grace_several_times_every_interval_is_a_pause(self) -> None:
        story = Story("P1", terms=terms(reopen={"mode": "grace", "within": "1h"}))
        for resolved, reopened in ((60, 90), (120, 180), (200, 210)):
            story.says(ev.Resolved, resolved)
            story.says(ev.Reopened, reopened)
        # Thirty, sixty and ten minutes in between do not count.
        assert story.due_at("resolution") == after(340)

    def test_the_hour_of_the_resolution_and_of_the_reopening_are_when_they_happened_there(self) -> None:
        story = Story("P1", terms=terms(reopen={"mode": "grace", "within": "1h"}))
        story.says(ev.Resolved, 60, known_at=500)
        story.says(ev.Reopened, 120, known_at=600)
        assert story.due_at("resolution") == after(300)


class TestDueDatesByHand:
    def story(self, due: float = 600, **parts: Any) -> Story:
        story = Story("P1", terms=terms(**parts))
        story.assess(0)
        story.says(ev.Acknowledged, 1)
        self.set(story, 10, due)
        return story

    def set(self, story: Story, at: float, due: float | None, reason: str = "Agreed by phone") -> None:
        due_at: dict[str, Any] = {} if due is None else {"due_at": format_instant(after(due))}
        story.says(ev.DueDateSet, at, metric="resolution", reason=reason, **due_at)

    @pytest.mark.parametrize("due", [100, 600])
    def test_it_is_due_then_be_it_earlier_or_later_than_the_contract_says(self, due: float) -> None:
        assert self.story(due).due_at("resolution") == after(due)

    def test_it_survives_pauses_priorities_attributes_and_contracts(self) -> None:
        targets = [
            {"when": {"category": "x"}, "resolution": "1h"},
            {"when": {"priority": "P2"}, "resolution": "8h"},
            {"resolution": "4h"},
        ]
        story = self.story(targets=targets)
        story.versions[2] = terms(targets={"P1": {"resolution": "1m"}, "P2": {"resolution": "1m"}})
        for event_type, details in (
            (ev.Pended, {}),
            (ev.PriorityChanged, {"priority": "P2"}),
            (ev.Resumed, {}),
            (ev.AttributesChanged, {"category": "x"}),
            (ev.ContractChanged, {"contract_version": 2, "reason": "amended"}),
        ):
            story.says(event_type, 20, **details)
            assert story.due_at("resolution") == after(600), event_type
        assert story.state("resolution", 599) == "running"
        assert story.state("resolution", 600) == "breached"

    def test_while_the_ticket_waits_it_stays_due(self) -> None:
        story = self.story()
        story.says(ev.Pended, 20)
        assert story.state("resolution", 30) == "paused"
        assert story.look(30).timer is not None
        story.assess_until(600)
        assert [e.occurred_at for e in story.recorded(ev.Breached)] == [after(600)]

    def test_it_is_warned_about_and_breached_at_its_own_instant_and_no_other(self) -> None:
        story = self.story(warn_at=["50%", "1h left"])
        story.assess_until(2_000)
        assert [(e.threshold, e.occurred_at) for e in story.recorded(ev.Warned)] == [
            ("50%", after(305)),  # Of the time from when it was set, at ten minutes past.
            ("1h left", after(540)),
        ]
        assert [e.occurred_at for e in story.recorded(ev.Breached)] == [after(600)]
        assert story.told("customer_breach") == ["customer"]

    def test_met_exactly_then_it_is_in_time(self) -> None:
        story = self.story(100)
        story.says(ev.Resolved, 100)
        assert story.state("resolution", 200) == "met"

    def test_met_after_it_is_late_although_the_contract_would_have_allowed_it(self) -> None:
        story = self.story(100)
        story.says(ev.Resolved, 101)
        assert story.state("resolution", 200) == "met_late"

    def test_it_is_shown_with_who_set_it_and_why_and_what_the_contract_would_say(self) -> None:
        story = self.story()
        story.says(ev.Pended, 20)
        story.says(ev.Resumed, 50)
        view = obligation_view(story.obligation("resolution"), after(60), "Europe/Berlin")
        assert view["due_at"] == "2026-03-30T18:00:00Z"
        assert view["set_by_hand"] == {
            "due_at": "2026-03-30T18:00:00Z",
            "by": "ana",
            "reason": "Agreed by phone",
            "sequence": story.recorded(ev.DueDateSet)[0].sequence,
            "due_by_contract": "2026-03-30T12:30:00Z",
        }

    def test_set_again_the_last_one_to_occur_counts(self) -> None:
        story = self.story()
        self.set(story, 30, 900, "Once more")
        story.says(
            ev.DueDateSet,
            20,
            known_at=40,
            metric="resolution",
            due_at=format_instant(after(700)),
            reason="Learned late",
        )
        assert story.due_at("resolution") == after(900)
        override = story.obligation("resolution").override
        assert override is not None
        assert override.reason == "Once more"

    def test_cleared_the_contract_says_again_with_all_that_happened_meanwhile(self) -> None:
        story = self.story()
        story.says(ev.Pended, 20)
        story.says(ev.Resumed, 50)
        story.says(ev.PriorityChanged, 60, priority="P2")
        self.set(story, 70, None)
        assert story.due_at("resolution") == after(510)
        assert "set_by_hand" not in obligation_view(story.obligation("resolution"), after(80), "Europe/Berlin")

    def test_cleared_when_the_contract_s_deadline_is_over_it_is_late_on_arrival(self) -> None:
        story = self.story()
        self.set(story, 300, None)
        story.assess(300)
        [breach] = story.recorded(ev.Breached)
        assert (breach.occurred_at, breach.on_arrival) == (after(240), True)

    def test_put_off_after_it_was_missed_the_breach_stays(self) -> None:
        story = self.story(100)
        story.assess_until(110)
        self.set(story, 120, 900)
        story.assess_until(1_000)
        assert [e.occurred_at for e in story.recorded(ev.Breached)] == [after(100), after(900)]
        assert story.recorded(ev.Corrected) == []

    def test_put_off_before_it_was_missed_there_is_no_breach(self) -> None:
        story = self.story(100)
        self.set(story, 99, 900)
        story.assess_until(800)
        assert story.recorded(ev.Breached) == []

    def test_what_does_not_run_any_more_is_not_put_off(self) -> None:
        story = Story("P1", terms=terms())
        story.says(ev.Resolved, 5)
        self.set(story, 10, 600)
        assert story.due_at("resolution") == after(240)

    def test_the_next_cycle_is_the_contract_s_again(self) -> None:
        story = self.story(600, reopen="new_cycle")
        story.says(ev.Resolved, 20)
        story.says(ev.Reopened, 30)
        assert story.due_at("resolution") == after(270)
