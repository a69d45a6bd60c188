"""Answers about contracts: a version, the changelog, a preview, what targets over many tickets came to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from tocsin.domain.assessment.matrix import MatrixRow
from tocsin.domain.values.instants import format_instant, short_duration
from tocsin.handlers.api.answers.model import AnswerModel, DateText, InstantText
from tocsin.handlers.api.answers.tickets import ContractReference, ObligationView, TargetView


class TermView(AnswerModel):
    """The dates of a contract's term; each is a day that still belongs to it."""

    begins_on: DateText
    ends_on: DateText
    notice_by: DateText | None
    measured_until: DateText = Field(description="the last day on which tickets are measured")


class _ContractVersion(AnswerModel):
    contract_id: str
    version: int
    put_at: InstantText
    sha256: str = Field(description="of the document as it was put")
    in_force_from: DateText | None
    term: TermView | None = Field(description="null where the contract does not say when it begins or how long it runs")
    contract: dict[str, Any] = Field(description="the document as it was put")


class ContractView(_ContractVersion):
    """The newest version of a contract, and the number of the one that is in force today."""

    version_in_force: int | None


class ReminderView(AnswerModel):
    """A reminder of a date of the contract, sent or to come."""

    kind: str
    on: DateText
    about_date: DateText
    sent_at: InstantText | None
    message_id: str | None = Field(description="of SNS, once it was sent")


class ContractWithReminders(ContractView):
    """The newest version of a contract with its reminders."""

    reminders: list[ReminderView]


class ContractPage(AnswerModel):
    """Part of the list of contracts."""

    contracts: list[ContractView]
    next_cursor: str | None


class VersionEntry(AnswerModel):
    """A version in the changelog of its contract."""

    version: int
    put_at: InstantText
    sha256: str
    author: str | None
    approved_by: str | None
    approved_on: DateText | None
    in_force_from: DateText | None
    changes: list[str]


class VersionPage(AnswerModel):
    """Part of the changelog of a contract, the newest version first."""

    versions: list[VersionEntry]
    next_cursor: str | None


class ChangeView(AnswerModel):
    """A place in the document that differs from the version before; null is what is not there."""

    path: str
    before: Any
    after: Any


class VersionView(_ContractVersion):
    """One version with what it changed and the public holidays that it keeps."""

    changed: list[ChangeView]
    public_holidays: dict[str, Any] = Field(description="by region, then year, then date: the name of the holiday")


class TierPreview(AnswerModel):
    """When a tier would be alerted, and when the next one if nobody acknowledges."""

    tier: int
    team: str = Field(description="the first of `targets`; `schedule:` or `member:` and its id where no team")
    targets: list[TargetView]
    alerted_at: InstantText
    escalates_at: InstantText | None


class PersonInMatrix(AnswerModel):
    """Somebody with a role, those on call first."""

    member_id: str
    name: str
    on_call: bool
    channels: list[str] = Field(description="by which they are told; empty where nothing reaches them themselves")


class MatrixRowView(AnswerModel):
    """A role of the contract and who has it now."""

    role: str = Field(description="`tier 1`, `owner`, `when used up`, `beside the chain`, `review`")
    policy: str | None
    target: TargetView
    name: str | None = Field(description="null where there is no such team, schedule or person any more")
    people: list[PersonInMatrix]
    availability: str | None = Field(description="in words")
    acknowledge_within: str | None
    resolve_within: str | None


class MatrixView(AnswerModel):
    """The escalation matrix of a contract version, with people as they are now."""

    contract: ContractReference
    at: InstantText
    roles: list[MatrixRowView]


def matrix_view(contract_id: str, version: int, rows: Iterable[MatrixRow], now: datetime) -> MatrixView:
    """The matrix as the API shows it."""
    return MatrixView(
        contract=ContractReference(contract_id=contract_id, version=version),
        at=format_instant(now),
        roles=[
            MatrixRowView(
                role=row.role,
                policy=row.policy,
                target=TargetView.model_validate({row.target.kind.value: row.target.name}),
                name=row.name,
                people=[
                    PersonInMatrix(
                        member_id=each.member_id, name=each.name, on_call=each.on_call, channels=[*each.channels]
                    )
                    for each in row.people
                ],
                availability=row.availability,
                acknowledge_within=short_duration(row.acknowledge_within) if row.acknowledge_within else None,
                resolve_within=short_duration(row.resolve_within) if row.resolve_within else None,
            )
            for row in rows
        ],
    )


class PreviewView(AnswerModel):
    """Every deadline, warning and tier of a ticket that nobody touches."""

    contract: ContractReference
    priority: str | None
    targets: str | None = Field(description="the name of the row of targets that applies")
    opened_at: InstantText
    obligations: list[ObligationView]
    tiers: list[TierPreview]


class AggregateView(AnswerModel):
    """A target over many tickets and what it came to."""

    metric: str
    statistic: str
    priorities: list[str] | None
    measured: int
    unit: Literal["share", "seconds"]
    value: float | None = Field(description="seconds of open time or a share from 0 to 1; null where nothing counts")
    target: float | None
    kept: bool | None


class AttainmentView(AnswerModel):
    """What the targets over many tickets came to in a period."""

    contract_id: str
    version: int
    period: str
    timezone: str
    starts_at: InstantText = Field(alias="from")
    until: InstantText = Field(description="the first instant after the period")
    aggregates: list[AggregateView]
