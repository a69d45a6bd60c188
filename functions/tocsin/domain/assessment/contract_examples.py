"""Examples in a contract: a ticket, when it was opened and when each metric is then due. They have to be right.

    {priority: P2, opened: Fri 2026-03-27 16:50, first_response: Mon 2026-03-30 09:50}

Instants are wall-clock times in the contract's zone (the weekday may be left out), or RFC 3339 with an offset; the
ticket's other fields are those that the contract's selectors look at, several tags with commas between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from tocsin.domain.calendars.wall_time import instant_in, wall_time
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.contracts.reach import is_far
from tocsin.domain.contracts.selectors import ATTRIBUTES
from tocsin.domain.tickets.commands import Attributes
from tocsin.domain.tickets.fold import just_opened
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.faults import Fault
from tocsin.domain.values.validation_errors import faults_of


def faults_of_examples(contract: Contract) -> Iterator[Fault]:
    """Every example that is not what the contract says, or that cannot be read."""
    for number, example in enumerate(contract.examples):
        yield from _faults(contract, f"examples.{number}", example)


def _faults(contract: Contract, path: str, example: Mapping[str, Any]) -> Iterator[Fault]:
    """`example` is as the contract writes it: `opened`, `priority`, attributes, and instants by metric."""
    ticket, found = _ticket(contract, example)
    measured = {metric.name for metric in contract.rulebook.metrics if not metric.of_tiers}
    expected = [name for name in example if name not in {"opened", "priority", *ATTRIBUTES}]
    for name in expected:
        if name not in measured:
            found.append(Fault(name, "is neither a promised metric nor a field of a ticket"))
    instants: dict[str, datetime] = {}
    for name in ("opened", *(name for name in expected if name in measured)):
        try:
            instants[name] = instant_in(contract.timezone, example[name])
        except KeyError:
            found.append(Fault(name, "is required"))
        except ValueError as error:
            found.append(Fault(name, str(error)))
    found += contract.priority_faults(ticket.get("priority"), ticket)
    found += _outside_the_term(contract, instants.get("opened"))
    if found or not expected:
        yield from (Fault(f"{path}.{fault.path}", fault.message) for fault in found)
        if not expected:
            yield Fault(path, "says of no metric when it is due")
        return
    folded = just_opened(contract, 1, instants["opened"], ticket.pop("priority", None), attributes=ticket)
    yield from (fault for name in expected for fault in _difference(folded, path, name, instants[name]))


def _outside_the_term(contract: Contract, opened: datetime | None) -> Iterator[Fault]:
    """Such a ticket would be refused."""
    dates, day = contract.dates, contract.day_of(opened) if opened else None
    if day and contract.effective_from and day < contract.effective_from:
        yield Fault("opened", f"lies before {contract.effective_from}, on which the contract takes effect")
    if day and dates and day > dates.measured_until:
        yield Fault("opened", f"lies after {dates.measured_until}, the last day on which tickets are measured")


def _ticket(contract: Contract, example: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """What the example says of its ticket, read as if a helpdesk had sent it; and what cannot be read."""
    fields = {name: value for name, value in example.items() if name in ATTRIBUTES}
    found: list[Fault] = []
    if "tags" in fields:
        fields["tags"] = [tag.strip() for tag in fields["tags"].split(",")]
    if "customer_deadline" in fields:
        try:
            fields["customer_deadline"] = instant_in(contract.timezone, fields["customer_deadline"])
        except ValueError as error:
            found.append(Fault("customer_deadline", str(error)))
            del fields["customer_deadline"]
    priority = {"priority": example["priority"]} if "priority" in example else {}
    try:
        read = Attributes.model_validate(fields).model_dump(mode="json", exclude_none=True)
    except ValidationError as error:
        return {**fields, **priority}, found + faults_of(error, Attributes)
    return {**read, **priority}, found


def _difference(ticket: Ticket, path: str, metric: str, expected: datetime) -> Iterator[Fault]:
    obligation, zone = ticket.current.get(metric), ticket.contract.timezone
    if obligation and obligation.targets.promised and is_far(obligation.targets.promised, obligation.started_at):
        # Working out the hours of decades for each of fifty examples would take a minute.
        yield Fault(
            f"{path}.{metric}", "takes more than two years of opening hours; give an example that is due sooner"
        )
        return
    due_at = obligation.due_at() if obligation else None
    if due_at is None:
        yield Fault(f"{path}.{metric}", "is not promised for such a ticket when it is opened")
    elif due_at != expected:
        yield Fault(f"{path}.{metric}", f"is due {wall_time(due_at, zone)}, not {wall_time(expected, zone)}")
