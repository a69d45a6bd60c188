"""The link in an alert, without the web: looking changes nothing, pressing does once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.story import DOCUMENT
from tests.unit.use_cases.world import World
from tocsin.domain.assessment.acknowledgement import Offer, claims_for
from tocsin.domain.assessment.link_actions import read_action
from tocsin.domain.values.faults import Busy, Conflict, Fault, Gone, Invalid, NotFound
from tocsin.domain.values.identifiers import TicketKey
from tocsin.use_cases.tickets.acknowledge import accept_offer, show_offer
from tocsin.use_cases.tickets.retrying import PAUSES


def link_to(world: World, recipient: str, **changes: Any) -> str:
    notices = [n for e in world.events if e.type == "notices_recorded" for n in e.notices]
    notice = next(n for n in notices if n.recipient == recipient and n.kind == "tier_alert")
    return json.dumps({**claims_for(notice, TicketKey("acme", "T-1"), world.clock.now()), **changes})


def show(world: World, token: str) -> Offer:
    offer = show_offer(token, links=world.links, **world.store)
    assert isinstance(offer, Offer)
    return offer


def accept(world: World, token: str, **action: Any) -> Offer:
    offer = accept_offer(token, read_action(action), links=world.links, **world.store)
    assert isinstance(offer, Offer)
    return offer


def alerted(world: World) -> World:
    world.open()
    world.run()
    return world


def test_looking_changes_nothing(world: World) -> None:
    token = link_to(alerted(world), "ana")
    before = world.types()
    offer = show(world, token)
    assert (offer.member_id, offer.tier, offer.taken_by) == ("ana", 1, None)
    assert world.types() == before


def test_pressing_takes_the_ticket_in_the_name_of_whom_the_link_was_sent_to(world: World) -> None:
    offer = accept(world, link_to(alerted(world), "ana"))
    assert (offer.taken_by, offer.taken_at) == ("ana", world.clock.now())
    assert (world.events[-1].actor.kind, world.events[-1].actor.id) == ("agent", "ana")


def test_pressing_twice_records_it_once_also_at_the_same_moment(world: World) -> None:
    token = link_to(alerted(world), "ana")
    world.log.interruptions.append(lambda: accept(world, token))
    assert accept(world, token).taken_by == "ana"
    accept(world, token)
    assert world.types().count("acknowledged") == 1


def test_who_comes_second_has_it_and_a_used_link_says_so(world: World) -> None:
    first = link_to(alerted(world), "ana")
    world.clock.advance(minutes=15)
    world.run()
    second = link_to(world, "ben")
    accept(world, second)
    assert accept(world, first).taken_by == "ana"
    assert accept(world, second).taken_by == "ana"
    assert world.types().count("acknowledged") == 2


def test_a_used_link_acknowledges_anew_when_nobody_has_the_ticket_any_more(world: World) -> None:
    signed = link_to(alerted(world), "ana")
    accept(world, signed)
    world.report("resolved")
    world.report("reopened")
    assert show(world, signed).taken_by is None
    assert accept(world, signed).taken_by == "ana"
    assert world.types().count("acknowledged") == 2


def test_of_two_at_the_same_moment_the_later_has_it(world: World) -> None:
    ana = link_to(alerted(world), "ana")
    frontline = link_to(world, "frontline")
    offers: list[Offer] = []
    world.log.interruptions.append(lambda: offers.append(accept(world, frontline)))
    offers.append(accept(world, ana))
    assert [offer.taken_by for offer in offers] == ["frontline", "ana"]


def test_a_link_is_valid_to_its_last_instant_and_gone_after_it(world: World) -> None:
    token = link_to(alerted(world), "ana")
    world.clock.advance(hours=72)
    assert show(world, token).member_id == "ana"
    world.clock.advance(seconds=1)
    with pytest.raises(Gone):
        show(world, token)
    with pytest.raises(Gone):
        accept(world, token)


@pytest.mark.parametrize("change", [{"helpdesk": "other"}, {"ticket": "T-9"}])
def test_a_link_to_a_ticket_that_does_not_exist_is_not_found(world: World, change: dict[str, str]) -> None:
    with pytest.raises(NotFound):
        accept(world, link_to(alerted(world), "ana", **change))


def test_a_forged_link_is_not_found(world: World) -> None:
    alerted(world)
    with pytest.raises(NotFound):
        show(world, "forged")


def test_after_the_end_it_is_recorded_and_takes_nothing(world: World) -> None:
    token = link_to(alerted(world), "ana")
    world.report("resolved")
    world.run()
    offer = accept(world, token)
    assert offer.taken_by is None
    assert world.context().ticket().settled
    assert world.context().assess(world.clock.now()).events == []


def test_who_loses_too_many_races_is_asked_to_press_again(world: World) -> None:
    token = link_to(alerted(world), "ana")

    world.log.interruptions = [lambda: world.report("agent_noted")] * len(PAUSES)
    with pytest.raises(Busy):
        accept(world, token)


def test_declining_is_recorded_with_its_reason_and_twice_changes_nothing(world: World) -> None:
    token = link_to(alerted(world), "ana")
    offer = accept(world, token, action="decline", reason="On a train")
    assert (offer.done, offer.passed_on, offer.taken_by) == ("decline", "decline", None)
    declined = world.events[-1]
    assert (declined.type, declined.actor.id, declined.reason) == ("declined", "ana", "On a train")
    assert declined.link == json.loads(token)["notice"]
    world.run()
    assert world.context().ticket().chain.tier == 2
    again = accept(world, token, action="decline")
    assert (again.done, again.passed_on) == (None, "decline")
    assert world.types().count("declined") == 1


def test_declining_twice_at_the_same_moment_is_recorded_once(world: World) -> None:
    token = link_to(alerted(world), "ana")
    world.log.interruptions.append(lambda: accept(world, token, action="decline"))
    assert accept(world, token, action="decline").done is None
    assert world.types().count("declined") == 1


def test_who_takes_it_and_who_declines_at_the_same_moment_is_decided_by_who_is_recorded_first(world: World) -> None:
    """The loser is told, and changes nothing."""
    token, frontline = link_to(alerted(world), "ana"), link_to(world, "frontline")
    world.log.interruptions.append(lambda: accept(world, frontline))
    with pytest.raises(Conflict, match="Somebody else has the ticket by now"):
        accept(world, token, action="decline")
    assert world.types().count("declined") == 0


@pytest.mark.parametrize("action", [{"action": "declien"}, {"action": "decline", "because": "tired"}])
def test_an_action_that_does_not_exist_is_refused_with_those_that_do(world: World, action: dict[str, str]) -> None:
    token = link_to(alerted(world), "ana")
    with pytest.raises(Invalid) as refused:
        accept(world, token, **action)
    [fault] = refused.value.faults
    assert fault.path in ("body", "because")
    assert world.types().count("declined") == 0


def test_a_snooze_takes_it_for_the_link_s_tier_and_an_acknowledgement_by_the_same_link_ends_it(world: World) -> None:
    token = link_to(alerted(world), "ana")
    offer = accept(world, token, action="snooze", **{"for": "30m"})
    assert (offer.done, offer.taken_by) == ("snooze", "ana")
    snoozed = world.events[-1]
    assert (snoozed.type, snoozed.tier, snoozed.until - world.clock.now()) == ("snoozed", 1, timedelta(minutes=30))
    assert accept(world, token, action="snooze", **{"for": "30m"}).done is None, "the same button twice"
    assert accept(world, token, action="snooze", **{"for": "45m"}).done == "snooze"
    assert "acknowledge" in show(world, token).possible
    assert accept(world, token).done == "acknowledge"
    assert world.context().ticket().chain.snoozed_until is None
    assert accept(world, token).done is None


def test_a_contract_that_allows_no_snoozing_offers_none(world: World) -> None:
    world.put({**DOCUMENT, "escalation": {**DOCUMENT["escalation"], "longest_snooze": None}})
    token = link_to(alerted(world), "ana")
    assert show(world, token).possible == ["acknowledge", "hand_over", "escalate", "will_be_missed", "decline"]
    with pytest.raises(Invalid) as refused:
        accept(world, token, action="snooze", **{"for": "5m"})
    assert refused.value.faults == (Fault("for", "the contract does not allow a ticket to be snoozed"),)


def test_handing_over_gives_it_to_somebody_of_the_teams_for_their_tier(world: World) -> None:
    token = link_to(alerted(world), "ana")
    accept(world, token)
    offer = accept(world, token, action="hand_over", to="ben", reason="He wrote it")
    assert (offer.done, offer.taken_by) == ("hand_over", "ben")
    given = world.events[-1]
    assert (given.type, given.actor.id, given.to.id, given.tier, given.reason) == (
        "assigned",
        "ana",
        "ben",
        2,
        "He wrote it",
    )
    assert accept(world, token, action="hand_over", to="ben").done is None, "the same button twice"
    with pytest.raises(Conflict, match="Somebody else has the ticket"):
        accept(world, token, action="hand_over", to="dora")
    assert world.types().count("assigned") == 1
    assert accept(world, token).taken_by == "ben", "a used link takes nothing back"


@pytest.mark.parametrize("to", ["ana", "mallory", "frontline"])
def test_nobody_but_somebody_else_of_the_teams_can_be_given_it(world: World, to: str) -> None:
    token = link_to(alerted(world), "ana")
    with pytest.raises(Invalid) as refused:
        accept(world, token, action="hand_over", to=to)
    assert [fault.path for fault in refused.value.faults] == ["to"]
    assert "assigned" not in world.types()


def test_where_an_assignment_takes_no_ticket_none_is_handed_over(world: World) -> None:
    world.put({**DOCUMENT, "taken_by": ["acknowledgement"]})
    token = link_to(alerted(world), "ana")
    assert "hand_over" not in show(world, token).possible
    with pytest.raises(Conflict, match="By the contract nobody has a ticket for being assigned it"):
        accept(world, token, action="hand_over", to="ben")


def test_escalating_alerts_the_next_tier_and_a_second_press_does_not_go_further(world: World) -> None:
    token = link_to(alerted(world), "ana")
    assert accept(world, token, action="escalate", reason="Not mine").passed_on == "escalate"
    world.run()
    for fields in ({}, {"tier": "2"}):
        assert accept(world, token, action="escalate", **fields).done is None
    assert world.types().count("escalated") == 1
    assert world.context().ticket().chain.tier == 2
    assert show(world, token).possible == ["acknowledge", "snooze", "hand_over", "will_be_missed"]


def test_a_page_that_lay_open_escalates_to_no_further_tier_than_it_said(world: World) -> None:
    token = link_to(alerted(world), "ana")
    world.clock.advance(minutes=15)
    world.run()
    with pytest.raises(Conflict, match="That tier has been alerted meanwhile"):
        accept(world, token, action="escalate", tier="2")
    with pytest.raises(Invalid):
        accept(world, token, action="escalate", tier="4")
    with pytest.raises(Invalid):
        accept(world, token, action="escalate", tier="two")
    assert "escalated" not in world.types()


def test_after_the_last_tier_there_is_nobody_to_escalate_to(world: World) -> None:
    world.put({**DOCUMENT, "escalation": {"tiers": DOCUMENT["escalation"]["tiers"][:1]}})
    token = link_to(alerted(world), "ana")
    with pytest.raises(Conflict, match="There is no tier after the one that has it"):
        accept(world, token, action="escalate")


def test_who_acknowledges_loses_to_a_resolution_that_is_written_first_and_is_recorded(world: World) -> None:
    token = link_to(alerted(world), "ana")
    world.log.interruptions.append(lambda: world.report("resolved"))
    offer = accept(world, token)
    assert (offer.ticket.status, offer.taken_by) == ("resolved", None)
    assert world.types()[-2:] == ["resolved", "acknowledged"]
    assert world.context().ticket().chain.acknowledged is None


def test_who_resolves_loses_to_an_acknowledgement_that_is_written_first_and_resolves_it_all_the_same(
    world: World,
) -> None:
    token = link_to(alerted(world), "ana")
    world.log.interruptions.append(lambda: accept(world, token))
    world.report("resolved")
    assert world.types()[-2:] == ["acknowledged", "resolved"]
    assert world.context().ticket().status == "resolved"


@pytest.mark.parametrize(
    "action",
    [
        {"action": "decline"},
        {"action": "snooze", "for": "15m"},
        {"action": "hand_over", "to": "ben"},
        {"action": "escalate"},
        {"action": "will_be_missed", "metric": "resolution"},
    ],
    ids=lambda action: action["action"],
)
def test_whatever_else_loses_to_a_resolution_changes_nothing_and_says_so(world: World, action: dict[str, str]) -> None:
    token = link_to(alerted(world), "ana")
    world.log.interruptions.append(lambda: world.report("resolved"))
    with pytest.raises(Conflict, match="The ticket is resolved"):
        accept(world, token, **action)
    assert world.types()[-1] == "resolved"
