"""The escalation matrix: for each role of a contract who has it, when they are there, and how long they have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.domain.assessment.roster import Roster
from tocsin.domain.contracts.clauses.hours import hours_words
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.contracts.policy import Policy, Tier
from tocsin.domain.values.target import Target


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a role, and whether they are on call."""

    member_id: str
    name: str
    on_call: bool
    channels: tuple[str, ...]
    """By which they are told, such as `email`; empty where nothing reaches them themselves."""


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A role and who has it; what is None is not promised for it, or not said."""

    role: str
    """`tier 1`, `owner`, `review`."""
    policy: str | None
    target: Target
    name: str | None
    """Of the team, schedule or person; None where there is none of that name any more."""
    people: tuple[Person, ...]
    availability: str | None
    acknowledge_within: timedelta | None = None
    resolve_within: timedelta | None = None


def matrix(contract: Contract, roster: Roster, now: datetime) -> list[MatrixRow]:
    """Every role of a contract with its people as they are now, in the order of its policies and tiers."""
    return [*_tiers(contract, roster, now), *_others(contract, roster, now)]


def _tiers(contract: Contract, roster: Roster, now: datetime) -> Iterator[MatrixRow]:
    for policy in contract.policies:
        for number, tier in enumerate(policy.tiers, start=1):
            for target in tier.whom:
                who = f", {tier.who.words.removesuffix(' of')}" if tier.who.words else ""
                yield _row(f"tier {number}{who}", target, roster, now, policy, _hours(contract, tier), tier)


def _others(contract: Contract, roster: Roster, now: datetime) -> Iterator[MatrixRow]:
    """Who answers for the chain, who is told at its end or beside it, and who reviews."""
    if contract.escalation.owner:
        yield _row("owner", Target(contract.escalation.owner), roster, now)
    for policy in contract.policies:
        if policy.extra_target:
            yield _row("when used up", policy.extra_target, roster, now, policy)
    for trigger in contract.triggers:
        if trigger.to:
            yield _row("beside the chain", trigger.to.target, roster, now)
    if contract.review:
        hours = hours_words(contract, contract.review.calendar)
        yield _row("review", Target(contract.review.team), roster, now, availability=hours)


def _row(
    role: str,
    target: Target,
    roster: Roster,
    now: datetime,
    policy: Policy | None = None,
    availability: str | None = None,
    tier: Tier | None = None,
) -> MatrixRow:
    team = roster(target)
    on_call = team.on_call_at(now) if team else []
    people = [
        Person(each.member_id, each.name, each.member_id in on_call, tuple(channel.type for channel in each.channels))
        for each in (team.members if team else ())
    ]
    return MatrixRow(
        role,
        policy.known_as if policy else None,
        target,
        team.name if team else None,
        tuple(sorted(people, key=lambda person: (not person.on_call, person.member_id))),
        availability,
        tier.acknowledge_within if tier else None,
        tier.resolve_within if tier else None,
    )


def _hours(contract: Contract, tier: Tier) -> str:
    return hours_words(contract, tier.calendar) if tier.calendar else "in the hours of the ticket's targets"
