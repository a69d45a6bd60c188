"""Texts in the few characters that some ways of telling take: ASCII in subjects, GSM-7 in short messages."""

from __future__ import annotations

import unicodedata
from itertools import groupby

SUBJECT_LIMIT = 99
"""Fewer than 100 printable ASCII characters
(https://docs.aws.amazon.com/sns/latest/api/API_Publish.html, 2026-11)."""

SMS_SEPTETS = 160
"""One segment of GSM-7 (https://docs.aws.amazon.com/sns/latest/dg/sms_publish-to-phone.html, 2026-11)."""

LEAST_TEXT = 62
"""Septets beside the longest link of one segment: a host of 70 characters and a token of 16."""

GSM_7 = frozenset(
    "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_EXTENSION = frozenset("^{}\\[~]|€")
"""Two septets each (3GPP TS 23.038, section 6.2.1)."""


def _table(pairs: str) -> dict[str, str]:
    return dict(pair.split(":") for pair in pairs.split())


_SPELLED = _table(
    "ä:ae ö:oe ü:ue ß:ss Ä:Ae Ö:Oe Ü:Ue ẞ:SS æ:ae œ:oe ø:oe å:aa Æ:Ae Œ:Oe Ø:Oe Å:Aa "
    "đ:d Đ:D ł:l Ł:L ð:d Ð:D þ:th Þ:Th ı:i ‘:' ’:' ‚:' “:\" ”:\" „:\" «:\" »:\" ‹:' ›:' "
    "–:- —:- ‐:- ‑:- −:- •:* ·:* ×:x →:-> ←:<- ⁄:/ €:EUR £:GBP ¥:JPY °:deg µ:u ¡:! ¿:?"
)
"""What is no letter with a mark, and what Germans and Scandinavians spell with two letters."""

_LETTERS = _table(
    "а:a б:b в:v г:g д:d е:e ж:zh з:z и:i й:y к:k л:l м:m н:n о:o п:p р:r с:s т:t у:u ф:f х:kh ц:ts ч:ch ш:sh "
    "щ:shch ъ: ы:y ь: э:e ю:yu я:ya є:ye і:i ї:yi ґ:g "
    "α:a β:v γ:g δ:d ε:e ζ:z η:i θ:th ι:i κ:k λ:l μ:m ν:n ξ:x ο:o π:p ρ:r σ:s ς:s τ:t υ:y φ:f χ:ch ψ:ps ω:o"
)
"""Cyrillic and Greek, by their small letters."""

_GREEK_CAPITALS = frozenset("ΔΦΓΛΩΠΨΣΘΞ")
"""In GSM-7, but one of them among Latin letters would be read as none."""


def ascii_text(text: str) -> str:
    """One line of printable ASCII: `nächtlicher Abgleich` becomes `naechtlicher Abgleich`.

    A passage in a script that has no such spelling here becomes `...`; symbols and control characters are left out.
    """
    return _line(text, kept=frozenset())


def _line(text: str, kept: frozenset[str]) -> str:
    """One line in ASCII and the characters that are `kept`."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    spelled = [c if c in kept else _spelled(c) for c in line]
    passages = groupby(spelled, key=lambda spelling: spelling is None)
    return " ".join("".join("..." if foreign else "".join(filter(None, part)) for foreign, part in passages).split())


def _spelled(character: str) -> str | None:
    """A character in ASCII, empty for a symbol; None for a letter that has no spelling."""
    if " " <= character <= "~":
        return character
    if spelling := _SPELLED.get(character):
        return spelling
    if (letter := _LETTERS.get(character.lower())) is not None:
        return letter.capitalize() if character.isupper() else letter
    plain = [c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c)]
    if plain not in ([], [character]):
        parts = [_spelled(c) for c in plain]
        return None if None in parts else "".join(filter(None, parts))
    return None if unicodedata.category(character).startswith("L") else ""


def subject_line(text: str) -> str:
    """A subject as SNS takes it, whatever a customer wrote."""
    line = ascii_text(text) or "..."
    return line if len(line) <= SUBJECT_LIMIT else line[: SUBJECT_LIMIT - 3] + "..."


def septets(text: str) -> int:
    """How many septets a text in GSM-7 takes."""
    return sum(2 if character in GSM_7_EXTENSION else 1 for character in text)


def gsm_text(text: str) -> str:
    """One line in GSM-7; what it has no character for is spelled in ASCII."""
    return _line(text, kept=(GSM_7 | GSM_7_EXTENSION) - _GREEK_CAPITALS).replace("`", "'")


def sms_text(text: str, link: str | None = None) -> str:
    """One segment: the text, cut to what a link leaves of it, and the link whole.

    Rather more segments than a text of which a link leaves nothing.
    """
    tail = f" {link}" if link else ""
    room, line = max(SMS_SEPTETS - septets(tail), LEAST_TEXT), gsm_text(text)
    if septets(line) > room:
        while line and septets(line) > room - 3:
            line = line[:-1]
        line = f"{line}..."
    return line + tail
