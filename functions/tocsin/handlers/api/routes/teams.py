"""`/v1/teams`: put, read, who is on call."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from aws_lambda_powertools.event_handler.router import APIGatewayRouter

from tocsin import wiring
from tocsin.domain.oncall.team import Team
from tocsin.domain.values.faults import NotFound
from tocsin.domain.values.identifiers import Slug
from tocsin.domain.values.instants import Instant, format_instant
from tocsin.handlers.api.answers import json_answer
from tocsin.handlers.api.caller import helpdesk_of
from tocsin.use_cases.oncall.put_team import put_team
from tocsin.use_cases.oncall.subscriptions import read_subscriptions

router = APIGatewayRouter()


@router.put("/v1/teams/<team_id>", tags=["teams"], summary="Put a team: roster, rotation, overrides, channels")
def put(team_id: Slug, document: Annotated[dict[str, Any], Body()]) -> Response[dict[str, Any]]:
    """Its topics follow; nobody has to redeploy. New mail and HTTPS endpoints confirm their subscription."""
    helpdesk_id = helpdesk_of(router.current_event)
    team, is_new = put_team(helpdesk_id, team_id, document, teams=wiring.teams(), notifier=wiring.notifier())
    return json_answer(_view(team_id, team), 201 if is_new else 200)


@router.get("/v1/teams/<team_id>", tags=["teams"], summary="A team")
def read(team_id: Slug) -> Response[dict[str, Any]]:
    """As it was put."""
    return json_answer(_view(team_id, _stored(team_id)))


@router.get("/v1/teams/<team_id>/on-call", tags=["teams"], summary="Who is on call")
def on_call(
    team_id: Slug, at: Annotated[Instant | None, Query(description="now when left out")] = None
) -> Response[dict[str, Any]]:
    """At an instant, by rotation and overrides."""
    team = _stored(team_id)
    instant = at or wiring.clock().now()
    on_call_now = team.on_call(instant)
    members = [
        {"member_id": member.member_id, "name": member.name}
        for member in team.members
        if member.member_id in on_call_now
    ]
    return json_answer({"team_id": team_id, "at": format_instant(instant), "on_call": members})


@router.get("/v1/teams/<team_id>/subscriptions", tags=["teams"], summary="Whom the team's alerts reach")
def subscriptions(team_id: Slug) -> Response[dict[str, Any]]:
    """What its topic and those of its members have: confirmed, pending until their owner confirms them, or lost.

    What is lost is subscribed again within the hour, and when the team is put.
    """
    helpdesk_id = helpdesk_of(router.current_event)
    found = read_subscriptions(
        helpdesk_id, team_id, teams=wiring.teams(), notifier=wiring.notifier(), clock=wiring.clock()
    )
    listed = [
        {
            "member_id": member_id,
            "type": each.protocol,
            "address": each.address,
            "state": each.state,
            "made_by_tocsin": each.made_by_us,
        }
        for member_id, subscriptions in found.by_member.items()
        for each in subscriptions
    ]
    return json_answer({"team_id": team_id, "subscriptions": listed, "unreachable": found.unreachable})


def _stored(team_id: str) -> Team:
    team = wiring.teams().get(helpdesk_of(router.current_event), team_id)
    if team is None:
        raise NotFound(f"There is no team {team_id!r}.")
    return team


def _view(team_id: str, team: Team) -> dict[str, Any]:
    return {"team_id": team_id, **team.model_dump(mode="json")}
