"""Opaque cursors of paged lists."""

from __future__ import annotations

import base64
import json


def encode_cursor(*parts: str) -> str:
    """The parts as URL-safe text."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, count: int) -> list[str]:
    """The parts again; ValueError for anything that is no cursor with so many parts."""
    padded = cursor + "=" * (-len(cursor) % 4)
    parts = json.loads(base64.urlsafe_b64decode(padded.encode()).decode())
    if not isinstance(parts, list) or len(parts) != count or not all(isinstance(part, str) for part in parts):
        raise ValueError("not a cursor")
    return parts
