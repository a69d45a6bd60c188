"""AssessTicket of the state machine.

In: helpdesk_id, ticket_id, generation, rounds, and from the second round on started_at.
Out: the same with the next round, what comes next, the sequence number seen and the timer to wait for.
"""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from tocsin import wiring
from tocsin.domain.values.identifiers import TicketKey
from tocsin.domain.values.instants import format_instant, parse_instant, whole_second
from tocsin.use_cases.tickets.assess_ticket import assess_ticket

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """See the module; fields it does not know are dropped, so that an old execution may call new code."""
    key = TicketKey(event["helpdesk_id"], event["ticket_id"])
    logger.append_keys(ticket_id=key.ticket_id, helpdesk_id=key.helpdesk_id)
    clock = wiring.clock()
    started_at = parse_instant(event["started_at"]) if "started_at" in event else clock.now()
    step = assess_ticket(
        key,
        event["generation"],
        event["rounds"],
        started_at,
        wiring.limits(),
        **wiring.store(),
    )
    logger.info("assessed", next=step.next, wait_for=step.wait_for, sequence=step.sequence)
    return {
        "helpdesk_id": key.helpdesk_id,
        "ticket_id": key.ticket_id,
        "generation": event["generation"],
        "rounds": event["rounds"] + 1,
        "started_at": format_instant(started_at),
        "next": step.next,
        "sequence": step.sequence,
        "timer": {"kind": step.wait_for, "due_at": whole_second(step.until)},
    }
