"""An invocation without its secrets: canaries searched for in all its JSON, in every place they can be."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest
from hypothesis import given

from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation, Wire
from authlens.core.invocation.invocation_json import from_json, to_json
from authlens.core.invocation.local_run import LocalRun, Unresolved
from authlens.core.mqtt.connection import (
    ConnectionStage,
    ConnectionStep,
    DeviceConnection,
    PacketDecision,
    Transport,
)
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext
from authlens.core.request.target import StaticCredentials, Target
from authlens.core.saved.saved_request import Sign
from authlens.core.secrets.invocation_redaction import (
    invocation_secrets,
    redact_invocation,
    redact_outcome,
    redactor_of,
    without_resolved,
)
from authlens.core.secrets.redaction import MASK, Redactor
from support.stored_invocations import FAILED, FULL, any_invocation

TOKEN, PASSWORD, HEADER, RESOLVED = "canary-token", "canary-password", "canary-header-secret", "canary-resolved"
CANARIES = (TOKEN, PASSWORD, HEADER, RESOLVED)


def sent_body(token: str) -> bytes:
    return json.dumps(
        {
            "token": token,
            "httpContext": {"headers": {"Authorization": HEADER}},
            "mqttContext": {"password": base64.b64encode(PASSWORD.encode()).decode()},
        }
    ).encode()


def leaky(token: str = TOKEN, sent: str = TOKEN) -> Invocation:
    """One that repeats its secrets wherever it can."""
    everything = " ".join((sent, PASSWORD, HEADER, base64.b64encode(sent.encode()).decode()))
    return replace(
        FULL,
        request=AuthorizerRequest(
            "A",
            token,
            http_context=HttpContext((("Authorization", HEADER),)),
            mqtt_context=MqttContext("u", PASSWORD),
        ),
        target=Target(endpoint_url=f"https://u:{PASSWORD}@example.com", credentials=StaticCredentials("a", "b")),
        result=Outcome(True, everything, (json.dumps({"said": everything}),)),
        sign=Sign("k.pem", PASSWORD),
        wire=Wire(
            "POST",
            f"https://x/?t={sent}",
            (("Authorization", "AWS4-HMAC-SHA256 hunter2"), ("X", everything)),
            sent_body(sent),
            200,
            (("Set-Cookie", "hunter2"), ("X", everything)),
            everything.encode(),
        ),
        function_log=everything,
    )


def written(invocation: Invocation) -> str:
    """All of it as text, the bytes of the wire too."""
    wire = invocation.wire
    bodies = (wire.request_body + wire.response_body).decode("latin-1") if wire else ""
    return json.dumps(to_json(invocation)) + bodies


def test_the_canaries_are_there_at_first() -> None:
    assert all(canary in written(leaky()) for canary in (TOKEN, PASSWORD, HEADER))


def test_no_secret_is_left() -> None:
    shown = written(redact_invocation(leaky()))
    for canary in (*CANARIES, "hunter2"):
        assert canary not in shown
        assert base64.b64encode(canary.encode()).decode()[:-2] not in shown


def test_what_a_reference_stood_for_is_found_on_the_wire() -> None:
    invocation = redact_invocation(leaky("${env:T}", RESOLVED))
    assert RESOLVED not in written(invocation)
    assert invocation.request.token == "${env:T}"


def test_given_secrets_go_too() -> None:
    invocation = replace(FAILED, function_log="canary-of-the-environment")
    assert redact_invocation(invocation, ["canary-of-the-environment"]).function_log == MASK


def test_a_failure_is_redacted() -> None:
    failure = Failure(FailureKind.REFUSED_HERE, "ParamValidationError", f"bad value: {TOKEN}", advice=None)
    invocation = replace(FAILED, request=AuthorizerRequest(token=TOKEN), result=failure)
    assert redact_invocation(invocation).result == replace(failure, message=f"bad value: {MASK}")


def test_what_is_not_secret_stays() -> None:
    shown = redact_invocation(FULL)
    assert shown.result == FULL.result
    assert shown.authorizer == FULL.authorizer
    assert shown.sign == FULL.sign
    assert redact_invocation(FAILED) == FAILED


@given(any_invocation)
def test_any_invocation_can_be_redacted_and_stored(invocation: Invocation) -> None:
    shown = redact_invocation(invocation)
    assert from_json(to_json(shown)) == shown


class TestWithoutResolved:
    def test_what_was_typed_stays(self) -> None:
        invocation = leaky()
        assert without_resolved(invocation) is invocation

    def test_what_a_reference_stood_for_goes(self) -> None:
        kept = without_resolved(leaky("${env:T}", RESOLVED))
        assert RESOLVED not in written(kept)
        assert PASSWORD in written(kept)
        assert kept.request.token == "${env:T}"

    def test_a_password_by_reference(self) -> None:
        invocation = leaky()
        request = replace(invocation.request, mqtt_context=MqttContext("u", "${env:P}"))
        kept = without_resolved(replace(invocation, request=request, target=Target(), sign=None))
        assert PASSWORD not in written(kept)
        assert base64.b64encode(PASSWORD.encode()).decode() not in written(kept)

    def test_the_sent_request_can_be_given(self) -> None:
        failure = Failure(FailureKind.REFUSED_HERE, "ParamValidationError", f"bad value: {RESOLVED}")
        invocation = replace(FAILED, request=AuthorizerRequest(token="${env:T}"), result=failure)
        kept = without_resolved(invocation, AuthorizerRequest(token=RESOLVED))
        assert kept.result == replace(failure, message=f"bad value: {MASK}")


UNREADABLE = {
    "not JSON": b"\xff",
    "a list": b"[]",
    "a number as token": b'{"token": 7}',
    "a context that is a list": b'{"mqttContext": [], "httpContext": 7}',
    "a password that is not base64": b'{"mqttContext": {"password": "?"}}',
    "too deep": b"[" * 100_000,
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_an_unreadable_wire_is_kept(body: bytes) -> None:
    invocation = replace(FAILED, wire=Wire("POST", "u", request_body=body))
    assert redact_invocation(invocation).wire == invocation.wire
    assert without_resolved(invocation) == invocation


def test_redact_outcome() -> None:
    shown = redact_outcome(Outcome(True, None, ("a canary-token b",)), Redactor([TOKEN]))
    assert shown == Outcome(True, None, (f"a {MASK} b",))


def test_everything_of_a_local_run_and_a_connection_is_redacted() -> None:
    run = LocalRun(
        f"python {TOKEN}",
        (f"differs {TOKEN}",),
        (Unresolved(f"what {TOKEN}", f"why {TOKEN}", f"place {TOKEN}", f"next {TOKEN}"),),
        f"advice {TOKEN}",
        returned=f"returned {TOKEN}",
        code_files=((f"{TOKEN}.py", "1"),),
        problem=f"problem {TOKEN}",
    )
    device = DeviceConnection(
        "i",
        Transport.MQTTS,
        steps=(ConnectionStep(ConnectionStage.TLS, True, f"detail {TOKEN}"),),
        reason=f"reason {TOKEN}",
        event=f"event {TOKEN}",
        decisions=(PacketDecision(1.0, "PUBLISH", f"topic/{TOKEN}", detail=f"detail {TOKEN}"),),
    )
    invocation = replace(FAILED, request=AuthorizerRequest("A", TOKEN), local_run=run, device=device)
    shown = redact_invocation(invocation)
    assert shown.local_run == LocalRun(
        f"python {MASK}",
        (f"differs {MASK}",),
        (Unresolved(f"what {MASK}", f"why {MASK}", f"place {MASK}", f"next {MASK}"),),
        f"advice {MASK}",
        returned=f"returned {MASK}",
        code_files=((f"{MASK}.py", "1"),),
        problem=f"problem {MASK}",
    )
    assert shown.device == replace(
        device,
        steps=(ConnectionStep(ConnectionStage.TLS, True, f"detail {MASK}"),),
        reason=f"reason {MASK}",
        event=f"event {MASK}",
        decisions=(PacketDecision(1.0, "PUBLISH", f"topic/{MASK}", detail=f"detail {MASK}"),),
    )
    silent = replace(invocation, device=DeviceConnection("i", Transport.TCP), local_run=None)
    assert redact_invocation(silent).device == silent.device


def test_the_whole_of_a_redacted_invocation() -> None:
    shown = redact_invocation(leaky())
    line = f"{MASK} {MASK} {MASK} {MASK}"
    assert shown.request == AuthorizerRequest(
        "A", MASK, http_context=HttpContext((("Authorization", MASK),)), mqtt_context=MqttContext("u", MASK)
    )
    assert shown.target == Target(endpoint_url=f"https://{MASK}@example.com")
    assert shown.result == Outcome(True, line, (json.dumps({"said": line}),))
    assert shown.sign == Sign("k.pem", MASK)
    assert shown.function_log == line
    assert shown.wire == Wire(
        "POST",
        f"https://x/?t={MASK}",
        (("Authorization", MASK), ("X", line)),
        json.dumps(
            {"token": MASK, "httpContext": {"headers": {"Authorization": MASK}}, "mqttContext": {"password": MASK}}
        ).encode(),
        200,
        (("Set-Cookie", MASK), ("X", line)),
        line.encode(),
    )


def test_headers_of_the_call_are_secret_by_their_names() -> None:
    names = ("Authorization", "X-Amz-Security-Token", "Cookie", "Set-Cookie", "Proxy-Authorization", "X-Other")
    wire = Wire("POST", "u", tuple((name, "value") for name in names))
    shown = redact_invocation(replace(FAILED, wire=wire)).wire
    assert shown is not None
    assert [value for _, value in shown.request_headers] == [*[MASK] * 5, "value"]


def test_values_that_are_merely_long_are_not_certain_secrets() -> None:
    request = AuthorizerRequest("A", "t-t", http_context=HttpContext((("X-Zone", "z" * 16), ("X-Ref", "${env:R}"))))
    sent = json.dumps({"token": "t-t", "httpContext": {"headers": {"X-Zone": "z" * 16, "X-Ref": "r-r"}}}).encode()
    invocation = replace(FAILED, request=request, wire=Wire("POST", "u", request_body=sent))
    assert invocation_secrets(invocation) == ("t-t", "z" * 16, "t-t", "z" * 16, "r-r")
    assert invocation_secrets(invocation, certain=True) == ("t-t", "t-t", "r-r")
    assert redactor_of(invocation, ["given-one"], certain=True).text(f"given-one {'z' * 16}") == f"{MASK} {'z' * 16}"
    assert redactor_of(invocation).text(f"given-one {'z' * 16}") == f"given-one {MASK}"
    assert redactor_of(replace(invocation, wire=None)).text("r-r") == "r-r"


def test_the_authorizer_names_the_token() -> None:
    request = AuthorizerRequest("A", http_context=HttpContext((("X-Zone", "north"),)))
    invocation = replace(
        FAILED, request=request, function_log="north", authorizer=Authorizer("A", token_key_name="x-zone")
    )
    shown = redact_invocation(invocation)
    assert (shown.function_log, shown.request.http_context) == (MASK, HttpContext((("X-Zone", MASK),)))
    assert redact_invocation(replace(invocation, authorizer=None)).function_log == "north"


def test_a_binary_password_is_read_from_the_wire() -> None:
    body = json.dumps({"mqttContext": {"clientId": "c", "password": base64.b64encode(b"\xffsecret").decode()}}).encode()
    request = AuthorizerRequest(mqtt_context=MqttContext(None, "${file:p}", "c"))
    invocation = replace(
        FAILED, request=request, wire=Wire("POST", "u", request_body=body), function_log="ff736563726574 c"
    )
    assert invocation_secrets(invocation) == (b"\xffsecret", b"\xffsecret")
    assert without_resolved(invocation).function_log == f"{MASK} c"
