"""Where a ticket stands, in the words that messages and pages share: names instead of ids, local times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from tocsin.domain.assessment.roster import Roster, team_of
from tocsin.domain.assessment.status_text import status_words
from tocsin.domain.calendars.business_hours import load_zone
from tocsin.domain.contracts.clauses.escalation import missing_of
from tocsin.domain.contracts.metrics import TIER_ACKNOWLEDGEMENT
from tocsin.domain.escalation.reasons import AlertReason
from tocsin.domain.escalation.steps import NextAlert
from tocsin.domain.tickets.events import Breached, TierAlerted, Warned
from tocsin.domain.tickets.obligation import Obligation, named_for
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.target import Target, TargetKind
from tocsin.domain.values.wording import enumerated

MOST_ALERTS = 10


class Deadline(NamedTuple):
    """What is owed by its metric, as people call it, and until when; None while it is paused."""

    name: str
    label: str
    due_at: datetime | None


class Alerted(NamedTuple):
    """A tier that was alerted: when, which team, and whom of it, by their names."""

    at: datetime
    team: str
    people: list[str]


def local_time(instant: datetime, timezone: str) -> str:
    """`Mon 30 Mar 10:00 CEST`."""
    return f"{instant.astimezone(load_zone(timezone)):%a %d %b %H:%M %Z}"


def short_time(instant: datetime, timezone: str, now: datetime) -> str:
    """`Mon 10:00 CEST`, for a short message; `30 Mar 10:00` where the day of the week says too little."""
    local = instant.astimezone(load_zone(timezone))
    return f"{local:%a %H:%M %Z}" if abs(instant - now) < timedelta(days=6) else f"{local:%d %b %H:%M}"


@dataclass(frozen=True)
class Situation:
    """A ticket at an instant, as its people and its customer are told of it."""

    ticket: Ticket
    roster: Roster
    now: datetime
    reader_zone: str | None = None
    """The time zone of whoever reads it, where that is known."""

    @property
    def zone(self) -> str:
        """In which instants are told: the reader's, else the contract's."""
        return self.reader_zone or self.ticket.contract.timezone

    def team(self, team_id: str) -> str:
        """The name of a target such as a team; its id where there is none of that name any more."""
        target = Target(team_id)
        team = self.roster(target)
        return team.name if team else target.name

    def told_team(self, team_id: str) -> str:
        """The same for the customer, who is not told how somebody is on call, or the names of our people."""
        return self.team(team_id) if Target(team_id).kind is TargetKind.TEAM else "our team on call"

    def person(self, member_id: str) -> str:
        """The name of somebody in a team of the contract, or of such a team; else as the helpdesk calls them."""
        whom = self.ticket.targets
        for team in filter(None, map(self.roster, whom)):
            for member in team.members:
                if member.member_id == member_id:
                    return member.name
        return self.team(member_id) if member_id in whom else member_id

    def people(self, member_ids: Iterable[str]) -> str:
        """The names of several."""
        return enumerated(map(self.person, member_ids))

    @property
    def status(self) -> str:
        """`open`, `waiting for the customer`."""
        waiting_for = self.ticket.waiting_for
        return f"waiting for the {waiting_for}" if waiting_for else self.ticket.status.value

    @property
    def holder(self) -> str | None:
        """Who has the ticket: `Ana (Frontline)`."""
        taken = self.ticket.chain.acknowledged
        return self.person_of(taken.by, self.holders_team or "") if taken else None

    @property
    def holders_team(self) -> str | None:
        """The name of the team of whoever has the ticket."""
        taken = self.ticket.chain.acknowledged
        return self.team(team_of(taken, self.ticket, self.roster)) if taken else None

    def person_of(self, member_id: str, team: str) -> str:
        """Somebody with the name of their team, which stands once where the team itself is meant."""
        name = self.person(member_id)
        return name if name == team else f"{name} ({team})"

    def tier_team(self, tier: int) -> str:
        """The name of a tier's team, or the names of all whom it alerts."""
        return enumerated(map(self.team, self.ticket.policy.tier(tier).whom))

    def told_tier(self, tier: int) -> str:
        """The same for the customer."""
        return enumerated(dict.fromkeys(map(self.told_team, self.ticket.policy.tier(tier).whom)))

    @property
    def told_holder(self) -> str | None:
        """The team of whoever has the ticket, for the customer."""
        taken = self.ticket.chain.acknowledged
        return self.told_team(team_of(taken, self.ticket, self.roster)) if taken else None

    def acknowledge_by(self, tier: int | None) -> datetime | None:
        """Until when a tier has to acknowledge; None where it is not its turn, or too late."""
        owed, step = self.ticket.current.get(TIER_ACKNOWLEDGEMENT.name), self.ticket.next_step()
        if owed is None or not owed.running or tier != self.ticket.chain.tier:
            return None
        # A tier that is alerted again has let the first deadline pass; it is given until the chain goes on.
        return next((at for at in (owed.due_at(), step and step.at) if at and at > self.now), None)

    def missing(self, hand_off: Mapping[str, str]) -> list[str]:
        """What the contract needs of the hand-off package and is not there."""
        terms = self.ticket.contract.escalation.hand_off
        return missing_of(terms, hand_off) if terms else []

    @property
    def otherwise(self) -> str:
        """What the chain does next unless somebody takes or resolves the ticket, in a sentence; empty for nothing."""
        step, chain = self.ticket.next_step(), self.ticket.chain
        if step is None:
            return ""
        if not isinstance(step, NextAlert):
            return "This was the last alert: nobody else will be alerted."
        again = " again" if step.tier == chain.tier and not chain.requested else ""
        at = f" on {local_time(step.at, self.zone)}" if step.at > self.now else ""
        done = "the customer is answered" if step.unanswered else "it is resolved"
        done = "somebody acknowledges" if step.reason is AlertReason.SNOOZE_OVER else done
        unless = f"Unless {done} by then" if chain.acknowledged else "If nobody does"
        return f"{unless}, {self.tier_team(step.tier)} will be alerted{again}{at}."

    @property
    def owed(self) -> list[tuple[str, str]]:
        """What is owed to the customer and where it stands."""
        return [
            (each.metric.label, status_words(each, self.now, self._said) + self._told_ahead(each))
            for each in self.ticket.promised()
        ]

    def _told_ahead(self, obligation: Obligation) -> str:
        due_at = obligation.due_at()
        told_at = self.ticket.breach_told_at.get((obligation.obligation_id, due_at)) if due_at else None
        return f"; the customer was told {self._said(told_at)} to expect a delay" if told_at else ""

    def _said(self, instant: datetime) -> str:
        return local_time(instant, self.zone)

    @property
    def alerted(self) -> list[Alerted]:
        """Which tiers were alerted, the newest last."""
        events = [event for event in self.ticket.log if isinstance(event, TierAlerted)][-MOST_ALERTS:]
        return [Alerted(e.occurred_at, self.team(e.team), [self.person(each) for each in e.members]) for e in events]

    @property
    def promised(self) -> list[Deadline]:
        """What the customer may be told to expect: nothing that is over, and no instant that has passed."""
        return [_deadline(o, due) for o, due in self._coming() if o.metric.customer_hears_of_breach]

    @property
    def next_update_at(self) -> datetime | None:
        """When the customer hears from us again."""
        updates = [due for each, due in self._coming() if each.metric.warning_notice == "customer_update_due"]
        return min(updates, default=None)

    def late_with(self, because: int) -> list[Deadline]:
        """What was late, or nearly, when we learned of it, by the event that was recorded first of them."""
        events = [e for e in self.ticket.log if isinstance(e, Warned | Breached) and e.on_arrival]
        change = {named_for(event.obligation_id) for event in events if event.sequence == because}
        found = {e.obligation_id: e for e in events if named_for(e.obligation_id) in change}
        return [Deadline(e.metric, self.ticket.contract.metric(e.metric).label, e.due_at) for e in found.values()]

    @property
    def helpdesk_links(self) -> list[str]:
        """Where the helpdesk has told us that the ticket, or more about it, is found."""
        attributes = self.ticket.attributes
        known = [attributes.get("reference") or "", *(attributes.get("links") or ())]
        return [link for link in dict.fromkeys(known) if link.startswith(("https://", "http://"))]

    def _coming(self) -> Iterator[tuple[Obligation, datetime]]:
        for each in self.ticket.promised():
            if each.running and (due_at := each.due_at()) is not None and due_at > self.now:
                yield each, due_at


def _deadline(obligation: Obligation, due_at: datetime) -> Deadline:
    return Deadline(obligation.metric.name, obligation.metric.label, due_at)
