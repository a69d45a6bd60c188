"""Who is calling, and with what conditions."""

from __future__ import annotations

import re
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Header, Query

from tocsin.domain.values.faults import Fault, Forbidden, Invalid

IdempotencyHeader = Annotated[
    str | None,
    Header(alias="Idempotency-Key", description="the same key and body again have one effect and the same answer"),
]
IfMatchHeader = Annotated[
    str | None, Header(alias="If-Match", description="the ETag last seen; 412 when the thing has changed since")
]
Limit = Annotated[int, Query(ge=1, le=200, description="entries on a page")]
Cursor = Annotated[str | None, Query(description="`next_cursor` of the page before")]

_ONLY_LOOKS = re.compile(r"/v1/contracts/[^/]+/preview|/v1/calendars/import")
_MIGRATIONS = re.compile(r"/v1/contracts/[^/]+/migrations")
_ETAG = re.compile(r'(?:W/)?"?(\d{1,9})"?', re.ASCII)


def scope_for(method: str, path: str) -> str:
    """The scope that a request needs: `read` to look, `write` to report, `admin` to put and migrate."""
    if method in ("GET", "HEAD") or (method == "POST" and _ONLY_LOOKS.fullmatch(path)):
        return "read"
    if method == "POST" and _MIGRATIONS.fullmatch(path):
        return "admin"
    return "write" if method == "POST" else "admin"


def check_scope(event: dict[str, Any]) -> None:
    """Raises Forbidden when the caller's token lacks the scope; public routes have no caller to check."""
    authorizer = event["requestContext"].get("authorizer") or {}
    if "helpdesk_id" in authorizer:
        scope = scope_for(event["httpMethod"], event["path"])
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
