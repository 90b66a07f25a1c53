from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest

from authlens.core.preflight.finding import Finding
from authlens.core.preflight.preflight import preflight
from authlens.core.request.authorizer import AUTHORIZER_NAME, SIGNATURE_NAME, Authorizer
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext, TlsContext
from authlens.core.request.token_place import Place, place, put
from authlens.core.saved.saved_request import Sign
from authlens.core.text.encodings import base64_to_base64url, url_encode
from support.base64url import to_base64url
from support.preflight import SIGNED, UNSIGNED, found, request_fixed_by, signature

TOKEN = next(token for token in map(str, range(100)) if {"+", "/"} <= set(signature(token)))
GOOD = signature(TOKEN)
PLACES: tuple[Place, ...] = ("username", "queryString", "headers")


def test_a_fitting_signature_is_left_alone() -> None:
    assert "signature-mismatch" not in found(AuthorizerRequest("A", TOKEN, GOOD), SIGNED)
    for where in PLACES:
        assert "signature-mismatch" not in found(place(AuthorizerRequest("A", TOKEN), where, GOOD, SIGNED), SIGNED)


@pytest.mark.parametrize("token", [" a b ", "a\nb", "a%2Bb", "Bearer x"])
def test_nothing_that_a_fitting_signature_proves_is_doubted(token: str) -> None:
    """A fix would destroy the request; what is only noticed stays."""
    for where in (*PLACES, "token"):
        request = place(AuthorizerRequest("A", token), where, signature(token), SIGNED)
        findings = preflight(request, SIGNED)
        assert not {"plus-becomes-space", "url-encoded-header"} & {each.id for each in findings}
        for fix in (each.fix for each in findings if each.fix is not None):
            assert "signature-mismatch" not in found(fix.request, SIGNED)
    plus = username(f"u?tok=a+b&{SIGNATURE_NAME}={url_encode(signature('a b'))}")
    assert "plus-becomes-space" not in found(plus, SIGNED)


def test_the_correction_that_makes_it_fit_is_offered() -> None:
    request = AuthorizerRequest("A", TOKEN + "\n", GOOD)
    finding = found(request, SIGNED)["signature-mismatch"]
    assert finding.aws_words == "Token signature mismatch for authorizer A"
    assert (finding.path, finding.start, finding.end) == ("tokenSignature", 0, 344)
    assert "old, new" in finding.message
    assert request_fixed_by(request, "signature-mismatch", SIGNED) == AuthorizerRequest("A", TOKEN, GOOD)


@pytest.mark.parametrize("where", PLACES)
def test_a_mistake_in_a_context_is_fixed_in_place(where: Place) -> None:
    spoiled = place(AuthorizerRequest("A", TOKEN), where, base64_to_base64url(GOOD), SIGNED)
    assert request_fixed_by(spoiled, "signature-mismatch", SIGNED) == place(
        AuthorizerRequest("A", TOKEN), where, GOOD, SIGNED
    )


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
    fixed = request_fixed_by(request, "plus-becomes-space", SIGNED)
    assert "signature-mismatch" not in found(fixed, SIGNED)
    query = AuthorizerRequest("A", http_context=HttpContext(query_string="?tok=a+b"))
    assert request_fixed_by(query, "plus-becomes-space", SIGNED).http_context == HttpContext(query_string="?tok=a%2Bb")


def test_a_url_encoded_header_is_decoded() -> None:
    request = AuthorizerRequest("A", http_context=HttpContext(((SIGNATURE_NAME, url_encode(GOOD)),)))
    assert request_fixed_by(request, "url-encoded-header").http_context == HttpContext(((SIGNATURE_NAME, GOOD),))


@pytest.mark.parametrize("where", PLACES)
def test_a_placed_signature_that_is_not_base64_is_fixed_without_knowing_the_keys(where: Place) -> None:
    request = place(AuthorizerRequest("A"), where, base64_to_base64url(GOOD))
    assert request_fixed_by(request, "signature-not-base64") == place(AuthorizerRequest("A"), where, GOOD)
    assert found(place(AuthorizerRequest("A"), where, "(signature)"))["signature-not-base64"].fix is None


def test_a_doubly_encoded_signature_is_fixed() -> None:
    request = AuthorizerRequest("A", mqtt_context=MqttContext(f"u?{SIGNATURE_NAME}={url_encode(url_encode(GOOD))}"))
    assert request_fixed_by(request, "signature-not-base64").mqtt_context == MqttContext(
        f"u?{SIGNATURE_NAME}={url_encode(GOOD)}"
    )


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
    request_fixed_by(request_, "token-not-in-context", SIGNED)


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
    assert request_fixed_by(request, "jwt-signs-itself") == AuthorizerRequest("A", f"{part}.{part}", "AP8=")


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
    fixed = request_fixed_by(
        put(AuthorizerRequest("A"), where, "tok", f"{head}.{third}"), "token-not-in-context", SIGNED
    )
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


def alone(request: AuthorizerRequest, id_: str, authorizer: Authorizer | None = SIGNED) -> Finding:
    return replace(found(request, authorizer)[id_], fix=None)


def username(text: str) -> AuthorizerRequest:
    return AuthorizerRequest("A", mqtt_context=MqttContext(text))


def headers(*pairs: tuple[str, str]) -> AuthorizerRequest:
    return AuthorizerRequest("A", http_context=HttpContext(pairs))


ENCODED = url_encode(GOOD)
NO_PARAMETER = "The authorizer requires a signature, but there is no {}: the contexts have no parameter '{}'"
PLUS = "The '+' in {} is read as a space: values in the {} are URL-encoded, so it must be written %2B."
NOT_VERIFIED = "Signing is disabled for this authorizer: AWS does not verify the signature, so the function must."
UNPADDED = (
    "The signature is base64 without its padding. The API allows that, but whether AWS IoT verifies it in the same way "
    "was not measured."
)
SHORT = "The signature has 3 bytes; that of a 2048-bit RSA key, the smallest that AWS accepts, has 256."


@pytest.mark.parametrize(
    ("request_", "authorizer", "expected"),
    [
        (
            username(f"u?tok=a&{SIGNATURE_NAME}={ENCODED}"),
            SIGNED,
            Finding(
                "signature-mismatch",
                "error",
                "mqttContext.username",
                "The signature fits no key of the authorizer (old, new): the signature was made with the private key "
                "of 'new', but over a different text.",
                len(f"u?tok=a&{SIGNATURE_NAME}="),
                len(f"u?tok=a&{SIGNATURE_NAME}={ENCODED}"),
                aws_words="Token signature mismatch for authorizer A",
            ),
        ),
        (
            username("u"),
            Authorizer("A"),
            Finding(
                "token-not-in-context",
                "error",
                "mqttContext.username",
                f"{NO_PARAMETER.format('signature', SIGNATURE_NAME)}.",
                aws_words="null",
            ),
        ),
        (
            AuthorizerRequest("A", tls_context=TlsContext("h")),
            Authorizer("A"),
            Finding(
                "token-not-in-context",
                "error",
                "tlsContext.serverName",
                f"{NO_PARAMETER.format('signature', SIGNATURE_NAME)}.",
                aws_words="null",
            ),
        ),
        (
            headers(("tokk", "t"), (SIGNATURE_NAME, GOOD)),
            SIGNED,
            Finding(
                "token-not-in-context",
                "error",
                "httpContext.queryString",
                f"{NO_PARAMETER.format('token', 'tok')}; the header tokk has 'tokk', which is a different name.",
                aws_words="null",
            ),
        ),
        (
            username("u?tok=a+b"),
            SIGNED,
            Finding("plus-becomes-space", "warning", "mqttContext.username", PLUS.format("tok", "MQTT username"), 7, 8),
        ),
        (
            headers(("tok", "a%2Fb")),
            SIGNED,
            Finding(
                "url-encoded-header",
                "warning",
                "httpContext.headers[tok]",
                "The header tok looks URL-encoded; AWS does not decode header values.",
                0,
                5,
            ),
        ),
        (
            username(f"u?{SIGNATURE_NAME}=(a)"),
            None,
            Finding(
                "signature-not-base64",
                "warning",
                "mqttContext.username",
                "The signature in the MQTT username cannot be verified: it is not base64.",
                len(f"u?{SIGNATURE_NAME}="),
                len(f"u?{SIGNATURE_NAME}=(a)"),
            ),
        ),
        (
            AuthorizerRequest("A", "t", "AAAA"),
            None,
            Finding("signature-too-short", "warning", "tokenSignature", SHORT, 0, 4),
        ),
        (
            username(f"u?{SIGNATURE_NAME}=AAAA"),
            None,
            Finding(
                "signature-too-short",
                "warning",
                "mqttContext.username",
                SHORT,
                len(f"u?{SIGNATURE_NAME}="),
                len(f"u?{SIGNATURE_NAME}=AAAA"),
            ),
        ),
        (
            AuthorizerRequest("A", "t", "AAA"),
            None,
            Finding("signature-unpadded", "info", "tokenSignature", UNPADDED, 0, 3),
        ),
        (
            AuthorizerRequest(
                "A", http_context=HttpContext(query_string="?tok=1"), mqtt_context=MqttContext("u?tok=2")
            ),
            SIGNED,
            Finding(
                "parameter-in-several-places",
                "warning",
                "httpContext.queryString",
                "tok is in several places with different values (the MQTT username, the query string); it is not known "
                "which wins.",
                5,
                6,
            ),
        ),
        (
            username(f"u?{SIGNATURE_NAME}=AAAA"),
            UNSIGNED,
            Finding(
                "signature-not-verified",
                "info",
                "mqttContext.username",
                NOT_VERIFIED,
                len(f"u?{SIGNATURE_NAME}="),
                len(f"u?{SIGNATURE_NAME}=AAAA"),
            ),
        ),
    ],
)
def test_what_is_found_of_a_signature(
    request_: AuthorizerRequest, authorizer: Authorizer | None, expected: Finding
) -> None:
    assert alone(request_, expected.id, authorizer) == expected


JWT_PART = to_base64url(json.dumps({"alg": "RS256"}).encode())
WHOLE = AuthorizerRequest("A", f"{JWT_PART}.{JWT_PART}.AP8", "AP8=")


@pytest.mark.parametrize(
    ("request_", "authorizer", "id_"),
    [
        (AuthorizerRequest("A", "t"), SIGNED, "signature-mismatch"),
        (AuthorizerRequest("A", None, GOOD), SIGNED, "signature-mismatch"),
        (AuthorizerRequest("A", "${env:T}", GOOD), SIGNED, "signature-mismatch"),
        (AuthorizerRequest("A", "t", "${env:S}"), SIGNED, "signature-mismatch"),
        (AuthorizerRequest("A", "t", "(no)"), SIGNED, "signature-mismatch"),
        (AuthorizerRequest("A", "t", GOOD), replace(SIGNED, signing_disabled=True), "signature-mismatch"),
        (username("u"), None, "token-not-in-context"),
        (username("u"), UNSIGNED, "token-not-in-context"),
        (AuthorizerRequest("A", "t", GOOD), SIGNED, "token-not-in-context"),
        (headers(("tok", "a+b")), SIGNED, "plus-becomes-space"),
        (username("u?tok=${env:T}+"), SIGNED, "plus-becomes-space"),
        (username("u?other=a+b"), SIGNED, "plus-becomes-space"),
        (username("u?tok=a+b"), UNSIGNED, "plus-becomes-space"),
        (username("u?tok=a%2Fb"), SIGNED, "url-encoded-header"),
        (headers(("tok", "${env:T}%2F")), SIGNED, "url-encoded-header"),
        (headers(("tok", "a/b")), SIGNED, "url-encoded-header"),
        (username(f"u?{SIGNATURE_NAME}=${{env:S}}"), None, "signature-not-base64"),
        (username(f"u?{SIGNATURE_NAME}=A+("), None, "signature-not-base64"),
        (username(f"u?{SIGNATURE_NAME}=AAAA"), None, "signature-not-base64"),
        (AuthorizerRequest("A", "t"), None, "signature-too-short"),
        (AuthorizerRequest("A", "t", "A" * 344), None, "signature-too-short"),
        (AuthorizerRequest("A", "t", "AAAA"), None, "signature-unpadded"),
        (AuthorizerRequest("A", "t", "A"), None, "signature-unpadded"),
        (username("u?tok=1&tok=1"), SIGNED, "parameter-in-several-places"),
        (username("u?a=1&a=2"), SIGNED, "parameter-in-several-places"),
        (username("u?tok=1&tok=2"), UNSIGNED, "parameter-in-several-places"),
        (username("u?tok=t"), UNSIGNED, "signature-not-verified"),
        (username(f"u?{SIGNATURE_NAME}=AAAA"), SIGNED, "signature-not-verified"),
        (username(f"u?{SIGNATURE_NAME}=AAAA"), None, "signature-not-verified"),
        (WHOLE, SIGNED, "jwt-signs-itself"),
        (replace(WHOLE, token_signature="AAAA"), None, "jwt-signs-itself"),
        (replace(WHOLE, token=f"{JWT_PART}.{JWT_PART}"), None, "jwt-signs-itself"),
        (replace(WHOLE, token=f"{JWT_PART}.{JWT_PART}", token_signature=None), None, "jwt-signs-itself"),
    ],
)
def test_what_is_left_alone(request_: AuthorizerRequest, authorizer: Authorizer | None, id_: str) -> None:
    assert id_ not in found(request_, authorizer)


def test_a_key_of_256_bytes_is_the_shortest() -> None:
    for octets, is_short in ((255, True), (256, False)):
        request = AuthorizerRequest("A", "t", base64.b64encode(bytes(octets)).decode())
        assert ("signature-too-short" in found(request)) is is_short


def test_a_jwt_that_signs_itself_is_pointed_at_by_its_third_part() -> None:
    token = WHOLE.token or ""
    assert alone(WHOLE, "jwt-signs-itself", None) == Finding(
        "jwt-signs-itself",
        "warning",
        "token",
        "The signature is the JWT's own third part: it signs the first two parts, which must be the token.",
        len(token) - 4,
        len(token),
    )


def test_what_signing_will_do_is_not_judged_before() -> None:
    for request in (WHOLE, AuthorizerRequest("A", "t", "AAA"), AuthorizerRequest("A", "t", "AAAA")):
        named = {each.id for each in preflight(request, None, Sign("k.pem"))}
        assert not named & {"jwt-signs-itself", "signature-unpadded", "signature-too-short"}


def test_a_fix_leaves_what_is_right_as_it_is_written() -> None:
    spoiled = f"u?tok=%61bc&{SIGNATURE_NAME}={base64_to_base64url(signature('abc'))}"
    fixed = request_fixed_by(username(spoiled), "signature-mismatch", SIGNED)
    assert fixed == username(f"u?tok=%61bc&{SIGNATURE_NAME}={url_encode(signature('abc'))}")
    token = request_fixed_by(
        username(f"u?tok=abc%0A&{SIGNATURE_NAME}={url_encode(signature('abc'))}"), "signature-mismatch", SIGNED
    )
    assert token == username(f"u?tok=abc&{SIGNATURE_NAME}={url_encode(signature('abc'))}")


@pytest.mark.parametrize(
    ("request_", "id_", "authorizer", "label", "fixed"),
    [
        (
            username(f"u?a=1&tokk=%61&{SIGNATURE_NAME}=AAAA"),
            "token-not-in-context",
            SIGNED,
            "Rename tokk to tok",
            username(f"u?a=1&tok=%61&{SIGNATURE_NAME}=AAAA"),
        ),
        (
            username(f"u?tokk=a&{SIGNATURE_NAME}=AAAA"),
            "token-not-in-context",
            SIGNED,
            "Rename tokk to tok",
            username(f"u?tok=a&{SIGNATURE_NAME}=AAAA"),
        ),
        (
            username(f"a&b?tok2=x?y&{SIGNATURE_NAME}=AAAA"),
            "token-not-in-context",
            SIGNED,
            "Rename tok2 to tok",
            username(f"a&b?tok=x?y&{SIGNATURE_NAME}=AAAA"),
        ),
        (
            AuthorizerRequest("A", http_context=HttpContext(query_string=f"?tokk=a&{SIGNATURE_NAME}=AAAA")),
            "token-not-in-context",
            SIGNED,
            "Rename tokk to tok",
            AuthorizerRequest("A", http_context=HttpContext(query_string=f"?tok=a&{SIGNATURE_NAME}=AAAA")),
        ),
        (
            headers(("a", "b"), ("Tokk", "t"), (SIGNATURE_NAME, "AAAA")),
            "token-not-in-context",
            SIGNED,
            "Rename Tokk to tok",
            headers(("a", "b"), ("tok", "t"), (SIGNATURE_NAME, "AAAA")),
        ),
        (
            username("u?tok=a+b&c=+"),
            "plus-becomes-space",
            SIGNED,
            "Write '+' as %2B",
            username("u?tok=a%2Bb&c=+"),
        ),
        (headers(("tok", "a%2Fb")), "url-encoded-header", SIGNED, "URL-decode the header", headers(("tok", "a/b"))),
    ],
)
def test_what_a_fix_changes(
    request_: AuthorizerRequest, id_: str, authorizer: Authorizer, label: str, fixed: AuthorizerRequest
) -> None:
    fix = found(request_, authorizer)[id_].fix
    assert fix is not None
    assert (fix.label, fix.request) == (label, fixed)
