"""Every row of the contract, asked with a real boto3 client over loopback."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from authlens.core.request.authorizer import SIGNATURE_NAME, Authorizer
from authlens.core.signing.signing import sign
from authlens.core.text.encodings import url_encode
from support.local_endpoint import Failing, Running, StandIn, definitions, running
from support.public_keys import pair

POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"}]}'
COMPACT = POLICY.replace(": ", ":").replace(", ", ",")
KEYS = (("k1", pair("a").public_pem), ("k2", pair("b").public_pem))
PLAIN = Authorizer("plain", signing_disabled=True)
OFF = Authorizer("off", status="INACTIVE", signing_disabled=True)
SIGNED = Authorizer("signed", token_key_name="tok", token_signing_public_keys=KEYS)


def signature(token: str, key: str = "a") -> str:
    return sign(token, pair(key).private_pem)


def allowing(**members: Any) -> Callable[[dict[str, Any]], Any]:
    answer = {"isAuthenticated": True, "principalId": "p1", "policyDocuments": [POLICY], **members}
    return lambda event: {name: value for name, value in answer.items() if value != "ABSENT"}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Running]:
    with running(definitions(PLAIN, OFF, SIGNED)) as started:
        yield started


@pytest.fixture(autouse=True)
def function(endpoint: Running) -> StandIn:
    """The function behind every authorizer: it allows, until a test says otherwise."""
    endpoint.host.function = allowing()
    endpoint.host.events.clear()
    endpoint.host.log = ""
    return endpoint.host


def refused(endpoint: Running, **members: Any) -> tuple[int, str, str | None]:
    """Status, class and message of a refused test call."""
    with pytest.raises(ClientError) as raised:
        endpoint.client().test_invoke_authorizer(**members)
    response: Any = raised.value.response
    known = endpoint.client().exceptions.from_code(response["Error"]["Code"])
    assert isinstance(raised.value, known)
    assert re.fullmatch("[0-9a-f-]{36}", response["ResponseMetadata"]["RequestId"])
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"], response["Error"]["Message"]


def validation(*violations: str) -> str:
    plural = "" if len(violations) == 1 else "s"
    return f"{len(violations)} validation error{plural} detected: " + "; ".join(
        f"Value at '{violation.partition(' ')[0]}' failed to satisfy constraint: Member {violation.partition(' ')[2]}"
        for violation in violations
    )


INVALID = "InvalidRequestException"

BEFORE: list[tuple[str, dict[str, Any], int, str, str | None]] = [
    (
        "name pattern",
        {"authorizerName": "bad name!", "mqttContext": {}},
        400,
        INVALID,
        validation(r"authorizerName must satisfy regular expression pattern: [\w=,@-]+"),
    ),
    (
        "several constraints, in the model's order",
        {
            "authorizerName": "nope",
            "token": "t" * 6145,
            "tokenSignature": "not base64!",
            "httpContext": {"queryString": "", "headers": {"a": ""}},
            "mqttContext": {"password": b"", "clientId": "c" * 65536},
            "tlsContext": {"serverName": "s" * 254},
        },
        400,
        INVALID,
        validation(
            "token must have length less than or equal to 6144",
            "tokenSignature must satisfy regular expression pattern: [A-Za-z0-9+/]+={0,2}",
            "httpContext.headers must have length greater than or equal to 1",
            "httpContext.queryString must have length greater than or equal to 1",
            "mqttContext.password must have length greater than or equal to 1",
            "mqttContext.clientId must have length less than or equal to 65535",
            "tlsContext.serverName must have length less than or equal to 253",
        ),
    ),
    (
        "unknown authorizer, before pairing",
        {"authorizerName": "nope", "token": "t"},
        404,
        "ResourceNotFoundException",
        "Authorizer nope not found",
    ),
    (
        "token alone",
        {"authorizerName": "plain", "token": "t"},
        400,
        INVALID,
        "Request must provide both token and tokenSignature together.",
    ),
    (
        "signature alone",
        {"authorizerName": "signed", "tokenSignature": "c2ln"},
        400,
        INVALID,
        "Request must provide both token and tokenSignature together.",
    ),
    (
        "token with a context",
        {"authorizerName": "signed", "token": "t", "tokenSignature": "c2ln", "mqttContext": {"clientId": "c"}},
        400,
        INVALID,
        "Request cannot have token and Http/Mqtt/Tls context.",
    ),
    (
        "token with an empty context",
        {"authorizerName": "signed", "token": "t", "tokenSignature": "c2ln", "tlsContext": {}},
        400,
        INVALID,
        "Request cannot have token and Http/Mqtt/Tls context.",
    ),
    (
        "signing disabled",
        {"authorizerName": "plain", "token": "t", "tokenSignature": signature("t")},
        400,
        INVALID,
        "Token and token signature provided but signing is disabled for the authorizer.",
    ),
    (
        "nothing, unsigned",
        {"authorizerName": "plain"},
        400,
        INVALID,
        "Request must have Http/Mqtt/Tls context.",
    ),
    ("nothing, signed", {"authorizerName": "signed"}, 400, INVALID, "Request must have Http/Mqtt/Tls context."),
    (
        "query string without its mark",
        {"authorizerName": "plain", "httpContext": {"queryString": "a=b"}},
        400,
        INVALID,
        "Invalid arguments in the call",
    ),
    (
        "signature over another token",
        {"authorizerName": "signed", "token": "t", "tokenSignature": signature("other")},
        400,
        INVALID,
        "Token signature mismatch for authorizer signed",
    ),
    (
        "signature of an unknown key",
        {"authorizerName": "signed", "token": "t", "tokenSignature": signature("t", "3")},
        400,
        INVALID,
        "Token signature mismatch for authorizer signed",
    ),
    (
        "signature that is not a signature",
        {"authorizerName": "signed", "token": "t", "tokenSignature": "c2ln"},
        400,
        INVALID,
        "Token signature mismatch for authorizer signed",
    ),
    (
        "signature in the username, not URL-encoded: plus is a space",
        {"authorizerName": "signed", "mqttContext": {"username": f"u?tok=t&{SIGNATURE_NAME}=a+b"}},
        400,
        INVALID,
        "Token signature mismatch for authorizer signed",
    ),
    (
        "signed, no token in the contexts",
        {"authorizerName": "signed", "mqttContext": {"clientId": "c", "password": b"x"}},
        400,
        INVALID,
        None,
    ),
    (
        "signed, no signature in the contexts",
        {"authorizerName": "signed", "httpContext": {"headers": {"tok": "t"}}},
        400,
        INVALID,
        None,
    ),
]


@pytest.mark.parametrize(
    ("members", "status", "error", "message"), [pytest.param(*case[1:], id=case[0]) for case in BEFORE]
)
def test_refused_before_the_function_runs(
    endpoint: Running, members: dict[str, Any], status: int, error: str, message: str | None
) -> None:
    assert refused(endpoint, **members) == (status, error, message)
    assert endpoint.host.events == []


POLICIES = "policyDocuments failed to satisfy constraint: "
PRINCIPAL = " at principalId failed to satisfy constraint: Member must satisfy ([a-zA-Z0-9]){1,128}"
SECONDS = "AfterInSeconds failed to satisfy constraint: Member must be greater than 5 minutes and less than 24 hours."


def raising(error_type: str, message: str) -> Callable[[dict[str, Any]], Any]:
    def function(event: dict[str, Any]) -> Any:
        raise Failing(error_type, message)

    return function


AFTER: list[tuple[str, Callable[[dict[str, Any]], Any], str]] = [
    (
        "raised",
        raising("ValueError", "it broke"),
        "Lambda function encountered error in execution: it broke: ValueError",
    ),
    (
        "timed out",
        raising("Sandbox.Timedout", "Task timed out after 5.00 seconds"),
        "Lambda function encountered error in execution: Task timed out after 5.00 seconds: Sandbox.Timedout",
    ),
    ("no isAuthenticated", allowing(isAuthenticated="ABSENT"), "Lambda invocation result is in invalid format"),
    ("not a JSON object", lambda event: [1], "Lambda invocation result is in invalid format"),
    ("bare denial", lambda event: {"isAuthenticated": False}, "null" + PRINCIPAL),
    ("bad principal", allowing(principalId="a-b"), "a-b" + PRINCIPAL),
    ("principal not text", allowing(principalId=12), "12" + PRINCIPAL),
    ("no documents", allowing(policyDocuments="ABSENT"), POLICIES + "List of policies cannot be null."),
    (
        "no documents, denied",
        allowing(isAuthenticated=False, policyDocuments={}),
        POLICIES + "List of policies cannot be null.",
    ),
    (
        "eleven documents",
        allowing(policyDocuments=[POLICY] * 11),
        POLICIES + "Number of policies allowed cannot exceed 10",
    ),
    (
        "document too long",
        allowing(policyDocuments=["x" * 2049]),
        POLICIES + "Size of a policy document cannot exceeds hard limit of 2048",
    ),
    (
        "document no policy",
        allowing(policyDocuments=["this is not json"]),
        POLICIES + "Policy document is Malformed: Invalid policy syntax.",
    ),
    (
        "resource no ARN",
        allowing(policyDocuments=[{"Statement": [{"Resource": '["arn:aws:iot:a:b:client/c"]'}]}]),
        'Policy document is Malformed: The resource ["arn:aws:iot:a:b:client/c"] is not in valid ARN format',
    ),
    (
        "refresh first",
        allowing(refreshAfterInSeconds=299, disconnectAfterInSeconds=1),
        "299 at refresh" + SECONDS,
    ),
    ("disconnect", allowing(disconnectAfterInSeconds=86401), "86401 at disconnect" + SECONDS),
]


@pytest.mark.parametrize(("answering", "message"), [pytest.param(*case[1:], id=case[0]) for case in AFTER])
def test_refused_after_the_function_ran(
    endpoint: Running, answering: Callable[[dict[str, Any]], Any], message: str
) -> None:
    endpoint.host.function = answering

    assert refused(endpoint, authorizerName="plain", mqttContext={}) == (400, "InvalidResponseException", message)
    assert len(endpoint.host.events) == 1


ACCEPTED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("as given", {"refreshAfterInSeconds": 300, "disconnectAfterInSeconds": 86400}, {}),
    ("defaults", {}, {}),
    ("empty list", {"policyDocuments": []}, {"policyDocuments": []}),
    ("denied", {"isAuthenticated": False}, {"isAuthenticated": False}),
    ("object compacted", {"policyDocuments": [json.loads(POLICY)]}, {"policyDocuments": [COMPACT]}),
    ("others dropped", {"context": {"a": "b"}}, {}),
]


@pytest.mark.parametrize(("members", "expected"), [pytest.param(*case[1:], id=case[0]) for case in ACCEPTED])
def test_accepted(endpoint: Running, members: dict[str, Any], expected: dict[str, Any]) -> None:
    endpoint.host.function = allowing(**members)

    answer = endpoint.client().test_invoke_authorizer(authorizerName="plain", mqttContext={})

    del answer["ResponseMetadata"]
    assert answer == {
        "isAuthenticated": True,
        "principalId": "p1",
        "policyDocuments": [POLICY],
        "refreshAfterInSeconds": 300,
        "disconnectAfterInSeconds": 86400,
        **expected,
    }


def test_an_inactive_authorizer_answers(endpoint: Running) -> None:
    assert endpoint.client().test_invoke_authorizer(authorizerName="off", tlsContext={})["isAuthenticated"]


@pytest.mark.parametrize("key", ["a", "b"])
def test_token_mode_with_either_key(endpoint: Running, key: str) -> None:
    endpoint.client().test_invoke_authorizer(
        authorizerName="signed", token="tökén", tokenSignature=signature("tökén", key)
    )

    (event,) = endpoint.host.events
    identity = event.pop("connectionMetadata")
    assert event == {"token": "tökén", "signatureVerified": True}
    assert re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", identity["id"])


@pytest.mark.parametrize(
    "contexts",
    [
        {"mqttContext": {"username": f"u?TOK=a%2Fb&{SIGNATURE_NAME.upper()}={url_encode(signature('a/b'))}"}},
        {"httpContext": {"queryString": f"?x=1&tok=a/b&{SIGNATURE_NAME}={url_encode(signature('a/b', 'b'))}"}},
        {"httpContext": {"headers": {"Tok": "a/b", "X-Amz-CustomAuthorizer-Signature": signature("a/b")}}},
        {
            "mqttContext": {"username": "u?tok=a%2fb"},
            "httpContext": {"queryString": "?tok=no", "headers": {"tok": "no", SIGNATURE_NAME: signature("a/b")}},
        },
    ],
    ids=["username", "query string", "headers", "username before the others"],
)
def test_a_signed_authorizer_finds_the_token_in_the_contexts(endpoint: Running, contexts: dict[str, Any]) -> None:
    endpoint.client().test_invoke_authorizer(authorizerName="signed", **contexts)

    (event,) = endpoint.host.events
    assert (event["token"], event["signatureVerified"]) == ("a/b", True)
    assert event["protocolData"] == {name.removesuffix("Context"): value for name, value in contexts.items()}


def test_the_contexts_go_through_as_sent(endpoint: Running) -> None:
    http = {"headers": {"X-Mixed-Case": "Value"}, "queryString": "?a=b&c=d"}
    endpoint.client().test_invoke_authorizer(
        authorizerName="plain",
        httpContext=http,
        mqttContext={"username": "u?tok=t", "password": b"\x00\xff", "clientId": "c"},
        tlsContext={"serverName": "iot.example.com"},
    )

    (event,) = endpoint.host.events
    del event["connectionMetadata"]
    assert event == {
        "signatureVerified": False,
        "protocols": ["tls", "http", "mqtt"],
        "protocolData": {
            "tls": {"serverName": "iot.example.com"},
            "http": http,
            "mqtt": {"username": "u?tok=t", "password": "AP8=", "clientId": "c"},
        },
    }


def test_an_empty_context_is_given_to_the_function(endpoint: Running) -> None:
    endpoint.client().test_invoke_authorizer(authorizerName="plain", httpContext={})

    (event,) = endpoint.host.events
    assert (event["protocols"], event["protocolData"]) == (["http"], {"http": {}})
