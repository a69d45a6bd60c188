"""Put a team: store its roster and make the topics follow it, so that nobody needs a redeploy to change it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from tocsin.domain.oncall.team import Team
from tocsin.domain.values.channels import CHANNEL_TYPES
from tocsin.domain.values.faults import Invalid
from tocsin.domain.values.validation_errors import faults_of
from tocsin.ports.notices import Notifier
from tocsin.ports.oncall import Teams
from tocsin.use_cases.oncall.subscriptions import topics_of


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
    left = before[team_id].members if team_id in before else ()
    for watched in topics_of(helpdesk_id, team_id, after, [*team.members, *left]):
        notifier.subscribe(watched.topic, watched.channels)
    # Last, so that a put that failed half-way can be repeated: until it is stored, who has left is still known.
    return team, teams.put(helpdesk_id, team_id, team)
