"""Rows of targets that no ticket can ever fall under, since the rows before them take every one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import product
from math import prod

from tocsin.domain.contracts.selectors import TEXT_FIELDS, Selector

MOST_COMBINATIONS = 2_000
"""Of the values of one row; somebody has to read them."""

_Rows = int
"""A set of rows: bit n stands for row n."""


def never_chosen(selectors: Sequence[Selector], priorities: Sequence[str] | None) -> Iterator[tuple[int, str, str]]:
    """Rows that can never apply, and values that cannot within a row that can: (number of the row, field, why).

    `priorities` are the names that a ticket may have, if the contract says. A last row for all other tickets may stand
    even where these leave none.

    Exact: of a field that a row does not mention, the ticket that is hardest to take away has a value that no row
    mentions, of tags it has one, of users and deadlines the bound itself; so it is enough to try these.
    """
    for number, selector in enumerate(selectors):
        values = _values(selector, priorities)
        if prod(map(len, values.values())) > MOST_COMBINATIONS:
            yield number, "", f"has more than {MOST_COMBINATIONS} combinations of values; split the row"
            continue
        takers = _first_takers(values, selector, selectors[:number])
        every = {taker for found in takers.values() for taker in found}
        if not every:
            yield number, "priority", f"is none of the contract's priorities, {', '.join(priorities or ())}"
        elif None not in every and not _asked_for(number, selectors):
            yield number, "", f"can never apply: {_rows(every)} every ticket that it describes"
        else:
            yield from ((number, field, why) for field, why in _dead_values(selector, takers, priorities))


def _asked_for(number: int, selectors: Sequence[Selector]) -> bool:
    """Whether it is the row for all other tickets, which every contract needs: the first such, at the end."""
    return number == len(selectors) - 1 and [n for n, each in enumerate(selectors) if each.is_default] == [number]


def _dead_values(
    selector: Selector,
    takers: Mapping[tuple[str, str | None], Collection[int | None]],
    priorities: Sequence[str] | None,
) -> Iterator[tuple[str, str]]:
    for field in (*TEXT_FIELDS, "tags"):
        for value in getattr(selector, field) or ():
            having = takers.get((field, value), ())
            if field == "priority" and not having and priorities is not None:
                yield field, f"{value!r} is not one of the contract's priorities, {', '.join(priorities)}"
            elif having and None not in having:
                yield field, f"{value!r} can never apply here: {_rows(having)} such tickets"


def _values(selector: Selector, priorities: Sequence[str] | None) -> Mapping[str, Sequence[str | None]]:
    """The values to try of each field; None is one that no row mentions."""
    found: dict[str, Sequence[str | None]] = {field: getattr(selector, field) or [None] for field in TEXT_FIELDS}
    if priorities is not None:
        found["priority"] = [each for each in priorities if selector.priority is None or each in selector.priority]
    return {**found, "tags": selector.tags or [None]}


def _first_takers(
    values: Mapping[str, Sequence[str | None]], selector: Selector, earlier: Sequence[Selector]
) -> Mapping[tuple[str, str | None], Collection[int | None]]:
    """For each value of each field, the rows that are the first to take some ticket with it; None where none does.

    Each value has the set of rows that accept it, so a combination of values is taken by what its sets have in common.
    """
    accepting = [
        [(field, value, _accepting(earlier, field, value)) for value in dict.fromkeys(tried)]
        for field, tried in values.items()
    ]
    bounds = sum(1 << number for number, row in enumerate(earlier) if _within_bounds(selector, row))
    found: dict[tuple[str, str | None], set[int | None]] = {}
    for combination in product(*accepting):
        rows = bounds
        for _, _, accepted in combination:
            rows &= accepted
        taker = (rows & -rows).bit_length() - 1 if rows else None
        for field, value, _ in combination:
            found.setdefault((field, value), set()).add(taker)
    return found


def _accepting(rows: Sequence[Selector], field: str, value: str | None) -> _Rows:
    wanted = [getattr(row, field) for row in rows]
    return sum(1 << number for number, values in enumerate(wanted) if values is None or value in values)


def _within_bounds(selector: Selector, row: Selector) -> bool:
    """Whether a ticket on the bounds of one selector, in users and deadline, is within those of another."""
    if (row.affected_users_at_least or 0) > (selector.affected_users_at_least or 0):
        return False
    within, limit = selector.customer_deadline_within, row.customer_deadline_within
    return limit is None or (within is not None and within <= limit)


def _rows(numbers: Collection[int | None]) -> str:
    named = ", ".join(f"targets.{number}" for number in sorted(n for n in numbers if n is not None))
    return f"{named} before it {'takes' if len(numbers) == 1 else 'take'}"
