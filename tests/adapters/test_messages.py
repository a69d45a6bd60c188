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
from tests.unit.fakes import FakeLinks
from tests.unit.story import CUSTOMER, OPENED_AT, REVIEW, Story, after, contract
from tocsin.adapters.dynamodb.channels import DynamoChannels
from tocsin.adapters.dynamodb.table import Table
from tocsin.adapters.messages import TEMPLATES, TemplateMessages, local_time
from tocsin.adapters.messages.pages import accepted_page, offer_page, refusal_page
from tocsin.adapters.messages.reminders import TemplateReminderMessages
from tocsin.adapters.sns import SnsNotifier
from tocsin.domain.assessment.acknowledgement import Offer
from tocsin.domain.contracts.reminders import ReminderKind, reminders_of
from tocsin.domain.contracts.version import ContractVersion
from tocsin.domain.notices.message import Message
from tocsin.domain.notices.notice import Notice, NoticeKind
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.commands import Attributes
from tocsin.domain.tickets.events import Actor
from tocsin.domain.tickets.texts import TEXT_NAMES, Texts
from tocsin.domain.tickets.ticket import Ticket

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

RESOLVED: Mapping[str, Any] = {"root_cause": "c", "mitigation": "m", "prevention": "p"}


def everything(attributes: Mapping[str, Any]) -> list[tuple[Ticket, Notice]]:
    """Lives of tickets in which every kind of notice occurs, and the ticket as it was when each was owed."""
    terms = contract(review=REVIEW, calendar={"timezone": "Europe/Berlin"})
    long = Story(terms=terms, **attributes)
    long.assess_until(300)
    taken = Story(terms=terms, **attributes)
    taken.assess_until(20)
    taken.says(ev.Acknowledged, 21, actor=Actor("agent", "ben"))
    taken.assess_until(100)
    taken.says(ev.Resolved, 110, **RESOLVED)
    taken.assess_until(14 * 1440)
    reopened = Story(terms=terms, **attributes)
    for event_type, minute in ((ev.Resolved, 10), (ev.Reopened, 20), (ev.Escalated, 30)):
        reopened.says(event_type, minute)
        reopened.assess(minute)
    late = Story("P1", terms=terms, known_after=600, **attributes)
    late.assess(600)
    paused = Story(terms=terms, **attributes)
    paused.says(ev.Pended, 200)
    paused.assess(210)
    mistaken = Story(terms=terms, **attributes)
    mistaken.assess_until(20)
    mistaken.says(ev.AgentReplied, 10, known_at=30)
    mistaken.assess(30)
    stories = (long, taken, reopened, late, paused, mistaken)
    return [(story.ticket(), notice) for story in stories for notice in story.notices()]


OF_CONTRACTS = {*get_args(ReminderKind)}
"""Kinds that are about no ticket; their words have a test of their own below."""

KINDS = sorted({path.stem for path in TEMPLATES.glob("*.txt") if not path.stem.startswith("_")} - OF_CONTRACTS)


def texts_in(attributes: Mapping[str, Any]) -> Texts:
    return {name: text for name, text in {**attributes, **RESOLVED}.items() if name in TEXT_NAMES}


def rendered(attributes: Mapping[str, Any]) -> list[tuple[Notice, Message]]:
    messages = TemplateMessages(FakeLinks())
    return [
        (notice, messages.render(notice, ticket, texts_in(attributes), after(700)))
        for ticket, notice in everything(attributes)
    ]


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


def test_a_short_message_fits_two_and_carries_nothing_that_a_customer_wrote(
    told: list[tuple[Notice, Message]],
) -> None:
    for notice, message in told:
        without_link = re.sub(r"https://\S+.*", "", message.sms)
        assert len(without_link) <= 160, notice
        assert SECRET not in message.sms, notice
        assert "\n" not in message.sms, notice


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
    for notice, message in told:
        if notice.audience == "customer":
            for text in (message.subject, message.sms, message.email):
                assert "Hand-off" not in text, notice
                assert "logs" not in text, notice
                assert "acknowledge" not in text.lower(), notice


def test_only_a_tier_s_alert_carries_the_link(told: list[tuple[Notice, Message]]) -> None:
    for notice, message in told:
        assert ("https://tocsin.example/a/" in message.email) == (notice.kind == "tier_alert"), notice
        assert ("https://tocsin.example/a/" in message.sms) == (notice.kind == "tier_alert"), notice
        assert (message.data["acknowledge_url"] is not None) == (notice.kind == "tier_alert"), notice


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
    [handover] = story.notices("handover")
    message = TemplateMessages(FakeLinks()).render(handover, story.ticket(), {}, after(17))
    assert not message.sms.startswith("You have won")
    assert "has acknowledged and takes over" in message.email


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
    messages = TemplateMessages(FakeLinks())
    for notice in story.notices():
        assert notifier.publish(messages.render(notice, story.ticket(), texts_in(longest), after(1)))


class TestLocalTime:
    def test_an_instant_is_said_in_the_contract_s_zone_and_in_utc(self) -> None:
        assert local_time(OPENED_AT, "Europe/Berlin") == "Mon 30 Mar 10:00 CEST (2026-03-30T08:00:00Z)"
        assert local_time("2026-03-29T00:59:59Z", "Europe/Berlin") == "Sun 29 Mar 01:59 CET (2026-03-29T00:59:59Z)"
        assert local_time("2026-03-29T01:00:00Z", "Europe/Berlin") == "Sun 29 Mar 03:00 CEST (2026-03-29T01:00:00Z)"

    @pytest.mark.parametrize("nothing", [None, ""])
    def test_what_is_paused_has_none(self, nothing: str | None) -> None:
        assert local_time(nothing, "UTC") == "not while paused"


class TestPages:
    def offer(self, taken_by: str | None = None, **attributes: Any) -> Offer:
        story = Story(**attributes)
        return Offer(story.ticket(), "ana", 1, taken_by, OPENED_AT if taken_by else None)

    def test_an_open_offer_has_one_button_and_no_script(self) -> None:
        page = offer_page(self.offer())
        assert page.count("<button") == 1
        assert page.count('<form method="post">') == 1
        assert "<script" not in page

    def test_what_a_customer_wrote_is_shown_and_not_run(self) -> None:
        page = offer_page(self.offer(subject='"><img src=x onerror=alert(1)><script>'))
        assert "<img" not in page
        assert "<script" not in page
        assert "&lt;script&gt;" in page

    def test_the_name_of_who_has_it_is_shown_and_not_run(self) -> None:
        page = offer_page(self.offer(taken_by="<b>bo</b>"))
        assert "<b>" not in page
        assert "<button" not in page

    def test_a_refusal_is_shown_and_not_run(self) -> None:
        assert "<i>" not in refusal_page("<i>", "<i>")

    def test_who_has_just_taken_it_is_told_so_and_anybody_else_who_has_it(self) -> None:
        assert "You have it" in accepted_page(self.offer(taken_by="ana"))
        assert "bo acknowledged at Mon 30 Mar 10:00 CEST" in accepted_page(self.offer(taken_by="bo"))

    @pytest.mark.parametrize("status", [ev.Resolved, ev.Closed])
    def test_when_it_is_over_there_is_nothing_to_press(self, status: type[Any]) -> None:
        story = Story()
        story.says(status, 1, actor=CUSTOMER)
        page = offer_page(Offer(story.ticket(), "ana", 1, None, None))
        assert "<button" not in page
        assert "Nothing is left to acknowledge" in page

    def test_a_page_is_the_same_for_the_same_offer(self) -> None:
        assert offer_page(self.offer()) == offer_page(self.offer())


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
