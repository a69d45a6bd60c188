"""Reading a contract document: everything that is wrong with it at once, or the contract.

What one part says of another (teams, calendars, metrics, selectors) is checked on the document as given, each part
that is well-formed by itself, so that these faults are reported together with those of form.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from tocsin.domain.calendar import NoOpenHours
from tocsin.domain.contract import Contract
from tocsin.domain.examples import faults_of_examples
from tocsin.domain.faults import Fault, Invalid
from tocsin.domain.instants import parse_months
from tocsin.domain.metric_terms import MetricTerms, contradictions, metric_of
from tocsin.domain.metrics import PRESETS, REVIEW, TIER_METRICS
from tocsin.domain.plain_words import faults_of
from tocsin.domain.promise import Promise
from tocsin.domain.selectors import Selector, never_chosen
from tocsin.domain.targets import ALWAYS_OPEN, DEFAULT, Row
from tocsin.domain.ticket import ATTRIBUTES

SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
REACH = timedelta(days=20 * 366)
NOT_METRICS = ("calendar", "warn_at", "when")
"""The fields of a row of targets that are no metrics."""

TAKEN = frozenset({*NOT_METRICS, "opened", "priority", *ATTRIBUTES})
"""What a metric of a contract's own cannot be called: in a row or in an example it would mean something else."""

Document = Mapping[str, Any]
Model = TypeVar("Model", bound=BaseModel)


def read_contract(document: Document, contract_id: str, known_teams: Collection[str]) -> Contract:
    """The contract that a document describes. Raises Invalid with every fault, each with its path."""
    faults = list(_faults_between_parts(document, contract_id, known_teams))
    try:
        contract = Contract.model_validate({"contract_id": contract_id, **document})
    except ValidationError as error:
        raise Invalid(faults_of(error, Contract) + faults, "The contract has faults; nothing was stored.") from None
    if not any(fault.path.startswith(("targets", "calendar", "sites")) for fault in faults):
        # With such faults targets have no calendar to count in, or no meaning.
        out_of_reach = list(_targets_out_of_reach(contract))
        faults += out_of_reach or faults_of_examples(contract)
    if faults:
        raise Invalid(faults, "The contract has faults; nothing was stored.")
    return contract


def _faults_between_parts(document: Document, contract_id: str, known_teams: Collection[str]) -> Iterator[Fault]:
    if document.get("contract_id", contract_id) != contract_id:
        yield Fault("contract_id", f"is {document['contract_id']!r}, but the address says {contract_id!r}")
    yield from _unknown_teams(document, known_teams)
    yield from _unknown_calendars(document)
    yield from _zones_from_nowhere(document)
    yield from _days_outside_the_term(document)
    yield from _impossible_metrics(document)
    yield from _unknown_metrics(document)
    yield from _impossible_rows(document)
    tiers, review = _tiers(document), _mapping(document.get("review"))
    if tiers and review and isinstance(from_tier := review.get("from_tier", 2), int) and from_tier > len(tiers):
        yield Fault("review.from_tier", f"is {from_tier}, but the escalation has {len(tiers)} tiers")


def _unknown_teams(document: Document, known_teams: Collection[str]) -> Iterator[Fault]:
    named = [(f"escalation.tiers.{n}.team", _mapping(tier).get("team")) for n, tier in enumerate(_tiers(document))]
    for path, team in [*named, ("review.team", _mapping(document.get("review")).get("team"))]:
        if isinstance(team, str) and team not in known_teams:
            known = ", ".join(sorted(known_teams)) or "none yet"
            yield Fault(path, f"there is no team {team!r}; put it first. Known are: {known}")


def _unknown_calendars(document: Document) -> Iterator[Fault]:
    calendars = _mapping(document.get("calendars"))
    if ALWAYS_OPEN in calendars:
        yield Fault(f"calendars.{ALWAYS_OPEN}", "is the calendar that is always open and cannot be defined")
    for path, name in _calendar_names(document):
        if isinstance(name, str) and name not in {ALWAYS_OPEN, *calendars}:
            known = ", ".join(dict.fromkeys([ALWAYS_OPEN, *map(str, calendars)]))
            yield Fault(path, f"there is no calendar {name!r} in this contract; known are: {known}")


def _calendar_names(document: Document) -> Iterator[tuple[str, Any]]:
    for path, row in _rows(document):
        yield f"{path}.calendar", row.get("calendar")
    for number, tier in enumerate(_tiers(document)):
        yield f"escalation.tiers.{number}.calendar", _mapping(tier).get("calendar")
    yield "review.calendar", _mapping(document.get("review")).get("calendar")
    yield "warnings_in", document.get("warnings_in")


def _calendars(document: Document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "calendar", _mapping(document.get("calendar"))
    for name, terms in _mapping(document.get("calendars")).items():
        yield f"calendars.{name}", _mapping(terms)


def _zones_from_nowhere(document: Document) -> Iterator[Fault]:
    for path, terms in _calendars(document):
        source = _mapping(terms.get("timezone")).get("of")
        if source == "customer" and not _mapping(document.get("customer")).get("timezone"):
            yield Fault(f"{path}.timezone", "is that of the customer, but `customer` has no `timezone`")
        if source == "site" and not document.get("sites"):
            yield Fault(f"{path}.timezone", "is that of the site, but the contract lists no `sites` with their zones")


def _days_outside_the_term(document: Document) -> Iterator[Fault]:
    """A holiday that no ticket of this contract can meet is a slip of the pen, most often in the year."""
    try:
        begins = date.fromisoformat(str(document.get("effective_from")))
        months = parse_months(document["term"]) if "term" in document else 1200
        transition = timedelta(days=int(document.get("transition_days", 0)))
    except (ValueError, OverflowError, TypeError):
        return
    ends = _end_of_term(begins, months, transition)
    for path, terms in _calendars(document):
        listed = {
            "holidays.dates": _mapping(terms.get("holidays")).get("dates"),
            "special_days": terms.get("special_days"),
        }
        for field, days in listed.items():
            for day in _mapping(days):
                if _is_date(day) and not begins <= date.fromisoformat(day) < ends:
                    yield Fault(f"{path}.{field}.{day}", f"lies outside the contract's term, {begins} to {ends}")


def _end_of_term(begins: date, months: int, transition: timedelta) -> date:
    year, month = divmod(begins.year * 12 + begins.month - 1 + months, 12)
    try:
        return date(year, month + 1, 1) + timedelta(days=begins.day - 1) + transition
    except (ValueError, OverflowError):
        return date.max


def _is_date(text: Any) -> bool:
    try:
        return isinstance(text, str) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _impossible_metrics(document: Document) -> Iterator[Fault]:
    for name, part in _mapping(document.get("metrics")).items():
        if name in {REVIEW.name, *(metric.name for metric in TIER_METRICS)}:
            yield Fault(f"metrics.{name}", "is promised elsewhere: by the tiers of the escalation, or by `review`")
        elif name in TAKEN:
            yield Fault(f"metrics.{name}", "is the name of something else in a contract; give the metric another")
        elif terms := _well_formed(MetricTerms, part):
            for condition, why in contradictions(metric_of(str(name), terms), has_review=bool(document.get("review"))):
                yield Fault(f"metrics.{name}.{condition}", why)


def _unknown_metrics(document: Document) -> Iterator[Fault]:
    known = [*PRESETS, *map(str, _mapping(document.get("metrics")))]
    for path, row in _rows(document):
        for name in row:
            if name not in known and name not in NOT_METRICS:
                near = difflib.get_close_matches(str(name), [*known, *NOT_METRICS], n=1)
                hint = f"did you mean {near[0]}?" if near else f"known metrics are {', '.join(known)}"
                yield Fault(f"{path}.{name}", f"is not a metric of this contract; {hint}")
    promised = {name for _, row in _rows(document) for name in row}
    for name in _mapping(document.get("metrics")):
        if name not in promised and name not in {REVIEW.name, *(metric.name for metric in TIER_METRICS)}:
            yield Fault(f"metrics.{name}", "is defined, but no row of `targets` promises it")


def _impossible_rows(document: Document) -> Iterator[Fault]:
    rows, given = list(_rows(document)), document.get("priorities")
    by_name = isinstance(document.get("targets"), Mapping)
    names = [path.removeprefix("targets.") for path, _ in rows]
    closed = given if isinstance(given, list) else names if by_name and DEFAULT not in names else None
    for impact, row in _mapping(document.get("priority_matrix")).items():
        for urgency, priority in _mapping(row).items():
            if closed is not None and priority not in closed:
                yield Fault(f"priority_matrix.{impact}.{urgency}", f"{priority!r} has no targets")
    if by_name:
        yield from _names_against_priorities(names, given)
        return
    if rows and rows[-1][1].get("when"):
        yield Fault("targets", "needs a last row without `when`, for tickets that no other row is for")
    selectors = [_well_formed(Selector, row.get("when", {})) for _, row in rows]
    if all(selector is not None for selector in selectors):
        found = never_chosen([s for s in selectors if s is not None], given if isinstance(given, list) else None)
        yield from (Fault(f"targets.{n}.when" + (f".{field}" if field else ""), why) for n, field, why in found)


def _names_against_priorities(names: list[str], given: Any) -> Iterator[Fault]:
    if not isinstance(given, list):
        return
    for name in names:
        if name not in given and name != DEFAULT:
            yield Fault(f"targets.{name}", f"can never apply: it is none of the contract's priorities, {given}")
    if DEFAULT not in names and (missing := [name for name in given if name not in names]):
        yield Fault("targets", f"has no row for {', '.join(map(str, missing))}; add them, or a row `{DEFAULT}`")


def _targets_out_of_reach(contract: Contract) -> Iterator[Fault]:
    """Targets that their calendar needs more than `REACH` to use up."""
    far = {
        "review.due_within" if metric.name == REVIEW.name else f"{row.path}.{metric.name}"
        for row in contract.rows
        for metric in contract.rulebook.metrics
        if _out_of_reach(_promise(contract, row, metric.name))
    }
    for path in sorted(far):
        yield Fault(path, "would take its calendar more than twenty years of opening hours to use up")


def _promise(contract: Contract, row: Row, name: str) -> Promise | None:
    return contract.promise(row, contract.metric(name), tier=1)


def _out_of_reach(promise: Promise | None) -> bool:
    if promise is None:
        return False
    try:
        due_at = promise.due_at(SOME_DAY, [])
    except (NoOpenHours, OverflowError):
        return True
    return due_at is None or due_at > SOME_DAY + REACH


def _rows(document: Document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    targets = document.get("targets")
    named = enumerate(targets) if isinstance(targets, list) else _mapping(targets).items()
    yield from ((f"targets.{name}", _mapping(row)) for name, row in named)


def _tiers(document: Document) -> list[Any]:
    tiers = _mapping(document.get("escalation")).get("tiers")
    return tiers if isinstance(tiers, list) else []


def _well_formed(model: type[Model], part: Any) -> Model | None:
    try:
        return model.model_validate(part)
    except ValidationError:
        return None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
