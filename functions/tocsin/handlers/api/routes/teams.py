"""`/v1/teams`: put, read, who is on call."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from tocsin import wiring
from tocsin.domain.oncall.team import Team
from tocsin.domain.values.faults import NotFound
from tocsin.domain.values.identifiers import Slug
from tocsin.domain.values.instants import Instant, format_instant
from tocsin.handlers.api.answers.teams import MemberOnCall, OnCallView, SubscriptionsView, SubscriptionView, TeamView
from tocsin.handlers.api.caller import helpdesk_of
from tocsin.handlers.api.declaration import Answer, Routes
from tocsin.handlers.api.responses import json_answer
from tocsin.use_cases.oncall.delete import delete_team
from tocsin.use_cases.oncall.put_team import put_team
from tocsin.use_cases.oncall.subscriptions import read_subscriptions

routes = Routes()


@routes.on(
    "PUT",
    "/v1/teams/<team_id>",
    "put_team",
    "Put a team: roster, rotation, overrides, channels",
    scope="admin",
    answers={201: Answer("The new team", TeamView), 200: Answer("The changed team", TeamView)},
)
def put(team_id: Slug, document: Annotated[dict[str, Any], Body()]) -> Response[str]:
    """Its topics follow; nobody has to redeploy. New mail and HTTPS endpoints confirm their subscription.

    The body is a `Team`; all of its faults are reported at once.
    """
    helpdesk_id = helpdesk_of(routes.current_event)
    team, is_new = put_team(
        helpdesk_id,
        team_id,
        document,
        teams=wiring.teams(),
        schedules=wiring.schedules(),
        notifier=wiring.notifier(),
        clock=wiring.clock(),
    )
    return json_answer(_view(team_id, team), 201 if is_new else 200)


@routes.on(
    "GET",
    "/v1/teams/<team_id>",
    "read_team",
    "Read a team",
    scope="read",
    answers={200: Answer("The team", TeamView)},
    refusals=(404,),
)
def read(team_id: Slug) -> Response[str]:
    """The team as it was put."""
    return json_answer(_view(team_id, _stored(team_id)))


@routes.on(
    "GET",
    "/v1/teams/<team_id>/on-call",
    "read_on_call",
    "Read who is on call",
    scope="read",
    answers={200: Answer("The members on call", OnCallView)},
    refusals=(404,),
)
def on_call(
    team_id: Slug, at: Annotated[Instant | None, Query(description="now when left out")] = None
) -> Response[str]:
    """Who is on call at an instant, by its schedule, its rotation and overrides, or as its fallback."""
    team = _stored(team_id)
    instant = at or wiring.clock().now()
    duty = team.duty_at(instant)
    members = [
        MemberOnCall(member_id=member.member_id, name=member.name)
        for member in team.members
        if member.member_id in duty.members
    ]
    return json_answer(OnCallView(team_id=team_id, at=format_instant(instant), on_call=members, by=duty.by))


@routes.on(
    "GET",
    "/v1/teams/<team_id>/subscriptions",
    "read_subscriptions",
    "Read whom the team's alerts reach",
    scope="read",
    answers={200: Answer("The subscriptions of its topic and of its members' topics", SubscriptionsView)},
    refusals=(404,),
)
def subscriptions(team_id: Slug) -> Response[str]:
    """Each is confirmed, pending until its owner confirms it, or lost.

    What is lost is subscribed again within the hour, and when the team is put.
    """
    helpdesk_id = helpdesk_of(routes.current_event)
    found = read_subscriptions(
        helpdesk_id, team_id, teams=wiring.teams(), notifier=wiring.notifier(), clock=wiring.clock()
    )
    listed = [
        SubscriptionView.of(each, member_id=member_id)
        for member_id, of_topic in found.by_member.items()
        for each in of_topic
    ]
    return json_answer(SubscriptionsView(team_id=team_id, subscriptions=listed, unreachable=list(found.unreachable)))


@routes.on(
    "DELETE",
    "/v1/teams/<team_id>",
    "delete_team",
    "Delete a team",
    scope="admin",
    answers={200: Answer("The team as it was", TeamView)},
    refusals=(404, 409),
)
def delete(team_id: Slug) -> Response[str]:
    """Refused while the newest version of a contract names it."""
    team = delete_team(
        helpdesk_of(routes.current_event),
        team_id,
        teams=wiring.teams(),
        contracts=wiring.contracts(),
        notifier=wiring.notifier(),
    )
    return json_answer(_view(team_id, team))


def _stored(team_id: str) -> Team:
    team = wiring.teams().get(helpdesk_of(routes.current_event), team_id)
    if team is None:
        raise NotFound(f"There is no team {team_id!r}.")
    return team


def _view(team_id: str, team: Team) -> TeamView:
    return TeamView.model_validate({"team_id": team_id, **team.model_dump(mode="json", by_alias=True)})
