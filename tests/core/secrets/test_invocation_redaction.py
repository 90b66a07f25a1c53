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
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext
from authlens.core.request.target import StaticCredentials, Target
from authlens.core.saved.saved_request import Sign
from authlens.core.secrets.invocation_redaction import redact_invocation, redact_outcome, without_resolved
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
