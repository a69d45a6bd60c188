"""The API's authorizer: resolves a bearer token to a helpdesk and its scopes."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from tocsin import wiring
from tocsin.use_cases.access.tokens import authenticate

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """An IAM policy for the whole API, since it is cached for the token and not for the route.

    Raises the exception that API Gateway turns into 401; the token appears in no log.
    """
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    scheme, _, token = (headers.get("authorization") or "").partition(" ")
    credential = None
    if scheme.lower() == "bearer" and token:
        credential = authenticate(token.strip(), credentials=wiring.credentials(), clock=wiring.clock())
    if credential is None:
        raise Exception("Unauthorized")
    api, stage = event["methodArn"].split("/")[:2]
    return {
        "principalId": credential.helpdesk_id,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{api}/{stage}/*"}],
        },
        "context": {"helpdesk_id": credential.helpdesk_id, "scopes": " ".join(sorted(credential.scopes))},
    }
