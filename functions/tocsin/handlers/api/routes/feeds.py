"""`/v1/schedules/{id}/feeds` and `/feeds/{secret}.ics`: shifts for people's calendars."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import BaseModel, ConfigDict, Field

from tocsin import wiring
from tocsin.domain.values.identifiers import Slug
from tocsin.handlers.api.answers.feeds import FeedsView, FeedView, NewFeedView, feed_view
from tocsin.handlers.api.caller import helpdesk_of
from tocsin.handlers.api.declaration import Answer, Routes
from tocsin.handlers.api.responses import json_answer
from tocsin.use_cases.oncall.feeds import list_feeds, make_feed, read_feed, revoke_feed

routes = Routes()

CALENDAR = "text/calendar"


class NewFeed(BaseModel):
    """Which shifts a feed has."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    member_id: Slug | None = Field(None, description="whose shifts; everybody's when left out")


@routes.on(
    "POST",
    "/v1/schedules/<schedule_id>/feeds",
    "make_feed",
    "Make a calendar feed of a schedule",
    scope="admin",
    answers={201: Answer("The feed with its address, which is shown once", NewFeedView)},
    refusals=(404, 409),
)
def make(schedule_id: Slug, wanted: Annotated[NewFeed, Body()]) -> Response[str]:
    """For Google, Outlook, Apple and others to subscribe to: shifts from two weeks ago to 90 days ahead."""
    feed, secret = make_feed(
        helpdesk_of(routes.current_event),
        schedule_id,
        wanted.member_id,
        schedules=wiring.schedules(),
        credentials=wiring.credentials(),
        clock=wiring.clock(),
    )
    url = f"{wiring.api_url().rstrip('/')}/feeds/{secret}.ics"
    return json_answer(NewFeedView(**feed_view(feed).model_dump(), url=url), 201)


@routes.on(
    "GET",
    "/v1/schedules/<schedule_id>/feeds",
    "list_feeds",
    "List the calendar feeds of a schedule",
    scope="read",
    answers={200: Answer("The feeds, without their addresses", FeedsView)},
)
def list_all(schedule_id: Slug) -> Response[str]:
    """Those that were revoked included."""
    found = list_feeds(helpdesk_of(routes.current_event), schedule_id, credentials=wiring.credentials())
    return json_answer(FeedsView(feeds=list(map(feed_view, found))))


@routes.on(
    "DELETE",
    "/v1/schedules/<schedule_id>/feeds/<feed_id>",
    "revoke_feed",
    "Revoke a calendar feed",
    scope="admin",
    answers={200: Answer("The feed, whose address answers nothing any more", FeedView)},
    refusals=(404,),
)
def revoke(schedule_id: Slug, feed_id: Slug) -> Response[str]:
    """To revoke it again changes nothing."""
    helpdesk_id = helpdesk_of(routes.current_event)
    revoked = revoke_feed(helpdesk_id, schedule_id, feed_id, credentials=wiring.credentials(), clock=wiring.clock())
    return json_answer(feed_view(revoked))


@routes.on(
    "GET",
    "/feeds/<token>",
    "read_feed",
    "Read a calendar feed",
    scope=None,
    answers={200: Answer("The shifts as iCalendar", media_type=CALENDAR)},
    refusals=(404,),
)
def read(token: str) -> Response[str]:
    """Public: who has the address may read it. It ends in `.ics`."""
    content = read_feed(
        token.removesuffix(".ics"),
        credentials=wiring.credentials(),
        schedules=wiring.schedules(),
        teams=wiring.teams(),
        clock=wiring.clock(),
    )
    return Response(
        status_code=200,
        content_type=f"{CALENDAR}; charset=utf-8",
        body=wiring.shift_calendars().write(content).decode(),
        headers={"Cache-Control": "private, max-age=900"},
    )
