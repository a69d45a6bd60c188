"""Digests in words: every notice is named, as much as fits is told, and no message is too large for SNS."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.adapters.conftest import REGION, client_of
from tests.adapters.every_message import ShortLinks
from tests.adapters.sms_counter import septets_of
from tocsin.adapters.dynamodb.channels import DynamoChannels
from tocsin.adapters.dynamodb.table import Table
from tocsin.adapters.messages.digests import TemplateDigests
from tocsin.adapters.sns import SnsNotifier
from tocsin.domain.notices.mailbox import Entry
from tocsin.domain.notices.message import Message
from tocsin.domain.notices.notice import Audience, NoticeKind

NINE = datetime(2026, 3, 30, 7, tzinfo=UTC)


def entry(number: int, kind: NoticeKind = NoticeKind.TIER_ALERT, subject: str = "Überlauf", **changes: Any) -> Entry:
    ticket_id = changes.pop("ticket_id", f"ZD-{number}")
    data = {
        "notice_id": f"n-{number}",
        "kind": kind.value,
        "recipient": "ana",
        "helpdesk_id": "acme",
        "ticket_id": ticket_id,
        "contract_id": "acme-gold",
        "priority": "P1",
        "status": "open",
        "tier": 1,
        "about": {"attempt": 1, "reason": "opened"},
        "acknowledge_url": f"https://tocsin.example/a/{number:016}",
    }
    fields = {"audience": Audience.MEMBER, "email": f"All about {ticket_id}.", "link": data["acknowledge_url"]}
    return Entry(
        notice_id=f"n-{number}",
        ticket_id=ticket_id,
        kind=kind,
        posted_at=NINE + timedelta(seconds=number),
        subject=f"[P1] {ticket_id} needs you: {subject}",
        data=data,
        **{**fields, **changes},
    )


def rendered(entries: list[Entry]) -> list[tuple[Message, list[Entry]]]:
    return TemplateDigests(ShortLinks()).render("acme_member_ana", entries, NINE)


def test_alerts_of_several_tickets_are_headed_by_how_many_need_somebody() -> None:
    [(message, told)] = rendered([entry(1), entry(2)])
    assert message.subject == "2 tickets need you: ZD-1, ZD-2"
    assert len(told) == 2


def test_other_notices_are_counted_and_their_tickets_named_once() -> None:
    notices = [entry(1), entry(2, NoticeKind.BREACH, ticket_id="ZD-1"), entry(3, NoticeKind.WARNING)]
    [(message, _)] = rendered(notices)
    assert message.subject == "3 messages about 2 tickets: ZD-1, ZD-3"


def test_a_short_message_is_one_segment_with_a_link_however_many_tickets_there_are() -> None:
    [(message, _)] = rendered([entry(number) for number in range(60)])
    assert septets_of(message.sms) <= 160
    assert message.sms.startswith("60 tickets need you: ZD-0, ")
    assert message.sms.endswith("/a/0123456789abcdef")


def test_the_mail_lists_all_first_and_then_tells_of_each_in_full() -> None:
    [(message, _)] = rendered([entry(1), entry(2)])
    assert message.email.splitlines()[:6] == [
        "2 tickets need you. They came within a minute of another message, so they come together.",
        "",
        "[P1] ZD-1 needs you: Überlauf",
        "  https://tocsin.example/a/0000000000000001",
        "[P1] ZD-2 needs you: Überlauf",
        "  https://tocsin.example/a/0000000000000002",
    ]
    assert message.email.index("All about ZD-1.") < message.email.index("All about ZD-2.")


def test_programs_read_every_notice() -> None:
    [(message, told)] = rendered([entry(1), entry(2)])
    assert message.data["kind"] == "digest"
    assert message.data["notices"] == [each.data for each in told]


def test_customers_get_no_link_and_no_page() -> None:
    customer: dict[str, Any] = {"audience": Audience.CUSTOMER, "link": None}
    [(message, _)] = rendered([entry(number, NoticeKind.CUSTOMER_RECEIPT, **customer) for number in (1, 2)])
    assert "http" not in message.sms + message.email
    assert message.email.startswith("2 messages about 2 tickets. They came within a minute, so we send them together.")


@pytest.mark.parametrize("quoted", ['"' * 90, "ü\\" * 40, "plain"])
@pytest.mark.parametrize("text", ['say "no"\n' * 400, "short"])
def test_whatever_people_write_every_part_is_taken_by_sns_and_none_is_left_out(
    table: Table, quoted: str, text: str
) -> None:
    """SNS takes 256 KB of all forms of a message together, counted as they are sent; moto counts as well."""
    notifier = SnsNotifier(
        client_of("sns"), f"arn:aws:sns:{REGION}:123456789012:tocsin-", "alias/aws/sns", DynamoChannels(table)
    )
    notifier.subscribe("acme_member_ana", [])
    entries = [entry(number, subject=quoted, email=text) for number in range(700)]
    parts = rendered(entries)
    assert [each for _, told in parts for each in told] == entries
    assert len(parts) <= 5
    for message, _ in parts:
        bodies = {"default": json.dumps(message.data, ensure_ascii=False), "email": message.email, "sms": message.sms}
        assert len(json.dumps(bodies, ensure_ascii=False).encode()) < 240_000
        assert notifier.publish(message)


def test_where_not_all_fit_in_full_the_mail_says_so() -> None:
    [(message, _)] = rendered([entry(number, email="x" * 10_000) for number in range(20)])
    assert message.email.count("x" * 10_000) == 5
    assert message.email.endswith(
        "The other 15 are not shown in full here; their texts would not fit into one message."
    )
