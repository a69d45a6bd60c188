"""Tells the story of one ticket: what happened when, when we learned of it, and what Tocsin made of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast

from tocsin.domain.assessment.assessment import Assessment, assess
from tocsin.domain.assessment.contract_examples import faults_of_examples
from tocsin.domain.assessment.membership import with_tier
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.contracts.promise import Promise
from tocsin.domain.contracts.reading import read_contract
from tocsin.domain.contracts.selectors import Circumstances
from tocsin.domain.oncall.team import Team
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.attributes import ATTRIBUTES
from tocsin.domain.tickets.events import Actor, Event
from tocsin.domain.tickets.fold import fold
from tocsin.domain.tickets.obligation import Obligation
from tocsin.domain.tickets.texts import TEXT_NAMES, digests_of
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.identifiers import TicketKey
from tocsin.domain.values.instants import parse_instant

OPENED_AT = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
"""A Monday, ten o'clock in Berlin."""

E = TypeVar("E", bound=Event)
NOTHING_MORE: Mapping[str, Any] = {}

KEY = TicketKey("acme", "T-1")
ANA, CUSTOMER, BOT = Actor("agent", "ana"), Actor("customer", "jo"), Actor("bot", "greeter")

OFFICE: Mapping[str, Any] = {"timezone": "Europe/Berlin", "weekly": {"mon-fri": ["09:00-12:00", "13:00-17:00"]}}
DOCUMENT: Mapping[str, Any] = {
    "customer": {"name": "ACME GmbH"},
    "calendar": OFFICE,
    "targets": {
        "P1": {"first_response": "15m", "resolution": "4h", "periodic_update": "2h", "calendar": "always"},
        "P2": {"first_response": "1h", "resolution": "8h"},
        "P3": {"resolution": "16h"},
    },
    "escalation": {
        "tiers": [
            {"team": "frontline", "acknowledge_within": "15m"},
            {"team": "engineering", "acknowledge_within": "30m"},
            {"team": "management", "acknowledge_within": "1h"},
        ]
    },
}
REVIEW: Mapping[str, Any] = {"team": "management", "from_tier": 2, "due_within": "3bd", "remind_within": "2bd"}


def contract(**changes: Any) -> Contract:
    """The contract above, with some of its parts replaced; `None` takes a part out."""
    document = {name: part for name, part in {**DOCUMENT, **changes}.items() if part is not None}
    return read_contract(document, "acme-gold", {"frontline", "engineering", "management"}, check=faults_of_examples)


def promised(terms: Contract, priority: str, metric: str) -> Promise | None:
    """What that contract promises to tickets of that priority."""
    row = terms.row(Circumstances(priority, OPENED_AT, {}))
    return terms.promise(row, terms.metric(metric), terms.escalation, tier=1)


def team(*members: str, **more: Any) -> Team:
    """A team of these members, each with a mail address."""
    people = [
        {"member_id": each, "name": each.title(), "channels": [{"type": "email", "address": f"{each}@example.com"}]}
        for each in members
    ]
    return Team.model_validate({"name": "Team", "members": people, **more})


TEAMS: Mapping[str, Team] = {"frontline": team("ana"), "engineering": team("ben"), "management": team("dora")}


def after(minutes: float) -> datetime:
    """That many minutes after the opening."""
    return OPENED_AT + timedelta(minutes=minutes)


def berlin(day: int, hour: int, minute: int = 0) -> datetime:
    """In the week of the opening, which is Monday 30 March 2026 at ten: 31 is Tuesday, 32 is Wednesday 1 April."""
    month, day = (3, day) if day <= 31 else (4, day - 31)
    return datetime(2026, month, day, hour - 2, minute, tzinfo=UTC)


def event(
    sequence: int,
    kind: type[E],
    occurred_at: datetime,
    recorded_at: datetime,
    actor: Actor,
    details: Mapping[str, Any] = NOTHING_MORE,
) -> E:
    """An event by its kind and fields; attributes, texts and instants may be given as a helpdesk reports them."""
    fields = {**details}
    texts = digests_of({name: fields.pop(name) for name in TEXT_NAMES if name in fields})
    if kind in {ev.Opened, ev.AttributesChanged}:
        fields["attributes"] = {name: fields.pop(name) for name in ATTRIBUTES if name in fields}
    if isinstance(fields.get("due_at"), str):
        fields["due_at"] = parse_instant(fields["due_at"])
    if kind is ev.Opened:
        fields = {"contract_id": "acme-gold", "contract_version": 1, **fields}
    envelope: dict[str, Any] = {
        "sequence": sequence,
        "occurred_at": occurred_at,
        "recorded_at": recorded_at,
        "actor": actor,
    }
    return kind(**envelope, texts=texts, **fields)


class Story:
    """A ticket's log that grows; times are minutes after the opening."""

    def __init__(
        self,
        priority: str = "P1",
        *,
        terms: Contract | None = None,
        teams: Mapping[str, Team] = TEAMS,
        known_after: float = 0,
        **details: Any,
    ) -> None:
        self.versions, self.teams = {1: terms or contract()}, dict(teams)
        pinned = {"contract_id": "acme-gold", "contract_version": 1, "priority": priority, **details}
        self.log: list[Any] = [event(1, ev.Opened, OPENED_AT, after(known_after), CUSTOMER, pinned)]

    @property
    def contract(self) -> Contract:
        """The version that the ticket was opened under."""
        return self.versions[1]

    def says(
        self, event_type: type[E], at: float, *, known_at: float | None = None, actor: Actor = ANA, **details: Any
    ) -> E:
        """The helpdesk reports a fact, as a rule when it happens."""
        recorded_at = after(at if known_at is None else known_at)
        said = event(len(self.log) + 1, event_type, after(at), recorded_at, actor, details)
        if isinstance(said, ev.Acknowledged | ev.Snoozed | ev.AgentReplied | ev.Assigned):
            said = cast(E, with_tier(cast(ev.AnyEvent, said), self.ticket(), self.teams.get))
        self.log.append(said)
        return said

    def assess(self, at: float) -> Assessment:
        """An execution assesses the ticket and appends what fell due."""
        assessment = self.look(at)
        self.log += assessment.events
        return assessment

    def assess_until(self, at: float) -> None:
        """The execution assesses now, at each of its timers up to an instant, and then once more."""
        now = max(event.recorded_at for event in self.log)
        while now <= after(at):
            assessment = assess(KEY, self.versions, self.log, self.teams.get, now)
            self.log += assessment.events
            if assessment.timer is None:
                break
            now = assessment.timer.at
        self.assess(at)

    def look(self, at: float) -> Assessment:
        """What an execution would make of it, without recording that."""
        return assess(KEY, self.versions, self.log, self.teams.get, after(at))

    def ticket(self) -> Ticket:
        return fold(KEY, self.versions, self.log)

    def obligation(self, metric: str) -> Obligation:
        return self.ticket().current[metric]

    def state(self, metric: str, at: float) -> str:
        return self.obligation(metric).state(after(at))

    def due_at(self, metric: str) -> datetime | None:
        return self.obligation(metric).due_at()

    def recorded(self, kind: type[E]) -> list[E]:
        return [event for event in self.log if isinstance(event, kind)]

    def notices(self, kind: str | None = None) -> list[Any]:
        found = [notice for event in self.recorded(ev.NoticesRecorded) for notice in event.notices]
        return [notice for notice in found if kind in (None, notice.kind)]

    def told(self, kind: str) -> list[str]:
        """Who was told that, in order."""
        return [notice.recipient for notice in self.notices(kind)]
