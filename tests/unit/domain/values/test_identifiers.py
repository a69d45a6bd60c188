"""The alphabet of ids: they become keys, topic names and addresses."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from tocsin.domain.values.identifiers import SLUG, TICKET_ID, PriorityName, Slug, TicketId

KINDS: dict[str, TypeAdapter[str]] = {
    "slug": TypeAdapter(Slug),
    "ticket": TypeAdapter(TicketId),
    "priority": TypeAdapter(PriorityName),
}
HOSTILE = [
    "",
    " ",
    "a b",
    "a#b",
    "a/b",
    "a\n",
    "\na",
    "a\x00",
    "ä",
    "а",  # Cyrillic
    "１",  # full width
    "a\u200b",
    "-a",
    "..",
    "../a",
    "a" * 65,
    "a\x1fb",
    "🔥",
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", HOSTILE)
def test_what_could_leave_its_key_topic_or_address_is_no_id(kind: str, text: str) -> None:
    with pytest.raises(ValidationError):
        KINDS[kind].validate_python(text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [("slug", "acme-gold"), ("slug", "a" * 48), ("ticket", "ZD-1042.a_B"), ("ticket", "T" * 64), ("priority", "P1")],
)
def test_ids_as_helpdesks_have_them_are_accepted(kind: str, text: str) -> None:
    assert KINDS[kind].validate_python(text) == text


@pytest.mark.parametrize(("kind", "pattern"), [("slug", SLUG), ("ticket", TICKET_ID)])
@given(text=st.text(max_size=70))
def test_whatever_is_accepted_has_the_alphabet(kind: str, pattern: str, text: str) -> None:
    try:
        KINDS[kind].validate_python(text)
    except ValidationError:
        return
    assert re.fullmatch(pattern.strip("^$"), text, re.ASCII)
