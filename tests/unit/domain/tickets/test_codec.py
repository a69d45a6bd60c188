"""The stored form of events: what is written is read again, by this version and by others."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.story import ANA, after
from tocsin.domain.notices.notice import Audience, Notice, NoticeKind
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.codec import StoredEvent, canonical, details_of, event_of, type_of
from tocsin.domain.tickets.commands import COMMAND_TYPES
from tocsin.domain.tickets.verdict import Verdict

KINDS = [kind for kind in get_args(ev.AnyEvent) if kind is not ev.Unrecognized]
INSTANTS = st.datetimes(datetime(1970, 1, 2), datetime(2150, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001


@st.composite
def notices(draw: st.DrawFn) -> Notice:
    kind = draw(st.sampled_from(NoticeKind))
    return Notice(
        notice_id=draw(st.text()),
        kind=kind,
        audience=draw(st.sampled_from(Audience)),
        recipient=draw(st.text()),
        because=draw(st.integers(1, 9)),
        tier=draw(st.none() | st.integers(1, 9)),
        about=draw(st.from_type(kind.about)),
    )


@pytest.fixture(scope="module", autouse=True)
def _strategies() -> None:
    st.register_type_strategy(datetime, INSTANTS)
    st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
    st.register_type_strategy(Notice, notices())
    st.register_type_strategy(Verdict, st.builds(Verdict))


def stored(event: ev.Event) -> StoredEvent:
    """As it comes back from a store that keeps JSON."""
    details = json.loads(json.dumps(details_of(event)))
    return StoredEvent(type_of(event), event.sequence, event.occurred_at, event.recorded_at, event.actor, details)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.type)
@given(data=st.data())
def test_every_kind_of_event_comes_back_as_it_was_written(kind: type[Any], data: st.DataObject) -> None:
    event = data.draw(st.from_type(kind))
    assert event_of(stored(event)) == event
    assert canonical(event_of(stored(event))) == canonical(event)


def test_every_kind_has_a_name_of_its_own_and_every_fact_that_a_helpdesk_reports_is_one() -> None:
    assert len({kind.type for kind in KINDS}) == len(KINDS)
    assert {kind.type for kind in get_args(ev.ReportedEvent)} == COMMAND_TYPES


def test_the_canonical_form_is_fixed_to_the_byte() -> None:
    event = ev.Breached(
        sequence=7,
        occurred_at=after(15),
        recorded_at=after(15) + timedelta(microseconds=5),
        actor=ANA,
        obligation_id="first_response#1",
        metric="first_response",
        due_at=after(15),
    )
    assert canonical(event) == (
        b'{"actor":{"id":"ana","kind":"agent"},"details":{"due_at":"2026-03-30T08:15:00Z","metric":"first_response",'
        b'"obligation_id":"first_response#1","on_arrival":false},"occurred_at":"2026-03-30T08:15:00Z",'
        b'"recorded_at":"2026-03-30T08:15:00.000005Z","sequence":7,"type":"breached","v":1}'
    )


def test_what_a_newer_version_wrote_is_read_and_what_is_not_known_of_it_ignored() -> None:
    newer = StoredEvent("escalated", 2, after(1), after(1), ANA, {"tier": 2, "mood": "bad"})
    assert event_of(newer) == ev.Escalated(sequence=2, occurred_at=after(1), recorded_at=after(1), actor=ANA, tier=2)
    strange = event_of(StoredEvent("teleported", 2, after(1), after(1), ANA, {"to": "Mars"}))
    assert isinstance(strange, ev.Unrecognized)
    assert (type_of(strange), details_of(strange)) == ("teleported", {"to": "Mars"})
