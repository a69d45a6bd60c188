"""Tiny handlers in the place of Tocsin's, so that the engine is tested by itself.

A ticket has one tier a quarter of an hour, three in all; `acknowledged` settles it.
"""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import boto3

ACKNOWLEDGE_WITHIN = timedelta(minutes=15)
TIERS = 3

Event = dict[str, Any]


class WallClock:
    """What the engine replaces `now` of."""

    def now(self) -> datetime:
        """Never called: the engine answers."""
        raise AssertionError("the wall clock was asked")


@cache
def client(service: str) -> Any:
    return boto3.client(service)  # type: ignore[call-overload]


def instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def head_key(ticket_id: str, sk: str = "HEAD") -> dict[str, dict[str, str]]:
    return {"pk": {"S": f"TICKET#h#{ticket_id}"}, "sk": {"S": sk}}


def read_head(ticket_id: str, sk: str = "HEAD") -> Event:
    answer = client("dynamodb").get_item(TableName=os.environ["TABLE_NAME"], Key=head_key(ticket_id, sk))
    item: Event = answer.get("Item", {})
    return {name: next(iter(value.values())) for name, value in item.items()}


def append(ticket_id: str, sequence: int, *, wakes: bool, **head: str) -> None:
    """Appends an event and changes the head, in one transaction; fails when the head has moved on."""
    names = {f"#{name}": name for name in head}
    changes = ", ".join(f"#{name} = :{name}" for name in head)
    client("dynamodb").transact_write_items(
        TransactItems=[
            {
                "Put": {
                    "TableName": os.environ["TABLE_NAME"],
                    "Item": {
                        "pk": {"S": f"TICKET#h#{ticket_id}"},
                        "sk": {"S": f"EVENT#{sequence:06d}"},
                        "ticket_id": {"S": ticket_id},
                        "wakes": {"BOOL": wakes},
                    },
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            },
            {
                "Update": {
                    "TableName": os.environ["TABLE_NAME"],
                    "Key": head_key(ticket_id),
                    "UpdateExpression": f"SET #sequence = :sequence, {changes}",
                    "ConditionExpression": "attribute_not_exists(pk) OR #sequence = :seen",
                    "ExpressionAttributeNames": {"#sequence": "sequence", **names},
                    "ExpressionAttributeValues": {
                        ":sequence": {"N": str(sequence)},
                        ":seen": {"N": str(sequence - 1)},
                        **{f":{name}": {"S": value} for name, value in head.items()},
                    },
                }
            },
        ]
    )


def answer_json(status: int, body: object) -> Event:
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}


def api(event: Event, _context: object) -> Event:
    match event["httpMethod"], event["path"].strip("/").split("/"):
        case "GET", ["health"]:
            return answer_json(200, {"status": "ok", "at": instant(WallClock().now())})
        case "POST", ["v1", "tickets"]:
            return open_ticket(json.loads(event["body"])["ticket_id"])
        case "POST", ["v1", "tickets", ticket_id, "acknowledge"]:
            append(ticket_id, int(read_head(ticket_id)["sequence"]) + 1, wakes=True, state="acknowledged")
            return answer_json(201, {})
        case _, ["v1", "broken"]:
            message = "this route is broken"
            raise ValueError(message)
        case _, ["v1", "malformed"]:
            return {"status": 200}
        case _:
            return {**answer_json(200, event), "multiValueHeaders": {"X-Two": ["1", "2"]}}


def open_ticket(ticket_id: str) -> Event:
    due_at = WallClock().now() + ACKNOWLEDGE_WITHIN
    append(ticket_id, 1, wakes=True, state="open", tier="0", due_at=instant(due_at))
    return answer_json(201, {"ticket_id": ticket_id, "due_at": instant(due_at)})


def authorizer(event: Event, _context: object) -> Event:
    token = event["headers"]["Authorization"].removeprefix("Bearer ")
    if token == "broken":
        message = "the authorizer is broken"
        raise ValueError(message)
    if token not in {"good", "denied"}:
        message = "Unauthorized"
        raise Exception(message)
    resource = event["methodArn"].split("/")[0] + "/*"
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resource}
    statements = [statement, {**statement, "Effect": "Deny"}] if token == "denied" else [statement]
    policy = {"Version": "2012-10-17", "Statement": statements}
    return {"principalId": "h", "policyDocument": policy, "context": {"helpdesk_id": "h", "scopes": 2, "admin": True}}


def assess(event: Event, _context: object) -> Event:
    ticket_id, now = event["ticket_id"], WallClock().now()
    head = read_head(ticket_id)
    tier, sequence = int(head["tier"]), int(head["sequence"])
    due_at = datetime.fromisoformat(head["due_at"])
    base = {"helpdesk_id": "h", "ticket_id": ticket_id, "generation": 1, "rounds": event["rounds"] + 1}
    if head["state"] == "acknowledged" or tier == TIERS:
        return {**base, "sequence": sequence, "next": "settled"}
    step = "wait"
    if due_at <= now:
        tier, sequence, due_at, step = tier + 1, sequence + 1, now + ACKNOWLEDGE_WITHIN, "send_notices"
        append(ticket_id, sequence, wakes=False, tier=str(tier), due_at=instant(due_at))
    timer = {"kind": "tier_acknowledgement", "due_at": instant(due_at)}
    return {**base, "sequence": sequence, "tier": tier, "next": step, "timer": timer}


def notify(event: Event, _context: object) -> Event:
    topic = client("sns").create_topic(Name=os.environ["TOPIC_ARN_PREFIX"].rsplit(":", 1)[1] + "frontline")
    attributes = {"recipient": "ana", "kind": "tier_alert", "ticket_id": event["ticket_id"]}
    client("sns").publish(
        TopicArn=topic["TopicArn"],
        Subject=f"{event['ticket_id']}: tier {event['tier']}",
        MessageStructure="json",
        Message=json.dumps({"default": "short", "email": f"Tier {event['tier']} is asked"}),
        MessageAttributes={
            **{name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()},
            "tier": {"DataType": "Number", "StringValue": str(event["tier"])},
        },
    )
    return event


def dispatch(event: Event, _context: object) -> Event:
    for record in event["Records"]:
        ticket_id = record["dynamodb"]["NewImage"]["ticket_id"]["S"]
        token = read_head(ticket_id, "HEAD#WAIT").get("task_token")
        if token is not None:
            client("stepfunctions").send_task_success(taskToken=token, output="{}")
            continue
        client("stepfunctions").start_execution(
            stateMachineArn=os.environ["STATE_MACHINE_ARN"],
            name=ticket_id,
            input=json.dumps({"helpdesk_id": "h", "ticket_id": ticket_id, "generation": 1, "rounds": 0}),
        )
    return {"batchItemFailures": []}


def sweeper(_event: Event, _context: object) -> Event:
    return {"table": os.environ["TABLE_NAME"], "variables": sorted(os.environ), "at": instant(WallClock().now())}
