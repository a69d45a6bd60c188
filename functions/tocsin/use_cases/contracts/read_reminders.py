"""Read the reminders of a contract: those that were sent, and those to come."""

from __future__ import annotations

from itertools import islice
from typing import Any

from tocsin.domain.contracts.reminders import Reminder, SentReminder, outstanding, upcoming
from tocsin.domain.contracts.version import ContractVersion
from tocsin.domain.values.instants import format_instant
from tocsin.ports.clock import Clock
from tocsin.ports.contracts import Contracts, Reminders

MOST_TO_COME = 10
"""Without a term a contract is reviewed for ever."""


def read_reminders(
    helpdesk_id: str, newest: ContractVersion, *, reminders: Reminders, contracts: Contracts, clock: Clock
) -> list[dict[str, Any]]:
    """By their days: `kind`, `on`, `about_date`, and for what was sent `sent_at` and the `message_id` of SNS."""
    contract, now = newest.contract, clock.now()
    sent = reminders.sent(helpdesk_id, contract.contract_id)
    first = contracts.get(helpdesk_id, contract.contract_id, 1) or newest
    late = outstanding(contract, [each.reminder for each in sent], first.put_at, now)
    to_come = [*late, *islice(upcoming(contract, now), MOST_TO_COME)]
    shown = [(each.reminder, _view(each.reminder, each)) for each in sent]
    shown += [(reminder, _view(reminder, None)) for reminder in to_come]
    return [view for _, view in sorted(shown, key=lambda each: each[0])]


def _view(reminder: Reminder, sent: SentReminder | None) -> dict[str, Any]:
    """One of them."""
    return {
        "kind": reminder.kind,
        "on": reminder.on.isoformat(),
        "about_date": reminder.about.isoformat(),
        "sent_at": format_instant(sent.sent_at) if sent else None,
        "message_id": sent.message_id if sent else None,
    }
