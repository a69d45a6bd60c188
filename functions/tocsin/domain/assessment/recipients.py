"""Notices to those whom a rule names: the customer, members, targets, whoever is in charge."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from tocsin.domain.assessment.roster import Roster, is_in, team_of
from tocsin.domain.escalation.steps import Acknowledgement
from tocsin.domain.notices.notice import (
    About,
    AboutAlert,
    AboutDeadline,
    AboutExpectedBreach,
    AboutTicket,
    Audience,
    Notice,
    NoticeKind,
)
from tocsin.domain.tickets.events import Event, TierAlerted
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.channels import Way
from tocsin.domain.values.target import Target, TargetKind

CUSTOMER = "customer"


class Recipients:
    """Of a ticket after its events; whoever is on call is so now."""

    def __init__(self, ticket: Ticket, roster: Roster, now: datetime) -> None:
        self.ticket, self.contract, self.roster, self.now = ticket, ticket.contract, roster, now
        self.told = [*ticket.told.values()]
        """The ledger: everything that anybody was told, in order."""

    def _in_its_team(self, taken: Acknowledgement) -> bool:
        """Whether whoever took it is somebody whom the teams know."""
        return is_in(taken.by, team_of(taken, self.ticket, self.roster), self.roster)

    def _to_customer(
        self,
        kind: NoticeKind,
        event: Event,
        about: About = AboutTicket(),  # noqa: B008 - it has no fields
        name: str | None = None,
        tier: int | None = None,
    ) -> Notice:
        return self._notice(kind, Audience.CUSTOMER, CUSTOMER, event, about, name, tier)

    def _to_members(
        self,
        kind: NoticeKind,
        members: Iterable[str],
        event: Event,
        about: About,
        name: str | None = None,
        tier: int | None = None,
        of: Iterable[Target] = (),
    ) -> Iterator[Notice]:
        """`of` are the targets that they are in: what is important goes to those channels too that are for it alone."""
        for member_id in members:
            notice = self._notice(kind, Audience.MEMBER, member_id, event, about, name, tier)
            yield notice
            if kind.is_important and self._has_channels_for(member_id, of, Way.IMPORTANT):
                yield in_way(notice, Way.IMPORTANT)

    def _has_channels_for(self, member_id: str, targets: Iterable[Target], way: Way) -> bool:
        teams = filter(None, map(self.roster, targets))
        members = (each for team in teams for each in team.members if each.member_id == member_id)
        return any(channel.way == way for each in members for channel in each.channels)

    def _to_teams(
        self,
        kind: NoticeKind,
        whom: Iterable[Target],
        event: Event,
        about: About,
        name: str | None = None,
        tier: int | None = None,
    ) -> Iterator[Notice]:
        """To the topics of those targets that are teams."""
        for target in whom:
            if target.kind is TargetKind.TEAM:
                yield self._notice(kind, Audience.TEAM, target, event, about, name, tier)

    def _to_target_and_on_call(
        self, kind: NoticeKind, target: Target, event: Event, about: About, name: str | None = None
    ) -> Iterator[Notice]:
        """To the topic of a team, and to whoever of the target is on call now."""
        team = self.roster(target)
        yield from self._to_teams(kind, [target], event, about, name)
        yield from self._to_members(kind, team.on_call_at(self.now) if team else (), event, about, name, of=[target])

    def _to_those_in_charge(
        self, kind: NoticeKind, event: Event, about: About, name: str | None = None
    ) -> Iterator[Notice]:
        """To the tier that has the ticket: its team, and who acknowledged, else who is on call."""
        taken = self.ticket.chain.acknowledged
        if taken and self._in_its_team(taken):
            yield from self._to_teams(kind, [team_of(taken, self.ticket, self.roster)], event, about, name)
            yield self._notice(kind, Audience.MEMBER, taken.by, event, about, name)
        else:
            for target in self.ticket.policy.tier(self.ticket.chain.turn or 1).whom:
                yield from self._to_target_and_on_call(kind, target, event, about, name)

    def _notice(
        self,
        kind: NoticeKind,
        audience: Audience,
        recipient: str,
        event: Event,
        about: About,
        name: str | None = None,
        tier: int | None = None,
    ) -> Notice:
        """`name` says what it is about where that is neither an obligation nor the event alone."""
        parts = [*self.ticket.key, kind, name or _subject(about, event), audience, recipient]
        return Notice(
            notice_id=hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32],
            kind=kind,
            audience=audience,
            recipient=recipient,
            because=event.sequence,
            tier=tier or self.ticket.chain.tier,
            about=about,
        )


def about_alert(event: TierAlerted) -> AboutAlert:
    """What an alert of a tier is about."""
    return AboutAlert(event.attempt, event.reason, event.unanswered, event.because, event.passed_over or None)


def in_way(notice: Notice, way: Way) -> Notice:
    """The same notice for other channels of the same person, under an id of its own."""
    name = hashlib.sha256(f"{notice.notice_id}\x1f{way}".encode()).hexdigest()[:32]
    return replace(notice, notice_id=name, way=way)


def _subject(about: About, event: Event) -> str:
    if isinstance(about, AboutExpectedBreach):
        return "\x1f".join([about.obligation_id, "expected", str(about.due_at)])
    if isinstance(about, AboutDeadline):
        return "\x1f".join([about.obligation_id, about.threshold or "", str(about.due_at or "")])
    return str(event.sequence)
