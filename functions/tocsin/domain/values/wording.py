"""Amounts of time, numbers and lists in words, as contracts, alerts and explanations say them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from tocsin.domain.values.instants import BusinessDays, CalendarDays


def enumerated(words: Iterable[str], conjunction: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`; empty for nothing."""
    *most, last = [*words] or [""]
    return f"{', '.join(most)} {conjunction} {last}" if most else last


def sentence_case(text: str) -> str:
    """With a capital at the beginning, the rest as it is."""
    return text[:1].upper() + text[1:]


def counted(number: int, noun: str) -> str:
    """`1 hour`, `2 hours`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def duration_words(duration: timedelta) -> str:
    """`1 hour 30 minutes`; hours may pass 24, since a day could mean two things."""
    seconds = int(duration.total_seconds())
    parts = ((seconds // 3600, "hour"), (seconds // 60 % 60, "minute"), (seconds % 60, "second"))
    return " ".join(counted(number, unit) for number, unit in parts if number) or counted(0, "second")


def months_words(months: int) -> str:
    """`2 years`, `18 months`."""
    return counted(months, "month") if months % 12 else counted(months // 12, "year")


def amount_words(amount: timedelta | BusinessDays) -> str:
    """`4 hours`, `the end of the 3rd business day`."""
    if isinstance(amount, BusinessDays):
        return f"the end of the {ordinal(amount)} {kind_of_day(amount)}"
    return duration_words(amount)


def kind_of_day(days: BusinessDays) -> str:
    """`business day` or `calendar day`."""
    return "calendar day" if isinstance(days, CalendarDays) else "business day"


def due_words(amount: timedelta | BusinessDays) -> str:
    """`within 4 hours`, `by the end of the 3rd business day`."""
    return f"{'by' if isinstance(amount, BusinessDays) else 'within'} {amount_words(amount)}"


def ordinal(number: int) -> str:
    """`1st`, `2nd`, `3rd`, `4th`, `11th`."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
