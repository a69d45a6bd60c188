"""The link in an alert: GET shows, POST acts, once, in the name of the person it was sent to."""

from __future__ import annotations

import re

import pytest
from itsdangerous import URLSafeSerializer

from infra.local.gateway_events import Response
from tests.scenarios.desk import Desk


def follow(desk: Desk, method: str, link: str) -> Response:
    return desk.engine.request(method, link)


def test_looking_at_the_link_changes_nothing_however_often_a_scanner_does(desk: Desk) -> None:
    desk.open()
    link = desk.link_to("ana")
    pages = [follow(desk, "GET", link) for _ in range(3)]
    assert [page.status for page in pages] == [200, 200, 200]
    assert "<button" in pages[0].body.decode()
    assert desk.types() == ["opened", "tier_alerted"]


@pytest.mark.once_and_twice
def test_pressing_the_button_acknowledges_and_says_so(desk: Desk) -> None:
    desk.open()
    page = follow(desk, "POST", desk.link_to("ana"))
    assert (page.status, "You have it" in page.body.decode()) == (200, True)
    assert desk.ticket()["escalation"]["acknowledged_by"] == "ana"


def test_pressing_it_twice_records_it_once(desk: Desk) -> None:
    desk.open()
    link = desk.link_to("ana")
    follow(desk, "POST", link)
    page = follow(desk, "POST", link)
    assert "You have it" in page.body.decode()
    assert desk.types().count("acknowledged") == 1


@pytest.mark.once_and_twice
def test_the_second_person_has_it_and_the_first_is_told_and_sees_so_by_the_used_link(desk: Desk) -> None:
    desk.open()
    first = desk.link_to("ana")
    desk.engine.advance(minutes=15)
    follow(desk, "POST", first)
    follow(desk, "POST", desk.link_to("ben"))
    desk.engine.advance(minutes=1)
    assert ("handover", "ana") in desk.told("handover")
    page = follow(desk, "POST", first)
    assert "Ben (Engineering) has had it since" in page.body.decode()
    assert desk.ticket()["escalation"]["acknowledged_by"] == "ben"


@pytest.mark.once_and_twice
def test_the_customer_and_the_tier_before_learn_that_engineering_has_it(desk: Desk) -> None:
    desk.open()
    desk.report("agent_replied", actor={"kind": "bot"})
    desk.engine.advance(minutes=15)
    follow(desk, "POST", desk.link_to("ben"))
    assert [who for _, who in desk.told("handover")] == ["frontline", "ana", "engineering"]
    [update] = desk.alerts("customer_update")
    assert "Engineering has taken over your report" in update.body
    assert "by Fri 27 Mar 18:40 CET." in update.body


@pytest.mark.once_and_twice
def test_a_used_link_acknowledges_anew_after_a_reopening(desk: Desk) -> None:
    """Its page shows a button only where pressing it does something."""
    desk.open()
    link = desk.link_to("ana")
    follow(desk, "POST", link)
    assert ">I have it<" not in follow(desk, "GET", link).body.decode()
    desk.report("resolved")
    assert ">I have it<" not in follow(desk, "GET", link).body.decode()
    desk.report("reopened")
    assert ">I have it<" in follow(desk, "GET", link).body.decode()
    page = follow(desk, "POST", link).body.decode()
    assert "You have it" in page
    assert ">I have it<" not in page
    assert desk.ticket()["escalation"]["acknowledged_by"] == "ana"
    assert desk.types().count("acknowledged") == 2


def test_a_mail_that_is_no_alert_links_to_the_page_too(desk: Desk) -> None:
    desk.open()
    desk.engine.advance(minutes=12)
    warning = next(alert for alert in desk.alerts("warning") if alert.recipient == "ana")
    [link] = re.findall(r"https?://\S+?(/(?:v1|a)/\S+)", warning.body)
    assert "<button" in follow(desk, "GET", link).body.decode()
    assert "You have it" in follow(desk, "POST", link).body.decode()


def test_the_page_shows_the_deadline_the_clocks_and_who_was_alerted(desk: Desk) -> None:
    desk.open(reference="https://helpdesk.example/T-1")
    desk.engine.advance(minutes=15)
    page = follow(desk, "GET", desk.link_to("ben")).body.decode()
    for piece in (
        "<dt>Acknowledge by</dt><dd>Fri 27 Mar 17:25 CET</dd>",
        "<dt>First response</dt><dd>late; it was due Fri 27 Mar 16:55 CET</dd>",
        "<li>Fri 27 Mar 16:40 CET: Frontline (Ana)</li>",
        '<a href="https://helpdesk.example/T-1"',
        "<dt>You are</dt><dd>Ben</dd>",
    ):
        assert piece in page


def test_an_acknowledgement_after_the_end_is_recorded_and_changes_nothing(desk: Desk) -> None:
    desk.open()
    link = desk.link_to("ana")
    desk.report("resolved")
    page = follow(desk, "POST", link)
    assert "is resolved" in page.body.decode()
    assert desk.types()[-1] == "acknowledged"
    assert desk.ticket()["status"] == "resolved"
    assert [each.status for each in desk.engine.executions()] == ["SUCCEEDED"]


def test_a_forged_link_is_refused(desk: Desk) -> None:
    desk.open()
    token = desk.link_to("ana").rpartition("/")[2]
    forged = URLSafeSerializer("guessed").dumps({"ticket": "T-1", "member": "mallory"})
    for tried in (forged, "x", token[:-1], f"{token}x", token.swapcase(), token[::-1]):
        page = follow(desk, "POST", f"/a/{tried}")
        assert (page.status, "<button" in page.body.decode()) == (404, False)
    assert desk.types() == ["opened", "tier_alerted"]


def test_a_link_is_short_enough_for_a_text_message(desk: Desk) -> None:
    desk.open()
    assert len(desk.link_to("ana")) <= len("/a/") + 16


def test_a_link_outlives_the_rotation_of_the_signing_key_and_new_ones_are_signed_with_the_new_key(desk: Desk) -> None:
    desk.open()
    old = desk.link_to("ana")
    secrets, key = desk.engine.client("secretsmanager"), desk.engine.attributes["SigningKeyArn"]
    secrets.put_secret_value(SecretId=key, SecretString="the next key")
    desk.engine.advance(minutes=15)
    assert "Do you have it?" in follow(desk, "GET", desk.link_to("ben")).body.decode()
    assert "Do you have it?" in follow(desk, "GET", old).body.decode()
    secrets.put_secret_value(SecretId=key, SecretString="the one after that")
    desk.engine.advance(minutes=5)
    assert follow(desk, "GET", old).status == 404


def test_a_link_expires_after_three_days(desk: Desk) -> None:
    desk.open()
    link = desk.link_to("ana")
    desk.engine.advance(days=3, seconds=1)
    assert follow(desk, "GET", link).status == 410
    assert follow(desk, "POST", link).status == 410


def test_the_page_cannot_be_framed_cached_or_indexed_and_shows_text_as_text(desk: Desk) -> None:
    desk.open(subject="<script>alert(1)</script>")
    page = follow(desk, "GET", desk.link_to("ana"))
    headers = {name.lower(): page.headers[name] for name in page.headers}
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert headers["x-robots-tag"] == "noindex"
    assert headers["referrer-policy"] == "no-referrer"
    assert "<script>" not in page.body.decode()
