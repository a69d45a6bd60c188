"""`/v1/tickets`: open, report, read."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from aws_lambda_powertools.event_handler.router import APIGatewayRouter

from tocsin import wiring
from tocsin.domain.tickets.commands import Command, OpenTicket
from tocsin.domain.values.identifiers import Slug, TicketId, TicketKey
from tocsin.domain.values.instants import Instant
from tocsin.handlers.api.answers import json_answer
from tocsin.handlers.api.caller import Cursor, IdempotencyHeader, IfMatchHeader, Limit, expected_number, helpdesk_of
from tocsin.use_cases.tickets.explain_ticket import explain_ticket
from tocsin.use_cases.tickets.idempotency import idempotency_key
from tocsin.use_cases.tickets.open_ticket import open_ticket
from tocsin.use_cases.tickets.read_ticket import list_tickets, read_events, read_ticket
from tocsin.use_cases.tickets.record_event import record_event

router = APIGatewayRouter()

At = Annotated[
    Instant | None,
    Query(description="as true then, by all that has been learned since: what had happened by this instant"),
]
KnownAt = Annotated[
    Instant | None,
    Query(description="as known then: what had been recorded by this instant, whatever was learned later"),
]


@router.post("/v1/tickets", tags=["tickets"], summary="Open a ticket")
def post(command: Annotated[OpenTicket, Body()], idempotency: IdempotencyHeader = None) -> Response[dict[str, Any]]:
    """Its obligations start, its contract version is pinned, its first tier is alerted."""
    ticket = open_ticket(
        helpdesk_of(router.current_event),
        command,
        idempotency_key(idempotency, "open", command.model_dump(mode="json")),
        **wiring.store(),
    )
    return json_answer(ticket, 201, etag=ticket["sequence"])


@router.get("/v1/tickets", tags=["tickets"], summary="Tickets of a status, those due next first")
def list_all(
    status: Annotated[str, Query(description="open, pending, resolved, closed, merged or deleted")] = "open",
    contract_id: Annotated[Slug | None, Query()] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[dict[str, Any]]:
    """A page may be short and still have a next one, where a filter left entries out."""
    helpdesk_id = helpdesk_of(router.current_event)
    page = list_tickets(helpdesk_id, status, contract_id, limit, cursor, log=wiring.log())
    return json_answer({"tickets": page.items, "next_cursor": page.next_cursor})


@router.get("/v1/tickets/<ticket_id>", tags=["tickets"], summary="A ticket")
def read(ticket_id: TicketId, at: At = None, known_at: KnownAt = None) -> Response[dict[str, Any]]:
    """As it is now or was then, with its obligations and the state of its escalation."""
    ticket = read_ticket(_key(ticket_id), at, known_at, **wiring.store())
    return json_answer(ticket, etag=ticket["sequence"])


@router.post("/v1/tickets/<ticket_id>/events", tags=["tickets"], summary="Say what happened")
def post_event(
    ticket_id: TicketId,
    command: Annotated[Command, Body()],
    idempotency: IdempotencyHeader = None,
    if_match: IfMatchHeader = None,
) -> Response[dict[str, Any]]:
    """The event is appended to the ticket's log; what follows from it follows at once."""
    recorded = record_event(
        _key(ticket_id),
        command,
        idempotency_key(idempotency, ticket_id, command.model_dump(mode="json")),
        expected_number(if_match),
        **wiring.store(),
    )
    return json_answer(recorded, 201, etag=recorded["sequence"])


@router.get("/v1/tickets/<ticket_id>/events", tags=["tickets"], summary="The log of a ticket")
def list_events(ticket_id: TicketId, limit: Limit = 100, cursor: Cursor = None) -> Response[dict[str, Any]]:
    """From the beginning, nothing left out."""
    page = read_events(_key(ticket_id), limit, cursor, log=wiring.log())
    return json_answer({"events": page.items, "next_cursor": page.next_cursor})


@router.get("/v1/tickets/<ticket_id>/explain", tags=["tickets"], summary="Why each instant is what it is")
def explain(ticket_id: TicketId, at: At = None, known_at: KnownAt = None) -> Response[dict[str, Any]]:
    """Every counted, paused and closed interval of every obligation, with its cause, adding up to the second."""
    return json_answer(explain_ticket(_key(ticket_id), at, known_at, **wiring.store()))


def _key(ticket_id: str) -> TicketKey:
    return TicketKey(helpdesk_of(router.current_event), ticket_id)
