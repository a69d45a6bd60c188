"""What moto's interpreter says and does over and over, said never and done once: all of it only for speed."""

from __future__ import annotations

import functools
import logging
from typing import Any

import boto3
import jsonpath_ng.ext.parser
import jsonpath_ng.parser
from moto.stepfunctions.parser.asl.component.common.path import result_path
from moto.stepfunctions.parser.asl.component.component import Component
from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.utils import boto_client, json_path

from infra.local.moto.patches import Patches
from infra.local.moto.stand_ins import ModuleWith


def silence_the_interpreter(patches: Patches) -> None:
    """Keeps its log out of what people read."""
    logger = logging.getLogger("moto.stepfunctions")
    patches.callback(logger.setLevel, logger.level)
    logger.setLevel(logging.CRITICAL + 1)
    wordy = patches.because(
        "Every error that a state machine catches, which here ends every race, is formatted at length for the log; "
        "threads are named with the text of a whole program.",
        "_log_… of eval_component.py; str() of a component where a thread is started",
        speed=True,
    )
    wordy.replace(EvalComponent, "_log_failure_event_exception", lambda *_, **__: None)
    wordy.replace(EvalComponent, "_log_exception", lambda *_, **__: None)
    wordy.replace(Component, "__str__", lambda component: type(component).__name__)


# These are the same for every engine: none knows of the clock or of anything that runs.
_parse_definition = functools.lru_cache(maxsize=32)(AmazonStateLanguageParser.parse)
_parse_path = functools.lru_cache(maxsize=1024)(jsonpath_ng.ext.parser.parse)
_parse_result_path = functools.lru_cache(maxsize=1024)(jsonpath_ng.parser.parse)


def reuse_clients_and_definitions(patches: Patches) -> None:
    """Makes once what moto makes again for every state it runs."""
    again = patches.because(
        "The definition is parsed for every execution and each JSONPath for every state. What a program remembers "
        "while it runs, it keeps in its environment, so that a parsed definition can be shared.",
        "that components stay without state of their own",
        speed=True,
    )
    again.replace(AmazonStateLanguageParser, "parse", staticmethod(_parse_definition))
    again.replace(json_path, "parse", _parse_path)
    again.replace(result_path, "parse", _parse_result_path)
    clients: dict[tuple[str, str], Any] = {}

    def client(*, service_name: str, region_name: str, **options: Any) -> Any:
        if (region_name, service_name) not in clients:
            made = boto3.client(service_name, region_name=region_name, **options)  # type: ignore[call-overload]
            clients[region_name, service_name] = made
        return clients[region_name, service_name]

    patches.because("Every task makes a boto client of its own.", "utils/boto_client.py", speed=True).replace(
        boto_client, "boto3", ModuleWith(boto3, client=client)
    )
