"""Counts the septets of a short message by 3GPP TS 23.038, on its own tables; refuses what GSM-7 does not have."""

from __future__ import annotations

# Section 6.2.1, by code point from 0x00 to 0x7F; 0x1B is the escape to the extension.
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = "\f^{}\\[~]|€"


def septets_of(message: str) -> int:
    """Raises ValueError for a character that would make the message UCS-2, with 70 characters to a segment."""
    assert len(BASIC) == 128
    strangers = sorted({character for character in message if character not in BASIC + EXTENSION})
    if strangers or "\x1b" in message:
        raise ValueError(f"not in GSM-7: {strangers}")
    return sum(2 if character in EXTENSION else 1 for character in message)
