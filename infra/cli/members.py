"""`tocsin member`: put, show, list and delete people."""

from __future__ import annotations

from typing import Annotated

import typer
import yaml

from infra.cli.api import Api, Token, Url, path_of
from infra.cli.documents import DocumentFile, by_id
from infra.cli.layout import AsJson, print_json, print_table

commands = typer.Typer(help="Members: people, whom teams, schedules and tiers name by id.", no_args_is_help=True)

MemberId = Annotated[str, typer.Argument(metavar="MEMBER_ID", help="The member's id.")]
OneId = Annotated[str | None, typer.Option("--id", help="The member's id, when the file holds one without it.")]


@commands.command()
def put(file: DocumentFile, url: Url, token: Token, member_id: OneId = None) -> None:
    """Put the member in FILE, or all of them where FILE maps ids to members.

    One that is refused does not keep the others back; the exit code is 1 then.
    """
    Api(url, token).put_each("members", by_id(file, "member", member_id))


@commands.command()
def show(member_id: MemberId, url: Url, token: Token, as_json: AsJson = False) -> None:
    """Show a member as they were put, in YAML that can be put again."""
    stored = Api(url, token).get(path_of("members", member_id))
    if as_json:
        print_json(stored)
        return
    print(yaml.safe_dump(stored, sort_keys=False, allow_unicode=True), end="")


@commands.command("list")
def list_all(url: Url, token: Token, as_json: AsJson = False) -> None:
    """List all members and how they are reached."""
    found = Api(url, token).get(path_of("members"))
    if as_json:
        print_json(found)
        return
    rows = (
        (each["member_id"], each["name"], ", ".join(f"{way['type']} {way['address']}" for way in each["channels"]))
        for each in found["members"]
    )
    print_table(("MEMBER", "NAME", "CHANNELS"), rows)


@commands.command("test")
def try_channels(member_id: MemberId, url: Url, token: Token, as_json: AsJson = False) -> None:
    """Send a test message by all channels of a member; tells which of them deliver."""
    found = Api(url, token).post(path_of("members", member_id, "test"), {})
    if as_json:
        print_json(found)
        return
    rows = ((each["type"], each["address"], each["state"], each["used"]) for each in found["channels"])
    print_table(("CHANNEL", "ADDRESS", "STATE", "USED"), rows)


@commands.command()
def delete(member_id: MemberId, url: Url, token: Token) -> None:
    """Delete a member whom no team, schedule or contract names any more."""
    Api(url, token).delete(path_of("members", member_id))
    print(f"{member_id} is deleted")
