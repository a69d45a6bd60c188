"""Every kind of notice in words, for the smallest and the largest ticket, and no words for the wrong people."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from tests.adapters.conftest import REGION, client_of
from tests.adapters.every_message import TEAMS, ShortLinks, every_message, read_aloud, texts_in
from tests.adapters.sms_counter import septets_of
from tests.unit.story import OPENED_AT, Story, after, contract
from tocsin.adapters.dynamodb.channels import DynamoChannels
from tocsin.adapters.dynamodb.table import Table
from tocsin.adapters.messages import TEMPLATES, TemplateMessages, digests, trials
from tocsin.adapters.messages.reminders import TemplateReminderMessages
from tocsin.adapters.messages.situation import local_time, short_time
from tocsin.adapters.sns import SnsNotifier
from tocsin.domain.contracts.reminders import ReminderKind, reminders_of
from tocsin.domain.contracts.version import ContractVersion
from tocsin.domain.escalation.reasons import AlertReason
from tocsin.domain.notices.message import Message
from tocsin.domain.notices.notice import AboutAlert, Notice, NoticeKind
from tocsin.domain.oncall.shift_notices import ShiftNoticeKind
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.commands import Attributes
from tocsin.domain.tickets.events import Actor

SECRET = "Zs3cretZ"
MAXIMAL: dict[str, Any] = {
    "subject": f"{SECRET} <script>alert(1)</script> {{{{ 7 * 7 }}}}",
    "description": f"{SECRET} description " + "ü" * 9_000,
    "category": f"{SECRET} category",
    "channel": f"{SECRET} channel",
    "tags": [f"{SECRET} tag"] * 50,
    "requester": f"{SECRET}@example.com",
    "reference": f"{SECRET} reference",
    "links": [f"https://example.com/{SECRET}"] * 20,
    "handoff": {f"{SECRET} logs": f"{SECRET} logs", "steps": "x" * 5_000},
}

OF_CONTRACTS = {*get_args(ReminderKind)}
"""Kinds that are about no ticket; their words have a test of their own below."""

OF_SHIFTS = {*get_args(ShiftNoticeKind)}
"""Their words are tested in test_shift_messages."""

KINDS = sorted(
    {path.stem for path in TEMPLATES.glob("*.txt") if not path.stem.startswith("_")}
    - OF_CONTRACTS
    - OF_SHIFTS
    - {digests.KIND, trials.KIND}
)


def rendered(attributes: Mapping[str, Any]) -> list[tuple[Notice, Message]]:
    return [(each.notice, each.message) for each in every_message(attributes)]


@pytest.fixture(scope="module", params=["minimal", "maximal"])
def told(request: pytest.FixtureRequest) -> list[tuple[Notice, Message]]:
    return rendered(MAXIMAL if request.param == "maximal" else {})


def test_no_template_is_left_untested_and_no_kind_is_without_one(
    told: list[tuple[Notice, Message]],
) -> None:
    assert sorted({notice.kind for notice, _ in told}) == KINDS
    assert sorted(NoticeKind) == KINDS


def test_every_message_has_a_subject_in_one_line_a_short_text_and_a_mail(
    told: list[tuple[Notice, Message]],
) -> None:
    for notice, message in told:
        assert message.subject.strip(), notice
        assert "\n" not in message.subject, notice
        assert message.sms.strip(), notice
        assert "---" not in message.email, notice
        assert len(message.email) > len(message.sms) > 0, notice


def test_no_message_shows_what_only_a_programmer_understands(told: list[tuple[Notice, Message]]) -> None:
    for notice, message in told:
        for text in (message.subject, message.sms, message.email):
            for oddity in ("None", "{{ about", "{%", "datetime", "Undefined", "Obligation", "[]"):
                assert oddity not in text, (notice.kind, oddity, text)


def test_every_reason_of_an_alert_is_its_first_sentence(told: list[tuple[Notice, Message]]) -> None:
    said = {}
    for notice, message in told:
        if isinstance(notice.about, AboutAlert):
            said[notice.about.reason] = message.email.splitlines()[0]
            assert message.email.splitlines()[0].endswith(f" because {notice.about.reason.sentence}.")
    assert said.keys() == set(AlertReason)


LONGEST = f"{'T' * 31}_{'9' * 32}"


@pytest.mark.parametrize(
    ("ticket_id", "priority", "timezone"),
    [
        ("T-1", "P1", "Europe/Berlin"),
        (LONGEST, "P1", "Asia/Kathmandu"),
        (LONGEST, "Business_critical-for-everybody1", "America/Argentina/Buenos_Aires"),
    ],
)
def test_a_short_message_is_one_segment_with_its_link_and_names_nobody(
    ticket_id: str, priority: str, timezone: str
) -> None:
    targets = {priority: {"first_response": "15m", "resolution": "4h", "periodic_update": "2h", "calendar": "always"}}
    told = every_message(
        MAXIMAL, ticket_id=ticket_id, priority=priority, targets=targets, calendar={"timezone": timezone}
    )
    assert {each.notice.kind for each in told} == set(NoticeKind)
    for each in told:
        text, link = each.message.sms, each.message.data["acknowledge_url"]
        assert septets_of(text) <= 160, text
        assert text.isprintable()
        assert link is None or text.endswith(f" {link}")
        for private in (SECRET, "Ana", "Ben", "Dora", "ana", "ben", "dora", "ACME"):
            assert private not in text, text


def test_a_short_alert_says_which_ticket_and_until_when_by_the_contract_s_clock() -> None:
    alert = next(each.message for each in every_message() if each.notice.kind == "tier_alert")
    text, _, link = alert.sms.rpartition(" ")
    assert text == "P1 T-1 needs you, ack by Mon 10:15 CEST"
    assert link == alert.data["acknowledge_url"]


def test_a_long_ticket_id_keeps_its_beginning_and_its_end_and_the_alert_its_deadline() -> None:
    alerts = every_message(ticket_id="ACME-GLOBAL-INCIDENT-2026-000123", calendar={"timezone": "Asia/Kathmandu"})
    alert = next(each.message for each in alerts if each.notice.kind == "tier_alert")
    assert alert.sms.startswith("P1 ACME-GLOB..26-000123 needs you, ack by Mon 14:00 +0545 https://")


def test_the_right_people_are_addressed(told: list[tuple[Notice, Message]]) -> None:
    topics = {"team": "acme_team_{}", "member": "acme_member_{}", "customer": "acme_customer_acme-gold"}
    for notice, message in told:
        assert message.topic == topics[notice.audience].format(notice.recipient)
        assert message.attributes["notice_id"] == notice.notice_id
        assert (notice.audience == "customer") == notice.kind.startswith("customer_") or (
            notice.kind == "customer_update_due"
        )


def test_the_customer_reads_nothing_that_is_meant_for_our_own_people(
    told: list[tuple[Notice, Message]],
) -> None:
    ours = ("hand-off", "handoff", "logs", "acknowledge", "requester", "tier", "frontline", "engineering", "management")
    people = ("ana", "ben", "dora")
    for notice, message in told:
        if notice.audience == "customer":
            data = {name: value for name, value in message.data.items() if value}
            for text in (message.subject, message.sms, message.email, json.dumps(data)):
                for word in ours:
                    assert word not in text.lower(), (notice, text)
                assert not {*re.findall(r"\w+", text.lower())}.intersection(people), (notice, text)
            assert message.attributes["tier"] == ""


def test_no_message_shows_a_state_s_name_or_a_team_s_id(told: list[tuple[Notice, Message]]) -> None:
    for notice, message in told:
        for text in (message.subject, message.sms, message.email):
            for raw in ("out_of_hours", "met_late", "_response", "pending since", "frontline", "engineering"):
                assert raw not in text, (notice.kind, text)


def test_the_customer_is_promised_no_instant_that_has_passed() -> None:
    for each in every_message():
        if each.notice.audience == "customer":
            for said in re.findall(
                r"(?:again|response +|resolution +)by (\w{3} \d\d \w{3} \d\d:\d\d)", each.message.email
            ):
                promised = datetime.strptime(f"2026 {said} +0200", "%Y %a %d %b %H:%M %z")
                if "did not keep it" not in each.message.email.splitlines()[0] or "again" in said:
                    assert promised > each.at, each.message.email


def test_the_customer_reads_of_an_escalation_only_where_there_was_one() -> None:
    breaches = [each for each in every_message() if each.notice.kind == "customer_breach"]
    escalated = {"escalated" in each.message.email: each.ticket.chain.tier for each in breaches}
    assert escalated[True] != 1
    assert escalated[False] in (None, 1)


def test_a_link_goes_to_members_and_to_the_team_that_is_asked(told: list[tuple[Notice, Message]]) -> None:
    for notice, message in told:
        linked = notice.audience == "member" or notice.kind == "tier_alert"
        assert ("https://hhh" in message.email) == linked, notice
        assert ("https://hhh" in message.sms) == linked, notice
        assert (message.data["acknowledge_url"] is not None) == linked, notice


def test_what_was_late_on_arrival_is_named() -> None:
    story = Story(teams=TEAMS, known_after=150, terms=contract(calendar={"timezone": "Europe/Berlin"}))
    story.assess(150)
    notice = story.notices("late_on_arrival")[0]
    mail = TemplateMessages(ShortLinks()).render(notice, story.ticket(), {}, TEAMS.get, after(150)).email
    assert (
        "\n  first response: was due Mon 30 Mar 10:15 CEST\n  customer update: was due Mon 30 Mar 12:00 CEST\n\n"
        in mail
    )


def test_a_status_is_since_then_and_not_since_the_opening() -> None:
    story = Story(teams=TEAMS, terms=contract(calendar={"timezone": "Europe/Berlin"}))
    story.assess(0)
    story.says(ev.Pended, 10, waiting_for="vendor")
    story.assess(15)
    alert = story.notices("tier_alert")[-1]
    mail = TemplateMessages(ShortLinks()).render(alert, story.ticket(), {}, TEAMS.get, after(15)).email
    assert "Status     waiting for the vendor since Mon 30 Mar 10:10 CEST\nOpened     Mon 30 Mar 10:00 CEST\n" in mail


def test_outside_its_hours_is_said_in_words() -> None:
    story = Story("P2", teams=TEAMS, terms=contract())
    story.assess(0)
    alert = story.notices("tier_alert")[0]
    evening = TemplateMessages(ShortLinks()).render(alert, story.ticket(), {}, TEAMS.get, after(600)).email
    assert "resolution               2 hours of 8 hours left" in evening
    assert "outside its hours until Tue 31 Mar 09:00 CEST" in evening


def test_who_has_the_ticket_is_told_so_and_anybody_else_who_has_it() -> None:
    told = [e for e in every_message() if e.notice.kind == "customer_update_due" and e.ticket.chain.acknowledged]
    said = {each.notice.recipient: each.message.email for each in told}
    assert "You have this ticket." in said["ben"]
    assert "Ben (Platform Engineers) has this ticket." in said["engineering"]


def test_the_second_alert_of_a_tier_says_so_and_until_when_it_may_still_acknowledge() -> None:
    again = next(e for e in every_message() if isinstance(e.notice.about, AboutAlert) and e.notice.about.attempt == 2)
    assert "This is the 2nd alert.\n\nAcknowledge by Mon 30 Mar 12:45 CEST:" in again.message.email


def test_the_text_to_read_aloud_has_every_kind() -> None:
    assert all(f"\n{kind} to " in read_aloud() for kind in NoticeKind)


def test_machines_get_json_of_one_shape(told: list[tuple[Notice, Message]]) -> None:
    shapes = set()
    for _, message in told:
        assert json.loads(json.dumps(message.data)) == message.data
        shapes.add(tuple(message.data))
    assert len(shapes) == 1


HOSTILE_SUBJECTS = [
    "a\n---\nYou have won\n---\nb",
    "\n---\n\n---\n",
    "---",
    "a\r\n---\r\nb",
    "\n\n",
    "a\u2028---\u2028b",
]


@pytest.mark.parametrize("subject", HOSTILE_SUBJECTS)
def test_a_subject_cannot_take_the_place_of_the_short_text_or_of_the_mail(subject: str) -> None:
    for (notice, plain), (_, hostile) in zip(
        rendered({"subject": "plain"}), rendered({"subject": subject}), strict=True
    ):
        if notice.kind == "tier_alert":
            assert hostile.sms == plain.sms
            assert "Acknowledge" in hostile.email
            assert hostile.email.startswith(plain.email[:20])
        else:
            assert hostile.sms == plain.sms, notice


def test_the_name_of_who_took_it_cannot_either() -> None:
    story = Story()
    story.assess(0)
    story.assess(15)
    story.says(ev.Acknowledged, 16, actor=Actor("agent", "x\n---\nYou have won\n---\ny"))
    story.assess(16)
    handover = story.notices("handover")[0]
    message = TemplateMessages(ShortLinks()).render(handover, story.ticket(), {}, TEAMS.get, after(17))
    assert not message.sms.startswith("You have won")
    assert "has the ticket now" in message.email


def test_what_a_customer_writes_is_text_and_no_template() -> None:
    for _, message in rendered({"subject": "{{ 7 * 7 }} {% if x %}"}):
        assert "49" not in message.subject


def test_plain_text_says_what_was_written_without_escapes() -> None:
    said = """Can't log in & <b>nächtlicher "Sync"</b>"""
    shown = [message for notice, message in rendered({"subject": said}) if notice.kind == "tier_alert"]
    for message in shown:
        assert said in message.subject
        assert said in message.email
    for _, message in rendered({"subject": said, "handoff": {"logs": "a > b"}, "description": "it's"}):
        for text in (message.subject, message.sms, message.email):
            assert not re.search(r"&(#\d+|[a-z]+);", text)


def test_long_texts_are_cut_in_mails() -> None:
    for _, message in rendered(MAXIMAL):
        assert len(message.email) < 8_000


def test_a_ticket_with_everything_as_long_as_the_api_takes_it_is_still_told(table: Table) -> None:
    """SNS takes 256 KB; a notice that it refuses would be tried for ever, and nobody would be alerted."""
    longest: dict[str, Any] = {
        "subject": "🔥" * 300,
        "description": "🔥" * 10_000,
        "tags": ["🔥" * 300] * 50,
        "links": ["🔥" * 300] * 20,
        "handoff": {f"part {number}": '"\\' * 1_000 for number in range(30)},
    }
    Attributes.model_validate(longest)
    notifier = SnsNotifier(client_of("sns"), f"arn:aws:sns:{REGION}:123456789012:t-", "key", DynamoChannels(table))
    for topic in ("acme_customer_acme-gold", "acme_team_frontline", "acme_member_ana"):
        notifier.subscribe(topic, ())
    story = Story(**longest)
    story.assess(0)
    messages = TemplateMessages(ShortLinks())
    for notice in story.notices():
        assert notifier.publish(messages.render(notice, story.ticket(), texts_in(longest), TEAMS.get, after(1)))


def test_an_instant_is_said_in_the_contract_s_zone() -> None:
    assert local_time(OPENED_AT, "Europe/Berlin") == "Mon 30 Mar 10:00 CEST"
    assert local_time(datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC), "Europe/Berlin") == "Sun 29 Mar 01:59 CET"
    assert local_time(datetime(2026, 3, 29, 1, tzinfo=UTC), "Europe/Berlin") == "Sun 29 Mar 03:00 CEST"


@pytest.mark.parametrize(("days", "said"), [(0, "Mon 10:00 CEST"), (5, "Mon 10:00 CEST"), (6, "30 Mar 10:00")])
def test_a_short_time_says_the_day_of_the_week_while_that_is_enough(days: int, said: str) -> None:
    assert short_time(OPENED_AT, "Europe/Berlin", after(-days * 1440)) == said


def reminded(now: datetime, **changes: Any) -> dict[str, Message]:
    """The first of each kind, if it is sent at an instant."""
    parts: dict[str, Any] = {
        "effective_from": "2026-01-01",
        "reminders": {"team": "management", "renewal": ["30 days"], "review_every": "6 months"},
        **changes,
    }
    version = ContractVersion(contract(**parts), 3, OPENED_AT, {}, "sha")
    messages, found = TemplateReminderMessages(), list(itertools.islice(reminders_of(version.contract), 3))
    return {each.kind: messages.render("acme", version, each, now) for each in reversed(found)}


TERM: dict[str, Any] = {"term": "12 months", "notice_days": 60, "transition_days": 30}
CONTACT = {"name": "Kim Roe", "party": "provider", "role": "service manager", "email": "kim@example.com"}
OCTOBER = datetime(2026, 10, 2, 7, 0, tzinfo=UTC)


def test_a_reminder_of_the_renewal_says_until_when_notice_can_be_given_and_whom_to_talk_to() -> None:
    message = reminded(OCTOBER, **TERM, contacts=[CONTACT, {"name": "Jo", "party": "customer", "role": "buyer"}])[
        "contract_renewal"
    ]
    assert message.subject == "acme-gold: last day for notice is 2026-11-01"
    assert message.sms == "acme-gold: the last day for notice is 2026-11-01."
    assert message.email == (
        "The last day for giving notice is 2026-11-01: in 30 days.\n"
        "To go on with it, agree on a longer term and put a version that says so. Tickets that are opened after\n"
        "2027-01-30 are refused.\n"
        "\n"
        "Contract   acme-gold, version 3, with ACME GmbH\n"
        "Term       2026-01-01 to 2026-12-31, notice by 2026-11-01\n"
        "Transition until 2027-01-30\n"
        "Contact    Kim Roe, service manager (provider), kim@example.com\n"
        "Contact    Jo, buyer (customer)"
    )
    assert message.topic == "acme_team_management"


def test_without_notice_it_is_the_last_day_of_the_contract() -> None:
    message = reminded(OCTOBER, term="12 months")["contract_renewal"]
    assert message.subject == "acme-gold: last day of the contract is 2026-12-31"
    assert "The last day of this contract is 2026-12-31: in 90 days." in message.email
    assert "Term       2026-01-01 to 2026-12-31\nContract" not in message.email
    assert "Transition" not in message.email


@pytest.mark.parametrize(
    ("day", "words"), [("2026-07-01", "today"), ("2026-07-02", "1 day ago"), ("2026-06-29", "in 2 days")]
)
def test_a_reminder_of_a_review_that_comes_late_says_so(day: str, words: str) -> None:
    renewal_less = {"team": "management", "review_every": "6 months"}
    now = datetime.fromisoformat(f"{day}T07:00:00+00:00")
    message = reminded(now, reminders=renewal_less)["contract_review"]
    assert f"The parties review this contract every 6 months. The day is 2026-07-01: {words}." in message.email


def test_a_reminder_carries_attributes_to_filter_by_and_versioned_json() -> None:
    for kind, message in reminded(OCTOBER, **TERM).items():
        notice_id = message.attributes["notice_id"]
        assert message.attributes == {
            "helpdesk": "acme",
            "contract": "acme-gold",
            "kind": kind,
            "recipient": "management",
            "notice_id": notice_id,
        }
        assert message.data == {
            "version": 1,
            "notice_id": notice_id,
            "kind": kind,
            "recipient": "management",
            "helpdesk_id": "acme",
            "contract_id": "acme-gold",
            "contract_version": 3,
            "about_date": "2026-11-01" if kind == "contract_renewal" else "2026-07-01",
            "term": {
                "begins_on": "2026-01-01",
                "ends_on": "2026-12-31",
                "notice_by": "2026-11-01",
                "measured_until": "2027-01-30",
            },
            "sent_at": "2026-10-02T07:00:00Z",
        }


def test_every_kind_of_reminder_is_rendered_here() -> None:
    assert {*reminded(OCTOBER, **TERM)} == OF_CONTRACTS


def test_a_reminder_s_short_message_is_one_segment() -> None:
    for message in reminded(OCTOBER, **TERM).values():
        assert septets_of(message.sms) <= 160
