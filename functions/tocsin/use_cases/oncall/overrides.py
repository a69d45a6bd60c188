"""Overrides of a schedule: made, and taken back; both are kept."""

from __future__ import annotations

from dataclasses import replace

from tocsin.domain.oncall.override import KeptOverride, ScheduleOverride, TakenBack
from tocsin.domain.oncall.stored_schedule import StoredSchedule
from tocsin.domain.values.faults import Conflict, Fault, Invalid, NotFound
from tocsin.domain.values.instants import format_instant
from tocsin.ports.clock import Clock
from tocsin.ports.oncall import Schedules, Teams
from tocsin.use_cases.oncall.put_schedule import BUSY, no_such_schedule, teams_on_call_by
from tocsin.use_cases.tickets.retrying import retrying

MOST_AHEAD = 500
"""Of one schedule, that are not over yet."""


def make_override(
    helpdesk_id: str, schedule_id: str, wanted: ScheduleOverride, *, schedules: Schedules, teams: Teams, clock: Clock
) -> KeptOverride:
    """The override as it is kept, with its id.

    Raises NotFound without such a schedule, Invalid when whoever is to stand in is nobody or in none of its teams,
    Conflict when somebody stands in already for some of the time.
    """

    def make() -> KeptOverride:
        stored = _stored(helpdesk_id, schedule_id, schedules)
        _check_member(helpdesk_id, schedule_id, wanted.member_id, teams)
        _check_time_is_free(stored, wanted)
        now = clock.now()
        if sum(each.ends_at > now and not each.taken_back for each in stored.timetable.overrides) >= MOST_AHEAD:
            raise Conflict(f"The schedule has {MOST_AHEAD} overrides ahead; take some back first.")
        made = KeptOverride(
            override_id=f"o{stored.revision + 1}",
            member_id=wanted.member_id,
            starts_at=wanted.starts_at,
            ends_at=wanted.ends_at,
            reason=wanted.reason,
            by=wanted.by,
            made_at=now,
        )
        schedules.keep(helpdesk_id, stored, made)
        return made

    return retrying(make, clock=clock, refusal=BUSY)


def take_back_override(
    helpdesk_id: str, schedule_id: str, override_id: str, by: str | None, *, schedules: Schedules, clock: Clock
) -> KeptOverride:
    """The override as it was taken back; one that was before stays as it is. NotFound when there is no such thing."""

    def take_back() -> KeptOverride:
        stored = _stored(helpdesk_id, schedule_id, schedules)
        found = next((each for each in stored.timetable.overrides if each.override_id == override_id), None)
        if found is None:
            raise NotFound(f"The schedule {schedule_id!r} has no override {override_id!r}.")
        if found.taken_back:
            return found
        taken_back = replace(found, taken_back=TakenBack(clock.now(), by))
        schedules.keep(helpdesk_id, stored, taken_back)
        return taken_back

    return retrying(take_back, clock=clock, refusal=BUSY)


def _stored(helpdesk_id: str, schedule_id: str, schedules: Schedules) -> StoredSchedule:
    stored = schedules.get(helpdesk_id, schedule_id)
    if stored is None:
        raise no_such_schedule(schedule_id)
    return stored


def _check_member(helpdesk_id: str, schedule_id: str, member_id: str, teams: Teams) -> None:
    """Somebody of each team that is on call by the schedule; of any team as long as none is."""
    everywhere = teams.all(helpdesk_id)
    memberships = {
        team_id for team_id, team in everywhere.items() if member_id in {each.member_id for each in team.members}
    }
    if not memberships:
        raise Invalid([Fault("member_id", f"there is nobody {member_id!r}: put a team with this member first")])
    for team_id in teams_on_call_by(schedule_id, everywhere).keys() - memberships:
        why = f"{member_id!r} is no member of the team {team_id!r}, which is on call by this schedule"
        raise Invalid([Fault("member_id", why)])


def _check_time_is_free(stored: StoredSchedule, wanted: ScheduleOverride) -> None:
    for each in stored.timetable.overrides:
        if not each.taken_back and each.starts_at < wanted.ends_at and wanted.starts_at < each.ends_at:
            span = f"from {format_instant(each.starts_at)} to {format_instant(each.ends_at)}"
            raise Conflict(
                f"It overlaps the override {each.override_id!r}, by which {each.member_id!r} stands in {span}; "
                "take that one back first, or choose another time."
            )
