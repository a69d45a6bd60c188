"""Why a ticket was escalated, why it will be, and why not."""

from __future__ import annotations

from typing import Any

from tocsin.domain.contracts.policy import Policy
from tocsin.domain.contracts.triggers.trigger import Facts, Trigger
from tocsin.domain.escalation.chain import Chain
from tocsin.domain.escalation.reasons import AlertReason, Unanswered
from tocsin.domain.escalation.steps import Exhaustion, NextAlert
from tocsin.domain.tickets.events import TierAlerted, TriggerFired
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.tickets.trigger_facts import facts_of
from tocsin.domain.values.instants import format_instant, short_duration
from tocsin.domain.values.wording import enumerated, ordinal


def reasons(ticket: Ticket) -> dict[str, Any]:
    """`steps`: each alert with its cause. `next`: the one to come, or null and `why_not` in words."""
    step = ticket.next_step()
    return {
        "steps": [_alert(event) for event in ticket.log if isinstance(event, TierAlerted)],
        "next": _coming(step, ticket) if step else None,
        "why_not": None if step else _why_not(ticket),
        "triggers": [_trigger(trigger, ticket) for trigger in ticket.contract.triggers],
    }


def _trigger(trigger: Trigger, ticket: Ticket) -> dict[str, Any]:
    """The fields of a `TriggerView`: the times that it has fired, the next one to come, or why it has not."""
    fired = [each for each in ticket.log if isinstance(each, TriggerFired) and each.trigger == trigger.key]
    facts = facts_of(ticket)
    coming = [
        firing
        for firing in (trigger.firings(facts) if trigger.is_for(facts) and not ticket.over else ())
        if (trigger.key, firing.name) not in ticket.fired
    ]
    following = min(coming, default=None)
    return {
        "trigger": trigger.words,
        "fired": [_fired(each) for each in fired],
        "fires_at": format_instant(following.at) if following else None,
        "why_not": None if fired or following else _why_not_triggered(trigger, facts, ticket),
    }


def _fired(event: TriggerFired) -> dict[str, Any]:
    """The fields of a `FiredView`."""
    alerted = f"tier {event.tier}" if event.tier else event.beside.words if event.beside else None
    return {"at": format_instant(event.met_at), "because": event.because, "alerted": alerted}


def _why_not_triggered(trigger: Trigger, facts: Facts, ticket: Ticket) -> str:
    if ticket.over:
        return f"the ticket is {ticket.status}"
    return trigger.why_not(facts) if trigger.is_for(facts) else "the ticket is none of those that it is for"


def _alert(event: TierAlerted) -> dict[str, Any]:
    """The fields of an `AlertView`."""
    again = f", for the {ordinal(event.attempt)} time" if event.attempt > 1 else ""
    return {
        "at": format_instant(event.occurred_at),
        "tier": event.tier,
        "team": enumerated(target.words for target in event.whom),
        "why": event.reason.sentence + _for_what(event.unanswered) + _found(event.because) + again,
        "reached": event.reached,
        "not_reached": event.not_reached.words if event.not_reached else None,
        "members": [*event.members],
        "passed_over": [*event.passed_over],
    }


def _coming(step: NextAlert | Exhaustion, ticket: Ticket) -> dict[str, Any]:
    """The fields of a `NextAlertView`."""
    tier = step.tier if isinstance(step, NextAlert) else None
    return {
        "at": format_instant(step.at),
        "tier": tier,
        "team": ticket.policy.tier(tier).whom_words if tier else _given_up_to(ticket),
        "why": _why_then(step, ticket.chain, ticket.policy),
    }


def _given_up_to(ticket: Ticket) -> str:
    owner = ticket.contract.escalation.owner
    if owner is None or ticket.policy.when_used_up == "hold":
        return "nobody: the chain gives up"
    return f"{owner}: as the owner" + (", with all tiers" if ticket.policy.when_used_up != "tell_owner" else "")


def _for_what(unanswered: Unanswered | None) -> str:
    if unanswered is None:
        return ""
    wrote_at, due_at = format_instant(unanswered.wrote_at), format_instant(unanswered.due_at)
    return f" (written at {wrote_at}, to be answered by {due_at})"


def _found(because: str | None) -> str:
    return f": {because}" if because else ""


def _why_then(step: NextAlert | Exhaustion, chain: Chain, policy: Policy) -> str:
    if isinstance(step, NextAlert) and step.unanswered:
        return f"the customer wrote and nobody has answered{_for_what(step.unanswered)}"
    if isinstance(step, NextAlert) and step.reason is AlertReason.SNOOZE_OVER and chain.acknowledged:
        return f"{chain.acknowledged.by} has snoozed it until then"
    if chain.requested or chain.tier is None:
        reason = chain.requested.reason if chain.requested else AlertReason.OPENED
        found = _found(step.because) if isinstance(step, NextAlert) else ""
        return f"{reason.sentence}{found}; a tier is alerted in its hours"
    tier = policy.tier(chain.tier)
    if chain.acknowledged and tier.resolve_within:
        return f"tier {chain.tier} has {short_duration(tier.resolve_within)} to resolve it"
    if chain.everybody_declined:
        return f"everybody on call of tier {chain.tier} declined"
    if not chain.reached:
        return f"of tier {chain.tier} nobody could be reached"
    return f"tier {chain.tier} has {short_duration(tier.acknowledge_within)} of its hours to acknowledge"


def _why_not(ticket: Ticket) -> str:
    taken = ticket.chain.acknowledged
    if ticket.over:
        return f"the ticket is {ticket.status}"
    if ticket.chain.exhausted and taken:
        return "it was not resolved in time, and everybody was told"
    if taken:
        return f"{taken.by} acknowledged at {format_instant(taken.at)}"
    return "every tier was alerted, and nobody acknowledged"
