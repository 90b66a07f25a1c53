"""A request's mode, and its way to the API's members and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.request.request import AuthorizerRequest, HttpContext, Mode, MqttContext, TlsContext

texts = st.none() | st.text()
requests = st.builds(
    AuthorizerRequest,
    authorizer_name=texts,
    token=texts,
    token_signature=texts,
    http_context=st.none()
    | st.builds(
        HttpContext,
        headers=st.none() | st.dictionaries(st.text(), st.text()).map(lambda d: tuple(d.items())),
        query_string=texts,
    ),
    mqtt_context=st.none() | st.builds(MqttContext, username=texts, password=st.none() | st.binary(), client_id=texts),
    tls_context=st.none() | st.builds(TlsContext, server_name=texts),
)


@pytest.mark.parametrize(
    ("request_", "mode"),
    [
        (AuthorizerRequest("a"), Mode.EMPTY),
        (AuthorizerRequest("a", token="t"), Mode.TOKEN),
        (AuthorizerRequest("a", token_signature="s"), Mode.TOKEN),
        (AuthorizerRequest("a", mqtt_context=MqttContext()), Mode.CONTEXT),
        (AuthorizerRequest("a", tls_context=TlsContext("h")), Mode.CONTEXT),
        (AuthorizerRequest("a", "t", "s", HttpContext()), Mode.BOTH),
    ],
)
def test_the_mode_follows_from_what_is_sent(request_: AuthorizerRequest, mode: Mode) -> None:
    assert request_.mode is mode


@given(requests)
def test_to_the_api_and_back(request_: AuthorizerRequest) -> None:
    assert AuthorizerRequest.from_api(request_.to_api()) == request_


def test_absent_members_are_left_out_and_empty_contexts_stay() -> None:
    request = AuthorizerRequest("a", http_context=HttpContext(), mqtt_context=MqttContext(password="p"))
    assert request.to_api() == {"authorizerName": "a", "httpContext": {}, "mqttContext": {"password": b"p"}}


def test_a_password_is_sent_as_utf8() -> None:
    assert MqttContext(password="pä\ud800").password_bytes == "pä?".encode()
    assert MqttContext(password=b"\x00\xff").password_bytes == b"\x00\xff"
    assert MqttContext().password_bytes is None
