"""Deliver a notice: at once, or with others that came within the same minute, in one message for all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from tocsin.domain.notices.mailbox import RECEIPT_AFTER, WINDOW, entry_of
from tocsin.domain.notices.message import Message
from tocsin.domain.notices.notice import Notice, Queued, Receipt
from tocsin.domain.notices.topics import topic_of
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.channels import Way
from tocsin.ports.clock import Clock
from tocsin.ports.notices import Digests, Mailboxes, Notifier

MOST_MESSAGES = 5
"""That one who empties a mailbox publishes, well below the 10 a second that SNS sends to a mail address
(https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html, 2026-11). The rest waits another minute."""


class Box(NamedTuple):
    """A mailbox: of a topic, or of what waits until the quiet hours of its person end."""

    topic: str
    is_quiet: bool = False

    @property
    def name(self) -> str:
        """By which mailboxes know it."""
        return f"{self.topic}_quiet" if self.is_quiet else self.topic

    @property
    def quiet(self) -> Box:
        """The one of the same topic for quiet hours."""
        return Box(self.topic, is_quiet=True)


@dataclass(frozen=True, slots=True)
class Delivery:
    """The way of a ticket's notices to their topics."""

    notifier: Notifier
    mailboxes: Mailboxes
    digests: Digests
    clock: Clock

    def deliver(
        self,
        notice: Notice,
        ticket: Ticket,
        render: Callable[[Notice], Message],
        quiet_until: Callable[[Notice], datetime | None] = lambda _: None,
    ) -> Receipt | Queued:
        """Publish a notice, leave it in the mailbox, or look what has become of it there.

        In somebody's quiet hours what is not important waits in a mailbox of its own until they end; an alert that is
        sent meanwhile does not bring it along.

        Raises whatever the notifier raises; the notice is then as undelivered as it was.
        """
        helpdesk_id, contract_id = ticket.key.helpdesk_id, ticket.contract.contract_id
        way = notice.way or Way.AT_ONCE
        box = Box(topic_of(helpdesk_id, contract_id, notice.audience, notice.recipient, way))
        if notice.notice_id in ticket.queued_until:
            return self._look(box, notice, render)
        if until := quiet_until(notice):
            return self._keep(box.quiet, notice, ticket, render, until)
        if not self.mailboxes.admits(box.name, ticket.key.ticket_id, self.clock.now()):
            return self._leave(box, notice, ticket, render)
        try:
            return Receipt(notice.notice_id, self.notifier.publish(render(notice)))
        except Exception:
            self.mailboxes.not_sent(box.name)
            raise

    def _look(self, box: Box, notice: Notice, render: Callable[[Notice], Message]) -> Receipt | Queued:
        """What has become of a notice that waits, in the one mailbox or the other."""
        for each in (box, box.quiet):
            if receipt := self.mailboxes.receipt(each.name, notice.notice_id):
                return receipt
        is_quiet = any(entry.notice_id == notice.notice_id for entry in self.mailboxes.waiting(box.quiet.name))
        return self._empty(box.quiet if is_quiet else box, notice, render)

    def _keep(
        self, box: Box, notice: Notice, ticket: Ticket, render: Callable[[Notice], Message], until: datetime
    ) -> Queued:
        now = self.clock.now()
        self.mailboxes.admits(box.name, ticket.key.ticket_id, now)
        self.mailboxes.leave(box.name, entry_of(notice, render(notice), ticket.key.ticket_id, now))
        return Queued(notice.notice_id, until)

    def _leave(self, box: Box, notice: Notice, ticket: Ticket, render: Callable[[Notice], Message]) -> Receipt | Queued:
        now = self.clock.now()
        waiting = self.mailboxes.leave(box.name, entry_of(notice, render(notice), ticket.key.ticket_id, now))
        if waiting.closes_at <= now:
            return self._empty(box, notice, render)
        return Queued(notice.notice_id, waiting.closes_at if waiting.first else waiting.closes_at + RECEIPT_AFTER)

    def _empty(self, box: Box, notice: Notice, render: Callable[[Notice], Message]) -> Receipt | Queued:
        """Send everything that waits, unless somebody else is at it."""
        closes_at = self.mailboxes.claim(box.name, self.clock.now())
        if closes_at is not None:
            return Queued(notice.notice_id, closes_at)
        try:
            sent = self._send_all(box, notice, render)
        except Exception:
            self.mailboxes.not_emptied(box.name, self.clock.now())
            raise
        return sent.get(notice.notice_id) or Queued(notice.notice_id, self.clock.now() + WINDOW)

    def _send_all(self, box: Box, notice: Notice, render: Callable[[Notice], Message]) -> dict[str, Receipt]:
        """The receipts by the ids of the notices that have gone out."""
        entries = sorted(self.mailboxes.waiting(box.name), key=lambda entry: entry.rank)
        if {entry.notice_id for entry in entries} <= {notice.notice_id}:
            # Nothing else has come: it is told in its own words, as it stands now.
            return self._publish(box, render(notice), [notice.notice_id], None)
        sent: dict[str, Receipt] = {}
        messages = self.digests.render(box.topic, entries, self.clock.now())
        for message, told in messages[:MOST_MESSAGES]:
            sent |= self._publish(box, message, [entry.notice_id for entry in told], len(told))
        if messages[MOST_MESSAGES:]:
            self.mailboxes.shut(box.name)
        return sent

    def _publish(self, box: Box, message: Message, notice_ids: list[str], digest_of: int | None) -> dict[str, Receipt]:
        message_id = self.notifier.publish(message)
        receipts = [Receipt(notice_id, message_id, digest_of) for notice_id in notice_ids]
        self.mailboxes.carried(box.name, receipts, self.clock.now())
        return {receipt.notice_id: receipt for receipt in receipts}
