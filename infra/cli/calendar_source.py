"""The calendar of another system: out of a file or from its address, and of it what says who is on call when."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import httpx
from icalendar import Calendar, Component, Event

from infra.cli.documents import read_text
from infra.cli.failure import Failure

LARGEST = 10 * 1024 * 1024
TIMEOUT_SECONDS = 30.0

SHORT_ENOUGH = 50_000
"""Bytes, of the 65,536 that the API takes as JSON."""

KEPT = frozenset(
    {"UID", "SUMMARY", "ATTENDEE", "STATUS", "DTSTART", "DTEND", "DURATION"}
    | {"RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"}
)
"""Of an event; descriptions and the like would not fit into what the API takes."""


def read_calendar(source: str) -> str:
    """The text at an `https://` or `webcal://` address, or in a file. Raises Failure where there is none."""
    scheme, separator, rest = source.partition("://")
    if not separator:
        return read_text(Path(source))
    if scheme.lower() not in {"https", "webcal", "webcals"}:
        raise Failure("An address begins with https:// or webcal://; anything else could be read on the way.")
    return fetch(f"https://{rest}")


def fetch(url: str) -> str:
    """What is there. The address is a secret, so no message quotes it."""
    try:
        with httpx.stream("GET", url, timeout=TIMEOUT_SECONDS, follow_redirects=True) as answer:
            answer.raise_for_status()
            if answer.url.scheme != "https":
                raise Failure("The calendar's address leads to one without https.")
            found = b""
            for chunk in answer.iter_bytes():
                found += chunk
                if len(found) > LARGEST:
                    raise Failure(f"The calendar has more than {LARGEST:,} bytes.")
            return found.decode()
    except httpx.HTTPStatusError as error:
        raise Failure(f"The calendar's address answers {error.response.status_code}.") from None
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeDecodeError) as error:
        raise Failure(f"The calendar cannot be fetched: {type(error).__name__}.") from None


def shortened(text: str, now: datetime) -> str:
    """The calendar without what does not tell who is on call; where that is not short enough, without what is over.

    What is no calendar stays as it is: the API says what is wrong with it.
    """
    try:
        calendars = Calendar.from_ical(text.encode(), multiple=True)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return text
    for calendar in calendars:
        calendar.subcomponents = [_reduced(part) for part in calendar.subcomponents]
    if len(_written(calendars)) > SHORT_ENOUGH:
        for calendar in calendars:
            calendar.subcomponents = [part for part in calendar.subcomponents if not _is_over(part, now)]
    return _written(calendars) or text


def _written(calendars: list[Calendar]) -> str:
    return "".join(calendar.to_ical().decode() for calendar in calendars)


def _is_over(part: Component, now: datetime) -> bool:
    if not isinstance(part, Event) or part.keys() & {"RRULE", "RDATE", "RECURRENCE-ID"}:
        return False
    try:
        end: date = part.end
    except (ValueError, TypeError, AttributeError):
        return False
    at = end if isinstance(end, datetime) else datetime.combine(end, time())
    # A day's grace, since a time without a zone may be that of any.
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) < now - timedelta(days=1)


def _reduced(part: Component) -> Component:
    if isinstance(part, Event):
        for name in part.keys() - KEPT:
            del part[name]
        part.subcomponents = []
    return part
