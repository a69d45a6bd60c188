"""Executions of the ticket state machine."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from tocsin.domain.values.identifiers import TicketKey

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

# A wait that has ended refuses its token with one of these
# (https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html, 2026-11).
WAIT_IS_OVER = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})


class StepFunctionsExecutions:
    """`Executions` on Step Functions."""

    def __init__(self, client: SFNClient, state_machine_arn: str) -> None:
        self._client, self._state_machine_arn = client, state_machine_arn

    def start(self, key: TicketKey, generation: int) -> None:
        """See `Executions.start`: name and input say the same every time, so a second start is no start."""
        arguments = {
            "generation": generation,
            "helpdesk_id": key.helpdesk_id,
            "rounds": 0,
            "ticket_id": key.ticket_id,
        }
        try:
            self._client.start_execution(
                stateMachineArn=self._state_machine_arn,
                name=execution_name(key, generation),
                input=json.dumps(arguments, sort_keys=True),
            )
        except self._client.exceptions.ExecutionAlreadyExists:
            return

    def wake(self, task_token: str) -> None:
        """See `Executions.wake`."""
        try:
            self._client.send_task_success(taskToken=task_token, output="{}")
        except ClientError as error:
            if error.response["Error"]["Code"] not in WAIT_IS_OVER:
                raise


def execution_name(key: TicketKey, generation: int) -> str:
    """Readable in the console, unique for a ticket's generation, at most 80 characters of [0-9A-Za-z-_]."""
    digest = hashlib.sha256("\x1f".join(key).encode()).hexdigest()[:12]
    return f"{key.ticket_id.replace('.', '-')[:48]}-{digest}-g{generation}"
