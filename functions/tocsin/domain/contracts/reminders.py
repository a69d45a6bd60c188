"""Reminders of a contract's own dates: of its renewal before it is too late for notice, and of its regular reviews."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from heapq import merge
from itertools import count, takewhile
from typing import Literal, NamedTuple

from tocsin.domain.calendars.business_hours import load_zone
from tocsin.domain.contracts.clauses.reminders import SENT_AT
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.contracts.term import months_after
from tocsin.domain.values.instants import FIRST_YEAR, LAST_YEAR

ReminderKind = Literal["contract_renewal", "contract_review"]

FIRST_DAY, LAST_DAY = date(FIRST_YEAR, 1, 2), date(LAST_YEAR, 12, 30)


class Reminder(NamedTuple):
    """On which day somebody is told, and about which: the last day for notice or of the term, or the review's day."""

    on: date
    kind: ReminderKind
    about: date

    def due_at(self, timezone: str) -> datetime:
        """When it is sent."""
        return datetime.combine(self.on, SENT_AT, load_zone(timezone)).astimezone(UTC)

    def notice_id(self, helpdesk_id: str, contract_id: str) -> str:
        """The same whenever it is sent again."""
        parts = [helpdesk_id, contract_id, self.kind, self.on.isoformat(), self.about.isoformat()]
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def reminders_of(contract: Contract) -> Iterator[Reminder]:
    """All reminders of a contract by their days; without a term its reviews go on for a century and more."""
    found = merge(sorted(_renewals(contract)), _reviews(contract))
    return (reminder for reminder in found if FIRST_DAY <= reminder.on <= LAST_DAY)


def outstanding(contract: Contract, sent: Collection[Reminder], since: datetime, now: datetime) -> list[Reminder]:
    """What is to be sent now: of each kind the newest that has fallen due after `since`, unless it was sent.

    So after an outage, or a change of the dates, nobody gets a row of reminders of which only the last still counts.
    """
    zone = contract.timezone
    due = takewhile(lambda reminder: reminder.due_at(zone) <= now, reminders_of(contract))
    newest = {reminder.kind: reminder for reminder in due if reminder.due_at(zone) > since}
    return [reminder for reminder in newest.values() if not any(_covers(told, reminder) for told in sent)]


def upcoming(contract: Contract, now: datetime) -> Iterator[Reminder]:
    """What will fall due after now."""
    return (reminder for reminder in reminders_of(contract) if reminder.due_at(contract.timezone) > now)


def _covers(told: Reminder, reminder: Reminder) -> bool:
    """Whether who was told the one need not be told the other: it is about the same day, and no earlier."""
    return (told.kind, told.about) == (reminder.kind, reminder.about) and told.on >= reminder.on


def _renewals(contract: Contract) -> Iterator[Reminder]:
    dates, terms = contract.dates, contract.reminders
    if dates is not None and terms is not None:
        about = dates.notice_by or dates.ends_on
        for days in set(terms.renewal):
            if (about - date.min).days >= days:
                yield Reminder(about - timedelta(days=days), "contract_renewal", about)


def _reviews(contract: Contract) -> Iterator[Reminder]:
    dates, terms, begins_on = contract.dates, contract.reminders, contract.effective_from
    if begins_on is None or terms is None or terms.review_every is None:
        return
    last = min(dates.ends_on, LAST_DAY) if dates else LAST_DAY
    days = (months_after(begins_on, months) for months in count(terms.review_every, terms.review_every))
    yield from (Reminder(day, "contract_review", day) for day in takewhile(lambda day: day <= last, days))


@dataclass(frozen=True, slots=True)
class SentReminder:
    """A reminder of a contract's dates that SNS has taken, and under which MessageId."""

    reminder: Reminder
    sent_at: datetime
    message_id: str
