"""What people read when their shift begins and when it is over."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from tests.adapters.sms_counter import septets_of
from tests.scenarios.desk import SCHEDULE
from tocsin.adapters.messages.shifts import TemplateShiftMessages
from tocsin.domain.notices.message import Message
from tocsin.domain.oncall.duty import duty_at
from tocsin.domain.oncall.schedule import Schedule
from tocsin.domain.oncall.shift_notices import ShiftNotice, ShiftNoticeKind
from tocsin.domain.oncall.stored_schedule import StoredSchedule
from tocsin.domain.oncall.timetable import Timetable

NAMES = {"ana": "Ana Ortiz", "ben": "Ben Ek"}
HAND_OVER = datetime(2026, 3, 30, 20, 0, tzinfo=UTC)
"""To Ben, who has the night, from Ana."""


def told(kind: ShiftNoticeKind, member_id: str, at: datetime = HAND_OVER, **changes: Any) -> Message:
    names = changes.pop("names", NAMES)
    stored = StoredSchedule("emea", 1, Timetable(Schedule.model_validate({**SCHEDULE, **changes})))
    duty, notice = duty_at(stored.timetable, at), ShiftNotice(kind, member_id)
    return TemplateShiftMessages().render("acme", stored, notice, "n1", duty, {"ana"}, names)


def test_who_comes_reads_until_when_who_was_before_and_who_is_next() -> None:
    message = told("shift_begins", "ben")
    assert message.topic == "acme_member_ben"
    assert message.subject == "You are on call for EMEA"
    assert message.sms == "You are on call until Tue 06:00 CEST. Schedule: EMEA. Before: Ana Ortiz. Next: Ana Ortiz."
    assert message.email == (
        "You are on call for EMEA now, until Tue 31 Mar 06:00 CEST.\n"
        "Before you it was Ana Ortiz.\n"
        "Next is Ana Ortiz, from Tue 31 Mar 06:00 CEST."
    )


def test_who_goes_reads_who_is_on_call_now() -> None:
    message = told("shift_ends", "ana")
    assert message.topic == "acme_member_ana"
    assert message.subject == "Your shift for EMEA is over"
    assert message.sms == "Your shift is over. On call now: Ben Ek. Schedule: EMEA."
    assert message.email == "Your shift for EMEA is over.\nBen Ek is on call now, until Tue 31 Mar 06:00 CEST."


def test_who_goes_while_nobody_comes_reads_that_and_who_is_next() -> None:
    morning = datetime(2026, 3, 31, 4, 0, tzinfo=UTC)
    message = told("shift_ends", "ben", morning, layers=SCHEDULE["layers"][1:])
    assert message.sms == "Your shift is over. On call now: nobody. Schedule: EMEA."
    expected = "Your shift for EMEA is over.\nNobody is on call now; Ben Ek is from Tue 31 Mar 22:00 CEST."
    assert message.email == expected


def test_who_is_alone_in_a_schedule_reads_that_nobody_follows() -> None:
    alone = [{**SCHEDULE["layers"][0], "participants": ["ana"]}]
    message = told("shift_begins", "ana", layers=alone)
    assert message.sms == "You are on call. Schedule: EMEA."
    assert message.email == "You are on call for EMEA now.\nNobody is known to follow within a year."


def test_programs_read_who_is_on_call_and_can_filter() -> None:
    message = told("shift_begins", "ben")
    assert message.attributes == {
        "helpdesk": "acme",
        "schedule": "emea",
        "kind": "shift_begins",
        "recipient": "ben",
        "notice_id": "n1",
    }
    assert message.data == {
        "version": 1,
        "notice_id": "n1",
        "kind": "shift_begins",
        "recipient": "ben",
        "helpdesk_id": "acme",
        "schedule_id": "emea",
        "on_call": ["ben"],
        "until": "2026-03-31T04:00:00Z",
        "next": [{"member_id": "ana", "starts_at": "2026-03-31T04:00:00Z"}],
        "sent_at": "2026-03-30T20:00:00Z",
    }


@pytest.mark.parametrize("kind", get_args(ShiftNoticeKind))
@pytest.mark.parametrize("name", ["x" * 100, "ß" * 100, "€" * 100, "щ" * 100, "日" * 100, "a {{ b }} --- c\n---\nd"])
def test_a_short_message_is_one_segment_and_says_until_when_whatever_the_names(
    kind: ShiftNoticeKind, name: str
) -> None:
    message = told(kind, "ben", name=name, names=dict.fromkeys(NAMES, name))
    assert septets_of(message.sms) <= 160
    said = "until Tue 06:00 CEST." if kind == "shift_begins" else "Schedule: "
    assert said in message.sms
    assert "\n" not in message.subject
    assert message.email
