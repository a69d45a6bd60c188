"""How fast is business time? Compares BusinessCalendar with the PyPI packages workclock and businesstimedelta.

Run from the root of the repository: PYTHONPATH=functions python -m tests.benchmarks.bench_business_time

The calendar is Mon-Fri 9-12 and 13-17 in Berlin with the public holidays. Ours and theirs answer the same questions,
and their answers are compared before anything is timed; businesstimedelta is asked fewer, since a year takes it more
than a tenth of a second. A round times both, one after the other, so that a slow moment of the machine hits both; the
ratio is the median over the rounds.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from statistics import median
from time import perf_counter
from zoneinfo import ZoneInfo

import pytz
from businesstimedelta import BusinessTimeDelta, HolidayRule, LunchTimeRule, Rules, WorkDayRule
from holidays import country_holidays
from workclock import Break, Rule, Schedule, WorkDay
from workclock import Holidays as ClosedDates

from tocsin.domain.calendars.calendar import BusinessCalendar

ZONE = "Europe/Berlin"
YEARS = range(2023, 2029)
HOLIDAYS: Mapping[int, Mapping[date, str]] = {
    year: dict(country_holidays("DE", subdiv="BE", years=year)) for year in YEARS
}
HOUR = 3600
BUSINESS_DAY = timedelta(hours=7)
HORIZONS = {"8 h": timedelta(hours=8), "5 d": 5 * BUSINESS_DAY, "90 d": 90 * BUSINESS_DAY, "1 y": 250 * BUSINESS_DAY}
STARTS = [datetime(2024, 1, 1, 3, 17, 5, 250, UTC) + number * timedelta(hours=31, minutes=7) for number in range(250)]
SECONDS_PER_TIMING = 0.02
FIRST_USES = 40


@dataclass(frozen=True)
class Peer:
    """Another library with the same calendar: when a target is used up, and how much time has passed."""

    name: str
    deadline: Callable[[datetime, timedelta], datetime]
    elapsed: Callable[[datetime, datetime], timedelta]
    starts: Sequence[datetime]
    rounds: int


@dataclass(frozen=True)
class Operation:
    name: str
    ours: Callable[[], list[object]]
    theirs: Callable[[], list[object]]
    rounds: int


def our_calendar() -> BusinessCalendar:
    windows = [(9 * HOUR, 12 * HOUR), (13 * HOUR, 17 * HOUR)]
    return BusinessCalendar(ZONE, dict.fromkeys(range(5), windows), HOLIDAYS.__getitem__)


def workclock() -> Peer:
    rules: list[Rule] = [
        WorkDay(time(9), time(17)),
        Break(time(12), time(13)),
        ClosedDates(chain.from_iterable(HOLIDAYS.values())),
    ]
    schedule = Schedule(rules, time_zone=ZoneInfo(ZONE))
    return Peer("workclock", schedule.add, schedule.between, STARTS, rounds=15)


def businesstimedelta() -> Peer:
    zone = pytz.timezone(ZONE)
    closed = set(chain.from_iterable(HOLIDAYS.values()))
    rules = Rules([WorkDayRule(time(9), time(17), tz=zone), LunchTimeRule(tz=zone), HolidayRule(closed, tz=zone)])

    def deadline(start: datetime, target: timedelta) -> datetime:
        return start + BusinessTimeDelta(rules, timedelta=target)  # type: ignore[no-any-return]

    def elapsed(start: datetime, end: datetime) -> timedelta:
        return rules.difference(start, end).timedelta  # type: ignore[no-any-return]

    return Peer("businesstimedelta", deadline, elapsed, STARTS[::25], rounds=3)


def operations(ours: BusinessCalendar, theirs: Peer, target: timedelta) -> list[Operation]:
    """The two operations over all starts, each a call that returns the list of answers."""
    starts = theirs.starts
    spans = [(start, theirs.deadline(start, target)) for start in starts]
    deadline, elapsed, their_deadline, their_elapsed = ours.deadline, ours.elapsed, theirs.deadline, theirs.elapsed
    return [
        Operation(
            "deadline",
            lambda: [deadline(start, target) for start in starts],
            lambda: [their_deadline(start, target) for start in starts],
            theirs.rounds,
        ),
        Operation(
            "elapsed",
            lambda: [elapsed(start, end) for start, end in spans],
            lambda: [their_elapsed(start, end) for start, end in spans],
            theirs.rounds,
        ),
    ]


def verify(operation: Operation) -> None:
    if operation.ours() != operation.theirs():
        raise SystemExit(f"{operation.name}: the answers differ, so their speed cannot be compared")


def seconds_per_call(run: Callable[[], object], repeats: int) -> float:
    began = perf_counter()
    for _ in range(repeats):
        run()
    return (perf_counter() - began) / repeats


def calibrated(run: Callable[[], object]) -> Callable[[], float]:
    """A timer of `run` that lasts about as long for a quick one as for a slow one."""
    repeats = max(1, round(SECONDS_PER_TIMING / seconds_per_call(run, 1)))
    return lambda: seconds_per_call(run, repeats)


def compare(operation: Operation) -> tuple[float, float, float]:
    """Operations a second, ours and theirs, and the median ratio of the rounds."""
    time_ours, time_theirs = calibrated(operation.ours), calibrated(operation.theirs)
    rounds = [(time_ours(), time_theirs()) for _ in range(operation.rounds)]
    answers = len(operation.ours())
    ours, theirs = (answers / median(seconds) for seconds in zip(*rounds, strict=True))
    return ours, theirs, median(their_time / our_time for our_time, their_time in rounds)


def first_use_in_warm_deadlines() -> float:
    """What a new calendar costs for each of the two years that a deadline from summer to summer covers."""
    start, target, warm = datetime(2024, 7, 1, tzinfo=UTC), HORIZONS["1 y"], our_calendar()
    covered_years = 2

    def first_use() -> None:
        our_calendar().deadline(start, target)

    def warm_use() -> None:
        warm.deadline(start, target)

    warm_use()
    rounds = [(seconds_per_call(first_use, 1), seconds_per_call(warm_use, 500)) for _ in range(FIRST_USES)]
    return median(first / warm for first, warm in rounds) / covered_years


def main() -> None:
    ours, peers = our_calendar(), [workclock(), businesstimedelta()]
    print(f"{'peer':<17} {'horizon':<8} {'operation':<9} {'ours, ops/s':>12} {'theirs, ops/s':>14} {'ratio':>10}")
    for peer in peers:
        for horizon, target in HORIZONS.items():
            for operation in operations(ours, peer, target):
                verify(operation)
                our_rate, their_rate, ratio = compare(operation)
                rates = f"{our_rate:>12,.0f} {their_rate:>14,.1f} {ratio:>9,.1f}x"
                print(f"{peer.name:<17} {horizon:<8} {operation.name:<9} {rates}")
    print(f"\nfirst use of a calendar: {first_use_in_warm_deadlines():.0f} warm deadlines for each year covered")


if __name__ == "__main__":
    main()
