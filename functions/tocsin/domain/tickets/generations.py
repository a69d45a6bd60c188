"""Which execution looks after a ticket, and what its log last concluded."""

from __future__ import annotations

from tocsin.domain.tickets.events import AnyEvent, Concluded, Conclusion, Continued, Rearmed, Reopened, Settled

TURNS = frozenset(kind.type for kind in (Concluded, Settled, Reopened, Continued, Rearmed))
"""What the log may turn on; asked of every event, so by name."""


class Generations:
    """Observes the log in the order of its recording.

    The first execution looks after the ticket until it settles. Another generation begins with each hand-over and each
    rescue, and with the first fact that is reported after a settlement, be it a reopening or something learned late.
    """

    __slots__ = ("_settled", "_turns", "counted", "number", "rearmed")

    def __init__(self) -> None:
        self.number = 1
        self.rearmed: Rearmed | None = None
        """The last rescue."""
        self.counted: Conclusion | None = None
        """The last conclusion, which reports count until there is another or the ticket is reopened."""
        self._settled = False
        self._turns: list[AnyEvent] = []

    def observe(self, event: AnyEvent) -> None:
        """Take note of the next event of the log."""
        if self._settled and event.reported:
            self.number += 1
            self._settled = False
        if event.type not in TURNS:
            return
        if isinstance(event, Continued | Rearmed):
            self.number += 1
            self.rearmed = event if isinstance(event, Rearmed) else self.rearmed
        if isinstance(event, Concluded | Settled):
            self.counted, self._settled = event, self._settled or isinstance(event, Settled)
        self._turns.append(event)

    def settled_by(self, sequence: int) -> bool:
        """Whether, by the event with that number, the execution has ended with the ticket."""
        last = next((event for event in reversed(self._turns) if event.sequence <= sequence), None)
        return isinstance(last, Settled)

    @property
    def conclusion(self) -> Concluded | Settled | None:
        """What reports count, unless the ticket was reopened or taken up again since."""
        last = self._turns[-1] if self._turns else None
        return last if isinstance(last, Concluded | Settled) else None
