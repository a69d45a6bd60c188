"""The ledger of notices: what became of everything that was to be told of a ticket, as its log says.

A notice that could not be delivered is tried again until it is, so no state means that it was given up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from tocsin.domain.notices.notice import Notice, Queued, Receipt, Refusal
from tocsin.domain.tickets.events import AnyEvent, NoticesFailed, NoticesQueued, NoticesRecorded, NoticesSent


class NoticeState(StrEnum):
    """What has become of a notice."""

    RECORDED = "recorded"
    """It is to be sent at once."""
    QUEUED = "queued"
    """It waits in its recipient's mailbox."""
    FAILED = "failed"
    """The last try to deliver it has failed; it is tried again."""
    HANDED_OVER = "handed_over"
    """SNS has taken it, and that is final."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """A notice and what has become of it."""

    notice: Notice
    recorded_at: datetime
    state: NoticeState = NoticeState.RECORDED
    queued_at: datetime | None = None
    """When it was first left in a mailbox."""
    queued_until: datetime | None = None
    """Until when it waits, or was to wait, there."""
    failed_at: datetime | None = None
    """When it could not be delivered, with an error that it had not had before."""
    error: str | None = None
    handed_over_at: datetime | None = None
    receipt: Receipt | None = None
    """Of the message that carried it first."""
    repeated_as: tuple[str, ...] = ()
    """The MessageIds with which it was handed over again; receivers drop it by its id."""


def ledger(log: Sequence[AnyEvent]) -> list[LedgerEntry]:
    """Every notice that a log records, each once, in the order of recording."""
    entries: dict[str, LedgerEntry] = {}
    for event in log:
        for notice in event.notices if isinstance(event, NoticesRecorded) else ():
            entries.setdefault(notice.notice_id, LedgerEntry(notice=notice, recorded_at=event.recorded_at))
    for event in log:
        for said in _said_of_notices(event):
            if said.notice_id in entries:
                entries[said.notice_id] = _after(entries[said.notice_id], said, event.recorded_at)
    return [*entries.values()]


def _said_of_notices(event: AnyEvent) -> Iterable[Receipt | Queued | Refusal]:
    match event:
        case NoticesSent(receipts=receipts):
            return receipts
        case NoticesQueued(queued=queued):
            return queued
        case NoticesFailed(refusals=refusals):
            return refusals
        case _:
            return ()


def _after(entry: LedgerEntry, said: Receipt | Queued | Refusal, at: datetime) -> LedgerEntry:
    """The entry with what was said of its notice then; that it was handed over is not taken back."""
    handed_over = entry.state is NoticeState.HANDED_OVER
    match said:
        case Receipt() if handed_over:
            return replace(entry, repeated_as=(*entry.repeated_as, said.message_id))
        case Receipt():
            return replace(entry, state=NoticeState.HANDED_OVER, handed_over_at=at, receipt=said)
        case Queued():
            state = entry.state if handed_over else NoticeState.QUEUED
            return replace(entry, state=state, queued_at=entry.queued_at or at, queued_until=said.until)
        case Refusal():
            state = entry.state if handed_over else NoticeState.FAILED
            return replace(entry, state=state, failed_at=at, error=said.error)
        case _:
            assert_never(said)
