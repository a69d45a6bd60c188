"""What is known about a ticket beside its state: what a helpdesk may say when it opens one and change later."""

from __future__ import annotations

from typing import TypedDict


class TicketAttributes(TypedDict, total=False):
    """The attributes that the fold keeps; a contract's selectors may look at them.

    The two long ones, `description` and the hand-off package, are texts (`tocsin.domain.tickets.texts`).
    """

    subject: str
    category: str
    channel: str
    tags: list[str]
    requester: str
    reference: str
    links: list[str]
    impact: str
    urgency: str
    segment: str
    site: str
    affected_users: int
    customer_deadline: str
    """RFC 3339, until when the customer needs it."""


ATTRIBUTES = tuple(TicketAttributes.__annotations__)
"""Their names."""
