"""Put a team: store its roster and make the topics follow it, so that nobody needs a redeploy to change it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from tocsin.domain.notices.topics import member_topic, team_topic
from tocsin.domain.oncall.team import CHANNEL_TYPES, Channel, Team
from tocsin.domain.values.faults import Invalid
from tocsin.domain.values.validation_errors import faults_of
from tocsin.ports.notices import Notifier
from tocsin.ports.oncall import Teams


def put_team(
    helpdesk_id: str, team_id: str, document: Mapping[str, Any], *, teams: Teams, notifier: Notifier
) -> tuple[Team, bool]:
    """The team and whether it is new. Raises Invalid with all faults of the document.

    A member in several teams has one topic with the channels of all of them; who leaves a team loses only those.
    """
    try:
        team = Team.model_validate(document)
    except ValidationError as error:
        raise Invalid(faults_of(error, Team, CHANNEL_TYPES), "The team has faults; nothing was stored.") from None
    before = dict(teams.all(helpdesk_id))
    after = {**before, team_id: team}
    notifier.subscribe(team_topic(helpdesk_id, team_id), _endpoints(team.channels))
    concerned = [*team.members, *(before[team_id].members if team_id in before else ())]
    for member_id in sorted({member.member_id for member in concerned}):
        notifier.subscribe(member_topic(helpdesk_id, member_id), _endpoints(_channels(member_id, after.values())))
    # Last, so that a put that failed half-way can be repeated: until it is stored, who has left is still known.
    return team, teams.put(helpdesk_id, team_id, team)


def _channels(member_id: str, teams: Iterable[Team]) -> list[Channel]:
    members = [member for team in teams for member in team.members if member.member_id == member_id]
    return [channel for member in members for channel in member.channels]


def _endpoints(channels: Iterable[Channel]) -> set[tuple[str, str]]:
    return {(channel.type, channel.address) for channel in channels}
