"""Send the notices that have been recorded and nobody has been sent yet, and record that it was done."""

from __future__ import annotations

from datetime import datetime

from tocsin.domain.assessment.assessment import decide
from tocsin.domain.notices.notice import Receipt
from tocsin.domain.tickets.events import TOCSIN, NoticesSent
from tocsin.domain.tickets.fold import follow
from tocsin.domain.tickets.texts import Texts
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.identifiers import TicketKey
from tocsin.ports.clock import Clock
from tocsin.ports.contracts import Contracts
from tocsin.ports.notices import Messages, Notifier
from tocsin.ports.oncall import Teams
from tocsin.ports.tickets import TicketLog
from tocsin.use_cases.tickets.retrying import retrying
from tocsin.use_cases.tickets.ticket_context import head_of, read_context, texts_of


def send_notices(
    key: TicketKey,
    *,
    log: TicketLog,
    contracts: Contracts,
    teams: Teams,
    clock: Clock,
    messages: Messages,
    notifier: Notifier,
) -> int | None:
    """The sequence number of `notices_sent`, or None when there was nothing to send.

    Delivery is at least once: what SNS took is recorded right after; when that fails the notice goes out again with
    the same id. What SNS refused stays unsent and the error is raised, after the others have been recorded.
    """
    receipts: dict[str, str] = {}

    def send_once() -> int | None:
        context = read_context(key, log=log, contracts=contracts, teams=teams)
        ticket, now = context.ticket(), clock.now()
        trouble = _publish(ticket, texts_of(ticket, log=log), now, receipts, messages=messages, notifier=notifier)
        sent = tuple(Receipt(notice_id, message_id) for notice_id, message_id in receipts.items())
        if not sent:
            if trouble:
                raise trouble
            return None
        event = NoticesSent(sequence=ticket.sequence + 1, occurred_at=now, recorded_at=now, actor=TOCSIN, receipts=sent)
        after = decide(follow(ticket, event), context.roster, now)
        log.append(head_of(after, event.sequence, now), [event])
        if trouble:
            raise trouble
        return event.sequence

    return retrying(send_once, clock=clock, refusal="Too many events of this ticket are being recorded at once.")


def _publish(
    ticket: Ticket, texts: Texts, now: datetime, receipts: dict[str, str], *, messages: Messages, notifier: Notifier
) -> Exception | None:
    """Publish what is neither recorded as sent nor among the receipts; one refusal does not hold up the others."""
    trouble: Exception | None = None
    for notice_id, notice in ticket.unsent.items():
        if notice_id not in receipts:
            try:
                receipts[notice_id] = notifier.publish(messages.render(notice, ticket, texts, now))
            except Exception as error:  # noqa: BLE001 - raised again once the others are recorded
                trouble = error
    return trouble
