"""Bodies are read before anything else sees them: bounded, in UTF-8, and as JSON whatever they were."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.values.faults import TooLarge, Unreadable, UnsupportedType
from tocsin.handlers.api.bodies import DEPTH_LIMIT, SIZE_LIMIT, with_readable_body

YAML = "application/yaml"


def event(body: str | bytes | None, content_type: str | None = "application/json") -> dict[str, Any]:
    text = base64.b64encode(body).decode() if isinstance(body, bytes) else body
    headers = None if content_type is None else {"content-TYPE": content_type}
    return {
        "body": text,
        "isBase64Encoded": isinstance(body, bytes),
        "headers": headers,
        "multiValueHeaders": {"a": ["b"]},
    }


def read(body: str | bytes, content_type: str | None = "application/json") -> Any:
    return json.loads(with_readable_body(event(body, content_type))["body"])


def refused(body: str | bytes, content_type: str | None = "application/json") -> str:
    with pytest.raises(Unreadable) as caught:
        with_readable_body(event(body, content_type))
    return " ".join([caught.value.detail, *(fault.message for fault in caught.value.faults)])


class TestSize:
    def test_the_limit_is_exact_to_the_byte(self) -> None:
        fits = json.dumps("x" * (SIZE_LIMIT - 2))
        assert read(fits) == "x" * (SIZE_LIMIT - 2)
        with pytest.raises(TooLarge, match=str(SIZE_LIMIT + 1)):
            with_readable_body(event(fits + " "))

    def test_bytes_are_counted_and_not_characters(self) -> None:
        with pytest.raises(TooLarge):
            with_readable_body(event(json.dumps("ü" * (SIZE_LIMIT // 2), ensure_ascii=False)))

    def test_what_is_encoded_is_counted_as_it_is_decoded(self) -> None:
        fits = json.dumps("x" * (SIZE_LIMIT - 2)).encode()
        assert len(read(fits)) == SIZE_LIMIT - 2
        with pytest.raises(TooLarge):
            with_readable_body(event(fits + b" "))

    @pytest.mark.parametrize("content_type", [YAML, "Application/JSON; charset=utf-8", None])
    def test_it_holds_for_every_type(self, content_type: str | None) -> None:
        with pytest.raises(TooLarge):
            with_readable_body(event("x" * (SIZE_LIMIT + 1), content_type))


class TestEncoding:
    @pytest.mark.parametrize("body", [b"\xff\xfe{}", b'"\xe4"', b'{"a": "\xc3"}', b"\xed\xa0\x80"])
    @pytest.mark.parametrize("content_type", ["application/json", YAML])
    def test_what_is_not_utf_8_is_refused(self, body: bytes, content_type: str) -> None:
        assert "not" in refused(body, content_type)

    @pytest.mark.parametrize("body", ["%%%", "abc", "ä", "e30=\n"])
    def test_what_is_not_base_64_is_refused(self, body: str) -> None:
        broken = {**event("x"), "body": body, "isBase64Encoded": True}
        with pytest.raises(Unreadable):
            with_readable_body(broken)

    @pytest.mark.parametrize("body", ['"\ud800"', '"\\ud800"', '{"\\udfff": 1}', '["\\ud83d x"]'])
    def test_half_a_character_is_refused(self, body: str) -> None:
        refused(body)

    def test_a_whole_one_in_two_halves_is_read(self) -> None:
        assert read('"\\ud83d\\udd25"') == "🔥"


class TestJson:
    @pytest.mark.parametrize("body", ["NaN", "Infinity", "-Infinity", '{"a": NaN}', "1e999", "-1e999", "[1e400]"])
    def test_numbers_that_are_none_are_refused(self, body: str) -> None:
        refused(body)

    @pytest.mark.parametrize(
        "body",
        ["{", "nul", "'a'", "{a: 1}", "[1,]", "1 2", "\ufeff{}", '"\n"', "1" * 5000, "[" * 60_000, '{"a":' * 12_000],
    )
    def test_what_is_not_json_is_refused(self, body: str) -> None:
        assert "not valid JSON" in refused(body)

    def test_the_place_of_the_mistake_is_told(self) -> None:
        assert "line 2, column 6" in refused('{\n "a" 1}')

    @pytest.mark.parametrize("opening", ["[", '{"a":'])
    def test_the_depth_is_bounded_exactly(self, opening: str) -> None:
        closing = "]" if opening == "[" else "}"
        assert read(opening * DEPTH_LIMIT + "1" + closing * DEPTH_LIMIT)
        assert "deeper than 32" in refused(opening * (DEPTH_LIMIT + 1) + "1" + closing * (DEPTH_LIMIT + 1))

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(st.characters(codec="utf-8")),
            lambda each: (
                st.lists(each, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), each, max_size=3)
            ),
            max_leaves=8,
        )
    )
    def test_whatever_json_can_say_comes_through_unchanged(self, document: Any) -> None:
        assert read(json.dumps(document)) == document
        assert read(json.dumps(document, ensure_ascii=False).encode()) == document

    def test_a_body_without_a_type_is_taken_for_json(self) -> None:
        assert read('{"a": 1}', None) == {"a": 1}

    def test_a_field_that_is_written_twice_is_refused(self) -> None:
        assert "twice" in refused('{"targets": {"P1": 1, "P1": 2}}')


class TestYaml:
    @pytest.mark.parametrize(
        "text",
        [
            "2026-12-24",
            "2026-12-24T09:00:00Z",
            "2026-12-24 09:00:00",
            "09:00",
            "1:30",
            "190:20:30",
            "no",
            "yes",
            "on",
            "off",
            "NO",
            "True",
            "017",
            "0o17",
            "0x1F",
            "0b1",
            "1_000",
            "1e3",
            ".inf",
            "-.inf",
            ".nan",
            "+1",
            "15m",
            "75%",
            "=",
            "<<",
            "Null",
            "9999999999999999999999",
        ],
    )
    def test_what_is_no_plain_scalar_of_json_stays_the_text_that_it_is(self, text: str) -> None:
        assert read(f"a: {text}", YAML) == {"a": text}

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("1", 1),
            ("-7", -7),
            ("0", 0),
            ("1.5", 1.5),
            ("true", True),
            ("false", False),
            ("null", None),
            ("~", None),
            ("", None),
            ('"1"', "1"),
        ],
    )
    def test_the_scalars_of_json_are_themselves(self, text: str, value: object) -> None:
        assert read(f"a: {text}", YAML) == {"a": value}

    def test_a_contract_as_people_write_it_is_read(self) -> None:
        document = """
calendar: {timezone: Europe/Berlin, weekly: {mon-fri: ["09:00-12:00", 13:00-17:00]}}
targets:
  P1: {resolution: 4h}
"""
        assert read(document, YAML) == {
            "calendar": {"timezone": "Europe/Berlin", "weekly": {"mon-fri": ["09:00-12:00", "13:00-17:00"]}},
            "targets": {"P1": {"resolution": "4h"}},
        }

    @pytest.mark.parametrize(
        "body",
        [
            "a: &x [1]\nb: *x",
            "&a [*a]",
            "a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]",
            "<<: *x",
            "a: *unknown",
        ],
    )
    def test_aliases_are_refused(self, body: str) -> None:
        assert "not valid YAML" in refused(body, YAML)

    @pytest.mark.parametrize(
        "body",
        [
            "!!python/object/apply:os.system [id]",
            "!!python/name:os.system",
            "a: !own 1",
            "a: !!binary aGk=",
            "a: !!set {x}",
            "a: !!timestamp 2026-01-01",
            "a: !!timestamp soon",
            "a: !!bool maybe",
            '!!bool "": 1',
            'a: !!int ""',
            "a: !!int 1:b",
            'a: !!float ""',
            "a: !!float .inf",
            "a: !!null [x]",
            "!!map [x]",
            "? !!timestamp 2026-01-01\n: 1",
            "a: !!merge x",
            "a: !<tag:yaml.org,2002:int> x",
        ],
    )
    def test_tags_that_say_what_json_cannot_are_refused_and_none_is_a_crash(self, body: str) -> None:
        refused(body, YAML)

    @pytest.mark.parametrize(
        "body",
        [
            "a:\n\t- b",
            "a: b: c",
            "- a\nb",
            "[",
            "{",
            '"',
            "--- 1\n--- 2",
            "%YAML 9.9\n---\na",
            "? [a]\n: b",
            "a: \x01",
            "[" * 60_000,
            "- " * 30_000,
            "? " * 30_000,
        ],
    )
    def test_what_is_not_yaml_is_refused(self, body: str) -> None:
        refused(body, YAML)

    def test_the_place_of_the_mistake_is_told(self) -> None:
        assert "line 2, column 1" in refused("a:\n\t- b", YAML)

    def test_a_field_that_is_written_twice_is_refused(self) -> None:
        assert "twice" in refused("targets:\n  P1: {resolution: 4h}\n  P1: {resolution: 8h}", YAML)

    @pytest.mark.parametrize("content_type", ["application/yaml", "application/x-yaml; charset=utf-8", "TEXT/YAML"])
    def test_what_becomes_json_is_called_json(self, content_type: str) -> None:
        read_event = with_readable_body(event("a: 1", content_type))
        assert read_event["headers"] == {"Content-Type": "application/json"}
        assert read_event["multiValueHeaders"] is None
        assert read_event["isBase64Encoded"] is False


@pytest.mark.parametrize("body", [None, ""])
def test_where_there_is_no_body_there_is_nothing_to_read(body: str | None) -> None:
    assert with_readable_body(event(body))["body"] == body


class TestMediaType:
    @pytest.mark.parametrize(
        "content_type", ["APPLICATION/JSON", "application/json;charset=UTF-8", "Application/Json ; q=1", "", None]
    )
    def test_it_is_compared_without_regard_to_case_and_parameters(self, content_type: str | None) -> None:
        read_event = with_readable_body(event('{"a": 1}', content_type))
        assert json.loads(read_event["body"]) == {"a": 1}
        assert read_event["headers"] == {"Content-Type": "application/json"}

    @pytest.mark.parametrize("body", ["{}", "", None])
    @pytest.mark.parametrize(
        "content_type",
        [
            "text/plain",
            "text/csv",
            "application/jsonp",
            "application/not-yaml",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "multipart/form-data; boundary=x",
            "json",
        ],
    )
    def test_what_nobody_reads_is_refused_with_or_without_a_body(self, content_type: str, body: str | None) -> None:
        with pytest.raises(UnsupportedType, match="application/json"):
            with_readable_body(event(body, content_type))


def test_the_event_that_was_given_is_left_as_it_was() -> None:
    given_event = event("a: 1", YAML)
    before = json.dumps(given_event)
    with_readable_body(given_event)
    assert json.dumps(given_event) == before
