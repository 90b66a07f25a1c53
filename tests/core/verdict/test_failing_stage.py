"""The stage in a word, for lists."""

from __future__ import annotations

from dataclasses import replace

import pytest

from authlens.core.contract.outcome import Outcome
from authlens.core.contract.stage import CONNECTION_WORDS, STAGE_WORDS, Stage
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.mqtt.connection import ConnectionStage
from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.request.target import Target
from authlens.core.verdict.failing_stage import failing_stage, stage_and_words
from support import device_records
from support.app_services import NOW, PASSED

REQUEST = AuthorizerRequest("A", mqtt_context=MqttContext("u", "p", "sensor-7"))
ELSE = Outcome(True, "p", (PASSED.policy_documents[0].replace("client/sensor-7", "client/other"),), 300, 86400)


def refused_with(message: str, error: str = "InvalidRequestException") -> Failure:
    return Failure(FailureKind.AWS, error, message, 400)


@pytest.mark.parametrize(
    ("result", "stage"),
    [
        (PASSED, ""),
        (ELSE, "policy allows"),
        (replace(PASSED, policy_documents=()), "policy allows"),
        (Outcome(False, "p", ()), "authenticated"),
        (refused_with("Token signature mismatch for authorizer A"), "signature verified"),
        (
            refused_with(
                "Lambda function encountered error in execution: 'mqtt': KeyError", "InvalidResponseException"
            ),
            "function ran",
        ),
        (Failure(FailureKind.UNREACHABLE, "EndpointConnectionError", "no"), ""),
    ],
)
def test_the_stage_of_an_invocation(result: Outcome | Failure, stage: str) -> None:
    assert failing_stage(Invocation(REQUEST, Target(), result, NOW, 0.01)) == stage


def test_what_passed_is_found_by_its_word_and_what_failed_by_stage_and_word() -> None:
    assert stage_and_words(Invocation(REQUEST, Target(), PASSED, NOW, 0.01)) == ("", "allowed")
    denied = stage_and_words(Invocation(REQUEST, Target(), ELSE, NOW, 0.01))
    assert denied == ("policy allows", "policy allows denied")


def test_a_real_connection_fails_at_its_own_stages() -> None:
    refused = device_records.invocation(device_records.REFUSED)
    assert stage_and_words(refused) == ("authorizer found", "authorizer found authorizer")
    assert stage_and_words(device_records.invocation(device_records.CONNECTED)) == ("", "")


def test_every_stage_has_a_short_word() -> None:
    assert set(STAGE_WORDS) == set(Stage)
    assert set(CONNECTION_WORDS) == set(ConnectionStage)
    assert all(len(word) <= 11 for word in (*STAGE_WORDS.values(), *CONNECTION_WORDS.values()))
