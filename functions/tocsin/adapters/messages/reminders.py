"""Reminders of a contract's dates in words, from the same folder of templates as notices about tickets."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from tocsin.adapters.messages import DATA_VERSION, in_words
from tocsin.adapters.messages.plain_text import sms_text
from tocsin.domain.contracts.reminders import Reminder
from tocsin.domain.contracts.version import ContractVersion
from tocsin.domain.notices.message import Message
from tocsin.domain.notices.topics import team_topic
from tocsin.domain.values.instants import format_instant
from tocsin.domain.values.wording import counted, months_words


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
        subject, sms, email = in_words(reminder.kind, context)
        return Message(
            topic=team_topic(helpdesk_id, team),
            subject=subject,
            sms=sms_text(sms),
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
    """What programs read; `notice` is its id and its recipient."""
    return {
        "version": DATA_VERSION,
        **notice,
        "kind": reminder.kind,
        "helpdesk_id": helpdesk_id,
        "contract_id": version.contract.contract_id,
        "contract_version": version.version,
        "about_date": reminder.about.isoformat(),
        "term": version.contract.dates and version.contract.dates.as_json(),
        "sent_at": format_instant(now),
    }
