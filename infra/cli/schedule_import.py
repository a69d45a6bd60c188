"""`tocsin schedule import`: shifts out of the calendar of another system."""

from __future__ import annotations

from typing import Annotated

import typer

from infra.cli.api import Answer, Api, Token, Url, path_of
from infra.cli.calendar_source import read_calendar, shortened
from infra.cli.clock import clock
from infra.cli.layout import AsJson, plain, print_json, print_table, utc
from infra.cli.schedules import ScheduleId, print_amiss

Source = Annotated[str, typer.Argument(metavar="SOURCE", help="A file, or an https:// or webcal:// address.")]
Match = Annotated[
    list[str] | None,
    typer.Option("--match", help="Who is meant by a title, name or mail address: 'Ana Smith=ana'. As often as needed."),
]


def import_calendar(
    schedule_id: ScheduleId,
    source: Source,
    url: Url,
    token: Token,
    match: Match = None,
    layer: Annotated[str, typer.Option("--layer", help="Which is replaced from now on, or added.")] = "imported",
    name: Annotated[str | None, typer.Option("--name", help="Of a schedule that is made by this.")] = None,
    timezone: Annotated[str | None, typer.Option("--timezone", help="Of a schedule that is made by this.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Store nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import the shifts of the next 366 days out of a calendar such as PagerDuty's or Opsgenie's.

    Run it every day, as the other system's schedule changes: it replaces what it has imported, from now on.
    """
    text = shortened(read_calendar(source), clock().now())
    request = {"ics": text, "layer": layer, "match": dict(map(_pair, match or ())), "dry_run": dry_run}
    given = {key: value for key, value in {"name": name, "timezone": timezone}.items() if value is not None}
    found = Api(url, token).post(path_of("schedules", schedule_id, "import"), {**request, **given})
    if as_json:
        print_json(found)
    else:
        _print_imported(found)


def _pair(text: str) -> tuple[str, str]:
    name, separator, member_id = text.rpartition("=")
    if not separator or not name or not member_id:
        raise typer.BadParameter(f"{text!r} is not written as 'Ana Smith=ana'", param_hint="--match")
    return name.strip(), member_id.strip()


def _print_imported(found: Answer) -> None:
    """`found` as the API answers an import."""
    rows = [(utc(each["starts_at"]), utc(each["ends_at"]), each["member_id"]) for each in found["shifts"]]
    print_table(("FROM", "UNTIL", "ON CALL"), rows)
    for each in found["covered"]:
        when = f"from {utc(each['starts_at'])} to {utc(each['ends_at'])}"
        print(f"{plain(each['member_id'])} is covered by {plain(each['by_member_id'])} {when}: theirs begins later")
    for each in found["left_out"]:
        print(f"left out: {plain(each['title'])} {plain(each['why'])}")
    print_amiss(found)
    print("stored" if found["stored"] else "nothing is stored (--dry-run)")
