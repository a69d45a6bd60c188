"""Whom of a tier an alert is for: who is on call, a backup, everybody; who is spared; and who hears of nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from tests.unit.domain.escalation.test_declines import BO, asked
from tests.unit.story import CUSTOMER, KEY, Story, contract, team
from tocsin.domain.contracts.policy import Tier
from tocsin.domain.notices.notice import AboutAlert, AboutNotReached
from tocsin.domain.oncall.team import Team
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.paging import pages_of
from tocsin.domain.values.reaching import NotReached
from tocsin.domain.values.target import Target

ROTATION = {"every": "daily", "starts_on": "2026-01-01", "order": ["ana", "bo", "cy"], "timezone": "Asia/Tokyo"}
"""At the opening, 17:00 in Tokyo, it is Bo's turn; it is night there from five hours later on."""

NIGHT = 5 * 60.0


def chain(*tiers: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"tiers": [{"acknowledge_within": "15m", **tier} for tier in tiers], "repeat_last_tier": 1, **more}


def rota(pages: Mapping[str, int] | None = None, **more: Any) -> Team:
    return team("ana", "bo", "cy", rotation=ROTATION, **more).paged_by(lambda _: pages or {})


def story(frontline: Team, *tiers: Mapping[str, Any], **more: Any) -> Story:
    teams = {"frontline": frontline, "engineering": team("ben"), "management": team("dora")}
    return Story(terms=contract(escalation=chain(*tiers, **more)), teams=teams)


class TestWho:
    def test_the_next_one_on_call_is_the_backup_of_who_is(self) -> None:
        found = story(rota(), {"team": "frontline"}, {"team": "frontline", "who": "next"})
        found.assess_until(20)
        assert asked(found) == [(1, ("bo",), "opened"), (2, ("cy",), "not_acknowledged")]

    def test_whoever_stood_in_has_been_asked_so_the_backup_is_the_one_after(self) -> None:
        found = story(rota(), {"team": "frontline"}, {"team": "frontline", "who": "next"})
        found.assess(0)
        found.says(ev.Declined, 1, actor=BO)
        found.assess_until(20)
        assert asked(found) == [(1, ("bo",), "opened"), (1, ("cy",), "declined"), (2, ("ana",), "not_acknowledged")]

    def test_where_nobody_follows_who_is_on_call_is_asked_again(self) -> None:
        found = story(team("ana"), {"team": "frontline"}, {"team": "frontline", "who": "next"})
        found.assess_until(20)
        assert asked(found)[1] == (2, ("ana",), "not_acknowledged")

    def test_everybody_is_all_members_whoever_is_on_call(self) -> None:
        found = story(rota(), {"team": "frontline", "who": "everybody"})
        found.assess(0)
        assert asked(found) == [(1, ("ana", "bo", "cy"), "opened")]
        found.says(ev.Declined, 1, actor=BO)
        found.assess(1)
        assert asked(found)[1] == (1, ("ana", "cy"), "declined")

    def test_it_needs_a_team_or_schedule_to_choose_from(self) -> None:
        tier = {"targets": [{"member": "ana"}], "who": "next", "acknowledge_within": "5m"}
        with pytest.raises(ValidationError, match="has `who: next`, but names no team or schedule"):
            Tier.model_validate(tier)


class TestLimit:
    def test_by_night_whoever_was_paged_often_enough_is_passed_over_and_the_next_one_is_told_why(self) -> None:
        found = story(rota({"bo": 2}, most_pages_per_night=2), {"team": "frontline"})
        found.assess(NIGHT)
        [alert] = found.recorded(ev.TierAlerted)
        assert (alert.members, alert.passed_over) == (("cy",), ("bo",))
        assert {each.about for each in found.notices("tier_alert")} == {AboutAlert(1, alert.reason, instead_of=("bo",))}
        assert [(each.paged, each.passed_over) for each in pages_of(KEY, found.log)] == [((), ("bo",)), (("cy",), ())]

    def test_by_day_and_below_the_limit_it_is_their_turn(self) -> None:
        for pages, at in (({"bo": 2}, 0.0), ({"bo": 1}, NIGHT)):
            found = story(rota(pages, most_pages_per_night=2), {"team": "frontline"})
            found.assess(at)
            assert found.recorded(ev.TierAlerted)[0].members == ("bo",)

    def test_the_limit_of_the_contract_holds_for_all_its_teams(self) -> None:
        found = story(rota({"bo": 1}), {"team": "frontline"}, most_pages_per_night=1)
        found.assess(NIGHT)
        assert found.recorded(ev.TierAlerted)[0].members == ("cy",)

    def test_where_all_have_had_enough_the_alert_goes_to_whose_turn_it_is_all_the_same(self) -> None:
        found = story(rota({"ana": 9, "bo": 9, "cy": 9}, most_pages_per_night=2), {"team": "frontline"})
        found.assess(NIGHT)
        [alert] = found.recorded(ev.TierAlerted)
        assert (alert.members, alert.passed_over, alert.reached) == (("bo",), (), True)

    def test_of_everybody_those_are_spared_who_had_enough(self) -> None:
        found = story(rota({"bo": 2}, most_pages_per_night=2), {"team": "frontline", "who": "everybody"})
        found.assess(NIGHT)
        [alert] = found.recorded(ev.TierAlerted)
        assert (alert.members, alert.passed_over) == (("ana", "cy"), ("bo",))

    def test_a_team_beside_the_chain_spares_its_people_as_well(self) -> None:
        found = story(rota({"bo": 2}, most_pages_per_night=2), {"team": "engineering"})
        found.assess(0)
        found.says(ev.Escalated, NIGHT, to=Target("frontline"))
        found.assess(NIGHT)
        assert found.told("functional_escalation") == ["frontline", "cy"]


class TestNobody:
    NOBODY = team("ana", rotation={**ROTATION, "order": ["ana"], "starts_on": "2027-01-01"})

    def test_the_owner_is_told_at_once_and_once_for_each_tier_however_often_it_is_alerted(self) -> None:
        found = story(self.NOBODY, {"team": "engineering"}, {"team": "frontline"}, owner="management")
        found.assess_until(60)
        assert len(found.recorded(ev.TierAlerted)) == 3
        [team_s, member_s] = found.notices("tier_not_reached")
        assert (team_s.recipient, member_s.recipient) == ("management", "dora")
        assert team_s.about == AboutNotReached(2, NotReached.NOBODY_ON_CALL)

    def test_after_a_reopening_it_is_told_anew(self) -> None:
        found = story(self.NOBODY, {"team": "frontline"}, {"team": "engineering"}, owner="management")
        found.assess(0)
        found.says(ev.Resolved, 1)
        found.says(ev.Reopened, 2, actor=CUSTOMER)
        found.says(ev.Escalated, 3, tier=1)
        found.assess(3)
        assert len(found.notices("tier_not_reached")) == 4

    def test_without_an_owner_and_where_all_have_declined_nobody_is(self) -> None:
        silent = story(self.NOBODY, {"team": "frontline"}, {"team": "engineering"})
        silent.assess(0)
        declined = story(team("ana"), {"team": "frontline"}, {"team": "engineering"}, owner="management")
        declined.assess(0)
        declined.says(ev.Declined, 1)
        declined.assess(1)
        assert silent.notices("tier_not_reached") == declined.notices("tier_not_reached") == []


def test_sending_a_ticket_back_to_an_earlier_tier_says_so() -> None:
    found = story(team("ana"), {"team": "frontline"}, {"team": "engineering"})
    found.assess(0)
    found.says(ev.Escalated, 1)
    found.assess(1)
    found.says(ev.Escalated, 2, tier=1)
    found.assess(2)
    assert [reason for _, _, reason in asked(found)] == ["opened", "escalated", "de_escalated"]
