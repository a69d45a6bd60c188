"""What must hold of every history of changes: due dates by hand, versions, selectors, mergers, reopenings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.histories import Fact, Life, log_of
from tests.unit.story import KEY, OPENED_AT, REVIEW, TEAMS, after, contract, event
from tocsin.domain.assessment.views import ticket_view
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Actor
from tocsin.domain.tickets.explanation import explain
from tocsin.domain.tickets.fold import fold
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.instants import format_instant

OFFICE = {
    "timezone": {"of": "site", "otherwise": "Europe/Berlin"},
    "weekly": {"mon-sat": ["09:00-12:00", "13:00-17:00"]},
}
BASE: dict[str, Any] = {
    "calendar": OFFICE,
    "sites": {"boston": "America/New_York"},
    "warn_at": ["50%", "10m left"],
    "review": REVIEW,
    "priority_matrix": {"high": {"high": "P1"}},
    "metrics": {
        "hand_over": {
            "start": ["escalated"],
            "stop": ["internal_note"],
            "pause": ["pended"],
            "resume": ["resumed"],
            "cancel": ["resolved", "closed"],
            "reset": ["priority_changed"],
            "repeats": True,
        }
    },
    "targets": [
        {"when": {"tags": "outage"}, "resolution": "2h", "first_response": "15m", "calendar": "always"},
        {
            "when": {"priority": "P1"},
            "first_response": "1h",
            "next_response": "1h",
            "resolution": "8h",
            "pausable_update": "2h",
            "hand_over": "1h",
            "agent_work": "4h",
            "customer_notification": "1bd",
        },
        {"resolution": "2bd", "periodic_update": "4h", "requester_wait": "16h"},
    ],
}


def versions(mode: str, reopen: object) -> dict[int, Contract]:
    kinds = dict.fromkeys(["priority", "attributes", "contract", "calendar"], mode)
    terms = {**BASE, "retarget": kinds, "reopen": reopen}
    evenings = {"timezone": "Europe/Berlin", "weekly": {"daily": ["12:00-22:00"]}}
    shorter = [{"resolution": "1h", "first_response": "30m", "first_resolution": "2h"}]
    return {
        1: contract(**terms),
        2: contract(**{**terms, "calendar": evenings}),
        3: contract(**{**terms, "targets": shorter, "metrics": {}}),
    }


WORLDS = [
    versions("retroactive", "resume"),
    versions("forward", "new_cycle"),
    versions("best_for_customer", {"mode": "grace", "within": "2h"}),
]
DETAILS: dict[type[Any], list[dict[str, Any]]] = {
    ev.AgentReplied: [{}, {"public": False}, {"then": "pended"}, {"then": "resolved"}, {"notice_id": "n"}],
    ev.CustomerReplied: [{}],
    ev.CustomerNotified: [{}],
    ev.AgentNoted: [{}],
    ev.Pended: [{}, {"waiting_for": "vendor"}],
    ev.Resumed: [{}],
    ev.PriorityChanged: [{"priority": "P1"}, {"priority": "P2"}],
    ev.AttributesChanged: [
        {"tags": ["outage"]},
        {"tags": []},
        {"site": "boston"},
        {"impact": "high", "urgency": "high"},
    ],
    ev.ContractChanged: [
        {"contract_version": 1, "reason": "x"},
        {"contract_version": 2, "reason": "x"},
        {"contract_version": 3, "reason": "x", "mode": "retroactive"},
    ],
    ev.DueDateSet: [
        {"metric": "resolution", "due_at": format_instant(after(500)), "reason": "x"},
        {"metric": "first_response", "due_at": format_instant(after(40)), "reason": "x"},
        {"metric": "resolution", "reason": "x"},
    ],
    ev.Acknowledged: [{}],
    ev.Escalated: [{}, {"tier": 1}],
    ev.Resolved: [{}],
    ev.Reopened: [{}],
    ev.Closed: [{}],
    ev.Merged: [{"into": "T-2"}],
    ev.Deleted: [{}],
    ev.ReviewFiled: [{"root_cause": "x"}],
}
ACTORS = [Actor("agent", "ana"), Actor("agent", "ana"), Actor("customer", "jo"), Actor("bot", "greeter")]
# Tickets that end early tell little: the ends are rarer than the rest.
TYPES = [name for name in DETAILS for _ in range(1 if name in (ev.Closed, ev.Merged, ev.Deleted) else 4)]


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    name = draw(st.sampled_from(TYPES))
    at = draw(st.one_of(st.integers(0, 700), st.integers(0, 6_000)))
    delay = draw(st.sampled_from([0, 0, 0, 5, 90, 900]))
    return Fact(name, draw(st.sampled_from(DETAILS[name])), draw(st.sampled_from(ACTORS)), at, delay)


histories = st.lists(facts(), max_size=10, unique_by=lambda fact: fact.at)
worlds = st.sampled_from(WORLDS)


def opened() -> Any:
    details = {"contract_version": 1, "priority": "P1", "contract_id": "acme-gold"}
    return event(1, ev.Opened, OPENED_AT, OPENED_AT, Actor("customer", "jo"), details)


def fold_of(history: Sequence[Fact], world: dict[int, Contract]) -> Ticket:
    return fold(KEY, world, log_of(opened(), history, after(9_000)))


def missed(ticket: Ticket, now: datetime) -> set[tuple[str, datetime]]:
    """The metric and the instant of every breach by now."""
    return {(o.metric.name, due_at) for o in ticket.obligations() for _, due_at in o.breaches(now)}


def verdicts(ticket: Ticket) -> Any:
    """What everything comes to, without the names that the order of recording gives."""
    now = after(9_000)
    every = [
        (o.metric.name, o.started_at, o.due_at() or now, o.ended_at or now, o.state(now), [str(p) for p in o.pauses])
        for o in (*ticket.past, *ticket.current.values())
    ]
    return sorted(every), ticket.status, ticket.priority, ticket.contract_version, ticket.holders, ticket.attributes


@given(histories, worlds, st.randoms(use_true_random=False))
def test_the_order_of_recording_decides_nothing(history: list[Fact], world: dict[int, Contract], random: Any) -> None:
    shuffled = list(history)
    random.shuffle(shuffled)
    one, other = (fold_of(each, world) for each in (history, shuffled))
    assert verdicts(one) == verdicts(other)


@given(histories, worlds)
def test_nothing_that_happens_after_a_breach_undoes_it(history: list[Fact], world: dict[int, Contract]) -> None:
    in_order = sorted(history, key=lambda fact: fact.at)
    for number in range(1, len(in_order) + 1):
        now = after(in_order[number - 1].at)
        before = missed(fold_of(in_order[: number - 1], world), now - timedelta(microseconds=1))
        later = missed(fold_of(in_order[:number], world), now)
        assert before <= later, in_order[number - 1]


@given(histories, worlds)
def test_a_whole_life_is_recorded_once_settles_and_is_explained(
    history: list[Fact], world: dict[int, Contract]
) -> None:
    life = Life(opened(), history, world, TEAMS, after(8_000))
    assert [event.sequence for event in life.log] == list(range(1, len(life.log) + 1))
    again = life.assess()
    assert [type(event) for event in again.events] == []
    standing: set[tuple[str, datetime]] = set()
    warned: set[tuple[str, str]] = set()
    for each in life.log:
        if isinstance(each, ev.Warned):
            assert (each.obligation_id, each.threshold) not in warned
            warned.add((each.obligation_id, each.threshold))
        if isinstance(each, ev.Breached | ev.Corrected):
            name = (each.obligation_id, each.due_at)
            assert (name in standing) == (isinstance(each, ev.Corrected))
            standing ^= {name}
    true = {
        (name, due_at)
        for o in again.ticket.obligations()
        if not o.metric.of_tiers
        for name, due_at in o.breaches(life.now)
    }
    assert standing == true, "what the log says is what is true"
    ids = [n.notice_id for e in life.log if isinstance(e, ev.NoticesRecorded) for n in e.notices]
    assert len(ids) == len(set(ids))
    assert ticket_view(again, len(life.log), life.now)
    for obligation in again.ticket.obligations():
        found = explain(obligation, life.now, again.ticket.holders)
        assert all(one.end == two.start for one, two in pairwise(found))
