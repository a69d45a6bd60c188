"""Which execution looks after a ticket, and what its log last concluded."""

from __future__ import annotations

from tocsin.domain.tickets.events import AnyEvent, Concluded, Conclusion, Continued, Rearmed, Reopened, Settled


class Generations:
    """Observes the log in the order of its recording.

    The first execution looks after the ticket until it settles. Another generation begins with each hand-over and each
    rescue, and with the first fact that is reported after a settlement, be it a reopening or something learned late.
    """

    __slots__ = ("_last", "_settled", "counted", "number", "rearmed")

    def __init__(self) -> None:
        self.number = 1
        self.rearmed: Rearmed | None = None
        """The last rescue."""
        self.counted: Conclusion | None = None
        """The last conclusion, which reports count until there is another or the ticket is reopened."""
        self._settled = False
        self._last: AnyEvent | None = None

    def observe(self, event: AnyEvent) -> None:
        """Take note of the next event of the log."""
        if self._settled and event.reported:
            self.number += 1
            self._settled = False
        if isinstance(event, Continued | Rearmed):
            self.number += 1
            self.rearmed = event if isinstance(event, Rearmed) else self.rearmed
        if isinstance(event, Concluded | Settled):
            self.counted, self._settled = event, self._settled or isinstance(event, Settled)
        if isinstance(event, Concluded | Settled | Reopened | Continued | Rearmed):
            self._last = event

    @property
    def conclusion(self) -> Concluded | Settled | None:
        """What reports count, unless the ticket was reopened or taken up again since."""
        return self._last if isinstance(self._last, Concluded | Settled) else None
