"""`/v1/contracts`: put, read, list versions, preview; as text and as a diagram."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query
from pydantic import ConfigDict

from tocsin import wiring
from tocsin.domain.contracts.version import ContractVersion
from tocsin.domain.tickets.commands import Attributes, MigrateTickets
from tocsin.domain.values.faults import Fault, Invalid, bad_cursor
from tocsin.domain.values.identifiers import PriorityName, Slug
from tocsin.domain.values.instants import Instant, format_instant
from tocsin.handlers.api.answers.contracts import (
    AttainmentView,
    ContractPage,
    ContractView,
    ContractWithReminders,
    PreviewView,
    VersionPage,
    VersionView,
)
from tocsin.handlers.api.answers.tickets import MigrationPage
from tocsin.handlers.api.caller import Cursor, IfMatchHeader, Limit, expected_number, helpdesk_of
from tocsin.handlers.api.declaration import Answer, Routes
from tocsin.handlers.api.responses import json_answer
from tocsin.use_cases.contracts.contract_versions import (
    changed_by,
    list_versions,
    stored_version,
    version_for_ticket,
    version_in_force,
)
from tocsin.use_cases.contracts.preview_contract import preview_contract
from tocsin.use_cases.contracts.put_contract import put_contract
from tocsin.use_cases.contracts.read_reminders import read_reminders
from tocsin.use_cases.reports.read_attainment import read_attainment
from tocsin.use_cases.tickets.migrate_tickets import migrate_tickets
from tocsin.use_cases.tickets.ticket_context import roster, zone_of_first_tier

routes = Routes()

LAST_NUMBER = 999_999_999
Version = Annotated[int | None, Query(ge=1, le=LAST_NUMBER, description="the newest when left out")]
VersionNumber = Annotated[int, Path(ge=1, le=LAST_NUMBER)]


class PreviewRequest(Attributes):
    """The ticket to imagine; what does not decide its deadlines may be left out."""

    model_config = ConfigDict(extra="ignore")

    priority: PriorityName | None = None
    opened_at: Instant | None = None


@routes.on(
    "PUT",
    "/v1/contracts/<contract_id>",
    "put_contract",
    "Put a new version of a contract",
    scope="admin",
    answers={
        201: Answer("The new version", ContractView, etag=True),
        200: Answer("The newest version, whose document this is", ContractView, etag=True),
    },
    refusals=(409, 412),
)
def put(
    contract_id: Slug, document: Annotated[dict[str, Any], Body()], if_match: IfMatchHeader = None
) -> Response[str]:
    """A document that differs from that of the newest version makes a new one; no version ever changes.

    The body is a `Contract`; all of its faults are reported at once.
    """
    version, is_new = put_contract(
        helpdesk_of(routes.current_event),
        contract_id,
        document,
        expected_number(if_match),
        contracts=wiring.contracts(),
        teams=wiring.teams(),
        notifier=wiring.notifier(),
        clock=wiring.clock(),
    )
    view = ContractView.model_validate(_newest_view(version))
    return json_answer(view, 201 if is_new else 200, etag=version.version)


@routes.on(
    "GET",
    "/v1/contracts",
    "list_contracts",
    "List contracts, each by its newest version",
    scope="read",
    answers={200: Answer("A page of contracts", ContractPage)},
)
def list_all(limit: Limit = 50, cursor: Cursor = None) -> Response[str]:
    """The contracts in the order of their ids."""
    try:
        versions, following = wiring.contracts().listed(helpdesk_of(routes.current_event), limit, cursor)
    except ValueError:
        raise bad_cursor() from None
    page = {"contracts": [_newest_view(version) for version in versions], "next_cursor": following}
    return json_answer(ContractPage.model_validate(page))


@routes.on(
    "GET",
    "/v1/contracts/<contract_id>",
    "read_contract",
    "Read the newest version of a contract",
    scope="read",
    answers={200: Answer("The newest version", ContractWithReminders, etag=True)},
    refusals=(404,),
)
def read(contract_id: Slug) -> Response[str]:
    """The document as it was put, the version that is in force today, and the reminders sent and to come."""
    version, helpdesk_id = _stored(contract_id, None), helpdesk_of(routes.current_event)
    reminders = read_reminders(
        helpdesk_id, version, reminders=wiring.reminders(), contracts=wiring.contracts(), clock=wiring.clock()
    )
    view = ContractWithReminders.model_validate({**_newest_view(version), "reminders": reminders})
    return json_answer(view, etag=version.version)


@routes.on(
    "GET",
    "/v1/contracts/<contract_id>/versions",
    "list_versions",
    "List the versions of a contract",
    scope="read",
    answers={200: Answer("A page of the changelog", VersionPage)},
    refusals=(404,),
)
def list_all_versions(contract_id: Slug, limit: Limit = 50, cursor: Cursor = None) -> Response[str]:
    """The newest first: who wrote and approved each, from when it is in force, what is new in it by its own words."""
    helpdesk_id = helpdesk_of(routes.current_event)
    page = list_versions(helpdesk_id, contract_id, limit, cursor, contracts=wiring.contracts())
    return json_answer(VersionPage.model_validate({"versions": page.items, "next_cursor": page.next_cursor}))


@routes.on(
    "GET",
    "/v1/contracts/<contract_id>/versions/<version>",
    "read_version",
    "Read one version of a contract",
    scope="read",
    answers={200: Answer("The version", VersionView, etag=True)},
    refusals=(404,),
)
def read_version(contract_id: Slug, version: VersionNumber) -> Response[str]:
    """Versions never change. `changed` is what it says otherwise than the one before it, path by path.

    `public_holidays`: those of its regions, year by year, as they were known when it was put and are counted.
    """
    stored = _stored(contract_id, version)
    changed = changed_by(helpdesk_of(routes.current_event), stored, contracts=wiring.contracts())
    view = {**_view(stored), "changed": changed, "public_holidays": stored.public_holidays}
    return json_answer(VersionView.model_validate(view), etag=version)


@routes.on(
    "GET",
    "/v1/contracts/<contract_id>/attainment",
    "read_attainment",
    "Read what the targets over many tickets came to in a period",
    scope="read",
    answers={200: Answer("The targets and what they came to", AttainmentView)},
    refusals=(404,),
)
def attainment(
    contract_id: Slug,
    period: Annotated[str | None, Query(description="2026-03, 2026-Q1 or 2026-W13; this month when left out")] = None,
) -> Response[str]:
    """The targets for periods of that kind, over the tickets that were resolved in the period."""
    helpdesk_id, log = helpdesk_of(routes.current_event), wiring.log()
    found = read_attainment(
        helpdesk_id, contract_id, period, log=log, contracts=wiring.contracts(), clock=wiring.clock()
    )
    return json_answer(AttainmentView.model_validate(found))


@routes.on(
    "POST",
    "/v1/contracts/<contract_id>/preview",
    "preview_contract",
    "Preview every deadline, warning and tier of a ticket",
    scope="read",
    answers={200: Answer("What would become of the ticket", PreviewView)},
    refusals=(404,),
)
def preview_ticket(contract_id: Slug, ticket: Annotated[PreviewRequest, Body()]) -> Response[str]:
    """For a ticket that nobody touches, under the version that it would get; no ticket is opened."""
    _stored(contract_id, None)
    opened_at = ticket.opened_at or wiring.clock().now()
    helpdesk_id = helpdesk_of(routes.current_event)
    version = version_for_ticket(helpdesk_id, contract_id, opened_at, contracts=wiring.contracts())
    if isinstance(version, Fault):
        raise Invalid([version])
    details = ticket.model_dump(mode="json", exclude={"opened_at"}, exclude_none=True)
    zone = zone_of_first_tier(version.contract, roster(helpdesk_id, wiring.teams()))
    preview = preview_contract(version.contract, version.version, details, opened_at, zone)
    return json_answer(PreviewView.model_validate(preview))


@routes.on(
    "POST",
    "/v1/contracts/<contract_id>/migrations",
    "migrate_tickets",
    "Move running tickets to another version of their contract",
    scope="admin",
    answers={200: Answer("Which tickets of the page have moved", MigrationPage)},
    refusals=(404,),
)
def migrate(
    contract_id: Slug,
    migration: Annotated[MigrateTickets, Body()],
    limit: Annotated[int, Query(ge=1, le=100, description="tickets looked at")] = 50,
    cursor: Cursor = None,
) -> Response[str]:
    """One page of tickets; repeat with `next_cursor` until it is null. What has ended stays as it was."""
    helpdesk_id = helpdesk_of(routes.current_event)
    page = migrate_tickets(helpdesk_id, contract_id, migration, limit, cursor, **wiring.store())
    return json_answer(MigrationPage.model_validate(page))


def _stored(contract_id: str, number: int | None) -> ContractVersion:
    return stored_version(helpdesk_of(routes.current_event), contract_id, number, contracts=wiring.contracts())


def _newest_view(version: ContractVersion) -> dict[str, Any]:
    """The fields of a `ContractView`."""
    helpdesk_id, now = helpdesk_of(routes.current_event), wiring.clock().now()
    current = version_in_force(helpdesk_id, version.contract.contract_id, now, contracts=wiring.contracts())
    return {**_view(version), "version_in_force": current.version if current else None}


def _view(version: ContractVersion) -> dict[str, Any]:
    """What the answers about a version have in common."""
    dates, starts = version.contract.dates, version.contract.in_force_from
    return {
        "contract_id": version.contract.contract_id,
        "version": version.version,
        "put_at": format_instant(version.put_at),
        "sha256": version.sha256,
        "in_force_from": starts.isoformat() if starts else None,
        # Dates that still belong to it; null where the contract does not say when it begins or how long it runs.
        "term": dates and dates.as_json(),
        "contract": version.document,
    }
