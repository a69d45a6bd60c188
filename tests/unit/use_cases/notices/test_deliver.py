"""Storms: one message per topic and minute, the first at once, nothing lost and nothing overtaken."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.story import OPENED_AT
from tests.unit.use_cases.world import World
from tocsin.domain.notices.mailbox import RECEIPT_AFTER, WINDOW
from tocsin.domain.notices.notice import Queued, Receipt
from tocsin.domain.tickets.events import NoticesQueued, NoticesSent
from tocsin.domain.values.identifiers import TicketKey

KEYS = [TicketKey("acme", f"T-{number}") for number in range(1, 9)]
A_MINUTE_LATER = OPENED_AT + WINDOW


def storm(world: World, tickets: int) -> None:
    """So many tickets at the same instant, each assessed and its notices delivered."""
    for key in KEYS[:tickets]:
        world.open(key.ticket_id)
        run(world, key)


def run(world: World, key: TicketKey) -> None:
    world.assess(key=key)
    world.send(key=key)


def queued(world: World, key: TicketKey) -> list[Queued]:
    return [each for event in world.log.logs[key] if isinstance(event, NoticesQueued) for each in event.queued]


def receipts(world: World, key: TicketKey) -> list[Receipt]:
    return [each for event in world.log.logs[key] if isinstance(event, NoticesSent) for each in event.receipts]


def all_sent(world: World, key: TicketKey) -> bool:
    return not world.context(key).ticket().unsent


def told_to(world: World, topic: str) -> list[str]:
    return [message.subject for message in world.notifier.published if topic in message.topic]


def test_the_first_ticket_is_told_at_once_and_the_others_wait_a_minute(world: World) -> None:
    storm(world, 3)
    assert told_to(world, "ana") == ["tier_alert"]
    assert all_sent(world, KEYS[0])
    until = [{each.until for each in queued(world, key)} for key in KEYS[1:3]]
    assert until == [{A_MINUTE_LATER}, {A_MINUTE_LATER + RECEIPT_AFTER}]
    assert [world.context(key).ticket().queue_moves_at(world.clock.now()) for key in KEYS[1:3]] == [
        A_MINUTE_LATER,
        A_MINUTE_LATER + RECEIPT_AFTER,
    ]


def test_whoever_waits_first_sends_for_all_and_each_log_says_which_message_carried_its_notice(world: World) -> None:
    storm(world, 3)
    world.clock.at = A_MINUTE_LATER
    run(world, KEYS[1])
    assert told_to(world, "ana") == ["tier_alert", "digest"]
    world.clock.at += RECEIPT_AFTER
    run(world, KEYS[2])
    assert told_to(world, "ana") == ["tier_alert", "digest"]
    assert all(all_sent(world, key) for key in KEYS[:3])
    carried = [{each.message_id for each in receipts(world, key)} for key in KEYS[1:3]]
    assert carried[0] == carried[1]
    assert len(carried[0]) == 3, "one message each for Ana, her team and the customer"


def test_a_notice_that_waited_alone_is_told_in_its_own_words(world: World) -> None:
    storm(world, 2)
    world.clock.at = A_MINUTE_LATER
    run(world, KEYS[1])
    assert told_to(world, "ana") == ["tier_alert", "tier_alert"]


def test_a_digest_opens_the_next_minute(world: World) -> None:
    storm(world, 3)
    world.clock.at = A_MINUTE_LATER
    run(world, KEYS[1])
    world.clock.at += timedelta(seconds=59)
    world.open("T-9")
    key = TicketKey("acme", "T-9")
    run(world, key)
    assert len(told_to(world, "ana")) == 2
    assert not all_sent(world, key)


def test_if_the_first_never_comes_back_the_next_sends_for_all(world: World) -> None:
    storm(world, 3)
    world.clock.at = A_MINUTE_LATER + RECEIPT_AFTER
    run(world, KEYS[2])
    assert told_to(world, "ana") == ["tier_alert", "digest"]
    run(world, KEYS[1])
    assert all(all_sent(world, key) for key in KEYS[:3])
    assert told_to(world, "ana") == ["tier_alert", "digest"]


def test_a_digest_that_is_refused_is_sent_by_the_next_attempt(world: World) -> None:
    storm(world, 3)
    topics = ["acme_member_ana", "acme_team_frontline", "acme_customer_acme-gold"]
    world.clock.at, world.notifier.refuses = A_MINUTE_LATER, {*topics}
    with pytest.raises(ConnectionError):
        run(world, KEYS[1])
    world.notifier.refuses = set()
    run(world, KEYS[1])
    assert told_to(world, "ana") == ["tier_alert", "digest"]
    assert all_sent(world, KEYS[1])


def test_one_who_empties_a_mailbox_publishes_no_more_than_a_few_messages(world: World) -> None:
    """The digests of the fake hold three notices each: 7 notices are three messages."""
    storm(world, 8)
    world.clock.at = A_MINUTE_LATER
    run(world, KEYS[1])
    assert told_to(world, "ana") == ["tier_alert", "digest", "digest", "digest"]


@settings(max_examples=30, deadline=None)
@given(
    opened=st.lists(st.floats(0, 200), min_size=1, max_size=8),
    lateness=st.lists(st.floats(0, 30), min_size=8, max_size=8),
)
def test_whenever_tickets_come_and_however_late_their_executions_run_each_notice_goes_out_once_and_none_too_often(
    opened: list[float], lateness: list[float]
) -> None:
    world = World()
    due = [(OPENED_AT + timedelta(seconds=at), key) for at, key in zip(opened, KEYS, strict=False)]
    begun: set[TicketKey] = set()
    published: list[datetime] = []
    while due:
        due.sort()
        (at, key), *due = due
        world.clock.at = max(world.clock.at, at)
        if key not in begun:
            begun.add(key)
            world.open(key.ticket_id)
        before = len(told_to(world, "ana"))
        run(world, key)
        published += [world.clock.now()] * (len(told_to(world, "ana")) - before)
        moves_at = world.context(key).ticket().queue_moves_at(world.clock.now())
        if moves_at:
            due.append((moves_at + timedelta(seconds=lateness[KEYS.index(key)]), key))
        assert world.clock.now() < OPENED_AT + timedelta(hours=1), "somebody waits for ever"
    assert all(all_sent(world, key) for key in begun)
    # The digests of the fake hold three notices each; they are counted as one.
    assert all(later - earlier >= WINDOW for earlier, later in pairwise(sorted(set(published))))
    sent = [each.notice_id for key in begun for each in receipts(world, key)]
    assert len(sent) == len(set(sent)) == 3 * len(begun)
