"""Business time the slow and obvious way: look at every minute and count the open ones.

Shares no code and no idea with `tocsin.domain`: wall times are resolved by trying the offsets around them, not by
`fold`, and nothing is merged, cut or added up in advance. All times must be whole minutes.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
Window = tuple[int, int]
Stretch = tuple[datetime, datetime]


class SlowCalendar:
    """Answers about the dates from `first` to `last`, and a little around them."""

    def __init__(
        self,
        zone: ZoneInfo,
        weekly: Mapping[int, Sequence[Window]],
        holidays: Collection[date],
        special_days: Mapping[date | tuple[int, int], Sequence[Window]],
        *,
        first: date,
        last: date,
    ) -> None:
        self.zone = zone
        days = [first + number * DAY for number in range(-3, (last - first).days + 4)]
        windows = {day: list(weekly.get(day.weekday(), ())) for day in days}
        windows |= {day: [] for day in days if not self.exists(day)}
        special = {
            day: special_days[key]
            for day in days
            for key in ((day.month, day.day), day)
            if key in special_days and self.exists(day)
        }
        self.shifts_of = {day: [self.shift(day, *window) for window in {**windows, **special}[day]] for day in days}
        self.shifts = [shift for shifts in self.shifts_of.values() for shift in shifts]
        self.closed_dates = [day for day in holidays if day not in special]
        self.closed = [(self.instant(day, 0), self.instant(day, 86_400)) for day in self.closed_dates]

    def exists(self, day: date) -> bool:
        return self.instant(day, 43_200).astimezone(self.zone).date() == day

    def shift(self, day: date, opens: int, closes: int) -> Stretch:
        return self.instant(day, opens), self.instant(day, closes if closes > opens else closes + 86_400)

    def instant(self, day: date, seconds: int) -> datetime:
        """The first instant at which the wall clock shows that time, or if it never does, later by the gap."""
        wall = datetime.combine(day, time.min) + timedelta(seconds=seconds)
        long_before, long_after = (wall.replace(tzinfo=UTC) + days * DAY for days in (-1.5, 1.5))
        candidates = [(wall - self.offset(near)).replace(tzinfo=UTC) for near in (long_before, long_after)]
        shown = [at for at in candidates if at.astimezone(self.zone).replace(tzinfo=None) == wall]
        return min(shown, default=candidates[0])

    def offset(self, at: datetime) -> timedelta:
        offset = at.astimezone(self.zone).utcoffset()
        assert offset is not None
        return offset

    def is_open(self, at: datetime) -> bool:
        return _inside(at, self.shifts) and not _inside(at, self.closed)

    def business_day_ends(self) -> list[tuple[date, datetime]]:
        """Each open date with the end of the last open minute of its own shifts, unless an earlier one ends as late."""
        ends: list[tuple[date, datetime]] = []
        for day, shifts in self.shifts_of.items():
            worked = [at for opens, closes in shifts for at in _minutes(opens, closes) if self.is_open(at)]
            end = max(worked, default=None)
            if end and day not in self.closed_dates and all(earlier < end + MINUTE for _, earlier in ends):
                ends.append((day, end + MINUTE))
        return ends

    def counts(self, pauses: Sequence[tuple[datetime, datetime | None]]) -> Callable[[datetime], bool]:
        ended = [(begins, ends or datetime.max.replace(tzinfo=UTC)) for begins, ends in pauses]
        return lambda at: self.is_open(at) and not _inside(at, ended)

    def elapsed(
        self, start: datetime, end: datetime, pauses: Sequence[tuple[datetime, datetime | None]] = ()
    ) -> timedelta:
        counts = self.counts(pauses)
        return sum((MINUTE for at in _minutes(start, end) if counts(at)), timedelta())

    def deadline(
        self,
        start: datetime,
        target: timedelta,
        pauses: Sequence[tuple[datetime, datetime | None]],
        give_up: datetime,
    ) -> datetime | None:
        """None if the deadline is not before `give_up`; the target is more than zero."""
        counts = self.counts(pauses)
        for at in _minutes(start, give_up):
            if counts(at):
                target -= MINUTE
            if not target:
                return at + MINUTE
        return None


def _minutes(start: datetime, end: datetime) -> Iterator[datetime]:
    while start < end:
        yield start
        start += MINUTE


def _inside(at: datetime, stretches: Sequence[Stretch]) -> bool:
    return any(begins <= at < ends for begins, ends in stretches)
