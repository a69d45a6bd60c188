"""Acknowledge by the signed link of an alert: GET shows, POST acts, since mail scanners follow every GET."""

from __future__ import annotations

from datetime import datetime

from tocsin.domain.assessment.acknowledgement import Claims, Digest, LinkedOffer, Offer, TicketClaims
from tocsin.domain.assessment.who_hears import Roster
from tocsin.domain.tickets.events import Acknowledged, Actor
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.faults import Gone, NotFound
from tocsin.domain.values.identifiers import TicketKey
from tocsin.domain.values.instants import parse_instant
from tocsin.ports.clock import Clock
from tocsin.ports.contracts import Contracts
from tocsin.ports.notices import Links
from tocsin.ports.oncall import Teams
from tocsin.ports.tickets import TicketLog
from tocsin.use_cases.tickets.record_event import append
from tocsin.use_cases.tickets.retrying import retrying
from tocsin.use_cases.tickets.ticket_context import TicketContext, read_context


def show_offer(
    token: str, *, links: Links, log: TicketLog, contracts: Contracts, teams: Teams, clock: Clock
) -> Offer | Digest:
    """What the link offers, that of a digest the links of all its tickets; nothing changes.

    Raises NotFound for a forged link, Gone for an expired one.
    """
    claims = _claims(token, clock.now(), links=links)
    if "offers" in claims:
        return Digest([LinkedOffer(*each) for each in claims["offers"]])
    context = _context_of(claims, log=log, contracts=contracts, teams=teams)
    return _offer(claims, context.ticket(), context.roster, clock.now())


def accept_offer(
    token: str, *, links: Links, log: TicketLog, contracts: Contracts, teams: Teams, clock: Clock
) -> Offer | Digest:
    """Acknowledge in the name of the link's person: they have the ticket then, whoever had it before.

    Once, until nobody has the ticket any more: then the same link acknowledges anew. Late, it is recorded only. The
    link of a digest acknowledges nothing by itself.

    Raises NotFound for a forged link, Gone for an expired one, Busy after too many lost races.
    """
    claims = _claims(token, clock.now(), links=links)
    if "offers" in claims:
        return Digest([LinkedOffer(*each) for each in claims["offers"]])

    def accept_once() -> Offer:
        context = _context_of(claims, log=log, contracts=contracts, teams=teams)
        ticket, now = context.ticket(), clock.now()
        if _used(ticket, claims):
            return _offer(claims, ticket, context.roster, now)
        event = Acknowledged(
            sequence=ticket.sequence + 1,
            occurred_at=now,
            recorded_at=now,
            actor=Actor("agent", claims["member"]),
            link=claims["notice"],
            tier=claims["tier"],
        )
        append(ticket, event, {}, context.roster, None, now, log=log)
        return _offer(claims, ticket, context.roster, now)

    refusal = "Too many people act on this ticket at once; press the button again."
    return retrying(accept_once, clock=clock, refusal=refusal)


def _claims(token: str, now: datetime, *, links: Links) -> Claims:
    claims = links.read(token)
    if claims is None:
        raise NotFound("This link is not one of ours, or it is incomplete; copy it whole from the alert.")
    if now > parse_instant(claims["until"]):
        raise Gone("This link has expired; acknowledge in the helpdesk.")
    return claims


def _context_of(claims: TicketClaims, *, log: TicketLog, contracts: Contracts, teams: Teams) -> TicketContext:
    return read_context(TicketKey(claims["helpdesk"], claims["ticket"]), log=log, contracts=contracts, teams=teams)


def _used(ticket: Ticket, claims: TicketClaims) -> bool:
    """Whether the link has been followed; while nobody has the ticket, its button acknowledges anew."""
    if ticket.chain.acknowledged is None and not ticket.over:
        return False
    return any(isinstance(event, Acknowledged) and event.link == claims["notice"] for event in ticket.log)


def _offer(claims: TicketClaims, ticket: Ticket, roster: Roster, now: datetime) -> Offer:
    taken = ticket.chain.acknowledged
    return Offer(
        ticket=ticket,
        roster=roster,
        now=now,
        member_id=claims["member"],
        tier=claims["tier"],
        taken_by=taken.by if taken else None,
        taken_at=taken.at if taken else None,
    )
