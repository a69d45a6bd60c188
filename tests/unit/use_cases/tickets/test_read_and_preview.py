"""Reading tickets, paging, and the preview of a ticket that nobody touches."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.unit.story import DOCUMENT, OPENED_AT, REVIEW, contract
from tests.unit.use_cases.world import KEY, World
from tocsin.domain.values.faults import Invalid, NotFound
from tocsin.domain.values.identifiers import TicketKey
from tocsin.use_cases.contracts.preview_contract import preview_contract
from tocsin.use_cases.tickets.explain_ticket import explain_ticket
from tocsin.use_cases.tickets.read_ticket import list_tickets, read_events, read_ticket


def pages(world: World, limit: int) -> list[list[int]]:
    found, cursor = [], None
    while True:
        page = read_events(KEY, limit, cursor, log=world.log)
        found.append([event["sequence"] for event in page.items])
        if (cursor := page.next_cursor) is None:
            return found


def test_a_ticket_is_shown_as_it_is_now_although_its_execution_has_not_acted(world: World) -> None:
    world.open()
    world.clock.advance(minutes=20)
    view = read_ticket(KEY, **world.store)
    assert (view["sequence"], view["obligations"][0]["state"]) == (1, "breached")
    assert world.types() == ["opened"]


def test_another_helpdesk_s_ticket_is_not_found(world: World) -> None:
    world.open()
    with pytest.raises(NotFound):
        read_ticket(TicketKey("other", "T-1"), **world.store)


def test_the_log_is_paged_from_the_beginning_without_a_gap(world: World) -> None:
    world.open()
    for _ in range(4):
        world.report("agent_noted")
    assert pages(world, 2) == [[1, 2], [3, 4], [5]]
    assert pages(world, 5) == [[1, 2, 3, 4, 5]]


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "٣", " 1", "9" * 5000, "²"])
def test_what_is_no_cursor_is_refused(world: World, cursor: str) -> None:
    world.open()
    with pytest.raises(Invalid):
        read_events(KEY, 10, cursor, log=world.log)


@pytest.mark.parametrize("cursor", [None, "7"])
def test_a_page_of_a_ticket_that_does_not_exist_is_not_found(world: World, cursor: str | None) -> None:
    world.open()
    with pytest.raises(NotFound):
        read_events(TicketKey("other", "T-1"), 10, cursor, log=world.log)


def test_a_cursor_beyond_the_end_is_an_empty_page(world: World) -> None:
    world.open()
    page = read_events(KEY, 10, "1000000000000", log=world.log)
    assert (list(page.items), page.next_cursor) == ([], None)


@pytest.mark.parametrize("status", ["", "OPEN", "settled", "open' OR 1", "open#x"])
def test_a_status_that_does_not_exist_is_refused(world: World, status: str) -> None:
    with pytest.raises(Invalid):
        list_tickets("acme", status, None, 10, None, log=world.log)


def test_the_list_shows_what_is_due_first(world: World) -> None:
    world.open("T-1", priority="P3")
    world.open("T-2", priority="P1")
    for key in (KEY, TicketKey("acme", "T-2")):
        world.report("acknowledged", key=key, actor={"kind": "agent", "id": "ana"})
    world.run()
    listed = list_tickets("acme", "open", None, 10, None, log=world.log)
    assert [item["ticket_id"] for item in listed.items] == ["T-2", "T-1"]


def test_the_explanation_of_a_miss_says_which_contracts_back_those_who_had_the_ticket(world: World) -> None:
    backing = world.contracts.versions["acme", "acme-gold"]
    world.contracts.versions |= {("acme", name): backing for name in ("acme-cloud", "frontline-ola", "engineering-ola")}
    backed_by = {"vendor": "acme-cloud", "tier 1": "frontline-ola", "tier 2": "engineering-ola"}
    world.put({**DOCUMENT, "targets": {"P1": {"resolution": "4h", "calendar": "always"}}, "backed_by": backed_by})
    world.open()
    world.run()
    world.acknowledge()
    world.clock.advance(hours=1)
    world.report("pended", waiting_for="vendor")
    world.clock.advance(hours=5)
    world.report("resolved")
    [resolution] = (
        each for each in explain_ticket(KEY, **world.store)["obligations"] if each["metric"] == "resolution"
    )
    assert resolution["late_seconds_by_holder"] == {"vendor": 2 * 3_600}
    assert resolution["backed_by"] == {"vendor": "acme-cloud", "tier 1": "frontline-ola"}


def test_the_preview_tells_every_deadline_warning_and_tier() -> None:
    preview = preview_contract(contract(), 7, {"priority": "P1"}, OPENED_AT)
    assert preview["contract"] == {"contract_id": "acme-gold", "version": 7}
    assert preview["obligations"][0]["warn_at"] == ["2026-03-30T08:11:15Z"]
    assert [(t["tier"], t["team"], t["alerted_at"], t["escalates_at"]) for t in preview["tiers"]] == [
        (1, "frontline", "2026-03-30T08:00:00Z", "2026-03-30T08:15:00Z"),
        (2, "engineering", "2026-03-30T08:15:00Z", "2026-03-30T08:45:00Z"),
        (3, "management", "2026-03-30T08:45:00Z", "2026-03-30T09:45:00Z"),
    ]


def test_the_preview_of_a_chain_of_one_tier_without_repeats_ends() -> None:
    terms = contract(escalation={"tiers": DOCUMENT["escalation"]["tiers"][:1], "repeat_last_tier": 0}, review=None)
    assert len(preview_contract(terms, 1, {"priority": "P1"}, OPENED_AT)["tiers"]) == 1


def test_the_preview_of_an_unknown_priority_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        preview_contract(contract(review=REVIEW), 1, {"priority": "P9"}, OPENED_AT)
    assert "it knows P1, P2, P3" in caught.value.faults[0].message


def test_a_preview_counts_in_the_zone_of_the_team_as_the_ticket_will() -> None:
    hours = {"timezone": {"of": "team", "otherwise": "UTC"}, "weekly": {"mon-fri": ["09:00-17:00"]}}
    terms = contract(calendar=hours, targets={"P1": {"resolution": "2h"}})
    opened_at = datetime(2026, 12, 9, 16, 30, tzinfo=UTC)
    preview = preview_contract(terms, 1, {"priority": "P1"}, opened_at, "Europe/Berlin")
    assert [each["due_at"] for each in preview["obligations"]] == ["2026-12-10T10:00:00Z"]
    assert preview["tiers"][0]["alerted_at"] == "2026-12-10T08:00:00Z"
