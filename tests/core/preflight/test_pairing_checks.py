from __future__ import annotations

import json
from dataclasses import replace

import pytest

from authlens.core.request.authorizer import SIGNATURE_NAME, Authorizer
from authlens.core.request.request import AuthorizerRequest, HttpContext, Mode, MqttContext, TlsContext
from support.base64url import to_base64url
from support.preflight import SIGNED, UNSIGNED, found, request_fixed_by, signature

HEADER = to_base64url(json.dumps({"alg": "RS256"}).encode())


def test_a_token_without_a_signature_has_no_fix_but_a_jwt_has() -> None:
    assert found(AuthorizerRequest("A", "t"))["token-and-signature-together"].fix is None
    jwt = f"{HEADER}.{HEADER}.AP8"
    assert request_fixed_by(AuthorizerRequest("A", jwt), "token-and-signature-together") == AuthorizerRequest(
        "A", f"{HEADER}.{HEADER}", "AP8="
    )


def test_a_signature_without_a_token_is_removed() -> None:
    request = AuthorizerRequest("A", None, "AAAA", mqtt_context=MqttContext("u"))
    finding = found(request)["token-and-signature-together"]
    assert finding.path == "tokenSignature"
    assert finding.message.startswith("There is a token signature but no token")
    without = found(AuthorizerRequest("A", "t"))["token-and-signature-together"]
    assert without.message.startswith("There is a token but no signature")
    assert request_fixed_by(request, "token-and-signature-together").token_signature is None


def test_a_signed_authorizer_gets_the_token_moved_into_the_context() -> None:
    for contexts, place in (
        (AuthorizerRequest("A", "abc", signature("abc"), mqtt_context=MqttContext("u")), "username"),
        (AuthorizerRequest("A", "abc", signature("abc"), HttpContext((("a", "b"),))), "headers"),
        (AuthorizerRequest("A", "abc", signature("abc"), HttpContext(query_string="?a=1")), "queryString"),
        (AuthorizerRequest("A", "abc", signature("abc"), tls_context=TlsContext("host")), "queryString"),
    ):
        moved = request_fixed_by(contexts, "token-or-context", SIGNED)
        assert moved.mode is Mode.CONTEXT
        assert not [each for each in found(moved, SIGNED).values() if each.severity == "error"], place


def test_otherwise_the_contexts_are_kept() -> None:
    request = AuthorizerRequest("A", "t", "AAAA", mqtt_context=MqttContext("u"))
    assert request_fixed_by(request, "token-or-context") == AuthorizerRequest("A", mqtt_context=MqttContext("u"))


def test_an_unsigned_authorizer_gets_the_token_in_the_query_string() -> None:
    moved = request_fixed_by(AuthorizerRequest("A", "a b", "AA+A"), "signing-disabled", UNSIGNED)
    assert moved.http_context == HttpContext(query_string=f"?token=a%20b&{SIGNATURE_NAME}=AA%2BA")


def test_an_empty_request_gets_a_context() -> None:
    assert request_fixed_by(AuthorizerRequest("A"), "nothing-sent").mode is Mode.CONTEXT


def test_a_query_string_gets_its_mark_and_the_first_character_is_pointed_at() -> None:
    request = AuthorizerRequest("A", http_context=HttpContext(query_string="a=1"))
    finding = found(request)["query-string-mark"]
    assert (finding.path, finding.start, finding.end) == ("httpContext.queryString", 0, 1)
    assert request_fixed_by(request, "query-string-mark").http_context == HttpContext(query_string="?a=1")


def test_one_broken_rule_is_said_at_a_time_as_aws_does() -> None:
    request = AuthorizerRequest("A", "t", http_context=HttpContext(query_string="a=1"))
    assert "query-string-mark" not in found(request)


MODES = "Token mode and context mode are mutually exclusive: AWS refuses a token together with a context."
OFF = "Signing is disabled for this authorizer: it accepts only contexts, not a token and signature."
MARK = "The query string must begin with '?' in a test call; without it AWS refuses the request."
USER = MqttContext("u")


@pytest.mark.parametrize(
    ("request_", "authorizer", "id_", "path", "message", "end"),
    [
        (
            AuthorizerRequest("A", "tok"),
            None,
            "token-and-signature-together",
            "token",
            "There is a token but no signature; sign it with a private key, or use the contexts instead.",
            3,
        ),
        (
            AuthorizerRequest("A", None, "AAAA"),
            None,
            "token-and-signature-together",
            "tokenSignature",
            "There is a token signature but no token; AWS requires both or neither.",
            4,
        ),
        (AuthorizerRequest("A", "tok", "AAAA", mqtt_context=USER), None, "token-or-context", "token", MODES, 3),
        (AuthorizerRequest("A", "tok", "AAAA"), UNSIGNED, "signing-disabled", "token", OFF, 3),
        (
            AuthorizerRequest("A"),
            None,
            "nothing-sent",
            "",
            "The request is empty: AWS requires token and signature, or at least one context.",
            0,
        ),
        (
            AuthorizerRequest("A", http_context=HttpContext(query_string="abc")),
            None,
            "query-string-mark",
            "httpContext.queryString",
            MARK,
            1,
        ),
    ],
)
def test_a_broken_pairing_in_words(
    request_: AuthorizerRequest, authorizer: Authorizer | None, id_: str, path: str, message: str, end: int
) -> None:
    finding = found(request_, authorizer)[id_]
    assert (finding.severity, finding.path, finding.message, finding.start, finding.end) == (
        "error",
        path,
        message,
        0,
        end,
    )


def test_a_query_string_that_is_a_reference_is_not_judged() -> None:
    for text, is_judged in (("${env:Q}", False), ("a=${env:Q}", True)):
        request = AuthorizerRequest("A", http_context=HttpContext(query_string=text))
        assert ("query-string-mark" in found(request)) is is_judged


JWT_OF_ES256 = f"{to_base64url(json.dumps({'alg': 'ES256'}).encode())}.{HEADER}.AP8"


@pytest.mark.parametrize("token", ["t", JWT_OF_ES256, f"{HEADER}.{HEADER}"])
def test_only_a_jwt_that_aws_can_verify_is_split(token: str) -> None:
    assert found(AuthorizerRequest("A", token))["token-and-signature-together"].fix is None


KEPT = AuthorizerRequest("A", mqtt_context=USER)
MIXED = AuthorizerRequest("A", "t", "AAAA", mqtt_context=USER)


@pytest.mark.parametrize(
    ("request_", "authorizer", "label", "fixed"),
    [
        (MIXED, None, "Remove token and signature, keep the contexts", KEPT),
        (MIXED, Authorizer("A"), "Remove token and signature, keep the contexts", KEPT),
        (MIXED, replace(SIGNED, signing_disabled=True), "Remove token and signature, keep the contexts", KEPT),
        (
            MIXED,
            SIGNED,
            "Move token and signature into the MQTT username",
            AuthorizerRequest("A", mqtt_context=MqttContext(f"u?tok=t&{SIGNATURE_NAME}=AAAA")),
        ),
        (
            AuthorizerRequest("A", "t", "AAAA", HttpContext((("a", "1"),))),
            SIGNED,
            "Move token and signature into the HTTP headers",
            AuthorizerRequest("A", http_context=HttpContext((("a", "1"), ("tok", "t"), (SIGNATURE_NAME, "AAAA")))),
        ),
        (
            AuthorizerRequest("A", "t", "AAAA", tls_context=TlsContext("h")),
            SIGNED,
            "Move token and signature into the query string",
            AuthorizerRequest(
                "A",
                http_context=HttpContext(query_string=f"?tok=t&{SIGNATURE_NAME}=AAAA"),
                tls_context=TlsContext("h"),
            ),
        ),
    ],
)
def test_where_token_and_signature_go(
    request_: AuthorizerRequest, authorizer: Authorizer | None, label: str, fixed: AuthorizerRequest
) -> None:
    fix = found(request_, authorizer)["token-or-context"].fix
    assert fix is not None
    assert (fix.label, fix.request) == (label, fixed)


def test_the_place_of_a_token_without_signing() -> None:
    request = AuthorizerRequest("A", "t", "AAAA")
    named = replace(UNSIGNED, token_key_name="tok")
    for authorizer, name in ((UNSIGNED, "token"), (named, "tok")):
        fix = found(request, authorizer)["signing-disabled"].fix
        assert fix is not None
        query = f"?{name}=t&{SIGNATURE_NAME}=AAAA"
        assert fix.request == AuthorizerRequest("A", http_context=HttpContext(query_string=query))


def test_what_an_empty_request_is_filled_with() -> None:
    fix = found(AuthorizerRequest("A"))["nothing-sent"].fix
    assert fix is not None
    assert fix.request == AuthorizerRequest("A", mqtt_context=MqttContext("user", client_id="client-1"))
