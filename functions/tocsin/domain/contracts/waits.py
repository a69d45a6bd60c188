"""What an execution waits for: each is a Wait state of `statemachines/ticket.asl.json`, named for it."""

from __future__ import annotations

from enum import StrEnum


class Wait(StrEnum):
    """The value is the timer's `kind` in the state machine's data."""

    RESPONSE_WARNING = "response_warning"
    RESPONSE_DEADLINE = "response_deadline"
    RESOLUTION_WARNING = "resolution_warning"
    RESOLUTION_DEADLINE = "resolution_deadline"
    OPENING_HOURS = "opening_hours"
    TIER_ACKNOWLEDGEMENT = "tier_acknowledgement"
    CUSTOMER_UPDATE = "customer_update"
    TRIGGER = "trigger"
    REVIEW = "review"
    DIGEST = "digest"
    NEXT_GENERATION = "next_generation"
