"""SNS's published limits on how fast messages are delivered: what moto takes and AWS would not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from infra.local.moto.sns import Alert

MAILS_PER_SECOND = 10
"""To one mail address: above that its subscription is suspended, and deleted after 48 hours
(https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html, 2026-11)."""

SMS_PER_SECOND = 20
"""Of one account (https://docs.aws.amazon.com/general/latest/gr/sns.html, 2026-11)."""


def overdriven(alerts: Iterable[Alert]) -> Iterator[str]:
    """What was driven over its limit within some second, a sentence each."""
    mails, messages = defaultdict[str, list[datetime]](list), list[datetime]()
    for alert in alerts:
        for delivery in alert.deliveries:
            if delivery.protocol == "email":
                mails[f"{delivery.endpoint} of topic {alert.topic}"].append(alert.at)
            elif delivery.protocol == "sms":
                messages.append(alert.at)
    for whom, instants in mails.items():
        if most_within_a_second(instants) > MAILS_PER_SECOND:
            yield f"{whom} was sent more than {MAILS_PER_SECOND} mails within a second"
    if most_within_a_second(messages) > SMS_PER_SECOND:
        yield f"more than {SMS_PER_SECOND} short messages were sent within a second"


def most_within_a_second(instants: list[datetime]) -> int:
    """The largest number of instants that one second holds."""
    instants, first, most = sorted(instants), 0, 0
    for last, instant in enumerate(instants):
        while instant - instants[first] >= timedelta(seconds=1):
            first += 1
        most = max(most, last - first + 1)
    return most
