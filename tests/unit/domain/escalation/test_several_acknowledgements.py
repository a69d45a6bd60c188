"""A tier of which several have to acknowledge: all, or so many of those who are alerted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.domain.contracts.test_reading import TIER, changed, faults
from tests.unit.story import TEAMS, Story, after, contract, team
from tocsin.domain.assessment.views import ticket_view
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Actor

PEOPLE = {**TEAMS, "frontline": team("ana", "al", "ada")}


def story_of(acknowledgements: Any) -> Story:
    tiers = [
        {"team": "frontline", "acknowledge_within": "15m", "acknowledgements": acknowledgements},
        {"team": "engineering", "acknowledge_within": "20m"},
    ]
    story = Story(terms=contract(escalation={"tiers": tiers, "repeat_last_tier": 0}, review=None), teams=PEOPLE)
    story.assess(0)
    return story


def says(story: Story, kind: Any, member_id: str, at: float, **details: Any) -> None:
    story.says(kind, at, actor=Actor("agent", member_id), **details)
    story.assess(at)


def holder(story: Story) -> str | None:
    taken = story.ticket().chain.acknowledged
    return taken.by if taken else None


def test_whoever_completes_them_has_the_ticket_and_the_chain_stops() -> None:
    story = story_of(2)
    says(story, ev.Acknowledged, "ana", 1)
    assert holder(story) is None
    assert ticket_view(story.look(1), 9, after(1))["escalation"]["confirmed_by"] == ["ana"]
    says(story, ev.Acknowledged, "ana", 2)
    assert holder(story) is None, "one person counts once"
    says(story, ev.Acknowledged, "ada", 3)
    assert holder(story) == "ada"
    story.assess_until(15)
    assert [each.tier for each in story.recorded(ev.TierAlerted)] == [1]
    assert story.told("handover") == ["frontline", "ana", "al"]


def test_too_few_in_time_is_as_good_as_nobody() -> None:
    story = story_of("all")
    says(story, ev.Acknowledged, "ana", 1)
    says(story, ev.Acknowledged, "al", 2)
    story.assess_until(15)
    assert [each.tier for each in story.recorded(ev.TierAlerted)] == [1, 2]
    says(story, ev.Acknowledged, "ben", 16)
    assert holder(story) == "ben", "one is enough for the second tier"


def test_who_has_acknowledged_is_not_alerted_again_for_the_others() -> None:
    story = story_of("all")
    says(story, ev.Acknowledged, "ana", 1)
    says(story, ev.Declined, "al", 2)
    assert [[*each.members] for each in story.recorded(ev.TierAlerted)] == [["ana", "al", "ada"], ["ada"]]
    says(story, ev.Acknowledged, "ada", 3)
    assert holder(story) == "ada"


def test_of_fewer_people_than_that_all_are_enough() -> None:
    story = story_of(5)
    for minute, member_id in enumerate(("ana", "al", "ada"), start=1):
        assert holder(story) is None
        says(story, ev.Acknowledged, member_id, minute)
    assert holder(story) == "ada"


def test_an_answer_or_an_assignment_takes_the_ticket_at_once() -> None:
    answered, assigned = story_of("all"), story_of("all")
    says(answered, ev.AgentReplied, "ana", 1)
    says(assigned, ev.Assigned, "dora", 1, to=ev.Assignee("al"))
    assert (holder(answered), holder(assigned)) == ("ana", "al")


def test_a_reopened_ticket_is_acknowledged_anew_by_all() -> None:
    story = story_of("all")
    for minute, member_id in enumerate(("ana", "al", "ada"), start=1):
        says(story, ev.Acknowledged, member_id, minute)
    says(story, ev.Resolved, "ada", 5)
    says(story, ev.Reopened, "ada", 6)
    says(story, ev.Acknowledged, "ana", 7)
    assert holder(story) is None


@pytest.mark.parametrize("wrong", [0, 51, "some", True])
def test_a_number_that_makes_no_sense_is_refused(wrong: Any) -> None:
    found = faults(changed(escalation={"tiers": [{**TIER, "acknowledgements": wrong}]}))
    assert {path.partition(".acknowledgements")[0] for path in found} == {"escalation.tiers.0"}
