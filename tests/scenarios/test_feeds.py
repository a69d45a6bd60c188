"""A schedule in people's calendars: by an address of its own, until it is revoked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from icalendar import Calendar

from tests.scenarios.desk import SCHEDULE, Desk


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.expect(201, "PUT", "/v1/schedules/emea", SCHEDULE)
    return desk


def subscribed(desk: Desk, **wanted: str) -> str:
    """The path of a new feed."""
    made = desk.expect(201, "POST", "/v1/schedules/emea/feeds", wanted)
    assert made["url"].endswith(".ics")
    return f"/feeds/{made['url'].rpartition('/')[2]}"


def events(desk: Desk, path: str) -> list[Any]:
    answer = desk.engine.request("GET", path)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert b"\r\n" in answer.body
    assert max(map(len, answer.body.split(b"\r\n"))) <= 75
    return list(Calendar.from_ical(answer.body.decode()).walk("VEVENT"))


def test_it_has_everybody_s_shifts_from_two_weeks_ago_to_ninety_days_ahead(desk: Desk) -> None:
    found = events(desk, subscribed(desk))
    now = next(each for each in found if each["DTEND"].dt > datetime(2026, 3, 27, 15, 40, tzinfo=UTC))
    assert str(now["SUMMARY"]) == "Dora is on call (EMEA)"
    assert (now["DTSTART"].dt, now["DTEND"].dt) == (
        datetime(2026, 3, 27, 5, tzinfo=UTC),
        datetime(2026, 3, 27, 21, tzinfo=UTC),
    )
    assert {str(each["SUMMARY"]) for each in found} == {f"{who} is on call (EMEA)" for who in ("Ana", "Ben", "Dora")}
    assert found[-1]["DTSTART"].dt < datetime(2026, 6, 25, 15, 40, tzinfo=UTC)


def test_a_shift_has_the_same_uid_whenever_it_is_read_so_that_calendars_keep_it(desk: Desk) -> None:
    path = subscribed(desk, member_id="ben")
    before = {str(each["UID"]): each["DTSTART"].dt for each in events(desk, path)}
    desk.engine.advance(days=1)
    after = {str(each["UID"]): each["DTSTART"].dt for each in events(desk, path)}
    assert len(before) == len(after) > 90
    assert len(before.keys() & after.keys()) == len(before) - 1
    assert all(after[uid] == before[uid] for uid in before.keys() & after.keys())


def test_one_of_a_person_has_their_shifts_only_with_overrides(desk: Desk) -> None:
    override = {
        "member_id": "ana",
        "starts_at": "2026-03-28T08:00:00Z",
        "ends_at": "2026-03-28T10:00:00Z",
        "reason": "Dora is ill",
    }
    desk.expect(201, "POST", "/v1/schedules/emea/overrides", override)
    found = events(desk, subscribed(desk, member_id="ana"))
    assert {str(each["SUMMARY"]) for each in found} == {"Ana is on call (EMEA)"}
    [standing_in] = [each for each in found if str(each["DESCRIPTION"]) == "Stands in, by an override"]
    assert standing_in["DTSTART"].dt == datetime(2026, 3, 28, 8, tzinfo=UTC)


def test_it_is_listed_without_its_address_and_answers_nothing_once_it_is_revoked(desk: Desk) -> None:
    path = subscribed(desk)
    [listed] = desk.expect(200, "GET", "/v1/schedules/emea/feeds")["feeds"]
    assert "url" not in listed
    assert listed["revoked_at"] is None
    revoked = desk.expect(200, "DELETE", f"/v1/schedules/emea/feeds/{listed['feed_id']}")
    assert revoked["revoked_at"] == "2026-03-27T15:40:00Z"
    answer = desk.engine.request("GET", path)
    assert answer.status == 404
    assert answer.json()["detail"] == "There is no such feed, or it was revoked."
    assert desk.expect(200, "DELETE", f"/v1/schedules/emea/feeds/{listed['feed_id']}") == revoked
    desk.expect(404, "DELETE", "/v1/schedules/emea/feeds/000000000000")


def test_the_secret_is_stored_as_a_hash_and_opens_nothing_else(desk: Desk) -> None:
    path = subscribed(desk)
    secret = path.removeprefix("/feeds/").removesuffix(".ics")
    table = desk.engine.client("dynamodb").scan(TableName=desk.engine.attributes["TableName"])
    assert secret not in str(table["Items"])
    assert desk.engine.request("GET", "/v1/schedules/emea", token=secret).status == 403
    assert desk.engine.request("GET", f"/feeds/{desk.token}.ics").status == 404
    assert desk.engine.request("GET", "/feeds/none.ics").status == 404


def test_a_feed_of_nothing_is_refused(desk: Desk) -> None:
    desk.expect(404, "POST", "/v1/schedules/apac/feeds", {})
    refused = desk.expect(422, "POST", "/v1/schedules/emea/feeds", {"member_id": "eve"})
    assert refused["errors"] == [{"path": "member_id", "message": "'eve' is not in this schedule"}]
