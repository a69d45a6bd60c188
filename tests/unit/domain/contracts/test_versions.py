"""What differs between two documents: every place, and enough to make the one of the other."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.contracts.versions import differences


def test_each_place_that_differs_is_told_with_both_values() -> None:
    before = {"a": {"b": 1, "gone": {"x": 1}}, "list": [1, {"y": 2}, 3], "same": [1, 2]}
    after = {"a": {"b": 2, "new": {"z": 1}}, "list": [1, {"y": 5}], "same": [1, 2]}
    assert [tuple(each) for each in differences(before, after)] == [
        ("a.b", 1, 2),
        ("a.new", None, {"z": 1}),
        ("a.gone", {"x": 1}, None),
        ("list.1.y", 2, 5),
        ("list.2", 3, None),
    ]


def test_what_python_takes_for_the_same_is_not_in_json() -> None:
    assert [tuple(each) for each in differences({"a": 1, "b": True}, {"a": True, "b": 1.0})] == [
        ("a", 1, True),
        ("b", True, 1.0),
    ]


NAMES = st.text("abc", min_size=1, max_size=2)
VALUES = st.booleans() | st.integers(0, 3) | st.text("xy", max_size=2)
DOCUMENTS = st.dictionaries(
    NAMES,
    st.recursive(VALUES, lambda part: st.lists(part, max_size=3) | st.dictionaries(NAMES, part, max_size=3)),
    max_size=4,
)


@given(DOCUMENTS, DOCUMENTS)
def test_no_difference_means_the_same_document_and_each_shows_what_is_at_its_path(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    found = list(differences(before, after))
    assert (found == []) == (repr(sort(before)) == repr(sort(after)))
    for path, old, new in found:
        assert at(before, path) == old
        assert at(after, path) == new


def sort(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: sort(value[name]) for name in sorted(value)}
    return [sort(each) for each in value] if isinstance(value, list) else value


def at(document: Any, path: str) -> Any:
    place = document
    for name in path.split("."):
        if isinstance(place, list):
            place = place[int(name)] if int(name) < len(place) else None
        else:
            place = place.get(name) if isinstance(place, dict) else None
    return place
