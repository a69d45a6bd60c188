"""The page behind an acknowledgement link, for somebody who has just been woken."""

from __future__ import annotations

from tocsin.adapters.messages import local_time, template_environment
from tocsin.domain.assessment.acknowledgement import Offer


def offer_page(offer: Offer) -> str:
    """What GET shows: the ticket and one button, or who has it already."""
    if offer.ticket.over:
        return _page(f"{offer.ticket.key.ticket_id} is {offer.ticket.status}", "Nothing is left to acknowledge.", offer)
    if offer.taken_by:
        return _page("Somebody has it", _taken(offer), offer)
    return _page("Do you have it?", "Press the button and the escalation stops with you.", offer, button=True)


def accepted_page(offer: Offer) -> str:
    """What POST answers: who has the ticket now."""
    if offer.taken_by == offer.member_id:
        return _page("You have it", f"{_taken(offer)} Nobody else is alerted.", offer)
    return offer_page(offer)


def refusal_page(title: str, sentence: str) -> str:
    """What a link that is forged, damaged or expired gets."""
    return _page(title, sentence, None)


def _taken(offer: Offer) -> str:
    zone = offer.ticket.contract.timezone
    return f"{offer.taken_by} acknowledged at {local_time(offer.taken_at, zone)}."


def _page(title: str, sentence: str, offer: Offer | None, button: bool = False) -> str:
    template = template_environment().get_template("acknowledgement.html")
    return template.render(title=title, sentence=sentence, offer=offer, button=button)
