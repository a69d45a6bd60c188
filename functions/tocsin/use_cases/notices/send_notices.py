"""Send the notices that have been recorded and nobody has been sent yet, and record that it was done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tocsin.domain.assessment.assessment import Assessment, decide
from tocsin.domain.notices.notice import Notice, Receipt
from tocsin.domain.tickets.events import TOCSIN, NoticesSent
from tocsin.domain.tickets.fold import follow
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.faults import Busy
from tocsin.domain.values.identifiers import TicketKey
from tocsin.ports.clock import Clock
from tocsin.ports.contracts import Contracts
from tocsin.ports.notices import Messages, Notifier
from tocsin.ports.oncall import Teams
from tocsin.ports.tickets import TicketLog
from tocsin.use_cases.tickets.retrying import retrying
from tocsin.use_cases.tickets.ticket_context import head_of, read_context, texts_of

AT_ONCE = 10
"""So many notices are published before their receipts are recorded: a stalled call repeats no more than these."""


def send_notices(
    key: TicketKey,
    *,
    log: TicketLog,
    contracts: Contracts,
    teams: Teams,
    clock: Clock,
    messages: Messages,
    notifier: Notifier,
    until: datetime,
) -> list[int]:
    """The sequence numbers of `notices_sent`, none when there was nothing to send.

    Delivery is at least once: what SNS took is recorded right after, a few at a time; when that fails those go out
    again with the same ids. What SNS refused stays unsent and the error is raised, after the others have been
    recorded. Raises Busy when time is up before everything is sent: the rest is for the next call.
    """
    recorded: list[int] = []
    receipts: dict[str, str] = {}
    refused: dict[str, Exception] = {}

    def send_some() -> Assessment | None:
        context = read_context(key, log=log, contracts=contracts, teams=teams)
        ticket, now = context.ticket(), clock.now()
        texts = texts_of(ticket, log=log)
        for notice in _next_few(ticket, receipts, refused):
            if (receipts or refused) and clock.now() >= until:
                break
            try:
                receipts[notice.notice_id] = notifier.publish(
                    messages.render(notice, ticket, texts, context.roster, now)
                )
            except Exception as error:  # noqa: BLE001 - raised once the others are recorded
                refused[notice.notice_id] = error
        if not receipts:
            return None
        sent = tuple(Receipt(notice_id, message_id) for notice_id, message_id in receipts.items())
        event = NoticesSent(sequence=ticket.sequence + 1, occurred_at=now, recorded_at=now, actor=TOCSIN, receipts=sent)
        after = decide(follow(ticket, event), context.roster, now)
        log.append(head_of(after, event.sequence, now), [event])
        return after

    refusal = "Too many events of this ticket are being recorded at once."
    while (after := retrying(send_some, clock=clock, refusal=refusal)) is not None:
        recorded.append(after.seen)
        receipts.clear()
        if not after.ticket.unsent.keys() - refused.keys():
            break
        if clock.now() >= until:
            raise Busy("There was no time to send all notices of this ticket.")
    for trouble in refused.values():
        raise trouble
    return recorded


def _next_few(ticket: Ticket, receipts: Mapping[str, str], refused: Mapping[str, Exception]) -> list[Notice]:
    """Of what is unsent and has not been tried, as much as may be published before receipts are recorded."""
    untried = [notice for notice_id, notice in ticket.unsent.items() if notice_id not in {*receipts, *refused}]
    return untried[: AT_ONCE - len(receipts)]
