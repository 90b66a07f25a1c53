from __future__ import annotations

from dataclasses import replace

import pytest

from authlens.core.preflight.finding import Finding
from authlens.core.request.authorizer import AUTHORIZER_NAME, Authorizer
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext, TlsContext
from support.preflight import UNSIGNED, found, request_fixed_by


def mqtt(
    username: str | None = None, password: str | bytes | None = None, client: str | None = None
) -> AuthorizerRequest:
    return AuthorizerRequest("A", mqtt_context=MqttContext(username, password, client))


@pytest.mark.parametrize("password", ["dGVzdA==", "c2VjcmV0IHBhc3N3b3Jk", "w6TDtsO8IQ=="])
def test_a_password_that_looks_base64_is_decoded(password: str) -> None:
    request = mqtt("u", password)
    assert request_fixed_by(request, "password-base64").mqtt_context != request.mqtt_context
    finding = found(request)["password-base64"]
    assert (finding.start, finding.end) == (0, len(password))


@pytest.mark.parametrize("password", ["test", "hunter22", "correct horse", "abcd==", b"dGVzdA==", None, "${env:PW}"])
def test_other_passwords_are_left_alone(password: str | bytes | None) -> None:
    assert "password-base64" not in found(mqtt("u", password))


def test_the_authorizer_is_named_in_the_username() -> None:
    fixed = request_fixed_by(mqtt("u"), "no-authorizer-parameters")
    assert fixed.mqtt_context == MqttContext(f"u?{AUTHORIZER_NAME}=A")
    elsewhere = replace(mqtt("u"), http_context=HttpContext(((AUTHORIZER_NAME.title(), "A"),)))
    assert "no-authorizer-parameters" not in found(elsewhere)


def test_another_authorizer_in_the_context_is_corrected() -> None:
    request = mqtt(f"u?{AUTHORIZER_NAME}=B")
    finding = found(request)["other-authorizer-name"]
    assert (finding.severity, finding.start, finding.end) == ("warning", 30, 31)
    assert request_fixed_by(request, "other-authorizer-name").mqtt_context == MqttContext(f"u?{AUTHORIZER_NAME}=A")


def test_what_an_sdk_appends_can_be_tried() -> None:
    appended = (
        "SDK=IoTDeviceSDK/Python&Platform=Unix&Metadata="
        "(CRTVersion=0.36.1;IoTSDKVersion=1.31.0;IoTSDKFeature=F/5,G/A;IoTSDKMetricsVersion=1)"
    )
    assert request_fixed_by(mqtt("u"), "sdk-parameters").mqtt_context == MqttContext(f"u?{appended}")
    assert request_fixed_by(mqtt("u?a=1"), "sdk-parameters").mqtt_context == MqttContext(f"u?a=1&{appended}")
    for present in ("SDK=JavaV2&Version=1", "SDK=IoTDeviceSDK/JS", "Platform=Unix", appended):
        assert "sdk-parameters" not in found(mqtt(f"u?{present}"))


def test_sdk_parameters_behind_a_second_mark_are_joined() -> None:
    request = mqtt("u?a=1?SDK=JavaV2&Version=1")
    assert found(request)["sdk-parameters-swallowed"].start == 5
    assert request_fixed_by(request, "sdk-parameters-swallowed").mqtt_context == MqttContext(
        "u?a=1&SDK=JavaV2&Version=1"
    )


@pytest.mark.parametrize(
    ("client_id", "expected", "start"),
    [
        ("c" * 129, "client-id-too-long", 128),
        ("ä" * 65, "client-id-too-long", 65),
        ("$SYS", "client-id-reserved", 0),
    ],
    ids=["characters", "bytes", "dollar"],
)
def test_a_client_id_that_no_device_can_connect_with_is_warned_of(client_id: str, expected: str, start: int) -> None:
    finding = found(AuthorizerRequest("A", mqtt_context=MqttContext("u", client_id=client_id)))[expected]
    assert (finding.severity, finding.start) == ("warning", start)


@pytest.mark.parametrize("client_id", ["c" * 128, "ä" * 64, "a$", "${env:ID}"])
def test_other_client_ids_are_left_alone(client_id: str) -> None:
    named = found(AuthorizerRequest("A", mqtt_context=MqttContext("u", client_id=client_id)))
    assert not {"client-id-too-long", "client-id-reserved"} & named.keys()


def test_that_a_device_needs_a_client_id_is_said_of_mqtt_3_alone() -> None:
    message = found(mqtt("u"))["no-client-id"].message
    assert "MQTT 3.1.1 device always sends one" in message
    assert "MQTT 5" in message


def test_a_client_id_is_missed_and_given() -> None:
    fixed = request_fixed_by(mqtt("u"), "no-client-id")
    assert fixed.mqtt_context is not None
    assert fixed.mqtt_context.client_id
    assert "no-client-id" not in found(AuthorizerRequest("A", tls_context=TlsContext("h")))


@pytest.mark.parametrize("client", ["+", "a#", "a*b", "a/b"])
def test_a_client_id_that_widens_policies_is_warned_of(client: str) -> None:
    finding = found(mqtt("u", None, client))["wildcard-client-id"]
    assert client[finding.start : finding.end] in "+#*/"
    assert "wildcard-client-id" not in found(mqtt("u", None, "sensor-7"))


def test_a_password_needs_a_username() -> None:
    assert "password-without-username" in found(mqtt(None, "p"))
    assert "password-without-username" not in found(mqtt("u", "p"))


@pytest.mark.parametrize(
    "name", ["https://host.example", "host.example:443", "host.example/mqtt", "mqtts://host.example:443/x"]
)
def test_a_server_name_is_a_host_alone(name: str) -> None:
    fixed = request_fixed_by(AuthorizerRequest("A", tls_context=TlsContext(name)), "server-name-not-a-host")
    assert fixed.tls_context == TlsContext("host.example")


@pytest.mark.parametrize("name", ["host.example", "localhost", "${env:HOST}", ""])
def test_a_host_name_is_left_alone(name: str) -> None:
    assert "server-name-not-a-host" not in found(AuthorizerRequest("A", tls_context=TlsContext(name)))


def test_header_names_are_lowered() -> None:
    request = AuthorizerRequest("A", http_context=HttpContext((("X-A", "1"), ("b", "2"))))
    assert found(request)["header-case"].path == "httpContext.headers[X-A]"
    assert request_fixed_by(request, "header-case").http_context == HttpContext((("x-a", "1"), ("b", "2")))


def test_a_repeated_header_is_warned_of() -> None:
    request = AuthorizerRequest("A", http_context=HttpContext((("a", "1"), ("a", "2"))))
    assert "2 times" in found(request)["repeated-header"].message


def test_headers_that_differ_only_in_case_are_reported_as_such() -> None:
    request = AuthorizerRequest("A", http_context=HttpContext((("a", "1"), ("A", "2"))))
    finding = found(request)["repeated-header"]
    assert (finding.path, "'a', 'A' differ only in case" in finding.message) == ("httpContext.headers[A]", True)
    assert request.to_api()["httpContext"]["headers"] == {"a": "1", "A": "2"}


def test_a_blank_in_the_query_string_is_pointed_at_and_encoded() -> None:
    request = AuthorizerRequest("A", http_context=HttpContext(query_string="?a=b c"))
    assert found(request)["blank-in-query-string"].start == 4
    assert request_fixed_by(request, "blank-in-query-string").http_context == HttpContext(query_string="?a=b%20c")


def test_an_inactive_authorizer_is_warned_of() -> None:
    assert "authorizer-inactive" in found(mqtt("u"), replace(UNSIGNED, status="INACTIVE"))
    assert "authorizer-inactive" not in found(mqtt("u"), UNSIGNED)


def alone(request: AuthorizerRequest, id_: str, authorizer: Authorizer | None = None) -> Finding:
    """The finding of one check alone, without its fix."""
    return replace(found(request, authorizer)[id_], fix=None)


def headers(*pairs: tuple[str, str]) -> AuthorizerRequest:
    return AuthorizerRequest("A", http_context=HttpContext(pairs))


PASSWORD_SENT = (
    "The password already looks like base64: it is encoded again when sent, and the function would decode it to this "
    "text."
)
UNNAMED = (
    "The username has no x-amz-customauthorizer-name: a device that sends this reaches the authorizer only if it is "
    "the default."
)
SWALLOWED = "An SDK's parameters follow a second '?': they become part of the preceding value."
SNI = "The server name is sent as SNI: it must be only the host name, without scheme, port or path."
LOWER = "Header names reach the function in lower case over a real connection; a test call keeps their case."
ALIKE = (
    "The headers 'a', 'A' differ only in case: a test call sends them all, but over a real connection they become one "
    "name in lower case."
)
SPACE = "The query string contains a space; in a real request it is encoded as %20."
USER = "mqttContext.username"
QUERY, HOST, CLIENT = "httpContext.queryString", "tlsContext.serverName", "mqttContext.clientId"


def query(text: str) -> AuthorizerRequest:
    return AuthorizerRequest("A", http_context=HttpContext(query_string=text))


def host(name: str) -> AuthorizerRequest:
    return AuthorizerRequest("A", tls_context=TlsContext(name))


def widened(character: str) -> str:
    return f"The client id contains {character!r}: substituted for ${{iot:ClientId}} it can widen what a policy allows."


def too_long(size: int) -> str:
    return (
        f"The client id has {size} bytes; AWS IoT refuses a device whose client id is longer than 128. The test call "
        "accepts it."
    )


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (mqtt("u", "dGVzdA=="), Finding("password-base64", "warning", "mqttContext.password", PASSWORD_SENT, 0, 8)),
        (mqtt("uv"), Finding("no-authorizer-parameters", "info", USER, UNNAMED, 0, 2)),
        (
            mqtt(f"u?{AUTHORIZER_NAME}=Bee"),
            Finding(
                "other-authorizer-name",
                "warning",
                USER,
                "The context names the authorizer 'Bee', but this call tests 'A'.",
                30,
                33,
            ),
        ),
        (mqtt("u?a=1?Platform=x"), Finding("sdk-parameters-swallowed", "warning", USER, SWALLOWED, 5, 16)),
        (
            mqtt("u", client="c" * 130),
            Finding("client-id-too-long", "warning", CLIENT, too_long(130), 128, 130),
        ),
        (mqtt("u", client="ä" * 65), Finding("client-id-too-long", "warning", CLIENT, too_long(130), 65, 65)),
        (
            mqtt("u", client="$a"),
            Finding(
                "client-id-reserved",
                "warning",
                CLIENT,
                "The client id starts with '$', which is reserved for AWS IoT: a device that sends it is refused.",
                0,
                1,
            ),
        ),
        (mqtt("u", client="ab+#"), Finding("wildcard-client-id", "warning", CLIENT, widened("+"), 2, 3)),
        (mqtt("u", client="/a"), Finding("wildcard-client-id", "warning", CLIENT, widened("/"), 0, 1)),
        (
            mqtt(None, "p"),
            Finding(
                "password-without-username",
                "info",
                "mqttContext.password",
                "There is a password but no username: an MQTT 3.1.1 client cannot send that.",
            ),
        ),
        (host("https://h.example"), Finding("server-name-not-a-host", "warning", HOST, SNI, 0, 8)),
        (host("https://h.example:443"), Finding("server-name-not-a-host", "warning", HOST, SNI, 0, 8)),
        (host("h.example:443/x"), Finding("server-name-not-a-host", "warning", HOST, SNI, 9, 15)),
        (headers(("b", "1"), ("X", "2")), Finding("header-case", "info", "httpContext.headers[X]", LOWER)),
        (
            headers(("a", "1"), ("a", "2"), ("a", "3")),
            Finding(
                "repeated-header",
                "warning",
                "httpContext.headers[a]",
                "The header 'a' is given 3 times; only the last one is sent.",
            ),
        ),
        (
            headers(("a", "1"), ("A", "2")),
            Finding("repeated-header", "warning", "httpContext.headers[A]", ALIKE),
        ),
        (query("?a=b c d"), Finding("blank-in-query-string", "warning", QUERY, SPACE, 4, 5)),
        (query("  ?a=b c "), Finding("blank-in-query-string", "warning", QUERY, SPACE, 6, 7)),
    ],
)
def test_what_is_found_in_a_context(request_: AuthorizerRequest, expected: Finding) -> None:
    assert alone(request_, expected.id) == expected


@pytest.mark.parametrize(
    ("request_", "id_"),
    [
        (mqtt("${env:U}"), "no-authorizer-parameters"),
        (replace(mqtt("u"), authorizer_name=None), "no-authorizer-parameters"),
        (mqtt(), "no-authorizer-parameters"),
        (mqtt(f"u?{AUTHORIZER_NAME}=A"), "other-authorizer-name"),
        (mqtt(f"u?{AUTHORIZER_NAME}=${{env:N}}"), "other-authorizer-name"),
        (replace(mqtt(f"u?{AUTHORIZER_NAME}=B"), authorizer_name="${env:A}"), "other-authorizer-name"),
        (replace(mqtt(f"u?{AUTHORIZER_NAME}=B"), authorizer_name=None), "other-authorizer-name"),
        (mqtt("u"), "other-authorizer-name"),
        (mqtt("u?SDK=1"), "sdk-parameters-swallowed"),
        (mqtt("u?SDK=1?SDK=2"), "sdk-parameters-swallowed"),
        (mqtt("u?a=1&SDK=2?b"), "sdk-parameters-swallowed"),
        (mqtt("${env:U}?a=1"), "sdk-parameters"),
        (mqtt("${env:U}?a=1?SDK=2"), "sdk-parameters-swallowed"),
        (mqtt(), "sdk-parameters"),
        (mqtt("u", client="${env:A}+"), "wildcard-client-id"),
        (mqtt("u", client="$${env:A}"), "client-id-too-long"),
        (mqtt("u", client="c"), "no-client-id"),
        (AuthorizerRequest("A"), "no-client-id"),
        (mqtt(None, None, "c"), "password-without-username"),
        (mqtt("u", "p"), "password-without-username"),
        (host("${env:H}:443"), "server-name-not-a-host"),
        (headers(("a", "1"), ("b", "2")), "header-case"),
        (headers(("a", "1"), ("b", "2")), "repeated-header"),
        (query("?a=b"), "blank-in-query-string"),
        (query(" ?a=b\n"), "blank-in-query-string"),
    ],
)
def test_what_is_left_alone(request_: AuthorizerRequest, id_: str) -> None:
    assert id_ not in found(request_)


def test_an_inactive_authorizer_is_pointed_at_by_its_name() -> None:
    inactive = Authorizer("Sensor", status="INACTIVE")
    assert alone(mqtt("u"), "authorizer-inactive", inactive) == Finding(
        "authorizer-inactive",
        "warning",
        "authorizerName",
        "The authorizer is INACTIVE: it answers this test call, but refuses every device.",
        0,
        6,
    )


@pytest.mark.parametrize(
    ("request_", "id_", "fixed"),
    [
        (mqtt("u", "dGVzdA=="), "password-base64", mqtt("u", "test")),
        (mqtt("u?a=1"), "no-authorizer-parameters", mqtt(f"u?a=1&{AUTHORIZER_NAME}=A")),
        (mqtt("u"), "no-client-id", mqtt("u", client="client-1")),
        (host("mqtts://h:1/x"), "server-name-not-a-host", host("h")),
        (headers(("A", "1"), ("b", "2")), "header-case", headers(("a", "1"), ("b", "2"))),
        (query(" ?a=b c "), "blank-in-query-string", query("?a=b%20c")),
    ],
)
def test_what_a_fix_changes(request_: AuthorizerRequest, id_: str, fixed: AuthorizerRequest) -> None:
    assert request_fixed_by(request_, id_) == fixed
