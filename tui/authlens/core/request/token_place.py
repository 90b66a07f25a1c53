"""Finds the token and its signature where a signed authorizer looks in context mode (contract §3), and puts them there.

Values in the MQTT username and the query string are URL-encoded, header values are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from authlens.core.request import query
from authlens.core.request.authorizer import SIGNATURE_NAME, Authorizer
from authlens.core.request.members import header_path
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext
from authlens.frozen import dataclass

Place = Literal["token", "username", "queryString", "headers"]


class UnknownTokenKeyName(ValueError):
    """The token can only be placed under the authorizer's tokenKeyName, which is not known."""


@dataclass(frozen=True, slots=True)
class FoundValue:
    """A value found in a context."""

    place: Place
    path: str
    """The member that contains it; a header is `httpContext.headers[NAME]`."""
    name: str
    value: str
    """Decoded if AWS decodes it."""
    raw: str
    start: int
    end: int
    """The range of the raw value in the member's text."""


def find(request: AuthorizerRequest, name: str) -> FoundValue | None:
    """The value AWS would use for this parameter: from the username, then the query string, then the headers."""
    return next(iter(find_all(request, name)), None)


def find_all(request: AuthorizerRequest, name: str) -> tuple[FoundValue, ...]:
    """Every occurrence of the parameter, in the order AWS looks. Names are case-insensitive."""
    return tuple(placed for placed in everything(request) if placed.name.lower() == name.lower())


def everything(request: AuthorizerRequest) -> tuple[FoundValue, ...]:
    """Every parameter and header of the contexts, in the order AWS looks."""
    return (*_in_username(request), *_in_query_string(request), *_in_headers(request))


def find_signature(request: AuthorizerRequest) -> FoundValue | None:
    return find(request, SIGNATURE_NAME)


def find_token(request: AuthorizerRequest, authorizer: Authorizer | None) -> FoundValue | None:
    """The token under the authorizer's tokenKeyName; also `None` if that name is not known."""
    name = authorizer.token_key_name if authorizer else None
    return find(request, name) if name else None


def token_of(request: AuthorizerRequest, authorizer: Authorizer | None) -> str | None:
    """The token to sign."""
    if request.token is not None:
        return request.token
    placed = find_token(request, authorizer)
    return placed.value if placed else None


def signature_of(request: AuthorizerRequest) -> str | None:
    if request.token_signature is not None:
        return request.token_signature
    placed = find_signature(request)
    return placed.value if placed else None


def place(
    request: AuthorizerRequest, place: Place, signature: str, authorizer: Authorizer | None = None
) -> AuthorizerRequest:
    """The request with the signature, and the top-level token if there is one, moved to `place`.

    Raises UnknownTokenKeyName if the token has to move into a context and its name there is not known.
    """
    if place == "token":
        return replace(request, token_signature=signature)
    if request.token is not None:
        name = authorizer.token_key_name if authorizer else None
        if not name:
            raise UnknownTokenKeyName(
                "The token cannot be placed: the authorizer's tokenKeyName is not known. "
                "Write the token into the context yourself, or allow iot:DescribeAuthorizer."
            )
        request = put(request, place, name, request.token)
    return replace(put(request, place, SIGNATURE_NAME, signature), token=None, token_signature=None)


def put(request: AuthorizerRequest, place: Place, name: str, value: str) -> AuthorizerRequest:
    """The request with one parameter set in a context, encoded as required there."""
    if place == "username":
        mqtt = request.mqtt_context or MqttContext()
        username = mqtt.username or ""
        text = query.with_parameter(username, query.of_username(username), name, value)
        return replace(request, mqtt_context=replace(mqtt, username=text))
    http = request.http_context or HttpContext()
    if place == "queryString":
        written = "?" + (http.query_string or "").removeprefix("?")
        text = query.with_parameter(written, query.of_query_string(written), name, value)
        return replace(request, http_context=replace(http, query_string=text))
    return replace(request, http_context=replace(http, headers=_with_header(http.headers or (), name, value)))


def _with_header(headers: tuple[tuple[str, str], ...], name: str, value: str) -> tuple[tuple[str, str], ...]:
    changed = tuple((key, value if key.lower() == name.lower() else old) for key, old in headers)
    return changed if any(key.lower() == name.lower() for key, _ in headers) else (*headers, (name, value))


def _in_username(request: AuthorizerRequest) -> Iterator[FoundValue]:
    username = (request.mqtt_context.username or "") if request.mqtt_context else ""
    return (_placed("username", "mqttContext.username", parameter) for parameter in query.of_username(username))


def _in_query_string(request: AuthorizerRequest) -> Iterator[FoundValue]:
    text = (request.http_context.query_string or "") if request.http_context else ""
    return (_placed("queryString", "httpContext.queryString", parameter) for parameter in query.of_query_string(text))


def _placed(place: Place, path: str, found: query.Parameter) -> FoundValue:
    return FoundValue(place, path, found.name, found.value, found.raw, found.start, found.end)


def _in_headers(request: AuthorizerRequest) -> Iterator[FoundValue]:
    headers = (request.http_context.headers or ()) if request.http_context else ()
    return (FoundValue("headers", header_path(name), name, value, value, 0, len(value)) for name, value in headers)
