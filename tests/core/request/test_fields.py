from __future__ import annotations

import pytest

from authlens.core.request import fields
from authlens.core.request.members import MEMBERS
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext, TlsContext

FULL = AuthorizerRequest(
    "name",
    "token",
    "signature",
    HttpContext((("A", "header a"), ("b", "header b")), "?query"),
    MqttContext("username", "password", "client"),
    TlsContext("server"),
)
PATHS = [path for path, _ in fields.texts(FULL)]


def test_every_member_of_the_api_is_among_the_texts() -> None:
    headers = "httpContext.headers[A]", "httpContext.headers[b]"
    plain = [member.path for member in MEMBERS if "[" not in member.path]
    assert sorted(PATHS) == sorted([*plain, *headers])


@pytest.mark.parametrize("path", PATHS)
def test_one_member_is_replaced_and_no_other(path: str) -> None:
    changed = fields.with_text(FULL, path, "new")
    assert fields.text_at(changed, path) == "new"
    assert [each for each in fields.texts(changed) if each[0] != path] == [
        each for each in fields.texts(FULL) if each[0] != path
    ]


@pytest.mark.parametrize("path", [path for path in PATHS if "." in path])
def test_a_context_that_is_absent_stays_absent(path: str) -> None:
    assert fields.with_text(AuthorizerRequest("name"), path, "new") == AuthorizerRequest("name")


def test_what_is_absent_or_bytes_is_no_text() -> None:
    assert fields.text_at(AuthorizerRequest(), "token") is None
    assert fields.text_at(AuthorizerRequest(mqtt_context=MqttContext(password=b"x")), "mqttContext.password") is None


def test_members_have_words_for_people() -> None:
    assert fields.label("mqttContext.clientId") == "the MQTT client id"
    assert fields.label(fields.header_path("X-Token")) == "the header X-Token"
    assert fields.sentence_label("mqttContext.clientId") == "The MQTT client id"
