"""What names a team, a schedule or a person, so that it cannot be deleted."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.domain.contracts.contract import Contract
from tocsin.domain.values.target import Target
from tocsin.ports.contracts import Contracts

PAGE = 100


def contracts_naming(helpdesk_id: str, target: Target, *, contracts: Contracts) -> Iterator[str]:
    """`the contract acme-gold`, for each of which the newest version names the target."""
    cursor: str | None = None
    while True:
        page, cursor = contracts.listed(helpdesk_id, PAGE, cursor)
        yield from (f"the contract {each.contract.contract_id}" for each in page if target in _named_in(each.contract))
        if cursor is None:
            return


def _named_in(contract: Contract) -> set[Target]:
    found = {target for policy in contract.policies for tier in policy.tiers for target in tier.whom}
    found |= {policy.extra_target for policy in contract.policies if policy.extra_target}
    found |= {trigger.to.target for trigger in contract.triggers if trigger.to}
    teams = [contract.escalation.owner, *(part.team for part in (contract.review, contract.reminders) if part)]
    return found | {Target(team) for team in teams if team}
