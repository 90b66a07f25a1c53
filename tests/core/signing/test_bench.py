from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from authlens.core.preflight.preflight import preflight
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext
from authlens.core.request.token_place import place
from authlens.core.signing.bench import Bench, bench, other_texts, with_third_part
from authlens.core.signing.signing import sign
from support.base64url import to_base64url
from support.preflight import NOW, SIGNED, UNSIGNED, signature
from support.public_keys import of_bits, pair

GOOD = AuthorizerRequest("A", "abc", signature("abc"))


@pytest.mark.parametrize(
    "request_",
    [
        GOOD,
        *(place(AuthorizerRequest("A", "abc"), where, signature("abc"), SIGNED) for where in ("username", "headers")),
    ],
    ids=["token mode", "username", "headers"],
)
def test_the_fitting_key_is_named_wherever_token_and_signature_are(request_: AuthorizerRequest) -> None:
    shown = bench(request_, SIGNED)
    assert (shown.fitting_key, shown.conclusion, shown.mistakes) == ("new", "The signature fits the key 'new'.", ())
    assert [(row.name, row.bits, row.problem, row.fits) for row in shown.keys] == [
        ("old", 2048, None, False),
        ("new", 2048, None, True),
    ]


@pytest.mark.parametrize(
    ("request_", "authorizer", "words"),
    [
        (GOOD, UNSIGNED, "nothing to verify"),
        (GOOD, None, "not known"),
        (GOOD, Authorizer("A"), "not known"),
        (AuthorizerRequest("A", "abc"), SIGNED, "no signature"),
        (AuthorizerRequest("A", None, "AAAA"), SIGNED, "no token"),
        (AuthorizerRequest("A", "${env:T}", "AAAA"), SIGNED, "reference"),
        (replace(GOOD, token="abc\n"), SIGNED, "white space"),
        (AuthorizerRequest("A", "abc", "AAAA"), SIGNED, "no likely mistake"),
    ],
)
def test_one_sentence_sums_it_up(request_: AuthorizerRequest, authorizer: Authorizer | None, words: str) -> None:
    shown = bench(request_, authorizer)
    assert words in shown.conclusion
    assert shown.fitting_key is None or words == "nothing to verify"


def test_a_signature_of_a_pair_that_is_not_registered_names_its_file() -> None:
    mine = ("mine.pem", pair("mine").public_pem)
    request_ = AuthorizerRequest("A", "abc", sign("abc", pair("mine").private_pem))
    assert bench(request_, SIGNED, signed_with=mine).conclusion == (
        "mine.pem is not the private key of any key of the authorizer (old, new). Register its public key with the "
        "authorizer, or sign with the private key of a registered one."
    )
    one = replace(SIGNED, token_signing_public_keys=SIGNED.token_signing_public_keys[:1])
    assert bench(request_, one, signed_with=mine).conclusion.startswith("mine.pem is not the private key of 'old'. ")
    assert bench(GOOD, SIGNED, signed_with=mine).fitting_key == "new", "a signature typed after it is judged as it is"
    other = replace(request_, token_signature=sign("abc", pair("another").private_pem))
    assert "no likely mistake" in bench(other, SIGNED, signed_with=mine).conclusion


def test_keys_that_aws_would_not_take_say_why() -> None:
    keys = (("small", of_bits(1024)), ("broken", "no key"), ("good", pair("a").public_pem))
    shown = bench(GOOD, replace(SIGNED, token_signing_public_keys=keys))
    small, broken, good = shown.keys
    assert small.bits == 1024
    assert "1024 bits" in (small.problem or "")
    assert (broken.bits, "Not an RSA public key" in (broken.problem or "")) == (None, True)
    assert (good.problem, good.fits) == (None, True)


def test_the_signature_is_spelled_in_every_way() -> None:
    spelled = dict(bench(GOOD, SIGNED).spellings)
    assert set(spelled) == {"base64url", "URL-encoded"}
    assert "=" not in spelled["base64url"]
    assert spelled["URL-encoded"].endswith("%3D%3D")
    assert bench(AuthorizerRequest("A", "t", "%%"), SIGNED).spellings == ()
    assert bench(AuthorizerRequest("A", "t"), SIGNED).spellings == ()


def jwt(algorithm: str = "RS256") -> str:
    claims = {"exp": (NOW + timedelta(minutes=4)).timestamp()}
    parts = [to_base64url(json.dumps(part).encode()) for part in ({"alg": algorithm}, claims)]
    return f"{'.'.join(parts)}.AP8"


def test_a_jwt_is_decoded_next_to_the_token() -> None:
    shown: Bench = bench(AuthorizerRequest("A", jwt()), SIGNED, NOW)
    assert shown.jwt is not None
    assert shown.jwt.algorithm == "RS256"
    assert shown.validity == "expires in 4 min"
    assert bench(AuthorizerRequest("A", jwt()), SIGNED).validity is None
    assert bench(GOOD, SIGNED, NOW).jwt is None


def test_the_third_part_becomes_the_signature() -> None:
    parted = with_third_part(AuthorizerRequest("A", jwt()))
    assert parted == AuthorizerRequest("A", jwt().rpartition(".")[0], "AP8=")
    assert with_third_part(AuthorizerRequest("A", jwt("ES256"))) is None
    assert with_third_part(AuthorizerRequest("A", "abc")) is None


def test_what_may_have_been_signed_by_mistake_has_names() -> None:
    request = AuthorizerRequest(
        "A", "t", "s", HttpContext((("X", "h"),), "?q=1"), MqttContext("user?tok=1", "password", "client")
    )
    assert other_texts(request) == (
        ("the authorizer name", "A"),
        ("the header X", "h"),
        ("the query string", "?q=1"),
        ("the MQTT username", "user?tok=1"),
        ("the MQTT password", "password"),
        ("the MQTT client id", "client"),
        ("the parameter tok", "1"),
        ("the parameter q", "1"),
        ("the parameter X", "h"),
        ("the MQTT username before its '?'", "user"),
    )


def test_a_signature_is_over_what_is_escaped_as_it_is_sent() -> None:
    request = AuthorizerRequest("A", "$${env:X}", signature("${env:X}"))
    assert bench(request, SIGNED).fitting_key == "new"
    assert not [found for found in preflight(request, SIGNED) if found.id == "signature-mismatch"]
    spoiled = AuthorizerRequest("A", "$${env:X}\n", signature("${env:X}"))
    fixes = [
        found.fix.request for found in preflight(spoiled, SIGNED) if found.fix and found.id == "signature-mismatch"
    ]
    assert fixes == [request]


@pytest.mark.parametrize(
    ("request_", "authorizer", "conclusion"),
    [
        (GOOD, UNSIGNED, "Signing is disabled for this authorizer: there is nothing to verify."),
        (AuthorizerRequest("A"), UNSIGNED, "Signing is disabled for this authorizer: there is nothing to verify."),
        (GOOD, None, "The authorizer's public keys are not known."),
        (GOOD, Authorizer("A"), "The authorizer's public keys are not known."),
        (AuthorizerRequest("A", "abc"), SIGNED, "The request has no signature to verify."),
        (AuthorizerRequest("A", None, "AAAA"), SIGNED, "The request has no token to verify."),
        (AuthorizerRequest("A"), None, "The request has no token to verify."),
        (
            AuthorizerRequest("A", "${env:T}", "AAAA"),
            SIGNED,
            "The token or signature is a reference; it is verified on sending.",
        ),
        (
            AuthorizerRequest("A", "t", "${env:S}"),
            SIGNED,
            "The token or signature is a reference; it is verified on sending.",
        ),
        (replace(GOOD, token="abc\n"), SIGNED, "The token has white space around it that was not signed."),
        (
            AuthorizerRequest("A", "abc", "AAAA"),
            SIGNED,
            "The signature does not fit any key of the authorizer, and no likely mistake explains it.",
        ),
    ],
)
def test_the_conclusion_is_one_sentence(
    request_: AuthorizerRequest, authorizer: Authorizer | None, conclusion: str
) -> None:
    shown = bench(request_, authorizer)
    assert shown.conclusion == conclusion
    assert [each.message for each in shown.mistakes] == ([conclusion] if "white space" in conclusion else [])


def test_an_unpadded_signature_is_spelled_too() -> None:
    assert bench(AuthorizerRequest("A", "t", "AA+/AA"), SIGNED).spellings == (
        ("base64url", "AA-_AA"),
        ("URL-encoded", "AA%2B%2FAA"),
    )


def test_what_may_have_been_signed_of_a_request_without_an_mqtt_context() -> None:
    assert other_texts(AuthorizerRequest("A", "t", "s")) == (("the authorizer name", "A"),)
    assert other_texts(AuthorizerRequest(None, "t", "s", mqtt_context=MqttContext(client_id="c"))) == (
        ("the MQTT client id", "c"),
    )
