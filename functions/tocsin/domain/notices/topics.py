"""Names of SNS topics: one a team, one a member, one a contract for its customer; none needs a deployment.

A name is at most 256 characters (https://docs.aws.amazon.com/general/latest/gr/sns.html, 2026-11); ids are at most 48.
"""

from __future__ import annotations


def team_topic(helpdesk_id: str, team_id: str) -> str:
    """What the whole team watches."""
    return f"{helpdesk_id}_team_{team_id}"


def member_topic(helpdesk_id: str, member_id: str) -> str:
    """One person, whichever teams they are in."""
    return f"{helpdesk_id}_member_{member_id}"


def customer_topic(helpdesk_id: str, contract_id: str) -> str:
    """Customer-facing messages of one contract."""
    return f"{helpdesk_id}_customer_{contract_id}"


def topic_of(helpdesk_id: str, contract_id: str, audience: str, recipient: str) -> str:
    """The topic for a notice's audience and recipient."""
    if audience == "team":
        return team_topic(helpdesk_id, recipient)
    if audience == "member":
        return member_topic(helpdesk_id, recipient)
    return customer_topic(helpdesk_id, contract_id)
