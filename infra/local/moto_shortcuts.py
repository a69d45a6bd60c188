"""What moto says and does over and over, said never and done once."""

from __future__ import annotations

import functools
import logging
import sys
from typing import Any

import jsonpath_ng.ext.parser
import jsonpath_ng.parser
from moto.core import responses
from moto.core.utils import method_names_from_class
from moto.stepfunctions.parser.asl.component.common.path import result_path
from moto.stepfunctions.parser.asl.component.component import Component
from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.utils import boto_client, json_path

from infra.local.moto_patches import Patches


def silence_the_interpreter(patches: Patches) -> None:
    """Keeps its log out of what people read."""
    # moto logs every error that a state machine catches, which here ends every race, and formats it at length.
    logger = logging.getLogger("moto.stepfunctions")
    patches.callback(logger.setLevel, logger.level)
    logger.setLevel(logging.CRITICAL + 1)
    patches.replace(EvalComponent, "_log_failure_event_exception", lambda *_, **__: None)
    patches.replace(EvalComponent, "_log_exception", lambda *_, **__: None)
    # It names threads with the text of a whole program.
    patches.replace(Component, "__str__", lambda component: type(component).__name__)


# These are the same for every engine: none knows of the clock or of anything that runs.
_parse_definition = functools.lru_cache(maxsize=32)(AmazonStateLanguageParser.parse)
_parse_path = functools.lru_cache(maxsize=1024)(jsonpath_ng.ext.parser.parse)
_parse_result_path = functools.lru_cache(maxsize=1024)(jsonpath_ng.parser.parse)
_method_names = functools.lru_cache(maxsize=256)(method_names_from_class)


def reuse_clients_and_definitions(patches: Patches) -> None:
    """Makes once what moto makes again for every state it runs."""
    # moto parses the definition for every execution and each JSONPath for every state, and makes a boto client for
    # every task; together, most of the time it takes. What a program remembers while it runs, it keeps in its
    # environment, so that a parsed definition can be shared.
    patches.replace(AmazonStateLanguageParser, "parse", staticmethod(_parse_definition))
    patches.replace(json_path, "parse", _parse_path)
    patches.replace(result_path, "parse", _parse_result_path)
    # For every call to any service, moto lists the methods of the class that answers it.
    patches.replace(responses, "method_names_from_class", _method_names)
    stock_client_for = boto_client.boto_client_for
    clients: dict[tuple[str, str], Any] = {}

    def client_for(region: str, service: str, state_credentials: object = None) -> Any:
        if (region, service) not in clients:
            clients[region, service] = stock_client_for(region, service, state_credentials)
        return clients[region, service]

    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("moto.stepfunctions.") and hasattr(module, "boto_client_for"):
            patches.replace(module, "boto_client_for", client_for)
