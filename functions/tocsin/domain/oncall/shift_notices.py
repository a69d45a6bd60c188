"""Whom to tell that their shift begins or is over, by who was told so last."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal, NamedTuple

ShiftNoticeKind = Literal["shift_begins", "shift_ends"]


class ShiftNotice(NamedTuple):
    """What somebody is told of a schedule."""

    kind: ShiftNoticeKind
    member_id: str


@dataclass(frozen=True, slots=True)
class ToldOnCall:
    """Who was told last that they are on call by a schedule, and how many notices have been sent of it.

    Whoever overrides, takes back or puts anything meanwhile changes who is to be told next, and nothing in here.
    """

    members: frozenset[str]
    sent: int = 0

    def owed(self, on_call: str | None) -> list[ShiftNotice]:
        """What is to be told while that person, or nobody, is on call; who comes hears of it before who goes."""
        now = {on_call} if on_call else set()
        begins = [ShiftNotice("shift_begins", each) for each in sorted(now - self.members)]
        return begins + [ShiftNotice("shift_ends", each) for each in sorted(self.members - now)]

    def after(self, notice: ShiftNotice) -> ToldOnCall:
        """Once a notice was sent."""
        if notice.kind == "shift_begins":
            return ToldOnCall(self.members | {notice.member_id}, self.sent + 1)
        return ToldOnCall(self.members - {notice.member_id}, self.sent + 1)

    def notice_id(self, helpdesk_id: str, schedule_id: str, notice: ShiftNotice) -> str:
        """The same whenever the notice is sent again, as long as it is not kept that it was sent."""
        parts = [helpdesk_id, schedule_id, str(self.sent + 1), *notice]
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
