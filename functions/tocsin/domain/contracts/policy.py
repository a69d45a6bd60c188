"""Escalation policies: tiers in order, whom each alerts, how long each has, and what comes after the last."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from tocsin.domain.contracts.clauses.hours import CalendarName
from tocsin.domain.contracts.selectors import Selector
from tocsin.domain.values.document import Part, WholeNumber
from tocsin.domain.values.identifiers import Slug
from tocsin.domain.values.instants import Duration
from tocsin.domain.values.references import reference
from tocsin.domain.values.target import Target, TargetKind
from tocsin.domain.values.wording import enumerated

MOST_TIERS = 9

MAIN = "main"
"""The name of the policy for all tickets that no other one is for."""

TeamName = Annotated[
    Slug, reference("team", "there is no team {name!r}; put it first. Known are: {known}", none="none yet")
]
ScheduleName = Annotated[
    Slug, reference("schedule", "there is no schedule {name!r}; put it first. Known are: {known}", none="none yet")
]
MemberName = Annotated[Slug, reference("member", "there is nobody {name!r}; put this member first, or a team with it")]


class NamedTarget(Part):
    """One of those whom a tier alerts: a team, whoever is on call by a schedule, or a person."""

    team: TeamName | None = None
    schedule: ScheduleName | None = None
    member: MemberName | None = None

    @model_validator(mode="after")
    def _names_one(self) -> NamedTarget:
        if len([name for name in (self.team, self.schedule, self.member) if name is not None]) != 1:
            raise ValueError("names exactly one of `team`, `schedule` and `member`")
        return self

    @property
    def target(self) -> Target:
        """As the rest of the system names it."""
        named = {TargetKind.TEAM: self.team, TargetKind.SCHEDULE: self.schedule, TargetKind.MEMBER: self.member}
        return next(Target.of(kind, name) for kind, name in named.items() if name)


class Who(StrEnum):
    """Whom of a team or schedule a tier alerts, with the words that its text puts before their names."""

    words: str

    def __new__(cls, value: str, words: str) -> Self:
        """A member is its value; what hangs on it is beside it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.words = words
        return member

    ON_CALL = "on_call", ""
    NEXT = "next", "next on call of"
    EVERYBODY = "everybody", "everybody of"


class Tier(Part):
    """A step of the escalation chain: who is alerted, how long they have to acknowledge and to resolve."""

    team: TeamName | None = Field(None, description="short for `targets` with this team alone")
    targets: Annotated[list[NamedTarget], Field(min_length=1, max_length=10)] | None = Field(
        None, description="who is alerted, all at once", examples=[[{"schedule": "emea"}, {"team": "noc"}]]
    )
    who: Who = Field(
        Who.ON_CALL,
        description="on_call: whoever is on call; next: whoever comes after them, as a backup; everybody: all members",
    )
    acknowledge_within: Duration
    acknowledgements: Annotated[WholeNumber, Field(ge=1, le=50)] | Literal["all"] = Field(
        1, description="how many of those who are alerted have to acknowledge before anybody has the ticket"
    )
    resolve_within: Duration | None = Field(None, description="from the alert; then the next tier is alerted")
    calendar: CalendarName | None = Field(None, description="instead of the calendar of the ticket's targets")
    when_closed: Literal["next", "wait"] = Field(
        "next", description="next: alert the next tier that is open instead; wait: alert it at its next opening"
    )
    when: Selector = Field(Selector(), description="the tickets it is for; it is passed over for all others")

    @model_validator(mode="after")
    def _says_who_is_alerted(self) -> Tier:
        if (self.team is None) == (self.targets is None):
            raise ValueError("needs either `team` or `targets`: who is alerted")
        if twice := sorted({each.words for each in self.whom if self.whom.count(each) > 1}):
            raise ValueError(f"alerts somebody twice: {', '.join(twice)}")
        if self.who is not Who.ON_CALL and all(each.kind is TargetKind.MEMBER for each in self.whom):
            raise ValueError(f"has `who: {self.who}`, but names no team or schedule of which somebody could be chosen")
        return self

    @cached_property
    def whom(self) -> Sequence[Target]:
        """Who is alerted, all at once."""
        if self.team is not None:
            return (Target.of(TargetKind.TEAM, self.team),)
        return tuple(each.target for each in self.targets or ())

    def needed(self, alerted: int) -> int:
        """How many have to acknowledge where so many are alerted: no more than there are."""
        wanted = alerted if self.acknowledgements == "all" else min(self.acknowledgements, alerted)
        return max(wanted, 1)

    @property
    def whom_words(self) -> str:
        """`frontline`; `frontline, the schedule emea and dora`; `next on call of frontline`."""
        whom = enumerated(target.words for target in self.whom)
        return f"{self.who.words} {whom}" if self.who.words else whom


class Repeat(Part):
    """What a policy does when its last tier is silent: begin again from a tier, so many times."""

    from_tier: Annotated[WholeNumber, Field(ge=1, le=MOST_TIERS)] = 1
    times: Annotated[WholeNumber, Field(ge=1, le=10)]


def _form(value: Any) -> str:
    return "[word]" if isinstance(value, str) else "[target]"


WhenUsedUp = Annotated[
    Annotated[Literal["tell_all", "tell_owner", "hold"], Tag("[word]")] | Annotated[NamedTarget, Tag("[target]")],
    Discriminator(_form),
]


class Policy(Part):
    """Tiers in order. The last one is alerted again a few times, or the chain begins again; then it is used up."""

    tiers: Annotated[list[Tier], Field(min_length=1, max_length=MOST_TIERS)]
    repeat_last_tier: Annotated[WholeNumber, Field(ge=0, le=10)] = 2
    repeat: Repeat | None = Field(None, description="begin again from a tier, instead of repeating the last one")
    when_used_up: WhenUsedUp = Field(
        "tell_all",
        description="tell_all: the owner and all tiers are told; tell_owner: the owner only; hold: nobody, the log "
        "says so; a target: it is told first, then the owner and all tiers",
    )

    @model_validator(mode="after")
    def _ends(self) -> Policy:
        last = len(self.tiers)
        if not self.tiers[-1].when.is_default:
            raise ValueError(f"needs a last tier for all tickets: tier {last} has `when`, so some would alert nobody")
        if self.repeat and "repeat_last_tier" in self.model_fields_set:
            raise ValueError("has `repeat`, so `repeat_last_tier` would count for nothing; leave it out")
        if self.repeat and self.repeat.from_tier > last:
            raise ValueError(f"repeats from tier {self.repeat.from_tier}, but has {last} tiers")
        return self

    def tier(self, number: int) -> Tier:
        """A tier by its number from 1; the last one where there are fewer."""
        return self.tiers[min(max(number, 1), len(self.tiers)) - 1]

    @property
    def last(self) -> int:
        """The number of the last tier."""
        return len(self.tiers)

    @property
    def known_as(self) -> str:
        """Its name; `main` for the one of all tickets that no other one is for."""
        return MAIN

    @property
    def extra_target(self) -> Target | None:
        """Who is told first when it is used up, beside the owner and the tiers."""
        return self.when_used_up.target if isinstance(self.when_used_up, NamedTarget) else None


class SelectedPolicy(Policy):
    """A policy for some tickets, instead of the chain of all others."""

    name: Slug
    when: Selector = Field(description="the tickets it is for; the first policy that matches is taken")

    @model_validator(mode="after")
    def _is_for_some(self) -> SelectedPolicy:
        if self.when.is_default:
            raise ValueError("is for all tickets; name some in `when`, or put its tiers into `escalation` itself")
        if self.name == MAIN:
            raise ValueError(f"is named {MAIN!r}, which is the name of the policy for all other tickets")
        return self

    @property
    def known_as(self) -> str:
        """Its name."""
        return self.name
