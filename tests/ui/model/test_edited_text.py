from __future__ import annotations

from dataclasses import replace

import pytest

from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext
from authlens.core.saved.saved_request import Case, SavedRequest, Sign, SuitePart
from authlens.ui.model.edited_text import NotTaken, line_of, request_from, request_text, value_from

SAVED = SavedRequest(
    AuthorizerRequest(
        "A",
        http_context=HttpContext((("Authorization", "Bearer canary-one"), ("Host", "h"))),
        mqtt_context=MqttContext("u?token=canary-two&x-amz-customauthorizer-name=A", b"\xffcanary-three", "c"),
    ),
    sign=Sign("k.pem", "${env:PHRASE}"),
)


@pytest.mark.parametrize(
    ("before", "text", "value"),
    [
        ("a", "b\n", "b"),
        ("a", "b\n\n", "b\n"),
        ("a\n", "b\n", "b\n"),
        ("a", "b\r\nc\r\n", "b\nc"),
        ("a\r\n", "b\r\n", "b\r\n"),
        ("a", "", ""),
    ],
)
def test_the_newline_at_the_end_of_a_file_is_not_part_of_the_value(before: str, text: str, value: str) -> None:
    assert value_from(text, before) == value


def test_secrets_stay_behind_and_come_back() -> None:
    text = request_text(SAVED)
    assert "canary" not in text
    assert request_from(text, SAVED) == SAVED
    changed = request_from(text.replace("clientId: c", "clientId: d").replace("u?token", "v?token"), SAVED)
    assert changed.request.mqtt_context == MqttContext(
        "v?token=canary-two&x-amz-customauthorizer-name=A", b"\xffcanary-three", "d"
    )
    assert changed.sign == SAVED.sign
    own = request_from(text.replace("token=[redacted]", "token=mine"), SAVED)
    assert own.request.mqtt_context is not None
    assert own.request.mqtt_context.username == "u?token=mine&x-amz-customauthorizer-name=A"


def test_cases_are_kept() -> None:
    case = Case("one", SAVED, {"request": {"token": "canary-five"}})
    saved = replace(SAVED, suite=SuitePart(("t",), None, (case,)))
    text = request_text(saved)
    assert "canary" not in text
    assert "The cases of the file" in text
    assert request_from(text, saved).suite == saved.suite


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("clientId: c", "clientId: '[redacted]'"), "mqttContext.clientId"),
        (("Authorization", "X-Other"), "another name|represents a hidden value"),
        (("authorizerName", "authorizerNam"), "line"),
    ],
)
def test_what_cannot_be_taken_back_is_said(change: tuple[str, str], said: str) -> None:
    with pytest.raises(NotTaken, match=said):
        request_from(request_text(SAVED).replace(*change), SAVED)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("authorizerName", 2),
        ("mqttContext.username", 5),
        ("httpContext.headers[X-A]", 9),
        ("httpContext.headers[X-B]", 8),
        ("token", 0),
        ("", 0),
    ],
)
def test_a_member_is_found_at_its_line(path: str, line: int) -> None:
    text = "request:\n  authorizerName: A\n  mqttContext:\n    # username: no\n    username: u\n"
    text += "  httpContext:\n    queryString: '?a'\n    headers:\n      'X-A': 1\n"
    assert line_of(text, path) == line
