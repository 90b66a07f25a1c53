"""What is sent to TestInvokeAuthorizer, as one frozen value. Nothing is checked here: preflight does that."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from authlens.frozen import dataclass


class Mode(StrEnum):
    """Which of the two ways of testing, which exclude each other on AWS, a request uses (contract §1)."""

    TOKEN = "token"
    CONTEXT = "context"
    BOTH = "both"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class HttpContext:
    headers: tuple[tuple[str, str], ...] | None = None
    """Header names and values in the order written; `None` when the member is absent."""
    query_string: str | None = None
    """As AWS wants it: with its leading `?`."""


@dataclass(frozen=True, slots=True)
class MqttContext:
    username: str | None = None
    password: str | bytes | None = None
    """Text (sent as UTF-8) or bytes; never base64."""
    client_id: str | None = None

    @property
    def password_bytes(self) -> bytes | None:
        """The password as it is sent. A lone surrogate, which UTF-8 cannot hold, travels as `?`."""
        return self.password.encode("utf-8", "replace") if isinstance(self.password, str) else self.password


@dataclass(frozen=True, slots=True)
class TlsContext:
    server_name: str | None = None


@dataclass(frozen=True, slots=True)
class AuthorizerRequest:
    """One TestInvokeAuthorizer request. An absent member is `None`; an empty context is sent as an empty object."""

    authorizer_name: str | None = None
    token: str | None = None
    token_signature: str | None = None
    http_context: HttpContext | None = None
    mqtt_context: MqttContext | None = None
    tls_context: TlsContext | None = None

    @property
    def mode(self) -> Mode:
        has_token = self.token is not None or self.token_signature is not None
        has_context = any(context is not None for context in (self.http_context, self.mqtt_context, self.tls_context))
        if has_token:
            return Mode.BOTH if has_context else Mode.TOKEN
        return Mode.CONTEXT if has_context else Mode.EMPTY

    def to_api(self) -> dict[str, Any]:
        """The members by the API's names, absent ones left out, the password as bytes: what boto3 takes."""
        http, mqtt, tls = self.http_context, self.mqtt_context, self.tls_context
        return _present(
            authorizerName=self.authorizer_name,
            token=self.token,
            tokenSignature=self.token_signature,
            httpContext=http
            and _present(
                headers=None if http.headers is None else dict(http.headers),
                queryString=http.query_string,
            ),
            mqttContext=mqtt
            and _present(username=mqtt.username, password=mqtt.password_bytes, clientId=mqtt.client_id),
            tlsContext=tls and _present(serverName=tls.server_name),
        )

    @classmethod
    def from_api(cls, members: Mapping[str, Any]) -> AuthorizerRequest:
        """The opposite of `to_api`; the password may be text or bytes. Unknown members are the caller's to refuse."""
        http, mqtt, tls = (members.get(name) for name in ("httpContext", "mqttContext", "tlsContext"))
        return cls(
            authorizer_name=members.get("authorizerName"),
            token=members.get("token"),
            token_signature=members.get("tokenSignature"),
            http_context=None if http is None else _http_context(http),
            mqtt_context=None
            if mqtt is None
            else MqttContext(mqtt.get("username"), mqtt.get("password"), mqtt.get("clientId")),
            tls_context=None if tls is None else TlsContext(tls.get("serverName")),
        )


def _http_context(members: Mapping[str, Any]) -> HttpContext:
    headers = members.get("headers")
    return HttpContext(None if headers is None else tuple(headers.items()), members.get("queryString"))


def _present(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
