"""`/a/{token}`: the link in an alert. Public: who has the link has the permission."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import Response

from tocsin import wiring
from tocsin.adapters.messages.pages import (
    digest_page,
    digest_words,
    offer_page,
    offer_words,
    refusal_page,
    situation_of,
)
from tocsin.domain.assessment.acknowledgement import Digest, Offer
from tocsin.domain.assessment.link_actions import LinkActionDocument, read_action
from tocsin.domain.values.faults import Busy, Conflict, Gone, Invalid, NotFound, Refused
from tocsin.domain.values.instants import format_instant
from tocsin.handlers.api.answers.acknowledgements import LinkAnswer, LinkedTicket, PersonView
from tocsin.handlers.api.answers.service import Problem
from tocsin.handlers.api.bodies import form_or_json, wants_json
from tocsin.handlers.api.declaration import Answer, Routes
from tocsin.handlers.api.problems import PROBLEM_TYPE, STATUS
from tocsin.handlers.api.responses import json_answer, page_answer
from tocsin.use_cases.tickets.acknowledge import accept_offer, show_offer

routes = Routes()

Found = Offer | Digest


def _refusal(description: str) -> Answer:
    return Answer(description, Problem, PROBLEM_TYPE, page=True)


REFUSALS = {404: _refusal("The link is not valid"), 410: _refusal("The link has expired")}


@routes.on(
    "GET",
    "/a/<token>",
    "show_acknowledgement",
    "Show what the link of an alert offers",
    scope=None,
    answers={200: Answer("The ticket, and what its person can do about it", LinkAnswer, page=True), **REFUSALS},
)
def show(token: str) -> Response[str]:
    """A page, or JSON where the client asks for it. Looking changes nothing: mail scanners follow every link."""
    return _answer(token, lambda: _show(token))


@routes.on(
    "POST",
    "/a/<token>",
    "acknowledge",
    "Acknowledge by the link of an alert, or do something else about its ticket",
    scope=None,
    answers={
        200: Answer("What was done, who has the ticket now, and what happens next", LinkAnswer, page=True),
        **REFUSALS,
        409: _refusal("That is not possible any more, or it is not for this person to do; nothing was changed"),
        422: _refusal("What was sent has faults; nothing was changed"),
        503: _refusal("Too many people act on the ticket at once; press again"),
    },
    form=LinkActionDocument,
)
def accept(token: str) -> Response[str]:
    """In the name of the person the link was sent to; the same a second time changes nothing.

    The signature in the link is the permission, so nothing else is asked for. A page is answered unless the client
    sends or asks for JSON.
    """
    return _answer(
        token,
        lambda: accept_offer(token, read_action(form_or_json(_event())), links=wiring.links(), **wiring.store()),
    )


def _show(token: str) -> Found:
    return show_offer(token, links=wiring.links(), **wiring.store())


def _event() -> dict[str, Any]:
    """The event of API Gateway."""
    event: dict[str, Any] = routes.current_event.raw_event
    return event


def _answer(token: str, act: Callable[[], Found]) -> Response[str]:
    """For a program JSON, or the problem that every refusal is. For a person a page in every case."""
    if wants_json(_event()):
        return json_answer(_in_json(act()))
    try:
        found = act()
        return page_answer(digest_page(found) if isinstance(found, Digest) else offer_page(found))
    except NotFound as error:
        return page_answer(refusal_page("This link is not valid", error.detail), 404)
    except Gone as error:
        return page_answer(refusal_page("This link has expired", error.detail), 410)
    except Busy as error:
        return page_answer(refusal_page("Please try again", error.detail), 503, {"Retry-After": "5"})
    except (Conflict, Invalid) as error:
        return _refused(_show(token), error)
    except Refused as error:
        return page_answer(refusal_page("Nothing was changed", error.detail), STATUS[type(error)])


def _refused(found: Found, error: Conflict | Invalid) -> Response[str]:
    """The ticket as it is, and first why what was asked for was not done."""
    why = " ".join(f"{fault.path}: {fault.message}." for fault in error.faults) or error.detail
    page = refusal_page("Nothing was changed", why) if isinstance(found, Digest) else offer_page(found, why)
    return page_answer(page, STATUS[type(error)])


def _in_json(found: Found) -> LinkAnswer:
    if isinstance(found, Digest):
        title, text = digest_words(found)
        tickets = [LinkedTicket(subject=each.subject, link=each.link) for each in found.offers]
        return LinkAnswer(
            ticket_id=None,
            status=None,
            you=None,
            done=None,
            has_it=None,
            title=title,
            text=text,
            possible=[],
            snooze_until=None,
            colleagues=[],
            tickets=tickets,
        )
    (title, text), situation, ticket = offer_words(found), situation_of(found), found.ticket
    until = found.snooze_until
    return LinkAnswer(
        ticket_id=ticket.key.ticket_id,
        status=ticket.status.value,
        you=PersonView(id=found.member_id, name=situation.person(found.member_id)),
        done=found.done,
        has_it=PersonView(id=found.taken_by, name=situation.person(found.taken_by)) if found.taken_by else None,
        title=title,
        text=text,
        possible=found.possible,
        snooze_until=format_instant(until) if until and "snooze" in found.possible else None,
        colleagues=[PersonView(id=each.member_id, name=each.name) for each in found.colleagues],
        tickets=[],
    )
