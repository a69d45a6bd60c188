"""Teams and contracts are put from files, and every fault is told with its path."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from infra.cli.layout import print_text
from tests.infra.cli.terminal import SAMPLES, Shell, Terminal, as_json

CONTRACT = (SAMPLES / "acme-enterprise.yaml").read_text()


def written(folder: Path, text: str, name: str = "document.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_of_teams_puts_each_of_them(operator: Terminal) -> None:
    said = operator.do("team", "put", SAMPLES / "teams.yaml")
    assert said.splitlines() == [f"{team} created" for team in ("frontline", "engineering", "management", "compliance")]
    assert "frontline replaced" in operator.do("team", "put", SAMPLES / "teams.yaml")


def test_one_team_is_put_under_the_id_in_its_file_or_the_one_given(operator: Terminal, tmp_path: Path) -> None:
    team = json.dumps({"team_id": "night", "name": "Night shift", "members": []})
    for name in ("team.yaml", "team.json"):
        file = written(tmp_path, team, name)
        assert operator.do("team", "put", file).startswith("night ")
        assert operator.do("team", "put", file, "--id", "day").startswith("day ")


def test_an_id_for_a_team_without_one_is_asked_for(operator: Terminal, tmp_path: Path) -> None:
    assert "--id" in operator.misused("team", "put", written(tmp_path, "name: Night shift"))
    assert "several teams" in operator.misused("team", "put", SAMPLES / "teams.yaml", "--id", "night")


def test_a_refused_team_keeps_nobody_back_and_its_faults_name_it(operator: Terminal, tmp_path: Path) -> None:
    teams = (
        "night: {name: Night, members: [{member_id: eva}]}\nday: {name: Day, colour: red}\nweekend: {name: Weekend}\n"
    )
    result = operator.run("team", "put", written(tmp_path, teams))
    assert (result.exit_code, result.stdout) == (1, "weekend created\n")
    assert "night: Unprocessable Content" in result.stderr
    assert "  night.members.0.name: is required" in result.stderr
    assert "  day.colour: is not a field here" in result.stderr


def test_it_is_shown_whom_the_alerts_of_a_team_reach(operator: Terminal, tmp_path: Path) -> None:
    ana = "{member_id: ana, name: Ana, channels: [{type: email, address: ana@x.example}]}"
    team = f"team_id: night\nname: Night\nmembers: [{ana}, {{member_id: ben, name: Ben}}]\n"
    operator.do("team", "put", written(tmp_path, team))
    assert operator.do("team", "subscriptions", "night").splitlines() == [
        "MEMBER  TYPE   ADDRESS        STATE      MADE BY",
        "ana     email  ana@x.example  confirmed  tocsin",
        "ben is on call and cannot be reached",
    ]
    shown = as_json(operator.do("team", "subscriptions", "night", "--json"))
    assert shown["unreachable"] == ["ben"]


def test_it_is_shown_whom_the_notices_to_a_customer_reach(operator: Terminal, tmp_path: Path) -> None:
    operator.do("team", "put", SAMPLES / "teams.yaml")
    channels = "channels: [{type: email, address: it@acme.example}]"
    operator.do(
        "contract", "put", written(tmp_path, CONTRACT.replace("name: ACME GmbH,", f"name: ACME GmbH, {channels},"))
    )
    assert operator.do("contract", "subscriptions", "acme-enterprise").splitlines() == [
        "TYPE   ADDRESS          STATE      MADE BY",
        "email  it@acme.example  confirmed  tocsin",
    ]
    assert as_json(operator.do("contract", "subscriptions", "acme-enterprise", "--json"))["reached"] is True
    operator.do("contract", "put", written(tmp_path, CONTRACT))
    assert operator.do("contract", "subscriptions", "acme-enterprise").splitlines() == [
        "TYPE  ADDRESS  STATE  MADE BY",
        "nothing reaches the customer",
    ]


def test_a_contract_gets_a_version_and_keeps_it_when_nothing_changed(operator: Terminal) -> None:
    operator.do("team", "put", SAMPLES / "teams.yaml")
    sample = SAMPLES / "acme-enterprise.yaml"
    assert operator.do("contract", "put", sample) == "acme-enterprise version 1 is now in force\n"
    assert operator.do("contract", "put", sample) == "acme-enterprise version 1 is already in force\n"


def test_every_fault_of_a_contract_is_told_with_its_path(operator: Terminal, tmp_path: Path) -> None:
    operator.do("team", "put", SAMPLES / "teams.yaml")
    wrong = written(tmp_path, CONTRACT.replace("resolution: 4h", "resolution: 4x").replace("frontline", "frontlin"))
    told = operator.refused("contract", "put", wrong).splitlines()
    assert told[0] == "Unprocessable Content: The contract has faults; nothing was stored."
    assert told[1].startswith("  targets.P1.resolution: '4x' is not a duration")
    assert told[2].startswith("  escalation.tiers.0.team: there is no team 'frontlin'")


def test_a_shown_contract_can_be_put_again(operator: Terminal, tmp_path: Path) -> None:
    operator.put_samples()
    shown = operator.do("contract", "show", "acme-enterprise")
    assert shown.startswith("# acme-enterprise version 1, put 2026-03-27 15:40:00Z, SHA-256 ")
    assert yaml.safe_load(shown) == yaml.safe_load(CONTRACT)
    assert "version 1 is already" in operator.do("contract", "put", written(tmp_path, shown))


def test_an_older_version_of_a_contract_can_be_shown_and_a_missing_one_is_refused(
    operator: Terminal, tmp_path: Path
) -> None:
    operator.put_samples()
    operator.do("contract", "put", written(tmp_path, CONTRACT.replace("ACME GmbH", "ACME AG")))
    assert "ACME AG" in operator.do("contract", "show", "acme-enterprise")
    older = as_json(operator.do("contract", "show", "acme-enterprise", "--version", "1", "--json"))
    assert older["contract"]["customer"]["name"] == "ACME GmbH"
    assert "Not Found: There is no contract 'acme'" in operator.refused("contract", "show", "acme")


def test_versions_are_listed_with_who_wrote_them_and_from_when_they_are_in_force(
    operator: Terminal, tmp_path: Path
) -> None:
    operator.put_samples()
    revision = "revision: {author: Kim, approved_by: Jo, approved_on: 2026-04-01, in_force_from: 2026-05-01, "
    pending = written(tmp_path, CONTRACT + revision + "changes: [Faster, Cheaper]}\n")
    said = operator.do("contract", "put", pending)
    assert said == "acme-enterprise version 2 is now stored; it is in force from 2026-05-01\n"
    assert operator.do("contract", "versions", "acme-enterprise").splitlines() == [
        "VERSION  PUT                   IN FORCE FROM  AUTHOR  APPROVED BY  ON          NEW IN IT",
        "2        2026-03-27 15:40:00Z  2026-05-01     Kim     Jo           2026-04-01  Faster; Cheaper",
        "1        2026-03-27 15:40:00Z  -              -       -            -           -",
    ]
    shown = operator.do("contract", "show", "acme-enterprise")
    assert shown.splitlines()[1] == "# in force from 2026-05-01"
    assert operator.do("contract", "put", written(tmp_path, shown)) == said.replace("now", "already")
    listed = as_json(operator.do("contract", "versions", "acme-enterprise", "--json"))["versions"]
    assert [each["version"] for each in listed] == [2, 1]


def test_a_contract_is_shown_with_what_its_team_is_reminded_of(operator: Terminal, tmp_path: Path) -> None:
    operator.put_samples()
    dates = "effective_from: 2026-01-01\nterm: 1 year\nnotice_days: 60\n"
    reminders = "reminders: {team: management, renewal: [30 days], review_every: 6 months}\n"
    operator.do("contract", "put", written(tmp_path, CONTRACT + dates + reminders))
    operator.engine.advance(days=100)
    operator.engine.invoke("Sweeper", {})
    assert operator.do("contract", "show", "acme-enterprise").splitlines()[2:4] == [
        "# contract review of 2026-07-01: sent 2026-07-05 15:40:00Z",
        "# contract renewal of 2026-11-01: to be sent on 2026-10-02",
    ]


def test_a_contract_is_printed_in_plain_language_and_as_a_diagram(operator: Terminal) -> None:
    operator.put_samples()
    text = operator.do("contract", "text", "acme-enterprise")
    assert text.startswith("# Service level contract with ACME GmbH\n\nContract acme-enterprise, version 1, put at ")
    assert "| 2 | priority P2 | 1 hour | 8 hours | – | in the contract's hours |\n" in text
    diagram = operator.do("contract", "diagram", "acme-enterprise")
    assert diagram.startswith("flowchart TD\n    opened([")
    assert '    tier1 -->|"nobody acknowledges within 15 minutes"| tier2\n' in diagram


def test_members_are_put_listed_shown_and_deleted(operator: Terminal) -> None:
    put = operator.do("member", "put", SAMPLES / "members.yaml")
    assert "eve" in put
    listed = operator.do("member", "list").splitlines()
    assert listed[1].split() == ["eve", "Eve", "Moreau", "email", "eve@example.com,", "sms", "+33612345678"]
    assert operator.do("member", "show", "noor").startswith("member_id: noor\nname: Noor Haddad\n")
    assert operator.do("member", "delete", "noor") == "noor is deleted\n"
    assert "noor" not in operator.do("member", "list")


def test_the_escalation_matrix_is_a_table_of_roles_and_people(operator: Terminal) -> None:
    operator.put_samples()
    lines = operator.do("contract", "matrix", "acme-enterprise").splitlines()
    assert lines[0].split()[:3] == ["ROLE", "POLICY", "WHO"]
    assert lines[1].startswith("tier 1  main")
    assert "*" in lines[1]


def test_the_text_and_the_diagram_of_an_older_version_are_printed_too(operator: Terminal, tmp_path: Path) -> None:
    operator.put_samples()
    operator.do("contract", "put", written(tmp_path, CONTRACT.replace("ACME GmbH", "ACME AG")))
    for kind in ("text", "diagram"):
        assert "ACME AG" in operator.do("contract", kind, "acme-enterprise")
        assert "ACME GmbH" in operator.do("contract", kind, "acme-enterprise", "--version", "1")
        told = operator.refused("contract", kind, "acme-enterprise", "--version", "3")
        assert "Not Found: There is no version 3 of contract 'acme-enterprise'" in told


def test_the_attainment_of_a_period_is_a_table_in_which_nothing_is_rounded_to_the_better(
    operator: Terminal, tmp_path: Path
) -> None:
    operator.put_samples()
    aggregates = (
        "aggregates:\n"
        "  - {metric: first_response, statistic: attainment, at_least: 95%, period: month}\n"
        "  - {metric: first_response, statistic: p90, target: 2m, period: month, priorities: [P1, P2]}\n"
        "  - {metric: resolution, statistic: average, target: 2h, period: month, priorities: [P3]}\n"
    )
    operator.do("contract", "put", written(tmp_path, CONTRACT + aggregates))
    for ticket_id, seconds in (("ZD-1", 60), ("ZD-2", 60.25), ("ZD-3", 1200)):
        operator.open_ticket(ticket_id)
        # Who has acknowledged is not escalated, so that no review is owed and each ticket settles at once.
        operator.report(ticket_id, "acknowledged", actor={"kind": "agent", "id": "ana"})
        operator.engine.advance(seconds=seconds)
        operator.report(ticket_id, "agent_replied", then="resolved", actor={"kind": "agent", "id": "ana"})
        operator.engine.advance(minutes=1)
    shown = operator.do("contract", "attainment", "acme-enterprise").splitlines()
    assert shown == [
        "acme-enterprise in 2026-03, from 2026-02-28 23:00:00Z to before 2026-03-31 22:00:00Z",
        "",
        "METRIC          STATISTIC   PRIORITIES  MEASURED  VALUE   TARGET  KEPT",
        "first response  attainment  all         3         66.66%  95%     no",
        "first response  p90         P1, P2      3         20m     2m      no",
        "resolution      average     P3          0         -       2h      -",
    ]
    named = ("contract", "attainment", "acme-enterprise", "--period")
    assert as_json(operator.do(*named, "2026-Q1", "--json"))["aggregates"] == []
    assert "  period: is not a period" in operator.refused(*named, "march")


def test_a_text_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_text("# ACME \x1b[2J\n  - a | b\n")
    assert capsys.readouterr().out == "# ACME �[2J\n  - a | b\n"


def test_a_preview_shows_deadlines_warnings_and_tiers(operator: Terminal) -> None:
    operator.put_samples()
    preview = ("contract", "preview", "acme-enterprise", "--priority", "P1", "--opened-at", "2026-03-27T16:50:00+01:00")
    lines = operator.do(*preview).splitlines()
    assert lines[0] == "acme-enterprise version 1: a P1 opened 2026-03-27 15:50:00Z"
    assert "first response   2026-03-27 16:05:00Z  2026-03-27 16:01:15Z" in lines
    assert lines[-3:] == [
        "1     frontline    2026-03-27 15:50:00Z  2026-03-27 16:05:00Z",
        "2     engineering  2026-03-27 16:05:00Z  2026-03-27 16:35:00Z",
        "3     management   2026-03-27 16:35:00Z  2026-03-27 17:35:00Z",
    ]
    assert as_json(operator.do(*preview, "--json"))["priority"] == "P1"


def test_a_preview_is_of_now_unless_said_otherwise_and_knows_only_the_contracts_priorities(operator: Terminal) -> None:
    operator.put_samples()
    assert "opened 2026-03-27 15:40:00Z" in operator.do("contract", "preview", "acme-enterprise", "--priority", "P3")
    assert "  priority: " in operator.refused("contract", "preview", "acme-enterprise", "--priority", "P9")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.yaml", "a: [1, 2", "a.yaml: The body is not valid YAML."),
        ("a.json", '{"a": 1,}', "a.json: The body is not valid JSON."),
        ("a.yaml", "a: &x 1\nb: *x", "a.yaml: The body is not valid YAML."),
        ("a.yaml", "", "has to be an object with named fields"),
        ("a.yaml", "- a", "has to be an object with named fields"),
        ("a.yaml", "customer: {name: ACME}", "  contract_id: is required"),
    ],
)
def test_a_file_that_makes_no_sense_is_told_and_sent_nowhere(
    shell: Shell, tmp_path: Path, name: str, text: str, told: str
) -> None:
    shell.variables["TOCSIN_TOKEN"] = "tocsin_unused"
    assert told in shell.refused("contract", "put", written(tmp_path, text, name))


def test_a_file_that_is_missing_or_no_text_is_told(shell: Shell, tmp_path: Path) -> None:
    shell.variables["TOCSIN_TOKEN"] = "tocsin_unused"
    assert "cannot be read: No such file" in shell.refused("team", "put", tmp_path / "nothing.yaml")
    (tmp_path / "picture.yaml").write_bytes(b"\xff\xd8\xff")
    assert "is not UTF-8" in shell.refused("team", "put", tmp_path / "picture.yaml")


def test_running_tickets_are_moved_to_a_version_and_those_that_cannot_are_named(
    operator: Terminal, tmp_path: Path
) -> None:
    operator.do("team", "put", SAMPLES / "teams.yaml")
    operator.do("contract", "put", SAMPLES / "acme-enterprise.yaml")
    for ticket_id, priority in (("T-1", "P1"), ("T-2", "P2"), ("T-3", "P3")):
        operator.open_ticket(ticket_id, priority=priority)
    document = yaml.safe_load(CONTRACT)
    del document["targets"]["P3"]
    operator.do("contract", "put", written(tmp_path, yaml.safe_dump(document)))
    said = operator.do("contract", "migrate", "acme-enterprise", "--reason", "P3 is gone", "--mode", "retroactive")
    assert said.splitlines()[0] == "2 tickets moved to version 2 of acme-enterprise"
    assert said.splitlines()[1].startswith("T-3 stays where it is: does not fit")
    assert operator.do("contract", "migrate", "acme-enterprise", "--reason", "again").startswith("0 tickets moved")


def test_a_preview_takes_whatever_the_contract_s_rows_look_at(operator: Terminal) -> None:
    operator.do("team", "put", SAMPLES / "teams.yaml")
    operator.do("contract", "put", SAMPLES / "contracts" / "internal-it.yaml")
    known = [
        "--with",
        "impact=company",
        "--with",
        "urgency=high",
        "--with",
        "tags=vip,eu",
        "--with",
        "affected_users=7",
    ]
    assert "internal-it version 1: a P1 opened" in operator.do("contract", "preview", "internal-it", *known)
    assert "FIELD=VALUE" in operator.misused("contract", "preview", "internal-it", "--with", "impact")
