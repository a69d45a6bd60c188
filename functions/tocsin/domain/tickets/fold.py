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

from tocsin.domain.contracts.clauses.taking import Taking
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.contracts.metrics import WAITING
from tocsin.domain.contracts.rulebook import Rulebook
from tocsin.domain.escalation.chain import ANONYMOUS, Chain
from tocsin.domain.escalation.reasons import AlertReason
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import AnyEvent, Event
from tocsin.domain.tickets.measuring import cancel, happens, redefine, retarget, start
from tocsin.domain.tickets.obligation import Override
from tocsin.domain.tickets.texts import RESOLUTION_TEXTS
from tocsin.domain.tickets.ticket import NOBODY, Contracts, Status, Ticket
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
        rulebook=_rulebook(contracts, version),
        opened_at=opened.occurred_at,
        chain=Chain(opened.occurred_at),
        attributes={**opened.attributes},
        stated_priority=opened.priority,
        team_timezone=opened.team_timezone,
        latest=opened.occurred_at,
        status_since=opened.occurred_at,
    )
    ticket.look_up_targets()
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


def _rulebook(contracts: Contracts, version: int) -> Rulebook:
    """What that version measures, and what only others do: a promise made later finds the whole history."""
    return contracts[version].rulebook.joined_with(contracts[number].rulebook for number in sorted(contracts))


def _apply(ticket: Ticket, event: AnyEvent) -> None:  # noqa: C901, PLR0912, PLR0915 - a line per kind of event
    before = ticket.status, ticket.waiting_for
    match event:
        case ev.NoticesRecorded():
            _notices_recorded(ticket, event)
        case ev.NoticesSent():
            _notices_sent(ticket, event)
        case ev.TierAlerted():
            _tier_alerted(ticket, event)
        case ev.Opened():
            _opened(ticket, event)
        case ev.AgentReplied():
            _agent_replied(ticket, event)
        case ev.CustomerReplied():
            _customer_replied(ticket, event)
        case ev.Warned():
            ticket.warned.add((event.obligation_id, event.threshold))
        case ev.Breached():
            _breached(ticket, event)
        case ev.Acknowledged():
            _acknowledged(ticket, event)
        case ev.Assigned():
            _assigned(ticket, event)
        case ev.Unacknowledged():
            _unacknowledged(ticket, event)
        case ev.Pended():
            _pended(ticket, event, event.waiting_for)
        case ev.Resumed():
            _resumed(ticket, event)
        case ev.Resolved():
            _resolved(ticket, event)
        case ev.AgentNoted():
            happens(ticket, event, *_responds(ticket, event, "internal_note"))
        case ev.CustomerNotified():
            happens(ticket, event, "customer_notified")
        case ev.PriorityChanged():
            _priority_changed(ticket, event)
        case ev.AttributesChanged():
            _attributes_changed(ticket, event)
        case ev.ContractChanged():
            _contract_changed(ticket, event)
        case ev.DueDateSet():
            _due_date_set(ticket, event)
        case ev.Escalated():
            _escalated(ticket, event)
        case ev.Reopened():
            _reopened(ticket, event)
        case ev.Closed():
            _closed(ticket, event)
        case ev.Merged():
            _withdrawn(ticket, event, Status.MERGED)
        case ev.Deleted():
            _withdrawn(ticket, event, Status.DELETED)
        case ev.ReviewFiled():
            happens(ticket, event, "review_filed")
        case ev.Corrected():
            _corrected(ticket, event)
        case ev.EscalationExhausted():
            ticket.chain.exhausted = event.unresolved or ticket.chain.acknowledged is None
        case ev.Concluded() | ev.Settled() | ev.Continued() | ev.Rearmed() | ev.Unrecognized():
            pass  # `Generations` observes them; what a newer version wrote changes nothing here.
        case _:
            assert_never(event)
    if (ticket.status, ticket.waiting_for) != before:
        ticket.status_since = event.occurred_at


def _responds(ticket: Ticket, event: Event, done: str) -> tuple[str, ...]:
    """The facts of an answer: what it is, and that it is a response where the contract counts it as one."""
    kind = _kind_of_response(event, done)
    if kind is None or ticket.status.final:
        return ()
    fact = (kind,) if kind in ("public_reply", "bot_reply", "internal_note") else ()
    if kind not in ticket.contract.counts_as_response:
        return fact
    ticket.responded = True
    return (*fact, "response")


def _kind_of_response(event: Event, done: str) -> str | None:
    """Which of `RESPONSES` an event is, if any, where `done` is what it is when a person of the provider does it."""
    if isinstance(event, ev.AgentReplied) and event.notice_id:
        return None  # A message of Tocsin's own that the helpdesk took for an answer.
    if event.actor.kind == "bot":
        return "bot_reply" if done in ("public_reply", "resolution") else None
    return done if event.actor.kind == "agent" else None


def _opened(ticket: Ticket, event: ev.Opened) -> None:
    ticket.text_sources |= dict.fromkeys(event.texts, event.sequence)
    happens(ticket, event, "opened")
    happens(ticket, event, *_responds(ticket, event, "agent_opening"))


def _agent_replied(ticket: Ticket, event: ev.AgentReplied) -> None:
    facts = _responds(ticket, event, "public_reply" if event.public else "internal_note")
    if event.public and event.notice_id is None:
        _taken(ticket, event, "answer", event.actor.id, event.tier)
    if event.then == "resolved":
        _resolved(ticket, event, facts)
        return
    happens(ticket, event, *facts)
    if event.then == "pended":
        _pended(ticket, event, "customer")


def _customer_replied(ticket: Ticket, event: ev.CustomerReplied) -> None:
    if ticket.status is Status.RESOLVED:
        ticket.replied_after_end = event.sequence
        if ticket.contract.reopen.on_customer_reply:
            _reopened(ticket, event)
        return
    if ticket.over:
        return
    if ticket.waiting_for == "customer":
        _resumed(ticket, event)
    happens(ticket, event, "customer_replied", *(("customer_followed_up",) if ticket.responded else ()))


def _pended(ticket: Ticket, event: Event, waiting_for: ev.WaitingFor) -> None:
    if ticket.over or ticket.waiting_for == waiting_for:
        return
    if ticket.waiting_for:
        _resumed(ticket, event)
    ticket.status, ticket.waiting_for = Status.PENDING, waiting_for
    ticket.holders.append((event.occurred_at, waiting_for))
    ticket.chain.pause(event.occurred_at)
    happens(ticket, event, *WAITING[waiting_for])


def _resumed(ticket: Ticket, event: Event) -> None:
    if ticket.waiting_for:
        ticket.status, ticket.waiting_for = Status.OPEN, None
        ticket.chain.resume(event.occurred_at)
        ticket.holders.append((event.occurred_at, _holder(ticket)))
        happens(ticket, event, "resumed")


def _holder(ticket: Ticket) -> str:
    tier = ticket.chain.turn
    return f"tier {tier}" if tier else NOBODY


def _priority_changed(ticket: Ticket, event: ev.PriorityChanged) -> None:
    before, ticket.stated_priority = ticket.priority, event.priority
    retarget(ticket, event, lambda contract: contract.retarget.priority)
    _raised(ticket, event, before)
    if not ticket.over:
        happens(ticket, event, "priority_changed")


def _raised(ticket: Ticket, event: Event, before: str) -> None:
    """Where it is more urgent now: whoever has it is told, else the chain begins again."""
    if ticket.over or not ticket.contract.outranks(ticket.priority, before):
        return
    if ticket.chain.acknowledged:
        ticket.raised_by = event.sequence
    else:
        ticket.chain.raise_priority(event.occurred_at, event.sequence)


def _attributes_changed(ticket: Ticket, event: ev.AttributesChanged) -> None:
    before = ticket.priority
    ticket.attributes.update(event.attributes)
    ticket.text_sources |= dict.fromkeys(event.texts, event.sequence)
    if not ticket.contract.deciding.isdisjoint(event.attributes):
        retarget(ticket, event, lambda contract: contract.retarget.attributes)
        _raised(ticket, event, before)
    if not ticket.over:
        happens(ticket, event, "attributes_changed")


def _contract_changed(ticket: Ticket, event: ev.ContractChanged) -> None:
    ticket.contract_version = event.contract_version
    ticket.contract = ticket.contracts[ticket.contract_version]
    ticket.rulebook = _rulebook(ticket.contracts, ticket.contract_version)
    redefine(ticket, event)
    retarget(ticket, event, lambda contract: event.mode or contract.retarget.contract, event.mode)


def _due_date_set(ticket: Ticket, event: ev.DueDateSet) -> None:
    obligation = ticket.current.get(event.metric)
    if obligation is not None and obligation.running:
        due_at, by = event.due_at, event.actor.id
        override = Override(due_at, by, event.reason, event.sequence, event.occurred_at) if due_at else None
        obligation.set_due_at(override, event)


def _acknowledged(ticket: Ticket, event: ev.Acknowledged) -> None:
    if not ticket.over and event.actor.kind != "customer":
        _taken(ticket, event, "acknowledgement", event.actor.id, event.tier)
        happens(ticket, event, "acknowledged", *_responds(ticket, event, "acknowledgement"))


def _assigned(ticket: Ticket, event: ev.Assigned) -> None:
    _taken(ticket, event, "assignment", event.to.id, event.tier)


def _taken(ticket: Ticket, event: Event, how: Taking, by: str, tier: int | None) -> None:
    """Somebody has it now, where the contract says that this is how one takes a ticket."""
    turn = ticket.chain.tier
    if ticket.over or not ticket.contract.takes(how, event.actor.kind):
        return
    if ticket.chain.take(by or ANONYMOUS, event.occurred_at, event.sequence, tier):
        if not ticket.waiting_for:
            ticket.holders.append((event.occurred_at, _holder(ticket)))
        happens(ticket, event, "taken_in_turn" if ticket.chain.turn == turn else "taken_out_of_turn")


def _unacknowledged(ticket: Ticket, event: ev.Unacknowledged) -> None:
    if not ticket.over and event.actor.kind != "customer":
        ticket.chain.give_back(event.occurred_at, event.sequence)


def _escalated(ticket: Ticket, event: ev.Escalated) -> None:
    if not ticket.over:
        tier = event.tier or min((ticket.chain.turn or 0) + 1, len(ticket.contract.escalation.tiers))
        ticket.chain.request(tier, event.occurred_at, event.sequence, AlertReason.ESCALATED)
        happens(ticket, event, "escalated")


def _resolved(ticket: Ticket, event: Event, answered: tuple[str, ...] = ()) -> None:
    if ticket.over:
        happens(ticket, event, *answered)
        return
    waited = ("resumed",) if ticket.waiting_for else ()
    facts = (*answered, *waited, "resolved", *_responds(ticket, event, "resolution"))
    happens(ticket, event, *dict.fromkeys(facts))
    ticket.status, ticket.waiting_for, ticket.resolved_at = Status.RESOLVED, None, event.occurred_at
    ticket.resolved_by = event.sequence
    ticket.chain.resume(event.occurred_at)
    for name in RESOLUTION_TEXTS:
        ticket.text_sources.pop(name, None)
    ticket.text_sources |= dict.fromkeys(RESOLUTION_TEXTS.intersection(event.texts), event.sequence)
    ticket.holders.append((event.occurred_at, NOBODY))
    review = ticket.contract.review
    if review is not None and (ticket.chain.tier or 0) >= review.from_tier:
        happens(ticket, event, "review_owed")


def _reopened(ticket: Ticket, event: ev.Reopened | ev.CustomerReplied) -> None:
    if ticket.status is not Status.RESOLVED or ticket.resolved_at is None:
        return
    resolved_at, continues = (
        ticket.resolved_at,
        ticket.contract.reopen.continues(event.occurred_at - ticket.resolved_at),
    )
    ticket.status, ticket.resolved_at, ticket.resolved_by = Status.OPEN, None, None
    ticket.reopened_by = event.sequence
    ticket.holders.append((event.occurred_at, _holder(ticket)))
    for obligation in list(ticket.current.values()):
        if obligation.metric.continues_on_reopen and not obligation.running:
            if continues:
                obligation.revive(event)
                obligation.retarget(ticket.promise(obligation.metric), ticket.contract.retarget.priority, event)
            else:
                start(ticket, obligation.metric, event)
        elif obligation.given_up_at(resolved_at):
            obligation.revive(event)
            obligation.retarget(ticket.promise(obligation.metric), ticket.contract.retarget.priority, event)
    # Helpdesks send the reply that reopens a ticket before the reopening.
    wrote, ticket.replied_after_end = ticket.replied_after_end is not None, None
    happens(ticket, event, "reopened", *(("customer_followed_up",) if wrote and ticket.responded else ()))
    ticket.chain.request(ticket.chain.turn or 1, event.occurred_at, event.sequence, AlertReason.REOPENED)


def _closed(ticket: Ticket, event: ev.Closed) -> None:
    if ticket.status.final:
        return
    happens(ticket, event, *(("resumed",) if ticket.waiting_for else ()), "closed")
    ticket.holders.append((event.occurred_at, NOBODY))
    ticket.resolved_at = ticket.resolved_at or event.occurred_at
    ticket.status, ticket.waiting_for = Status.CLOSED, None


def _withdrawn(ticket: Ticket, event: Event, status: Status) -> None:
    """Whatever still ran ends unmet; what was late by then stays breached."""
    if ticket.status.final:
        return
    for metric in ticket.rulebook.metrics:
        cancel(ticket, metric, event)
    ticket.holders.append((event.occurred_at, NOBODY))
    ticket.status, ticket.waiting_for, ticket.withdrawn_by = status, None, event.sequence
    ticket.resolved_at = ticket.resolved_at or event.occurred_at


def _breached(ticket: Ticket, event: ev.Breached) -> None:
    name = (event.obligation_id, event.due_at)
    before = ticket.breached.get(name)
    if before is None or before.sequence < event.sequence:
        ticket.breached[name] = event


def _corrected(ticket: Ticket, event: ev.Corrected) -> None:
    # A breach is dated when it fell due: one that was found again after this correction is folded before it.
    name = (event.obligation_id, event.due_at)
    if name in ticket.breached and ticket.breached[name].sequence < event.sequence:
        del ticket.breached[name]


def _tier_alerted(ticket: Ticket, event: ev.TierAlerted) -> None:
    ticket.chain.alerted(
        event.tier,
        event.attempt,
        event.occurred_at,
        event.sequence,
        reached=event.reached,
        reason=event.reason,
    )
    if not ticket.waiting_for and not ticket.over:
        ticket.holders.append((event.occurred_at, _holder(ticket)))
    # Where somebody had it already, of which we learned after the alert, it was nobody's turn.
    if event.attempt == 1 and not ticket.over and not ticket.chain.acknowledged:
        happens(ticket, event, "tier_alerted")


def _notices_recorded(ticket: Ticket, event: ev.NoticesRecorded) -> None:
    ticket.notified_through = max(ticket.notified_through, event.through)
    for notice in event.notices:
        ticket.recorded.add(notice.notice_id)
        if notice.notice_id not in ticket.sent:
            ticket.unsent[notice.notice_id] = notice


def _notices_sent(ticket: Ticket, event: ev.NoticesSent) -> None:
    for receipt in event.receipts:
        ticket.sent.add(receipt.notice_id)
        ticket.unsent.pop(receipt.notice_id, None)
