"""All commands, put together."""

from __future__ import annotations

import typer

from infra.cli import calendars, contracts, helpdesks, members, schedule_import, schedules, teams, tickets, tokens
from infra.cli.failure import GroupThatExplainsFailures

application = typer.Typer(
    cls=GroupThatExplainsFailures,
    help="Operate Tocsin: helpdesks and their tokens, members, teams, schedules, contracts, calendars, tickets.",
    epilog="Exit codes: 0 done, 1 refused or failed, 2 wrong usage.",
    no_args_is_help=True,
    add_completion=False,
    # Plain text can be searched and piped, and a trace with its local variables would show the token.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
application.add_typer(helpdesks.commands, name="helpdesk")
application.add_typer(tokens.commands, name="token")
application.add_typer(members.commands, name="member")
application.add_typer(teams.commands, name="team")
schedules.commands.command("import")(schedule_import.import_calendar)
application.add_typer(schedules.commands, name="schedule")
application.add_typer(contracts.commands, name="contract")
application.add_typer(calendars.commands, name="calendar")
application.add_typer(tickets.commands, name="ticket")
