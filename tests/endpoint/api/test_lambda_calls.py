"""Lambda's calls, STS's, and those that are not served, with a real boto3 client."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from authlens.core.request.authorizer import Authorizer
from support.local_endpoint import ACCOUNT, REGION, Failing, Running, StandIn, definitions, function, refused, running

ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:sensor"


@pytest.fixture
def endpoint() -> Iterator[Running]:
    with running(
        definitions(Authorizer("first", signing_disabled=True)), StandIn(lambda event: {"ok": True})
    ) as started:
        yield started


@pytest.mark.parametrize("name", ["sensor", ARN, f"{ACCOUNT}:function:sensor", f"{ARN}:$LATEST", "sensor:$LATEST"])
def test_lambda_invoke(endpoint: Running, name: str) -> None:
    endpoint.host.log = "printed\n"
    answer = endpoint.client("lambda").invoke(FunctionName=name, Payload=b'{"a": 1}', LogType="Tail")

    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST")
    assert json.loads(answer["Payload"].read()) == {"ok": True}
    assert base64.b64decode(answer["LogResult"]) == b"printed\n"
    assert "FunctionError" not in answer
    assert endpoint.host.events == [{"a": 1}]


def test_lambda_invoke_with_a_function_that_fails(endpoint: Running) -> None:
    def fail(event: dict[str, Any]) -> Any:
        raise Failing("ValueError", "it broke")

    endpoint.host.function = fail
    answer = endpoint.client("lambda").invoke(FunctionName="sensor")

    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert json.loads(answer["Payload"].read()) == {
        "errorMessage": "it broke",
        "errorType": "ValueError",
        "stackTrace": ["line 1"],
    }
    assert "LogResult" not in answer
    assert endpoint.host.events == [{}]


def test_lambda_passes_the_client_context_on(endpoint: Running) -> None:
    context = json.dumps({"custom": {"a": "b"}})
    endpoint.client("lambda").invoke(
        FunctionName="sensor", ClientContext=base64.b64encode(context.encode()).decode(), Payload=b"[]"
    )

    assert endpoint.host.contexts == [context]


def test_lambda_dry_run(endpoint: Running) -> None:
    answer = endpoint.client("lambda").invoke(FunctionName="sensor", InvocationType="DryRun")

    assert answer["StatusCode"] == 204
    assert endpoint.host.events == []


@pytest.mark.parametrize(
    ("members", "status", "error"),
    [
        ({"FunctionName": "nope"}, 404, "ResourceNotFoundException"),
        ({"FunctionName": "sensor", "Qualifier": "live"}, 404, "ResourceNotFoundException"),
        ({"FunctionName": ARN.replace(REGION, "us-east-1")}, 404, "ResourceNotFoundException"),
        ({"FunctionName": "bad name"}, 404, "ResourceNotFoundException"),
        ({"FunctionName": "sensor", "Payload": b"{nope"}, 400, "InvalidRequestContentException"),
        ({"FunctionName": "sensor", "InvocationType": "Event"}, 400, "InvalidParameterValueException"),
        ({"FunctionName": "sensor", "ClientContext": "!"}, 400, "InvalidParameterValueException"),
        ({"FunctionName": "sensor", "Payload": b" " * (6 * 1024 * 1024 + 1)}, 413, "RequestTooLargeException"),
    ],
    ids=["name", "qualifier", "region", "no name", "not JSON", "event", "client context", "too large"],
)
def test_lambda_refuses(endpoint: Running, members: dict[str, Any], status: int, error: str) -> None:
    assert refused(endpoint.client("lambda").invoke, **members)[:2] == (status, error)


def test_lambda_configuration(endpoint: Running) -> None:
    answer = endpoint.client("lambda").get_function_configuration(FunctionName="sensor")

    shown = {name: answer[name] for name in ("FunctionName", "FunctionArn", "Runtime", "Handler", "Timeout", "State")}
    assert shown == {
        "FunctionName": "sensor",
        "FunctionArn": ARN,
        "Runtime": "python3.11",
        "Handler": "app.handler",
        "Timeout": 30,
        "State": "Active",
    }
    configuration = endpoint.client("lambda").get_function(FunctionName=ARN)["Configuration"]
    assert {name: configuration[name] for name in shown} == shown


def test_there_are_no_domain_configurations(endpoint: Running) -> None:
    iot = endpoint.client("iot")
    assert iot.list_domain_configurations(serviceType="DATA")["domainConfigurations"] == []
    answer = refused(iot.describe_domain_configuration, domainConfigurationName="shop")
    assert answer[:2] == (404, "ResourceNotFoundException")


def test_lambda_policy_lets_iot_call_the_function(endpoint: Running) -> None:
    policy = json.loads(endpoint.client("lambda").get_policy(FunctionName="sensor")["Policy"])

    (statement,) = policy["Statement"]
    assert (statement["Principal"], statement["Action"], statement["Resource"]) == (
        {"Service": "iot.amazonaws.com"},
        "lambda:InvokeFunction",
        ARN,
    )
    assert statement["Condition"]["ArnLike"]["AWS:SourceArn"].endswith(":authorizer/first")


def test_a_function_without_an_authorizer_has_no_policy() -> None:
    with running(definitions(functions=[function("alone")])) as endpoint:
        answer = refused(endpoint.client("lambda").get_policy, FunctionName="alone")

    assert answer[:2] == (404, "ResourceNotFoundException")


def test_sts_says_who_is_calling(endpoint: Running) -> None:
    answer = endpoint.client("sts").get_caller_identity()

    assert (answer["Account"], answer["Arn"]) == (ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/authlens")


@pytest.mark.parametrize(
    ("service", "call", "status", "error"),
    [
        ("iot", "list_things", 404, "UnknownOperationException"),
        ("lambda", "list_layers", 404, "UnknownOperationException"),
        ("sts", "get_session_token", 400, "InvalidAction"),
        ("dynamodb", "list_tables", 404, "UnknownOperationException"),
        ("iam", "list_users", 400, "InvalidAction"),
    ],
)
def test_a_call_that_is_not_served_has_an_aws_error(
    endpoint: Running, service: str, call: str, status: int, error: str
) -> None:
    assert refused(getattr(endpoint.client(service), call))[:2] == (status, error)
