"""The escalation as a diagram: its boxes and arrows, and no way to break out of a label."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.story import REVIEW, contract
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.contracts.diagram import escaped, mermaid

_LABEL = r'"(?P<label>[^"]*)"'
BOX = re.compile(rf"(?P<name>[a-z]+\d*)(?:\[{_LABEL}\]|\(\[{_LABEL.replace('label', 'round')}\]\))")
ARROW = re.compile(rf"(?P<start>[a-z]+\d*) -->(?:\|{_LABEL}\| )? ?(?P<end>[a-z]+\d*)")


def tiers(*names: str, **first: Any) -> dict[str, Any]:
    chain = [{"team": name, "acknowledge_within": f"{10 * number}m"} for number, name in enumerate(names, start=1)]
    return {"tiers": [{**chain[0], **first}, *chain[1:]]}


def boxes(terms: Contract) -> dict[str, str]:
    """What is written in each."""
    found = [match for line in lines(terms) if (match := BOX.fullmatch(line))]
    return {match["name"]: match["label"] or match["round"] for match in found}


def arrows(terms: Contract) -> list[tuple[str, str | None, str]]:
    found = [match for line in lines(terms) if (match := ARROW.fullmatch(line))]
    return [(match["start"], match["label"], match["end"]) for match in found]


def lines(terms: Contract) -> list[str]:
    head, *rest = mermaid(terms).splitlines()
    assert head == "flowchart TD"
    assert all(BOX.fullmatch(line.strip()) or ARROW.fullmatch(line.strip()) for line in rest), rest
    return [line.strip() for line in rest]


def test_silence_moves_the_chain_on_and_an_acknowledgement_stops_it() -> None:
    assert arrows(contract(escalation=tiers("frontline", "engineering"))) == [
        ("opened", None, "tier1"),
        ("tier1", "somebody acknowledges", "taken1"),
        ("taken1", "resolved", "resolved"),
        ("tier1", "nobody acknowledges within 10 minutes", "tier2"),
        ("tier2", "somebody acknowledges", "taken2"),
        ("taken2", "resolved", "resolved"),
        ("tier2", "nobody acknowledges within 20 minutes, alerted again up to 2 times", "tier2"),
        ("tier2", "nor after that", "nobody"),
        ("nobody", "somebody acknowledges after all", "taken2"),
    ]


def test_a_tier_that_has_a_time_to_resolve_hands_on_after_it() -> None:
    terms = contract(escalation=tiers("frontline", "engineering", resolve_within="4h"))
    assert boxes(terms)["taken1"] == "Tier 1 has the ticket<br/>for 4 hours from the alert"
    assert ("taken1", "not resolved in that time", "tier2") in arrows(terms)


def test_the_last_tier_is_not_alerted_again_where_the_contract_says_so() -> None:
    chain = {**tiers("frontline"), "repeat_last_tier": 0}
    assert ("tier1", "nobody acknowledges within 10 minutes", "nobody") in arrows(contract(escalation=chain))
    assert ("tier1", "tier1") not in [(start, end) for start, _, end in arrows(contract(escalation=chain))]


def test_each_box_names_the_team_and_the_hours_in_which_it_is_alerted() -> None:
    shown = boxes(contract(escalation=tiers("frontline", "engineering", calendar="always")))
    assert shown["opened"] == "A ticket of ACME GmbH is opened"
    assert shown["tier1"] == "Tier 1, frontline, is alerted<br/>around the clock"
    assert shown["tier2"] == "Tier 2, engineering, is alerted<br/>in the hours of the ticket's targets"
    assert shown["nobody"] == "All tiers are told that nobody has the ticket"


def test_a_review_hangs_on_the_resolution() -> None:
    terms = contract(review=REVIEW)
    assert boxes(terms)["review"] == (
        "management owes a review<br/>by the end of the 3rd business day, in the contract's hours<br/>"
        "reminded at the end of the 2nd business day"
    )
    assert arrows(terms)[-1] == ("resolved", "tier 2 or a later one was reached", "review")
    assert "review" not in boxes(contract())


def test_every_arrow_ends_at_a_box() -> None:
    terms = contract(review=REVIEW)
    assert {end for start, _, to in arrows(terms) for end in (start, to)} == boxes(terms).keys()


@pytest.mark.parametrize("name", ['"]; x["', "%%{init: {}}%%", "a\nb --> c", "<b>#quot;</b>", "`md`", "A|B", "end"])
def test_what_mermaid_would_take_for_its_own_stays_in_its_label(name: str) -> None:
    terms = contract(customer={"name": name})
    assert boxes(terms)["opened"] == f"A ticket of {escaped(name)} is opened"
    assert arrows(terms) == arrows(contract())


@given(st.text(max_size=60))
def test_a_label_can_be_read_back_and_holds_nothing_that_mermaid_knows(wording: str) -> None:
    label = escaped(wording)
    assert re.sub(r"#(\d+);", lambda match: chr(int(match[1])), label) == " ".join(wording.split())
    assert not {*re.sub(r"#\d+;", "", label)} & {*'"`#;%&<>|[]{}\n'}


def test_whom_a_tier_wakes_how_many_it_takes_and_how_often_at_night_are_in_it() -> None:
    chain = tiers("frontline", who="everybody", acknowledgements=2)
    limited = contract(escalation={**chain, "most_pages_per_night": 3})
    assert boxes(limited)["tier1"] == (
        "Tier 1, everybody of frontline, is alerted<br/>in the hours of the ticket's targets<br/>"
        "nobody more than 3 times a night"
    )
    assert ("tier1", "2 of them acknowledge", "taken1") in arrows(limited)
    awake = contract(escalation={**chain, "most_pages_per_night": 0})
    assert boxes(awake)["tier1"].endswith("at night those first for whom it is day")
