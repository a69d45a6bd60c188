"""The synthesised template, held against the topology: what is said there is what would be deployed."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from aws_cdk.assertions import Template

from infra.topology import TOCSIN, Function
from tests.infra.deployed import Deployed, Grants, many, synthesise, tocsin, tocsin_for_the_first_time
from tocsin.adapters.aws_calls import LONGEST_CALL


@pytest.fixture
def deployed() -> Deployed:
    return tocsin()


every_function = pytest.mark.parametrize("function", TOCSIN.functions, ids=lambda function: function.name)


def test_every_function_of_the_topology_is_deployed_and_no_other(deployed: Deployed) -> None:
    names = {function["Properties"]["FunctionName"] for function in deployed.of_type("AWS::Lambda::Function").values()}
    assert names == {f"tocsin-{function.name.lower()}" for function in TOCSIN.functions}


@every_function
def test_a_function_runs_as_the_topology_says(deployed: Deployed, function: Function) -> None:
    properties = deployed.function(function.name)["Properties"]
    assert properties["Handler"] == function.handler
    assert properties["Description"] == function.purpose
    assert properties["Timeout"] == function.timeout.total_seconds()
    assert properties["MemorySize"] == function.memory_mb
    assert properties["Runtime"] == "python3.13"
    assert properties["Architectures"] == ["arm64"]
    assert properties["TracingConfig"] == {"Mode": "Active"}


@every_function
def test_a_function_has_the_environment_of_the_topology(deployed: Deployed, function: Function) -> None:
    assert deployed.function(function.name)["Properties"]["Environment"]["Variables"] == {
        **{name: deployed.said(value) for name, value in function.environment.items()},
    }


def test_all_functions_share_one_asset(deployed: Deployed) -> None:
    functions = deployed.of_type("AWS::Lambda::Function").values()
    assert len({json.dumps(function["Properties"]["Code"]) for function in functions}) == 1


@every_function
def test_a_role_holds_the_grants_of_its_function_and_no_others(deployed: Deployed, function: Function) -> None:
    properties = deployed.function(function.name)["Properties"]
    logs = properties["LoggingConfig"]["LogGroup"].removesuffix(">") + ".Arn>"
    expected = deployed.expand(function.grants)
    expected |= {("logs:CreateLogStream", logs), ("logs:PutLogEvents", logs)}
    expected |= {("xray:PutTelemetryRecords", "*"), ("xray:PutTraceSegments", "*")}
    if function.name == TOCSIN.stream.function:
        expected |= stream_grants(deployed)
    assert deployed.grants_of_role(properties["Role"]) == expected


def stream_grants(deployed: Deployed) -> Grants:
    (table,) = deployed.ids("AWS::DynamoDB::Table")
    reads = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
    queue = deployed.queue_id("tocsin-dispatch-failures")
    return {(f"dynamodb:{read}", f"<{table}.StreamArn>") for read in reads} | {("sqs:SendMessage", f"<{queue}.Arn>")}


def test_no_two_functions_share_a_role(deployed: Deployed) -> None:
    roles = [function["Properties"]["Role"] for function in deployed.of_type("AWS::Lambda::Function").values()]
    assert len(set(roles)) == len(TOCSIN.functions)


def test_no_policy_allows_a_wildcard_of_actions(deployed: Deployed) -> None:
    for policy in deployed.of_type("AWS::IAM::Policy").values():
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            assert not [action for action in many(statement["Action"]) if "*" in action]


def test_the_table_has_the_keys_and_indexes_of_the_topology(deployed: Deployed) -> None:
    table = deployed.only("AWS::DynamoDB::Table")["Properties"]
    assert table["KeySchema"] == key_schema(TOCSIN.table.partition_key, TOCSIN.table.sort_key)
    assert table["GlobalSecondaryIndexes"] == [
        {
            "IndexName": index.name,
            "KeySchema": key_schema(index.partition_key, index.sort_key),
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(index.projects)}
            if index.projects
            else {"ProjectionType": "KEYS_ONLY"},
        }
        for index in TOCSIN.table.indexes
    ]
    assert {attribute["AttributeType"] for attribute in table["AttributeDefinitions"]} == {"S"}
    assert table["BillingMode"] == "PAY_PER_REQUEST"


def key_schema(partition_key: str, sort_key: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": partition_key, "KeyType": "HASH"},
        {"AttributeName": sort_key, "KeyType": "RANGE"},
    ]


def test_the_table_streams_new_images_and_expires_items(deployed: Deployed) -> None:
    table = deployed.only("AWS::DynamoDB::Table")["Properties"]
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}
    assert table["TimeToLiveSpecification"] == {"AttributeName": TOCSIN.table.time_to_live, "Enabled": True}


def test_the_table_is_encrypted_with_our_key_and_protected_against_loss(deployed: Deployed) -> None:
    table = deployed.only("AWS::DynamoDB::Table")
    key = deployed.key_id()
    assert table["Properties"]["SSESpecification"] == {
        "KMSMasterKeyId": f"<{key}.Arn>",
        "SSEEnabled": True,
        "SSEType": "KMS",
    }
    assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["Properties"]["DeletionProtectionEnabled"] is True
    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_a_first_deployment_that_fails_can_remove_all_that_it_made_and_needs_no_quota_of_a_new_account(
    deployed: Deployed,
) -> None:
    first = tocsin_for_the_first_time()
    assert first.only("AWS::DynamoDB::Table")["Properties"]["DeletionProtectionEnabled"] is False
    kept = {name: each["DeletionPolicy"] for name, each in first.resources.items() if "DeletionPolicy" in each}
    named = {name for name in kept if any("Name" in option for option in first.resources[name]["Properties"])}
    assert {kept[name] for name in named} <= {"Delete", "RetainExceptOnCreate"}
    functions = first.of_type("AWS::Lambda::Function").values()
    assert not any("ReservedConcurrentExecutions" in function["Properties"] for function in functions)
    assert first.resources.keys() == deployed.resources.keys(), "the second deployment adds protection, no resources"


def test_the_alert_path_has_concurrency_of_its_own_and_leaves_the_rest_of_the_default_quota(deployed: Deployed) -> None:
    reserved = {
        function.name: deployed.function(function.name)["Properties"].get("ReservedConcurrentExecutions")
        for function in TOCSIN.functions
    }
    assert reserved == {function.name: function.reserved_concurrency for function in TOCSIN.functions}
    assert {name for name, number in reserved.items() if number} == {"Assess", "Notify", "Dispatch", "Sweeper"}
    assert sum(number for number in reserved.values() if number) <= 900, "100 of 1,000 have to stay unreserved"


@every_function
def test_a_function_outlives_a_call_that_stalls_and_the_one_that_records_what_it_did(function: Function) -> None:
    calls = 1 if function.name == TOCSIN.authorizer else 2
    assert function.timeout > calls * LONGEST_CALL


def test_the_key_rotates_outlives_the_stack_and_lets_no_service_in(deployed: Deployed) -> None:
    key = deployed.resources[deployed.key_id()]
    assert key["Properties"]["EnableKeyRotation"] is True
    assert key["DeletionPolicy"] == "RetainExceptOnCreate"
    services = [statement["Principal"].get("Service") for statement in key["Properties"]["KeyPolicy"]["Statement"]]
    assert set(services) == {None}


def test_alarms_go_to_a_topic_whose_own_key_lets_them_in_and_depends_on_no_other(deployed: Deployed) -> None:
    key_id = deployed.key_id("Encrypts the alarms")
    assert deployed.only("AWS::SNS::Topic")["Properties"]["KmsMasterKeyId"] == f"<{key_id}.Arn>"
    key = deployed.resources[key_id]
    assert key["Properties"]["EnableKeyRotation"] is True
    (let_in,) = (
        statement
        for statement in key["Properties"]["KeyPolicy"]["Statement"]
        if statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    )
    assert set(let_in["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey*"}
    assert deployed.key_id() not in json.dumps(key)


def test_the_secret_is_encrypted_with_our_key(deployed: Deployed) -> None:
    key = deployed.key_id()
    assert deployed.only("AWS::SecretsManager::Secret")["Properties"]["KmsKeyId"] == f"<{key}.Arn>"


def test_what_holds_state_keeps_its_logical_id_so_that_no_deployment_replaces_it(deployed: Deployed) -> None:
    assert deployed.ids("AWS::DynamoDB::Table") == ["StoreTable0CCFA19B"]
    assert deployed.key_id() == "EncryptionKey3A692D6E"
    assert deployed.ids("AWS::SecretsManager::Secret") == ["EncryptionSigningKeyBE8B4A7A"]
    assert deployed.ids("AWS::StepFunctions::StateMachine") == ["TicketMachineStateMachineDC604633"]
    assert deployed.ids("AWS::ApiGateway::RestApi") == ["ApiRestApiE35FEAFE"]


def test_the_state_machine_is_the_file_with_its_substitutions(deployed: Deployed) -> None:
    machine = deployed.only("AWS::StepFunctions::StateMachine")["Properties"]
    definition = TOCSIN.state_machine.definition.read_text()
    assert machine["DefinitionString"] == definition
    attributes = deployed.attributes()
    assert machine["DefinitionSubstitutions"] == TOCSIN.state_machine.substituted(attributes)
    assert set(re.findall(r"\$\{(\w+)\}", definition)) == TOCSIN.state_machine.substituted(attributes).keys()


def test_the_state_machine_logs_its_course_but_not_its_data_and_is_traced(deployed: Deployed) -> None:
    machine = deployed.only("AWS::StepFunctions::StateMachine")["Properties"]
    assert machine["LoggingConfiguration"]["Level"] == "ALL"
    assert not machine["LoggingConfiguration"].get("IncludeExecutionData")
    assert machine["TracingConfiguration"] == {"Enabled": True}


def test_the_state_machine_has_the_name_that_functions_are_granted_and_survives_replacement(deployed: Deployed) -> None:
    machine = deployed.only("AWS::StepFunctions::StateMachine")
    assert deployed.attributes()["TicketStateMachineArn"].endswith(f":{machine['Properties']['StateMachineName']}")
    assert machine["UpdateReplacePolicy"] == "Retain"


def test_the_role_of_the_state_machine_holds_its_grants_and_what_logs_and_traces_need(deployed: Deployed) -> None:
    machine = deployed.only("AWS::StepFunctions::StateMachine")["Properties"]
    grants = deployed.grants_of_role(machine["RoleArn"])
    wanted = deployed.expand(TOCSIN.state_machine.grants)
    assert wanted <= grants
    assert {action.partition(":")[0] for action, _resource in grants - wanted} == {"logs", "xray"}


def test_the_stream_reaches_its_function_filtered_and_its_failures_a_queue(deployed: Deployed) -> None:
    mapping = deployed.only("AWS::Lambda::EventSourceMapping")["Properties"]
    (table,) = deployed.ids("AWS::DynamoDB::Table")
    queue = deployed.queue_id("tocsin-dispatch-failures")
    (given,) = mapping.pop("FilterCriteria")["Filters"]
    assert json.loads(given["Pattern"]) == TOCSIN.stream.filter_pattern
    assert mapping == {
        "EventSourceArn": f"<{table}.StreamArn>",
        "FunctionName": f"<{deployed.function_id(TOCSIN.stream.function)}>",
        "StartingPosition": "TRIM_HORIZON",
        "BatchSize": TOCSIN.stream.batch_size,
        "ParallelizationFactor": TOCSIN.stream.parallel_batches,
        "MetricsConfig": {"Metrics": ["EventCount"]},
        "BisectBatchOnFunctionError": True,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "MaximumRetryAttempts": TOCSIN.stream.retry_attempts,
        "DestinationConfig": {"OnFailure": {"Destination": f"<{queue}.Arn>"}},
    }


@pytest.mark.parametrize("schedule", TOCSIN.schedules, ids=lambda schedule: schedule.name)
def test_a_schedule_calls_its_function_and_its_failures_reach_a_queue(deployed: Deployed, schedule: Any) -> None:
    rules = deployed.of_type("AWS::Events::Rule").values()
    function = f"<{deployed.function_id(schedule.function)}.Arn>"
    (rule,) = (rule["Properties"] for rule in rules if rule["Properties"]["Targets"][0]["Arn"] == function)
    assert rule["ScheduleExpression"] == "rate(1 minute)"
    assert rule["State"] == "ENABLED"
    queue = deployed.queue_id(f"tocsin-{schedule.function.lower()}-failures")
    assert rule["Targets"][0]["DeadLetterConfig"] == {"Arn": f"<{queue}.Arn>"}


def test_every_queue_is_encrypted_and_refuses_plain_http(deployed: Deployed) -> None:
    queues = deployed.of_type("AWS::SQS::Queue")
    assert {queue["Properties"]["SqsManagedSseEnabled"] for queue in queues.values()} == {True}
    denied = {
        policy["Properties"]["Queues"][0]
        for policy in deployed.of_type("AWS::SQS::QueuePolicy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny" and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    }
    assert denied == {f"<{queue}>" for queue in queues}


def test_another_name_makes_another_deployment_in_the_same_account() -> None:
    template = Template.from_stack(synthesise("tocsin-staging")).to_json()
    named = json.dumps([resource.get("Properties", {}) for resource in template["Resources"].values()])
    assert '"TableName": "tocsin-staging"' in named
    assert '"StateMachineName": "tocsin-staging-ticket"' in named
    assert not re.search(r'"[^"]*Name": "tocsin(-(?!staging)[^"]*)?"', named)


@pytest.mark.parametrize("name", ["Tocsin", "t", "1st", "a" * 31, "under_score"])
def test_a_name_that_no_resource_could_have_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a deployment"):
        synthesise(name)
