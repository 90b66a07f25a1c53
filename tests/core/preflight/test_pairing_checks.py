from __future__ import annotations

import json

from authlens.core.request.authorizer import SIGNATURE_NAME
from authlens.core.request.request import AuthorizerRequest, HttpContext, Mode, MqttContext, TlsContext
from support.base64url import to_base64url
from support.preflight import SIGNED, UNSIGNED, found, mended, signature

HEADER = to_base64url(json.dumps({"alg": "RS256"}).encode())


def test_a_token_without_a_signature_has_no_fix_but_a_jwt_has() -> None:
    assert found(AuthorizerRequest("A", "t"))["token-and-signature-together"].fix is None
    jwt = f"{HEADER}.{HEADER}.AP8"
    assert mended(AuthorizerRequest("A", jwt), "token-and-signature-together") == AuthorizerRequest(
        "A", f"{HEADER}.{HEADER}", "AP8="
    )


def test_a_signature_without_a_token_is_removed() -> None:
    request = AuthorizerRequest("A", None, "AAAA", mqtt_context=MqttContext("u"))
    finding = found(request)["token-and-signature-together"]
    assert finding.path == "tokenSignature"
    assert finding.message.startswith("There is a token signature but no token")
    without = found(AuthorizerRequest("A", "t"))["token-and-signature-together"]
    assert without.message.startswith("There is a token but no signature")
    assert mended(request, "token-and-signature-together").token_signature is None


def test_a_signed_authorizer_gets_the_token_moved_into_the_context() -> None:
    for contexts, place in (
        (AuthorizerRequest("A", "abc", signature("abc"), mqtt_context=MqttContext("u")), "username"),
        (AuthorizerRequest("A", "abc", signature("abc"), HttpContext((("a", "b"),))), "headers"),
        (AuthorizerRequest("A", "abc", signature("abc"), HttpContext(query_string="?a=1")), "queryString"),
        (AuthorizerRequest("A", "abc", signature("abc"), tls_context=TlsContext("host")), "queryString"),
    ):
        moved = mended(contexts, "token-or-context", SIGNED)
        assert moved.mode is Mode.CONTEXT
        assert not [each for each in found(moved, SIGNED).values() if each.severity == "error"], place


def test_otherwise_the_contexts_are_kept() -> None:
    request = AuthorizerRequest("A", "t", "AAAA", mqtt_context=MqttContext("u"))
    assert mended(request, "token-or-context") == AuthorizerRequest("A", mqtt_context=MqttContext("u"))


def test_an_unsigned_authorizer_gets_the_token_in_the_query_string() -> None:
    moved = mended(AuthorizerRequest("A", "a b", "AA+A"), "signing-disabled", UNSIGNED)
    assert moved.http_context == HttpContext(query_string=f"?token=a%20b&{SIGNATURE_NAME}=AA%2BA")


def test_an_empty_request_gets_a_context() -> None:
    assert mended(AuthorizerRequest("A"), "nothing-sent").mode is Mode.CONTEXT


def test_a_query_string_gets_its_mark_and_the_first_character_is_pointed_at() -> None:
    request = AuthorizerRequest("A", http_context=HttpContext(query_string="a=1"))
    finding = found(request)["query-string-mark"]
    assert (finding.path, finding.start, finding.end) == ("httpContext.queryString", 0, 1)
    assert mended(request, "query-string-mark").http_context == HttpContext(query_string="?a=1")


def test_one_broken_rule_is_said_at_a_time_as_aws_does() -> None:
    request = AuthorizerRequest("A", "t", http_context=HttpContext(query_string="a=1"))
    assert "query-string-mark" not in found(request)
