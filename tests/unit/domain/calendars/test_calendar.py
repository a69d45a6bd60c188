"""The rules of business time one by one, each with the trap it is there for."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from threading import Thread
from zoneinfo import ZoneInfo

import pytest

from tocsin.domain.calendars.calendar import ALWAYS, BusinessCalendar, Interval, NoOpenHours, SpecialDay

Windows = Sequence[tuple[int, int]]
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
WHOLE_DAY = [(0, 86_400)]
WORKDAYS, EVERY_DAY = range(5), range(7)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def hours(opens: float, closes: float) -> tuple[int, int]:
    return int(opens * 3600), int(closes * 3600)


OFFICE = [hours(9, 17)]
NIGHT = [hours(22, 6)]


def calendar(
    windows: Windows,
    weekdays: Sequence[int] = WORKDAYS,
    timezone: str = "UTC",
    holidays: Sequence[str] = (),
    special_days: Mapping[str, Windows] | None = None,
) -> BusinessCalendar:
    closed = {date.fromisoformat(day): f"holiday of {day}" for day in holidays}
    special = {
        special_date(day): SpecialDay(f"special {day}", windows) for day, windows in (special_days or {}).items()
    }
    return BusinessCalendar(timezone, dict.fromkeys(weekdays, windows), lambda _: closed, special)


def special_date(text: str) -> date | tuple[int, int]:
    """A date, or `--12-24` for every year."""
    return (int(text[2:4]), int(text[5:])) if text.startswith("--") else date.fromisoformat(text)


def pause(start: str, end: str | None) -> Interval:
    return Interval(utc(start), utc(end) if end else None)


class TestWindows:
    def test_the_opening_instant_counts_and_the_closing_one_does_not(self) -> None:
        office = calendar(OFFICE)
        assert office.is_open(utc("2024-05-06T09:00"))
        assert office.is_open(utc("2024-05-06T16:59:59.999999"))
        assert not office.is_open(utc("2024-05-06T17:00"))
        assert not office.is_open(utc("2024-05-06T08:59:59.999999"))

    def test_a_start_outside_hours_begins_to_count_at_the_next_opening(self) -> None:
        assert calendar(OFFICE).deadline(utc("2024-05-03T20:00"), HOUR) == utc("2024-05-06T10:00")

    def test_midnight_to_24_00_is_the_whole_day_with_its_last_minute(self) -> None:
        always = calendar(WHOLE_DAY, EVERY_DAY)
        assert always.elapsed(utc("2024-05-06T00:00"), utc("2024-05-13T00:00")) == 7 * DAY
        assert always.is_open(utc("2024-05-06T23:59:30"))

    def test_equal_opening_and_closing_times_mean_24_hours(self) -> None:
        monday = calendar([hours(9, 9)], [0])
        assert monday.elapsed(utc("2024-05-06T00:00"), utc("2024-05-12T00:00")) == DAY
        assert monday.is_open(utc("2024-05-07T08:59"))

    def test_a_closing_at_midnight_written_as_zero_is_the_end_of_the_day(self) -> None:
        assert calendar([hours(18, 0)], [0]).elapsed(utc("2024-05-06T00:00"), utc("2024-05-12T00:00")) == 6 * HOUR

    def test_a_lunch_break_does_not_count(self) -> None:
        office = calendar([hours(9, 12), hours(13, 17)])
        assert office.deadline(utc("2024-05-06T11:30"), HOUR) == utc("2024-05-06T13:30")
        assert office.elapsed(utc("2024-05-06T00:00"), utc("2024-05-07T00:00")) == 7 * HOUR

    def test_overlapping_and_touching_windows_count_once(self) -> None:
        office = calendar([hours(12, 17), hours(9, 12), hours(11, 13)])
        assert office.elapsed(utc("2024-05-06T00:00"), utc("2024-05-07T00:00")) == 8 * HOUR
        assert list(office.open_windows(utc("2024-05-06T00:00"), utc("2024-05-07T00:00"))) == [
            pause("2024-05-06T09:00", "2024-05-06T17:00")
        ]

    def test_an_overnight_shift_belongs_to_the_weekday_on_which_it_starts(self) -> None:
        friday_night = calendar(NIGHT, [4])
        assert friday_night.is_open(utc("2024-05-11T05:59"))
        assert not friday_night.is_open(utc("2024-05-10T05:59"))

    def test_an_overnight_shift_reaches_into_the_next_year(self) -> None:
        night = calendar(NIGHT, EVERY_DAY)
        assert night.deadline(utc("2024-12-31T22:00"), 8 * HOUR) == utc("2025-01-01T06:00")
        assert night.elapsed(utc("2025-01-01T00:00"), utc("2025-01-01T12:00")) == 6 * HOUR

    def test_new_year_is_reached_from_the_old_year(self) -> None:
        always = calendar(WHOLE_DAY, EVERY_DAY)
        assert always.is_open(utc("2024-12-31T23:59"))
        assert always.elapsed(utc("2024-12-31T12:00"), utc("2025-01-01T00:00")) == 12 * HOUR

    def test_microseconds_survive(self) -> None:
        start = utc("2024-05-03T16:59:59.999999")
        assert calendar(OFFICE).deadline(start, timedelta(microseconds=3)) == utc("2024-05-06T09:00:00.000002")
        assert calendar(OFFICE).elapsed(start, utc("2024-05-06T09:00:00.000002")) == timedelta(microseconds=3)


class TestDeadline:
    def test_a_target_used_up_exactly_at_closing_time_is_due_at_that_closing_time(self) -> None:
        assert calendar(OFFICE).deadline(utc("2024-05-03T09:00"), 8 * HOUR) == utc("2024-05-03T17:00")

    def test_one_day_is_24_hours_of_business_time_only_if_somebody_says_24_hours(self) -> None:
        assert calendar(OFFICE).deadline(utc("2024-05-06T09:00"), 24 * HOUR) == utc("2024-05-08T17:00")

    def test_a_target_of_zero_is_due_at_the_first_counting_instant(self) -> None:
        office = calendar(OFFICE)
        assert office.deadline(utc("2024-05-06T10:00"), 0 * HOUR) == utc("2024-05-06T10:00")
        assert office.deadline(utc("2024-05-04T10:00"), 0 * HOUR) == utc("2024-05-06T09:00")
        assert office.deadline(utc("2024-05-03T17:00"), 0 * HOUR) == utc("2024-05-06T09:00")

    def test_a_target_of_zero_waits_for_the_end_of_a_pause(self) -> None:
        office, start = calendar(OFFICE), utc("2024-05-06T10:00")
        pauses = [pause("2024-05-06T11:00", "2024-05-06T18:00"), pause("2024-05-06T10:00", "2024-05-06T12:00")]
        assert office.deadline(start, 0 * HOUR, pauses) == utc("2024-05-07T09:00")
        assert office.deadline(start, 0 * HOUR, [pause("2024-05-06T09:00", None)]) is None
        assert office.deadline(start, 0 * HOUR, [pause("2024-05-06T10:01", None)]) == start

    def test_a_negative_target_is_refused(self) -> None:
        with pytest.raises(ValueError, match="cannot be negative"):
            calendar(OFFICE).deadline(utc("2024-05-06T10:00"), -HOUR)

    def test_a_long_target_reaches_over_years(self) -> None:
        assert ALWAYS.deadline(utc("2019-02-28T12:00"), 3653 * DAY) == utc("2029-02-28T12:00")

    def test_an_end_before_its_start_has_elapsed_nothing(self) -> None:
        assert calendar(OFFICE).elapsed(utc("2024-05-07T10:00"), utc("2024-05-06T10:00")) == timedelta(0)


class TestPauses:
    start = utc("2024-05-06T09:00")

    def due(self, *pauses: Interval) -> datetime | None:
        return calendar(OFFICE).deadline(self.start, 4 * HOUR, pauses)

    def test_a_hold_moves_the_deadline_by_its_business_time_and_not_by_the_wall_clock(self) -> None:
        assert self.due(pause("2024-05-06T12:00", "2024-05-07T10:00")) == utc("2024-05-07T11:00")

    def test_a_pause_that_begins_exactly_at_the_deadline_does_not_move_it(self) -> None:
        assert self.due(pause("2024-05-06T13:00", "2024-05-06T14:00")) == utc("2024-05-06T13:00")
        assert self.due(pause("2024-05-06T12:59", "2024-05-06T14:00")) == utc("2024-05-06T14:01")

    def test_a_pause_that_ends_exactly_at_closing_moves_the_rest_to_the_next_opening(self) -> None:
        assert self.due(pause("2024-05-06T12:00", "2024-05-06T17:00")) == utc("2024-05-07T10:00")

    def test_with_a_pause_still_open_there_is_no_deadline(self) -> None:
        assert self.due(pause("2024-05-06T12:59:59", None)) is None
        assert self.due(pause("2024-05-01T00:00", None)) is None

    def test_an_open_pause_comes_too_late_for_a_target_used_up_when_it_began(self) -> None:
        assert self.due(pause("2024-05-06T13:00", None)) == utc("2024-05-06T13:00")
        assert self.due(pause("2024-05-06T15:00", None)) == utc("2024-05-06T13:00")

    def test_an_earlier_pause_can_push_the_deadline_into_a_later_one(self) -> None:
        later, earlier = pause("2024-05-06T13:30", "2024-05-06T14:30"), pause("2024-05-06T10:00", "2024-05-06T11:00")
        assert self.due(later, earlier) == utc("2024-05-06T15:00")

    def test_overlapping_pauses_count_once(self) -> None:
        assert self.due(
            pause("2024-05-06T10:00", "2024-05-06T12:00"),
            pause("2024-05-06T11:00", "2024-05-06T11:30"),
            pause("2024-05-06T11:00", "2024-05-06T12:30"),
        ) == utc("2024-05-06T15:30")

    def test_a_pause_outside_hours_or_before_the_start_costs_nothing(self) -> None:
        assert self.due(pause("2024-05-06T03:00", "2024-05-06T09:00")) == utc("2024-05-06T13:00")
        weekend = pause("2024-05-03T17:00", "2024-05-06T09:00")
        assert calendar(OFFICE).deadline(utc("2024-05-03T16:00"), 2 * HOUR, [weekend]) == utc("2024-05-06T10:00")

    def test_a_pause_backwards_is_no_pause(self) -> None:
        assert self.due(pause("2024-05-06T12:00", "2024-05-06T10:00")) == utc("2024-05-06T13:00")

    def test_an_open_pause_stops_elapsed_time_where_it_begins(self) -> None:
        pauses = [pause("2024-05-06T11:00", None), pause("2024-05-06T10:00", "2024-05-06T10:30")]
        assert calendar(OFFICE).elapsed(self.start, utc("2024-05-08T00:00"), pauses) == 1.5 * HOUR

    def test_a_pause_after_the_end_does_not_shorten_elapsed_time(self) -> None:
        later = [pause("2024-05-06T11:00", "2024-05-06T12:00")]
        assert calendar(OFFICE).elapsed(self.start, utc("2024-05-06T11:00"), later) == 2 * HOUR


class TestClockChanges:
    def test_a_night_shift_lasts_seven_hours_when_the_clocks_go_forward_and_nine_when_they_go_back(self) -> None:
        night = calendar(NIGHT, EVERY_DAY, "Europe/Berlin")
        assert night.elapsed(utc("2024-03-30T12:00"), utc("2024-03-31T12:00")) == 7 * HOUR
        assert night.elapsed(utc("2024-10-26T12:00"), utc("2024-10-27T12:00")) == 9 * HOUR
        assert night.elapsed(utc("2024-10-27T12:00"), utc("2024-10-28T12:00")) == 8 * HOUR

    def test_the_offset_is_the_one_of_the_instant_and_not_the_one_of_today(self) -> None:
        office = calendar(OFFICE, timezone="Europe/Berlin")
        assert office.next_opening(utc("2024-01-15T00:00")) == utc("2024-01-15T08:00")
        assert office.next_opening(utc("2024-07-15T00:00")) == utc("2024-07-15T07:00")

    def test_lord_howe_changes_its_clocks_by_half_an_hour(self) -> None:
        sunday = calendar(WHOLE_DAY, [6], "Australia/Lord_Howe")
        assert sunday.elapsed(utc("2024-10-01T00:00"), utc("2024-10-08T00:00")) == 23.5 * HOUR
        assert sunday.elapsed(utc("2024-04-02T00:00"), utc("2024-04-09T00:00")) == 24.5 * HOUR

    def test_an_opening_time_that_does_not_exist_moves_forward_by_the_gap(self) -> None:
        sunday = calendar([hours(2.5, 6)], [6], "Europe/Berlin")
        assert sunday.next_opening(utc("2024-03-30T00:00")) == utc("2024-03-31T01:30")  # 03:30 in summer time

    def test_an_opening_time_that_happens_twice_is_the_first(self) -> None:
        sunday = calendar([hours(2.5, 6)], [6], "Europe/Berlin")
        assert sunday.next_opening(utc("2024-10-26T00:00")) == utc("2024-10-27T00:30")
        assert sunday.elapsed(utc("2024-10-26T00:00"), utc("2024-10-28T00:00")) == 4.5 * HOUR

    def test_a_window_that_the_gap_swallows_is_not_open(self) -> None:
        sunday = calendar([hours(2.5, 3)], [6], "Europe/Berlin")
        assert sunday.elapsed(utc("2024-03-30T00:00"), utc("2024-04-01T00:00")) == timedelta(0)

    def test_a_zone_that_changes_its_clocks_there_and_back_within_a_week_is_followed(self) -> None:
        office = calendar(OFFICE, EVERY_DAY, "America/Recife")
        openings = [office.next_opening(utc(f"2000-10-{day:02}T00:00")).hour for day in (7, 9, 13, 14, 16)]
        assert openings == [12, 11, 11, 11, 12]

    def test_the_date_that_apia_skipped_has_no_shifts(self) -> None:
        office = calendar(OFFICE, timezone="Pacific/Apia")
        closing_on_thursday, opening_on_monday = utc("2011-12-30T03:00"), utc("2012-01-01T19:00")
        assert office.next_opening(closing_on_thursday) == opening_on_monday
        assert office.end_of_business_day(closing_on_thursday - HOUR, 1) == opening_on_monday + 8 * HOUR

    def test_a_shift_into_the_date_that_apia_skipped_ends_on_the_date_after_it(self) -> None:
        thursday_night = calendar(NIGHT, [3], "Pacific/Apia")
        assert thursday_night.elapsed(utc("2011-12-29T12:00"), utc("2012-01-01T12:00")) == 8 * HOUR


class TestHolidays:
    def test_a_holiday_closes_its_local_date(self) -> None:
        office = calendar(OFFICE, timezone="Asia/Tokyo", holidays=["2024-05-06"])
        assert office.next_opening(utc("2024-05-05T12:00")) == utc("2024-05-07T00:00")

    def test_a_holiday_cuts_the_tail_of_the_night_before_and_leaves_its_own(self) -> None:
        night = calendar(NIGHT, EVERY_DAY, holidays=["2024-12-25"])
        assert list(night.open_windows(utc("2024-12-24T12:00"), utc("2024-12-26T12:00"))) == [
            pause("2024-12-24T22:00", "2024-12-25T00:00"),
            pause("2024-12-26T00:00", "2024-12-26T06:00"),
        ]

    def test_new_year_cuts_the_last_night_of_the_old_year(self) -> None:
        night = calendar(NIGHT, EVERY_DAY, holidays=["2025-01-01"])
        assert night.deadline(utc("2024-12-31T22:00"), 3 * HOUR) == utc("2025-01-02T01:00")

    def test_holidays_have_names(self) -> None:
        office = calendar(OFFICE, holidays=["2024-05-01"], special_days={"2024-05-01": OFFICE})
        assert office.holiday(date(2024, 5, 1)) == "holiday of 2024-05-01"
        assert office.holiday(date(2024, 5, 2)) is None

    def test_holidays_are_asked_for_once_a_year_and_only_when_needed(self) -> None:
        asked: list[int] = []

        def holidays(year: int) -> Mapping[date, str]:
            asked.append(year)
            return {}

        office = BusinessCalendar("UTC", {0: OFFICE}, holidays)
        assert asked == []
        for _ in range(2):
            office.elapsed(utc("2023-05-06T00:00"), utc("2024-05-06T00:00"))
            office.end_of_business_day(utc("2024-05-06T00:00"), 1)
            office.holiday(date(2023, 5, 6))
        assert sorted(asked) == [2023, 2024]

    def test_holidays_of_other_years_in_an_answer_are_left_to_those_years(self) -> None:
        asked: list[int] = []

        def holidays(year: int) -> Mapping[date, str]:
            asked.append(year)
            return {date(year + 1, 1, 1): "next year's"}

        office = BusinessCalendar("UTC", {0: OFFICE}, holidays)
        assert office.is_open(utc("2024-01-01T10:00"))
        assert office.holiday(date(2024, 1, 1)) is None
        assert asked == [2024]


class TestSpecialDays:
    def test_a_special_day_shortens_a_day(self) -> None:
        office = calendar(OFFICE, special_days={"2024-12-24": [hours(9, 12)]})
        assert office.deadline(utc("2024-12-24T09:00"), 4 * HOUR) == utc("2024-12-25T10:00")

    def test_a_special_day_opens_a_weekend_and_a_holiday(self) -> None:
        office = calendar(OFFICE, holidays=["2024-05-01"], special_days={"2024-05-01": OFFICE, "2024-05-04": OFFICE})
        assert office.is_open(utc("2024-05-01T10:00"))
        assert office.is_open(utc("2024-05-04T10:00"))

    def test_a_special_day_without_hours_has_no_shifts_but_keeps_the_tail_of_the_night_before(self) -> None:
        night = calendar(NIGHT, EVERY_DAY, special_days={"2024-05-07": []})
        assert night.is_open(utc("2024-05-07T05:59"))
        assert night.next_opening(utc("2024-05-07T06:00")) == utc("2024-05-08T22:00")

    def test_a_special_day_far_away_is_waited_for(self) -> None:
        fair = calendar([], special_days={"2024-05-07": OFFICE, "2028-05-07": OFFICE})
        assert fair.deadline(utc("2024-05-01T00:00"), 9 * HOUR) == utc("2028-05-07T10:00")
        assert fair.deadline(utc("2024-05-01T00:00"), 16 * HOUR) == utc("2028-05-07T17:00")
        assert fair.end_of_business_day(utc("2024-05-08T00:00"), 1) == utc("2028-05-07T17:00")
        with pytest.raises(NoOpenHours):
            fair.deadline(utc("2024-05-01T00:00"), 17 * HOUR)

    def test_a_month_and_day_is_special_every_year(self) -> None:
        office = calendar(OFFICE, EVERY_DAY, special_days={"--12-24": [hours(9, 12)]})
        closings = [office.deadline(utc(f"{year}-12-24T08:00"), 3 * HOUR) for year in (1998, 2024, 2031)]
        assert closings == [utc(f"{year}-12-24T12:00") for year in (1998, 2024, 2031)]

    def test_a_date_wins_over_the_same_day_of_every_year(self) -> None:
        office = calendar(OFFICE, EVERY_DAY, special_days={"--12-24": [hours(9, 12)], "2024-12-24": []})
        assert office.next_opening(utc("2024-12-24T00:00")) == utc("2024-12-25T09:00")
        assert office.special_day(date(2024, 12, 24)) == "special 2024-12-24"
        assert office.special_day(date(2025, 12, 24)) == "special --12-24"

    def test_a_special_29th_of_february_comes_in_leap_years_and_is_waited_for(self) -> None:
        office = calendar([], special_days={"--02-29": OFFICE})
        assert office.next_opening(utc("2096-03-01T00:00")) == utc("2104-02-29T09:00")
        assert office.end_of_business_day(utc("2096-03-01T00:00"), 1) == utc("2104-02-29T17:00")

    def test_special_days_around_new_year_are_known_in_both_years(self) -> None:
        office = calendar(OFFICE, special_days={"--12-31": NIGHT, "--01-01": []})
        assert list(office.open_windows(utc("2024-12-31T00:00"), utc("2025-01-02T12:00"))) == [
            pause("2024-12-31T22:00", "2025-01-01T06:00"),
            pause("2025-01-02T09:00", "2025-01-02T12:00"),
        ]

    def test_special_days_have_names_beside_those_of_holidays(self) -> None:
        office = calendar(OFFICE, holidays=["2024-12-24"], special_days={"2024-12-24": [hours(9, 12)]})
        assert office.special_day(date(2024, 12, 24)) == "special 2024-12-24"
        assert office.holiday(date(2024, 12, 24)) == "holiday of 2024-12-24"
        assert office.special_day(date(2024, 12, 25)) is None


class TestEndOfBusinessDay:
    def test_the_third_business_day_after_friday_afternoon_ends_on_wednesday(self) -> None:
        assert calendar(OFFICE).end_of_business_day(utc("2024-05-03T16:00"), 3) == utc("2024-05-08T17:00")

    @pytest.mark.parametrize("start", ["2024-05-03T00:00", "2024-05-03T20:00", "2024-05-05T12:00"])
    def test_a_start_outside_hours_counts_from_its_local_date_too(self, start: str) -> None:
        assert calendar(OFFICE).end_of_business_day(utc(start), 1) == utc("2024-05-06T17:00")

    def test_the_local_date_is_the_one_in_the_zone_of_the_calendar(self) -> None:
        tokyo = calendar(OFFICE, timezone="Asia/Tokyo")
        assert tokyo.end_of_business_day(utc("2024-05-06T16:00"), 1) == utc("2024-05-08T08:00")

    def test_a_holiday_is_not_a_business_day(self) -> None:
        office = calendar(OFFICE, holidays=["2024-05-06"])
        assert office.end_of_business_day(utc("2024-05-03T16:00"), 1) == utc("2024-05-07T17:00")

    def test_an_overnight_shift_ends_its_business_day_on_the_next_date(self) -> None:
        night = calendar(NIGHT)
        assert night.end_of_business_day(utc("2024-05-02T12:00"), 1) == utc("2024-05-04T06:00")
        assert night.end_of_business_day(utc("2024-05-03T12:00"), 1) == utc("2024-05-07T06:00")

    def test_a_holiday_on_the_next_date_ends_an_overnight_shift_at_midnight(self) -> None:
        night = calendar(NIGHT, holidays=["2024-05-08"])
        assert night.end_of_business_day(utc("2024-05-06T12:00"), 1) == utc("2024-05-08T00:00")

    def test_the_last_window_of_the_day_closes_it(self) -> None:
        office = calendar([hours(13, 17), hours(9, 12)])
        assert office.end_of_business_day(utc("2024-05-06T10:00"), 1) == utc("2024-05-07T17:00")

    def test_a_part_day_is_a_business_day_and_a_special_day_without_hours_is_none(self) -> None:
        office = calendar(OFFICE, special_days={"2024-05-06": [hours(9, 12)], "2024-05-07": []})
        assert office.end_of_business_day(utc("2024-05-03T16:00"), 1) == utc("2024-05-06T12:00")
        assert office.end_of_business_day(utc("2024-05-03T16:00"), 2) == utc("2024-05-08T17:00")

    @pytest.mark.parametrize("until", [5, 6])
    def test_a_date_that_is_over_by_the_end_of_the_night_shift_before_is_no_business_day_of_its_own(
        self, until: int
    ) -> None:
        night = calendar(NIGHT, special_days={"2024-05-07": [hours(0, until)]})
        assert night.end_of_business_day(utc("2024-05-05T12:00"), 1) == utc("2024-05-07T06:00")
        assert night.end_of_business_day(utc("2024-05-05T12:00"), 2) == utc("2024-05-09T06:00")
        assert night.end_of_business_day(utc("2024-05-06T12:00"), 1) == utc("2024-05-09T06:00")

    def test_days_are_counted_from_one(self) -> None:
        with pytest.raises(ValueError, match="counted from 1"):
            calendar(OFFICE).end_of_business_day(utc("2024-05-06T10:00"), 0)


class TestBusinessDaysWithPauses:
    friday = utc("2024-05-03T16:00")

    def due(self, *pauses: Interval) -> datetime | None:
        return calendar(OFFICE).end_of_business_day(self.friday, 2, pauses)

    def test_a_day_that_closes_in_a_pause_is_not_counted(self) -> None:
        assert self.due() == utc("2024-05-07T17:00")
        assert self.due(pause("2024-05-06T16:59", "2024-05-06T23:00")) == utc("2024-05-08T17:00")
        assert self.due(pause("2024-05-04T00:00", "2024-05-09T09:00")) == utc("2024-05-10T17:00")

    def test_a_pause_that_is_over_before_the_day_closes_costs_nothing(self) -> None:
        assert self.due(pause("2024-05-06T09:00", "2024-05-06T16:59:59.999999")) == utc("2024-05-07T17:00")

    def test_a_pause_up_to_the_closing_covers_the_time_just_before_it(self) -> None:
        assert self.due(pause("2024-05-06T12:00", "2024-05-06T17:00")) == utc("2024-05-08T17:00")

    def test_a_pause_that_begins_exactly_at_the_deadline_does_not_move_it(self) -> None:
        assert self.due(pause("2024-05-07T17:00", None)) == utc("2024-05-07T17:00")
        assert self.due(pause("2024-05-07T17:00", "2024-05-08T09:00")) == utc("2024-05-07T17:00")

    def test_with_a_pause_still_open_there_is_no_deadline(self) -> None:
        assert self.due(pause("2024-05-07T16:59", None)) is None
        assert self.due(pause("2024-05-01T00:00", None)) is None

    def test_an_earlier_pause_can_push_the_deadline_into_one_that_is_still_open(self) -> None:
        still_open, earlier = pause("2024-05-08T00:00", None), pause("2024-05-06T10:00", "2024-05-06T18:00")
        assert self.due(still_open) == utc("2024-05-07T17:00")
        assert self.due(still_open, earlier) is None

    def test_elapsed_business_days_are_the_closings_that_were_not_paused(self) -> None:
        office, wednesday = calendar(OFFICE), utc("2024-05-08T17:00")
        assert len(office.business_days(self.friday, wednesday)) == 3
        assert len(office.business_days(self.friday, wednesday - timedelta.resolution)) == 2
        assert len(office.business_days(self.friday, wednesday, [pause("2024-05-07T10:00", "2024-05-08T10:00")])) == 2
        assert office.business_days(self.friday, wednesday, [pause("2024-05-06T10:00", None)]) == []

    @pytest.mark.parametrize("end", ["2024-05-01T12:00", "2024-05-03T17:00", "2024-05-06T16:59"])
    def test_none_has_elapsed_before_the_next_business_day_closes(self, end: str) -> None:
        assert calendar(OFFICE).business_days(self.friday, utc(end)) == []


class TestOpenWindows:
    def test_they_are_clipped_to_what_was_asked(self) -> None:
        assert list(calendar(OFFICE).open_windows(utc("2024-05-03T16:00"), utc("2024-05-06T10:00"))) == [
            pause("2024-05-03T16:00", "2024-05-03T17:00"),
            pause("2024-05-06T09:00", "2024-05-06T10:00"),
        ]

    def test_they_run_on_over_new_year(self) -> None:
        years = utc("2023-06-01T00:00"), utc("2026-06-01T00:00")
        assert list(ALWAYS.open_windows(*years)) == [Interval(*years)]

    @pytest.mark.parametrize("end", ["2024-05-06T10:00", "2024-05-01T00:00"])
    def test_there_are_none_in_an_empty_stretch(self, end: str) -> None:
        assert list(calendar(OFFICE).open_windows(utc("2024-05-06T10:00"), utc(end))) == []


class TestAlways:
    def test_always_runs_with_the_wall_clock(self) -> None:
        start = utc("2024-02-28T13:14:15.000016")
        assert ALWAYS.deadline(start, 400 * DAY) == start + 400 * DAY
        assert ALWAYS.elapsed(start, start + 400 * DAY) == 400 * DAY
        assert ALWAYS.next_opening(start) == start
        assert ALWAYS.timezone == "UTC"


class TestNeverOpen:
    @pytest.mark.parametrize("never", [calendar([]), calendar(OFFICE, [6], special_days={"2020-01-01": []})])
    def test_elapsed_time_needs_no_opening(self, never: BusinessCalendar) -> None:
        assert never.elapsed(utc("2024-05-06T00:00"), utc("2024-05-10T00:00")) == timedelta(0)
        assert never.business_days(utc("2024-05-05T18:00"), utc("2024-05-12T16:00")) == []
        assert not never.is_open(utc("2024-05-06T10:00"))

    def test_a_calendar_that_never_opens_has_no_deadline_and_no_opening(self) -> None:
        never, start = calendar([]), utc("2024-05-06T09:00")
        with pytest.raises(NoOpenHours, match="no open hours in 2025"):
            never.deadline(start, HOUR)
        with pytest.raises(NoOpenHours):
            never.next_opening(start)
        with pytest.raises(NoOpenHours, match="no business day after 2024-05-06"):
            never.end_of_business_day(start, 1)

    def test_a_calendar_whose_holidays_close_every_day_never_opens(self) -> None:
        def every_day(year: int) -> Mapping[date, str]:
            return {date(year, 1, 1) + number * DAY: "closed" for number in range(366)}

        with pytest.raises(NoOpenHours):
            BusinessCalendar("Europe/Berlin", {0: OFFICE}, every_day).next_opening(utc("2024-05-06T09:00"))


class TestArguments:
    def test_datetimes_of_any_zone_are_understood_and_answers_are_in_utc(self) -> None:
        office = calendar(OFFICE, timezone="Europe/Berlin")
        in_new_york = datetime(2024, 5, 6, 3, 30, tzinfo=ZoneInfo("America/New_York"))
        due = office.deadline(in_new_york, HOUR, [Interval(in_new_york, in_new_york + HOUR)])
        assert due == utc("2024-05-06T09:30")
        assert due.tzinfo is UTC
        in_zulu = datetime(2024, 5, 6, 7, 30, tzinfo=timezone(timedelta(0), "Z"))
        assert office.elapsed(in_zulu, due) == 2 * HOUR

    def test_wall_times_of_one_zone_are_compared_as_instants(self) -> None:
        berlin = ZoneInfo("Europe/Berlin")
        first, second = (datetime(2024, 10, 27, 2, 30, tzinfo=berlin, fold=fold) for fold in (0, 1))
        assert ALWAYS.elapsed(first, second) == HOUR
        [window] = ALWAYS.open_windows(first, second)
        assert window.start.tzinfo is UTC
        assert window == pause("2024-10-27T00:30", "2024-10-27T01:30")

    def test_a_naive_datetime_is_refused_everywhere(self) -> None:
        office, naive, aware = calendar(OFFICE), datetime(2024, 5, 6, 10), utc("2024-05-06T10:00")  # noqa: DTZ001
        for ask in (
            lambda: office.deadline(naive, HOUR),
            lambda: office.deadline(aware, HOUR, [Interval(naive, None)]),
            lambda: office.elapsed(aware, naive),
            lambda: office.is_open(naive),
            lambda: office.next_opening(naive),
            lambda: office.open_windows(naive, aware),
            lambda: office.end_of_business_day(naive, 1),
            lambda: office.end_of_business_day(aware, 1, [Interval(naive, None)]),
            lambda: office.business_days(aware, naive),
        ):
            with pytest.raises(ValueError, match="without a time zone"):
                ask()

    @pytest.mark.parametrize("name", ["Europe/Atlantis", "Europe", "", "../zones", "zones"])
    def test_an_unknown_time_zone_is_refused(self, name: str) -> None:
        with pytest.raises(ValueError, match="unknown time zone"):
            BusinessCalendar(name, {0: OFFICE})

    @pytest.mark.parametrize("window", [(-1, 3600), (86_400, 3600), (0, 86_401), (0, -1)])
    def test_an_impossible_window_is_refused(self, window: tuple[int, int]) -> None:
        with pytest.raises(ValueError, match="not a window"):
            BusinessCalendar("UTC", {0: [window]})
        with pytest.raises(ValueError, match="not a window"):
            BusinessCalendar("UTC", {}, special_days={date(2024, 5, 6): SpecialDay("fair", [window])})

    def test_an_eighth_weekday_is_refused(self) -> None:
        with pytest.raises(ValueError, match="weekdays are 0"):
            BusinessCalendar("UTC", {7: OFFICE})

    @pytest.mark.parametrize("year", [1, 205, 1899, 2200, 9999])
    def test_a_mistyped_year_is_refused_before_it_costs_memory(self, year: int) -> None:
        with pytest.raises(OverflowError):
            calendar(OFFICE, timezone="Asia/Tokyo").is_open(datetime(year, 6, 1, tzinfo=UTC))

    @pytest.mark.parametrize("at", ["1900-06-01T10:00", "2199-12-30T10:00"])
    def test_the_first_and_last_years_in_range_have_hours(self, at: str) -> None:
        assert calendar(OFFICE, EVERY_DAY).is_open(utc(at))

    def test_a_target_beyond_the_last_year_is_refused(self) -> None:
        with pytest.raises(OverflowError):
            ALWAYS.deadline(utc("2024-05-06T09:00"), 100_000 * DAY)


def test_threads_share_a_calendar() -> None:
    office, fresh = calendar(OFFICE, timezone="Europe/Berlin"), calendar(OFFICE, timezone="Europe/Berlin")
    starts = [utc("2024-05-06T10:00") + number * 97 * DAY for number in range(-15, 15)]
    expected = [fresh.deadline(start, 100 * HOUR) for start in starts]
    answers: list[list[datetime | None]] = []
    threads = [
        Thread(target=lambda: answers.append([office.deadline(start, 100 * HOUR) for start in starts]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [expected] * 4
