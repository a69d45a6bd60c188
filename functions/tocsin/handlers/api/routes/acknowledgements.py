"""`/a/{token}`: the link in an alert. Public: who has the link has the permission."""

from __future__ import annotations

from collections.abc import Callable

from aws_lambda_powertools.event_handler import Response

from tocsin import wiring
from tocsin.adapters.messages.pages import digest_page, offer_page, refusal_page
from tocsin.domain.assessment.acknowledgement import Digest, Offer
from tocsin.domain.values.faults import Busy, Gone, NotFound
from tocsin.handlers.api.declaration import Answer, Routes
from tocsin.handlers.api.responses import page_answer
from tocsin.use_cases.tickets.acknowledge import accept_offer, show_offer

routes = Routes()

HTML = "text/html"
REFUSALS = {
    404: Answer("The link is not valid", media_type=HTML),
    410: Answer("The link has expired", media_type=HTML),
}


@routes.on(
    "GET",
    "/a/<token>",
    "show_acknowledgement",
    "Show what the link of an alert offers",
    scope=None,
    answers={200: Answer("The ticket, and a button while nobody has it", media_type=HTML), **REFUSALS},
)
def show(token: str) -> Response[str]:
    """A page with one button. Looking at it changes nothing: mail scanners follow every link."""
    return _page(lambda: _shown(show_offer(token, links=wiring.links(), **wiring.store())))


@routes.on(
    "POST",
    "/a/<token>",
    "acknowledge",
    "Acknowledge by the link of an alert",
    scope=None,
    answers={
        200: Answer("Who has the ticket now", media_type=HTML),
        **REFUSALS,
        503: Answer("Too many people act on the ticket at once; press again", media_type=HTML),
    },
)
def accept(token: str) -> Response[str]:
    """Acknowledges in the name of the person the link was sent to; a second time changes nothing."""
    return _page(lambda: _shown(accept_offer(token, links=wiring.links(), **wiring.store())))


def _shown(found: Offer | Digest) -> str:
    return digest_page(found) if isinstance(found, Digest) else offer_page(found)


def _page(make: Callable[[], str]) -> Response[str]:
    """A page in every case: it is a person who reads it, also where the link leads nowhere."""
    try:
        return page_answer(make())
    except NotFound as error:
        return page_answer(refusal_page("This link is not valid", error.detail), 404)
    except Gone as error:
        return page_answer(refusal_page("This link has expired", error.detail), 410)
    except Busy as error:
        return page_answer(refusal_page("Please try again", error.detail), 503, {"Retry-After": "5"})
