"""What can be wrong with a request, independent of HTTP: what, where, and what would be right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: the path in the document (`targets.P1.resolution`) and a sentence."""

    path: str
    message: str


class Refused(Exception):
    """A request that is refused; nothing has been stored. Subclasses say why, `faults` say where."""

    def __init__(self, detail: str, faults: Iterable[Fault] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults = tuple(faults)


class Invalid(Refused):
    """The request is understood and wrong."""

    def __init__(self, faults: Iterable[Fault], detail: str = "The request has faults; each is listed.") -> None:
        super().__init__(detail, faults)


def bad_cursor() -> Invalid:
    """For a cursor of another list, or one that somebody made up."""
    return Invalid([Fault("cursor", "is not a cursor of this list; leave it out to begin anew")])


class Unreadable(Refused):
    """The body cannot be read at all."""


class TooLarge(Refused):
    """The body is larger than allowed."""


class NotFound(Refused):
    """There is no such thing in this helpdesk."""


class Conflict(Refused):
    """The request does not fit the state of the thing."""


class PreconditionFailed(Refused):
    """The thing has changed since the caller last saw it (`If-Match`)."""


class Gone(Refused):
    """It was valid once and has expired."""


class UnsupportedType(Refused):
    """The body is of a media type that is not read here."""


class Unauthenticated(Refused):
    """Nobody is known to be asking."""


class Forbidden(Refused):
    """The token does not have the scope."""


class Busy(Refused):
    """Too many writers at once; the same request may succeed when it is sent again."""


class SequenceConflict(Exception):
    """Somebody else appended first; read again and decide again."""


class RequestRepeated(Exception):
    """The idempotency key has been used before."""
