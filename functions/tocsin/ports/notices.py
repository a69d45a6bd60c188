"""Notices in words, and the way to whom they concern."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Protocol

from tocsin.domain.assessment.acknowledgement import Claims
from tocsin.domain.assessment.roster import Roster
from tocsin.domain.contracts.reminders import Reminder
from tocsin.domain.contracts.version import ContractVersion
from tocsin.domain.notices.mailbox import Entry, Waiting
from tocsin.domain.notices.message import Message
from tocsin.domain.notices.notice import Notice, Receipt
from tocsin.domain.notices.subscription import Subscription
from tocsin.domain.oncall.duty import Duty
from tocsin.domain.oncall.members import Member
from tocsin.domain.oncall.shift_notices import ShiftNotice
from tocsin.domain.oncall.stored_schedule import StoredSchedule
from tocsin.domain.tickets.texts import Texts
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.channels import Endpoint, Way


class Notifier(Protocol):
    """Topics and what is published to them."""

    def publish(self, message: Message) -> str:
        """Hand a message to SNS and return its MessageId."""
        ...

    def subscribe(self, topic: str, channels: Iterable[Endpoint]) -> list[Subscription]:
        """Create the topic if needed, subscribe what is missing, and say what it then has.

        Of what is not wanted, only what was subscribed here is removed.
        """
        ...

    def subscriptions(self, topic: str, channels: Iterable[Endpoint]) -> list[Subscription]:
        """What the topic has, and what of the wanted channels it has lost; nothing changes."""
        ...


class Channels(Protocol):
    """Which channels a topic is to have, and which of its subscriptions were made here."""

    def wanted(self, topic: str) -> set[Endpoint]:
        """The channels that it was last told to have."""
        ...

    def made(self, topic: str) -> set[Endpoint]:
        """Those that were subscribed here and have not been removed."""
        ...

    def keep(self, topic: str, wanted: AbstractSet[Endpoint], made: AbstractSet[Endpoint]) -> None:
        """Keep what it is to have, and what is about to be subscribed besides what was."""
        ...

    def forget(self, topic: str, removed: AbstractSet[Endpoint]) -> None:
        """These are gone."""
        ...


class Mailboxes(Protocol):
    """A mailbox per topic: what waits while the topic is left alone for a minute (`tocsin.domain.notices.mailbox`)."""

    def admits(self, topic: str, about: str, now: datetime) -> bool:
        """Whether a message may go out at once, which is counted then; `about` names the ticket or contract."""
        ...

    def not_sent(self, topic: str) -> None:
        """What was admitted has failed: it counts for nothing, and is admitted again."""
        ...

    def leave(self, topic: str, entry: Entry) -> Waiting:
        """Leave a notice in the mailbox, once however often. Until that is emptied, nothing is admitted."""
        ...

    def claim(self, topic: str, now: datetime) -> datetime | None:
        """Become the one who empties the mailbox: None, or until when the topic is left alone where one may not."""
        ...

    def not_emptied(self, topic: str, now: datetime) -> None:
        """Whoever claimed the mailbox has failed: somebody else may claim it at once."""
        ...

    def waiting(self, topic: str) -> list[Entry]:
        """What waits, read consistently."""
        ...

    def carried(self, topic: str, receipts: Iterable[Receipt], now: datetime) -> None:
        """The notices of these receipts went out, and wait no more."""
        ...

    def shut(self, topic: str) -> None:
        """Something waits still: admit nothing until the mailbox is emptied."""
        ...

    def receipt(self, topic: str, notice_id: str) -> Receipt | None:
        """With which message a notice went out; None while it waits."""
        ...


class Digests(Protocol):
    """Notices about many tickets in one message."""

    def render(self, topic: str, entries: Sequence[Entry], now: datetime) -> list[tuple[Message, list[Entry]]]:
        """As few messages as SNS takes, each with the entries that it tells."""
        ...


class Messages(Protocol):
    """Notices in words."""

    def render(self, notice: Notice, ticket: Ticket, texts: Texts, roster: Roster, now: datetime) -> Message:
        """The message that tells a notice to its recipient.

        `texts` are those of the ticket; the `roster` knows the names of its teams and their members.
        """
        ...


class ReminderMessages(Protocol):
    """Reminders of a contract's dates in words."""

    def render(self, helpdesk_id: str, version: ContractVersion, reminder: Reminder, now: datetime) -> Message:
        """The message that reminds the team that the contract names."""
        ...


class ShiftMessages(Protocol):
    """The begin and the end of shifts in words."""

    def render(
        self,
        helpdesk_id: str,
        stored: StoredSchedule,
        notice: ShiftNotice,
        notice_id: str,
        duty: Duty,
        before: Collection[str],
        names: Mapping[str, str],
    ) -> Message:
        """The message that tells a member; `duty` is who is on call now and next, `before` who was.

        `names` are those of people by their ids; who has none is called by their id.
        """
        ...


class TrialMessages(Protocol):
    """The test of somebody's channels in words."""

    def render(self, helpdesk_id: str, member: Member, topic: str, way: Way, notice_id: str, now: datetime) -> Message:
        """The message to one of their topics, which says that it is a test, and when this way is used otherwise."""
        ...


class Links(Protocol):
    """Signed acknowledgement links."""

    def sign(self, claims: Claims) -> str:
        """A short URL that stands for the claims, `until` among them, and cannot be forged."""
        ...

    def read(self, token: str) -> Claims | None:
        """The claims for the last part of such an URL; None when it is forged, damaged or long expired."""
        ...
