"""What must hold of every history, however events are shuffled, repeated and delayed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.histories import Fact, Life, log_of
from tests.unit.story import DOCUMENT, KEY, OPENED_AT, REVIEW, TEAMS, after, contract, event, team
from tocsin.domain.assessment.assessment import assess, decide
from tocsin.domain.assessment.roster import Roster
from tocsin.domain.assessment.views import ticket_view
from tocsin.domain.escalation.steps import Exhaustion, NextAlert
from tocsin.domain.oncall.team import Team
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Actor
from tocsin.domain.tickets.fold import fold, follow
from tocsin.domain.tickets.ticket import Ticket

TIERS = DOCUMENT["escalation"]["tiers"]
CONTRACTS = [
    contract(review=REVIEW, warn_at=["50%", "75%", "10m left"]),
    contract(calendar=None, warn_at=[], forecast={"unacknowledged_with_left": "20m"}),
    contract(escalation={"tiers": DOCUMENT["escalation"]["tiers"][:1], "repeat_last_tier": 0}),
    contract(
        escalation={
            "tiers": [{**TIERS[0], "acknowledgements": 2}, {**TIERS[1], "when": {"priority": "P1"}}, TIERS[1]],
            "repeat": {"from_tier": 1, "times": 1},
            "policies": [{"name": "p3", "when": {"priority": "P3"}, "tiers": TIERS[1:], "when_used_up": "hold"}],
        },
        triggers=[
            {"type": "before_deadline", "at": "80%", "to_tier": 2},
            {"type": "breach", "of": "resolution"},
            {"type": "breach_expected", "to": {"team": "management"}},
            {"type": "unacknowledged", "after": "40m", "to_tier": 3},
            {"type": "unanswered", "after": "20m"},
            {"type": "interactions", "times": 2},
            {"type": "reopened"},
            {"type": "matches", "when": {"priority": "P1"}, "to_tier": 2},
            {"type": "customer_asks", "to_tier": 2},
        ],
    ),
]
ROSTERS: list[dict[str, Team]] = [
    dict(TEAMS),
    {},
    {**TEAMS, "frontline": team()},
    {**TEAMS, "frontline": team("ana", "ben")},
]
DETAILS: dict[type[Any], list[dict[str, Any]]] = {
    ev.AgentReplied: [{}, {"public": False}, {"then": "pended"}, {"then": "resolved"}],
    ev.CustomerReplied: [{}],
    ev.AgentNoted: [{}],
    ev.Pended: [{}],
    ev.Resumed: [{}],
    ev.PriorityChanged: [{"priority": "P1"}, {"priority": "P2"}, {"priority": "P3"}],
    ev.AttributesChanged: [{"subject": "other"}],
    ev.Acknowledged: [{}],
    ev.Declined: [{}],
    ev.BreachExpected: [{"metric": "resolution", "obligation_id": "resolution#1", "due_at": after(240)}],
    ev.Snoozed: [{"until": after(30)}, {"until": after(700)}],
    ev.Escalated: [{}, {"tier": 1}],
    ev.Resolved: [{}],
    ev.Reopened: [{}],
    ev.Closed: [{}],
    ev.ReviewFiled: [{"root_cause": "x"}],
}
ACTORS = [Actor("agent", "ana"), Actor("agent", "ben"), Actor("customer", "jo"), Actor("bot", "greeter")]


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    event_type = draw(st.sampled_from(list(DETAILS)))
    return Fact(
        event_type,
        draw(st.sampled_from(DETAILS[event_type])),
        draw(st.sampled_from(ACTORS)),
        draw(st.one_of(st.integers(0, 600), st.integers(0, 20_000))),
        draw(st.sampled_from([0, 0, 0, 1, 30, 600])),
    )


histories = st.lists(facts(), max_size=12)
priorities = st.sampled_from(["P1", "P2", "P3"])
worlds = st.tuples(st.sampled_from(CONTRACTS), st.sampled_from(ROSTERS))


def opened(priority: str) -> Any:
    return event(1, ev.Opened, OPENED_AT, OPENED_AT, ACTORS[2], {"priority": priority, "contract_version": 1})


def life_of(priority: str, history: Sequence[Fact], world: Any) -> Life:
    terms, teams = world
    return Life(opened(priority), history, {1: terms}, teams, after(1_500))


@given(priorities, histories, worlds)
def test_no_history_is_too_strange_to_fold_assess_and_show(priority: str, history: list[Fact], world: Any) -> None:
    terms, teams = world
    log = log_of(opened(priority), history, after(30_000))
    ticket = fold(KEY, {1: terms}, log)
    assert ticket.sequence == len(log)
    for minutes in (0, 10, 700, 30_000):
        now = after(minutes)
        assert ticket_view(assess(KEY, {1: terms}, log, teams.get, now), len(log), now)


def picture(ticket: Ticket, roster: Roster) -> dict[str, Any]:
    """Everything that can be seen of a ticket, long after."""
    told = [*ticket.told], sorted(ticket.sent), sorted(ticket.unsent)
    known = (ticket.warned, ticket.breached, ticket.holders, ticket.text_sources, ticket.generation, told)
    assessment = decide(ticket, roster, after(30_000))
    return {"known": known, "view": ticket_view(assessment, 1, after(30_000)), "decided": assessment.events}


@given(priorities, histories, worlds, st.integers(0, 12))
def test_going_on_from_where_the_fold_stood_is_the_same_as_folding_anew(
    priority: str, history: list[Fact], world: Any, start: int
) -> None:
    life = life_of(priority, history, world)
    start = min(start + 1, len(life.log))
    ticket = fold(KEY, life.versions, life.log[:start])
    for each in life.log[start:]:
        # What an answer has worked out must not outlive what changes it.
        for obligation in ticket.obligations():
            obligation.deadlines()
            obligation.warnings()
        ticket = follow(ticket, each)
    roster = life.teams.get
    assert picture(ticket, roster) == picture(fold(KEY, life.versions, life.log), roster)


@given(priorities, histories, worlds)
def test_assessing_again_finds_nothing_new_at_the_same_instant(priority: str, history: list[Fact], world: Any) -> None:
    life = life_of(priority, history, world)
    again = life.assess()
    assert again.events == []
    assert again.timer is None or again.timer.at > life.now


@given(priorities, histories, worlds)
def test_nothing_is_recorded_or_told_twice_and_nothing_is_left_out_of_the_numbering(
    priority: str, history: list[Fact], world: Any
) -> None:
    life = life_of(priority, history, world)
    assert [event.sequence for event in life.log] == list(range(1, len(life.log) + 1))
    corrected = Counter((e.obligation_id, e.due_at) for e in life.log if isinstance(e, ev.Corrected))
    warned = Counter((e.obligation_id, e.threshold) for e in life.log if isinstance(e, ev.Warned))
    breached = Counter((e.obligation_id, e.due_at) for e in life.log if isinstance(e, ev.Breached))
    ids = [n.notice_id for e in life.log if isinstance(e, ev.NoticesRecorded) for n in e.notices]
    assert set(warned.values()) | set((breached - corrected).values()) <= {1}
    assert not corrected - breached, "only what was recorded can be taken back"
    assert len(ids) == len(set(ids))


@given(priorities, histories, worlds)
def test_every_obligation_is_consistent_in_itself(priority: str, history: list[Fact], world: Any) -> None:
    life = life_of(priority, history, world)
    ticket = fold(KEY, life.versions, life.log)
    for obligation in [*ticket.current.values(), *ticket.past]:
        due_at = obligation.due_at()
        assert due_at is None or due_at >= obligation.started_at
        assert obligation.ended_at is None or obligation.ended_at >= obligation.started_at
        assert not (obligation.paused and obligation.ended_at)
        assert all(p.end is None or p.end >= p.start for p in obligation.pauses)
        if obligation.paused and due_at is not None:
            assert due_at <= obligation.pauses[-1].start, "only what was used up before a pause is due in it"
        newest = obligation is ticket.current[obligation.metric.name]
        if due_at and newest and not obligation.metric.of_tiers and obligation.state(life.now) == "breached":
            assert (obligation.obligation_id, due_at) in ticket.breached, "no breach passes in silence"


@given(priorities, histories, worlds)
def test_looking_at_every_timer_or_only_once_at_the_end_breaches_the_same(
    priority: str, history: list[Fact], world: Any
) -> None:
    """For what we learn of at once; where alerts decide (a review is owed from a tier on) the two may differ."""
    terms, teams = world
    prompt = [replace(fact, delay=0) for fact in history if fact.type not in (ev.Escalated, ev.ReviewFiled)]
    life = life_of(priority, prompt, world)
    facts_only = [event for event in life.log if event.actor.kind != "system"]
    renumbered = [replace(event, sequence=number) for number, event in enumerate(facts_only, 1)]
    at_once = assess(KEY, {1: terms}, renumbered, teams.get, life.now)
    ticket = fold(KEY, {1: terms}, life.log)
    by_alerts = {"review", "tier_acknowledgement"}
    states = {n: o.state(life.now) for n, o in ticket.current.items() if n not in by_alerts}
    assert states == {n: o.state(life.now) for n, o in at_once.ticket.current.items() if n not in by_alerts}


@given(priorities, histories, worlds)
def test_a_ticket_that_is_over_alerts_no_tier_and_one_that_was_taken_stops_the_chain(
    priority: str, history: list[Fact], world: Any
) -> None:
    life = life_of(priority, history, world)
    ticket = fold(KEY, life.versions, life.log)
    timer = life.assess().timer
    if ticket.over or (ticket.chain.acknowledged and not ticket.chain.snoozed_until):
        assert timer is None or not isinstance(timer, NextAlert | Exhaustion)
    alerted = [e for e in life.log if isinstance(e, ev.TierAlerted)]
    begins_anew = (ev.Escalated, ev.Reopened, ev.PriorityChanged, ev.Declined, ev.Snoozed)
    asked = sum(fact.type in begins_anew for fact in history) + 1
    tiers, repeats = life.versions[1].escalation.tiers, life.versions[1].escalation.repeat_last_tier
    assert len(alerted) <= asked * (len(tiers) + repeats), "a chain is finite"
