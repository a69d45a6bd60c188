"""Reads the table's stream: every new event that concerns an execution starts it or wakes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from tocsin import wiring
from tocsin.adapters.dynamodb.table import decode, ticket_key_of
from tocsin.handlers.side_by_side import side_by_side
from tocsin.ports.tickets import Executions, TicketLog
from tocsin.use_cases.tickets.follow_event import follow_event

logger = Logger()

Record = Mapping[str, Any]
"""Of the stream: its change in `dynamodb`, with `NewImage`, `Keys` and `SequenceNumber`."""


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Reports what failed, and goes on with the rest: one ticket's trouble must not hold up the others.

    The records of a ticket are followed in their order, those of different tickets side by side. The stream delivers
    again from the first failure on, which is harmless. Powertools' batch processor does the same one by one; it is not
    used because importing it takes a twelfth of this function's cold start.
    """
    tickets = _by_ticket(event["Records"])
    # Made here: threads share the clients, and would get in each other's way making them.
    log, executions = wiring.log(), wiring.executions()

    def follow(records: Sequence[Record]) -> Mapping[str, Exception]:
        return _follow_in_order(records, log, executions)

    with side_by_side(most=len(tickets)) as at_once:
        failed = {number: error for failures in at_once(follow, tickets) for number, error in failures.items()}
    answer = []
    for record in event["Records"]:
        change = record["dynamodb"]
        if error := failed.get(change["SequenceNumber"]):
            logger.error("could not follow an event", keys=change.get("Keys"), exc_info=error)
            answer.append({"itemIdentifier": change["SequenceNumber"]})
    return {"batchItemFailures": answer}


def _by_ticket(records: Sequence[Record]) -> Sequence[Sequence[Record]]:
    """The records of each ticket in their order; by the partition, which is not read any further yet."""
    found: dict[str, list[Record]] = {}
    for record in records:
        image = record["dynamodb"].get("NewImage") or {}
        found.setdefault(str(image.get("pk")), []).append(record)
    return [*found.values()]


def _follow_in_order(records: Sequence[Record], log: TicketLog, executions: Executions) -> Mapping[str, Exception]:
    """The records of a ticket that failed, by their number in the stream."""
    failed: dict[str, Exception] = {}
    for record in records:
        try:
            item = decode(record["dynamodb"].get("NewImage") or {})
            if item.get("wakes"):
                follow_event(ticket_key_of(item["pk"]), item["type"], log=log, executions=executions)
        except Exception as error:  # noqa: BLE001 - said in the answer, and in the log by whoever answers
            failed[record["dynamodb"]["SequenceNumber"]] = error
    return failed
