"""`tocsin schedule`: put, show, on-call, shifts, fairness; feeds; override, overrides, take-back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
import yaml

from infra.cli.api import Api, Token, Url, path_of
from infra.cli.documents import DocumentFile, by_id
from infra.cli.layout import AsJson, plain, print_json, print_table, utc

commands = typer.Typer(help="Schedules: who is on call when.", no_args_is_help=True)

ScheduleId = Annotated[str, typer.Argument(metavar="SCHEDULE_ID", help="The schedule's id.")]
OneId = Annotated[str | None, typer.Option("--id", help="The schedule's id, when the file holds one without it.")]
At = Annotated[str | None, typer.Option("--at", help="When, such as 2026-03-27T15:50:00Z; now when left out.")]
From = Annotated[str | None, typer.Option("--from", help="Such as 2026-03-27T00:00:00Z; now when left out.")]
Until = Annotated[str | None, typer.Option("--until", help="Two weeks later when left out, at most 366 days.")]
By = Annotated[str | None, typer.Option("--by", help="Who says so, as the helpdesk calls them.")]

MOST_SHOWN = 5
REPORTED = ("schedule_id", "reported_until", "gaps", "double_duty")


@commands.command()
def put(file: DocumentFile, url: Url, token: Token, schedule_id: OneId = None) -> None:
    """Put the schedule in FILE, or all of them where FILE maps ids to schedules; tells gaps and double duty.

    A schedule that is refused does not keep the others back; the exit code is 1 then.
    """
    Api(url, token).put_each("schedules", by_id(file, "schedule", schedule_id), print_amiss)


@commands.command()
def show(schedule_id: ScheduleId, url: Url, token: Token, as_json: AsJson = False) -> None:
    """Show a schedule as it was put, in YAML that can be put again, with its gaps and double duty."""
    stored = Api(url, token).get(path_of("schedules", schedule_id))
    if as_json:
        print_json(stored)
        return
    print_amiss(stored, "# ")
    document = {name: value for name, value in stored.items() if name not in REPORTED}
    print(yaml.safe_dump({"schedule_id": schedule_id, **document}, sort_keys=False, allow_unicode=True), end="")


@commands.command("on-call")
def on_call(schedule_id: ScheduleId, url: Url, token: Token, at: At = None, as_json: AsJson = False) -> None:
    """Show who is on call, until when, and who is next."""
    found = Api(url, token).get(path_of("schedules", schedule_id, "on-call"), **_given(at=at))
    if as_json:
        print_json(found)
        return
    who = plain(", ".join(found["on_call"]) or "nobody")
    until = f"until {utc(found['until'])}" if found["until"] else "for the next year at least"
    print(f"{who} is on call {until}{_by_whom(found)}")
    for each in found["next"]:
        print(f"then {plain(each['member_id'])} from {utc(each['starts_at'])}")


@commands.command()
def shifts(
    schedule_id: ScheduleId,
    url: Url,
    token: Token,
    starts_at: From = None,
    until: Until = None,
    as_json: AsJson = False,
) -> None:
    """List who is on call when, and when nobody is."""
    asked = _given(until=until, **{"from": starts_at})
    found = Api(url, token).get(path_of("schedules", schedule_id, "shifts"), **asked)
    if as_json:
        print_json(found)
        return
    rows = [
        *((each["starts_at"], each["ends_at"], each["member_id"], _source(each)) for each in found["shifts"]),
        *((each["starts_at"], each["ends_at"], "(nobody)", None) for each in found["gaps"]),
    ]
    rows.sort(key=lambda row: str(row[0]))
    print_table(("FROM", "UNTIL", "ON CALL", "BY"), [(utc(start), utc(end), *who) for start, end, *who in rows])


@commands.command()
def fairness(
    schedule_id: ScheduleId,
    url: Url,
    token: Token,
    starts_at: Annotated[str | None, typer.Option("--from", help="90 days before `--until` when left out.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Now when left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show how duty is shared: hours, shifts and pages of each person, also at night and at weekends."""
    found = Api(url, token).get(
        path_of("schedules", schedule_id, "fairness"), **_given(until=until, **{"from": starts_at})
    )
    if as_json:
        print_json(found)
        return
    names = ("hours", "night_hours", "weekend_hours", "shifts", "pages", "night_pages", "weekend_pages", "passed_over")
    rows = [(each["member_id"], *(f"{each[name]:g}" for name in names)) for each in found["shares"]]
    rows.append(("(nobody)", f"{found['hours_of_nobody']:g}", *([""] * (len(names) - 1))))
    paged = ("PAGES", "AT NIGHT", "AT WEEKENDS", "PASSED OVER")
    print_table(("MEMBER", "HOURS", "AT NIGHT", "AT WEEKENDS", "SHIFTS", *paged), rows)


@commands.command()
def feed(
    schedule_id: ScheduleId,
    url: Url,
    token: Token,
    member: Annotated[str | None, typer.Option("--member", help="Whose shifts; everybody's when left out.")] = None,
) -> None:
    """Make a calendar feed and print its address, which is shown once."""
    made = Api(url, token).post(path_of("schedules", schedule_id, "feeds"), _given(member_id=member))
    print(made["url"])


@commands.command()
def feeds(schedule_id: ScheduleId, url: Url, token: Token, as_json: AsJson = False) -> None:
    """List the calendar feeds, without their addresses."""
    found = Api(url, token).get(path_of("schedules", schedule_id, "feeds"))
    if as_json:
        print_json(found)
        return
    rows = (
        (each["feed_id"], each["member_id"] or "(everybody)", utc(each["made_at"]), _revoked(each))
        for each in found["feeds"]
    )
    print_table(("ID", "SHIFTS OF", "MADE", "STATE"), rows)


def _revoked(feed: Mapping[str, Any]) -> str:
    """`feed` as the API answers it."""
    return f"revoked {utc(feed['revoked_at'])}" if feed["revoked_at"] else "valid"


@commands.command("revoke-feed")
def revoke_feed(
    schedule_id: ScheduleId,
    feed_id: Annotated[str, typer.Argument(metavar="FEED_ID", help="As `feeds` shows it.")],
    url: Url,
    token: Token,
) -> None:
    """Let a calendar feed answer nothing any more."""
    Api(url, token).delete(path_of("schedules", schedule_id, "feeds", feed_id))
    print(f"{feed_id} is revoked")


@commands.command()
def override(
    schedule_id: ScheduleId,
    member_id: Annotated[str, typer.Argument(metavar="MEMBER_ID", help="Who stands in.")],
    url: Url,
    token: Token,
    starts_at: Annotated[str, typer.Option("--from", help="Such as 2026-04-04T07:00:00Z.")],
    ends_at: Annotated[str, typer.Option("--until", help="Such as 2026-04-05T07:00:00Z.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; it stands in the list of overrides.")],
    by: By = None,
) -> None:
    """Let MEMBER_ID stand in for whoever would be on call; prints the id by which that can be taken back."""
    given = {"member_id": member_id, "starts_at": starts_at, "ends_at": ends_at, "reason": reason, **_given(by=by)}
    made = Api(url, token).post(path_of("schedules", schedule_id, "overrides"), given)
    print(f"{made['override_id']}: {made['member_id']} from {utc(made['starts_at'])} to {utc(made['ends_at'])}")


@commands.command()
def overrides(schedule_id: ScheduleId, url: Url, token: Token, starts_at: From = None, as_json: AsJson = False) -> None:
    """List the overrides that are not over, or were not at `--from`, those that were taken back included."""
    asked = _given(**{"from": starts_at})
    found = Api(url, token).get(path_of("schedules", schedule_id, "overrides"), **asked)
    if as_json:
        print_json(found)
        return
    print_table(
        ("ID", "FROM", "UNTIL", "STANDS IN", "MADE BY", "TAKEN BACK", "REASON"),
        [
            (
                each["override_id"],
                utc(each["starts_at"]),
                utc(each["ends_at"]),
                each["member_id"],
                each["by"],
                utc(each["taken_back"]["at"]) if each["taken_back"] else None,
                each["reason"],
            )
            for each in found["overrides"]
        ],
    )


@commands.command("take-back")
def take_back(
    schedule_id: ScheduleId,
    override_id: Annotated[str, typer.Argument(metavar="OVERRIDE_ID", help="As `overrides` lists it.")],
    url: Url,
    token: Token,
    by: By = None,
) -> None:
    """Take an override back: it counts for nothing, and stays in the list."""
    path = path_of("schedules", schedule_id, "overrides", override_id)
    taken_back = Api(url, token).delete(path, **_given(by=by))["taken_back"]
    print(f"{override_id} was taken back at {utc(taken_back['at'])}")


def _given(**query: str | None) -> dict[str, str]:
    return {name: value for name, value in query.items() if value is not None}


def _source(shift: Mapping[str, Any]) -> str | None:
    return f"override {shift['override_id']}" if shift["override_id"] else shift["layer"]


def _by_whom(found: Mapping[str, Any]) -> str:
    source = _source(found)
    return f", by {plain(source)}" if source else ""


def print_amiss(stored: Mapping[str, Any], mark: str = "") -> None:
    """When nobody is on call and who is so twice, as the API answers it of a schedule."""
    gaps = [f"nobody is on call from {utc(each['starts_at'])} to {utc(each['ends_at'])}" for each in stored["gaps"]]
    twice = [
        f"{each['member_id']} is on call by {each['schedule_id']} too from {utc(each['starts_at'])} "
        f"to {utc(each['ends_at'])}"
        for each in stored["double_duty"]
    ]
    for lines in (gaps, twice):
        _print_some(lines, mark)


def _print_some(lines: Sequence[str], mark: str) -> None:
    for line in lines[:MOST_SHOWN]:
        print(f"{mark}{plain(line)}")
    if len(lines) > MOST_SHOWN:
        print(f"{mark}and {len(lines) - MOST_SHOWN} times more in the next 90 days; see --json")
