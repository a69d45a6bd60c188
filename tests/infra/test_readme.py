"""The README and the decisions say what is true of the tree: links, names, places, and who takes which header."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from infra.topology import ROOT
from tocsin.adapters.messages import digests, trials
from tocsin.domain.contracts.reminders import ReminderKind
from tocsin.domain.notices.notice import NoticeKind
from tocsin.domain.oncall.shift_notices import ShiftNoticeKind
from tocsin.domain.tickets.events import ReportedEvent
from tocsin.handlers.api.app import app
from tocsin.handlers.api.openapi import describe

README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", *(ROOT / "infra" / name for name in ("decisions.md", "runbook.md", "samples/README.md"))]


def section(heading: str) -> str:
    """The part of the README under a heading, up to the next one."""
    return re.split(r"^#{2,3} ", README.split(f"# {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def first_cells(table: str) -> list[str]:
    return re.findall(r"^\| (.*?) \|", table, re.MULTILINE)


def anchors_of(page: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)", page.read_text())
    for path, anchor in links:
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), path
        assert not anchor or anchor in anchors_of(target), anchor


def test_the_readme_can_be_read_in_one_go() -> None:
    assert len(README.splitlines()) < 250


def test_every_event_that_a_helpdesk_may_report_has_a_row() -> None:
    told = re.findall(r"`(\w+)`", " ".join(first_cells(section("What a helpdesk reports"))))
    assert sorted(told) == sorted(kind.type for kind in get_args(ReportedEvent))


def test_every_kind_of_notice_has_a_row() -> None:
    told = re.findall(r"`(\w+)`", " ".join(first_cells(section("For the engineer who is woken"))))
    assert sorted(told) == sorted(
        [*NoticeKind, *get_args(ReminderKind), *get_args(ShiftNoticeKind), digests.KIND, trials.KIND]
    )


def test_what_is_added_is_added_where_the_readme_says() -> None:
    table = section("Working on it").split("| to add |", 1)[1]
    places = re.findall(r"`((?:domain|use_cases|adapters|handlers|infra|statemachines)/[\w./]+)`", table)
    assert len(places) > 10
    for place in places:
        root = ROOT if place.startswith(("infra", "statemachines")) else ROOT / "functions" / "tocsin"
        assert (root / place).exists(), place


def test_the_posts_that_take_an_idempotency_key_are_those_that_the_readme_names() -> None:
    paths = describe(app, "")["paths"]
    taking = {
        path
        for path, methods in paths.items()
        for parameter in methods.get("post", {}).get("parameters", [])
        if parameter["name"] == "Idempotency-Key"
    }
    assert taking == {"/v1/tickets", "/v1/tickets/{ticket_id}/events"}
    assert "on `POST /v1/tickets` and `POST /v1/tickets/{id}/events`" in section("The API")


def test_every_make_verb_of_the_readme_exists() -> None:
    verbs = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    used = re.findall(r"(?:^|[`] ?|\d )make ([a-z-]+)", README, re.MULTILINE)
    assert len(used) > 5
    assert set(used) <= set(verbs)
