"""`/v1/schedules`: put, read, who is on call when, overrides."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from tocsin import wiring
from tocsin.domain.oncall.duty import REPORTED, duty_at
from tocsin.domain.oncall.fairness import fairness
from tocsin.domain.oncall.override import ScheduleOverride
from tocsin.domain.oncall.timetable import Timetable
from tocsin.domain.values.faults import bad_cursor
from tocsin.domain.values.identifiers import Slug
from tocsin.domain.values.instants import Instant
from tocsin.handlers.api.answers.schedules import (
    FairnessView,
    OverridesView,
    OverrideView,
    ScheduleDocumentView,
    ScheduleOnCallView,
    SchedulePage,
    ScheduleView,
    ShiftsView,
    document_view,
    fairness_view,
    on_call_view,
    override_view,
    schedule_view,
    shifts_view,
)
from tocsin.handlers.api.caller import Cursor, Limit, helpdesk_of
from tocsin.handlers.api.declaration import Answer, Routes
from tocsin.handlers.api.responses import json_answer
from tocsin.use_cases.oncall.delete import delete_schedule
from tocsin.use_cases.oncall.overrides import make_override, take_back_override
from tocsin.use_cases.oncall.put_schedule import no_such_schedule, put_schedule, read_schedule
from tocsin.use_cases.oncall.read_shifts import check_period, read_shifts

routes = Routes()

TWO_WEEKS = timedelta(weeks=2)
From = Annotated[Instant | None, Query(alias="from", description="now when left out")]


@routes.on(
    "PUT",
    "/v1/schedules/<schedule_id>",
    "put_schedule",
    "Put a schedule: layers and whose turn it is in them",
    scope="admin",
    answers={201: Answer("The new schedule", ScheduleView), 200: Answer("The changed schedule", ScheduleView)},
    refusals=(503,),
)
def put(schedule_id: Slug, document: Annotated[dict[str, Any], Body()]) -> Response[str]:
    """Its overrides stay. The answer says when nobody is on call in the next 90 days, and who is so twice at once.

    The body is a `Schedule`; all of its faults are reported at once.
    """
    helpdesk_id = helpdesk_of(routes.current_event)
    is_new = put_schedule(
        helpdesk_id,
        schedule_id,
        document,
        schedules=wiring.schedules(),
        teams=wiring.teams(),
        clock=wiring.clock(),
    )
    return json_answer(_view(schedule_id), 201 if is_new else 200)


@routes.on(
    "GET",
    "/v1/schedules",
    "list_schedules",
    "List schedules",
    scope="read",
    answers={200: Answer("A page of schedules", SchedulePage)},
)
def list_all(limit: Limit = 50, cursor: Cursor = None) -> Response[str]:
    """The schedules as they were put, in the order of their ids."""
    try:
        page, following = wiring.schedules().listed(helpdesk_of(routes.current_event), limit, cursor)
    except ValueError:
        raise bad_cursor() from None
    return json_answer(SchedulePage(schedules=list(map(document_view, page)), next_cursor=following))


@routes.on(
    "GET",
    "/v1/schedules/<schedule_id>",
    "read_schedule",
    "Read a schedule, its gaps and double duty",
    scope="read",
    answers={200: Answer("The schedule", ScheduleView)},
    refusals=(404,),
)
def read(schedule_id: Slug) -> Response[str]:
    """The schedule as it was put, when nobody is on call in the next 90 days, and who is so twice at once."""
    return json_answer(_view(schedule_id))


@routes.on(
    "GET",
    "/v1/schedules/<schedule_id>/on-call",
    "read_schedule_on_call",
    "Read who is on call by a schedule",
    scope="read",
    answers={200: Answer("Who is on call, until when, and who is next", ScheduleOnCallView)},
    refusals=(404,),
)
def on_call(
    schedule_id: Slug, at: Annotated[Instant | None, Query(description="now when left out")] = None
) -> Response[str]:
    """Who is on call at an instant, by which layer or override, until when, and who is next."""
    duty = duty_at(_timetable(schedule_id), at or wiring.clock().now())
    return json_answer(on_call_view(schedule_id, duty))


@routes.on(
    "GET",
    "/v1/schedules/<schedule_id>/shifts",
    "read_shifts",
    "Read the shifts of a schedule",
    scope="read",
    answers={200: Answer("Shifts, gaps, and the turns of each layer", ShiftsView)},
    refusals=(404,),
)
def shifts(
    schedule_id: Slug,
    starts_at: From = None,
    until: Annotated[Instant | None, Query(description="two weeks after `from` when left out")] = None,
) -> Response[str]:
    """Everybody's shifts in at most 366 days, cut to them, and when nobody is on call."""
    start = starts_at or wiring.clock().now()
    found = read_shifts(_timetable(schedule_id), start, until or start + TWO_WEEKS)
    return json_answer(shifts_view(schedule_id, found))


@routes.on(
    "GET",
    "/v1/schedules/<schedule_id>/fairness",
    "read_fairness",
    "Read how duty is shared",
    scope="read",
    answers={200: Answer("Hours, shifts and pages of each person, at night and at weekends", FairnessView)},
    refusals=(404,),
)
def read_fairness(
    schedule_id: Slug,
    starts_at: Annotated[
        Instant | None, Query(alias="from", description="90 days before `until` when left out")
    ] = None,
    until: Annotated[Instant | None, Query(description="now when left out")] = None,
) -> Response[str]:
    """Of at most 366 days, by the final schedule with its overrides; pages are those of all teams and schedules."""
    end = until or wiring.clock().now()
    start = starts_at or end - REPORTED
    check_period(start, end)
    pages = wiring.page_log().between(helpdesk_of(routes.current_event), start, end)
    return json_answer(fairness_view(schedule_id, start, end, fairness(_timetable(schedule_id), start, end, pages)))


@routes.on(
    "POST",
    "/v1/schedules/<schedule_id>/overrides",
    "make_override",
    "Let somebody stand in",
    scope="admin",
    answers={201: Answer("The override with its id", OverrideView)},
    refusals=(404, 409, 503),
)
def override(schedule_id: Slug, wanted: Annotated[ScheduleOverride, Body()]) -> Response[str]:
    """Instead of whoever would be on call then; refused where somebody stands in already."""
    made = make_override(
        helpdesk_of(routes.current_event),
        schedule_id,
        wanted,
        schedules=wiring.schedules(),
        teams=wiring.teams(),
        clock=wiring.clock(),
    )
    return json_answer(override_view(made), 201)


@routes.on(
    "GET",
    "/v1/schedules/<schedule_id>/overrides",
    "list_overrides",
    "List the overrides of a schedule",
    scope="read",
    answers={200: Answer("The overrides in order", OverridesView)},
    refusals=(404,),
)
def overrides(schedule_id: Slug, starts_at: From = None) -> Response[str]:
    """Those that are not over at an instant, also what was taken back."""
    start = starts_at or wiring.clock().now()
    kept = [override_view(each) for each in _timetable(schedule_id).overrides if each.ends_at > start]
    return json_answer(OverridesView(schedule_id=schedule_id, overrides=kept))


@routes.on(
    "DELETE",
    "/v1/schedules/<schedule_id>/overrides/<override_id>",
    "take_back_override",
    "Take an override back",
    scope="admin",
    answers={200: Answer("The override, which counts for nothing now", OverrideView)},
    refusals=(404, 503),
)
def take_back(
    schedule_id: Slug,
    override_id: Slug,
    by: Annotated[str | None, Query(min_length=1, max_length=100, description="who takes it back")] = None,
) -> Response[str]:
    """It stays in the list as taken back; to take it back again changes nothing."""
    taken_back = take_back_override(
        helpdesk_of(routes.current_event),
        schedule_id,
        override_id,
        by,
        schedules=wiring.schedules(),
        clock=wiring.clock(),
    )
    return json_answer(override_view(taken_back))


@routes.on(
    "DELETE",
    "/v1/schedules/<schedule_id>",
    "delete_schedule",
    "Delete a schedule",
    scope="admin",
    answers={200: Answer("The schedule as it was put", ScheduleDocumentView)},
    refusals=(404, 409, 503),
)
def delete(schedule_id: Slug) -> Response[str]:
    """Refused while a team is on call by it, or the newest version of a contract names it."""
    deleted = delete_schedule(
        helpdesk_of(routes.current_event),
        schedule_id,
        schedules=wiring.schedules(),
        teams=wiring.teams(),
        contracts=wiring.contracts(),
        clock=wiring.clock(),
    )
    return json_answer(document_view(deleted))


def _timetable(schedule_id: str) -> Timetable:
    stored = wiring.schedules().get(helpdesk_of(routes.current_event), schedule_id)
    if stored is None:
        raise no_such_schedule(schedule_id)
    return stored.timetable


def _view(schedule_id: str) -> ScheduleView:
    helpdesk_id = helpdesk_of(routes.current_event)
    stored, found = read_schedule(helpdesk_id, schedule_id, schedules=wiring.schedules(), clock=wiring.clock())
    return schedule_view(stored, found)
