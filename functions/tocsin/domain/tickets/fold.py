"""The fold: the one place where events become state.

Events are folded in the order in which they occurred, whenever we learned of them; duplicates and shuffled
deliveries fold to the same ticket. No clock is read: what is true *now* is asked of the result
(`Obligation.state`, `tocsin.domain.assessment.assessment`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from tocsin.domain.contracts.clauses.retarget import Mode
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.contracts.metrics import WAITING, Metric
from tocsin.domain.contracts.rulebook import Rulebook, Step
from tocsin.domain.contracts.selectors import ATTRIBUTES
from tocsin.domain.escalation.chain import Chain
from tocsin.domain.escalation.reasons import AlertReason
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Event
from tocsin.domain.tickets.obligation import Obligation, Override
from tocsin.domain.tickets.ticket import FINAL, NOBODY, Contracts, Ticket
from tocsin.domain.values.identifiers import TicketKey
from tocsin.domain.values.instants import parse_instant


def versions_in(log: Sequence[Event]) -> set[int]:
    """The versions of its contract that a ticket was opened under or has moved to."""
    return {e.details["contract_version"] for e in log if e.type in (ev.OPENED, ev.CONTRACT_CHANGED)}


def fold(key: TicketKey, contracts: Contracts, events: Sequence[Event]) -> Ticket:
    """The ticket that these events tell of, given in the order of their sequence; the first must be `opened`."""
    opened = events[0]
    if opened.type != ev.OPENED:
        raise ValueError(f"the log of {key.ticket_id} begins with {opened.type}, not with {ev.OPENED}")
    version = opened.details["contract_version"]
    ticket = Ticket(
        key=key,
        contracts=contracts,
        contract=contracts[version],
        contract_version=version,
        rulebook=_rulebook(contracts, version),
        opened_at=opened.occurred_at,
        chain=Chain(opened.occurred_at),
        attributes=_attributes(opened.details),
        stated_priority=opened.details.get("priority"),
        team_timezone=opened.details.get("team_timezone"),
    )
    ticket.look_up_targets()
    # Stable, so events of one instant stay in the order of recording.
    for event in sorted(events, key=attrgetter("occurred_at")):
        # Types that this version does not know change nothing, so old code reads newer logs.
        if (rule := _RULES.get(event.type)) is not None:
            rule(ticket, event)
    ticket.sequence, ticket.log = events[-1].sequence, events
    return ticket


def apply(ticket: Ticket, event: Event) -> None:
    """Fold one more event of Tocsin's own, the next of the log."""
    ticket.sequence = event.sequence
    _RULES[event.type](ticket, event)


def _rulebook(contracts: Contracts, version: int) -> Rulebook:
    """What that version measures, and what only others do: a promise made later finds the whole history."""
    return contracts[version].rulebook.joined_with(contracts[number].rulebook for number in sorted(contracts))


def _attributes(details: Mapping[str, Any]) -> dict[str, Any]:
    return {name: details[name] for name in ATTRIBUTES if name in details}


def _happens(ticket: Ticket, event: Event, *facts: str) -> None:
    """Let the facts that an event brings do to the obligations what their metrics say."""
    for metric, step in ticket.rulebook.effects[facts]:
        _STEPS[step](ticket, metric, event)


def _start(ticket: Ticket, metric: Metric, event: Event) -> None:
    before = ticket.current.get(metric.name)
    if before is not None:
        if before.running:
            return
        ticket.past.append(before)
    obligation = Obligation(metric, ticket.promise(metric), event)
    if ticket.waiting_for and metric.pause.intersection(WAITING[ticket.waiting_for]):
        obligation.pause(event.occurred_at, event.sequence)
    ticket.current[metric.name] = obligation


def _meet(ticket: Ticket, metric: Metric, event: Event) -> None:
    obligation = ticket.current.get(metric.name)
    if obligation is None or not obligation.running:
        return
    if not metric.repeats or obligation.cycle != event.sequence:  # What begins a cycle does not end it, too.
        obligation.end(event.occurred_at, event.sequence)


def _repeat(ticket: Ticket, metric: Metric, event: Event) -> None:
    obligation = ticket.current.get(metric.name)
    if obligation is not None and obligation.met_by == event.sequence:
        _start(ticket, metric, event)


def _restart(ticket: Ticket, metric: Metric, event: Event) -> None:
    if _cancel(ticket, metric, event):
        _start(ticket, metric, event)


def _cancel(ticket: Ticket, metric: Metric, event: Event) -> bool:
    obligation = ticket.current.get(metric.name)
    if obligation is None or not obligation.running:
        return False
    obligation.end(event.occurred_at, met_by=None)
    return True


def _pause(ticket: Ticket, metric: Metric, event: Event) -> None:
    obligation = ticket.current.get(metric.name)
    if obligation is not None and obligation.running:
        obligation.pause(event.occurred_at, event.sequence)


def _resume(ticket: Ticket, metric: Metric, event: Event) -> None:
    obligation = ticket.current.get(metric.name)
    if obligation is not None and obligation.running:
        obligation.resume(event.occurred_at)


_STEPS: Mapping[Step, Callable[[Ticket, Metric, Event], object]] = {
    "meet": _meet,
    "repeat": _repeat,
    "cancel": _cancel,
    "restart": _restart,
    "resume": _resume,
    "pause": _pause,
    "start": _start,
}


def _responds(ticket: Ticket, event: Event, done: str) -> tuple[str, ...]:
    """The facts of an answer: what it is, and that it is a response where the contract counts it as one."""
    kind = _kind_of_response(event, done)
    if kind is None or ticket.status in FINAL:
        return ()
    fact = (kind,) if kind in ("public_reply", "bot_reply", "internal_note") else ()
    if kind not in ticket.contract.counts_as_response:
        return fact
    ticket.responded = True
    return (*fact, "response")


def _kind_of_response(event: Event, done: str) -> str | None:
    """Which of `RESPONSES` an event is, if any, where `done` is what it is when a person of the provider does it."""
    if event.details.get("notice_id"):
        return None  # A message of Tocsin's own that the helpdesk took for an answer.
    if event.actor.kind == "bot":
        return "bot_reply" if done in ("public_reply", "resolution") else None
    return done if event.actor.kind == "agent" else None


def _opened(ticket: Ticket, event: Event) -> None:
    _happens(ticket, event, "opened")
    if response := _responds(ticket, event, "agent_opening"):
        _happens(ticket, event, *response)


def _agent_replied(ticket: Ticket, event: Event) -> None:
    facts = _responds(ticket, event, "public_reply" if event.details.get("public", True) else "internal_note")
    if event.details.get("then") == "resolved":
        _resolved(ticket, event, facts)
        return
    if facts:
        _happens(ticket, event, *facts)
    if event.details.get("then") == "pended":
        _pended(ticket, event)


def _agent_noted(ticket: Ticket, event: Event) -> None:
    if facts := _responds(ticket, event, "internal_note"):
        _happens(ticket, event, *facts)


def _customer_replied(ticket: Ticket, event: Event) -> None:
    if ticket.over:
        ticket.wrote_while_resolved = ticket.status == "resolved"
        return
    if ticket.waiting_for == "customer":
        _resumed(ticket, event)
    _happens(ticket, event, "customer_replied", *(("customer_followed_up",) if ticket.responded else ()))


def _customer_notified(ticket: Ticket, event: Event) -> None:
    _happens(ticket, event, "customer_notified")


def _pended(ticket: Ticket, event: Event) -> None:
    waiting_for = event.details.get("waiting_for", "customer")
    if ticket.over or ticket.waiting_for == waiting_for:
        return
    if ticket.waiting_for:
        _resumed(ticket, event)
    ticket.status, ticket.waiting_for = "pending", waiting_for
    ticket.holders.append((event.occurred_at, waiting_for))
    _happens(ticket, event, *WAITING[waiting_for])


def _resumed(ticket: Ticket, event: Event) -> None:
    if ticket.waiting_for:
        ticket.status, ticket.waiting_for = "open", None
        ticket.holders.append((event.occurred_at, _tier(ticket)))
        _happens(ticket, event, "resumed")


def _tier(ticket: Ticket) -> str:
    taken = ticket.chain.acknowledged
    tier = taken.tier if taken else ticket.chain.tier
    return f"tier {tier}" if tier else NOBODY


def _priority_changed(ticket: Ticket, event: Event) -> None:
    ticket.stated_priority = event.details["priority"]
    _retarget(ticket, event, lambda contract: contract.retarget.priority)
    if not ticket.over:
        _happens(ticket, event, "priority_changed")


def _attributes_changed(ticket: Ticket, event: Event) -> None:
    changes = _attributes(event.details)
    ticket.attributes.update(changes)
    if not ticket.contract.deciding.isdisjoint(changes):
        _retarget(ticket, event, lambda contract: contract.retarget.attributes)
    if not ticket.over:
        _happens(ticket, event, "attributes_changed")


def _contract_changed(ticket: Ticket, event: Event) -> None:
    ticket.contract_version = event.details["contract_version"]
    ticket.contract = ticket.contracts[ticket.contract_version]
    ticket.rulebook = _rulebook(ticket.contracts, ticket.contract_version)
    for name, obligation in ticket.current.items():
        metric = ticket.rulebook.by_name[name]
        if metric is not obligation.metric:
            obligation.metric = metric
            _pause_as_defined(ticket, obligation, event)
    chosen: Mode | None = event.details.get("mode")
    _retarget(ticket, event, lambda contract: chosen or contract.retarget.contract, chosen)


def _pause_as_defined(ticket: Ticket, obligation: Obligation, event: Event) -> None:
    """Another version may define otherwise what pauses a metric: what waits now is paused by that and nothing else."""
    pause = obligation.metric.pause
    if not obligation.running or (pause and not ticket.waiting_for):
        return
    if ticket.waiting_for and pause.intersection(WAITING[ticket.waiting_for]):
        obligation.pause(event.occurred_at, event.sequence)
    else:
        obligation.resume(event.occurred_at)


def _retarget(
    ticket: Ticket, event: Event, mode_of: Callable[[Contract], Mode], for_calendar: Mode | None = None
) -> None:
    """Measure what still runs against the promises that the ticket has now; what has ended stays as it was."""
    ticket.look_up_targets()
    for obligation in ticket.current.values():
        if obligation.running:
            before, promise = obligation.promised, ticket.promise(obligation.metric)
            if before != promise:
                mode = mode_of(ticket.contract)
                if before and promise and before.same_target(promise) and event.type != ev.PRIORITY_CHANGED:
                    mode = for_calendar or ticket.contract.retarget.calendar  # Only its hours are others.
                obligation.retarget(promise, mode, event)


def _due_date_set(ticket: Ticket, event: Event) -> None:
    obligation = ticket.current.get(event.details["metric"])
    if obligation is not None and obligation.running:
        due_at = event.details.get("due_at")
        by, reason = event.actor.id, event.details["reason"]
        override = Override(parse_instant(due_at), by, reason, event.sequence) if due_at else None
        obligation.set_due_at(override, event)


def _acknowledged(ticket: Ticket, event: Event) -> None:
    if not ticket.over and event.actor.kind != "customer":
        tier, by = event.details.get("tier"), event.actor.id or "helpdesk"
        ticket.chain.acknowledge(by, event.occurred_at, event.sequence, tier)
        if not ticket.waiting_for:
            ticket.holders.append((event.occurred_at, _tier(ticket)))
        _happens(ticket, event, "acknowledged", *_responds(ticket, event, "acknowledgement"))


def _escalated(ticket: Ticket, event: Event) -> None:
    if not ticket.over:
        last = len(ticket.contract.escalation.tiers)
        tier = event.details.get("tier") or min((ticket.chain.tier or 0) + 1, last)
        ticket.chain.request(tier, event.occurred_at, event.sequence, AlertReason.ESCALATED)
        _happens(ticket, event, "escalated")


def _resolved(ticket: Ticket, event: Event, answered: tuple[str, ...] = ()) -> None:
    if ticket.over:
        if answered:
            _happens(ticket, event, *answered)
        return
    waited = ("resumed",) if ticket.waiting_for else ()
    facts = (*answered, *waited, "resolved", *_responds(ticket, event, "resolution"))
    _happens(ticket, event, *dict.fromkeys(facts))
    ticket.status, ticket.waiting_for, ticket.resolved_at = "resolved", None, event.occurred_at
    ticket.resolution, ticket.resolved_by = event.details, event.sequence
    ticket.holders.append((event.occurred_at, NOBODY))
    review = ticket.contract.review
    if review is not None and (ticket.chain.tier or 0) >= review.from_tier:
        _happens(ticket, event, "review_owed")


def _reopened(ticket: Ticket, event: Event) -> None:
    ticket.lifecycle.append(event)
    if ticket.status != "resolved" or ticket.resolved_at is None:
        return
    continues = ticket.contract.reopen.continues(event.occurred_at - ticket.resolved_at)
    ticket.status, ticket.resolved_at, ticket.resolved_by = "open", None, None
    ticket.reopened_by = event.sequence
    ticket.holders.append((event.occurred_at, _tier(ticket)))
    for obligation in list(ticket.current.values()):
        if obligation.metric.continues_on_reopen and not obligation.running:
            if continues:
                obligation.revive(event)
                obligation.retarget(ticket.promise(obligation.metric), ticket.contract.retarget.priority, event)
            else:
                _start(ticket, obligation.metric, event)
    # Helpdesks send the reply that reopens a ticket before the reopening.
    wrote, ticket.wrote_while_resolved = ticket.wrote_while_resolved, False
    _happens(ticket, event, "reopened", *(("customer_followed_up",) if wrote and ticket.responded else ()))
    ticket.chain.request(ticket.chain.tier or 1, event.occurred_at, event.sequence, AlertReason.REOPENED)


def _closed(ticket: Ticket, event: Event) -> None:
    if ticket.status in FINAL:
        return
    _happens(ticket, event, *(("resumed",) if ticket.waiting_for else ()), "closed")
    ticket.holders.append((event.occurred_at, NOBODY))
    ticket.resolved_at = ticket.resolved_at or event.occurred_at
    ticket.status, ticket.waiting_for = "closed", None


def _merged_or_deleted(ticket: Ticket, event: Event) -> None:
    """Whatever still ran ends unmet; what was late by then stays breached."""
    if ticket.status in FINAL:
        return
    for metric in ticket.rulebook.metrics:
        _cancel(ticket, metric, event)
    ticket.holders.append((event.occurred_at, NOBODY))
    ticket.status, ticket.waiting_for = event.type, None
    ticket.resolved_at = ticket.resolved_at or event.occurred_at


def _review_filed(ticket: Ticket, event: Event) -> None:
    _happens(ticket, event, "review_filed")


def _warned(ticket: Ticket, event: Event) -> None:
    ticket.warned.add((event.details["obligation_id"], event.details["threshold"]))


def _breached(ticket: Ticket, event: Event) -> None:
    name = (event.details["obligation_id"], event.details["due_at"])
    before = ticket.breached.get(name)
    if before is None or before.sequence < event.sequence:
        ticket.breached[name] = event


def _corrected(ticket: Ticket, event: Event) -> None:
    # A breach is dated when it fell due: one that was found again after this correction is folded before it.
    name = (event.details["obligation_id"], event.details["due_at"])
    if name in ticket.breached and ticket.breached[name].sequence < event.sequence:
        del ticket.breached[name]


def _tier_alerted(ticket: Ticket, event: Event) -> None:
    details = event.details
    ticket.chain.alerted(
        details["tier"],
        details["attempt"],
        event.occurred_at,
        event.sequence,
        reached=details["reached"],
        reason=AlertReason.of(details["reason"]),
    )
    if not ticket.waiting_for and not ticket.over:
        ticket.holders.append((event.occurred_at, _tier(ticket)))
    if event.details["attempt"] == 1 and not ticket.over:
        _happens(ticket, event, "tier_alerted")


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
    ev.AGENT_NOTED: _agent_noted,
    ev.CUSTOMER_REPLIED: _customer_replied,
    ev.CUSTOMER_NOTIFIED: _customer_notified,
    ev.PENDED: _pended,
    ev.RESUMED: _resumed,
    ev.PRIORITY_CHANGED: _priority_changed,
    ev.ATTRIBUTES_CHANGED: _attributes_changed,
    ev.CONTRACT_CHANGED: _contract_changed,
    ev.DUE_DATE_SET: _due_date_set,
    ev.ACKNOWLEDGED: _acknowledged,
    ev.ESCALATED: _escalated,
    ev.RESOLVED: _resolved,
    ev.REOPENED: _reopened,
    ev.CLOSED: _closed,
    ev.MERGED: _merged_or_deleted,
    ev.DELETED: _merged_or_deleted,
    ev.REVIEW_FILED: _review_filed,
    ev.WARNED: _warned,
    ev.BREACHED: _breached,
    ev.CORRECTED: _corrected,
    ev.TIER_ALERTED: _tier_alerted,
    ev.ESCALATION_EXHAUSTED: _escalation_exhausted,
    ev.NOTICES_RECORDED: _notices_recorded,
    ev.NOTICES_SENT: _notices_sent,
    ev.CONCLUDED: _lifecycle,
    ev.SETTLED: _lifecycle,
    ev.CONTINUED: _lifecycle,
    ev.REARMED: _lifecycle,
}
