"""What is taken for a saved request without being parsed."""

from __future__ import annotations

import pytest

from authlens.core.saved.recognised import is_saved_request


@pytest.mark.parametrize(
    "text",
    [
        "request:\n  authorizerName: app\n",
        "# yaml-language-server: $schema=../.authlens/request.schema.json\n---\nrequest: {authorizerName: app}\n",
        "description: |\n  two\n  lines\ntarget: {local: demo}\nrequest:\n  token: x\nexpect: {}\n",
        'target: {\n  local: demo\n}\n"request":\r\n  mqttContext: {clientId: a}\r\n',
        "request:\n  authorizerName: [not closed\n",
    ],
)
def test_a_saved_request(text: str) -> None:
    assert is_saved_request(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tokens: [allow]\n",
        "request: {allowed: true}\n",
        "request:\n  token: x\nusers: [a]\n",
        "- request: {token: x}\n",
        "authorizers:\n  app: {handler: app.handler}\n",
        "description: what is allowed\ntags: [a]\n",
    ],
)
def test_other_yaml(text: str) -> None:
    assert not is_saved_request(text)
