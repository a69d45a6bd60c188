"""Which table the tokens are in, as options of a command, and the way into it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Annotated

import typer

from tocsin.ports.access import Credentials

TableName = Annotated[
    str | None,
    typer.Option(
        "--table", envvar="TOCSIN_TABLE", help="The DynamoDB table; when left out, the stack is asked for it."
    ),
]
StackName = Annotated[
    str, typer.Option("--stack", envvar="TOCSIN_STACK", help="The CloudFormation stack that names the table.")
]
DEFAULT_STACK = "tocsin"


def credentials_in(table: str | None, stack: str) -> AbstractContextManager[Credentials]:
    """The tokens in the table; see `infra.cli.aws`."""
    # Imported late: boto3 takes longer to import than everything else, and most commands do without.
    from infra.cli.aws import open_credentials

    return open_credentials(table, stack)
