"""`/v1/schedules/{id}/import`: shifts out of another system's calendar."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import Field

from tocsin import wiring
from tocsin.domain.calendars.notation import Zone
from tocsin.domain.oncall.schedule import Name
from tocsin.domain.values.document import Part
from tocsin.domain.values.identifiers import Slug
from tocsin.handlers.api.answers.shift_imports import ImportedShiftsView, imported_view
from tocsin.handlers.api.caller import helpdesk_of
from tocsin.handlers.api.declaration import Answer, Routes
from tocsin.handlers.api.responses import json_answer
from tocsin.use_cases.oncall.import_shifts import WantedShifts, import_shifts

routes = Routes()


class ShiftImportRequest(Part):
    """An iCalendar text, and the layer that its shifts are to be in."""

    ics: str = Field(description="the iCalendar text (RFC 5545), such as a feed of PagerDuty or Opsgenie")
    layer: Name = Field("imported", description="it is replaced from now on, or added on top of the others")
    match: dict[str, Slug] = Field(
        {}, max_length=200, description="who is meant by the title of an event, a name or a mail address"
    )
    dry_run: bool = Field(False, strict=True, description="tell what would become of it, and store nothing")
    name: Name | None = Field(None, description="of a schedule that is made by this")
    timezone: Zone | None = Field(None, description="of a schedule that is made by this")


@routes.on(
    "POST",
    "/v1/schedules/<schedule_id>/import",
    "import_shifts",
    "Import the shifts of another system's calendar",
    scope="admin",
    answers={
        200: Answer("The shifts from now on, and what of the calendar is not among them", ImportedShiftsView),
        201: Answer("The same of a new schedule", ImportedShiftsView),
    },
    refusals=(503,),
)
def import_calendar(schedule_id: Slug, request: Annotated[ShiftImportRequest, Body()]) -> Response[str]:
    """Those of the next 366 days. Nothing is stored where an event names nobody: each such title is a fault."""
    found = import_shifts(
        helpdesk_of(routes.current_event),
        schedule_id,
        WantedShifts(**request.model_dump(exclude={"dry_run"})),
        store=not request.dry_run,
        schedules=wiring.schedules(),
        teams=wiring.teams(),
        feeds=wiring.on_call_feeds(),
        clock=wiring.clock(),
    )
    status = 201 if found.is_new and not request.dry_run else 200
    return json_answer(imported_view(found, request.layer, stored=not request.dry_run), status)
