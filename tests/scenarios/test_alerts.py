"""What people are sent: through which topic, in which form, and never twice."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from infra.local.engine import Engine
from tests.scenarios.desk import CONTRACT, Desk

pytestmark = pytest.mark.once_and_twice


def subscriptions(engine: Engine, topic: str) -> set[tuple[str, str]]:
    arn = engine.attributes["TopicArnPrefix"] + topic
    found = engine.client("sns").list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    return {(each["Protocol"], each["Endpoint"]) for each in found}


def test_a_team_has_a_topic_a_member_has_a_topic_and_a_contract_has_one_for_its_customer(desk: Desk) -> None:
    arns = {each["TopicArn"] for each in desk.engine.client("sns").list_topics()["Topics"]}
    prefix = desk.engine.attributes["TopicArnPrefix"]
    names = ["acme_team_frontline", "acme_member_ana", "acme_customer_acme-gold"]
    assert {f"{prefix}{name}" for name in names} <= arns
    assert subscriptions(desk.engine, "acme_member_ana") == {("email", "ana@example.com")}


def test_a_member_of_two_teams_keeps_the_channels_of_the_other_team(desk: Desk) -> None:
    ana = {"member_id": "ana", "name": "Ana", "channels": [{"type": "sms", "address": "+4915112345678"}]}
    desk.expect(201, "PUT", "/v1/teams/night", {"name": "Night", "members": [ana]})
    both = {("email", "ana@example.com"), ("sms", "+4915112345678")}
    assert subscriptions(desk.engine, "acme_member_ana") == both
    desk.expect(200, "PUT", "/v1/teams/frontline", {"name": "Frontline", "members": []})
    assert subscriptions(desk.engine, "acme_member_ana") == {("sms", "+4915112345678")}


def test_an_alert_carries_attributes_to_filter_by(desk: Desk) -> None:
    desk.open()
    [alert] = [alert for alert in desk.alerts("tier_alert") if alert.recipient == "ana"]
    attributes = dict(alert.attributes)
    assert len(attributes.pop("notice_id")) == 32
    assert attributes == {
        "helpdesk": "acme",
        "contract": "acme-gold",
        "ticket_id": "T-1",
        "priority": "P1",
        "kind": "tier_alert",
        "tier": "1",
        "recipient": "ana",
    }


def test_a_mail_tells_the_situation_what_is_owed_and_the_hand_off(desk: Desk) -> None:
    desk.open(handoff={"integration id": "sf-7731", "steps to reproduce": "press Sync now"})
    body = desk.alerts("tier_alert")[0].body
    for piece in (
        "Sync stopped",
        "ACME GmbH",
        "due Fri 27 Mar 16:55 CET",
        "sf-7731",
        "press Sync now",
    ):
        assert piece in body


def test_a_mail_says_what_was_written(desk: Desk) -> None:
    desk.open(subject="Can't reach <nächtlicher Abgleich>")
    alert = desk.alerts("tier_alert")[0]
    assert alert.subject == "[P1] T-1 needs you: Can't reach <naechtlicher Abgleich>"
    assert "T-1: Can't reach <nächtlicher Abgleich>\n" in alert.body
    assert json.loads(alert.message["default"])["attributes"]["subject"] == "Can't reach <nächtlicher Abgleich>"


def test_who_is_woken_by_a_breach_reads_first_why(desk: Desk) -> None:
    desk.open()
    desk.engine.advance(minutes=15)
    kinds = [alert.attributes["kind"] for alert in desk.alerts() if alert.recipient == "ben"]
    assert kinds == ["tier_alert", "breach"]


def test_a_tier_that_did_not_resolve_in_time_is_the_reason_that_the_next_one_reads(desk: Desk) -> None:
    tiers = [
        {"team": "frontline", "acknowledge_within": "15m", "resolve_within": "1h"},
        {"team": "engineering", "acknowledge_within": "15m"},
    ]
    desk.expect(201, "PUT", "/v1/contracts/acme-gold", {**CONTRACT, "escalation": {"tiers": tiers}})
    desk.open()
    desk.acknowledge("ana")
    desk.engine.advance(hours=1)
    alert = next(alert for alert in desk.alerts("tier_alert") if alert.recipient == "ben")
    assert "because the tier before did not resolve it in time." in alert.body.splitlines()[0]
    assert "reopened" not in alert.body


def test_a_short_message_names_nobody_and_no_subject(desk: Desk) -> None:
    desk.open(subject="Jane Doe cannot log in", requester="jane@example.com")
    text = desk.alerts("tier_alert")[0].message["sms"]
    assert "T-1" in text
    assert "Jane" not in text
    assert "jane@" not in text


def test_machines_receive_versioned_json(desk: Desk) -> None:
    desk.open()
    alert = desk.alerts("tier_alert")[0]
    data = json.loads(alert.message["default"])
    assert (data["version"], data["kind"], data["ticket_id"], data["tier"]) == (1, "tier_alert", "T-1", 1)
    assert data["acknowledge_url"].startswith("http")
    assert data["notice_id"] == alert.attributes["notice_id"]


@pytest.mark.parametrize("subject", ["Ünïcode 🔥 subject", "two\nlines\r\nBcc: all@example.com", "x" * 300, ""])
def test_whatever_the_subject_is_the_line_fits_sns(desk: Desk, subject: str) -> None:
    desk.open(subject=subject)
    for alert in desk.alerts():
        assert alert.subject
        assert len(alert.subject) < 100
        assert alert.subject.isascii()
        assert alert.subject.isprintable()


def test_no_notice_is_sent_twice_and_every_receipt_is_in_the_log(desk: Desk) -> None:
    desk.open()
    desk.engine.advance(hours=6)
    desk.report("agent_replied")
    desk.report("resolved")
    ids = Counter(alert.attributes["notice_id"] for alert in desk.alerts())
    assert set(ids.values()) == {1}
    log = desk.log()
    recorded = {n["notice_id"] for e in log if e["type"] == "notices_recorded" for n in e["details"]["notices"]}
    receipts = {
        r["notice_id"]: r["message_id"] for e in log if e["type"] == "notices_sent" for r in e["details"]["receipts"]
    }
    assert recorded == set(ids) == set(receipts)
    assert {alert.message_id for alert in desk.alerts()} == set(receipts.values())
