"""The world in memory: one fake a port, as small as the port allows. The adapters pass the same tests."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

from tocsin.domain.access.credential import Credential
from tocsin.domain.assessment.acknowledgement import Claims
from tocsin.domain.assessment.roster import Roster
from tocsin.domain.contracts.reminders import Reminder, SentReminder
from tocsin.domain.contracts.version import ContractVersion
from tocsin.domain.notices.mailbox import MOST_ABOUT_ONE_TICKET, WINDOW, Entry, Waiting
from tocsin.domain.notices.message import Message
from tocsin.domain.notices.notice import Notice, Receipt
from tocsin.domain.notices.subscription import State, Subscription
from tocsin.domain.oncall.duty import Duty
from tocsin.domain.oncall.override import KeptOverride
from tocsin.domain.oncall.pages import Pages, counted
from tocsin.domain.oncall.people import team_of_member, team_of_schedule
from tocsin.domain.oncall.schedule import Schedule
from tocsin.domain.oncall.shift_notices import ShiftNotice, ToldOnCall
from tocsin.domain.oncall.stored_schedule import StoredSchedule
from tocsin.domain.oncall.team import Team
from tocsin.domain.oncall.timetable import Timetable
from tocsin.domain.reports.outcome import Outcome
from tocsin.domain.tickets.events import AnyEvent, Opened
from tocsin.domain.tickets.paging import pages_of
from tocsin.domain.tickets.records import Head, ListedTicket, Parked, Request
from tocsin.domain.tickets.texts import Texts
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.channels import Endpoint
from tocsin.domain.values.faults import RequestRepeated, SequenceConflict
from tocsin.domain.values.identifiers import TicketKey
from tocsin.domain.values.reaching import Undelivered
from tocsin.domain.values.references import KnownNames
from tocsin.domain.values.target import Target, TargetKind

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 1, 1, tzinfo=UTC)


class FakeClock:
    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, **duration: float) -> None:
        self.at += timedelta(**duration)

    def pause(self, at_most: timedelta) -> None:
        self.at += at_most


class FakeTicketLog:
    """`interruptions` happen one before each append, as if somebody else were quicker."""

    def __init__(self) -> None:
        self.heads: dict[TicketKey, Head] = {}
        self.logs: dict[TicketKey, list[AnyEvent]] = {}
        self.requests: dict[tuple[str, str], Request] = {}
        self.parked: dict[TicketKey, Parked] = {}
        self.said: dict[tuple[TicketKey, int], Texts] = {}
        self.settled: dict[TicketKey, Outcome] = {}
        self.interruptions: list[Callable[[], object]] = []
        self.reads = 0

    def events(self, key: TicketKey) -> list[AnyEvent]:
        self.reads += 1
        return list(self.logs.get(key, []))

    def page_of_events(self, key: TicketKey, after: int, limit: int) -> tuple[list[AnyEvent], bool]:
        rest = self.logs.get(key, [])[after:]
        return rest[:limit], len(rest) > limit

    def head(self, key: TicketKey) -> tuple[Head, Parked | None] | None:
        return (self.heads[key], self.parked.get(key)) if key in self.heads else None

    def append(
        self,
        head: Head,
        events: Sequence[AnyEvent],
        request: Request | None = None,
        outcome: Outcome | None = None,
        uncounted: datetime | None = None,
        texts: Mapping[int, Texts] = MappingProxyType({}),
    ) -> None:
        if self.interruptions:
            (interruption, *waiting), self.interruptions = self.interruptions, []
            interruption()
            self.interruptions = waiting
        if request and (request.helpdesk_id, request.idempotency_key) in self.requests:
            raise RequestRepeated
        if len(self.logs.get(head.key, [])) != events[0].sequence - 1:
            raise SequenceConflict
        self.heads[head.key] = head
        self.logs.setdefault(head.key, []).extend(events)
        self.requests |= {(request.helpdesk_id, request.idempotency_key): request} if request else {}
        self.said |= {(head.key, sequence): each for sequence, each in texts.items()}
        self.settled |= {head.key: outcome} if outcome else {}
        if uncounted:
            self.settled.pop(head.key, None)

    def texts(self, key: TicketKey, sequences: Collection[int]) -> Mapping[int, Texts]:
        return {sequence: self.said[key, sequence] for sequence in sequences if (key, sequence) in self.said}

    def request(self, helpdesk_id: str, idempotency_key: str) -> Request | None:
        return self.requests.get((helpdesk_id, idempotency_key))

    def listed(
        self, helpdesk_id: str, status: str, contract_id: str | None, limit: int, cursor: str | None
    ) -> tuple[list[ListedTicket], str | None]:
        heads = [h for h in self.heads.values() if (h.key.helpdesk_id, h.status) == (helpdesk_id, status)]
        heads.sort(key=lambda head: (head.next_due_at or LATEST, head.key))
        owner, start = json.loads(cursor) if cursor else (helpdesk_id, 0)
        if owner != helpdesk_id:
            raise ValueError("a cursor of another list")
        following = json.dumps([helpdesk_id, start + limit]) if len(heads) > start + limit else None
        page = heads[start : start + limit]
        return [_as_listed(head) for head in page if contract_id in (None, head.contract_id)], following

    def occurrences(self, helpdesk_id: str, root: str) -> list[datetime]:
        opened = [log[0] for key, log in self.logs.items() if key.helpdesk_id == helpdesk_id]
        same = [
            each for each in opened if isinstance(each, Opened) and each.recurrence and each.recurrence.root == root
        ]
        return sorted(each.occurred_at for each in same)[-100:]

    def outcomes(self, helpdesk_id: str, contract_id: str, start: datetime, end: datetime) -> Iterator[Outcome]:
        mine = (each for key, each in self.settled.items() if key.helpdesk_id == helpdesk_id)
        return (each for each in mine if each.contract_id == contract_id and start <= each.resolved_at < end)

    def overdue(self, before: datetime) -> Iterator[TicketKey]:
        return iter([key for key, head in self.heads.items() if head.acts_at and head.acts_at < before])


def _as_listed(head: Head) -> ListedTicket:
    return ListedTicket(**{field.name: getattr(head, field.name) for field in fields(ListedTicket)})


class FakeContracts:
    def __init__(self) -> None:
        self.versions: dict[tuple[str, str], list[ContractVersion]] = {}
        self.look_at: dict[tuple[str, str], datetime] = {}
        self.customers_look_at: dict[tuple[str, str], datetime] = {}

    def to_look_at(self, now: datetime) -> Iterator[tuple[str, str]]:
        return iter([key for key, at in self.customers_look_at.items() if at <= now])

    def look_again(self, helpdesk_id: str, contract_id: str, at: datetime) -> None:
        self.customers_look_at[helpdesk_id, contract_id] = at

    def get(self, helpdesk_id: str, contract_id: str, version: int | None = None) -> ContractVersion | None:
        versions = self.versions.get((helpdesk_id, contract_id), [])
        return next((v for v in reversed(versions) if version in (None, v.version)), None)

    def put(self, helpdesk_id: str, version: ContractVersion) -> None:
        versions = self.versions.setdefault((helpdesk_id, version.contract.contract_id), [])
        if version.version != len(versions) + 1:
            raise SequenceConflict
        versions.append(version)
        self.look_at.pop((helpdesk_id, version.contract.contract_id), None)
        if version.contract.reminders:
            self.look_at[helpdesk_id, version.contract.contract_id] = version.put_at

    def listed(self, helpdesk_id: str, limit: int, cursor: str | None) -> tuple[list[ContractVersion], str | None]:
        after = json.loads(cursor) if cursor else ""
        ids = sorted(c for h, c in self.versions if h == helpdesk_id and c > after)
        versions = [self.versions[helpdesk_id, contract_id][-1] for contract_id in ids[:limit]]
        return versions, json.dumps(ids[limit - 1]) if len(ids) > limit else None


class FakeReminders:
    """Knows when to look from the contracts, as the one table does."""

    def __init__(self, contracts: FakeContracts) -> None:
        self._contracts = contracts
        self.kept: dict[tuple[str, str], dict[Reminder, SentReminder]] = {}

    def due(self, now: datetime) -> Iterator[tuple[str, str]]:
        return iter([key for key, at in self._contracts.look_at.items() if at <= now])

    def sent(self, helpdesk_id: str, contract_id: str) -> list[SentReminder]:
        kept = self.kept.get((helpdesk_id, contract_id), {})
        return [kept[reminder] for reminder in sorted(kept)]

    def record(self, helpdesk_id: str, contract_id: str, sent: SentReminder) -> None:
        self.kept.setdefault((helpdesk_id, contract_id), {})[sent.reminder] = sent

    def look_again(self, helpdesk_id: str, contract_id: str, version: int, at: datetime | None) -> None:
        newest = self._contracts.get(helpdesk_id, contract_id)
        if newest is not None and newest.version == version:
            self._contracts.look_at.pop((helpdesk_id, contract_id), None)
            self._contracts.look_at |= {(helpdesk_id, contract_id): at} if at else {}


class FakeReminderMessages:
    def render(self, helpdesk_id: str, version: ContractVersion, reminder: Reminder, now: datetime) -> Message:
        attributes = {"notice_id": reminder.notice_id(helpdesk_id, version.contract.contract_id)}
        assert version.contract.reminders is not None
        return Message(version.contract.reminders.team, f"{reminder.kind} {reminder.on}", "mail", "sms", {}, attributes)


class FakeSchedules:
    """`interruptions` happen one before each write, as if somebody else were quicker."""

    def __init__(self) -> None:
        self.schedules: dict[tuple[str, str], StoredSchedule] = {}
        self.told: dict[tuple[str, str], ToldOnCall] = {}
        self.interruptions: list[Callable[[], object]] = []

    def get(self, helpdesk_id: str, schedule_id: str) -> StoredSchedule | None:
        return self.schedules.get((helpdesk_id, schedule_id))

    def all(self, helpdesk_id: str) -> Mapping[str, StoredSchedule]:
        return {s: stored for (h, s), stored in self.schedules.items() if h == helpdesk_id}

    def listed(self, helpdesk_id: str, limit: int, cursor: str | None) -> tuple[list[StoredSchedule], str | None]:
        after = json.loads(cursor) if cursor else ""
        rest = [stored for schedule_id, stored in sorted(self.all(helpdesk_id).items()) if schedule_id > after]
        return rest[:limit], json.dumps(rest[limit - 1].schedule_id) if len(rest) > limit else None

    def put(self, helpdesk_id: str, schedule_id: str, schedule: Schedule, before: int) -> None:
        stored = self._as_read(helpdesk_id, schedule_id, before)
        overrides = stored.timetable.overrides if stored else ()
        self._store(helpdesk_id, schedule_id, before, Timetable(schedule, overrides))
        if not schedule.hand_over_notice:
            self.told.pop((helpdesk_id, schedule_id), None)

    def delete(self, helpdesk_id: str, stored: StoredSchedule) -> None:
        self.schedules.pop((helpdesk_id, stored.schedule_id), None)
        self.told.pop((helpdesk_id, stored.schedule_id), None)

    def keep(self, helpdesk_id: str, stored: StoredSchedule, override: KeptOverride) -> None:
        now = self._as_read(helpdesk_id, stored.schedule_id, stored.revision)
        others = [each for each in now.timetable.overrides if each.override_id != override.override_id] if now else []
        overrides = tuple(sorted([*others, override], key=lambda each: (each.starts_at, each.made_at)))
        timetable = Timetable(stored.timetable.schedule, overrides)
        self._store(helpdesk_id, stored.schedule_id, stored.revision, timetable)

    def _as_read(self, helpdesk_id: str, schedule_id: str, before: int) -> StoredSchedule | None:
        if self.interruptions:
            (interruption, *waiting), self.interruptions = self.interruptions, []
            interruption()
            self.interruptions = waiting
        stored = self.get(helpdesk_id, schedule_id)
        if (stored.revision if stored else 0) != before:
            raise SequenceConflict
        return stored

    def _store(self, helpdesk_id: str, schedule_id: str, before: int, timetable: Timetable) -> None:
        self.schedules[helpdesk_id, schedule_id] = StoredSchedule(schedule_id, before + 1, timetable)


class FakeShiftNotices:
    """Knows when to look from the schedules, as the one table does."""

    def __init__(self, schedules: FakeSchedules) -> None:
        self._schedules = schedules
        self.look_at: dict[tuple[str, str], tuple[int, datetime]] = {}

    def due(self, now: datetime) -> Iterator[tuple[str, str]]:
        return iter([key for key, stored in self._asking().items() if self.next_look(key, stored.revision) <= now])

    def told(self, helpdesk_id: str, schedule_id: str) -> ToldOnCall | None:
        return self._schedules.told.get((helpdesk_id, schedule_id))

    def record(self, helpdesk_id: str, schedule_id: str, told: ToldOnCall) -> None:
        if (key := (helpdesk_id, schedule_id)) in self._asking():
            self._schedules.told[key] = told

    def look_again(self, helpdesk_id: str, schedule_id: str, revision: int, at: datetime) -> None:
        self.look_at[helpdesk_id, schedule_id] = revision, at

    def next_look(self, key: tuple[str, str], revision: int) -> datetime:
        looked_at, again_at = self.look_at.get(key, (0, EARLIEST))
        return again_at if looked_at == revision else EARLIEST

    def _asking(self) -> dict[tuple[str, str], StoredSchedule]:
        stored = self._schedules.schedules
        return {key: each for key, each in stored.items() if each.timetable.schedule.hand_over_notice}


class FakeShiftMessages:
    def render(
        self,
        helpdesk_id: str,
        stored: StoredSchedule,
        notice: ShiftNotice,
        notice_id: str,
        duty: Duty,
        before: Collection[str],
        names: Mapping[str, str],
    ) -> Message:
        return Message(notice.member_id, notice.kind, "mail", "sms", {}, {"notice_id": notice_id})


class FakePageLog:
    def __init__(self, log: FakeTicketLog) -> None:
        self.log = log

    def between(self, helpdesk_id: str, start: datetime, end: datetime) -> Iterator[Pages]:
        mine = {key: events for key, events in self.log.logs.items() if key.helpdesk_id == helpdesk_id}
        found = [each for key, events in mine.items() for each in pages_of(key, events) if start <= each.at < end]
        return iter(sorted(found, key=lambda each: (each.at, each.ticket_id, each.sequence)))


class FakeTeams:
    def __init__(
        self,
        teams: Mapping[tuple[str, str], Team] | None = None,
        schedules: FakeSchedules | None = None,
        log: FakeTicketLog | None = None,
    ) -> None:
        self.teams, self.pages = dict(teams or {}), FakePageLog(log or FakeTicketLog())
        self.schedules = schedules or FakeSchedules()
        self.look_at = dict[tuple[str, str], datetime]()
        self.turns = dict[tuple[str, str], dict[str, datetime]]()

    def took_ticket(self, helpdesk_id: str, team_id: str, member_id: str, at: datetime) -> None:
        took = self.turns.setdefault((helpdesk_id, team_id), {})
        took[member_id] = max(at, took.get(member_id, at))

    def pages_since(self, helpdesk_id: str, start: datetime) -> Mapping[str, int]:
        return counted(self.pages.between(helpdesk_id, start, LATEST))

    def get(self, helpdesk_id: str, team_id: str) -> Team | None:
        return self.all(helpdesk_id).get(team_id)

    def whom(self, helpdesk_id: str, target: Target) -> Team | None:
        teams, stored = self.all(helpdesk_id), self.schedules.get(helpdesk_id, target.name)
        if target.kind is TargetKind.TEAM:
            return teams.get(target.name)
        if target.kind is TargetKind.MEMBER:
            return team_of_member(target.name, teams.values())
        return team_of_schedule(target.name, stored.timetable, teams.values()) if stored else None

    def known(self, helpdesk_id: str) -> KnownNames:
        teams, schedules = self.all(helpdesk_id), self.schedules.all(helpdesk_id).keys()
        of_teams = [team_id for team_id in teams if Target(team_id).kind is TargetKind.TEAM]
        members = {member_id for team in teams.values() for member_id in team.member_ids}
        return {"team": of_teams, "schedule": schedules, "member": members}

    def all(self, helpdesk_id: str) -> Mapping[str, Team]:
        mine = {t: team for (h, t), team in self.teams.items() if h == helpdesk_id}
        people = {Target(t).name: team for t, team in mine.items() if Target(t).kind is TargetKind.MEMBER}
        return {
            t: self._scheduled(helpdesk_id, t, team.with_people(people) if team.named else team)
            for t, team in mine.items()
        }

    def delete(self, helpdesk_id: str, team_id: str) -> None:
        self.teams.pop((helpdesk_id, team_id), None)
        self.look_at.pop((helpdesk_id, team_id), None)

    def _scheduled(self, helpdesk_id: str, team_id: str, team: Team) -> Team:
        team = team.taking_turns(self.turns.get((helpdesk_id, team_id), {}))
        stored = self.schedules.get(helpdesk_id, team.schedule_id or "")
        return team.scheduled_by(stored.timetable if stored else None)

    def put(self, helpdesk_id: str, team_id: str, team: Team) -> bool:
        is_new = (helpdesk_id, team_id) not in self.teams
        self.teams[helpdesk_id, team_id] = team
        self.look_at[helpdesk_id, team_id] = EARLIEST
        return is_new

    def to_look_at(self, now: datetime) -> Iterator[tuple[str, str]]:
        return iter([key for key, at in self.look_at.items() if at <= now])

    def looked_at(self, helpdesk_id: str, team_id: str, undelivered: Undelivered, again_at: datetime) -> None:
        self.teams[helpdesk_id, team_id] = self.teams[helpdesk_id, team_id].looked_at(undelivered)
        self.look_at[helpdesk_id, team_id] = again_at


class FakeCredentials:
    def __init__(self) -> None:
        self.stored: dict[str, Credential] = {}

    def get(self, token_sha256: str) -> Credential | None:
        return self.stored.get(token_sha256)

    def put(self, token_sha256: str, credential: Credential) -> None:
        self.stored[token_sha256] = credential

    def of_helpdesk(self, helpdesk_id: str) -> Mapping[str, Credential]:
        return {digest: each for digest, each in self.stored.items() if each.helpdesk_id == helpdesk_id}


class FakeExecutions:
    def __init__(self) -> None:
        self.started: list[tuple[TicketKey, int]] = []
        self.woken: list[str] = []

    def start(self, key: TicketKey, generation: int) -> None:
        self.started.append((key, generation))

    def wake(self, task_token: str) -> None:
        self.woken.append(task_token)


class FakeNotifier:
    """Refuses messages to the topics in `refuses`, and to make those."""

    def __init__(self) -> None:
        self.published: list[Message] = []
        self.topics: dict[str, set[tuple[str, str]]] = {}
        self.refuses: set[str] = set()
        self.states: dict[Endpoint, State] = {}
        self._numbers = itertools.count(1)

    def publish(self, message: Message) -> str:
        if message.topic in self.refuses:
            raise ConnectionError(message.topic)
        self.published.append(message)
        return f"message-{next(self._numbers)}"

    def subscribe(self, topic: str, channels: Iterable[Endpoint]) -> list[Subscription]:
        if topic in self.refuses:
            raise ConnectionError(topic)
        self.topics[topic] = set(channels)
        return self.subscriptions(topic, channels)

    def subscriptions(self, topic: str, channels: Iterable[Endpoint]) -> list[Subscription]:
        return [
            Subscription(*each, self.states.get(each, "confirmed"), made_by_us=True) for each in sorted(set(channels))
        ]


class FakeMailboxes:
    def __init__(self) -> None:
        self.windows: dict[str, dict[str, Any]] = {}
        self.entries: dict[str, dict[str, Entry]] = {}
        self.sent: dict[tuple[str, str], Receipt] = {}

    def admits(self, topic: str, about: str, now: datetime) -> bool:
        window = self.windows.setdefault(topic, {"free_at": EARLIEST})
        if window["free_at"] <= now:
            window |= {"free_at": now + WINDOW, "closes_at": now + WINDOW, "about": about, "messages": 0}
        if window["free_at"] == LATEST or window["about"] != about or window["messages"] >= MOST_ABOUT_ONE_TICKET:
            return False
        window["messages"] += 1
        return True

    def not_sent(self, topic: str) -> None:
        self.windows[topic]["messages"] -= 1

    def leave(self, topic: str, entry: Entry) -> Waiting:
        self.entries.setdefault(topic, {})[entry.notice_id] = entry
        first = self.windows[topic]["free_at"] != LATEST
        self.shut(topic)
        return Waiting(self.windows[topic]["closes_at"], first)

    def claim(self, topic: str, now: datetime) -> datetime | None:
        window = self.windows.setdefault(topic, {"closes_at": EARLIEST})
        if window["closes_at"] > now:
            return window["closes_at"]  # type: ignore[no-any-return]
        window |= {"free_at": now + WINDOW, "closes_at": now + WINDOW, "messages": MOST_ABOUT_ONE_TICKET}
        return None

    def not_emptied(self, topic: str, now: datetime) -> None:
        self.windows[topic] |= {"closes_at": now, "free_at": LATEST}

    def waiting(self, topic: str) -> list[Entry]:
        return list(self.entries.get(topic, {}).values())

    def carried(self, topic: str, receipts: Iterable[Receipt], now: datetime) -> None:
        for receipt in receipts:
            self.sent[topic, receipt.notice_id] = receipt
            self.entries.get(topic, {}).pop(receipt.notice_id, None)

    def shut(self, topic: str) -> None:
        self.windows[topic]["free_at"] = LATEST

    def receipt(self, topic: str, notice_id: str) -> Receipt | None:
        return self.sent.get((topic, notice_id))


class FakeDigests:
    def render(self, topic: str, entries: Sequence[Entry], now: datetime) -> list[tuple[Message, list[Entry]]]:
        """Three notices to a message."""
        parts = [list(entries[start : start + 3]) for start in range(0, len(entries), 3)]
        return [(Message(topic, "digest", "mail", "sms", {}, {"notice_id": topic}), part) for part in parts]


class FakeMessages:
    def render(self, notice: Notice, ticket: Ticket, texts: Texts, roster: Roster, now: datetime) -> Message:
        return Message(notice.recipient, notice.kind, "mail", "sms", {}, {"notice_id": notice.notice_id})


class FakeLinks:
    def sign(self, claims: Claims) -> str:
        return f"https://tocsin.example/a/{json.dumps(dict(claims))}"

    def read(self, token: str) -> Claims | None:
        text = unquote(token)  # in a path it is percent-encoded
        claims: Claims | None = json.loads(text) if text.startswith("{") else None
        return claims
