"""Teams and schedules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Protocol

from tocsin.domain.calendars.days_off import LeftOut
from tocsin.domain.oncall.feed import FeedContent
from tocsin.domain.oncall.imported import OnCallEvent
from tocsin.domain.oncall.override import KeptOverride
from tocsin.domain.oncall.pages import Pages
from tocsin.domain.oncall.schedule import Schedule
from tocsin.domain.oncall.shift_notices import ToldOnCall
from tocsin.domain.oncall.stored_schedule import StoredSchedule
from tocsin.domain.oncall.team import Team
from tocsin.domain.values.reaching import Undelivered
from tocsin.domain.values.references import KnownNames
from tocsin.domain.values.target import Target
from tocsin.ports.subscriptions import Watchable


class Teams(Watchable, Protocol):
    """Teams of helpdesks, and people as teams of one under `member:ana`; their subscriptions are watched."""

    def get(self, helpdesk_id: str, team_id: str) -> Team | None:
        """A team, with the schedule that it names and what the last look at its subscriptions found."""
        ...

    def whom(self, helpdesk_id: str, target: Target) -> Team | None:
        """Whoever a target stands for: a team; whoever is in a schedule, or a person, as if they were one."""
        ...

    def known(self, helpdesk_id: str) -> KnownNames:
        """The ids of what a contract's tier may name, by `team`, `schedule` and `member`."""
        ...

    def all(self, helpdesk_id: str) -> Mapping[str, Team]:
        """All teams and people of a helpdesk by id, each as `get` answers it."""
        ...

    def put(self, helpdesk_id: str, team_id: str, team: Team) -> bool:
        """Store a team, and have its subscriptions looked at; True when it is new.

        What was found of it before is forgotten: its channels may be others.
        """
        ...

    def took_ticket(self, helpdesk_id: str, team_id: str, member_id: str, at: datetime) -> None:
        """Remember that somebody took a ticket for a team whose members take turns by ticket.

        Harmless the second time, and where they have taken a later one.
        """
        ...

    def pages_since(self, helpdesk_id: str, start: datetime) -> Mapping[str, int]:
        """How often each person was paged from an instant on, whichever team it was for; nobody else is in it."""
        ...

    def delete(self, helpdesk_id: str, team_id: str) -> None:
        """Forget a team or person; harmless where there is none."""
        ...

    def looked_at(self, helpdesk_id: str, team_id: str, undelivered: Undelivered, again_at: datetime) -> None:
        """Keep what a look at the team's subscriptions found, and have them looked at again at an instant."""
        ...


class ShiftCalendars(Protocol):
    """Shifts in a form that calendars subscribe to."""

    def write(self, content: FeedContent) -> bytes:
        """What a feed shows, as iCalendar (RFC 5545) in UTF-8."""
        ...


class OnCallFeeds(Protocol):
    """Calendars of other systems that tell who is on call."""

    def read(self, text: str, timezone: str, start: datetime, end: datetime) -> tuple[list[OnCallEvent], list[LeftOut]]:
        """The events of which some part is in [start, end), and every event that cannot be understood.

        Days, and times without a zone, are those of `timezone`. ValueError for a text that is no calendar.
        """
        ...


class Schedules(Protocol):
    """Schedules of helpdesks, each with its overrides."""

    def get(self, helpdesk_id: str, schedule_id: str) -> StoredSchedule | None:
        """A schedule with all overrides that it ever had."""
        ...

    def all(self, helpdesk_id: str) -> Mapping[str, StoredSchedule]:
        """All schedules of a helpdesk by id."""
        ...

    def listed(self, helpdesk_id: str, limit: int, cursor: str | None) -> tuple[list[StoredSchedule], str | None]:
        """A page of schedules by their ids, and the cursor to the rest. ValueError for a cursor of another list."""
        ...

    def put(self, helpdesk_id: str, schedule_id: str, schedule: Schedule, before: int) -> None:
        """Store a schedule; its overrides stay. SequenceConflict unless `before` is its revision, 0 for a new one."""
        ...

    def delete(self, helpdesk_id: str, stored: StoredSchedule) -> None:
        """Forget a schedule; one of that id that is put later has the overrides that were kept.

        SequenceConflict if it has moved on meanwhile.
        """
        ...

    def keep(self, helpdesk_id: str, stored: StoredSchedule, override: KeptOverride) -> None:
        """Add an override, or replace the one with its id. SequenceConflict if the schedule has moved on meanwhile."""
        ...


class PageLog(Protocol):
    """Who was paged when; it is written with the events of tickets that mean it."""

    def between(self, helpdesk_id: str, start: datetime, end: datetime) -> Iterator[Pages]:
        """Everybody's pages in [start, end), in order."""
        ...


class ShiftNotices(Protocol):
    """Who was told that they are on call by a schedule, of those schedules that ask for notices."""

    def due(self, now: datetime) -> Iterator[tuple[str, str]]:
        """Helpdesk and schedule of all that are to be looked at by now; each is once it was put or overridden."""
        ...

    def told(self, helpdesk_id: str, schedule_id: str) -> ToldOnCall | None:
        """What was recorded last; None since the schedule has asked for notices."""
        ...

    def record(self, helpdesk_id: str, schedule_id: str, told: ToldOnCall) -> None:
        """Keep what was told, whoever changes the schedule meanwhile; until it is put without notices, or deleted."""
        ...

    def look_again(self, helpdesk_id: str, schedule_id: str, revision: int, at: datetime) -> None:
        """Look at the schedule again at an instant; nothing happens unless `revision` is the newest."""
        ...
