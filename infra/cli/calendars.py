"""`tocsin calendar`: see what a calendar feed would close."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
import yaml

from infra.cli.api import Answer, Api, Token, Url, path_of
from infra.cli.documents import read_text
from infra.cli.layout import AsJson, print_json, print_table

commands = typer.Typer(help="Calendars: opening hours and holidays.", no_args_is_help=True)

IcsFile = Annotated[Path, typer.Argument(metavar="FILE", help="An iCalendar file (.ics).", show_default=False)]
FirstYear = Annotated[int, typer.Option("--first-year", help="The first year to read it for.")]
LastYear = Annotated[int, typer.Option("--last-year", help="The last one, at most nine years later.")]
IncludeFree = Annotated[
    bool, typer.Option("--include-free", help="Also the days that the calendar marks as free time.")
]


@commands.callback()
def _group() -> None:
    # Without it a group of one command would be that command.
    pass


@commands.command("import")
def import_file(
    file: IcsFile,
    url: Url,
    token: Token,
    first_year: FirstYear,
    last_year: LastYear,
    include_free: IncludeFree = False,
    as_json: AsJson = False,
) -> None:
    """Show every day that the feed in FILE would close, what it leaves out and why, and the YAML for a contract.

    Nothing is stored.
    """
    request = {"ics": read_text(file), "first_year": first_year, "last_year": last_year, "include_free": include_free}
    imported = Api(url, token).post(path_of("calendars", "import"), request)
    if as_json:
        print_json(imported)
    else:
        _print_imported(imported)


def _print_imported(imported: Answer) -> None:
    print_table(
        ("EXCLUDED", "DAY", "BECAUSE OF", "EVENT"),
        [(each["date"], each["weekday"], each["name"], each["event"]) for each in imported["excludes"]],
    )
    print()
    print_table(("LEFT OUT", "WHY"), [(each["name"], each["why"]) for each in imported["left_out"]])
    print("\n# For the calendar of a contract:")
    print(yaml.safe_dump({"holidays": imported["holidays"]}, sort_keys=False, allow_unicode=True), end="")
