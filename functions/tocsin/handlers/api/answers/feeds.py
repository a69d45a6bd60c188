"""Answers about calendar feeds."""

from __future__ import annotations

from pydantic import Field

from tocsin.domain.oncall.feed import Feed
from tocsin.domain.values.instants import format_instant
from tocsin.handlers.api.answers.model import AnswerModel, InstantText


class FeedView(AnswerModel):
    """A calendar feed, without its address."""

    feed_id: str
    schedule_id: str
    member_id: str | None = Field(description="whose shifts it has; null for everybody's")
    made_at: InstantText
    revoked_at: InstantText | None


class NewFeedView(FeedView):
    """A feed that was just made, with its address, which is shown once."""

    url: str = Field(description="for a calendar to subscribe to; whoever has it can read the shifts")


class FeedsView(AnswerModel):
    """The feeds of a schedule in the order in which they were made."""

    feeds: list[FeedView]


def feed_view(feed: Feed) -> FeedView:
    """A feed as the API shows it."""
    return FeedView(
        feed_id=feed.feed_id,
        schedule_id=feed.schedule_id,
        member_id=feed.member_id,
        made_at=format_instant(feed.made_at),
        revoked_at=format_instant(feed.revoked_at) if feed.revoked_at else None,
    )
