"""The contract in plain language: everything that the document says is in the text, and stays text."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pydantic import BaseModel

from tests.unit.story import DOCUMENT as SMALL
from tests.unit.story import REVIEW, contract
from tocsin.domain.assessment.contract_examples import faults_of_examples
from tocsin.domain.contracts.clauses.metrics import CONDITIONS
from tocsin.domain.contracts.clauses.parties import ContractKind
from tocsin.domain.contracts.clauses.responses import RESPONSES
from tocsin.domain.contracts.clauses.retarget import Mode
from tocsin.domain.contracts.clauses.taking import TAKINGS
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.contracts.metrics import FACTS
from tocsin.domain.contracts.reading import read_contract
from tocsin.domain.contracts.text import as_markdown, sections
from tocsin.domain.values.markdown import TextTable

PUT_AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
ABSENT = object()

DOCUMENT: Mapping[str, Any] = {
    "contract_id": "acme-gold",
    "kind": "customer_sla",
    "customer": {
        "name": "ACME GmbH",
        "jurisdiction": "Germany",
        "registration_number": "HRB 1",
        "segment": "gold",
        "timezone": "Europe/Paris",
        "channels": [
            {"type": "email", "address": "it@acme.example"},
            {"type": "sms", "address": "+4915112345678"},
            {"type": "https", "address": "https://acme.example/tocsin"},
            {"type": "sqs", "address": "arn:aws:sqs:eu-central-1:123456789012:tocsin"},
        ],
    },
    "provider": {"name": "Helpers Ltd"},
    "revision": {
        "author": "Kim Roe",
        "approved_by": "Jo Doe",
        "approved_on": "2025-12-01",
        "in_force_from": "2026-02-01",
        "changes": ["Repair within 4 hours"],
    },
    "contacts": [
        {
            "name": "Kim Roe",
            "party": "provider",
            "role": "service manager",
            "email": "kim@helpers.example",
            "phone": "+49 89 1234567",
        }
    ],
    "channels": {"email": "support@helpers.example", "phone": "+49 89 7654321"},
    "effective_from": "2026-01-01",
    "term": "24 months",
    "notice_days": 30,
    "transition_days": 14,
    "governing_law": "German law",
    "definitions": {"Outage": "nobody can sign in"},
    "signatories": [{"name": "Jo Doe", "party": "ACME GmbH", "signed_on": "2025-12-01"}],
    "calendar": {
        "timezone": "Europe/Berlin",
        "weekly": {"mon-fri": ["09:00-12:00", "13:00-17:00"]},
        "holidays": {
            "country": "DE",
            "subdivision": "BY",
            "dates": {"2026-05-15": "bridge day"},
            "yearly": {"12-27": "between the years"},
        },
        "special_days": {"12-24": {"name": "Christmas Eve", "open": ["09:00-12:00"]}},
    },
    "calendars": {
        "plant": {
            "timezone": {"of": "site", "otherwise": "Europe/Berlin"},
            "weekly": {"sat": ["06:00-14:00"]},
            "holidays": "lyon",
        }
    },
    "holidays": {"lyon": {"country": "FR", "dates": {"2026-12-08": "Fête des Lumières"}}},
    "sites": {"Lyon": "Europe/Paris"},
    "priorities": ["P1", "P2", "P3"],
    "priority_matrix": {"high": {"high": "P1", "low": "P2"}, "low": {"high": "P2"}},
    "metrics": {
        "fix": {
            "like": "resolution",
            "label": "repair",
            "start": ["opened", "acknowledged"],
            "stop": ["resolved"],
            "pause": ["pended"],
            "resume": ["resumed"],
            "cancel": ["closed"],
            "reset": ["escalated"],
            "repeats": False,
            "continues_on_reopen": True,
            "customer_hears_of_breach": True,
        }
    },
    "counts_as_response": ["public_reply"],
    "targets": [
        {
            "when": {
                "priority": "P1",
                "impact": "high",
                "urgency": "high",
                "category": "outage",
                "channel": "phone",
                "segment": "gold",
                "tags": ["login", "sync"],
                "affected_users_at_least": 100,
                "customer_deadline_within": "24h",
            },
            "calendar": "plant",
            "warn_at": ["50%"],
            "first_response": "15m",
            "fix": "4h",
        },
        {"first_response": "1h", "fix": "3bd"},
    ],
    "aggregates": [
        {"metric": "first_response", "statistic": "p90", "target": "10m", "period": "week", "priorities": ["P1", "P2"]},
        {"metric": "fix", "statistic": "attainment", "at_least": "95%", "period": "month"},
    ],
    "warn_at": ["75%", "30m left"],
    "warnings_in": "plant",
    "retarget": {},
    "reopen": {"mode": "grace", "within": "72h"},
    "forecast": {"unacknowledged_with_left": "15m"},
    "escalation": {
        "tiers": [
            {"team": "frontline", "acknowledge_within": "15m", "resolve_within": "2h", "calendar": "plant"},
            {"team": "engineering", "acknowledge_within": "30m"},
        ],
        "hand_off": {"needs": ["history", "error logs"], "when_missing": "refuse"},
        "policies": [
            {
                "name": "major",
                "when": {"category": "outage"},
                "tiers": [
                    {"team": "frontline", "acknowledge_within": "5m", "when": {"tags": "login"}},
                    {"targets": [{"team": "engineering"}, {"schedule": "emea"}], "acknowledge_within": "5m"},
                ],
                "repeat": {"from_tier": 2, "times": 3},
                "when_used_up": {"member": "dora"},
            }
        ],
    },
    "triggers": [
        {"type": "before_deadline", "of": "fix", "at": "90%", "to_tier": 2, "when": {"priority": "P1"}},
        {"type": "breach", "of": "fix", "to_tier": 2},
        {"type": "breach_expected", "of": "fix", "to_tier": 2},
        {"type": "unacknowledged", "after": "30m", "to_tier": 2},
        {"type": "unresolved", "after": "6h", "to_tier": 2},
        {"type": "unanswered", "after": "1h", "to_tier": 2},
        {"type": "interactions", "times": 5, "to_tier": 2},
        {"type": "reopened", "times": 2, "to_tier": 2},
        {"type": "recurrence", "times": 3, "within": "720h", "to_tier": 2},
        {"type": "matches", "when": {"category": "data breach"}, "to": {"team": "management"}},
        {"type": "customer_asks", "to_tier": 2},
    ],
    "backed_by": {"vendor": "acme-cloud", "tier 2": "engineering-ola"},
    "review": {"team": "management", "from_tier": 2, "due_within": "3bd", "remind_within": "2bd", "calendar": "plant"},
    "reminders": {"team": "management", "renewal": ["60 days", "30 days"], "review_every": "6 months"},
    "examples": [{"priority": "P2", "opened": "Fri 2026-03-27 16:50", "first_response": "Mon 2026-03-30 09:50"}],
}
BY_PRIORITY: Mapping[str, Any] = {
    **DOCUMENT,
    "targets": {"P1": {"fix": "4h", "calendar": "plant", "warn_at": ["50%"]}, "default": {"fix": "8h"}},
    "aggregates": [],
}

FIRST_ROW, TIER, OWN, MAJOR = "targets.0", "escalation.tiers.0", "metrics.fix", "escalation.policies.0"
MAJOR_POLICY = {name: part for name, part in DOCUMENT["escalation"]["policies"][0].items() if name != "repeat"}
OWN_OF_TRIGGERS: Mapping[str, Mapping[str, Any]] = {
    "BeforeDeadline": {"of": ABSENT, "at": "30m left"},
    "Breach": {"of": ABSENT},
    "BreachExpected": {"of": ABSENT},
    "Unacknowledged": {"after": "40m"},
    "Unresolved": {"after": "7h"},
    "Unanswered": {"after": "2h"},
    "Interactions": {"times": 6},
    "Reopened": {"times": 3},
    "Recurrence": {"times": 4, "within": "24h"},
    "Matches": {},
    "CustomerAsks": {},
}
OF_TRIGGERS: Mapping[str, Mapping[str, tuple[str, Any]]] = {
    kind: {
        "type": (f"triggers.{number}", {"type": "reopened", "times": 9}),
        "to_tier": (f"triggers.{number}", {**DOCUMENT["triggers"][number], "to_tier": 1, "to": None}),
        "to": (f"triggers.{number}", {**DOCUMENT["triggers"][number], "to_tier": None, "to": {"schedule": "emea"}}),
        "when": (f"triggers.{number}.when", {"category": "question"}),
        **{field: (f"triggers.{number}.{field}", value) for field, value in own.items()},
    }
    for number, (kind, own) in enumerate(OWN_OF_TRIGGERS.items())
}
CHANGES: Mapping[str, tuple[str, Any]] = {
    "Contract.contract_id": ("contract_id", "acme-silver"),
    "Contract.kind": ("kind", "ola"),
    "Contract.customer": ("customer", {"name": "Globex"}),
    "Contract.provider": ("provider", ABSENT),
    "Contract.revision": ("revision", ABSENT),
    "Contract.contacts": ("contacts", []),
    "Contract.channels": ("channels.phone", "+49 89 1111111"),
    "Contract.effective_from": ("effective_from", "2026-02-01"),
    "Contract.term": ("term", "18 months"),
    "Contract.notice_days": ("notice_days", 90),
    "Contract.transition_days": ("transition_days", 0),
    "Contract.governing_law": ("governing_law", "French law"),
    "Contract.definitions": ("definitions.Outage", "nobody can sign in or out"),
    "Contract.signatories": ("signatories", []),
    "Contract.calendar": ("calendar", ABSENT),
    "Contract.calendars": ("calendars.night", {"timezone": "Europe/Berlin"}),
    "Contract.holidays": ("holidays.lyon.dates", {}),
    "Contract.sites": ("sites.Lyon", "Europe/Zurich"),
    "Contract.priorities": ("priorities", ["P1", "P2", "P3", "P4"]),
    "Contract.priority_matrix": ("priority_matrix.low.low", "P3"),
    "Contract.metrics": ("metrics.fix", {"like": "agent_work"}),
    "Contract.counts_as_response": ("counts_as_response", ["public_reply", "bot_reply"]),
    "Contract.taken_by": ("taken_by", ["acknowledgement", "bot"]),
    "Contract.targets": ("targets.1.fix", "8h"),
    "Contract.aggregates": ("aggregates", []),
    "Contract.warn_at": ("warn_at", ["75%", "20m left"]),
    "Contract.warnings_in": ("warnings_in", ABSENT),
    "Contract.retarget": ("retarget", {"priority": "forward"}),
    "Contract.reopen": ("reopen", "new_cycle"),
    "Contract.escalation": ("escalation.tiers.1.team", "management"),
    "EscalationTerms.most_pages_per_night": ("escalation.most_pages_per_night", 3),
    "Contract.triggers": ("triggers", []),
    **{f"{kind}.{field}": change for kind, fields in OF_TRIGGERS.items() for field, change in fields.items()},
    "Contract.forecast": ("forecast", {"unacknowledged_with_left": "10m"}),
    "Contract.backed_by": ("backed_by.vendor", "other-cloud"),
    "Contract.review": ("review", ABSENT),
    "Contract.reminders": ("reminders", ABSENT),
    "Contract.examples": ("examples.0.opened", "Fri 2026-03-27 16:51"),
    "Party.name": ("provider.name", "Globex"),
    "Party.jurisdiction": ("provider.jurisdiction", "France"),
    "Party.registration_number": ("provider.registration_number", "HRB 2"),
    "Party.segment": ("provider.segment", "silver"),
    "Party.timezone": ("provider.timezone", "Europe/Rome"),
    "Customer.name": ("customer.name", "Globex"),
    "Customer.jurisdiction": ("customer.jurisdiction", "France"),
    "Customer.registration_number": ("customer.registration_number", "HRB 2"),
    "Customer.segment": ("customer.segment", "silver"),
    "Customer.timezone": ("customer.timezone", "Europe/Rome"),
    "Customer.channels": ("customer.channels", []),
    "EmailChannel.address": ("customer.channels.0.address", "desk@acme.example"),
    "SmsChannel.address": ("customer.channels.1.address", "+4915112345679"),
    "HttpsChannel.address": ("customer.channels.2.address", "https://acme.example/other"),
    "QueueChannel.address": ("customer.channels.3.address", "arn:aws:sqs:eu-central-1:123456789012:other"),
    "EmailChannel.type": ("customer.channels.0", {"type": "sms", "address": "+4915112345600"}),
    "SmsChannel.type": ("customer.channels.1", {"type": "email", "address": "x@acme.example"}),
    "HttpsChannel.type": ("customer.channels.2", {"type": "sms", "address": "+4915112345600"}),
    "QueueChannel.type": ("customer.channels.3", {"type": "sms", "address": "+4915112345600"}),
    "Signatory.name": ("signatories.0.name", "Jane Doe"),
    "Signatory.party": ("signatories.0.party", "Helpers Ltd"),
    "Signatory.signed_on": ("signatories.0.signed_on", "2025-12-02"),
    "Revision.author": ("revision.author", "Jane Doe"),
    "Revision.approved_by": ("revision.approved_by", "Jane Doe"),
    "Revision.approved_on": ("revision.approved_on", "2025-12-02"),
    "Revision.in_force_from": ("revision.in_force_from", "2026-03-01"),
    "Revision.changes": ("revision.changes.0", "Repair within 5 hours"),
    "Contact.name": ("contacts.0.name", "Jane Doe"),
    "Contact.party": ("contacts.0.party", "customer"),
    "Contact.role": ("contacts.0.role", "incident desk"),
    "Contact.email": ("contacts.0.email", "roe@helpers.example"),
    "Contact.phone": ("contacts.0.phone", ABSENT),
    "CalendarTerms.timezone": ("calendar.timezone", "Europe/Vienna"),
    "CalendarTerms.weekly": ("calendar.weekly", {"mon-thu": ["09:00-12:00", "13:00-17:00"]}),
    "CalendarTerms.holidays": ("calendar.holidays", {}),
    "CalendarTerms.special_days": ("calendar.special_days", {}),
    "ZoneOf.of": ("calendars.plant.timezone.of", "team"),
    "ZoneOf.otherwise": ("calendars.plant.timezone.otherwise", "Europe/Vienna"),
    "HolidayTerms.country": (
        "calendar.holidays",
        {**DOCUMENT["calendar"]["holidays"], "country": "AR", "subdivision": "B"},
    ),
    "HolidayTerms.subdivision": ("calendar.holidays.subdivision", "BE"),
    "HolidayTerms.dates": ("calendar.holidays.dates", {"2026-05-16": "bridge day"}),
    "HolidayTerms.yearly": ("calendar.holidays.yearly", {"12-28": "between the years"}),
    "SpecialDayTerms.name": ("calendar.special_days.12-24.name", "Heiligabend"),
    "SpecialDayTerms.open": ("calendar.special_days.12-24.open", []),
    "MetricTerms.like": (OWN, {"like": "agent_work"}),
    "MetricTerms.label": (f"{OWN}.label", "fix"),
    "MetricTerms.start": (f"{OWN}.start", ["opened"]),
    "MetricTerms.stop": (f"{OWN}.stop", ["customer_notified"]),
    "MetricTerms.pause": (f"{OWN}.pause", ["waiting_for_vendor"]),
    "MetricTerms.resume": (f"{OWN}.resume", ["resumed", "customer_replied"]),
    "MetricTerms.cancel": (f"{OWN}.cancel", ["priority_changed"]),
    "MetricTerms.reset": (f"{OWN}.reset", ["reopened"]),
    "MetricTerms.repeats": (f"{OWN}.repeats", True),
    "MetricTerms.continues_on_reopen": (f"{OWN}.continues_on_reopen", False),
    "MetricTerms.customer_hears_of_breach": (f"{OWN}.customer_hears_of_breach", False),
    "Targets.calendar": ("targets.P1.calendar", "always"),
    "Targets.warn_at": ("targets.P1.warn_at", []),
    "Targets.*": ("targets.P1.fix", "5h"),
    "SelectedTargets.when": (f"{FIRST_ROW}.when", {"priority": "P1"}),
    "SelectedTargets.calendar": (f"{FIRST_ROW}.calendar", "always"),
    "SelectedTargets.warn_at": (f"{FIRST_ROW}.warn_at", ABSENT),
    "SelectedTargets.*": (f"{FIRST_ROW}.first_response", "1bd"),
    "Selector.priority": (f"{FIRST_ROW}.when.priority", ["P1", "P2"]),
    "Selector.impact": (f"{FIRST_ROW}.when.impact", "low"),
    "Selector.urgency": (f"{FIRST_ROW}.when.urgency", "low"),
    "Selector.category": (f"{FIRST_ROW}.when.category", "question"),
    "Selector.channel": (f"{FIRST_ROW}.when.channel", "mail"),
    "Selector.segment": (f"{FIRST_ROW}.when.segment", "silver"),
    "Selector.tags": (f"{FIRST_ROW}.when.tags", ["login"]),
    "Selector.affected_users_at_least": (f"{FIRST_ROW}.when.affected_users_at_least", 10),
    "Selector.customer_deadline_within": (f"{FIRST_ROW}.when.customer_deadline_within", "12h"),
    "Aggregate.metric": ("aggregates.1.metric", "first_response"),
    "Aggregate.statistic": ("aggregates.0.statistic", "p95"),
    "Aggregate.target": ("aggregates.0.target", "11m"),
    "Aggregate.at_least": ("aggregates.1.at_least", "99.5%"),
    "Aggregate.period": ("aggregates.1.period", "quarter"),
    "Aggregate.priorities": ("aggregates.0.priorities", ABSENT),
    "RetargetTerms.priority": ("retarget.priority", "forward"),
    "RetargetTerms.attributes": ("retarget.attributes", "forward"),
    "RetargetTerms.contract": ("retarget.contract", "retroactive"),
    "RetargetTerms.calendar": ("retarget.calendar", "retroactive"),
    "ReopenTerms.mode": ("reopen", {"mode": "resume"}),
    "ReopenTerms.on_customer_reply": ("reopen.on_customer_reply", True),
    "ReopenTerms.within": ("reopen.within", "48h"),
    "Tier.targets": (f"{MAJOR}.tiers.1.targets", [{"schedule": "emea"}]),
    "Tier.when": (f"{MAJOR}.tiers.0.when", ABSENT),
    "NamedTarget.team": (f"{MAJOR}.tiers.1.targets.0.team", "management"),
    "NamedTarget.schedule": (f"{MAJOR}.tiers.1.targets.1.schedule", "apac"),
    "NamedTarget.member": (f"{MAJOR}.when_used_up.member", "ana"),
    "EscalationTerms.repeat": ("escalation.repeat", {"times": 2}),
    "EscalationTerms.when_used_up": ("escalation.when_used_up", "hold"),
    "EscalationTerms.hand_off": ("escalation.hand_off", ABSENT),
    "HandOffTerms.needs": ("escalation.hand_off.needs", ["history"]),
    "HandOffTerms.when_missing": ("escalation.hand_off.when_missing", "tell"),
    "EscalationTerms.policies": ("escalation.policies", []),
    "SelectedPolicy.name": (f"{MAJOR}.name", "outage"),
    "SelectedPolicy.when": (f"{MAJOR}.when.category", "question"),
    "SelectedPolicy.tiers": (f"{MAJOR}.tiers", [{"team": "frontline", "acknowledge_within": "15m"}] * 2),
    "SelectedPolicy.repeat": (f"{MAJOR}.repeat", ABSENT),
    "SelectedPolicy.repeat_last_tier": (f"{MAJOR}", {**MAJOR_POLICY, "repeat_last_tier": 1}),
    "SelectedPolicy.when_used_up": (f"{MAJOR}.when_used_up", ABSENT),
    "Repeat.from_tier": (f"{MAJOR}.repeat.from_tier", 1),
    "Repeat.times": (f"{MAJOR}.repeat.times", 1),
    "Tier.who": (f"{TIER}.who", "everybody"),
    "Tier.acknowledgements": (f"{TIER}.acknowledgements", 2),
    "Tier.when_closed": ("escalation.tiers.0.when_closed", "wait"),
    "EscalationTerms.tiers": ("escalation.tiers", [{"team": "frontline", "acknowledge_within": "15m"}]),
    "EscalationTerms.repeat_last_tier": ("escalation.repeat_last_tier", 3),
    "EscalationTerms.owner": ("escalation.owner", "engineering"),
    "ForecastTerms.unacknowledged_with_left": ("forecast.unacknowledged_with_left", "20m"),
    "EscalationTerms.longest_snooze": ("escalation.longest_snooze", "30m"),
    "EscalationTerms.when_unanswered": ("escalation.when_unanswered", "silent"),
    "Tier.team": (f"{TIER}.team", "night-shift"),
    "Tier.acknowledge_within": (f"{TIER}.acknowledge_within", "10m"),
    "Tier.resolve_within": (f"{TIER}.resolve_within", "3h"),
    "Tier.calendar": (f"{TIER}.calendar", "always"),
    "ReviewTerms.team": ("review.team", "engineering"),
    "ReviewTerms.due_within": ("review.due_within", "4bd"),
    "ReviewTerms.from_tier": ("review.from_tier", 1),
    "ReviewTerms.remind_within": ("review.remind_within", "1bd"),
    "ReviewTerms.calendar": ("review.calendar", "always"),
    "ReminderTerms.team": ("reminders.team", "engineering"),
    "ReminderTerms.renewal": ("reminders.renewal", ["60 days"]),
    "ReminderTerms.review_every": ("reminders.review_every", "1 year"),
}
"""For each field of each part of a contract: where in the document it is, and another value."""


def document_for(field: str) -> Mapping[str, Any]:
    return BY_PRIORITY if field.startswith("Targets.") else DOCUMENT


def changed(document: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    copy: Any = deepcopy(dict(document))
    place, *parents, last = copy, *path.split(".")
    for name in parents:
        place = place[int(name)] if isinstance(place, list) else place[name]
    place[int(last) if isinstance(place, list) else last] = value
    if value is ABSENT:
        del place[last]
    return dict(copy)


def text(document: Mapping[str, Any]) -> str:
    return as_markdown(Contract.model_validate(document), 1, PUT_AT, "0" * 64)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that an annotation is made of, however it nests them."""
    if isinstance(annotation, type):
        if issubclass(annotation, BaseModel):
            yield annotation
        return
    for argument in get_args(annotation):
        yield from models_in(argument)


def parts_of(model: type[BaseModel], found: set[type[BaseModel]]) -> set[type[BaseModel]]:
    if model not in found:
        found.add(model)
        for annotation in typing.get_type_hints(model, include_extras=True).values():
            for part in models_in(annotation):
                parts_of(part, found)
    return found


def fields_of_a_contract() -> set[str]:
    parts = parts_of(Contract, set()) - {BaseModel}
    named = {f"{part.__name__}.{field}" for part in parts for field in part.model_fields}
    return named | {f"{part.__name__}.*" for part in parts if part.model_config.get("extra") == "allow"}


def test_every_field_of_a_contract_is_known_here() -> None:
    assert fields_of_a_contract() == CHANGES.keys()


def test_the_documents_that_are_changed_are_contracts() -> None:
    for document in (DOCUMENT, BY_PRIORITY):
        teams, contracts = {"frontline", "engineering", "management"}, {"acme-cloud", "engineering-ola"}
        others = {"schedule": ["emea"], "member": ["dora"]}
        read_contract(
            {**document, "examples": []}, "acme-gold", teams, contracts, check=faults_of_examples, known_others=others
        )


@pytest.mark.parametrize("field", CHANGES)
def test_another_value_of_a_field_is_another_text(field: str) -> None:
    document, (path, value) = document_for(field), CHANGES[field]
    assert text(changed(document, path, value)) != text(document)


ALTERNATIVES: Mapping[str, tuple[str, list[Any]]] = {
    **{f"retarget.{kind}": (f"retarget.{kind}", [*get_args(Mode)]) for kind in ("priority", "attributes", "contract")},
    "retarget.calendar": ("retarget.calendar", [*get_args(Mode)]),
    "reply": ("reopen", ["resume", {"mode": "resume", "on_customer_reply": True}]),
    "reopen": ("reopen", ["resume", "new_cycle", {"mode": "grace", "within": "1h"}]),
    "responses": ("counts_as_response", [[kind] for kind in RESPONSES]),
    "taken_by": ("taken_by", [[how] for how in TAKINGS]),
    "zones": ("calendars.plant.timezone.of", ["customer", "site", "team"]),
    "holidays": (
        "calendars.plant.holidays",
        ["lyon", {"country": "FR"}, {}, {"country": "FR", "dates": {"2026-12-08": "Fête des Lumières"}}],
    ),
    "sets of holidays": (
        "holidays.lyon",
        [{}, {"country": "FR"}, {"country": "FR", "yearly": {"12-08": "x"}}, {"yearly": {"12-08": "x"}}],
    ),
    "repeats of the chain": (f"{MAJOR}.repeat", [{"times": 1}, {"times": 2}, {"from_tier": 2, "times": 2}]),
    "the end": (f"{MAJOR}.when_used_up", ["tell_all", "tell_owner", "hold", {"team": "management"}]),
    "repeats": ("escalation.repeat_last_tier", [0, 1, 2]),
    "pages per night": ("escalation.most_pages_per_night", [None, 0, 1, 2]),
    "whom of a team": ("escalation.tiers.0.who", ["on_call", "next", "everybody"]),
    "transition": ("transition_days", [0, 1, 2]),
    "notice": ("notice_days", [0, 1, 2]),
    "warnings": ("warn_at", [[], ["75%"], ["30m"], ["1h left"]]),
    "warnings of a row": ("targets.0.warn_at", [[], ["75%"], ["30m"], ["1h left"]]),
    "kinds": ("kind", [*get_args(ContractKind)]),
    "statistics": ("aggregates.0.statistic", ["average", "median", "p90", "p95"]),
    "periods": ("aggregates.1.period", ["week", "month", "quarter"]),
    "targets": ("targets.1.fix", ["1h", "61m", "3661s", "24h", "1bd", "2bd", "3bd", "11bd", "21bd", "3cd"]),
    "reminders": ("review", [REVIEW, {**REVIEW, "remind_within": "1bd"}, {**REVIEW, "calendar": "always"}]),
    "days": (
        "calendar.weekly",
        [
            {"daily": ["00:00-24:00"]},
            {"daily": ["00:00-12:00"]},
            {"mon-fri": ["00:00-24:00"]},
            {"mon-fri": ["22:00-06:00"]},
            {"mon-fri": ["22:00-24:00"]},
            {"mon-fri": ["09:00-09:00"]},
            {"mon-wed,fri": ["09:00-17:00"]},
            {"mon-wed,sat": ["09:00-17:00"]},
            {"sat,sun": ["09:00-17:00"]},
        ],
    ),
    **{f"{condition} of a metric": (f"{OWN}.{condition}", [[fact] for fact in FACTS]) for condition in CONDITIONS},
}


@pytest.mark.parametrize("choice", ALTERNATIVES)
def test_every_choice_that_a_field_offers_has_words_of_its_own(choice: str) -> None:
    path, values = ALTERNATIVES[choice]
    texts = [text(changed(DOCUMENT, path, value)) for value in values]
    assert len(set(texts)) == len(values)


def said(terms: Contract, heading: str) -> list[str | list[str]]:
    """What a clause says: its sentences, and the rows of its tables."""
    [clause] = [clause for clause in sections(terms) if clause.heading == heading]
    lines: list[str | list[str]] = []
    for part in clause.parts:
        if isinstance(part, TextTable):
            lines += [[*part.columns], *([*row] for row in part.rows)]
        else:
            lines.append(part)
    return lines


def test_a_small_contract_has_no_clause_about_what_it_does_not_say() -> None:
    assert [clause.heading for clause in sections(contract())] == [
        "Parties",
        "Hours",
        "Priorities",
        "Targets",
        "What is measured",
        "What counts as a response",
        "Warnings",
        "Changes",
        "Reopened tickets",
        "Who has a ticket",
        "Escalation",
    ]


def test_targets_are_a_table_in_their_order_with_the_tickets_and_hours_of_each_row() -> None:
    assert said(Contract.model_validate(DOCUMENT), "Targets")[1:] == [
        ["Row", "Tickets", "First response", "Repair", "Time counts", "Warned"],
        [
            "1",
            (
                "priority P1, impact high, urgency high, category outage, channel phone, "
                "segment gold (the ticket's, else the customer's), "
                "tagged login or sync, 100 users or more affected, "
                "needed by the customer within 24 hours of the opening, whatever the hours"
            ),
            "15 minutes",
            "4 hours",
            "in the hours “plant”",
            "when 50% of the time is used up",
        ],
        [
            "2",
            "all other tickets",
            "1 hour",
            "the end of the 3rd business day",
            "in the contract's hours",
            "as in the clause on warnings",
        ],
    ]


def test_metrics_that_are_called_the_same_are_told_apart_by_their_names() -> None:
    targets = {"P1": {"periodic_update": "2h"}, "P2": {"pausable_update": "2h"}}
    header = said(contract(targets=targets), "Targets")[1]
    assert header[2:4] == ["Customer update (periodic_update)", "Customer update (pausable_update)"]


def test_impact_and_urgency_are_a_table_with_gaps_where_a_priority_is_needed() -> None:
    assert said(Contract.model_validate(DOCUMENT), "Priorities")[2:] == [
        ["Impact", "urgency high", "urgency low"],
        ["high", "P1", "P2"],
        ["low", "P2", "–"],
    ]


def test_a_metric_is_told_by_what_starts_meets_pauses_and_ends_it() -> None:
    assert said(Contract.model_validate(DOCUMENT), "What is measured")[1] == (
        "Repair (fix) starts when somebody acknowledges the ticket, or the ticket is opened, "
        "and is met when the ticket is resolved. "
        "It pauses when the ticket begins to wait for somebody else, and continues when the waiting ends. "
        "It is no longer owed when the ticket is closed. "
        "It begins again from nothing when somebody escalates the ticket. "
        "It is taken up again when the ticket is reopened. The customer is told when it is late."
    )


def test_a_version_says_who_wrote_and_approved_it_since_when_it_is_in_force_and_what_is_new() -> None:
    assert said(Contract.model_validate(DOCUMENT), "This version") == [
        "This version was written by Kim Roe.",
        "It was approved by Jo Doe on 2025-12-01.",
        (
            "It is in force for tickets opened on 2026-02-01 or later; "
            "tickets opened before that day are under an earlier version."
        ),
        "New in this version: Repair within 4 hours",
    ]


def test_going_forward_is_said_to_need_a_target_of_the_same_kind() -> None:
    never = {"priority": "retroactive", "attributes": "retroactive", "contract": "best_for_customer"}
    found = [said(Contract.model_validate({**DOCUMENT, "retarget": terms}), "Changes") for terms in ({}, never)]
    sentence = (
        "Time used up can only be taken from a target in the same unit: open time, business days or calendar "
        "days. A target in another unit counts from the original start."
    )
    assert [sentence in sentences for sentences in found] == [True, False]


def test_contacts_are_sentences_and_channels_a_table() -> None:
    assert said(Contract.model_validate(DOCUMENT), "Contacts and channels") == [
        "For the provider: Kim Roe, service manager (mail: kim@helpers.example; telephone: +49 89 1234567).",
        (
            "The parties have agreed to report to each other by these channels; "
            "a ticket that comes by another one is served all the same:"
        ),
        ["Channel", "Where"],
        ["email", "support@helpers.example"],
        ["phone", "+49 89 7654321"],
    ]
    nobody = contract(contacts=[{"name": "Jo Doe", "party": "customer", "role": "buyer"}])
    assert said(nobody, "Contacts and channels") == ["For the customer: Jo Doe, buyer."]


def test_a_term_says_in_dates_what_is_under_it() -> None:
    assert said(Contract.model_validate(DOCUMENT), "Term and law") == [
        "The contract takes effect on 2026-01-01.",
        "It runs for 2 years from the day on which it takes effect; its last day is 2027-12-31.",
        "It is terminated with a notice of 30 days, so by 2027-12-01.",
        ("Tickets continue to be served and measured under it for 14 days after its end, until 2028-01-14."),
        "Tickets opened from 2026-01-01 to 2028-01-14 are under it, and are measured to their end.",
        "Governing law: German law.",
    ]


def test_hours_have_their_breaks_nights_and_extraordinary_days() -> None:
    calendar = {
        "timezone": "Europe/Berlin",
        "weekly": {"mon-thu": ["09:00-12:00", "13:00-17:00"], "fri": ["22:00-06:00"], "sat": ["00:00-24:00"]},
        "holidays": {"country": "DE", "yearly": {"02-29": "Leap day"}, "dates": {"2026-05-15": "Bridge day"}},
        "special_days": {"2026-12-24": {"name": "Christmas Eve", "open": ["09:00-12:00"]}},
    }
    assert said(contract(calendar=calendar), "Hours")[1:] == [
        (
            "The contract's hours are Monday to Thursday from 09:00 to 12:00 and from 13:00 to 17:00; "
            "Friday from 22:00 to 06:00 the next day; Saturday all day; closed on Sunday."
        ),
        "The contract's hours are in the time zone Europe/Berlin.",
        "The contract's hours are closed on the public holidays of DE.",
        (
            "The contract's hours differ on these days; "
            "hours that a day has of its own apply even where it is a holiday:"
        ),
        ["Day", "Name", "Open"],
        ["29 February, in leap years", "Leap day", "closed"],
        ["Fri 2026-05-15", "Bridge day", "closed"],
        ["Thu 2026-12-24", "Christmas Eve", "from 09:00 to 12:00"],
    ]


def test_holidays_that_several_calendars_have_in_common_are_told_once() -> None:
    hours = {"timezone": "Europe/Berlin", "holidays": "bavaria"}
    sets = {"bavaria": {"country": "DE", "subdivision": "BY", "dates": {"2026-05-15": "Bridge day"}}}
    terms = contract(calendar=hours, calendars={"night": hours}, holidays=sets)
    assert [sentence for sentence in said(terms, "Hours") if "holidays" in sentence] == [
        "The contract's hours are closed on the holidays “bavaria”.",
        "The hours “night” are closed on the holidays “bavaria”.",
        "The holidays “bavaria” are the public holidays of DE, subdivision BY and these days:",
    ]
    assert said(terms, "Hours")[-2:] == [["Day", "Name"], ["Fri 2026-05-15", "Bridge day"]]


def test_a_contract_without_a_calendar_counts_around_the_clock() -> None:
    terms = contract(calendar=None)
    assert said(terms, "Hours")[1:] == ["The contract's hours are around the clock."]
    assert {row[-1] for row in said(terms, "Targets")[2:]} == {"around the clock"}


def test_a_target_over_many_tickets_is_a_sentence() -> None:
    assert said(Contract.model_validate(DOCUMENT), "Targets over many tickets")[-2:] == [
        (
            "Of the tickets with priority P1 or P2 that are resolved in a week, "
            "the 90th percentile of first response (first_response) is at most 10 minutes."
        ),
        "For the tickets that are resolved in a month, at least 95% of what is owed as repair (fix) is met in time.",
    ]


def test_whose_time_another_contract_backs_is_said() -> None:
    assert said(Contract.model_validate(DOCUMENT), "Contracts behind this one") == [
        "While a vendor has a ticket, the contract acme-cloud says what they promise in turn.",
        "While tier 2 has a ticket, the contract engineering-ola says what they promise in turn.",
    ]
    assert said(Contract.model_validate(DOCUMENT), "Parties")[0] == (
        "This is a service level agreement: what the provider promises the customer."
    )


def test_warnings_are_told_with_the_hours_for_which_they_wait() -> None:
    terms = Contract.model_validate(DOCUMENT)
    assert said(terms, "Warnings") == [
        (
            "Where the table of targets does not say otherwise, whoever has the ticket is warned "
            "when 75% of the time is used up and with 30 minutes left."
        ),
        "Where a share and a time left are reached at the same moment, only the first of them warns.",
        "Before a due date that is set by hand, it is a share of the time from then until that date.",
        (
            "Warnings are given in the hours “plant”; outside them they wait for the next opening. "
            "Alerts, and notices of what is late, do not wait."
        ),
        (
            "When somebody says before the deadline that the first response or repair will be late, the customer is "
            "told at once."
        ),
    ]
    assert said(contract(warn_at=[]), "Warnings")[0] == "Before a deadline, nobody is warned."


def test_when_the_customer_is_told_to_expect_a_breach_is_said() -> None:
    assert said(contract(forecast={"unacknowledged_with_left": "30m"}), "Expected breaches") == [
        (
            "When nobody has the ticket and 30 minutes or less of the time for the first response or resolution is "
            "left, the customer is told to expect it late. That is not said of a target that is no longer than that, "
            "nor while the ticket waits."
        )
    ]


def test_what_is_a_response_is_said_and_what_is_none() -> None:
    assert said(contract(), "What counts as a response") == [
        "A response is any of these: an answer to the customer by a person; resolving the ticket, by a person.",
        (
            "None of these is a response: an answer or a resolution by a bot; an internal note by a person; "
            "an acknowledgement by a person on call; opening the ticket for the customer, by a person of the provider."
        ),
        "What Tocsin itself sends is never a response, whoever delivers it.",
    ]


def test_who_is_reminded_of_which_date_and_when_is_said() -> None:
    assert said(Contract.model_validate(DOCUMENT), "Reminders") == [
        (
            "The team management is reminded of the renewal 60 days and 30 days before the last day for notice, "
            "2027-12-01."
        ),
        (
            "The contract is reviewed every 6 months from the day on which it takes effect, as long as it runs; "
            "on each of these days the team management is reminded."
        ),
        "Reminders are sent at 09:00 in the time zone Europe/Berlin.",
    ]
    no_notice = changed(DOCUMENT, "notice_days", ABSENT)
    assert "before the last day of the contract, 2027-12-31." in str(
        said(Contract.model_validate(no_notice), "Reminders")
    )


def test_an_example_is_a_sentence() -> None:
    example = {
        "priority": "P2",
        "category": "outage",
        "opened": "2026-03-27T15:50:00Z",
        "first_response": "Mon 2026-03-30 09:50",
        "resolution": "2026-03-31 09:50",
    }
    assert said(contract(examples=[example]), "Examples")[1:] == [
        (
            "A P2 with category outage opened on Fri 2026-03-27 16:50 must have its first response "
            "by Mon 2026-03-30 09:50 and its resolution by Tue 2026-03-31 09:50."
        )
    ]


def test_a_review_is_due_after_business_days_and_the_text_says_what_these_are() -> None:
    assert said(contract(review=REVIEW), "Review after an escalation")[0] == (
        "When a ticket that has reached tier 2 or a later one is resolved, the team management owes a review "
        "by the end of the 3rd business day after that, in the contract's hours."
    )
    assert any("A business day is" in line for line in said(contract(review=REVIEW), "Hours"))
    assert not any("A business day is" in line for line in said(contract(), "Hours"))


def test_the_version_names_itself_and_its_document() -> None:
    head = as_markdown(contract(), 3, PUT_AT, "abc").splitlines()
    assert head[0] == "# Service level contract with ACME GmbH"
    assert head[2].startswith("Contract acme-gold, version 3, put at 2026-01-01T12:00:00Z.")
    assert head[2].endswith("SHA-256 of its document: abc.")


HOSTILE = [
    "<script>alert(1)</script>",
    "a | b",
    "**bold** _and_ `code` ~~gone~~",
    "[here](https://example.com) ![x](y) &lt;",
    "# heading",
    "- item",
    "1. first",
    "---",
    "two\n\n# lines",
    "back\\slash \\| pipe",
    "snake_case _x_",
]


def plain_texts(source: str) -> list[str]:
    """What a reader sees of a document, piece by piece; fails when there is any markup that clauses do not have."""
    seen = []
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(source):
        assert not token.type.startswith(("html", "code", "fence", "hr", "ordered"))
        for inline in token.children or []:
            assert inline.type == "text", (inline.type, token.content)
        if token.type == "inline":
            seen.append("".join(inline.content for inline in token.children or []))
    return seen


@pytest.mark.parametrize("wording", HOSTILE)
def test_whatever_somebody_writes_is_read_as_they_wrote_it(wording: str) -> None:
    document = changed(DOCUMENT, "customer.name", wording)
    document["priority_matrix"] = {wording: {wording: "P1"}}
    document["definitions"] = {wording: wording}
    document["signatories"] = [{"name": wording, "party": wording}]
    document["targets"][0]["when"]["category"] = wording
    shown, once = plain_texts(text(document)), " ".join(wording.split())
    assert f"Service level contract with {once}" in shown
    assert f"“{once}”: {once}" in shown
    assert f"{once}, for {once}." in shown
    assert once in shown  # its own cell of the table of priorities
    assert len([line for line in text(document).splitlines() if line.startswith("#")]) == 24


@given(st.text(min_size=1, max_size=40))
def test_no_text_breaks_out_of_its_place(wording: str) -> None:
    document = changed(SMALL, "customer.name", "x")
    document |= {"contract_id": "c", "definitions": {"term": wording}, "signatories": [{"name": wording, "party": "y"}]}
    shown = plain_texts(text(document))
    assert len([line for line in shown if line.startswith("“term”:")]) == 1
    assert shown[-1].endswith(", for y.")


def test_invisible_characters_are_shown() -> None:
    document = changed(DOCUMENT, "customer.name", "AC\u202eME\x1b[2J")
    assert "# Service level contract with AC�ME�\\[2J" in text(document)


def test_a_target_around_the_clock_that_hangs_on_a_tier_which_closes_is_warned_about() -> None:
    office = {"office": {"timezone": "Europe/Berlin", "weekly": {"mon-fri": ["08:00-18:00"]}}}
    tiers = [{"team": "frontline", "acknowledge_within": "15m", "calendar": "office"}]
    sentences = said(contract(calendars=office, escalation={"tiers": tiers}), "Escalation")
    assert (
        "Tier 1 works in its hours only, while time counts around the clock for P1: "
        "outside them the next tier that is open is alerted."
    ) in sentences
