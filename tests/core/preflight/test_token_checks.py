from __future__ import annotations

import json

import pytest

from authlens.core.preflight.preflight import preflight
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext, TlsContext
from support.base64url import to_base64url
from support.preflight import NOW, SIGNED, found, mended, signature


def jwt(algorithm: str = "RS256", **claims: float) -> str:
    return ".".join(
        (to_base64url(json.dumps({"alg": algorithm}).encode()), to_base64url(json.dumps(claims).encode()), "AP8")
    )


@pytest.mark.parametrize(
    ("request_", "path", "span", "clean"),
    [
        (AuthorizerRequest("A", "t\n", "AAAA"), "token", (1, 2), "t"),
        (AuthorizerRequest("A", " t", "AAAA"), "token", (0, 1), "t"),
        (AuthorizerRequest("A", mqtt_context=MqttContext(password="p\r\n")), "mqttContext.password", (1, 3), "p"),
        (AuthorizerRequest("A", mqtt_context=MqttContext(client_id="c ")), "mqttContext.clientId", (1, 2), "c"),
        (AuthorizerRequest("A", mqtt_context=MqttContext("u\t")), "mqttContext.username", (1, 2), "u"),
        (
            AuthorizerRequest("A", http_context=HttpContext(query_string="?a\n")),
            "httpContext.queryString",
            (2, 3),
            "?a",
        ),
        (AuthorizerRequest("A", tls_context=TlsContext("h ")), "tlsContext.serverName", (1, 2), "h"),
        (AuthorizerRequest("A", http_context=HttpContext((("X", "v\n"),))), "httpContext.headers[X]", (1, 2), "v"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_white_space_at_an_end_is_pointed_at_and_removed(
    request_: AuthorizerRequest, path: str, span: tuple[int, int], clean: str
) -> None:
    from authlens.core.request.request import text_at

    finding = found(request_)["white-space"]
    assert (finding.path, finding.start, finding.end) == (path, *span)
    assert text_at(mended(request_, "white-space"), path) == clean


def test_a_line_break_inside_is_pointed_at_and_joined() -> None:
    request = AuthorizerRequest("A", "ab\r\ncd\n", "AAAA")
    finding = found(request)["line-break"]
    assert (finding.start, finding.end) == (2, 3)
    assert mended(request, "line-break").token == "abcd"


def test_only_blanks_are_left_to_be_what_they_are() -> None:
    assert "white-space" not in found(AuthorizerRequest("A", " ", "AAAA"))


def test_a_scheme_before_the_token_is_dropped() -> None:
    assert mended(AuthorizerRequest("A", "Bearer abc", "AAAA"), "token-scheme").token == "abc"


def test_an_expired_jwt_is_warned_of_in_place() -> None:
    old = jwt(exp=NOW.timestamp() - 3600)
    assert "expired 1 h ago" in found(AuthorizerRequest("A", old, "AAAA"))["jwt-not-valid-now"].message
    placed = AuthorizerRequest("A", mqtt_context=MqttContext(f"u?tok={old}"))
    finding = found(placed, SIGNED)["jwt-not-valid-now"]
    assert (finding.path, finding.start) == ("mqttContext.username", 6)


def test_a_jwt_whose_time_has_not_come_is_warned_of() -> None:
    early = AuthorizerRequest("A", jwt(nbf=NOW.timestamp() + 60), "AAAA")
    assert "another 1 min" in found(early)["jwt-not-valid-now"].message


def test_without_a_clock_no_time_is_judged_and_a_valid_jwt_is_left_alone() -> None:
    expired = AuthorizerRequest("A", jwt(exp=0), "AAAA")
    assert "jwt-not-valid-now" not in {each.id for each in preflight(expired)}
    assert "jwt-not-valid-now" not in found(AuthorizerRequest("A", jwt(exp=NOW.timestamp() + 60), "AAAA"))


@pytest.mark.parametrize(("algorithm", "said"), [("ES256", True), ("HS256", True), ("RS256", False)])
def test_a_jwt_that_aws_cannot_verify_is_noted(algorithm: str, said: bool) -> None:
    assert ("jwt-algorithm" in found(AuthorizerRequest("A", jwt(algorithm), "AAAA"))) is said


def test_token_mode_hides_protocol_data() -> None:
    assert "no-protocol-data" in found(AuthorizerRequest("A", "t", signature("t")))
    assert "no-protocol-data" not in found(AuthorizerRequest("A", mqtt_context=MqttContext("u")))


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("./tok.json", "it is sent as text"),
        ("file://tok.json", "only works on the AWS CLI's command line"),
        ("fileb://tok.json", "only works on the AWS CLI's command line"),
    ],
)
def test_why_the_name_of_a_file_is_not_read(token: str, words: str) -> None:
    assert words in found(AuthorizerRequest("A", token, "AAAA"))["name-of-file"].message
