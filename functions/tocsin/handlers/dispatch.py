"""Reads the table's stream: every new event that concerns an execution starts it or wakes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from tocsin import wiring
from tocsin.adapters.dynamodb.table import decode, ticket_key_of
from tocsin.use_cases.tickets.follow_event import follow_event

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Reports what failed, and goes on with the rest: one ticket's trouble must not hold up the others.

    The stream delivers again from the first failure on, which is harmless. Powertools' batch processor does the
    same; it is not used because importing it takes a twelfth of this function's cold start.
    """
    failed = []
    for record in event["Records"]:
        try:
            _follow(record["dynamodb"].get("NewImage") or {})
        except Exception:
            logger.exception("could not follow an event", keys=record["dynamodb"].get("Keys"))
            failed.append({"itemIdentifier": record["dynamodb"]["SequenceNumber"]})
    return {"batchItemFailures": failed}


def _follow(image: Mapping[str, Any]) -> None:
    """`image` is the new item as the stream carries it, with the types of DynamoDB."""
    item = decode(image)
    if item.get("wakes"):
        follow_event(ticket_key_of(item["pk"]), item["type"], log=wiring.log(), executions=wiring.executions())
