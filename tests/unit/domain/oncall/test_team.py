"""Who is on call: rotations by the wall clock, overrides, gaps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from tests.unit.story import team
from tocsin.domain.oncall.team import Team
from tocsin.domain.values.reaching import NotReached, Undelivered
from tocsin.domain.values.validation_errors import faults_of

DAILY = {
    "every": "daily",
    "starts_on": "2026-03-27",
    "at": "09:00",
    "timezone": "Europe/Berlin",
    "order": ["ana", "bo"],
}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def rotating(**changes: Any) -> Team:
    return team("ana", "bo", "cy", rotation={**DAILY, **changes})


def faults(**document: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        Team.model_validate({"name": "T", **document})
    return {fault.path: fault.message for fault in faults_of(caught.value, Team)}


def not_reached(found: Team, at: datetime) -> NotReached | None:
    """Why an alert to whoever is on call then reaches nobody."""
    return found.not_reached(found.on_call_at(at))


def test_without_a_rotation_everybody_is_on_call() -> None:
    assert team("ana", "bo").on_call_at(utc("2026-01-01")) == ["ana", "bo"]
    assert team().on_call_at(utc("2026-01-01")) == []


def test_before_a_rotation_starts_nobody_is_on_call_and_the_first_turn_begins_to_the_second() -> None:
    assert rotating().on_call_at(utc("2026-03-27T07:59:59.999999")) == []
    assert rotating().on_call_at(utc("2026-03-27T08:00:00")) == ["ana"]
    assert rotating().on_call_at(utc("2026-03-28T07:59:59")) == ["ana"]
    assert rotating().on_call_at(utc("2026-03-28T08:00:00")) == ["bo"]


@pytest.mark.parametrize(
    ("at", "member"),
    [
        # Clocks go forward on Sunday the 29th at one o'clock UTC: the hand-over is at nine, now seven UTC.
        ("2026-03-29T06:59:59", "bo"),
        ("2026-03-29T07:00:00", "ana"),
        ("2026-03-30T06:59:59", "ana"),
        ("2026-03-30T07:00:00", "bo"),
        # And back on the 25th of October: eight UTC.
        ("2026-10-25T07:59:59", "bo"),
        ("2026-10-25T08:00:00", "ana"),
        ("2026-10-26T08:00:00", "bo"),
    ],
)
def test_a_turn_begins_at_the_same_time_on_the_wall_whatever_daylight_saving_does(at: str, member: str) -> None:
    assert rotating().on_call_at(utc(at)) == [member]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kolkata"])
def test_there_is_no_gap_and_no_overlap_in_a_year(zone: str) -> None:
    rota = rotating(timezone=zone, starts_on="2026-01-01", at="02:15", order=["ana", "bo", "cy"])
    hours = [
        utc(f"2026-{month:02}-{day:02}T{hour:02}:30")
        for month in (3, 4, 10, 11)
        for day in (1, 8, 29)
        for hour in range(24)
    ]
    assert all(len(rota.on_call_at(at)) == 1 for at in hours)


def test_a_weekly_turn_takes_seven_days_on_the_wall() -> None:
    weekly = rotating(every="weekly", starts_on="2026-03-23", order=["ana", "bo", "cy"])
    assert [weekly.on_call_at(utc(f"2026-{day}T12:00"))[0] for day in ("03-29", "03-30", "04-06", "04-13")] == [
        "ana",
        "bo",
        "cy",
        "ana",
    ]


class TestPassedOver:
    """People who have declined, or have been woken often enough."""

    ROTA: Mapping[str, Any] = {"every": "weekly", "starts_on": "2026-01-05", "order": ["ana", "ben", "caro"]}
    MONDAY = datetime(2026, 1, 5, 12, tzinfo=UTC)

    def test_whoever_comes_next_in_the_rotation_stands_in(self) -> None:
        turning = team("ana", "ben", "caro", rotation=self.ROTA)
        assert turning.on_call_at(self.MONDAY) == ["ana"]
        assert turning.on_call_at(self.MONDAY, ["ana"]) == ["ben"]
        assert turning.on_call_at(self.MONDAY, ["ana", "ben"]) == ["caro"]
        assert turning.on_call_at(self.MONDAY, ["ben"]) == ["ana"]
        assert turning.on_call_at(self.MONDAY, ["ana", "ben", "caro"]) == []

    def test_of_everybody_the_others_stay_and_of_an_override_it_is_whose_turn_it_would_be(self) -> None:
        assert team("ana", "ben").on_call_at(self.MONDAY, ["ana"]) == ["ben"]
        override = {"member_id": "caro", "starts_at": "2026-01-05T11:00:00Z", "ends_at": "2026-01-05T13:00:00Z"}
        overridden = team("ana", "ben", "caro", rotation=self.ROTA, overrides=[override])
        assert overridden.duty_at(self.MONDAY) == (["caro"], "override")
        assert overridden.duty_at(self.MONDAY, ["caro"]) == (["ana"], "rotation")


class TestFallback:
    def test_it_is_on_call_while_nobody_is_by_the_rotation_and_not_who_is_passed_over(self) -> None:
        late = {"every": "weekly", "starts_on": "2026-02-02", "order": ["ana"]}
        found = team("ana", "ben", "caro", rotation=late, fallback=["caro", "ben"])
        assert found.duty_at(datetime(2026, 1, 5, tzinfo=UTC)) == (["caro", "ben"], "fallback")
        assert found.duty_at(datetime(2026, 1, 5, tzinfo=UTC), ["caro"]) == (["ben"], "fallback")
        assert found.duty_at(datetime(2026, 3, 5, tzinfo=UTC)) == (["ana"], "rotation")
        assert found.duty_at(datetime(2026, 3, 5, tzinfo=UTC), ["ana"]) == (["caro", "ben"], "fallback")

    def test_one_that_would_count_for_nothing_or_is_no_member_is_refused(self) -> None:
        with pytest.raises(ValidationError, match="everybody is on call anyway"):
            team("ana", fallback=["ana"])
        with pytest.raises(ValidationError, match="not a member: dora"):
            team("ana", fallback=["dora"], on_call={"schedule": "emea"})


def test_who_stands_in_does_so_from_the_first_instant_to_just_before_the_last() -> None:
    override = {"member_id": "cy", "starts_at": "2026-03-28T00:00:00Z", "ends_at": "2026-03-28T12:00:00Z"}
    rota = team("ana", "bo", "cy", rotation=DAILY, overrides=[override])
    assert rota.on_call_at(utc("2026-03-27T23:59:59")) == ["ana"]
    assert rota.on_call_at(utc("2026-03-28T00:00:00")) == ["cy"]
    assert rota.on_call_at(utc("2026-03-28T11:59:59.999999")) == ["cy"]
    assert rota.on_call_at(utc("2026-03-28T12:00:00")) == ["bo"]


def test_several_who_stand_in_are_all_on_call_once_each_also_before_the_rotation() -> None:
    window = {"starts_at": "2026-01-01T00:00:00Z", "ends_at": "2026-01-02T00:00:00Z"}
    overrides = [{"member_id": each, **window} for each in ("cy", "bo", "cy")]
    assert team("ana", "bo", "cy", rotation=DAILY, overrides=overrides).on_call_at(utc("2026-01-01T12:00")) == [
        "bo",
        "cy",
    ]


def test_who_is_on_call_is_the_same_in_whatever_zone_it_is_asked() -> None:
    at = datetime.fromisoformat("2026-03-28T09:00:00+01:00")
    assert rotating().on_call_at(at) == rotating().on_call_at(at.astimezone(UTC)) == ["bo"]


def test_a_team_is_reachable_by_its_own_channels_or_by_whoever_is_on_call() -> None:
    before = utc("2026-01-01")
    queue = {"type": "sqs", "address": "arn:aws:sqs:eu-central-1:123456789012:pager"}
    assert not_reached(team(), before) is NotReached.NOBODY_ON_CALL
    assert not_reached(rotating(), before) is NotReached.NOBODY_ON_CALL
    assert not_reached(team(channels=[queue]), before) is None
    assert not_reached(team("ana"), before) is None
    nameless = Team.model_validate({"name": "Team", "members": [{"member_id": "ana", "name": "Ana"}]})
    assert not_reached(nameless, before) is NotReached.NO_CHANNEL


def test_a_team_whose_channels_deliver_nothing_is_not_reached_as_soon_as_somebody_has_looked() -> None:
    at = utc("2026-01-01")
    queue = {"type": "sqs", "address": "arn:aws:sqs:eu-central-1:123456789012:pager"}
    both = team("ana", "bo", channels=[queue])
    everybody = Undelivered(team=True, members=frozenset({"ana", "bo"}))
    assert not_reached(both, at) is None
    assert not_reached(both.looked_at(everybody), at) is NotReached.NOTHING_DELIVERED
    assert not_reached(both.looked_at(Undelivered(team=True, members=frozenset({"ana"}))), at) is None
    assert not_reached(both.looked_at(Undelivered(members=frozenset({"ana", "bo"}))), at) is None
    assert not_reached(both.looked_at(everybody).looked_at(Undelivered()), at) is None


def test_of_a_team_in_which_nothing_reaches_who_is_on_call_it_does_not_help_that_others_are_reached() -> None:
    found = rotating().looked_at(Undelivered(members=frozenset({"bo"})))
    assert not_reached(found, utc("2026-03-28T08:00:00")) is NotReached.NOTHING_DELIVERED
    assert not_reached(found, utc("2026-03-29T08:00:00")) is None


def test_what_was_found_is_no_part_of_the_document() -> None:
    found = team("ana").looked_at(Undelivered(team=True))
    assert found.model_dump() == team("ana").model_dump()


@pytest.mark.parametrize("at", ["09:00Z", "09:00+01:00", "09:00:00-05:00", 32_400])
def test_a_hand_over_with_an_offset_of_its_own_is_refused_since_the_rotation_has_a_zone(at: object) -> None:
    assert list(
        faults(members=[{"member_id": "ana", "name": "Ana"}], rotation={**DAILY, "order": ["ana"], "at": at})
    ) == ["rotation.at"]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"every": "monthly"}, "rotation.every"),
        ({"starts_on": "tomorrow"}, "rotation.starts_on"),
        ({"at": "25:00"}, "rotation.at"),
        ({"timezone": "Berlin"}, "rotation.timezone"),
        ({"order": []}, "rotation.order"),
        ({"order": ["Ana"]}, "rotation.order.0"),
        ({"shifts": 3}, "rotation.shifts"),
    ],
)
def test_a_rotation_with_a_fault_is_refused_at_its_place(change: Mapping[str, Any], path: str) -> None:
    assert list(faults(members=[{"member_id": "ana", "name": "Ana"}], rotation={**DAILY, **change})) == [path]


def test_only_members_are_scheduled_and_each_is_listed_once() -> None:
    ana = {"member_id": "ana", "name": "Ana"}
    assert faults(members=[ana, ana])["body"] == "lists a member twice: ana"
    assert faults(members=[ana], rotation=DAILY)["body"] == "schedules somebody who is not a member: bo"
    window = {"starts_at": "2026-01-01T00:00:00Z", "ends_at": "2026-01-02T00:00:00Z"}
    stranger = [{"member_id": "zoe", **window}]
    assert faults(members=[ana], overrides=stranger)["body"] == "schedules somebody who is not a member: zoe"


@pytest.mark.parametrize("ends_at", ["2026-01-01T00:00:00Z", "2025-12-31T00:00:00Z"])
def test_an_override_ends_after_it_starts(ends_at: str) -> None:
    override = {"member_id": "ana", "starts_at": "2026-01-01T00:00:00Z", "ends_at": ends_at}
    found = faults(members=[{"member_id": "ana", "name": "Ana"}], overrides=[override])
    assert found == {"overrides.0": "ends before it starts"}


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("email", "ana"),
        ("email", "a@b@c"),
        ("email", "a\x00@example.com"),
        ("email", "ana@\x9dexample.com"),
        ("email", "ana @example.com"),
        ("email", "ana@example.com\nBcc: all@example.com"),
        ("sms", "0151123456"),
        ("sms", "+49 151 123"),
        ("sms", "+٤٩١٥١١٢٣٤٥٦"),
        ("https", "http://example.com"),
        ("https", "https://"),
        ("https", "https:///path"),
        ("https", "https://exa mple.com"),
        ("https", "https://example.com/" + "x" * 1000),
        ("sqs", "https://sqs.eu-central-1.amazonaws.com/1/q"),
        ("sqs", "arn:aws:sns:eu-central-1:123456789012:topic"),
    ],
)
def test_an_address_that_sns_would_refuse_is_refused_when_the_team_is_put(kind: str, address: str) -> None:
    assert len(faults(channels=[{"type": kind, "address": address}])) == 1


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("email", "ana+pager@example.com"),
        ("sms", "+4915112345678"),
        ("https", "https://hooks.example.com/x?y=1"),
        ("sqs", "arn:aws-us-gov:sqs:us-gov-west-1:123456789012:pager"),
    ],
)
def test_addresses_of_each_kind_are_accepted(kind: str, address: str) -> None:
    channels = [{"type": kind, "address": address}]
    assert Team.model_validate({"name": "T", "channels": channels}).channels[0].address == address


def test_a_team_of_thousands_is_refused_since_one_event_has_to_hold_a_notice_for_each() -> None:
    # An item of DynamoDB has at most 400 KB, and a notice takes a quarter of one.
    assert faults(members=[{"member_id": f"m{number}", "name": "M"} for number in range(2000)])
