"""Subjects in ASCII and short messages in one segment of GSM-7, whatever people write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.sms_counter import septets_of
from tocsin.adapters.messages.plain_text import sms_text, subject_line

LINK = f"https://{'h' * 70}/a/0123456789abcdef"


@pytest.mark.parametrize(
    ("written", "subject", "sms"),
    [
        (
            "nächtlicher Abgleich – „Größe“ …",
            'naechtlicher Abgleich - "Groesse" ...',
            'nächtlicher Abgleich - "Größe" ...',
        ),
        ("It can't & won't <work>", "It can't & won't <work>", "It can't & won't <work>"),
        ("Café naïve İstanbul Łódź", "Cafe naive Istanbul Lodz", "Café naive Istanbul Lodz"),
        ("Ærø Ångström", "Aeroe Aangstroem", "Ærø Ångström"),
        ("Синхронизация, Ёлка", "Sinkhronizatsiya, Elka", "Sinkhronizatsiya, Elka"),
        ("Συγχρονισμός", "Sygchronismos", "Sygchronismos"),
        ("同期が止まった error 500", "... error 500", "... error 500"),
        ("🔥🔥 down", "down", "down"),
        ("½ of ① `x`", "1/2 of 1 `x`", "1/2 of 1 'x'"),
        ("a\x00b\x1b\u200bc\u2028d\r\ne", "abc d e", "abc d e"),
        ("e\u0301 and u\u0308", "e and ue", "é and ü"),
    ],
)
def test_people_read_what_was_written_and_no_question_marks(written: str, subject: str, sms: str) -> None:
    assert subject_line(written) == subject
    assert sms_text(written) == sms


@given(st.text(max_size=400))
def test_a_subject_is_one_line_of_less_than_a_hundred_printable_ascii_characters(text: str) -> None:
    line = subject_line(text)
    assert 0 < len(line) < 100
    assert line.isascii()
    assert line.isprintable()


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=99))
def test_a_subject_that_fits_is_left_as_it_is(text: str) -> None:
    assert subject_line(text) == text


def test_a_subject_that_is_cut_says_so() -> None:
    assert subject_line("x" * 100) == "x" * 96 + "..."


@given(st.text(max_size=400), st.sampled_from([None, LINK]))
def test_a_short_message_is_one_segment_and_its_link_is_whole(text: str, link: str | None) -> None:
    message = sms_text(text, link)
    assert septets_of(message) <= 160
    assert message.endswith(f" {link}" if link else "")


def test_a_link_that_is_too_long_for_one_segment_leaves_the_text_readable() -> None:
    link = f"https://{'h' * 200}/a/0123456789abcdef"
    assert (
        sms_text("P1 T-1 needs you, ack by Mon 10:15 CEST", link) == f"P1 T-1 needs you, ack by Mon 10:15 CEST {link}"
    )


@given(st.text(alphabet="abc ÄÖÜß", max_size=60))
def test_a_short_text_that_fits_is_left_as_it_is(text: str) -> None:
    assert sms_text(text) == " ".join(text.split())


def test_characters_of_the_extension_count_twice() -> None:
    assert sms_text("€" * 80) == "€" * 80
    assert sms_text("€" * 81) == "€" * 78 + "..."
