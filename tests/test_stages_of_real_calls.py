"""The stage verdict of calls that really went through boto3 to an endpoint which answers as AWS does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from authlens.aws.gateway import BotoGateway
from authlens.core.invocation.invocation import Invocation
from authlens.core.preflight.preflight import preflight
from authlens.core.request.authorizer import SIGNATURE_NAME, Authorizer
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext
from authlens.core.request.target import StaticCredentials, Target
from authlens.core.request.token_place import place
from authlens.core.signing.signing import sign
from authlens.core.verdict.stages import Stage, Verdict, foreseen, stages
from support.local_endpoint import Failing, Running, StandIn, definitions, running
from support.public_keys import pair

SIGNED = Authorizer("Signed", token_key_name="tok", token_signing_public_keys=(("k1", pair("a").public_pem),))
UNSIGNED = Authorizer("Unsigned", signing_disabled=True)
SIGNATURE = sign("t", pair("a").private_pem)
MQTT = MqttContext("u", "p", "c1")
GATEWAY = BotoGateway("once")
GOOD = {"isAuthenticated": True, "principalId": "p1", "policyDocuments": []}

Function = Callable[[dict[str, Any]], Any]


def answers(**members: Any) -> Function:
    return lambda event: {**GOOD, **members}


def fails(error_type: str, message: str) -> Function:
    def function(event: dict[str, Any]) -> None:
        raise Failing(error_type, message)

    return function


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Running]:
    with running(definitions(SIGNED, UNSIGNED), StandIn()) as served:
        yield served


def verdict(endpoint: Running, request: AuthorizerRequest, function: Function | None = None) -> Verdict:
    endpoint.host.function = function or answers()
    target = Target(endpoint_url=endpoint.url, region="eu-west-1", credentials=StaticCredentials("a", "b"))
    reply = GATEWAY.invoke(request, target)
    return stages(Invocation(request, target, reply.result, datetime.now(UTC), reply.duration))


BEFORE = {
    "model constraint": (AuthorizerRequest("Unsigned", token="t", token_signature="%"), Stage.WELL_FORMED),
    "unknown authorizer": (AuthorizerRequest("Nobody", mqtt_context=MQTT), Stage.FOUND),
    "half a pair": (AuthorizerRequest("Signed", token="t"), Stage.FITS),
    "token and context": (AuthorizerRequest("Signed", "t", SIGNATURE, mqtt_context=MQTT), Stage.FITS),
    "signing disabled": (AuthorizerRequest("Unsigned", "t", SIGNATURE), Stage.FITS),
    "nothing sent": (AuthorizerRequest("Unsigned"), Stage.FITS),
    "query string": (AuthorizerRequest("Unsigned", http_context=HttpContext(query_string="a=1")), Stage.FITS),
    "mismatch": (AuthorizerRequest("Signed", "other", SIGNATURE), Stage.SIGNATURE),
    "nothing to verify": (AuthorizerRequest("Signed", mqtt_context=MQTT), Stage.SIGNATURE),
    "mismatch in a context": (
        AuthorizerRequest("Signed", mqtt_context=MqttContext(f"u?tok=x&{SIGNATURE_NAME}=AAAA")),
        Stage.SIGNATURE,
    ),
}


@pytest.mark.parametrize(("request_", "stage"), BEFORE.values(), ids=BEFORE.keys())
def test_what_is_refused_before_the_function_runs_was_foreseen(
    endpoint: Running, request_: AuthorizerRequest, stage: Stage
) -> None:
    shown = verdict(endpoint, request_)
    assert shown.lit is not None
    assert (shown.lit.stage, shown.explanation != "unknown") == (stage, True)
    authorizer = SIGNED if request_.authorizer_name == "Signed" else UNSIGNED
    before = foreseen(preflight(request_, authorizer), authorizer).lit
    if stage is not Stage.FOUND:
        assert before is not None
        assert before.stage is stage


AFTER = {
    "raised": (fails("KeyError", "'password'"), Stage.RAN, "function-failed"),
    "timed out": (fails("Sandbox.Timedout", "Task timed out after 5.00 seconds"), Stage.RAN, "function-failed"),
    "null": (lambda event: None, Stage.VALID, "no-boolean"),
    "text": (answers(isAuthenticated="true"), Stage.VALID, "no-boolean"),
    "bare refusal": (lambda event: {"isAuthenticated": False}, Stage.VALID, "bare-refusal"),
    "principal": (answers(principalId="sensor-7"), Stage.VALID, "principal-id"),
    "no list": (answers(policyDocuments=None), Stage.VALID, "no-policy-list"),
    "eleven": (answers(policyDocuments=[{}] * 11), Stage.VALID, "too-many-documents"),
    "long": (answers(policyDocuments=["x" * 2049]), Stage.VALID, "document-too-long"),
    "syntax": (answers(policyDocuments=["x"]), Stage.VALID, "policy-syntax"),
    "stringified list": (
        answers(policyDocuments=[{"Statement": {"Resource": "['arn:aws:iot:…']"}}]),
        Stage.VALID,
        "resource-arn",
    ),
    "refresh": (answers(refreshAfterInSeconds=299), Stage.VALID, "refresh-seconds"),
    "disconnect": (answers(disconnectAfterInSeconds=86401), Stage.VALID, "disconnect-seconds"),
    "refused": (answers(isAuthenticated=False), Stage.AUTHENTICATED, "refused"),
    "nothing allowed": (answers(), Stage.POLICY, ""),
}


@pytest.mark.parametrize(("function", "stage", "explanation"), AFTER.values(), ids=AFTER.keys())
def test_what_the_function_answers_is_explained(
    endpoint: Running, function: Function, stage: Stage, explanation: str
) -> None:
    shown = verdict(endpoint, AuthorizerRequest("Unsigned", mqtt_context=MQTT), function)
    assert shown.lit is not None
    assert (shown.lit.stage, shown.explanation) == (stage, explanation)


def test_a_signed_request_comes_through_wherever_the_signature_is_placed(endpoint: Running) -> None:
    plain = AuthorizerRequest("Signed", "t", SIGNATURE)
    placed = [place(plain, where, SIGNATURE, SIGNED) for where in ("username", "queryString", "headers")]
    nothing_allowed = verdict(endpoint, plain).lit
    for request in (plain, *placed):
        assert not [each for each in preflight(request, SIGNED) if each.severity == "error"]
        assert verdict(endpoint, request).lit == nothing_allowed
        assert endpoint.host.events[-1]["token"] == "t"
