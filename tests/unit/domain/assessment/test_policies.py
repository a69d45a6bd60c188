"""Escalation policies: several targets of a tier, policies and tiers for some tickets, and how a chain ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.domain.contracts.test_reading import TIER, changed, faults
from tests.unit.story import DOCUMENT, TEAMS, Story, contract, team
from tocsin.domain.assessment.escalation_explained import reasons
from tocsin.domain.contracts.reading import read_contract
from tocsin.domain.oncall.people import team_of_member, team_of_schedule
from tocsin.domain.oncall.schedule import Schedule
from tocsin.domain.oncall.team import Team
from tocsin.domain.oncall.timetable import Timetable
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Actor
from tocsin.domain.values.faults import Invalid

FRONT: Mapping[str, Any] = {"team": "frontline", "acknowledge_within": "15m"}
BACK: Mapping[str, Any] = {"team": "engineering", "acknowledge_within": "20m"}
BOSS: Mapping[str, Any] = {"team": "management", "acknowledge_within": "30m"}
OTHERS = {"schedule": ["emea"], "member": ["ben", "dora"]}

EMEA = Timetable(
    Schedule.model_validate(
        {
            "name": "EMEA",
            "timezone": "Europe/Berlin",
            "layers": [
                {
                    "name": "week",
                    "participants": ["ben", "ana"],
                    "starts_on": "2026-01-05",
                    "hand_over": {"unit": "weeks", "at": "09:00"},
                }
            ],
        }
    )
)
PEOPLE: Mapping[str, Team] = {
    **TEAMS,
    "schedule:emea": team_of_schedule("emea", EMEA, TEAMS.values()),
    "member:dora": team_of_member("dora", TEAMS.values()) or team(),
}


def escalated(*tiers: Mapping[str, Any], priority: str = "P1", **more: Any) -> Story:
    """A ticket under a contract with that escalation; nobody ever acknowledges."""
    document = {**DOCUMENT, "escalation": {"tiers": [*tiers], **more}, "review": None}
    whole = {name: part for name, part in document.items() if part is not None}
    return Story(priority, terms=read_contract(whole, "acme-gold", TEAMS.keys(), known_others=OTHERS), teams=PEOPLE)


def alerted(story: Story) -> list[tuple[int, list[str], list[str]]]:
    return [(each.tier, [*each.whom], [*each.members]) for each in story.recorded(ev.TierAlerted)]


class TestSeveralTargets:
    ALL: Mapping[str, Any] = {
        "targets": [{"team": "engineering"}, {"schedule": "emea"}, {"member": "dora"}],
        "acknowledge_within": "20m",
    }

    def test_all_of_them_are_alerted_at_once_and_each_person_once(self) -> None:
        story = escalated(self.ALL, repeat_last_tier=0)
        story.assess(0)
        assert alerted(story) == [(1, ["engineering", "schedule:emea", "member:dora"], ["ben", "dora"])]
        assert story.told("tier_alert") == ["engineering", "ben", "dora"]

    def test_whoever_of_them_acknowledges_has_it_and_the_others_are_told(self) -> None:
        story = escalated(self.ALL)
        story.assess(0)
        story.says(ev.Acknowledged, 5, actor=Actor("agent", "dora"))
        story.assess(5)
        assert story.ticket().chain.turn == 1
        assert story.told("handover") == ["engineering", "ben"]
        assert {each.about.team for each in story.notices("handover")} == {"member:dora"}

    def test_whoever_was_alerted_by_a_schedule_or_in_person_hears_that_it_went_on(self) -> None:
        story = escalated(self.ALL, {"team": "frontline", "acknowledge_within": "20m"})
        story.assess_until(20)
        assert story.told("escalation") == ["engineering", "ben", "dora"]

    def test_a_tier_is_reached_when_one_of_its_targets_is(self) -> None:
        story = escalated({"targets": [{"schedule": "emea"}, {"member": "dora"}], "acknowledge_within": "20m"}, BACK)
        story.teams["schedule:emea"] = team_of_schedule("emea", EMEA, [])
        story.assess(0)
        [first] = story.recorded(ev.TierAlerted)
        assert first.reached
        story.teams.pop("member:dora")
        again = escalated({"targets": [{"schedule": "emea"}, {"member": "dora"}], "acknowledge_within": "20m"}, BACK)
        again.teams = {**story.teams}
        again.assess_until(1)
        assert [(each.tier, each.not_reached) for each in again.recorded(ev.TierAlerted)] == [
            (1, "nobody_on_call"),
            (2, None),
        ]

    def test_the_explanation_names_them(self) -> None:
        story = escalated(self.ALL, BOSS)
        story.assess(0)
        found = reasons(story.ticket())
        assert found["steps"][0]["team"] == "engineering, the schedule emea and dora"
        assert found["next"]["team"] == "management"


class TestPolicies:
    MINOR: Mapping[str, Any] = {
        "name": "minor",
        "when": {"priority": ["P2", "P3"]},
        "tiers": [BACK],
        "repeat_last_tier": 0,
        "when_used_up": "hold",
    }

    def test_the_first_that_is_for_a_ticket_is_taken_and_the_chain_by_all_others(self) -> None:
        others, minor = (
            escalated(FRONT, BOSS, policies=[self.MINOR]),
            escalated(FRONT, priority="P2", policies=[self.MINOR]),
        )
        for story in (others, minor):
            story.assess_until(15)
        assert [each.tier for each in others.recorded(ev.TierAlerted)] == [1, 2]
        assert [each.team for each in others.recorded(ev.TierAlerted)] == ["frontline", "management"]
        assert [each.team for each in minor.recorded(ev.TierAlerted)] == ["engineering"]

    def test_a_policy_that_holds_at_its_end_tells_nobody_and_the_log_says_so(self) -> None:
        story = escalated(FRONT, priority="P2", policies=[self.MINOR], owner="management")
        story.assess_until(60)
        assert len(story.recorded(ev.EscalationExhausted)) == 1
        assert story.told("escalation_exhausted") == []

    def test_it_stays_while_the_chain_runs_whatever_becomes_of_the_ticket(self) -> None:
        story = escalated(FRONT, BOSS, policies=[self.MINOR])
        story.assess(0)
        story.says(ev.PriorityChanged, 5, priority="P3")
        story.assess_until(15)
        assert [each.team for each in story.recorded(ev.TierAlerted)] == ["frontline", "management"]

    def test_it_is_another_when_the_priority_rises_and_nobody_has_the_ticket(self) -> None:
        story = escalated(FRONT, BOSS, priority="P2", policies=[self.MINOR])
        story.assess(0)
        story.says(ev.PriorityChanged, 5, priority="P1")
        story.assess(5)
        assert [each.team for each in story.recorded(ev.TierAlerted)] == ["engineering", "frontline"]
        assert story.ticket().policy.known_as == "main"

    def test_it_is_another_when_the_ticket_is_reopened_as_another_kind_of_ticket(self) -> None:
        story = escalated(FRONT, BOSS, policies=[self.MINOR])
        story.assess(0)
        story.says(ev.Resolved, 5)
        story.says(ev.PriorityChanged, 6, priority="P3")
        story.says(ev.Reopened, 7)
        story.assess(7)
        assert story.ticket().policy.known_as == "minor"


class TestTiersForSomeTickets:
    def test_a_tier_that_is_not_for_a_ticket_is_passed_over(self) -> None:
        only_p1 = {**FRONT, "when": {"priority": "P1"}}
        urgent, other = escalated(only_p1, BACK), escalated(only_p1, BACK, priority="P2")
        for story in (urgent, other):
            story.assess(0)
        assert [(each.tier, each.reason) for each in urgent.recorded(ev.TierAlerted)] == [(1, "opened")]
        assert [(each.tier, each.reason) for each in other.recorded(ev.TierAlerted)] == [(2, "opened")]


class TestTheEnd:
    def test_the_chain_begins_again_from_a_tier_so_many_times(self) -> None:
        story = escalated(FRONT, BACK, BOSS, repeat={"from_tier": 2, "times": 2})
        story.assess_until(400)
        assert [(each.tier, each.reason) for each in story.recorded(ev.TierAlerted)] == [
            (1, "opened"),
            (2, "not_acknowledged"),
            (3, "not_acknowledged"),
            (2, "repeated"),
            (3, "not_acknowledged"),
            (2, "repeated"),
            (3, "not_acknowledged"),
        ]
        assert len(story.recorded(ev.EscalationExhausted)) == 1

    def test_the_rounds_are_counted_anew_once_somebody_asks_for_a_tier(self) -> None:
        story = escalated(FRONT, repeat={"times": 1})
        story.assess_until(100)
        assert len(story.recorded(ev.TierAlerted)) == 2
        story.says(ev.Escalated, 100)
        story.assess_until(300)
        assert [each.reason for each in story.recorded(ev.TierAlerted)][2:] == ["escalated", "repeated"]

    @pytest.mark.parametrize(
        ("used_up", "told"),
        [
            ("tell_all", ["management", "dora", "frontline", "ana"]),
            ("tell_owner", ["management", "dora"]),
            ("hold", []),
            ({"team": "engineering"}, ["engineering", "ben", "management", "dora", "frontline", "ana"]),
            ({"schedule": "emea"}, ["ben", "management", "dora", "frontline", "ana"]),
        ],
    )
    def test_it_is_told_to_whom_the_policy_says(self, used_up: Any, told: list[str]) -> None:
        story = escalated(FRONT, repeat_last_tier=0, owner="management", when_used_up=used_up)
        story.assess_until(100)
        assert story.told("escalation_exhausted") == told


class TestFaults:
    @pytest.mark.parametrize(
        ("tier", "path", "message"),
        [
            ({"acknowledge_within": "15m"}, "", "needs either `team` or `targets`: who is alerted"),
            ({**FRONT, "targets": [{"team": "engineering"}]}, "", "needs either `team` or `targets`: who is alerted"),
            ({"targets": [], "acknowledge_within": "15m"}, ".targets", "must have at least one entry"),
            (
                {"targets": [{}], "acknowledge_within": "15m"},
                ".targets.0",
                "names exactly one of `team`, `schedule` and `member`",
            ),
            (
                {"targets": [{"team": "frontline"}, {"team": "frontline"}], "acknowledge_within": "15m"},
                "",
                "alerts somebody twice: frontline",
            ),
            (
                {"targets": [{"schedule": "apac"}], "acknowledge_within": "15m"},
                ".targets.0.schedule",
                "there is no schedule 'apac'; put it first. Known are: emea",
            ),
            (
                {"targets": [{"member": "eve"}], "acknowledge_within": "15m"},
                ".targets.0.member",
                "there is nobody 'eve'; put this member first, or a team with it",
            ),
        ],
    )
    def test_a_tier_that_alerts_nobody_or_unclearly_is_refused(self, tier: Any, path: str, message: str) -> None:
        assert faults(changed(escalation={"tiers": [tier]})) == {f"escalation.tiers.0{path}": message}

    @pytest.mark.parametrize(
        ("policy", "path", "message"),
        [
            ({"when": {}}, "policies.0", "is for all tickets; name some in `when`, or put its tiers into `escalation`"),
            ({"name": "main"}, "policies.0", "is named 'main', which is the name of the policy for all other tickets"),
            ({"when": {"priority": "P9"}}, "policies.0.when.priority", "is none of the contract's priorities, P1"),
            (
                {"repeat": {"from_tier": 2, "times": 1}},
                "policies.0",
                "repeats from tier 2, but has 1 tiers",
            ),
            (
                {"repeat": {"times": 1}, "repeat_last_tier": 1},
                "policies.0",
                "has `repeat`, so `repeat_last_tier` would count for nothing; leave it out",
            ),
            (
                {"tiers": [{**TIER, "when": {"priority": "P1"}}]},
                "policies.0",
                "needs a last tier for all tickets: tier 1 has `when`, so some would alert nobody",
            ),
            (
                {"when_used_up": "tell_owner"},
                "policies.0.when_used_up",
                "is tell_owner, but the escalation has no `owner`",
            ),
            ({"when_used_up": "tell"}, "policies.0.when_used_up", "must be one of 'tell_all', 'tell_owner' or 'hold'"),
        ],
    )
    def test_a_policy_that_could_never_be_or_never_end_is_refused(self, policy: Any, path: str, message: str) -> None:
        whole = {"name": "some", "when": {"category": "outage"}, "tiers": [TIER], **policy}
        found = faults(changed(priorities=["P1"], escalation={"tiers": [TIER], "policies": [whole]}))
        assert list(found) == [f"escalation.{path}"]
        assert found[f"escalation.{path}"].startswith(message)

    def test_two_policies_for_the_same_tickets_or_of_one_name_are_refused(self) -> None:
        one = {"name": "some", "when": {"category": "outage"}, "tiers": [TIER]}
        found = faults(changed(escalation={"tiers": [TIER], "policies": [one, one]}))
        assert found == {
            "escalation.policies.1.when": "can never apply: escalation.policies.0 before it takes every ticket that it "
            "describes",
            "escalation.policies.1.name": "'some' is the name of an earlier policy",
        }

    def test_a_target_of_a_policy_that_takes_decades_is_refused_where_it_stands(self) -> None:
        weekly = {"timezone": "UTC", "weekly": {"mon": ["09:00-09:01"]}}
        tier = {**TIER, "acknowledge_within": "1000h", "calendar": "rare"}
        one = {"name": "some", "when": {"category": "outage"}, "tiers": [tier]}
        document = changed(calendars={"rare": weekly}, escalation={"tiers": [TIER], "policies": [one]})
        with pytest.raises(Invalid) as caught:
            read_contract(document, "acme-gold", TEAMS.keys())
        assert [fault.path for fault in caught.value.faults] == ["escalation.policies.0.tiers.0.acknowledge_within"]


def test_a_contract_without_any_of_this_reads_as_before() -> None:
    assert contract().policies == (contract().escalation,)
