"""Instants and durations as text: RFC 3339 with `Z`, ISO 8601 and the short forms people write in contracts."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.IGNORECASE | re.ASCII)
_ISO8601 = re.compile(
    r"P(?:(?P<d>\d{1,18})D)?(?:T(?:(?P<h>\d{1,18})H)?(?:(?P<m>\d{1,18})M)?(?:(?P<s>\d{1,18})S)?)?", re.ASCII
)
_SHORT = re.compile(
    r"(?:(?P<d>\d{1,18})\s*d(?:ays?)?)?(?:(?P<h>\d{1,18})h)?(?:(?P<m>\d{1,18})m(?:in)?)?(?:(?P<s>\d{1,18})s)?", re.ASCII
)
_BUSINESS_DAYS = re.compile(r"(?P<days>\d{1,3})\s*(?:bd|business days?)", re.ASCII)
_CALENDAR_DAYS = re.compile(r"(?P<days>\d{1,3})\s*(?:cd|calendar days?)", re.ASCII)
_MONTHS = re.compile(r"P(?P<iso>\d{1,4})(?P<iso_unit>[MY])|(?P<number>\d{1,4})\s*(?P<unit>months?|years?)", re.ASCII)
_DAYS = re.compile(r"P(?P<iso>\d{1,4})D|(?P<number>\d{1,4})\s*days?", re.ASCII)

FIRST_YEAR, LAST_YEAR = 1970, 2150
"""A year outside is a slip of the pen."""

LONGEST = timedelta(days=3660)
"""Ten years. Longer is a slip of the pen, and calendars need not reach further."""


class BusinessDays(int):
    """A number of business days: due at the end of the N-th business day of a calendar."""


class CalendarDays(BusinessDays):
    """A number of days of which every one counts, open or closed: due at the midnight that ends the N-th."""


def parse_instant(value: Any) -> datetime:
    """An RFC 3339 instant such as `2026-03-27T15:50:00Z`, in UTC.

    Raises ValueError for anything else, a date without a time or a time without an offset included.
    """
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("has no time zone; instants are aware UTC")
        return value.astimezone(UTC)
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise ValueError("is not an instant; write RFC 3339 with an offset, such as 2026-03-27T15:50:00Z")
    try:
        instant = datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{value!r} does not exist; check the day, the hour and the offset") from None
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise ValueError(f"lies outside the years {FIRST_YEAR} to {LAST_YEAR}; check the year")
    return instant


def format_instant(instant: datetime) -> str:
    """RFC 3339 in UTC with `Z`; a fraction only where there is one."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def rounded_up_to_second(instant: datetime) -> datetime:
    """The first whole second that is not before the instant: what a wait of Step Functions can sleep to."""
    return (instant + timedelta(microseconds=999_999)).replace(microsecond=0)


def whole_second(instant: datetime) -> str:
    """Rounded up: Step Functions cuts fractions off a wait's timestamp, and waking early would be in vain."""
    return format_instant(rounded_up_to_second(instant))


def parse_duration(value: Any) -> timedelta:
    """A positive duration: `15m`, `4h`, `1h30m`, `90s`, `PT4H`.

    Raises ValueError for zero, for more than ten years and for days, which could mean 24 hours or a business day.
    """
    if isinstance(value, timedelta):
        return value
    text = str(value).strip() if isinstance(value, str) else ""
    match = _ISO8601.fullmatch(text) or _SHORT.fullmatch(text)
    if not match or not any(match.groups()):
        raise ValueError(f"{value!r} is not a duration; write minutes or hours, such as 15m, 4h, 1h30m or PT4H")
    parts = {unit: int(number) for unit, number in match.groupdict().items() if number}
    if parts.get("d"):
        raise ValueError(f"{value!r} is ambiguous; write hours (24h), business days (1bd) or calendar days (1cd)")
    try:
        duration = timedelta(hours=parts.get("h", 0), minutes=parts.get("m", 0), seconds=parts.get("s", 0))
    except OverflowError:
        duration = timedelta.max
    if duration <= timedelta(0):
        raise ValueError("must be longer than zero")
    if duration > LONGEST:
        raise ValueError("is longer than ten years")
    return duration


def short_duration(duration: timedelta) -> str:
    """As people write it in contracts: `4h`, `1h30m`, `90s`; hours may pass 24."""
    seconds = int(duration.total_seconds())
    parts = ((seconds // 3600, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s"))
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "0s"


def format_duration(duration: timedelta) -> str:
    """ISO 8601 in hours, minutes and seconds: `PT4H`, `PT1H30M`."""
    return f"PT{short_duration(duration).upper()}"


def parse_business_days(value: Any) -> BusinessDays:
    """`3bd` or `3 business days`; at least one. Raises ValueError otherwise."""
    if isinstance(value, BusinessDays):
        return value
    match = _BUSINESS_DAYS.fullmatch(value.strip()) if isinstance(value, str) else None
    if not match or int(match["days"]) == 0:
        raise ValueError(f"{value!r} is not a number of business days; write 3bd or 3 business days")
    return BusinessDays(match["days"])


def parse_months(value: Any) -> int:
    """`24 months`, `2 years`, `P18M` or `P2Y` as a number of months, at most a hundred years. Raises ValueError."""
    match = _MONTHS.fullmatch(value.strip()) if isinstance(value, str) else None
    number = int(match["iso"] or match["number"]) if match else 0
    months = number * 12 if match and (match["iso_unit"] == "Y" or (match["unit"] or "").startswith("y")) else number
    if isinstance(value, int) and not isinstance(value, bool):
        months = value
    if not 1 <= months <= 1200:
        raise ValueError(f"{value!r} is not a term; write months or years, such as 24 months, 2 years or P2Y")
    return months


def parse_days(value: Any) -> int:
    """`60 days` or `P60D` as a number of days of the calendar on the wall, at most ten years. Raises ValueError."""
    match = _DAYS.fullmatch(value.strip()) if isinstance(value, str) else None
    days = int(match["iso"] or match["number"]) if match else 0
    if isinstance(value, int) and not isinstance(value, bool):
        days = value
    if not 1 <= days <= LONGEST.days:
        raise ValueError(f"{value!r} is not a number of days; write 60 days or P60D")
    return days


def parse_target(value: Any) -> timedelta | BusinessDays:
    """Open time, `4h`, or a number of business or calendar days, `3bd` or `3cd`. Raises ValueError otherwise."""
    if isinstance(value, BusinessDays):
        return value
    text = value.strip() if isinstance(value, str) else ""
    if match := _CALENDAR_DAYS.fullmatch(text):
        if int(match["days"]) == 0:
            raise ValueError("must be longer than zero")
        return CalendarDays(match["days"])
    return parse_business_days(value) if _BUSINESS_DAYS.fullmatch(text) else parse_duration(value)


def short_target(target: timedelta | BusinessDays) -> str:
    """As people write it in contracts: `4h`, `3bd`, `3cd`."""
    if isinstance(target, BusinessDays):
        return f"{int(target)}{'cd' if isinstance(target, CalendarDays) else 'bd'}"
    return short_duration(target)


def format_target(target: timedelta | BusinessDays) -> str:
    """For answers: `PT4H`, `3bd`, for which ISO 8601 has no form."""
    return short_target(target) if isinstance(target, BusinessDays) else format_duration(target)


Instant = Annotated[
    datetime,
    PlainValidator(parse_instant),
    PlainSerializer(format_instant),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-03-27T15:50:00Z"]}),
]
Duration = Annotated[
    timedelta,
    PlainValidator(parse_duration),
    PlainSerializer(format_duration),
    WithJsonSchema({"type": "string", "examples": ["15m", "4h", "1h30m", "PT4H"]}),
]
WorkingDays = Annotated[
    BusinessDays,
    PlainValidator(parse_business_days),
    PlainSerializer(lambda days: f"{int(days)}bd"),
    WithJsonSchema({"type": "string", "examples": ["3bd"]}),
]
Target = Annotated[
    timedelta | BusinessDays,
    PlainValidator(parse_target),
    PlainSerializer(format_target),
    WithJsonSchema({"type": "string", "examples": ["15m", "4h", "PT4H", "3bd", "3cd"]}),
]
Days = Annotated[
    int,
    PlainValidator(parse_days),
    PlainSerializer(lambda days: f"P{days}D"),
    WithJsonSchema({"type": "string", "examples": ["60 days", "P60D"]}),
]
Months = Annotated[
    int,
    PlainValidator(parse_months),
    PlainSerializer(lambda months: f"P{months}M"),
    WithJsonSchema({"type": "string", "examples": ["24 months", "2 years", "P2Y"]}),
]
