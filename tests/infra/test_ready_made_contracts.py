"""The ready-made contracts are what their comments say: each is accepted, and each row is due when it should be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from infra.cli.documents import read_document
from infra.topology import ROOT
from tocsin.domain.assessment.contract_examples import faults_of_examples
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.contracts.reading import read_contract
from tocsin.domain.values.faults import Invalid
from tocsin.domain.values.instants import parse_instant
from tocsin.use_cases.contracts.preview_contract import preview_contract

SAMPLES = ROOT / "infra" / "samples"
TEAMS = read_document(SAMPLES / "teams.yaml")
NAMES = ("saas-startup", "enterprise", "internal-it", "regulated")


def document(name: str) -> dict[str, Any]:
    return read_document(SAMPLES / "contracts" / f"{name}.yaml")


def terms(name: str) -> Contract:
    return read_contract(document(name), name, TEAMS.keys(), check=faults_of_examples)


def test_these_are_all_of_them() -> None:
    assert {path.stem for path in (SAMPLES / "contracts").iterdir()} == {*NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_a_ready_made_contract_is_accepted_with_examples_and_the_teams_of_the_samples(name: str) -> None:
    assert len(terms(name).examples) >= 2


class Preview(NamedTuple):
    """A ticket of a contract, the row that it is under, and when what is due, worked out by hand."""

    name: str
    row: str
    ticket: Mapping[str, Any]
    opened_at: str
    due: Mapping[str, str]


BEFORE_EASTER = "2026-04-02T16:30:00Z"
GOOD_FRIDAY = "2026-04-03T20:00:00Z"

PREVIEWS = [
    # Friday 23:00 in Berlin: an hour until the weekend. Monday begins at Sunday 22:00Z, in summer time.
    Preview(
        *("saas-startup", "P1", {"priority": "P1"}, "2026-03-27T22:00:00Z"),
        # 1 h of Friday and 7 h of Monday, which begins at 22:00Z on Sunday.
        {"first_response": "2026-03-27T22:30:00Z", "resolution": "2026-03-30T05:00:00Z"},
    ),
    # A Saturday: from Monday 00:00 = 22:00Z on Sunday, 2 h and 24 h.
    Preview(
        *("saas-startup", "P2", {"priority": "P2"}, "2026-03-28T11:00:00Z"),
        {"first_response": "2026-03-30T00:00:00Z", "resolution": "2026-03-30T22:00:00Z"},
    ),
    # Thursday 10:00 in Berlin; closed on Good Friday and Easter Monday: business days are 7, 8, 9, 10 and 13 April.
    Preview(
        *("saas-startup", "P3", {"priority": "P3"}, "2026-04-02T08:00:00Z"),
        {"first_response": "2026-04-02T16:00:00Z", "resolution": "2026-04-13T22:00:00Z"},
    ),
    # The night of the change of the clocks, which elapsed time does not notice.
    Preview(
        *("enterprise", "P1", {"priority": "P1"}, "2026-03-28T23:30:00Z"),
        {
            "first_response": "2026-03-28T23:45:00Z",
            "periodic_update": "2026-03-29T00:30:00Z",
            "resolution": "2026-03-29T03:30:00Z",
        },
    ),
    Preview(
        *("enterprise", "P2", {"priority": "P2"}, "2026-03-28T23:30:00Z"),
        {
            "first_response": "2026-03-29T00:00:00Z",
            "periodic_update": "2026-03-29T03:30:00Z",
            "resolution": "2026-03-29T07:30:00Z",
        },
    ),
    # Friday 17:00 in Berlin: 1 h of Friday; then 3 h of Monday, or 10 h of Monday, 10 h of Tuesday, 3 h of Wednesday.
    Preview(
        *("enterprise", "P3", {"priority": "P3"}, "2026-03-27T16:00:00Z"),
        {"first_response": "2026-03-30T09:00:00Z", "resolution": "2026-04-01T09:00:00Z"},
    ),
    # Business days: 30 and 31 March, 1 and 2 April, then after Easter 7 to 10, 13 and 14 April; each ends at 18:00.
    Preview(
        *("enterprise", "P4", {"priority": "P4"}, "2026-03-27T16:00:00Z"),
        {"first_response": "2026-03-30T16:00:00Z", "resolution": "2026-04-14T16:00:00Z"},
    ),
    # Friday 15:30 in London, half an hour before the office closes; 3 h 30 m of Monday from 08:00 = 07:00Z.
    Preview(
        *("internal-it", "P1", {"impact": "company", "urgency": "high"}, "2026-03-27T15:30:00Z"),
        {"first_response": "2026-03-27T16:00:00Z", "agent_work": "2026-03-30T10:30:00Z"},
    ),
    # Monday 11:00 in London: 7 h of Monday, 3 h of Tuesday.
    Preview(
        *("internal-it", "P2", {"impact": "department", "urgency": "high"}, "2026-03-30T10:00:00Z"),
        {"first_response": "2026-03-30T12:00:00Z", "agent_work": "2026-03-31T10:00:00Z"},
    ),
    # Thursday 17:30 in London: half an hour, then 3 h 30 m of Tuesday. Business days are 7, 8 and 9 April.
    Preview(
        *("internal-it", "P3", {"impact": "person", "urgency": "high"}, BEFORE_EASTER),
        {"first_response": "2026-04-07T10:30:00Z", "requester_wait": "2026-04-09T17:00:00Z"},
    ),
    # Business days are 7 to 10, 13 to 17 and 20 April.
    Preview(
        *("internal-it", "P4", {"impact": "person", "urgency": "low"}, BEFORE_EASTER),
        {"first_response": "2026-04-07T17:00:00Z", "requester_wait": "2026-04-20T17:00:00Z"},
    ),
    # Around the clock, whatever the priority. The report is owed only when it is solved.
    Preview(
        *("regulated", "0", {"priority": "P2", "category": "data-breach"}, GOOD_FRIDAY),
        {
            "first_response": "2026-04-03T20:30:00Z",
            "pausable_update": "2026-04-04T04:00:00Z",
            "customer_notification": "2026-04-04T20:00:00Z",
        },
    ),
    Preview(
        *("regulated", "1", {"priority": "P2", "category": "outage", "affected_users": 100}, GOOD_FRIDAY),
        {
            "first_response": "2026-04-03T20:15:00Z",
            "resolution": "2026-04-04T00:00:00Z",
            "pausable_update": "2026-04-03T22:00:00Z",
            "customer_notification": "2026-04-04T00:00:00Z",
        },
    ),
    # One user fewer: an outage like any other P1.
    Preview(
        *("regulated", "2", {"priority": "P1", "category": "outage", "affected_users": 99}, GOOD_FRIDAY),
        {
            "first_response": "2026-04-03T20:30:00Z",
            "resolution": "2026-04-04T04:00:00Z",
            "pausable_update": "2026-04-04T00:00:00Z",
        },
    ),
    # Thursday 17:00 in Berlin: 1 h of Thursday, 1 h of Tuesday. Business days are 7 and 8 April.
    Preview(
        *("regulated", "3", {"priority": "P3", "category": "regulator-request"}, "2026-04-02T15:00:00Z"),
        {"first_response": "2026-04-07T07:00:00Z", "resolution": "2026-04-08T16:00:00Z"},
    ),
    # 1 h of Thursday, 3 h of Tuesday. Business days are 7 to 10 and 13 April.
    Preview(
        *("regulated", "4", {"priority": "P3"}, "2026-04-02T15:00:00Z"),
        {"first_response": "2026-04-07T09:00:00Z", "resolution": "2026-04-13T16:00:00Z"},
    ),
]


@pytest.mark.parametrize("preview", PREVIEWS, ids=lambda preview: f"{preview.name}-{preview.row}")
def test_a_ticket_falls_under_its_row_and_is_due_as_worked_out_by_hand(preview: Preview) -> None:
    found = preview_contract(terms(preview.name), 1, preview.ticket, parse_instant(preview.opened_at))
    assert found["targets"] == preview.row
    assert {each["metric"]: each["due_at"] for each in found["obligations"]} == preview.due


def test_every_row_of_every_contract_is_previewed() -> None:
    assert {(name, row.name) for name in NAMES for row in terms(name).rows} == {
        (preview.name, preview.row) for preview in PREVIEWS
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_contract_whose_example_is_wrong_is_refused_with_the_path_and_the_right_instant(name: str) -> None:
    wrong = document(name)
    metric = next(field for field in wrong["examples"][1] if field in ("resolution", "requester_wait"))
    wrong["examples"][1][metric] = "2026-12-01 12:00"
    with pytest.raises(Invalid) as refused:
        read_contract(wrong, name, TEAMS.keys(), check=faults_of_examples)
    [fault] = refused.value.faults
    assert fault.path == f"examples.1.{metric}"
    assert fault.message == f"is due {document(name)['examples'][1][metric]}, not Tue 2026-12-01 12:00"
