"""The fold: the one place where events become state.

Events are folded in the order in which they occurred, whenever we learned of them; duplicates and shuffled
deliveries fold to the same ticket. No clock is read: what is true *now* is asked of the result
(`Obligation.state`, `tocsin.domain.assessment`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, assert_never

from tocsin.domain.contracts.contract import Contract
from tocsin.domain.escalation.chain import Chain
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets import own_rules as own
from tocsin.domain.tickets import reported_rules as reported
from tocsin.domain.tickets.events import AnyEvent
from tocsin.domain.tickets.measuring import happens, rulebook_of
from tocsin.domain.tickets.ticket import Contracts, Status, Ticket
from tocsin.domain.values.identifiers import TicketKey


def versions_in(log: Sequence[AnyEvent]) -> set[int]:
    """The versions of its contract that a ticket was opened under or has moved to."""
    return {event.contract_version for event in log if isinstance(event, ev.Opened | ev.ContractChanged)}


def fold(key: TicketKey, contracts: Contracts, events: Sequence[AnyEvent]) -> Ticket:
    """The ticket that these events tell of, given in the order of their sequence; the first must be `opened`."""
    opened = events[0]
    if not isinstance(opened, ev.Opened):
        raise ValueError(f"the log of {key.ticket_id} begins with {opened.type}, not with {ev.Opened.type}")
    version = opened.contract_version
    ticket = Ticket(
        key=key,
        contracts=contracts,
        contract=contracts[version],
        contract_version=version,
        policy=contracts[version].escalation,
        rulebook=rulebook_of(contracts, version),
        opened_at=opened.occurred_at,
        chain=Chain(opened.occurred_at),
        attributes={**opened.attributes},
        stated_priority=opened.priority,
        team_timezone=opened.team_timezone,
        latest=opened.occurred_at,
        status_since=opened.occurred_at,
    )
    ticket.look_up_targets()
    ticket.settle_policy()
    for event in events:
        ticket.generations.observe(event)
    # Stable, so events of one instant stay in the order of recording.
    for event in sorted(events, key=attrgetter("occurred_at")):
        _apply(ticket, event)
    ticket.log, ticket.latest = list(events), max(event.occurred_at for event in events)
    return ticket


def just_opened(contract: Contract, version: int, at: datetime, priority: str | None, **known: Any) -> Ticket:
    """A ticket that was opened at an instant under a contract, and nothing else.

    `known`: its `attributes` and `team_timezone`, as in `Opened`.
    """
    opened = ev.Opened(
        sequence=1,
        occurred_at=at,
        recorded_at=at,
        actor=ev.Actor("customer"),
        contract_id=contract.contract_id,
        contract_version=version,
        priority=priority,
        **known,
    )
    return fold(TicketKey("example", "example"), {version: contract}, [opened])


def follow(ticket: Ticket, event: AnyEvent) -> Ticket:
    """The ticket after the next event of its log; the one that was given is used up.

    What happened last of all is added to it. Whatever happened before something that is folded already, or brings a
    contract version with it, is folded anew from the whole log.
    """
    if event.occurred_at < ticket.latest or isinstance(event, ev.ContractChanged):
        return fold(ticket.key, ticket.contracts, [*ticket.log, event])
    record(ticket, event)
    return ticket


def record(ticket: Ticket, event: AnyEvent) -> None:
    """Add the next event of its log to a ticket; of Tocsin's own events also one that is dated earlier.

    They say what was found out and told, so it does not matter what happened since.
    """
    ticket.log.append(event)
    ticket.generations.observe(event)
    ticket.latest = max(ticket.latest, event.occurred_at)
    _apply(ticket, event)


def _apply(ticket: Ticket, event: AnyEvent) -> None:  # noqa: C901, PLR0912, PLR0915 - a line per kind of event
    before = ticket.status, ticket.waiting_for
    match event:
        case ev.NoticesRecorded():
            own.notices_recorded(ticket, event)
        case ev.NoticesQueued():
            own.notices_queued(ticket, event)
        case ev.NoticesSent():
            own.notices_sent(ticket, event)
        case ev.NoticesFailed():
            own.notices_failed(ticket, event)
        case ev.TierAlerted():
            own.tier_alerted(ticket, event)
        case ev.AlertFollowedUp():
            ticket.chain.followed_up(event.member, event.after, event.alert)
        case ev.Opened():
            reported.opened(ticket, event)
        case ev.AgentReplied():
            reported.agent_replied(ticket, event)
        case ev.CustomerReplied():
            reported.customer_replied(ticket, event)
        case ev.Warned():
            ticket.warned.add((event.obligation_id, event.threshold))
        case ev.BreachExpected() | ev.BreachForecast():
            own.breach_expected(ticket, event)
        case ev.Breached():
            own.breached(ticket, event)
        case ev.Acknowledged():
            reported.acknowledged(ticket, event)
        case ev.Assigned():
            reported.assigned(ticket, event)
        case ev.Unacknowledged():
            reported.unacknowledged(ticket, event)
        case ev.Declined():
            reported.declined(ticket, event)
        case ev.Snoozed():
            reported.snoozed(ticket, event)
        case ev.Pended():
            reported.pended(ticket, event, event.waiting_for)
        case ev.Resumed():
            reported.resumed(ticket, event)
        case ev.Resolved():
            reported.resolved(ticket, event)
        case ev.AgentNoted():
            happens(ticket, event, *reported.responds(ticket, event, "internal_note"))
        case ev.CustomerNotified():
            happens(ticket, event, "customer_notified")
        case ev.PriorityChanged():
            reported.priority_changed(ticket, event)
        case ev.AttributesChanged():
            reported.attributes_changed(ticket, event)
        case ev.ContractChanged():
            reported.contract_changed(ticket, event)
        case ev.DueDateSet():
            reported.due_date_set(ticket, event)
        case ev.Escalated():
            reported.escalated(ticket, event)
        case ev.Reopened():
            reported.reopened(ticket, event)
        case ev.Closed():
            reported.closed(ticket, event)
        case ev.Merged():
            reported.withdrawn(ticket, event, Status.MERGED)
        case ev.Deleted():
            reported.withdrawn(ticket, event, Status.DELETED)
        case ev.ReviewFiled():
            happens(ticket, event, "review_filed")
        case ev.TriggerFired():
            own.trigger_fired(ticket, event)
        case ev.Corrected():
            own.corrected(ticket, event)
        case ev.EscalationExhausted():
            ticket.chain.exhausted = event.unresolved or ticket.chain.acknowledged is None
        case ev.Concluded() | ev.Settled() | ev.Continued() | ev.Rearmed() | ev.Unrecognized():
            pass  # `Generations` observes them; what a newer version wrote changes nothing here.
        case _:
            assert_never(event)
    if (ticket.status, ticket.waiting_for) != before:
        ticket.status_since = event.occurred_at
