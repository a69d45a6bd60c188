"""Every route of the API with a request for it."""

from __future__ import annotations

import re

from tests.scenarios.desk import CONTRACT, OVERRIDE, SCHEDULE, TEAMS

# What a stranger sends to every route that names something of somebody else, and what they must get.
# A put makes a thing of the stranger's own; a list shows only what is theirs.
ROUTES: dict[tuple[str, str], tuple[object, int]] = {
    ("PUT", "/v1/contracts/<contract_id>"): (CONTRACT, 422),
    ("GET", "/v1/contracts"): (None, 200),
    ("GET", "/v1/contracts/<contract_id>"): (None, 404),
    ("GET", "/v1/contracts/<contract_id>/versions/<version>"): (None, 404),
    ("GET", "/v1/contracts/<contract_id>/versions"): (None, 404),
    ("GET", "/v1/contracts/<contract_id>/text"): (None, 404),
    ("GET", "/v1/contracts/<contract_id>/diagram"): (None, 404),
    ("GET", "/v1/contracts/<contract_id>/matrix"): (None, 404),
    ("GET", "/v1/contracts/<contract_id>/attainment"): (None, 404),
    ("GET", "/v1/contracts/<contract_id>/subscriptions"): (None, 404),
    ("POST", "/v1/contracts/<contract_id>/preview"): ({"priority": "P1"}, 404),
    ("POST", "/v1/contracts/<contract_id>/migrations"): ({"reason": "Mine"}, 404),
    ("POST", "/v1/calendars/import"): (
        {"ics": "BEGIN:VCALENDAR\nEND:VCALENDAR", "first_year": 2026, "last_year": 2026},
        200,
    ),
    ("PUT", "/v1/teams/<team_id>"): (TEAMS["frontline"], 201),
    ("PUT", "/v1/members/<member_id>"): ({"name": "Eve"}, 201),
    ("GET", "/v1/members"): (None, 200),
    ("GET", "/v1/members/<member_id>"): (None, 404),
    ("DELETE", "/v1/members/<member_id>"): (None, 404),
    ("GET", "/v1/teams/<team_id>"): (None, 404),
    ("DELETE", "/v1/teams/<team_id>"): (None, 404),
    ("GET", "/v1/teams/<team_id>/on-call"): (None, 404),
    ("GET", "/v1/teams/<team_id>/subscriptions"): (None, 404),
    ("PUT", "/v1/schedules/<schedule_id>"): (SCHEDULE, 422),
    ("GET", "/v1/schedules"): (None, 200),
    ("GET", "/v1/schedules/<schedule_id>"): (None, 404),
    ("DELETE", "/v1/schedules/<schedule_id>"): (None, 404),
    ("POST", "/v1/members/<member_id>/test"): (None, 404),
    ("POST", "/v1/schedules/<schedule_id>/import"): ({"ics": "BEGIN:VCALENDAR\nEND:VCALENDAR"}, 422),
    ("GET", "/v1/schedules/<schedule_id>/on-call"): (None, 404),
    ("GET", "/v1/schedules/<schedule_id>/shifts"): (None, 404),
    ("GET", "/v1/schedules/<schedule_id>/fairness"): (None, 404),
    ("POST", "/v1/schedules/<schedule_id>/feeds"): ({}, 404),
    ("GET", "/v1/schedules/<schedule_id>/feeds"): (None, 200),
    ("DELETE", "/v1/schedules/<schedule_id>/feeds/<feed_id>"): (None, 404),
    ("GET", "/v1/schedules/<schedule_id>/overrides"): (None, 404),
    ("POST", "/v1/schedules/<schedule_id>/overrides"): (OVERRIDE, 404),
    ("DELETE", "/v1/schedules/<schedule_id>/overrides/<override_id>"): (None, 404),
    ("POST", "/v1/tickets"): ({"ticket_id": "T-1", "contract_id": "acme-gold", "priority": "P1"}, 422),
    ("GET", "/v1/tickets"): (None, 200),
    ("GET", "/v1/tickets/<ticket_id>"): (None, 404),
    ("POST", "/v1/tickets/<ticket_id>/events"): ({"type": "resolved"}, 404),
    ("GET", "/v1/tickets/<ticket_id>/events"): (None, 404),
    ("GET", "/v1/tickets/<ticket_id>/explain"): (None, 404),
    ("GET", "/v1/tickets/<ticket_id>/notices"): (None, 404),
    ("GET", "/v1/notices"): (None, 200),
}
PUBLIC = {
    ("GET", "/a/<token>"),
    ("POST", "/a/<token>"),
    ("GET", "/feeds/<token>"),
    ("GET", "/health"),
    ("GET", "/openapi.json"),
}
NAMES = {
    "contract_id": "acme-gold",
    "team_id": "frontline",
    "member_id": "eve",
    "schedule_id": "emea",
    "override_id": "o2",
    "feed_id": "0123456789ab",
    "ticket_id": "T-1",
    "version": "1",
    "token": "x",
}


def address(route: str) -> str:
    return re.sub(r"<(\w+)>", lambda match: NAMES[match[1]], route)
