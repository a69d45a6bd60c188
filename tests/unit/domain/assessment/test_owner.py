"""Who answers for the chain when it is used up: told with the tiers, first and once, and able to take the ticket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.adapters.every_message import ShortLinks
from tests.unit.domain.contracts.test_reading import faults
from tests.unit.story import DOCUMENT, KEY, TEAMS, Story, contract, team
from tocsin.adapters.messages import TemplateMessages
from tocsin.domain.assessment.escalation_explained import reasons
from tocsin.domain.notices.message import Message
from tocsin.domain.notices.notice import AboutExhaustion
from tocsin.domain.oncall.team import Team
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Actor
from tocsin.domain.tickets.fold import fold

DORA = Actor("agent", "dora")
FRONT: Mapping[str, Any] = {"team": "frontline", "acknowledge_within": "15m", "resolve_within": "1h"}
ROTA = {"every": "weekly", "starts_on": "2026-01-05", "at": "00:00", "order": ["dora", "dirk"]}
PEOPLE: Mapping[str, Team] = {**TEAMS, "management": team("dora", "dirk", name="Duty Leads", rotation=ROTA)}


def owned(tiers: Sequence[Mapping[str, Any]] = (FRONT,), owner: str = "management", **more: Any) -> Story:
    escalation = {"tiers": list(tiers), "repeat_last_tier": 0, "owner": owner, **more}
    return Story(terms=contract(escalation=escalation), teams=PEOPLE)


def unresolved() -> Story:
    """Ana takes it twice and resolves it never."""
    story = owned()
    story.assess(0)
    story.says(ev.Acknowledged, 1)
    story.assess_until(60)
    story.says(ev.Acknowledged, 61)
    story.assess_until(400)
    return story


def unacknowledged() -> Story:
    story = owned([{"team": "frontline", "acknowledge_within": "20m"}])
    story.assess_until(400)
    return story


def messages(story: Story, kind: str) -> dict[str, Message]:
    """What each recipient reads, as it was when it was recorded."""
    found = {}
    for record in story.recorded(ev.NoticesRecorded):
        ticket = fold(KEY, story.versions, story.log[: record.sequence])
        for notice in record.notices:
            if notice.kind == kind:
                rendered = TemplateMessages(ShortLinks()).render(notice, ticket, {}, PEOPLE.get, record.recorded_at)
                found[notice.recipient] = rendered
    return found


@pytest.mark.parametrize("life", [unresolved, unacknowledged])
def test_the_owner_s_team_and_who_of_it_is_on_call_are_told_once_and_before_the_tiers(life: Any) -> None:
    assert life().told("escalation_exhausted") == ["management", "dora", "frontline", "ana"]


def test_an_owner_that_is_a_tier_as_well_is_told_once_as_the_owner() -> None:
    last = {"team": "management", "acknowledge_within": "15m"}
    story = owned([FRONT, last])
    story.assess_until(400)
    told = story.notices("escalation_exhausted")
    assert [each.recipient for each in told] == ["management", "dora", "frontline", "ana"]
    assert [each.about.to_owner for each in told] == [True, True, False, False]


def test_without_an_owner_all_tiers_are_told_as_ever() -> None:
    story = Story(terms=contract(escalation={"tiers": [FRONT], "repeat_last_tier": 0}))
    story.assess_until(400)
    assert story.told("escalation_exhausted") == ["frontline", "ana"]
    assert {each.about for each in story.notices("escalation_exhausted")} == {AboutExhaustion()}


def test_the_owner_reads_that_it_was_not_resolved_or_that_nobody_has_it() -> None:
    late, silent = messages(unresolved(), "escalation_exhausted"), messages(unacknowledged(), "escalation_exhausted")
    assert "NOT RESOLVED in time" in late["management"].subject
    assert late["management"].email.startswith(
        "The last tier has been alerted again, and the ticket is still not resolved.\n"
        "You are told as the owner of this escalation: what becomes of the ticket is yours to decide."
    )
    assert "NOBODY has acknowledged" in silent["management"].subject
    assert silent["management"].email.startswith(
        "Every tier has been alerted, the last one repeatedly, and nobody has acknowledged.\n"
        "You are told as the owner of this escalation"
    )
    assert "Duty Leads, who own this escalation, are told as well.\n" in late["frontline"].email


def test_what_is_said_of_the_chain_stays_true_when_somebody_takes_it_before_the_message_is_sent() -> None:
    story = unacknowledged()
    record = next(each for each in story.recorded(ev.NoticesRecorded) if each.notices[0].kind == "escalation_exhausted")
    story.says(ev.Acknowledged, 500, known_at=500)
    message = TemplateMessages(ShortLinks()).render(
        record.notices[0], story.ticket(), {}, PEOPLE.get, record.recorded_at
    )
    assert "resolved" not in message.email.splitlines()[0]
    assert "NOBODY" not in message.subject + message.sms


def test_an_owner_who_takes_it_has_it_and_hears_what_is_late_and_the_others_hear_who_has_it() -> None:
    story = unacknowledged()
    told = len(story.notices())
    story.says(ev.Acknowledged, 401, actor=DORA, tier=1, link="n")
    story.assess(401)
    handovers = [each for each in story.notices()[told:] if each.kind == "handover"]
    assert {each.about.team for each in handovers} == {"management"}
    assert {"frontline", "ana"} <= {each.recipient for each in handovers}
    story.says(ev.PriorityChanged, 410, priority="P2")
    story.says(ev.PriorityChanged, 411, priority="P1")
    story.assess(411)
    assert story.told("priority_raised") == ["management", "dora"]
    assert "Dora (Duty Leads) has the ticket now." in messages(story, "handover")["ana"].email


def test_who_takes_it_when_the_time_to_resolve_is_up_already_keeps_it() -> None:
    story = owned()
    story.assess_until(100)
    story.says(ev.Acknowledged, 101, actor=DORA, tier=1, link="n")
    story.assess_until(400)
    taken = story.ticket().chain.acknowledged
    assert taken is not None
    assert taken.by == "dora"
    assert len(story.recorded(ev.TierAlerted)) == len(story.recorded(ev.EscalationExhausted)) == 1


def test_the_explanation_says_who_is_told_when_nobody_else_is_left() -> None:
    story = owned()
    story.assess(0)
    coming = reasons(story.ticket())["next"]
    assert (coming["tier"], coming["team"]) == (None, "management: as the owner, with all tiers")
    assert reasons(unresolved().ticket())["why_not"] == "it was not resolved in time, and everybody was told"


def test_an_owner_that_there_is_no_such_team_of_is_refused() -> None:
    document = {**DOCUMENT, "escalation": {**DOCUMENT["escalation"], "owner": "nowhere"}}
    assert faults(document) == {
        "escalation.owner": "there is no team 'nowhere'; put it first. Known are: engineering, frontline, management"
    }
