"""A calendar feed is looked at before it is used: what it would close, what it leaves out, what to put."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.infra.cli.terminal import Shell, Terminal, as_json

ICS = """\
BEGIN:VCALENDAR
BEGIN:VEVENT
UID:c-1
SUMMARY:Christmas \N{EM DASH} Weihnachten
DTSTART;VALUE=DATE:20201225
RRULE:FREQ=YEARLY
END:VEVENT
BEGIN:VEVENT
UID:p-1
SUMMARY:Party \x1b[31m
DTSTART:20261218T160000
DTEND:20261218T200000
END:VEVENT
END:VCALENDAR
"""
YEARS = ("--first-year", "2026", "--last-year", "2027")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "feed.ics"
    path.write_text(ICS, encoding="utf-8")
    return path


def test_every_excluded_day_is_shown_before_the_yaml_to_put(operator: Terminal, file: Path) -> None:
    said = operator.do("calendar", "import", file, *YEARS)
    assert said.splitlines()[:7] == [
        "EXCLUDED    DAY  BECAUSE OF               EVENT",
        "2026-12-25  fri  Christmas — Weihnachten  c-1",
        "2027-12-25  sat  Christmas — Weihnachten  c-1",
        "",
        "LEFT OUT     WHY",
        "Party �[31m  is not all day, but 2026-12-18 from 16:00 to 20:00; for a part of a day write special_days",
        "",
    ]
    assert yaml.safe_load(said[said.index("# For the calendar") :]) == {
        "holidays": {"dates": {f"{year}-12-25": "Christmas — Weihnachten" for year in (2026, 2027)}}
    }


def test_the_answer_of_the_api_can_be_had_as_it_is(operator: Terminal, file: Path) -> None:
    answered = as_json(operator.do("calendar", "import", file, *YEARS, "--json"))
    assert answered.keys() == {"holidays", "excludes", "left_out"}


def test_days_marked_as_free_time_can_be_included(operator: Terminal, file: Path) -> None:
    file.write_text(ICS.replace("UID:c-1", "UID:c-1\nTRANSP:TRANSPARENT"), encoding="utf-8")
    assert "2026-12-25" not in operator.do("calendar", "import", file, *YEARS)
    assert "2026-12-25" in operator.do("calendar", "import", file, *YEARS, "--include-free")


def test_a_file_that_is_no_calendar_is_refused_in_words(operator: Terminal, file: Path) -> None:
    file.write_text("timezone: Europe/Berlin", encoding="utf-8")
    assert "  ics: is not an iCalendar text" in operator.refused("calendar", "import", file, *YEARS)


def test_a_file_that_is_missing_is_told_and_the_years_are_asked_for(shell: Shell, file: Path, tmp_path: Path) -> None:
    shell.variables["TOCSIN_TOKEN"] = "tocsin_unused"
    assert "cannot be read: No such file" in shell.refused("calendar", "import", tmp_path / "nothing.ics", *YEARS)
    assert "--first-year" in shell.misused("calendar", "import", file)
