"""Who is on call when, out of iCalendar texts (RFC 5545) such as PagerDuty's and Opsgenie's feeds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Event
from icalendar.prop import vRecur

from tocsin.adapters.ics_events import LONGEST_TEXT, check_readable, events_in, text_of
from tocsin.domain.calendars.business_hours import load_zone
from tocsin.domain.calendars.days_off import LeftOut
from tocsin.domain.calendars.wall_time import instant_at
from tocsin.domain.oncall.imported import OnCallEvent
from tocsin.domain.values.instants import FIRST_YEAR

MOST_EVENTS = 2_000
"""In the time that is asked for, repetitions counted one by one."""

MOST_SERIES = 100
"""Events that repeat: each is followed from its first day on."""

LONGEST = timedelta(days=366)
RULES = {
    "DAILY": {"BYDAY"},
    "WEEKLY": {"BYDAY"},
    "MONTHLY": {"BYDAY", "BYMONTHDAY"},
}
"""What a rule of each frequency may say beside how often. Each comes true again and again, so following one ends."""

OF_EVERY_RULE = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}
MOST_INTERVAL = {"DAILY": 366, "WEEKLY": 53, "MONTHLY": 11}


class _Wall(NamedTuple):
    """A time by the clock on some wall."""

    at: datetime
    """Without a zone."""
    zone: tzinfo

    @property
    def instant(self) -> datetime:
        if isinstance(self.zone, ZoneInfo):
            return instant_at(self.at, self.zone)
        return self.at.replace(tzinfo=self.zone).astimezone(UTC)


class IcsOnCallFeeds:
    """`OnCallFeeds`."""

    def read(self, text: str, timezone: str, start: datetime, end: datetime) -> tuple[list[OnCallEvent], list[LeftOut]]:
        """See `OnCallFeeds.read`."""
        zone, events = load_zone(timezone), events_in(text)
        if sum("RRULE" in event for event in events) > MOST_SERIES:
            raise ValueError(f"has more than {MOST_SERIES} events that repeat")
        moved: dict[str, set[datetime]] = defaultdict(set)
        for event in events:
            moved[text_of(event, "UID")] |= _moved_from(event, zone)
        found: list[OnCallEvent] = []
        left_out: list[LeftOut] = []
        for event in events:
            title = text_of(event, "SUMMARY")
            try:
                elsewhere = set() if "RECURRENCE-ID" in event else moved[text_of(event, "UID")]
                found += _occurrences(event, zone, start, end, elsewhere)
            except (ValueError, OverflowError) as why:
                left_out.append(LeftOut(title, str(why)[:LONGEST_TEXT]))
            except (AttributeError, TypeError):  # the library believes what VALUE= says, such as a DURATION of a date
                left_out.append(LeftOut(title, "cannot be read: a property is of the wrong type"))
            if len(found) > MOST_EVENTS:
                raise ValueError(f"has more than {MOST_EVENTS:,} events in that time; ask for less of it")
        return found, left_out


def _occurrences(
    event: Event, zone: ZoneInfo, start: datetime, end: datetime, elsewhere: set[datetime]
) -> Iterator[OnCallEvent]:
    """The events of a series, or the one that it is, of which some part is in [start, end)."""
    check_readable(event)
    first, last = _wall(event.start, zone), _wall(event.end, zone)
    # By the wall: a series that begins and ends at nine does so whatever the clocks do in between.
    length = last.at - first.at if first.zone == last.zone else last.instant - first.instant
    if last.instant <= first.instant:
        raise ValueError("ends when it begins, or before")
    if length > LONGEST:
        raise ValueError(f"lasts {length.days} days, which is longer than a year")
    skipped = elsewhere | {_wall(each, zone).instant for each in event.exdates}
    for at in _starts(event, first, zone, end):
        begins, ends = _Wall(at, first.zone).instant, _Wall(at + length, first.zone).instant
        if begins not in skipped and begins < end and ends > start:
            yield OnCallEvent(text_of(event, "SUMMARY"), _attendees(event), begins, ends)


def _starts(event: Event, first: _Wall, zone: ZoneInfo, end: datetime) -> Iterator[datetime]:
    """When it begins by the wall, in order of nothing in particular, each once."""
    starts = {first.at}
    if len(event.rrules) > 1:
        raise ValueError("repeats by more than one RRULE")
    for rule in event.rrules:
        starts |= set(_repeated(rule, first, zone, end))
    for also, until in event.rdates:
        if until is not None:
            raise ValueError("repeats in periods (RDATE;VALUE=PERIOD)")
        starts.add(_in_zone_of(first, _wall(also, zone)))
    yield from starts


def _repeated(rule: vRecur, first: _Wall, zone: ZoneInfo, end: datetime) -> Iterator[datetime]:
    (frequency, *_), (every, *_) = rule.get("FREQ", [""]), rule.get("INTERVAL", [1])
    if frequency not in RULES:
        raise ValueError(f"repeats {str(frequency).lower()}; events may repeat daily, weekly or monthly")
    if unknown := rule.keys() - OF_EVERY_RULE - RULES[frequency]:
        raise ValueError(f"repeats by {', '.join(sorted(unknown))}, which is not understood of one that is {frequency}")
    if not 1 <= every <= MOST_INTERVAL[frequency] or (frequency == "DAILY" and every > 1 and "BYDAY" in rule):
        raise ValueError(f"repeats by a rule that is not understood: {rule.to_ical().decode()}")
    if first.at.year < FIRST_YEAR:
        raise ValueError(f"repeats since {first.at.year}, which is before {FIRST_YEAR}")
    (until, *_) = rule.get("UNTIL", [None])
    latest = _in_zone_of(first, _Wall(end.replace(tzinfo=None), UTC)) + timedelta(days=1)
    if isinstance(until, datetime):
        latest = min(latest, _in_zone_of(first, _wall(until, zone)))
    elif until is not None:
        latest = min(latest, datetime.combine(until, time.max))
    rest = vRecur({name: values for name, values in rule.items() if name != "UNTIL"}).to_ical().decode()
    try:
        repetitions = rrulestr(rest, dtstart=first.at)
    except (ValueError, IndexError):
        raise ValueError(f"repeats by a rule that cannot be read: {rest}") from None
    for at in repetitions:
        if at > latest:
            return
        yield at


def _moved_from(event: Event, zone: ZoneInfo) -> set[datetime]:
    """The instant in a series of the event that this one takes the place of."""
    try:
        instead_of = event.RECURRENCE_ID
    except ValueError:  # it is left out for that
        return set()
    return {_wall(instead_of, zone).instant} if instead_of else set()


def _wall(value: date, zone: ZoneInfo) -> _Wall:
    """A date begins at midnight of the schedule's zone, and a time without a zone is one there."""
    if not isinstance(value, datetime):
        return _Wall(datetime.combine(value, time()), zone)
    return _Wall(value.replace(tzinfo=None), value.tzinfo or zone)


def _in_zone_of(first: _Wall, other: _Wall) -> datetime:
    return other.instant.astimezone(first.zone).replace(tzinfo=None)


def _attendees(event: Event) -> tuple[str, ...]:
    """Their mail addresses, in small letters."""
    value = event.get("ATTENDEE", [])
    mails = (str(each).casefold().removeprefix("mailto:") for each in (value if isinstance(value, list) else [value]))
    return tuple(mail for mail in mails if "@" in mail)
