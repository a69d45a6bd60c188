"""Whether notices reach a contract's customer is watched, and what was lost is subscribed again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.unit.fakes import LATEST
from tests.unit.story import DOCUMENT
from tests.unit.use_cases.world import World
from tocsin.domain.notices.subscription import State
from tocsin.domain.values.faults import NotFound
from tocsin.use_cases.contracts.customer_subscriptions import (
    CustomerSubscriptions,
    read_customer_subscriptions,
    watch_customer_subscriptions,
)
from tocsin.use_cases.notices.watch import LOOK_EVERY, Watched

TOPIC, MAIL, HOOK = "acme_customer_acme-gold", ("email", "it@acme.example"), ("https", "https://acme.example/hook")


def put(world: World, *channels: tuple[str, str]) -> None:
    customer: dict[str, Any] = {"name": "ACME GmbH"}
    if channels:
        customer["channels"] = [{"type": kind, "address": address} for kind, address in channels]
    world.put({**DOCUMENT, "customer": customer})


def watch(world: World, until: datetime = LATEST) -> Watched:
    return watch_customer_subscriptions(
        contracts=world.contracts, notifier=world.notifier, clock=world.clock, until=until
    )


def read(world: World, contract_id: str = "acme-gold") -> CustomerSubscriptions:
    return read_customer_subscriptions("acme", contract_id, contracts=world.contracts, notifier=world.notifier)


def test_what_was_lost_is_subscribed_again_once_an_hour_and_when_the_contract_was_put(world: World) -> None:
    put(world, MAIL)
    for wait in (0, 60):
        world.clock.advance(minutes=wait)
        world.notifier.topics.clear()
        assert watch(world) == Watched([], [])
        assert world.notifier.topics == {TOPIC: {MAIL}}
    world.notifier.topics.clear()
    world.clock.advance(minutes=59)
    assert watch(world) == Watched([], [])
    assert world.notifier.topics == {}


@pytest.mark.parametrize("state", ["pending", "lost"])
def test_a_customer_with_channels_of_which_none_works_cannot_be_reached(world: World, state: State) -> None:
    put(world, MAIL, HOOK)
    world.notifier.states = {MAIL: state}
    assert watch(world).unreachable == []
    world.notifier.states[HOOK] = state
    world.clock.at += LOOK_EVERY
    assert watch(world).unreachable == [("acme", "acme-gold", "ACME GmbH")]


def test_a_customer_without_channels_is_not_to_be_reached_and_what_they_confirm_later_is_removed(world: World) -> None:
    put(world)
    world.notifier.topics.clear()
    assert watch(world) == Watched([], [])
    assert world.notifier.topics == {}
    put(world, MAIL)
    put(world)
    world.notifier.topics.clear()
    assert watch(world) == Watched([], [])
    assert world.notifier.topics == {TOPIC: set()}, "of which SNS keeps what nobody has confirmed yet"


def test_a_contract_that_was_put_before_customers_were_watched_is_watched_once_it_is_put_again(world: World) -> None:
    put(world, MAIL)
    world.contracts.customers_look_at.clear()
    put(world, MAIL)
    assert world.contracts.customers_look_at.keys() == {("acme", "acme-gold")}


def test_one_that_cannot_be_looked_at_keeps_none_of_the_others_back_and_is_tried_again(world: World) -> None:
    put(world, MAIL)
    world.contracts.look_again("acme", "never-stored", world.clock.now())
    subscribe = world.notifier.subscribe

    def refuse(topic: str, channels: object) -> Any:
        raise ConnectionError(topic)

    world.notifier.subscribe = refuse  # type: ignore[method-assign]
    [(helpdesk_id, contract_id, _)] = watch(world).failed
    assert (helpdesk_id, contract_id) == ("acme", "acme-gold")
    world.notifier.subscribe = subscribe  # type: ignore[method-assign]
    assert watch(world) == Watched([], [])


def test_when_time_is_up_the_rest_is_for_the_next_call(world: World) -> None:
    put(world, MAIL)
    world.notifier.topics.clear()
    watch(world, until=world.clock.now())
    assert world.notifier.topics == {}


def test_reading_says_what_the_newest_version_s_channels_have_and_changes_nothing(world: World) -> None:
    put(world, MAIL, HOOK)
    world.notifier.topics.clear()
    world.notifier.states = {MAIL: "pending", HOOK: "lost"}
    found = read(world)
    assert [(each.address, each.state) for each in found.subscriptions] == [(MAIL[1], "pending"), (HOOK[1], "lost")]
    assert not found.reached
    assert world.notifier.topics == {}
    world.notifier.states = {HOOK: "lost"}
    assert read(world).reached


def test_there_has_to_be_such_a_contract(world: World) -> None:
    with pytest.raises(NotFound):
        read(world, "acme-silver")
