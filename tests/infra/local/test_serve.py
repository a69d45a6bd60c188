"""The local server, as a person starts it: a process of its own, spoken to by HTTP."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.exceptions import ClientError

from infra.local import serve
from infra.local.serve import Settings, functions_log_elsewhere
from infra.topology import ROOT


@dataclass
class Server:
    """A server that runs, and what it said."""

    process: subprocess.Popen[str]
    said: str
    http: httpx.Client

    def now(self) -> datetime:
        return datetime.fromisoformat(self.http.get("/_local/clock").json()["now"])

    def advance(self, body: object) -> httpx.Response:
        return self.http.post("/_local/clock/advance", json=body)

    def open_ticket(self, ticket_id: str) -> None:
        headers = {"Authorization": "Bearer good"}
        assert self.http.post("/v1/tickets", json={"ticket_id": ticket_id}, headers=headers).status_code == 201

    def stop(self, number: signal.Signals) -> tuple[int, str, str]:
        self.process.send_signal(number)
        rest, errors = self.process.communicate(timeout=20)
        return self.process.returncode, rest, errors


def start_server(speed: str) -> Server:
    environment = {**os.environ, "PORT": "0", "SPEED": speed, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.infra.local.stub_server"]
    process = subprocess.Popen(
        command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    said = process.stdout.readline()
    url = said.split()[1]
    return Server(process, said, httpx.Client(base_url=url, timeout=30))


@contextlib.contextmanager
def running_server(speed: str) -> Iterator[Server]:
    """A server that has ended when the context is left, whatever happened in it."""
    server = start_server(speed)
    with server.process, server.http:
        try:
            yield server
        finally:
            if server.process.poll() is None:
                server.process.terminate()


@pytest.fixture(scope="module")
def standing() -> Iterator[Server]:
    """A server whose clock stands still until it is advanced."""
    with running_server("0") as server:
        yield server
        assert server.stop(signal.SIGTERM)[0] == 0


def test_it_says_where_it_listens_and_which_token_to_use(standing: Server) -> None:
    assert standing.said == f"ready {standing.http.base_url} token=good\n".replace("/ token", " token")
    assert standing.http.get("/health").json()["status"] == "ok"


def test_the_clock_stands_still_until_it_is_advanced(standing: Server) -> None:
    before = standing.now()
    assert standing.now() == before
    assert standing.http.get("/_local/clock").json()["speed"] == 0
    answer = standing.advance({"seconds": 90})
    assert answer.status_code == 200
    assert datetime.fromisoformat(answer.json()["now"]) == before + timedelta(seconds=90)
    assert answer.json()["now"].endswith("Z")
    assert standing.now() == before + timedelta(seconds=90)


def test_a_ticket_is_escalated_when_time_is_advanced(standing: Server) -> None:
    opened_at = standing.now()
    standing.open_ticket("ZD-1042")
    standing.advance({"seconds": 900})
    (alert,) = [a for a in standing.http.get("/_local/alerts").json()["alerts"] if a["ticket_id"] == "ZD-1042"]
    assert datetime.fromisoformat(alert.pop("at")) == opened_at + timedelta(minutes=15)
    assert alert == {
        "topic": "tocsin-frontline",
        "recipient": "ana",
        "kind": "tier_alert",
        "ticket_id": "ZD-1042",
        "tier": 1,
        "subject": "ZD-1042: tier 1",
        "body": "Tier 1 is asked",
        "channels": [],
    }
    executions = standing.http.get("/_local/executions").json()["executions"]
    (execution,) = [run for run in executions if run["name"] == "ZD-1042"]
    assert execution["status"] == "RUNNING"
    assert execution["states"] == ["AwaitChange", "WaitForTierAcknowledgement"]


@pytest.mark.parametrize(
    "body", [{}, [], {"seconds": -1}, {"seconds": "900"}, {"seconds": True}, {"seconds": None}, {"seconds": 1e12}]
)
def test_a_step_that_makes_no_sense_is_refused(standing: Server, body: object) -> None:
    before = standing.now()
    answer = standing.advance(body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert "seconds" in answer.json()["detail"]
    assert standing.now() == before


@pytest.mark.parametrize("body", [b"", b"{", b'{"seconds": NaN}', b'{"seconds": Infinity}'])
def test_a_step_that_is_no_json_is_refused(standing: Server, body: bytes) -> None:
    assert standing.http.post("/_local/clock/advance", content=body).status_code == 422


def test_unknown_controls_and_methods_are_refused(standing: Server) -> None:
    assert standing.http.get("/_local/nothing").status_code == 404
    assert standing.http.get("/_local/clock/advance").status_code == 405
    assert standing.http.delete("/_local/alerts").status_code == 405


def test_who_has_no_token_is_refused(standing: Server) -> None:
    answer = standing.http.get("/v1/tickets")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_path_reaches_the_handler_as_it_was_sent(standing: Server) -> None:
    event = standing.http.get("/v1/a%2Fb?x=%20", headers={"Authorization": "Bearer good"}).json()
    assert event["path"] == "/v1/a%2Fb"
    assert event["queryStringParameters"] == {"x": " "}
    assert event["headers"]["User-Agent"].startswith("python-httpx")


def test_a_body_that_is_too_large_is_refused(standing: Server) -> None:
    assert standing.http.post("/v1/tickets", content=b"x" * (10 * 1024 * 1024 + 2)).status_code == 413


def client(server: Server, service: str, region: str = "eu-central-1") -> Any:
    return boto3.client(  # type: ignore[call-overload]
        service,
        endpoint_url=str(server.http.base_url),
        region_name=region,
        aws_access_key_id="any",
        aws_secret_access_key="any",
    )


def test_tools_that_speak_to_aws_reach_the_same_backends(standing: Server) -> None:
    standing.open_ticket("ZD-7")
    item = client(standing, "dynamodb").get_item(
        TableName="tocsin", Key={"pk": {"S": "TICKET#h#ZD-7"}, "sk": {"S": "HEAD"}}
    )["Item"]
    assert item["state"] == {"S": "open"}
    assert client(standing, "dynamodbstreams").list_streams()["Streams"][0]["TableName"] == "tocsin"
    topics = client(standing, "sns").list_topics()["Topics"]
    assert "arn:aws:sns:eu-central-1:123456789012:tocsin-operators" in {topic["TopicArn"] for topic in topics}


def test_what_a_tool_writes_starts_an_execution_at_once(standing: Server) -> None:
    event = {"pk": {"S": "TICKET#h#ZD-8"}, "sk": {"S": "EVENT#1"}, "ticket_id": {"S": "ZD-8"}, "wakes": {"BOOL": True}}
    head = {"pk": {"S": "TICKET#h#ZD-8"}, "sk": {"S": "HEAD"}, "sequence": {"N": "1"}, "state": {"S": "open"}}
    due = {"tier": {"S": "0"}, "due_at": {"S": "2099-01-01T00:00:00Z"}}
    for written in ({**head, **due}, event):
        client(standing, "dynamodb").put_item(TableName="tocsin", Item=written)
    assert "ZD-8" in {run["name"] for run in standing.http.get("/_local/executions").json()["executions"]}


def test_errors_of_aws_reach_the_tool(standing: Server) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client(standing, "dynamodb").describe_table(TableName="none")


def test_a_signature_that_names_no_service_is_refused(standing: Server) -> None:
    headers = {"Authorization": "AWS4-HMAC-SHA256 nonsense"}
    assert standing.http.post("/", headers=headers).status_code == 400


def test_a_tool_that_is_set_up_for_another_region_finds_the_same(standing: Server) -> None:
    elsewhere = client(standing, "dynamodb", "us-east-1")
    assert elsewhere.describe_table(TableName="tocsin")["Table"]["TableName"] == "tocsin"


def test_every_subscribed_channel_is_shown_with_the_text_that_it_received(standing: Server) -> None:
    texts = {"default": "{}", "email": "A mail.", "sms": "Short."}
    sns = client(standing, "sns")
    topic = sns.create_topic(Name="tocsin-told")["TopicArn"]
    for protocol, address in (("sms", "+4915112345678"), ("email", "ana@example.com"), ("https", "https://x.example")):
        sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=address)
    only_for_ben = {"FilterPolicy": json.dumps({"recipient": ["ben"]})}
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ben@example.com", Attributes=only_for_ben)
    sns.publish(
        TopicArn=topic,
        Message=json.dumps(texts),
        MessageStructure="json",
        MessageAttributes={"recipient": {"DataType": "String", "StringValue": "ana"}},
    )
    [alert] = [a for a in standing.http.get("/_local/alerts").json()["alerts"] if a["topic"] == "tocsin-told"]
    assert sorted(alert["channels"], key=lambda channel: channel["type"]) == [
        {"type": "email", "address": "ana@example.com", "text": "A mail."},
        {"type": "https", "address": "https://x.example", "text": "{}"},
        {"type": "sms", "address": "+4915112345678", "text": "Short."},
    ]
    assert alert["body"] == "A mail."


def test_an_accelerated_clock_runs_and_fires_what_falls_due_by_itself() -> None:
    with running_server("36000") as server:
        began = server.now()
        server.open_ticket("fast")
        while not (alerts := server.http.get("/_local/alerts").json()["alerts"]):
            assert server.now() - began < timedelta(days=30)
        assert alerts[0]["ticket_id"] == "fast"
        assert server.now() - began >= timedelta(minutes=15)
        status, rest, errors = server.stop(signal.SIGINT)
    assert (status, rest) == (0, "")
    assert "Traceback" not in errors


@pytest.mark.parametrize("port", ["70000", "-1", "x", "80.5", "", "٣", "9" * 5000])
def test_a_port_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(ValueError, match=r"^PORT is a whole number from 0 to 65535, not '"):
        Settings.from_environment()


@pytest.mark.parametrize("speed", ["-1", "inf", "nan", "1e308", "fast", ""])
def test_a_speed_that_no_clock_can_run_at_is_refused(monkeypatch: pytest.MonkeyPatch, speed: str) -> None:
    monkeypatch.setenv("SPEED", speed)
    with pytest.raises(ValueError, match=r"^SPEED is a number from 0, which stands still, to 1,000,000, not '"):
        Settings.from_environment()


def test_functions_log_to_a_new_file_or_to_the_terminal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "build" / "serve.log"
    monkeypatch.setattr(serve, "ROOT", tmp_path)
    monkeypatch.setattr(serve, "LOG", log)
    for said in ("one", "two"):
        with functions_log_elsewhere(verbose=False) as ready:
            sys.stdout.write(said)
            ready.write("ready")
        assert log.read_text() == said
        assert capsys.readouterr() == (
            "ready",
            "The functions log to build/serve.log; with VERBOSE=1 they log here.\n",
        )
    with functions_log_elsewhere(verbose=True) as ready:
        sys.stdout.write("three")
        ready.write("ready")
    assert capsys.readouterr() == ("ready", "three")


def start_in_vain(**settings: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a server that cannot be started."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **settings}
    command = [sys.executable, "-m", "tests.infra.local.stub_server"]
    ended = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    return ended.returncode, ended.stdout, ended.stderr


def test_settings_that_make_no_sense_are_told_in_a_sentence() -> None:
    told = "PORT is a whole number from 0 to 65535, not 'x'; with 0 the system picks one.\n"
    assert start_in_vain(PORT="x") == (2, "", told)


def test_a_port_that_is_in_use_is_told_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        told = f"Port {port} is in use; choose another with PORT, or 0 to let the system pick.\n"
        assert start_in_vain(PORT=port) == (2, "", told)


def test_the_settings_have_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.delenv("SPEED", raising=False)
    monkeypatch.delenv("VERBOSE", raising=False)
    assert Settings.from_environment() == Settings(8000, 1.0, verbose=False)
