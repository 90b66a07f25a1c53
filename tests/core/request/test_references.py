"""References as they are written: what is one, what only looks like one, and text that is kept from being one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.request.references import is_only_reference, literal, meant, meant_request, refers
from authlens.core.request.request import AuthorizerRequest, MqttContext


@pytest.mark.parametrize(
    ("value", "refers_to", "is_only"),
    [
        ("${env:TOKEN}", True, True),
        ("Bearer ${file:token.txt}", True, True),
        ("x${keyring:s/u}", True, False),
        ("$${env:TOKEN}", False, False),
        ("${iot:ClientId}", False, False),
        ("", False, False),
        (b"${env:TOKEN}", False, False),
    ],
)
def test_what_is_a_reference(value: str | bytes, refers_to: bool, is_only: bool) -> None:
    assert refers(value) is refers_to
    assert is_only_reference(value) is is_only


@given(st.text(alphabet="${}:envfil a"))
def test_literal_text_comes_back_and_refers_to_nothing(text: str) -> None:
    assert meant(literal(text)) == text
    assert not refers(literal(text))


def test_a_request_is_read_as_it_is_sent() -> None:
    written = AuthorizerRequest("A", token="$${env:X}", mqtt_context=MqttContext("u", "$${env:P}", "c"))

    read = meant_request(written)

    assert read.token == "${env:X}"
    assert read.mqtt_context == MqttContext("u", "${env:P}", "c")
