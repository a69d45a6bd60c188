"""Bootstraps and deploys what was synthesised into `cdk.out`, and looks at what came of it."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

from infra.app import DEFAULT_NAME
from infra.rehearsal.resource_types import teach
from infra.topology import ROOT, TOCSIN

REGION = "us-east-1"
ACCOUNT = "123456789012"
"""The account that moto plays."""

ASSEMBLY = ROOT / "cdk.out"
CDK = ROOT / "infra" / "node_modules" / ".bin" / "cdk"


def main() -> None:
    """Rehearse; any difference between template and deployment ends the process with an error."""
    os.environ.update(CREDENTIALS)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    # What CDK's own bootstrap deploys has one type beside those of our template.
    teach({"AWS::S3::BucketPolicy", *(resource["Type"] for resource in _template()["Resources"].values())})
    server.start()
    try:
        # The word, not the number: with that, moto misreads the address of the template.
        endpoint_url = f"http://localhost:{server.get_host_and_port()[1]}"
        deploy(endpoint_url)
        print(f"Rehearsed: {inspect(endpoint_url)} resources deployed as the template says")
    finally:
        server.stop()


CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "rehearsal",
    "AWS_SECRET_ACCESS_KEY": "rehearsal",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def deploy(endpoint_url: str) -> None:
    """What an operator does: bootstrap the account once, then deploy."""
    environment = {**os.environ, "AWS_ENDPOINT_URL": endpoint_url}
    # From a folder without cdk.json, or the command line would synthesise the app to bootstrap.
    with tempfile.TemporaryDirectory() as elsewhere:
        cdk(["bootstrap", f"aws://{ACCOUNT}/{REGION}"], elsewhere, environment)
    options = ["--app", str(ASSEMBLY), "--method", "direct", "--require-approval", "never"]
    cdk(["deploy", *options], str(ROOT), environment)


def cdk(arguments: list[str], folder: str, environment: Mapping[str, str]) -> None:
    """Run the command line; its words are only worth reading when it fails."""
    command = [str(CDK), *arguments, "--no-notices", "--ci"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        sys.exit(f"cdk {arguments[0]} failed\n{done.stdout}\n{done.stderr}")


def inspect(endpoint_url: str) -> int:
    """How many resources were made; every one of the template, and those that decide as they should be.

    The count matters most: after an error moto says that the stack is complete, with resources missing.
    """
    clients = _Clients(endpoint_url)
    pages = clients("cloudformation").get_paginator("list_stack_resources").paginate(StackName=DEFAULT_NAME)
    made = {resource["LogicalResourceId"] for page in pages for resource in page["StackResourceSummaries"]}
    expect("resources missing", _template()["Resources"].keys() - made, set())
    look_at_machine(clients)
    look_at_table(clients)
    return len(made)


def look_at_machine(clients: _Clients) -> None:
    """The state machine calls functions that are there."""
    (machine,) = clients("stepfunctions").list_state_machines()["stateMachines"]
    found = clients("stepfunctions").describe_state_machine(stateMachineArn=machine["stateMachineArn"])
    definition = json.loads(found["definition"])
    assess = definition["States"]["AssessTicket"]["Parameters"]["FunctionName"]
    function = clients("lambda").get_function(FunctionName=assess)["Configuration"]
    expect("handler", function["Handler"], TOCSIN.function("Assess").handler)
    expect("placeholders left", "${" in found["definition"], False)


def look_at_table(clients: _Clients) -> None:
    """The table can be recovered, cannot be deleted, and its stream is read."""
    dynamodb = clients("dynamodb")
    table = dynamodb.describe_table(TableName=DEFAULT_NAME)["Table"]
    expect("indexes", {i["IndexName"] for i in table["GlobalSecondaryIndexes"]}, {i.name for i in TOCSIN.table.indexes})
    expect("deletion protection", table["DeletionProtectionEnabled"], True)
    backups = dynamodb.describe_continuous_backups(TableName=DEFAULT_NAME)["ContinuousBackupsDescription"]
    expect("recovery", backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"], "ENABLED")
    expiry = dynamodb.describe_time_to_live(TableName=DEFAULT_NAME)["TimeToLiveDescription"]
    expect("expiry", expiry["AttributeName"], TOCSIN.table.time_to_live)
    (mapping,) = clients("lambda").list_event_source_mappings()["EventSourceMappings"]
    expect("stream", mapping["EventSourceArn"], table["LatestStreamArn"])


def expect(what: str, found: object, wanted: object) -> None:
    """End the rehearsal over a difference."""
    if found != wanted:
        sys.exit(f"The rehearsal found {what}: {found!r}, not {wanted!r}")


def _template() -> dict[str, Any]:
    """The template that was synthesised: under `Resources`, each resource with its `Type` and `Properties`."""
    template: dict[str, Any] = json.loads((ASSEMBLY / f"{DEFAULT_NAME}.template.json").read_text(encoding="utf-8"))
    return template


class _Clients:
    """Clients of the services as moto plays them."""

    def __init__(self, endpoint_url: str) -> None:
        self._endpoint_url = endpoint_url

    def __call__(self, service: str) -> Any:
        return boto3.client(service, endpoint_url=self._endpoint_url)  # type: ignore[call-overload]


if __name__ == "__main__":
    main()
