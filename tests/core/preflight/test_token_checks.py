from __future__ import annotations

import json
from dataclasses import replace

import pytest

from authlens.core.preflight.finding import Finding
from authlens.core.preflight.preflight import preflight
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext, TlsContext
from authlens.core.saved.saved_request import Sign
from support.base64url import to_base64url
from support.preflight import NOW, SIGNED, found, request_fixed_by, signature


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
    assert text_at(request_fixed_by(request_, "white-space"), path) == clean


def test_a_line_break_inside_is_pointed_at_and_joined() -> None:
    request = AuthorizerRequest("A", "ab\r\ncd\n", "AAAA")
    finding = found(request)["line-break"]
    assert (finding.start, finding.end) == (2, 3)
    assert request_fixed_by(request, "line-break").token == "abcd"


def test_only_blanks_are_left_to_be_what_they_are() -> None:
    assert "white-space" not in found(AuthorizerRequest("A", " ", "AAAA"))


def test_a_scheme_before_the_token_is_dropped() -> None:
    assert request_fixed_by(AuthorizerRequest("A", "Bearer abc", "AAAA"), "token-scheme").token == "abc"


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


def alone(request: AuthorizerRequest, id_: str) -> Finding:
    return replace(found(request, SIGNED)[id_], fix=None)


def token(text: str) -> AuthorizerRequest:
    return AuthorizerRequest("A", text, "AAAA")


def host(name: str) -> AuthorizerRequest:
    return AuthorizerRequest("A", tls_context=TlsContext(name))


BEARER = "The token begins with 'Bearer ': it is signed and passed on as part of the token."
HIDDEN = (
    "In token mode the function receives no protocolData: no username, password, headers or query string. A function "
    "that reads them fails here but works with a device."
)
FILE = "looks like a file name: it is sent as text."
OLD = jwt(exp=NOW.timestamp() - 61)
FOREIGN = (
    "The token is a JWT signed with ES256; AWS verifies only RSA with SHA-256 (RS256), so its third part cannot be the "
    "token signature."
)


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (token("t \n"), Finding("white-space", "warning", "token", "The token has white space at its end.", 1, 3)),
        (token("  t"), Finding("white-space", "warning", "token", "The token has white space at its beginning.", 0, 2)),
        (token(" t "), Finding("white-space", "warning", "token", "The token has white space at its end.", 2, 3)),
        (
            host(" h"),
            Finding(
                "white-space",
                "warning",
                "tlsContext.serverName",
                "The TLS server name has white space at its beginning.",
                0,
                1,
            ),
        ),
        (token("a\nb"), Finding("line-break", "warning", "token", "The token contains a line break.", 1, 2)),
        (token(" a\r\nb\n"), Finding("line-break", "warning", "token", "The token contains a line break.", 2, 3)),
        (token("ab\rc"), Finding("line-break", "warning", "token", "The token contains a line break.", 2, 3)),
        (token("a\nb\rc"), Finding("line-break", "warning", "token", "The token contains a line break.", 1, 2)),
        (token("bearer a"), Finding("token-scheme", "warning", "token", BEARER, 0, 7)),
        (token("abc"), Finding("no-protocol-data", "info", "token", HIDDEN, 0, 3)),
        (token("t.json"), Finding("name-of-file", "warning", "token", f"The token {FILE}", 0, 6)),
        (
            AuthorizerRequest("A", mqtt_context=MqttContext("./user")),
            Finding("name-of-file", "warning", "mqttContext.username", f"The MQTT username {FILE}", 0, 6),
        ),
        (
            token(OLD),
            Finding(
                "jwt-not-valid-now",
                "warning",
                "token",
                "The token is a JWT: expired 1 min 1 s ago.",
                0,
                len(OLD),
            ),
        ),
        (
            AuthorizerRequest("A", mqtt_context=MqttContext(f"u?tok={jwt('ES256')}&a")),
            Finding("jwt-algorithm", "info", "mqttContext.username", FOREIGN, 6, 6 + len(jwt("ES256"))),
        ),
    ],
)
def test_what_is_found_in_a_token(request_: AuthorizerRequest, expected: Finding) -> None:
    assert alone(request_, expected.id) == expected


@pytest.mark.parametrize(
    ("request_", "id_"),
    [
        (AuthorizerRequest(" A", "t", "AAAA"), "white-space"),
        (AuthorizerRequest("A", "t", "AAAA "), "white-space"),
        (AuthorizerRequest("A", "t", "AA\nAA"), "line-break"),
        (token("t"), "white-space"),
        (token("\n"), "line-break"),
        (token("Bearer"), "token-scheme"),
        (token("t"), "jwt-algorithm"),
        (token(jwt("ES256").rpartition(".")[0]), "jwt-algorithm"),
        (token(jwt(nbf=NOW.timestamp())), "jwt-not-valid-now"),
        (token("t"), "jwt-not-valid-now"),
        (AuthorizerRequest("A", mqtt_context=MqttContext("user.json")), "name-of-file"),
        (token("a.b"), "name-of-file"),
        (AuthorizerRequest("A", mqtt_context=MqttContext("u")), "no-protocol-data"),
    ],
)
def test_what_is_left_alone(request_: AuthorizerRequest, id_: str) -> None:
    assert id_ not in found(request_, SIGNED)


@pytest.mark.parametrize(
    ("request_", "id_", "fixed"),
    [
        (token(" t\n"), "white-space", token("t")),
        (token(" a\r\nb\rc "), "line-break", token("abc")),
        (token("Bearer  abc"), "token-scheme", token("abc")),
        (token("file://t.json"), "name-of-file", token("${file:t.json}")),
    ],
)
def test_what_a_fix_changes(request_: AuthorizerRequest, id_: str, fixed: AuthorizerRequest) -> None:
    assert request_fixed_by(request_, id_) == fixed


def test_a_token_that_is_signed_on_sending_has_no_foreign_algorithm() -> None:
    named = {each.id for each in preflight(AuthorizerRequest("A", jwt("ES256")), SIGNED, Sign("k.pem"))}
    assert "jwt-algorithm" not in named
