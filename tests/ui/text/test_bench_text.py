from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.signing.bench import bench
from authlens.core.signing.signing import sign
from authlens.core.text.encodings import base64_to_base64url
from authlens.ui.text.bench_text import report
from support.base64url import to_base64url
from support.public_keys import of_bits, pair

NOW = datetime(2026, 11, 23, tzinfo=UTC)
PAIR = pair("bench text")
KEYS = (("old", of_bits(1024)), ("k1", PAIR.public_pem), ("broken", "no key"))
AUTHORIZER = Authorizer("A", token_key_name="token", token_signing_public_keys=KEYS)
SIGNATURE = sign("device-7", PAIR.private_pem)


def said(request: AuthorizerRequest, authorizer: Authorizer | None = AUTHORIZER, revealed: bool = False) -> str:
    return "\n".join(line.content.plain for line in report(bench(request, authorizer, NOW), revealed))


def jwt(algorithm: str, expires: int) -> str:
    parts = ({"alg": algorithm}, {"sub": "claimed-name", "exp": expires})
    return ".".join([*(to_base64url(json.dumps(part).encode()) for part in parts), to_base64url(b"signature")])


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (AuthorizerRequest("A", "device-7", SIGNATURE), "✓ The signature fits the key 'k1'."),
        (AuthorizerRequest("A", "device-7", base64_to_base64url(SIGNATURE)), "F8 fixes it"),
        (
            AuthorizerRequest("A", "device-8", SIGNATURE),
            "✗ The signature was made with the private key of 'k1', but over a different text.",
        ),
        (AuthorizerRequest("A", "device-7"), "The request has no signature to verify."),
        (AuthorizerRequest("A"), "The request has no token to verify."),
    ],
    ids=["fits", "mistake", "other token", "no signature", "nothing"],
)
def test_the_first_line_sums_it_up(request_: AuthorizerRequest, words: str) -> None:
    assert words in said(request_)


def test_keys_are_listed_with_their_sizes_and_what_aws_would_say() -> None:
    text = said(AuthorizerRequest("A", "device-7", SIGNATURE))
    assert "AWS requires RSA, 2048 bits or more" in text
    assert "✗ old  1024 bits    The key has 1024 bits" in text
    assert "✓ k1  2048 bits  fits" in text
    assert "✗ broken  unreadable" in text


def test_spellings_and_claims_are_hidden_until_revealed() -> None:
    signed = AuthorizerRequest("A", "device-7", SIGNATURE)
    assert base64_to_base64url(SIGNATURE) not in said(signed)
    assert base64_to_base64url(SIGNATURE) in said(signed, revealed=True)
    token = AuthorizerRequest("A", jwt("RS256", 4102444800))
    assert "claimed-name" not in said(token)
    assert "F3 shows" in said(token)
    assert "claimed-name" in said(token, revealed=True)


@pytest.mark.parametrize(
    ("token", "words"),
    [
        (jwt("RS256", 4102444800), "F7 uses its third part as the signature"),
        (jwt("RS256", 946684800), "expired"),
        (jwt("HS256", 4102444800), "AWS IoT verifies RS256 only"),
    ],
    ids=["good", "expired", "other algorithm"],
)
def test_a_jwt_is_read_and_never_trusted(token: str, words: str) -> None:
    text = said(AuthorizerRequest("A", token))
    assert "Decoded, not verified" in text
    assert words in text


def test_without_an_authorizer_there_are_no_keys_to_list() -> None:
    assert "public keys (AWS wants" not in said(AuthorizerRequest("A", "t", SIGNATURE), None)


@pytest.mark.parametrize("text", ["", "\x1b]0;x\x07", "[b]x", "eyJ.eyJ.x", "a.b.c", "\ud800"], ids=repr)
def test_any_text_is_only_shown(text: str) -> None:
    shown = said(AuthorizerRequest("A", text, text), Authorizer("A", token_signing_public_keys=((text, text),)), True)
    assert "\x1b" not in shown
