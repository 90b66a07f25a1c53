from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import yaml

from authlens.core.signing.signing import sign
from support.certificates import certificate_pem
from support.one_command import Command
from support.public_keys import pair

REQUEST = """request:
  authorizerName: SensorAuth
  httpContext: {headers: {X-Device: d1}, queryString: "?a=b"}
  mqttContext: {username: sensor-7, password: "${env:PW}", clientId: sensor-7}
"""
SIGNED = """request: {authorizerName: SensorAuth, token: allow, mqttContext: {username: u}}
sign: {key: private.pem, place: username}
"""


@pytest.fixture
def authlens(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PW", "hunter22")
    folder = tmp_path / "requests"
    folder.mkdir()
    (folder / "request.yaml").write_text(REQUEST)
    (folder / "signed.yaml").write_text(SIGNED)
    (folder / "private.pem").write_bytes(pair("a").private_pem)
    keys = {"k1": pair("a").public_pem}
    described = {"authorizerName": "SensorAuth", "tokenKeyName": "tok", "tokenSigningPublicKeys": keys}
    (tmp_path / "authorizer.json").write_text(json.dumps(described))
    return Command(capsys, monkeypatch)


def event(authlens: Command, *words: str) -> dict[str, Any]:
    ended = authlens("event", *words)
    assert ended.code == 0, ended.err
    printed: dict[str, Any] = json.loads(ended.out)
    return printed


def test_the_event_of_the_test_call_is_the_default(authlens: Command) -> None:
    printed = event(authlens, "--request", "requests/request.yaml")
    assert printed["protocols"] == ["http", "mqtt"]
    assert printed["protocolData"]["http"] == {"headers": {"X-Device": "d1"}, "queryString": "?a=b"}
    assert printed["protocolData"]["mqtt"]["password"] == "${env:PW}"
    assert len(printed["connectionMetadata"]["id"]) == 36


@pytest.mark.parametrize(
    ("kind", "protocols"),
    [("http", ["http"]), ("mqtt", ["mqtt"]), ("wss", ["http", "mqtt"]), ("test", ["http", "mqtt"])],
)
def test_each_real_connection_has_its_event(authlens: Command, kind: str, protocols: list[str]) -> None:
    printed = event(authlens, "--request", "requests/request.yaml", "--as", kind)
    assert printed["protocols"] == protocols
    if kind in ("http", "wss"):
        assert printed["protocolData"]["http"]["queryString"] == "a=b"
        assert "x-device" in printed["protocolData"]["http"]["headers"]


def test_references_are_resolved_only_on_request(authlens: Command) -> None:
    ended = authlens("event", "--request", "requests/request.yaml")
    assert "aHVudGVyMjI=" not in ended.out
    assert "--resolve" in ended.err
    resolved = event(authlens, "--request", "requests/request.yaml", "--resolve")
    assert resolved["protocolData"]["mqtt"]["password"] == "aHVudGVyMjI="


def test_a_request_that_is_signed_on_sending_is_signed(authlens: Command) -> None:
    printed = event(authlens, "--request", "requests/signed.yaml", "--authorizer", "authorizer.json")
    assert (printed["token"], printed["signatureVerified"]) == ("allow", True)
    query = printed["protocolData"]["mqtt"]["username"].partition("?")[2]
    signature = sign("allow", pair("a").private_pem)
    assert parse_qs(query) == {"tok": ["allow"], "x-amz-customauthorizer-signature": [signature]}


def test_differences_are_explained(authlens: Command) -> None:
    out = authlens("event", "--request", "requests/request.yaml", "--differences").out
    assert [line for line in out.splitlines() if not line.startswith(" ")] == [
        "http (HTTPS publish):",
        "mqtt (MQTT over TLS):",
        "wss (MQTT over WebSocket):",
    ]
    assert "protocolData.http.queryString: differs. A real connection delivers the query string without its '?'." in out
    one = authlens("event", "--request", "requests/request.yaml", "--differences", "--as", "mqtt", "--output", "json")
    assert list(json.loads(one.out)) == ["mqtt"]
    assert set(json.loads(one.out)["mqtt"][0]) == {"path", "change", "test", "real", "why"}


def test_device_lines_mask_secrets_unless_revealed(authlens: Command) -> None:
    words = ["event", "--request", "requests/signed.yaml", "--authorizer", "authorizer.json", "--device-lines"]
    hidden = authlens(*words, "--endpoint", "data.example", "--topic", "a/b").out
    assert "[redacted]" in hidden
    assert "allow" not in hidden
    revealed = json.loads(authlens(*words, "--reveal", "--output", "json").out)["lines"]
    by_id = {line["id"]: line for line in revealed}
    words = shlex.split(by_id["mosquitto_pub"]["text"].replace("\\\n", ""))
    assert parse_qs(words[words.index("-u") + 1].partition("?")[2])["tok"] == ["allow"]
    assert set(by_id) == {"curl", "mosquitto_pub", "mqttx", "paho", "mqtt-js", "aws-sdk", "websocket-url"}


def test_a_logged_event_becomes_a_saved_request(authlens: Command) -> None:
    logged = authlens("event", "--request", "requests/request.yaml", "--resolve").out
    read = authlens("event", "--read", "-", stdin=f"2026-11-23 INFO {logged}")
    assert read.code == 0
    assert "fill in its name" in read.err
    members = yaml.safe_load(read.out)["request"]
    assert members["mqttContext"] == {"username": "sensor-7", "password": "hunter22", "clientId": "sensor-7"}
    printed = json.loads(authlens("event", "--read", "-", "--output", "json", stdin=logged).out)
    assert printed["request"]["httpContext"]["queryString"] == "?a=b"
    assert printed["notes"]


def test_a_token_reference_is_signed_by_its_value(authlens: Command) -> None:
    request = SIGNED.replace("allow", "'${env:PW}'").replace("private.pem", "requests/private.pem")
    words = ["event", "--request", "-", "--authorizer", "authorizer.json", "--as", "mqtt"]
    printed = json.loads(authlens(*words, stdin=request).out)
    assert printed["token"] == "${env:PW}"
    query = parse_qs(printed["protocolData"]["mqtt"]["username"].partition("?")[2])
    assert query["x-amz-customauthorizer-signature"] == [sign("hunter22", pair("a").private_pem)]
    ended = authlens(*words, stdin=request.replace("PW", "NOT_SET"))
    assert ended.code == 0
    assert "not signed: token: the environment variable 'NOT_SET' is not set" in ended.err


REFUSED = {
    "nothing": ([], "one of the arguments"),
    "missing file": (["--request", "nope.yaml"], "nope.yaml cannot be read"),
    "no such kind": (["--request", "requests/request.yaml", "--as", "coap"], "invalid choice"),
    "no event": (["--read", "requests/request.yaml"], "this is a saved request; 'authlens run FILE'"),
    "no key name": (["--request", "requests/signed.yaml"], "Give --authorizer FILE or --describe"),
    "two views": (["--request", "requests/request.yaml", "--differences", "--device-lines"], "not allowed with"),
}


@pytest.mark.parametrize(("words", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_bad_input_is_one_sentence(authlens: Command, words: list[str], said: str) -> None:
    ended = authlens("event", *words)
    assert (ended.code, ended.out) == (252, "")
    assert said in ended.err
    assert ended.err.count("\n") == 1


def test_a_missing_reference_is_named(authlens: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PW")
    ended = authlens("event", "--request", "requests/request.yaml", "--resolve")
    assert (ended.code, "'PW' is not set" in ended.err) == (252, True)


@pytest.mark.parametrize("endpoint", ["data.example/mqtt", "https://data.example", "wss://data.example:443/mqtt"])
def test_an_endpoint_is_reduced_to_its_host(authlens: Command, endpoint: str) -> None:
    words = ("event", "--request", "requests/signed.yaml", "--authorizer", "authorizer.json", "--device-lines")
    ended = authlens(*words, "--endpoint", endpoint)
    assert "-h data.example -p 443" in ended.out
    assert "the host name is data.example; scheme, port and path are ignored" in ended.err
    assert authlens(*words, "--endpoint", "/mqtt").code == 252


def test_a_device_with_a_certificate(authlens: Command) -> None:
    Path("device.pem").write_text(certificate_pem())
    Path("x509.yaml").write_text(
        "request: {authorizerName: A, mqttContext: {username: u, clientId: c}, tlsContext: {serverName: d.example}}\n"
        "certificate: {file: device.pem, key: device.key, thingName: c, attached: true}\n"
    )
    event = json.loads(authlens("event", "--request", "x509.yaml", "--as", "mqtt").out)
    tls = event["protocolData"]["tls"]
    assert (tls["x509CertificatePem"], len(tls["principalId"])) == (certificate_pem(), 64)
    test = json.loads(authlens("event", "--request", "x509.yaml").out)
    assert test["protocolData"]["tls"] == {"serverName": "d.example"}
    lines = authlens("event", "--request", "x509.yaml", "--device-lines").out
    assert "--cert device.pem --key device.key" in lines
    Path("below").mkdir()
    Path("below/x509.yaml").write_text(Path("x509.yaml").read_text().replace("device.", "../device."))
    assert (
        "--cert device.pem --key device.key" in authlens("event", "--request", "below/x509.yaml", "--device-lines").out
    )
    assert "no WebSocket" in authlens("event", "--request", "x509.yaml", "--as", "wss").err
    assert "alpn" not in lines.replace("no ALPN", "").replace("an ALPN", "").lower()
    assert "client certificate" in authlens("event", "--request", "x509.yaml", "--differences").out


def test_a_logged_certificate_is_kept(authlens: Command) -> None:
    tls = {"serverName": "d.example", "x509CertificatePem": certificate_pem(), "principalId": "abc"}
    Path("logged.json").write_text(json.dumps({"protocolData": {"tls": tls, "mqtt": {"clientId": "c"}}}))
    ended = authlens("event", "--read", "logged.json")
    assert "a test call cannot include" in ended.err
    Path("again.yaml").write_text(ended.out.replace("request:", "request:\n  authorizerName: A", 1))
    again = json.loads(authlens("event", "--request", "again.yaml", "--as", "mqtt").out)["protocolData"]["tls"]
    assert again["x509CertificatePem"] == certificate_pem()
    read = json.loads(authlens("event", "--read", "logged.json", "--output", "json").out)
    assert read["certificate"] == {"x509CertificatePem": certificate_pem(), "principalId": "abc"}
