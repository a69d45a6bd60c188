"""A ticket's life the slow and obvious way: facts one after the other, and time counted minute by minute.

Shares no code and no idea with the fold, the obligations, the promises, the rulebook and the assessment of
`tocsin.domain`; of a preset it reads only the names of its facts. A contract is the document as it was put. Instants
are whole minutes after `ORIGIN`; what happens at a minute happens before that minute counts. Knows documents of this
form: rows of targets by priority or by selectors on texts, tags and the number of users; targets such as `4h`, `90m`
and `3bd`; calendars with whole-minute windows that end by midnight.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache, cached_property, lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from tests.unit.story import OPENED_AT as ORIGIN
from tocsin.domain.contracts.metrics import PRESETS, REVIEW, TIER_ACKNOWLEDGEMENT, TIER_RESOLUTION, Metric

HORIZON = 40 * 1440
"""No life and no deadline that is looked at comes near it."""

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WAITS_FOR = {"customer": {"pended", "waiting_for_customer"}, "vendor": {"pended", "waiting_for_vendor"}}
FINAL = ("closed", "merged", "deleted")
ATTRIBUTES = ("category", "tags", "impact", "urgency", "affected_users", "subject")


class Days(int):
    """A number of business days, where a plain int is minutes of open time."""


@dataclass(frozen=True, eq=False)
class Hours:
    """The open minutes, and of each date on which there are any the end of the last one."""

    open: frozenset[int]
    closings: Sequence[tuple[date, int]]
    date_of: Callable[[int], date]


@cache
def hours_of(zone: str, windows: tuple[tuple[str, tuple[str, ...]], ...]) -> Hours:
    """Look at every minute there is."""
    here = ZoneInfo(zone)
    wanted: dict[int, list[tuple[int, int]]] = {number: [] for number in range(7)}
    for key, texts in windows:
        for number in _weekdays(key):
            wanted[number] += [_window(text) for text in texts]
    opened: set[int] = set()
    last_open: dict[date, int] = {}
    for minute in range(HORIZON):
        local = (ORIGIN + timedelta(minutes=minute)).astimezone(here)
        clock = local.hour * 60 + local.minute
        if any(opens <= clock < closes for opens, closes in wanted[local.weekday()]):
            opened.add(minute)
            last_open[local.date()] = minute
    closings = sorted((day, minute + 1) for day, minute in last_open.items())
    return Hours(frozenset(opened), closings, lambda at: (ORIGIN + timedelta(minutes=at)).astimezone(here).date())


def _weekdays(key: str) -> range:
    if key == "daily":
        return range(7)
    first, _, last = key.partition("-")
    return range(WEEK.index(first), WEEK.index(last or first) + 1)


def _window(text: str) -> tuple[int, int]:
    opens, closes = (int(part[:2]) * 60 + int(part[3:]) for part in text.split("-"))
    return opens, closes


def length(text: str) -> int | Days:
    """`3bd`, `4h` or `90m`."""
    if text.endswith("bd"):
        return Days(text.removesuffix("bd"))
    return int(text[:-1]) * (60 if text.endswith("h") else 1)


@dataclass(frozen=True)
class Promised:
    """What a contract promises for a metric at some moment."""

    target: int | Days
    hours: Hours


@dataclass(frozen=True)
class Rules:
    """What starts, stops, pauses … a metric: names of facts."""

    name: str
    start: frozenset[str]
    stop: frozenset[str]
    pause: frozenset[str]
    resume: frozenset[str]
    cancel: frozenset[str]
    reset: frozenset[str]
    repeats: bool
    continues_on_reopen: bool
    of_tiers: bool

    @staticmethod
    def of(metric: Metric) -> Rules:
        return Rules(**{name: getattr(metric, name) for name in Rules.__dataclass_fields__})


class Document:
    """A version of the contract, read as a person would."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.retarget: Mapping[str, str] = {
            "priority": "retroactive",
            "attributes": "retroactive",
            "contract": "forward",
            "calendar": "forward",
            **document.get("retarget", {}),
        }
        self.counts_as_response: Sequence[str] = document.get("counts_as_response", ["public_reply", "resolution"])
        self.taken_by: Sequence[str] = document.get("taken_by", ["acknowledgement", "answer", "assignment"])
        self.tiers: Sequence[Mapping[str, Any]] = document["escalation"]["tiers"]
        self.review: Mapping[str, Any] | None = document.get("review")

    @cached_property
    def metrics(self) -> dict[str, Rules]:
        """Everything that some row promises, the tiers, and the review."""
        names = {name for _, row in self.rows() for name in row if name not in ("calendar", "warn_at", "when")}
        found = {name: self.metric(name) for name in names}
        found[TIER_ACKNOWLEDGEMENT.name] = Rules.of(TIER_ACKNOWLEDGEMENT)
        if any("resolve_within" in tier for tier in self.tiers):
            found[TIER_RESOLUTION.name] = Rules.of(TIER_RESOLUTION)
        if self.review:
            found[REVIEW.name] = Rules.of(REVIEW)
        return found

    def metric(self, name: str) -> Rules:
        given = self.document.get("metrics", {}).get(name, {})
        preset = PRESETS.get(given.get("like", name)) or Metric(name, name, frozenset(), frozenset())
        values = {field: getattr(preset, field) for field in Rules.__dataclass_fields__}
        values |= {field: frozenset(value) if isinstance(value, list) else value for field, value in given.items()}
        return Rules(**{**{field: values[field] for field in Rules.__dataclass_fields__}, "name": name})

    def rows(self) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
        """Each row with its conditions, in the order in which they are tried."""
        targets = self.document["targets"]
        if isinstance(targets, list):
            return [(row.get("when", {}), row) for row in targets]
        named = [({"priority": name}, row) for name, row in targets.items() if name != "default"]
        return named + [({}, row) for name, row in targets.items() if name == "default"]

    def row(self, priority: str, attributes: Mapping[str, Any]) -> Mapping[str, Any]:
        fields = {**attributes, "priority": priority}
        return next(row for when, row in self.rows() if all(_holds(fields, *each) for each in when.items()))

    def looks_at(self, attributes: Iterable[str]) -> bool:
        """Whether a row or the matrix of priorities depends on any of these."""
        asked = {name.removesuffix("_at_least") for when, _ in self.rows() for name in when}
        asked |= {"impact", "urgency"} if "priority_matrix" in self.document else set()
        return not asked.isdisjoint(attributes)

    def priority_by_matrix(self, attributes: Mapping[str, Any]) -> str | None:
        matrix: dict[str, dict[str, str]] = self.document.get("priority_matrix", {})
        return matrix.get(attributes.get("impact", ""), {}).get(attributes.get("urgency", ""))

    def hours(self, name: str | None) -> Hours:
        terms = self.document.get("calendars", {}).get(name) if name else self.document.get("calendar")
        if name == "always" or terms is None:
            return hours_of("UTC", (("daily", ("00:00-24:00",)),))
        return hours_of(terms["timezone"], tuple((key, tuple(texts)) for key, texts in terms["weekly"].items()))

    def tier(self, number: int) -> Mapping[str, Any]:
        return self.tiers[min(max(number, 1), len(self.tiers)) - 1]

    def promised(self, metric: str, row: Mapping[str, Any], tier: int) -> Promised | None:
        if metric == REVIEW.name:
            return Promised(length(self.review["due_within"]), self.hours(None)) if self.review else None
        if metric in (TIER_ACKNOWLEDGEMENT.name, TIER_RESOLUTION.name):
            theirs = self.tier(tier)
            text = theirs.get("acknowledge_within" if metric == TIER_ACKNOWLEDGEMENT.name else "resolve_within")
            return Promised(length(text), self.hours(theirs.get("calendar", row.get("calendar")))) if text else None
        return Promised(length(row[metric]), self.hours(row.get("calendar"))) if metric in row else None

    def continues(self, resolved_for: int) -> bool:
        reopen: Any = self.document.get("reopen", "resume")
        if isinstance(reopen, str):
            return reopen == "resume"
        if "within" in reopen:
            return resolved_for <= int(length(reopen["within"]))
        return bool(reopen["mode"] == "resume")

    def reopens_on_reply(self) -> bool:
        reopen: Any = self.document.get("reopen", "resume")
        return not isinstance(reopen, str) and reopen.get("on_customer_reply", False)


def _holds(fields: Mapping[str, Any], name: str, wanted: Any) -> bool:
    if name == "affected_users_at_least":
        return bool(fields.get("affected_users", 0) >= wanted)
    values = [wanted] if isinstance(wanted, str) else wanted
    if name == "tags":
        return any(tag in values for tag in fields.get("tags", ()))
    return fields.get(name) in values


Courses = tuple[tuple[int, Hours | None], ...]
"""In whose hours the minutes count from which minute on; None: in nobody's."""
Waits = tuple[tuple[int, int | None], ...]


@lru_cache(maxsize=20_000, typed=True)
def due_of(target: int | Days, countdowns: Courses, waits: Waits) -> int | None:
    """The first minute at which as much is used up as the target is, at the earliest when it became that."""
    used, changed = 0, countdowns[-1][0]
    for minute, counts in _minutes(target, countdowns, waits, HORIZON):
        if minute >= changed and used >= target:
            return minute
        if minute >= max(changed, _still_waits_since(waits)):
            return None
        used += counts
    return None


@lru_cache(maxsize=20_000, typed=True)
def used_of(target: int | Days, countdowns: Courses, waits: Waits, until: int) -> int:
    """How much is used up when that minute begins, in the unit of the target."""
    return sum(counts for _, counts in _minutes(target, countdowns, waits, until))


def _minutes(target: int | Days, countdowns: Courses, waits: Waits, until: int) -> Iterator[tuple[int, bool]]:
    """Every minute from the start on, and whether it counts; of a business day it is the last one, once a date."""
    start = countdowns[0][0]
    last_day = date.min
    still = _still_waits_since(waits)
    waited = {minute for begins, ends in waits if ends is not None for minute in range(begins, ends)}
    for (begins, hours), (ends, _) in pairwise([*countdowns, (until, None)]):
        last_minutes: dict[int, date] = {}
        counting: Container[int] = ()
        if hours and isinstance(target, Days):
            over = max(last_day, hours.date_of(start))
            counting = last_minutes = {closing - 1: day for day, closing in hours.closings if day > over}
        elif hours:
            counting = hours.open
        for minute in range(begins, min(ends, until)):
            counts = minute in counting and minute not in waited and minute < still
            if counts:
                last_day = last_minutes.get(minute, last_day)
            yield minute, counts


def _still_waits_since(waits: Waits) -> int:
    return min((begins for begins, ends in waits if ends is None), default=HORIZON)


@dataclass(frozen=True, eq=False)
class Plan:
    """A target and how its minutes count."""

    target: int | Days
    countdowns: Courses
    missed: int | None = None
    """What was due and missed before it, with nothing left since."""

    @property
    def promised(self) -> Promised | None:
        hours = self.countdowns[-1][1]
        return Promised(self.target, hours) if hours else None

    def due(self, waits: Sequence[tuple[int, int | None]]) -> int | None:
        return due_of(self.target, self.countdowns, tuple(waits)) if self.missed is None else self.missed

    def used(self, until: int, waits: Sequence[tuple[int, int | None]]) -> int:
        return used_of(self.target, self.countdowns, tuple(waits), until)


@dataclass(eq=False)
class Cycle:
    """One measurement of a metric, from its start to its end."""

    metric: str
    of_tiers: bool
    number: int
    began: int
    promised: Promised | None
    plans: list[Plan] = field(default_factory=list)
    left: Plan | None = None
    by_hand: int | None = None
    not_before: int | None = None
    """When it was reopened after it had been met in time."""
    waits: list[tuple[int, int | None]] = field(default_factory=list)
    causes: list[int] = field(default_factory=list)
    """The facts for which it waited; after a reopening what had met it before, 0 for nothing."""
    ended: int | None = None
    met_by: int | None = None
    revision: int = 0
    """The fact that gave it its present deadline; 0 for the one that began it."""
    broken: dict[int, int] = field(default_factory=dict)
    """Deadlines that it had missed when others took their place, with the revisions that they were."""

    @property
    def running(self) -> bool:
        return self.ended is None

    @property
    def waiting(self) -> bool:
        return bool(self.waits) and self.waits[-1][1] is None

    @property
    def owed(self) -> bool:
        return bool(self.plans) or self.by_hand is not None

    def ruling(self) -> Plan | None:
        """The plan that is due first."""
        dues = [(due, n) for n, plan in enumerate(self.plans) if (due := plan.due(self.waits)) is not None]
        if dues:
            return self.plans[min(dues)[1]]
        return self.plans[0] if self.plans else None

    def due(self) -> int | None:
        plan = self.ruling()
        due = self.by_hand if self.by_hand is not None else plan.due(self.waits) if plan else None
        return due if due is None or self.not_before is None else max(due, self.not_before)

    def used(self, until: int) -> int | None:
        plan = self.ruling()
        return plan.used(until, self.waits) if plan else None

    def warned_at(self, percent: int, left: int) -> list[int] | None:
        """When that share of the target is used up, and when so much of it is left; None: not in whole minutes."""
        plan, due = self.ruling(), self.due()
        if self.by_hand is not None or plan is None or isinstance(plan.target, Days) or plan.target * percent % 100:
            return None
        amounts = [plan.target * percent // 100, plan.target - left]
        reached = [due_of(amount, plan.countdowns, tuple(self.waits)) for amount in amounts if amount > 0]
        # What is reached at the same minute is warned about once.
        return list({at for at in reached if at is not None and (due is None or at < due)})

    def waited_by(self, now: int) -> int:
        return sum(max(0, (now if ends is None else ends) - begins) for begins, ends in self.waits)

    def late(self) -> bool:
        """Met at the very minute it was due is in time; not met by then is not."""
        due = self.due()
        if self.ended is None or due is None:
            return False
        return self.ended > due or (self.met_by is None and self.ended == due)

    def state(self, now: int) -> str:
        if self.ended is not None:
            if self.met_by is None:
                return "breached" if self.late() else "cancelled"
            return "met_late" if self.late() else "met"
        due = self.due()
        if due is not None and now >= due:
            return "breached"
        if self.waiting:
            return "paused"
        plan = self.ruling()
        hours = plan.countdowns[-1][1] if plan else None
        return "running" if hours is None or now in hours.open else "out_of_hours"

    def breaches(self, now: int) -> list[int]:
        """Every deadline that it broke by `now`: those that another took the place of, and the last."""
        due = self.due()
        if due is None or (due > now if self.running else not self.late()):
            return [*self.broken]
        return [*self.broken, due]


@dataclass(frozen=True)
class Fact:
    """Something that happened, or that a tier was alerted, as the log has it."""

    number: int
    type: str
    at: int
    actor: str
    who: str
    details: Mapping[str, Any]


class SlowTicket:
    """What a ticket has come to, by the facts in the order in which they occurred."""

    def __init__(self, versions: Mapping[int, Mapping[str, Any]], facts: Sequence[Fact]) -> None:
        self.versions = {number: Document(document) for number, document in versions.items()}
        opened = facts[0]
        self.version: int = opened.details["contract_version"]
        self.stated: str | None = opened.details.get("priority")
        self.attributes = _attributes(opened.details)
        self.opened_at = opened.at
        self.status = "open"
        self.waiting_for: str | None = None
        self.responded = False
        self.wrote_while_resolved = False
        self.wrote_and_waits: int | None = None
        self.resolved_at: int | None = None
        self.tier = 0
        self.holder: str | None = None
        self.sleeps_until: int | None = None
        self.holders_tier = 0
        self.held_since = 0
        self.current: dict[str, Cycle] = {}
        self.cycles: list[Cycle] = []
        for fact in sorted(facts, key=lambda fact: (fact.at, fact.number)):
            getattr(self, f"_{fact.type}", lambda _: None)(fact)

    @property
    def terms(self) -> Document:
        return self.versions[self.version]

    @property
    def priority(self) -> str:
        return self.stated or self.terms.priority_by_matrix(self.attributes) or "none"

    @property
    def over(self) -> bool:
        return self.status == "resolved" or self.status in FINAL

    def breaches(self, now: int) -> Counter[tuple[str, int, int]]:
        """Of what is promised to the customer: metric, the number of the fact that began it, and when it was due."""
        return Counter(
            (cycle.metric, cycle.number, due)
            for cycle in self.cycles
            if not cycle.of_tiers
            for due in cycle.breaches(now)
        )

    def settled(self) -> bool:
        return self.over and not self._running()

    def concluded(self) -> bool:
        """Whether nothing is left to run but a review."""
        return self.over and self._running() <= {REVIEW.name}

    def _running(self) -> set[str]:
        promised = (cycle for cycle in self.current.values() if cycle.owed and not cycle.of_tiers)
        return {cycle.metric for cycle in promised if cycle.running}

    def verdicts(self, now: int) -> Counter[tuple[str, int, str, int | None, int | None]]:
        found: Counter[tuple[str, int, str, int | None, int | None]] = Counter()
        for cycle in self.cycles:
            found.update((cycle.metric, cycle.number, "breached", due, None) for due in cycle.broken)
            if cycle.owed and not cycle.running:
                found[cycle.metric, cycle.number, cycle.state(now), cycle.due(), cycle.met_by] += 1
        return found

    def measured(self) -> dict[str, Rules]:
        """By this version's definitions, and what only other versions promise by theirs."""
        everybodys = {name: rules for document in self.versions.values() for name, rules in document.metrics.items()}
        return everybodys | self.terms.metrics

    def _promised(self, metric: str) -> Promised | None:
        return self.terms.promised(metric, self.terms.row(self.priority, self.attributes), self.turn)

    @property
    def turn(self) -> int:
        """The tier that has it."""
        return self.holders_tier if self.holder else self.tier

    # What facts do to a metric.

    def _happens(self, fact: Fact, *names: str) -> None:
        happened = set(names)
        for rules in self.measured().values():
            cycle = self.current.get(rules.name)
            if cycle is not None and cycle.running:
                self._ends(fact, rules, cycle, happened)
            cycle = self.current.get(rules.name)
            if cycle is not None and cycle.running and happened & rules.resume:
                _count_again(cycle, fact.at)
            if cycle is not None and cycle.running and happened & rules.pause:
                _wait(cycle, fact)
            if happened & rules.start and (cycle is None or not cycle.running):
                self._begin(fact, rules)

    def _ends(self, fact: Fact, rules: Rules, cycle: Cycle, happened: set[str]) -> None:
        """Stopping comes before cancelling, cancelling before resetting."""
        if happened & rules.stop:
            if rules.repeats and cycle.number == fact.number:
                return  # What begins a cycle does not end it, too.
            _end(cycle, fact.at, met_by=fact.number)
            if rules.repeats and not happened & rules.cancel:
                self._begin(fact, rules)
        elif happened & rules.cancel:
            _end(cycle, fact.at, met_by=None)
        elif happened & rules.reset:
            _end(cycle, fact.at, met_by=None)
            self._begin(fact, rules)

    def _begin(self, fact: Fact, rules: Rules) -> None:
        promised = self._promised(rules.name)
        cycle = Cycle(rules.name, rules.of_tiers, fact.number, fact.at, promised)
        if promised:
            cycle.plans.append(Plan(promised.target, ((fact.at, promised.hours),)))
        if self.waiting_for and rules.pause & WAITS_FOR[self.waiting_for]:
            _wait(cycle, fact)
        self.current[rules.name] = cycle
        self.cycles.append(cycle)

    # What changes the targets.

    def _look_again(self, fact: Fact, mode: str, for_hours_alone: str) -> None:
        for cycle in self.current.values():
            if cycle.running:
                promised = self._promised(cycle.metric)
                same_target = promised and cycle.promised and promised.target == cycle.promised.target
                self._promise_anew(cycle, promised, for_hours_alone if same_target else mode, fact)

    def _promise_anew(self, cycle: Cycle, promised: Promised | None, mode: str, fact: Fact) -> None:
        due, before = cycle.due(), cycle.ruling()
        if promised == cycle.promised:
            return
        cycle.promised = promised
        cycle.plans = self._plans(cycle, before, promised, mode, fact.at)
        if before and not cycle.plans:
            cycle.left = _followed(before, before.target, (fact.at, None), cycle.waits)
        if cycle.ruling() is not before:
            _give_up(cycle, due, fact)

    def _plans(self, cycle: Cycle, before: Plan | None, promised: Promised | None, mode: str, at: int) -> list[Plan]:
        retroactive = [Plan(promised.target, ((cycle.began, promised.hours),))] if promised else []
        if mode == "best_for_customer":
            return [*cycle.plans, *retroactive]
        if mode == "retroactive" or promised is None:
            return retroactive
        counted = before or cycle.left
        if counted is None:
            return [Plan(promised.target, ((at, promised.hours),))]
        if isinstance(counted.target, Days) != isinstance(promised.target, Days):
            return retroactive
        return [_followed(counted, promised.target, (at, promised.hours), cycle.waits)]

    # The facts.

    def _opened(self, fact: Fact) -> None:
        self._happens(fact, "opened")
        self._if_any(fact, self._response(fact, "agent_opening"))

    def _if_any(self, fact: Fact, names: list[str]) -> None:
        if names:
            self._happens(fact, *names)

    def _response(self, fact: Fact, done: str) -> list[str]:
        """The facts of an answer, where `done` is what it is when a person does it."""
        if self.status in FINAL or fact.details.get("notice_id"):
            return []
        kind = {"agent": done, "bot": "bot_reply" if done in ("public_reply", "resolution") else None}.get(fact.actor)
        names = [kind] if kind in ("public_reply", "bot_reply", "internal_note") else []
        if kind in self.terms.counts_as_response:
            self.responded, self.wrote_and_waits = True, None
            names.append("response")
        return [name for name in names if name]

    def _agent_replied(self, fact: Fact) -> None:
        names = self._response(fact, "public_reply" if fact.details.get("public", True) else "internal_note")
        if fact.details.get("public", True) and not fact.details.get("notice_id"):
            if fact.actor == "agent":
                self.sleeps_until = None
            self._take(fact, "answer", fact.who)
        then = fact.details.get("then")
        if then == "resolved":
            self._resolve(fact, names)
            return
        self._if_any(fact, names)
        if then == "pended":
            self._pended(fact)

    def _agent_noted(self, fact: Fact) -> None:
        self._if_any(fact, self._response(fact, "internal_note"))

    def _customer_replied(self, fact: Fact) -> None:
        if self.wrote_and_waits is None:
            self.wrote_and_waits = fact.at
        if self.over:
            self.wrote_while_resolved = self.status == "resolved"
            if self.wrote_while_resolved and self.terms.reopens_on_reply():
                self._reopened(fact)
            return
        if self.waiting_for == "customer":
            self._resumed(fact)
        self._happens(fact, "customer_replied", *(["customer_followed_up"] if self.responded else []))

    def _customer_notified(self, fact: Fact) -> None:
        self._happens(fact, "customer_notified")

    def _pended(self, fact: Fact) -> None:
        whom = fact.details.get("waiting_for", "customer")
        if self.over or self.waiting_for == whom:
            return
        if self.waiting_for:
            self._resumed(fact)
        self.status, self.waiting_for = "pending", whom
        self._happens(fact, *WAITS_FOR[whom])

    def _resumed(self, fact: Fact) -> None:
        if self.waiting_for:
            self.status, self.waiting_for = "open", None
            self._happens(fact, "resumed")

    def _priority_changed(self, fact: Fact) -> None:
        self.stated = fact.details["priority"]
        mode = self.terms.retarget["priority"]
        self._look_again(fact, mode, mode)
        if not self.over:
            self._happens(fact, "priority_changed")

    def _attributes_changed(self, fact: Fact) -> None:
        changed = _attributes(fact.details)
        self.attributes |= changed
        if self.terms.looks_at(changed):
            self._look_again(fact, self.terms.retarget["attributes"], self.terms.retarget["calendar"])
        if not self.over:
            self._happens(fact, "attributes_changed")

    def _contract_changed(self, fact: Fact) -> None:
        self.version = fact.details["contract_version"]
        chosen = fact.details.get("mode")
        self._look_again(fact, chosen or self.terms.retarget["contract"], chosen or self.terms.retarget["calendar"])

    def _due_date_set(self, fact: Fact) -> None:
        cycle = self.current.get(fact.details["metric"])
        if cycle is None or not cycle.running:
            return
        wanted = fact.details.get("due_at")
        by_hand = minute_of(datetime.fromisoformat(wanted)) if wanted else None
        due = cycle.due()
        cycle.by_hand = by_hand
        _give_up(cycle, due, fact)

    def _acknowledged(self, fact: Fact) -> None:
        if not self.over and fact.actor != "customer":
            self._take(fact, "acknowledgement", fact.who)
            self._happens(fact, "acknowledged", *self._response(fact, "acknowledgement"))

    def _assigned(self, fact: Fact) -> None:
        self._take(fact, "assignment", fact.details["to"]["id"])

    def _unacknowledged(self, fact: Fact) -> None:
        if not self.over and fact.actor != "customer":
            self.holder = self.sleeps_until = None

    def _declined(self, fact: Fact) -> None:
        if not self.over and fact.actor == "agent" and self.holder == fact.who:
            self.holder = self.sleeps_until = None

    def _snoozed(self, fact: Fact) -> None:
        if not self._may_take(fact, "acknowledgement"):
            return
        self._take(fact, "acknowledgement", fact.who)
        if self.holder == fact.who:
            self.sleeps_until = minute_of(datetime.fromisoformat(fact.details["until"]))

    def _may_take(self, fact: Fact, how: str) -> bool:
        allowed = {"agent"} | ({"bot"} if "bot" in self.terms.taken_by else set())
        return not self.over and how in self.terms.taken_by and fact.actor in allowed

    def _take(self, fact: Fact, how: str, who: str) -> None:
        """Whoever comes later has it; a report that names nobody takes it from nobody."""
        if not self._may_take(fact, how):
            return
        who = who or "helpdesk"
        if self.holder and who == "helpdesk":
            return
        self.sleeps_until = None
        if self.holder == who:
            return
        self.holder, self.holders_tier = who, fact.details.get("tier") or self.tier or 1
        self.held_since = fact.at
        self._happens(fact, "taken_in_turn" if self.holders_tier == self.tier else "taken_out_of_turn")

    def _escalated(self, fact: Fact) -> None:
        if not self.over:
            self.holder = self.sleeps_until = None
            self._happens(fact, "escalated")

    def _tier_alerted(self, fact: Fact) -> None:
        self.tier = fact.details["tier"]
        if fact.details["reason"] == "not_resolved" or (fact.details["reason"] == "unanswered" and self._left(fact)):
            self.holder = self.sleeps_until = None
        slept = self.sleeps_until is not None and self.sleeps_until <= fact.at
        if fact.details["reason"] == "snooze_over" and slept:
            self.holder = self.sleeps_until = None
        if fact.details["attempt"] > 1 or self.over or self.holder:
            return
        if fact.details["reason"] != "snooze_over" or fact.details["tier"] != fact.details.get("from_tier"):
            self._happens(fact, "tier_alerted")
        elif not self.current["tier_acknowledgement"].running:
            self._begin(fact, self.measured()["tier_acknowledgement"])

    def _left(self, fact: Fact) -> bool:
        """Whether a customer who wrote waited past the time for an answer, all the while with the same person."""
        if self.wrote_and_waits is None or self.wrote_and_waits > fact.at or self.waiting_for:
            return False
        answers = [self.current.get(name) for name in ("first_response", "next_response")]
        dues = [due for each in answers if each and each.running and (due := each.due()) is not None]
        return bool(dues) and self.held_since < min(dues) <= fact.at

    def _resolved(self, fact: Fact) -> None:
        self._resolve(fact, [])

    def _resolve(self, fact: Fact, answered: list[str]) -> None:
        if self.over:
            self._if_any(fact, answered)
            return
        waited = ["resumed"] if self.waiting_for else []
        self._happens(fact, "resolved", *waited, *answered, *self._response(fact, "resolution"))
        self.status, self.waiting_for, self.resolved_at = "resolved", None, fact.at
        if self.terms.review and self.tier >= self.terms.review.get("from_tier", 2):
            self._happens(fact, "review_owed")

    def _reopened(self, fact: Fact) -> None:
        if self.status != "resolved" or self.resolved_at is None:
            return
        goes_on, resolved_at = self.terms.continues(fact.at - self.resolved_at), self.resolved_at
        self.status, self.resolved_at = "open", None
        measured = self.measured()
        for cycle in [each for each in self.current.values() if measured[each.metric].continues_on_reopen]:
            if cycle.ended is not None and goes_on:
                if not cycle.late():
                    cycle.not_before = fact.at
                cycle.waits.append((cycle.ended, fact.at))
                cycle.causes.append(cycle.met_by or 0)
                cycle.ended = cycle.met_by = None
                self._promise_anew(cycle, self._promised(cycle.metric), self.terms.retarget["priority"], fact)
            elif cycle.ended is not None:
                self._begin(fact, measured[cycle.metric])
        for cycle in self.current.values():
            rules = measured[cycle.metric]
            given_up = cycle.ended == resolved_at and cycle.met_by is None and "resolved" in rules.cancel
            if given_up and not rules.of_tiers and "reopened" not in rules.start and not rules.continues_on_reopen:
                if not cycle.late():
                    cycle.not_before = fact.at
                cycle.waits.append((resolved_at, fact.at))
                cycle.causes.append(0)
                cycle.ended = cycle.met_by = None
                self._promise_anew(cycle, self._promised(cycle.metric), self.terms.retarget["priority"], fact)
        followed_up = self.wrote_while_resolved and self.responded
        self.wrote_while_resolved = False
        self._happens(fact, "reopened", *(["customer_followed_up"] if followed_up else []))
        self.holder = self.sleeps_until = None

    def _closed(self, fact: Fact) -> None:
        if self.status in FINAL:
            return
        self._happens(fact, "closed", *(["resumed"] if self.waiting_for else []))
        if self.resolved_at is None:
            self.resolved_at = fact.at
        self.status, self.waiting_for = "closed", None

    def _merged(self, fact: Fact) -> None:
        self._ends_for_good(fact)

    def _deleted(self, fact: Fact) -> None:
        self._ends_for_good(fact)

    def _ends_for_good(self, fact: Fact) -> None:
        if self.status in FINAL:
            return
        for cycle in self.current.values():
            if cycle.running:
                _end(cycle, fact.at, met_by=None)
        if self.resolved_at is None:
            self.resolved_at = fact.at
        self.status, self.waiting_for = fact.type, None

    def _review_filed(self, fact: Fact) -> None:
        self._happens(fact, "review_filed")


def _followed(
    before: Plan, target: int | Days, countdown: tuple[int, Hours | None], waits: Sequence[tuple[int, int | None]]
) -> Plan:
    """From then on another target, and what was used stays used: too late for both, it stays due when it was."""
    due, used = before.due(waits), before.used(countdown[0], waits)
    missed = due if due is not None and due <= countdown[0] and used >= target else None
    return Plan(target, (*before.countdowns, countdown), missed)


def _wait(cycle: Cycle, fact: Fact) -> None:
    if not cycle.waiting:
        cycle.waits.append((fact.at, None))
        cycle.causes.append(fact.number)


def _count_again(cycle: Cycle, at: int) -> None:
    if cycle.waiting:
        cycle.waits[-1] = (cycle.waits[-1][0], at)


def _end(cycle: Cycle, at: int, met_by: int | None) -> None:
    _count_again(cycle, at)
    cycle.ended, cycle.met_by = at, met_by


def _give_up(cycle: Cycle, before: int | None, change: Fact) -> None:
    """If another deadline took the place of that one and it had been missed, it stays so; each is missed once."""
    due = cycle.due()
    if due is not None and due == before:
        return
    if before is not None and before <= change.at and cycle.not_before != change.at:
        cycle.broken[before] = cycle.revision
    cycle.revision = change.number if due is None else cycle.broken.pop(due, change.number)


def _attributes(details: Mapping[str, Any]) -> dict[str, Any]:
    return {name: details[name] for name in ATTRIBUTES if name in details}


def minute_of(at: datetime) -> int:
    """Whole minutes after `ORIGIN`; what is no whole minute is none of ours."""
    minutes, rest = divmod(at - ORIGIN, timedelta(minutes=1))
    assert not rest, f"{at} is not a whole minute"
    return minutes
