"""Remind of the dates of contracts: send what is outstanding to the team that the contract names, each once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from tocsin.domain.contracts.reminders import Reminder, SentReminder, outstanding, upcoming
from tocsin.domain.contracts.version import ContractVersion
from tocsin.ports.clock import Clock
from tocsin.ports.contracts import Contracts, Reminders
from tocsin.ports.notices import Mailboxes, Notifier, ReminderMessages


class ContractKey(NamedTuple):
    """Which contract of which helpdesk."""

    helpdesk_id: str
    contract_id: str


@dataclass(frozen=True, slots=True)
class Reminded:
    """Reminders that were sent, and contracts whose reminders could not be."""

    sent: list[tuple[ContractKey, Reminder]]
    failed: list[tuple[ContractKey, Exception]]


def remind(
    *,
    reminders: Reminders,
    contracts: Contracts,
    messages: ReminderMessages,
    notifier: Notifier,
    mailboxes: Mailboxes,
    clock: Clock,
) -> Reminded:
    """Look at every contract that has something due, by its newest version.

    Delivery is at least once: what SNS took is recorded right after; when that fails, the next call sends it again
    with the same notice id. What was due before the contract was first put is not sent. A team that has just been told
    something else is reminded by one of the next calls.
    """
    reminded, now = Reminded([], []), clock.now()
    for helpdesk_id, contract_id in reminders.due(now):
        key = ContractKey(helpdesk_id, contract_id)
        try:
            newest, first = contracts.get(*key), contracts.get(*key, version=1)
            if newest is None or first is None:
                raise LookupError(f"contract {contract_id} is missing")
            told = [each.reminder for each in reminders.sent(*key)]
            for reminder in outstanding(newest.contract, told, first.put_at, now):
                message = messages.render(helpdesk_id, newest, reminder, now)
                if not mailboxes.admits(message.topic, contract_id, now):
                    break
                reminders.record(*key, SentReminder(reminder, now, notifier.publish(message)))
                reminded.sent.append((key, reminder))
            else:
                reminders.look_again(*key, newest.version, next_look(newest, now))
        except Exception as error:  # noqa: BLE001 - one contract keeps none of the others from being reminded of
            reminded.failed.append((key, error))
    return reminded


def next_look(version: ContractVersion, now: datetime) -> datetime | None:
    """When the next reminder of a version falls due; None when there is none any more."""
    reminder = next(upcoming(version.contract, now), None)
    return reminder.due_at(version.contract.timezone) if reminder else None
