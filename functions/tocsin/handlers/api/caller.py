"""Who is calling, and with what conditions."""

from __future__ import annotations

import re
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Header, Query

from tocsin.domain.values.faults import Fault, Forbidden, Invalid, Unauthenticated
from tocsin.handlers.api.declaration import Scope

IdempotencyHeader = Annotated[
    str | None,
    Header(alias="Idempotency-Key", description="the same key and body again have one effect and the same answer"),
]
IfMatchHeader = Annotated[
    str | None, Header(alias="If-Match", description="the ETag last seen; 412 when the thing has changed since")
]
Limit = Annotated[int, Query(ge=1, le=200, description="entries on a page")]
Cursor = Annotated[str | None, Query(description="`next_cursor` of the page before")]

_ETAG = re.compile(r'(?:W/)?"?(\d{1,9})"?', re.ASCII)


def check_scope(scope: Scope | None, event: dict[str, Any]) -> None:
    """Check that the caller may use a route that needs `scope`; a route without one is public.

    `event` is that of API Gateway, with what the authorizer knows of the caller. Raises Unauthenticated when there is
    no caller, Forbidden when the token lacks the scope.
    """
    if scope is None:
        return
    authorizer = event["requestContext"].get("authorizer") or {}
    if "helpdesk_id" not in authorizer:
        raise Unauthenticated("Send Authorization: Bearer and a token.")
    if scope not in str(authorizer.get("scopes", "")).split():
        raise Forbidden(f"The token does not have the scope {scope!r}.")


def helpdesk_of(event: Any) -> str:
    """The caller's helpdesk, from the authorizer and from nowhere else."""
    return str(event.request_context.authorizer["helpdesk_id"])


def expected_number(if_match: str | None) -> int | None:
    """The number in an `If-Match` header; None when there is no condition. Raises Invalid for anything unreadable."""
    if if_match is None or if_match.strip() == "*":
        return None
    match = _ETAG.fullmatch(if_match.strip())
    if not match:
        raise Invalid([Fault("If-Match", 'is not an ETag of ours; send it as it was received, such as "4"')])
    return int(match[1])
