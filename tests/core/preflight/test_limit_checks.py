from __future__ import annotations

from dataclasses import replace

import pytest

from authlens.core.contract import test_call
from authlens.core.preflight.finding import Finding
from authlens.core.preflight.limit_checks import corrected_signature
from authlens.core.preflight.preflight import preflight
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext, TlsContext
from authlens.core.saved.saved_request import Sign
from authlens.core.text.encodings import base64_to_base64url, url_encode
from support.preflight import found, request_fixed_by

GOOD = "ab+/cd+/ab+/cd+/efg="


def with_signature(signature: str) -> AuthorizerRequest:
    return AuthorizerRequest("A", "t", signature)


@pytest.mark.parametrize(
    ("name", "span"), [("a b", (1, 2)), ("näme", (1, 2)), ("name!", (4, 5)), ("a\n", (1, 2)), ("a/b/c", (1, 2))]
)
def test_the_first_bad_character_of_a_name_is_pointed_at(name: str, span: tuple[int, int]) -> None:
    finding = found(AuthorizerRequest(name, "t", "AAAA"))["model-constraint-pattern"]
    assert (finding.path, finding.start, finding.end) == ("authorizerName", *span)
    assert f"at character {span[0] + 1}" in finding.message
    assert finding.aws_words == (
        "1 validation error detected: Value at 'authorizerName' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: [\w=,@-]+"
    )


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (AuthorizerRequest("A", http_context=HttpContext((("x", "1"), ("y", "")), "?a")), "y"),
        (AuthorizerRequest("A", http_context=HttpContext((("x", "1"), ("", "2")), "?a")), ""),
        (AuthorizerRequest("A", mqtt_context=MqttContext("u", "")), "mqttContext.password"),
        (AuthorizerRequest("A", tls_context=TlsContext("")), "tlsContext.serverName"),
    ],
)
def test_an_empty_member_is_left_out_with_one_key(request_: AuthorizerRequest, expected: str) -> None:
    assert expected in found(request_)["model-constraint-minimum"].path
    request_fixed_by(request_, "model-constraint-minimum")


def test_white_space_around_a_name_is_removed_with_one_key() -> None:
    assert request_fixed_by(AuthorizerRequest(" A\n", "t", "AAAA"), "model-constraint-pattern").authorizer_name == "A"
    assert found(AuthorizerRequest("A b\n", "t", "AAAA"))["model-constraint-pattern"].fix is None


SPOILED = {
    "base64url": (base64_to_base64url(GOOD), (2, 3), "base64url"),
    "URL-encoded": (url_encode(GOOD), (2, 3), "URL-encoded"),
    "trailing newline": (GOOD + "\n", (19, 20), "line breaks"),
    "wrapped": (GOOD[:8] + "\n" + GOOD[8:], (8, 9), "line breaks"),
    "plus as space": (GOOD.replace("+", " "), (2, 3), "%2B"),
    "quoted": (f'"{GOOD}"', (0, 1), "quotation marks"),
}


@pytest.mark.parametrize(("spoiled", "span", "words"), SPOILED.values(), ids=SPOILED.keys())
def test_a_spoiled_signature_is_explained_and_fixed(spoiled: str, span: tuple[int, int], words: str) -> None:
    request = with_signature(spoiled)
    finding = found(request)["model-constraint-pattern"]
    assert (finding.path, finding.severity, finding.start, finding.end) == ("tokenSignature", "error", *span)
    assert words in finding.message
    assert request_fixed_by(request, "model-constraint-pattern") == with_signature(GOOD)


@pytest.mark.parametrize(("signature", "span"), [("AA===", (4, 5)), ("=", (0, 1)), ("A=A", (1, 2)), ("A.B", (1, 2))])
def test_what_no_mistake_explains_has_no_fix(signature: str, span: tuple[int, int]) -> None:
    finding = found(with_signature(signature))["model-constraint-pattern"]
    assert (finding.start, finding.end) == span
    if signature in ("=", "A.B"):
        assert finding.fix is None


def test_a_good_signature_needs_no_correction() -> None:
    assert corrected_signature(GOOD) is None


TOO_LONG = {
    "authorizerName": (AuthorizerRequest("a" * 129, "t", "AAAA"), 128),
    "token": (AuthorizerRequest("A", "t" * 6145, "AAAA"), 6144),
    "tokenSignature": (AuthorizerRequest("A", "t", "A" * 2564), 2560),
    "httpContext.queryString": (AuthorizerRequest("A", http_context=HttpContext(query_string="?" * 4097)), 4096),
    "mqttContext.username": (AuthorizerRequest("A", mqtt_context=MqttContext("u" * 65536)), 65535),
    "mqttContext.clientId": (AuthorizerRequest("A", mqtt_context=MqttContext(client_id="c" * 65536)), 65535),
    "tlsContext.serverName": (AuthorizerRequest("A", tls_context=TlsContext("s" * 254)), 253),
    "httpContext.headers[X]": (AuthorizerRequest("A", http_context=HttpContext((("X", "v" * 8193),))), 8192),
}


@pytest.mark.parametrize(("path", "case"), TOO_LONG.items(), ids=TOO_LONG.keys())
def test_what_is_over_the_length_is_pointed_at(path: str, case: tuple[AuthorizerRequest, int]) -> None:
    request, limit = case
    finding = found(request)["model-constraint-maximum"]
    assert (finding.path, finding.start) == (path, limit)
    assert finding.end > limit
    assert str(limit) in finding.message


@pytest.mark.parametrize(
    ("request_", "path"),
    [
        (AuthorizerRequest("", "t", "AAAA"), "authorizerName"),
        (AuthorizerRequest("A", "", "AAAA"), "token"),
        (AuthorizerRequest("A", mqtt_context=MqttContext(password=b"")), "mqttContext.password"),
        (AuthorizerRequest("A", http_context=HttpContext((("", "v"),))), "httpContext.headers[]"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_empty_is_refused(request_: AuthorizerRequest, path: str) -> None:
    assert found(request_)["model-constraint-minimum"].path == path


def test_a_binary_password_is_counted_in_bytes() -> None:
    finding = found(AuthorizerRequest("A", mqtt_context=MqttContext(password=b"x" * 65536)))["model-constraint-maximum"]
    assert "65535 bytes" in finding.message


def test_a_missing_name_is_said_plainly() -> None:
    assert "is missing" in found(AuthorizerRequest(None, "t", "AAAA"))["model-constraint-minimum"].message


def test_all_broken_constraints_are_named_together_as_aws_does() -> None:
    """Each finding carries the one message that AWS answers."""
    request = AuthorizerRequest("a b", mqtt_context=MqttContext(""), tls_context=TlsContext("h" * 254))
    findings = [each for each in preflight(request) if each.id.startswith("model-constraint")]
    refusal = test_call.refuse(request, None)
    assert refusal is not None
    assert (refusal.message or "").startswith("3 validation errors detected: Value at 'authorizerName'")
    assert [each.aws_words for each in findings] == [refusal.message] * 3
    assert (refusal.message or "").count("; ") == 2


def test_the_length_of_what_signing_adds_counts() -> None:
    request = AuthorizerRequest("A", http_context=HttpContext(query_string="?tok=" + "t" * 3800))
    signed = {each.id for each in preflight(request, sign=Sign("k.pem", place="queryString"))}
    assert "model-constraint-maximum" in signed
    assert "model-constraint-maximum" not in {each.id for each in preflight(request)}


def alone(request: AuthorizerRequest, kind: str) -> Finding:
    return replace(found(request)[f"model-constraint-{kind}"], fix=None, aws_words=None)


def refused(kind: str, path: str, message: str, start: int = 0, end: int = 0) -> Finding:
    return Finding(f"model-constraint-{kind}", "error", path, f"AWS refuses {message}", start, end)


SIGNS = "it may contain only base64: letters, digits, + and /, then at most two =."


@pytest.mark.parametrize(
    ("request_", "kind", "expected"),
    [
        (
            AuthorizerRequest("ab!c", "t", "AAAA"),
            "pattern",
            refused(
                "pattern",
                "authorizerName",
                "the authorizer name at character 3: it may contain only letters, digits and _ = , @ -.",
                2,
                3,
            ),
        ),
        (
            AuthorizerRequest("a" * 130, "t", "AAAA"),
            "maximum",
            refused("maximum", "authorizerName", "the authorizer name: it is longer than 128 characters.", 128, 130),
        ),
        (
            AuthorizerRequest("A", mqtt_context=MqttContext(password="ä" * 40_000)),
            "maximum",
            refused(
                "maximum", "mqttContext.password", "the MQTT password: it is longer than 65535 bytes.", 40000, 40000
            ),
        ),
        (
            AuthorizerRequest("A", "", "AAAA"),
            "minimum",
            refused("minimum", "token", "the token: it is empty; remove the member or fill it in."),
        ),
        (
            AuthorizerRequest("A", http_context=HttpContext((("x" * 8193, "1"),))),
            "maximum",
            refused(
                "maximum",
                f"httpContext.headers[{'x' * 8193}]",
                f"the name of the header '{'x' * 8193}': it is longer than 8192 characters.",
            ),
        ),
        (
            with_signature("A.B"),
            "pattern",
            refused("pattern", "tokenSignature", f"the token signature at character 2: {SIGNS}", 1, 2),
        ),
        (
            with_signature("AAA===="),
            "pattern",
            refused("pattern", "tokenSignature", f"the token signature at character 6: {SIGNS}", 5, 7),
        ),
        (
            with_signature("=="),
            "pattern",
            refused("pattern", "tokenSignature", f"the token signature at character 1: {SIGNS}", 0, 2),
        ),
        (
            with_signature("==="),
            "pattern",
            refused("pattern", "tokenSignature", f"the token signature at character 1: {SIGNS}", 0, 3),
        ),
    ],
)
def test_what_violates_the_model(request_: AuthorizerRequest, kind: str, expected: Finding) -> None:
    assert alone(request_, kind) == expected


def test_a_missing_name_and_an_empty_one() -> None:
    missing = "The authorizer name is missing; it is the only member that AWS always requires."
    assert alone(AuthorizerRequest(None, "t", "AAAA"), "minimum") == Finding(
        "model-constraint-minimum", "error", "authorizerName", missing
    )
    assert found(AuthorizerRequest("", "t", "AAAA"))["model-constraint-minimum"].fix is None


@pytest.mark.parametrize(
    ("request_", "kind", "label", "fixed"),
    [
        (
            AuthorizerRequest(" A ", "t", "AAAA"),
            "pattern",
            "Remove the white space",
            AuthorizerRequest("A", "t", "AAAA"),
        ),
        (
            AuthorizerRequest("A", mqtt_context=MqttContext("u", "")),
            "minimum",
            "Remove the MQTT password",
            AuthorizerRequest("A", mqtt_context=MqttContext("u")),
        ),
        (with_signature("AA A"), "pattern", "Make the signature plain base64", with_signature("AA+A")),
        (AuthorizerRequest("  ", "t", "AAAA"), "pattern", None, None),
        (AuthorizerRequest(f" {'a' * 128}!", "t", "AAAA"), "pattern", None, None),
        (AuthorizerRequest("A", "t" * 6145, "AAAA"), "maximum", None, None),
    ],
)
def test_what_a_fix_changes(
    request_: AuthorizerRequest, kind: str, label: str | None, fixed: AuthorizerRequest | None
) -> None:
    fix = found(request_)[f"model-constraint-{kind}"].fix
    assert (fix and fix.label, fix and fix.request) == (label, fixed)


@pytest.mark.parametrize("text", ["${env:S} !", "$${env:S}"])
def test_a_reference_is_not_judged(text: str) -> None:
    findings = {each.id for each in preflight(AuthorizerRequest("A", "t", text))}
    assert ("model-constraint-pattern" in findings) is text.startswith("$$")
