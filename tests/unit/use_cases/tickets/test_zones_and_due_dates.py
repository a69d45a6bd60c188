"""What a helpdesk may send that moves deadlines: whose zone counts, due dates by hand, versions, impact and urgency."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from tests.unit.story import DOCUMENT, TEAMS, team
from tests.unit.use_cases.world import KEY, World, faults
from tocsin.domain.values.faults import Conflict, Invalid
from tocsin.domain.values.identifiers import TicketKey

ANA = {"kind": "agent", "id": "ana"}
NOTHING_RUNS = (
    "nothing of that name is running on this ticket; running are: first_response, resolution, periodic_update"
)


def due(ticket: Mapping[str, Any], metric: str = "resolution") -> Any:
    [found] = [each["due_at"] for each in ticket["obligations"] if each["metric"] == metric]
    return found


class TestWhoseZone:
    """Hours from nine to five; the ticket is opened at 08:00 UTC on Monday 30 March and has four hours."""

    def put(self, world: World, of: str) -> None:
        world.put(
            {
                **DOCUMENT,
                "customer": {"name": "ACME", "timezone": "Asia/Tokyo"},
                "sites": {"boston": "America/New_York"},
                "calendar": {
                    "timezone": {"of": of, "otherwise": "Europe/Berlin"},
                    "weekly": {"mon-fri": ["09:00-17:00"]},
                },
                "targets": {"P1": {"resolution": "4h"}},
            }
        )

    def test_the_customer_s(self, world: World) -> None:
        self.put(world, "customer")
        # It is five in the afternoon in Tokyo: from nine on Tuesday, which is midnight here, until one.
        assert due(world.open()) == "2026-03-31T04:00:00Z"

    def test_that_of_the_site_and_otherwise_the_one_that_is_named(self, world: World) -> None:
        self.put(world, "site")
        # Nine in Boston is 13:00 here; in Berlin it is ten already.
        assert due(world.open("T-1", site="boston")) == "2026-03-30T17:00:00Z"
        assert due(world.open("T-2", site="atlantis")) == "2026-03-30T12:00:00Z"
        assert due(world.open("T-3")) == "2026-03-30T12:00:00Z"

    def test_that_of_the_first_tier_s_team_as_it_was_at_the_opening(self, world: World) -> None:
        self.put(world, "team")
        world.teams.put("acme", "frontline", team("ana", timezone="Asia/Kolkata"))
        # Half past one in Kolkata, so until five there are three and a half hours, and half an hour on Tuesday.
        opened = world.open()
        assert due(opened) == "2026-03-31T04:00:00Z"
        world.teams.put("acme", "frontline", team("ana", timezone="America/New_York"))
        assert due(world.report("agent_noted")["ticket"]) == "2026-03-31T04:00:00Z"
        assert due(world.open("T-2")) == "2026-03-30T17:00:00Z"
        world.teams.put("acme", "frontline", TEAMS["frontline"])
        assert due(world.open("T-3")) == "2026-03-30T12:00:00Z"

    def test_without_such_a_team_it_is_the_other_one(self, world: World) -> None:
        self.put(world, "team")
        del world.teams.teams["acme", "frontline"]
        assert due(world.open()) == "2026-03-30T12:00:00Z"

    def test_an_alert_waits_for_the_hours_of_that_zone(self, world: World) -> None:
        self.put(world, "customer")
        world.open()
        assert world.run().until.isoformat() == "2026-03-31T00:00:00+00:00"


class TestDueDatesByHand:
    def test_it_is_answered_with_what_the_contract_would_say(self, world: World) -> None:
        world.open()
        answer = world.report(
            "due_date_set", actor=ANA, metric="resolution", due_at="2026-03-31T10:00:00+02:00", reason="By phone"
        )
        assert answer["details"] == {"metric": "resolution", "due_at": "2026-03-31T08:00:00Z", "reason": "By phone"}
        assert due(answer["ticket"]) == "2026-03-31T08:00:00Z"
        [shown] = [o for o in answer["ticket"]["obligations"] if o["metric"] == "resolution"]
        assert shown["set_by_hand"] == {
            "due_at": "2026-03-31T08:00:00Z",
            "by": "ana",
            "reason": "By phone",
            "sequence": 2,
            "due_by_contract": "2026-03-30T12:00:00Z",
        }
        cleared = world.report("due_date_set", actor=ANA, metric="resolution", due_at=None, reason="Back to normal")
        assert due(cleared["ticket"]) == "2026-03-30T12:00:00Z"

    def test_the_execution_waits_for_it(self, world: World) -> None:
        world.put({**DOCUMENT, "warn_at": [], "targets": {"P1": {"resolution": "4h", "calendar": "always"}}})
        world.open()
        world.run()
        world.acknowledge()
        world.report("due_date_set", actor=ANA, metric="resolution", due_at="2026-03-30T09:00:00Z", reason="Sooner")
        step = world.run()
        assert (step.wait_for, step.until.isoformat()) == ("resolution_deadline", "2026-03-30T09:00:00+00:00")

    @pytest.mark.parametrize(
        ("fields", "path", "why"),
        [
            (
                {"due_at": "2026-03-30T08:00:00Z"},
                "due_at",
                "does not lie in the future; it is 2026-03-30T08:00:00Z here",
            ),
            (
                {"due_at": "2026-03-29T08:00:00Z"},
                "due_at",
                "does not lie in the future; it is 2026-03-30T08:00:00Z here",
            ),
            (
                {"metric": "agent_work"},
                "metric",
                NOTHING_RUNS,
            ),
            (
                {"metric": "tier_acknowledgement"},
                "metric",
                NOTHING_RUNS,
            ),
        ],
    )
    def test_what_cannot_be_due_is_refused(self, world: World, fields: dict[str, Any], path: str, why: str) -> None:
        world.open()
        world.run()
        before = world.types()
        given = {"metric": "resolution", "due_at": "2026-03-31T08:00:00Z", "reason": "x", **fields}
        with pytest.raises(Invalid) as caught:
            world.report("due_date_set", actor=ANA, **given)
        assert faults(caught) == {path: why}
        assert world.types() == before

    def test_what_has_been_met_is_put_off_no_more(self, world: World) -> None:
        world.open()
        world.report("agent_replied")
        with pytest.raises(Invalid) as caught:
            world.report("due_date_set", actor=ANA, metric="first_response", due_at="2026-03-31T08:00:00Z", reason="x")
        assert faults(caught) == {
            "metric": "nothing of that name is running on this ticket; running are: resolution, periodic_update"
        }

    @pytest.mark.parametrize(
        ("fields", "where"),
        [
            ({"actor": {"kind": "agent"}}, ()),
            ({"actor": {"kind": "agent", "id": ""}}, ()),
            ({"reason": ""}, ("reason",)),
            ({"reason": None}, ("reason",)),
            ({"due_at": "tomorrow"}, ("due_at",)),
            ({"due_at": "2026-03-31"}, ("due_at",)),
            ({"due_at": "9999-01-01T00:00:00Z"}, ("due_at",)),
            ({"metric": "The resolution"}, ("metric",)),
        ],
    )
    def test_it_is_set_by_somebody_with_a_reason_to_an_instant(
        self, world: World, fields: dict[str, Any], where: tuple[str, ...]
    ) -> None:
        given = {"metric": "resolution", "due_at": "2026-03-31T08:00:00Z", "reason": "x", "actor": ANA, **fields}
        world.open()
        with pytest.raises(ValidationError) as caught:
            world.report("due_date_set", **given)
        assert [error["loc"][1:] for error in caught.value.errors()] == [where]

    @pytest.mark.parametrize("field", ["metric", "due_at", "reason"])
    def test_nothing_of_it_may_be_left_out(self, world: World, field: str) -> None:
        given: dict[str, Any] = {"metric": "resolution", "due_at": "2026-03-31T08:00:00Z", "reason": "x"}
        del given[field]
        world.open()
        with pytest.raises(ValidationError, match="required"):
            world.report("due_date_set", actor=ANA, **given)

    def test_a_settled_ticket_is_given_none(self, world: World) -> None:
        world.open()
        world.run()
        world.report("resolved")
        world.run()
        with pytest.raises(Invalid):
            world.report("due_date_set", actor=ANA, metric="resolution", due_at="2026-03-31T08:00:00Z", reason="x")


class TestVersions:
    def test_the_ticket_moves_with_a_reason_and_what_is_used_up_stays_used(self, world: World) -> None:
        world.open()
        world.put({**DOCUMENT, "targets": {"P1": {"resolution": "6h", "calendar": "always"}}})
        world.clock.advance(hours=1)
        answer = world.report("contract_changed", contract_version=2, reason="Amended")
        assert answer["ticket"]["contract"]["version"] == 2
        assert due(answer["ticket"]) == "2026-03-30T14:00:00Z"
        assert sorted(world.context().contracts) == [1, 2]

    @pytest.mark.parametrize(
        ("number", "why"),
        [(1, "is the version that the ticket is under already"), (9, "contract 'acme-gold' has no version 9")],
    )
    def test_not_to_the_version_that_it_is_under_nor_to_one_that_is_not(
        self, world: World, number: int, why: str
    ) -> None:
        world.open()
        with pytest.raises(Invalid) as caught:
            world.report("contract_changed", contract_version=number, reason="x")
        assert faults(caught) == {"contract_version": why}

    def test_not_to_one_that_does_not_know_its_priority(self, world: World) -> None:
        world.open()
        world.put({**DOCUMENT, "targets": {"P2": {"resolution": "6h"}}})
        with pytest.raises(Invalid) as caught:
            world.report("contract_changed", contract_version=2, reason="x")
        assert faults(caught) == {
            "contract_version": "does not fit: the priority contract 'acme-gold' has no targets for it; it knows P2"
        }
        assert world.types() == ["opened"]

    def test_a_reason_is_given(self, world: World) -> None:
        world.open()
        with pytest.raises(ValidationError, match="reason"):
            world.report("contract_changed", contract_version=1)

    def test_what_happens_afterwards_is_checked_against_the_version_that_it_is_under_now(self, world: World) -> None:
        world.open()
        world.put({**DOCUMENT, "targets": {**DOCUMENT["targets"], "P9": {"resolution": "6h"}}})
        with pytest.raises(Invalid):
            world.report("priority_changed", priority="P9")
        world.report("contract_changed", contract_version=2, reason="x")
        assert world.report("priority_changed", priority="P9")["ticket"]["priority"] == "P9"


class TestImpactAndUrgency:
    MATRIX: Mapping[str, Any] = {"high": {"high": "P1", "low": "P2"}}

    def open(self, world: World, **fields: Any) -> dict[str, Any]:
        world.put({**DOCUMENT, "priority_matrix": self.MATRIX})
        return world.open(**{"priority": None, "impact": "high", "urgency": "high", **fields})

    def test_they_give_a_ticket_its_priority(self, world: World) -> None:
        assert self.open(world)["priority"] == "P1"
        assert world.report("attributes_changed", urgency="low")["ticket"]["priority"] == "P2"
        assert world.report("priority_changed", priority="P3")["ticket"]["priority"] == "P3"
        assert world.report("attributes_changed", urgency="high")["ticket"]["priority"] == "P3"

    def test_a_ticket_whose_priority_they_do_not_give_is_not_opened(self, world: World) -> None:
        with pytest.raises(Invalid) as caught:
            self.open(world, urgency="middling")
        assert list(faults(caught)) == ["priority"]

    @pytest.mark.parametrize(
        "change", [{"impact": "none"}, {"urgency": "middling"}, {"impact": "low", "urgency": "low"}]
    )
    def test_a_change_after_which_nothing_would_be_promised_is_refused_and_not_taken_in_silence(
        self, world: World, change: dict[str, Any]
    ) -> None:
        self.open(world)
        with pytest.raises(Invalid) as caught:
            world.report("attributes_changed", **change)
        why = "impact and urgency would not give the ticket a priority any more; known impacts are high"
        assert faults(caught) == dict.fromkeys(change, why)
        assert world.types() == ["opened"]

    def test_with_a_stated_priority_they_may_be_anything(self, world: World) -> None:
        self.open(world, priority="P2")
        assert world.report("attributes_changed", impact="none")["ticket"]["priority"] == "P2"


class TestMerged:
    def test_it_names_the_ticket_that_it_goes_on_in_and_that_is_another_one(self, world: World) -> None:
        world.open()
        with pytest.raises(Invalid) as caught:
            world.report("merged", into="T-1")
        assert faults(caught) == {"into": "is this very ticket"}
        with pytest.raises(ValidationError):
            world.report("merged")
        answer = world.report("merged", into="T-2", reason="The same")
        assert (answer["ticket"]["status"], answer["details"]["into"]) == ("merged", "T-2")
        assert world.log.heads[KEY].status == "merged"

    def test_a_merger_into_a_ticket_that_nobody_reported_is_taken_and_says_so(self, world: World) -> None:
        world.open()
        world.open("T-2")
        assert world.report("merged", into="T-9", key=TicketKey("acme", "T-2"))["details"]["into_known"] is False
        assert world.report("merged", into="T-2")["details"]["into_known"] is True

    @pytest.mark.parametrize(("event_type", "fields"), [("merged", {"into": "T-2"}), ("deleted", {})])
    def test_nothing_more_can_happen_to_it(self, world: World, event_type: str, fields: dict[str, Any]) -> None:
        world.open()
        world.open("T-2")
        world.report(event_type, **fields)
        for following in ("reopened", "closed", "deleted", "agent_replied"):
            with pytest.raises(Conflict, match=f"is {event_type}; nothing more can happen to it"):
                world.report(following)
        assert world.report("agent_replied", key=TicketKey("acme", "T-2"))["sequence"] == 2

    def test_a_resolved_ticket_that_has_settled_may_be_merged_or_deleted(self, world: World) -> None:
        world.open()
        world.run()
        world.report("resolved")
        world.run()
        assert world.report("deleted")["ticket"]["status"] == "deleted"
