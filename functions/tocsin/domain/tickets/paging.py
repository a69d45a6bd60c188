"""Whom events of a log page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tocsin.domain.notices.notice import Audience, NoticeKind
from tocsin.domain.oncall.pages import Pages
from tocsin.domain.tickets.events import AnyEvent, NoticesRecorded, TierAlerted
from tocsin.domain.values.identifiers import TicketKey

PAGING = (NoticeKind.TIER_ALERT, NoticeKind.FUNCTIONAL_ESCALATION)
"""The notices that ask somebody on call to get up; by however many channels, it is one page."""


def pages_of(key: TicketKey, events: Iterable[AnyEvent]) -> Iterator[Pages]:
    """The pages that events of a ticket mean, each event's at once; most mean none."""
    for event in events:
        if isinstance(event, NoticesRecorded):
            members = (each for each in event.notices if each.audience is Audience.MEMBER and each.way is None)
            if paged := tuple(each.recipient for each in members if each.kind in PAGING):
                yield Pages(key.ticket_id, event.sequence, event.recorded_at, paged=paged)
        elif isinstance(event, TierAlerted) and event.passed_over:
            yield Pages(key.ticket_id, event.sequence, event.recorded_at, passed_over=event.passed_over)
