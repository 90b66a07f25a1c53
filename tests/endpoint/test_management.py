"""The calls that manage authorizers, with a real boto3 client: contract §8 and what Lambda, STS and others answer."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from authlens.core.authorizer import Authorizer
from support.local_endpoint import ACCOUNT, REGION, Failing, Running, StandIn, definitions, function, running
from support.public_keys import of_bits, pair

ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:sensor"
K1, K2 = pair("1").public_pem, pair("2").public_pem
PLAIN = {"authorizerFunctionArn": ARN, "signingDisabled": True}


@pytest.fixture
def endpoint() -> Iterator[Running]:
    with running(
        definitions(Authorizer("first", signing_disabled=True)), StandIn(lambda event: {"ok": True})
    ) as started:
        yield started


@pytest.fixture
def iot(endpoint: Running) -> Any:
    return endpoint.client()


def refused(call: Any, **members: Any) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as raised:
        call(**members)
    response: Any = raised.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"], response["Error"]["Message"]


def describe(iot: Any, name: str) -> dict[str, Any]:
    found: dict[str, Any] = iot.describe_authorizer(authorizerName=name)["authorizerDescription"]
    return found


def names(iot: Any, **members: Any) -> list[str]:
    return [found["authorizerName"] for found in iot.list_authorizers(**members)["authorizers"]]


def test_create_fills_in_the_defaults(iot: Any) -> None:
    answer = iot.create_authorizer(authorizerName="new", tags=[{"Key": "a", "Value": "b"}], **PLAIN)

    arn = f"arn:aws:iot:{REGION}:{ACCOUNT}:authorizer/new"
    found = describe(iot, "new")
    assert (answer["authorizerName"], answer["authorizerArn"]) == ("new", arn)
    created, modified = found.pop("creationDate"), found.pop("lastModifiedDate")
    assert created == modified
    assert abs(created - datetime.now(created.tzinfo)) < timedelta(minutes=1)
    assert found == {
        "authorizerName": "new",
        "authorizerArn": arn,
        "authorizerFunctionArn": ARN,
        "status": "INACTIVE",
        "signingDisabled": True,
        "enableCachingForHttp": False,
    }


def test_a_signed_authorizer_keeps_its_pem_verbatim(iot: Any) -> None:
    keys = {"k1": "junk\n" + K1}
    iot.create_authorizer(
        authorizerName="new",
        authorizerFunctionArn=ARN,
        tokenKeyName="tok",
        tokenSigningPublicKeys=keys,
        status="ACTIVE",
    )

    found = describe(iot, "new")
    assert (found["tokenSigningPublicKeys"], found["tokenKeyName"], found["signingDisabled"]) == (keys, "tok", False)


@pytest.mark.parametrize(
    ("members", "status", "error", "message"),
    [
        (
            {"authorizerFunctionArn": ARN},
            400,
            "InvalidRequestException",
            "Token key name for authorizer new cannot be null",
        ),
        (
            {
                "authorizerFunctionArn": ARN,
                "tokenKeyName": "tok",
                "tokenSigningPublicKeys": {"k": of_bits(1024)},
            },
            400,
            "InvalidRequestException",
            "Authorizer new public key for key name k invalid: Key must be 2048 bits but was 1024 bits",
        ),
        (
            PLAIN | {"authorizerName": "first"},
            409,
            "ResourceAlreadyExistsException",
            "Authorizer first already exist for this account",
        ),
    ],
    ids=["no token key name", "1,024 bits", "name taken"],
)
def test_create_refuses(iot: Any, members: dict[str, Any], status: int, error: str, message: str) -> None:
    assert refused(iot.create_authorizer, **{"authorizerName": "new", **members}) == (status, error, message)
    assert names(iot) == ["first"]


def test_a_conflict_names_the_resource(iot: Any) -> None:
    with pytest.raises(iot.exceptions.ResourceAlreadyExistsException) as raised:
        iot.create_authorizer(authorizerName="first", **PLAIN)

    assert raised.value.response["resourceId"] == "first"
    assert raised.value.response["resourceArn"].endswith(":authorizer/first")


def test_update_changes_only_what_was_sent(iot: Any) -> None:
    before = describe(iot, "first")
    iot.update_authorizer(authorizerName="first", status="INACTIVE", enableCachingForHttp=True)

    after = describe(iot, "first")
    changed = {name for name in after if after[name] != before.get(name)}
    assert {"status", "enableCachingForHttp"} <= changed <= {"status", "enableCachingForHttp", "lastModifiedDate"}
    assert after["lastModifiedDate"] >= before["lastModifiedDate"]


def test_update_merges_keys_by_name(iot: Any) -> None:
    iot.create_authorizer(
        authorizerName="s", authorizerFunctionArn=ARN, tokenKeyName="tok", tokenSigningPublicKeys={"k1": K1}
    )
    iot.update_authorizer(authorizerName="s", tokenSigningPublicKeys={"k2": K2})

    assert refused(iot.update_authorizer, authorizerName="s", tokenSigningPublicKeys={"k3": K1}) == (
        400,
        "InvalidRequestException",
        "Number of signing keys for authorizer s must neither be zero nor greater than 2",
    )
    assert describe(iot, "s")["tokenSigningPublicKeys"] == {"k1": K1, "k2": K2}


def test_delete_asks_for_inactive_and_not_default(iot: Any) -> None:
    active = (
        400,
        "InvalidRequestException",
        "Cannot delete authorizer first in ACTIVE status. Update status to INACTIVE and delete.",
    )
    default = (
        409,
        "DeleteConflictException",
        "Cannot delete default authorizer first. Change default and retry delete.",
    )
    iot.set_default_authorizer(authorizerName="first")
    assert refused(iot.delete_authorizer, authorizerName="first") == active
    iot.update_authorizer(authorizerName="first", status="INACTIVE")
    assert refused(iot.delete_authorizer, authorizerName="first") == default
    iot.clear_default_authorizer()
    iot.delete_authorizer(authorizerName="first")

    assert names(iot) == []
    iot.create_authorizer(authorizerName="first", **PLAIN)


def test_default_authorizer(iot: Any) -> None:
    missing = (404, "ResourceNotFoundException", "Default authorizer not found")
    assert refused(iot.describe_default_authorizer) == missing
    assert refused(iot.clear_default_authorizer) == missing
    assert iot.set_default_authorizer(authorizerName="first")["authorizerArn"].endswith("/first")
    assert refused(iot.set_default_authorizer, authorizerName="first") == (
        409,
        "ResourceAlreadyExistsException",
        "Duplicate default authorizer first already configured for this account",
    )
    iot.create_authorizer(authorizerName="second", **PLAIN)
    iot.set_default_authorizer(authorizerName="second")

    assert iot.describe_default_authorizer()["authorizerDescription"] == describe(iot, "second")
    iot.clear_default_authorizer()
    assert refused(iot.describe_default_authorizer) == missing


@pytest.mark.parametrize("call", ["describe", "update", "delete", "set_default"])
@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("missing", 404, "Authorizer missing not found"),
        ("bad name!", 400, "1 validation error detected: Value at 'authorizerName' failed to satisfy constraint: "),
        ("a/b", 400, "1 validation error detected: Value at 'authorizerName' failed to satisfy constraint: "),
        ("!" * 129, 400, "2 validation errors detected: Value at 'authorizerName' failed to satisfy constraint: "),
    ],
    ids=["missing", "pattern", "slash", "both"],
)
def test_the_name_is_checked_before_it_is_looked_up(iot: Any, call: str, name: str, status: int, words: str) -> None:
    operation = getattr(iot, "set_default_authorizer" if call == "set_default" else f"{call}_authorizer")
    answer = refused(operation, authorizerName=name)

    assert answer[0] == status
    assert answer[2].startswith(words)


def test_list_orders_filters_and_pages(iot: Any) -> None:
    for name in ("b", "a", "c"):
        iot.create_authorizer(authorizerName=name, **PLAIN)
    iot.update_authorizer(authorizerName="a", status="ACTIVE")

    assert names(iot) == ["c", "a", "b", "first"]
    assert names(iot, ascendingOrder=True) == ["first", "b", "a", "c"]
    assert names(iot, status="ACTIVE") == ["a", "first"]
    assert names(iot, status="INACTIVE", ascendingOrder=True) == ["b", "c"]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("ascending", [False, True])
def test_every_page_size_lists_all_once(iot: Any, size: int, ascending: bool) -> None:
    for name in ("a", "b", "c"):
        iot.create_authorizer(authorizerName=name, **PLAIN)
    pages = list(
        iot.get_paginator("list_authorizers").paginate(ascendingOrder=ascending, PaginationConfig={"PageSize": size})
    )

    listed = [found["authorizerName"] for page in pages for found in page["authorizers"]]
    assert listed == (["first", "a", "b", "c"] if ascending else ["c", "b", "a", "first"])
    assert all(len(page["authorizers"]) == size for page in pages[:-1])
    assert ["nextMarker" in page for page in pages] == [True] * (len(pages) - 1) + [False]


def test_a_page_survives_a_deletion(iot: Any) -> None:
    for name in ("a", "b", "c"):
        iot.create_authorizer(authorizerName=name, **PLAIN)
    first = iot.list_authorizers(pageSize=2)
    iot.delete_authorizer(authorizerName="b")

    assert names(iot, marker=first["nextMarker"]) == ["a", "first"]


@pytest.mark.parametrize("marker", ["bm8=", "!", "abc"], ids=["no number", "pattern", "padding"])
def test_a_marker_of_no_listing_is_refused(iot: Any, marker: str) -> None:
    assert refused(iot.list_authorizers, marker=marker)[:2] == (400, "InvalidRequestException")


@pytest.mark.parametrize("size", [0, 251, "x"])
def test_a_page_size_out_of_range_is_refused(iot: Any, size: Any) -> None:
    assert refused(iot.list_authorizers, pageSize=size)[0] == 400


def test_an_authorizer_of_a_function_elsewhere_is_kept_and_fails_when_tested(iot: Any) -> None:
    elsewhere = "arn:aws:lambda:us-east-1:111122223333:function:sensor"
    iot.create_authorizer(authorizerName="new", authorizerFunctionArn=elsewhere, signingDisabled=True)

    assert refused(iot.test_invoke_authorizer, authorizerName="new", mqttContext={}) == (
        400,
        "InvalidResponseException",
        f"Lambda function encountered error in execution: Function not found: {elsewhere}: ResourceNotFoundException",
    )


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
    ids=["name", "qualifier", "region", "no name", "no JSON", "event", "client context", "too large"],
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
        ("lambda", "list_functions", 404, "UnknownOperationException"),
        ("sts", "get_session_token", 400, "InvalidAction"),
        ("dynamodb", "list_tables", 404, "UnknownOperationException"),
        ("iam", "list_users", 400, "InvalidAction"),
    ],
)
def test_a_call_that_is_not_served_has_an_aws_error(
    endpoint: Running, service: str, call: str, status: int, error: str
) -> None:
    assert refused(getattr(endpoint.client(service), call))[:2] == (status, error)
