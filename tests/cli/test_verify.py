from __future__ import annotations

import json
from pathlib import Path

import pytest

from authlens.core.signing.keys import generate_key_pair
from authlens.core.signing.signing import sign
from authlens.core.text.encodings import base64_to_base64url
from support.base64url import to_base64url
from support.one_command import Command
from support.public_keys import elliptic, pair

SIGNATURE = sign("allow", pair("a").private_pem)


@pytest.fixture
def authlens(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    monkeypatch.chdir(tmp_path)
    Path("a.pem").write_text(pair("a").public_pem)
    Path("a-private.pem").write_bytes(pair("a").private_pem)
    Path("b.pem").write_text(pair("b").public_pem)
    keys = {"old": pair("b").public_pem, "new": pair("a").public_pem}
    described = {"authorizerName": "A", "tokenKeyName": "tok", "tokenSigningPublicKeys": keys, "creationDate": 1.5}
    Path("a.json").write_text(json.dumps({"authorizerDescription": described}))
    return Command(capsys, monkeypatch)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["--key", "a.pem", "--signature", SIGNATURE, "allow"], "a.pem"),
        (["--key", "b.pem", "a.pem", "--signature", SIGNATURE, "allow"], "a.pem"),
        (["--key", "b.pem", "--key", "a.pem", "--signature", SIGNATURE, "allow"], "a.pem"),
        (["--signature", SIGNATURE, "--key", "b.pem", "a.pem", "allow"], "a.pem"),
        (["allow", "--signature", SIGNATURE, "--key", "a.pem"], "a.pem"),
        (["--key", "a-private.pem", "--signature", SIGNATURE, "allow"], "a-private.pem"),
        (["--authorizer", "a.json", "--signature", SIGNATURE, "allow"], "new"),
    ],
)
def test_the_key_that_fits_is_named(authlens: Command, words: list[str], name: str) -> None:
    ended = authlens("verify", *words)
    assert (ended.code, ended.out, ended.err) == (0, f"{name}\n", "")


def test_the_token_may_come_from_standard_input(authlens: Command) -> None:
    ended = authlens("verify", "--key", "a.pem", "--signature", SIGNATURE, "--token-stdin", stdin="allow\n")
    assert ended.out == "a.pem\n"


@pytest.mark.parametrize(
    ("signature", "token", "said"),
    [
        (base64_to_base64url(SIGNATURE), "allow", "base64url"),
        ("-" + base64_to_base64url(SIGNATURE)[1:], "allow", "no known mistake"),
        (SIGNATURE, "allow\n", "white space"),
        (sign("allow\n", pair("a").private_pem), "allow", "line feed after it"),
        (SIGNATURE, "deny", "over a different text"),
        (sign("allow", pair("c").private_pem), "allow", "no known mistake"),
        ("AAAA", "allow", "3 bytes instead of 256"),
        (SIGNATURE[:-5], "allow", "254 bytes instead of 256"),
        ("(none)", "allow", "not base64"),
    ],
    ids=[
        "base64url",
        "begins with a dash",
        "newline sent",
        "newline signed",
        "other token",
        "other key",
        "nonsense",
        "cut",
        "no signature",
    ],
)
def test_the_likely_mistake_is_reported(authlens: Command, signature: str, token: str, said: str) -> None:
    ended = authlens("verify", "--key", "a.pem", "--signature", signature, token)
    assert (ended.code, ended.err) == (1, "")
    assert said in ended.out


def test_json_has_the_key_or_the_pair_that_would_fit(authlens: Command) -> None:
    words = ["verify", "--key", "a.pem", "--output", "json"]
    assert json.loads(authlens(*words, "--signature", SIGNATURE, "allow").out) == {"key": "a.pem", "mistakes": []}
    refused = authlens(*words, "--signature", SIGNATURE + "\n", "allow")
    mistake = json.loads(refused.out)["mistakes"][0]
    assert (refused.code, mistake["ids"], mistake["key"]) == (1, ["signature-white-space"], "a.pem")
    assert (mistake["token"], mistake["signature"]) == ("allow", SIGNATURE)


def test_a_complete_jwt_carries_its_own_signature(authlens: Command) -> None:
    signed = ".".join(to_base64url(json.dumps(part).encode()) for part in ({"alg": "RS256"}, {"exp": 0}))
    token = f"{signed}.{base64_to_base64url(sign(signed, pair('a').private_pem))}"
    ended = authlens("verify", "--key", "a.pem", token)
    assert (ended.code, ended.out) == (0, "a.pem\n")
    assert "not trusted: expired" in ended.err
    assert authlens("verify", "--key", "b.pem", token).code == 1


def test_a_saved_request_is_verified_with_all_that_may_have_been_signed(
    authlens: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGNATURE", SIGNATURE)
    Path("good.yaml").write_text('request: {authorizerName: A, token: allow, tokenSignature: "${env:SIGNATURE}"}')
    assert authlens("verify", "--request", "good.yaml", "--authorizer", "a.json").out == "new\n"
    Path("signed.yaml").write_text("request: {authorizerName: A, token: allow}\nsign: {key: a-private.pem}\n")
    assert authlens("verify", "--request", "signed.yaml", "--authorizer", "a.json").out == "new\n"
    other = sign("sensor-7", pair("a").private_pem).replace("+", "%2B")
    username = f"sensor-7?tok=allow&x-amz-customauthorizer-signature={other}"
    Path("other.yaml").write_text(f"request: {{authorizerName: A, mqttContext: {{username: '{username}'}}}}")
    ended = authlens("verify", "--request", "other.yaml", "--authorizer", "a.json")
    assert (ended.code, "over the MQTT username before its '?'" in ended.out) == (1, True)


def test_values_of_references_are_not_printed(authlens: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "the-secret-token ")
    made = sign("the-secret-token", pair("a").private_pem)
    Path("mistake.yaml").write_text(f"request: {{authorizerName: A, token: '${{env:TOKEN}}', tokenSignature: {made}}}")
    for output in ("json", "text"):
        ended = authlens("verify", "--request", "mistake.yaml", "--authorizer", "a.json", "--output", output)
        assert (ended.code, "white" in ended.out, "secret" in ended.out + ended.err) == (1, True, False)


REFUSED = {
    "describe what": (["--describe", "--signature", SIGNATURE, "allow"], "needs --request"),
    "request and token": (["--request", "bare.yaml", "allow"], "omit TOKEN"),
    "request without a token": (["--request", "bare.yaml", "--key", "a.pem"], "has no token"),
    "no key": (["--signature", SIGNATURE, "allow"], "no key to try"),
    "no signature": (["--key", "a.pem", "allow"], "give --signature"),
    "empty option": (["--key", "a.pem", "allow", "--signature"], "expected one argument"),
    "no token": (["--key", "a.pem", "--signature", SIGNATURE], "give a TOKEN"),
    "no such file": (["--key", "nope", "--signature", SIGNATURE, "allow"], "nope cannot be read"),
    "curve": (["--key", "curve.pem", "--signature", SIGNATURE, "allow"], "RSA signatures only"),
    "no description": (["--authorizer", "list.json", "--signature", SIGNATURE, "allow"], "no authorizerName"),
    "not JSON": (["--authorizer", "a.pem", "--signature", SIGNATURE, "allow"], "line 1, column 1"),
    "keys of another type": (["--authorizer", "odd.json", "--signature", SIGNATURE, "allow"], "must map"),
    "text of another type": (
        ["--authorizer", "typed.json", "--signature", SIGNATURE, "allow"],
        "tokenKeyName is not text",
    ),
    "deep": (["--authorizer", "deep.json", "--signature", SIGNATURE, "allow"], "nested too deeply"),
}


@pytest.mark.parametrize(("words", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_bad_input_is_one_sentence(authlens: Command, words: list[str], said: str) -> None:
    Path("curve.pem").write_text(elliptic())
    Path("list.json").write_text("[]")
    Path("bare.yaml").write_text("request: {authorizerName: A}")
    Path("deep.json").write_text("[" * 100_000)
    Path("typed.json").write_text('{"authorizerName": "A", "tokenKeyName": true}')
    Path("odd.json").write_text('{"authorizerName": "A", "tokenSigningPublicKeys": {"k": 1}}')
    ended = authlens("verify", *words)
    assert (ended.code, ended.out) == (252, "")
    assert said in ended.err
    assert ended.err.count("\n") == 1


def test_a_key_that_aws_would_refuse_is_a_warning(authlens: Command) -> None:
    small = generate_key_pair(1024)
    Path("small.pem").write_text(small.public_pem)
    ended = authlens("verify", "--key", "small.pem", "--signature", sign("allow", small.private_pem), "allow")
    assert (ended.code, "1024 bits" in ended.err) == (0, True)


def test_each_of_several_keys_in_a_file_is_tried(authlens: Command) -> None:
    Path("both.pem").write_text(pair("b").public_pem + pair("a").public_pem)
    assert authlens("verify", "--key", "both.pem", "--signature", SIGNATURE, "allow").out == "both.pem#2\n"


def test_a_key_that_aws_would_read_differently_is_a_warning(authlens: Command) -> None:
    Path("line.pem").write_text(pair("a").public_pem.replace("\n", ""))
    ended = authlens("verify", "--key", "line.pem", "--signature", SIGNATURE, "allow")
    assert (ended.code, ended.out) == (0, "line.pem\n")
    assert "AWS may refuse this form" in ended.err
