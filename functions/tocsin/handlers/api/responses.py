"""Responses of the API: JSON, text, or a page."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel

# A page that acts on a ticket must not be framed, cached, indexed or told to others by its address.
PAGE_HEADERS: dict[str, str | list[str]] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def json_answer(answer: BaseModel, status: int = 200, etag: int | None = None) -> Response[str]:
    """The answer as JSON, without the fields that were never set.

    `etag` is the number that `If-Match` may name later: a ticket's sequence or a contract's version.
    """
    headers: dict[str, str | list[str]] = {"Cache-Control": "no-store"}
    if etag is not None:
        headers["ETag"] = f'"{etag}"'
    body = answer.model_dump_json(exclude_unset=True, by_alias=True)
    return Response(status_code=status, content_type="application/json", body=body, headers=headers)


def text_answer(body: str, content_type: str) -> Response[str]:
    """A text of some other type."""
    return Response(status_code=200, content_type=content_type, body=body)


def page_answer(html: str, status: int = 200, headers: dict[str, str] | None = None) -> Response[str]:
    """A page for people."""
    return Response(
        status_code=status,
        content_type="text/html; charset=utf-8",
        body=html,
        headers={**PAGE_HEADERS, **(headers or {})},
    )
