"""What the facts that a helpdesk reports do to a ticket: a rule per kind of event."""

from __future__ import annotations

from tocsin.domain.contracts.clauses.taking import Taking
from tocsin.domain.contracts.metrics import WAITING
from tocsin.domain.contracts.triggers.saying import CustomerAsks
from tocsin.domain.escalation.reasons import AlertReason
from tocsin.domain.escalation.steps import ANONYMOUS
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Event
from tocsin.domain.tickets.measuring import cancel, happens, redefine, retarget, rulebook_of, start
from tocsin.domain.tickets.obligation import Override
from tocsin.domain.tickets.texts import RESOLUTION_TEXTS
from tocsin.domain.tickets.ticket import NOBODY, Status, Ticket


def responds(ticket: Ticket, event: Event, done: str) -> tuple[str, ...]:
    """The facts of an answer: what it is, and that it is a response where the contract counts it as one."""
    kind = _kind_of_response(event, done)
    if kind is None or ticket.status.final:
        return ()
    fact = (kind,) if kind in ("public_reply", "bot_reply", "internal_note") else ()
    if kind not in ticket.contract.counts_as_response:
        return fact
    ticket.responded, ticket.wrote_at = True, None
    return (*fact, "response")


def _kind_of_response(event: Event, done: str) -> str | None:
    """Which of `RESPONSES` an event is, if any, where `done` is what it is when a person of the provider does it."""
    if isinstance(event, ev.AgentReplied) and event.notice_id:
        return None  # A message of Tocsin's own that the helpdesk took for an answer.
    if event.actor.kind == "bot":
        return "bot_reply" if done in ("public_reply", "resolution") else None
    return done if event.actor.kind == "agent" else None


def opened(ticket: Ticket, event: ev.Opened) -> None:
    ticket.text_sources |= dict.fromkeys(event.texts, event.sequence)
    happens(ticket, event, "opened")
    happens(ticket, event, *responds(ticket, event, "agent_opening"))


def agent_replied(ticket: Ticket, event: ev.AgentReplied) -> None:
    facts = responds(ticket, event, "public_reply" if event.public else "internal_note")
    if event.public and event.notice_id is None:
        if event.actor.kind == "agent":
            ticket.chain.snoozed_until = None
        _taken(ticket, event, "answer", event.actor.id, event.tier)
    if event.then == "resolved":
        resolved(ticket, event, facts)
        return
    happens(ticket, event, *facts)
    if event.then == "pended":
        pended(ticket, event, "customer")


def customer_replied(ticket: Ticket, event: ev.CustomerReplied) -> None:
    ticket.wrote_at = ticket.wrote_at or event.occurred_at
    if ticket.status is Status.RESOLVED:
        ticket.replied_after_end = event.sequence
        if ticket.contract.reopen.on_customer_reply:
            reopened(ticket, event)
        return
    if ticket.over:
        return
    if ticket.waiting_for == "customer":
        resumed(ticket, event)
    happens(ticket, event, "customer_replied", *(("customer_followed_up",) if ticket.responded else ()))


def pended(ticket: Ticket, event: Event, waiting_for: ev.WaitingFor) -> None:
    if ticket.over or ticket.waiting_for == waiting_for:
        return
    if ticket.waiting_for:
        resumed(ticket, event)
    ticket.status, ticket.waiting_for = Status.PENDING, waiting_for
    ticket.holders.append((event.occurred_at, waiting_for))
    ticket.chain.pause(event.occurred_at)
    happens(ticket, event, *WAITING[waiting_for])


def resumed(ticket: Ticket, event: Event) -> None:
    if ticket.waiting_for:
        ticket.status, ticket.waiting_for = Status.OPEN, None
        ticket.chain.resume(event.occurred_at)
        ticket.holders.append((event.occurred_at, holder(ticket)))
        happens(ticket, event, "resumed")


def holder(ticket: Ticket) -> str:
    tier = ticket.chain.turn
    return f"tier {tier}" if tier else NOBODY


def priority_changed(ticket: Ticket, event: ev.PriorityChanged) -> None:
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
        ticket.settle_policy()
        ticket.chain.raise_priority(event.occurred_at, event.sequence)


def attributes_changed(ticket: Ticket, event: ev.AttributesChanged) -> None:
    before = ticket.priority
    ticket.attributes.update(event.attributes)
    ticket.text_sources |= dict.fromkeys(event.texts, event.sequence)
    if not ticket.contract.deciding.isdisjoint(event.attributes):
        retarget(ticket, event, lambda contract: contract.retarget.attributes)
        _raised(ticket, event, before)
    if not ticket.over:
        happens(ticket, event, "attributes_changed")


def contract_changed(ticket: Ticket, event: ev.ContractChanged) -> None:
    ticket.contract_version = event.contract_version
    ticket.contract = ticket.contracts[ticket.contract_version]
    ticket.rulebook = rulebook_of(ticket.contracts, ticket.contract_version)
    ticket.settle_policy()
    redefine(ticket, event)
    retarget(ticket, event, lambda contract: event.mode or contract.retarget.contract, event.mode)


def due_date_set(ticket: Ticket, event: ev.DueDateSet) -> None:
    obligation = ticket.current.get(event.metric)
    if obligation is not None and obligation.running:
        due_at, by = event.due_at, event.actor.id
        override = Override(due_at, by, event.reason, event.sequence, event.occurred_at) if due_at else None
        obligation.set_due_at(override, event)


def acknowledged(ticket: Ticket, event: ev.Acknowledged) -> None:
    if not ticket.over and event.actor.kind != "customer":
        if not _enough(ticket, event, event.tier):
            return
        _taken(ticket, event, "acknowledgement", event.actor.id, event.tier)
        happens(ticket, event, "acknowledged", *responds(ticket, event, "acknowledgement"))


def _enough(ticket: Ticket, event: Event, tier: int | None) -> bool:
    """Whether with this acknowledgement as many of the tier have acknowledged as the contract wants."""
    if not ticket.contract.takes("acknowledgement", event.actor.kind):
        return True
    return ticket.chain.confirm(event.actor.id or ANONYMOUS, tier)


def assigned(ticket: Ticket, event: ev.Assigned) -> None:
    _taken(ticket, event, "assignment", event.to.id, event.tier)


def _taken(ticket: Ticket, event: Event, how: Taking, by: str, tier: int | None) -> None:
    """Somebody has it now, where the contract says that this is how one takes a ticket."""
    turn = ticket.chain.tier
    if ticket.over or not ticket.contract.takes(how, event.actor.kind):
        return
    if ticket.chain.take(by or ANONYMOUS, event.occurred_at, event.sequence, tier):
        if not ticket.waiting_for:
            ticket.holders.append((event.occurred_at, holder(ticket)))
        happens(ticket, event, "taken_in_turn" if ticket.chain.turn == turn else "taken_out_of_turn")


def unacknowledged(ticket: Ticket, event: ev.Unacknowledged) -> None:
    if not ticket.over and event.actor.kind != "customer":
        ticket.chain.give_back(event.occurred_at, event.sequence)


def declined(ticket: Ticket, event: ev.Declined) -> None:
    if not ticket.over and event.actor.kind == "agent":
        ticket.chain.decline(event.actor.id, event.occurred_at, event.sequence)


def snoozed(ticket: Ticket, event: ev.Snoozed) -> None:
    """Takes the ticket, but does not answer for it: where an acknowledgement is a response, this is none."""
    if not ticket.over and _enough(ticket, event, event.tier):
        _taken(ticket, event, "acknowledgement", event.actor.id, event.tier)
        ticket.chain.snooze(event.actor.id, event.until)


def escalated(ticket: Ticket, event: ev.Escalated) -> None:
    if event.to:
        ticket.called_in.append(event.to)
    elif not ticket.over:
        if event.actor.kind == "customer" and any(isinstance(each, CustomerAsks) for each in ticket.contract.triggers):
            return  # The contract says who is alerted when the customer asks.
        tier = event.tier or min((ticket.chain.turn or 0) + 1, ticket.policy.last)
        reason = AlertReason.DE_ESCALATED if tier < (ticket.chain.turn or 0) else AlertReason.ESCALATED
        ticket.chain.request(tier, event.occurred_at, event.sequence, reason)
        happens(ticket, event, "escalated")


def resolved(ticket: Ticket, event: Event, answered: tuple[str, ...] = ()) -> None:
    if ticket.over:
        happens(ticket, event, *answered)
        return
    waited = ("resumed",) if ticket.waiting_for else ()
    facts = (*answered, *waited, "resolved", *responds(ticket, event, "resolution"))
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


def reopened(ticket: Ticket, event: ev.Reopened | ev.CustomerReplied) -> None:
    if ticket.status is not Status.RESOLVED or ticket.resolved_at is None:
        return
    resolved_at, continues = (
        ticket.resolved_at,
        ticket.contract.reopen.continues(event.occurred_at - ticket.resolved_at),
    )
    ticket.status, ticket.resolved_at, ticket.resolved_by = Status.OPEN, None, None
    ticket.reopenings.append(event.sequence)
    ticket.holders.append((event.occurred_at, holder(ticket)))
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
    ticket.settle_policy()
    ticket.chain.request(ticket.chain.turn or 1, event.occurred_at, event.sequence, AlertReason.REOPENED)


def closed(ticket: Ticket, event: ev.Closed) -> None:
    if ticket.status.final:
        return
    happens(ticket, event, *(("resumed",) if ticket.waiting_for else ()), "closed")
    ticket.holders.append((event.occurred_at, NOBODY))
    ticket.resolved_at = ticket.resolved_at or event.occurred_at
    ticket.status, ticket.waiting_for = Status.CLOSED, None


def withdrawn(ticket: Ticket, event: Event, status: Status) -> None:
    """Whatever still ran ends unmet; what was late by then stays breached."""
    if ticket.status.final:
        return
    for metric in ticket.rulebook.metrics:
        cancel(ticket, metric, event)
    ticket.holders.append((event.occurred_at, NOBODY))
    ticket.status, ticket.waiting_for, ticket.withdrawn_by = status, None, event.sequence
    ticket.resolved_at = ticket.resolved_at or event.occurred_at
