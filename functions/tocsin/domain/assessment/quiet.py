"""Quiet hours: until when somebody is not told what is not important."""

from __future__ import annotations

from datetime import datetime

from tocsin.domain.assessment.roster import Roster
from tocsin.domain.notices.notice import Audience, Notice
from tocsin.domain.tickets.ticket import Ticket


def quiet_until(notice: Notice, ticket: Ticket, roster: Roster, now: datetime) -> datetime | None:
    """When the quiet hours of a notice's recipient end; None where it is told now."""
    if notice.audience is not Audience.MEMBER or notice.kind.is_important:
        return None
    for team in filter(None, map(roster, ticket.targets)):
        for member in team.members:
            if member.member_id == notice.recipient:
                return member.quiet_until(now)
    return None
