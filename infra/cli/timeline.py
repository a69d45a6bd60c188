"""A ticket's log as a timeline: an event a line, in the words of its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from infra.cli.layout import plain, print_table, utc, words
from tocsin.domain.tickets import events as ev
from tocsin.domain.values.instants import parse_instant
from tocsin.domain.values.target import Target
from tocsin.domain.values.wording import enumerated

LATE = timedelta(minutes=1)
"""What was reported later than this after it happened is shown with both instants."""

WIDTH = 240

Details = Mapping[str, Any]
"""What an event says besides: fields as its kind has them."""

Event = Mapping[str, Any]
"""An event as the API answers it: type, sequence, occurred_at, recorded_at, actor and details."""

When = Callable[[str | datetime | None], str]
"""Says an instant."""


def print_timeline(events: Iterable[Event]) -> None:
    """In the order in which Tocsin learned of them, dated by when they happened."""
    print_table(("AT", "#", "EVENT", "BY", ""), map(_row, events))


def _row(event: Event) -> tuple[object, ...]:
    actor = event["actor"]
    who = actor["id"] or actor["kind"]
    return utc(event["occurred_at"]), event["sequence"], words(event["type"]), who, plain(_gist(event), WIDTH)


def _gist(event: Event) -> str:
    return f"{gist(event)} (recorded {utc(event['recorded_at'])})" if is_late(event) else gist(event)


def gist(event: Event, when: When = utc) -> str:
    """What there is to say about an event, as the API answers it, besides its kind and its actor."""
    return _GISTS.get(event["type"], _anything)(event["details"], when)


def is_late(event: Event) -> bool:
    """Whether an event was recorded well after it happened."""
    return parse_instant(event["recorded_at"]) - parse_instant(event["occurred_at"]) > LATE


def _opened(details: Details, _when: When) -> str:
    said = f"{details['priority']} under {details['contract_id']} version {details['contract_version']}"
    return f"{said}: {details['subject']}" if details.get("subject") else said


def _tier_alerted(details: Details, _when: When) -> str:
    whom = ", ".join(details["members"]) or "the whole team"
    reached = "" if details["reached"] else ", who cannot be reached"
    targets = enumerated(Target(each).words for each in [details["team"], *details.get("beside", ())])
    return f"tier {details['tier']}, {targets}: {whom}{reached} ({_why(details)})"


def _why(details: Details) -> str:
    because = f", {details['because']}" if details.get("because") else ""
    return words(details["reason"]) + because + (f", attempt {details['attempt']}" if details["attempt"] > 1 else "")


def _followed_up(details: Details, _when: When) -> str:
    return f"{details['member']}, by the channels that are used {details['after'] // 60} minutes after an alert"


def _trigger_fired(details: Details, _when: When) -> str:
    alerted = "a tier that had been alerted already"
    if details.get("tier"):
        alerted = f"tier {details['tier']}"
    elif details.get("beside"):
        alerted = Target(details["beside"]).words
    return f"{details['because']}: {alerted}"


def _by_link(details: Details, when: When) -> str:
    return _anything({name: value for name, value in details.items() if name != "link"}, when)


def _taken(details: Details, _when: When) -> str:
    return f"for tier {details['tier']}" if "tier" in details else ""


def _exhausted(details: Details, _when: When) -> str:
    return f"nobody acknowledged, after {details['attempts']} rounds"


def _obligation(details: Details, when: When) -> str:
    threshold = f" at {details['threshold']}" if details.get("threshold") else ""
    return f"{words(details['metric'])}{threshold}, due {when(details['due_at'])}"


def _notices_recorded(details: Details, _when: When) -> str:
    return ", ".join(
        f"{words(each['kind'])} to {each['recipient']}" + (f" ({each['way']})" if each.get("way") else "")
        for each in details["notices"]
    )


def _notices_sent(details: Details, _when: When) -> str:
    return f"{len(details['receipts'])} accepted by SNS"


def _notices_queued(details: Details, when: When) -> str:
    until = max(each["until"] for each in details["queued"])
    return f"{len(details['queued'])} wait in mailboxes, to be sent with others by {when(until)}"


def _notices_failed(details: Details, _when: When) -> str:
    errors = enumerated(sorted({each["error"] for each in details["refusals"]}))
    return f"{len(details['refusals'])} could not be delivered ({errors}), to be tried again"


def _concluded(details: Details, _when: When) -> str:
    return ", ".join(f"{words(each['metric'])} {words(each['state'])}" for each in details["obligations"])


def _anything(details: Details, _when: When) -> str:
    """What a person reported, in the order in which it was given."""
    return ", ".join(f"{words(name)}: {value}" for name, value in details.items() if value is not True)


_GISTS: Mapping[str, Callable[[Details, When], str]] = {
    ev.Opened.type: _opened,
    ev.TierAlerted.type: _tier_alerted,
    ev.AlertFollowedUp.type: _followed_up,
    ev.TriggerFired.type: _trigger_fired,
    ev.Acknowledged.type: _taken,
    ev.Declined.type: _by_link,
    ev.Snoozed.type: _by_link,
    ev.EscalationExhausted.type: _exhausted,
    ev.Warned.type: _obligation,
    ev.Breached.type: _obligation,
    ev.NoticesRecorded.type: _notices_recorded,
    ev.NoticesQueued.type: _notices_queued,
    ev.NoticesSent.type: _notices_sent,
    ev.NoticesFailed.type: _notices_failed,
    ev.Concluded.type: _concluded,
    ev.Settled.type: _concluded,
}
