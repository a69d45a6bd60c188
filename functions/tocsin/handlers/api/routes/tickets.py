"""`/v1/tickets`: open, report, read."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from tocsin import wiring
from tocsin.domain.tickets.commands import Command, OpenTicket
from tocsin.domain.values.identifiers import Slug, TicketId, TicketKey
from tocsin.domain.values.instants import Instant
from tocsin.handlers.api.answers.tickets import (
    EventPage,
    Explanation,
    RecordedEvent,
    Status,
    TicketPage,
    TicketView,
)
from tocsin.handlers.api.caller import Cursor, IdempotencyHeader, IfMatchHeader, Limit, expected_number, helpdesk_of
from tocsin.handlers.api.declaration import Answer, Routes
from tocsin.handlers.api.responses import json_answer
from tocsin.use_cases.tickets.explain_ticket import explain_ticket
from tocsin.use_cases.tickets.idempotency import idempotency_key
from tocsin.use_cases.tickets.open_ticket import open_ticket
from tocsin.use_cases.tickets.read_ticket import list_tickets, read_events, read_ticket
from tocsin.use_cases.tickets.record_event import record_event

routes = Routes()

At = Annotated[
    Instant | None,
    Query(description="as true then, by all that has been learned since: what had happened by this instant"),
]
KnownAt = Annotated[
    Instant | None,
    Query(description="as known then: what had been recorded by this instant, whatever was learned later"),
]


@routes.on(
    "POST",
    "/v1/tickets",
    "open_ticket",
    "Open a ticket",
    scope="write",
    answers={201: Answer("The ticket with its deadlines", TicketView, etag=True)},
    refusals=(409,),
)
def post(command: Annotated[OpenTicket, Body()], idempotency: IdempotencyHeader = None) -> Response[str]:
    """Its obligations start, its contract version is pinned, its first tier is alerted."""
    ticket = open_ticket(
        helpdesk_of(routes.current_event),
        command,
        idempotency_key(idempotency, "open", command.model_dump(mode="json")),
        **wiring.store(),
    )
    return json_answer(TicketView.model_validate(ticket), 201, etag=ticket["sequence"])


@routes.on(
    "GET",
    "/v1/tickets",
    "list_tickets",
    "List tickets of a status, those due next first",
    scope="read",
    answers={200: Answer("A page of tickets", TicketPage)},
)
def list_all(
    status: Annotated[Status, Query()] = "open",
    contract_id: Annotated[Slug | None, Query()] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[str]:
    """A page may be short and still have a next one, where a filter left entries out."""
    helpdesk_id = helpdesk_of(routes.current_event)
    page = list_tickets(helpdesk_id, status, contract_id, limit, cursor, log=wiring.log())
    return json_answer(TicketPage.model_validate({"tickets": page.items, "next_cursor": page.next_cursor}))


@routes.on(
    "GET",
    "/v1/tickets/<ticket_id>",
    "read_ticket",
    "Read a ticket",
    scope="read",
    answers={200: Answer("The ticket", TicketView, etag=True)},
    refusals=(404,),
)
def read(ticket_id: TicketId, at: At = None, known_at: KnownAt = None) -> Response[str]:
    """The ticket as it is now or was then, with its obligations and the state of its escalation."""
    ticket = read_ticket(_key(ticket_id), at, known_at, **wiring.store())
    return json_answer(TicketView.model_validate(ticket), etag=ticket["sequence"])


@routes.on(
    "POST",
    "/v1/tickets/<ticket_id>/events",
    "report_event",
    "Report what happened to a ticket",
    scope="write",
    answers={201: Answer("The event, and the ticket after it", RecordedEvent, etag=True)},
    refusals=(404, 409, 412, 503),
)
def post_event(
    ticket_id: TicketId,
    command: Annotated[Command, Body()],
    idempotency: IdempotencyHeader = None,
    if_match: IfMatchHeader = None,
) -> Response[str]:
    """The event is appended to the ticket's log; what follows from it follows at once."""
    recorded = record_event(
        _key(ticket_id),
        command,
        idempotency_key(idempotency, ticket_id, command.model_dump(mode="json")),
        expected_number(if_match),
        **wiring.store(),
    )
    return json_answer(RecordedEvent.model_validate(recorded), 201, etag=recorded["sequence"])


@routes.on(
    "GET",
    "/v1/tickets/<ticket_id>/events",
    "list_events",
    "Read the log of a ticket",
    scope="read",
    answers={200: Answer("A page of events", EventPage)},
    refusals=(404,),
)
def list_events(ticket_id: TicketId, limit: Limit = 100, cursor: Cursor = None) -> Response[str]:
    """The events in the order in which Tocsin learned of them, with nothing left out."""
    page = read_events(_key(ticket_id), limit, cursor, log=wiring.log())
    return json_answer(EventPage.model_validate({"events": page.items, "next_cursor": page.next_cursor}))


@routes.on(
    "GET",
    "/v1/tickets/<ticket_id>/explain",
    "explain_ticket",
    "Explain why each instant of a ticket is what it is",
    scope="read",
    answers={200: Answer("A page of intervals", Explanation)},
    refusals=(404,),
)
def explain(ticket_id: TicketId, at: At = None, known_at: KnownAt = None, cursor: Cursor = None) -> Response[str]:
    """Every counted, paused and closed interval of every obligation, with its cause, adding up to the second.

    A page holds about half a megabyte; an obligation with more intervals is on several pages, each time with its
    totals. Nothing later than a year from now is explained.
    """
    explanation = explain_ticket(_key(ticket_id), at, known_at, cursor, **wiring.store())
    return json_answer(Explanation.model_validate(explanation))


def _key(ticket_id: str) -> TicketKey:
    return TicketKey(helpdesk_of(routes.current_event), ticket_id)
