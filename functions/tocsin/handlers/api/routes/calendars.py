"""`/v1/calendars/import`: what a calendar feed would close."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import BaseModel, ConfigDict, Field

from tocsin import wiring
from tocsin.domain.values.instants import FIRST_YEAR, LAST_YEAR
from tocsin.handlers.api.answers.calendars import ImportedCalendar
from tocsin.handlers.api.declaration import Answer, Routes
from tocsin.handlers.api.responses import json_answer
from tocsin.use_cases.calendars.import_holidays import import_holidays

routes = Routes()

Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]


class ImportRequest(BaseModel):
    """An iCalendar text and the years to read it for."""

    model_config = ConfigDict(extra="forbid")

    ics: str = Field(description="the iCalendar text (RFC 5545)")
    first_year: Year
    last_year: Year = Field(description="at most nine years later")
    include_free: bool = Field(False, description="also the days that the calendar marks as free time")


@routes.on(
    "POST",
    "/v1/calendars/import",
    "import_calendar",
    "Show what an iCalendar text would close, day by day",
    scope="read",
    answers={200: Answer("The days, with their events", ImportedCalendar)},
)
def import_calendar(request: Annotated[ImportRequest, Body()]) -> Response[str]:
    """Nothing is stored: read what it excludes and what it leaves out, and put `holidays` into a contract."""
    imported = import_holidays(
        request.ics, request.first_year, request.last_year, request.include_free, feeds=wiring.holiday_feeds()
    )
    return json_answer(ImportedCalendar.model_validate(imported))
