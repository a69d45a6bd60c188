"""`tocsin contract`: put, show, versions, text, diagram, attainment, subscriptions, preview, migrate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from math import ceil, floor
from typing import Annotated, Any

import typer
import yaml

from infra.cli.api import LARGEST_PAGE, Answer, Api, Token, Url, path_of
from infra.cli.documents import DocumentFile, read_document, text_field
from infra.cli.layout import AsJson, print_json, print_table, print_text, utc, words
from infra.cli.subscriptions import SUBSCRIPTION_HEADINGS, subscription_cells
from tocsin.domain.values.instants import short_duration

commands = typer.Typer(help="Contracts: what was promised to a customer.", no_args_is_help=True)

ContractId = Annotated[str, typer.Argument(metavar="CONTRACT_ID", help="The contract's id.")]
Version = Annotated[int | None, typer.Option("--version", min=1, help="The newest when left out.")]
Priority = Annotated[str | None, typer.Option("--priority", help="The priority of the imagined ticket, such as P1.")]
Known = Annotated[
    list[str] | None,
    typer.Option(
        "--with", metavar="FIELD=VALUE", help="What else is known of it, such as category=outage; repeatable."
    ),
]
OpenedAt = Annotated[
    str | None,
    typer.Option("--opened-at", help="When it is opened, such as 2026-03-27T15:50:00Z; now when left out."),
]


@commands.command()
def put(file: DocumentFile, url: Url, token: Token) -> None:
    """Put the contract in FILE; its field contract_id says which. Tells its version, or every fault with its path."""
    document = read_document(file)
    contract_id = text_field(document, "contract_id", file)
    stored, is_new = Api(url, token).put(path_of("contracts", contract_id), document)
    which, since = f"{contract_id} version {stored['version']}", "now" if is_new else "already"
    if stored["version_in_force"] == stored["version"]:
        print(f"{which} is {since} in force")
    else:
        print(f"{which} is {since} stored; it is in force from {stored['in_force_from']}")


@commands.command()
def show(contract_id: ContractId, url: Url, token: Token, version: Version = None, as_json: AsJson = False) -> None:
    """Show a contract as it was put, in YAML that can be put again."""
    parts = ["versions", str(version)] if version else []
    stored = Api(url, token).get(path_of("contracts", contract_id, *parts))
    if as_json:
        print_json(stored)
        return
    print(f"# {contract_id} version {stored['version']}, put {utc(stored['put_at'])}, SHA-256 {stored['sha256']}")
    if stored["in_force_from"]:
        print(f"# in force from {stored['in_force_from']}")
    for each in stored.get("reminders", ()):
        when = f"sent {utc(each['sent_at'])}" if each["sent_at"] else f"to be sent on {each['on']}"
        print(f"# {words(each['kind'])} of {each['about_date']}: {when}")
    document = {"contract_id": contract_id, **stored["contract"]}
    print(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), end="")


@commands.command()
def versions(contract_id: ContractId, url: Url, token: Token, as_json: AsJson = False) -> None:
    """List the versions of a contract, the newest first: who wrote and approved them, and what is new in each."""
    path = path_of("contracts", contract_id, "versions")
    found = list(Api(url, token).pages(path, "versions", limit=LARGEST_PAGE))
    if as_json:
        print_json({"versions": found})
        return
    print_table(
        ("VERSION", "PUT", "IN FORCE FROM", "AUTHOR", "APPROVED BY", "ON", "NEW IN IT"),
        [
            (
                each["version"],
                utc(each["put_at"]),
                each["in_force_from"],
                each["author"],
                each["approved_by"],
                each["approved_on"],
                "; ".join(each["changes"]) or None,
            )
            for each in found
        ],
    )


@commands.command()
def text(contract_id: ContractId, url: Url, token: Token, version: Version = None) -> None:
    """Print a contract in plain language, as Markdown: all that it says, for who has to sign or explain it."""
    print_text(Api(url, token).text(path_of("contracts", contract_id, "text"), **_chosen(version)))


@commands.command()
def diagram(contract_id: ContractId, url: Url, token: Token, version: Version = None) -> None:
    """Print the escalation of a contract as a Mermaid flowchart."""
    print_text(Api(url, token).text(path_of("contracts", contract_id, "diagram"), **_chosen(version)))


@commands.command()
def matrix(contract_id: ContractId, url: Url, token: Token, version: Version = None, as_json: AsJson = False) -> None:
    """Show the escalation matrix: each role, who has it, when they are there, and how long they have."""
    found = Api(url, token).get(path_of("contracts", contract_id, "matrix"), **_chosen(version))
    if as_json:
        print_json(found)
        return
    headings = ("ROLE", "POLICY", "WHO", "PEOPLE (* ON CALL)", "AVAILABLE", "ACKNOWLEDGES", "RESOLVES")
    print_table(headings, map(_matrix_cells, found["roles"]))


def _matrix_cells(row: Mapping[str, Any]) -> tuple[str | None, ...]:
    """A row of the API's matrix as cells of a table."""
    [(kind, name)] = row["target"].items()
    people = ", ".join(each["name"] + ("*" if each["on_call"] else "") for each in row["people"])
    who = row["name"] or f"{kind} {name} (not there)"
    times = row["acknowledge_within"], row["resolve_within"]
    return row["role"], row["policy"], who, people or "(nobody)", row["availability"], *times


def _chosen(version: int | None) -> dict[str, int]:
    return {} if version is None else {"version": version}


@commands.command()
def attainment(
    contract_id: ContractId,
    url: Url,
    token: Token,
    period: Annotated[
        str | None, typer.Option("--period", help="2026-03, 2026-Q1 or 2026-W13; this month when left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what the targets over all tickets that were resolved in a period have come to."""
    asked = {} if period is None else {"period": period}
    found = Api(url, token).get(path_of("contracts", contract_id, "attainment"), **asked)
    if as_json:
        print_json(found)
        return
    print(f"{contract_id} in {found['period']}, from {utc(found['from'])} to before {utc(found['until'])}\n")
    print_table(
        ("METRIC", "STATISTIC", "PRIORITIES", "MEASURED", "VALUE", "TARGET", "KEPT"),
        [
            (
                words(each["metric"]),
                each["statistic"],
                ", ".join(each["priorities"]) if each["priorities"] else "all",
                each["measured"],
                _amount(each["value"], each["unit"]),
                _amount(each["target"], each["unit"]),
                None if each["kept"] is None else "yes" if each["kept"] else "no",
            )
            for each in found["aggregates"]
        ],
    )


def _amount(value: float | None, unit: str) -> str | None:
    if value is None:
        return None
    # Never rounded to the better: what misses 95%, or 30 minutes, by little must not look like it.
    if unit == "share":
        return f"{floor(value * 10_000 + 1e-6) / 100:g}%"
    return short_duration(timedelta(seconds=ceil(value)))


@commands.command()
def subscriptions(contract_id: ContractId, url: Url, token: Token, as_json: AsJson = False) -> None:
    """Show whom the notices to a contract's customer reach."""
    answer = Api(url, token).get(path_of("contracts", contract_id, "subscriptions"))
    if as_json:
        print_json(answer)
        return
    print_table(SUBSCRIPTION_HEADINGS, map(subscription_cells, answer["subscriptions"]))
    if not answer["reached"]:
        print("nothing reaches the customer")


@commands.command()
def preview(
    contract_id: ContractId,
    url: Url,
    token: Token,
    priority: Priority = None,
    opened_at: OpenedAt = None,
    known: Known = None,
    as_json: AsJson = False,
) -> None:
    """Show every deadline, warning and tier of a ticket that nobody touches, without opening one."""
    given = {"priority": priority, "opened_at": opened_at}
    ticket = {name: value for name, value in given.items() if value is not None} | _attributes(known)
    previewed = Api(url, token).post(path_of("contracts", contract_id, "preview"), ticket)
    if as_json:
        print_json(previewed)
    else:
        _print_preview(previewed)


@commands.command()
def migrate(
    contract_id: ContractId,
    url: Url,
    token: Token,
    reason: Annotated[str, typer.Option("--reason", help="Why; it stands in the log of every ticket.")],
    version: Annotated[int | None, typer.Option("--version", min=1, help="The one in force when left out.")] = None,
    mode: Annotated[
        str | None,
        typer.Option("--mode", help="retroactive, forward or best_for_customer, instead of what the contract says."),
    ] = None,
) -> None:
    """Move the running tickets of a contract to a version of it, such as one whose calendar was edited."""
    wanted = {"reason": reason, "contract_version": version, "mode": mode}
    asked = {name: value for name, value in wanted.items() if value is not None}
    path, api = path_of("contracts", contract_id, "migrations"), Api(url, token)
    # Tickets that move change places in the list, so the last pass is the first that finds nothing to do.
    passes = [list(api.posted_pages(path, asked))]
    while any(page["migrated"] for page in passes[-1]):
        passes.append(list(api.posted_pages(path, asked)))
    migrated = sum(len(page["migrated"]) for pages in passes for page in pages)
    print(f"{migrated} tickets moved to version {passes[-1][-1]['contract_version']} of {contract_id}")
    for page in passes[-1]:
        for each in page["refused"]:
            print(f"{each['ticket_id']} stays where it is: {each['why']}")


def _attributes(known: Sequence[str] | None) -> dict[str, object]:
    """`["category=outage", "tags=vip,eu"]` as the fields of a ticket."""
    fields: dict[str, object] = {}
    for each in known or ():
        name, equals, value = each.partition("=")
        if not equals:
            raise typer.BadParameter(f"{each!r} is not FIELD=VALUE, such as category=outage", param_hint="--with")
        fields[name] = value.split(",") if name == "tags" else int(value) if value.isdecimal() else value
    return fields


def _print_preview(previewed: Answer) -> None:
    contract = previewed["contract"]
    print(f"{contract['contract_id']} version {contract['version']}: a {previewed['priority']}", end="")
    print(f" opened {utc(previewed['opened_at'])}\n")
    print_table(
        ("OBLIGATION", "DUE", "WARNED"),
        [
            (words(each["metric"]), utc(each["due_at"]), ", ".join(map(utc, each["warn_at"])) or None)
            for each in previewed["obligations"]
        ],
    )
    print()
    print_table(
        ("TIER", "TEAM", "ALERTED", "ESCALATES"),
        [
            (each["tier"], each["team"], utc(each["alerted_at"]), utc(each["escalates_at"]))
            for each in previewed["tiers"]
        ],
    )
