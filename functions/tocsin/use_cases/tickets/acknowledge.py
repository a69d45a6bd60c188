"""Act by the signed link of an alert: GET shows, POST acts, since mail scanners follow every GET."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, assert_never

from tocsin.domain.assessment.acknowledgement import Claims, Digest, LinkedOffer, Offer, TicketClaims
from tocsin.domain.assessment.link_actions import (
    Acknowledge,
    ActionName,
    Decline,
    Escalate,
    HandOverTicket,
    LinkAction,
    Snooze,
)
from tocsin.domain.assessment.membership import with_tier
from tocsin.domain.assessment.snoozing import snooze_faults
from tocsin.domain.assessment.who_hears import Roster
from tocsin.domain.tickets.events import (
    Acknowledged,
    Actor,
    AnyEvent,
    Assigned,
    Assignee,
    Declined,
    Escalated,
    Snoozed,
)
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.faults import Conflict, Fault, Gone, Invalid, NotFound
from tocsin.domain.values.identifiers import TicketKey
from tocsin.domain.values.instants import parse_instant
from tocsin.ports.clock import Clock
from tocsin.ports.contracts import Contracts
from tocsin.ports.notices import Links
from tocsin.ports.oncall import Teams
from tocsin.ports.tickets import TicketLog
from tocsin.use_cases.tickets.record_event import append_event
from tocsin.use_cases.tickets.retrying import retrying
from tocsin.use_cases.tickets.ticket_context import TicketContext, read_context

ACKNOWLEDGE = Acknowledge()

SAME_SNOOZE = timedelta(minutes=1)
"""A snooze that ends so near to the one before is the same button pressed twice."""


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
    token: str,
    action: LinkAction = ACKNOWLEDGE,
    *,
    links: Links,
    log: TicketLog,
    contracts: Contracts,
    teams: Teams,
    clock: Clock,
) -> Offer | Digest:
    """Do something in the name of the link's person, by default acknowledge: they have it then, whoever had it before.

    The same a second time changes nothing; a link acknowledges anew once nobody has the ticket any more. Late, an
    acknowledgement is recorded only. The link of a digest does nothing by itself.

    Raises NotFound for a forged link, Gone for an expired one, Conflict and Invalid for what is not possible now, Busy
    after too many lost races.
    """
    claims = _claims(token, clock.now(), links=links)
    if "offers" in claims:
        return Digest([LinkedOffer(*each) for each in claims["offers"]])

    def act_once() -> Offer:
        context = _context_of(claims, log=log, contracts=contracts, teams=teams)
        ticket, now = context.ticket(), clock.now()
        offer = _offer(claims, ticket, context.roster, now)
        if _done_before(action, offer, claims):
            return offer
        event = _event(action, offer, claims)
        after = append_event(ticket, event, context.roster, now, log=log)
        return _offer(claims, after.ticket, context.roster, now, done=action.action)

    refusal = "Too many people act on this ticket at once; press the button again."
    return retrying(act_once, clock=clock, refusal=refusal)


def _claims(token: str, now: datetime, *, links: Links) -> Claims:
    claims = links.read(token)
    if claims is None:
        raise NotFound("This link is not one of ours, or it is incomplete; copy it whole from the alert.")
    if now > parse_instant(claims["until"]):
        raise Gone("This link has expired; acknowledge in the helpdesk.")
    return claims


def _context_of(claims: TicketClaims, *, log: TicketLog, contracts: Contracts, teams: Teams) -> TicketContext:
    return read_context(TicketKey(claims["helpdesk"], claims["ticket"]), log=log, contracts=contracts, teams=teams)


def _done_before(action: LinkAction, offer: Offer, claims: TicketClaims) -> bool:
    """Whether it has been done already, so that a second press of the button is no second event."""
    match action:
        case Acknowledge():
            return bool(offer.to_go) or _used(offer.ticket, claims)
        case Decline():
            return offer.passed_on == "decline"
        case Escalate():
            return offer.passed_on == "escalate"
        case HandOverTicket(to=to):
            return offer.taken_by == to
        case Snooze():
            until, before = action.ends_at(offer.now), offer.ticket.chain.snoozed_until
            return offer.taken_by == offer.member_id and before is not None and abs(until - before) < SAME_SNOOZE
        case _:
            assert_never(action)


def _used(ticket: Ticket, claims: TicketClaims) -> bool:
    """Whether the link has been followed; while nobody has the ticket, or they sleep on it, it acknowledges anew."""
    taken = ticket.chain.acknowledged
    if not ticket.over and (taken is None or (taken.by == claims["member"] and ticket.chain.snoozed_until)):
        return False
    return any(isinstance(event, Acknowledged) and event.link == claims["notice"] for event in ticket.log)


def _event(action: LinkAction, offer: Offer, claims: TicketClaims) -> AnyEvent:
    """What is recorded of it. Raises Conflict where it is not possible now."""
    envelope: dict[str, Any] = {  # the fields that every event has
        "sequence": offer.ticket.sequence + 1,
        "occurred_at": offer.now,
        "recorded_at": offer.now,
        "actor": Actor("agent", claims["member"]),
    }
    match action:
        case Acknowledge():
            return Acknowledged(**envelope, link=claims["notice"], tier=claims["tier"])
        case Decline(reason=reason):
            _check(offer, action.action)
            return Declined(**envelope, link=claims["notice"], reason=reason)
        case HandOverTicket(to=to, reason=reason):
            _check(offer, action.action)
            if to not in {each.member_id for each in offer.colleagues}:
                raise Invalid([Fault("to", f"{to!r} is nobody else of the teams of the contract")])
            given = Assigned(**envelope, link=claims["notice"], to=Assignee(to), reason=reason)
            return with_tier(given, offer.ticket, offer.roster)
        case Escalate(tier=tier, reason=reason):
            _check(offer, action.action)
            if tier and tier <= (offer.ticket.chain.turn or 0):
                raise Conflict("That tier has been alerted meanwhile.")
            if tier and tier > offer.ticket.policy.last:
                raise Invalid([Fault("tier", "is none of the contract's tiers")])
            return Escalated(**envelope, link=claims["notice"], tier=tier, reason=reason)
        case Snooze():
            until = action.ends_at(offer.now)
            if faults := list(snooze_faults(offer.ticket, offer.now, until)):
                raise Invalid(Fault("until" if action.until else "for", message) for message in faults)
            _check(offer, action.action)
            return Snoozed(**envelope, link=claims["notice"], tier=claims["tier"], until=until)
        case _:
            assert_never(action)


def _check(offer: Offer, action: ActionName) -> None:
    if why_not := offer.why_not(action):
        raise Conflict(why_not)


def _offer(
    claims: TicketClaims, ticket: Ticket, roster: Roster, now: datetime, done: ActionName | None = None
) -> Offer:
    taken = ticket.chain.acknowledged
    return Offer(
        ticket=ticket,
        roster=roster,
        now=now,
        member_id=claims["member"],
        tier=claims["tier"],
        taken_by=taken.by if taken else None,
        taken_at=taken.at if taken else None,
        done=done,
    )
