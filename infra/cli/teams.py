"""`tocsin team`: put teams."""

from __future__ import annotations

from typing import Annotated

import typer

from infra.cli.api import Api, Token, Url, path_of
from infra.cli.documents import DocumentFile, by_id
from infra.cli.layout import AsJson, plain, print_json, print_table
from infra.cli.subscriptions import SUBSCRIPTION_HEADINGS, subscription_cells

commands = typer.Typer(help="Teams: rosters, rotations, channels.", no_args_is_help=True)

TeamId = Annotated[str | None, typer.Option("--id", help="The team's id, when the file holds one team without it.")]


@commands.command()
def put(file: DocumentFile, url: Url, token: Token, team_id: TeamId = None) -> None:
    """Put the team in FILE, or all of them where FILE maps ids to teams.

    A team that is refused does not keep the others back; the exit code is 1 then.
    """
    Api(url, token).put_each("teams", by_id(file, "team", team_id))


@commands.command()
def subscriptions(team_id: str, url: Url, token: Token, as_json: AsJson = False) -> None:
    """Show whom the alerts to TEAM_ID reach, and who on call cannot be reached."""
    answer = Api(url, token).get(path_of("teams", team_id, "subscriptions"))
    if as_json:
        print_json(answer)
        return
    print_table(
        ("MEMBER", *SUBSCRIPTION_HEADINGS),
        ((each["member_id"] or "(team)", *subscription_cells(each)) for each in answer["subscriptions"]),
    )
    for member_id in answer["unreachable"]:
        print(f"{plain(member_id)} is on call and cannot be reached")
