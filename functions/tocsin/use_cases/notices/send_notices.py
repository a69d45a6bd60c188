"""Send the notices that have been recorded and nobody has been sent yet, and record that it was done."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tocsin.domain.assessment.assessment import decide
from tocsin.domain.assessment.quiet import quiet_until
from tocsin.domain.notices.notice import Notice, Queued, Receipt, Refusal
from tocsin.domain.tickets.events import TOCSIN, NoticesFailed, NoticesQueued, NoticesSent
from tocsin.domain.tickets.fold import record
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.faults import Busy
from tocsin.domain.values.identifiers import TicketKey
from tocsin.ports.clock import Clock
from tocsin.ports.contracts import Contracts
from tocsin.ports.notices import Messages
from tocsin.ports.oncall import Teams
from tocsin.ports.tickets import TicketLog
from tocsin.use_cases.notices.deliver import Delivery
from tocsin.use_cases.tickets.retrying import retrying
from tocsin.use_cases.tickets.ticket_context import head_of, read_context, texts_of

AT_ONCE = 10
"""So many notices are published before their receipts are recorded: a stalled call repeats no more than these."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The sequence numbers of what was recorded, and when the next notice need not wait in a mailbox any more."""

    recorded: list[int]
    queue_moves_at: datetime | None


def send_notices(
    key: TicketKey,
    *,
    log: TicketLog,
    contracts: Contracts,
    teams: Teams,
    clock: Clock,
    messages: Messages,
    delivery: Delivery,
    until: datetime,
) -> Sent:
    """Deliver what is to be sent; nothing is recorded where there was nothing, and the answer is as right then.

    Delivery is at least once: what SNS took is recorded right after, a few at a time; when that fails those go out
    again with the same ids. What SNS refused stays unsent; that is recorded with the others, once for each error, and
    the error is raised then. Raises Busy when time is up before everything is sent: the rest is for the next call.
    """
    sending = _Sending(until, clock)

    def send_some() -> tuple[Ticket, datetime | None]:
        """The ticket after it, and when its next notice need not wait any more."""
        context = read_context(key, log=log, contracts=contracts, teams=teams)
        ticket, now = context.ticket(), clock.now()
        texts = functools.cache(lambda: texts_of(ticket, log=log))
        sending.deliver_some(
            ticket,
            lambda notice: delivery.deliver(
                notice,
                ticket,
                lambda each: messages.render(each, ticket, texts(), context.roster, now),
                lambda each: quiet_until(each, ticket, context.roster, now),
            ),
        )
        for event in _events(ticket, now, sending):
            record(ticket, event)
        appended = ticket.log[context.sequence :]
        if not appended:
            return ticket, ticket.queue_moves_at(now)
        after = decide(ticket, context.roster, now)
        log.append(head_of(after, after.seen, now), appended)
        sending.note(event.sequence for event in appended)
        return after.ticket, after.queue_moves_at

    refusal = "Too many events of this ticket are being recorded at once."
    ticket, queue_moves_at = retrying(send_some, clock=clock, refusal=refusal)
    while not sending.is_over(ticket):
        ticket, queue_moves_at = retrying(send_some, clock=clock, refusal=refusal)
    for trouble in sending.refused.values():
        raise trouble
    return Sent(sending.recorded, queue_moves_at)


class _Sending:
    """What has been delivered and is not recorded yet, what was refused, and what has been recorded."""

    def __init__(self, until: datetime, clock: Clock) -> None:
        self._until, self._clock = until, clock
        self.delivered: dict[str, Receipt | Queued] = {}
        self.refused: dict[str, Exception] = {}
        self.recorded: list[int] = []

    def deliver_some(self, ticket: Ticket, deliver: Callable[[Notice], Receipt | Queued]) -> None:
        """Of what is to be sent and has not been tried, as much as may go out before it is recorded."""
        for notice in self._untried(ticket)[: AT_ONCE - len(self.delivered)]:
            if (self.delivered or self.refused) and self._clock.now() >= self._until:
                return
            try:
                self.delivered[notice.notice_id] = deliver(notice)
            except Exception as error:  # noqa: BLE001 - raised once the others are recorded
                self.refused[notice.notice_id] = error

    def note(self, recorded: Iterable[int]) -> None:
        """What was delivered has been recorded with these sequence numbers."""
        self.recorded.extend(recorded)
        self.delivered.clear()

    def refusals(self) -> list[Refusal]:
        """What was refused, by the name of the error alone: its message may quote what was to be sent."""
        return [Refusal(notice_id, type(error).__name__) for notice_id, error in self.refused.items()]

    def is_over(self, ticket: Ticket) -> bool:
        """Whether everything has been tried. Raises Busy where time is up before."""
        if not self._untried(ticket):
            return True
        if self._clock.now() >= self._until:
            raise Busy("There was no time to send all notices of this ticket.")
        return False

    def _untried(self, ticket: Ticket) -> list[Notice]:
        tried = {*self.delivered, *self.refused}
        return [notice for notice in ticket.to_send(self._clock.now()) if notice.notice_id not in tried]


def _events(ticket: Ticket, now: datetime, sending: _Sending) -> Iterator[NoticesSent | NoticesQueued | NoticesFailed]:
    """What to record of what was delivered and refused. The next is asked for when the one before is in the log."""

    def envelope() -> dict[str, Any]:
        return {"sequence": ticket.sequence + 1, "occurred_at": now, "recorded_at": now, "actor": TOCSIN}

    receipts = tuple(each for each in sending.delivered.values() if isinstance(each, Receipt))
    queued = tuple(each for each in sending.delivered.values() if isinstance(each, Queued))
    refusals = tuple(
        each
        for each in sending.refusals()
        if each.notice_id in ticket.unsent and ticket.refused.get(each.notice_id) != each.error
    )
    if receipts:
        yield NoticesSent(**envelope(), receipts=receipts)
    if queued:
        yield NoticesQueued(**envelope(), queued=queued)
    if refusals:
        yield NoticesFailed(**envelope(), refusals=refusals)
