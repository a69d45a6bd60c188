"""`/a/{token}`: the link in an alert. Public: who has the link has the permission."""

from __future__ import annotations

from collections.abc import Callable

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayRouter

from tocsin import wiring
from tocsin.adapters.messages.pages import accepted_page, offer_page, refusal_page
from tocsin.domain.values.faults import Gone, NotFound
from tocsin.handlers.api.answers import page_answer
from tocsin.use_cases.tickets.acknowledge import accept_offer, show_offer

router = APIGatewayRouter()


@router.get("/a/<token>", tags=["acknowledgements"], summary="What the link offers")
def show(token: str) -> Response[str]:
    """A page with one button. Looking changes nothing: mail scanners follow every link."""
    return _page(lambda: offer_page(show_offer(token, links=wiring.links(), **wiring.store())))


@router.post("/a/<token>", tags=["acknowledgements"], summary="Acknowledge")
def accept(token: str) -> Response[str]:
    """In the name of the person the link was sent to; a second time changes nothing."""
    return _page(lambda: accepted_page(accept_offer(token, links=wiring.links(), **wiring.store())))


def _page(make: Callable[[], str]) -> Response[str]:
    """A page also for who has followed a link that leads nowhere: it is a person who reads it."""
    try:
        return page_answer(make())
    except NotFound as error:
        return page_answer(refusal_page("This link is not valid", error.detail), 404)
    except Gone as error:
        return page_answer(refusal_page("This link has expired", error.detail), 410)
