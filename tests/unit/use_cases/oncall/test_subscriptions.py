"""Who on call can be reached is watched, and what was lost is subscribed again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.unit.fakes import LATEST
from tests.unit.use_cases.world import World
from tocsin.domain.notices.subscription import State
from tocsin.domain.oncall.team import Team
from tocsin.domain.values.faults import NotFound
from tocsin.domain.values.reaching import NotReached
from tocsin.use_cases.notices.watch import LOOK_EVERY, Watched
from tocsin.use_cases.oncall.subscriptions import LOOK_SOON, read_subscriptions, watch_subscriptions

MAIL, TEXT, CHAT = "eva@x.org", "+4915112345678", "https://chat.example/hook"


def put(world: World, **parts: Any) -> None:
    ana = {"member_id": "eva", "name": "Eva", "channels": [channel("email", MAIL), channel("sms", TEXT)]}
    ben = {"member_id": "ida", "name": "Ida"}
    document = {"name": "Night", "members": [ana, ben], "channels": [channel("https", CHAT)], **parts}
    world.teams.put("acme", "night", Team.model_validate(document))


def channel(kind: str, address: str) -> dict[str, str]:
    return {"type": kind, "address": address}


def watch(world: World, until: datetime = LATEST) -> Watched:
    return watch_subscriptions(teams=world.teams, notifier=world.notifier, clock=world.clock, until=until)


def why(world: World) -> NotReached | None:
    team = world.teams.get("acme", "night")
    return team.not_reached(team.on_call_at(world.clock.now())) if team else NotReached.NO_TEAM


def test_with_everything_confirmed_everybody_is_reached_and_those_without_channels_with_the_team(world: World) -> None:
    put(world)
    assert watch(world) == Watched([], [])
    assert world.notifier.topics["acme_member_eva"] == {("email", MAIL), ("sms", TEXT)}


@pytest.mark.parametrize("state", ["pending", "lost"])
def test_who_has_channels_of_which_none_works_cannot_be_reached(world: World, state: State) -> None:
    put(world)
    world.notifier.states = {("email", MAIL): state}
    assert watch(world).unreachable == []
    world.notifier.states[("sms", TEXT)] = state
    world.clock.at += LOOK_EVERY
    assert watch(world).unreachable == [("acme", "night", "eva")]


def test_who_has_no_channel_is_not_reached_once_the_team_s_own_are_lost(world: World) -> None:
    put(world)
    world.notifier.states = {("https", CHAT): "lost"}
    assert watch(world).unreachable == [("acme", "night", "ida")]


def test_only_who_is_on_call_counts(world: World) -> None:
    rotation = {"every": "weekly", "starts_on": "2026-01-05", "order": ["ida"]}
    put(world, rotation=rotation)
    world.notifier.states = {("email", MAIL): "lost", ("sms", TEXT): "lost"}
    assert watch(world).unreachable == []


def test_a_team_is_looked_at_once_an_hour_and_when_it_was_put(world: World) -> None:
    put(world)
    watch(world)
    world.notifier.topics.clear()
    world.clock.advance(minutes=59)
    watch(world)
    assert world.notifier.topics == {}
    world.clock.advance(minutes=1)
    watch(world)
    assert "acme_team_night" in world.notifier.topics
    world.notifier.topics.clear()
    put(world)
    watch(world)
    assert "acme_team_night" in world.notifier.topics


@pytest.mark.parametrize("state", ["pending", "lost"])
def test_what_delivers_nothing_is_kept_with_the_team_until_somebody_confirms_which_is_seen_soon(
    world: World, state: State
) -> None:
    put(world)
    everything = [("email", MAIL), ("sms", TEXT), ("https", CHAT)]
    world.notifier.states = dict.fromkeys(everything, state)
    assert why(world) is None
    watch(world)
    assert why(world) is NotReached.NOTHING_DELIVERED
    world.notifier.states.pop(("sms", TEXT))
    world.clock.at += LOOK_SOON - timedelta(seconds=1)
    watch(world)
    assert why(world) is NotReached.NOTHING_DELIVERED
    world.clock.advance(seconds=1)
    watch(world)
    assert why(world) is None


def test_who_has_no_channels_keeps_no_team_from_being_looked_at_once_an_hour(world: World) -> None:
    put(world)
    watch(world)
    assert world.teams.look_at["acme", "night"] == world.clock.now() + LOOK_EVERY


def test_a_team_that_cannot_be_looked_at_keeps_none_of_the_others_back_and_is_tried_again(world: World) -> None:
    put(world)
    world.teams.put("acme", "broken", Team(name="Broken"))
    world.notifier.refuses = {"acme_team_broken"}
    [(helpdesk_id, team_id, _)] = watch(world).failed
    assert (helpdesk_id, team_id) == ("acme", "broken")
    assert "acme_team_night" in world.notifier.topics
    assert len(watch(world).failed) == 1


def test_a_team_that_was_deleted_while_it_was_listed_is_no_failure(world: World) -> None:
    put(world)
    world.teams.look_at["acme", "gone"] = world.clock.now() - timedelta(days=1)
    assert watch(world).failed == []


def test_when_time_is_up_the_rest_is_for_the_next_call(world: World) -> None:
    put(world)
    watch(world, until=world.clock.now())
    assert world.notifier.topics.keys() == {"acme_customer_acme-gold"}


def test_reading_says_it_by_member_and_changes_nothing(world: World) -> None:
    put(world)
    world.notifier.topics.clear()
    world.notifier.states = {("email", MAIL): "pending", ("sms", TEXT): "lost"}
    found = read_subscriptions("acme", "night", teams=world.teams, notifier=world.notifier, clock=world.clock)
    assert {name: [each.state for each in mine] for name, mine in found.by_member.items()} == {
        None: ["confirmed"],
        "eva": ["pending", "lost"],
        "ida": [],
    }
    assert found.unreachable == ["eva"]
    assert world.notifier.topics == {}


def test_there_has_to_be_such_a_team(world: World) -> None:
    with pytest.raises(NotFound):
        read_subscriptions("other", "frontline", teams=world.teams, notifier=world.notifier, clock=world.clock)
