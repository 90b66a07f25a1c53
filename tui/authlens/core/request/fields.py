"""The text members of a request by their dotted names, read and replaced. A header is `httpContext.headers[NAME]`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from authlens.core.request.request import AuthorizerRequest

_HEADER = "httpContext.headers["

LABELS = {
    "authorizerName": "the authorizer name",
    "token": "the token",
    "tokenSignature": "the token signature",
    "httpContext.queryString": "the query string",
    "mqttContext.username": "the MQTT username",
    "mqttContext.password": "the MQTT password",
    "mqttContext.clientId": "the MQTT client id",
    "tlsContext.serverName": "the TLS server name",
}


def label(path: str) -> str:
    """The member in words for people."""
    return LABELS.get(path) or f"the header {path.removeprefix(_HEADER).removesuffix(']')}"


def sentence_label(path: str) -> str:
    """As `label`, to begin a sentence with."""
    words = label(path)
    return words[:1].upper() + words[1:]


def header_path(name: str) -> str:
    return f"{_HEADER}{name}]"


def texts(request: AuthorizerRequest) -> Iterator[tuple[str, str]]:
    """Every member that is present as text, in the order of the API; a password of bytes is left out."""
    http, mqtt, tls = request.http_context, request.mqtt_context, request.tls_context
    members: tuple[tuple[str, str | bytes | None], ...] = (
        ("authorizerName", request.authorizer_name),
        ("token", request.token),
        ("tokenSignature", request.token_signature),
        *((header_path(name), value) for name, value in (http.headers or () if http else ())),
        ("httpContext.queryString", http.query_string if http else None),
        ("mqttContext.username", mqtt.username if mqtt else None),
        ("mqttContext.password", mqtt.password if mqtt else None),
        ("mqttContext.clientId", mqtt.client_id if mqtt else None),
        ("tlsContext.serverName", tls.server_name if tls else None),
    )
    return ((path, value) for path, value in members if isinstance(value, str))


def text_at(request: AuthorizerRequest, path: str) -> str | None:
    return next((value for member, value in texts(request) if member == path), None)


def with_text(request: AuthorizerRequest, path: str, text: str | None) -> AuthorizerRequest:
    """The request with one present member replaced, or left out."""
    http, mqtt, tls = request.http_context, request.mqtt_context, request.tls_context
    match path.split("."):
        case ["authorizerName"]:
            return replace(request, authorizer_name=text)
        case ["token"]:
            return replace(request, token=text)
        case ["tokenSignature"]:
            return replace(request, token_signature=text)
        case ["mqttContext", member] if mqtt:
            names = {"username": "username", "password": "password", "clientId": "client_id"}
            return replace(request, mqtt_context=replace(mqtt, **{names[member]: text}))
        case ["tlsContext", "serverName"] if tls:
            return replace(request, tls_context=replace(tls, server_name=text))
        case ["httpContext", "queryString"] if http:
            return replace(request, http_context=replace(http, query_string=text))
        case ["httpContext", *_] if http and path.startswith(_HEADER):
            new = ((name, text if header_path(name) == path else old) for name, old in http.headers or ())
            headers = tuple((name, value) for name, value in new if value is not None)
            return replace(request, http_context=replace(http, headers=headers))
    return request
