"""The names that helpdesks give to things, and what they may look like.

They end up in DynamoDB keys (joined by `#`), SNS topic names and URLs, so their alphabet is small.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

from pydantic import StringConstraints

SLUG = r"^[a-z0-9][a-z0-9-]{0,47}$"
TICKET_ID = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"

Slug = Annotated[str, StringConstraints(pattern=SLUG)]
"""Helpdesk, contract, team and member ids: lower-case letters, digits and hyphens, at most 48."""

TicketId = Annotated[str, StringConstraints(pattern=TICKET_ID)]
"""Ticket ids, as the helpdesk shows them: letters, digits, `.`, `_` and `-`, at most 64."""

PriorityName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]

# Control characters too, which are no white space: SNS's XML has no way to write them.
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s\x00-\x1f\x7f-\x9f]{1,64}@[^@\s\x00-\x1f\x7f-\x9f]{1,190}$")]


class TicketKey(NamedTuple):
    """Which ticket of which helpdesk; nothing is ever looked up by a ticket id alone."""

    helpdesk_id: str
    ticket_id: str
