"""The API in front of the system and the alarms behind it, as the synthesised template has them."""

from __future__ import annotations

import json
import re

import pytest

from infra.topology import ROOT, TOCSIN
from tests.infra.deployed import Deployed, tocsin


@pytest.fixture
def deployed() -> Deployed:
    return tocsin()


def test_the_api_has_the_routes_of_the_topology_and_only_the_public_ones_are_open(deployed: Deployed) -> None:
    expected = {(route.method, route.path): route.public for route in TOCSIN.routes}
    expected["ANY", "/"] = expected["ANY", "/{proxy+}"]
    methods = deployed.of_type("AWS::ApiGateway::Method").values()
    assert {
        (method["Properties"]["HttpMethod"], path_of(deployed, method["Properties"]["ResourceId"])): method[
            "Properties"
        ]["AuthorizationType"]
        == "NONE"
        for method in methods
    } == expected


def path_of(deployed: Deployed, resource: str) -> str:
    if resource.endswith(".RootResourceId>"):
        return "/"
    properties = deployed.resources[resource[1:-1]]["Properties"]
    return path_of(deployed, properties["ParentId"]).rstrip("/") + "/" + str(properties["PathPart"])


def test_the_authorizer_decides_by_the_authorization_header_for_one_minute(deployed: Deployed) -> None:
    authorizer = deployed.only("AWS::ApiGateway::Authorizer")["Properties"]
    assert authorizer["Type"] == "REQUEST"
    assert authorizer["IdentitySource"] == "method.request.header.Authorization"
    assert authorizer["AuthorizerResultTtlInSeconds"] == 60
    assert deployed.function_id(TOCSIN.authorizer) in json.dumps(authorizer["AuthorizerUri"])


def test_the_stage_is_throttled_and_neither_traces_nor_logs_paths_since_links_in_them_are_secret(
    deployed: Deployed,
) -> None:
    stage = deployed.only("AWS::ApiGateway::Stage")["Properties"]
    assert stage["StageName"] == "live"
    assert stage["TracingEnabled"] is False
    (settings,) = stage["MethodSettings"]
    assert settings["ThrottlingRateLimit"] < settings["ThrottlingBurstLimit"]
    assert settings["DataTraceEnabled"] is False
    written = set(json.loads(stage["AccessLogSetting"]["Format"]).values())
    assert "$context.resourcePath" in written
    assert "$context.path" not in written


def test_whatever_the_gateway_refuses_is_answered_with_a_problem(deployed: Deployed) -> None:
    answered = set()
    for response in deployed.of_type("AWS::ApiGateway::GatewayResponse").values():
        properties = response["Properties"]
        template = properties["ResponseTemplates"]["application/json"]
        body = json.loads(template.replace("$context.error.messageString", '"said by the gateway"'))
        assert properties["ResponseParameters"]["gatewayresponse.header.Content-Type"] == "'application/problem+json'"
        assert body["type"] == "about:blank"
        assert body["title"] in TOCSIN.gateway_problems.values()
        assert body["detail"]
        if "StatusCode" in properties:
            assert body["status"] == int(properties["StatusCode"])
            assert body["title"] == TOCSIN.gateway_problems[body["status"]]
            answered.add(body["status"])
    assert answered == set(TOCSIN.gateway_problems)


def test_every_log_group_forgets(deployed: Deployed) -> None:
    groups = deployed.of_type("AWS::Logs::LogGroup").values()
    assert {group["Properties"]["RetentionInDays"] for group in groups} == {90}
    names = {group["Properties"]["LogGroupName"] for group in groups}
    assert "/aws/vendedlogs/states/tocsin-ticket" in names
    assert {f"/aws/lambda/tocsin-{function.name.lower()}" for function in TOCSIN.functions} <= names


def test_every_alarm_reaches_the_operators(deployed: Deployed) -> None:
    alarms = deployed.of_type("AWS::CloudWatch::Alarm").values()
    topic = deployed.attributes()["OperatorsTopicArn"]
    assert all(alarm["Properties"]["AlarmActions"] == [topic] for alarm in alarms)
    watched = {alarm["Properties"]["AlarmName"].removeprefix("tocsin-") for alarm in alarms}
    assert {
        "TicketTrouble",
        "TicketsRescued",
        "ReminderTrouble",
        "ExecutionsFailed",
        "ExecutionsTimedOut",
        "ApiServerErrors",
    } <= watched
    assert {"DispatchUndelivered", "ChangesLate", "DispatchFailures", "DispatchSilent", "SweeperSilent"} <= watched
    assert {"UnreachableOnCall", "UnreachableCustomers"} <= watched


@pytest.mark.parametrize(
    ("alarm", "metric"), [("DispatchSilent", "PolledEventCount"), ("SweeperSilent", "TicketsRescued")]
)
def test_where_silence_is_trouble_missing_data_raises_the_alarm(deployed: Deployed, alarm: str, metric: str) -> None:
    found = deployed.alarm(alarm)
    assert (found["MetricName"], found["Statistic"], found["TreatMissingData"]) == (metric, "SampleCount", "breaching")
    assert (found["Threshold"], found["ComparisonOperator"]) == (1, "LessThanThreshold")


def test_failures_that_dispatch_answers_are_counted_by_its_mapping(deployed: Deployed) -> None:
    (mapping,) = deployed.ids("AWS::Lambda::EventSourceMapping")
    found = deployed.alarm("DispatchFailures")
    assert found["MetricName"] == "FailedInvokeEventCount"
    assert found["Dimensions"] == [{"Name": "EventSourceMappingUUID", "Value": f"<{mapping}>"}]
    assert (found["Threshold"], found["ComparisonOperator"]) == (0, "GreaterThanThreshold")
    assert deployed.alarm("DispatchSilent")["Dimensions"] == found["Dimensions"]


def test_every_alarm_has_an_entry_in_the_runbook(deployed: Deployed) -> None:
    runbook = (ROOT / "infra" / "runbook.md").read_text(encoding="utf-8")
    names = {
        alarm["Properties"]["AlarmName"].removeprefix("tocsin-")
        for alarm in deployed.of_type("AWS::CloudWatch::Alarm").values()
    }
    assert names == set(re.findall(r"^### `(\w+)`", runbook, re.MULTILINE))


def test_errors_of_every_function_are_watched_but_those_by_which_the_authorizer_refuses(deployed: Deployed) -> None:
    alarms = deployed.of_type("AWS::CloudWatch::Alarm").values()
    watched = {
        alarm["Properties"]["Dimensions"][0]["Value"]
        for alarm in alarms
        if (alarm["Properties"]["Namespace"], alarm["Properties"]["MetricName"]) == ("AWS/Lambda", "Errors")
    }
    functions = {function.name for function in TOCSIN.functions} - {TOCSIN.authorizer}
    assert watched == {f"<{deployed.function_id(name)}>" for name in functions}


def test_the_counter_of_rescued_tickets_is_watched_as_the_sweeper_counts_it(deployed: Deployed) -> None:
    rescued = deployed.alarm("TicketsRescued")
    variables = deployed.function("Sweeper")["Properties"]["Environment"]["Variables"]
    assert rescued["Namespace"] == variables["POWERTOOLS_METRICS_NAMESPACE"]
    assert rescued["Dimensions"] == [{"Name": "service", "Value": variables["POWERTOOLS_SERVICE_NAME"]}]
    assert (rescued["Threshold"], rescued["ComparisonOperator"]) == (0, "GreaterThanThreshold")


def test_the_outputs_say_where_to_call_and_where_to_subscribe(deployed: Deployed) -> None:
    attributes = deployed.attributes()
    assert deployed.outputs == {name: attributes[name] for name in ("ApiUrl", "TableName", "OperatorsTopicArn")}
