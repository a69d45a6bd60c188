"""Whether an alert reaches anybody, and why not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Whose channels deliver nothing, by the last look at their subscriptions: each is lost or not confirmed."""

    team: bool = False
    """The team's own."""
    members: frozenset[str] = frozenset()


class NotReached(StrEnum):
    """Why an alert to a team reaches nobody, with its words for people."""

    words: str

    def __new__(cls, value: str, words: str) -> Self:
        """A member is its value; what hangs on it is beside it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.words = words
        return member

    NO_TEAM = "no_team", "there is no such team, schedule or person any more"
    NOBODY_ON_CALL = "nobody_on_call", "nobody was on call, and nothing reached the team as a whole"
    NO_CHANNEL = "no_channel", "nobody on call had a channel, nor had the team"
    NOTHING_DELIVERED = "nothing_delivered", "every subscription of the team and of who was on call was lost or pending"
    EVERYBODY_DECLINED = "everybody_declined", "everybody on call had declined"
