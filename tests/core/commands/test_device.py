from __future__ import annotations

import pytest

from authlens.core.commands.device import Device, device_of, host_and_port
from authlens.core.deployment.transport import DeviceTransport
from authlens.core.request.authorizer import AUTHORIZER_NAME, SIGNATURE_NAME
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext
from authlens.core.saved.certificate import Certificate
from authlens.core.text.encodings import url_encode

SIGNATURE = "ab+/cd=="


def test_the_username_gets_what_it_lacks_and_the_plain_one_loses_it() -> None:
    written = f"u?room=1&tok=old&{AUTHORIZER_NAME}=B"
    request = AuthorizerRequest("A", "t", SIGNATURE, mqtt_context=MqttContext(written))
    device = device_of(request, "tok", "h.example", "a/b", DeviceTransport())
    assert device.username == f"u?room=1&tok=t&{AUTHORIZER_NAME}=A&{SIGNATURE_NAME}=ab%2B%2Fcd%3D%3D"
    assert device.plain_username == "u?room=1"


def test_what_headers_or_query_string_carry_is_not_repeated() -> None:
    request = AuthorizerRequest("A", http_context=HttpContext((("Tok", "t"),), f"?{AUTHORIZER_NAME}=A"))
    device = device_of(request, "tok", "", "a", DeviceTransport())
    assert (device.headers, device.query_string) == ((("Tok", "t"),), f"{AUTHORIZER_NAME}=A")


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        ("h.example", ("h.example", None)),
        ("h.example:8443", ("h.example", 8443)),
        (" wss://h.example:443/mqtt?a=1:2 ", ("h.example", 443)),
        ("h.example/a:80", ("h.example", None)),
        ("h.example:123456", ("h.example", None)),
        ("[::1]", ("::1", None)),
        ("::1", ("::1", None)),
        ("mqtts://[::1]:8883/", ("::1", 8883)),
        ("", ("", None)),
        ("a b", ("", None)),
    ],
)
def test_host_and_port(endpoint: str, expected: tuple[str, int | None]) -> None:
    assert host_and_port(endpoint) == expected


def test_everything_a_device_sends() -> None:
    headers = (("X-Room", "1"), ("Tok", "t"))
    mqtt = MqttContext("u?Tok=t&&a=1", "p", "c1")
    request = AuthorizerRequest("A", "t", SIGNATURE, HttpContext(headers, "?b=2"), mqtt)
    assert device_of(request, "tok", "https://h.example:8443/x", "a/b", DeviceTransport(port=8443)) == Device(
        endpoint="h.example",
        topic="a/b",
        client_id="c1",
        username=f"u?Tok=t&&a=1&{AUTHORIZER_NAME}=A&{SIGNATURE_NAME}=ab%2B%2Fcd%3D%3D",
        plain_username="u?a=1",
        password="p",
        name="A",
        token_key_name="tok",
        token="t",
        signature=SIGNATURE,
        headers=(*headers, (AUTHORIZER_NAME, "A"), (SIGNATURE_NAME, SIGNATURE)),
        query_string="b=2",
        transport=DeviceTransport(port=8443),
    )
    assert device_of(AuthorizerRequest(), "tok", "", "a", DeviceTransport()) == Device(
        "ENDPOINT-ats.iot.REGION.amazonaws.com", "a", "client-1", "", "", None, "", "tok", None, None, (), "",
        DeviceTransport(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("certificate", "files"),
    [
        (None, None),
        (Certificate(), ("device.pem.crt", "device.pem.key")),
        (Certificate("c.pem"), ("c.pem", "device.pem.key")),
        (Certificate(key="k.pem"), ("device.pem.crt", "k.pem")),
    ],
)
def test_the_files_of_the_certificate(certificate: Certificate | None, files: tuple[str, str] | None) -> None:
    transport = DeviceTransport(certificate=certificate)
    assert device_of(AuthorizerRequest(), "tok", "", "a", transport).certificate_files == files


@pytest.mark.parametrize(
    ("value", "is_header"),
    [
        ("t", True),
        ("a b", True),
        ("[redacted]", True),
        (" t", False),
        ("t ", False),
        ("\u00fc", False),
        ("a\nb", False),
    ],
)
def test_a_value_that_a_header_would_change_goes_into_the_query_string(value: str, is_header: bool) -> None:
    device = device_of(AuthorizerRequest(None, value), "a b", "", "t", DeviceTransport())
    assert device.headers == ((("a b", value),) if is_header else ())
    assert device.query_string == ("" if is_header else f"a%20b={url_encode(value)}")
