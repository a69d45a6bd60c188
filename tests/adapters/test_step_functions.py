"""Executions: one a generation, however often it is started; a wait that is over is not an error."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.conftest import client_of
from tocsin.adapters.step_functions import WAIT_IS_OVER, StepFunctionsExecutions, execution_name
from tocsin.domain.values.identifiers import TicketKey

slugs = st.from_regex(r"[a-z0-9][a-z0-9-]{0,47}", fullmatch=True)
ticket_ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True)
keys = st.builds(TicketKey, slugs, ticket_ids)
generations = st.integers(1, 99_999)
ROLE = "arn:aws:iam::123456789012:role/tocsin"
DEFINITION = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 1, "End": True}}}


@given(keys, generations)
def test_a_name_has_the_alphabet_and_the_length_that_step_functions_takes(key: TicketKey, generation: int) -> None:
    assert re.fullmatch(r"[0-9A-Za-z_-]{1,80}", execution_name(key, generation))


@given(st.lists(st.tuples(keys, generations), min_size=2, max_size=20, unique=True))
def test_no_two_tickets_or_generations_share_a_name(many: list[tuple[TicketKey, int]]) -> None:
    assert len({execution_name(*each) for each in many}) == len(many)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (TicketKey("a", "T.1"), TicketKey("a", "T-1")),
        (TicketKey("a", "T-1"), TicketKey("b", "T-1")),
        (TicketKey("a", "T" * 60 + "1"), TicketKey("a", "T" * 60 + "2")),
        (TicketKey("a", "t-1"), TicketKey("a", "T-1")),
    ],
)
def test_tickets_that_look_alike_have_names_that_do_not(one: TicketKey, other: TicketKey) -> None:
    assert execution_name(one, 1) != execution_name(other, 1)
    assert execution_name(one, 1) == execution_name(one, 1)


@pytest.fixture
def client(aws: None) -> Any:
    return client_of("stepfunctions")


@pytest.fixture
def machine(client: Any) -> str:
    created = client.create_state_machine(name="ticket", definition=json.dumps(DEFINITION), roleArn=ROLE)
    return str(created["stateMachineArn"])


def test_starting_twice_starts_once_and_the_next_generation_is_another(client: Any, machine: str) -> None:
    executions = StepFunctionsExecutions(client, machine)
    key = TicketKey("acme", "ZD-1042.a")
    executions.start(key, 1)
    executions.start(key, 1)
    executions.start(key, 2)
    found = client.list_executions(stateMachineArn=machine)["executions"]
    assert {each["name"] for each in found} == {execution_name(key, 1), execution_name(key, 2)}
    inputs = [json.loads(client.describe_execution(executionArn=each["executionArn"])["input"]) for each in found]
    assert {each["generation"] for each in inputs} == {1, 2}
    assert {(each["helpdesk_id"], each["ticket_id"], each["rounds"]) for each in inputs} == {("acme", "ZD-1042.a", 0)}


class Waits:
    """Step Functions as far as waking goes: answers with an error code, or with nothing."""

    def __init__(self, code: str | None) -> None:
        self.code, self.taken = code, ""

    def send_task_success(self, *, taskToken: str, output: str) -> None:  # noqa: N803
        self.taken = taskToken
        json.loads(output)
        if self.code:
            raise ClientError({"Error": {"Code": self.code, "Message": ""}}, "SendTaskSuccess")


@pytest.mark.parametrize("code", [None, *sorted(WAIT_IS_OVER)])
def test_waking_is_harmless_when_the_wait_is_over(code: str | None) -> None:
    waits: Any = Waits(code)
    StepFunctionsExecutions(waits, "arn").wake("token")
    assert waits.taken == "token"


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException", "KmsAccessDeniedException"])
def test_any_other_trouble_is_told_so_that_the_stream_delivers_again(code: str) -> None:
    waits: Any = Waits(code)
    with pytest.raises(ClientError):
        StepFunctionsExecutions(waits, "arn").wake("token")
