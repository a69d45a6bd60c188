"""What one part of a contract says of another has to fit; every fault has its path and says what would be right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

import pytest

from tests.unit.domain.contracts.test_reading import MINIMAL, TEAMS, TIER, changed, faults
from tests.unit.domain.contracts.test_text import DOCUMENT as BY_LIST
from tests.unit.story import DOCUMENT, REVIEW, contract
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.contracts.reading import read_contract
from tocsin.domain.values.faults import Invalid

OPEN = {"timezone": "UTC"}


WHOLE: Mapping[str, Any] = {**BY_LIST, "backed_by": {}}
FOLLOWS: Mapping[str, set[str]] = {
    # What these define is named elsewhere.
    "calendars": {"targets", "warnings_in", "escalation", "review"},
    "holidays": {"calendar", "calendars"},
    "metrics": {"targets", "aggregates"},
}


def read(**parts: Any) -> Contract:
    return read_contract(changed(**parts), "acme-gold", TEAMS)


def accepted(**parts: Any) -> bool:
    return bool(read(**parts).rows)


def test_fifteen_faults_of_different_kinds_are_told_at_once_each_at_its_place() -> None:
    document = {
        "contract_id": "acme-silver",
        "customer": {"name": "ACME", "timezone": "Mars/Olympus"},
        "effective_from": "2026-01-01",
        "term": "1 year",
        "calendar": {
            "timezone": {"of": "site", "otherwise": "Europe/Berlin"},
            "holidays": {"dates": {"2025-12-24": "Heiligabend"}},
            "special_days": {"2027-01-01": {"name": "Neujahr", "open": []}},
        },
        "calendars": {"always": OPEN},
        "priorities": ["P1", "P2"],
        "priority_matrix": {"high": {"high": "P0"}},
        "metrics": {
            "first_response": {"start": ["opned"]},
            "hand_over": {"stop": ["acknowledged"]},
            "review": {"start": ["opened"]},
        },
        "counts_as_response": ["automatic"],
        "targets": [
            {"when": {"priority": ["P1", "P3"]}, "resolution": "4h", "hand_over": "1h", "first_response": "15m"},
            {"when": {"priority": "P1", "category": "billing"}, "resolution": "2h"},
            {"resolution": "8h", "calendar": "night", "next_respone": "1h"},
        ],
        "warnings_in": "office",
        "retarget": {"priority": "backwards"},
        "reopen": {"mode": "resume", "within": "1h"},
        "escalation": {"tiers": [{"team": "legal", "acknowledge_within": "15m"}]},
        "review": {"team": "management", "due_within": "3bd"},
    }
    assert faults(document) == {
        "contract_id": "is 'acme-silver', but the address says 'acme-gold'",
        "customer.timezone": "'Mars/Olympus' is not a time zone; write an IANA name such as Europe/Berlin",
        "calendar.timezone": "is that of the site, but the contract lists no `sites` with their zones",
        "calendar.holidays.dates.2025-12-24": "lies outside the contract's term, 2026-01-01 to 2026-12-31",
        "calendar.special_days.2027-01-01": "lies outside the contract's term, 2026-01-01 to 2026-12-31",
        "calendars.always": "is the calendar that is always open and cannot be defined",
        "priority_matrix.high.high": "'P0' has no targets",
        "metrics.first_response.start.0": "'opned' is not a fact about a ticket; did you mean opened?",
        "metrics.hand_over.start": "is missing; without it nothing is ever measured",
        "metrics.review": "is promised elsewhere: by the tiers of the escalation, or by `review`",
        "counts_as_response.0": "must be one of 'public_reply', 'resolution', 'bot_reply', 'internal_note', "
        "'acknowledgement' or 'agent_opening'",
        "targets.0.when.priority": "'P3' is not one of the contract's priorities, P1, P2",
        "targets.1.when": "can never apply: targets.0 before it takes every ticket that it describes",
        "targets.2.calendar": "there is no calendar 'night' in this contract; known are: always",
        "targets.2.next_respone": "is not a metric of this contract; did you mean next_response?",
        "warnings_in": "there is no calendar 'office' in this contract; known are: always",
        "retarget.priority": "must be one of 'retroactive', 'forward' or 'best_for_customer'",
        "reopen": "`within` goes with mode grace, and grace needs it",
        "escalation.tiers.0.team": "there is no team 'legal'; put it first. Known are: "
        "engineering, frontline, management",
        "review.from_tier": "is 2, but the escalation has 1 tiers",
    }


class TestZones:
    @pytest.mark.parametrize(
        ("of", "why"),
        [
            ("customer", "is that of the customer, but `customer` has no `timezone`"),
            ("site", "is that of the site, but the contract lists no `sites` with their zones"),
        ],
    )
    def test_a_zone_that_comes_from_nowhere_is_a_fault_of_each_calendar_that_has_it(self, of: str, why: str) -> None:
        zone = {"timezone": {"of": of, "otherwise": "UTC"}}
        found = faults(changed(calendar=zone, calendars={"night": zone, "day": OPEN}))
        assert found == {"calendar.timezone": why, "calendars.night.timezone": why}

    def test_with_its_source_it_is_none_and_a_team_s_zone_needs_none_in_the_contract(self) -> None:
        customer = {"name": "ACME", "timezone": "Asia/Tokyo"}
        assert accepted(customer=customer, calendar={"timezone": {"of": "customer", "otherwise": "UTC"}})
        assert accepted(sites={"bo": "America/New_York"}, calendar={"timezone": {"of": "site", "otherwise": "UTC"}})
        assert read(calendar={"timezone": {"of": "team", "otherwise": "Asia/Kolkata"}}).timezone == "Asia/Kolkata"

    @pytest.mark.parametrize(
        ("zone", "path"),
        [
            ({"of": "planet", "otherwise": "UTC"}, "calendar.timezone.of"),
            ({"of": "site"}, "calendar.timezone.otherwise"),
            ({"of": "site", "otherwise": "Berlin"}, "calendar.timezone.otherwise"),
            ({"of": "site", "otherwise": "UTC", "else": "UTC"}, "calendar.timezone.else"),
            (["UTC"], "calendar.timezone"),
        ],
    )
    def test_whose_zone_it_is_has_a_form(self, zone: object, path: str) -> None:
        assert list(faults(changed(sites={"x": "UTC"}, calendar={"timezone": zone}))) == [path]

    def test_a_site_in_no_zone_is_told_by_its_name(self) -> None:
        assert list(faults(changed(sites={"berlin": "Europe/Berlin", "boston": "Boston"}))) == ["sites.boston"]


class TestDaysOutsideTheTerm:
    TERM: Mapping[str, Any] = {"effective_from": "2026-03-01", "term": "6 months"}

    def found(self, calendar: Mapping[str, Any], **parts: Any) -> dict[str, str]:
        return faults(changed(**{**self.TERM, **parts}, calendar={**OPEN, **calendar}))

    @pytest.mark.parametrize("day", ["2026-02-28", "2026-09-01", "2062-05-01"])
    def test_a_holiday_that_no_ticket_can_meet_is_a_slip_of_the_pen(self, day: str) -> None:
        why = "lies outside the contract's term, 2026-03-01 to 2026-08-31"
        assert self.found({"holidays": {"dates": {day: "x"}}}) == {f"calendar.holidays.dates.{day}": why}
        assert self.found({"special_days": {day: {"name": "x", "open": []}}}) == {f"calendar.special_days.{day}": why}

    @pytest.mark.parametrize("day", ["2026-03-01", "2026-08-31"])
    def test_the_first_and_the_last_day_lie_within(self, day: str) -> None:
        assert accepted(**self.TERM, calendar={**OPEN, "holidays": {"dates": {day: "x"}}})

    def test_the_transition_after_the_end_belongs_to_it(self) -> None:
        dates = {"holidays": {"dates": {"2026-09-30": "x"}}}
        assert accepted(**self.TERM, transition_days=30, calendar={**OPEN, **dates})
        why = "lies outside the contract's term, 2026-03-01 to 2026-09-29"
        assert self.found(dates, transition_days=29) == {"calendar.holidays.dates.2026-09-30": why}

    def test_days_of_every_year_lie_in_every_term(self) -> None:
        yearly = {"yearly": {"12-24": "x"}}
        assert accepted(
            **self.TERM, calendar={**OPEN, "holidays": yearly, "special_days": {"01-01": {"name": "x", "open": []}}}
        )

    def test_in_a_named_calendar_it_has_that_path(self) -> None:
        found = faults(changed(**self.TERM, calendars={"night": {**OPEN, "holidays": {"dates": {"2025-01-01": "x"}}}}))
        assert list(found) == ["calendars.night.holidays.dates.2025-01-01"]

    def test_in_a_set_it_has_the_path_of_the_set(self) -> None:
        sets = {"ours": {"dates": {"2025-01-01": "x"}}}
        found = faults(changed(**self.TERM, calendar={**OPEN, "holidays": "ours"}, holidays=sets))
        assert list(found) == ["holidays.ours.dates.2025-01-01"]

    def test_without_a_beginning_no_day_is_outside_and_without_an_end_only_those_before(self) -> None:
        days = {**OPEN, "holidays": {"dates": {"2020-01-01": "x", "2080-01-01": "x"}}}
        assert accepted(calendar=days)
        found = faults(changed(calendar=days, effective_from="2026-01-01"))
        assert list(found) == ["calendar.holidays.dates.2020-01-01"]

    def test_what_is_wrong_with_the_term_is_told_and_nothing_follows_from_it(self) -> None:
        days = {**OPEN, "holidays": {"dates": {"2020-01-01": "x"}}}
        assert list(faults(changed(calendar=days, effective_from="2026-01-01", term="two years"))) == ["term"]
        assert list(faults(changed(calendar=days, effective_from="soon", term="2 years"))) == ["effective_from"]

    @pytest.mark.parametrize("months", [0, -1, -99_999, 1201, 10**30, True])
    def test_a_number_of_months_has_the_bounds_of_the_words(self, months: object) -> None:
        days = {**OPEN, "holidays": {"dates": {"2020-01-01": "x"}}}
        assert list(faults(changed(calendar=days, effective_from="2026-01-01", term=months))) == ["term"]

    @pytest.mark.parametrize(
        "parts",
        [
            {"effective_from": "9950-01-01"},
            {"effective_from": "9999-12-01", "term": "2 years"},
            {"effective_from": "9999-12-31", "transition_days": 3660, "term": "1 month"},
        ],
    )
    def test_a_term_that_ends_after_the_last_date_there_is_reaches_to_it(self, parts: Mapping[str, Any]) -> None:
        found = faults(changed(calendar={**OPEN, "holidays": {"dates": {"2026-12-24": "x"}}}, **parts))
        assert list(found) == ["calendar.holidays.dates.2026-12-24"]
        assert found["calendar.holidays.dates.2026-12-24"].endswith("to 9999-12-31")

    @pytest.mark.parametrize("days", [10**9, 10**30, -1, "many", [], None])
    def test_an_absurd_transition_is_a_fault_and_no_crash(self, days: object) -> None:
        assert list(faults(changed(**self.TERM, transition_days=days))) == ["transition_days"]

    def test_a_day_that_is_not_a_text_is_a_fault_and_no_crash(self) -> None:
        """A date as a number cannot come by JSON or YAML as they are read, but this function takes any mapping."""
        found = faults(changed(**self.TERM, calendar={**OPEN, "special_days": {20261224: {"name": "x", "open": []}}}))
        assert all(path.startswith("calendar.special_days") for path in found)


class TestPriorities:
    TWO: ClassVar = {"P1": {"resolution": "1h"}, "P2": {"resolution": "2h"}}

    def test_every_priority_needs_its_row_or_a_default(self) -> None:
        found = faults(changed(targets=self.TWO, priorities=["P1", "P2", "P3", "P4"]))
        assert found == {"targets": "has no row for P3, P4; add them, or a row `default`"}
        assert accepted(targets={**self.TWO, "default": {"resolution": "8h"}}, priorities=["P1", "P2", "P3"])

    def test_a_row_of_no_priority_can_never_apply(self) -> None:
        found = faults(changed(targets=self.TWO, priorities=["P2"]))
        assert found == {"targets.P1": "can never apply: it is none of the contract's priorities, ['P2']"}

    @pytest.mark.parametrize(
        ("parts", "fits"),
        [
            ({"targets": TWO}, {"P1", "P2"}),
            ({"targets": {**TWO, "default": {"resolution": "8h"}}}, {"P1", "P2", "P9"}),
            ({"targets": {"default": {"resolution": "8h"}}, "priorities": ["P1"]}, {"P1"}),
            ({"targets": [{"resolution": "8h"}]}, {"P1", "P2", "P9"}),
            ({"targets": [{"resolution": "8h"}], "priorities": ["P2"]}, {"P2"}),
        ],
    )
    def test_the_matrix_gives_only_priorities_that_a_ticket_may_have(
        self, parts: Mapping[str, Any], fits: set[str]
    ) -> None:
        for priority in ("P1", "P2", "P9"):
            matrix = {"high": {"low": "P1" if "P1" in fits else "P2", "high": priority}}
            if priority in fits:
                assert accepted(**parts, priority_matrix=matrix)
            else:
                why = {"priority_matrix.high.high": f"{priority!r} has no targets"}
                assert faults(changed(**parts, priority_matrix=matrix)) == why


class TestMetrics:
    def test_a_metric_that_no_row_promises_is_a_slip_of_the_pen(self) -> None:
        metrics = {"hand_over": {"start": ["opened"], "stop": ["acknowledged"]}}
        assert faults(changed(metrics=metrics)) == {
            "metrics.hand_over": "is defined, but no row of `targets` promises it"
        }

    @pytest.mark.parametrize("name", ["review", "tier_acknowledgement", "tier_resolution"])
    def test_what_tiers_and_reviews_owe_is_written_there(self, name: str) -> None:
        why = "is promised elsewhere: by the tiers of the escalation, or by `review`"
        assert faults(changed(metrics={name: {"label": "x"}})) == {f"metrics.{name}": why}
        assert f"targets.P1.{name}" in faults(changed(targets={"P1": {name: "1h"}}))

    @pytest.mark.parametrize("name", ["calendar", "warn_at", "when", "priority", "opened", "subject", "tags"])
    def test_a_name_that_already_means_something_in_a_row_or_an_example_is_refused(self, name: str) -> None:
        terms = {"start": ["opened"], "stop": ["resolved"]}
        row = {"resolution": "4h", "calendar": "always", "warn_at": ["75%"]}
        found = faults(changed(metrics={name: terms}, targets={"P1": {**row, **({} if name in row else {name: "1h"})}}))
        assert found[f"metrics.{name}"] == "is the name of something else in a contract; give the metric another"

    @pytest.mark.parametrize("name", ["Hand", "hand over", "1st", "", "x" * 41, "_x"])
    def test_a_name_is_made_of_small_letters_digits_and_underscores(self, name: str) -> None:
        found = faults(changed(metrics={name: {"like": "resolution"}}, targets={"P1": {name: "1h"}}))
        assert any(path.startswith("metrics") for path in found)

    def test_a_metric_of_a_row_that_nobody_defined_is_told_which_was_meant(self) -> None:
        found = faults(
            changed(
                metrics={"hand_over": {"start": ["opened"], "stop": ["acknowledged"]}},
                targets=[{"hand_ovr": "1h", "hand_over": "2h", "zzz": "1h", "warnat": ["75%"]}],
            )
        )
        assert found["targets.0.hand_ovr"] == "is not a metric of this contract; did you mean hand_over?"
        assert found["targets.0.warnat"].startswith("is not a metric of this contract; did you mean warn_at?")
        assert found["targets.0.zzz"] == (
            "is not a metric of this contract; known metrics are first_response, next_response, resolution, "
            "first_resolution, periodic_update, pausable_update, requester_wait, agent_work, customer_notification, "
            "hand_over"
        )


class TestRows:
    def test_tickets_that_no_row_is_for_are_never_passed_over_in_silence(self) -> None:
        rows = [{"when": {"category": "billing"}, "resolution": "1h"}]
        why = "needs a last row without `when`, for tickets that no other row is for"
        assert faults(changed(targets=rows)) == {"targets": why}
        assert accepted(targets=[*rows, {"resolution": "2h"}])
        assert accepted(targets=[*rows, {"when": {}, "resolution": "2h"}])

    def test_what_comes_after_the_row_for_all_others_can_never_apply(self) -> None:
        rows = [{"resolution": "1h"}, {"when": {"category": "billing"}, "resolution": "1h"}, {"resolution": "2h"}]
        why = "can never apply: targets.0 before it takes every ticket that it describes"
        assert faults(changed(targets=rows)) == {"targets.1.when": why, "targets.2.when": why}

    def test_the_row_for_all_others_may_stand_at_the_end_although_every_priority_has_its_own(self) -> None:
        """It is asked for; a priority that is added later then has targets."""
        rows = [
            {"when": {"priority": "P1"}, "resolution": "1h"},
            {"when": {"priority": "P2"}, "resolution": "2h"},
            {"resolution": "4h"},
        ]
        assert accepted(targets=rows, priorities=["P1", "P2"])

    def test_faults_in_one_row_do_not_hide_those_of_the_others(self) -> None:
        rows = [
            {"when": {"priority": []}, "resolution": "1h"},
            {"when": {"colour": "red"}, "resolution": "0h"},
            {"resolution": "1h", "calendar": "night"},
        ]
        assert faults(changed(targets=rows)) == {
            "targets.0.when.priority": "must have at least one entry",
            "targets.1.when.colour": "is not a field here; known are priority, impact, urgency, category, channel, "
            "segment, tags, affected_users_at_least, customer_deadline_within",
            "targets.1.resolution": "must be longer than zero",
            "targets.2.calendar": "there is no calendar 'night' in this contract; known are: always",
        }


CHANNELS = {"email": "support@provider.example", "phone": "+49 89 1234567"}


def test_a_row_for_a_channel_that_the_parties_have_not_agreed_on_is_refused() -> None:
    rows = [
        {"when": {"channel": ["email", "fax"]}, "resolution": "4h"},
        {"when": {"channel": "phnoe"}, "resolution": "4h"},
        {"resolution": "8h"},
    ]
    assert faults(changed(targets=rows, channels=CHANNELS)) == {
        "targets.0.when.channel": "'fax' is none of the contract's channels, email, phone",
        "targets.1.when.channel": "'phnoe' is none of the contract's channels, email, phone",
    }
    assert accepted(targets=rows)
    assert accepted(targets=[{"when": {"channel": "phone"}, "resolution": "4h"}, rows[2]], channels=CHANNELS)


@pytest.mark.parametrize(
    ("part", "path"),
    [
        ({"contacts": [{"name": "Jo", "party": "ACME", "role": "buyer"}]}, "contacts.0.party"),
        ({"contacts": [{"name": "Jo", "party": "customer"}]}, "contacts.0.role"),
        ({"contacts": [{"name": "Jo", "party": "customer", "role": "buyer", "email": "jo"}]}, "contacts.0.email"),
        ({"contacts": [{"name": "Jo", "party": "customer", "role": "buyer", "phone": "ask"}]}, "contacts.0.phone"),
        ({"contacts": [{"name": "Jo", "party": "customer", "role": "buyer"}] * 51}, "contacts"),
        ({"channels": {"E-Mail!": "x@y.example"}}, "channels.E-Mail!"),
        ({"channels": {"email": ""}}, "channels.email"),
        ({"channels": ["email"]}, "channels"),
    ],
)
def test_a_contact_or_channel_that_nobody_could_use_is_a_fault_at_its_place(part: dict[str, Any], path: str) -> None:
    assert list(faults(changed(**part))) == [path]


REVISION = {"author": "Kim", "approved_by": "Jo", "approved_on": "2026-02-01", "in_force_from": "2026-03-01"}


@pytest.mark.parametrize(
    ("revision", "path", "message"),
    [
        ({"author": None}, "approved_by", "approves what nobody has written; add its `author`"),
        ({"approved_by": None}, "approved_on", "is when nobody approved it; add `approved_by`"),
        (
            {"approved_on": "2026-03-02"},
            "approved_on",
            "lies after 2026-03-01, from which it is in force; approval comes first",
        ),
        (
            {"in_force_from": "2026-02-14"},
            "in_force_from",
            "lies before 2026-02-15, on which the contract takes effect",
        ),
        ({"in_force_from": "soon"}, "in_force_from", "is not a date; write it as 2026-12-24"),
    ],
)
def test_a_revision_that_contradicts_itself_or_the_contract_is_refused(
    revision: dict[str, Any], path: str, message: str
) -> None:
    document = changed(revision={**REVISION, **revision}, effective_from="2026-02-15")
    found = faults(document)
    assert {place: why[: len(message)] for place, why in found.items()} == {f"revision.{path}": message}


REMINDERS = {"team": "management", "renewal": ["60 days", "30 days"], "review_every": "6 months"}
TERM = {"effective_from": "2026-01-01", "term": "12 months"}


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (
            {},
            {
                "reminders.review_every": "is counted from `effective_from`; add it",
                "reminders.renewal": "needs `effective_from` and `term`: there is no end to remind of",
            },
        ),
        (
            {"effective_from": "2026-01-01"},
            {"reminders.renewal": "needs `effective_from` and `term`: there is no end to remind of"},
        ),
        (
            {**TERM, "notice_days": 310},
            {
                "reminders.renewal.0": "lies before the contract: "
                "the contract takes effect on 2026-01-01, and this reminds of 2026-02-24"
            },
        ),
        (
            {**TERM, "term": "6 months"},
            {"reminders.review_every": "is not shorter than the term: the contract ends on 2026-06-30"},
        ),
        (
            {**TERM, "reminders": {**REMINDERS, "team": "legal", "renewal": ["60"], "review_every": "6 weeks"}},
            {
                "reminders.team": "there is no team 'legal'; put it first. "
                "Known are: engineering, frontline, management",
                "reminders.renewal.0": "'60' is not a number of days; write 60 days or P60D",
                "reminders.review_every": "'6 weeks' is not a term; write months or years, such as 24 months, "
                "2 years or P2Y",
            },
        ),
        (
            {**TERM, "reminders": {"team": "management"}},
            {"reminders": "remind of nothing; give `renewal`, such as [60 days], or `review_every`, such as 6 months"},
        ),
    ],
)
def test_reminders_of_dates_that_there_are_not_are_refused(parts: dict[str, Any], expected: dict[str, str]) -> None:
    assert faults(changed(**{"reminders": REMINDERS, **parts})) == expected


def test_a_notice_that_is_longer_than_the_term_could_never_be_given() -> None:
    assert faults(changed(**TERM, notice_days=365)) == {
        "notice_days": "are more than the term has: notice would be due by 2025-12-31, "
        "and the contract takes effect on 2026-01-01"
    }
    assert accepted(**TERM, notice_days=364)


def test_a_version_cannot_come_into_force_after_the_contract_has_ended() -> None:
    assert faults(changed(**TERM, revision={"in_force_from": "2027-01-01"})) == {
        "revision.in_force_from": "lies after 2026-12-31, the last day of the contract"
    }
    assert accepted(**TERM, revision={"in_force_from": "2026-12-31"})
    assert accepted(**TERM, notice_days=60, reminders=REMINDERS)


def test_a_version_is_not_in_force_before_the_one_that_it_follows() -> None:
    first = read(revision=REVISION)
    why = "has to be 2026-03-01 or later: the version before this one is in force from then on"
    for revision in ({**REVISION, "in_force_from": "2026-02-28"}, {"author": "Kim"}, None):
        document = changed(**({"revision": revision} if revision else {}))
        with pytest.raises(Invalid) as caught:
            read_contract(document, "acme-gold", TEAMS, previous=first, in_force=first)
        assert {fault.path: fault.message for fault in caught.value.faults} == {"revision.in_force_from": why}
    for previous in (first, read()):
        following = read_contract(changed(revision=REVISION), "acme-gold", TEAMS, previous=previous, in_force=previous)
        assert str(following.in_force_from) == "2026-03-01"
    renewed = read_contract(changed(effective_from="2027-01-01"), "acme-gold", TEAMS, previous=first, in_force=first)
    assert str(renewed.in_force_from) == "2027-01-01", "which need not be said twice"


def test_a_version_is_in_force_from_the_midnight_of_its_day_in_the_contract_s_zone() -> None:
    terms = contract(effective_from="2026-01-01", revision={"in_force_from": "2026-07-01"})
    midnight = datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert [terms.is_in_force(at) for at in (midnight - timedelta(seconds=1), midnight)] == [False, True]
    effective = contract(effective_from="2026-07-01")
    assert [effective.is_in_force(at) for at in (midnight - timedelta(seconds=1), midnight)] == [False, True]
    assert contract().is_in_force(datetime(1970, 1, 1, tzinfo=UTC))


def test_a_business_day_target_that_its_calendar_needs_decades_for_is_out_of_reach() -> None:
    yearly = {"timezone": "UTC", "weekly": {}, "special_days": {"07-01": {"name": "Audit", "open": ["09:00-17:00"]}}}
    assert list(faults(changed(calendar=yearly, targets={"P1": {"resolution": "30bd"}}))) == ["targets.P1.resolution"]
    assert accepted(calendar=yearly, targets={"P1": {"resolution": "3bd"}})
    review = {**REVIEW, "from_tier": 1, "due_within": "30bd", "calendar": "yearly"}
    assert list(faults(changed(calendars={"yearly": yearly}, review=review))) == ["review.due_within"]


@pytest.mark.parametrize("tier", [{**TIER, "resolve_within": "0m"}, {**TIER, "resolve_within": "1bd"}])
def test_a_tier_resolves_within_some_open_time(tier: Mapping[str, Any]) -> None:
    assert list(faults(changed(escalation={"tiers": [tier]}))) == ["escalation.tiers.0.resolve_within"]


@pytest.mark.parametrize("reopen", ["resume", "new_cycle", {"mode": "grace", "within": "1h"}])
def test_what_a_reopened_ticket_owes_may_be_one_word(reopen: object) -> None:
    found = contract(reopen=reopen)
    assert found.reopen.mode == (reopen if isinstance(reopen, str) else "grace")


@pytest.mark.parametrize(
    ("reopen", "path"),
    [
        ("grace", "reopen"),
        ({"within": "1h"}, "reopen"),
        ("again", "reopen.mode"),
        ({"mode": "grace", "within": "0h"}, "reopen.within"),
        ({"mode": "grace", "within": "1h", "x": 1}, "reopen.x"),
    ],
)
def test_a_grace_has_a_length_and_nothing_else_does(reopen: object, path: str) -> None:
    assert list(faults(changed(reopen=reopen))) == [path]


def test_the_whole_document_of_the_unit_tests_is_without_a_fault() -> None:
    assert read_contract(DOCUMENT, "acme-gold", TEAMS).known_priorities == ["P1", "P2", "P3"]
    assert read_contract(MINIMAL, "acme-gold", TEAMS).known_priorities == ["P1"]


class TestSetsOfHolidays:
    SETS: Mapping[str, Any] = {"bavaria": {"country": "DE", "subdivision": "BY", "dates": {"2026-05-15": "Bridge day"}}}

    def test_calendars_that_name_a_set_are_closed_on_its_days(self) -> None:
        night = {"timezone": "Europe/Berlin", "weekly": {"daily": ["20:00-23:00"]}, "holidays": "bavaria"}
        terms = read(calendar={**OPEN, "holidays": "bavaria"}, calendars={"night": night}, holidays=self.SETS)
        for name in (None, "night"):
            calendar = terms.calendar_named(name)
            assert calendar.holiday(date(2026, 1, 6)) == "Heilige Drei Könige"
            assert calendar.holiday(date(2026, 5, 15)) == "Bridge day"
            bridge_day = datetime(2026, 5, 14, 22, 0, tzinfo=UTC)
            assert list(calendar.open_windows(bridge_day, bridge_day + timedelta(days=1))) == []

    def test_a_set_that_there_is_not_and_one_that_nobody_has_are_faults(self) -> None:
        calendars = {"night": {**OPEN, "holidays": "saxony"}}
        assert faults(changed(calendar=OPEN, calendars=calendars, holidays=self.SETS)) == {
            "calendars.night.holidays": (
                "there is no set of holidays 'saxony' in this contract's `holidays`; known are: bavaria"
            ),
            "holidays.bavaria": "is defined, but no calendar has these holidays",
        }

    def test_what_is_wrong_in_a_set_is_told_once_and_where_it_stands(self) -> None:
        found = faults(changed(calendar={**OPEN, "holidays": "ours"}, holidays={"ours": {"country": "XX"}}))
        assert found == {"holidays.ours": "country 'XX' is not known; write ISO 3166-1 alpha-2 such as DE"}

    def test_holidays_are_days_or_a_name(self) -> None:
        why = "are days of one's own, such as {country: DE}, or the name of a set in the contract's `holidays`"
        assert faults(changed(calendar={**OPEN, "holidays": ["DE"]})) == {"calendar.holidays": why}

    def test_a_set_that_closes_every_day_leaves_no_target_within_reach(self) -> None:
        everyday = {f"{month:02}-{day:02}": "x" for month in range(1, 13) for day in range(1, 29)}
        weekly = {"timezone": "UTC", "weekly": {"mon": ["09:00-09:01"]}, "holidays": "ours"}
        found = faults(changed(calendar=weekly, holidays={"ours": {"yearly": everyday}}))
        assert found == {
            "targets.P1.resolution": "would take its calendar more than twenty years of opening hours to use up"
        }

    def test_a_contract_has_room_for_the_public_holidays_of_sixteen_regions(self) -> None:
        def calendars(number: int) -> dict[str, Any]:
            countries = [
                "DE",
                "AT",
                "CH",
                "FR",
                "IT",
                "ES",
                "PT",
                "NL",
                "BE",
                "LU",
                "DK",
                "NO",
                "SE",
                "FI",
                "PL",
                "CZ",
                "SK",
            ]
            return {f"c{n}": {**OPEN, "holidays": {"country": countries[n]}} for n in range(number)}

        assert accepted(calendars=calendars(16))
        assert faults(changed(calendars=calendars(17))) == {
            "calendars": (
                "have the public holidays of 17 regions; a contract has room for 16, "
                "so write another contract for the others"
            )
        }


class TestWarningsThatWouldNeverBeGiven:
    def test_more_time_left_than_any_target_has_is_a_fault_where_it_stands(self) -> None:
        targets = {
            "P1": {"resolution": "4h", "first_response": "1h", "warn_at": ["75%", "4h left"]},
            "P2": {"resolution": "2h"},
        }
        assert faults(changed(targets=targets, warn_at=["3h"])) == {
            "targets.P1.warn_at.1": "would never be given: the longest target it is for is 4h",
            "warn_at.0": "would never be given: the longest target it is for is 2h",
        }

    def test_one_longer_target_is_enough_and_so_are_days(self) -> None:
        assert accepted(targets={"P1": {"resolution": "4h", "first_response": "1h"}}, warn_at=["3h"])
        assert accepted(targets={"P1": {"resolution": "2bd", "first_response": "1h"}}, warn_at=["3h"])
        assert accepted(targets={"P1": {"resolution": "1h", "warn_at": []}}, warn_at=["3h"]), "which is for no row then"


@pytest.mark.parametrize("part", Contract.model_fields)
@pytest.mark.parametrize("value", [True, [0], {"?": 0}], ids=repr)
def test_a_malformed_part_is_a_fault_of_that_part_and_no_check_needs_more_than_it_says(
    part: str, value: object
) -> None:
    """Whatever looks at a part that is not there would fail, or tell faults of others that follow from it."""
    found = faults({**WHOLE, part: value}, teams={*TEAMS})
    assert {path.partition(".")[0] for path in found} <= {part, *FOLLOWS.get(part, ())}
    assert any(path.startswith(part) for path in found)


@pytest.mark.parametrize("entry", ["aggregates.0", "aggregates.1"])
def test_a_malformed_entry_of_a_list_leaves_the_others_their_numbers(entry: str) -> None:
    aggregate = {"metric": "resolution", "statistic": "p90", "target": "1h", "period": "week"}
    number = int(entry.partition(".")[2])
    aggregates: list[Any] = [{**aggregate, "metric": "unknown"}] * 2
    aggregates[number] = "p90"
    assert faults(changed(aggregates=aggregates)).keys() == {entry, f"aggregates.{1 - number}.metric"}


def test_faults_come_in_the_order_of_the_document() -> None:
    document = {"warn_at": ["0%"], **MINIMAL, "term": "soon", "kind": "x"}
    assert list(faults(document)) == ["warn_at.0", "term", "kind"]
