from __future__ import annotations

import json
from dataclasses import replace

import pytest

from authlens.core.preflight.preflight import preflight
from authlens.core.request.authorizer import AUTHORIZER_NAME, SIGNATURE_NAME, Authorizer
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext
from authlens.core.request.token_place import Place, place, put
from authlens.core.saved.saved_request import Sign
from authlens.core.text.encodings import base64_to_base64url, url_encode
from support.base64url import to_base64url
from support.preflight import SIGNED, UNSIGNED, found, mended, signature

TOKEN = next(token for token in map(str, range(100)) if {"+", "/"} <= set(signature(token)))
GOOD = signature(TOKEN)
PLACES: tuple[Place, ...] = ("username", "queryString", "headers")


def test_a_fitting_signature_is_left_alone() -> None:
    assert "signature-mismatch" not in found(AuthorizerRequest("A", TOKEN, GOOD), SIGNED)
    for where in PLACES:
        assert "signature-mismatch" not in found(place(AuthorizerRequest("A", TOKEN), where, GOOD, SIGNED), SIGNED)


def test_the_correction_that_makes_it_fit_is_offered() -> None:
    request = AuthorizerRequest("A", TOKEN + "\n", GOOD)
    finding = found(request, SIGNED)["signature-mismatch"]
    assert finding.aws_words == "Token signature mismatch for authorizer A"
    assert (finding.path, finding.start, finding.end) == ("tokenSignature", 0, 344)
    assert "old, new" in finding.message
    assert mended(request, "signature-mismatch", SIGNED) == AuthorizerRequest("A", TOKEN, GOOD)


@pytest.mark.parametrize("where", PLACES)
def test_a_mistake_in_a_context_is_fixed_in_place(where: Place) -> None:
    spoiled = place(AuthorizerRequest("A", TOKEN), where, base64_to_base64url(GOOD), SIGNED)
    assert mended(spoiled, "signature-mismatch", SIGNED) == place(AuthorizerRequest("A", TOKEN), where, GOOD, SIGNED)


def test_a_signature_over_another_member_names_it() -> None:
    request = place(
        AuthorizerRequest("A", "t", mqtt_context=MqttContext("sensor-7")), "username", signature("sensor-7"), SIGNED
    )
    finding = found(request, SIGNED)["signature-mismatch"]
    assert "the MQTT username before its '?'" in finding.message
    assert finding.fix is None


def test_a_signature_of_an_unknown_key_is_said_to_be_so() -> None:
    finding = found(AuthorizerRequest("A", "t", "A" * 344), SIGNED)["signature-mismatch"]
    assert "it was made with a different key" in finding.message


def test_the_bare_plus_is_pointed_at_and_encoded() -> None:
    username = f"u?tok={TOKEN}&{SIGNATURE_NAME}={GOOD}"
    request = AuthorizerRequest("A", mqtt_context=MqttContext(username))
    finding = found(request, SIGNED)["plus-becomes-space"]
    assert username[finding.start : finding.end] == "+"
    fixed = mended(request, "plus-becomes-space", SIGNED)
    assert "signature-mismatch" not in found(fixed, SIGNED)
    query = AuthorizerRequest("A", http_context=HttpContext(query_string="?tok=a+b"))
    assert mended(query, "plus-becomes-space", SIGNED).http_context == HttpContext(query_string="?tok=a%2Bb")


def test_a_url_encoded_header_is_decoded() -> None:
    request = AuthorizerRequest("A", http_context=HttpContext(((SIGNATURE_NAME, url_encode(GOOD)),)))
    assert mended(request, "url-encoded-header").http_context == HttpContext(((SIGNATURE_NAME, GOOD),))


@pytest.mark.parametrize("where", PLACES)
def test_a_placed_signature_that_is_not_base64_is_fixed_without_knowing_the_keys(where: Place) -> None:
    request = place(AuthorizerRequest("A"), where, base64_to_base64url(GOOD))
    assert mended(request, "signature-not-base64") == place(AuthorizerRequest("A"), where, GOOD)
    assert found(place(AuthorizerRequest("A"), where, "(signature)"))["signature-not-base64"].fix is None


def test_a_doubly_encoded_signature_is_fixed() -> None:
    request = AuthorizerRequest("A", mqtt_context=MqttContext(f"u?{SIGNATURE_NAME}={url_encode(url_encode(GOOD))}"))
    assert mended(request, "signature-not-base64").mqtt_context == MqttContext(f"u?{SIGNATURE_NAME}={url_encode(GOOD)}")


def test_a_signature_that_is_too_short_for_any_key_is_said_to_be() -> None:
    assert "256" in found(AuthorizerRequest("A", "t", "AAAA"))["signature-too-short"].message
    assert "signature-too-short" not in found(AuthorizerRequest("A", "t", GOOD))


@pytest.mark.parametrize(
    ("username", "missing"),
    [("u", 2), (f"u?{SIGNATURE_NAME}=AAAA", 1), ("u?tok=t", 1), (f"u?tok=t&{SIGNATURE_NAME}=AAAA", 0)],
)
def test_what_a_signed_authorizer_does_not_find_is_named(username: str, missing: int) -> None:
    from authlens.core.preflight.preflight import preflight

    request = AuthorizerRequest("A", mqtt_context=MqttContext(username))
    findings = [each for each in preflight(request, SIGNED) if each.id == "token-not-in-context"]
    assert [each.severity for each in findings] == ["error"] * missing


@pytest.mark.parametrize(
    "request_",
    [
        AuthorizerRequest("A", mqtt_context=MqttContext(f"u?tokk=t&{SIGNATURE_NAME}=AAAA")),
        AuthorizerRequest("A", http_context=HttpContext(query_string=f"?tok=t&{SIGNATURE_NAME[:-3]}=AAAA")),
        AuthorizerRequest("A", http_context=HttpContext((("tok", "t"), ("x-amz-custom-authorizer-signature", "AAAA")))),
    ],
    ids=["username", "query string", "header"],
)
def test_a_parameter_of_nearly_that_name_is_renamed(request_: AuthorizerRequest) -> None:
    mended(request_, "token-not-in-context", SIGNED)


def test_different_values_in_several_places_are_warned_of() -> None:
    request = AuthorizerRequest("A", None, None, HttpContext(query_string="?tok=1"), MqttContext("u?tok=2"))
    assert "several places" in found(request, SIGNED)["parameter-in-several-places"].message
    same = AuthorizerRequest("A", None, None, HttpContext(query_string="?tok=1"), MqttContext("u?tok=1"))
    assert "parameter-in-several-places" not in found(same, SIGNED)


def test_an_unsigned_authorizer_verifies_nothing() -> None:
    request = place(AuthorizerRequest("A"), "username", GOOD)
    assert found(request, UNSIGNED)["signature-not-verified"].severity == "info"


def test_a_jwt_next_to_its_own_third_part_loses_it() -> None:
    part = to_base64url(json.dumps({"alg": "RS256"}).encode())
    request = AuthorizerRequest("A", f"{part}.{part}.AP8", "AP8=")
    assert mended(request, "jwt-signs-itself") == AuthorizerRequest("A", f"{part}.{part}", "AP8=")


def test_an_authorizer_without_keys_judges_no_signature() -> None:
    assert "signature-mismatch" not in found(AuthorizerRequest("A", "t", GOOD), Authorizer("A", token_key_name="tok"))


@pytest.mark.parametrize("where", PLACES)
def test_a_known_parameter_is_not_a_misspelling_of_another(where: Place) -> None:
    request = AuthorizerRequest("Mower", mqtt_context=MqttContext("bot"))
    for name, value in ((AUTHORIZER_NAME, "Mower"), ("jwt", "allow")):
        request = put(request, where, name, value)
    authorizer = Authorizer("Mower", token_key_name="jwt", token_signing_public_keys=SIGNED.token_signing_public_keys)
    finding = found(request, authorizer)["token-not-in-context"]
    assert "there is no signature" in finding.message
    assert finding.fix is None


def test_no_known_name_is_offered_to_be_renamed() -> None:
    authorizer = Authorizer("A", token_key_name="x-amz-customauthorizer-token", token_signing_public_keys=(("k", "p"),))
    request = put(AuthorizerRequest("A"), "headers", AUTHORIZER_NAME, "A")
    signed = put(request, "headers", SIGNATURE_NAME, GOOD)
    assert found(request, authorizer)["token-not-in-context"].fix is None
    assert found(signed, authorizer)["token-not-in-context"].fix is None


@pytest.mark.parametrize("where", PLACES)
def test_the_third_part_of_a_jwt_is_offered_in_every_context(where: Place) -> None:
    head = f"{to_base64url(json.dumps({'alg': 'RS256'}).encode())}.{to_base64url(b'{}')}"
    third = base64_to_base64url(signature(head))
    fixed = mended(put(AuthorizerRequest("A"), where, "tok", f"{head}.{third}"), "token-not-in-context", SIGNED)
    assert fixed == put(put(AuthorizerRequest("A"), where, "tok", head), where, SIGNATURE_NAME, signature(head))
    assert "signature-mismatch" not in found(fixed, SIGNED)


@pytest.mark.parametrize("where", PLACES)
def test_base64_without_padding_is_neither_base64url_nor_an_error(where: Place) -> None:
    unpadded = GOOD.rstrip("=")
    assert unpadded != GOOD
    for request in (
        AuthorizerRequest("A", TOKEN, unpadded),
        place(AuthorizerRequest("A", TOKEN), where, unpadded, SIGNED),
    ):
        findings = found(request, SIGNED)
        assert findings["signature-unpadded"].severity == "info"
        assert {each.severity for each in findings.values()} <= {"info"}


def test_an_old_signature_that_signing_replaces_is_not_judged() -> None:
    request = AuthorizerRequest("A", mqtt_context=MqttContext(f"u?tok=t&{SIGNATURE_NAME}=(old)"))
    named = {each.id for each in preflight(request, SIGNED, Sign("k.pem", place="username"))}
    assert not named & {"signature-not-base64", "signature-too-short", "signature-mismatch", "token-not-in-context"}
    elsewhere = {each.id for each in preflight(request, SIGNED, Sign("k.pem", place="headers"))}
    assert {"parameter-in-several-places", "signature-not-base64"} <= elsewhere


def test_a_key_that_cannot_be_read_proves_nothing() -> None:
    keys = SIGNED.token_signing_public_keys
    for names, severity in (
        ((keys[0], ("cut", "-----BEGIN")), "warning"),
        ((("cut", "x"),), "warning"),
        (keys, "error"),
    ):
        finding = found(AuthorizerRequest("A", "other", GOOD), replace(SIGNED, token_signing_public_keys=names))
        assert finding["signature-mismatch"].severity == severity
        assert ("cannot read the public key cut" in finding["signature-mismatch"].message) == (severity == "warning")
    known = replace(SIGNED, token_signing_public_keys=(*keys, ("cut", "x")))
    assert "signature-mismatch" not in found(AuthorizerRequest("A", TOKEN, GOOD), known)
    assert found(AuthorizerRequest("A", TOKEN + "\n", GOOD), known)["signature-mismatch"].severity == "error"
