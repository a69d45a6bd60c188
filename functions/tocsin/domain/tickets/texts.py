"""What people write at length: kept beside the event that brought it, and read only where it is shown.

The event carries the SHA-256 of each, so a text can be erased later without touching the log, and one that is still
there can be proven to be what was written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from types import MappingProxyType

TEXT_NAMES = ("description", "handoff", "text", "note", "root_cause", "mitigation", "prevention", "improvements")

RESOLUTION_TEXTS = frozenset({"root_cause", "mitigation", "prevention"})
"""What the customer is told at the end."""

Text = str | Mapping[str, str]
"""What somebody wrote; of a hand-off package each entry by its name."""

Texts = Mapping[str, Text]
"""The texts of one event, by the names above."""

NO_TEXTS: Texts = MappingProxyType({})


def digests_of(texts: Texts) -> dict[str, str]:
    """The SHA-256 of each text, in hexadecimal; of a hand-off package that of its canonical JSON."""
    return {name: hashlib.sha256(_canonical(text).encode()).hexdigest() for name, text in texts.items()}


def _canonical(text: Text) -> str:
    if isinstance(text, str):
        return text
    return json.dumps(text, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
