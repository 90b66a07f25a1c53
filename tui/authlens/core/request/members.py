"""Every member of TestInvokeAuthorizer with its limits, in one table. A test holds it equal to botocore's model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from authlens.core.request.request import AuthorizerRequest
from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Member:
    """One member: where it stands in the request and what the service model demands of it."""

    path: str
    """Dotted API name, e.g. `mqttContext.clientId`; `[key]` and `[value]` mean those of a map."""
    option: str
    """The AWS CLI option it is typed in."""
    minimum: int
    maximum: int
    """Lengths in characters (bytes for a blob)."""
    pattern: str | None = None
    required: bool = False
    blob: bool = False

    def fits(self, value: str) -> bool:
        """Whether the text matches the pattern. AWS's patterns are ASCII (contract §2)."""
        return self.pattern is None or re.fullmatch(self.pattern, value, re.ASCII) is not None


_ANY = r"[\s\S]*"

MEMBERS = (
    Member("authorizerName", "--authorizer-name", 1, 128, r"[\w=,@-]+", required=True),
    Member("token", "--token", 1, 6144, _ANY),
    Member("tokenSignature", "--token-signature", 1, 2560, r"[A-Za-z0-9+/]+={0,2}"),
    Member("httpContext.headers[key]", "--http-context", 1, 8192, _ANY),
    Member("httpContext.headers[value]", "--http-context", 1, 8192, _ANY),
    Member("httpContext.queryString", "--http-context", 1, 4096, _ANY),
    Member("mqttContext.username", "--mqtt-context", 1, 65535, _ANY),
    Member("mqttContext.password", "--mqtt-context", 1, 65535, blob=True),
    Member("mqttContext.clientId", "--mqtt-context", 1, 65535, _ANY),
    Member("tlsContext.serverName", "--tls-context", 1, 253, _ANY),
)

BY_PATH = {member.path: member for member in MEMBERS}


TEXT, BLOB, MAP = "text", "blob", "map"


SHAPE: Mapping[str, Any] = {
    "authorizerName": TEXT,
    "token": TEXT,
    "tokenSignature": TEXT,
    "httpContext": {"headers": MAP, "queryString": TEXT},
    "mqttContext": {"username": TEXT, "password": BLOB, "clientId": TEXT},
    "tlsContext": {"serverName": TEXT},
}
"""The members in the order of the service model."""


FIELDS: Mapping[str, str] = {
    "authorizerName": "authorizer_name",
    "token": "token",
    "tokenSignature": "token_signature",
    "httpContext": "http_context",
    "mqttContext": "mqtt_context",
    "tlsContext": "tls_context",
}
"""The fields of `AuthorizerRequest` by the members' names."""


def member_values(request: AuthorizerRequest, path: str) -> Iterator[tuple[str | None, str | bytes | None]]:
    """The values of a member, each with the header it belongs to."""
    http, mqtt, tls = request.http_context, request.mqtt_context, request.tls_context
    headers = (http.headers or ()) if http else ()
    if path == "httpContext.headers[key]":
        yield from ((name, name) for name, _ in headers)
    elif path == "httpContext.headers[value]":
        yield from headers
    else:
        single: dict[str, str | bytes | None] = {
            "authorizerName": request.authorizer_name,
            "token": request.token,
            "tokenSignature": request.token_signature,
            "httpContext.queryString": http.query_string if http else None,
            "mqttContext.username": mqtt.username if mqtt else None,
            "mqttContext.password": mqtt.password_bytes if mqtt else None,
            "mqttContext.clientId": mqtt.client_id if mqtt else None,
            "tlsContext.serverName": tls.server_name if tls else None,
        }
        yield None, single[path]
