"""Teams."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from tocsin.domain.oncall.team import Team, Undelivered
from tocsin.ports.subscriptions import Watchable


class Teams(Watchable, Protocol):
    """Teams of helpdesks; their subscriptions are watched."""

    def get(self, helpdesk_id: str, team_id: str) -> Team | None:
        """A team, with what the last look at its subscriptions found."""
        ...

    def all(self, helpdesk_id: str) -> Mapping[str, Team]:
        """All teams of a helpdesk by id."""
        ...

    def put(self, helpdesk_id: str, team_id: str, team: Team) -> bool:
        """Store a team, and have its subscriptions looked at; True when it is new.

        What was found of it before is forgotten: its channels may be others.
        """
        ...

    def looked_at(self, helpdesk_id: str, team_id: str, undelivered: Undelivered, again_at: datetime) -> None:
        """Keep what a look at the team's subscriptions found, and have them looked at again at an instant."""
        ...
