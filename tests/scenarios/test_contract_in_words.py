"""A contract is read in plain language, and its escalation as a diagram, in each of its versions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.desk import CONTRACT, Desk

TEXT, DIAGRAM = "/v1/contracts/acme-gold/text", "/v1/contracts/acme-gold/diagram"


def new_version(desk: Desk) -> None:
    customer: dict[str, Any] = {"customer": {"name": "ACME | Söhne"}}
    assert desk.expect(201, "PUT", "/v1/contracts/acme-gold", {**CONTRACT, **customer})["version"] == 2


def test_the_text_is_markdown_about_the_version_that_was_put(desk: Desk) -> None:
    stored = desk.expect(200, "GET", "/v1/contracts/acme-gold")
    response = desk.call("GET", TEXT)
    assert response.status == 200
    assert response.headers["content-type"] == "text/markdown; charset=utf-8"
    assert response.text.startswith("# Service level contract with ACME GmbH\n")
    assert f"SHA-256 of its document: {stored['sha256']}." in response.text
    assert f"version 1, put at {stored['put_at']}." in response.text
    assert "| 1 | priority P1 | 15 minutes | 4 hours | 2 hours | around the clock |" in response.text


def test_the_dates_of_its_term_are_answered_with_the_contract_and_said_in_its_text(desk: Desk) -> None:
    assert desk.expect(200, "GET", "/v1/contracts/acme-gold")["term"] is None
    terms = {"effective_from": "2026-01-31", "term": "13 months", "notice_days": 30, "transition_days": 14}
    term = {
        "begins_on": "2026-01-31",
        "ends_on": "2027-02-28",
        "notice_by": "2027-01-29",
        "measured_until": "2027-03-14",
    }
    dated = desk.expect(201, "PUT", "/v1/contracts/acme-gold", {**CONTRACT, **terms})
    assert dated["term"] == term
    assert desk.expect(200, "GET", "/v1/contracts/acme-gold")["term"] == term
    written = desk.call("GET", TEXT).text
    assert "It runs for 13 months from the day on which it takes effect; its last day is 2027-02-28." in written
    assert "It is terminated with a notice of 30 days, so by 2027-01-29." in written
    assert "served and measured under it for 14 days after its end, until 2027-03-14." in written
    open_ended = {name: value for name, value in terms.items() if name != "notice_days"}
    assert desk.expect(201, "PUT", "/v1/contracts/acme-gold", {**CONTRACT, **open_ended})["term"]["notice_by"] is None


def test_the_diagram_is_a_mermaid_flowchart(desk: Desk) -> None:
    response = desk.call("GET", DIAGRAM)
    assert response.status == 200
    assert response.headers["content-type"] == "text/vnd.mermaid; charset=utf-8"
    assert response.text.startswith("flowchart TD\n")
    assert 'tier1 -->|"nobody acknowledges within 15 minutes"| tier2' in response.text


def test_an_earlier_version_can_still_be_read(desk: Desk) -> None:
    new_version(desk)
    assert "ACME \\| Söhne" in desk.call("GET", TEXT).text
    assert "ACME GmbH" in desk.call("GET", f"{TEXT}?version=1").text
    assert "ACME GmbH" in desk.call("GET", f"{DIAGRAM}?version=1").text
    assert desk.call("GET", f"{TEXT}?version=2").text == desk.call("GET", TEXT).text


@pytest.mark.parametrize("address", [TEXT, DIAGRAM])
def test_what_there_is_not_is_not_found_and_what_is_no_version_is_refused(desk: Desk, address: str) -> None:
    assert desk.expect(404, "GET", f"{address}?version=2")["detail"] == "There is no version 2 of contract 'acme-gold'."
    other = address.replace("acme-gold", "globex")
    assert desk.expect(404, "GET", other)["detail"] == "There is no contract 'globex'."
    for wrong in ("0", "-1", "one"):
        [fault] = desk.expect(422, "GET", f"{address}?version={wrong}")["errors"]
        assert "version" in fault["path"]
