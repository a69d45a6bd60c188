"""The reference of the contract beside the samples names everything that a contract may say, and its examples hold."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from infra.topology import ROOT
from tocsin.domain.assessment.contract_examples import faults_of_examples
from tocsin.domain.calendars.calendar_terms import CalendarTerms
from tocsin.domain.contracts.clauses.clause import Clause
from tocsin.domain.contracts.clauses.contacts import Contact
from tocsin.domain.contracts.clauses.escalation import EscalationTerms
from tocsin.domain.contracts.clauses.metrics import MetricTerms
from tocsin.domain.contracts.clauses.responses import RESPONSES
from tocsin.domain.contracts.clauses.retarget import MODES, RetargetTerms
from tocsin.domain.contracts.clauses.review import ReviewTerms
from tocsin.domain.contracts.clauses.revision import Revision
from tocsin.domain.contracts.contract import CLAUSES
from tocsin.domain.contracts.metrics import FACTS, PRESETS
from tocsin.domain.contracts.policy import Repeat, SelectedPolicy, Tier
from tocsin.domain.contracts.reading import read_contract
from tocsin.domain.contracts.selectors import Selector
from tocsin.domain.oncall.hand_over import HandOver
from tocsin.domain.oncall.members import Person
from tocsin.domain.oncall.override import ScheduleOverride
from tocsin.domain.oncall.schedule import Layer, Schedule
from tocsin.domain.oncall.timetable import Timetable

REFERENCE = (ROOT / "infra" / "samples" / "README.md").read_text()
ON_CALL = REFERENCE.split("\n## Who is on call\n")[1].split("\n## ")[0]
IN_YAML = re.compile(r"^```yaml\n(.*?)^```", re.DOTALL | re.MULTILINE)
FENCED = IN_YAML.findall(REFERENCE.replace(ON_CALL, ""))
TEAMS = {"frontline", "engineering", "management"}
PARTS = [CalendarTerms, Contact, *(EscalationTerms, SelectedPolicy, Repeat, Tier), MetricTerms, RetargetTerms]
PARTS += [ReviewTerms, Revision, Selector]


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.heading)
def test_every_field_of_a_clause_is_in_the_reference(clause: type[Clause]) -> None:
    assert [field for field in clause.model_fields if f"`{field}" not in REFERENCE] == []


@pytest.mark.parametrize("model", PARTS, ids=lambda model: model.__name__)
def test_every_field_of_its_parts_is_named(model: Any) -> None:
    assert [field for field in model.model_fields if not re.search(rf"\b{field}\b", REFERENCE)] == []


@pytest.mark.parametrize("names", [FACTS, PRESETS, RESPONSES, MODES], ids=["facts", "presets", "responses", "modes"])
def test_every_name_that_a_contract_may_use_is_explained(names: dict[str, Any]) -> None:
    assert [name for name in names if f"`{name}`" not in REFERENCE] == []


def test_the_first_contract_and_every_part_shown_are_accepted() -> None:
    first, *parts = [yaml.safe_load(text) for text in FENCED]
    read_contract(first, "acme-gold", TEAMS, check=faults_of_examples)
    for part in parts:
        document = {**first, **part}
        if "metrics" in part:
            document["targets"] = {"P1": dict.fromkeys(part["metrics"], "4h"), "P2": {"resolution": "8h"}}
        read_contract(document, "acme-gold", TEAMS, check=faults_of_examples)


@pytest.mark.parametrize("model", [Schedule, Layer, HandOver, ScheduleOverride], ids=lambda model: model.__name__)
def test_every_field_of_a_schedule_is_in_the_part_about_it(model: Any) -> None:
    assert [field for field in model.model_fields if not re.search(rf"[`\"]{field}\b", ON_CALL)] == []


def test_the_schedule_shown_and_the_sample_are_accepted() -> None:
    samples = yaml.safe_load((ROOT / "infra" / "samples" / "schedules.yaml").read_text()).values()
    person, *shown = [yaml.safe_load(text) for text in IN_YAML.findall(ON_CALL)]
    Person.model_validate(person["eve"])
    for document in [*shown, *samples]:
        schedule = Schedule.model_validate(document)
        assert list(Timetable(schedule).layers_that_never_apply()) == []
