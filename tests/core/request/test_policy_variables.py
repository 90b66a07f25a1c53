from __future__ import annotations

import pytest

from authlens.core.request.policy_variables import connection_variables
from authlens.core.request.request import AuthorizerRequest, MqttContext, TlsContext


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (AuthorizerRequest("a", token="t"), {}),
        (AuthorizerRequest("a", mqtt_context=MqttContext("u")), {}),
        (AuthorizerRequest("a", mqtt_context=MqttContext(client_id="c1")), {"iot:ClientId": ("c1",)}),
        (
            AuthorizerRequest("a", mqtt_context=MqttContext(client_id=""), tls_context=TlsContext("iot.example.com")),
            {"iot:ClientId": ("",), "iot:DomainName": ("iot.example.com",)},
        ),
    ],
    ids=["token", "no client id", "client id", "server name"],
)
def test_what_a_request_tells(request_: AuthorizerRequest, expected: dict[str, tuple[str, ...]]) -> None:
    assert connection_variables(request_) == expected
