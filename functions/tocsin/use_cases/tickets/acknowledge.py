"""Act by the signed link of an alert: GET shows, POST acts, since mail scanners follow every GET."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, assert_never

from tocsin.domain.assessment.acknowledgement import Claims, Digest, LinkedOffer, Offer, TicketClaims
from tocsin.domain.assessment.expected_breaches import expectation_faults, expected, pinned
from tocsin.domain.assessment.link_actions import (
    Acknowledge,
    ActionName,
    Decline,
    Escalate,
    HandOverTicket,
    LinkAction,
    Snooze,
    WillBeMissed,
)
from tocsin.domain.assessment.membership import with_tier
from tocsin.domain.assessment.roster import Roster
from tocsin.domain.assessment.snoozing import snooze_faults
from tocsin.domain.tickets.events import (
    Acknowledged,
    Actor,
    AnyEvent,
    Assigned,
    Assignee,
    BreachExpected,
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
        if not isinstance(action, Acknowledge):
            _check(action, offer)
        event = _event(action, offer, claims)
        after = append_event(ticket, event, context.roster, now, log=log, teams=teams)
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
        case WillBeMissed(metric=metric):
            promised = expected(offer.ticket, offer.now, metric)
            return promised is not None and promised.name in offer.ticket.breach_told_at
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


def _check(action: LinkAction, offer: Offer) -> None:
    """Raise Conflict where it is not possible now, Invalid where what was said of it is wrong."""
    faults, why_not = list(_faults(action, offer)), offer.why_not(action.action)
    if why_not and not (faults and isinstance(action, Snooze)):
        raise Conflict(why_not)
    if faults:
        raise Invalid(faults)
    if isinstance(action, Escalate) and action.tier and action.tier <= (offer.ticket.chain.turn or 0):
        raise Conflict("That tier has been alerted meanwhile.")


def _faults(action: LinkAction, offer: Offer) -> Iterator[Fault]:
    ticket, now = offer.ticket, offer.now
    match action:
        case HandOverTicket(to=to) if to not in {each.member_id for each in offer.colleagues}:
            yield Fault("to", f"{to!r} is nobody else of the teams of the contract")
        case Escalate(tier=int(tier)) if tier > ticket.policy.last:
            yield Fault("tier", "is none of the contract's tiers")
        case WillBeMissed(metric=metric):
            yield from expectation_faults(ticket, now, metric, action.kept_at(now))
        case Snooze():
            for message in snooze_faults(ticket, now, action.ends_at(now)):
                yield Fault("until" if action.until else "for", message)
        case _:
            pass


def _event(action: LinkAction, offer: Offer, claims: TicketClaims) -> AnyEvent:
    """What is recorded of it."""
    ticket, now, tier = offer.ticket, offer.now, claims["tier"]
    said: dict[str, Any] = {  # the fields that every event by a link has
        "sequence": ticket.sequence + 1,
        "occurred_at": now,
        "recorded_at": now,
        "actor": Actor("agent", claims["member"]),
        "link": claims["notice"],
    }
    match action:
        case Acknowledge():
            return Acknowledged(**said, tier=tier)
        case Snooze():
            return Snoozed(**said, tier=tier, until=action.ends_at(now))
        case HandOverTicket(to=to, reason=reason):
            return with_tier(Assigned(**said, to=Assignee(to), reason=reason), ticket, offer.roster)
        case Escalate(tier=wanted, reason=reason):
            return Escalated(**said, tier=wanted, reason=reason)
        case WillBeMissed(metric=metric, reason=reason):
            expects = BreachExpected(**said, metric=metric or "", expected_at=action.kept_at(now), reason=reason)
            return pinned(expects, ticket, now)
        case Decline(reason=reason):
            return Declined(**said, reason=reason)
        case _:
            assert_never(action)


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
