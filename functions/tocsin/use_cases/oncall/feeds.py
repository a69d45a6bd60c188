"""Calendar feeds of a schedule: made, listed, revoked, and read by whoever has the address.

The secret of a feed is a token like those of the API, of which only the SHA-256 is stored, with a scope that lets it do
nothing else.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta

from tocsin.domain.access.credential import Credential
from tocsin.domain.oncall.feed import Feed, FeedContent
from tocsin.domain.values.faults import Conflict, Fault, Invalid, NotFound
from tocsin.domain.values.target import Target, TargetKind
from tocsin.ports.access import Credentials
from tocsin.ports.clock import Clock
from tocsin.ports.oncall import Schedules, Teams
from tocsin.use_cases.access.tokens import token_sha256
from tocsin.use_cases.oncall.put_schedule import no_such_schedule

FEED = "feed"
MOST_FEEDS = 100
"""Of one schedule, that are not revoked."""

BEFORE, AHEAD = timedelta(weeks=2), timedelta(days=90)
MARGIN = timedelta(days=100)
"""Shifts are looked for so much earlier and later, so that their beginning and end are the same from day to day."""


def make_feed(
    helpdesk_id: str,
    schedule_id: str,
    member_id: str | None,
    *,
    schedules: Schedules,
    credentials: Credentials,
    clock: Clock,
) -> tuple[Feed, str]:
    """A new feed with its secret, which is shown once.

    Raises NotFound without such a schedule, Invalid for somebody who is not in it, Conflict when it has too many.
    """
    stored = schedules.get(helpdesk_id, schedule_id)
    if stored is None:
        raise no_such_schedule(schedule_id)
    if member_id is not None and member_id not in stored.timetable.everybody:
        raise Invalid([Fault("member_id", f"{member_id!r} is not in this schedule")])
    if sum(not each.revoked_at for each in list_feeds(helpdesk_id, schedule_id, credentials=credentials)) >= MOST_FEEDS:
        raise Conflict(f"The schedule has {MOST_FEEDS} feeds; revoke some first.")
    secret = secrets.token_urlsafe(32)
    scope = ":".join(filter(None, [FEED, schedule_id, member_id]))
    credential = Credential(helpdesk_id, frozenset({scope}), clock.now())
    digest = token_sha256(secret)
    credentials.put(digest, credential)
    return _feed(digest, credential), secret


def list_feeds(helpdesk_id: str, schedule_id: str, *, credentials: Credentials) -> list[Feed]:
    """The feeds of a schedule in the order in which they were made, those that were revoked included."""
    found = [_feed(digest, each) for digest, each in credentials.of_helpdesk(helpdesk_id).items() if _is_feed(each)]
    return sorted((each for each in found if each.schedule_id == schedule_id), key=lambda feed: feed.made_at)


def revoke_feed(helpdesk_id: str, schedule_id: str, feed_id: str, *, credentials: Credentials, clock: Clock) -> Feed:
    """The feed, whose address answers nothing from now on; to revoke it again changes nothing. NotFound for none."""
    for digest, credential in credentials.of_helpdesk(helpdesk_id).items():
        feed = _feed(digest, credential) if _is_feed(credential) else None
        if feed and (feed.schedule_id, feed.feed_id) == (schedule_id, feed_id):
            if credential.revoked_at is None:
                credential = replace(credential, revoked_at=clock.now())  # noqa: PLW2901 - it is the same one
                credentials.put(digest, credential)
            return _feed(digest, credential)
    raise NotFound(f"The schedule {schedule_id!r} has no feed {feed_id!r}.")


def read_feed(
    secret: str, *, credentials: Credentials, schedules: Schedules, teams: Teams, clock: Clock
) -> FeedContent:
    """What the feed with that secret shows now. NotFound for one that is unknown or revoked, or has no schedule."""
    credential, now = credentials.get(token_sha256(secret)), clock.now()
    if credential is None or not _is_feed(credential) or (credential.revoked_at and credential.revoked_at <= now):
        raise NotFound("There is no such feed, or it was revoked.")
    feed = _feed("", credential)
    stored = schedules.get(credential.helpdesk_id, feed.schedule_id)
    if stored is None:
        raise NotFound("The schedule of this feed was deleted.")
    start, end = now - BEFORE, now + AHEAD
    shifts = [
        each
        for each in stored.timetable.shifts(start - MARGIN, end + MARGIN)
        if each.ends_at > start and each.starts_at < end and feed.member_id in (None, each.member_id)
    ]
    everybody = teams.whom(credential.helpdesk_id, Target.of(TargetKind.SCHEDULE, feed.schedule_id))
    names = {member.member_id: member.name for member in (everybody.members if everybody else ())}
    return FeedContent(feed.schedule_id, stored.timetable.schedule.name, shifts, names, now)


def _is_feed(credential: Credential) -> bool:
    return any(scope.startswith(f"{FEED}:") for scope in credential.scopes)


def _feed(digest: str, credential: Credential) -> Feed:
    [scope] = credential.scopes
    _, schedule_id, *member = scope.split(":")
    return Feed(digest[:12], schedule_id, member[0] if member else None, credential.created_at, credential.revoked_at)
