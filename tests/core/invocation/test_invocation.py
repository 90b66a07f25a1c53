"""An invocation has an outcome or a failure, never both."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from authlens.core.contract.outcome import Outcome
from authlens.core.contract.refusal import Refusal
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation, failure_of_refusal, fault_of
from authlens.core.mqtt.connection import DeviceConnection
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Target
from support import device_records


def run(result: Outcome | Failure) -> Invocation:
    return Invocation(AuthorizerRequest("A"), Target(), result, datetime(2026, 1, 1, tzinfo=UTC), 0.1)


def test_an_outcome_is_not_a_failure() -> None:
    outcome = Outcome(True, "p")
    assert (run(outcome).outcome, run(outcome).failure) == (outcome, None)


def test_a_failure_is_not_an_outcome() -> None:
    failure = Failure(FailureKind.AWS, "ResourceNotFoundException", "Authorizer A not found", 404)
    assert (run(failure).outcome, run(failure).failure) == (None, failure)


@pytest.mark.parametrize(
    ("device", "via", "way", "is_probe"),
    [
        (None, "", "test", False),
        (None, "function", "function", False),
        (device_records.CONNECTED, "", "device", False),
        (replace(device_records.CONNECTED, is_probe=True), "", "probe", True),
    ],
)
def test_how_it_was_sent(device: DeviceConnection | None, via: str, way: str, is_probe: bool) -> None:
    sent = replace(run(Outcome(True)), device=device, via=via)
    assert (sent.way, sent.is_probe) == (way, is_probe)


def test_a_refusal_is_a_failure_of_aws() -> None:
    refusal = Refusal(400, "InvalidRequestException", "no", "rule")
    assert failure_of_refusal(refusal) == Failure(FailureKind.AWS, "InvalidRequestException", "no", 400)


def fail(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("secret"), "ValueError"),
        (OSError(2, "No such file"), "FileNotFoundError (No such file)"),
        (OSError(), "OSError"),
    ],
)
def test_a_fault_names_its_place_and_no_secret(error: Exception, words: str) -> None:
    def fault(place: str) -> Failure:
        return Failure(
            FailureKind.FAULT,
            type(error).__name__,
            f"Internal error in authlens: {words} {place}.",
            advice="Please report it with the steps that led to it. Everything else continues to work.",
        )

    assert fault_of(error) == fault("at an unknown place")
    with pytest.raises(type(error)) as caught:
        fail(error)
    assert fault_of(caught.value) == fault(f"in {Path(__file__).name}, line {fail.__code__.co_firstlineno + 1}")
