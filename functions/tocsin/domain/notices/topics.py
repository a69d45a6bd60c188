"""Names of SNS topics: one per team, per member and per contract for its customer; none needs a deployment.

A name is at most 256 characters (https://docs.aws.amazon.com/general/latest/gr/sns.html, 2026-11); ids are at most 48.
"""

from __future__ import annotations

from tocsin.domain.values.channels import Way


def team_topic(helpdesk_id: str, team_id: str) -> str:
    """What the whole team watches."""
    return f"{helpdesk_id}_team_{team_id}"


def member_topic(helpdesk_id: str, member_id: str, way: Way = Way.AT_ONCE) -> str:
    """One person, whichever teams they are in; those of their channels that are for some notices have their own.

    Topics, and not the filters of subscriptions: a change of those takes up to 15 minutes
    (https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html, 2026-12).
    """
    return f"{helpdesk_id}_member_{member_id}" + (f"_{way}" if way else "")


def customer_topic(helpdesk_id: str, contract_id: str) -> str:
    """Customer-facing messages of one contract."""
    return f"{helpdesk_id}_customer_{contract_id}"


def topic_of(helpdesk_id: str, contract_id: str, audience: str, recipient: str, way: Way = Way.AT_ONCE) -> str:
    """The topic for a notice's audience and recipient."""
    if audience == "team":
        return team_topic(helpdesk_id, recipient)
    if audience == "member":
        return member_topic(helpdesk_id, recipient, way)
    return customer_topic(helpdesk_id, contract_id)
