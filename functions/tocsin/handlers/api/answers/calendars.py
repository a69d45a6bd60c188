"""The answer to an imported calendar."""

from __future__ import annotations

from pydantic import Field

from tocsin.handlers.api.answers.model import AnswerModel, DateText


class ImportedHolidays(AnswerModel):
    """The part `holidays` of a contract's calendar."""

    dates: dict[str, str]


class ExcludedDay(AnswerModel):
    """A day that would be closed, and the event of the calendar that closes it."""

    date: DateText
    weekday: str
    name: str | None
    event: str | None


class LeftOutEvent(AnswerModel):
    """An event of the calendar that closes nothing, and why."""

    name: str | None
    why: str


class ImportedCalendar(AnswerModel):
    """What an iCalendar text would close, day by day."""

    holidays: ImportedHolidays = Field(description="to be put into a contract")
    excludes: list[ExcludedDay]
    left_out: list[LeftOutEvent]
