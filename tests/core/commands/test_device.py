from __future__ import annotations

from authlens.core.commands.device import device_of
from authlens.core.deployment.transport import DeviceTransport
from authlens.core.request.authorizer import AUTHORIZER_NAME, SIGNATURE_NAME
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext

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
