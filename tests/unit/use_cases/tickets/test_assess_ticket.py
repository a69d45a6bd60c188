"""One round of an execution: what it appends, what it does next, and when it hands over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.story import OPENED_AT, after
from tests.unit.use_cases.world import KEY, World
from tocsin.domain.values.faults import Busy, NotFound
from tocsin.use_cases.tickets.assess_ticket import Limits, assess_ticket
from tocsin.use_cases.tickets.retrying import PAUSES

LIMITS = Limits(rounds=10, age=timedelta(minutes=100))


def test_what_is_owed_is_sent_first_and_then_the_execution_waits_for_the_next_timer(world: World) -> None:
    world.open()
    step = world.assess()
    assert (step.next, step.sequence) == ("send_notices", 3)
    world.send()
    step = world.assess()
    assert (step.next, step.sequence, step.wait_for, step.until) == ("wait", 4, "response_warning", after(11.25))


def test_the_head_says_when_the_execution_next_has_to_act(world: World) -> None:
    world.open()
    world.assess()
    assert world.log.heads[KEY].acts_at == OPENED_AT, "notices wait to be sent"
    world.send()
    assert world.log.heads[KEY].acts_at == after(11.25)


def test_a_round_in_which_nothing_fell_due_appends_nothing(world: World) -> None:
    world.open()
    world.run()
    before = world.types()
    world.clock.advance(minutes=1)
    world.assess()
    assert world.types() == before


def test_a_round_by_an_execution_of_the_past_only_ends_it(world: World) -> None:
    world.open()
    world.run()
    world.assess(rounds=100)
    assert world.context().ticket().generation == 2
    world.clock.advance(hours=9)
    before = world.types()
    assert world.assess(generation=1).next == "continued"
    assert world.types() == before
    assert world.assess(generation=2).next == "send_notices"


def test_after_its_last_round_it_hands_over_and_says_so_in_the_log(world: World) -> None:
    world.open()
    world.run()
    assert world.assess(rounds=9, limits=LIMITS).next == "wait"
    assert world.assess(rounds=10, limits=LIMITS).next == "continued"
    assert world.events[-1].type == "continued"
    assert world.events[-1].generation == 2
    assert world.log.heads[KEY].generation == 2


def test_an_execution_that_is_too_old_hands_over(world: World) -> None:
    world.open()
    world.run()
    world.acknowledge()
    world.report("agent_replied")
    world.clock.advance(minutes=100)
    world.assess(limits=LIMITS)
    world.send()
    assert world.assess(limits=LIMITS).next == "continued"


def test_it_sleeps_no_longer_than_until_it_hands_over(world: World) -> None:
    world.open(priority="P3")
    world.run()
    world.acknowledge()
    step = world.assess(limits=LIMITS)
    assert (step.wait_for, step.until) == ("next_generation", after(100))


def test_while_paused_it_waits_for_the_hand_over_or_a_change(world: World) -> None:
    world.open(priority="P3")
    world.run()
    world.acknowledge()
    world.report("pended")
    assert world.run().wait_for == "next_generation"


def test_what_it_owes_when_it_hands_over_the_next_generation_sends(world: World) -> None:
    world.open()
    assert world.assess(rounds=10, limits=LIMITS).next == "continued"
    assert world.types() == ["opened", "tier_alerted", "notices_recorded", "continued"]
    assert world.assess(generation=2).next == "send_notices"


def test_a_settled_ticket_sends_its_last_notices_and_ends(world: World) -> None:
    world.open()
    world.run()
    world.report("resolved", root_cause="cable")
    assert world.assess().next == "send_final_notices"
    world.send()
    assert world.assess().next == "settled"
    outcome = world.log.settled[KEY]
    assert (outcome.priority, outcome.highest_tier, outcome.resolved_at) == ("P1", 1, OPENED_AT)
    assert (outcome.withdrawn, outcome.replaces) == (False, None)
    assert world.log.heads[KEY].acts_at is None


def test_a_ticket_that_settles_again_says_which_outcome_it_replaces(world: World) -> None:
    world.open()
    world.run()
    world.report("resolved")
    world.run()
    world.clock.advance(days=3)
    world.report("reopened")
    world.report("resolved")
    world.assess(generation=2)
    outcome = world.log.settled[KEY]
    assert (outcome.resolved_at, outcome.replaces) == (after(3 * 24 * 60), OPENED_AT)


def test_a_settled_ticket_does_not_hand_over_however_old_it_is(world: World) -> None:
    world.open()
    world.run()
    world.report("closed")
    assert world.assess(rounds=1_000).next in {"settled", "send_final_notices"}
    assert "continued" not in world.types()


def test_a_lost_race_is_run_again_with_what_the_winner_did(world: World) -> None:
    world.open()
    world.log.interruptions.append(world.acknowledge)
    world.assess()
    assert world.types() == ["opened", "acknowledged", "notices_recorded"], "nobody is alerted who need not be"


def test_who_loses_too_many_races_is_retried_by_the_state_machine(world: World) -> None:
    world.open(priority="P1")
    world.log.interruptions = [lambda: world.report("agent_noted")] * len(PAUSES)
    with pytest.raises(Busy):
        world.assess()


def test_two_executions_at_once_append_what_fell_due_once(world: World) -> None:
    world.open()
    world.log.interruptions.append(world.assess)
    world.assess()
    assert world.types() == ["opened", "tier_alerted", "notices_recorded"]


def test_there_is_nothing_to_assess_about_a_ticket_that_does_not_exist(world: World) -> None:
    with pytest.raises(NotFound):
        assess_ticket(KEY, 1, 0, OPENED_AT, LIMITS, **world.store)
