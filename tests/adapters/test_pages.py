"""The page behind a link: what a person reads who has just been woken, and a button only where it does something."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.adapters.every_message import TEAMS
from tests.unit.story import CUSTOMER, DOCUMENT, Story, after, contract, team
from tocsin.adapters.messages.pages import offer_page, refusal_page
from tocsin.domain.assessment.acknowledgement import Offer
from tocsin.domain.oncall.team import Team
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Actor


def offer(
    story: Story, member_id: str = "ana", at: float = 16, tier: int | None = 1, teams: Mapping[str, Team] = TEAMS
) -> Offer:
    ticket = story.ticket()
    taken = ticket.chain.acknowledged
    by, taken_at = (taken.by, taken.at) if taken else (None, None)
    return Offer(ticket, teams.get, after(at), member_id, tier, by, taken_at)


def told(by: str | None = None, **attributes: Any) -> Story:
    """Of a ticket on which two tiers were alerted, and that somebody took."""
    story = Story(teams=TEAMS, terms=contract(calendar={"timezone": "Europe/Berlin"}), **attributes)
    story.assess_until(15)
    if by:
        story.says(ev.Acknowledged, 16, actor=Actor("agent", by))
    return story


def first_buttons(page: str) -> int:
    """How many buttons are on the screen before anything is unfolded."""
    return len(re.sub(r"<details>.*?</details>", "", page, flags=re.DOTALL).split("<button")) - 1


def test_an_open_offer_has_one_button_and_no_script() -> None:
    page = offer_page(offer(told(), "ben", tier=2))
    assert first_buttons(page) == 1
    assert '<button type="submit" name="action" value="decline">' in page
    assert "<script" not in page


def test_who_was_not_asked_or_is_no_person_is_not_offered_to_decline() -> None:
    assert 'value="decline"' not in offer_page(offer(told(), "ana"))
    assert 'value="decline"' not in offer_page(offer(told(), "engineering", tier=2))


def test_who_has_declined_reads_who_was_alerted_instead_and_may_take_it_after_all() -> None:
    story = told()
    story.says(ev.Declined, 16, actor=Actor("agent", "ben"))
    story.assess(16)
    page = offer_page(offer(story, "ben", tier=2))
    assert "<h1>You have declined</h1>" in page
    assert "<p>Dora was alerted instead. If nobody does, Duty Leads will be alerted again on" in page
    two = Story(teams={**TEAMS, "frontline": team("ana", "bo", name="First Line")})
    two.assess(0)
    two.says(ev.Declined, 1)
    two.assess(1)
    page = offer_page(offer(two, at=1, teams=two.teams))
    assert "<h1>You have declined</h1>" in page
    assert "<p>Bo was alerted instead." in page
    assert 'value="decline"' not in page
    assert first_buttons(page) == 1


def test_what_was_refused_is_said_first_and_the_ticket_is_shown_as_it_is() -> None:
    page = offer_page(offer(told(by="ben")), "Somebody else has the ticket by now.")
    assert "<h1>Nothing was changed</h1>" in page
    assert "<p>Somebody else has the ticket by now.</p>\n<h2>Ben has it</h2>\n<p>Ben (Platform Engineers) has" in page


def test_it_shows_the_deadline_the_clocks_who_was_alerted_and_what_comes_next() -> None:
    page = offer_page(offer(told()))
    for piece in (
        "<dt>Acknowledge by</dt><dd>Mon 30 Mar 10:45 CEST</dd>",
        "<dt>First response</dt><dd>late; it was due Mon 30 Mar 10:15 CEST</dd>",
        "<dt>Resolution</dt><dd>3 hours 44 minutes of 4 hours left, due Mon 30 Mar 14:00 CEST</dd>",
        "<li>Mon 30 Mar 10:00 CEST: First Line (Ana)</li>",
        "<li>Mon 30 Mar 10:15 CEST: Platform Engineers (Ben)</li>",
        "<dt>You are</dt><dd>Ana</dd>",
        "If nobody does, Duty Leads will be alerted on Mon 30 Mar 10:45 CEST.",
    ):
        assert piece in page


def test_it_links_to_the_helpdesk_and_to_nothing_that_would_run() -> None:
    links = ["javascript:alert(1)", "https://wiki.example/runbook", "data:text/html,x"]
    page = offer_page(offer(told(reference="https://helpdesk.example/1?a=1&b=2", links=links)))
    assert '<a href="https://helpdesk.example/1?a=1&amp;b=2" rel="noreferrer">' in page
    assert '<a href="https://wiki.example/runbook" rel="noreferrer">' in page
    assert page.count("<a ") == 2
    assert "javascript:" not in page
    assert "<h2>Links" not in offer_page(offer(told(reference="INC-1")))


def test_it_declares_its_colour_schemes() -> None:
    page = offer_page(offer(told()))
    assert '<meta name="color-scheme" content="light dark">' in page
    assert ":root { color-scheme: light dark; }" in page


def test_what_a_customer_wrote_is_shown_and_not_run() -> None:
    page = offer_page(offer(told(subject='"><img src=x onerror=alert(1)><script>')))
    assert "<img" not in page
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_the_name_of_who_has_it_is_shown_and_not_run() -> None:
    page = offer_page(offer(told(by="<b>bo</b>")))
    assert "<b>" not in page
    assert "<button" not in page


def test_a_refusal_is_shown_and_not_run() -> None:
    assert "<i>" not in refusal_page("<i>", "<i>")


def test_who_has_just_taken_it_is_told_so_and_anybody_else_who_has_it() -> None:
    story = told(by="ben")
    mine, others = offer_page(offer(story, "ben")), offer_page(offer(story, "ana"))
    assert "<h1>You have it</h1>" in mine
    assert first_buttons(mine + others) == 0
    assert "You have had it since Mon 30 Mar 10:16 CEST. Nobody else is alerted." in mine
    assert "<h1>Ben has it</h1>" in others
    assert "Ben (Platform Engineers) has had it since Mon 30 Mar 10:16 CEST." in others
    assert "<button" not in others


def test_who_has_it_reads_what_happens_unless_it_is_resolved() -> None:
    tiers = [
        {"team": "frontline", "acknowledge_within": "15m", "resolve_within": "1h"},
        {"team": "engineering", "acknowledge_within": "15m"},
    ]
    story = Story(teams=TEAMS, terms=contract(escalation={"tiers": tiers}))
    story.assess(0)
    story.says(ev.Acknowledged, 1)
    page = offer_page(offer(story, at=1))
    assert "Unless it is resolved by then, Platform Engineers will be alerted on Mon 30 Mar 11:00 CEST." in page
    assert "Nobody else is alerted." not in page


@pytest.mark.parametrize("status", [ev.Resolved, ev.Closed])
def test_when_it_is_over_there_is_nothing_to_press(status: type[Any]) -> None:
    for by in (None, "ana"):
        story = told(by)
        story.says(status, 17, actor=CUSTOMER)
        page = offer_page(offer(story))
        assert "<button" not in page
        assert "Since Mon 30 Mar 10:17 CEST. Nothing is left to acknowledge." in page


def test_the_link_of_a_team_names_the_team_and_no_id_of_it() -> None:
    page = offer_page(offer(told(), "engineering", tier=2))
    assert "<dt>You are</dt><dd>Platform Engineers</dd>" in page
    story = told()
    story.says(ev.Acknowledged, 16, actor=Actor("agent", "engineering"), tier=2)
    page = offer_page(offer(story))
    assert "<h1>Platform Engineers has it</h1>" in page
    assert "<p>Platform Engineers has had it since" in page
    assert "engineering" not in page


def test_times_are_those_of_the_team_s_zone_where_it_says_where_it_works() -> None:
    chicago = TEAMS["frontline"].model_copy(update={"timezone": "America/Chicago"})
    page = offer_page(offer(told(), teams={**TEAMS, "frontline": chicago}))
    assert "<dt>Acknowledge by</dt><dd>Mon 30 Mar 03:45 CDT</dd>" in page
    assert "will be alerted on Mon 30 Mar 03:45 CDT." in page
    assert "CEST" not in page


def test_the_link_of_the_owner_of_an_escalation_tells_times_in_the_zone_of_that_team() -> None:
    owned = contract(
        calendar={"timezone": "Europe/Berlin"}, escalation={**DOCUMENT["escalation"], "owner": "management"}
    )
    story = Story(teams=TEAMS, terms=owned)
    story.assess_until(15)
    tokyo = TEAMS["management"].model_copy(update={"timezone": "Asia/Tokyo"})
    page = offer_page(offer(story, "management", tier=None, teams={**TEAMS, "management": tokyo}))
    assert " JST" in page
    assert "CEST" not in page


def test_a_tab_is_named_for_its_ticket_once() -> None:
    story = told()
    assert f"<title>{story.ticket().key.ticket_id}: Do you have it?</title>" in offer_page(offer(story))
    story.says(ev.Resolved, 17)
    assert f"<title>{story.ticket().key.ticket_id} is resolved</title>" in offer_page(offer(story))
    assert "<title>This link has expired</title>" in refusal_page("This link has expired", "Elsewhere.")


def test_a_page_is_the_same_for_the_same_offer() -> None:
    assert offer_page(offer(told())) == offer_page(offer(told()))


def options(page: str, name: str) -> list[str]:
    """What one can choose for that field of a form; nothing where the page has no such field."""
    selects = re.findall(rf'<select name="{name}">(.*?)</select>', page, flags=re.DOTALL)
    return re.findall(r"<option[^>]*>([^<]*)</option>", "".join(selects))


def snoozes(page: str) -> list[str]:
    return options(page, "for")


def test_who_has_snoozed_it_reads_until_when_and_what_comes_then_and_may_acknowledge() -> None:
    story = told()
    story.says(ev.Snoozed, 16, actor=Actor("agent", "ben"), until=after(46))
    page = offer_page(offer(story, "ben", tier=2))
    assert "<h1>You have snoozed it</h1>" in page
    assert (
        "You have it until Mon 30 Mar 10:46 CEST. Unless somebody acknowledges by then, "
        "Platform Engineers will be alerted again on Mon 30 Mar 10:46 CEST." in page
    )
    assert first_buttons(page) == 1


def test_the_snoozes_on_offer_are_those_that_the_contract_and_the_time_to_resolve_allow() -> None:
    assert snoozes(offer_page(offer(told()))) == ["15 minutes", "30 minutes", "1 hour"]
    short = contract(escalation={**DOCUMENT["escalation"], "longest_snooze": "20m"})
    tiers = [{"team": "frontline", "acknowledge_within": "15m", "resolve_within": "1h"}]
    for terms, at, offered in (
        (short, 0, ["15 minutes", "20 minutes"]),
        (contract(escalation={"tiers": tiers}), 20, ["15 minutes", "30 minutes"]),
        (contract(escalation={"tiers": tiers}), 50, []),
        (contract(escalation={"tiers": tiers, "longest_snooze": None}), 1, []),
    ):
        story = Story(teams=TEAMS, terms=terms)
        story.assess(0)
        page = offer_page(offer(story, at=at))
        assert snoozes(page) == offered
        assert ('value="snooze"' in page) is bool(offered)


def test_it_can_be_handed_over_to_whoever_else_can_be_reached_those_on_call_first() -> None:
    turns = {"every": "daily", "starts_on": "2026-03-01", "order": ["ben"]}
    teams = {
        **TEAMS,
        "frontline": team("ana", "bo", name="First Line"),
        "engineering": team("cy", "ben", name="Platform Engineers", rotation=turns),
        "management": Team.model_validate({"name": "Duty Leads", "members": [{"member_id": "dora", "name": "Dora"}]}),
    }
    listed = options(offer_page(offer(told(), teams=teams)), "to")
    assert listed == ["Bo, First Line, on call", "Ben, Platform Engineers, on call", "Cy, Platform Engineers"]


def test_who_has_handed_it_over_or_escalated_it_reads_what_comes_of_it() -> None:
    story = told(by="ben")
    story.says(ev.Assigned, 17, actor=Actor("agent", "ben"), to=ev.Assignee("ana"))
    page = offer_page(replace(offer(story, "ben", tier=2, at=17), done="hand_over"))
    assert "<h1>Ana has it</h1>" in page
    assert "They are told, with a link of their own. Nobody else is alerted." in page
    story = told()
    assert "Escalate it to Duty Leads" in offer_page(offer(story, "ben", tier=2))
    story.says(ev.Escalated, 17, actor=Actor("agent", "ben"))
    story.assess(17)
    page = offer_page(offer(story, "ben", tier=2, at=17))
    assert "<h1>You have escalated it</h1>" in page
    assert "<p>Dora was alerted instead." in page
    assert "Escalate it to" not in page


def test_what_will_be_late_can_be_said_of_each_promise_of_which_the_customer_was_not_told() -> None:
    story = Story(teams=TEAMS, terms=contract(calendar={"timezone": "Europe/Berlin"}))
    story.assess(0)
    listed = ["First response, due Mon 30 Mar 10:15 CEST", "Resolution, due Mon 30 Mar 14:00 CEST"]
    assert options(offer_page(offer(story, at=1)), "metric") == listed
    story.says(ev.BreachExpected, 1, metric="resolution", obligation_id="resolution#1", due_at=after(240))
    page = offer_page(offer(story, at=2))
    assert options(page, "metric") == listed[:1]
    assert "due Mon 30 Mar 14:00 CEST; the customer was told Mon 30 Mar 10:01 CEST to expect a delay</dd>" in page
