"""Send the notices that have been recorded and nobody has been sent yet, and record that it was done."""

from __future__ import annotations

from datetime import datetime

from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Event
from tocsin.domain.values.faults import Busy, SequenceConflict
from tocsin.domain.values.identifiers import TicketKey
from tocsin.ports.clock import Clock
from tocsin.ports.contracts import Contracts
from tocsin.ports.notices import Messages, Notifier
from tocsin.ports.oncall import Teams
from tocsin.ports.tickets import TicketLog
from tocsin.use_cases.tickets.ticket_context import ATTEMPTS, head_of, read_context

AT_ONCE = 10
"""So many notices are recorded as sent together: what a call that dies half-way would send again."""


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
    recorded = list[int]()
    receipts, refused = dict[str, str](), dict[str, Exception]()
    lost_races = 0
    while lost_races < ATTEMPTS:
        context = read_context(key, log=log, contracts=contracts, teams=teams)
        ticket, now = context.ticket(), clock.now()
        for notice_id, notice in ticket.unsent.items():
            if len(receipts) == AT_ONCE or ((receipts or refused) and clock.now() >= until):
                break
            if notice_id not in receipts and notice_id not in refused:
                try:
                    receipts[notice_id] = notifier.publish(messages.render(notice, ticket, now))
                except Exception as error:  # noqa: BLE001 - raised once the others are recorded
                    refused[notice_id] = error
        if not receipts:
            break
        sent = [{"notice_id": notice_id, "message_id": message} for notice_id, message in receipts.items()]
        event = Event(context.sequence + 1, ev.NOTICES_SENT, now, now, ev.TOCSIN, {"receipts": sent})
        after = context.plus(event).assess(now)
        try:
            log.append(head_of(after, event.sequence, now), [event])
        except SequenceConflict:
            lost_races += 1
            continue
        recorded.append(event.sequence)
        receipts, lost_races = {}, 0
        if clock.now() >= until and after.ticket.unsent.keys() - refused.keys():
            raise Busy("There was no time to send all notices of this ticket.")
    else:
        raise Busy("Too many events of this ticket are being recorded at once.")
    for trouble in refused.values():
        raise trouble
    return recorded
