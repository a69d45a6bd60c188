"""The contract in plain language, from the document by which tickets are measured: the two cannot drift apart.

To add a field to the contract is to add its words here; a test walks the fields of every part of a contract.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime

from tocsin.domain.calendars.wall_time import instant_in
from tocsin.domain.contracts.aggregate_terms import Aggregate, Statistic
from tocsin.domain.contracts.calendar_in_words import calendar_words, holidays_words
from tocsin.domain.contracts.changes import Mode, ReopenTerms
from tocsin.domain.contracts.clauses import Clause, Table, markdown
from tocsin.domain.contracts.contract import Contract, Kind, Party
from tocsin.domain.contracts.metrics import REVIEW, TIER_RESOLUTION, Metric
from tocsin.domain.contracts.metrics_in_words import facts_words, metric_words, pauses_words, selector_words
from tocsin.domain.contracts.reminders import SENT_AT
from tocsin.domain.contracts.responses import RESPONSES
from tocsin.domain.contracts.selectors import ATTRIBUTES
from tocsin.domain.contracts.targets import ALWAYS_OPEN, Row
from tocsin.domain.contracts.wording import (
    amount_words,
    counted,
    due_words,
    duration_words,
    enumerated,
    months_words,
    sentence_case,
    wall_time,
    warning_words,
)
from tocsin.domain.values.channels import CHANNEL_WORDS
from tocsin.domain.values.instants import BusinessDays, CalendarDays, format_instant

Parts = Iterator[str | Table]
NOTHING = "–"

MODES: Mapping[Mode, str] = {
    "retroactive": "the new target counts from the original start, and may be used up at once",
    "forward": "what was used up until then stays used up, and the new target and hours are those of the rest",
    "best_for_customer": "the earlier of two deadlines holds: the one before the change, "
    "and that of the new target counted from the original start",
}


def as_markdown(contract: Contract, version: int, put_at: datetime, sha256: str) -> str:
    """The whole text of a version; `sha256` is that of its document."""
    which = f"Contract {contract.contract_id}, version {version}, put at {format_instant(put_at)}."
    origin = "This text is made from the document by which tickets are measured, and leaves nothing of it out."
    title = f"Service level contract with {contract.customer.name}"
    return markdown(title, [f"{which} SHA-256 of its document: {sha256}.", origin], clauses(contract))


def clauses(contract: Contract) -> list[Clause]:
    """Everything that the contract says, in the order in which one reads it; what it does not say has no clause."""
    written = {
        "Parties": _parties,
        "This version": _revision,
        "Contacts and channels": _contacts,
        "Term and law": _term,
        "Definitions": _definitions,
        "Hours": _hours,
        "Priorities": _priorities,
        "Targets": _targets,
        "Targets over many tickets": _aggregates,
        "What is measured": _metrics,
        "What counts as a response": _responses,
        "Warnings": _warnings,
        "Changes": _changes,
        "Reopened tickets": _reopening,
        "Escalation": _escalation,
        "Contracts behind this one": _backing,
        "Review after an escalation": _review,
        "Reminders": _reminders,
        "Examples": _examples,
        "Signatures": _signatures,
    }
    found = ((heading, tuple(write(contract))) for heading, write in written.items())
    return [Clause(heading, parts) for heading, parts in found if parts]


def hours_words(contract: Contract, name: str | None) -> str:
    """How the text calls a calendar: `around the clock`, `in the contract's hours`, `in the hours “night”`."""
    if name == ALWAYS_OPEN or (name is None and contract.calendar is None):
        return "around the clock"
    return f"in the hours “{name}”" if name else "in the contract's hours"


KINDS: Mapping[Kind, str] = {
    "customer_sla": "a service level agreement: what the provider promises the customer",
    "ola": "an operational level agreement: what one team promises another, here called the customer",
    "underpinning": "an underpinning contract: what a vendor promises the provider, here called the customer",
}


def _parties(contract: Contract) -> Parts:
    yield f"This is {KINDS[contract.kind]}."
    yield f"The customer is {_party(contract.customer)}."
    if contract.customer.channels:
        told = [f"{CHANNEL_WORDS[channel.type]} {channel.address}" for channel in contract.customer.channels]
        yield f"The customer is told by {enumerated(told)}."
    if contract.provider:
        yield f"The provider is {_party(contract.provider)}."


def _party(party: Party) -> str:
    more = {
        "jurisdiction": party.jurisdiction,
        "registration number": party.registration_number,
        "segment": party.segment,
        "time zone": party.timezone,
    }
    known = "; ".join(f"{name}: {value}" for name, value in more.items() if value is not None)
    return f"{party.name} ({known})" if known else party.name


def _revision(contract: Contract) -> Parts:
    revision = contract.revision
    if revision.author:
        yield f"This version was written by {revision.author}."
    if revision.approved_by:
        on = f" on {revision.approved_on}" if revision.approved_on else ""
        yield f"It was approved by {revision.approved_by}{on}."
    if revision.in_force_from:
        yield (
            f"It is in force for tickets that are opened on {revision.in_force_from} or later; "
            "what is opened before that day is under an earlier version."
        )
    yield from (f"New in this version: {change}" for change in revision.changes)


def _contacts(contract: Contract) -> Parts:
    for contact in contract.contacts:
        ways = (("mail", contact.email), ("telephone", contact.phone))
        reached = "; ".join(f"{way}: {where}" for way, where in ways if where is not None)
        yield f"For the {contact.party}: {contact.name}, {contact.role}{f' ({reached})' if reached else ''}."
    if contract.channels:
        yield (
            "The parties have agreed to report to each other by these channels; "
            "a ticket that comes by another is served all the same:"
        )
        yield Table(["Channel", "Where"], [*contract.channels.items()])


def _term(contract: Contract) -> Parts:
    dates = contract.dates
    if contract.effective_from:
        yield f"The contract takes effect on {contract.effective_from}."
    if contract.term:
        until = f"; its last day is {dates.ends_on}" if dates else ""
        yield f"It runs for {months_words(contract.term)} from the day on which it takes effect{until}."
    if contract.notice_days is not None:
        latest = f", so by {dates.notice_by}" if dates else ""
        yield f"It is terminated with a notice of {counted(contract.notice_days, 'day')}{latest}."
    if contract.transition_days:
        until = f", until {dates.measured_until}" if dates else ""
        after = f"{counted(contract.transition_days, 'day')} after its end{until}"
        yield f"Tickets go on being served and measured under it for {after}."
    if dates:
        yield (
            f"Tickets that are opened from {dates.begins_on} to {dates.measured_until} are under it, "
            "and are measured to their end."
        )
    if contract.governing_law is not None:
        yield f"Governing law: {contract.governing_law}."


def _definitions(contract: Contract) -> Parts:
    yield from (f"“{term}”: {meaning}" for term, meaning in contract.definitions.items())


def _hours(contract: Contract) -> Parts:
    yield (
        "Time counts within the hours that a target has: what starts outside them counts from their next opening, "
        "and what is done exactly when it is due is in time."
    )
    if contract.calendar:
        yield from calendar_words("The contract's hours", contract.calendar)
    else:
        yield "The contract's hours are around the clock."
    for name, terms in contract.calendars.items():
        yield from calendar_words(f"The hours “{name}”", terms)
    for name, holidays in contract.holidays.items():
        yield from holidays_words(name, holidays)
    if contract.sites:
        zones = enumerated(f"{site} is in {zone}" for site, zone in contract.sites.items())
        yield f"Of the customer's sites {zones}."
    kinds = {type(target) for row in contract.rows for target in row.targets.by_metric.values()}
    if contract.review is not None or BusinessDays in kinds:
        yield (
            "A business day is a day on which the hours open, and ends when they close. The day of the start is not "
            "counted, nor a day whose hours close during a pause."
        )
    if CalendarDays in kinds:
        yield (
            "A calendar day is any day, open or closed, and ends at midnight in the time zone of the hours. The day of "
            "the start is not counted, nor a day that ends during a pause."
        )


def _priorities(contract: Contract) -> Parts:
    known = contract.known_priorities
    yield f"The priority of a ticket is {enumerated(known, 'or')}." if known else "A ticket may have any priority."
    if contract.priority_matrix:
        urgencies = list(dict.fromkeys(urgency for row in contract.priority_matrix.values() for urgency in row))
        yield (
            "A ticket that is reported without a priority has the one of its impact and urgency; where the table has "
            "none, it has to be reported with one:"
        )
        yield Table(
            ["Impact", *(f"urgency {urgency}" for urgency in urgencies)],
            [
                [impact, *(row.get(urgency, NOTHING) for urgency in urgencies)]
                for impact, row in contract.priority_matrix.items()
            ],
        )


def _targets(contract: Contract) -> Parts:
    titles = _titles(contract)
    warned = any(row.targets.warn_at is not None for row in contract.rows)
    yield f"The first row that describes a ticket applies to it. What has a {NOTHING} is not promised."
    yield Table(
        ["Row", "Tickets", *titles.values(), "Time counts", *(["Warned"] if warned else [])],
        [
            [
                str(number),
                _tickets(row, number),
                *(amount_words(row.targets.by_metric[n]) if n in row.targets.by_metric else NOTHING for n in titles),
                hours_words(contract, row.targets.calendar),
                *([_row_warnings(row)] if warned else []),
            ]
            for number, row in enumerate(contract.rows, start=1)
        ],
    )


STATISTICS: Mapping[Statistic, str] = {
    "average": "the average",
    "median": "the median",
    "p90": "the 90th percentile",
    "p95": "the 95th percentile",
    "attainment": "the share that is in time",
}


def _aggregates(contract: Contract) -> Parts:
    if not contract.aggregates:
        return
    yield (
        "These are measured over all tickets that are resolved in a period, as they stand when nothing of them is left "
        f"to run but a review. Weeks begin on Monday; midnights are those of {contract.timezone}."
    )
    yield (
        "What is late counts with the time that it took until it was met or ended. What is owed no longer does not "
        "count, unless it is late by then; of merged and deleted tickets only what is late counts."
    )
    yield (
        "The median and the percentiles are by nearest rank: the shortest time within which half, or so many percent, "
        "of them are. Of what is promised in days no times are measured."
    )
    for aggregate in contract.aggregates:
        label = f"{contract.metric(aggregate.metric).label} ({aggregate.metric})"
        which = f" with priority {enumerated(aggregate.priorities, 'or')}" if aggregate.priorities else ""
        value = f"{STATISTICS[aggregate.statistic]} of {label} is {_limit(aggregate)}"
        yield f"Of the tickets{which} that are resolved in a {aggregate.period}, {value}."


def _limit(aggregate: Aggregate) -> str:
    return f"at most {duration_words(aggregate.target)}" if aggregate.target else f"at least {aggregate.at_least}%"


def _titles(contract: Contract) -> dict[str, str]:
    """A heading for each promised metric; its name as well where others are called the same."""
    promised = _promised(contract)
    called = Counter(metric.label for metric in promised)
    return {
        metric.name: sentence_case(metric.label) + (f" ({metric.name})" if called[metric.label] > 1 else "")
        for metric in promised
    }


def _promised(contract: Contract) -> list[Metric]:
    return [metric for metric in contract.rulebook.metrics if not metric.of_tiers and metric.name != REVIEW.name]


def _tickets(row: Row, number: int) -> str:
    if row.when.is_default:
        return "all tickets" if number == 1 else "all other tickets"
    return selector_words(row.when)


def _row_warnings(row: Row) -> str:
    if row.targets.warn_at is None:
        return "as in the clause on warnings"
    return warning_words(row.targets.warn_at) or "never"


def _metrics(contract: Contract) -> Parts:
    promised = _promised(contract)
    yield from map(metric_words, promised)
    if any(metric.pause for metric in promised):
        yield "What starts while the ticket waits for somebody for whom it pauses, starts paused."
    yield (
        "What one event does at once counts in this order: meeting, ending, beginning again, going on, pausing, "
        "starting. So who answers and closes in one action has answered."
    )


def _responses(contract: Contract) -> Parts:
    counted_ones = {*contract.counts_as_response}
    yield f"A response is any of these: {'; '.join(RESPONSES[kind] for kind in RESPONSES if kind in counted_ones)}."
    if others := [words for kind, words in RESPONSES.items() if kind not in counted_ones]:
        yield f"None of these is a response: {'; '.join(others)}."
    yield "What Tocsin itself sends is never a response, whoever delivers it."


def _warnings(contract: Contract) -> Parts:
    own = any(row.targets.warn_at is not None for row in contract.rows)
    unless = "Where the table of targets does not say otherwise" if own else "Before a deadline"
    if contract.warn_at:
        yield f"{unless}, whoever has the ticket is warned {warning_words(contract.warn_at)}."
    else:
        yield f"{unless}, nobody is warned."
    if contract.warnings_in:
        yield (
            f"Warnings are given {hours_words(contract, contract.warnings_in)}; outside them they wait for the next "
            "opening. Alerts, and notices of what is late, do not wait."
        )


def _changes(contract: Contract) -> Parts:
    retarget = contract.retarget
    others = enumerated((name.replace("_", " ") for name in ATTRIBUTES if name in contract.deciding), "or")
    yield f"When the priority changes, {MODES[retarget.priority]}."
    yield f"When something else changes that decides the targets ({others}), {MODES[retarget.attributes]}."
    yield (
        "A ticket stays under the version of the contract that was in force when it was opened. When it is moved to "
        f"another one, {MODES[retarget.contract]}."
    )
    yield f"When the target stays what it was and only its hours are others, {MODES[retarget.calendar]}."
    if "forward" in {retarget.priority, retarget.attributes, retarget.contract}:
        yield (
            "What was used up in open time, business days or calendar days can only be taken from a target of the same "
            "kind; another one counts from the original start."
        )
    yield "Pauses are kept in all of these, and what has ended stays as it was."


def _reopening(contract: Contract) -> Parts:
    again = [metric.label for metric in _promised(contract) if metric.continues_on_reopen]
    if again:
        yield f"When a ticket is reopened, {enumerated(again)} {_continued(contract.reopen)}."
    else:
        yield "When a ticket is reopened, nothing goes on that has ended."
    yield "The tier that had it last is alerted again, and has to acknowledge again."


def _continued(reopen: ReopenTerms) -> str:
    if reopen.mode == "resume":
        return "goes on counting where it stopped; the time in between is a pause"
    if reopen.within is None:
        return "begins again with the whole target"
    return (
        f"goes on counting where it stopped if that is within {duration_words(reopen.within)} of its resolution, by "
        "the clock on the wall, and the time in between is a pause; later, it begins again with the whole target"
    )


def _escalation(contract: Contract) -> Parts:
    tiers, repeats = contract.escalation.tiers, contract.escalation.repeat_last_tier
    resolving = any(tier.resolve_within for tier in tiers)
    yield "When a ticket is opened, tier 1 is alerted. Whoever acknowledges has the ticket, and the alerts stop."
    yield (
        "When nobody of a tier acknowledges in time, the next tier is alerted. Outside its hours a tier is alerted at "
        "their next opening. A tier of which nobody can be reached is not waited for, unless it is the last."
    )
    if resolving:
        yield (
            "When a tier has acknowledged and does not resolve the ticket in time, counted from its alert, the next "
            f"tier is alerted. The time to resolve {pauses_words(TIER_RESOLUTION)}. Both times count in the hours in "
            "which the tier is alerted."
        )
    yield Table(
        ["Tier", "Team", "Acknowledges within", *(["Resolves within"] if resolving else []), "Is alerted"],
        [
            [
                str(number),
                tier.team,
                duration_words(tier.acknowledge_within),
                *([duration_words(tier.resolve_within) if tier.resolve_within else NOTHING] if resolving else []),
                hours_words(contract, tier.calendar) if tier.calendar else "in the hours of the ticket's targets",
            ]
            for number, tier in enumerate(tiers, start=1)
        ],
    )
    yield f"{_last_tier(repeats)}; then all tiers are told that nobody has the ticket."
    yield "Who escalates a ticket by hand has the next tier, or the one that they name, alerted at once."


def _last_tier(repeats: int) -> str:
    if repeats == 0:
        return "When nobody of the last tier acknowledges in time, it is not alerted again"
    return f"When nobody of the last tier acknowledges in time, it is alerted again, up to {counted(repeats, 'time')}"


def _backing(contract: Contract) -> Parts:
    for holder, backing in contract.backed_by.items():
        who = "a vendor" if holder == "vendor" else holder
        yield f"For the time for which {who} has a ticket, the contract {backing} says what is promised in turn."


def _review(contract: Contract) -> Parts:
    review = contract.review
    if review is None:
        return
    yield (
        f"When a ticket is resolved that has reached tier {review.from_tier} or a later one, the team {review.team} "
        f"owes a review {due_words(review.due_within)} after that, {hours_words(contract, review.calendar)}."
    )
    yield f"It is met when {facts_words(REVIEW.stop)}, and owed no longer when {facts_words(REVIEW.cancel)}."
    if review.remind_within:
        yield f"The team is reminded at {amount_words(review.remind_within)}."


def _reminders(contract: Contract) -> Parts:
    terms, dates = contract.reminders, contract.dates
    if terms is None:
        return
    if terms.renewal:
        about = "the last day for notice" if contract.notice_days is not None else "the last day of the contract"
        when = enumerated(counted(days, "day") for days in sorted(set(terms.renewal), reverse=True))
        which = f", {dates.notice_by or dates.ends_on}" if dates else ""
        yield f"The team {terms.team} is reminded of the renewal {when} before {about}{which}."
    if terms.review_every:
        yield (
            f"The contract is reviewed every {months_words(terms.review_every)} from the day on which it takes effect, "
            f"as long as it runs; on each of these days the team {terms.team} is reminded."
        )
    yield f"Reminders are sent at {SENT_AT:%H:%M} by the clock of {contract.timezone}."


def _examples(contract: Contract) -> Parts:
    if contract.examples:
        yield f"Times are those of {contract.timezone}. Each example has been checked against the rules."
    yield from (_example(contract, example) for example in contract.examples)


def _example(contract: Contract, example: Mapping[str, str]) -> str:
    labels = {metric.name: metric.label for metric in contract.rulebook.metrics}
    opened, *due = (
        (name, wall_time(instant_in(contract.timezone, text), contract.timezone))
        for name, text in sorted(example.items(), key=lambda item: item[0] != "opened")
        if name == "opened" or name in labels
    )
    known = [f"{name.replace('_', ' ')} {example[name]}" for name in ATTRIBUTES if name in example]
    ticket = f"A {example['priority']}" if "priority" in example else "A ticket"
    described = f"{ticket} with {enumerated(known)}" if known else ticket
    owed = enumerated(f"its {labels[name]} by {at}" for name, at in due)
    return f"{described} opened on {opened[1]} has to have {owed}."


def _signatures(contract: Contract) -> Parts:
    for signatory in contract.signatories:
        signed = f", on {signatory.signed_on}" if signatory.signed_on else ""
        yield f"{signatory.name}, for {signatory.party}{signed}."
