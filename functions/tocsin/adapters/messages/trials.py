"""The test of somebody's channels in words, from the same folder of templates as notices about tickets."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from tocsin.adapters.messages import DATA_VERSION, in_words
from tocsin.adapters.messages.plain_text import sms_text
from tocsin.adapters.messages.situation import local_time
from tocsin.domain.notices.message import Message
from tocsin.domain.oncall.members import Member
from tocsin.domain.values.channels import Way
from tocsin.domain.values.instants import format_instant

KIND = "channel_test"


class TemplateTrialMessages:
    """`TrialMessages` from a template; times are those of the person's zone."""

    def render(self, helpdesk_id: str, member: Member, topic: str, way: Way, notice_id: str, now: datetime) -> Message:
        """See `TrialMessages.render`."""
        context = {
            "member": member,
            "way": way.words,
            "now": now,
            "local": partial(local_time, timezone=member.timezone or "UTC"),
        }
        subject, sms, email = in_words(KIND, context)
        about = {"kind": KIND, "recipient": member.member_id, "notice_id": notice_id}
        return Message(
            topic=topic,
            subject=subject,
            sms=sms_text(sms),
            email=email,
            data={"version": DATA_VERSION, "helpdesk_id": helpdesk_id, **about, "sent_at": format_instant(now)},
            attributes={"helpdesk": helpdesk_id, **about},
        )
