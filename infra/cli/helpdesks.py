"""`tocsin helpdesk`: helpdesks come into being with their first token."""

from __future__ import annotations

import typer

from infra.cli.clock import clock
from infra.cli.tokens import HelpdeskId, show_new_token
from infra.cli.which_table import DEFAULT_STACK, StackName, TableName, credentials_in
from tocsin.use_cases.access import tokens as use_cases

commands = typer.Typer(help="Create helpdesks. Talks to DynamoDB with your AWS credentials.", no_args_is_help=True)


@commands.callback()
def _group() -> None:
    # Without it a group of one command would be that command.
    pass


@commands.command()
def create(helpdesk_id: HelpdeskId, table: TableName = None, stack: StackName = DEFAULT_STACK) -> None:
    """Create a helpdesk and print its first token, once: it may read, write and administrate there.

    stdout is the token and nothing else, so that TOCSIN_TOKEN=$(tocsin helpdesk create acme) keeps it off the screen.
    """
    with credentials_in(table, stack) as credentials:
        token = use_cases.create_helpdesk(helpdesk_id, credentials=credentials, clock=clock())
    show_new_token(token)
