"""Pages and turns: the same in memory and on DynamoDB."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.adapters.conftest import FORMS
from tests.adapters.test_ticket_log import KEY, NOW, event, head
from tests.unit.fakes import LATEST, FakePageLog, FakeTeams, FakeTicketLog
from tests.unit.story import team
from tocsin.adapters.dynamodb.pages import DynamoPageLog
from tocsin.adapters.dynamodb.teams import DynamoTeams
from tocsin.adapters.dynamodb.ticket_log import DynamoTicketLog
from tocsin.domain.escalation.reasons import AlertReason
from tocsin.domain.notices.notice import AboutAlert, AboutTrigger, Audience, Notice, NoticeKind
from tocsin.domain.oncall.pages import Pages
from tocsin.domain.tickets import events as ev
from tocsin.domain.values.identifiers import TicketKey
from tocsin.domain.values.target import Target
from tocsin.ports.oncall import PageLog, Teams
from tocsin.ports.tickets import TicketLog

OTHERS = TicketKey("globex", "ZD-1042.a")


@pytest.fixture(params=FORMS)
def ports(request: pytest.FixtureRequest) -> tuple[TicketLog, PageLog, Teams]:
    if request.param == "in memory":
        log = FakeTicketLog()
        return log, FakePageLog(log), FakeTeams(log=log)
    table = request.getfixturevalue("table")
    return DynamoTicketLog(table), DynamoPageLog(table), DynamoTeams(table)


def told(kind: NoticeKind, recipient: str, audience: Audience = Audience.MEMBER) -> Notice:
    about = AboutAlert(1, AlertReason.OPENED) if kind is NoticeKind.TIER_ALERT else AboutTrigger("it is an outage")
    return Notice(
        notice_id=f"{kind}-{recipient}",
        kind=kind,
        audience=audience,
        recipient=recipient,
        because=2,
        tier=1,
        about=about,
    )


def alerted(sequence: int, *passed_over: str) -> ev.TierAlerted:
    found: ev.TierAlerted = event(
        sequence,
        ev.TierAlerted,
        tier=1,
        attempt=1,
        reason=AlertReason.OPENED,
        team=Target("frontline"),
        reached=True,
        passed_over=passed_over,
    )
    return found


def recorded(sequence: int, *notices: Notice) -> ev.NoticesRecorded:
    found: ev.NoticesRecorded = event(sequence, ev.NoticesRecorded, through=sequence, notices=notices)
    return found


ALERTS = recorded(
    3,
    told(NoticeKind.TIER_ALERT, "frontline", Audience.TEAM),
    told(NoticeKind.TIER_ALERT, "ana"),
    told(NoticeKind.FUNCTIONAL_ESCALATION, "ben"),
    told(NoticeKind.WITHDRAWN, "dora"),
)


def at(sequence: int) -> timedelta:
    return timedelta(minutes=sequence, seconds=1)


def test_what_pages_people_is_found_by_when_it_was_recorded(ports: tuple[TicketLog, PageLog, Teams]) -> None:
    log, pages, teams = ports
    log.append(head(1), [event(1)])
    log.append(head(3), [alerted(2, "caro"), ALERTS])
    spared = Pages(KEY.ticket_id, 2, NOW + at(2), passed_over=("caro",))
    paged = Pages(KEY.ticket_id, 3, NOW + at(3), paged=("ana", "ben"))
    assert list(pages.between("acme", NOW, LATEST)) == [spared, paged]
    assert list(pages.between("acme", paged.at, paged.at + timedelta.resolution)) == [paged]
    assert list(pages.between("acme", NOW, spared.at)) == []
    assert teams.pages_since("acme", NOW) == {"ana": 1, "ben": 1}
    assert teams.pages_since("acme", paged.at + timedelta.resolution) == {}


def test_a_helpdesk_has_its_own_pages(ports: tuple[TicketLog, PageLog, Teams]) -> None:
    log, pages, teams = ports
    for key in (KEY, OTHERS):
        log.append(head(1, key), [event(1)])
        log.append(head(2, key), [recorded(2, told(NoticeKind.TIER_ALERT, "ana"))])
    assert teams.pages_since("globex", NOW) == {"ana": 1}
    assert [each.ticket_id for each in pages.between("globex", NOW, LATEST)] == [OTHERS.ticket_id]


def test_who_took_a_ticket_last_is_last_in_turn_and_an_older_one_changes_nothing(
    ports: tuple[TicketLog, PageLog, Teams],
) -> None:
    *_, teams = ports
    turns = {"round_robin": ["ana", "ben"]}
    teams.put("acme", "frontline", team("ana", "ben", on_call=turns))
    teams.put("acme", "other", team("ana", "ben", on_call=turns))

    def turn(team_id: str = "frontline") -> list[str]:
        found = teams.get("acme", team_id)
        assert found is not None
        return found.on_call_at(NOW)

    assert turn() == ["ana"]
    teams.took_ticket("acme", "frontline", "ana", NOW)
    assert turn() == teams.all("acme")["frontline"].on_call_at(NOW) == ["ben"]
    teams.took_ticket("acme", "frontline", "ben", NOW + timedelta(seconds=1))
    assert turn() == ["ana"]
    teams.took_ticket("acme", "frontline", "ben", NOW - timedelta(hours=1))
    assert (turn(), turn("other")) == (["ana"], ["ana"])
    teams.put("acme", "frontline", team("ben", "ana", on_call={"round_robin": ["ben", "ana"]}))
    assert turn() == ["ana"], "turns outlive another order"
