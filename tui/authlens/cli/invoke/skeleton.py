"""What `--generate-cli-skeleton` prints: a request to fill in as JSON or YAML, or a made-up answer."""

from __future__ import annotations

import json
from typing import Any

_INPUT: dict[str, Any] = {
    "authorizerName": "",
    "token": "",
    "tokenSignature": "",
    "httpContext": {"headers": {"KeyName": ""}, "queryString": ""},
    "mqttContext": {"username": "", "password": None, "clientId": ""},
    "tlsContext": {"serverName": ""},
}

_YAML_INPUT = """\
authorizerName: ''  # [REQUIRED] The authorizer to call.
token: '' # The token that an authorizer with signing enabled checks.
tokenSignature: '' # Base64 of the RSA signature over the token.
httpContext: # What an HTTP request or WebSocket upgrade would bring.
  headers:  # Header names and values.
    KeyName: ''
  queryString: '' # The query string, with its leading question mark.
mqttContext: # What an MQTT CONNECT packet would bring.
  username: ''  # The MQTT user name.
  password: !!binary '' # The MQTT password, its bytes in base64.
  clientId: '' # The MQTT client id.
tlsContext: # What the TLS handshake would bring.
  serverName: ''  # The host name of the server name indication.
"""

ANSWER: dict[str, Any] = {
    "isAuthenticated": True,
    "principalId": "principalId",
    "policyDocuments": ["PolicyDocument"],
    "refreshAfterInSeconds": 0,
    "disconnectAfterInSeconds": 0,
}
"""The made-up answer of `output`."""


def skeleton(kind: str) -> str:
    """The text of `input` or `yaml-input`."""
    return _YAML_INPUT if kind == "yaml-input" else json.dumps(_INPUT, indent=4) + "\n"
