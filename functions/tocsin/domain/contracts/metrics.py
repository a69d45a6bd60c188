"""What is measured on a ticket, as data: to add a metric that every contract may promise, add a value here.

A metric says by facts when it starts, what meets it, what pauses, resumes, cancels or resets it. The presets follow
the helpdesks that people come from (Zendesk's metric names; ServiceNow's six conditions); a contract may change their
conditions or define metrics of its own (`tocsin.domain.contracts.clauses.metrics`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tocsin.domain.contracts.waits import Wait

FACTS: Mapping[str, str] = {
    "opened": "the ticket is opened",
    "response": "the customer gets a response",
    "public_reply": "a person answers the customer",
    "bot_reply": "a bot answers the customer",
    "internal_note": "somebody writes an internal note",
    "customer_replied": "the customer writes",
    "customer_followed_up": "the customer writes again after a response",
    "customer_notified": "the customer is formally notified",
    "acknowledged": "somebody acknowledges the ticket",
    "taken_in_turn": "somebody of the tier whose turn it is takes the ticket",
    "taken_out_of_turn": "somebody of another tier takes the ticket",
    "escalated": "somebody escalates the ticket",
    "tier_alerted": "it becomes a tier's turn",
    "pended": "the ticket begins to wait for somebody else",
    "waiting_for_customer": "the ticket begins to wait for the customer",
    "waiting_for_vendor": "the ticket begins to wait for a vendor",
    "resumed": "the waiting ends",
    "priority_changed": "the priority changes",
    "attributes_changed": "something else about the ticket changes",
    "resolved": "the ticket is resolved",
    "reopened": "the ticket is reopened",
    "closed": "the ticket is closed",
    "review_owed": "an escalated ticket is resolved",
    "review_filed": "the review is filed",
}
"""What conditions are made of, in words. One event may bring several of these facts at once."""

WAITING = {"customer": ("pended", "waiting_for_customer"), "vendor": ("pended", "waiting_for_vendor")}
"""The facts that hold while a ticket waits for somebody: a metric that starts meanwhile starts paused by them."""


@dataclass(frozen=True, slots=True)
class Metric:
    """When a measurement starts, what becomes of it, who hears of it, and how the state machine calls its waits.

    The conditions are names of `FACTS`. When one event brings several, stopping comes before cancelling, resetting,
    resuming, pausing and starting: who answers and pends at once has answered. `start` means nothing while it is
    running. `reset` ends it unmet and begins again from nothing. `repeats` begins the next cycle when one is met.
    `continues_on_reopen` continues the measurement of a reopened ticket (see the contract's `reopen`).
    """

    name: str
    label: str
    start: frozenset[str]
    stop: frozenset[str]
    pause: frozenset[str] = frozenset()
    resume: frozenset[str] = frozenset()
    cancel: frozenset[str] = frozenset()
    reset: frozenset[str] = frozenset()
    repeats: bool = False
    continues_on_reopen: bool = False
    warning_notice: str = "warning"
    breach_notice: str = "breach"
    customer_hears_of_breach: bool = True
    warning_wait: Wait = Wait.RESPONSE_WARNING
    deadline_wait: Wait = Wait.RESPONSE_DEADLINE
    answers_customer: bool = False
    """A customer who writes waits for it: see the contract's `escalation.when_unanswered`."""
    of_tiers: bool = False
    """Promised by the tiers of the escalation, whose chain acts on it: it has no timer and no notice of its own."""


def facts(names: str) -> frozenset[str]:
    """The facts of a text with blanks between them."""
    return frozenset(names.split())


FIRST_RESPONSE = Metric(
    name="first_response",
    label="first response",
    start=facts("opened"),
    stop=facts("response"),
    cancel=facts("resolved closed"),
    answers_customer=True,
)
NEXT_RESPONSE = Metric(
    name="next_response",
    label="next response",
    start=facts("customer_followed_up"),
    stop=facts("response"),
    cancel=facts("resolved closed"),
    answers_customer=True,
)
PERIODIC_UPDATE = Metric(
    name="periodic_update",
    label="customer update",
    start=facts("opened reopened"),
    stop=facts("response"),
    cancel=facts("resolved closed"),
    repeats=True,
    warning_notice="customer_update_due",
    customer_hears_of_breach=False,
    warning_wait=Wait.CUSTOMER_UPDATE,
    deadline_wait=Wait.CUSTOMER_UPDATE,
)
PAUSABLE_UPDATE = replace(PERIODIC_UPDATE, name="pausable_update", pause=facts("pended"), resume=facts("resumed"))
RESOLUTION = Metric(
    name="resolution",
    label="resolution",
    start=facts("opened"),
    stop=facts("resolved closed"),
    pause=facts("waiting_for_customer"),
    resume=facts("resumed"),
    continues_on_reopen=True,
    warning_wait=Wait.RESOLUTION_WARNING,
    deadline_wait=Wait.RESOLUTION_DEADLINE,
)
FIRST_RESOLUTION = replace(RESOLUTION, name="first_resolution", label="first resolution", continues_on_reopen=False)
REQUESTER_WAIT = replace(RESOLUTION, name="requester_wait", label="waiting time of the customer")
AGENT_WORK = replace(
    RESOLUTION, name="agent_work", label="working time", pause=facts("pended"), customer_hears_of_breach=False
)
CUSTOMER_NOTIFICATION = Metric(
    name="customer_notification",
    label="formal notification of the customer",
    start=facts("opened"),
    stop=facts("customer_notified"),
    cancel=facts("closed"),
    warning_wait=Wait.CUSTOMER_UPDATE,
    deadline_wait=Wait.CUSTOMER_UPDATE,
)
REVIEW = Metric(
    name="review",
    label="post-escalation review",
    start=facts("review_owed"),
    stop=facts("review_filed"),
    cancel=facts("reopened"),
    warning_notice="review_due",
    breach_notice="review_due",
    customer_hears_of_breach=False,
    warning_wait=Wait.REVIEW,
    deadline_wait=Wait.REVIEW,
)
TIER_ACKNOWLEDGEMENT = Metric(
    name="tier_acknowledgement",
    label="acknowledgement by the tier",
    start=facts("tier_alerted"),
    stop=facts("taken_in_turn"),
    pause=facts("pended"),
    resume=facts("resumed"),
    cancel=facts("resolved closed taken_out_of_turn"),
    reset=facts("tier_alerted"),
    of_tiers=True,
)
TIER_RESOLUTION = Metric(
    name="tier_resolution",
    label="resolution by the tier",
    start=facts("tier_alerted taken_out_of_turn"),
    stop=facts("resolved"),
    pause=facts("pended"),
    resume=facts("resumed"),
    cancel=facts("closed"),
    reset=facts("tier_alerted taken_out_of_turn"),
    of_tiers=True,
)

PRESETS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        *(FIRST_RESPONSE, NEXT_RESPONSE, RESOLUTION, FIRST_RESOLUTION, PERIODIC_UPDATE, PAUSABLE_UPDATE),
        *(REQUESTER_WAIT, AGENT_WORK, CUSTOMER_NOTIFICATION),
    )
}
"""What a row of targets may promise without defining it, by name."""

TIER_METRICS = (TIER_ACKNOWLEDGEMENT, TIER_RESOLUTION)
