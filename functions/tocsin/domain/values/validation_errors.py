"""Validation errors in words that an account manager understands, each with its path in the document."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from tocsin.domain.values.faults import Fault

_WORDS = {
    "missing": "is required",
    "string_type": "must be a text",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "dict_type": "must be an object with named fields",
    "model_type": "must be an object with named fields",
    "model_attributes_type": "must be an object with named fields",
    "list_type": "must be a list",
    "date_from_datetime_parsing": "is not a date; write it as 2026-12-24",
    "date_parsing": "is not a date; write it as 2026-12-24",
    "time_parsing": "is not a time of day; write it as 09:00",
    "json_invalid": "is not valid JSON",
}


def faults_of(
    error: ValidationError, model: type[BaseModel] | None = None, tags: frozenset[str] = frozenset()
) -> list[Fault]:
    """Every fault of a pydantic validation.

    `model` helps to suggest the field that was meant; `tags` are the values of `type` that choose a model, which
    pydantic puts into the location although no document has a field of that name.
    """
    return faults_in(error.errors(include_url=False, include_input=False), model, tags)


def faults_in(
    errors: Iterable[Mapping[str, Any]], model: type[BaseModel] | None = None, tags: frozenset[str] = frozenset()
) -> list[Fault]:
    """The same for pydantic's error dictionaries."""
    return [
        Fault(path(each["loc"], tags), _words(each["type"], each["msg"], each.get("ctx") or {}, each["loc"], model))
        for each in errors
    ]


_ALSO_A_FIELD = "email"
"""Of the tags the one that is a field of an entry of some other list: a contact's address."""


def _begins_an_entry(before: str | int | None) -> bool:
    return isinstance(before, int) or before in (None, "body")


def path(location: Iterable[str | int], tags: frozenset[str] = frozenset()) -> str:
    """`("tiers", 0, "team")` as `tiers.0.team`; pydantic's own marks in between are left out."""
    places = list(location)
    # A tag stands between what it is the type of, an entry of a list or the body itself, and a field of that.
    shown = [
        str(part)
        for part, before, after in zip(places, [None, *places], [*places[1:], None], strict=False)
        if not (isinstance(part, str) and part.startswith("["))
        and not (part in tags and (after is not None or part != _ALSO_A_FIELD) and _begins_an_entry(before))
    ]
    return ".".join(shown) or "body"


def _words(
    kind: str, message: str, context: Mapping[str, Any], location: Sequence[str | int], model: type[BaseModel] | None
) -> str:
    """`context` is pydantic's `ctx`: what the kind of error is about, such as `pattern` or `ge`."""
    if kind == "extra_forbidden":
        return "is not a field here" + _suggestion(str(location[-1]), location, model)
    if kind == "value_error":
        return str(context.get("error", message))
    if kind == "string_pattern_mismatch":
        return f"has characters that are not allowed here, or is too long; it must match {context['pattern']}"
    if kind in {"literal_error", "enum", "union_tag_invalid"}:
        return f"must be one of {context.get('expected') or context.get('expected_tags')}"
    if kind == "union_tag_not_found":
        return "needs a field `type` that says what it is"
    if kind == "too_short" and context.get("min_length") == 1:
        return "must have at least one entry"
    if kind in _WORDS:
        return _WORDS[kind]
    return message[:1].lower() + message[1:]


def _suggestion(field: str, location: Sequence[str | int], model: type[BaseModel] | None) -> str:
    known = _fields_at(location[:-1], model)
    near = difflib.get_close_matches(field, known, n=1)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; known are {', '.join(known)}" if known else ""


def _fields_at(location: Sequence[str | int], model: type[BaseModel] | None) -> list[str]:
    """The fields of the models that a location leads to, as far as it can be followed."""
    models = [model] if model else []
    for part in (str(place) for place in location):
        fields = [field for each in models for name, field in each.model_fields.items() if part in (name, field.alias)]
        if fields:
            models = [found for field in fields for found in _models_in(field.annotation)]
    named = ((name, field.alias) for each in models for name, field in each.model_fields.items())
    return list(dict.fromkeys(alias or name for name, alias in named))


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models_in(argument)
