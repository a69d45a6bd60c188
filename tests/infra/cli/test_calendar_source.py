"""A calendar is fetched over https only, its address is quoted nowhere, and what is sent of it is short."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from icalendar import Calendar

from infra.cli.calendar_source import LARGEST, read_calendar, shortened
from infra.cli.failure import Failure

NOW = datetime(2026, 3, 27, tzinfo=UTC)
SECRET = "https://calendar.example/private/5ecret.ics"


def answering(monkeypatch: pytest.MonkeyPatch, handler: Callable[[httpx.Request], httpx.Response]) -> None:
    client = httpx.Client(transport=httpx.MockTransport(handler))

    def stream(method: str, url: str, **_given: Any) -> Any:
        return client.stream(method, url, follow_redirects=True)

    monkeypatch.setattr(httpx, "stream", stream)


def test_a_webcal_address_is_read_by_https(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, text="BEGIN:VCALENDAR")

    answering(monkeypatch, handler)
    assert read_calendar(SECRET.replace("https", "webcal")) == "BEGIN:VCALENDAR"
    assert asked == [SECRET]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (httpx.Response(404), "answers 404"),
        (httpx.Response(200, content=b"x" * (LARGEST + 1)), "more than 10,485,760 bytes"),
        (httpx.Response(200, content=b"\xff"), "cannot be fetched: UnicodeDecodeError"),
    ],
)
def test_what_cannot_be_fetched_is_said_without_the_address(
    monkeypatch: pytest.MonkeyPatch, answer: httpx.Response, why: str
) -> None:
    answering(monkeypatch, lambda _: answer)
    with pytest.raises(Failure) as caught:
        read_calendar(SECRET)
    assert why in caught.value.sentence
    assert "5ecret" not in caught.value.sentence


def test_an_address_that_leads_to_http_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.scheme == "https":
            return httpx.Response(302, headers={"Location": "http://calendar.example/plain"})
        return httpx.Response(200, text="BEGIN:VCALENDAR")

    answering(monkeypatch, handler)
    with pytest.raises(Failure, match="without https"):
        read_calendar(SECRET)


def event(day: str, more: str = "") -> str:
    return (
        f"BEGIN:VEVENT\r\nUID:{day}\r\nSUMMARY:ana\r\nDTSTART:{day}T080000Z\r\nDTEND:{day}T090000Z\r\n"
        f"DESCRIPTION:{'long ' * 40}\r\n{more}END:VEVENT\r\n"
    )


def days(text: str) -> list[str]:
    return [str(each["UID"]) for each in Calendar.from_ical(text.encode()).walk("VEVENT")]


def test_descriptions_are_not_sent_and_what_is_over_only_where_it_fits() -> None:
    few = f"BEGIN:VCALENDAR\r\n{event('20250101')}{event('20260401')}END:VCALENDAR\r\n"
    assert days(shortened(few, NOW)) == ["20250101", "20260401"]
    assert "long" not in shortened(few, NOW)
    series = event("20240101", "RRULE:FREQ=WEEKLY\r\n")
    many = f"BEGIN:VCALENDAR\r\n{event('20250101') * 600}{series}{event('20260401')}END:VCALENDAR\r\n"
    assert days(shortened(many, NOW)) == ["20240101", "20260401"]
    assert shortened("no calendar", NOW) == "no calendar"
