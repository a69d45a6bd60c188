"""Deliver a notice: at once, or with others that came within the same minute, in one message for all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tocsin.domain.notices.mailbox import RECEIPT_AFTER, WINDOW, entry_of
from tocsin.domain.notices.message import Message
from tocsin.domain.notices.notice import Notice, Queued, Receipt
from tocsin.domain.notices.topics import topic_of
from tocsin.domain.tickets.ticket import Ticket
from tocsin.ports.clock import Clock
from tocsin.ports.notices import Digests, Mailboxes, Notifier

MOST_MESSAGES = 5
"""That one who empties a mailbox publishes, well below the 10 a second that SNS sends to a mail address
(https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html, 2026-11). The rest waits another minute."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The way of a ticket's notices to their topics."""

    notifier: Notifier
    mailboxes: Mailboxes
    digests: Digests
    clock: Clock

    def deliver(self, notice: Notice, ticket: Ticket, render: Callable[[Notice], Message]) -> Receipt | Queued:
        """Publish a notice, leave it in the mailbox, or look what has become of it there.

        Raises whatever the notifier raises; the notice is then as undelivered as it was.
        """
        topic = topic_of(ticket.key.helpdesk_id, ticket.contract.contract_id, notice.audience, notice.recipient)
        if notice.notice_id in ticket.queued_until:
            message_id = self.mailboxes.message_id(topic, notice.notice_id)
            return Receipt(notice.notice_id, message_id) if message_id else self._empty(topic, notice, render)
        if not self.mailboxes.admits(topic, ticket.key.ticket_id, self.clock.now()):
            return self._leave(topic, notice, ticket, render)
        try:
            return Receipt(notice.notice_id, self.notifier.publish(render(notice)))
        except Exception:
            self.mailboxes.not_sent(topic)
            raise

    def _leave(
        self, topic: str, notice: Notice, ticket: Ticket, render: Callable[[Notice], Message]
    ) -> Receipt | Queued:
        now = self.clock.now()
        waiting = self.mailboxes.leave(topic, entry_of(notice, render(notice), ticket.key.ticket_id, now))
        if waiting.closes_at <= now:
            return self._empty(topic, notice, render)
        return Queued(notice.notice_id, waiting.closes_at if waiting.first else waiting.closes_at + RECEIPT_AFTER)

    def _empty(self, topic: str, notice: Notice, render: Callable[[Notice], Message]) -> Receipt | Queued:
        """Send everything that waits, unless somebody else is at it."""
        closes_at = self.mailboxes.claim(topic, self.clock.now())
        if closes_at is not None:
            return Queued(notice.notice_id, closes_at)
        try:
            sent = self._send_all(topic, notice, render)
        except Exception:
            self.mailboxes.not_emptied(topic, self.clock.now())
            raise
        if notice.notice_id in sent:
            return Receipt(notice.notice_id, sent[notice.notice_id])
        return Queued(notice.notice_id, self.clock.now() + WINDOW)

    def _send_all(self, topic: str, notice: Notice, render: Callable[[Notice], Message]) -> dict[str, str]:
        """The MessageIds by the ids of the notices that have gone out."""
        entries = sorted(self.mailboxes.waiting(topic), key=lambda entry: entry.rank)
        if {entry.notice_id for entry in entries} <= {notice.notice_id}:
            # Nothing else has come: it is told in its own words, as it stands now.
            return self._publish(topic, render(notice), [notice.notice_id])
        sent: dict[str, str] = {}
        messages = self.digests.render(topic, entries, self.clock.now())
        for message, told in messages[:MOST_MESSAGES]:
            sent |= self._publish(topic, message, [entry.notice_id for entry in told])
        if messages[MOST_MESSAGES:]:
            self.mailboxes.shut(topic)
        return sent

    def _publish(self, topic: str, message: Message, notice_ids: list[str]) -> dict[str, str]:
        sent = dict.fromkeys(notice_ids, self.notifier.publish(message))
        self.mailboxes.carried(topic, sent, self.clock.now())
        return sent
