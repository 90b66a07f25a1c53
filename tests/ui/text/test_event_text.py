from __future__ import annotations

import json

import pytest

from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext
from authlens.core.secrets.redaction import MASK
from authlens.ui.text.event_text import event_lines, event_marks, event_pair, likely_kind

HTTP = AuthorizerRequest("A", http_context=HttpContext((("X-Key", "secret"), ("host", "h")), "?a=1"))
MQTT = AuthorizerRequest("A", mqtt_context=MqttContext("u", "secret", "c"))
BOTH = AuthorizerRequest("A", http_context=HTTP.http_context, mqtt_context=MQTT.mqtt_context)


@pytest.mark.parametrize(
    ("request_", "kind"),
    [(HTTP, "http"), (MQTT, "mqtt"), (BOTH, "wss"), (AuthorizerRequest("A", "t"), "mqtt")],
    ids=["http", "mqtt", "both", "token"],
)
def test_the_likely_connection_is_shown_first(request_: AuthorizerRequest, kind: str) -> None:
    assert likely_kind(request_) == kind


@pytest.mark.parametrize("request_", [HTTP, MQTT, BOTH], ids=["http", "mqtt", "both"])
def test_secrets_are_masked_unless_revealed(request_: AuthorizerRequest) -> None:
    masked = json.dumps(event_pair(request_, None, likely_kind(request_)))
    assert "secret" not in masked
    assert "c2VjcmV0" not in masked
    assert MASK in masked
    revealed = json.dumps(event_pair(request_, None, likely_kind(request_), reveal=True))
    assert "secret" in revealed or "c2VjcmV0" in revealed


def lines_with(request: AuthorizerRequest, is_test: bool) -> dict[str, list[str]]:
    """The lines that are marked, with what is said of them."""
    test, real = event_pair(request, Authorizer("A"), likely_kind(request))
    event, other = (test, real) if is_test else (real, test)
    lines = event_lines(event)
    marks = event_marks(event, other, is_test)
    assert {document for document, _ in marks} <= {0}
    return {
        lines[number - 1].content.plain.strip(): [mark.text for mark in found] for (_, number), found in marks.items()
    }


def test_a_headers_case_is_marked_on_both_sides() -> None:
    test, real = lines_with(HTTP, True), lines_with(HTTP, False)
    assert any("X-Key" in line and "lower case" in " ".join(said) for line, said in test.items())
    assert any(line.startswith('"x-key"') for line in real)


def test_a_line_that_only_the_other_side_has_is_marked_at_its_parent() -> None:
    said = [text for texts in lines_with(AuthorizerRequest("A", "t"), True).values() for text in texts]
    assert any(text.startswith("protocolData: Token mode sends no protocolData") for text in said)


def test_lines_are_numbered_as_they_are_laid_out() -> None:
    lines = event_lines({"a": {"b": 1}, "c": []})
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    assert "\n".join(line.content.plain for line in lines) == json.dumps({"a": {"b": 1}, "c": []}, indent=2)
