"""What must hold of every history, however events are shuffled, repeated and delayed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.story import DOCUMENT, KEY, OPENED_AT, REVIEW, TEAMS, contract, team
from tocsin.domain.instants import format_instant
from tocsin.domain.team import Team
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.assessment import Assessment, assess
from tocsin.domain.tickets.events import Actor, Event
from tocsin.domain.tickets.fold import fold
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.tickets.view import ticket_view

MINUTE = timedelta(minutes=1)
CONTRACTS = [
    contract(review=REVIEW, warn_at=["50%", "75%", "10m left"]),
    contract(calendar=None, warn_at=[]),
    contract(escalation={"tiers": DOCUMENT["escalation"]["tiers"][:1], "repeat_last_tier": 0}),
]
ROSTERS: list[dict[str, Team]] = [dict(TEAMS), {}, {**TEAMS, "frontline": team()}]
DETAILS: dict[str, list[dict[str, Any]]] = {
    ev.AGENT_REPLIED: [{}, {"public": False}, {"then": "pended"}, {"then": "resolved"}],
    ev.CUSTOMER_REPLIED: [{}],
    ev.AGENT_NOTED: [{}],
    ev.PENDED: [{}],
    ev.RESUMED: [{}],
    ev.PRIORITY_CHANGED: [{"priority": "P1"}, {"priority": "P2"}, {"priority": "P3"}],
    ev.ATTRIBUTES_CHANGED: [{"subject": "other"}],
    ev.ACKNOWLEDGED: [{}],
    ev.ESCALATED: [{}, {"tier": 1}],
    ev.RESOLVED: [{}],
    ev.REOPENED: [{}],
    ev.CLOSED: [{}],
    ev.REVIEW_FILED: [{"root_cause": "x"}],
}
ACTORS = [Actor("agent", "ana"), Actor("agent", "ben"), Actor("customer", "jo"), Actor("bot", "greeter")]


@dataclass(frozen=True)
class Fact:
    """Something that happens, in minutes after the opening, and how late we learn of it."""

    type: str
    details: dict[str, Any]
    actor: Actor
    at: int
    delay: int

    def event(self, sequence: int, recorded_at: datetime) -> Event:
        return Event(sequence, self.type, OPENED_AT + self.at * MINUTE, recorded_at, self.actor, self.details)


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    event_type = draw(st.sampled_from(sorted(DETAILS)))
    return Fact(
        event_type,
        draw(st.sampled_from(DETAILS[event_type])),
        draw(st.sampled_from(ACTORS)),
        draw(st.one_of(st.integers(0, 600), st.integers(0, 20_000))),
        draw(st.sampled_from([0, 0, 0, 1, 30, 600])),
    )


histories = st.lists(facts(), max_size=12)
distinct_histories = st.lists(facts(), max_size=12, unique_by=lambda fact: fact.at)
priorities = st.sampled_from(["P1", "P2", "P3"])
worlds = st.tuples(st.sampled_from(CONTRACTS), st.sampled_from(ROSTERS))


def opened(priority: str) -> Event:
    return Event(1, ev.OPENED, OPENED_AT, OPENED_AT, ACTORS[2], {"priority": priority, "contract_version": 1})


def log_of(priority: str, history: Sequence[Fact]) -> list[Event]:
    """The log of a history that is recorded in the order given, whenever it occurred."""
    end = OPENED_AT + 30_000 * MINUTE
    return [opened(priority), *(fact.event(number, end) for number, fact in enumerate(history, 2))]


def verdicts(ticket: Ticket) -> dict[str, Any]:
    """What the ticket's obligations come to, without the names that the order of recording gives to things."""
    now = OPENED_AT + 40_000 * MINUTE
    return {
        name: (o.started_at, o.due_at(), o.ended_at, o.state(now), o.met_by is not None, o.pauses)
        for name, o in ticket.current.items()
    } | {
        "status": ticket.status,
        "priority": ticket.priority,
        "resolved_at": ticket.resolved_at,
        "past": sorted((o.metric.name, o.started_at, o.state(now)) for o in ticket.past),
    }


class Life:
    """A ticket whose execution assesses it at every timer and at every event that is learned of."""

    def __init__(self, priority: str, history: Sequence[Fact], world: Any) -> None:
        self.contract, self.teams = world
        self.log = [opened(priority)]
        self.now = OPENED_AT
        for fact in sorted(history, key=lambda fact: fact.at + fact.delay):
            self.run_until(OPENED_AT + (fact.at + fact.delay) * MINUTE)
            self.log.append(fact.event(len(self.log) + 1, self.now))
        self.run_until(max(self.now, OPENED_AT + 1_500 * MINUTE))

    def run_until(self, end: datetime) -> None:
        while True:
            assessment = self.step()
            if assessment.timer is None or assessment.timer.at > end:
                break
            assert assessment.timer.at > self.now, "a timer that is already over would fire for ever"
            self.now = assessment.timer.at
        self.now = end
        self.step()

    def step(self) -> Assessment:
        assessment = self.assess()
        self.log += assessment.events
        return assessment

    def assess(self) -> Assessment:
        return assess(KEY, {1: self.contract}, self.log, self.teams.get, self.now)


@settings(max_examples=150)
@given(priorities, histories, worlds)
def test_no_history_is_too_strange_to_fold_assess_and_show(priority: str, history: list[Fact], world: Any) -> None:
    terms, teams = world
    log = log_of(priority, history)
    ticket = fold(KEY, {1: terms}, log)
    assert ticket.sequence == len(log)
    for minutes in (0, 10, 700, 30_000):
        now = OPENED_AT + minutes * MINUTE
        assert ticket_view(assess(KEY, {1: terms}, log, teams.get, now), len(log), now)


def who_has_it(ticket: Ticket) -> tuple[str, datetime, int] | None:
    taken = ticket.chain.acknowledged
    return (taken.by, taken.at, taken.tier) if taken else None


@settings(max_examples=200)
@given(priorities, distinct_histories, worlds, st.randoms(use_true_random=False))
def test_the_order_of_recording_decides_nothing(priority: str, history: list[Fact], world: Any, random: Any) -> None:
    shuffled = list(history)
    random.shuffle(shuffled)
    one, other = (fold(KEY, {1: world[0]}, log_of(priority, each)) for each in (history, shuffled))
    assert verdicts(one) == verdicts(other)
    assert (one.attributes, who_has_it(one)) == (other.attributes, who_has_it(other))


@settings(max_examples=150)
@given(priorities, distinct_histories, worlds, st.data())
def test_an_event_that_is_delivered_twice_decides_no_more_than_once(
    priority: str, history: list[Fact], world: Any, data: st.DataObject
) -> None:
    status = [fact for fact in history if fact.type not in (ev.AGENT_REPLIED, ev.ESCALATED)]
    repeated = data.draw(st.lists(st.sampled_from(status), max_size=3)) if status else []
    once, twice = (fold(KEY, {1: world[0]}, log_of(priority, each)) for each in (history, [*history, *repeated]))
    assert verdicts(once) == verdicts(twice)
    assert once.chain.acknowledged == twice.chain.acknowledged


@given(priorities, histories, worlds)
def test_assessing_again_finds_nothing_new_at_the_same_instant(priority: str, history: list[Fact], world: Any) -> None:
    life = Life(priority, history, world)
    again = life.assess()
    assert again.events == []
    assert again.timer is None or again.timer.at > life.now


@given(priorities, histories, worlds)
def test_nothing_is_recorded_or_told_twice_and_nothing_is_left_out_of_the_numbering(
    priority: str, history: list[Fact], world: Any
) -> None:
    life = Life(priority, history, world)
    assert [event.sequence for event in life.log] == list(range(1, len(life.log) + 1))
    corrected = Counter((e.details["obligation_id"], e.details["due_at"]) for e in life.log if e.type == ev.CORRECTED)
    warned = Counter((e.details["obligation_id"], e.details["threshold"]) for e in life.log if e.type == ev.WARNED)
    breached = Counter((e.details["obligation_id"], e.details["due_at"]) for e in life.log if e.type == ev.BREACHED)
    ids = [n["notice_id"] for e in life.log if e.type == ev.NOTICES_RECORDED for n in e.details["notices"]]
    assert set(warned.values()) | set((breached - corrected).values()) <= {1}
    assert not corrected - breached, "only what was recorded can be taken back"
    assert len(ids) == len(set(ids))


@given(priorities, histories, worlds)
def test_every_obligation_is_consistent_in_itself(priority: str, history: list[Fact], world: Any) -> None:
    life = Life(priority, history, world)
    ticket = fold(KEY, {1: life.contract}, life.log)
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
            assert (obligation.obligation_id, format_instant(due_at)) in ticket.breached, "no breach passes in silence"


@settings(max_examples=60)
@given(priorities, histories, worlds)
def test_looking_at_every_timer_or_only_once_at_the_end_breaches_the_same(
    priority: str, history: list[Fact], world: Any
) -> None:
    """For what we learn of at once; where alerts decide (a review is owed from a tier on) the two may differ."""
    terms, teams = world
    prompt = [replace(fact, delay=0) for fact in history if fact.type not in (ev.ESCALATED, ev.REVIEW_FILED)]
    life = Life(priority, prompt, world)
    facts_only = [event for event in life.log if event.actor.kind != "system"]
    renumbered = [replace(event, sequence=number) for number, event in enumerate(facts_only, 1)]
    at_once = assess(KEY, {1: terms}, renumbered, teams.get, life.now)
    ticket = fold(KEY, {1: terms}, life.log)
    by_alerts = {"review", "tier_acknowledgement"}
    states = {n: o.state(life.now) for n, o in ticket.current.items() if n not in by_alerts}
    assert states == {n: o.state(life.now) for n, o in at_once.ticket.current.items() if n not in by_alerts}


@settings(max_examples=60)
@given(priorities, histories, worlds)
def test_a_ticket_that_is_over_alerts_no_tier_and_one_that_was_taken_stops_the_chain(
    priority: str, history: list[Fact], world: Any
) -> None:
    life = Life(priority, history, world)
    ticket = fold(KEY, {1: life.contract}, life.log)
    timer = life.assess().timer
    if ticket.over or ticket.chain.acknowledged:
        assert timer is None or timer.event_type not in (ev.TIER_ALERTED, ev.ESCALATION_EXHAUSTED)
    alerted = [e for e in life.log if e.type == ev.TIER_ALERTED]
    asked = sum(fact.type in (ev.ESCALATED, ev.REOPENED) for fact in history) + 1
    tiers, repeats = life.contract.escalation.tiers, life.contract.escalation.repeat_last_tier
    assert len(alerted) <= asked * (len(tiers) + repeats), "a chain is finite"
