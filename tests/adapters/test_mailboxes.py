"""Mailboxes in memory and on DynamoDB: who may send at once, what waits, and who empties it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.adapters.conftest import FORMS
from tests.unit.fakes import FakeMailboxes
from tocsin.adapters.dynamodb.mailboxes import DynamoMailboxes
from tocsin.domain.notices.mailbox import MOST_ABOUT_ONE_TICKET, WINDOW, Entry
from tocsin.domain.notices.notice import Audience, NoticeKind, Receipt
from tocsin.ports.notices import Mailboxes

NOW = datetime(2026, 3, 30, 9, tzinfo=UTC)
ANA = "acme_member_ana"


def entry(notice_id: str, ticket_id: str = "T-2", link: str | None = "https://tocsin.example/a/x") -> Entry:
    return Entry(
        notice_id=notice_id,
        ticket_id=ticket_id,
        kind=NoticeKind.TIER_ALERT,
        audience=Audience.MEMBER,
        posted_at=NOW + timedelta(seconds=1),
        subject=f"{ticket_id} needs you: Überlauf",
        email="in full",
        link=link,
        data={"ticket_id": ticket_id, "tier": 1, "about": {"attempt": 1}},
    )


@pytest.fixture(params=FORMS)
def mailboxes(request: pytest.FixtureRequest) -> Mailboxes:
    return FakeMailboxes() if request.param == "in memory" else DynamoMailboxes(request.getfixturevalue("table"))


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


class TestAdmitting:
    def test_the_first_message_of_a_minute_goes_out_at_once_and_one_about_another_ticket_does_not(
        self, mailboxes: Mailboxes
    ) -> None:
        assert mailboxes.admits(ANA, "T-1", NOW)
        assert not mailboxes.admits(ANA, "T-2", NOW)
        assert not mailboxes.admits(ANA, "T-2", later(59.999999))
        assert mailboxes.admits(ANA, "T-2", NOW + WINDOW)

    def test_topics_are_left_alone_one_by_one(self, mailboxes: Mailboxes) -> None:
        assert mailboxes.admits(ANA, "T-1", NOW)
        assert mailboxes.admits("acme_member_ben", "T-2", NOW)

    def test_a_few_more_about_the_same_ticket_go_out_as_well(self, mailboxes: Mailboxes) -> None:
        admitted = [mailboxes.admits(ANA, "T-1", later(second)) for second in range(MOST_ABOUT_ONE_TICKET + 2)]
        assert admitted.count(True) == MOST_ABOUT_ONE_TICKET
        assert admitted[0]
        assert not admitted[-1]

    def test_what_failed_does_not_count(self, mailboxes: Mailboxes) -> None:
        for second in range(20):
            assert mailboxes.admits(ANA, "T-1", later(second))
            mailboxes.not_sent(ANA)

    def test_nothing_overtakes_what_waits_not_even_after_the_minute(self, mailboxes: Mailboxes) -> None:
        mailboxes.admits(ANA, "T-1", NOW)
        mailboxes.leave(ANA, entry("n-2"))
        assert not mailboxes.admits(ANA, "T-1", later(1))
        assert not mailboxes.admits(ANA, "T-3", later(3600))


class TestWaiting:
    def test_what_is_left_waits_until_the_minute_is_over_and_the_first_is_told_so(self, mailboxes: Mailboxes) -> None:
        mailboxes.admits(ANA, "T-1", NOW)
        first, second = mailboxes.leave(ANA, entry("n-2")), mailboxes.leave(ANA, entry("n-3", "T-3", link=None))
        assert (first.closes_at, second.closes_at) == (NOW + WINDOW, NOW + WINDOW)
        assert (first.first, second.first) == (True, False)
        by_id = {each.notice_id: each for each in mailboxes.waiting(ANA)}
        assert by_id == {"n-2": entry("n-2"), "n-3": entry("n-3", "T-3", link=None)}

    def test_what_is_left_twice_waits_once(self, mailboxes: Mailboxes) -> None:
        mailboxes.admits(ANA, "T-1", NOW)
        for _ in range(2):
            mailboxes.leave(ANA, entry("n-2"))
        assert len(mailboxes.waiting(ANA)) == 1

    def test_what_went_out_waits_no_more_and_its_message_is_known(self, mailboxes: Mailboxes) -> None:
        mailboxes.admits(ANA, "T-1", NOW)
        for number in range(40):
            mailboxes.leave(ANA, entry(f"n-{number}"))
        mailboxes.carried(ANA, [Receipt(f"n-{number}", "m-1", 39) for number in range(39)], NOW)
        assert [each.notice_id for each in mailboxes.waiting(ANA)] == ["n-39"]
        assert mailboxes.receipt(ANA, "n-38") == Receipt("n-38", "m-1", 39)
        assert mailboxes.receipt(ANA, "n-39") is mailboxes.receipt("acme_member_ben", "n-0") is None


class TestEmptying:
    def test_one_may_empty_it_when_the_minute_is_over_and_the_next_a_minute_later(self, mailboxes: Mailboxes) -> None:
        mailboxes.admits(ANA, "T-1", NOW)
        mailboxes.leave(ANA, entry("n-2"))
        assert mailboxes.claim(ANA, later(59)) == later(60)
        assert mailboxes.claim(ANA, later(60)) is None
        assert mailboxes.claim(ANA, later(61)) == later(120)
        assert mailboxes.claim(ANA, later(120)) is None

    def test_whoever_empties_it_opens_the_next_minute(self, mailboxes: Mailboxes) -> None:
        mailboxes.admits(ANA, "T-1", NOW)
        mailboxes.leave(ANA, entry("n-2"))
        mailboxes.claim(ANA, later(60))
        assert not mailboxes.admits(ANA, "T-1", later(61))
        assert mailboxes.admits(ANA, "T-3", later(120))

    def test_where_that_failed_somebody_else_may_at_once_and_nothing_new_overtakes(self, mailboxes: Mailboxes) -> None:
        mailboxes.admits(ANA, "T-1", NOW)
        mailboxes.leave(ANA, entry("n-2"))
        mailboxes.claim(ANA, later(60))
        mailboxes.not_emptied(ANA, later(62))
        assert not mailboxes.admits(ANA, "T-3", later(200))
        assert mailboxes.claim(ANA, later(62)) is None

    def test_what_is_left_over_keeps_it_shut(self, mailboxes: Mailboxes) -> None:
        mailboxes.admits(ANA, "T-1", NOW)
        mailboxes.leave(ANA, entry("n-2"))
        mailboxes.claim(ANA, later(60))
        mailboxes.shut(ANA)
        assert not mailboxes.admits(ANA, "T-3", later(200))
        assert mailboxes.claim(ANA, later(200)) is None
