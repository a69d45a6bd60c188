"""The page behind an acknowledgement link, for somebody who has just been woken."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.adapters.messages import template_environment
from tocsin.adapters.messages.situation import Situation, local_time
from tocsin.domain.assessment.acknowledgement import Digest, LinkedOffer, Offer
from tocsin.domain.values.wording import counted


def offer_page(offer: Offer) -> str:
    """What GET shows: the ticket and one button, or who has it already."""
    situation = _situation(offer)
    if offer.ticket.over:
        since = local_time(offer.ticket.status_since, situation.zone)
        sentence = f"Since {since}. Nothing is left to acknowledge."
        return _page(f"{offer.ticket.key.ticket_id} is {situation.status}", sentence, offer)
    if offer.taken_by:
        return _page("Somebody has it", _taken(offer), offer)
    sentence = f"Press the button and the escalation stops with you. {situation.otherwise}"
    return _page("Do you have it?", sentence, offer, button=True)


def accepted_page(offer: Offer) -> str:
    """What POST answers: who has the ticket now."""
    if offer.taken_by == offer.member_id and not offer.ticket.over:
        return _page("You have it", _taken(offer), offer)
    return offer_page(offer)


def digest_page(digest: Digest) -> str:
    """What the link of a digest shows: the links of its tickets."""
    title = f"{counted(len(digest.offers), 'ticket')} to look at"
    return _page(title, "Each link shows one ticket, and lets you say that you have it.", None, offers=digest.offers)


def refusal_page(title: str, sentence: str) -> str:
    """What a link that is forged, damaged or expired gets."""
    return _page(title, sentence, None)


def _taken(offer: Offer) -> str:
    situation = _situation(offer)
    taken_at = offer.taken_at or offer.now
    sentence = f"{situation.holder} acknowledged on {local_time(taken_at, situation.zone)}."
    return f"{sentence} {situation.otherwise or 'Nobody else is alerted.'}"


def _situation(offer: Offer) -> Situation:
    return Situation(offer.ticket, offer.roster, offer.now)


def _page(
    title: str, sentence: str, offer: Offer | None, button: bool = False, offers: Sequence[LinkedOffer] = ()
) -> str:
    template = template_environment().get_template("acknowledgement.html")
    situation = _situation(offer) if offer else None
    return template.render(
        title=title, sentence=sentence, offer=offer, offers=offers, situation=situation, button=button
    )
