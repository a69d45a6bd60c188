"""SendNotices of the state machine. In and out: the state that AssessTicket left."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from tocsin import wiring
from tocsin.domain.contracts.waits import Wait
from tocsin.domain.values.identifiers import TicketKey
from tocsin.domain.values.instants import whole_second
from tocsin.handlers.time_left import time_is_up_at
from tocsin.use_cases.notices.send_notices import send_notices

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Sends, and says how far the execution has now seen the log.

    Only what it appended itself right behind the assessment counts as seen. If anybody else appended in between,
    the sequence number stays behind, `AwaitChange` refuses to park on it and the ticket is assessed again. What waits
    in a mailbox is a timer like any other, and a ticket is not done with before it is sent.
    """
    key = TicketKey(event["helpdesk_id"], event["ticket_id"])
    logger.append_keys(ticket_id=key.ticket_id, helpdesk_id=key.helpdesk_id)
    sent = send_notices(
        key,
        **wiring.store(),
        messages=wiring.messages(),
        delivery=wiring.delivery(),
        until=time_is_up_at(context),
    )
    seen = event["sequence"]
    right_behind = sent.recorded == list(range(seen + 1, seen + 1 + len(sent.recorded)))
    after = {**event, "sequence": seen + len(sent.recorded) if right_behind else seen}
    if sent.queue_moves_at is None:
        return {**after, "next": "settled"} if event["next"] == "send_final_notices" else after
    timer = {"kind": Wait.DIGEST, "due_at": whole_second(sent.queue_moves_at)}
    return {**after, "next": "wait", "timer": min(timer, event["timer"], key=lambda each: each["due_at"])}
