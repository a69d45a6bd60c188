"""Reading a contract document: everything that is wrong with it at once, or the contract.

What one part says of another (teams, calendars, metrics, selectors) is checked on the document as given, each part
that is well-formed by itself, so that these faults are reported together with those of form.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from tocsin.domain.calendars.calendar import NoOpenHours
from tocsin.domain.calendars.calendar_terms import CalendarTerms, Holidays
from tocsin.domain.contracts.contract import Contract, ReminderTerms, ReviewTerms, Revision
from tocsin.domain.contracts.countdown import Countdown
from tocsin.domain.contracts.metric_terms import MetricTerms, contradictions, metric_of
from tocsin.domain.contracts.metrics import PRESETS, REVIEW, TIER_ACKNOWLEDGEMENT, TIER_METRICS, TIER_RESOLUTION
from tocsin.domain.contracts.promise import Promise
from tocsin.domain.contracts.selectors import ATTRIBUTES, Selector, never_chosen
from tocsin.domain.contracts.targets import ALWAYS_OPEN, DEFAULT, Row
from tocsin.domain.contracts.term import Term, months_after, term_of
from tocsin.domain.values.channels import CHANNEL_TYPES
from tocsin.domain.values.faults import Fault, Invalid
from tocsin.domain.values.identifiers import SLUG
from tocsin.domain.values.instants import BusinessDays, parse_months, parse_target, short_target
from tocsin.domain.values.validation_errors import faults_of

SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
REACH = timedelta(days=20 * 366)
MOST_REGIONS = 16
"""Their public holidays are kept with a version, in one item of at most 400 KB
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html, 2026-11)."""

NOT_METRICS = ("calendar", "warn_at", "when")
"""The fields of a row of targets that are no metrics."""

NEVER_OF_A_ROW = frozenset(metric.name for metric in (REVIEW, *TIER_METRICS))
"""Metrics that the tiers or `review` promise."""

TAKEN = frozenset({*NOT_METRICS, "opened", "priority", *ATTRIBUTES})
"""What a metric of a contract's own cannot be called: in a row or in an example it would mean something else."""

_PROMISES = re.compile(r"targets|calendar|holidays|sites|warnings_in|.*\.calendar$")
"""Where a fault keeps promises from being worked out."""

_HOLDER = re.compile(r"vendor|tier (?P<number>[1-9])", re.ASCII)

Document = Mapping[str, Any]
Model = TypeVar("Model", bound=BaseModel)


def read_contract(
    document: Document,
    contract_id: str,
    known_teams: Collection[str],
    known_contracts: Collection[str] = (),
    previous: Contract | None = None,
    in_force: Contract | None = None,
    check: Callable[[Contract], Iterable[Fault]] = lambda _contract: (),
) -> Contract:
    """The contract that a document describes. Raises Invalid with every fault, each with its path.

    `known_contracts`: those of `contracts_named_in` that the helpdesk has put. `previous`: the version before this one.
    `in_force`: the version that tickets get now, which may be an earlier one. `check`: what else has to hold, such as
    its examples.
    """
    faults = list(_faults_between_parts(document, contract_id, known_teams))
    faults += _impossible_backing(document, contract_id, known_contracts)
    faults += _impossible_revision(document, previous, in_force)
    try:
        contract = Contract.model_validate({"contract_id": contract_id, **document})
    except ValidationError as error:
        raise Invalid(
            faults_of(error, Contract, CHANNEL_TYPES) + faults, "The contract has faults; nothing was stored."
        ) from None
    if not any(_PROMISES.match(fault.path) for fault in faults):
        # With such faults targets have no calendar to count in, or no meaning.
        faults += _warnings_never_given(contract)
        out_of_reach = list(_targets_out_of_reach(contract))
        faults += out_of_reach or check(contract)
    if faults:
        raise Invalid(faults, "The contract has faults; nothing was stored.")
    return contract


def contracts_named_in(document: Document) -> set[str]:
    """The contracts that back somebody's time in this one, as far as they could exist."""
    named = [each for holder, each in _mapping(document.get("backed_by")).items() if _HOLDER.fullmatch(str(holder))]
    return {each for each in named if isinstance(each, str) and re.fullmatch(SLUG, each)}


def _faults_between_parts(document: Document, contract_id: str, known_teams: Collection[str]) -> Iterator[Fault]:
    if document.get("contract_id", contract_id) != contract_id:
        yield Fault("contract_id", f"is {document['contract_id']!r}, but the address says {contract_id!r}")
    yield from _unknown_teams(document, known_teams)
    yield from _unknown_calendars(document)
    yield from _impossible_holidays(document)
    yield from _closed_by_shared_holidays(document)
    yield from _zones_from_nowhere(document)
    yield from _days_outside_the_term(document)
    if (dates := _dates(document)) and dates.notice_by and dates.notice_by < dates.begins_on:
        why = f"notice would be due by {dates.notice_by}, and the contract takes effect on {dates.begins_on}"
        yield Fault("notice_days", f"are more than the term has: {why}")
    yield from _impossible_reminders(document)
    yield from _impossible_metrics(document)
    yield from _unknown_metrics(document)
    yield from _impossible_rows(document)
    yield from _unknown_channels(document)
    yield from _impossible_aggregates(document)
    yield from _impossible_review(document)
    tiers, review = _tiers(document), _mapping(document.get("review"))
    if tiers and review and isinstance(from_tier := review.get("from_tier", 2), int) and from_tier > len(tiers):
        yield Fault("review.from_tier", f"is {from_tier}, but the escalation has {len(tiers)} tiers")


def _unknown_teams(document: Document, known_teams: Collection[str]) -> Iterator[Fault]:
    named = [(f"escalation.tiers.{n}.team", _mapping(tier).get("team")) for n, tier in enumerate(_tiers(document))]
    named += [(f"{part}.team", _mapping(document.get(part)).get("team")) for part in ("review", "reminders")]
    for path, team in named:
        if isinstance(team, str) and team not in known_teams:
            known = ", ".join(sorted(known_teams)) or "none yet"
            yield Fault(path, f"there is no team {team!r}; put it first. Known are: {known}")


def _impossible_backing(document: Document, contract_id: str, known_contracts: Collection[str]) -> Iterator[Fault]:
    tiers, missing = len(_tiers(document)), list(contracts_named_in(document) - {*known_contracts})
    for holder, backing in _mapping(document.get("backed_by")).items():
        path, tier = f"backed_by.{holder}", _HOLDER.fullmatch(str(holder))
        if tier is None:
            yield Fault(path, f"is nobody who could have a ticket; write vendor, or a tier from tier 1 to tier {tiers}")
        elif tier["number"] and int(tier["number"]) > tiers:
            yield Fault(path, f"does not exist; the escalation has {tiers} tiers")
        if backing == contract_id:
            yield Fault(path, "is this very contract")
        elif backing in missing:
            yield Fault(path, f"there is no contract {backing!r}; put it first")


def _impossible_revision(document: Document, previous: Contract | None, in_force: Contract | None) -> Iterator[Fault]:
    revision = _well_formed(Revision, document.get("revision", {}))
    if revision is None:
        return
    starts, effective_from = revision.in_force_from, _date(document.get("effective_from"))
    if revision.approved_by and not revision.author:
        yield Fault("revision.approved_by", "approves what nobody has written; add its `author`")
    if revision.approved_on and not revision.approved_by:
        yield Fault("revision.approved_on", "is when nobody approved it; add `approved_by`")
    if revision.approved_on and starts and revision.approved_on > starts:
        yield Fault("revision.approved_on", f"lies after {starts}, from which it is in force; approval comes first")
    if starts and effective_from and starts < effective_from:
        yield Fault("revision.in_force_from", f"lies before {effective_from}, on which the contract takes effect")
    if starts and (dates := _dates(document)) and starts > dates.ends_on:
        yield Fault("revision.in_force_from", f"lies after {dates.ends_on}, the last day of the contract")
    # A planned version may be replaced by one from an earlier day, or a slip in its year could never be mended; but
    # only where that day is given: who forgets it would do away with the plan.
    begins, before = starts or effective_from, in_force if starts else previous
    earliest = before.revision.in_force_from if before else None
    if earliest and (begins is None or begins < earliest):
        why = "the version before this one is in force from then on"
        yield Fault("revision.in_force_from", f"has to be {earliest} or later: {why}")


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


def _impossible_holidays(document: Document) -> Iterator[Fault]:
    sets = _mapping(document.get("holidays"))
    named = {path: terms.get("holidays") for path, terms in _calendars(document)}
    for path, name in named.items():
        if isinstance(name, str) and name not in sets:
            known = ", ".join(map(str, sets)) or "none"
            why = f"there is no set of holidays {name!r} in this contract's `holidays`; known are: {known}"
            yield Fault(f"{path}.holidays", why)
    for name in sets:
        if name not in named.values():
            yield Fault(f"holidays.{name}", "is defined, but no calendar has these holidays")
    listed = [_mapping(each) for each in (*named.values(), *sets.values())]
    regions = {(str(each["country"]), str(each.get("subdivision"))) for each in listed if "country" in each}
    if len(regions) > MOST_REGIONS:
        why = f"have the public holidays of {len(regions)} regions; a contract has room for {MOST_REGIONS}"
        yield Fault("calendars", f"{why}, so write another contract for the others")


def _closed_by_shared_holidays(document: Document) -> Iterator[Fault]:
    """A calendar by itself does not know the days of the set that it names."""
    sets = _mapping(document.get("holidays"))
    for path, terms in _calendars(document):
        name = terms.get("holidays")
        if not isinstance(name, str) or not (
            _well_formed(CalendarTerms, terms) and _well_formed(Holidays, sets.get(name))
        ):
            continue
        if _well_formed(CalendarTerms, {**terms, "holidays": sets[name]}) is None:
            why = f"has no open hour in a year with the holidays {name!r}; no target could ever be due"
            yield Fault(path, why)


def _zones_from_nowhere(document: Document) -> Iterator[Fault]:
    for path, terms in _calendars(document):
        source = _mapping(terms.get("timezone")).get("of")
        if source == "customer" and not _mapping(document.get("customer")).get("timezone"):
            yield Fault(f"{path}.timezone", "is that of the customer, but `customer` has no `timezone`")
        if source == "site" and not document.get("sites"):
            yield Fault(f"{path}.timezone", "is that of the site, but the contract lists no `sites` with their zones")


def _days_outside_the_term(document: Document) -> Iterator[Fault]:
    """A holiday that no ticket of this contract can meet is a slip of the pen, most often in the year."""
    dates = _dates(document, months_if_open=1200)
    if dates is None:
        return
    begins, ends = dates.begins_on, dates.measured_until
    for path, days in _listed_days(document):
        for day in days:
            if (listed_day := _date(day)) and not begins <= listed_day <= ends:
                yield Fault(f"{path}.{day}", f"lies outside the contract's term, {begins} to {ends}")


def _listed_days(document: Document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path, terms in _calendars(document):
        yield f"{path}.holidays.dates", _mapping(_mapping(terms.get("holidays")).get("dates"))
        yield f"{path}.special_days", _mapping(terms.get("special_days"))
    for name, holidays in _mapping(document.get("holidays")).items():
        yield f"holidays.{name}.dates", _mapping(_mapping(holidays).get("dates"))


def _impossible_reminders(document: Document) -> Iterator[Fault]:
    reminders, dates = _well_formed(ReminderTerms, document.get("reminders")), _dates(document)
    if reminders is None:
        return
    if reminders.review_every and document.get("effective_from") is None:
        yield Fault("reminders.review_every", "is counted from `effective_from`; add it")
    if reminders.renewal and (document.get("effective_from") is None or document.get("term") is None):
        yield Fault("reminders.renewal", "needs `effective_from` and `term`: there is no end to remind of")
    if dates is None:
        return
    about = dates.notice_by or dates.ends_on
    for number, days in enumerate(reminders.renewal):
        if (about - dates.begins_on).days < days:
            why = f"the contract takes effect on {dates.begins_on}, and this reminds of {about}"
            yield Fault(f"reminders.renewal.{number}", f"lies before the contract: {why}")
    if reminders.review_every and months_after(dates.begins_on, reminders.review_every) > dates.ends_on:
        yield Fault("reminders.review_every", f"is not shorter than the term: the contract ends on {dates.ends_on}")


def _impossible_review(document: Document) -> Iterator[Fault]:
    review = _well_formed(ReviewTerms, document.get("review"))
    if review and review.remind_within and review.remind_within >= review.due_within:
        yield Fault("review.remind_within", "is not shorter than `due_within`; nobody would be reminded in time")


def _dates(document: Document, months_if_open: int | None = None) -> Term | None:
    """The term in dates, as far as it is well-formed."""
    begins, notice_days = _date(document.get("effective_from")), document.get("notice_days")
    try:
        months = parse_months(document["term"]) if "term" in document else months_if_open
        notice = None if notice_days is None else int(notice_days)
        transition_days = int(document.get("transition_days", 0))
    except (ValueError, OverflowError, TypeError):
        return None
    return term_of(begins, months, notice, transition_days) if begins and months else None


def _date(text: Any) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _impossible_metrics(document: Document) -> Iterator[Fault]:
    for name, part in _mapping(document.get("metrics")).items():
        if name in NEVER_OF_A_ROW:
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
                hint = _hint(str(name), [*known, *NOT_METRICS], known)
                yield Fault(f"{path}.{name}", f"is not a metric of this contract; {hint}")
    promised = {name for _, row in _rows(document) for name in row}
    for name in _mapping(document.get("metrics")):
        if name not in promised and name not in NEVER_OF_A_ROW:
            yield Fault(f"metrics.{name}", "is defined, but no row of `targets` promises it")


def _impossible_rows(document: Document) -> Iterator[Fault]:
    rows, given, closed = list(_rows(document)), document.get("priorities"), _closed_priorities(document)
    by_name = isinstance(document.get("targets"), Mapping)
    names = [path.removeprefix("targets.") for path, _ in rows]
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
        known = given if isinstance(given, list) and all(isinstance(name, str) for name in given) else None
        found = never_chosen([s for s in selectors if s is not None], known)
        yield from (Fault(f"targets.{n}.when" + (f".{field}" if field else ""), why) for n, field, why in found)


def _unknown_channels(document: Document) -> Iterator[Fault]:
    """Where the parties have agreed on channels, no ticket is expected by another: such a row is a slip of the pen."""
    agreed = _mapping(document.get("channels"))
    for path, row in _rows(document) if agreed else ():
        wanted = _mapping(row.get("when")).get("channel")
        for channel in wanted if isinstance(wanted, list) else [wanted]:
            if isinstance(channel, str) and channel not in agreed:
                known = ", ".join(map(str, agreed))
                yield Fault(f"{path}.when.channel", f"{channel!r} is none of the contract's channels, {known}")


def _names_against_priorities(names: list[str], given: Any) -> Iterator[Fault]:
    if not isinstance(given, list):
        return
    for name in names:
        if name not in given and name != DEFAULT:
            yield Fault(f"targets.{name}", f"can never apply: it is none of the contract's priorities, {given}")
    if DEFAULT not in names and (missing := [name for name in given if name not in names]):
        yield Fault("targets", f"has no row for {', '.join(map(str, missing))}; add them, or a row `{DEFAULT}`")


def _closed_priorities(document: Document) -> list[Any] | None:
    """The names that a ticket's priority may have; None where the contract takes any."""
    given, targets = document.get("priorities"), document.get("targets")
    if isinstance(given, list):
        return given
    return list(targets) if isinstance(targets, Mapping) and DEFAULT not in targets else None


def _impossible_aggregates(document: Document) -> Iterator[Fault]:
    aggregates, closed = document.get("aggregates"), _closed_priorities(document)
    for number, part in enumerate(aggregates if isinstance(aggregates, list) else []):
        path, aggregate = f"aggregates.{number}", _mapping(part)
        given, metric = aggregate.get("priorities"), aggregate.get("metric")
        names = [name for name in given if isinstance(name, str)] if isinstance(given, list) else None
        for place, name in enumerate(names or []):
            if closed is not None and name not in closed:
                known = ", ".join(map(str, closed))
                yield Fault(f"{path}.priorities.{place}", f"{name!r} is no priority of this contract; it knows {known}")
        if isinstance(metric, str):
            rows = {where: row[metric] for where, row in _rows_for(document, names) if metric in row}
            if metric in NOT_METRICS or not (rows or metric in _promised_elsewhere(document)):
                yield Fault(f"{path}.metric", _never_measured(document, metric))
            elif aggregate.get("statistic") != "attainment" and (days := _in_days(metric, rows)):
                why = f"is for times, but {metric} is promised in days by {', '.join(days)}"
                yield Fault(f"{path}.statistic", f"{why}; write attainment, or leave these tickets out by `priorities`")


def _rows_for(document: Document, priorities: Collection[str] | None) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The rows that tickets of some of these priorities may fall under; of any when None."""
    named = _mapping(document.get("targets"))
    for path, row in _rows(document):
        name, wanted = path.removeprefix("targets."), _mapping(row.get("when")).get("priority")
        if named:
            wanted = [each for each in priorities or () if each not in named] if name == DEFAULT else name
        # One text stands for a list of one; a row that asks for none takes all.
        meant = [wanted] if isinstance(wanted, str) else wanted
        if priorities is None or not isinstance(meant, list) or any(each in priorities for each in meant):
            yield path, row


def _promised_elsewhere(document: Document) -> Iterator[str]:
    yield TIER_ACKNOWLEDGEMENT.name
    if any(_mapping(tier).get("resolve_within") for tier in _tiers(document)):
        yield TIER_RESOLUTION.name
    if document.get("review"):
        yield REVIEW.name


def _never_measured(document: Document, metric: str) -> str:
    if metric in {name for _, row in _rows(document) for name in row if name not in NOT_METRICS}:
        return "is not promised to tickets of these priorities, so it would never be measured"
    known = [*PRESETS, *map(str, _mapping(document.get("metrics"))), *_promised_elsewhere(document)]
    if metric in known:
        return "is promised by no row of `targets`, so it would never be measured"
    return f"is not a metric of this contract; {_hint(metric, known, known)}"


def _hint(name: str, near: Iterable[str], known: Iterable[str]) -> str:
    found = difflib.get_close_matches(name, [*near], n=1)
    return f"did you mean {found[0]}?" if found else f"known metrics are {', '.join(known)}"


def _in_days(metric: str, rows: Mapping[str, Any]) -> list[str]:
    if metric == REVIEW.name:
        return ["review"]
    return [path for path, target in rows.items() if _is_in_days(target)]


def _is_in_days(target: Any) -> bool:
    try:
        return isinstance(parse_target(target), BusinessDays)
    except ValueError:
        return False


def _warnings_never_given(contract: Contract) -> Iterator[Fault]:
    """So much time is left before the target has begun to be used up, whatever metric it is."""
    others = [row for row in contract.rows if row.targets.warn_at is None]
    given = [(f"{row.path}.warn_at", row.targets.warn_at, [row]) for row in contract.rows if row.targets.warn_at]
    for path, thresholds, rows in [*given, ("warn_at", contract.warn_at, others)]:
        targets = [target for row in rows for target in row.targets.by_metric.values()]
        for number, threshold in enumerate(thresholds):
            if targets and all(isinstance(target, timedelta) and target <= threshold.left for target in targets):
                longest = short_target(max(targets))
                yield Fault(f"{path}.{number}", f"would never be given: the longest target it is for is {longest}")


def _targets_out_of_reach(contract: Contract) -> Iterator[Fault]:
    """Targets that their calendar needs more than `REACH` to use up."""
    tiers = range(1, len(contract.escalation.tiers) + 1)
    far = {
        _place_of_target(row, metric.name, tier)
        for row in contract.rows
        for metric in contract.rulebook.metrics
        for tier in (tiers if metric.of_tiers else [1])
        if _out_of_reach(contract.promise(row, metric, tier))
    }
    for path in sorted(far):
        yield Fault(path, "would take its calendar more than twenty years of opening hours to use up")


def _place_of_target(row: Row, metric: str, tier: int) -> str:
    return {
        REVIEW.name: "review.due_within",
        TIER_ACKNOWLEDGEMENT.name: f"escalation.tiers.{tier - 1}.acknowledge_within",
        TIER_RESOLUTION.name: f"escalation.tiers.{tier - 1}.resolve_within",
    }.get(metric, f"{row.path}.{metric}")


def _out_of_reach(promise: Promise | None) -> bool:
    if promise is None:
        return False
    try:
        due_at = Countdown(promise, SOME_DAY).due_at([])
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
