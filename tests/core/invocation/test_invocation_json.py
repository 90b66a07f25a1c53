"""Invocations to JSON and back: nothing is lost, the keys are the documented ones, and bad JSON gets a sentence."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given

from authlens.core.contract.outcome import Outcome
from authlens.core.deployment.deployment import Deployment
from authlens.core.invocation.invocation import Invocation
from authlens.core.invocation.invocation_json import (
    from_json,
    outcome_to_json,
    read_outcome,
    request_to_json,
    to_json,
)
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext
from authlens.core.request.target import Target
from authlens.core.request.token_place import Place
from authlens.core.saved.certificate import Certificate
from authlens.core.saved.saved_request import SavedRequest, Sign
from support import device_records
from support.stored_invocations import FAILED, FULL, STARTED, any_invocation


@given(any_invocation)
def test_reads_back_what_is_written(invocation: Invocation) -> None:
    assert from_json(json.loads(json.dumps(to_json(invocation)))) == invocation


@pytest.mark.parametrize("invocation", [FULL, FAILED], ids=["everything", "a failure"])
def test_examples_read_back(invocation: Invocation) -> None:
    assert from_json(json.loads(json.dumps(to_json(invocation)))) == invocation


def test_keys() -> None:
    written = to_json(FULL)
    assert list(written) == [
        *("startedAt", "duration", "source", "target", "request", "sign", "outcome", "authorizer", "identity"),
        *("functionLog", "wire"),
    ]
    assert written["startedAt"] == "2026-11-23T08:00:00.123456+00:00"
    assert written["request"]["mqttContext"]["password"] == {"base64": "AHNlY3JldP8="}
    assert written["target"]["verifySsl"] is False
    assert written["wire"]["responseHeaders"] == [["C", "d"], ["C", "e"]]


def test_failure_keys() -> None:
    assert to_json(FAILED)["failure"] == {
        "kind": "aws",
        "error": "ResourceNotFoundException",
        "message": "No such authorizer",
        "httpStatus": 404,
        "requestId": "r-1",
        "advice": "Look at the name.",
    }


def test_a_null_message_is_said() -> None:
    assert "message" in to_json(FAILED)["failure"]


def test_headers_that_repeat_a_name_are_pairs() -> None:
    request = AuthorizerRequest(
        http_context=HttpContext((("a", "1"), ("a", "2"))), mqtt_context=MqttContext(password="p")
    )
    assert request_to_json(request)["httpContext"]["headers"] == [["a", "1"], ["a", "2"]]


def test_times_without_a_zone_are_utc() -> None:
    assert from_json({**to_json(FAILED), "startedAt": "2026-11-23T08:00:00.123456"}).started_at == STARTED
    other_zone = from_json({**to_json(FAILED), "startedAt": "2026-11-23T10:00:00.123456+02:00"}).started_at
    assert other_zone == STARTED
    assert other_zone.tzinfo is UTC


def test_a_missing_target_is_the_default() -> None:
    value = to_json(FAILED)
    del value["target"]
    assert from_json(value).target.local is None


OUTCOME = Outcome(True, "p1", ('{"Version": "2012-10-17"}',), 300, 86400)

OUTCOMES = {
    "as AWS prints it": (outcome_to_json(OUTCOME), OUTCOME),
    "decoded documents": ({**outcome_to_json(OUTCOME), "policyDocuments": [{"Version": "2012-10-17"}]}, OUTCOME),
    "of an invocation": (to_json(FULL), FULL.outcome),
    "nulls": ({"isAuthenticated": False, "principalId": None, "policyDocuments": None}, Outcome(False)),
}


@pytest.mark.parametrize(("value", "outcome"), OUTCOMES.values(), ids=OUTCOMES)
def test_read_outcome(value: Any, outcome: Outcome) -> None:
    assert read_outcome(value) == outcome


NO_OUTCOME = {
    "a list": ([], "an outcome must be a JSON object"),
    "nothing in it": ({}, "needs isAuthenticated"),
    "a failure": (to_json(FAILED), "it failed"),
    "text for true": ({"isAuthenticated": "hunter2"}, "isAuthenticated must be true or false"),
    "documents not in a list": ({"isAuthenticated": True, "policyDocuments": "hunter2"}, "must be a list"),
    "a number as principal": ({"isAuthenticated": True, "principalId": 7}, "principalId must be text"),
    "text as seconds": ({"isAuthenticated": True, "refreshAfterInSeconds": "1"}, "a whole number"),
    "true as seconds": ({"isAuthenticated": True, "refreshAfterInSeconds": True}, "a whole number"),
}


@pytest.mark.parametrize(("value", "words"), NO_OUTCOME.values(), ids=NO_OUTCOME)
def test_read_outcome_refuses(value: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        read_outcome(value)
    assert "hunter2" not in str(caught.value)


BROKEN = {
    "text": ("x", "an invocation must be a JSON object"),
    "no request": ({}, "an invocation needs request"),
    "no time": ({"request": {}, "outcome": {"isAuthenticated": True}}, "an invocation needs startedAt"),
    "no result": ({"request": {}, "startedAt": "2026-11-23"}, "an outcome or a failure"),
    "bad time": ({**to_json(FULL), "startedAt": "hunter2"}, "startedAt is not a time"),
    "unknown kind": ({**to_json(FAILED), "failure": {"kind": "hunter2", "error": "x"}}, "unknown to authlens"),
    "unknown place": ({**to_json(FULL), "sign": {"key": "k", "place": "hunter2"}}, "one of: token, username"),
    "duration is text": ({**to_json(FULL), "duration": "hunter2"}, "duration must be a number"),
    "duration is true": ({**to_json(FULL), "duration": True}, "duration must be a number"),
    "target is text": ({**to_json(FULL), "target": "hunter2"}, "target must be a JSON object"),
    "headers are numbers": (
        {**to_json(FULL), "request": {"httpContext": {"headers": {"a": 1}}}},
        "text names and values",
    ),
    "headers are not pairs": ({**to_json(FULL), "request": {"httpContext": {"headers": [1]}}}, "text names and values"),
    "password is a number": ({**to_json(FULL), "request": {"mqttContext": {"password": 1}}}, "password must be text"),
    "password is not base64": (
        {**to_json(FULL), "request": {"mqttContext": {"password": {"base64": "hunter2!"}}}},
        "password is not base64",
    ),
}


@pytest.mark.parametrize(("value", "words"), BROKEN.values(), ids=BROKEN)
def test_from_json_refuses(value: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        from_json(value)
    assert "hunter2" not in str(caught.value)


def test_a_whole_number_is_a_duration() -> None:
    assert from_json({**to_json(FULL), "duration": 2}).duration == 2.0


def test_a_wire_without_bodies_has_empty_ones() -> None:
    wire = from_json({**to_json(FULL), "wire": {"method": "POST", "url": "u"}}).wire
    assert wire is not None
    assert (wire.request_body, wire.response_headers, wire.status) == (b"", (), None)


def test_an_authorizer_may_be_short() -> None:
    authorizer = from_json({**to_json(FULL), "authorizer": {"authorizerName": "A"}}).authorizer
    assert authorizer is not None
    assert (authorizer.name, authorizer.status, authorizer.token_signing_public_keys) == ("A", "ACTIVE", ())


def test_what_was_read_for_it_is_kept() -> None:
    authorizer = Authorizer("A", "arn:aws:iot:eu-west-1:1:authorizer/A")
    kept = Invocation(
        AuthorizerRequest("A"),
        Target(),
        Outcome(True, "p"),
        datetime(2026, 11, 23, tzinfo=UTC),
        0.1,
        authorizer=authorizer,
        certificate=Certificate("c.pem", "c.key", "thing", False),
        variables=(("iot:Certificate.Subject.Country.List", ("DE", "FR")), ("empty", ())),
        deployment=Deployment(authorizer, None, None, default_authorizer="A"),
    )
    assert from_json(json.loads(json.dumps(to_json(kept)))) == kept
    assert kept.saved == SavedRequest(kept.request, certificate=kept.certificate)


@pytest.mark.parametrize("target", [Target(verify_ssl=False), Target(sign_request=False), Target("p", "r")])
def test_a_target_reads_back(target: Target) -> None:
    stored = json.loads(json.dumps(to_json(Invocation(AuthorizerRequest("A"), target, Outcome(True), STARTED, 0.1))))
    assert from_json(stored).target == target


def test_what_a_test_call_is_without() -> None:
    assert to_json(Invocation(AuthorizerRequest("A"), Target(), Outcome(False), STARTED, 0.0)) == {
        "startedAt": "2026-11-23T08:00:00.123456+00:00",
        "duration": 0.0,
        "target": {},
        "request": {"authorizerName": "A"},
        "outcome": {"isAuthenticated": False, "policyDocuments": []},
    }


def test_a_target_and_an_authorizer_by_their_keys() -> None:
    written = to_json(FULL)
    assert written["target"] == {
        "profile": "dev",
        "region": "us-west-2",
        "verifySsl": False,
        "caBundle": "ca.pem",
        "connectTimeout": 5.0,
        "readTimeout": 30.0,
    }
    assert written["authorizer"] == {
        "authorizerName": "SensorAuth",
        "authorizerArn": "arn:a",
        "authorizerFunctionArn": "arn:f",
        "status": "ACTIVE",
        "signingDisabled": False,
        "tokenKeyName": "token",
        "tokenSigningPublicKeys": {"k": "P"},
        "enableCachingForHttp": False,
    }
    unsigned = replace(FAILED, target=Target(local="demo", endpoint_url="http://h", sign_request=False))
    assert to_json(unsigned)["target"] == {"local": "demo", "signRequest": False}
    elsewhere = replace(FAILED, target=Target(endpoint_url="http://h"))
    assert to_json(elsewhere)["target"] == {"endpointUrl": "http://h"}


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("authorizer", {"authorizerName": "A", "signingDisabled": True}, Authorizer("A", signing_disabled=True)),
        (
            "authorizer",
            {"authorizerName": "A", "enableCachingForHttp": True},
            Authorizer("A", enable_caching_for_http=True),
        ),
        ("sign", {"key": "k"}, Sign("k")),
        ("via", None, ""),
        ("duration", None, 0.0),
        ("deployment", {"function": None}, None),
    ],
)
def test_what_is_left_out_is_the_default(key: str, value: object, expected: object) -> None:
    assert getattr(from_json({**to_json(FAILED), key: value}), key) == expected


def test_a_connection_reads_back() -> None:
    for device in (device_records.CONNECTED, device_records.REFUSED):
        seen = device_records.invocation(device)
        assert from_json(json.loads(json.dumps(to_json(seen)))) == seen


@pytest.mark.parametrize("place", ["token", "username", "queryString", "headers"])
def test_the_place_of_a_signature_reads_back(place: Place) -> None:
    signed = replace(FAILED, sign=Sign("k", place=place))
    assert from_json(to_json(signed)) == signed


def test_headers_are_an_object_unless_a_name_is_repeated() -> None:
    for headers, written in (
        ((("a", "1"), ("b", "2")), {"a": "1", "b": "2"}),
        ((("a", "1"), ("a", "1")), [["a", "1"], ["a", "1"]]),
    ):
        request = AuthorizerRequest("A", http_context=HttpContext(headers), mqtt_context=MqttContext(password=b"\xff"))
        assert request_to_json(request) == {
            "authorizerName": "A",
            "httpContext": {"headers": written},
            "mqttContext": {"password": {"base64": "/w=="}},
        }
