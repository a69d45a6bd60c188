"""Notices go out at least once, under one id, and one that is refused holds up none of the others."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import timedelta

import pytest

from tests.unit.use_cases.world import KEY, World
from tocsin.domain.notices.mailbox import WINDOW
from tocsin.domain.notices.message import Message
from tocsin.domain.oncall.team import Team
from tocsin.domain.values.faults import Busy
from tocsin.domain.values.identifiers import TicketKey
from tocsin.use_cases.notices.send_notices import Sent
from tocsin.use_cases.tickets.retrying import PAUSES


def sent_ids(world: World) -> list[str]:
    return [str(message.attributes["notice_id"]) for message in world.notifier.published]


def ready(world: World) -> World:
    world.open()
    world.assess()
    return world


def test_what_was_sent_is_recorded_with_its_message_id(world: World) -> None:
    ready(world)
    assert world.send() == [4]
    receipts = world.events[-1].receipts
    assert [receipt.notice_id for receipt in receipts] == sent_ids(world)
    assert [receipt.message_id for receipt in receipts] == ["message-1", "message-2", "message-3"]


def test_a_second_time_there_is_nothing_to_send(world: World) -> None:
    ready(world).send()
    assert world.send() == []
    assert len(sent_ids(world)) == 3


def test_who_sends_again_is_told_like_the_first_when_a_mailbox_is_emptied(world: World) -> None:
    """A task may be called twice, and the execution goes by the second answer."""
    other = TicketKey("acme", "T-2")
    ready(world).send()
    world.open("T-2")
    world.assess(key=other)
    first, second = (world.sends(other) for _ in range(2))
    assert first.queue_moves_at == world.clock.now() + WINDOW
    assert second == Sent([], first.queue_moves_at)


def test_a_crash_between_sending_and_recording_sends_again_under_the_same_ids(world: World) -> None:
    ready(world)

    def crash() -> None:
        raise KeyboardInterrupt

    world.log.interruptions.append(crash)
    with pytest.raises(KeyboardInterrupt):
        world.send()
    world.send()
    assert sent_ids(world)[:3] == sent_ids(world)[3:]
    assert not world.context().ticket().unsent


def test_one_that_is_refused_holds_up_none_of_the_others_and_is_tried_again(world: World) -> None:
    ready(world).notifier.refuses = {"frontline"}
    with pytest.raises(ConnectionError):
        world.send()
    assert [message.topic for message in world.notifier.published] == ["ana", "customer"]
    assert [notice.recipient for notice in world.context().ticket().unsent.values()] == ["frontline"]
    world.notifier.refuses = set()
    world.send()
    assert [message.topic for message in world.notifier.published] == ["ana", "customer", "frontline"]


def test_what_is_refused_is_recorded_once_with_the_name_of_the_error_however_often_it_is_tried(world: World) -> None:
    ready(world).notifier.refuses = {"frontline", "ana"}
    for _ in range(3):
        with pytest.raises(ConnectionError):
            world.send()
    assert world.types()[3:] == ["notices_sent", "notices_failed"]
    recorded = [(each.notice_id, each.error) for each in world.events[-1].refusals]
    unsent = world.context().ticket().unsent
    assert recorded == [(notice_id, "ConnectionError") for notice_id in unsent]
    assert len(recorded) == 2


def test_another_error_of_the_same_notice_is_recorded_as_well(world: World) -> None:
    ready(world).notifier.refuses = {"frontline"}
    publish = world.notifier.publish
    with pytest.raises(ConnectionError):
        world.send()

    def too_slow(message: Message) -> str:
        raise TimeoutError("with a link that acknowledges: https://tocsin.example/a/secret")

    world.notifier.publish = too_slow  # type: ignore[method-assign]
    with pytest.raises(TimeoutError):
        world.send()
    assert [event.refusals[0].error for event in world.events[4:]] == ["ConnectionError", "TimeoutError"]
    assert "secret" not in str(world.events)
    world.notifier.refuses, world.notifier.publish = set(), publish  # type: ignore[method-assign]
    world.send()
    assert not world.context().ticket().refused


def test_what_somebody_else_delivered_meanwhile_is_not_recorded_as_refused(world: World) -> None:
    ready(world).notifier.refuses = {"frontline"}

    def somebody_else_sends() -> None:
        world.notifier.refuses = set()
        world.send()

    world.log.interruptions.append(somebody_else_sends)
    with pytest.raises(ConnectionError):
        world.send()
    assert "notices_failed" not in world.types()


class TestMoreThanAreRecordedTogether:
    """A ticket that owes 26 notices: two to the team and the customer, 24 to members on call."""

    @pytest.fixture
    def crowd(self, world: World) -> World:
        mail = [{"type": "email", "address": "m@example.com"}]
        members = [{"member_id": f"m-{number:02}", "name": "M", "channels": mail} for number in range(24)]
        world.teams.teams["acme", "frontline"] = Team.model_validate({"name": "Frontline", "members": members})
        return ready(world)

    def test_they_are_recorded_a_few_at_a_time(self, crowd: World) -> None:
        assert crowd.send() == [4, 5, 6]
        assert [len(event.receipts) for event in crowd.events[3:]] == [10, 10, 6]
        assert len(set(sent_ids(crowd))) == len(sent_ids(crowd)) == 26

    def test_what_dies_half_way_repeats_only_what_was_not_recorded(self, crowd: World) -> None:
        publish, calls = crowd.notifier.publish, itertools.count()

        def dies(message: Message) -> str:
            if next(calls) == 13:
                raise KeyboardInterrupt
            return publish(message)

        crowd.notifier.publish = dies  # type: ignore[method-assign]
        with pytest.raises(KeyboardInterrupt):
            crowd.send()
        crowd.send()
        repeated = [notice for notice, times in Counter(sent_ids(crowd)).items() if times > 1]
        assert len(repeated) == 3
        assert not crowd.context().ticket().unsent

    def test_when_time_is_up_what_was_sent_is_recorded_and_the_rest_is_left(self, crowd: World) -> None:
        publish = crowd.notifier.publish

        def slow(message: Message) -> str:
            crowd.clock.advance(seconds=2)
            return publish(message)

        crowd.notifier.publish = slow  # type: ignore[method-assign]
        with pytest.raises(Busy, match="no time"):
            crowd.send(until=crowd.clock.now() + timedelta(seconds=25))
        assert len(sent_ids(crowd)) == 13
        assert len(crowd.context().ticket().unsent) == 13
        crowd.send()
        assert len(set(sent_ids(crowd))) == len(sent_ids(crowd)) == 26

    def test_one_that_is_refused_holds_up_none_of_those_recorded_later(self, crowd: World) -> None:
        crowd.notifier.refuses = {"m-01"}
        with pytest.raises(ConnectionError):
            crowd.send()
        assert [notice.recipient for notice in crowd.context().ticket().unsent.values()] == ["m-01"]
        assert len(set(sent_ids(crowd))) == len(sent_ids(crowd)) == 25


def test_a_lost_race_records_what_was_sent_without_sending_it_again(world: World) -> None:
    ready(world)
    world.log.interruptions.append(lambda: world.report("agent_noted"))
    world.send()
    assert len(sent_ids(world)) == 3
    assert world.types()[-2:] == ["agent_noted", "notices_sent"]


def test_a_lost_race_sends_what_the_winner_made_owed(world: World) -> None:
    ready(world)

    def somebody_resolves_and_another_execution_assesses() -> None:
        world.report("resolved")
        world.assess()

    world.log.interruptions.append(somebody_resolves_and_another_execution_assesses)
    world.send()
    assert [message.subject for message in world.notifier.published][-1] == "customer_resolution"
    assert len(set(sent_ids(world))) == len(sent_ids(world)) == 4


def test_who_loses_too_many_races_is_retried(world: World) -> None:
    ready(world)

    world.log.interruptions = [lambda: world.report("agent_noted")] * len(PAUSES)
    with pytest.raises(Busy):
        world.send()
    assert len(sent_ids(world)) == 3


def test_the_head_is_due_at_the_next_timer_once_everything_is_sent(world: World) -> None:
    ready(world).send()
    due_at = world.log.heads[KEY].acts_at
    assert due_at is not None
    assert due_at > world.clock.now()
