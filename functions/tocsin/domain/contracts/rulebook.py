"""What facts do to the obligations of a ticket, worked out once for each set of facts that occurs together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from tocsin.domain.contracts.metrics import Metric

Step = Literal["meet", "repeat", "cancel", "restart", "resume", "pause", "start"]
"""Something that becomes of a metric's obligation."""

Effects = tuple[tuple[Metric, Step], ...]


class Rulebook:
    """The metrics that are measured on a ticket, and what each set of facts does to them, in order."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self.metrics = tuple(metrics)
        self.by_name = {metric.name: metric for metric in self.metrics}
        self.effects = _Effects(self.metrics)
        """What facts that one event brings do, metric by metric."""
        self._joined: dict[tuple[Metric, ...], Rulebook] = {}

    def joined_with(self, others: Iterable[Rulebook]) -> Rulebook:
        """These metrics, and whatever else the others measure."""
        own = self.by_name.keys()
        lacking = [other for other in others if other is not self and not other.by_name.keys() <= own]
        if not lacking:
            return self
        further = {name: metric for other in lacking for name, metric in other.by_name.items() if name not in own}
        metrics = tuple(further.values())
        if metrics not in self._joined:
            self._joined[metrics] = Rulebook((*self.metrics, *metrics))
        return self._joined[metrics]


class _Effects(dict[tuple[str, ...], Effects]):
    """Worked out when facts first happen together."""

    def __init__(self, metrics: tuple[Metric, ...]) -> None:
        super().__init__()
        self._metrics = metrics

    def __missing__(self, facts: tuple[str, ...]) -> Effects:
        happened = frozenset(facts)
        self[facts] = tuple((metric, step) for metric in self._metrics for step in _steps(metric, happened))
        return self[facts]


def _steps(metric: Metric, happened: frozenset[str]) -> Iterator[Step]:
    # Met before anything else: who answers and closes in one action has answered.
    if happened & metric.stop:
        yield "meet"
        if metric.repeats and not happened & metric.cancel:
            yield "repeat"
    elif happened & metric.cancel:
        yield "cancel"
    elif happened & metric.reset:
        yield "restart"
    if happened & metric.resume:
        yield "resume"
    if happened & metric.pause:
        yield "pause"
    if happened & metric.start:
        yield "start"
