"""Every part of moto that the engine takes the place of. A new one is written down here, and one that goes is not."""

from __future__ import annotations

import ast

from infra.local.engine import Engine
from infra.topology import ROOT

INTERPRETER = "moto.stepfunctions.parser"
ASL = f"{INTERPRETER}.asl"
EXEC = f"{ASL}.component.state.exec"
BACKEND = f"{INTERPRETER}.models.StepFunctionsParserBackend"

BEHAVIOUR = {
    # virtual time
    f"{INTERPRETER}.*.threading",
    f"{INTERPRETER}.*.Thread",
    f"{INTERPRETER}.*.Event",
    f"{INTERPRETER}.*.time",
    f"{INTERPRETER}.*.datetime",
    f"{ASL}.component.common.retry.jitter_strategy_decl.random",
    f"{ASL}.component.state.wait.wait_function.wait_function.WaitFunction._wait_interval",
    f"{ASL}.component.state.wait.wait_function.timestamp.Timestamp._get_wait_seconds",
    f"{EXEC}.execute_state.ExecutionState._evaluate_with_timeout",
    f"{ASL}.component.program.program.Program.eval",
    # executions and task tokens
    "moto.stepfunctions.models.stepfunctions_backends",
    f"{INTERPRETER}.backend.execution_worker.ExecutionWorker._get_evaluation_environment",
    f"{INTERPRETER}.backend.execution_worker.ExecutionWorker.stop",
    f"{ASL}.eval.event.event_manager.EventManager.add_event",
    f"{ASL}.component.program.program.Program._eval_body",
    f"{ASL}.eval.states.long_uid",
    f"{ASL}.eval.callback.callback.CallbackPoolManager.add",
    f"{EXEC}.state_task.service.state_task_service_callback.StateTaskServiceCallback._eval_body",
    f"{BACKEND}.send_task_success",
    f"{BACKEND}.send_task_failure",
    f"{BACKEND}.send_task_heartbeat",
    # the other services
    "moto.dynamodb.models.copy",
    "moto.dynamodb.models.DynamoDBBackend.transact_write_items",
    "moto.sns.models.Topic.publish",
    "moto.sns.models.Subscription.publish",
    "moto.awslambda.models.LambdaFunction._invoke_lambda",
    "botocore.client.BaseClient._make_api_call",
}

SPEED = {
    "boto3.DEFAULT_SESSION",
    "botocore.client.BaseClient._make_api_call",
    "moto.dynamodb.models.table.Table.query",
    "moto.dynamodb.models.dynamo_type.DynamoType.cast_value",
    "moto.dynamodb.models.table.copy",
    "moto.dynamodb.comparisons.ConditionExpressionParser._lex_one_node",
    f"{ASL}.component.eval_component.EvalComponent._log_failure_event_exception",
    f"{ASL}.component.eval_component.EvalComponent._log_exception",
    f"{ASL}.component.component.Component.__str__",
    f"{ASL}.parse.asl_parser.AmazonStateLanguageParser.parse",
    f"{ASL}.utils.json_path.parse",
    f"{ASL}.component.common.path.result_path.parse",
    f"{ASL}.utils.boto_client.boto3",
}


def test_the_parts_of_moto_that_behave_otherwise_than_aws_are_these(engine: Engine) -> None:
    assert {patch.target for patch in engine.patches if not patch.speed} == BEHAVIOUR


def test_the_parts_that_are_replaced_only_for_speed_are_these(engine: Engine) -> None:
    assert {patch.target for patch in engine.patches if patch.speed} == SPEED


def test_every_patch_says_why_and_what_to_look_at_when_moto_changes(engine: Engine) -> None:
    assert all(patch.why.endswith(".") and patch.look_at for patch in engine.patches)


def test_nothing_is_patched_anywhere_else() -> None:
    patching = {
        path.relative_to(ROOT / "infra").as_posix()
        for path in (ROOT / "infra" / "local").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "object" and ast.unparse(node.value) == "mock.patch"
    }
    # The runtime replaces one method of ours: where the handlers ask for now.
    assert patching == {"local/moto/patches.py", "local/lambda_runtime.py"}
