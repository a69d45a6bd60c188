"""Contracts, their reminders, teams and credentials: the same in memory and on DynamoDB."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.adapters.conftest import FORMS
from tests.unit.fakes import FakeContracts, FakeCredentials, FakeReminders, FakeTeams
from tests.unit.story import DOCUMENT, promised, team
from tocsin.adapters.dynamodb.contracts import DynamoContracts
from tocsin.adapters.dynamodb.credentials import DynamoCredentials
from tocsin.adapters.dynamodb.reminders import DynamoReminders
from tocsin.adapters.dynamodb.table import Table
from tocsin.adapters.dynamodb.teams import DynamoTeams
from tocsin.domain.access.credential import Credential
from tocsin.domain.calendars import holiday_terms
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.contracts.reminders import Reminder, SentReminder
from tocsin.domain.contracts.version import ContractVersion
from tocsin.domain.oncall.members import Person
from tocsin.domain.oncall.team import Team
from tocsin.domain.values.faults import SequenceConflict
from tocsin.domain.values.reaching import NotReached, Undelivered
from tocsin.domain.values.target import Target
from tocsin.ports.access import Credentials
from tocsin.ports.contracts import Contracts, Reminders
from tocsin.ports.oncall import Teams

NOW = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)


def version(number: int, contract_id: str = "acme-gold", document: Mapping[str, Any] = DOCUMENT) -> ContractVersion:
    contract = Contract.model_validate({"contract_id": contract_id, **document})
    return ContractVersion(contract, number, NOW + timedelta(days=number), document, f"sha-{number}")


class TestContracts:
    @pytest.fixture(params=FORMS)
    def contracts(self, request: pytest.FixtureRequest) -> Contracts:
        if request.param == "in memory":
            return FakeContracts()
        return DynamoContracts(request.getfixturevalue("table"))

    def test_a_version_comes_back_as_it_was_put(self, contracts: Contracts) -> None:
        contracts.put("acme", version(1))
        found = contracts.get("acme", "acme-gold")
        assert found == version(1)
        assert found is not None
        assert promised(found.contract, "P1", "resolution") is not None

    def test_its_public_holidays_are_those_that_were_kept_whatever_a_library_knows_since(
        self, table: Table, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        calendar = {"timezone": "Europe/Berlin", "holidays": "bavaria"}
        sets = {"bavaria": {"country": "DE", "subdivision": "BY"}}
        kept = {"DE-BY": {"2026": {"2026-07-01": "Ein Feiertag"}}}
        put = version(1, document={**DOCUMENT, "calendar": calendar, "holidays": sets})
        DynamoContracts(table).put("acme", replace(put, public_holidays=kept))
        monkeypatch.setattr(holiday_terms, "_public_holidays", self.not_to_be_asked)
        monkeypatch.setattr(holiday_terms, "_supported_countries", self.not_to_be_asked)
        found = DynamoContracts(table).get("acme", "acme-gold")
        assert found is not None
        assert found.public_holidays == kept
        hours = found.contract.calendar_named(None)
        assert hours.holiday(date(2026, 7, 1)) == "Ein Feiertag"
        assert hours.holiday(date(2026, 1, 6)) is None
        assert hours.deadline(datetime(2026, 6, 30, 21, 0, tzinfo=UTC), timedelta(hours=2)) == datetime(
            2026, 7, 1, 23, 0, tzinfo=UTC
        )

    @staticmethod
    def not_to_be_asked(*_: object) -> None:
        raise AssertionError("the library was asked")

    def test_the_newest_is_in_force_and_the_old_ones_stay_as_they_were(self, contracts: Contracts) -> None:
        other = {**DOCUMENT, "warn_at": ["50%"]}
        contracts.put("acme", version(1))
        contracts.put("acme", version(2, document=other))
        assert contracts.get("acme", "acme-gold") == version(2, document=other)
        assert contracts.get("acme", "acme-gold", 1) == version(1)
        assert contracts.get("acme", "acme-gold", 3) is None

    @pytest.mark.parametrize("number", [1, 3, 4])
    def test_a_number_that_is_taken_or_skips_one_is_refused_and_changes_nothing(
        self, contracts: Contracts, number: int
    ) -> None:
        contracts.put("acme", version(1))
        with pytest.raises(SequenceConflict):
            contracts.put("acme", version(number, document={**DOCUMENT, "warn_at": []}))
        assert contracts.get("acme", "acme-gold") == version(1)
        assert contracts.get("acme", "acme-gold", 1) == version(1)
        assert number == 1 or contracts.get("acme", "acme-gold", number) is None

    def test_a_contract_of_another_helpdesk_does_not_exist(self, contracts: Contracts) -> None:
        contracts.put("acme", version(1))
        assert contracts.get("other", "acme-gold") is None
        assert contracts.get("acme", "acme") is None
        assert contracts.listed("other", 10, None) == ([], None)

    @pytest.mark.parametrize("limit", [1, 2, 5])
    def test_the_list_has_each_contract_once_in_the_order_of_their_ids(self, contracts: Contracts, limit: int) -> None:
        for contract_id in ("b", "a", "a-b", "ab"):
            contracts.put("acme", version(1, contract_id))
        contracts.put("acme", version(2, "a"))
        found: list[tuple[str, int]] = []
        cursor = None
        while True:
            page, cursor = contracts.listed("acme", limit, cursor)
            assert len(page) <= limit
            found += [(each.contract.contract_id, each.version) for each in page]
            if cursor is None:
                break
        assert found == [("a", 2), ("a-b", 1), ("ab", 1), ("b", 1)]

    def test_a_version_is_read_once_a_process_and_what_is_in_force_every_time(self, table: Table) -> None:
        ours, theirs = DynamoContracts(table), DynamoContracts(table)
        theirs.put("acme", version(1))
        first = ours.get("acme", "acme-gold")
        theirs.put("acme", version(2))
        assert ours.get("acme", "acme-gold", 1) is first
        newest = ours.get("acme", "acme-gold")
        assert newest is not None
        assert newest.version == 2

    @pytest.mark.parametrize("cursor", ["x", "e30", "WyJhIiwiYiJd", "ä", "WzFd"])
    def test_what_is_no_cursor_is_refused(self, table: Table, cursor: str) -> None:
        with pytest.raises(ValueError):  # noqa: PT011 - of whatever kind
            DynamoContracts(table).listed("acme", 10, cursor)


REMIND: Mapping[str, Any] = {
    **DOCUMENT,
    "effective_from": "2026-01-01",
    "reminders": {"team": "management", "review_every": "6 months"},
}


class TestReminders:
    @pytest.fixture(params=FORMS)
    def ports(self, request: pytest.FixtureRequest) -> tuple[Contracts, Reminders]:
        if request.param == "in memory":
            contracts = FakeContracts()
            return contracts, FakeReminders(contracts)
        table = request.getfixturevalue("table")
        return DynamoContracts(table), DynamoReminders(table)

    def test_a_version_with_reminders_is_looked_at_when_it_is_put_and_one_without_is_not(
        self, ports: tuple[Contracts, Reminders]
    ) -> None:
        contracts, reminders = ports
        contracts.put("acme", version(1, document=REMIND))
        contracts.put("acme", version(1, "acme-silver"))
        contracts.put("globex", version(1, document=REMIND))
        put_at = version(1).put_at
        assert list(reminders.due(put_at - timedelta(seconds=1))) == []
        assert sorted(reminders.due(put_at)) == [("acme", "acme-gold"), ("globex", "acme-gold")]
        contracts.put("acme", version(2))
        assert list(reminders.due(put_at + timedelta(days=99))) == [("globex", "acme-gold")]

    def test_a_contract_is_looked_at_again_when_it_was_said_or_never(self, ports: tuple[Contracts, Reminders]) -> None:
        contracts, reminders = ports
        contracts.put("acme", version(1, document=REMIND))
        at = NOW + timedelta(days=30)
        reminders.look_again("acme", "acme-gold", 1, at)
        assert list(reminders.due(at - timedelta(microseconds=1))) == []
        assert list(reminders.due(at)) == [("acme", "acme-gold")]
        assert contracts.get("acme", "acme-gold") == version(1, document=REMIND), "and it stays what it was"
        reminders.look_again("acme", "acme-gold", 1, None)
        assert list(reminders.due(at)) == []
        reminders.look_again("acme", "acme-gold", 1, at)
        assert list(reminders.due(at)) == [("acme", "acme-gold")]

    def test_who_has_looked_at_an_older_version_does_not_say_when_to_look_at_the_newest(
        self, ports: tuple[Contracts, Reminders]
    ) -> None:
        contracts, reminders = ports
        contracts.put("acme", version(1, document=REMIND))
        contracts.put("acme", version(2, document={**REMIND, "warn_at": []}))
        for at in (None, NOW + timedelta(days=30)):
            reminders.look_again("acme", "acme-gold", 1, at)
            assert list(reminders.due(version(2).put_at)) == [("acme", "acme-gold")]
        reminders.look_again("acme", "unknown", 1, NOW)
        assert list(reminders.due(version(2).put_at)) == [("acme", "acme-gold")]

    def test_what_was_sent_comes_back_in_the_order_of_its_days_each_once(
        self, ports: tuple[Contracts, Reminders]
    ) -> None:
        _, reminders = ports
        days = (date(2026, 7, 1), date(2026, 10, 2), date(2027, 1, 1))
        sent = [
            SentReminder(Reminder(day, "contract_review", day), NOW + timedelta(seconds=n, microseconds=n), f"m-{n}")
            for n, day in enumerate(days)
        ]
        for each in reversed(sent):
            reminders.record("acme", "acme-gold", each)
        again = replace(sent[0], message_id="m-9")
        reminders.record("acme", "acme-gold", again)
        assert reminders.sent("acme", "acme-gold") == [again, *sent[1:]]
        assert reminders.sent("acme", "acme") == reminders.sent("globex", "acme-gold") == []


class TestCustomers:
    @pytest.fixture(params=FORMS)
    def contracts(self, request: pytest.FixtureRequest) -> Contracts:
        return FakeContracts() if request.param == "in memory" else DynamoContracts(request.getfixturevalue("table"))

    def test_a_customer_is_looked_at_when_that_was_said_whatever_version_is_put_in_between(
        self, contracts: Contracts
    ) -> None:
        contracts.put("acme", version(1))
        assert list(contracts.to_look_at(NOW)) == []
        contracts.look_again("acme", "acme-gold", NOW)
        contracts.look_again("globex", "acme-gold", NOW + timedelta(hours=1))
        assert list(contracts.to_look_at(NOW)) == [("acme", "acme-gold")]
        contracts.look_again("acme", "acme-gold", NOW + timedelta(hours=1))
        contracts.put("acme", version(2))
        assert list(contracts.to_look_at(NOW + timedelta(minutes=59))) == []
        assert sorted(contracts.to_look_at(NOW + timedelta(hours=1))) == [
            ("acme", "acme-gold"),
            ("globex", "acme-gold"),
        ]
        assert [each.contract.contract_id for each in contracts.listed("acme", 10, None)[0]] == ["acme-gold"]


class TestTeams:
    @pytest.fixture(params=FORMS)
    def teams(self, request: pytest.FixtureRequest) -> Teams:
        return FakeTeams() if request.param == "in memory" else DynamoTeams(request.getfixturevalue("table"))

    def test_a_team_comes_back_as_it_was_put_and_is_new_once(self, teams: Teams) -> None:
        window = {"starts_at": "2026-03-30T08:00:00Z", "ends_at": "2026-03-30T09:00:00.5Z"}
        rotation = {
            "every": "weekly",
            "starts_on": "2026-01-05",
            "at": "08:30",
            "timezone": "Asia/Kolkata",
            "order": ["bo"],
        }
        full = team("ana", "bo", rotation=rotation, overrides=[{"member_id": "ana", **window}])
        assert teams.put("acme", "frontline", full)
        assert teams.get("acme", "frontline") == full
        assert not teams.put("acme", "frontline", team("ana"))
        assert teams.get("acme", "frontline") == team("ana")

    def test_a_team_is_to_be_looked_at_once_it_was_put_and_again_when_that_was_said(self, teams: Teams) -> None:
        teams.put("acme", "frontline", team("frontline"))
        teams.put("globex", "night", team("frontline"))
        assert sorted(teams.to_look_at(NOW)) == [("acme", "frontline"), ("globex", "night")]
        teams.looked_at("acme", "frontline", Undelivered(), NOW + timedelta(hours=1))
        assert list(teams.to_look_at(NOW + timedelta(minutes=59))) == [("globex", "night")]
        assert sorted(teams.to_look_at(NOW + timedelta(hours=1))) == [("acme", "frontline"), ("globex", "night")]
        teams.looked_at("acme", "frontline", Undelivered(), NOW + timedelta(hours=1))
        teams.put("acme", "frontline", team("frontline"))
        assert ("acme", "frontline") in list(teams.to_look_at(NOW))

    def test_what_a_look_found_comes_back_with_the_team_until_it_is_looked_at_or_put_again(self, teams: Teams) -> None:
        def why(found: Team | None) -> NotReached | None:
            return found.not_reached(found.on_call_at(NOW)) if found else NotReached.NO_TEAM

        teams.put("acme", "frontline", team("ana"))
        lost = Undelivered(team=True, members=frozenset({"ana"}))
        teams.looked_at("acme", "frontline", lost, NOW)
        assert why(teams.get("acme", "frontline")) is NotReached.NOTHING_DELIVERED
        assert teams.all("acme")["frontline"] == team("ana").looked_at(lost)
        teams.looked_at("acme", "frontline", Undelivered(), NOW)
        assert why(teams.get("acme", "frontline")) is None
        teams.looked_at("acme", "frontline", lost, NOW)
        teams.put("acme", "frontline", team("ana"))
        assert why(teams.get("acme", "frontline")) is None

    def test_a_person_is_a_team_of_one_and_whoever_names_them_has_their_channels(self, teams: Teams) -> None:
        channels = [{"type": "email", "address": "eve@example.com"}]
        eve = Person.model_validate({"name": "Eve", "timezone": "Europe/Paris", "channels": channels})
        assert teams.put("acme", "noc", Team.model_validate({"name": "NOC", "members": ["eve"]}))
        assert [each.channels for each in teams.all("acme")["noc"].members] == [[]]
        assert teams.put("acme", "member:eve", Team.of_person("eve", eve))
        named = teams.get("acme", "noc")
        assert named is not None
        assert [(each.member_id, each.name, len(each.channels)) for each in named.members] == [("eve", "Eve", 1)]
        assert teams.known("acme") == {"team": ["noc"], "schedule": {}.keys(), "member": {"eve"}}
        alone = teams.whom("acme", Target("member:eve"))
        assert alone is not None
        assert (alone.timezone, alone.on_call_at(NOW)) == ("Europe/Paris", ["eve"])
        assert sorted(teams.to_look_at(NOW)) == [("acme", "member:eve"), ("acme", "noc")]
        teams.delete("acme", "member:eve")
        teams.delete("acme", "member:eve")
        assert teams.whom("acme", Target("member:bob")) is None
        assert teams.all("acme").keys() == {"noc"}

    def test_teams_belong_to_their_helpdesk(self, teams: Teams) -> None:
        teams.put("acme", "frontline", team("ana"))
        teams.put("acme", "front", team("bo"))
        teams.put("other", "frontline", team())
        assert teams.all("acme") == {"frontline": team("ana"), "front": team("bo")}
        assert teams.all("none") == {}
        assert teams.get("acme", "frontlin") is None


class TestCredentials:
    @pytest.fixture(params=FORMS)
    def credentials(self, request: pytest.FixtureRequest) -> Credentials:
        if request.param == "in memory":
            return FakeCredentials()
        return DynamoCredentials(request.getfixturevalue("table"))

    def test_a_credential_comes_back_by_its_hash_and_in_the_list_of_its_helpdesk(
        self, credentials: Credentials
    ) -> None:
        digest = hashlib.sha256(b"token").hexdigest()
        credential = Credential("acme", frozenset({"read", "write"}), NOW)
        credentials.put(digest, credential)
        assert credentials.get(digest) == credential
        assert credentials.of_helpdesk("acme") == {digest: credential}
        assert credentials.get(digest.upper()) is None
        assert credentials.of_helpdesk("acm") == {}

    def test_a_revocation_is_seen_in_both_places(self, credentials: Credentials) -> None:
        credential = Credential("acme", frozenset({"read"}), NOW)
        credentials.put("digest", credential)
        revoked = replace(credential, revoked_at=NOW + timedelta(hours=1))
        credentials.put("digest", revoked)
        assert credentials.get("digest") == revoked
        assert credentials.of_helpdesk("acme") == {"digest": revoked}

    def test_a_token_without_any_scope_has_none(self, credentials: Credentials) -> None:
        credentials.put("digest", Credential("acme", frozenset(), NOW))
        found = credentials.get("digest")
        assert found is not None
        assert found.scopes == frozenset()
