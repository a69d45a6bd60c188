"""`/a/{token}` over HTTP: a page for people, JSON for chats, by form or by JSON."""

from __future__ import annotations

import html
import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.handlers.conftest import Answer, Api
from tests.unit.story import after
from tests.unit.use_cases.tickets.test_acknowledge import link_to

FORM = "application/x-www-form-urlencoded"
PROBLEM = "application/problem+json"


@pytest.fixture
def link(api: Api) -> str:
    """Of Ana's alert."""
    api.world.open()
    api.world.run()
    return f"/a/{quote(link_to(api.world, 'ana'))}"


def post(api: Api, link: str, raw: str | bytes | None = None, content_type: str | None = FORM, **more: Any) -> Answer:
    return api.call("POST", link, raw=raw, content_type=content_type, scopes=None, **more)


def test_a_form_says_what_to_do_and_gets_a_page(api: Api, link: str) -> None:
    answer = post(api, link, "action=decline&reason=On+a+train+%C3%BC")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "You have declined" in answer.body
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert api.world.events[-1].reason == "On a train ü"


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [(None, None), ("", FORM), (b"", FORM), ("action=&reason=", FORM), ("{}", "application/json"), ("x=1", FORM)],
)
def test_what_names_no_action_acknowledges(api: Api, link: str, raw: str | bytes | None, content_type: str) -> None:
    assert post(api, link, raw, content_type).status == 200
    assert api.world.types()[-1] == "acknowledged"


def test_json_gets_json_with_who_has_it_and_what_comes_next(api: Api, link: str) -> None:
    answer = post(api, link, json.dumps({"action": "acknowledge"}), "application/json; charset=utf-8")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    ana = {"id": "ana", "name": "Ana"}
    assert answer.json == {
        "ticket_id": "T-1",
        "status": "open",
        "you": ana,
        "done": "acknowledge",
        "has_it": ana,
        "title": "You have it",
        "text": answer.json["text"],
        "possible": ["snooze", "hand_over", "escalate", "will_be_missed", "decline"],
        "snooze_until": "2026-03-30T09:00:00Z",
        "colleagues": [{"id": "ben", "name": "Ben"}, {"id": "dora", "name": "Dora"}],
        "tickets": [],
    }
    assert "Nobody else is alerted." in answer.json["text"]


def test_who_asks_for_json_gets_it_and_looking_changes_nothing(api: Api, link: str) -> None:
    before = api.world.types()
    answer = api.call("GET", link, content_type=None, scopes=None, headers={"Accept": "application/json"})
    assert (answer.json["done"], answer.json["has_it"]) == (None, None)
    assert answer.json["possible"] == ["acknowledge", "snooze", "hand_over", "escalate", "will_be_missed", "decline"]
    assert api.world.types() == before
    browser = "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8"
    page = api.call("GET", link, content_type=None, scopes=None, headers={"Accept": browser})
    assert page.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    ("raw", "content_type", "status"),
    [
        ("action=explode", FORM, 422),
        ("action=decline&reson=x", FORM, 422),
        ("action=decline&action=acknowledge", FORM, 400),
        ("action=decline&reason=%FF", FORM, 400),
        ("&".join(f"a{n}=1" for n in range(60)), FORM, 400),
        ("x" * 70_000, FORM, 413),
        ("action: decline", "text/plain", 415),
    ],
)
def test_a_form_with_faults_gets_a_page_that_says_so_and_changes_nothing(
    api: Api, link: str, raw: str, content_type: str, status: int
) -> None:
    before = api.world.types()
    answer = post(api, link, raw, content_type)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert "Nothing was changed" in answer.body
    assert api.world.types() == before


@pytest.mark.parametrize(
    ("raw", "status"),
    [('{"action": "explode"}', 422), ('{"action": 3}', 422), ("[]", 400), ("{", 400), ('{"a": NaN}', 400)],
)
def test_json_with_faults_gets_a_problem(api: Api, link: str, raw: str, status: int) -> None:
    answer = post(api, link, raw, "application/json")
    assert (answer.status, answer.headers["Content-Type"]) == (status, PROBLEM)


def test_what_is_not_possible_now_is_said_in_words_in_both_forms(api: Api, link: str) -> None:
    api.world.report("acknowledged", actor={"kind": "agent", "id": "ben"})
    page = post(api, link, "action=decline")
    assert page.status == 409
    assert "<p>Somebody else has the ticket by now.</p>\n<h2>Ben has it</h2>" in page.body
    problem = post(api, link, '{"action": "decline"}', "application/json")
    assert (problem.status, problem.json["detail"]) == (409, "Somebody else has the ticket by now.")
    forged = post(api, "/a/x", '{"action": "decline"}', "application/json")
    assert (forged.status, forged.headers["Content-Type"]) == (404, PROBLEM)


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ("action=snooze&for=30m", 200, "You have snoozed it"),
        ("action=snooze&for=2h", 422, "for: may not be later than 2026-03-30T09:00:00Z"),
        ("action=snooze&for=0m", 422, "for: must be longer than zero"),
        ("action=snooze", 422, "needs `until`, an instant, or `for`"),
        ("action=snooze&for=5m&until=2026-03-30T08:05:00Z", 422, "and not both"),
        ("action=snooze&until=2026-03-30T07:00:00Z", 422, "until: must be later than the snooze itself"),
        ("action=snooze&until=tomorrow", 422, "until: is not an instant"),
    ],
)
def test_a_snooze_is_bounded_and_what_is_too_long_is_said(
    api: Api, link: str, fields: str, status: int, said: str
) -> None:
    answer = post(api, link, fields)
    assert (answer.status, said in html.unescape(answer.body)) == (status, True)
    assert api.world.types().count("snoozed") == (status == 200)


def test_a_form_that_tells_the_customer_says_what_will_be_late_and_when_it_is_expected(api: Api, link: str) -> None:
    answer = post(api, link, "action=will_be_missed&metric=resolution&expected_in=8h")
    assert (answer.status, "<h1>The customer is told</h1>" in answer.body) == (200, True)
    said = api.world.events[-1]
    assert (said.type, said.metric, said.due_at, said.expected_at) == (
        "breach_expected",
        "resolution",
        after(240),
        after(480),
    )
    assert post(api, link, "action=will_be_missed&metric=resolution").status == 200
    assert api.world.types().count("breach_expected") == 1, "the customer is told once"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ("metric=periodic_update", "metric: the customer has no such promise that runs and is not late"),
        ("metric=resolution&expected_in=1h", "expected_at: is no later than the deadline"),
        ("expected_in=1h&expected_at=2026-03-30T09:00:00Z", "and not both"),
    ],
)
def test_what_cannot_be_late_is_refused(api: Api, link: str, fields: str, said: str) -> None:
    answer = post(api, link, f"action=will_be_missed&{fields}")
    assert (answer.status, said in html.unescape(answer.body)) == (422, True)
    assert "breach_expected" not in api.world.types()
