"""`tocsin ticket`: show, list, and what was told of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from itertools import islice
from typing import Annotated, Any

import typer

from infra.cli.api import LARGEST_PAGE, Answer, Api, Token, Url, path_of
from infra.cli.layout import AsJson, plain, print_fields, print_json, print_table, utc, words
from infra.cli.timeline import Event, print_timeline
from tocsin.domain.values.target import Target, TargetKind
from tocsin.domain.values.wording import enumerated

commands = typer.Typer(help="Tickets: what is due when, and what happened.", no_args_is_help=True)


class Status(StrEnum):
    """Where a ticket stands."""

    OPEN = "open"
    PENDING = "pending"
    RESOLVED = "resolved"
    CLOSED = "closed"


TicketId = Annotated[str, typer.Argument(metavar="TICKET_ID", help="The ticket's id.")]
OfStatus = Annotated[Status, typer.Option("--status", help="Tickets of this status.")]
OfContract = Annotated[str | None, typer.Option("--contract", help="Only those of this contract.")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="How many at most.")]


@commands.command()
def show(ticket_id: TicketId, url: Url, token: Token, as_json: AsJson = False) -> None:
    """Show a ticket: status, obligations, escalation, and its log as a timeline. All instants are UTC."""
    api = Api(url, token)
    ticket = api.get(path_of("tickets", ticket_id))
    events = list(api.pages(path_of("tickets", ticket_id, "events"), "events", limit=LARGEST_PAGE))
    if as_json:
        print_json({**ticket, "events": events})
        return
    print_ticket(ticket, events)


@commands.command("list")
def list_all(
    url: Url,
    token: Token,
    status: OfStatus = Status.OPEN,
    contract_id: OfContract = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List tickets, those due next first."""
    chosen = {"status": status.value, **({"contract_id": contract_id} if contract_id else {})}
    # One more than is shown tells whether there is more.
    page_size = min(limit + 1, LARGEST_PAGE)
    found = list(islice(Api(url, token).pages(path_of("tickets"), "tickets", limit=page_size, **chosen), limit + 1))
    if as_json:
        print_json({"tickets": found[:limit]})
    else:
        print_table(("TICKET", "PRIORITY", "CONTRACT", "OPENED", "NEXT DUE", "SUBJECT"), map(_row, found[:limit]))
    if len(found) > limit:
        typer.echo(f"There are more than {limit}; --limit shows them.", err=True)


@commands.command()
def notices(ticket_id: TicketId, url: Url, token: Token, as_json: AsJson = False) -> None:
    """List whom a ticket was told to, why, and what became of each notice. All instants are UTC."""
    found = list(Api(url, token).pages(path_of("tickets", ticket_id, "notices"), "notices", limit=LARGEST_PAGE))
    if as_json:
        print_json({"notices": found})
        return
    print_table(("RECORDED", "NOTICE", "TO", "STATE", "SINCE", "MESSAGE"), map(_notice, found))


def _notice(notice: Answer) -> tuple[object, ...]:
    state = words(notice["state"]) + (f" ({notice['error']})" if notice["state"] == "failed" else "")
    since = notice[f"{notice['state']}_at"]
    digest = f", a digest of {notice['digest_of']}" if notice["digest_of"] else ""
    message = notice["message_id"] and f"{notice['message_id']}{digest}"
    return utc(notice["recorded_at"]), words(notice["kind"]), notice["recipient"], state, utc(since), message


def _row(ticket: Answer) -> tuple[object, ...]:
    opened, due = utc(ticket["opened_at"]), utc(ticket["next_due_at"])
    return ticket["ticket_id"], ticket["priority"], _contract(ticket), opened, due, plain(ticket["subject"] or "", 60)


def print_ticket(ticket: Answer, events: Iterable[Event]) -> None:
    """A ticket and its log, both as the API answers them."""
    print_fields(
        [
            ("Ticket", ticket["ticket_id"]),
            ("Subject", ticket.get("subject")),
            ("Status", ticket["status"] + (", settled" if ticket["settled"] else "")),
            ("Priority", ticket["priority"]),
            ("Contract", _contract(ticket)),
            ("Opened", utc(ticket["opened_at"])),
            ("Resolved", utc(ticket["resolved_at"])),
            ("Tier", _tier(ticket)),
            ("Next", _next_event(ticket)),
        ]
    )
    print()
    print_table(
        ("OBLIGATION", "STATE", "DUE", "IN WORDS"),
        [
            (words(each["metric"]), words(each["state"]), utc(each["due_at"]), each["text"])
            for each in ticket["obligations"]
        ],
    )
    print("\nLog")
    print_timeline(events)


def _next_event(ticket: Answer) -> str | None:
    coming = ticket["next_event"]
    return f"{utc(coming['at'])}: {coming['text']}" if coming else None


def _contract(ticket: Answer) -> str:
    return f"{ticket['contract']['contract_id']} version {ticket['contract']['version']}"


def _tier(ticket: Answer) -> str | None:
    """`2 (engineering), alerted …, acknowledged by ben …`, as far as it is known."""
    if ticket["tier"] is None:
        return None
    chain = ticket["escalation"]
    said = [f"{ticket['tier']} ({_alerted(chain)})", f"alerted {utc(chain['alerted_at'])}"]
    if chain["acknowledged_at"]:
        said.append(f"acknowledged by {chain['acknowledged_by'] or 'somebody'} {utc(chain['acknowledged_at'])}")
    if chain["escalates_at"]:
        said.append(f"escalates {utc(chain['escalates_at'])}")
    return ", ".join([*said, *(["nobody is left to ask"] if chain["exhausted"] else [])])


def _alerted(chain: Mapping[str, Any]) -> str:
    """Whom the tier alerts; `chain` is the ticket's `escalation`, as the API answers it."""
    named = (Target.of(TargetKind(kind), name) for each in chain["targets"] for kind, name in each.items())
    return enumerated(target.words for target in named)
