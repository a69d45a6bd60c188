"""Acknowledge by the signed link of an alert: GET shows, POST acts, since mail scanners follow every GET."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tocsin.domain.notices.acknowledgement import Offer
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Actor, Event
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.faults import Busy, Gone, NotFound, SequenceConflict
from tocsin.domain.values.identifiers import TicketKey
from tocsin.domain.values.instants import parse_instant
from tocsin.ports.clock import Clock
from tocsin.ports.contracts import Contracts
from tocsin.ports.notices import Links
from tocsin.ports.oncall import Teams
from tocsin.ports.tickets import TicketLog
from tocsin.use_cases.tickets.record_event import append
from tocsin.use_cases.tickets.ticket_context import ATTEMPTS, TicketContext, read_context


def show_offer(token: str, *, links: Links, log: TicketLog, contracts: Contracts, teams: Teams, clock: Clock) -> Offer:
    """What the link offers; nothing changes. Raises NotFound for a forged link, Gone for an expired one."""
    claims = _claims(token, clock.now(), links=links)
    return _offer(claims, _context_of(claims, log=log, contracts=contracts, teams=teams).ticket())


def accept_offer(
    token: str, *, links: Links, log: TicketLog, contracts: Contracts, teams: Teams, clock: Clock
) -> Offer:
    """Acknowledge in the name of the link's person, once. Late or second, it is recorded and changes nothing.

    Raises NotFound for a forged link, Gone for an expired one, Busy after too many lost races.
    """
    claims = _claims(token, clock.now(), links=links)
    for _ in range(ATTEMPTS):
        context = _context_of(claims, log=log, contracts=contracts, teams=teams)
        if _used(context, claims):
            return _offer(claims, context.ticket())
        now = clock.now()
        details = {"link": claims["notice"], "tier": claims["tier"]}
        actor = Actor("agent", claims["member"])
        event = Event(context.sequence + 1, ev.ACKNOWLEDGED, now, now, actor, details)
        try:
            append(context, event, None, now, log=log)
        except SequenceConflict:
            continue
        return _offer(claims, context.plus(event).ticket())
    raise Busy("Too many people act on this ticket at once; press the button again.")


def _claims(token: str, now: datetime, *, links: Links) -> Mapping[str, Any]:
    claims = links.read(token)
    if claims is None:
        raise NotFound("This link is not one of ours, or it is incomplete; copy it whole from the alert.")
    if now > parse_instant(claims["until"]):
        raise Gone("This link has expired; acknowledge in the helpdesk.")
    return claims


def _context_of(claims: Mapping[str, Any], *, log: TicketLog, contracts: Contracts, teams: Teams) -> TicketContext:
    return read_context(TicketKey(claims["helpdesk"], claims["ticket"]), log=log, contracts=contracts, teams=teams)


def _used(context: TicketContext, claims: Mapping[str, Any]) -> bool:
    return any(e.type == ev.ACKNOWLEDGED and e.details.get("link") == claims["notice"] for e in context.events)


def _offer(claims: Mapping[str, Any], ticket: Ticket) -> Offer:
    taken = ticket.chain.acknowledged
    return Offer(ticket, claims["member"], claims["tier"], taken.by if taken else None, taken.at if taken else None)
