"""The plain ones of DynamoDB's expressions, read once: moto's own parser takes most of what a call takes.

Plain is a chain of comparisons all joined by AND or all by OR, and an update of SETs and REMOVEs of whole attributes.
What else there is raises LeftToMoto, and so does whatever moto might refuse.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

_COMPARISON = re.compile(r"\s*(#?\w+)\s*(=|<=|>=|<|>)\s*(:\w+)\s*")
_FUNCTION = re.compile(
    r"\s*(attribute_exists|attribute_not_exists|begins_with)\s*\(\s*(#?\w+)\s*(?:,\s*(:\w+)\s*)?\)\s*"
)
_SET = re.compile(r"\s*(#?\w+)\s*=\s*(:\w+)\s*")
_NAME = re.compile(r"\s*(#?\w+)\s*")
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "begins_with": str.startswith,
}


class LeftToMoto(Exception):
    """This call is not plain: stock moto answers it."""


@dataclass(frozen=True)
class Term:
    """`name operator value`, as written: the name may stand for another, the value always does."""

    name: str
    operator: str
    value: str | None


@dataclass(frozen=True)
class Condition:
    """Terms of which all have to hold, or any."""

    terms: tuple[Term, ...]
    all_of: bool


@functools.lru_cache(maxsize=512)
def parse_condition(text: str) -> Condition:
    """A condition, filter or key condition."""
    parts, all_of = re.split(r"\sAND\s", text), True
    if len(parts) == 1:
        parts, all_of = re.split(r"\sOR\s", text), False
    return Condition(tuple(map(_parse_term, parts)), all_of)


def _parse_term(text: str) -> Term:
    if found := _COMPARISON.fullmatch(text):
        return Term(_allowed(found[1]), found[2], found[3])
    if (found := _FUNCTION.fullmatch(text)) and (found[3] is not None) == (found[1] == "begins_with"):
        return Term(_allowed(found[2]), found[1], found[3])
    raise LeftToMoto


@functools.lru_cache(maxsize=512)
def parse_update(text: str) -> tuple[tuple[Term, ...], tuple[str, ...]]:
    """What an update sets, and what it removes."""
    before, *sections = re.split(r"\b(SET|REMOVE|ADD|DELETE)\s", text)
    clauses = dict(zip(sections[::2], sections[1::2], strict=True))
    if before.strip() or not clauses or len(clauses) * 2 != len(sections) or clauses.keys() - {"SET", "REMOVE"}:
        raise LeftToMoto
    sets = [_SET.fullmatch(part) for part in clauses["SET"].split(",")] if "SET" in clauses else []
    removes = [_NAME.fullmatch(part) for part in clauses["REMOVE"].split(",")] if "REMOVE" in clauses else []
    terms = tuple(Term(_allowed(each[1]), "=", each[2]) for each in sets if each)
    names = tuple(_allowed(each[1]) for each in removes if each)
    if len(terms) + len(names) < len(sets) + len(removes):
        raise LeftToMoto
    return terms, names


def _allowed(name: str) -> str:
    if name.upper() in ReservedKeywords.get_reserved_keywords() or name[0].isdigit():
        raise LeftToMoto
    return name


class Operands:
    """What the names and values of one request's expressions stand for; both have to be used up."""

    def __init__(self, names: Mapping[str, str], values: Mapping[str, Any]) -> None:
        self._names = names
        self._values = {name: typed(value) for name, value in values.items()}
        self._unused = {*names, *values}

    def name(self, written: str) -> str:
        """The attribute that a name in an expression stands for."""
        self._unused.discard(written)
        if not written.startswith("#"):
            return written
        if written not in self._names:
            raise LeftToMoto
        return self._names[written]

    def value(self, written: str | None) -> DynamoType:
        """The value that a placeholder stands for."""
        self._unused.discard(str(written))
        if written not in self._values:
            raise LeftToMoto
        return self._values[written]

    def check_all_used(self) -> None:
        """Moto refuses names and values that no expression uses."""
        if self._unused:
            raise LeftToMoto

    def bind(self, text: str | None) -> Callable[[Mapping[str, DynamoType]], bool]:
        """The condition as a function of an item's attributes; without a text it always holds."""
        if text is None:
            return lambda _attributes: True
        condition = parse_condition(text)
        tests = [self.test(term) for term in condition.terms]
        if condition.all_of:
            return lambda attributes: all(test(attributes) for test in tests)
        return lambda attributes: any(test(attributes) for test in tests)

    def test(self, term: Term) -> Callable[[Mapping[str, DynamoType]], bool]:
        """One term as a function of an item's attributes."""
        name = self.name(term.name)
        if term.operator == "attribute_exists":
            return lambda attributes: name in attributes
        if term.operator == "attribute_not_exists":
            return lambda attributes: name not in attributes
        compare, expected = _OPERATORS[term.operator], self.value(term.value)
        if expected.type != "S" and (term.operator == "begins_with" or expected.type == "BOOL"):
            raise LeftToMoto

        def holds(attributes: Mapping[str, DynamoType]) -> bool:
            found = attributes.get(name)
            if found is None:
                return False
            if found.type != expected.type:
                raise LeftToMoto
            return compare(_comparable(found), _comparable(expected))

        return holds


def _comparable(value: DynamoType) -> Any:
    return Decimal(value.value) if value.type == "N" else value.value


def typed(value: Any) -> DynamoType:
    """A text, whole number or boolean as moto keeps it."""
    match value:
        case {"S": str()} | {"BOOL": bool()} if len(value) == 1:
            return DynamoType(value)
        case {"N": str(number)} if len(value) == 1 and re.fullmatch(r"0|-?[1-9]\d{0,30}", number):
            return DynamoType(value)
    raise LeftToMoto
