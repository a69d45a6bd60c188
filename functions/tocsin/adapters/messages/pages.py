"""The page behind an acknowledgement link, for somebody who has just been woken."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.adapters.messages import template_environment
from tocsin.adapters.messages.situation import Situation, local_time
from tocsin.domain.assessment.acknowledgement import Digest, LinkedOffer, Offer
from tocsin.domain.values.target import Target
from tocsin.domain.values.wording import counted


def offer_page(offer: Offer) -> str:
    """What GET shows, and POST answers: the ticket and one button, or who has it already."""
    situation = _situation(offer)
    if offer.ticket.over:
        since = local_time(offer.ticket.status_since, situation.zone)
        sentence = f"Since {since}. Nothing is left to acknowledge."
        return _page(f"{offer.ticket.key.ticket_id} is {situation.status}", sentence, offer)
    if offer.taken_by == offer.member_id:
        return _page("You have it", _taken(offer, "You have"), offer)
    if offer.taken_by:
        holder = situation.holder or offer.taken_by
        return _page(f"{situation.person(offer.taken_by)} has it", _taken(offer, f"{holder} has"), offer)
    sentence = f"Press the button and the escalation stops with you. {situation.otherwise}"
    return _page("Do you have it?", sentence, offer, button=True)


def digest_page(digest: Digest) -> str:
    """What the link of a digest shows: the links of its tickets."""
    title = f"{counted(len(digest.offers), 'ticket')} to look at"
    return _page(title, "Each link shows one ticket, and lets you say that you have it.", None, offers=digest.offers)


def refusal_page(title: str, sentence: str) -> str:
    """What a link that is forged, damaged or expired gets."""
    return _page(title, sentence, None)


def _taken(offer: Offer, who: str) -> str:
    """By an acknowledgement, an answer or an assignment."""
    situation = _situation(offer)
    since = local_time(offer.taken_at or offer.now, situation.zone)
    return f"{who} had it since {since}. {situation.otherwise or 'Nobody else is alerted.'}"


def _situation(offer: Offer) -> Situation:
    """In the zone of the team whose alert has the link, where it is known: no script tells where the reader is."""
    owner, policy = offer.ticket.contract.escalation.owner, offer.ticket.policy
    whom = policy.tier(offer.tier).whom if offer.tier else [Target(owner)] if owner else []
    zones = (team.timezone for team in map(offer.roster, whom) if team)
    return Situation(offer.ticket, offer.roster, offer.now, next(zones, None))


def _page(
    title: str, sentence: str, offer: Offer | None, button: bool = False, offers: Sequence[LinkedOffer] = ()
) -> str:
    template = template_environment().get_template("acknowledgement.html")
    situation = _situation(offer) if offer else None
    return template.render(
        title=title, sentence=sentence, offer=offer, offers=offers, situation=situation, button=button
    )
