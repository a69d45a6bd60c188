"""Teams: who a tier alerts, and who of them is on call when."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, PrivateAttr, model_validator

from tocsin.domain.calendars.business_hours import load_zone
from tocsin.domain.calendars.notation import Zone
from tocsin.domain.oncall.members import ListedMember, Member, Person
from tocsin.domain.oncall.nights import night_began
from tocsin.domain.oncall.override import Override
from tocsin.domain.oncall.pages import PagesSince
from tocsin.domain.oncall.timetable import Timetable
from tocsin.domain.oncall.turns import ByItsSchedule, OnCall, Rotation, RoundRobin
from tocsin.domain.values.channels import Channels
from tocsin.domain.values.document import Part
from tocsin.domain.values.identifiers import Slug
from tocsin.domain.values.limits import MostPages
from tocsin.domain.values.reaching import NotReached, Undelivered

DutyBy = Literal["schedule", "rotation", "override", "round_robin", "fallback", "everybody"]


class OnDuty(NamedTuple):
    """Members on call, and by what."""

    members: list[str]
    by: DutyBy


class Team(Part):
    """A team: members, its own channels (what all of them watch), and optionally a rotation with overrides."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    listed: Annotated[list[ListedMember], Field(max_length=50)] = Field(
        [], alias="members", description="each by the id of a member, or described here"
    )
    timezone: Zone | None = Field(None, description="where it works, for calendars whose zone is that `of: team`")
    channels: Channels = Field([])
    on_call: OnCall | None = Field(
        None, description="a schedule, or turns by ticket, instead of a `rotation` and `overrides` of the team's own"
    )
    rotation: Rotation | None = None
    overrides: Annotated[list[Override], Field(max_length=500)] = Field([])
    fallback: Annotated[list[Slug], Field(max_length=20)] = Field(
        [], description="members who are alerted while nobody is on call by the schedule or rotation"
    )
    most_pages_per_night: MostPages | None = Field(
        None, description="how often one of its members may be alerted in a night; after that whoever is next is"
    )
    _undelivered: Undelivered = PrivateAttr(default=Undelivered())
    _timetable: Timetable | None = PrivateAttr(default=None)
    _people: Mapping[str, Member] = PrivateAttr(default={})
    _took_last: Mapping[str, datetime] = PrivateAttr(default={})
    _pages_since: PagesSince | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _names_its_own_members(self) -> Team:
        ids = self.member_ids
        if repeated := {member_id for member_id in ids if ids.count(member_id) > 1}:
            raise ValueError(f"lists a member twice: {', '.join(sorted(repeated))}")
        if strangers := {member_id for member_id in self._scheduled() if member_id not in ids}:
            raise ValueError(f"schedules somebody who is not a member: {', '.join(sorted(strangers))}")
        return self

    @model_validator(mode="after")
    def _says_once_who_is_on_call(self) -> Team:
        if self.on_call and (self.rotation or self.overrides):
            raise ValueError("has `on_call`, so its `rotation` and `overrides` would count for nothing; leave them out")
        return self

    @model_validator(mode="after")
    def _falls_back_from_something(self) -> Team:
        if self.fallback and not (self.on_call or self.rotation):
            raise ValueError("has a `fallback`, but neither `on_call` nor a `rotation`: everybody is on call anyway")
        return self

    def _scheduled(self) -> Iterator[str]:
        yield from self.fallback
        yield from self.rotation.order if self.rotation else ()
        yield from self.on_call.round_robin if isinstance(self.on_call, RoundRobin) else ()
        yield from (override.member_id for override in self.overrides)

    @property
    def member_ids(self) -> list[str]:
        """Who is in the team, however they are listed."""
        return [each if isinstance(each, str) else each.member_id for each in self.listed]

    @property
    def named(self) -> list[str]:
        """Those whom it names by their id."""
        return [each for each in self.listed if isinstance(each, str)]

    @cached_property
    def members(self) -> list[Member]:
        """Who is in the team; whoever is named by an id that nobody has any more has no channels."""
        return [
            (self._people.get(each) or Member.model_construct(member_id=each, name=each, channels=[]))
            if isinstance(each, str)
            else each
            for each in self.listed
        ]

    def with_people(self, people: Mapping[str, Team]) -> Team:
        """The same team with those whom it names by their id; `people` are teams of one, by that id."""
        found = self.model_copy()
        found.__dict__.pop("members", None)
        found._people = {each: people[each].members[0] for each in self.named if each in people}  # noqa: SLF001
        return found

    @classmethod
    def of_person(cls, member_id: str, person: Person) -> Team:
        """A person as a team of one, which is how they are kept."""
        member = Member(member_id=member_id, **dict(person))
        return cls(name=person.name, members=[member], timezone=person.timezone)

    @property
    def person(self) -> Person:
        """The person of a team of one."""
        [member] = self.members
        profile = {name: value for name, value in dict(member).items() if name != "member_id"}
        return Person(**{**profile, "timezone": member.timezone or self.timezone})

    @classmethod
    def of_schedule(cls, schedule_id: str, timetable: Timetable, members: list[Member]) -> Team:
        """Whoever is in a schedule as if they were a team; `members` are those of them who are known."""
        schedule = timetable.schedule
        # Constructed, not validated: nobody puts it, and a schedule may have more people than a team.
        team = cls.model_construct(
            name=schedule.name,
            listed=[*members],
            timezone=schedule.timezone,
            on_call=ByItsSchedule(schedule=schedule_id),
        )
        return team.scheduled_by(timetable)

    @classmethod
    def of_member(cls, member: Member, timezone: str | None = None) -> Team:
        """A person as if they were a team."""
        return cls.model_construct(name=member.name, listed=[member], timezone=timezone)

    @property
    def undelivered(self) -> Undelivered:
        """Whose channels deliver nothing, by the last look."""
        return self._undelivered

    def on_call_at(self, at: datetime, without: Collection[str] = ()) -> list[str]:
        """Member ids on call at an instant: by the team's schedule; or whoever overrides, else whose turn it is.

        Everybody where the team has neither schedule nor rotation; its fallback where they have nobody. Those in
        `without` are passed over, and whoever comes next stands in for them.
        """
        return self.duty_at(at, without).members

    def duty_at(self, at: datetime, without: Collection[str] = ()) -> OnDuty:
        """The same, with what put them on call."""
        at, ids = at.astimezone(UTC), self.member_ids
        found = self._planned(at, ids, without)
        if found.members or not self.fallback:
            return found
        return OnDuty([each for each in self.fallback if each not in without], "fallback")

    def _planned(self, at: datetime, ids: Sequence[str], without: Collection[str]) -> OnDuty:
        if isinstance(self.on_call, RoundRobin):
            turn = self.on_call.on_call(self._took_last, without)
            return OnDuty([turn] if turn else [], "round_robin")
        if self.on_call:
            member_id = self._timetable.member_at(at, without) if self._timetable else None
            return OnDuty([member_id] if member_id and member_id in ids else [], "schedule")
        standing_in = {o.member_id for o in self.overrides if o.starts_at <= at < o.ends_at} - {*without}
        if standing_in:
            return OnDuty(sorted(standing_in), "override")
        if self.rotation is None:
            return OnDuty([each for each in ids if each not in without], "everybody")
        turn = self.rotation.on_call(at, without)
        return OnDuty([turn] if turn else [], "rotation")

    def has(self, member_id: str) -> bool:
        """Whether somebody is a member."""
        return member_id in self.member_ids

    def scheduled_by(self, timetable: Timetable | None) -> Team:
        """The same team with the schedule that it names; without it, nobody of such a team is on call."""
        found = self.model_copy()
        found._timetable = timetable  # noqa: SLF001 - of its own class
        return found

    def looked_at(self, undelivered: Undelivered) -> Team:
        """The same team, with what a look at its subscriptions found; before the first look all count as delivering."""
        found = self.model_copy()
        found._undelivered = undelivered  # noqa: SLF001 - of its own class
        return found

    @property
    def schedule_id(self) -> str | None:
        """The schedule that it names."""
        return self.on_call.schedule if isinstance(self.on_call, ByItsSchedule) else None

    def takes_turns(self, member_id: str) -> bool:
        """Whether somebody's turn comes by ticket."""
        return isinstance(self.on_call, RoundRobin) and member_id in self.on_call.round_robin

    def taking_turns(self, took_last: Mapping[str, datetime]) -> Team:
        """The same team with when each of its members took a ticket last, for turns by ticket."""
        found = self.model_copy()
        found._took_last = took_last  # noqa: SLF001 - of its own class
        return found

    def paged_by(self, pages_since: PagesSince) -> Team:
        """The same team with somebody who counts pages, asked where there is a limit to them."""
        found = self.model_copy()
        found._pages_since = pages_since  # noqa: SLF001 - of its own class
        return found

    def paged_enough(self, at: datetime, most: int | None = None) -> frozenset[str]:
        """Members for whom it is night and who were paged in it as often as they may be, by the team's limit or `most`.

        It is night by a member's own zone, else by that of the team or of its schedule.
        """
        limits = [limit for limit in (self.most_pages_per_night, most) if limit is not None]
        if not limits or self._pages_since is None:
            return frozenset()
        began = {each.member_id: night_began(at, load_zone(each.timezone or self._zone)) for each in self.members}
        return frozenset(
            member_id
            for member_id, since in began.items()
            if since is not None and self._pages_since(since).get(member_id, 0) >= min(limits)
        )

    @property
    def _zone(self) -> str:
        of_schedule = self._timetable.schedule.timezone if self._timetable else None
        return self.timezone or of_schedule or (self.rotation.timezone if self.rotation else "UTC")

    def not_reached(self, on_call: Collection[str]) -> NotReached | None:
        """Why an alert to the team and to these members, who are on call, reaches nobody; None where it does."""
        called = [each for each in self.members if each.member_id in on_call]
        with_channels = [each for each in called if each.channels]
        if self.channels and not self._undelivered.team:
            return None
        if any(each.member_id not in self._undelivered.members for each in with_channels):
            return None
        if self.channels or with_channels:
            return NotReached.NOTHING_DELIVERED
        return NotReached.NO_CHANNEL if called else NotReached.NOBODY_ON_CALL
