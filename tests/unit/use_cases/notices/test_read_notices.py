"""The ledger of notices is read ticket by ticket, and for all tickets as far as they are not handed over."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.use_cases.world import KEY, World, faults
from tocsin.domain.reports.notice_ledger import NoticeState
from tocsin.domain.values.faults import Invalid, NotFound
from tocsin.domain.values.identifiers import TicketKey
from tocsin.use_cases.notices import read_notices as module
from tocsin.use_cases.notices.read_notices import list_notices, read_notices

FIRST_THREE = [("tier_alert", "frontline"), ("tier_alert", "ana"), ("customer_receipt", "customer")]


def listed(world: World, state: NoticeState | None = None, limit: int = 10) -> list[dict[str, Any]]:
    """All pages of the list."""
    found, cursor = [], None
    while True:
        page = list_notices("acme", state, limit, cursor, log=world.log, clock=world.clock)
        found += page.items
        assert len(page.items) <= limit
        if (cursor := page.next_cursor) is None:
            return found


def of(notices: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(each["ticket_id"], each["recipient"]) for each in notices]


def opened(world: World, *ticket_ids: str) -> None:
    for ticket_id in ticket_ids:
        world.open(ticket_id)
        world.assess(key=TicketKey("acme", ticket_id))
        world.send(key=TicketKey("acme", ticket_id))


def test_a_notice_shows_to_whom_it_went_why_and_with_which_message(world: World) -> None:
    opened(world, "T-1")
    page = read_notices(KEY, 10, None, log=world.log)
    assert [(each["kind"], each["recipient"]) for each in page.items] == FIRST_THREE
    assert page.items[0] == {
        "ticket_id": "T-1",
        "notice_id": world.notifier.published[0].attributes["notice_id"],
        "kind": "tier_alert",
        "audience": "team",
        "recipient": "frontline",
        "tier": 1,
        "because": 2,
        "about": {"attempt": 1, "reason": "opened"},
        "state": "handed_over",
        "recorded_at": "2026-03-30T08:00:00Z",
        "queued_at": None,
        "queued_until": None,
        "failed_at": None,
        "handed_over_at": "2026-03-30T08:00:00Z",
        "error": None,
        "message_id": "message-1",
        "digest_of": None,
        "repeated_as": [],
    }


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_the_pages_of_a_ticket_s_ledger_have_no_gap(world: World, limit: int) -> None:
    opened(world, "T-1")
    found, cursor = [], None
    while True:
        page = read_notices(KEY, limit, cursor, log=world.log)
        found += [(each["kind"], each["recipient"]) for each in page.items]
        if (cursor := page.next_cursor) is None:
            break
    assert found == FIRST_THREE


def test_another_helpdesk_s_ticket_has_no_ledger(world: World) -> None:
    opened(world, "T-1")
    with pytest.raises(NotFound):
        read_notices(TicketKey("other", "T-1"), 10, None, log=world.log)
    page = list_notices("other", None, 10, None, log=world.log, clock=world.clock)
    assert (page.items, page.next_cursor) == ([], None)


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "٣", "9" * 5000])
def test_what_is_no_cursor_of_a_ledger_is_refused(world: World, cursor: str) -> None:
    opened(world, "T-1")
    with pytest.raises(Invalid):
        read_notices(KEY, 10, cursor, log=world.log)


@pytest.mark.parametrize("cursor", ["", "x", "T-1", "1", "1.", "1.T#1", "1.T-1\n", "-1.T-1", "٣.T-1", "1." + "T" * 65])
def test_what_is_no_cursor_of_the_list_is_refused(world: World, cursor: str) -> None:
    with pytest.raises(Invalid):
        list_notices("acme", None, 10, cursor, log=world.log, clock=world.clock)


def test_in_health_nothing_is_on_the_list(world: World) -> None:
    opened(world, "T-1")
    assert listed(world) == []


def test_what_waits_in_mailboxes_is_listed_until_it_is_told_in_a_digest(world: World) -> None:
    opened(world, "T-1", "T-2", "T-3")
    waiting = listed(world, NoticeState.QUEUED)
    assert of(waiting) == [(t, who) for t in ("T-2", "T-3") for who in ("frontline", "ana", "customer")]
    assert listed(world) == waiting
    assert listed(world, NoticeState.FAILED) == []
    assert waiting[0]["queued_until"] == "2026-03-30T08:01:00Z"
    world.clock.advance(minutes=1, seconds=10)
    for ticket_id in ("T-2", "T-3"):
        world.send(key=TicketKey("acme", ticket_id))
    assert listed(world) == []
    told = read_notices(TicketKey("acme", "T-3"), 10, None, log=world.log).items
    assert {(each["state"], each["digest_of"]) for each in told} == {("handed_over", 2)}


def test_what_sns_refuses_is_listed_with_the_error_until_it_is_taken(world: World) -> None:
    world.notifier.refuses = {"frontline"}
    world.open()
    world.assess()
    assert {each["state"] for each in listed(world)} == {"recorded"}
    with pytest.raises(ConnectionError):
        world.send()
    [failed] = listed(world)
    assert (failed["recipient"], failed["state"], failed["error"]) == ("frontline", "failed", "ConnectionError")
    assert listed(world, NoticeState.FAILED) == [failed]
    world.notifier.refuses = set()
    world.send()
    assert listed(world) == []
    [*_, told] = [each for each in read_notices(KEY, 10, None, log=world.log).items if each["error"]]
    assert (told["state"], told["recipient"]) == ("handed_over", "frontline")


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 100])
@pytest.mark.parametrize("most", [1, 2, 50])
def test_the_pages_of_the_list_have_no_gap(
    world: World, limit: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_TICKETS", most)
    opened(world, *[f"T-{number}" for number in range(1, 6)])
    found = of(listed(world, limit=limit))
    assert found == [(f"T-{n}", who) for n in range(2, 6) for who in ("frontline", "ana", "customer")]


def test_what_was_handed_over_is_not_listed_for_all_tickets_and_it_is_said_where_it_is(world: World) -> None:
    with pytest.raises(Invalid) as caught:
        list_notices("acme", NoticeState.HANDED_OVER, 10, None, log=world.log, clock=world.clock)
    assert faults(caught) == {
        "state": "handed_over is final, and only what is not can be listed for all tickets: recorded, queued or "
        "failed; what was handed over is listed ticket by ticket, by GET /v1/tickets/{ticket_id}/notices"
    }
