"""Import the shifts of another system's calendar into a layer of a schedule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tocsin.domain.calendars.days_off import LeftOut
from tocsin.domain.oncall.duty import Outlook, outlook
from tocsin.domain.oncall.imported import Covered, Directory, OnCallEvent, Unnamed, continued, shifts_of
from tocsin.domain.oncall.members import Member
from tocsin.domain.oncall.schedule import MOST_SHIFTS, GivenShift, Layer, ShiftLayer
from tocsin.domain.oncall.stored_schedule import StoredSchedule
from tocsin.domain.oncall.timetable import Timetable
from tocsin.domain.values.faults import Fault, Invalid
from tocsin.domain.values.instants import format_instant
from tocsin.ports.clock import Clock
from tocsin.ports.oncall import OnCallFeeds, Schedules, Teams
from tocsin.use_cases.oncall.put_schedule import BUSY, FAULTY, checked
from tocsin.use_cases.tickets.retrying import retrying

AHEAD = timedelta(days=366)
"""How far shifts are imported."""

MOST_FAULTS = 50


@dataclass(frozen=True, slots=True)
class WantedShifts:
    """What is to be imported into which layer; `match` says who is meant by a title, name or mail address."""

    ics: str
    layer: str
    match: Mapping[str, str]
    name: str | None = None
    timezone: str | None = None
    """These two of a schedule that is made by this; of another they stay."""


@dataclass(frozen=True, slots=True)
class ImportedShifts:
    """The shifts as they are in the layer from now on, what of the calendar is not, and the schedule with them."""

    shifts: Sequence[GivenShift]
    covered: Sequence[Covered]
    left_out: Sequence[LeftOut]
    schedule: StoredSchedule
    outlook: Outlook
    is_new: bool


def import_shifts(
    helpdesk_id: str,
    schedule_id: str,
    wanted: WantedShifts,
    *,
    store: bool,
    schedules: Schedules,
    teams: Teams,
    feeds: OnCallFeeds,
    clock: Clock,
) -> ImportedShifts:
    """Replace the shifts of the layer from now on by those of the calendar; a layer of another name is added on top.

    Without `store`, tell only what would become of it. Raises Invalid, and stores nothing, for a text that is no
    calendar or has no shift in the next 366 days, for events that name nobody, for a layer of that name in which people
    take turns, and for whatever `put_schedule` refuses.
    """

    def import_once() -> ImportedShifts:
        known = schedules.all(helpdesk_id)
        now, current = clock.now(), known.get(schedule_id)
        before = _base(schedule_id, wanted, current)
        try:
            events, left_out = feeds.read(wanted.ics, before["timezone"], now, now + AHEAD)
        except ValueError as fault:
            raise Invalid([Fault("ics", str(fault))]) from None
        shifts, covered = shifts_of(_named(events, wanted, _people(helpdesk_id, teams)))
        if not shifts:
            raise Invalid([Fault("ics", _why_none(left_out))])
        document = _with_layer(before, wanted.layer, now, shifts)
        schedule = checked(helpdesk_id, schedule_id, document, teams=teams)
        if store:
            schedules.put(helpdesk_id, schedule_id, schedule, current.revision if current else 0)
        timetable = Timetable(schedule, current.timetable.overrides if current else ())
        timetables = {each_id: stored.timetable for each_id, stored in known.items()} | {schedule_id: timetable}
        stored = StoredSchedule(schedule_id, (current.revision if current else 0) + 1, timetable)
        return ImportedShifts(
            shifts, covered, left_out, stored, outlook(schedule_id, timetables, now), is_new=current is None
        )

    return retrying(import_once, clock=clock, refusal=BUSY)


def _base(schedule_id: str, wanted: WantedShifts, current: StoredSchedule | None) -> dict[str, Any]:
    """The document of the schedule as it is, or of a new one without layers."""
    if current:
        schedule = current.timetable.schedule
        if any(isinstance(each, Layer) and each.name == wanted.layer for each in schedule.layers):
            raise Invalid([Fault("layer", f"{wanted.layer!r} is a layer in which people take turns; name another")])
        return schedule.model_dump(mode="json", exclude_none=True)
    missing = [name for name in ("name", "timezone") if getattr(wanted, name) is None]
    if missing:
        why = f"there is no schedule {schedule_id!r}; say what a new one shall have"
        raise Invalid([Fault(name, why) for name in missing])
    return {"name": wanted.name, "timezone": wanted.timezone, "layers": []}


def _people(helpdesk_id: str, teams: Teams) -> list[Member]:
    return [member for team in teams.all(helpdesk_id).values() for member in team.members]


def _named(
    events: Sequence[OnCallEvent], wanted: WantedShifts, people: Sequence[Member]
) -> list[tuple[OnCallEvent, str]]:
    """Each event with its person. Raises Invalid with each title that names nobody, and each match that is nobody."""
    ids = {each.member_id for each in people}
    faults = [
        Fault(f"match.{name}", f"there is nobody {who!r}") for name, who in wanted.match.items() if who not in ids
    ]
    directory = Directory(people, wanted.match)
    found = [(event, directory.member_of(event)) for event in events]
    faults += _faults_of([who for _, who in found if isinstance(who, Unnamed)])
    if faults:
        raise Invalid(faults[:MOST_FAULTS], FAULTY)
    return [(event, who) for event, who in found if isinstance(who, str)]


def _faults_of(unnamed: Sequence[Unnamed]) -> Iterator[Fault]:
    for title, why in dict.fromkeys(unnamed):
        yield Fault("ics", f"the event {title!r} {why}; put the member, or say in `match` who is meant by it")


def _why_none(left_out: Sequence[LeftOut]) -> str:
    because = f"; the event {left_out[0].name!r} {left_out[0].why}" if left_out else ""
    return f"has no shift in the next {AHEAD.days} days{because}"


def _with_layer(before: dict[str, Any], name: str, now: datetime, shifts: Sequence[GivenShift]) -> dict[str, Any]:
    layers = list(before["layers"])
    number = next((at for at, layer in enumerate(layers) if layer["name"] == name), len(layers))
    old = ShiftLayer.model_validate(layers[number]).shifts if number < len(layers) else []
    kept = (continued(old, now, shifts) if old else shifts)[-MOST_SHIFTS:]
    layers[number : number + 1] = [{"name": name, "shifts": [_document(each) for each in kept]}]
    return {**before, "layers": layers}


def _document(shift: GivenShift) -> dict[str, str]:
    return {
        "member_id": shift.member_id,
        "starts_at": format_instant(shift.starts_at),
        "ends_at": format_instant(shift.ends_at),
    }
