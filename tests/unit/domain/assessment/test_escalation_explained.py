"""Why a ticket was escalated, and why not, in words."""

from __future__ import annotations

from tests.unit.story import DOCUMENT, Story, contract
from tocsin.domain.assessment.escalation_explained import reasons
from tocsin.domain.tickets import events as ev


def test_each_alert_has_its_cause_and_the_next_one_too() -> None:
    story = Story()
    story.assess_until(20)
    story.says(ev.Escalated, 25, tier=3)
    story.assess(25)
    told = reasons(story.ticket())
    assert [(step["tier"], step["why"]) for step in told["steps"]] == [
        (1, "the ticket was opened"),
        (2, "nobody acknowledged in time"),
        (3, "somebody asked for this tier"),
    ]
    assert told["next"] == {
        "at": "2026-03-30T09:25:00Z",
        "tier": 3,
        "team": "management",
        "why": "tier 3 has 1h of its hours to acknowledge",
    }
    assert told["why_not"] is None


def test_an_acknowledgement_a_resolution_and_an_exhausted_chain_say_why_nothing_comes() -> None:
    taken = Story()
    taken.assess(0)
    taken.says(ev.Acknowledged, 3)
    assert (reasons(taken.ticket())["next"], reasons(taken.ticket())["why_not"]) == (
        None,
        "ana acknowledged at 2026-03-30T08:03:00Z",
    )
    taken.says(ev.Resolved, 9)
    assert reasons(taken.ticket())["why_not"] == "the ticket is resolved"
    silent = Story()
    silent.assess_until(1_000)
    assert reasons(silent.ticket())["why_not"] == "every tier was alerted, and nobody acknowledged"
    assert reasons(silent.ticket())["steps"][-1]["why"] == "nobody acknowledged in time, for the 3rd time"


def test_who_is_waited_for_is_named() -> None:
    unborn = Story("P2")
    assert reasons(unborn.ticket())["next"]["why"] == "the ticket was opened; a tier is alerted in its hours"
    tiers = [{**tier, "resolve_within": "2h"} for tier in DOCUMENT["escalation"]["tiers"]]
    slow = Story(terms=contract(escalation={"tiers": tiers}))
    slow.assess(0)
    slow.says(ev.Acknowledged, 5)
    assert reasons(slow.ticket())["next"] == {
        "at": "2026-03-30T10:00:00Z",
        "tier": 2,
        "team": "engineering",
        "why": "tier 1 has 2h to resolve it",
    }


def test_a_tier_that_gives_up_says_so() -> None:
    story = Story(terms=contract(escalation={"tiers": DOCUMENT["escalation"]["tiers"][:1], "repeat_last_tier": 0}))
    story.assess(0)
    coming = reasons(story.ticket())["next"]
    assert (coming["tier"], coming["team"]) == (None, "nobody: the chain gives up")
