"""SendNotices of the state machine. In and out: the state that AssessTicket left."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from tocsin import wiring
from tocsin.domain.values.identifiers import TicketKey
from tocsin.handlers.time_left import time_is_up_at
from tocsin.use_cases.notices.send_notices import send_notices

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Sends, and says how far the execution has now seen the log.

    Only what it appended itself right behind the assessment counts as seen. If anybody else appended in between,
    the sequence number stays behind, `AwaitChange` refuses to park on it and the ticket is assessed again.
    """
    key = TicketKey(event["helpdesk_id"], event["ticket_id"])
    logger.append_keys(ticket_id=key.ticket_id, helpdesk_id=key.helpdesk_id)
    recorded = send_notices(
        key,
        **wiring.store(),
        messages=wiring.messages(),
        notifier=wiring.notifier(),
        until=time_is_up_at(context),
    )
    seen = event["sequence"]
    right_behind = recorded == list(range(seen + 1, seen + 1 + len(recorded)))
    return {**event, "sequence": seen + len(recorded) if right_behind else seen}
