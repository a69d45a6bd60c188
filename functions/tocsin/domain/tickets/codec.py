"""Events as JSON values and back: the one place that knows how a kind of event is stored.

The form is derived from the dataclasses' fields: instants as RFC 3339 with `Z`, what is None left out. It is also the
canonical form: `canonical` gives the same bytes for the same event, whatever wrote it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from tocsin.domain.notices.notice import About, NoticeKind
from tocsin.domain.tickets.events import Actor, AnyEvent, Event, Unrecognized
from tocsin.domain.values.channels import Way
from tocsin.domain.values.instants import format_instant
from tocsin.domain.values.target import Target

VERSION = 1
"""Of the stored form. Readers ignore fields and kinds that they do not know; a change of meaning is a new version."""

_ENVELOPE = frozenset(field.name for field in fields(Event)) - {"texts"}

Json = Any
"""A JSON value: null, a truth value, a number, a text, a list or an object of them."""


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event in its stored form; `details` is a JSON object with the fields of its kind."""

    type: str
    sequence: int
    occurred_at: datetime
    recorded_at: datetime
    actor: Actor
    details: Mapping[str, Json]


def details_of(event: Event) -> dict[str, Json]:
    """The fields of its kind, the digests of its texts among them, as a JSON object."""
    return dict(event.details) if isinstance(event, Unrecognized) else written(event, _ENVELOPE)


def type_of(event: Event) -> str:
    """The name of its kind, also of one that this version does not know."""
    return event.kind if isinstance(event, Unrecognized) else event.type


def event_of(stored: StoredEvent) -> AnyEvent:
    """The event; `Unrecognized` for a kind that this version does not know."""
    envelope = {name: getattr(stored, name) for name in _ENVELOPE}
    kind = _kinds().get(stored.type)
    if kind is None:
        return Unrecognized(**envelope, kind=stored.type, details=dict(stored.details))
    event: AnyEvent = kind(**envelope, **_values(kind, stored.details))
    return event


def canonical(event: Event) -> bytes:
    """The event as JSON with sorted names and no blanks, in UTF-8: what a hash of it is made of."""
    whole = {
        "v": VERSION,
        "type": type_of(event),
        "sequence": event.sequence,
        "occurred_at": format_instant(event.occurred_at),
        "recorded_at": format_instant(event.recorded_at),
        "actor": {"kind": event.actor.kind, "id": event.actor.id},
        "details": details_of(event),
    }
    return json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@cache
def _kinds() -> dict[str, type[AnyEvent]]:
    return {kind.type: kind for kind in get_args(AnyEvent) if kind is not Unrecognized}


class _Field(NamedTuple):
    name: str
    nullable: bool
    write: Callable[[Any], Json] | None
    read: Callable[[Json], Any] | None


@cache
def _fields(kind: type) -> tuple[_Field, ...]:
    hints = get_type_hints(kind)
    return tuple(
        _Field(field.name, NoneType in get_args(hints[field.name]), *_form(hints[field.name])) for field in fields(kind)
    )


def written(value: Any, leave_out: frozenset[str] = frozenset()) -> dict[str, Json]:
    """A dataclass as a JSON object, without some of its fields and without those that are None or empty."""
    kind: type = type(value)
    found = {}
    for name, _, write, _ in _fields(kind):
        each = getattr(value, name) if name not in leave_out else None
        if each is not None and each != {}:
            found[name] = write(each) if write else each
    return found


def _values(kind: type, stored: Mapping[str, Json]) -> dict[str, Any]:
    """The fields of a dataclass, by name, from the JSON object that `written` made of it."""
    values: dict[str, Any] = {}
    for name, nullable, _, read in _fields(kind):
        if name in stored:
            values[name] = read(stored[name]) if read else stored[name]
        elif nullable and name not in _ENVELOPE:
            values[name] = None  # It is left out where it is None.
    return values


def read_as(kind: type) -> Callable[[Json], Any]:
    """What reads a JSON object as a dataclass of that type; fields that it does not know are ignored."""
    if "about" in kind.__annotations__:
        # What a notice is about has the type that its kind says.
        return lambda stored: kind(**{**_values(kind, stored), "about": _about(stored)})
    return lambda stored: kind(**_values(kind, stored))


def _about(stored: Mapping[str, Json]) -> About:
    kind = NoticeKind.of(stored["kind"]).about
    return kind(**_values(kind, stored.get("about", {})))


def _form(hint: Any) -> tuple[Callable[[Any], Json] | None, Callable[[Json], Any] | None]:
    """How values of a type are written and read; None where they are JSON values as they are."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        [*inner] = (each for each in arguments if each is not NoneType)
        return _form(inner[0]) if len(inner) == 1 else (written, None)
    if origin in (tuple, Sequence):
        write, read = _form(arguments[0])
        return (lambda values: [write(each) for each in values] if write else list(values)), (
            lambda values: tuple(map(read, values)) if read else tuple(values)
        )
    if origin is Mapping:
        return dict, None
    if hint is datetime:
        return format_instant, datetime.fromisoformat
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        members = {member.value: member for member in hint}
        return str, members.__getitem__
    if hint in (Target, Way):
        return str, hint
    if is_dataclass(hint) and isinstance(hint, type):
        return written, read_as(hint)
    return None, None
