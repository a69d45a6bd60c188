"""The subscriptions of a team and its members: who can be reached, and repairing what was lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.domain.notices.subscription import Subscription, reached
from tocsin.domain.notices.topics import member_topic, team_topic
from tocsin.domain.oncall.members import Member
from tocsin.domain.oncall.team import Team
from tocsin.domain.values.channels import Endpoint, PersonalChannel, Way, endpoints
from tocsin.domain.values.faults import NotFound
from tocsin.domain.values.reaching import Undelivered
from tocsin.domain.values.target import Target, TargetKind
from tocsin.ports.clock import Clock
from tocsin.ports.notices import Notifier
from tocsin.ports.oncall import Teams
from tocsin.use_cases.notices.watch import LOOK_EVERY, Watched, watch

NOTHING_BEFORE: Mapping[str, Team] = {}

LOOK_SOON = timedelta(minutes=5)
"""While something delivers nothing: whoever has confirmed a subscription is not passed over for an hour more."""


@dataclass(frozen=True, slots=True)
class WatchedTopic:
    """A topic with the channels that it is to have; `member_id` is None for that of the team itself."""

    member_id: str | None
    topic: str
    channels: set[Endpoint]
    way: Way = Way.AT_ONCE


@dataclass(frozen=True, slots=True)
class TeamSubscriptions:
    """What the topics of a team have, by member (None is the team's own), and who on call cannot be reached."""

    by_member: Mapping[str | None, list[Subscription]]
    unreachable: list[str]
    team_reached: bool


def topics_of(
    helpdesk_id: str,
    team_id: str,
    teams: Mapping[str, Team],
    members: Iterable[Member],
    before: Mapping[str, Team] = NOTHING_BEFORE,
) -> Iterator[WatchedTopic]:
    """The team's topic, and those of each of the members with their channels in all teams; a person is no team.

    A member has a topic for every way in which they are told; `before` are the teams in which they had others.
    """
    if Target(team_id).kind is TargetKind.TEAM:
        yield WatchedTopic(None, team_topic(helpdesk_id, team_id), endpoints(teams[team_id].channels))
    for member_id in sorted({member.member_id for member in members}):
        channels, earlier = _channels_of(member_id, teams), _channels_of(member_id, before)
        for way in sorted({Way.AT_ONCE, *(each.way for each in channels), *(each.way for each in earlier)}):
            own = endpoints(each for each in channels if each.way == way)
            yield WatchedTopic(member_id, member_topic(helpdesk_id, member_id, way), own, way)


def _channels_of(member_id: str, teams: Mapping[str, Team]) -> list[PersonalChannel]:
    anywhere = [each for team in teams.values() for each in team.members if each.member_id == member_id]
    return [channel for each in anywhere for channel in each.channels]


def _by_member(
    topics: Iterable[WatchedTopic], look: Callable[[str, set[Endpoint]], list[Subscription]]
) -> dict[str | None, list[Subscription]]:
    """What a look at each topic finds, by whose it is; None is the team's own."""
    found: dict[str | None, list[Subscription]] = {}
    for each in topics:
        found.setdefault(each.member_id, []).extend(look(each.topic, each.channels))
    return found


def read_subscriptions(
    helpdesk_id: str, team_id: str, *, teams: Teams, notifier: Notifier, clock: Clock
) -> TeamSubscriptions:
    """What the team's topics have; nothing changes. NotFound when there is no such team."""
    known = teams.all(helpdesk_id)
    if team_id not in known:
        raise NotFound(f"There is no team {team_id!r}.")
    watched = topics_of(helpdesk_id, team_id, known, known[team_id].members)
    found = _by_member(watched, notifier.subscriptions)
    return _summed_up(known[team_id], found, clock.now())


def watch_subscriptions(*, teams: Teams, notifier: Notifier, clock: Clock, until: datetime) -> Watched:
    """Look at every team whose turn it is, until time is up; subscribe again what was lost.

    An address that is subscribed again confirms again. What waits for its confirmation is not asked a second time.
    What delivers nothing then is kept with the team, so that a tier in which nobody is reached is not waited for.
    """

    def look(helpdesk_id: str, team_id: str) -> list[str]:
        known = teams.all(helpdesk_id)
        if team_id not in known:
            return []  # It was deleted a moment ago, and the index still lists it.
        topics = list(topics_of(helpdesk_id, team_id, known, known[team_id].members))
        found = _by_member(topics, notifier.subscribe)
        undelivered = _undelivered(topics, found)
        again_in = LOOK_EVERY if undelivered == Undelivered() else LOOK_SOON
        teams.looked_at(helpdesk_id, team_id, undelivered, clock.now() + again_in)
        # Somebody who is on call by some team is looked at with that one.
        of_person = Target(team_id).kind is TargetKind.MEMBER
        return [] if of_person else _summed_up(known[team_id], found, clock.now()).unreachable

    return watch(teams, look, clock=clock, until=until)


def _undelivered(topics: Iterable[WatchedTopic], found: Mapping[str | None, list[Subscription]]) -> Undelivered:
    """Of those who have channels; what is pending delivers nothing either, as long as nobody confirms it."""
    nothing = {each.member_id for each in topics if each.channels and not reached(found[each.member_id])}
    return Undelivered(None in nothing, frozenset(member_id for member_id in nothing if member_id))


def _summed_up(team: Team, found: Mapping[str | None, list[Subscription]], now: datetime) -> TeamSubscriptions:
    """Who has channels and none that works cannot be reached; who has none is reached with the team, or not at all."""
    team_reached = reached(found[None])
    has_channels = {member.member_id for member in team.members if member.channels}
    unreachable = [
        member_id
        for member_id in team.on_call_at(now)
        if not reached(found[member_id]) and (member_id in has_channels or not team_reached)
    ]
    return TeamSubscriptions(found, unreachable, team_reached)
