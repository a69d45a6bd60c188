"""Whatever goes wrong is a problem of RFC 9457, with its status, and says nothing that it should not."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from tests.handlers.conftest import Api
from tocsin.domain.values import faults
from tocsin.domain.values.faults import Fault, Refused
from tocsin.handlers.api import problems

LATER = "2030-01-01T00:00:00Z"


def subclasses(of: type[Refused]) -> list[type[Refused]]:
    return [each for child in of.__subclasses__() for each in (child, *subclasses(child))]


def test_every_refusal_has_a_status_of_its_own() -> None:
    assert set(subclasses(Refused)) == set(problems.STATUS)
    assert all(400 <= status < 600 for status in problems.STATUS.values())
    assert len(set(problems.STATUS.values())) == len(problems.STATUS)


@pytest.mark.parametrize("kind", list(problems.STATUS))
def test_a_refusal_is_told_with_its_detail_and_its_faults(kind: type[Refused]) -> None:
    error = kind.__new__(kind)
    Refused.__init__(error, "what went wrong ü", [Fault("targets.P1", "is odd")])
    answer = problems.refused(error)
    assert answer.content_type == "application/problem+json"
    body = json.loads(str(answer.body))
    assert body == {
        "type": "about:blank",
        "title": problems.TITLES[answer.status_code],
        "status": answer.status_code,
        "detail": "what went wrong ü",
        "errors": [{"path": "targets.P1", "message": "is odd"}],
    }


def test_who_lost_every_race_is_told_when_to_come_again(api: Api) -> None:
    api.world.open()
    api.world.log.interruptions = [lambda: api.world.report("agent_noted")] * 100
    answer = api.call("POST", "/v1/tickets/T-1/events", {"type": "resolved"})
    assert (answer.status, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert answer.headers["Retry-After"] == "5"
    assert "Retry-After" not in problems.refused(faults.Conflict("no")).headers


def test_a_person_who_lost_every_race_is_shown_a_page_that_says_so(api: Api) -> None:
    api.world.open()
    api.world.log.interruptions = [lambda: api.world.report("agent_noted")] * 100
    link = {"helpdesk": "acme", "ticket": "T-1", "tier": 1, "member": "ana", "notice": "n", "until": LATER}
    answer = api.call("POST", f"/a/{quote(json.dumps(link))}", scopes=None, content_type=None)
    assert (answer.status, answer.headers["Content-Type"]) == (503, "text/html; charset=utf-8")
    assert answer.headers["Retry-After"] == "5"
    assert "press the button again" in answer.body


def test_where_there_are_no_faults_there_is_no_list_of_them() -> None:
    assert "errors" not in json.loads(str(problems.refused(faults.NotFound("nothing")).body))


def test_a_defect_of_ours_tells_the_caller_nothing_about_it(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def burst(*_: object) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr(api.world.log, "events", burst)
    answer = api.call("GET", "/v1/tickets/T-1")
    assert (answer.status, answer.headers["Content-Type"]) == (500, "application/problem+json")
    assert "secret" not in answer.body


def test_a_refusal_before_the_route_is_a_problem_too(api: Api) -> None:
    for answer, status in (
        (api.call("PUT", "/v1/teams/x", {}, scopes="read"), 403),
        (api.call("POST", "/v1/tickets", raw="{"), 400),
        (api.call("POST", "/v1/tickets", raw=" " * 70_000), 413),
    ):
        assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")
        assert answer.json["status"] == status


def test_who_may_not_write_learns_nothing_about_what_they_sent(api: Api) -> None:
    assert api.call("POST", "/v1/tickets", raw="{", scopes="read").status == 403


@pytest.mark.parametrize("path", ["/", "/v1", "/v2/tickets", "/v1/tickets/T-1/secrets"])
def test_an_address_that_means_nothing_is_not_found(api: Api, path: str) -> None:
    answer = api.call("GET", path)
    assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json")
