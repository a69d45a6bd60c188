"""Which row of targets a ticket falls under, and which rows and values none can."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import chain, combinations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.unit.story import OPENED_AT
from tocsin.domain.contracts.reachable import MOST_COMBINATIONS, never_chosen
from tocsin.domain.contracts.selectors import Circumstances, Selector
from tocsin.domain.values.instants import format_instant


def when(**conditions: Any) -> Selector:
    return Selector.model_validate(conditions)


def matches(conditions: Mapping[str, Any], priority: str = "P1", segment: str | None = None, **attributes: Any) -> bool:
    return when(**conditions).matches(Circumstances(priority, OPENED_AT, attributes, segment))


def dead(*rows: Mapping[str, Any], priorities: Sequence[str] | None = None) -> list[tuple[int, str, str]]:
    return list(never_chosen([when(**row) for row in rows], priorities))


class TestConditions:
    @pytest.mark.parametrize("field", ["impact", "urgency", "category", "channel", "segment"])
    def test_a_text_has_to_be_the_ticket_s(self, field: str) -> None:
        assert matches({field: "x"}, **{field: "x"})
        assert not matches({field: "x"}, **{field: "X"})
        assert not matches({field: "x"})
        assert not matches({field: "x"}, **{field: ""})

    @pytest.mark.parametrize("field", ["impact", "urgency", "category", "channel", "segment"])
    def test_one_of_a_list_is_enough(self, field: str) -> None:
        assert matches({field: ["x", "y"]}, **{field: "y"})
        assert not matches({field: ["x", "y"]}, **{field: "z"})

    def test_the_priority_is_the_ticket_s(self) -> None:
        assert matches({"priority": ["P1", "P2"]}, "P2")
        assert not matches({"priority": "P1"}, "P2")
        assert not when(priority="P1").matches(Circumstances("P2", OPENED_AT, {"priority": "P1"}))
        assert not when(priority="P1").matches(Circumstances(None, OPENED_AT, {}))

    def test_all_conditions_have_to_hold(self) -> None:
        both = {"category": "outage", "channel": "phone"}
        assert matches(both, category="outage", channel="phone")
        assert not matches(both, category="outage", channel="mail")

    def test_of_the_tags_one_is_enough(self) -> None:
        assert matches({"tags": ["vip", "outage"]}, tags=["beta", "outage"])
        assert not matches({"tags": ["vip"]}, tags=["VIP", "vip "])
        assert not matches({"tags": ["vip"]}, tags=[])
        assert not matches({"tags": ["vip"]})

    def test_the_number_of_affected_users_is_at_least_that(self) -> None:
        assert matches({"affected_users_at_least": 50}, affected_users=50)
        assert not matches({"affected_users_at_least": 50}, affected_users=49)
        assert not matches({"affected_users_at_least": 1}, affected_users=0)
        assert not matches({"affected_users_at_least": 1})

    def test_the_customer_s_deadline_is_reckoned_from_the_opening_by_the_clock_on_the_wall(self) -> None:
        within = {"customer_deadline_within": "8h"}
        eight_hours = OPENED_AT + timedelta(hours=8)
        assert matches(within, customer_deadline=format_instant(eight_hours))
        assert not matches(within, customer_deadline=format_instant(eight_hours + timedelta(seconds=1)))
        assert matches(within, customer_deadline=format_instant(OPENED_AT - timedelta(days=1)))
        assert not matches(within)

    def test_the_segment_is_the_ticket_s_and_else_the_customer_s(self) -> None:
        assert matches({"segment": "enterprise"}, segment="enterprise")
        assert matches({"segment": "enterprise"}, "P1", "enterprise")
        ticket = Circumstances("P1", OPENED_AT, {"segment": "trial"}, "enterprise")
        assert not when(segment="enterprise").matches(ticket)
        assert when(segment="trial").matches(ticket)

    def test_without_conditions_every_ticket_matches(self) -> None:
        assert matches({})
        assert when().is_default
        assert not when(affected_users_at_least=1).is_default

    @pytest.mark.parametrize(
        "conditions",
        [
            {"category": []},
            {"category": ""},
            {"category": ["x"] * 101},
            {"category": 5},
            {"affected_users_at_least": 0},
            {"affected_users_at_least": 10**10},
            {"customer_deadline_within": "1d"},
            {"customer_deadline_within": "3bd"},
            {"reporter": "jo"},
        ],
    )
    def test_a_condition_that_means_nothing_is_refused(self, conditions: Mapping[str, Any]) -> None:
        with pytest.raises(ValidationError):
            when(**conditions)


class TestNeverChosen:
    def test_a_row_after_one_that_takes_all_it_describes(self) -> None:
        assert dead({"category": "x"}, {"category": "x", "channel": "phone"}, {}) == [
            (1, "", "can never apply: targets.0 before it takes every ticket that it describes")
        ]

    def test_a_row_that_others_take_together(self) -> None:
        assert dead({"category": "x"}, {"category": "y"}, {"category": ["x", "y"]}, {}) == [
            (2, "", "can never apply: targets.0, targets.1 before it take every ticket that it describes")
        ]

    def test_a_row_that_others_take_together_by_different_fields(self) -> None:
        rows: list[dict[str, Any]] = [
            {"category": "x", "channel": "phone"},
            {"channel": "mail"},
            {"category": ["x"], "channel": ["phone", "mail"]},
            {},
        ]
        assert [number for number, _, _ in dead(*rows)] == [2]

    def test_a_value_in_a_row_that_may_apply_by_others(self) -> None:
        assert dead({"category": "x"}, {"category": ["x", "y"]}, {}) == [
            (1, "category", "'x' can never apply here: targets.0 before it takes such tickets")
        ]

    def test_a_tag_that_is_taken_whatever_else_the_ticket_has(self) -> None:
        assert dead({"tags": ["vip"]}, {"tags": ["vip", "beta"]}, {}) == [
            (1, "tags", "'vip' can never apply here: targets.0 before it takes such tickets")
        ]

    @pytest.mark.parametrize(
        ("first", "second", "numbers"),
        [
            ({"affected_users_at_least": 10}, {"affected_users_at_least": 50}, [1]),
            ({"affected_users_at_least": 50}, {"affected_users_at_least": 10}, []),
            ({"customer_deadline_within": "8h"}, {"customer_deadline_within": "4h"}, [1]),
            ({"customer_deadline_within": "4h"}, {"customer_deadline_within": "8h"}, []),
            ({"affected_users_at_least": 10}, {"affected_users_at_least": 10, "category": "x"}, [1]),
            ({"affected_users_at_least": 10}, {"category": "x"}, []),
            ({"customer_deadline_within": "8h"}, {"category": "x"}, []),
        ],
    )
    def test_bounds_are_compared(self, first: Any, second: Any, numbers: list[int]) -> None:
        assert [number for number, _, _ in dead(first, second, {})] == numbers

    def test_a_priority_that_no_ticket_may_have(self) -> None:
        assert dead({"priority": ["P1", "P9"]}, {}, priorities=["P1", "P2"]) == [
            (0, "priority", "'P9' is not one of the contract's priorities, P1, P2")
        ]
        assert dead({"priority": "P9"}, {}, priorities=["P1", "P2"]) == [
            (0, "priority", "is none of the contract's priorities, P1, P2")
        ]

    def test_where_all_priorities_have_rows_one_that_names_none_is_left_nothing(self) -> None:
        rows = [{"priority": "P1"}, {"priority": "P2"}, {"category": "x"}, {}]
        assert [number for number, _, _ in dead(*rows, priorities=["P1", "P2"])] == [2]
        assert dead(*rows) == []

    def test_the_last_row_for_all_others_is_asked_for_and_a_second_one_is_not(self) -> None:
        assert dead({"priority": "P1"}, {}, priorities=["P1"]) == []
        assert [number for number, _, _ in dead({"priority": "P1"}, {}, {}, priorities=["P1"])] == [1, 2]

    def test_a_row_that_nobody_could_read_is_not_worked_out(self) -> None:
        values = [f"v{number}" for number in range(50)]
        assert dead({"category": values[:40], "channel": values}, {}) == []
        assert dead({"category": values[:41], "channel": values}, {}) == [
            (0, "", f"has more than {MOST_COMBINATIONS} combinations of values; split the row")
        ]


# Everything that can be said of a ticket in a small world; `other` is what no row names.
WORLD: Mapping[str, Sequence[Any]] = {
    "category": [None, "a", "b", "other"],
    "channel": [None, "m", "p", "other"],
    "tags": [list(each) for size in range(3) for each in combinations(["t", "u", "other"], size)],
    "affected_users": [None, 1, 2, 3],
    "hours": [None, 1, 2, 3],
}
PRIORITIES = ["P1", "P2", "P3"]


def subsets(values: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values.split()), min_size=1, max_size=2, unique=True)


conditions = st.fixed_dictionaries(
    {},
    optional={
        "priority": subsets("P1 P2 P3"),
        "category": subsets("a b"),
        "channel": subsets("m p"),
        "tags": subsets("t u"),
        "affected_users_at_least": st.sampled_from([1, 2, 3]),
        "customer_deadline_within": st.sampled_from(["1h", "2h", "3h"]),
    },
)
rows_of_conditions = st.lists(conditions, min_size=1, max_size=4)


def tickets(priorities: Sequence[str]) -> Iterator[Circumstances]:
    for priority, *values in product(priorities, *WORLD.values()):
        known = dict(zip(WORLD, values, strict=True))
        hours = known.pop("hours")
        deadline = {"customer_deadline": format_instant(OPENED_AT + timedelta(hours=hours))} if hours else {}
        yield Circumstances(priority, OPENED_AT, {**{k: v for k, v in known.items() if v is not None}, **deadline})


ALL = {True: list(tickets(PRIORITIES)), False: list(tickets([*PRIORITIES, "other"]))}


def has(ticket: Circumstances, field: str, value: str) -> bool:
    found = ticket.value(field)
    return value in found if isinstance(found, list) else found == value


@given(rows_of_conditions, st.booleans())
def test_a_row_or_value_is_called_dead_if_and_only_if_no_ticket_of_a_small_world_falls_under_it(
    rows: list[dict[str, Any]], closed: bool
) -> None:
    selectors = [when(**row) for row in rows]
    chosen: list[list[Circumstances]] = [[] for _ in rows]
    for ticket in ALL[closed]:
        number = next((n for n, selector in enumerate(selectors) if selector.matches(ticket)), None)
        if number is not None:
            chosen[number].append(ticket)
    expected = set()
    for number, row in enumerate(rows):
        if not chosen[number]:
            asked_for = row == {} and number == len(rows) - 1 and {} not in rows[:-1]
            expected |= set() if asked_for else {(number, "")}
            continue
        named = chain.from_iterable(((f, v) for v in row.get(f, ())) for f in ("priority", "category", "channel"))
        for field, value in named:
            if not any(has(ticket, field, value) for ticket in chosen[number]):
                expected.add((number, f"{field} {value}"))
        # A ticket may have other tags as well: a tag is dead where the ticket with it alone goes elsewhere.
        for tag in row.get("tags", ()):
            if not any(ticket.value("tags") == [tag] for ticket in chosen[number]):
                expected.add((number, f"tags {tag}"))
    found = never_chosen(selectors, PRIORITIES if closed else None)
    assert {(n, f"{field} {why.split(chr(39))[1]}" if field else "") for n, field, why in found} == expected
