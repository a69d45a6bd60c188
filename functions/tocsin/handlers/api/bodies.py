"""Bodies of requests: checked for type and size, read as JSON or YAML, before any route sees them."""

from __future__ import annotations

import base64
import json
import re
from typing import Any
from urllib.parse import parse_qsl

import yaml

from tocsin.domain.values.faults import Fault, TooLarge, Unreadable, UnsupportedType

SIZE_LIMIT = 64 * 1024
"""Bytes. The largest contract we know of takes a tenth of it."""

DEPTH_LIMIT = 32


JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 50
"""Of a form."""

YAML = frozenset({"application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"})


def with_readable_body(event: dict[str, Any]) -> dict[str, Any]:
    """The event of API Gateway with its body, if it has one, as JSON text, and called JSON.

    Raises UnsupportedType, TooLarge or Unreadable. A body without a media type is taken for JSON. YAML is turned into
    JSON: dates, times and `no` stay the text they are written as, and aliases are refused, since a few lines of them
    can stand for gigabytes.
    """
    media_type = _media_type(event)
    if media_type != JSON and media_type not in YAML:
        raise UnsupportedType(f"Send JSON with Content-Type: {JSON}, or YAML with application/yaml.")
    # The names of headers are compared without regard to case, so the one that was sent has to go.
    headers = {name: value for name, value in (event.get("headers") or {}).items() if name.lower() != "content-type"}
    event = {**event, "headers": {**headers, "Content-Type": JSON}, "multiValueHeaders": None}
    raw = _raw(event)
    if raw is None:
        return event
    document = _json(raw) if media_type == JSON else _yaml(raw)
    if _deeper_than(document, DEPTH_LIMIT):
        raise Unreadable(f"The body is nested deeper than {DEPTH_LIMIT} levels.")
    return {**event, "body": _canonical(document), "isBase64Encoded": False}


def wants_json(event: dict[str, Any]) -> bool:
    """Whether a client sends JSON, or asks for it and for no page."""
    accepted = _header(event, "accept").lower()
    sends_json = bool(event.get("body")) and _header(event, "content-type").lower().startswith(JSON)
    return sends_json or (JSON in accepted and "text/html" not in accepted)


def form_or_json(event: dict[str, Any]) -> dict[str, Any]:
    """The fields of the body of an event of API Gateway: of a form those that are filled in, of JSON an object's.

    Raises UnsupportedType, TooLarge or Unreadable. No body has no fields.
    """
    raw = _raw(event)
    if raw is None:
        return {}
    media_type = _media_type(event)
    if media_type == FORM:
        return _form(raw)
    if media_type != JSON:
        raise UnsupportedType(f"Send a form ({FORM}) or JSON ({JSON}).")
    document = _json(raw)
    if not isinstance(document, dict) or _deeper_than(document, DEPTH_LIMIT):
        raise Unreadable("The body is not a JSON object, or it is nested too deeply.")
    _canonical(document)
    return document


def _form(raw: bytes) -> dict[str, Any]:
    try:
        pairs = parse_qsl(raw.decode("utf-8"), errors="strict", max_num_fields=MOST_FIELDS)
        return _without_repetition([(name, value.strip()) for name, value in pairs if value.strip()])
    except (UnicodeDecodeError, ValueError) as error:
        raise Unreadable("The form cannot be read.", [Fault("body", str(error))]) from None


def _header(event: dict[str, Any], name: str) -> str:
    headers = {each.lower(): value for each, value in (event.get("headers") or {}).items()}
    return str(headers.get(name) or "")


def _raw(event: dict[str, Any]) -> bytes | None:
    """The body of an event of API Gateway, decoded; None where there is none."""
    body = event.get("body")
    if not body:
        return None
    try:
        raw = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
    except ValueError:
        raise Unreadable("The body cannot be decoded.") from None
    if len(raw) > SIZE_LIMIT:
        raise TooLarge(f"The body has {len(raw)} bytes; at most {SIZE_LIMIT} are allowed.")
    return raw


def _canonical(document: Any) -> str:
    """JSON text; refuses what JSON has no word for: infinities, half characters, YAML's own types."""
    try:
        text = json.dumps(document, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (TypeError, ValueError):
        raise Unreadable("The body contains a value that JSON cannot express.") from None
    return text


def _media_type(event: dict[str, Any]) -> str:
    """Without its parameters and in lower case (RFC 9110, section 8.3.1)."""
    return (_header(event, "content-type") or JSON).partition(";")[0].strip().lower()


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_without_repetition)
    except UnicodeDecodeError:
        raise Unreadable("The body is not UTF-8.") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Unreadable("The body is not valid JSON.", [Fault("body", f"{error.msg} at {place}")]) from None
    except (RecursionError, ValueError) as error:
        raise Unreadable("The body is not valid JSON.", [Fault("body", str(error))]) from None


def _without_repetition(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    """Of a field that is written twice, one would be lost without a word."""
    document = dict(pairs)
    if len(document) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"a field is written twice: {next(name for name in names if names.count(name) > 1)}")
    return document


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


class _PlainLoader(yaml.SafeLoader):
    """YAML with JSON's idea of a scalar: null, true, false, numbers, everything else text; no aliases, no tags."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - of this class alone; its base has YAML 1.1's

    def compose_node(self, parent: Any, index: Any) -> Any:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "tag", None):
            raise yaml.MarkedYAMLError(problem="aliases and tags are not allowed", problem_mark=event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:  # noqa: ARG002 - always deep
        pairs = self.construct_pairs(node, deep=True)
        try:
            return _without_repetition(pairs)
        except (TypeError, ValueError) as error:
            raise yaml.MarkedYAMLError(problem=str(error), problem_mark=node.start_mark) from None


for _tag, _pattern, _first in (
    ("null", r"null|~|", ["n", "~", ""]),
    ("bool", r"true|false", ["t", "f"]),
    ("int", r"-?(?:0|[1-9][0-9]{0,17})", list("-0123456789")),
    ("float", r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]+", list("-0123456789")),
):
    _PlainLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})$"), _first)


def _yaml(raw: bytes) -> Any:
    try:
        return yaml.load(raw.decode("utf-8"), Loader=_PlainLoader)  # noqa: S506 - a SafeLoader with fewer types
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "it cannot be read"
        place = [Fault("body", f"{what} at line {mark.line + 1}, column {mark.column + 1}")] if mark else []
        raise Unreadable("The body is not valid YAML.", place) from None


def _deeper_than(value: Any, levels: int) -> bool:
    if not isinstance(value, (dict, list)):
        return False
    inside = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_deeper_than(each, levels - 1) for each in inside)
