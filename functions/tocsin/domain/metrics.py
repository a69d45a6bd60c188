"""What is measured on a ticket, as data: to add a metric, add a value here and a field to `Targets`.

The rules follow the helpdesks that people come from: a first response is public and human, a resolution
does not run while the ticket waits for the customer, a periodic update does (Zendesk's "periodic update").
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Metric:
    """When a measurement starts, what meets it, what ends it unmet, and how the state machine calls its waits.

    `starts_on`, `meets_on` and `cancels_on` are names of facts (see `tocsin.domain.ticket`); `repeats` starts the
    next cycle when one is met; `resumes_on_reopen` continues the measurement of a reopened ticket, the time
    between counting as a pause; without it a reopened ticket starts a new cycle where `starts_on` says so.
    """

    name: str
    label: str
    starts_on: frozenset[str]
    meets_on: frozenset[str]
    cancels_on: frozenset[str] = frozenset()
    repeats: bool = False
    pauses_while_pending: bool = False
    resumes_on_reopen: bool = False
    warning_wait: str = ""
    deadline_wait: str = ""


FIRST_RESPONSE = Metric(
    name="first_response",
    label="first response",
    starts_on=frozenset({"opened"}),
    meets_on=frozenset({"response", "resolved"}),
    cancels_on=frozenset({"closed"}),
    warning_wait="response_warning",
    deadline_wait="response_deadline",
)
RESOLUTION = Metric(
    name="resolution",
    label="resolution",
    starts_on=frozenset({"opened"}),
    meets_on=frozenset({"resolved", "closed"}),
    pauses_while_pending=True,
    resumes_on_reopen=True,
    warning_wait="resolution_warning",
    deadline_wait="resolution_deadline",
)
PERIODIC_UPDATE = Metric(
    name="periodic_update",
    label="customer update",
    starts_on=frozenset({"opened", "reopened"}),
    meets_on=frozenset({"response"}),
    cancels_on=frozenset({"resolved", "closed"}),
    repeats=True,
    warning_wait="customer_update",
    deadline_wait="customer_update",
)
REVIEW = Metric(
    name="review",
    label="post-escalation review",
    starts_on=frozenset({"review_owed"}),
    meets_on=frozenset({"review_filed"}),
    cancels_on=frozenset({"reopened"}),
    warning_wait="review",
    deadline_wait="review",
)

METRICS = (FIRST_RESPONSE, RESOLUTION, PERIODIC_UPDATE, REVIEW)
BY_NAME = {metric.name: metric for metric in METRICS}
