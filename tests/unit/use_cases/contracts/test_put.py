"""Putting contracts and teams: versions, conditions, and topics that follow the roster."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

import pytest

from tests.unit.story import DOCUMENT, OPENED_AT
from tests.unit.use_cases.world import World, faults
from tocsin.domain.calendars import holiday_terms
from tocsin.domain.contracts.version import ContractVersion
from tocsin.domain.notices.subscription import Subscription
from tocsin.domain.values.faults import Conflict, Invalid, PreconditionFailed
from tocsin.use_cases.contracts.contract_versions import changed_by
from tocsin.use_cases.contracts.put_contract import put_contract
from tocsin.use_cases.oncall.put_team import put_team

OTHER = {**DOCUMENT, "warn_at": ["50%"]}


def member(member_id: str, *addresses: str) -> dict[str, Any]:
    channels = [{"type": "email", "address": address} for address in addresses]
    return {"member_id": member_id, "name": member_id.title(), "channels": channels}


def put(world: World, team_id: str, **document: Any) -> bool:
    _, is_new = put_team(
        "acme",
        team_id,
        {"name": "T", **document},
        teams=world.teams,
        schedules=world.schedules,
        notifier=world.notifier,
        clock=world.clock,
    )
    return is_new


def test_each_other_document_is_a_new_version_and_the_same_one_is_none(world: World) -> None:
    assert world.put() == (world.contracts.get("acme", "acme-gold", 1), False)
    second, is_new = world.put(OTHER)
    assert (second.version, is_new) == (2, True)
    third, is_new = world.put()
    assert (third.version, is_new) == (3, True)


def test_the_order_of_the_fields_makes_no_new_version(world: World) -> None:
    assert world.put(dict(sorted(DOCUMENT.items(), reverse=True)))[1] is False


def test_the_version_in_force_may_be_a_condition(world: World) -> None:
    with pytest.raises(PreconditionFailed, match="at version 1, not at 2"):
        world.put(OTHER, if_match=2)
    assert world.put(OTHER, if_match=1)[0].version == 2


def test_a_document_with_faults_stores_nothing(world: World) -> None:
    with pytest.raises(Invalid):
        world.put({**DOCUMENT, "targets": {}})
    current = world.contracts.get("acme", "acme-gold")
    assert current is not None
    assert current.version == 1


def test_a_contract_may_be_backed_by_those_that_the_helpdesk_has_put_and_all_faults_are_told_at_once(
    world: World,
) -> None:
    def put(contract_id: str, helpdesk_id: str = "acme", **parts: Any) -> ContractVersion:
        return put_contract(
            helpdesk_id,
            contract_id,
            {**DOCUMENT, **parts},
            contracts=world.contracts,
            teams=world.teams,
            notifier=world.notifier,
            clock=world.clock,
        )[0]

    world.teams.teams |= {("other", team_id): team for (_, team_id), team in world.teams.teams.items()}
    put("others-cloud", "other")
    wrong = {
        "vendor": "others-cloud",
        "tier 1": "acme-silver",
        "tier 3": "acme-gold",
        "tier 4": "acme-gold",
        "customer": "acme-gold",
        "tier 2": "Not an id#1",
    }
    with pytest.raises(Invalid) as caught:
        put("acme-silver", kind="slo", backed_by=wrong, warn_at=["120%"])
    assert {fault.path: fault.message for fault in caught.value.faults} == {
        "kind": "must be one of 'customer_sla', 'ola' or 'underpinning'",
        "warn_at.0": "'120%' is not a threshold; write a share from 1% to 99%, or time left: 30m",
        "backed_by.vendor": "there is no contract 'others-cloud'; put it first",
        "backed_by.tier 1": "is this very contract",
        "backed_by.tier 4": "does not exist; the escalation has 3 tiers",
        "backed_by.customer": "is nobody who could have a ticket; write vendor, or a tier from tier 1 to tier 3",
        "backed_by.tier 2": "has characters that are not allowed here, or is too long; "
        "it must match ^[a-z0-9][a-z0-9-]{0,47}$",
    }
    put("acme-cloud", kind="underpinning")
    backed = put("acme-silver", backed_by={"vendor": "acme-cloud", "tier 3": "acme-gold"}).contract
    assert (backed.kind, backed.backed_by) == ("customer_sla", {"vendor": "acme-cloud", "tier 3": "acme-gold"})


def test_of_two_who_put_at_once_one_is_told_to_look_again(world: World) -> None:
    put_before = world.contracts.put

    def somebody_is_quicker(helpdesk_id: str, version: ContractVersion) -> None:
        put_before(helpdesk_id, version)
        put_before(helpdesk_id, version)

    world.contracts.put = somebody_is_quicker  # type: ignore[method-assign]
    with pytest.raises(Conflict):
        world.put(OTHER)


def test_a_version_keeps_the_document_as_it_was_given(world: World) -> None:
    version, _ = world.put(OTHER)
    assert (version.document, version.put_at, len(version.sha256)) == (OTHER, OPENED_AT, 64)


def test_the_customer_s_topic_is_there_before_the_contract_is(world: World) -> None:
    assert world.notifier.topics["acme_customer_acme-gold"] == set()


def test_the_customer_s_topic_has_the_channels_of_the_contract_and_is_made_again_by_the_same_document(
    world: World,
) -> None:
    channels = [{"type": "email", "address": "it@acme.example"}, {"type": "sms", "address": "+4915112345678"}]
    document = {**DOCUMENT, "customer": {"name": "ACME", "channels": channels}}
    world.put(document)
    wanted = {("email", "it@acme.example"), ("sms", "+4915112345678")}
    assert world.notifier.topics["acme_customer_acme-gold"] == wanted
    world.notifier.topics.clear()
    assert world.put(document)[1] is False
    assert world.notifier.topics["acme_customer_acme-gold"] == wanted


def test_faults_of_the_customer_s_channels_have_the_path_of_the_document(world: World) -> None:
    twice = {"type": "email", "address": "it@acme.example"}
    with pytest.raises(Invalid) as caught:
        world.put({**DOCUMENT, "customer": {"name": "ACME", "channels": [twice, twice]}})
    assert faults(caught) == {"customer.channels": "names a channel twice: email it@acme.example"}
    with pytest.raises(Invalid) as caught:
        world.put({**DOCUMENT, "customer": {"name": "ACME", "channels": [{"type": "sms", "address": "0151"}]}})
    assert list(faults(caught)) == ["customer.channels.0.address"]


def test_a_team_s_topics_follow_its_roster(world: World) -> None:
    assert put(world, "night", members=[member("eva", "e@x.org")], channels=[])
    assert world.notifier.topics["acme_member_eva"] == {("email", "e@x.org")}
    assert world.notifier.topics["acme_team_night"] == set()
    assert not put(world, "night", members=[member("eva", "new@x.org")])
    assert world.notifier.topics["acme_member_eva"] == {("email", "new@x.org")}
    put(world, "night", members=[])
    assert world.notifier.topics["acme_member_eva"] == set()


def test_who_is_in_two_teams_has_the_channels_of_both_and_keeps_those_of_the_one_they_stay_in(world: World) -> None:
    put(world, "night", members=[member("eva", "night@x.org")])
    put(world, "day", members=[member("eva", "day@x.org")])
    assert world.notifier.topics["acme_member_eva"] == {("email", "night@x.org"), ("email", "day@x.org")}
    put(world, "night", members=[])
    assert world.notifier.topics["acme_member_eva"] == {("email", "day@x.org")}


def test_a_team_with_faults_is_not_stored_and_every_fault_is_told(world: World) -> None:
    with pytest.raises(Invalid) as caught:
        put(world, "night", members=[{"member_id": "Eva"}], color="red")
    assert {fault.path for fault in caught.value.faults} == {"members.0.member_id", "members.0.name", "color"}
    assert world.teams.get("acme", "night") is None


def test_a_channel_s_fault_has_the_path_of_the_document(world: World) -> None:
    with pytest.raises(Invalid) as caught:
        put(world, "night", members=[member("eva", "nowhere")])
    assert [fault.path for fault in caught.value.faults] == ["members.0.channels.0.address"]


def test_who_leaves_while_sns_has_a_bad_moment_is_unsubscribed_when_the_team_is_put_again(world: World) -> None:
    put(world, "night", members=[member("eva", "e@x.org")])
    subscribe = world.notifier.subscribe

    def refuse(topic: str, channels: object) -> list[Subscription]:
        raise ConnectionError(topic)

    world.notifier.subscribe = refuse  # type: ignore[method-assign]
    with pytest.raises(ConnectionError):
        put(world, "night", members=[])
    world.notifier.subscribe = subscribe  # type: ignore[method-assign]
    put(world, "night", members=[])
    assert world.notifier.topics["acme_member_eva"] == set()


class TestPublicHolidays:
    """What a library knows of them changes with its updates, and what a version promises does not."""

    BAVARIAN: ClassVar[Mapping[str, Any]] = {
        **DOCUMENT,
        "calendar": {"timezone": "Europe/Berlin", "holidays": {"country": "DE", "subdivision": "BY"}},
    }

    def new_law(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """An update of the library, with another holiday."""
        known_before = holiday_terms._public_holidays

        def known_now(country: str, subdivision: str | None, year: int) -> Mapping[date, str]:
            return {**known_before(country, subdivision, year), date(year, 5, 8): "Tag der Befreiung"}

        monkeypatch.setattr(holiday_terms, "_public_holidays", known_now)

    def test_a_version_keeps_those_of_the_year_before_this_one_and_five_to_come(self, world: World) -> None:
        version, _ = world.put(self.BAVARIAN)
        assert list(version.public_holidays) == ["DE-BY"]
        assert list(version.public_holidays["DE-BY"]) == [str(year) for year in range(2025, 2032)]
        assert version.public_holidays["DE-BY"]["2026"]["2026-01-06"] == "Heilige Drei Könige"

    def test_a_later_year_alone_makes_no_new_version(self, world: World) -> None:
        first, _ = world.put(self.BAVARIAN)
        world.clock.advance(days=400)
        assert world.put(self.BAVARIAN) == (first, False)

    def test_the_same_document_is_a_new_version_once_the_holidays_are_others(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, _ = world.put(self.BAVARIAN)
        self.new_law(monkeypatch)
        second, is_new = world.put(self.BAVARIAN)
        assert (second.version, is_new) == (first.version + 1, True)
        assert changed_by("acme", second, contracts=world.contracts) == [
            {"path": f"public_holidays.DE-BY.{year}.{year}-05-08", "before": None, "after": "Tag der Befreiung"}
            for year in range(2025, 2032)
        ]
