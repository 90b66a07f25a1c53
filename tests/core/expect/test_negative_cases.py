import base64
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from authlens.core.expect.negative_cases import EXPIRED, WRONG_SIGNATURE, NegativeCase, is_refused, negative_cases
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext, TlsContext
from authlens.core.saved.expectation import Expectation, ExpectedError, Question
from authlens.core.saved.saved_request import SavedRequest, Sign
from authlens.core.text.encodings import from_base64url


def jwt(**claims: object) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'RS256'})}.{part(claims)}.c2lnbmF0dXJl"


def claims_of(token: str) -> dict[str, object]:
    claims: dict[str, object] = json.loads(from_base64url(token.split(".")[1]) or b"")
    return claims


GOOD = jwt(sub="7", exp=4102444800, iat=4102440000)
TOKEN_MODE = AuthorizerRequest("A", token=GOOD, token_signature="c2ln")
MQTT = AuthorizerRequest("A", mqtt_context=MqttContext("sensor-7", "secret", "sensor-7"))
HTTP = AuthorizerRequest("A", http_context=HttpContext((("Authorization", f"Bearer {GOOD}"),), "?a=b"))
SIGNED_CONTEXT = AuthorizerRequest(
    "A", mqtt_context=MqttContext(f"u?token={GOOD}&x-amz-customauthorizer-signature=c2ln", None, "c")
)


def cases(request: AuthorizerRequest, sign: Sign | None = None) -> dict[str, NegativeCase]:
    found = negative_cases(SavedRequest(request, sign=sign))
    assert len({case.name for case in found}) == len(found)
    return {case.name: case for case in found}


def error_of(case: NegativeCase) -> ExpectedError | None:
    assert case.saved.expect is not None
    return case.saved.expect.error


@pytest.mark.parametrize(
    ("request_", "names"),
    [
        pytest.param(
            TOKEN_MODE,
            ["wrong-signature", "expired-jwt", "missing-token", "missing-token-signature", "over-long-token"],
            id="token mode",
        ),
        pytest.param(
            MQTT,
            ["other-client-id", "missing-username", "missing-password", "missing-client-id", "over-long-username"],
            id="MQTT",
        ),
        pytest.param(
            HTTP,
            [
                "expired-jwt",
                "missing-query-string",
                "missing-header-authorization",
                "stripped-question-mark",
                "over-long-query-string",
            ],
            id="HTTP",
        ),
        pytest.param(
            SIGNED_CONTEXT,
            [
                "wrong-signature",
                "expired-jwt",
                "other-client-id",
                "missing-username",
                "missing-client-id",
                "over-long-username",
            ],
            id="signed, in the username",
        ),
        pytest.param(AuthorizerRequest("A"), [], id="nothing to make wrong"),
    ],
)
def test_cases(request_: AuthorizerRequest, names: list[str]) -> None:
    assert list(cases(request_)) == names


@pytest.mark.parametrize("request_", [TOKEN_MODE, MQTT, HTTP, SIGNED_CONTEXT], ids=["token", "mqtt", "http", "signed"])
def test_every_case_changes_the_request_and_expects_a_refusal(request_: AuthorizerRequest) -> None:
    for case in cases(request_).values():
        assert case.saved.request != request_
        assert case.saved.expect is not None
        assert case.saved.expect.error or case.saved.expect.deny or case.saved.expect.is_authenticated is False


def test_wrong_signature_in_token_mode() -> None:
    case = cases(TOKEN_MODE, Sign("key.pem"))["wrong-signature"]

    assert case.saved.request.token_signature == WRONG_SIGNATURE
    assert case.saved.sign is None
    assert error_of(case) == ExpectedError("InvalidRequestException", "Token signature mismatch for authorizer")


def test_wrong_signature_is_put_where_the_good_one_is() -> None:
    mqtt = cases(SIGNED_CONTEXT)["wrong-signature"].saved.request.mqtt_context

    assert mqtt is not None
    assert mqtt.username == f"u?token={GOOD}&x-amz-customauthorizer-signature={WRONG_SIGNATURE.replace('=', '%3D')}"


def test_wrong_signature_in_a_context_needs_the_name_of_the_token() -> None:
    saved = SavedRequest(AuthorizerRequest("A", token="t"), sign=Sign("key.pem", place="queryString"))

    assert "wrong-signature" not in {case.name for case in negative_cases(saved)}
    named = negative_cases(saved, Authorizer("A", token_key_name="tok"))
    http = next(case for case in named if case.name == "wrong-signature").saved.request.http_context
    assert http is not None
    assert (http.query_string or "").startswith("?tok=t&x-amz-customauthorizer-signature=AAAA")


def test_expired_jwt_keeps_its_claims_and_signature() -> None:
    token = cases(TOKEN_MODE)["expired-jwt"].saved.request.token or ""

    assert claims_of(token) == {"sub": "7", "exp": EXPIRED, "iat": EXPIRED - 3600}
    assert token.split(".")[2] == GOOD.split(".")[2]


def test_expired_jwt_is_signed_again_with_a_key() -> None:
    (case,) = [
        case
        for case in negative_cases(SavedRequest(HTTP), sign_jwt=lambda signed_part: f"signed{len(signed_part)}")
        if case.name == "expired-jwt"
    ]

    headers = dict((case.saved.request.http_context or HttpContext()).headers or ())
    assert re.fullmatch(r"Bearer eyJ[\w-]+\.eyJ[\w-]+\.signed\d+", headers["Authorization"])


@pytest.mark.parametrize(
    ("sign", "expected"),
    [
        pytest.param(
            None, ExpectedError("InvalidRequestException", "Token signature mismatch for authorizer"), id="no"
        ),
        pytest.param(Sign("key.pem"), None, id="yes"),
    ],
)
def test_expired_jwt_reaches_the_function_only_when_signed_again(
    sign: Sign | None, expected: ExpectedError | None
) -> None:
    assert error_of(cases(TOKEN_MODE, sign)["expired-jwt"]) == expected


@pytest.mark.parametrize("token", ["eyJub3Q.eyJqd3Q.x", "eyJ.eyJ", "${env:TOKEN}", "a.b.c"])
def test_what_is_not_a_jwt_does_not_expire(token: str) -> None:
    assert "expired-jwt" not in cases(AuthorizerRequest("A", token=token, token_signature="c2ln"))


@pytest.mark.parametrize(("client_id", "other"), [("sensor-7", "sensor-7-other"), ("${env:CLIENT}", "another-client")])
def test_another_client_may_not_connect(client_id: str, other: str) -> None:
    case = cases(AuthorizerRequest("A", mqtt_context=MqttContext(client_id=client_id)))["other-client-id"]

    assert case.saved.request.mqtt_context == MqttContext(client_id=other)
    assert case.saved.expect is not None
    assert case.saved.expect.deny == (Question("iot:Connect", f"client/{other}"),)


def test_missing_the_last_field_leaves_no_context() -> None:
    case = cases(AuthorizerRequest("A", mqtt_context=MqttContext(client_id="c")))["missing-client-id"]

    assert case.saved.request == AuthorizerRequest("A")
    assert error_of(case) == ExpectedError("InvalidRequestException", "Request must have Http/Mqtt/Tls context")


def test_missing_what_carried_the_signature_has_no_message() -> None:
    assert error_of(cases(SIGNED_CONTEXT)["missing-username"]) == ExpectedError("InvalidRequestException", None)


@pytest.mark.parametrize(
    ("request_", "name", "path", "maximum"),
    [
        (TOKEN_MODE, "over-long-token", "token", 6144),
        (HTTP, "over-long-query-string", "httpContext.queryString", 4096),
        (MQTT, "over-long-username", "mqttContext.username", 65535),
    ],
)
def test_over_long(request_: AuthorizerRequest, name: str, path: str, maximum: int) -> None:
    case = cases(request_)[name]
    text = case.saved.request.to_api()
    for key in path.split("."):
        text = text[key]

    assert len(text) == maximum + 1
    error = error_of(case)
    assert error is not None
    assert re.search(
        error.message or "",
        f"1 validation error detected: Value at '{path}' failed to satisfy constraint: "
        f"Member must have length less than or equal to {maximum}",
    )


def test_descriptions_say_what_is_wrong() -> None:
    saved = SavedRequest(HTTP, description="Sensor 7")

    assert {case.name: case.saved.description for case in negative_cases(saved)}["stripped-question-mark"] == (
        "Sensor 7: stripped question mark"
    )


def test_every_case_has_a_name_of_its_own() -> None:
    headers = HttpContext((("X-A", "1"), ("X/A", "2")))
    assert {"missing-header-x-a", "missing-header-x-a-2"} <= cases(AuthorizerRequest("A", http_context=headers)).keys()


@pytest.mark.parametrize(
    ("expect", "refused"),
    [
        (None, False),
        (Expectation(), False),
        (Expectation(is_authenticated=True, deny=(Question("iot:Connect", "client/another"),)), False),
        (Expectation(is_authenticated=False), True),
        (Expectation(error=ExpectedError("InvalidRequestException")), True),
        (Expectation(deny=(Question("iot:Connect", "client/sensor-7"),)), True),
    ],
)
def test_cases_are_made_from_good_requests(expect: Expectation | None, refused: bool) -> None:
    assert is_refused(SavedRequest(MQTT, expect=expect)) is refused


@pytest.mark.parametrize("request_", [TOKEN_MODE, MQTT, HTTP, SIGNED_CONTEXT])
def test_every_case_expects_to_be_refused(request_: AuthorizerRequest) -> None:
    assert all(is_refused(case.saved) for case in negative_cases(SavedRequest(request_)))


def expect(error: str | None = None, **members: Any) -> Expectation:
    return Expectation(error=ExpectedError("InvalidRequestException", error), **members)


REFUSED = Expectation(is_authenticated=False)
MISMATCH = expect("Token signature mismatch for authorizer")
TOGETHER = expect("Request must provide both token and tokenSignature together")
NO_CONTEXT = expect("Request must have Http/Mqtt/Tls context")
NO_MARK = expect("Invalid arguments in the call")


def over_long(path: str, maximum: int) -> Expectation:
    limit = f"Member must have length less than or equal to {maximum}"
    return expect(f"Value at '{path}' failed to satisfy constraint: {limit}")


def other_client(client_id: str) -> Expectation:
    return Expectation(deny=(Question("iot:Connect", f"client/{client_id}"),))


SIGNED_TOKEN, SIGNED_USERNAME, SIGNED_QUERY = (
    Sign("k.pem"),
    Sign("k.pem", None, "username"),
    Sign("k", None, "queryString"),
)
LONG_TOKEN, LONG_USERNAME = over_long("token", 6144), over_long("mqttContext.username", 65535)
CLIENT_ALONE = AuthorizerRequest("A", mqtt_context=MqttContext(client_id="c"))
EXPECTED: dict[str, tuple[AuthorizerRequest, Sign | None, dict[str, tuple[bool, Expectation]]]] = {
    "token mode": (
        TOKEN_MODE,
        None,
        {
            "wrong-signature": (False, MISMATCH),
            "expired-jwt": (False, MISMATCH),
            "missing-token": (False, TOGETHER),
            "missing-token-signature": (False, TOGETHER),
            "over-long-token": (False, LONG_TOKEN),
        },
    ),
    "token mode, signed on sending": (
        AuthorizerRequest("A", token=GOOD),
        SIGNED_TOKEN,
        {
            "wrong-signature": (False, MISMATCH),
            "expired-jwt": (True, REFUSED),
            "missing-token": (False, TOGETHER),
            "missing-token-signature": (False, TOGETHER),
            "over-long-token": (False, LONG_TOKEN),
        },
    ),
    "a token that is put into the query string": (
        AuthorizerRequest("A", token="t"),
        SIGNED_QUERY,
        {"wrong-signature": (False, MISMATCH), "over-long-token": (False, LONG_TOKEN)},
    ),
    "a username that is signed on sending": (
        MQTT,
        SIGNED_USERNAME,
        {
            "wrong-signature": (False, MISMATCH),
            "other-client-id": (True, other_client("sensor-7-other")),
            "missing-username": (True, REFUSED),
            "missing-password": (True, REFUSED),
            "missing-client-id": (True, REFUSED),
            "over-long-username": (False, LONG_USERNAME),
        },
    ),
    "a signature in the username": (
        SIGNED_CONTEXT,
        None,
        {
            "wrong-signature": (False, MISMATCH),
            "expired-jwt": (False, MISMATCH),
            "other-client-id": (False, other_client("c-other")),
            "missing-username": (False, expect()),
            "missing-client-id": (False, REFUSED),
            "over-long-username": (False, LONG_USERNAME),
        },
    ),
    "a client id alone": (
        CLIENT_ALONE,
        None,
        {"other-client-id": (False, other_client("c-other")), "missing-client-id": (False, NO_CONTEXT)},
    ),
    "a client id alone, signed on sending": (
        CLIENT_ALONE,
        SIGNED_USERNAME,
        {
            "wrong-signature": (False, MISMATCH),
            "other-client-id": (True, other_client("c-other")),
            "missing-client-id": (True, REFUSED),
        },
    ),
    "a query string that is signed on sending": (
        AuthorizerRequest("A", http_context=HttpContext((("a", "1"),), "?a=b")),
        SIGNED_QUERY,
        {
            "wrong-signature": (False, MISMATCH),
            "missing-query-string": (True, REFUSED),
            "missing-header-a": (True, REFUSED),
            "stripped-question-mark": (True, NO_MARK),
            "over-long-query-string": (False, over_long("httpContext.queryString", 4096)),
        },
    ),
    "a query string without its mark": (
        AuthorizerRequest("A", http_context=HttpContext(None, "a=b")),
        None,
        {
            "missing-query-string": (False, NO_CONTEXT),
            "over-long-query-string": (False, over_long("httpContext.queryString", 4096)),
        },
    ),
}


@pytest.mark.parametrize(("request_", "sign", "expected"), EXPECTED.values(), ids=EXPECTED.keys())
def test_what_each_case_expects_and_whether_it_is_signed_again(
    request_: AuthorizerRequest, sign: Sign | None, expected: dict[str, tuple[bool, Expectation]]
) -> None:
    found = negative_cases(SavedRequest(request_, sign=sign), Authorizer("A", token_key_name="tok"))
    assert {case.name: (case.saved.sign is not None, case.saved.expect) for case in found} == expected


@pytest.mark.parametrize(
    ("http", "name", "left"),
    [
        (HttpContext((("a", "1"), ("b", "2")), "?q"), "missing-query-string", HttpContext((("a", "1"), ("b", "2")))),
        (HttpContext((("a", "1"), ("b", "2")), "?q"), "missing-header-a", HttpContext((("b", "2"),), "?q")),
        (HttpContext((("a", "1"), ("b", "2")), "?q"), "missing-header-b", HttpContext((("a", "1"),), "?q")),
        (HttpContext((("a", "1"),), "?q"), "missing-header-a", HttpContext(None, "?q")),
        (HttpContext((("a", "1"),), "?q"), "stripped-question-mark", HttpContext((("a", "1"),), "q")),
        (HttpContext((("a", "1"),)), "missing-header-a", None),
        (HttpContext(None, "?q"), "missing-query-string", None),
    ],
)
def test_what_is_left_of_an_http_context(http: HttpContext, name: str, left: HttpContext | None) -> None:
    assert cases(AuthorizerRequest("A", http_context=http))[name].saved.request == AuthorizerRequest(
        "A", http_context=left
    )


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("missing-username", MqttContext(None, "secret", "sensor-7")),
        ("missing-password", MqttContext("sensor-7", None, "sensor-7")),
        ("missing-client-id", MqttContext("sensor-7", "secret")),
    ],
)
def test_what_is_left_of_an_mqtt_context(name: str, left: MqttContext) -> None:
    assert cases(MQTT)[name].saved.request == AuthorizerRequest("A", mqtt_context=left)


@pytest.mark.parametrize(("signature", "kept"), [("c2ln", "c2ln"), (None, WRONG_SIGNATURE)])
def test_a_signature_without_its_token_is_the_one_given(signature: str | None, kept: str) -> None:
    request = AuthorizerRequest("A", token="t", token_signature=signature)
    assert cases(request)["missing-token"].saved.request == AuthorizerRequest("A", token_signature=kept)
    assert cases(request)["missing-token-signature"].saved.request == AuthorizerRequest("A", token="t")
    assert cases(request)["over-long-token"].saved.request.token_signature == WRONG_SIGNATURE


def test_the_constants_are_what_they_say() -> None:
    assert base64.b64decode(WRONG_SIGNATURE) == bytes(256)  # the size of a 2,048-bit key's signature
    assert datetime.fromtimestamp(EXPIRED, UTC) == datetime(2000, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("description", "name", "expected"),
    [
        (None, "missing-client-id", "Missing client id"),
        ("Sensor 7", "missing-client-id", "Sensor 7: missing client id"),
    ],
)
def test_the_description_of_a_case(description: str | None, name: str, expected: str) -> None:
    found = negative_cases(SavedRequest(CLIENT_ALONE, description=description))
    assert {case.name: case.saved.description for case in found}[name] == expected


def test_an_expired_jwt_is_left_where_none_is_sent() -> None:
    request = AuthorizerRequest(
        GOOD, GOOD, GOOD, mqtt_context=MqttContext(GOOD, GOOD, GOOD), tls_context=TlsContext(GOOD)
    )
    expired = cases(request)["expired-jwt"].saved.request
    assert expired.mqtt_context is not None
    changed = expired.token
    assert changed != GOOD
    assert expired == replace(request, token=changed, mqtt_context=MqttContext(changed, changed, GOOD))


@pytest.mark.parametrize(
    ("request_", "sign", "expected"),
    [
        (
            AuthorizerRequest("A", "t"),
            SIGNED_QUERY,
            AuthorizerRequest("A", "t" + "x" * 6144),
        ),
        (AuthorizerRequest("A", "t"), SIGNED_TOKEN, AuthorizerRequest("A", "t" + "x" * 6144, WRONG_SIGNATURE)),
        (AuthorizerRequest("A", "t", "c2ln"), None, AuthorizerRequest("A", "t" + "x" * 6144, WRONG_SIGNATURE)),
        (
            AuthorizerRequest("A", None, "c2ln", HttpContext(None, "?")),
            None,
            AuthorizerRequest("A", None, "c2ln", HttpContext(None, "?" + "x" * 4096)),
        ),
        (
            AuthorizerRequest("A", mqtt_context=MqttContext("u")),
            SIGNED_TOKEN,
            AuthorizerRequest("A", mqtt_context=MqttContext("u" + "x" * 65535)),
        ),
    ],
    ids=["put into the query string", "signed", "given", "query string", "username"],
)
def test_what_is_over_long_is_one_character_too_long(
    request_: AuthorizerRequest, sign: Sign | None, expected: AuthorizerRequest
) -> None:
    (found,) = (case for name, case in cases(request_, sign).items() if name.startswith("over-long"))
    assert found.saved.request == expected
