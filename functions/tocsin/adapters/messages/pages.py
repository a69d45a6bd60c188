"""The page behind an acknowledgement link, for somebody who has just been woken, and the same in words for a chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from tocsin.adapters.messages import template_environment
from tocsin.adapters.messages.situation import Situation, local_time
from tocsin.domain.assessment.acknowledgement import Digest, LinkedOffer, Offer
from tocsin.domain.tickets.events import EscalationExhausted, TierAlerted
from tocsin.domain.values.target import Target
from tocsin.domain.values.wording import counted, enumerated

USUAL_SNOOZES = [timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2)]
DELAYS = [*(timedelta(hours=hours) for hours in (1, 2, 4, 8, 24))]
"""In which something is expected to be done after all, as the page offers it."""
STAYS_OPEN, NO_TIME = timedelta(minutes=5), timedelta(0)


class Words(NamedTuple):
    """How things stand for whoever has followed the link: a heading, and what happens next."""

    title: str
    sentence: str


def offer_page(offer: Offer, refused: str | None = None) -> str:
    """What GET shows, and POST answers: the ticket, and a button for whatever its reader can do about it.

    `refused` says why what they asked for was not done.
    """
    return _page(offer_words(offer), offer, refused=refused)


def offer_words(offer: Offer) -> Words:
    """How the ticket stands for the link's person, who may just have done something about it."""
    if offer.done == "will_be_missed":
        said = replace(offer, done=None)
        return Words("The customer is told", f"They hear that it will be late. {offer_words(said).sentence}")
    situation = situation_of(offer)
    if offer.ticket.over:
        since = local_time(offer.ticket.status_since, situation.zone)
        sentence = f"Since {since}. Nothing is left to acknowledge."
        return Words(f"{offer.ticket.key.ticket_id} is {situation.status}", sentence)
    if offer.taken_by == offer.member_id and offer.ticket.chain.snoozed_until:
        until = local_time(offer.ticket.chain.snoozed_until, situation.zone)
        return Words("You have snoozed it", f"You have it until {until}. {situation.otherwise}")
    if offer.taken_by == offer.member_id:
        return Words("You have it", _taken(offer, "You have"))
    if offer.taken_by and offer.done == "hand_over":
        then = situation.otherwise or "Nobody else is alerted."
        return Words(f"{situation.person(offer.taken_by)} has it", f"They are told, with a link of their own. {then}")
    if offer.taken_by:
        holder = situation.holder or offer.taken_by
        return Words(f"{situation.person(offer.taken_by)} has it", _taken(offer, f"{holder} has"))
    if offer.to_go:
        others = f"{counted(offer.to_go, 'other')} {'has' if offer.to_go == 1 else 'have'} to as well"
        return Words("You have acknowledged", f"By the contract {others}. {situation.otherwise}")
    if offer.passed_on:
        return Words("You have declined" if offer.passed_on == "decline" else "You have escalated it", _next(offer))
    return Words("Do you have it?", f"Press the button and the escalation stops with you. {situation.otherwise}")


def digest_page(digest: Digest) -> str:
    """What the link of a digest shows: the links of its tickets."""
    return _page(digest_words(digest), None, offers=digest.offers)


def digest_words(digest: Digest) -> Words:
    """What the link of a digest says."""
    title = f"{counted(len(digest.offers), 'ticket')} to look at"
    return Words(title, "Each link shows one ticket, and lets you say that you have it.")


def refusal_page(title: str, sentence: str) -> str:
    """What a link that is forged, damaged or expired gets."""
    return _page(Words(title, sentence), None)


def _taken(offer: Offer, who: str) -> str:
    """By an acknowledgement, an answer or an assignment."""
    situation = situation_of(offer)
    since = local_time(offer.taken_at or offer.now, situation.zone)
    return f"{who} had it since {since}. {situation.otherwise or 'Nobody else is alerted.'}"


def _next(offer: Offer) -> str:
    """Who is alerted instead of somebody who has just passed it on, and what comes after that."""
    situation = situation_of(offer)
    step = next((e for e in reversed(offer.ticket.log) if isinstance(e, TierAlerted | EscalationExhausted)), None)
    if isinstance(step, EscalationExhausted):
        return "Nobody is left to be alerted, and nobody has the ticket."
    if not isinstance(step, TierAlerted) or offer.ticket.chain.requested:
        return situation.otherwise
    people = [situation.person(each) for each in step.members]
    alerted = enumerated(people) if people else situation.tier_team(step.tier)
    return f"{alerted} {'were' if len(people) > 1 else 'was'} alerted instead. {situation.otherwise}"


def situation_of(offer: Offer) -> Situation:
    """In the zone of the team whose alert has the link, where it is known: no script tells where the reader is."""
    owner, policy = offer.ticket.contract.escalation.owner, offer.ticket.policy
    whom = policy.tier(offer.tier).whom if offer.tier else [Target(owner)] if owner else []
    zones = (team.timezone for team in map(offer.roster, whom) if team)
    return Situation(offer.ticket, offer.roster, offer.now, next(zones, None))


def _snoozes(offer: Offer) -> list[timedelta]:
    """For how long the page offers to snooze: usual times that are allowed, and the longest."""
    longest, until = offer.ticket.contract.escalation.longest_snooze, offer.snooze_until
    if longest is None or until is None:
        return []
    usual = [*(each for each in USUAL_SNOOZES if each < longest), longest]
    # Where the tier has less time than that, the page may lie open a while before the button is pressed.
    margin = STAYS_OPEN if until < offer.now + longest else NO_TIME
    return [each for each in usual if offer.now + each <= until - margin]


def _page(words: Words, offer: Offer | None, *, offers: Sequence[LinkedOffer] = (), refused: str | None = None) -> str:
    template = template_environment().get_template("acknowledgement.html")
    return template.render(
        title=words.title,
        sentence=words.sentence,
        refused=refused,
        offer=offer,
        offers=offers,
        situation=situation_of(offer) if offer else None,
        possible=offer.possible if offer else (),
        snoozes=_snoozes(offer) if offer else (),
        delays=DELAYS,
        # Whom nothing reaches would not learn of it.
        colleagues=[each for each in offer.colleagues if each.has_channels] if offer else (),
    )
