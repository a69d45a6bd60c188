"""`/v1/notices`, `/v1/tickets/{id}/notices`: what was to be told, and what became of it."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from tocsin import wiring
from tocsin.domain.reports.notice_ledger import NoticeState
from tocsin.domain.values.identifiers import TicketId, TicketKey
from tocsin.domain.values.page import Page
from tocsin.handlers.api.answers.notices import NoticePage
from tocsin.handlers.api.caller import Cursor, Limit, helpdesk_of
from tocsin.handlers.api.declaration import Answer, Routes
from tocsin.handlers.api.responses import json_answer
from tocsin.use_cases.notices.read_notices import list_notices, read_notices

routes = Routes()

State = Annotated[
    NoticeState | None, Query(description="only those in this state; what was handed over is listed by ticket alone")
]


@routes.on(
    "GET",
    "/v1/notices",
    "list_notices",
    "List what has not been handed over",
    scope="read",
    answers={200: Answer("A page of notices", NoticePage)},
)
def list_all(state: State = None, limit: Limit = 50, cursor: Cursor = None) -> Response[str]:
    """Notices of all tickets that SNS has not taken yet, in the order of the tickets' ids.

    A page may be short, or empty, and still have a next one.
    """
    helpdesk_id = helpdesk_of(routes.current_event)
    return _answer(list_notices(helpdesk_id, state, limit, cursor, log=wiring.log(), clock=wiring.clock()))


@routes.on(
    "GET",
    "/v1/tickets/<ticket_id>/notices",
    "list_notices_of_ticket",
    "Read what was to be told of a ticket",
    scope="read",
    answers={200: Answer("A page of notices", NoticePage)},
    refusals=(404,),
)
def list_of_ticket(ticket_id: TicketId, limit: Limit = 100, cursor: Cursor = None) -> Response[str]:
    """Every notice of the ticket in the order of recording: to whom, why, and which message carried it."""
    key = TicketKey(helpdesk_of(routes.current_event), ticket_id)
    return _answer(read_notices(key, limit, cursor, log=wiring.log()))


def _answer(page: Page) -> Response[str]:
    return json_answer(NoticePage.model_validate({"notices": page.items, "next_cursor": page.next_cursor}))
