"""Answers about the subscriptions of topics."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from tocsin.domain.notices.subscription import State, Subscription
from tocsin.handlers.api.answers.model import AnswerModel


class TopicSubscription(AnswerModel):
    """A channel that a topic has, or should have."""

    type: str
    address: str
    state: State
    made_by_tocsin: bool

    @classmethod
    def of(cls, each: Subscription, **more: str | None) -> Self:
        """The answer for one; `more` are the fields of a subclass."""
        return cls.model_validate(
            {
                "type": each.protocol,
                "address": each.address,
                "state": each.state,
                "made_by_tocsin": each.made_by_us,
                **more,
            }
        )


class CustomerSubscriptionsView(AnswerModel):
    """Whom the notices to a contract's customer reach."""

    contract_id: str
    subscriptions: list[TopicSubscription]
    reached: bool = Field(description="whether a notice arrives anywhere: at least one is confirmed")
