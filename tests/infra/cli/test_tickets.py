"""Tickets are shown with what is due and what happened, and listed by what is due next."""

from __future__ import annotations

import pytest

from infra.cli import tickets
from tests.infra.cli.terminal import Terminal, as_json


@pytest.fixture
def desk(operator: Terminal) -> Terminal:
    operator.put_samples()
    operator.open_ticket("ZD-1", subject="Sync stopped")
    return operator


def test_a_new_ticket_shows_its_tier_and_what_is_due(desk: Terminal) -> None:
    lines = desk.do("ticket", "show", "ZD-1").splitlines()
    assert lines[:8] == [
        "Ticket       ZD-1",
        "Subject      Sync stopped",
        "Status       open",
        "Priority     P1",
        "Contract     acme-enterprise version 1",
        "Opened       2026-03-27 15:40:00Z",
        "Tier         1 (frontline), alerted 2026-03-27 15:40:00Z, escalates 2026-03-27 15:55:00Z",
        "Next         2026-03-27 15:51:15Z: first response: the warning at 75%",
    ]
    left = "4 hours of 4 hours left, due Fri 2026-03-27 20:40 (Europe/Berlin)"
    assert f"resolution       running  2026-03-27 19:40:00Z  {left}" in lines


def test_the_log_is_a_timeline_in_words(desk: Terminal) -> None:
    desk.engine.advance(minutes=20)
    desk.report("ZD-1", "acknowledged", actor={"kind": "agent", "id": "caro"}, occurred_at="2026-03-27T15:56:00Z")
    desk.report("ZD-1", "agent_noted", text="It is\nthe certificate.")
    shown = desk.do("ticket", "show", "ZD-1")
    log = [" ".join(line.split()) for line in shown.partition("\nLog\n")[2].splitlines()]
    assert log[0] == "AT # EVENT BY"
    assert log[1] == "2026-03-27 15:40:00Z 1 opened customer P1 under acme-enterprise version 1: Sync stopped"
    assert log[2] == "2026-03-27 15:40:00Z 2 tier alerted tocsin tier 1, frontline: ana (opened)"
    assert "warned tocsin first response at 75%, due 2026-03-27 15:55:00Z" in "\n".join(log)
    assert "tier 2, engineering: " in shown
    assert "notices sent" in shown
    assert "accepted by SNS" in shown
    assert any(line.endswith("acknowledged caro for tier 2 (recorded 2026-03-27 16:00:00Z)") for line in log)
    assert any(line.endswith("agent noted agent text: It is the certificate.") for line in log)
    assert "acknowledged by caro 2026-03-27 15:56:00Z" in shown


def test_an_escalation_that_nobody_heeds_is_shown_to_its_end(desk: Terminal) -> None:
    desk.engine.advance(hours=6)
    shown = desk.do("ticket", "show", "ZD-1")
    assert "nobody is left to ask" in shown
    assert "nobody acknowledged, after " in shown
    assert "first response   breached" in shown


def test_a_settled_ticket_shows_its_verdicts(desk: Terminal) -> None:
    desk.report("ZD-1", "agent_replied", text="We look into it.")
    desk.report("ZD-1", "resolved", root_cause="A certificate.")
    desk.report("ZD-1", "closed")
    shown = desk.do("ticket", "show", "ZD-1")
    assert "Status       closed, settled" in shown
    assert "Resolved     2026-03-27 15:40:00Z" in shown
    assert "root cause: A certificate." in shown
    assert "first response met" in shown


def test_the_notices_of_a_ticket_say_who_was_told_and_by_which_message(
    desk: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tickets, "LARGEST_PAGE", 2)
    desk.open_ticket("ZD-2")
    first, *_ = [alert for alert in desk.engine.alerts() if alert.recipient == "ana"]
    shown = desk.do("ticket", "notices", "ZD-1").splitlines()
    assert shown[0].split() == ["RECORDED", "NOTICE", "TO", "STATE", "SINCE", "MESSAGE"]
    told = ["2026-03-27", "15:40:00Z", "tier", "alert", "ana", "handed", "over", "2026-03-27", "15:40:00Z"]
    assert [*told, first.message_id] in [line.split() for line in shown]
    waiting = ["2026-03-27", "15:40:00Z", "tier", "alert", "ana", "queued", "2026-03-27", "15:40:00Z", "-"]
    assert waiting in [line.split() for line in desk.do("ticket", "notices", "ZD-2").splitlines()]
    notices = as_json(desk.do("ticket", "notices", "ZD-1", "--json"))["notices"]
    assert {each["message_id"] for each in notices} >= {first.message_id}
    assert len(notices) == len(shown) - 1


def test_a_long_log_is_read_page_after_page(desk: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tickets, "LARGEST_PAGE", 2)
    for number in range(5):
        desk.report("ZD-1", "agent_noted", text=f"note {number}")
    shown = as_json(desk.do("ticket", "show", "ZD-1", "--json"))
    assert [event["sequence"] for event in shown["events"]] == list(range(1, shown["sequence"] + 1))


def test_what_customers_write_cannot_steer_the_terminal(desk: Terminal) -> None:
    desk.open_ticket("ZD-2", subject="\x1b[2JGone\r\x07 \u202egnp.exe")
    for command in (("ticket", "show", "ZD-2"), ("ticket", "list"), ("ticket", "show", "ZD-2", "--json")):
        shown = desk.do(*command)
        assert "Gone" in shown
        assert not {"\x1b", "\r", "\x07", "\u202e"} & set(shown)


def test_the_list_has_those_due_next_first(desk: Terminal) -> None:
    desk.open_ticket("ZD-2", priority="P2", subject="Slow")
    desk.open_ticket("ZD-3", priority="P3")
    lines = desk.do("ticket", "list").splitlines()
    assert lines[0].split() == ["TICKET", "PRIORITY", "CONTRACT", "OPENED", "NEXT", "DUE", "SUBJECT"]
    assert [line.split()[0] for line in lines[1:]] == ["ZD-1", "ZD-2", "ZD-3"]
    assert "acme-enterprise version 1" in lines[1]
    assert "Sync stopped" in lines[1]


def test_a_subject_without_a_space_is_cut_where_the_column_ends(desk: Terminal) -> None:
    desk.open_ticket("ZD-2", subject="x" * 100)
    assert f"  {'x' * 59}…\n" in desk.do("ticket", "list")
    assert f"Subject      {'x' * 100}\n" in desk.do("ticket", "show", "ZD-2")


def test_the_list_can_be_cut_short_and_says_so(desk: Terminal) -> None:
    desk.open_ticket("ZD-2")
    desk.open_ticket("ZD-3")
    result = desk.run("ticket", "list", "--limit", "2", "--json")
    assert [ticket["ticket_id"] for ticket in as_json(result.stdout)["tickets"]] == ["ZD-1", "ZD-2"]
    assert "There are more than 2" in result.stderr
    assert desk.run("ticket", "list", "--limit", "3").stderr == ""


def test_the_list_can_be_of_another_status_and_of_one_contract(desk: Terminal) -> None:
    desk.report("ZD-1", "pended")
    assert "ZD-1" not in desk.do("ticket", "list")
    assert "ZD-1" in desk.do("ticket", "list", "--status", "pending", "--contract", "acme-enterprise")
    assert "ZD-1" not in desk.do("ticket", "list", "--status", "pending", "--contract", "other")
    assert "Error: " in desk.misused("ticket", "list", "--status", "lost")


def test_a_ticket_that_is_not_there_is_refused_whatever_its_name(desk: Terminal) -> None:
    assert "Not Found: There is no ticket 'ZD-9'." in desk.refused("ticket", "show", "ZD-9")
    assert desk.refused("ticket", "show", "../contracts")
