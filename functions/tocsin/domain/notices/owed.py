"""Notices: who is to be told what, derived from events.

A notice's id is derived from what it is about and whom it is for, so that however often a ticket is assessed,
by however many executions, the same notice is recorded once and carries the same id when it is sent again.
To add a kind: a rule in `_RULES`, templates in `tocsin/adapters/messages`, a row in the README's table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from tocsin.domain.contracts.metrics import Metric
from tocsin.domain.oncall.team import Team
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Event
from tocsin.domain.tickets.ticket import Ticket

CUSTOMER = "customer"
Notice = Mapping[str, Any]
"""JSON: notice_id, kind, audience (team, member or customer), recipient, because (sequence), tier, about."""


class _Rules:
    """The rules see the ticket after the events, and whoever is on call now."""

    def __init__(
        self, ticket: Ticket, log: Sequence[Event], roster: Callable[[str], Team | None], now: datetime
    ) -> None:
        self.ticket, self.log, self.roster, self.now = ticket, log, roster, now

    def found_again(self, breach: Event) -> str:
        """What tells a breach that was taken back and has come true again from the first: what took it back."""
        name = [breach.details[field] for field in ("obligation_id", "due_at")]
        corrections = [
            event.sequence
            for event in self.log
            if event.type == ev.CORRECTED
            and event.sequence < breach.sequence
            and [event.details[field] for field in ("obligation_id", "due_at")] == name
        ]
        return f"@{corrections[-1]}" if corrections else ""

    def to_team(self, kind: str, team_id: str, event: Event, **about: Any) -> Iterator[Notice]:
        """To the team's topic."""
        yield self._notice(kind, "team", team_id, event, about)

    def to_members(self, kind: str, members: Iterable[str], event: Event, **about: Any) -> Iterator[Notice]:
        """To the topic of each member."""
        for member_id in members:
            yield self._notice(kind, "member", member_id, event, about)

    def to_customer(self, kind: str, event: Event, **about: Any) -> Iterator[Notice]:
        """To the contract's customer-facing topic."""
        yield self._notice(kind, CUSTOMER, CUSTOMER, event, about)

    def to_team_and_on_call(self, kind: str, team_id: str, event: Event, **about: Any) -> Iterator[Notice]:
        """To the team's topic and to whoever of it is on call now."""
        team = self.roster(team_id)
        yield from self.to_team(kind, team_id, event, **about)
        yield from self.to_members(kind, team.on_call(self.now) if team else (), event, **about)

    def to_those_in_charge(self, kind: str, event: Event, **about: Any) -> Iterator[Notice]:
        """To the tier that has the ticket: its team, and who acknowledged, else who is on call."""
        acknowledged = self.ticket.chain.acknowledged
        tier = acknowledged.tier if acknowledged else self.ticket.chain.tier or 1
        team_id = self.ticket.contract.tier(tier).team
        team = self.roster(team_id)
        if acknowledged and team and acknowledged.by in {member.member_id for member in team.members}:
            yield from self.to_team(kind, team_id, event, **about)
            yield from self.to_members(kind, [acknowledged.by], event, **about)
        else:
            yield from self.to_team_and_on_call(kind, team_id, event, **about)

    def _notice(self, kind: str, audience: str, recipient: str, event: Event, about: Mapping[str, Any]) -> Notice:
        subject = about.get("obligation_id") or event.sequence
        when = [str(about.get(name, "")) for name in ("threshold", "due_at")]
        parts = [*self.ticket.key, kind, str(subject), *when, audience, recipient]
        return {
            "notice_id": hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32],
            "kind": kind,
            "audience": audience,
            "recipient": recipient,
            "because": event.sequence,
            "tier": about.get("tier") or self.ticket.chain.tier or None,
            "about": {name: value for name, value in about.items() if name != "tier"},
        }


def owed(ticket: Ticket, log: Sequence[Event], roster: Callable[[str], Team | None], now: datetime) -> list[Notice]:
    """The notices that the events after `ticket.notified_through` call for."""
    rules = _Rules(ticket, log, roster, now)
    notices: dict[str, Notice] = {}
    for event in log:
        if event.sequence > ticket.notified_through and (rule := _RULES.get(event.type)) is not None:
            for notice in rule(rules, event):
                if notice["notice_id"] not in ticket.recorded:
                    notices.setdefault(notice["notice_id"], notice)
    return list(notices.values())


def _opened(rules: _Rules, event: Event) -> Iterator[Notice]:
    yield from rules.to_customer("customer_receipt", event)


def _tier_alerted(rules: _Rules, event: Event) -> Iterator[Notice]:
    tier, team, before = event.details["tier"], event.details["team"], event.details["from_tier"]
    about = {"tier": tier, "attempt": event.details["attempt"], "reason": event.details["reason"]}
    yield from rules.to_team("tier_alert", team, event, **about)
    yield from rules.to_members("tier_alert", event.details["members"], event, **about)
    if before and before != tier:
        left = rules.ticket.contract.tier(before).team
        yield from rules.to_team("escalation", left, event, tier=tier, to_team=team)


def _escalation_exhausted(rules: _Rules, event: Event) -> Iterator[Notice]:
    for tier in rules.ticket.contract.escalation.tiers:
        yield from rules.to_team_and_on_call("escalation_exhausted", tier.team, event)


def _acknowledged(rules: _Rules, event: Event) -> Iterator[Notice]:
    acknowledged = rules.ticket.chain.acknowledged
    if not acknowledged or acknowledged.sequence != event.sequence or acknowledged.tier < 2:
        return
    contract = rules.ticket.contract
    about = {"tier": acknowledged.tier, "team": contract.tier(acknowledged.tier).team, "by": acknowledged.by}
    for tier in contract.escalation.tiers[: acknowledged.tier - 1]:
        yield from rules.to_team("handover", tier.team, event, **about)
    yield from rules.to_customer("customer_update", event, **about)


def _about(event: Event) -> dict[str, Any]:
    return {name: event.details[name] for name in ("obligation_id", "metric", "due_at")}


def _warned(rules: _Rules, event: Event) -> Iterator[Notice]:
    about = {**_about(event), "threshold": event.details["threshold"]}
    if event.details["on_arrival"]:
        yield from _late_on_arrival(rules, event)
    else:
        yield from _about_metric(rules, _metric(rules, event).warning_notice, event, about)


def _breached(rules: _Rules, event: Event) -> Iterator[Notice]:
    metric, again = _metric(rules, event), rules.found_again(event)
    if event.details["on_arrival"]:
        yield from _late_on_arrival(rules, event, again)
        return
    about = {**_about(event), "obligation_id": event.details["obligation_id"] + again}
    overdue = {"threshold": "overdue"} if metric.breach_notice == "review_due" else {}
    yield from _about_metric(rules, metric.breach_notice, event, {**about, **overdue})
    if metric.customer_hears_of_breach:
        yield from rules.to_customer("customer_breach", event, **about)


def _metric(rules: _Rules, event: Event) -> Metric:
    return rules.ticket.contract.metric(event.details["metric"])


def _about_metric(rules: _Rules, kind: str, event: Event, about: Mapping[str, Any]) -> Iterator[Notice]:
    review = rules.ticket.contract.review
    if kind != "review_due":
        yield from rules.to_those_in_charge(kind, event, **about)
    elif review is not None:
        yield from rules.to_team_and_on_call(kind, review.team, event, **about)


def _late_on_arrival(rules: _Rules, event: Event, again: str = "") -> Iterator[Notice]:
    # The id names the change that made it late, whatever else was late with it: one notice, no burst.
    cycle, _, revision = event.details["obligation_id"].partition("#")[2].partition(".")
    change = revision or cycle
    yield from rules.to_those_in_charge("late_on_arrival", event, obligation_id=f"arrival#{change}{again}")


def _corrected(rules: _Rules, event: Event) -> Iterator[Notice]:
    # Named for the breach that it takes back, which may come true again and be taken back again.
    about = {**_about(event), "obligation_id": f"{event.details['obligation_id']}@{event.details['corrects']}"}
    yield from rules.to_those_in_charge("correction", event, **about)
    if event.details["customer_was_told"] and _metric(rules, event).customer_hears_of_breach:
        yield from rules.to_customer("customer_correction", event, **about)


def _resolved(rules: _Rules, event: Event) -> Iterator[Notice]:
    if rules.ticket.resolved_by == event.sequence:
        # Named for the reopening before it: a resolution that is reported twice is told once.
        yield from rules.to_customer("customer_resolution", event, obligation_id=f"after#{rules.ticket.reopened_by}")


_RULES: Mapping[str, Callable[[_Rules, Event], Iterator[Notice]]] = {
    ev.OPENED: _opened,
    ev.TIER_ALERTED: _tier_alerted,
    ev.ESCALATION_EXHAUSTED: _escalation_exhausted,
    ev.ACKNOWLEDGED: _acknowledged,
    ev.WARNED: _warned,
    ev.BREACHED: _breached,
    ev.CORRECTED: _corrected,
    ev.RESOLVED: _resolved,
    ev.AGENT_REPLIED: _resolved,
}
