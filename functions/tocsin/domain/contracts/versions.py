"""What differs between two documents, field by field: a list of changes that is true even if nobody wrote one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any, NamedTuple

from tocsin.domain.calendars.holiday_terms import PublicHolidays


class Difference(NamedTuple):
    """A place in two documents, and the JSON value in each; None where there is none."""

    path: str
    before: Any
    after: Any


def differences(before: Any, after: Any, path: str = "") -> Iterator[Difference]:
    """The smallest parts that differ, in the order of the later document; what is gone comes last.

    Lists are compared place by place, so whatever stands behind an entry that was taken out differs as well.
    """
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys([*after, *before]):
            yield from differences(before.get(name), after.get(name), _below(path, name))
    elif isinstance(before, list) and isinstance(after, list):
        for number, (old, new) in enumerate(zip_longest(before, after)):
            yield from differences(old, new, _below(path, number))
    elif type(before) is not type(after) or before != after:  # To Python 1, 1.0 and true are the same.
        yield Difference(path, before, after)


def changed_holidays(before: PublicHolidays, after: PublicHolidays) -> Iterator[Difference]:
    """The public holidays that differ in years of which both know; a later version knows of later years."""
    for region in sorted(before.keys() & after.keys()):
        for year in sorted(before[region].keys() & after[region].keys()):
            yield from differences(before[region][year], after[region][year], f"public_holidays.{region}.{year}")


def _below(path: str, name: object) -> str:
    return f"{path}.{name}" if path else str(name)
