"""Looks up whom a tier alerts, and for which of them somebody has a ticket."""

from __future__ import annotations

from collections.abc import Callable

from tocsin.domain.escalation.steps import Acknowledgement
from tocsin.domain.oncall.team import Team
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.target import Target

Roster = Callable[[Target], Team | None]
"""Looks up a target: a team; whoever takes turns in a schedule, or a person, as if they were one."""


def team_of(taken: Acknowledgement, ticket: Ticket, roster: Roster) -> Target:
    """For which target somebody has a ticket: the first of their tier that has them, else whoever is told of the end.

    The first of their tier where nobody knows them.
    """
    of_tier = ticket.policy.tier(taken.tier).whom
    of_others = {target for tier in ticket.policy.tiers for target in tier.whom}
    at_last = [target for target in ticket.targets if target not in of_others]
    return next((target for target in (*of_tier, *at_last) if is_in(taken.by, target, roster)), of_tier[0])


def is_in(member_id: str, target: Target, roster: Roster) -> bool:
    """Whether somebody is one of those for whom a target stands."""
    team = roster(target)
    return team is not None and team.has(member_id)
