"""Teams."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from tocsin.domain.oncall.team import Team


class Teams(Protocol):
    """Teams of helpdesks."""

    def get(self, helpdesk_id: str, team_id: str) -> Team | None:
        """A team."""
        ...

    def all(self, helpdesk_id: str) -> Mapping[str, Team]:
        """All teams of a helpdesk by id."""
        ...

    def put(self, helpdesk_id: str, team_id: str, team: Team) -> bool:
        """Store a team; True when it is new."""
        ...
