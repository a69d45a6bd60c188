"""Put a schedule, and see what is amiss with it in the time to come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from tocsin.domain.oncall.duty import Outlook, outlook
from tocsin.domain.oncall.schedule import Schedule, ShiftLayer
from tocsin.domain.oncall.stored_schedule import StoredSchedule
from tocsin.domain.oncall.team import Team
from tocsin.domain.oncall.timetable import Timetable
from tocsin.domain.values.faults import Fault, Invalid, NotFound
from tocsin.domain.values.validation_errors import faults_of
from tocsin.ports.clock import Clock
from tocsin.ports.oncall import Schedules, Teams
from tocsin.use_cases.tickets.retrying import retrying

FAULTY = "The schedule has faults; nothing was stored."
BUSY = "Too many are changing this schedule at once; send the request again."


def put_schedule(
    helpdesk_id: str, schedule_id: str, document: Mapping[str, Any], *, schedules: Schedules, teams: Teams, clock: Clock
) -> bool:
    """Store a schedule and say whether it is new. Raises Invalid with all faults of the document; its overrides stay.

    Whoever takes turns is a member of some team, and of each team that is on call by this schedule.
    """
    schedule = checked(helpdesk_id, schedule_id, document, teams=teams)

    def store() -> bool:
        current = schedules.get(helpdesk_id, schedule_id)
        schedules.put(helpdesk_id, schedule_id, schedule, current.revision if current else 0)
        return current is None

    return retrying(store, clock=clock, refusal=BUSY)


def checked(helpdesk_id: str, schedule_id: str, document: Mapping[str, Any], *, teams: Teams) -> Schedule:
    """The schedule that a document is. Raises Invalid with all of its faults."""
    all_teams = teams.all(helpdesk_id)
    everybody = {member.member_id for team in all_teams.values() for member in team.members}
    try:
        schedule = Schedule.model_validate(document, context={"known": {"member": everybody}})
    except ValidationError as error:
        raise Invalid(faults_of(error, Schedule), FAULTY) from None
    faults = [*_layers_in_vain(schedule), *_strangers(schedule, teams_on_call_by(schedule_id, all_teams))]
    if faults:
        raise Invalid(faults, FAULTY)
    return schedule


def read_schedule(
    helpdesk_id: str, schedule_id: str, *, schedules: Schedules, clock: Clock
) -> tuple[StoredSchedule, Outlook]:
    """The schedule, and its gaps and double duty in the next 90 days. NotFound when there is none."""
    known = schedules.all(helpdesk_id)
    if schedule_id not in known:
        raise no_such_schedule(schedule_id)
    timetables = {each_id: stored.timetable for each_id, stored in known.items()}
    return known[schedule_id], outlook(schedule_id, timetables, clock.now())


def no_such_schedule(schedule_id: str) -> NotFound:
    """For a schedule that this helpdesk does not have."""
    return NotFound(f"There is no schedule {schedule_id!r}.")


def teams_on_call_by(schedule_id: str, teams: Mapping[str, Team]) -> dict[str, Team]:
    """The teams that name a schedule."""
    return {team_id: team for team_id, team in teams.items() if team.schedule_id == schedule_id}


def _layers_in_vain(schedule: Schedule) -> Iterator[Fault]:
    for number in Timetable(schedule).layers_that_never_apply():
        why = "no window opens between its first and its last day, or later layers cover it at all times"
        yield Fault(f"layers.{number}", f"can never apply: {why}")


def _strangers(schedule: Schedule, teams: Mapping[str, Team]) -> Iterator[Fault]:
    for number, layer in enumerate(schedule.layers):
        place = "shifts.{}.member_id" if isinstance(layer, ShiftLayer) else "participants.{}"
        for member_id in dict.fromkeys(layer.participants):
            for team_id, team in teams.items():
                if not team.has(member_id):
                    why = f"{member_id!r} is no member of the team {team_id!r}, which is on call by this schedule"
                    yield Fault(f"layers.{number}.{place.format(layer.participants.index(member_id))}", why)
