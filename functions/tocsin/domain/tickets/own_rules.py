"""What Tocsin's own events do to a ticket: they say what fell due, was found out or is expected, and told."""

from __future__ import annotations

from tocsin.domain.contracts.metrics import TIER_ACKNOWLEDGEMENT
from tocsin.domain.escalation.reasons import AlertReason
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets import reported_rules as reported
from tocsin.domain.tickets.measuring import happens, start
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.reaching import NotReached


def breached(ticket: Ticket, event: ev.Breached) -> None:
    name = (event.obligation_id, event.due_at)
    before = ticket.breached.get(name)
    if before is None or before.sequence < event.sequence:
        ticket.breached[name] = event


def breach_expected(ticket: Ticket, event: ev.BreachExpected | ev.BreachForecast) -> None:
    if event.due_at is not None:
        name = (event.obligation_id, event.due_at)
        before = ticket.breach_told_at.get(name, event.recorded_at)
        ticket.breach_told_at[name] = min(before, event.recorded_at)


def corrected(ticket: Ticket, event: ev.Corrected) -> None:
    # A breach is dated when it fell due: one that was found again after this correction is folded before it.
    name = (event.obligation_id, event.due_at)
    if name in ticket.breached and ticket.breached[name].sequence < event.sequence:
        del ticket.breached[name]


def tier_alerted(ticket: Ticket, event: ev.TierAlerted) -> None:
    ticket.chain.alerted(
        event.tier,
        event.attempt,
        event.occurred_at,
        event.sequence,
        reached=event.reached,
        reason=event.reason,
        unanswered=ticket.unanswered(),
        asked=event.members,
        later=[(each.member, each.after) for each in event.later or ()],
        needed_of=ticket.policy.tier(event.tier).needed,
        everybody_declined=event.not_reached is NotReached.EVERYBODY_DECLINED,
    )
    if not ticket.waiting_for and not ticket.over:
        ticket.holders.append((event.occurred_at, reported.holder(ticket)))
    # Where somebody had it already, of which we learned after the alert, it was nobody's turn.
    if event.attempt > 1 or ticket.over or ticket.chain.acknowledged:
        return
    if event.reason is AlertReason.SNOOZE_OVER and event.tier == event.from_tier:
        start(ticket, TIER_ACKNOWLEDGEMENT, event)  # Its time to resolve goes on, however often it is snoozed.
    else:
        happens(ticket, event, "tier_alerted")


def trigger_fired(ticket: Ticket, event: ev.TriggerFired) -> None:
    ticket.fired.add((event.trigger, event.name))
    if event.beside:
        ticket.called_in.append(event.beside)
    if event.tier and not ticket.over:
        ticket.chain.request(
            event.tier, event.occurred_at, event.sequence, AlertReason.TRIGGERED, because=event.because
        )
        happens(ticket, event, "escalated")


def notices_recorded(ticket: Ticket, event: ev.NoticesRecorded) -> None:
    ticket.notified_through = max(ticket.notified_through, event.through)
    for notice in event.notices:
        ticket.told[notice.notice_id] = notice
        if notice.notice_id not in ticket.sent:
            ticket.unsent[notice.notice_id] = notice


def notices_queued(ticket: Ticket, event: ev.NoticesQueued) -> None:
    for queued in event.queued:
        if queued.notice_id not in ticket.sent:
            ticket.queued_until[queued.notice_id] = queued.until


def notices_sent(ticket: Ticket, event: ev.NoticesSent) -> None:
    for receipt in event.receipts:
        ticket.sent.add(receipt.notice_id)
        ticket.unsent.pop(receipt.notice_id, None)
        ticket.queued_until.pop(receipt.notice_id, None)
        ticket.refused.pop(receipt.notice_id, None)


def notices_failed(ticket: Ticket, event: ev.NoticesFailed) -> None:
    for refusal in event.refusals:
        if refusal.notice_id not in ticket.sent:
            ticket.refused[refusal.notice_id] = refusal.error
