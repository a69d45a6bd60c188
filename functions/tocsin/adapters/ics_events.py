"""Reading iCalendar texts (RFC 5545) from others: their events, of which nothing is believed."""

from __future__ import annotations

from datetime import date, datetime

from icalendar import Calendar, Event

LONGEST_TEXT = 200
"""Characters of a name or a reason."""

DATES = frozenset({"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"})


def events_in(text: str) -> list[Event]:
    """The events of a text; ValueError where it is no calendar."""
    # Of a text that breaks off, the library reads what is complete and does not mention the rest.
    if not text.rstrip().upper().endswith("END:VCALENDAR"):
        raise ValueError("is not an iCalendar text; it begins with BEGIN:VCALENDAR and ends with END:VCALENDAR")
    try:
        # As bytes: the library takes a text of one line for the name of a file, and reads that.
        calendars = Calendar.from_ical(text.encode(), multiple=True)
        parts = [part for calendar in calendars for part in calendar.walk("VEVENT")]
    except (ValueError, TypeError, AttributeError, RecursionError) as error:  # it trusts that what begins also ends
        raise ValueError(f"is not an iCalendar text: {str(error)[:LONGEST_TEXT]}") from None
    return [part for part in parts if isinstance(part, Event)]


def text_of(event: Event, name: str) -> str:
    """A property as a text of one line; empty where there is none."""
    value = event.get(name, "")
    return " ".join(str(value[0] if isinstance(value, list) else value).split())[:LONGEST_TEXT]


def date_of(value: object) -> date:
    """The day of a date or time."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    raise ValueError(f"{value} is not a date")


def check_readable(event: Event) -> None:
    """Raises ValueError, with why, for an event whose dates cannot be read, and for one that is cancelled."""
    for name, error in event.errors:
        if name is None or name.upper() in DATES:
            raise ValueError(f"cannot be read: {error}")
    if text_of(event, "STATUS").upper() == "CANCELLED":
        raise ValueError("is cancelled")
