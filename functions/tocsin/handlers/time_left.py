"""How long a call of a function may still work."""

from __future__ import annotations

from datetime import datetime, timedelta

from aws_lambda_powertools.utilities.typing import LambdaContext

from tocsin import wiring


def time_is_up_at(context: LambdaContext) -> datetime:
    """When to begin nothing new: what is begun before may make two calls of which every attempt stalls."""
    remaining = timedelta(milliseconds=context.get_remaining_time_in_millis())
    return wiring.clock().now() + remaining - 2 * wiring.longest_call()
