"""Names in a document that stand for something else, checked where they are written.

A document is validated with a context of the names that there are, `{"known": {"team": ["frontline"]}}`; without that
context, as when a stored document is read, every name is taken as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pydantic import AfterValidator, ValidationInfo

KnownNames = Mapping[str, Collection[str]]
"""By kind of thing, such as `team`; in the order in which a fault lists them."""


def known_names(info: ValidationInfo, kind: str) -> Collection[str] | None:
    """The names of a kind that a document may refer to; None where they are not looked at."""
    known: KnownNames | None = (info.context or {}).get("known")
    return None if known is None else known[kind]


def check_reference(name: str, info: ValidationInfo, kind: str, fault: str, none: str = "none") -> str:
    """The name, if it is known. `fault` has places for the `name` and for those that are `known`. Raises ValueError."""
    known = known_names(info, kind)
    if known is not None and name not in known:
        raise ValueError(fault.format(name=name, known=", ".join(known) or none))
    return name


def reference(kind: str, fault: str, none: str = "none") -> AfterValidator:
    """The same for an annotation."""
    return AfterValidator(lambda name, info: check_reference(name, info, kind, fault, none))
