"""Requests that are sent twice have one effect and one answer.

The key is recorded in the same transaction as the event, so there is no moment at which one exists without the other.
The answer is not recorded but made again, from the log as it was right after the event and as of the instant at which
the event was recorded. So every field is what it was the first time, those that depend on now (a state, seconds used
and left, what comes next) included. Only a newer version of this code may answer more fields than the first did.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tocsin.domain.assessment.assessment import Assessment
from tocsin.domain.oncall.members import Member
from tocsin.domain.oncall.team import Team
from tocsin.domain.tickets.events import TierAlerted
from tocsin.domain.tickets.records import Request
from tocsin.domain.values.channels import EmailChannel, PersonalEmail
from tocsin.domain.values.faults import Fault, Invalid
from tocsin.domain.values.identifiers import TicketKey
from tocsin.domain.values.target import Target
from tocsin.ports.contracts import Contracts
from tocsin.ports.tickets import TicketLog
from tocsin.use_cases.tickets.ticket_context import TicketContext, context_of


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A caller's key and the fingerprint of what it was sent with."""

    value: str
    fingerprint: str


def idempotency_key(value: str | None, *sent: Mapping[str, Any] | str) -> IdempotencyKey | None:
    """The key of a request whose body and place are `sent`; Invalid when it is not 1 to 200 printable characters."""
    if value is None:
        return None
    if not 1 <= len(value) <= 200 or not value.isprintable():
        raise Invalid([Fault("Idempotency-Key", "must be 1 to 200 printable characters")])
    canonical = json.dumps(sent, sort_keys=True, default=str)
    return IdempotencyKey(value, hashlib.sha256(canonical.encode()).hexdigest())


def earlier(
    helpdesk_id: str, key: IdempotencyKey | None, *, log: TicketLog, contracts: Contracts
) -> tuple[TicketContext, datetime] | None:
    """The ticket as the request with this key left it, and when; Invalid when that one was another request."""
    request = log.request(helpdesk_id, key.value) if key else None
    if key is None or request is None:
        return None
    if request.fingerprint != key.fingerprint:
        raise Invalid(
            [Fault("Idempotency-Key", "was used for a different request; use a new key, or send the same request")]
        )
    ticket_key = TicketKey(helpdesk_id, request.ticket_id)
    events = log.events(ticket_key)[: request.sequence]
    # Teams may have changed since; all that an answer depends on is which of them could be reached then.
    unreached, reached = request.unreached, _team_that_is_reached(request.later)

    def roster(target: Target) -> Team | None:
        return None if target in unreached else reached

    return context_of(ticket_key, events, roster, contracts), request.recorded_at


def _team_that_is_reached(later: int | None) -> Team:
    channel = PersonalEmail(type="email", address="somebody@example.com")
    further = [channel.model_copy(update={"after": timedelta(seconds=later)})] if later else []
    somebody = Member(member_id="somebody", name="Somebody", channels=[channel])
    somebody = somebody.model_copy(update={"channels": [channel, *further]})
    return Team(name="Somebody", members=[somebody], channels=[EmailChannel(type="email", address=channel.address)])


def request_to_record(
    key: TicketKey, idempotency: IdempotencyKey | None, after: Assessment, sequence: int, now: datetime
) -> Request | None:
    """What is recorded beside the event with that sequence number, if the caller sent a key."""
    if idempotency is None:
        return None
    alerts = [each for each in after.events if isinstance(each, TierAlerted)]
    unreached = tuple(target for each in alerts if not each.reached for target in each.whom)
    later = min((channel.after for each in alerts for channel in each.later or ()), default=None)
    key_and_print = idempotency.value, idempotency.fingerprint
    return Request(key.helpdesk_id, *key_and_print, key.ticket_id, sequence, now, unreached, later)
