"""Many tickets at once: a person gets one message per minute that names them all, and can acknowledge each."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from infra.local.engine import Engine
from infra.local.moto.sns import Alert
from tests.scenarios.desk import CONTRACT, Desk, notices_in

pytestmark = pytest.mark.once_and_twice

NIGHT = datetime(2026, 3, 30, 1, tzinfo=UTC)
"""A Monday at three in the morning in Berlin."""
NINE = datetime(2026, 3, 30, 7, tzinfo=UTC)

FORTY = [f"T-{number}" for number in range(1, 41)]
OFFICE_ONLY = {
    **CONTRACT,
    "customer": {"name": "ACME GmbH", "channels": [{"type": "email", "address": "it@acme.example"}]},
    "targets": {"P2": {"resolution": "8h"}},
}


@pytest.fixture(scope="module")
def morning() -> Iterator[Desk]:
    """Forty tickets came at once overnight; it is ten past nine. Nothing is changed by the tests."""
    with Engine(start=NIGHT) as engine:
        desk = Desk(engine).prepare(OFFICE_ONLY)
        for ticket_id in FORTY:
            desk.open(ticket_id, "P2", subject=f"Printer {ticket_id} is on fire")
        engine.advance_to(NINE + timedelta(minutes=10))
        yield desk
        assert engine.faults == []


def to_ana(desk: Desk) -> list[Alert]:
    return [alert for alert in desk.engine.alerts() if alert.recipient == "ana"]


def test_forty_tickets_of_one_night_are_two_messages_and_the_first_is_not_delayed(morning: Desk) -> None:
    told = [(alert.at, "notices" in alert.message["default"]) for alert in to_ana(morning)]
    assert told == [(NINE, False), (NINE + timedelta(minutes=1), True)]


def test_every_ticket_is_told_once_and_every_log_says_by_which_message(morning: Desk) -> None:
    told = Counter(each["ticket_id"] for alert in to_ana(morning) for each in notices_in(alert))
    assert told == Counter(FORTY)
    messages = {alert.message_id for alert in morning.engine.alerts()}
    for ticket_id in FORTY:
        log = morning.log(ticket_id)
        recorded = {n["notice_id"] for e in log if e["type"] == "notices_recorded" for n in e["details"]["notices"]}
        receipts = [r for e in log if e["type"] == "notices_sent" for r in e["details"]["receipts"]]
        assert sorted(receipt["notice_id"] for receipt in receipts) == sorted(recorded)
        assert {receipt["message_id"] for receipt in receipts} <= messages


def test_the_message_names_all_and_links_to_each(morning: Desk) -> None:
    digest = to_ana(morning)[1]
    assert digest.subject is not None
    assert digest.subject.startswith("39 tickets need you: T-")
    lines = re.findall(r"\[P2\] (T-\d+) needs you: .*\n  https?://\S+/a/\S+\n", digest.body)
    assert len(lines) == len(set(lines)) == 39
    assert len(digest.text_for("sms")) <= 160


def test_the_customer_gets_them_together_without_anything_internal(morning: Desk) -> None:
    to_customer = [alert for alert in morning.engine.alerts() if alert.recipient == "customer"]
    receipts = [alert for alert in to_customer if "customer_receipt" in alert.attributes["kind"]]
    assert [alert.at for alert in receipts] == [NIGHT, NIGHT + timedelta(minutes=1)]
    assert receipts[1].subject is not None
    assert receipts[1].subject.startswith("39 messages about 39 tickets: T-")
    for alert in to_customer:
        for inside in ("frontline", "Frontline", "tier", "/a/", "needs you"):
            assert inside not in alert.body


def test_whoever_filters_by_a_priority_or_a_kind_receives_the_digest_as_well(morning: Desk) -> None:
    attributes = to_ana(morning)[1].attributes
    assert json.loads(attributes["priority"]) == ["P2"]
    assert json.loads(attributes["kind"]) == ["digest", "tier_alert"]
