"""Importing holidays: everything that would be excluded is listed before anybody uses it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.handlers.conftest import Api
from tests.handlers.test_api import HOSTILE_VALUES
from tests.unit.story import DOCUMENT

ICS = """\
BEGIN:VCALENDAR
BEGIN:VEVENT
UID:christmas
SUMMARY:Christmas
DTSTART;VALUE=DATE:20261225
DTEND;VALUE=DATE:20261227
END:VEVENT
BEGIN:VEVENT
UID:martin
SUMMARY:St. Martin
DTSTART;VALUE=DATE:20261111
END:VEVENT
BEGIN:VEVENT
UID:move
SUMMARY:The office moves
DTSTART;VALUE=DATE:20261225
END:VEVENT
BEGIN:VEVENT
UID:party
SUMMARY:Party
DTSTART:20261218T160000
DTEND:20261218T200000
END:VEVENT
BEGIN:VEVENT
UID:free
SUMMARY:Volkstrauertag
DTSTART;VALUE=DATE:20261115
TRANSP:TRANSPARENT
END:VEVENT
END:VCALENDAR
"""
REQUEST = {"ics": ICS, "first_year": 2026, "last_year": 2028}


def imported(api: Api, **fields: Any) -> Any:
    answer = api.call("POST", "/v1/calendars/import", {**REQUEST, **fields}, scopes="read")
    assert answer.status == 200, answer.body
    return answer.json


def test_each_day_is_listed_with_its_event_and_each_event_left_out_with_its_reason(api: Api) -> None:
    assert imported(api) == {
        "holidays": {
            "dates": {
                "2026-11-11": "St. Martin",
                "2026-12-25": "Christmas, The office moves",
                "2026-12-26": "Christmas",
            }
        },
        "excludes": [
            {"date": "2026-11-11", "weekday": "wed", "name": "St. Martin", "event": "martin"},
            {"date": "2026-12-25", "weekday": "fri", "name": "Christmas", "event": "christmas"},
            {"date": "2026-12-25", "weekday": "fri", "name": "The office moves", "event": "move"},
            {"date": "2026-12-26", "weekday": "sat", "name": "Christmas", "event": "christmas"},
        ],
        "left_out": [
            {
                "name": "Party",
                "why": "is not all day, but 2026-12-18 from 16:00 to 20:00; for a part of a day write special_days",
            },
            {
                "name": "Volkstrauertag",
                "why": "is marked as free time (TRANSP:TRANSPARENT), which closes only with include_free",
            },
        ],
    }


def test_days_marked_as_free_time_are_imported_where_that_is_asked_for(api: Api) -> None:
    assert imported(api, include_free=True)["holidays"]["dates"]["2026-11-15"] == "Volkstrauertag"


def test_a_day_without_a_name_is_closed_all_the_same(api: Api) -> None:
    nameless = ICS.replace("SUMMARY:St. Martin\n", "")
    assert imported(api, ics=nameless)["holidays"]["dates"]["2026-11-11"] == "closed"


def test_what_was_imported_can_be_put_into_a_contract(api: Api) -> None:
    calendar = {**DOCUMENT["calendar"], "holidays": imported(api)["holidays"]}
    assert api.call("PUT", "/v1/contracts/new", {**DOCUMENT, "calendar": calendar}).status == 201


@pytest.mark.parametrize(
    ("fields", "path", "message"),
    [
        ({"ics": "no calendar"}, "ics", "is not an iCalendar text; it begins with BEGIN:VCALENDAR"),
        ({"ics": ICS[:-30]}, "ics", "is not an iCalendar text"),
        ({"ics": None}, "ics", "must be a text"),
        ({"last_year": 2025}, "last_year", "must be first_year or later, and make at most 10 years"),
        ({"last_year": 2036}, "last_year", "must be first_year or later, and make at most 10 years"),
        ({"first_year": 26}, "first_year", "greater than or equal to 1970"),
        ({"first_year": "soon"}, "first_year", "must be a whole number"),
        ({"years": 3}, "years", "is not a field here"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(api: Api, fields: dict[str, Any], path: str, message: str) -> None:
    answer = api.call("POST", "/v1/calendars/import", {**REQUEST, **fields})
    assert (answer.status, answer.paths) == (422, [path])
    assert message in answer.json["errors"][0]["message"]


@pytest.mark.parametrize("field", REQUEST)
@pytest.mark.parametrize("value", HOSTILE_VALUES, ids=lambda value: repr(value)[:20])
def test_no_value_of_any_field_is_a_crash(api: Api, field: str, value: object) -> None:
    assert api.call("POST", "/v1/calendars/import", {**REQUEST, field: value}).status == 422
    assert api.call("POST", "/v1/calendars/import", value if value is not None else [None]).status in (400, 422)


def test_looking_at_a_calendar_needs_a_token_that_may_read(api: Api) -> None:
    assert api.call("POST", "/v1/calendars/import", REQUEST, scopes="write admin").status == 403


def test_ten_years_can_be_asked_for_at_once(api: Api) -> None:
    assert imported(api, last_year=2035)["holidays"]["dates"]
