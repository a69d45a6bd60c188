"""Acknowledgement links: what was signed comes back, and nothing else does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer, URLSafeTimedSerializer

from tests.adapters.conftest import client_of
from tocsin.adapters.links import SignedLinks

CLAIMS = {
    "helpdesk": "acme",
    "ticket": "T-1",
    "member": "ana",
    "tier": 1,
    "notice": "n",
    "until": "2026-04-01T00:00:00Z",
}
SALT = "tocsin.acknowledgement"


@pytest.fixture
def links(aws: None) -> SignedLinks:
    client = client_of("secretsmanager")
    arn = client.create_secret(Name="key", SecretString="correct horse")["ARN"]
    return SignedLinks(client, arn, "https://tocsin.example/")


def part(url: str) -> str:
    return url.rpartition("/")[2]


def test_what_was_signed_comes_back_from_an_address_that_needs_no_escaping(links: SignedLinks) -> None:
    url = links.sign(CLAIMS)
    assert url.startswith("https://tocsin.example/v1/acknowledgements/")
    assert all(c.isalnum() or c in "-_.~" for c in part(url))
    assert links.read(part(url)) == CLAIMS


@pytest.mark.parametrize("value", ["ü", "🔥" * 100, "a/b?c#d%2F", "x" * 3000])
def test_whatever_a_claim_says_it_comes_back(links: SignedLinks, value: str) -> None:
    assert links.read(part(links.sign({**CLAIMS, "member": value}))) == {**CLAIMS, "member": value}


@pytest.mark.parametrize(
    "forged",
    [
        URLSafeSerializer("guessed", salt=SALT).dumps(CLAIMS),
        URLSafeSerializer("correct horse").dumps(CLAIMS),
        URLSafeTimedSerializer("correct horse", salt=SALT).dumps(CLAIMS),
        URLSafeSerializer("", salt=SALT).dumps(CLAIMS),
        "",
        ".",
        "..",
        "e30.",
        "x" * 10_000,
        "ä.ö",
        "\x00",
        "🔥",
    ],
)
def test_what_was_signed_with_another_key_or_for_another_purpose_is_nothing(links: SignedLinks, forged: str) -> None:
    assert links.read(forged) is None


@pytest.mark.parametrize("signed", [[1, 2], "text", 5, None, True])
def test_what_is_signed_but_no_claims_is_nothing(links: SignedLinks, signed: Any) -> None:
    assert links.read(URLSafeSerializer("correct horse", salt=SALT).dumps(signed)) is None


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_link_of_which_a_single_character_is_changed_lost_or_added_is_nothing(
    links: SignedLinks, data: st.DataObject
) -> None:
    signed = part(links.sign(CLAIMS))
    place = data.draw(st.integers(0, len(signed) - 1))
    character = data.draw(st.sampled_from("aZ0-_.~"))
    cut = signed[:place] + signed[place + 1 :]
    for forged in (signed[:place] + character + signed[place + 1 :], cut, signed[:place] + character + signed[place:]):
        claims = links.read(forged) if forged != signed else None
        # The last character of a signature in base 64 carries two bits that mean nothing.
        assert claims is None or (claims == CLAIMS and place >= len(signed) - 1)


def test_the_key_is_read_once_and_only_when_needed(aws: None) -> None:
    client = client_of("secretsmanager")
    links = SignedLinks(client, "none", "https://tocsin.example")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        links.read("x")
