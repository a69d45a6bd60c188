"""Reading a contract document: everything that is wrong with it at once, or the contract."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError

from tocsin.domain.calendar import NoOpenHours
from tocsin.domain.contract import ALWAYS_OPEN, Contract
from tocsin.domain.faults import Fault, Invalid
from tocsin.domain.metrics import REVIEW
from tocsin.domain.plain_words import faults_of
from tocsin.domain.promise import Promise

SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
REACH = timedelta(days=20 * 366)


def read_contract(document: Mapping[str, Any], contract_id: str, known_teams: Collection[str]) -> Contract:
    """The contract that a document describes. Raises Invalid with every fault, each with its path.

    What one part says of another (teams, calendars) is checked on the document as given, so that these faults are
    reported together with those of form.
    """
    faults = list(_faults_between_parts(document, contract_id, known_teams))
    try:
        contract = Contract.model_validate({"contract_id": contract_id, **document})
    except ValidationError as error:
        raise Invalid(faults_of(error, Contract) + faults, "The contract has faults; nothing was stored.") from None
    if faults := faults or list(_targets_out_of_reach(contract)):
        raise Invalid(faults, "The contract has faults; nothing was stored.")
    return contract


def _targets_out_of_reach(contract: Contract) -> Iterator[Fault]:
    """Targets that their calendar needs more than `REACH` to use up."""
    far = {
        "review.due_within" if metric == REVIEW.name else f"targets.{priority}.{metric}"
        for (priority, metric), promise in contract.promises.items()
        if _out_of_reach(promise)
    }
    for path in sorted(far):
        yield Fault(path, "would take its calendar more than twenty years of opening hours to use up")


def _out_of_reach(promise: Promise) -> bool:
    try:
        due_at = promise.due_at(SOME_DAY, [])
    except (NoOpenHours, OverflowError):
        return True
    return due_at is None or due_at > SOME_DAY + REACH


def _faults_between_parts(
    document: Mapping[str, Any], contract_id: str, known_teams: Collection[str]
) -> Iterator[Fault]:
    if document.get("contract_id", contract_id) != contract_id:
        yield Fault("contract_id", f"is {document['contract_id']!r}, but the address says {contract_id!r}")
    for path, team in _teams(document):
        if isinstance(team, str) and team not in known_teams:
            known = ", ".join(sorted(known_teams)) or "none yet"
            yield Fault(path, f"there is no team {team!r}; put it first. Known are: {known}")
    calendars = _mapping(document.get("calendars"))
    if ALWAYS_OPEN in calendars:
        yield Fault(f"calendars.{ALWAYS_OPEN}", "is the calendar that is always open and cannot be defined")
    for path, name in _calendar_names(document):
        if isinstance(name, str) and name not in {ALWAYS_OPEN, *calendars}:
            known = ", ".join([ALWAYS_OPEN, *map(str, calendars)])
            yield Fault(path, f"there is no calendar {name!r} in this contract; known are: {known}")
    tiers, review = _tiers(document), _mapping(document.get("review"))
    if tiers and review and isinstance(from_tier := review.get("from_tier", 2), int) and from_tier > len(tiers):
        yield Fault("review.from_tier", f"is {from_tier}, but the escalation has {len(tiers)} tiers")


def _teams(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for number, tier in enumerate(_tiers(document)):
        yield f"escalation.tiers.{number}.team", _mapping(tier).get("team")
    yield "review.team", _mapping(document.get("review")).get("team")


def _calendar_names(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for priority, row in _mapping(document.get("targets")).items():
        yield f"targets.{priority}.calendar", _mapping(row).get("calendar")
    for number, tier in enumerate(_tiers(document)):
        yield f"escalation.tiers.{number}.calendar", _mapping(tier).get("calendar")
    yield "review.calendar", _mapping(document.get("review")).get("calendar")


def _tiers(document: Mapping[str, Any]) -> list[Any]:
    tiers = _mapping(document.get("escalation")).get("tiers")
    return tiers if isinstance(tiers, list) else []


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
