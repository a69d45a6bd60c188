"""The REST API in front of the handlers."""

from __future__ import annotations

import json
from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.gateway_problems import add_problems
from infra.constructs.logs import log_group
from infra.constructs.permissions import acknowledge
from infra.topology import Route, Topology

STAGE = "live"
REQUESTS_PER_SECOND = 1_000
BURST = 2_000
"""A tenth and two fifths of what an account has by default, so that other APIs live on beside a storm here
(AWS documentation, "Amazon API Gateway quotas", 2026-11)."""

CATCH_ALL = "/{proxy+}"

ACCESS_LOG = {
    "request_id": "$context.requestId",
    "at": "$context.requestTime",
    "caller_address": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    # Not the path: an acknowledgement link in it would let whoever reads the log acknowledge.
    "route": "$context.resourcePath",
    "status": "$context.status",
    "milliseconds": "$context.responseLatency",
    "authorizer_status": "$context.authorizer.status",
    "error": "$context.error.responseType",
}

AUTHORISED = {"AwsSolutions-COG4": "Helpdesks are machines with tokens, not users of a pool; our authorizer knows them"}
PUBLIC = AUTHORISED | {
    "AwsSolutions-APIG4": "Meant for everybody: the state of health, the description of the API, and links "
    "that the handler checks"
}


class Api(Construct):
    """The API with its stage; routes are added once their functions exist, so that functions may know its address."""

    def __init__(self, scope: Construct, construct_id: str, *, name: str) -> None:
        super().__init__(scope, construct_id)
        self.rest_api = apigateway.RestApi(
            self,
            "RestApi",
            rest_api_name=name,
            description="SLA clocks and escalation for helpdesks",
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            # An account has one role for the logs of all its APIs; it stays, for others may rely on it by then.
            cloud_watch_role=True,
            cloud_watch_role_removal_policy=cdk.RemovalPolicy.RETAIN,
            deploy_options=self._stage(name),
        )
        # The address is among the stack's outputs already.
        self.rest_api.node.try_remove_child("Endpoint")
        # The gateway writes to a group of this name and would make one that keeps everything for ever.
        execution_logs = f"API-Gateway-Execution-Logs_{self.rest_api.rest_api_id}/{STAGE}"
        self.rest_api.deployment_stage.node.add_dependency(log_group(self, "ExecutionLogs", execution_logs))
        acknowledge(
            self,
            {
                "AwsSolutions-APIG2": "The handlers check every request against typed models and answer with all "
                "errors at once; the gateway's validator would stop at less and say it worse",
                "AwsSolutions-APIG3": "A web application firewall costs by the month; whoever owns the account "
                "decides on one, and tokens and throttling stand without it",
                "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
                "AmazonAPIGatewayPushToCloudWatchLogs]": "The policy that AWS keeps for the role that API Gateway "
                "writes an account's logs with",
            },
        )

    @property
    def url(self) -> str:
        """Where clients call; made from the API's id, since the stage depends on the functions that need to know."""
        stack = cdk.Stack.of(self)
        return f"https://{self.rest_api.rest_api_id}.execute-api.{stack.region}.{stack.url_suffix}/{STAGE}"

    def add_routes(self, topology: Topology, functions: Mapping[str, lambda_.Function]) -> None:
        """Add every route of the topology, with the authorizer where it is not public."""
        authorizer = apigateway.RequestAuthorizer(
            self,
            "Authorizer",
            handler=functions[topology.authorizer],
            identity_sources=[apigateway.IdentitySource.header("Authorization")],
            # How long a revoked token still works.
            results_cache_ttl=cdk.Duration.minutes(1),
        )
        for route in topology.routes:
            self._add_route(route, functions[route.function], None if route.public else authorizer)
        add_problems(self.rest_api, topology.gateway_problems)

    def _stage(self, name: str) -> apigateway.StageOptions:
        group = log_group(self, "AccessLogs", f"/aws/apigateway/{name}")
        return apigateway.StageOptions(
            stage_name=STAGE,
            access_log_destination=apigateway.LogGroupLogDestination(group),
            access_log_format=apigateway.AccessLogFormat.custom(json.dumps(ACCESS_LOG)),
            logging_level=apigateway.MethodLoggingLevel.ERROR,
            # Bodies name people.
            data_trace_enabled=False,
            throttling_rate_limit=REQUESTS_PER_SECOND,
            throttling_burst_limit=BURST,
            # The gateway's segments carry the address, and an acknowledgement link in it is a secret; the functions
            # are traced all the same (AWS documentation, "Setting up AWS X-Ray with API Gateway", 2026-11).
            tracing_enabled=False,
        )

    def _add_route(
        self, route: Route, function: lambda_.Function, authorizer: apigateway.RequestAuthorizer | None
    ) -> None:
        integration = apigateway.LambdaIntegration(function, scope_permission_to_method=False)
        # A greedy path matches everything but the root (AWS documentation, "Lambda proxy integrations", 2026-11).
        paths = [route.path, "/"] if route.path == CATCH_ALL else [route.path]
        for path in paths:
            method = self.rest_api.root.resource_for_path(path).add_method(
                route.method, integration, authorizer=authorizer
            )
            acknowledge(method, PUBLIC if authorizer is None else AUTHORISED)
