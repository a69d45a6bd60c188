"""Shifts as an iCalendar text (RFC 5545) that Google, Outlook and Apple subscribe to."""

from __future__ import annotations

import hashlib
from datetime import UTC, timedelta

from icalendar import Calendar, Event
from icalendar.prop import vDuration

from tocsin.domain.oncall.feed import FeedContent
from tocsin.domain.oncall.timetable import Shift

REFRESHED = timedelta(hours=1)


class IcsShiftCalendars:
    """`ShiftCalendars`."""

    def write(self, content: FeedContent) -> bytes:
        """See `ShiftCalendars.write`; the same shift has the same UID whenever it is read."""
        calendar = Calendar()
        calendar.add("PRODID", "-//Tocsin//On call//EN")
        calendar.add("VERSION", "2.0")
        calendar.add("CALSCALE", "GREGORIAN")
        calendar.add("METHOD", "PUBLISH")
        calendar.add("X-WR-CALNAME", f"On call: {content.name}")
        calendar.add("NAME", f"On call: {content.name}")
        calendar.add("REFRESH-INTERVAL", vDuration(REFRESHED), parameters={"VALUE": "DURATION"})
        calendar.add("X-PUBLISHED-TTL", vDuration(REFRESHED))
        for shift in content.shifts:
            calendar.add_component(_event(shift, content))
        text: bytes = calendar.to_ical()
        return text


def _event(shift: Shift, content: FeedContent) -> Event:
    event = Event()
    identity = "\x1f".join([content.schedule_id, shift.member_id, shift.starts_at.astimezone(UTC).isoformat()])
    event.add("UID", f"{hashlib.sha256(identity.encode()).hexdigest()[:32]}@tocsin")
    event.add("DTSTAMP", content.at.astimezone(UTC))
    event.add("DTSTART", shift.starts_at.astimezone(UTC))
    event.add("DTEND", shift.ends_at.astimezone(UTC))
    event.add("SUMMARY", f"{content.people.get(shift.member_id, shift.member_id)} is on call ({content.name})")
    event.add("DESCRIPTION", f"By the layer {shift.layer}" if shift.layer else "Stands in, by an override")
    event.add("TRANSP", "TRANSPARENT")
    return event
