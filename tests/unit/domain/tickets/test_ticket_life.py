"""A ticket's life, step by step, is what it is when every minute of it is counted by hand."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.unit.domain.tickets.slow_ticket import Cycle, Fact, SlowTicket, minute_of
from tests.unit.story import ANA, BOT, CUSTOMER, KEY, OFFICE, TEAMS, after, event
from tocsin.domain.assessment.assessment import Assessment
from tocsin.domain.assessment.views import ticket_view
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.contracts.reading import read_contract
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.codec import details_of
from tocsin.domain.tickets.events import Actor, Event
from tocsin.domain.tickets.explanation import explain
from tocsin.domain.tickets.fold import versions_in
from tocsin.domain.tickets.obligation import Obligation
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.tickets.verdict import Verdict
from tocsin.domain.values.instants import format_instant, parse_instant
from tocsin.use_cases.tickets.ticket_context import TicketContext

Document = Mapping[str, Any]

EARLY = {"timezone": "America/New_York", "weekly": {"mon-sat": ["06:00-14:00"]}}
LATER = {"timezone": "Europe/Berlin", "weekly": {"mon": ["11:30-20:00"], "wed-fri": ["10:00-18:00"]}}
FAR = {"timezone": "Pacific/Auckland", "weekly": {"mon-fri": ["08:00-18:00"]}}
TIERS = [
    {"team": "frontline", "acknowledge_within": "15m"},
    {"team": "engineering", "acknowledge_within": "30m", "resolve_within": "2h"},
    {"team": "management", "acknowledge_within": "1h", "calendar": "always"},
]
PARTS: Document = {
    "customer": {"name": "ACME GmbH"},
    "calendar": OFFICE,
    "calendars": {"early": EARLY},
    "escalation": {"tiers": TIERS},
    "warn_at": ["50%", "30m left"],
}
EVERY_PRESET: Document = {
    "first_response": "30m",
    "next_response": "1h",
    "resolution": "4h",
    "first_resolution": "5h",
    "periodic_update": "2h",
    "pausable_update": "90m",
    "requester_wait": "6h",
    "agent_work": "3h",
    "customer_notification": "24h",
}
PRESETS_BY_PRIORITY: Sequence[Document] = [
    {
        **PARTS,
        "targets": {
            "P1": {**EVERY_PRESET, "calendar": "always"},
            "P2": {**EVERY_PRESET, "resolution": "8h", "first_response": "1h"},
            "default": {"resolution": "16h", "requester_wait": "2bd", "calendar": "early"},
        },
        "review": {"team": "management", "from_tier": 2, "due_within": "2bd"},
    },
    {
        **PARTS,
        "calendar": LATER,
        "targets": {
            "P1": {**EVERY_PRESET, "resolution": "2h", "calendar": "always"},
            "P2": {**EVERY_PRESET, "agent_work": "2h"},
            "default": {"resolution": "10h", "first_response": "2h", "calendar": "always"},
        },
        "review": {"team": "management", "from_tier": 1, "due_within": "3bd"},
    },
]
OWN_METRICS: Document = {
    "silence": {
        "start": ["opened", "reopened"],
        "stop": ["closed"],
        "cancel": ["resolved"],
        "reset": ["customer_replied", "public_reply", "bot_reply"],
        "pause": ["waiting_for_vendor"],
        "resume": ["resumed"],
    },
    "pulse": {
        "start": ["acknowledged"],
        "stop": ["internal_note", "escalated"],
        "pause": ["pended"],
        "resume": ["resumed", "attributes_changed"],
        "cancel": ["resolved", "closed"],
        "repeats": True,
        "continues_on_reopen": True,
    },
    "attention": {
        "start": ["priority_changed", "customer_replied"],
        "stop": ["response"],
        "pause": ["pended"],
        "resume": ["resumed"],
        "cancel": ["closed"],
    },
    "resolution": {"pause": ["pended"]},
}
SELECTED_ROWS: Sequence[Document] = [
    {
        **PARTS,
        "metrics": OWN_METRICS,
        "priority_matrix": {"high": {"high": "P1", "low": "P2"}, "low": {"high": "P2"}},
        "targets": [
            {
                "when": {"category": ["outage", "security"], "priority": "P1"},
                "first_response": "15m",
                "resolution": "2h",
                "silence": "1h",
                "calendar": "always",
            },
            {
                "when": {"tags": ["vip"], "affected_users_at_least": 100},
                "first_response": "30m",
                "resolution": "4h",
                "silence": "2h",
                "pulse": "1h",
            },
            {
                "when": {"priority": ["P1", "P2"]},
                "resolution": "4h",
                "silence": "90m",
                "attention": "2h",
                "calendar": "early",
            },
            {"resolution": "1bd", "attention": "1h", "pulse": "3h", "silence": "2h"},
        ],
    },
    {
        **PARTS,
        "calendar": LATER,
        "metrics": {name: OWN_METRICS[name] for name in ("silence", "resolution")},
        "priority_matrix": {"high": {"high": "P1", "low": "P1"}, "low": {"high": "P1"}},
        "targets": [
            {"when": {"priority": "P1"}, "resolution": "3h", "silence": "1h", "next_response": "1h"},
            {"resolution": "2bd", "silence": "5h", "next_response": "2h"},
        ],
    },
]
BUSINESS_DAYS: Sequence[Document] = [
    {
        **PARTS,
        "calendars": {"early": EARLY, "far": FAR},
        "targets": {
            "P1": {"resolution": "2bd", "calendar": "far"},
            "P2": {"first_response": "1h"},
            "default": {"resolution": "3bd", "calendar": "early"},
        },
    },
    {
        **PARTS,
        "calendar": LATER,
        "targets": {"P1": {"resolution": "1bd"}, "P2": {"resolution": "2bd"}, "default": {"resolution": "4bd"}},
    },
]
FAMILIES = [PRESETS_BY_PRIORITY, SELECTED_ROWS, BUSINESS_DAYS]
MODES = ("retroactive", "forward", "best_for_customer")
REOPENING: Sequence[Any] = [
    "resume",
    "new_cycle",
    {"mode": "grace", "within": "4h"},
    {"mode": "resume", "on_customer_reply": True},
]
RESPONSES: Sequence[Sequence[str]] = [
    ["public_reply", "resolution"],
    ["public_reply"],
    ["bot_reply", "internal_note", "acknowledgement", "agent_opening", "resolution"],
]
ANYBODY = st.sampled_from([ANA, ANA, Actor("agent", "ben"), CUSTOMER, BOT])
PRIORITIES = ["P1", "P2", "P3"]
NO_DETAILS: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Moment:
    """When something is reported: so many minutes later or at the very next deadline, and how long ago it happened."""

    gap: int | None
    awake: bool
    delay: int


spans = st.one_of(st.integers(0, 200), st.sampled_from([0, 1, 15, 30, 60, 90, 120, 240]), st.integers(0, 2_500))
delays = st.one_of(st.just(0), st.just(0), st.sampled_from([1, 15, 60, 480]), st.integers(0, 2_000))
moments = st.builds(Moment, st.one_of(st.just(0), spans, st.none()), st.booleans(), delays)
replies = st.fixed_dictionaries(
    {},
    optional={
        "public": st.booleans(),
        "then": st.sampled_from(["pended", "resolved"]),
        "notice_id": st.just("n-1"),
    },
)
attributes = st.fixed_dictionaries(
    {},
    optional={
        "category": st.sampled_from(["outage", "question"]),
        "tags": st.sampled_from([["vip"], []]),
        "affected_users": st.sampled_from([1, 100]),
        "impact": st.sampled_from(["high", "low"]),
        "urgency": st.sampled_from(["high", "low"]),
        "subject": st.just("another"),
    },
)


@cache
def read(text: str) -> Contract:
    return read_contract(json.loads(text), "acme-gold", TEAMS.keys())


def fact_of(event: Event) -> Fact:
    details = details_of(event)
    details |= details.get("attributes", {})
    return Fact(event.sequence, event.type, minute_of(event.occurred_at), event.actor.kind, event.actor.id, details)


def slow(documents: Mapping[int, Document], log: Sequence[Any]) -> SlowTicket:
    """By what was reported and by when tiers were alerted; of no other event of Tocsin's own."""
    told = [fact_of(event) for event in log if event.actor.kind != "system" or isinstance(event, ev.TierAlerted)]
    return SlowTicket({number: documents[number] for number in versions_in(log)}, told)


class Life:
    """A ticket, the instant that it is, and the versions of its contract."""

    def __init__(self, documents: Mapping[int, Document], opened: Event) -> None:
        self.documents = documents
        self.contracts = {number: read(json.dumps(document)) for number, document in documents.items()}
        self.now = minute_of(opened.recorded_at)
        self.log: list[Any] = [opened]
        self.views: dict[int, dict[str, Any]] = {}
        self.counted_through = 0
        self.assess()

    @property
    def opened_at(self) -> int:
        return minute_of(self.log[0].occurred_at)

    @property
    def context(self) -> TicketContext:
        known = {number: self.contracts[number] for number in versions_in(self.log)}
        return TicketContext(KEY, known, TEAMS.get, self.log)

    def look(self) -> Assessment:
        return self.context.assess(after(self.now))

    def assess(self) -> Assessment:
        assessment = self.look()
        self.log = [*self.log, *assessment.events]
        self.views[self.now] = ticket_view(self.look(), len(self.log), after(self.now))
        return assessment

    def pass_time(self, minutes: int, *, awake: bool) -> None:
        """To each timer in turn, or, where the execution sleeps too long, at once to the end."""
        end = self.now + minutes
        while awake and (timer := self.assess().timer) is not None and timer.at <= after(end):
            self.now = -(-(timer.at - after(0)) // timedelta(minutes=1))
        self.now = max(self.now, end)
        self.assess()

    def report(
        self, event_type: type[Any], when: Moment, actor: Actor, details: Mapping[str, Any] = NO_DETAILS
    ) -> None:
        self.pass_time(self.minutes_until(when), awake=when.awake)
        at = max(self.opened_at, self.now - when.delay)
        self.log = [*self.log, event(len(self.log) + 1, event_type, after(at), after(self.now), actor, details)]
        self.assess()

    def minutes_until(self, when: Moment) -> int:
        if when.gap is not None:
            return when.gap
        running = [cycle for cycle in self.slow().current.values() if cycle.running and not cycle.of_tiers]
        left = [due - self.now for cycle in running if (due := cycle.due()) is not None]
        return min((minutes for minutes in left if minutes > 0), default=0)

    def ticket(self) -> Ticket:
        return self.context.ticket()

    def slow(self) -> SlowTicket:
        if len(self.log) != self.counted_through:
            self.counted_by_hand, self.counted_through = slow(self.documents, self.log), len(self.log)
        return self.counted_by_hand


@st.composite
def documents(draw: st.DrawFn) -> Mapping[int, Document]:
    """Two versions of a contract."""
    changes = ("priority", "attributes", "contract", "calendar")
    terms = {
        "retarget": {change: draw(st.sampled_from(MODES)) for change in changes},
        "reopen": draw(st.sampled_from(REOPENING)),
        "counts_as_response": draw(st.sampled_from(RESPONSES)),
    }
    return {n: {**document, **terms} for n, document in enumerate(draw(st.sampled_from(FAMILIES)), 1)}


@st.composite
def openings(draw: st.DrawFn) -> Any:
    """Learned of at once or late, with or without a priority (a contract without a matrix then knows it as `none`)."""
    at = draw(spans)
    learned_at = at + draw(st.sampled_from([0, 0, 5, 300]))
    priority = draw(st.sampled_from([{"priority": name} for name in PRIORITIES] * 2 + [{}]))
    details = {"contract_id": "acme-gold", "contract_version": 1, **priority, **draw(attributes)}
    return event(1, ev.Opened, after(at), after(learned_at), draw(ANYBODY), details)


class TicketLife(RuleBasedStateMachine):
    """Everything that a helpdesk may report, in any order, at once or late, while time passes."""

    life: Life

    @initialize(documents=documents(), opened=openings())
    def opens(self, documents: Mapping[int, Document], opened: Event) -> None:
        self.life = Life(documents, opened)

    @rule(minutes=spans, awake=st.booleans())
    def time_passes(self, minutes: int, awake: bool) -> None:
        self.life.pass_time(minutes, awake=awake)

    @rule(when=moments, actor=ANYBODY, details=replies)
    def an_agent_replies(self, when: Moment, actor: Actor, details: Mapping[str, Any]) -> None:
        self.life.report(ev.AgentReplied, when, actor, details)

    @rule(when=moments)
    def the_customer_replies(self, when: Moment) -> None:
        self.life.report(ev.CustomerReplied, when, CUSTOMER)

    @rule(when=moments, minutes=st.sampled_from([40, 70, 130]), awake=st.booleans())
    def the_customer_writes_to_somebody_who_does_not_answer(self, when: Moment, minutes: int, awake: bool) -> None:
        self.life.report(ev.AgentReplied, when, ANA)
        self.life.report(ev.CustomerReplied, Moment(5, awake=True, delay=0), CUSTOMER)
        self.life.pass_time(minutes, awake=awake)

    @rule(when=moments, actor=ANYBODY)
    def an_agent_notes(self, when: Moment, actor: Actor) -> None:
        self.life.report(ev.AgentNoted, when, actor)

    @rule(when=moments, details=st.sampled_from([{}, {"waiting_for": "customer"}, {"waiting_for": "vendor"}]))
    def it_pends(self, when: Moment, details: Mapping[str, Any]) -> None:
        self.life.report(ev.Pended, when, ANA, details)

    @rule(when=moments)
    def it_resumes(self, when: Moment) -> None:
        self.life.report(ev.Resumed, when, ANA)

    @rule(when=moments, priority=st.sampled_from(PRIORITIES))
    def its_priority_changes(self, when: Moment, priority: str) -> None:
        self.life.report(ev.PriorityChanged, when, ANA, {"priority": priority})

    @rule(when=moments, changed=attributes)
    def its_attributes_change(self, when: Moment, changed: Mapping[str, Any]) -> None:
        self.life.report(ev.AttributesChanged, when, ANA, changed)

    @rule(when=moments, version=st.sampled_from([1, 2]), mode=st.sampled_from([None, None, None, *MODES]))
    def its_contract_changes(self, when: Moment, version: int, mode: str | None) -> None:
        details = {"contract_version": version, "reason": "renewed", **({"mode": mode} if mode else {})}
        self.life.report(ev.ContractChanged, when, ANA, details)

    @rule(when=moments, number=st.integers(0, 9), minutes=st.one_of(st.none(), spans, spans))
    def a_due_date_is_set(self, when: Moment, number: int, minutes: int | None) -> None:
        running = [name for name, cycle in self.life.slow().current.items() if cycle.running and not cycle.of_tiers]
        if running:
            due_at = None if minutes is None else text(self.life.now + self.life.minutes_until(when) + 1 + minutes)
            details = {"metric": running[number % len(running)], "due_at": due_at, "reason": "agreed"}
            self.life.report(ev.DueDateSet, when, ANA, details)

    @rule(when=moments)
    def the_customer_is_notified(self, when: Moment) -> None:
        self.life.report(ev.CustomerNotified, when, ANA)

    @rule(when=moments, actor=ANYBODY)
    def somebody_acknowledges(self, when: Moment, actor: Actor) -> None:
        self.life.report(ev.Acknowledged, when, actor)

    @rule(when=moments, actor=ANYBODY, to=st.sampled_from(["ana", "ben"]), tier=st.sampled_from([None, 1, 2, 3]))
    def it_is_assigned(self, when: Moment, actor: Actor, to: str, tier: int | None) -> None:
        self.life.report(ev.Assigned, when, actor, {"to": ev.Assignee(to), "tier": tier})

    @rule(when=moments)
    def it_is_given_back(self, when: Moment) -> None:
        self.life.report(ev.Unacknowledged, when, ANA)

    @rule(when=moments, actor=ANYBODY, minutes=st.sampled_from([15, 60]))
    def somebody_snoozes_it(self, when: Moment, actor: Actor, minutes: int) -> None:
        until = after(self.life.now + self.life.minutes_until(when) + minutes)
        self.life.report(ev.Snoozed, when, actor, {"until": until})

    @rule(when=moments, actor=ANYBODY)
    def somebody_declines(self, when: Moment, actor: Actor) -> None:
        self.life.report(ev.Declined, when, actor)

    @rule(when=moments, details=st.sampled_from([{}, {"tier": 1}, {"tier": 2}, {"tier": 3}]))
    def somebody_escalates(self, when: Moment, details: Mapping[str, Any]) -> None:
        self.life.report(ev.Escalated, when, ANA, details)

    @rule(when=moments, actor=ANYBODY)
    def it_is_resolved(self, when: Moment, actor: Actor) -> None:
        self.life.report(ev.Resolved, when, actor)

    @precondition(lambda self: self.life.ticket().status == "resolved")
    @rule(when=moments)
    def it_is_reopened(self, when: Moment) -> None:
        self.life.report(ev.Reopened, when, ANA)

    @precondition(lambda self: self.life.ticket().status == "resolved")
    @rule(when=moments, pause=st.sampled_from([0, 5]))
    def the_customer_replies_and_that_reopens_it(self, when: Moment, pause: int) -> None:
        self.life.report(ev.CustomerReplied, when, CUSTOMER)
        self.life.report(ev.Reopened, Moment(pause, awake=True, delay=0), CUSTOMER)

    @precondition(lambda self: len(self.life.log) > 25)
    @rule(when=moments, event_type=st.sampled_from([ev.Closed, ev.Merged, ev.Deleted]))
    def it_ends_for_good(self, when: Moment, event_type: type[Any]) -> None:
        self.life.report(event_type, when, ANA, {"into": "T-2"} if event_type == ev.Merged else {})

    @precondition(lambda self: "review" in self.life.ticket().current)
    @rule(when=moments)
    def the_review_is_filed(self, when: Moment) -> None:
        self.life.report(ev.ReviewFiled, when, ANA, {"root_cause": "a cable"})

    @invariant()
    def the_ticket_is_what_counting_by_hand_makes_of_it(self) -> None:
        life, ticket, slow = self.life, self.life.ticket(), self.life.slow()
        assert (ticket.status, ticket.waiting_for, ticket.priority, ticket.responded) == (
            slow.status,
            slow.waiting_for,
            slow.priority,
            slow.responded,
        )
        taken = ticket.chain.acknowledged
        assert (taken.by if taken else None) == slow.holder
        assert ticket.resolved_at == (None if slow.resolved_at is None else after(slow.resolved_at))
        found = {name: measured(obligation, life.now) for name, obligation in ticket.current.items()}
        assert found == {name: counted(cycle, life.now) for name, cycle in slow.current.items()}
        assert all(obligation.cycle == cycle.number for obligation, cycle in pairs(ticket, slow))

    @invariant()
    def the_view_shows_what_is_promised(self) -> None:
        life, slow = self.life, self.life.slow()
        view = ticket_view(life.look(), len(life.log), after(life.now))
        assert (view["status"], view["waiting_for"], view["priority"]) == (slow.status, slow.waiting_for, slow.priority)
        shown = {o["metric"]: (o["state"], o["due_at"], o["started_at"], o["ended_at"]) for o in view["obligations"]}
        assert shown == {
            name: (cycle.state(life.now), text(cycle.due()), text(cycle.began), text(cycle.ended))
            for name, cycle in slow.current.items()
            if cycle.owed and not cycle.of_tiers
        }

    @invariant()
    def every_breach_is_recorded_once_and_what_was_none_is_taken_back(self) -> None:
        recorded: Counter[tuple[str, int, int]] = Counter()
        named: Counter[tuple[str, datetime]] = Counter()
        warned: Counter[tuple[str, str]] = Counter()
        for each in self.life.log:
            if isinstance(each, ev.Breached | ev.Corrected):
                sign = 1 if isinstance(each, ev.Breached) else -1
                recorded[breach_of(each)] += sign
                named[each.obligation_id, each.due_at] += sign
                assert set(named.values()) <= {0, 1}
            if isinstance(each, ev.Warned):
                warned[each.obligation_id, each.threshold] += 1
        assert +recorded == self.life.slow().breaches(self.life.now)
        assert set(warned.values()) <= {1}

    @invariant()
    def warnings_are_due_when_the_threshold_is_used_up_and_only_before_the_deadline(self) -> None:
        for obligation, cycle in pairs(self.life.ticket(), self.life.slow()):
            reached = cycle.warned_at(50, 30)
            if reached is not None and not cycle.of_tiers and cycle.metric != "review":
                assert sorted(at for _, at in obligation.warnings()) == sorted(map(after, reached))

    @invariant()
    def a_correction_names_the_breach_and_what_was_reported_since(self) -> None:
        by_sequence = {event.sequence: event for event in self.life.log}
        for each in self.life.log:
            if isinstance(each, ev.Corrected):
                breach = by_sequence[each.corrects]
                assert (type(breach), breach_of(breach)) == (ev.Breached, breach_of(each))
                assert each.because
                for number in each.because:
                    fact = by_sequence[number]
                    assert breach.sequence < number < each.sequence
                    assert fact.actor.kind != "system"
                    assert fact.occurred_at <= breach.recorded_at

    @invariant()
    def the_last_conclusion_says_what_became_of_everything_but_a_review_that_is_owed(self) -> None:
        life, slow, ticket = self.life, self.life.slow(), self.life.ticket()
        assert ticket.settled or not slow.settled()
        assert slow.settled() or not isinstance(life.log[-1], ev.Settled)
        assert ticket.conclusion is not None or not slow.concluded()
        if ticket.conclusion is not None and slow.concluded():
            found = Counter(verdict_of(each) for each in ticket.conclusion.obligations)
            assert found == slow.verdicts(life.now)

    @invariant()
    def nothing_is_left_to_do_at_this_instant(self) -> None:
        again = self.life.look()
        assert again.events == []
        assert again.timer is None or again.timer.at > after(self.life.now)

    @invariant()
    def every_minute_is_explained_and_those_that_count_are_those_counted_by_hand(self) -> None:
        life, ticket = self.life, self.life.ticket()
        for obligation, cycle in pairs(ticket, life.slow()):
            if obligation.countdown is not None:
                stretches = explain(obligation, after(life.now), ticket.holders)
                due = cycle.due()
                end = max(life.now, due or 0) if cycle.ended is None else cycle.ended
                plan = cycle.ruling()
                assert plan is not None
                edges = [after(plan.countdowns[0][0]), *(stretch.end for stretch in stretches)]
                assert [stretch.start for stretch in stretches] == edges[:-1]
                assert edges[-1] == after(end)
                until = end if due is None else min(end, due)
                lengths = (min(s.end, after(until)) - s.start for s in stretches if s.kind == "counted")
                minutes = sum((max(each, timedelta()) for each in lengths), timedelta()) / timedelta(minutes=1)
                if isinstance(obligation.countdown.promise.target, timedelta):
                    assert minutes == cycle.used(until)

    @invariant()
    def the_log_only_grows(self) -> None:
        assert [event.sequence for event in self.life.log] == list(range(1, len(self.life.log) + 1))
        recorded = [event.recorded_at for event in self.life.log]
        assert recorded == sorted(recorded)


def pairs(ticket: Ticket, slow: SlowTicket) -> list[tuple[Obligation, Cycle]]:
    """Every obligation there was with what counting by hand makes of it, metric by metric in their order."""
    found = sorted([*ticket.past, *ticket.current.values()], key=lambda obligation: obligation.metric.name)
    expected = sorted(slow.cycles, key=lambda cycle: cycle.metric)
    return list(zip(found, expected, strict=True))


def text(minute: int | None) -> str | None:
    return None if minute is None else format_instant(after(minute))


def measured(obligation: Obligation, now: int) -> dict[str, Any]:
    countdown = obligation.countdown
    used = countdown.used_by(obligation.ended_at or after(now), obligation.pauses) if countdown else None
    waited = (((pause.end or after(now)) - pause.start) for pause in obligation.pauses)
    return {
        "named": (obligation.cycle, obligation.revisions.current),
        "owed": obligation.owed,
        "state": obligation.state(after(now)),
        "due_at": obligation.due_at(),
        "started_at": obligation.started_at,
        "ended_at": obligation.ended_at,
        "met_by": obligation.met_by,
        "waited": sum(waited, timedelta()),
        "causes": obligation.pause_causes,
        "used": timedelta(minutes=used) if isinstance(used, int) else used,
    }


def counted(cycle: Cycle, now: int) -> dict[str, Any]:
    due, used = cycle.due(), cycle.used(now if cycle.ended is None else cycle.ended)
    return {
        "named": (cycle.number, cycle.revision),
        "owed": cycle.owed,
        "state": cycle.state(now),
        "due_at": None if due is None else after(due),
        "started_at": after(cycle.began),
        "ended_at": None if cycle.ended is None else after(cycle.ended),
        "met_by": cycle.met_by,
        "waited": timedelta(minutes=cycle.waited_by(now)),
        "causes": cycle.causes,
        "used": None if used is None else timedelta(minutes=used),
    }


def name_and_cycle(obligation_id: str) -> tuple[str, int]:
    metric, _, number = obligation_id.partition("#")
    return metric, int(number.partition(".")[0])


def breach_of(event: ev.Breached | ev.Corrected) -> tuple[str, int, int]:
    return *name_and_cycle(event.obligation_id), minute_of(event.due_at)


def verdict_of(verdict: Verdict) -> tuple[str, int, str, int | None, int | None]:
    due = None if verdict.due_at is None else minute_of(verdict.due_at)
    return *name_and_cycle(verdict.obligation_id), verdict.state, due, verdict.met_by


def minute(instant: str) -> int:
    return minute_of(parse_instant(instant))


TestTicketLife = TicketLife.TestCase
TestTicketLife.settings = settings(stateful_step_count=30)


Told = Sequence[tuple[type[Any], int, Actor, Mapping[str, Any]]]
STORIES: Mapping[str, tuple[Sequence[Document], Mapping[str, Any], Told]] = {
    "the reply that reopens a ticket comes before the reopening": (
        PRESETS_BY_PRIORITY,
        {"priority": "P1"},
        [
            (ev.AgentReplied, 5, ANA, {}),
            (ev.Resolved, 5, ANA, {}),
            (ev.CustomerReplied, 60, CUSTOMER, {}),
            (ev.Reopened, 1, ANA, {}),
            (ev.Resumed, 100, ANA, {}),
        ],
    ),
    "resolving ends the waiting of what goes on after it": (
        SELECTED_ROWS,
        {"priority": "P2"},
        [
            (ev.CustomerReplied, 5, CUSTOMER, {}),
            (ev.Pended, 5, ANA, {"waiting_for": "vendor"}),
            (ev.Resolved, 60, BOT, {}),
            (ev.AgentNoted, 600, ANA, {}),
        ],
    ),
    "business days used up under one calendar stay used under another": (
        SELECTED_ROWS,
        {"priority": "P3"},
        [
            (ev.ContractChanged, 1_000, ANA, {"contract_version": 2, "mode": "forward", "reason": "x"}),
            (ev.ContractChanged, 1_000, ANA, {"contract_version": 1, "mode": "retroactive", "reason": "x"}),
            (ev.ContractChanged, 500, ANA, {"contract_version": 2, "mode": "forward", "reason": "x"}),
            (ev.AgentNoted, 1_500, ANA, {}),
        ],
    ),
}


@pytest.mark.parametrize("story", STORIES)
def test_a_story_is_what_counting_by_hand_makes_of_it_at_every_step(story: str) -> None:
    family, details, told = STORIES[story]
    machine = TicketLife()
    opened = {"contract_id": "acme-gold", "contract_version": 1, **details}
    machine.life = Life(dict(enumerate(family, 1)), event(1, ev.Opened, after(0), after(0), CUSTOMER, opened))
    for event_type, gap, actor, more in told:
        machine.life.report(event_type, Moment(gap, awake=True, delay=0), actor, more)
        for each in machine.invariants:
            each.function(machine)
