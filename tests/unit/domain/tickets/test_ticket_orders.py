"""In whatever order and however often a ticket's facts are told, and whatever is learned or happens later."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.tickets.test_fold_properties import ACTORS, DETAILS, opened, priorities
from tests.unit.domain.tickets.test_ticket_life import (
    ANYBODY,
    MODES,
    PRIORITIES,
    Document,
    Life,
    Moment,
    attributes,
    counted,
    documents,
    measured,
    moments,
    openings,
    read,
    replies,
    slow,
    spans,
    text,
)
from tests.unit.histories import Fact, log_of
from tests.unit.story import ANA, KEY, TEAMS, after
from tocsin.domain.assessment.assessment import assess
from tocsin.domain.assessment.views import ticket_view
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Actor, Event
from tocsin.domain.tickets.fold import fold
from tocsin.domain.tickets.ticket import Ticket

MORE: Mapping[type[Any], Sequence[Mapping[str, Any]]] = {
    **DETAILS,
    ev.Pended: [{}, {"waiting_for": "vendor"}],
    ev.AttributesChanged: [{"category": "outage"}, {"category": "question", "tags": ["vip"], "affected_users": 200}],
    ev.ContractChanged: [
        {"contract_version": version, "reason": "x", **mode}
        for version in (1, 2)
        for mode in ({}, *({"mode": mode} for mode in MODES))
    ],
    ev.CustomerNotified: [{}],
    ev.Merged: [{"into": "T-2"}],
    ev.Deleted: [{}],
}
CYCLES_AGAIN = {ev.AgentReplied, ev.AgentNoted, ev.CustomerReplied, ev.Acknowledged, ev.Escalated}
"""Told twice they meet or reset what they have just begun, and a settlement lists that too."""
LAST = 25_000
END = after(40_000)


@dataclass(frozen=True)
class Report:
    """Something that a helpdesk reports; a due date is `in` so many minutes."""

    type: type[Any]
    when: Moment
    actor: Actor
    details: Mapping[str, Any]


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    at = draw(st.one_of(st.integers(0, 600), st.integers(0, LAST)))
    if draw(st.integers(0, 9)) == 0:
        due_at = draw(st.sampled_from([None, text(at + draw(spans) + 1)]))
        metric = draw(st.sampled_from(["resolution", "first_response", "customer_notification", "silence"]))
        return Fact(ev.DueDateSet, {"metric": metric, "due_at": due_at, "reason": "agreed"}, ANA, at, 0)
    event_type = draw(st.sampled_from(list(MORE)))
    details = dict(draw(st.sampled_from(MORE[event_type])))
    return Fact(event_type, details, draw(st.sampled_from(ACTORS)), at, 0)


histories = st.lists(facts(), max_size=14, unique_by=lambda fact: fact.at)
contracts = documents().map(lambda versions: {number: read(json.dumps(each)) for number, each in versions.items()})


def come_to(versions: Mapping[int, Contract], priority: str, history: Sequence[Fact]) -> dict[str, Any]:
    """What the ticket comes to, without the names that the order of recording gives to things."""
    log = log_of(opened(priority), history, after(30_000))
    ticket = fold(KEY, versions, log)
    settled = [e for e in assess(KEY, versions, log, TEAMS.get, END).events if isinstance(e, ev.Settled)]
    return {
        name: (o.started_at, o.due_at(), o.ended_at, o.state(END), o.met_by is not None, o.pauses)
        for name, o in ticket.current.items()
    } | {
        "status": ticket.status,
        "priority": ticket.priority,
        "resolved_at": ticket.resolved_at,
        "who has it": (taken.by, taken.at, taken.tier) if (taken := ticket.chain.acknowledged) else None,
        "version": ticket.contract_version,
        "attributes": ticket.attributes,
        "waiting": (ticket.waiting_for, ticket.responded),
        "by hand": {name: o.override and o.override.due_at for name, o in ticket.current.items()},
        "past": sorted((o.metric.name, o.started_at, o.ended_at, o.state(END)) for o in ticket.past),
        "breaches": breaches(ticket),
        "holders": list(dict.fromkeys(ticket.holders)),
        "settled": [Counter((o.metric, o.state, o.due_at) for o in e.obligations) for e in settled],
    }


def breaches(ticket: Ticket) -> Counter[tuple[str, Any, Any]]:
    return Counter((o.metric.name, o.started_at, due_at) for o in ticket.obligations() for _, due_at in o.breaches(END))


@given(priorities, histories, contracts, st.randoms(use_true_random=False))
def test_a_ticket_comes_to_the_same_in_whatever_order_its_facts_are_recorded(
    priority: str, history: list[Fact], versions: Mapping[int, Contract], random: Any
) -> None:
    shuffled = list(history)
    random.shuffle(shuffled)
    assert come_to(versions, priority, history) == come_to(versions, priority, shuffled)


@given(priorities, histories, contracts, st.data())
def test_a_fact_that_is_told_again_changes_nothing_but_that_a_cycle_may_begin_and_end_in_no_time(
    priority: str, history: list[Fact], versions: Mapping[int, Contract], data: st.DataObject
) -> None:
    candidates = [fact for fact in history if fact.details.get("due_at", "set")]
    again = data.draw(st.lists(st.sampled_from(candidates), max_size=4)) if candidates else []
    once, often = (come_to(versions, priority, each) for each in (history, [*history, *again]))
    for each in (once, often):
        each["past"] = [cycle for cycle in each["past"] if cycle[1] != cycle[2]]
    if any(fact.type in CYCLES_AGAIN for fact in again):
        del once["settled"], often["settled"]
    assert once == often


@st.composite
def reports(draw: st.DrawFn) -> Report:
    when, actor = draw(moments), draw(ANYBODY)
    event_type = draw(
        st.sampled_from([kind for kind in (*MORE, ev.DueDateSet) if kind not in {ev.Merged, ev.Deleted, ev.Closed}])
    )
    if event_type == ev.DueDateSet:
        metric = draw(st.sampled_from(["resolution", "first_response", "customer_notification", "silence"]))
        return Report(event_type, when, actor, {"metric": metric, "in": draw(spans), "reason": "agreed"})
    if event_type == ev.AgentReplied:
        return Report(event_type, when, actor, draw(replies))
    if event_type == ev.AttributesChanged:
        return Report(event_type, when, actor, draw(attributes))
    if event_type == ev.PriorityChanged:
        return Report(event_type, when, actor, {"priority": draw(st.sampled_from(PRIORITIES))})
    return Report(event_type, when, actor, draw(st.sampled_from(MORE[event_type])))


def live(life: Life, told: Sequence[Report], after_minute: int | None = None) -> None:
    """Let it be told; of what happened after a minute only."""
    for each in told:
        when, details = each.when, dict(each.details)
        if "in" in details:
            details["due_at"] = text(life.now + life.minutes_until(when) + details.pop("in") + 1)
        if after_minute is not None:
            when = replace(when, delay=min(when.delay, life.now + life.minutes_until(when) - after_minute - 1))
        life.report(each.type, when, each.actor, details)


@given(documents(), openings(), st.lists(reports(), min_size=1, max_size=12))
def test_what_was_known_at_any_instant_is_what_an_assessment_said_then(
    versions: Mapping[int, Document], opened: Event, told: list[Report]
) -> None:
    life = Life(versions, opened)
    live(life, told)
    for now, said in life.views.items():
        known = life.context.as_of(None, after(now))
        again = known.assess(after(now))
        assert list(known.events) == life.log[: len(known.events)]
        assert again.events == []
        assert ticket_view(again, known.sequence, after(now)) == said


@given(documents(), openings(), st.lists(reports(), min_size=1, max_size=10))
def test_what_is_true_at_any_instant_is_what_counting_by_hand_until_then_comes_to(
    versions: Mapping[int, Document], opened: Event, told: list[Report]
) -> None:
    life = Life(versions, opened)
    live(life, told)
    for now in life.views:
        true = life.context.as_of(after(now), None)
        by_hand, ticket = slow(versions, true.events), true.assess(after(now)).ticket
        assert (ticket.status, ticket.priority) == (by_hand.status, by_hand.priority)
        assert {o.metric.name: measured(o, now) for o in ticket.promised()} == {
            name: counted(cycle, now) for name, cycle in by_hand.current.items() if cycle.owed and not cycle.of_tiers
        }


@given(documents(), openings(), st.lists(reports(), max_size=8), st.lists(reports(), min_size=1, max_size=8))
def test_what_was_true_at_an_instant_stays_true_whatever_happens_after_it(
    versions: Mapping[int, Document], opened: Event, before: list[Report], later: list[Report]
) -> None:
    life = Life(versions, opened)
    live(life, before)
    then = life.now
    life.pass_time(1, awake=True)
    live(life, later, after_minute=then)
    true = life.context.as_of(after(then), None)
    assert {**ticket_view(true.assess(after(then)), 0, after(then)), "sequence": 0} == {
        **life.views[then],
        "sequence": 0,
    }
