"""Teams of helpdesks."""

from __future__ import annotations

from collections.abc import Mapping

from tocsin.adapters.dynamodb.table import Table, helpdesk_pk
from tocsin.domain.oncall.team import Team


class DynamoTeams:
    """`Teams` on the one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, helpdesk_id: str, team_id: str) -> Team | None:
        """See `Teams.get`."""
        item = self._table.get(helpdesk_pk(helpdesk_id), f"TEAM#{team_id}")
        return Team.model_validate_json(item["document"]) if item else None

    def all(self, helpdesk_id: str) -> Mapping[str, Team]:
        """See `Teams.all`."""
        items = self._table.query(helpdesk_pk(helpdesk_id), "TEAM#")
        return {item["sk"].removeprefix("TEAM#"): Team.model_validate_json(item["document"]) for item in items}

    def put(self, helpdesk_id: str, team_id: str, team: Team) -> bool:
        """See `Teams.put`."""
        before = self._table.get(helpdesk_pk(helpdesk_id), f"TEAM#{team_id}")
        document = team.model_dump_json()
        self._table.put({"pk": helpdesk_pk(helpdesk_id), "sk": f"TEAM#{team_id}", "v": 1, "document": document})
        return before is None
