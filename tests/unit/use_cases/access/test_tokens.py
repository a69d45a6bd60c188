"""Tokens: shown once, stored as a hash, rotated without a gap, revoked at once."""

from __future__ import annotations

import pytest

from tests.unit.fakes import FakeClock, FakeCredentials
from tests.unit.story import OPENED_AT
from tocsin.domain.access.credential import Credential
from tocsin.domain.values.faults import Conflict
from tocsin.use_cases.access.tokens import (
    SCOPES,
    authenticate,
    create_helpdesk,
    issue_token,
    revoke_token,
    rotate_tokens,
    token_sha256,
)


class Desk:
    def __init__(self) -> None:
        self.credentials, self.clock = FakeCredentials(), FakeClock(OPENED_AT)
        self.token = create_helpdesk("acme", credentials=self.credentials, clock=self.clock)

    def who(self, token: str) -> Credential | None:
        return authenticate(token, credentials=self.credentials, clock=self.clock)

    def rotate(self) -> str:
        return rotate_tokens("acme", credentials=self.credentials, clock=self.clock)

    def revoke(self, token: str) -> bool:
        return revoke_token(token_sha256(token), credentials=self.credentials, clock=self.clock)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_token_speaks_for_its_helpdesk_with_all_scopes(desk: Desk) -> None:
    assert desk.who(desk.token) == Credential("acme", SCOPES, OPENED_AT)


def test_the_token_itself_is_stored_nowhere(desk: Desk) -> None:
    assert desk.token not in repr(desk.credentials.stored)
    assert list(desk.credentials.stored) == [token_sha256(desk.token)]


@pytest.mark.parametrize("token", ["", "tocsin_", "x", "tocsin_" + "A" * 43])
def test_any_other_token_speaks_for_nobody(desk: Desk, token: str) -> None:
    assert desk.who(token) is None


def test_the_hash_of_a_token_is_no_token(desk: Desk) -> None:
    assert desk.who(token_sha256(desk.token)) is None


def test_a_helpdesk_is_created_once(desk: Desk) -> None:
    with pytest.raises(Conflict, match="rotate"):
        create_helpdesk("acme", credentials=desk.credentials, clock=desk.clock)


def test_after_a_rotation_both_tokens_work_for_a_day_and_then_the_new_one(desk: Desk) -> None:
    new = desk.rotate()
    assert desk.who(desk.token)
    assert desk.who(new)
    desk.clock.advance(hours=24)
    assert desk.who(desk.token) is None
    assert desk.who(new)


def test_a_second_rotation_does_not_prolong_the_first_token(desk: Desk) -> None:
    second = desk.rotate()
    desk.clock.advance(hours=20)
    third = desk.rotate()
    desk.clock.advance(hours=4)
    assert [desk.who(token) is not None for token in (desk.token, second, third)] == [False, True, True]


def test_a_rotation_does_not_bring_a_revoked_token_back(desk: Desk) -> None:
    desk.revoke(desk.token)
    desk.rotate()
    assert desk.who(desk.token) is None


def test_a_rotation_touches_no_other_helpdesk(desk: Desk) -> None:
    other = create_helpdesk("other", credentials=desk.credentials, clock=desk.clock)
    desk.rotate()
    desk.clock.advance(days=30)
    assert desk.who(other)


def test_a_revoked_token_speaks_for_nobody_at_once(desk: Desk) -> None:
    assert desk.revoke(desk.token)
    assert desk.who(desk.token) is None
    assert not desk.revoke("unknown")


def test_a_token_may_have_fewer_scopes(desk: Desk) -> None:
    token = issue_token("acme", frozenset({"read"}), credentials=desk.credentials, clock=desk.clock)
    credential = desk.who(token)
    assert credential is not None
    assert credential.scopes == {"read"}


def test_tokens_are_long_and_never_the_same(desk: Desk) -> None:
    tokens = {issue_token("acme", SCOPES, credentials=desk.credentials, clock=desk.clock) for _ in range(50)}
    assert len(tokens) == 50
    assert min(map(len, tokens)) >= 43
