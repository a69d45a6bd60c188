"""The ledger of notices: each of a log once, with what became of it, in whatever order it was sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.story import Story, after
from tocsin.domain.notices.notice import AboutTicket, Audience, Notice, NoticeKind, Queued, Receipt, Refusal
from tocsin.domain.reports.notice_ledger import NoticeState, ledger
from tocsin.domain.tickets import events as ev

IDS = ["n-1", "n-2", "n-3"]
SAID = st.one_of(
    st.builds(Receipt, st.sampled_from(IDS), st.sampled_from(["m-1", "m-2"]), st.sampled_from([None, 2])),
    st.builds(Queued, st.sampled_from(IDS), st.integers(1, 9).map(after)),
    st.builds(Refusal, st.sampled_from(IDS), st.sampled_from(["ThrottledException", "ReadTimeoutError"])),
    st.sets(st.sampled_from(IDS), min_size=1),
)
"""What an event of the log says: of one notice, or which are recorded."""


def notice(notice_id: str) -> Notice:
    return Notice(
        notice_id=notice_id,
        kind=NoticeKind.WITHDRAWN,
        audience=Audience.MEMBER,
        recipient="ana",
        because=1,
        tier=None,
        about=AboutTicket(),
    )


def event(number: int, said: Any) -> ev.AnyEvent:
    """An event a minute."""
    at = after(number)
    envelope: dict[str, Any] = {"sequence": number, "occurred_at": at, "recorded_at": at, "actor": ev.TOCSIN}
    match said:
        case Receipt():
            return ev.NoticesSent(**envelope, receipts=(said,))
        case Queued():
            return ev.NoticesQueued(**envelope, queued=(said,))
        case Refusal():
            return ev.NoticesFailed(**envelope, refusals=(said,))
        case _:
            return ev.NoticesRecorded(**envelope, through=1, notices=tuple(map(notice, sorted(said))))


def of(*said: Any) -> list[Any]:
    return ledger([event(number, each) for number, each in enumerate(said, 1)])


def expected(notice_id: str, said: Sequence[Any]) -> tuple[NoticeState, datetime | None, list[str], str | None]:
    """State, when it was handed over, with which messages, and the last error: looked up one by one."""
    mine = [(after(n), s) for n, s in enumerate(said, 1) if not isinstance(s, set) and s.notice_id == notice_id]
    receipts = [(at, each.message_id) for at, each in mine if isinstance(each, Receipt)]
    errors = [each.error for _, each in mine if isinstance(each, Refusal)]
    if receipts:
        state = NoticeState.HANDED_OVER
    elif mine:
        state = NoticeState.QUEUED if isinstance(mine[-1][1], Queued) else NoticeState.FAILED
    else:
        state = NoticeState.RECORDED
    messages = [message_id for _, message_id in receipts]
    return state, receipts[0][0] if receipts else None, messages, errors[-1] if errors else None


@given(st.lists(SAID, max_size=20))
def test_each_recorded_notice_is_in_it_once_and_right_in_whatever_order_it_was_sent(said: list[Any]) -> None:
    recorded = [notice_id for each in said if isinstance(each, set) for notice_id in sorted(each)]
    entries = of(*said)
    assert [entry.notice.notice_id for entry in entries] == [*dict.fromkeys(recorded)]
    for entry in entries:
        messages = [*([entry.receipt.message_id] if entry.receipt else []), *entry.repeated_as]
        found = (entry.state, entry.handed_over_at, messages, entry.error)
        assert found == expected(entry.notice.notice_id, said)


def test_a_notice_that_waited_and_went_out_in_a_digest_shows_all_of_its_way() -> None:
    [entry] = of({"n-1"}, Refusal("n-1", "ThrottledException"), Queued("n-1", after(4)), Receipt("n-1", "m-1", 7))
    assert (entry.state, entry.receipt) == (NoticeState.HANDED_OVER, Receipt("n-1", "m-1", 7))
    assert (entry.recorded_at, entry.failed_at, entry.queued_at, entry.handed_over_at) == tuple(map(after, range(1, 5)))
    assert (entry.error, entry.queued_until) == ("ThrottledException", after(4))


def test_what_was_handed_over_twice_is_told_of_twice() -> None:
    [entry] = of({"n-1"}, Receipt("n-1", "m-1"), Receipt("n-1", "m-2"))
    assert (entry.handed_over_at, entry.receipt, entry.repeated_as) == (after(2), Receipt("n-1", "m-1"), ("m-2",))


def test_the_log_of_a_life_has_every_notice_of_it() -> None:
    story = Story()
    story.assess_until(200)
    notices = story.notices()
    assert len(notices) > 10
    assert [entry.notice for entry in ledger(story.log)] == notices
    assert {entry.state for entry in ledger(story.log)} == {NoticeState.RECORDED}
