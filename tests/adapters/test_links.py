"""Acknowledgement links: what was signed comes back, and nothing else does, whatever the table or the key says."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer

from tests.adapters.conftest import client_of
from tests.unit.fakes import FakeClock
from tocsin.adapters.dynamodb.table import Table
from tocsin.adapters.links import KEYS_KEPT, TOKEN_LENGTH, SignedLinks, SigningKeys
from tocsin.domain.assessment.acknowledgement import TicketClaims

CLAIMS: TicketClaims = {
    "helpdesk": "acme",
    "ticket": "T-1",
    "member": "ana",
    "tier": 1,
    "notice": "n",
    "until": "2026-04-01T00:00:00Z",
}
API = "https://tocsin.example/"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime(2026, 3, 30, tzinfo=UTC))


@pytest.fixture
def secrets(aws: None) -> Any:
    return client_of("secretsmanager")


@pytest.fixture
def keys(secrets: Any, clock: FakeClock) -> SigningKeys:
    arn = secrets.create_secret(Name="key", SecretString="correct horse")["ARN"]
    return SigningKeys(secrets, arn, clock)


@pytest.fixture
def links(table: Table, keys: SigningKeys) -> SignedLinks:
    return SignedLinks(table, keys, API)


def part(url: str) -> str:
    return url.rpartition("/")[2]


def stored(table: Table) -> list[dict[str, Any]]:
    return list(table.client.scan(TableName=table.name)["Items"])


def test_what_was_signed_comes_back_from_a_short_address_that_needs_no_escaping(links: SignedLinks) -> None:
    url = links.sign(CLAIMS)
    assert url.startswith("https://tocsin.example/a/")
    assert len(part(url)) == TOKEN_LENGTH
    assert all(c.isalnum() or c in "-_" for c in part(url))
    assert links.read(part(url)) == CLAIMS


def test_a_notice_that_is_sent_again_has_the_same_link(links: SignedLinks, table: Table) -> None:
    assert links.sign(CLAIMS) == links.sign({**CLAIMS})
    assert links.sign({**CLAIMS, "member": "ben"}) != links.sign(CLAIMS)
    assert len(stored(table)) == 2


@pytest.mark.parametrize("value", ["ü", "🔥" * 100, "a/b?c#d%2F", "x" * 3000])
def test_whatever_a_claim_says_it_comes_back(links: SignedLinks, value: str) -> None:
    assert links.read(part(links.sign({**CLAIMS, "member": value}))) == {**CLAIMS, "member": value}


@pytest.mark.parametrize("token", ["", ".", "x" * 16, "x" * 10_000, "ä" * 16, "\x00" * 16, "🔥" * 16, "\ud800" * 16])
def test_what_nobody_signed_is_nothing(links: SignedLinks, token: str) -> None:
    links.sign(CLAIMS)
    assert links.read(token) is None


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_link_of_which_a_single_character_is_changed_lost_or_added_is_nothing(
    links: SignedLinks, data: st.DataObject
) -> None:
    token = part(links.sign(CLAIMS))
    place = data.draw(st.integers(0, len(token) - 1))
    character = data.draw(st.sampled_from("aZ0-_."))
    for forged in (
        token[:place] + character + token[place + 1 :],
        token[:place] + token[place + 1 :],
        token[:place] + character + token[place:],
    ):
        assert links.read(forged) is None or forged == token


def test_who_reads_the_table_finds_no_link_and_who_writes_it_forges_none(links: SignedLinks, table: Table) -> None:
    token = part(links.sign(CLAIMS))
    [item] = stored(table)
    assert token not in json.dumps(item)
    forged = str(URLSafeSerializer("guessed", salt="tocsin.acknowledgement").dumps({**CLAIMS, "member": "mallory"}))
    item["payload"] = {"S": forged.rpartition(".")[0]}
    table.client.put_item(TableName=table.name, Item=item)
    assert links.read(token) is None


def test_what_was_signed_is_kept_until_well_after_it_has_expired(links: SignedLinks, table: Table) -> None:
    links.sign(CLAIMS)
    [item] = stored(table)
    assert int(item["expires_at"]["N"]) > datetime(2026, 4, 1, tzinfo=UTC).timestamp()


class TestRotation:
    """The key before the current one is still good for what it signed, and no process keeps a key for ever."""

    def test_a_link_is_good_through_one_rotation_and_not_through_two(
        self, links: SignedLinks, secrets: Any, clock: FakeClock
    ) -> None:
        token = part(links.sign(CLAIMS))
        secrets.put_secret_value(SecretId="key", SecretString="second")
        clock.at += KEYS_KEPT
        assert links.read(token) == CLAIMS
        secrets.put_secret_value(SecretId="key", SecretString="third")
        clock.at += KEYS_KEPT
        assert links.read(token) is None

    def test_the_newest_key_signs_once_those_known_are_old(
        self, links: SignedLinks, secrets: Any, clock: FakeClock
    ) -> None:
        before = links.sign(CLAIMS)
        secrets.put_secret_value(SecretId="key", SecretString="second")
        clock.at += KEYS_KEPT - timedelta(seconds=1)
        assert links.sign(CLAIMS) == before
        clock.at += timedelta(seconds=1)
        assert links.sign(CLAIMS) != before

    def test_keys_are_read_once_in_a_while_and_only_when_needed(
        self, keys: SigningKeys, secrets: Any, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        calls, read = list[str](), secrets.get_secret_value

        def counted(**arguments: Any) -> Any:
            calls.append(arguments["VersionStage"])
            return read(**arguments)

        monkeypatch.setattr(secrets, "get_secret_value", counted)
        for _ in range(3):
            assert keys.oldest_first() == ["correct horse"]
        assert sorted(calls) == ["AWSCURRENT", "AWSPREVIOUS"]

    def test_while_they_cannot_be_read_those_known_go_on_signing(
        self, links: SignedLinks, secrets: Any, clock: FakeClock
    ) -> None:
        before = links.sign(CLAIMS)
        secrets.delete_secret(SecretId="key", ForceDeleteWithoutRecovery=True)
        clock.at += timedelta(days=1)
        assert links.sign(CLAIMS) == before

    def test_without_any_key_nothing_is_signed(self, table: Table, secrets: Any, clock: FakeClock) -> None:
        links = SignedLinks(table, SigningKeys(secrets, "none", clock), API)
        with pytest.raises(ClientError):
            links.sign(CLAIMS)
