"""Schedules are put from files, and shown: as they are, who is on call now, who when."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.infra.cli.terminal import SAMPLES, Terminal, as_json

SAMPLE = SAMPLES / "schedules.yaml"


@pytest.fixture
def operator(operator: Terminal) -> Terminal:
    operator.do("team", "put", SAMPLES / "teams.yaml")
    return operator


def test_a_file_of_schedules_puts_each_of_them(operator: Terminal) -> None:
    assert operator.do("schedule", "put", SAMPLE) == "emea created\n"
    assert operator.do("schedule", "put", SAMPLE) == "emea replaced\n"


def test_gaps_and_double_duty_are_told_when_a_schedule_is_put(operator: Terminal, tmp_path: Path) -> None:
    operator.do("schedule", "put", SAMPLE)
    _, nights = yaml.safe_load(SAMPLE.read_text())["emea"]["layers"]
    file = tmp_path / "nights.yaml"
    file.write_text(yaml.safe_dump({"name": "Nights", "timezone": "Europe/Berlin", "layers": [nights]}))
    told = operator.do("schedule", "put", file, "--id", "nights").splitlines()
    assert told[0] == "nights created"
    assert told[1] == "nobody is on call from 2026-03-27 15:40:00Z to 2026-03-30 20:00:00Z"
    assert "times more in the next 90 days" in told[6]
    assert told[7] == "ana is on call by emea too from 2026-03-30 20:00:00Z to 2026-03-31 04:00:00Z"


def test_a_refused_schedule_names_its_faults_with_its_id(operator: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "schedule.yaml"
    file.write_text(SAMPLE.read_text().replace("[ana]", "[zoe]"))
    refused = operator.refused("schedule", "put", file)
    assert "emea.layers.1.participants.0: there is nobody 'zoe'" in refused


def test_a_shown_schedule_can_be_put_again(operator: Terminal, tmp_path: Path) -> None:
    operator.do("schedule", "put", SAMPLE)
    shown = operator.do("schedule", "show", "emea")
    file = tmp_path / "shown.yaml"
    file.write_text(shown)
    assert operator.do("schedule", "put", file) == "emea replaced\n"
    assert operator.do("schedule", "show", "emea") == shown
    assert as_json(operator.do("schedule", "show", "emea", "--json"))["gaps"] == []
    assert "There is no schedule 'apac'" in operator.refused("schedule", "show", "apac")


def test_it_is_shown_who_is_on_call_until_when_and_who_is_next(operator: Terminal) -> None:
    operator.do("schedule", "put", SAMPLE)
    assert operator.do("schedule", "on-call", "emea").splitlines() == [
        "caro is on call until 2026-03-30 07:00:00Z, by week",
        "then ben from 2026-03-30 07:00:00Z",
    ]
    assert operator.do("schedule", "on-call", "emea", "--at", "2026-01-01T00:00:00Z").splitlines() == [
        "nobody is on call until 2026-01-05 08:00:00Z",
        "then ben from 2026-01-05 08:00:00Z",
    ]
    assert as_json(operator.do("schedule", "on-call", "emea", "--json"))["on_call"] == ["caro"]


def test_shifts_are_listed_with_gaps_in_between(operator: Terminal) -> None:
    operator.do("schedule", "put", SAMPLE)
    asked = ("--from", "2026-01-05T00:00:00Z", "--until", "2026-01-06T12:00:00Z")
    assert operator.do("schedule", "shifts", "emea", *asked).splitlines() == [
        "FROM                  UNTIL                 ON CALL   BY",
        "2026-01-05 00:00:00Z  2026-01-05 08:00:00Z  (nobody)  -",
        "2026-01-05 08:00:00Z  2026-01-05 21:00:00Z  ben       week",
        "2026-01-05 21:00:00Z  2026-01-06 05:00:00Z  ana       nights",
        "2026-01-06 05:00:00Z  2026-01-06 12:00:00Z  ben       week",
    ]
    assert as_json(operator.do("schedule", "shifts", "emea", *asked, "--json"))["layers"][1]["name"] == "nights"


def test_somebody_stands_in_and_is_taken_back(operator: Terminal) -> None:
    operator.do("schedule", "put", SAMPLE)
    time = ("--from", "2026-04-04T07:00:00Z", "--until", "2026-04-05T07:00:00Z")
    said = operator.do("schedule", "override", "emea", "ana", *time, "--reason", "Ben is at a wedding", "--by", "caro")
    assert said == "o2: ana from 2026-04-04 07:00:00Z to 2026-04-05 07:00:00Z\n"
    during = operator.do("schedule", "on-call", "emea", "--at", "2026-04-04T12:00:00Z")
    assert during.startswith("ana is on call until 2026-04-05 07:00:00Z, by override o2")
    assert "overlaps" in operator.refused("schedule", "override", "emea", "caro", *time, "--reason", "Me too")
    assert operator.do("schedule", "take-back", "emea", "o2") == "o2 was taken back at 2026-03-27 15:40:00Z\n"
    assert operator.do("schedule", "overrides", "emea").splitlines()[1].split()[-7:] == [
        *("2026-03-27", "15:40:00Z"),
        *("Ben", "is", "at", "a", "wedding"),
    ]
    assert operator.do("schedule", "overrides", "emea", "--from", "2026-05-01T00:00:00Z").count("\n") == 1
    assert as_json(operator.do("schedule", "overrides", "emea", "--json"))["overrides"][0]["by"] == "caro"


PAGERDUTY = Path(__file__).parents[2] / "adapters" / "feeds" / "pagerduty.ics"
MATCH = ("--match", "Ana Smith=ana", "--match", "ben@elsewhere.example=ben")


def test_the_calendar_of_another_system_is_imported_from_a_file(operator: Terminal) -> None:
    new = ("--name", "Front", "--timezone", "Europe/Berlin")
    told = operator.do("schedule", "import", "front", PAGERDUTY, *MATCH, *new, "--dry-run")
    assert told.splitlines()[-1] == "nothing is stored (--dry-run)"
    told = operator.do("schedule", "import", "front", PAGERDUTY, *MATCH, *new)
    assert told.splitlines()[1].split() == ["2026-03-23", "08:00:00Z", "2026-03-30", "08:00:00Z", "ana"]
    assert told.splitlines()[-1] == "stored"
    assert operator.do("schedule", "on-call", "front").startswith(
        "ana is on call until 2026-03-30 08:00:00Z, by imported"
    )


def test_whoever_is_not_known_is_told_by_the_title_of_the_event(operator: Terminal) -> None:
    refused = operator.refused("schedule", "import", "front", PAGERDUTY, "--name", "F", "--timezone", "UTC")
    assert "the event 'On Call - Ben Okafor - Frontline' names nobody who is known" in refused
    assert "begins with https:// or webcal://" in operator.refused(
        "schedule", "import", "f", "http://example.com/a.ics"
    )
