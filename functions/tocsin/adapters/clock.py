"""The system's clock: the only place that asks what time it is, and that waits."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta


class SystemClock:
    """Now, from the machine; under the local engine, from its virtual clock."""

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        return datetime.now(UTC)

    def pause(self, at_most: timedelta) -> None:
        """See `Clock.pause`; any length up to `at_most` is as likely as another."""
        time.sleep(random.uniform(0, at_most.total_seconds()))  # noqa: S311 - jitter, no secret
