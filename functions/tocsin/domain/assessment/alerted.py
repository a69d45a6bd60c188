"""Whom of a target an alert is for: whoever is on call, the next one, or everybody, and who of them is spared."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple, assert_never

from tocsin.domain.contracts.policy import Tier, Who
from tocsin.domain.oncall.team import Team
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.reaching import NotReached


class Alerted(NamedTuple):
    """Who of a target is alerted, who is on call and passed over, and why nobody is reached."""

    members: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    not_reached: NotReached | None = NotReached.NO_TEAM


def alerted(team: Team | None, tier: Tier, number: int, ticket: Ticket, now: datetime) -> Alerted:
    """Whom of one of its targets a tier alerts now.

    Who has declined, or acknowledged while that is too few, is not asked again. Whoever has been paged often enough in
    this night is passed over, as long as there is somebody else.
    """
    if team is None:
        return Alerted()
    answered = ticket.chain.not_asked_again(number)
    called = _called(team, tier.who, ticket, number, now, answered)
    if answered and not called and _called(team, tier.who, ticket, number, now, ()):
        return Alerted(not_reached=NotReached.EVERYBODY_DECLINED)
    members, passed_over = spare(team, called, answered, ticket, now, tier.who)
    return Alerted(tuple(members), tuple(passed_over), team.not_reached(members))


def spare(
    team: Team,
    called: Collection[str],
    answered: Collection[str],
    ticket: Ticket,
    now: datetime,
    who: Who = Who.ON_CALL,
) -> tuple[Collection[str], Collection[str]]:
    """Who is alerted instead of those `called`, and who of them is passed over for the pages that they have had."""
    had_enough = team.paged_enough(now, ticket.contract.escalation.most_pages_per_night)
    passed_over = [each for each in called if each in had_enough]
    if not passed_over:
        return called, ()
    rest = [each for each in called if each not in had_enough]
    if who is Who.ON_CALL:
        rest = team.on_call_at(now, {*answered, *had_enough})
    return (rest, passed_over) if rest else (called, ())


def _called(
    team: Team, who: Who, ticket: Ticket, number: int, now: datetime, answered: Collection[str]
) -> Collection[str]:
    match who:
        case Who.ON_CALL:
            return team.on_call_at(now, answered)
        case Who.NEXT:
            following = team.on_call_at(now, {*answered, *team.on_call_at(now), *_asked_before(ticket, number)})
            return following or team.on_call_at(now, answered)
        case Who.EVERYBODY:
            return [each for each in team.member_ids if each not in answered]
        case _:
            assert_never(who)


def _asked_before(ticket: Ticket, number: int) -> Iterable[str]:
    """Whoever stood in for who is on call has been asked as well."""
    chain = ticket.chain
    return chain.asked if chain.tier is not None and chain.tier < number else ()
