"""What a ticket costs: state transitions, Lambda calls, DynamoDB's write units, and the dollars for a thousand of them.

List prices of us-east-1: Step Functions $0.025 a thousand transitions; Lambda arm64 $0.20 a million calls and
$0.0000133334 a GB-second; DynamoDB on demand $0.625 a million write units
(https://aws.amazon.com/step-functions/pricing, https://aws.amazon.com/lambda/pricing,
https://aws.amazon.com/dynamodb/pricing, read from copies of 2025 and 2026). The Lambda figure assumes 100 ms at 512 MB
a call, which has not been measured on AWS. Not in it: DynamoDB's reads, SNS, API Gateway, logs.
"""

from __future__ import annotations

import contextlib
import io
import logging
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from infra.local.demo import play_everyday_ticket, play_major_incident, play_night, prepare
from infra.local.engine import Engine
from infra.local.narrator import berlin
from infra.local.seed import create_demo_helpdesk
from tests.benchmarks.dynamodb_units import counted
from tests.scenarios.conftest import FRIDAY
from tests.scenarios.desk import Desk

TRANSITION = 0.025 / 1000
LAMBDA_CALL = 0.20 / 1_000_000 + 0.1 * 0.5 * 0.0000133334
WRITE_UNIT = 0.625 / 1_000_000

TIMER_SIDE = ("Assess", "Notify", "Dispatch")


def cost_of(engine: Engine, play: Callable[[], object]) -> Counter[str]:
    """What happened meanwhile: transitions, Lambda calls by function, and what DynamoDB was asked."""
    before = Counter({"transitions": engine.transitions, **engine.lambda_calls})
    with counted() as asked:
        play()
    return Counter({"transitions": engine.transitions, **engine.lambda_calls}) - before + asked


def uneventful(engine: Engine) -> Counter[str]:
    """Opened, acknowledged by nobody because answered and resolved within minutes."""
    desk = Desk(engine).prepare()

    def play() -> None:
        desk.open()
        engine.advance(by=timedelta(minutes=5))
        desk.report("agent_replied")
        engine.advance(by=timedelta(minutes=5))
        desk.report("resolved")

    return cost_of(engine, play)


def slow(engine: Engine) -> Counter[str]:
    """Opened, acknowledged and answered at once, resolved after two hours, past one timer that has become idle."""
    desk = Desk(engine).prepare()

    def play() -> None:
        desk.open()
        engine.advance(by=timedelta(minutes=5))
        desk.acknowledge("ana")
        desk.report("agent_replied")
        engine.advance(by=timedelta(minutes=85))
        desk.report("resolved")

    return cost_of(engine, play)


def story(play: Callable[[Engine, str], object]) -> Callable[[Engine], Counter[str]]:
    """One of the demonstration's tickets, without its narration."""

    def played(engine: Engine) -> Counter[str]:
        token = create_demo_helpdesk(engine)
        prepare(engine, token)
        with contextlib.redirect_stdout(io.StringIO()):
            return cost_of(engine, lambda: play(engine, token))

    return played


def main() -> None:
    logging.disable(logging.INFO)
    tickets = {
        "uneventful (answered, resolved within minutes)": uneventful,
        "quiet (acknowledged, answered, resolved later)": slow,
        "the demonstration's P1 (three tiers' worth)": story(play_major_incident),
        "the demonstration's P3 (weeks, breached)": story(play_everyday_ticket),
        "the demonstration's night (declined, backup)": story(play_night),
    }
    print(f"  {'ticket':<48} transitions   Lambda calls   write units   $ a thousand")
    for name, play in tickets.items():
        start = berlin("2027-02-26 16:40") if name.startswith("the") else FRIDAY
        with contextlib.redirect_stderr(io.StringIO()), Engine(start=start) as engine:
            cost = play(engine)
        timers = sum(cost[name] for name in TIMER_SIDE)
        dollars = cost["transitions"] * TRANSITION + timers * LAMBDA_CALL + cost["write_units"] * WRITE_UNIT
        print(
            f"  {name:<48} {cost['transitions']:>11} {timers:>14} {cost['write_units']:>13} {1000 * dollars:>14.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
