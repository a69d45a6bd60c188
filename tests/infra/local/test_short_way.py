"""The short way to moto comes out as the way through HTTP does, and leaves to it what it does not know."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.core.exceptions import ServiceException
from werkzeug.exceptions import HTTPException

from infra.local.engine import Engine
from infra.local.moto.backends import table_of
from infra.local.moto.calls import LeftToMoto, ShortWay
from tests.infra.local.stub_engine import stub_engine

TABLE = "tocsin"
TEXTS = st.sampled_from([{"S": "a"}, {"S": "ab"}, {"S": "b"}])
NUMBERS = st.sampled_from([{"N": "0"}, {"N": "1"}, {"N": "-2"}, {"N": "10"}])
VALUES = {
    "count": st.one_of(NUMBERS, NUMBERS, TEXTS),
    "flag": st.booleans().map(lambda flag: {"BOOL": flag}),
    "made": TEXTS,
    "due_shard": TEXTS,
    "next_due_at": TEXTS,
}
KEYS = st.tuples(st.sampled_from("PQ"), st.sampled_from(["1", "12", "2"]))
ATTRIBUTES = st.fixed_dictionaries({}, optional=VALUES)


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    """A condition of one to three terms, with the values that it names."""
    values: dict[str, Any] = {}
    terms = []
    for number in range(draw(st.integers(1, 2))):
        name = draw(st.sampled_from((*VALUES, "pk")))
        operator = draw(st.sampled_from(["=", "<", "<=", ">", ">=", "exists", "missing", "begins_with"]))
        if operator in {"exists", "missing"}:
            terms.append(f"attribute_{'' if operator == 'exists' else 'not_'}exists(#{name})")
            continue
        values[f":c{number}"] = draw(TEXTS if operator == "begins_with" else VALUES.get(name, TEXTS))
        terms.append(
            f"begins_with(#{name}, :c{number})" if operator == "begins_with" else f"#{name} {operator} :c{number}"
        )
    text = draw(st.sampled_from([" AND ", " OR "])).join(terms)
    used = {f"#{name}": name for name in (*VALUES, "pk") if _mentions(text, f"#{name}")}
    return {"ConditionExpression": text, "ExpressionAttributeNames": used, "ExpressionAttributeValues": values}


def _mentions(text: str, name: str) -> bool:
    return any(f"{name}{end}" in text for end in (" ", ")", ","))


@st.composite
def parts(draw: st.DrawFn) -> dict[str, Any]:
    """One part of a transaction."""
    pk, sk = draw(KEYS)
    key = {"pk": {"S": pk}, "sk": {"S": sk}}
    condition = draw(st.one_of(st.just({}), conditions()))
    condition = {name: value for name, value in condition.items() if value}
    kind = draw(st.sampled_from(["Put", "Update", "Delete", "ConditionCheck"]))
    if kind == "Put":
        return {kind: {"Item": {**key, **draw(ATTRIBUTES)}, **condition}}
    if kind != "Update":
        if kind == "ConditionCheck" and not condition:
            condition = {"ConditionExpression": "attribute_exists(pk)"}
        return {kind: {"Key": key, **condition}}
    sets = draw(ATTRIBUTES.filter(bool))
    removes = sorted({"count", "flag"} - {*sets})
    values = {f":{name}": value for name, value in sets.items()} | condition.get("ExpressionAttributeValues", {})
    names = {f"#{name}": name for name in (*sets, *removes)} | condition.get("ExpressionAttributeNames", {})
    text = "SET " + ", ".join(f"#{name} = :{name}" for name in sets)
    text += (" REMOVE " + ", ".join(f"#{name}" for name in removes)) if removes else ""
    update = {"UpdateExpression": text, "ExpressionAttributeNames": names, "ExpressionAttributeValues": values}
    return {kind: {"Key": key, **condition, **update}}


def in_table(name: str, part: dict[str, Any]) -> dict[str, Any]:
    return {kind: {"TableName": name, **parameters} for kind, parameters in part.items()}


def content(engine: Engine, name: str) -> list[Any]:
    table = table_of(engine.attributes["Account"], engine.attributes["Region"], name)
    return sorted((item.to_json()["Attributes"] for item in table.all_items()), key=json.dumps)


def stream(engine: Engine, name: str) -> list[Any]:
    table = table_of(engine.attributes["Account"], engine.attributes["Region"], name)
    told = [record.record for record in table.stream_shard.items]
    return [(each["eventName"], each["dynamodb"]["Keys"], each["dynamodb"].get("NewImage")) for each in told]


def outcome(call: Any, **parameters: Any) -> Any:
    try:
        answer = call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response.get("CancellationReasons")
    return {name: answer.get(name) for name in ("Item", "Items", "Count", "ScannedCount", "LastEvaluatedKey")}


@pytest.fixture(scope="module")
def plain_engine() -> Any:
    with stub_engine(short_way=False) as engine:
        yield engine


def short_way(engine: Engine) -> ShortWay:
    return ShortWay(engine._runtime, engine.attributes["Account"])


TABLES = itertools.count()


def new_table(engine: Engine) -> str:
    """A table with the keys of ours and one of its indexes."""
    key = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    due = [{"AttributeName": "due_shard", "KeyType": "HASH"}, {"AttributeName": "next_due_at", "KeyType": "RANGE"}]
    name = f"table-{next(TABLES)}"
    engine.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": each["AttributeName"], "AttributeType": "S"} for each in (*key, *due)],
        KeySchema=key,
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        GlobalSecondaryIndexes=[
            {"IndexName": "tickets_by_due", "KeySchema": due, "Projection": {"ProjectionType": "KEYS_ONLY"}}
        ],
    )
    return name


QUERIES: list[dict[str, Any]] = [
    {"KeyConditionExpression": "pk = :pk"},
    {"KeyConditionExpression": "pk = :pk AND begins_with(sk, :sk)"},
    {"KeyConditionExpression": "pk = :pk AND sk >= :sk", "ScanIndexForward": False},
    {"KeyConditionExpression": "pk = :pk", "FilterExpression": "made = :made OR attribute_not_exists(made)"},
    {"KeyConditionExpression": "due_shard = :shard", "IndexName": "tickets_by_due"},
    {"KeyConditionExpression": "due_shard = :shard AND next_due_at < :at", "IndexName": "tickets_by_due"},
]
WRITTEN = {":pk": {"S": "P"}, ":sk": {"S": "1"}, ":made": {"S": "a"}, ":shard": {"S": "a"}, ":at": {"S": "b"}}


def query(call: Any, name: str, asked: dict[str, Any], limit: int | None) -> list[Any]:
    """Every page of a query."""
    texts = f"{asked['KeyConditionExpression']} {asked.get('FilterExpression', '')}"
    values = {key: value for key, value in WRITTEN.items() if f"{key} " in f"{texts} ".replace(")", " ")}
    arguments = {"TableName": name, **asked, "ExpressionAttributeValues": values, **({"Limit": limit} if limit else {})}
    pages = [outcome(call, **arguments)]
    while pages[-1]["LastEvaluatedKey"] is not None:
        pages.append(outcome(call, **arguments, ExclusiveStartKey=pages[-1]["LastEvaluatedKey"]))
    return pages


@settings(max_examples=40)
@given(
    writes=st.lists(st.lists(parts(), min_size=1, max_size=2), min_size=4, max_size=10),
    limit=st.sampled_from([None, 1, 2]),
)
def test_what_is_written_and_read_is_the_same_both_ways(
    plain_engine: Engine, writes: list[list[dict[str, Any]]], limit: int | None
) -> None:
    client, short = plain_engine.client("dynamodb"), short_way(plain_engine)
    one, other = new_table(plain_engine), new_table(plain_engine)

    def either(operation: str, method: Any) -> Any:
        def call(**parameters: Any) -> Any:
            try:
                return short.call("dynamodb", plain_engine.attributes["Region"], operation, parameters)
            except (ServiceException, HTTPException):
                return method(**parameters)

        return call

    write = either("TransactWriteItems", client.transact_write_items)
    for transaction in writes:
        stock = outcome(client.transact_write_items, TransactItems=[in_table(one, part) for part in transaction])
        assert outcome(write, TransactItems=[in_table(other, part) for part in transaction]) == stock
        assert content(plain_engine, other) == content(plain_engine, one)
    for asked in QUERIES:
        stock = query(client.query, one, asked, limit)
        assert query(either("Query", client.query), other, asked, limit) == stock


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("dynamodb", "DescribeTable", {"TableName": TABLE}),
        ("sqs", "SendMessage", {}),
        ("lambda", "Invoke", {"FunctionName": "unknown"}),
    ],
)
def test_what_has_no_short_way_is_left_to_moto(
    plain_engine: Engine, service: str, operation: str, parameters: dict[str, Any]
) -> None:
    with pytest.raises(LeftToMoto):
        short_way(plain_engine).call(service, plain_engine.attributes["Region"], operation, parameters)
