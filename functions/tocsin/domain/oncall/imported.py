"""Shifts out of another system's calendar: whom each event names, and who is on call where events overlap."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from tocsin.domain.oncall.members import Member
from tocsin.domain.oncall.schedule import GivenShift
from tocsin.domain.values.channels import EmailChannel
from tocsin.domain.values.wording import enumerated

# PagerDuty's feeds are titled "On Call - Ana Smith - Frontline", ours "Ana Smith is on call (Frontline)".
_BEFORE_THE_NAME = re.compile(r"on[ -]?call\s*[-:–]\s*", re.IGNORECASE)
_AFTER_THE_NAME = re.compile(r"\s+is on[ -]call\b.*|\s*\([^()]*\)\s*", re.IGNORECASE)
_BETWEEN_PARTS = re.compile(r"\s+[-–|]\s+")


@dataclass(frozen=True, slots=True)
class OnCallEvent:
    """An event of a calendar: its title, the mail addresses of who attends, and when it is."""

    title: str
    attendees: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime


class Unnamed(NamedTuple):
    """An event that names nobody who is known, or several people: its title, and why."""

    title: str
    why: str


class Covered(NamedTuple):
    """Somebody would have been on call by the calendar, and somebody else was at the same time: theirs began later."""

    starts_at: datetime
    ends_at: datetime
    member_id: str
    by_member_id: str


class Directory:
    """Finds out whom an event of a calendar names."""

    def __init__(self, members: Iterable[Member], match: Mapping[str, str]) -> None:
        """`match` says who is meant by a title, name or mail address, before anything else does."""
        self._match = {_plain(name): member_id for name, member_id in match.items()}
        self._known: dict[str, set[str]] = defaultdict(set)
        for member in members:
            mails = [each.address for each in member.channels if isinstance(each, EmailChannel)]
            for name in (member.member_id, member.name, *mails):
                self._known[_plain(name)].add(member.member_id)

    def member_of(self, event: OnCallEvent) -> str | Unnamed:
        """Who is on call by an event: by what was said of it, by who attends it, or by its title."""
        names = [*_names_in(event.title)]
        said = next((self._match[name] for name in [*names, *event.attendees] if name in self._match), None)
        if said is not None:
            return said
        for found in (self._known.get(name, set()) for name in [*event.attendees, *names]):
            if len(found) == 1:
                return next(iter(found))
            if found:
                return Unnamed(event.title, f"names several people: {enumerated(sorted(found))}")
        return Unnamed(event.title, "names nobody who is known")


def _names_in(title: str) -> Iterator[str]:
    """The title, and what is left of it without what systems write around a name; the longest first."""
    yield _plain(title)
    name = _AFTER_THE_NAME.sub("", _BEFORE_THE_NAME.sub("", title, count=1))
    parts = _BETWEEN_PARTS.split(name)
    for number in range(len(parts), 0, -1):
        yield _plain(" - ".join(parts[:number]))


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def shifts_of(events: Sequence[tuple[OnCallEvent, str]]) -> tuple[list[GivenShift], list[Covered]]:
    """Shifts in order, of events each with its person, and what of them others cover.

    One person is on call at a time: whoever's event began last, and of two that begin at once the one that is written
    last. Events of one person that follow each other are one shift.
    """
    covered: list[Covered] = []
    found: list[GivenShift] = []
    changes = sorted({at for event, _ in events for at in (event.starts_at, event.ends_at)})
    in_order = sorted(enumerate(events), key=lambda each: (each[1][0].starts_at, each[0]))
    running: list[tuple[OnCallEvent, str]] = []
    following = 0
    for start, end in pairwise(changes):
        while following < len(in_order) and in_order[following][1][0].starts_at <= start:
            running.append(in_order[following][1])
            following += 1
        running = [each for each in running if each[0].ends_at > start]
        if running:
            *others, (_, member_id) = running
            _extend(found, member_id, start, end)
            covered += [
                Covered(start, end, other_id, member_id)
                for other_id in dict.fromkeys(each for _, each in others)
                if other_id != member_id
            ]
    return found, _joined(covered)


def _extend(shifts: list[GivenShift], member_id: str, start: datetime, end: datetime) -> None:
    if shifts and shifts[-1].ends_at == start and shifts[-1].member_id == member_id:
        start = shifts.pop().starts_at
    shifts.append(GivenShift.model_construct(member_id=member_id, starts_at=start, ends_at=end))


def _joined(covered: Iterable[Covered]) -> list[Covered]:
    found: list[Covered] = []
    for each in sorted(covered, key=lambda one: (one.member_id, one.by_member_id, one.starts_at)):
        if found and found[-1].ends_at == each.starts_at and found[-1][2:] == each[2:]:
            each = each._replace(starts_at=found.pop().starts_at)  # noqa: PLW2901 - they become one
        found.append(each)
    return sorted(found)


def continued(before: Iterable[GivenShift], at: datetime, after: Iterable[GivenShift]) -> list[GivenShift]:
    """What was until an instant, and what is from then on."""
    found: list[GivenShift] = []
    for each in before:
        if each.starts_at < at:
            _extend(found, each.member_id, each.starts_at, min(each.ends_at, at))
    for each in after:
        if each.ends_at > at:
            _extend(found, each.member_id, max(each.starts_at, at), each.ends_at)
    return found
