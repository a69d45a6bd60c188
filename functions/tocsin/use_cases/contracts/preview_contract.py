"""Preview: every deadline, warning and tier that a ticket would have, before there is one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from tocsin.domain.assessment.views import obligation_view
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.escalation.steps import NextAlert
from tocsin.domain.tickets.attributes import ATTRIBUTES, TicketAttributes
from tocsin.domain.tickets.fold import just_opened
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.faults import Invalid
from tocsin.domain.values.instants import format_instant


def preview_contract(
    contract: Contract,
    version: int,
    ticket: Mapping[str, Any],
    opened_at: datetime,
    team_timezone: str | None = None,
) -> dict[str, Any]:
    """What would become of a ticket that nobody touches. Raises Invalid for a priority that the contract lacks.

    `ticket`: priority, and whatever else the contract's selectors look at (category, impact, urgency, tags, …).
    `team_timezone` is the zone of the first tier's team, which a ticket pins when it is opened.
    """
    if faults := list(contract.priority_faults(ticket.get("priority"), ticket)):
        raise Invalid(faults)
    attributes = cast(TicketAttributes, {name: value for name, value in ticket.items() if name in ATTRIBUTES})
    folded = just_opened(
        contract, version, opened_at, ticket.get("priority"), attributes=attributes, team_timezone=team_timezone
    )
    return {
        "contract": {"contract_id": contract.contract_id, "version": version},
        "priority": folded.priority,
        "targets": folded.row.name if folded.row else None,
        "opened_at": format_instant(opened_at),
        "obligations": [obligation_view(obligation, opened_at, contract.timezone) for obligation in folded.promised()],
        "tiers": _tiers(folded),
    }


def _tiers(ticket: Ticket) -> list[dict[str, Any]]:
    """Each tier that silence would reach, with when it is alerted and when the chain goes on."""
    tiers = []
    step = ticket.next_step()
    last = ticket.policy.last
    while isinstance(step, NextAlert) and (step.attempt == 1 or step.tier < last):
        ticket.chain.alerted(step.tier, step.attempt, step.at, ticket.sequence + 1, reached=True, reason=step.reason)
        following = ticket.next_step()
        if step.attempt == 1:
            tiers.append(
                {
                    "tier": step.tier,
                    "team": ticket.policy.tier(step.tier).whom[0],
                    "targets": [{target.kind.value: target.name} for target in ticket.policy.tier(step.tier).whom],
                    "alerted_at": format_instant(step.at),
                    "escalates_at": format_instant(following.at) if following else None,
                }
            )
        step = following
    return tiers
