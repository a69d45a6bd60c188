"""Opening a ticket: what is checked, what is pinned, and what a second time does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.story import DOCUMENT, OPENED_AT, team
from tests.unit.use_cases.world import KEY, World, faults
from tocsin.domain.oncall.team import Team
from tocsin.domain.values.faults import Conflict, Invalid, SequenceConflict


def test_the_ticket_pins_the_version_that_is_in_force_when_it_opens(world: World) -> None:
    assert world.open()["contract"] == {"contract_id": "acme-gold", "version": 1}
    world.put({**DOCUMENT, "warn_at": ["50%"]})
    assert world.open("T-2")["contract"]["version"] == 2
    assert list(world.context().contracts) == [1]


def test_the_answer_tells_every_deadline(world: World) -> None:
    assert {o["metric"]: o["due_at"] for o in world.open()["obligations"]} == {
        "first_response": "2026-03-30T08:15:00Z",
        "resolution": "2026-03-30T12:00:00Z",
        "periodic_update": "2026-03-30T10:00:00Z",
    }


def test_only_the_opening_is_recorded_the_rest_is_the_execution_s(world: World) -> None:
    world.open()
    assert world.types() == ["opened"]
    assert world.log.heads[KEY].acts_at == OPENED_AT


def test_everything_that_is_wrong_is_told_at_once(world: World) -> None:
    with pytest.raises(Invalid) as caught:
        world.open(contract_id="acme-silver", opened_at="2026-03-30T09:00:00Z")
    assert set(faults(caught)) == {"contract_id", "opened_at"}
    with pytest.raises(Invalid) as caught:
        world.open(priority="P9", opened_at="2026-03-30T09:00:00Z")
    assert faults(caught)["priority"] == "contract 'acme-gold' has no targets for it; it knows P1, P2, P3"
    assert world.log.logs == {}


def test_a_clock_that_runs_a_little_ahead_opens_the_ticket_now(world: World) -> None:
    assert world.open(opened_at="2026-03-30T08:01:00Z")["opened_at"] == "2026-03-30T08:00:00Z"
    with pytest.raises(Invalid, match="faults"):
        world.open("T-2", opened_at="2026-03-30T08:01:01Z")


def test_a_ticket_that_comes_by_a_channel_nobody_has_agreed_on_is_served_all_the_same(world: World) -> None:
    world.put({**DOCUMENT, "channels": {"email": "support@provider.example"}})
    assert world.open(channel="fax")["ticket_id"] == "T-1"


def test_a_ticket_is_opened_once(world: World) -> None:
    world.open(subject="first")
    with pytest.raises(Conflict, match="already a ticket 'T-1'"):
        world.open(subject="second")
    assert world.context().ticket().attributes["subject"] == "first"


def test_a_made_up_id_is_one_that_may_be_used_in_addresses_and_is_not_used_twice(world: World) -> None:
    ids = {world.open(None)["ticket_id"] for _ in range(20)}
    assert len(ids) == 20
    assert all(each.startswith("T-") and each[2:].isalnum() for each in ids)


@pytest.mark.parametrize("ticket_id", ["T-1", None])
def test_the_same_request_again_has_the_same_answer_whatever_has_happened_since(
    world: World, ticket_id: str | None
) -> None:
    first = world.open(ticket_id, idempotency="k", subject="x")
    world.clock.advance(hours=5)
    if ticket_id:
        world.run()
        world.report("resolved")
    assert world.open(ticket_id, idempotency="k", subject="x") == first
    assert len(world.log.logs) == 1


def test_the_same_key_with_another_body_is_refused(world: World) -> None:
    world.open(idempotency="k", subject="x")
    with pytest.raises(Invalid) as caught:
        world.open(idempotency="k", subject="y")
    assert list(faults(caught)) == ["Idempotency-Key"]


def test_a_key_of_another_helpdesk_is_another_key(world: World) -> None:
    world.open(idempotency="k")
    assert world.log.request("other", "k") is None


@pytest.mark.parametrize("value", ["", "x" * 201, "a\nb", "\x00", "tab\t"])
def test_a_key_that_cannot_be_printed_is_refused(world: World, value: str) -> None:
    with pytest.raises(Invalid):
        world.open(idempotency=value)


def test_two_who_send_the_same_request_at_once_get_the_same_answer(world: World) -> None:
    answers: list[dict[str, Any]] = []
    world.log.interruptions.append(lambda: answers.append(world.open(idempotency="k")))
    assert world.open(idempotency="k") == answers[0]
    assert world.types() == ["opened"]


def test_two_who_send_the_same_request_in_the_same_transaction_get_the_same_answer_too(world: World) -> None:
    """DynamoDB cancels one of two transactions at once with TransactionConflict, before it looks at conditions."""

    def other_is_quicker() -> None:
        world.open(idempotency="k")
        raise SequenceConflict

    world.log.interruptions.append(other_is_quicker)
    assert world.open(idempotency="k")["ticket_id"] == "T-1"


def test_a_ticket_that_was_late_before_we_knew_of_it_shows_that(world: World) -> None:
    ticket = world.open(opened_at="2026-03-30T07:00:00Z")
    assert {o["metric"]: o["state"] for o in ticket["obligations"]}["first_response"] == "breached"


def test_the_hour_of_the_opening_may_lie_long_ago_but_not_before_the_epoch(world: World) -> None:
    ticket = world.open(opened_at="1970-01-01T00:00:00Z")
    assert ticket["opened_at"] == "1970-01-01T00:00:00Z"
    world.clock.advance(minutes=1)
    assert world.assess().sequence == len(world.events)
    assert world.clock.now() == OPENED_AT + timedelta(minutes=1)


def test_the_same_request_has_the_same_answer_also_where_somebody_has_channels_that_wait(world: World) -> None:
    channels = [
        {"type": "email", "address": "a@example.com"},
        {"type": "sms", "address": "+491701234567", "after": "5m"},
    ]
    waiting = {"member_id": "ana", "name": "Ana", "channels": channels}
    world.teams.put("acme", "frontline", Team.model_validate({"name": "T", "members": [waiting]}))
    first = world.open(idempotency="k")
    assert first["next_event"]["type"] == "alert_followed_up"
    world.teams.put("acme", "frontline", team("ana"))
    assert world.open(idempotency="k") == first
