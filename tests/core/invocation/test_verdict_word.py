"""Every invocation has its word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.invocation import Failure, FailureKind
from authlens.core.invocation.verdict_word import kind_word, listed_word, verdict_word
from authlens.core.mqtt.connection import DeviceConnection, Transport
from support import device_records
from support.stored_invocations import FAILED, FULL


@pytest.mark.parametrize(("authenticated", "word"), [(True, "AUTHENTICATED"), (False, "NOT AUTHENTICATED")])
def test_of_an_outcome(authenticated: bool, word: str) -> None:
    assert verdict_word(replace(FULL, result=Outcome(authenticated))) == word


WORDS = {
    FailureKind.AWS: "REFUSED",
    FailureKind.REFUSED_HERE: "NOT SENT",
    FailureKind.REFERENCE: "NOT SENT",
    FailureKind.CREDENTIALS: "NO CREDENTIALS",
    FailureKind.CONFIGURATION: "NOT CONFIGURED",
    FailureKind.UNREACHABLE: "UNREACHABLE",
    FailureKind.TIMED_OUT: "TIMED OUT",
    FailureKind.BROKEN_ANSWER: "BROKEN ANSWER",
    FailureKind.ABANDONED: "ABANDONED",
    FailureKind.LOCAL: "LOCAL ENDPOINT FAILED",
    FailureKind.DEVICE: "REFUSED",
    FailureKind.NOT_TRUSTED: "NOT TRUSTED",
    FailureKind.FAULT: "INTERNAL FAULT",
}


@pytest.mark.parametrize("kind", FailureKind)
def test_of_a_failure(kind: FailureKind) -> None:
    assert verdict_word(replace(FAILED, result=Failure(kind, "E", None))) == WORDS[kind]


OUT = DeviceConnection(
    "i", Transport.MQTTS, "a-ats.iot.eu-west-1.amazonaws.com:443", decisions=(device_records.ALLOWED,), is_probe=True
)
UNACKNOWLEDGED = replace(OUT, decisions=(replace(device_records.ALLOWED, rule="no-answer", is_unacknowledged=True),))


@pytest.mark.parametrize(
    ("device", "result", "word"),
    [
        (device_records.CONNECTED, Outcome(True), "CONNECTED"),
        (device_records.REFUSED, Failure(FailureKind.DEVICE, "E", None), "REFUSED"),
        (device_records.REFUSED, Failure(FailureKind.UNREACHABLE, "E", None), "REFUSED"),
        (OUT, Outcome(True), "CONNECTED, PUBLISHED"),
        (OUT, Failure(FailureKind.UNREACHABLE, "E", None), "UNREACHABLE"),
        (UNACKNOWLEDGED, Outcome(True), "CONNECTED, SENT"),
        (UNACKNOWLEDGED, Failure(FailureKind.UNREACHABLE, "E", None), "UNREACHABLE, SENT"),
        (UNACKNOWLEDGED, Failure(FailureKind.DEVICE, "http-504", None), "REFUSED, SENT"),
        (replace(OUT, decisions=()), Outcome(True), "CONNECTED"),
        (replace(OUT, decisions=(), refused_by="connect-refused"), Outcome(True), "REFUSED"),
    ],
)
def test_of_a_connection(device: DeviceConnection, result: Outcome | Failure, word: str) -> None:
    assert verdict_word(replace(FULL, result=result, device=device)) == word


@pytest.mark.parametrize(
    ("verdict", "error", "word"),
    [
        ("CONNECTED", None, "CONNECTED"),
        ("REFUSED", None, "REFUSED"),
        ("REFUSED", "ResourceNotFoundException", "ResourceNotFoundException"),
        ("UNREACHABLE", "Unreached", "UNREACHABLE"),
        ("NO CREDENTIALS", "NoCredentialsError", "NO CREDENTIALS"),
        ("REFUSED", "connect-refused", "REFUSED"),
        ("REFUSED", "not-connect", "REFUSED (no valid CONNECT)"),
        ("REFUSED", "connack-0x00", "REFUSED (accepted, then closed)"),
        ("REFUSED", "connection-lost", "REFUSED (connection lost)"),
        ("REFUSED", "client-certificate", "REFUSED (client certificate)"),
        ("REFUSED", "http-refused", "REFUSED (HTTP 403)"),
        ("REFUSED", "http-502", "REFUSED (HTTP 502)"),
    ],
)
def test_a_list_says_what_refused_it_in_plain_words(verdict: str, error: str | None, word: str) -> None:
    assert listed_word(verdict, error) == word


def test_of_a_kind() -> None:
    calls = (
        FULL,
        replace(FULL, via="function"),
        replace(FULL, device=device_records.CONNECTED),
        replace(FULL, device=OUT),
    )
    assert [kind_word(each) for each in calls] == ["test", "function", "device", "probe"]
