"""`tocsin contract`: put, show, preview."""

from __future__ import annotations

from typing import Annotated, Any

import typer
import yaml

from infra.cli.api import Api, Token, Url, path_of
from infra.cli.documents import DocumentFile, read_document, text_field
from infra.cli.layout import AsJson, print_json, print_table, utc, words

commands = typer.Typer(help="Contracts: what was promised to a customer.", no_args_is_help=True)

ContractId = Annotated[str, typer.Argument(metavar="CONTRACT_ID", help="The contract's id.")]
Version = Annotated[int | None, typer.Option("--version", min=1, help="The one in force when left out.")]
Priority = Annotated[str, typer.Option("--priority", help="The priority of the imagined ticket, such as P1.")]
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
    print(f"{contract_id} version {stored['version']} is {'now' if is_new else 'already'} in force")


@commands.command()
def show(contract_id: ContractId, url: Url, token: Token, version: Version = None, as_json: AsJson = False) -> None:
    """Show a contract as it was put, in YAML that can be put again."""
    parts = ["versions", str(version)] if version else []
    stored = Api(url, token).get(path_of("contracts", contract_id, *parts))
    if as_json:
        print_json(stored)
        return
    print(f"# {contract_id} version {stored['version']}, put {utc(stored['put_at'])}, SHA-256 {stored['sha256']}")
    document = {"contract_id": contract_id, **stored["contract"]}
    print(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), end="")


@commands.command()
def preview(
    contract_id: ContractId,
    url: Url,
    token: Token,
    priority: Priority,
    opened_at: OpenedAt = None,
    as_json: AsJson = False,
) -> None:
    """Show every deadline, warning and tier of a ticket that nobody touches, without opening one."""
    ticket = {"priority": priority, **({"opened_at": opened_at} if opened_at else {})}
    previewed = Api(url, token).post(path_of("contracts", contract_id, "preview"), ticket)
    if as_json:
        print_json(previewed)
    else:
        _print_preview(previewed)


def _print_preview(previewed: dict[str, Any]) -> None:
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
