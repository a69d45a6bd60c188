"""`/v1/acknowledgements/{signed}`: the link in an alert. Public: the signature is the permission."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayRouter

from tocsin import wiring
from tocsin.adapters.messages.pages import accepted_page, offer_page, refusal_page
from tocsin.domain.faults import Gone, NotFound
from tocsin.handlers.answers import page_answer
from tocsin.use_cases.acknowledge import accept_offer, show_offer

router = APIGatewayRouter()


@router.get("/v1/acknowledgements/<signed>", tags=["acknowledgements"], summary="What the link offers")
def show(signed: str) -> Response[str]:
    """A page with one button. Looking changes nothing: mail scanners follow every link."""
    try:
        offer = show_offer(
            signed,
            links=wiring.links(),
            log=wiring.log(),
            contracts=wiring.contracts(),
            teams=wiring.teams(),
            clock=wiring.clock(),
        )
    except (NotFound, Gone) as error:
        return _refused(error)
    return page_answer(offer_page(offer))


@router.post("/v1/acknowledgements/<signed>", tags=["acknowledgements"], summary="Acknowledge")
def accept(signed: str) -> Response[str]:
    """In the name of the person the link was sent to; a second time changes nothing."""
    try:
        offer = accept_offer(
            signed,
            links=wiring.links(),
            log=wiring.log(),
            contracts=wiring.contracts(),
            teams=wiring.teams(),
            clock=wiring.clock(),
        )
    except (NotFound, Gone) as error:
        return _refused(error)
    return page_answer(accepted_page(offer))


def _refused(error: NotFound | Gone) -> Response[str]:
    gone = isinstance(error, Gone)
    title = "This link has expired" if gone else "This link is not valid"
    return page_answer(refusal_page(title, error.detail), 410 if gone else 404)
