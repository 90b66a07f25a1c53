"""Reports about requests, devices and answers, each driven through the program: what was needed is what it says."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from support.certificates import certificate_pem
from support.one_command import Command
from support.preflight import SIGNED

COMPLAINTS = (Path(__file__).parent.parent / "docs" / "complaints.md").read_text()


@dataclass(frozen=True)
class Report:
    address: str
    words: tuple[str, ...]
    """The command line; its files are in the working folder."""
    said: tuple[str, ...]
    """What was needed."""
    files: dict[str, object] = field(default_factory=dict)
    unsaid: str = ""
    """What was said before, and helped nobody."""


def linted(address: str, document: object, *said: str, unsaid: str = "") -> Report:
    return Report(address, ("lint", "p.json"), said, {"p.json": document}, unsaid)


def judged(address: str, request: str, *said: str, unsaid: str = "") -> Report:
    """A request before it is sent, of a signed authorizer with the tokenKeyName `tok`."""
    keys = dict(SIGNED.token_signing_public_keys)
    known = {"authorizerName": "A", "tokenKeyName": "tok", "tokenSigningPublicKeys": keys}
    words = ("explain", "--request", "r.yaml", "--authorizer", "a.json")
    return Report(address, words, said, {"r.yaml": request, "a.json": known}, unsaid)


def answered(address: str, answer: object, *said: str) -> Report:
    return Report(address, ("explain", "--answer", "w.json"), said, {"w.json": answer})


GITHUB = "https://github.com/"
X509_EVENT = {"tls": {"serverName": "d", "x509CertificatePem": certificate_pem(), "principalId": "abc"}, "mqtt": {}}
MQTT = "request: {authorizerName: A, mqttContext: {username: 'u%s', clientId: '%s'}, tlsContext: {serverName: '%s'}}"
WHOLE = "?tok=t&x-amz-customauthorizer-signature=AAAA"

REPORTS = (
    answered(
        "anomalyco/ion/issues/1011",
        {"isAuthenticated": True, "principalId": "user@example.com", "policyDocuments": []},
        "The principalId user@example.com is not 1 to 128 letters and digits.",
    ),
    linted(
        "anomalyco/sst/issues/4252",
        {"isAuthenticated": True, "principalId": "u1", "policyDocuments": [], "context": {"userId": "1"}},
        "context-member",
    ),
    Report(
        GITHUB + "aws-amplify/aws-sdk-android/issues/640",
        ("event", "--request", "r.yaml", "--device-lines", "--endpoint", "abc.iot.us-west-2.amazonaws.com/mqtt"),
        ("-h abc.iot.us-west-2.amazonaws.com -p 443", "scheme, port and path are ignored"),
        {"r.yaml": MQTT % ("", "c", "h.example")},
    ),
    judged(
        "aws-greengrass/aws-greengrass-nucleus/issues/1754",
        MQTT % (WHOLE, "name#2", "h.example"),
        "wildcard-client-id",
        "contains '#'",
    ),
    Report(
        GITHUB + "aws/aws-lambda-rust-runtime/pull/1114",
        ("event", "--read", "e.json"),
        ("a test call cannot include", "BEGIN CERTIFICATE", "principalId abc"),
        {"e.json": {"protocolData": X509_EVENT}},
    ),
    judged(
        "awslabs/aws-crt-nodejs/pull/516",
        MQTT % ("?x-amz-customauthorizer-name=A&tok=t", "c", "h.example"),
        "there is no signature",
        unsaid="Rename",
    ),
    judged(
        "aws/aws-iot-device-sdk-python-v2/pull/412",
        MQTT % ("?x-amz-customauthorizer-name=A&x-amz-customauthorizer-signature=AAAA", "c", "h.example"),
        "there is no token",
        unsaid="Rename",
    ),
    answered(
        "aws-amplify/aws-sdk-android/issues/1550",
        "MqttException: Connection lost (32109) - java.io.EOFException",
        "The connection was closed without a reason",
        "another device connected with the same client id",
    ),
)


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.address.removeprefix(GITHUB))
def test_what_was_needed_is_what_the_program_says(
    report: Report, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, content in report.files.items():
        Path(name).write_text(content if isinstance(content, str) else json.dumps(content))
    ended = Command(capsys, monkeypatch)(*report.words)
    printed = f"{ended.out}\n{ended.err}"
    for said in report.said:
        assert said in printed
    assert not report.unsaid or report.unsaid not in printed


def test_every_report_is_in_the_guide() -> None:
    for report in REPORTS:
        address = report.address if report.address.startswith("https") else GITHUB + report.address
        assert address in COMPLAINTS
