"""Try the channels of a person: a message to each of their topics that says that it is a test."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from tocsin.domain.notices.subscription import Subscription
from tocsin.domain.oncall.people import team_of_member
from tocsin.domain.values.channels import Way
from tocsin.domain.values.faults import Conflict, NotFound
from tocsin.domain.values.instants import format_instant
from tocsin.domain.values.target import Target, TargetKind
from tocsin.ports.clock import Clock
from tocsin.ports.notices import Mailboxes, Notifier, TrialMessages
from tocsin.ports.oncall import Teams
from tocsin.use_cases.oncall.subscriptions import topics_of


@dataclass(frozen=True, slots=True)
class TriedWay:
    """One of a person's topics: its channels as SNS has them, and the MessageId that it gave."""

    way: Way
    subscriptions: Sequence[Subscription]
    message_id: str


@dataclass(frozen=True, slots=True)
class Trial:
    """A test message under an id of its own, by every way in which the person is told."""

    notice_id: str
    ways: Sequence[TriedWay]


def try_channels(
    helpdesk_id: str,
    member_id: str,
    *,
    teams: Teams,
    notifier: Notifier,
    mailboxes: Mailboxes,
    messages: TrialMessages,
    clock: Clock,
) -> Trial:
    """Tell somebody by all of their channels now, those that wait or are for alerts only included.

    Raises NotFound for nobody, Conflict for somebody without channels, and within a minute after another message.
    """
    known, now = teams.all(helpdesk_id), clock.now()
    found = team_of_member(member_id, known.values())
    if found is None:
        raise NotFound(f"There is no member {member_id!r}.")
    [member] = found.members
    own = Target.of(TargetKind.MEMBER, member_id)
    topics = [each for each in topics_of(helpdesk_id, own, known, [member]) if each.channels]
    if not topics:
        raise Conflict(f"{member.name} has no channel; put the member with one first.")
    notice_id = hashlib.sha256(f"{helpdesk_id}\x1f{member_id}\x1f{format_instant(now)}".encode()).hexdigest()[:32]
    if not all(mailboxes.admits(each.topic, f"test-{notice_id}", now) for each in topics):
        raise Conflict(f"{member.name} was told something within the last minute; try again a minute later.")
    tried = [
        TriedWay(
            each.way,
            notifier.subscriptions(each.topic, each.channels),
            notifier.publish(messages.render(helpdesk_id, member, each.topic, each.way, notice_id, now)),
        )
        for each in topics
    ]
    return Trial(notice_id, tried)
