"""Reminders of a contract's dates in words, from the same folder of templates as notices about tickets."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from tocsin.adapters.messages import DATA_VERSION, TEMPLATES, template_environment
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.contracts.reminders import Reminder
from tocsin.domain.contracts.wording import counted, months_words
from tocsin.domain.instants import format_instant
from tocsin.domain.topics import team_topic
from tocsin.ports import ContractVersion, Message


class TemplateReminderMessages:
    """`ReminderMessages` from templates."""

    def render(self, helpdesk_id: str, version: ContractVersion, reminder: Reminder, now: datetime) -> Message:
        """See `ReminderMessages.render`."""
        contract = version.contract
        if contract.reminders is None:
            raise ValueError(f"contract {contract.contract_id} asks for no reminders")
        team, notice_id = contract.reminders.team, reminder.notice_id(helpdesk_id, contract.contract_id)
        context = {
            "contract": contract,
            "version": version.version,
            "reminder": reminder,
            "dates": contract.dates,
            "when": _when(reminder.about, contract.day_of(now)),
            "every": months_words(contract.reminders.review_every) if contract.reminders.review_every else None,
        }
        environment, source = template_environment(), (TEMPLATES / f"{reminder.kind}.txt").read_text()
        # Split before rendering: whatever a contract says stays in the part it belongs to.
        parts = [environment.from_string(part) for part in source.split("\n---\n")]
        subject, sms, email = (part.render(context).strip() for part in parts)
        return Message(
            topic=team_topic(helpdesk_id, team),
            subject=subject,
            sms=sms,
            email=email,
            data=_data(helpdesk_id, version, reminder, now, {"notice_id": notice_id, "recipient": team}),
            attributes={
                "helpdesk": helpdesk_id,
                "contract": contract.contract_id,
                "kind": reminder.kind,
                "recipient": team,
                "notice_id": notice_id,
            },
        )


def _when(about: date, today: date) -> str:
    days = (about - today).days
    if days == 0:
        return "today"
    return f"in {counted(days, 'day')}" if days > 0 else f"{counted(-days, 'day')} ago"


def _data(
    helpdesk_id: str, version: ContractVersion, reminder: Reminder, now: datetime, notice: dict[str, str]
) -> dict[str, Any]:
    return {
        "version": DATA_VERSION,
        **notice,
        "kind": reminder.kind,
        "helpdesk_id": helpdesk_id,
        "contract_id": version.contract.contract_id,
        "contract_version": version.version,
        "about_date": reminder.about.isoformat(),
        "term": _term(version.contract),
        "sent_at": format_instant(now),
    }


def _term(contract: Contract) -> dict[str, str | None] | None:
    dates = contract.dates
    return {name: day and day.isoformat() for name, day in dates._asdict().items()} if dates else None
