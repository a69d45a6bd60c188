"""Delivers the table's stream to a function, as Lambda's event source mapping does."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from infra.local.lambda_runtime import FunctionFailedError
from infra.local.moto.backends import filter_of
from infra.local.virtual_clock import VirtualClock
from infra.topology import StreamSource

Record = dict[str, Any]
"""A change of the table as its stream has it: eventName, and under dynamodb Keys, NewImage and SequenceNumber."""

LONGEST_PAUSE = timedelta(minutes=1)
"""Failed batches are retried after 1, 2, 4, … virtual seconds, and never later than this."""

AGAIN_AFTER = timedelta(seconds=1)


class Stream:
    """Reads new records, filters them, and hands them on in order, a batch at a time.

    A batch that fails is retried from the first failing record (ReportBatchItemFailures), or halved when the whole
    call fails (BisectBatchOnFunctionError); meanwhile the records behind it wait. A record that has failed
    once and then `retry_attempts` times goes to `failed`, and the next ones get their chance.

    With `again`, what was delivered is delivered once more after `AGAIN_AFTER`, behind whatever came meanwhile.
    """

    def __init__(
        self,
        source: StreamSource,
        clock: VirtualClock,
        table: Any,
        stream_arn: str,
        invoke: Callable[[str, Any], Any],
        *,
        again: bool = False,
    ) -> None:
        self._source = source
        self._clock = clock
        self._table = table
        self._stream_arn = stream_arn
        self._invoke = invoke
        self._again = again
        self._read = 0
        self._waiting: deque[Record] = deque()
        self._attempts = 0
        self._limit = source.batch_size
        self._not_before: datetime | None = None
        self.failed: list[Record] = []
        self._lets_through = filter_of(source.filter_pattern)

    def deliver_batch(self) -> bool:
        """Delivers the next batch; False when there is none, or the one there is waits for its next attempt."""
        self._read_new_records()
        if not self._waiting or (self._not_before is not None and self._clock.now() < self._not_before):
            return False
        batch = [self._waiting[index] for index in range(min(self._limit, len(self._waiting)))]
        try:
            done = self._offer(batch)
        except FunctionFailedError:
            self._after_failed_call(len(batch))
        else:
            self._after_answer(done, len(batch))
            if self._again and done:
                self._clock.call_at(self._clock.now() + AGAIN_AFTER, lambda: self._deliver_again(batch[:done]))
        return True

    def written(self, first: int) -> list[Record]:
        """Every change of the table from the `first` on, counted from 0, whether it is delivered or not."""
        return [record.to_json() for record in self._table.stream_shard.items[first:]]

    def _read_new_records(self) -> None:
        records = self._table.stream_shard.items
        while self._read < len(records):
            record = self._as_delivered(records[self._read].to_json())
            self._read += 1
            if self._lets_through(record):
                self._waiting.append(record)

    def _as_delivered(self, record: Record) -> Record:
        # moto stamps records with the wall clock and a fixed region.
        created_at = int(self._clock.now().timestamp())
        return {
            **record,
            "awsRegion": self._stream_arn.split(":")[3],
            "eventSourceARN": self._stream_arn,
            "dynamodb": {**record["dynamodb"], "ApproximateCreationDateTime": created_at},
        }

    def _offer(self, batch: Sequence[Record]) -> int:
        """How many of the batch's records, from its start, are done with."""
        answer = self._invoke(self._source.function, {"Records": batch})
        failures = answer.get("batchItemFailures") if isinstance(answer, dict) else None
        if not failures:
            return len(batch)
        numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
        failed = {failure.get("itemIdentifier") for failure in failures}
        # An identifier that is not in the batch fails the whole of it, as on AWS.
        return min(numbers.index(number) for number in failed) if failed <= set(numbers) else 0

    def _deliver_again(self, batch: Sequence[Record]) -> None:
        with contextlib.suppress(FunctionFailedError):  # It is among the faults.
            self._offer(batch)

    def _after_answer(self, done: int, offered: int) -> None:
        for _ in range(done):
            self._waiting.popleft()
        if done > 0:
            self._begin_anew()
        if done < offered:
            self._after_failed_record()

    def _after_failed_call(self, offered: int) -> None:
        # Halving a batch is no attempt at the record that fails: that one is not known yet.
        if offered > 1:
            self._limit = offered // 2
            self._pause(1)
        else:
            self._after_failed_record()

    def _after_failed_record(self) -> None:
        self._attempts += 1
        if self._attempts > self._source.retry_attempts:
            self.failed.append(self._waiting.popleft())
            self._begin_anew()
        else:
            self._pause(self._attempts)

    def _pause(self, attempt: int) -> None:
        pause = min(LONGEST_PAUSE, timedelta(seconds=2 ** min(attempt - 1, 10)))
        self._not_before = self._clock.now() + pause
        self._clock.call_at(self._not_before, lambda: None)

    def _begin_anew(self) -> None:
        self._attempts = 0
        self._limit = self._source.batch_size
        self._not_before = None
