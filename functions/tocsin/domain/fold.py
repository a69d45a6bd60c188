"""The fold: the one place where events become state.

Events are folded in the order in which they occurred, whenever we learned of them; duplicates and shuffled
deliveries fold to the same ticket. No clock is read: what is true *now* is asked of the result
(`Obligation.state`, `tocsin.domain.assessment`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter

from tocsin.domain import events as ev
from tocsin.domain.contract import Contract
from tocsin.domain.escalation import Chain
from tocsin.domain.events import Event
from tocsin.domain.identifiers import TicketKey
from tocsin.domain.metrics import METRICS, Metric
from tocsin.domain.obligation import Obligation
from tocsin.domain.ticket import ATTRIBUTES, Ticket


def _by_fact(which: str) -> Mapping[str, tuple[Metric, ...]]:
    facts = {fact for metric in METRICS for fact in getattr(metric, which)}
    return {fact: tuple(m for m in METRICS if fact in getattr(m, which)) for fact in facts}


_STARTS, _MEETS, _CANCELS = _by_fact("starts_on"), _by_fact("meets_on"), _by_fact("cancels_on")


def fold(key: TicketKey, contract: Contract, contract_version: int, events: Sequence[Event]) -> Ticket:
    """The ticket that these events tell of, given in the order of their sequence; the first must be `opened`."""
    opened = events[0]
    if opened.type != ev.OPENED:
        raise ValueError(f"the log of {key.ticket_id} begins with {opened.type}, not with {ev.OPENED}")
    ticket = Ticket(
        key=key,
        contract=contract,
        contract_version=contract_version,
        opened_at=opened.occurred_at,
        priority=opened.details["priority"],
        chain=Chain(opened),
        attributes={name: opened.details[name] for name in ATTRIBUTES if name in opened.details},
    )
    # Stable, so events of one instant stay in the order of recording.
    for event in sorted(events, key=attrgetter("occurred_at")):
        apply(ticket, event)
    return ticket


def apply(ticket: Ticket, event: Event) -> None:
    """Fold one more event; types that this version does not know change nothing, so old code reads newer logs."""
    ticket.sequence = max(ticket.sequence, event.sequence)
    if event.actor.kind != "system":
        ticket.facts.append(event.sequence)
    if (rule := _RULES.get(event.type)) is not None:
        rule(ticket, event)


def _happens(ticket: Ticket, fact: str, event: Event) -> None:
    """Let a fact meet, cancel and start obligations, in this order: who answers and pends at once has answered."""
    for metric in _MEETS.get(fact, ()):
        _end(ticket, metric, event, met_by=event.sequence)
    for metric in _CANCELS.get(fact, ()):
        _end(ticket, metric, event, met_by=None)
    for metric in _STARTS.get(fact, ()):
        _start(ticket, metric, event)


def _end(ticket: Ticket, metric: Metric, event: Event, met_by: int | None) -> None:
    obligation = ticket.current.get(metric.name)
    if obligation is not None and obligation.running:
        obligation.end(event.occurred_at, met_by)
        if metric.repeats and met_by is not None:
            _start(ticket, metric, event)


def _start(ticket: Ticket, metric: Metric, event: Event) -> None:
    before = ticket.current.get(metric.name)
    if before is not None:
        if before.running:
            return
        ticket.past.append(before)
    obligation = Obligation(metric, ticket.contract.promise(ticket.priority, metric.name), event)
    if ticket.status == "pending" and metric.pauses_while_pending:
        obligation.pause(event.occurred_at, event.sequence)
    ticket.current[metric.name] = obligation


def _opened(ticket: Ticket, event: Event) -> None:
    _happens(ticket, "opened", event)


def _agent_replied(ticket: Ticket, event: Event) -> None:
    # A bot's answer or an internal note is no response; nor is anything that Tocsin itself sends.
    if event.actor.kind == "agent" and event.details.get("public", True) and not ticket.over:
        _happens(ticket, "response", event)
    if (then := event.details.get("then")) is not None:
        _RULES[then](ticket, event)


def _customer_replied(ticket: Ticket, event: Event) -> None:
    _resumed(ticket, event)


def _pended(ticket: Ticket, event: Event) -> None:
    if ticket.status == "open":
        ticket.status = "pending"
        for obligation in ticket.current.values():
            if obligation.running and obligation.metric.pauses_while_pending:
                obligation.pause(event.occurred_at, event.sequence)


def _resumed(ticket: Ticket, event: Event) -> None:
    if ticket.status == "pending":
        ticket.status = "open"
        for obligation in ticket.current.values():
            if obligation.running:
                obligation.resume(event.occurred_at)


def _priority_changed(ticket: Ticket, event: Event) -> None:
    ticket.priority = event.details["priority"]
    for name, obligation in ticket.current.items():
        if obligation.running:
            obligation.retarget(ticket.contract.promise(ticket.priority, name), event)


def _attributes_changed(ticket: Ticket, event: Event) -> None:
    ticket.attributes.update({name: event.details[name] for name in ATTRIBUTES if name in event.details})


def _acknowledged(ticket: Ticket, event: Event) -> None:
    if not ticket.over:
        ticket.chain.acknowledge(event)


def _escalated(ticket: Ticket, event: Event) -> None:
    if not ticket.over:
        last = len(ticket.contract.escalation.tiers)
        tier = event.details.get("tier") or min(ticket.chain.tier + 1, last)
        ticket.chain.request(tier, event)


def _resolved(ticket: Ticket, event: Event) -> None:
    if ticket.over:
        return
    _happens(ticket, "resolved", event)
    ticket.status, ticket.resolved_at, ticket.resolution = "resolved", event.occurred_at, event.details
    ticket.resolved_by = event.sequence
    review = ticket.contract.review
    if review is not None and ticket.chain.tier >= review.from_tier:
        _happens(ticket, "review_owed", event)


def _reopened(ticket: Ticket, event: Event) -> None:
    ticket.lifecycle.append(event)
    if ticket.status != "resolved":
        return
    ticket.status, ticket.resolved_at, ticket.resolved_by = "open", None, None
    ticket.reopened_by = event.sequence
    for obligation in ticket.current.values():
        if obligation.metric.resumes_on_reopen:
            obligation.revive(event.occurred_at)
            obligation.retarget(ticket.contract.promise(ticket.priority, obligation.metric.name), event)
    _happens(ticket, "reopened", event)
    ticket.chain.request(ticket.chain.tier or 1, event)


def _closed(ticket: Ticket, event: Event) -> None:
    if not ticket.over:
        _happens(ticket, "closed", event)
        ticket.resolved_at = event.occurred_at
    ticket.status = "closed"


def _review_filed(ticket: Ticket, event: Event) -> None:
    _happens(ticket, "review_filed", event)


def _warned(ticket: Ticket, event: Event) -> None:
    ticket.given.add((event.details["obligation_id"], event.details["threshold"]))


def _breached(ticket: Ticket, event: Event) -> None:
    ticket.given.add((event.details["obligation_id"], event.details["due_at"]))


def _tier_alerted(ticket: Ticket, event: Event) -> None:
    ticket.chain.alerted(event)


def _escalation_exhausted(ticket: Ticket, event: Event) -> None:
    ticket.chain.exhausted = True


def _notices_recorded(ticket: Ticket, event: Event) -> None:
    ticket.notified_through = max(ticket.notified_through, event.details["through"])
    for notice in event.details["notices"]:
        ticket.recorded.add(notice["notice_id"])
        if notice["notice_id"] not in ticket.sent:
            ticket.unsent[notice["notice_id"]] = notice


def _notices_sent(ticket: Ticket, event: Event) -> None:
    for receipt in event.details["receipts"]:
        ticket.sent.add(receipt["notice_id"])
        ticket.unsent.pop(receipt["notice_id"], None)


def _lifecycle(ticket: Ticket, event: Event) -> None:
    ticket.lifecycle.append(event)


_RULES: Mapping[str, Callable[[Ticket, Event], None]] = {
    ev.OPENED: _opened,
    ev.AGENT_REPLIED: _agent_replied,
    ev.CUSTOMER_REPLIED: _customer_replied,
    ev.PENDED: _pended,
    ev.RESUMED: _resumed,
    ev.PRIORITY_CHANGED: _priority_changed,
    ev.ATTRIBUTES_CHANGED: _attributes_changed,
    ev.ACKNOWLEDGED: _acknowledged,
    ev.ESCALATED: _escalated,
    ev.RESOLVED: _resolved,
    ev.REOPENED: _reopened,
    ev.CLOSED: _closed,
    ev.REVIEW_FILED: _review_filed,
    ev.WARNED: _warned,
    ev.BREACHED: _breached,
    ev.TIER_ALERTED: _tier_alerted,
    ev.ESCALATION_EXHAUSTED: _escalation_exhausted,
    ev.NOTICES_RECORDED: _notices_recorded,
    ev.NOTICES_SENT: _notices_sent,
    ev.SETTLED: _lifecycle,
    ev.CONTINUED: _lifecycle,
    ev.REARMED: _lifecycle,
}
