"""Reads the table's stream: every new event that concerns an execution starts it or wakes it."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from tocsin import wiring
from tocsin.adapters.dynamodb.table import ticket_key_of
from tocsin.use_cases.follow_event import follow_event

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Reports the records that failed, so that the stream delivers only those and what follows them again."""
    # The processor keeps the batch it works on, so each call has its own.
    processor = BatchProcessor(event_type=EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)
    return process_partial_response(event=event, record_handler=_follow, processor=processor, context=context)


def _follow(record: DynamoDBRecord) -> None:
    item = record.dynamodb.new_image if record.dynamodb else None
    if not item or not item.get("wakes"):
        return
    follow_event(
        ticket_key_of(item["pk"]),
        item["type"],
        **wiring.store(),
        executions=wiring.executions(),
    )
