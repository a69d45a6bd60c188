"""Fills in the `${Attribute}` placeholders of the topology."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


def resolve(text: str, attributes: Mapping[str, str]) -> str:
    """The text with every placeholder replaced; KeyError for one that nothing was created for."""
    return _PLACEHOLDER.sub(lambda match: attributes[match[1]], text)
