"""`/v1/members`: people, whom teams, schedules and tiers name by id."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from tocsin import wiring
from tocsin.domain.values.identifiers import Slug
from tocsin.handlers.api.answers.members import (
    ChannelTestView,
    MembersView,
    MemberView,
    channel_test_view,
    member_view,
)
from tocsin.handlers.api.caller import helpdesk_of
from tocsin.handlers.api.declaration import Answer, Routes
from tocsin.handlers.api.responses import json_answer
from tocsin.use_cases.oncall.members import delete_member, list_members, put_member, read_member
from tocsin.use_cases.oncall.try_channels import try_channels

routes = Routes()


@routes.on(
    "PUT",
    "/v1/members/<member_id>",
    "put_member",
    "Put a member: name, time zone, channels",
    scope="admin",
    answers={201: Answer("The new member", MemberView), 200: Answer("The changed member", MemberView)},
)
def put(member_id: Slug, document: Annotated[dict[str, Any], Body()]) -> Response[str]:
    """Their topic follows at once, whichever teams name them. New mail and HTTPS endpoints confirm their subscription.

    The body is a `Person`; all of its faults are reported at once.
    """
    helpdesk_id = helpdesk_of(routes.current_event)
    person, is_new = put_member(
        helpdesk_id, member_id, document, teams=wiring.teams(), notifier=wiring.notifier(), clock=wiring.clock()
    )
    return json_answer(member_view(member_id, person), 201 if is_new else 200)


@routes.on(
    "GET",
    "/v1/members",
    "list_members",
    "List members",
    scope="read",
    answers={200: Answer("All members", MembersView)},
)
def list_all() -> Response[str]:
    """Those who were put on their own; whom only teams describe stands in the teams."""
    found = list_members(helpdesk_of(routes.current_event), teams=wiring.teams())
    return json_answer(MembersView(members=[member_view(member_id, person) for member_id, person in found.items()]))


@routes.on(
    "GET",
    "/v1/members/<member_id>",
    "read_member",
    "Read a member",
    scope="read",
    answers={200: Answer("The member", MemberView)},
    refusals=(404,),
)
def read(member_id: Slug) -> Response[str]:
    """The member as they were put."""
    person = read_member(helpdesk_of(routes.current_event), member_id, teams=wiring.teams())
    return json_answer(member_view(member_id, person))


@routes.on(
    "POST",
    "/v1/members/<member_id>/test",
    "test_member",
    "Test the channels of a member",
    scope="admin",
    answers={202: Answer("What the test message went to", ChannelTestView)},
    refusals=(404, 409),
)
def test(member_id: Slug) -> Response[str]:
    """By all of their channels now, those that wait or are for alerts only included; refused within a minute."""
    trial = try_channels(
        helpdesk_of(routes.current_event),
        member_id,
        teams=wiring.teams(),
        notifier=wiring.notifier(),
        mailboxes=wiring.mailboxes(),
        messages=wiring.trial_messages(),
        clock=wiring.clock(),
    )
    return json_answer(channel_test_view(member_id, trial), 202)


@routes.on(
    "DELETE",
    "/v1/members/<member_id>",
    "delete_member",
    "Delete a member",
    scope="admin",
    answers={200: Answer("The member as they were", MemberView)},
    refusals=(404, 409),
)
def delete(member_id: Slug) -> Response[str]:
    """Refused while a team, a schedule or the newest version of a contract names them."""
    person = delete_member(
        helpdesk_of(routes.current_event),
        member_id,
        teams=wiring.teams(),
        schedules=wiring.schedules(),
        contracts=wiring.contracts(),
        notifier=wiring.notifier(),
        clock=wiring.clock(),
    )
    return json_answer(member_view(member_id, person))
